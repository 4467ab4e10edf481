// Reads under way: jobs that want the same range wait for one read, which is given up once none of them waits any more.

/** Reads the range that `key` names, unless that is under way. */
export type SharedReads = (key: string, read: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) => Promise<void>

interface UnderWay {
  readonly done: Promise<void>
  readonly ending: AbortController
  waiting: number
}

export function createSharedReads(): SharedReads {
  const all = new Map<string, UnderWay>()

  function forget(key: string, one: UnderWay): void {
    if (all.get(key) === one) all.delete(key)
  }

  function begin(key: string, read: (signal: AbortSignal) => Promise<void>): UnderWay {
    const ending = new AbortController()
    const one: UnderWay = { done: read(ending.signal).finally(() => forget(key, one)), ending, waiting: 0 }
    all.set(key, one)
    return one
  }

  return async (key, read, signal) => {
    const one = all.get(key) ?? begin(key, read)
    const leave = (): void => {
      if (--one.waiting > 0) return
      forget(key, one)
      one.ending.abort(signal.reason)
    }
    one.waiting++
    signal.addEventListener('abort', leave, { once: true })
    await one.done.finally(() => signal.removeEventListener('abort', leave))
  }
}
