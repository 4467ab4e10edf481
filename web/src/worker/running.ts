// Which jobs run on which table or view, so that none is left stepping when its table or view is dropped.

export interface Target {
  readonly table?: number | undefined
  readonly view?: number | undefined
  /** Tables that are read besides. */
  readonly reads?: readonly number[] | undefined
}

export interface Running {
  /** Runs `work` under a signal that aborts with `signal`, or when its target is ended. */
  run<T>(target: Target, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Aborts what runs on the target and waits until it is gone. */
  end(target: Target, reason: Error): Promise<void>
}

interface Entry extends Target {
  readonly controller: AbortController
  readonly ended: Promise<unknown>
}

export function createRunning(): Running {
  const entries = new Set<Entry>()
  return {
    async run(target, signal, work) {
      const controller = new AbortController()
      const abort = (): void => controller.abort(signal.reason)
      if (signal.aborted) abort()
      signal.addEventListener('abort', abort, { once: true })
      const result = work(controller.signal)
      const entry = { ...target, controller, ended: result.catch(() => undefined) }
      entries.add(entry)
      try {
        return await result
      } finally {
        entries.delete(entry)
        signal.removeEventListener('abort', abort)
      }
    },
    async end({ table, view }, reason) {
      const concerned = [...entries].filter((entry) =>
        (table !== undefined && (entry.table === table || entry.reads?.includes(table))) || (view !== undefined && entry.view === view))
      for (const { controller } of concerned) controller.abort(reason)
      await Promise.all(concerned.map(({ ended }) => ended))
    },
  }
}
