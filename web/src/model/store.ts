// The smallest observable value: what useSyncExternalStore asks for, and nothing else.

export interface Readable<S> {
  getSnapshot(): S
  /** Calls back after each change; returns the unsubscriber. */
  subscribe(listener: () => void): () => void
}

export interface Store<S> extends Readable<S> {
  set(next: S): void
}

export function createStore<S>(initial: S): Store<S> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    getSnapshot: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set(next) {
      if (Object.is(next, state)) return
      state = next
      for (const listener of [...listeners]) listener()
    },
  }
}
