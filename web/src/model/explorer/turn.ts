// Work of which only the newest counts.

export interface Turn {
  /** Stops what is under way; the signal is for what begins now. */
  begin(): AbortSignal
  stop(reason?: unknown): void
}

export function createTurn(): Turn {
  let current: AbortController | undefined
  return {
    begin() {
      current?.abort()
      current = new AbortController()
      return current.signal
    },
    stop: (reason) => current?.abort(reason),
  }
}
