// What the lead worker does: it owns the catalog, runs the jobs and hands their fragments to helpers.
import { ExplorerError, type Progress, type TableInfo } from '../engine/api.ts'
import type { Job, JobProgress } from '../engine/core.ts'
import { openSource, type Source } from '../engine/source.ts'
import type { Instance } from './instance.ts'
import { createPeer, type Handlers } from './peer.ts'
import { createPool } from './pool.ts'
import { PAGE, QUERY, SCAN, type Ops, type ReadSpec, type Start, type Urgency } from './protocol.ts'
import { runJob, type Surroundings } from './run-job.ts'
import { createRunning } from './running.ts'
import { estimateRows, firstInfo, mergeInfo, type EngineInfo, type OpenTable } from './tables.ts'
import { warmUp } from './warm-up.ts'

const EVENT_MS = 50
/** After the answer to hello has left; a host that opens a file at once is not kept waiting. */
const WARM_UP_MS = 20
const SMALL_BYTES = 4 * 2 ** 20

export function leadHandlers(instance: Instance, start: Start): Handlers & { close(): void } {
  const { core } = instance
  const pool = createPool()
  const tables = new Map<number, OpenTable>()
  /** Which table each open view is of. */
  const views = new Map<number, number>()
  const running = createRunning()
  let lastSource = 0
  const around: Surroundings = {
    turns: instance.turns,
    bring: instance.bring,
    get runElsewhere() { return pool.isEmpty ? undefined : pool.run },
  }

  // --- jobs --------------------------------------------------------------------------------------------------------

  interface JobOptions {
    readonly urgency: Urgency
    readonly signal: AbortSignal
    onPage?(page: Uint8Array<ArrayBuffer>): void | Promise<void>
    onStep?(job: Job): void
  }

  type JobSpec = { readonly job: string; readonly table?: number; readonly view?: number }

  const run = (spec: JobSpec, options: JobOptions): Promise<string> => {
    const { view, table = view === undefined ? undefined : views.get(view) } = spec
    return running.run({ table, view }, options.signal, async (signal) => runJob(core.start(spec), around, { ...options, signal }))
  }

  /** Info and the one page of a job that answers one. */
  async function runForPage(spec: JobSpec, options: JobOptions): Promise<{ info: string; page: ArrayBuffer }> {
    let page = new ArrayBuffer(0)
    const info = await run(spec, { ...options, onPage: ({ buffer }) => { page = buffer } })
    return { info, page }
  }

  function progressOf(phase: Progress['phase'], { doneBytes, totalBytes, rows }: JobProgress): Progress {
    const usages = [instance.usage, ...pool.usage]
    const sum = (key: 'bytesRead' | 'memoryBytes'): number => usages.reduce((total, usage) => total + usage[key], 0)
    return { phase, doneBytes, totalBytes, rows, bytesRead: sum('bytesRead'), memoryBytes: sum('memoryBytes') }
  }

  /** For onStep: tells of progress, but not more often than a screen can show. */
  function reporter(phase: Progress['phase'], tell: (progress: Progress) => void): (job: Job) => void {
    let last = performance.now()
    return (job) => {
      const now = performance.now()
      if (now - last < EVENT_MS) return
      last = now
      tell(progressOf(phase, job.progress()))
    }
  }

  function tableOf(id: number | undefined): OpenTable {
    const table = id === undefined ? undefined : tables.get(id)
    if (!table) throw new ExplorerError('name', 'the table was closed')
    return table
  }

  // --- sources -----------------------------------------------------------------------------------------------------

  function addSource(source: Source): number {
    const id = ++lastSource
    instance.addSource(id, source)
    return id
  }

  function dropSource(id: number, table: number): void {
    pool.forget(id, table)
    instance.dropSource(id)
  }

  // --- open --------------------------------------------------------------------------------------------------------

  async function open(input: Ops['open']['in'], signal: AbortSignal): Promise<Ops['open']['out']> {
    const source = await openSource(input.source, signal)
    const id = addSource(source)
    try {
      const spec = { job: 'open', source: id, name: input.name, read: input.read }
      const { info, page } = await runForPage(spec, { urgency: PAGE, signal })
      const found = JSON.parse(info) as EngineInfo
      const table = remember(firstInfo(input.name, source.notes, found), id, found.needs_inflate === true, page)
      if (!table.needsInflate) pool.addSource(id, source)
      return { info: table.info, page }
    } catch (error) {
      dropSource(id, 0)
      throw error
    }
  }

  function remember(info: TableInfo, source: number, needsInflate: boolean, page: ArrayBuffer): OpenTable {
    const readableRows = new DataView(page).getUint32(8, true)
    const table: OpenTable = {
      id: info.id, info, source, spool: undefined, needsInflate, scan: Promise.resolve(), readableRows, waiting: new Set(),
    }
    tables.set(table.id, table)
    return table
  }

  // --- scan --------------------------------------------------------------------------------------------------------

  type ScanCall = { readonly signal: AbortSignal; event(event: Ops['scan']['event']): void }

  /** One scan of a table at a time: a new one waits until the cancelled one has ended. */
  async function scan(table: OpenTable, call: ScanCall): Promise<TableInfo> {
    const before = table.scan
    const scanning = before.catch(() => undefined).then(() => scanSteps(table, call))
    table.scan = scanning
    try {
      return await scanning
    } finally {
      wake(table)
    }
  }

  async function scanSteps(table: OpenTable, call: ScanCall): Promise<TableInfo> {
    // A large block run here would keep pages waiting, so it is left to the helpers that are about to start.
    if (table.info.bytes > SMALL_BYTES) await pool.ready()
    call.signal.throwIfAborted()
    if (table.needsInflate) await inflate(table, call)
    if (table.info.state === 'sniffed') await pass(table, 'index', call)
    if (table.info.state === 'indexed') await pass(table, 'import', call)
    return table.info
  }

  async function pass(table: OpenTable, job: 'index' | 'import', { signal, event }: ScanCall): Promise<void> {
    const onStep = reporter(job, (progress) => {
      if (job === 'index') counted(table, progress)
      event({ info: table.info, progress })
    })
    let last: JobProgress = { doneBytes: 0, totalBytes: 0, rows: 0 }
    const info = await run({ job, table: table.id }, {
      urgency: SCAN, signal, onStep: (running) => { last = running.progress(); onStep(running) },
    })
    table.info = mergeInfo(table.info, JSON.parse(info) as EngineInfo)
    table.readableRows = Infinity
    wake(table)
    event({ info: table.info, progress: progressOf(job, last) })
  }

  function counted(table: OpenTable, { rows, doneBytes, totalBytes }: Progress): void {
    table.info = estimateRows(table.info, rows, doneBytes, totalBytes)
    if (rows <= table.readableRows) return
    table.readableRows = rows
    wake(table)
  }

  /** The inflated bytes become parts of a Blob, which browsers keep on disk when it is large, and then a source. */
  async function inflate(table: OpenTable, { signal, event }: ScanCall): Promise<void> {
    const parts: Blob[] = []
    const onStep = reporter('inflate', (progress) => event({ info: table.info, progress }))
    const onPage = (page: Uint8Array<ArrayBuffer>): void => void parts.push(new Blob([page]))
    await run({ job: 'inflate', source: table.source, table: table.id }, { urgency: SCAN, signal, onStep, onPage })
    const source = await openSource({ kind: 'blob', name: table.info.name, blob: new Blob(parts) }, signal)
    table.spool = addSource(source)
    await run({ job: 'spool', table: table.id, source: table.spool }, { urgency: SCAN, signal })
    pool.addSource(table.spool, source)
    table.needsInflate = false
  }

  // --- pages -------------------------------------------------------------------------------------------------------

  const wake = (table: OpenTable): void => table.waiting.forEach((check) => check())

  /** Until the index has come to these rows. */
  function whenReadable(table: OpenTable, end: number, signal: AbortSignal): Promise<void> {
    if (end <= table.readableRows) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const check = (): void => { if (end <= table.readableRows) done(resolve) }
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

  async function read(spec: ReadSpec, signal: AbortSignal): Promise<ArrayBuffer> {
    if (spec.table !== undefined) await whenReadable(tableOf(spec.table), spec.row + spec.rows, signal)
    return (await runForPage({ job: 'read', ...spec }, { urgency: PAGE, signal })).page
  }

  // --- the end of things -------------------------------------------------------------------------------------------

  /** What still runs on it is ended first: the engine does not expect a step on what it has dropped. */
  async function drop(what: Ops['drop']['in']): Promise<void> {
    const reason = new ExplorerError('cancelled', `the ${'table' in what ? 'table' : 'view'} was closed`)
    const table = 'table' in what ? tableOf(what.table) : undefined
    if (table) tables.delete(table.id)
    await running.end(what, reason)
    await run({ job: 'drop', ...what }, { urgency: PAGE, signal: new AbortController().signal })
    if ('view' in what) views.delete(what.view)
    for (const source of [table?.source, table?.spool]) if (source !== undefined) dropSource(source, table!.id)
  }

  let isIdle = true
  if (start.warmUp) setTimeout(() => void warmUp(instance, () => isIdle).catch(() => undefined), WARM_UP_MS)

  return {
    async helper({ helper, port }) {
      await pool.add(helper, createPeer(port, {}), { ...start, limits: start.helperLimits, warmUp: false })
    },
    lost: ({ helper, reason }) => pool.lose(helper, reason),
    async open(input, { signal, transfer }) {
      isIdle = false
      const opened = await open(input, signal)
      transfer(opened.page)
      return opened
    },
    scan: ({ table }, call) => scan(tableOf(table), call),
    async read(spec, { signal, transfer }) {
      const page = await read(spec, signal)
      transfer(page)
      return page
    },
    async view({ table, spec }, { signal, event }) {
      const onStep = reporter(spec.filter || spec.search ? 'filter' : 'sort', event)
      const made = JSON.parse(await run({ job: 'view', table, ...spec }, { urgency: QUERY, signal, onStep })) as Ops['view']['out']
      views.set(made.view, table)
      return made
    },
    async values(input, { signal, event, transfer }) {
      const { info, page } = await runForPage({ job: 'values', ...input }, { urgency: QUERY, signal, onStep: reporter('values', event) })
      transfer(page)
      return { page, distinct: (JSON.parse(info) as { distinct: number }).distinct }
    },
    async bad(input, { signal }) {
      const info = await run({ job: 'bad', ...input }, { urgency: PAGE, signal })
      return (JSON.parse(info) as { bad: Ops['bad']['out'] }).bad
    },
    drop,
    close: () => pool.close(),
  }
}
