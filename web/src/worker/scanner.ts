// The background scan of a table on the lead: inflate, index, import; and who waits for the index to come to some rows.
import type { Progress, TableInfo } from '../engine/api.ts'
import type { JobProgress } from '../engine/core.ts'
import { openSource, type Source } from '../engine/source.ts'
import type { Jobs } from './jobs.ts'
import type { Pool } from './pool.ts'
import { SCAN, type ScanEvent } from './protocol.ts'
import { estimateRows, mergeInfo, type EngineInfo, type OpenTable } from './tables.ts'

const SMALL_BYTES = 4 * 2 ** 20

export interface ScanCall {
  readonly signal: AbortSignal
  event(event: ScanEvent): void
}

export interface Scanner {
  /** What is left to do of it. One scan of a table at a time: a new one waits until the cancelled one has ended. */
  scan(table: OpenTable, call: ScanCall): Promise<TableInfo>
  /** Statistics, where the scan brought none. */
  profile(table: OpenTable, call: ScanCall): Promise<TableInfo>
  /** Until the index has come to these rows. */
  whenReadable(table: OpenTable, endRow: number, signal: AbortSignal): Promise<void>
}

export function createScanner(jobs: Jobs, pool: Pool, addSource: (source: Source) => number): Scanner {
  async function scan(table: OpenTable, call: ScanCall): Promise<TableInfo> {
    const before = table.scan
    const scanning = before.catch(() => undefined).then(() =>
      jobs.under({ table: table.id }, call.signal, (signal) => steps(table, { ...call, signal })))
    table.scan = scanning
    return scanning
  }

  async function profile(table: OpenTable, call: ScanCall): Promise<TableInfo> {
    const isKnown = table.info.columns.every(({ stats }) => stats !== undefined)
    if (!isKnown) await jobs.under({ table: table.id }, call.signal, (signal) => pass(table, 'import', { ...call, signal }))
    return table.info
  }

  async function steps(table: OpenTable, call: ScanCall): Promise<TableInfo> {
    // A large block run here would keep pages waiting, so it is left to the helpers that are about to start.
    if (table.info.bytes > SMALL_BYTES && table.info.state !== 'imported') await pool.ready()
    call.signal.throwIfAborted()
    if (table.needsInflate) await inflate(table, call)
    if (table.info.state === 'sniffed') await pass(table, 'index', call)
    if (table.info.state === 'indexed') await pass(table, 'import', call)
    else tellIdle(table, call) // Parquet: there is nothing to scan
    return table.info
  }

  function tellIdle({ info }: OpenTable, { event }: ScanCall): void {
    event({ info, progress: jobs.progressOf('idle', { doneBytes: info.bytes, totalBytes: info.bytes, rows: info.rows.count }) })
  }

  async function pass(table: OpenTable, job: 'index' | 'import', { signal, event }: ScanCall): Promise<void> {
    const report = jobs.reporter(job, (progress) => {
      if (job === 'index') counted(table, progress)
      event({ info: table.info, progress })
    })
    let last: JobProgress = { doneBytes: 0, totalBytes: 0, rows: 0 }
    const info = await jobs.run({ job, table: table.id }, {
      urgency: SCAN, signal, onStep: report, onDone: (done) => { last = done.progress() },
    })
    table.info = mergeInfo(table.info, JSON.parse(info) as EngineInfo)
    readable(table, Infinity)
    event({ info: table.info, progress: jobs.progressOf(job, last) })
  }

  function counted(table: OpenTable, { rows, doneBytes, totalBytes }: Progress): void {
    table.info = estimateRows(table.info, rows, doneBytes, totalBytes)
    readable(table, rows)
  }

  /** The inflated bytes become parts of a Blob, which browsers keep on disk when it is large, and then a source. */
  async function inflate(table: OpenTable, { signal, event }: ScanCall): Promise<void> {
    const parts: Blob[] = []
    await jobs.run({ job: 'inflate', source: table.source, table: table.id }, {
      urgency: SCAN, signal,
      onStep: jobs.reporter('inflate', (progress) => event({ info: table.info, progress })),
      onPage: (page) => void parts.push(new Blob([page])),
    })
    const source = await openSource({ kind: 'blob', name: table.info.name, blob: new Blob(parts) }, signal)
    signal.throwIfAborted()
    table.spool = addSource(source)
    await jobs.run({ job: 'spool', table: table.id, source: table.spool }, { urgency: SCAN, signal })
    pool.addSource(table.spool, source)
    table.needsInflate = false
  }

  function readable(table: OpenTable, rows: number): void {
    if (rows <= table.readableRows) return
    table.readableRows = rows
    table.waiting.forEach((check) => check())
  }

  function whenReadable(table: OpenTable, endRow: number, signal: AbortSignal): Promise<void> {
    if (endRow <= table.readableRows) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const check = (): void => { if (endRow <= table.readableRows) done(resolve) }
      const abort = (): void => done(() => reject(signal.reason as Error))
      const done = (settle: () => void): void => {
        table.waiting.delete(check)
        signal.removeEventListener('abort', abort)
        settle()
      }
      table.waiting.add(check)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  return { scan, profile, whenReadable }
}
