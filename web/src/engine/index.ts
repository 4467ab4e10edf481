// The engine for hosts that bring their own interface.
export * from './api.ts'
export { createEngine } from './engine.ts'
export { dateText, decimalText, timestampText, timeText } from './format.ts'
