// The background scan of a table as its host sees it: snapshots to follow, milestones to wait for, stop and go on.
import type { Progress, TableInfo } from './api.ts'
import { deferred, orAborted } from './deferred.ts'

export interface Snapshot {
  readonly info: TableInfo
  readonly progress: Progress
}

export interface Scan {
  readonly info: TableInfo
  readonly indexed: Promise<TableInfo>
  readonly imported: Promise<TableInfo>
  /** Does nothing while one is running or all is done. */
  start(): void
  cancel(): Promise<void>
  follow(signal: AbortSignal | undefined): AsyncGenerator<Snapshot, void, undefined>
  /** A newer snapshot from elsewhere. */
  learn(info: TableInfo): void
  close(error: Error): void
}

const idle: Progress = { phase: 'idle', doneBytes: 0, totalBytes: 0, rows: 0, bytesRead: 0, requests: 0, memoryBytes: 0 }

type State = 'idle' | 'running' | { readonly failed: unknown }

/** Does what is left to do, tells of it on the way, and answers what is known then. */
export type Scanning = (signal: AbortSignal, tell: (next: Partial<Snapshot>) => void) => Promise<TableInfo>

export function createScan(scanning: Scanning, first: TableInfo): Scan {
  let snapshot: Snapshot = { info: first, progress: idle }
  let state: State = 'idle'
  let running: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined
  let indexed = deferred<TableInfo>()
  let imported = deferred<TableInfo>()
  let changed = deferred<void>()

  function change(next: Partial<Snapshot>): void {
    snapshot = { ...snapshot, ...next }
    if (snapshot.info.state !== 'sniffed') indexed.resolve(snapshot.info)
    if (snapshot.info.state === 'imported') imported.resolve(snapshot.info)
    const before = changed
    changed = deferred()
    before.resolve()
  }

  function start(): void {
    if (state === 'running' || snapshot.info.state === 'imported') return
    if (state !== 'idle') {
      if (snapshot.info.state === 'sniffed') indexed = deferred()
      imported = deferred()
    }
    state = 'running'
    const controller = new AbortController()
    running = { controller, ended: run(controller.signal) }
  }

  async function run(signal: AbortSignal): Promise<void> {
    try {
      const info = await scanning(signal, change)
      state = 'idle'
      change({ info })
    } catch (error) {
      if (signal.aborted) state = 'idle'
      else fail(error)
      change({})
    }
  }

  function fail(error: unknown): void {
    state = { failed: error }
    indexed.reject(error)
    imported.reject(error)
  }

  async function* follow(signal: AbortSignal | undefined): AsyncGenerator<Snapshot, void, undefined> {
    for (let last: Snapshot | undefined; ;) {
      const next = changed.promise
      if (snapshot !== last) {
        last = snapshot
        yield snapshot
        continue // it may have changed meanwhile
      }
      if (state === 'idle') return
      if (state !== 'running') throw state.failed
      await orAborted(next, signal)
    }
  }

  change({})
  return {
    get info() { return snapshot.info },
    get indexed() { return indexed.promise },
    get imported() { return imported.promise },
    start,
    async cancel() {
      running?.controller.abort(new DOMException('the scan was cancelled', 'AbortError'))
      await running?.ended
    },
    follow,
    learn: (info) => change({ info }),
    close(error) {
      running?.controller.abort(error)
      indexed.reject(error)
      imported.reject(error)
    },
  }
}
