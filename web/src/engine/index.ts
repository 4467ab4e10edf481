// The engine for hosts that bring their own interface.
export * from './api.ts'
export { createEngine } from './engine.ts'
