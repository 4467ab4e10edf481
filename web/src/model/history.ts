// Undo and redo over immutable values. `present` is what holds now.

export interface History<T> {
  readonly past: readonly T[]
  readonly present: T
  readonly future: readonly T[]
}

const depth = 100

export const newHistory = <T>(present: T): History<T> => ({ past: [], present, future: [] })

export const record = <T>(history: History<T>, next: T): History<T> => ({
  past: [...history.past.slice(1 - depth), history.present],
  present: next,
  future: [],
})

export function undo<T>(history: History<T>): History<T> {
  const previous = history.past.at(-1)
  if (previous === undefined) return history
  return { past: history.past.slice(0, -1), present: previous, future: [history.present, ...history.future] }
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future
  if (next === undefined) return history
  return { past: [...history.past, history.present], present: next, future }
}
