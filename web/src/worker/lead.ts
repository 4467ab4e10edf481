// What the lead worker does: it owns the catalog of tables, views and sources and serves the page's operations.
import { ExplorerError, type Progress, type TableInfo } from '../engine/api.ts'
import { sendChunks } from '../engine/chunks.ts'
import { openSource, type Source } from '../engine/source.ts'
import type { Instance } from './instance.ts'
import { createJobs, type Jobs, type JobSpec } from './jobs.ts'
import { createPeer, type Call, type Handlers } from './peer.ts'
import { createPool } from './pool.ts'
import { PAGE, QUERY, SCAN, type Opened, type Ops, type ReadSpec, type Start } from './protocol.ts'
import type { RunOptions } from './run-job.ts'
import { createScanner } from './scanner.ts'
import { findSpools } from './spools.ts'
import { firstInfo, mergeInfo, type EngineInfo, type OpenTable } from './tables.ts'
import { warmUp } from './warm-up.ts'

/** Of a table that is not shown from the bytes of its first block. */
const FIRST_ROWS = 200
/** After the answer to hello has left; a host that opens a file at once is not kept waiting. */
const WARM_UP_MS = 20

export function leadHandlers(instance: Instance, start: Start): Handlers & { close(): void } {
  const tables = new Map<number, OpenTable>()
  /** Which table each open view is of. */
  const views = new Map<number, number>()
  const pool = createPool()
  const jobs = createJobs(instance, pool, views)
  const scanner = createScanner(jobs, pool, addSource)
  const spools = findSpools()
  let lastSource = 0

  function addSource(source: Source): number {
    const id = ++lastSource
    instance.addSource(id, source)
    return id
  }

  function dropSource(id: number, table: number): void {
    pool.forget(id, table)
    instance.dropSource(id)
  }

  function tableOf(id: number): OpenTable {
    const table = tables.get(id)
    if (!table) throw new ExplorerError('name', 'the table was closed')
    return table
  }

  async function open(input: Ops['open']['in'], signal: AbortSignal): Promise<Ops['open']['out']> {
    const source = await openSource(input.source, signal)
    const id = addSource(source)
    try {
      const spec = { job: 'open', source: id, name: input.name, read: input.read }
      const { info, page } = await jobs.runForPage(spec, { urgency: PAGE, signal })
      const found = JSON.parse(info) as EngineInfo
      const table = remember(firstInfo(input.name, source.notes, found), id, found.needs_inflate === true, page)
      if (!table.needsInflate) pool.addSource(id, source)
      return { info: table.info, page }
    } catch (error) {
      dropSource(id, 0)
      throw error
    }
  }

  async function query({ tables: read, ...spec }: Ops['query']['in'], { signal, event }: Call<'query'>): Promise<Opened> {
    const onStep = jobs.reporter('query', event)
    const job = { job: 'query', keep: true, tables: read, reads: read.map(({ table }) => table), now: Date.now() * 1000, parallel: !pool.isEmpty, ...spec }
    const { info, page } = await runWithSpool(job, { urgency: QUERY, signal, onStep })
    const table = remember(firstInfo('', [], JSON.parse(info) as EngineInfo), undefined, false, page)
    return { info: table.info, page }
  }

  /** What memory does not hold goes to a file, where there can be one. */
  async function runWithSpool(spec: JobSpec, options: RunOptions): ReturnType<Jobs['runForPage']> {
    const spool = (await spools)?.()
    if (!spool) return jobs.runForPage(spec, options)
    const id = addSource(spool)
    const onSpill = async (rows: Uint8Array<ArrayBuffer>): Promise<void> => {
      await spool.append(rows)
      instance.addSource(id, spool)
    }
    try {
      return await jobs.runForPage({ ...spec, spool: id }, { ...options, onSpill })
    } finally {
      instance.dropSource(id)
    }
  }

  function remember(info: TableInfo, source: number | undefined, needsInflate: boolean, page: ArrayBuffer): OpenTable {
    const isIndexed = info.state !== 'sniffed' // as Parquet is from the start
    const readableRows = isIndexed ? Infinity : new DataView(page).getUint32(8, true)
    const table: OpenTable = {
      id: info.id, info, source, spool: undefined, needsInflate, scan: Promise.resolve(), readableRows, waiting: new Set(), members: [],
    }
    tables.set(table.id, table)
    return table
  }

  /** The members belong to the union as soon as it is there, so a failure behind that closes it. */
  async function unite({ tables: ids, name, filename }: Ops['union']['in'], { signal, event }: Call<'union'>): Promise<Ops['union']['out']> {
    const members = ids.map(tableOf)
    const job = { job: 'union', tables: ids, name, ...(filename !== undefined && { filename }) }
    const found = JSON.parse(await jobs.run(job, { urgency: PAGE, signal })) as EngineInfo
    const notes = new Set(members.flatMap(({ info }) => info.notes ?? []))
    const table: OpenTable = {
      id: found.table!, info: firstInfo(name, [...notes], found), source: undefined, spool: undefined, needsInflate: false,
      scan: Promise.resolve(), readableRows: Infinity, waiting: new Set(), members,
    }
    for (const id of ids) tables.delete(id)
    tables.set(table.id, table)
    try {
      await completeStats(table, signal, event)
      const { page } = await jobs.runForPage({ job: 'read', table: table.id, row: 0, rows: FIRST_ROWS }, { urgency: PAGE, signal })
      return { info: table.info, page }
    } catch (error) {
      await drop({ table: table.id })
      throw error
    }
  }

  /** Where files differ in a column's type its statistics are taken again. Parquet files have none until they are asked for. */
  async function completeStats(table: OpenTable, signal: AbortSignal, event: (progress: Progress) => void): Promise<void> {
    const hasStats = ({ info }: OpenTable): boolean => info.columns.every(({ stats }) => stats)
    if (hasStats(table) || !table.members.every(hasStats)) return
    const info = await jobs.run({ job: 'import', table: table.id }, { urgency: SCAN, signal, onStep: jobs.reporter('import', event) })
    table.info = mergeInfo(table.info, JSON.parse(info) as EngineInfo)
  }

  async function read(spec: ReadSpec, signal: AbortSignal): Promise<ArrayBuffer> {
    if (spec.table !== undefined) {
      const table = tableOf(spec.table)
      await jobs.under({ table: table.id }, signal, (ending) => scanner.whenReadable(table, spec.row + spec.rows, ending))
    }
    return (await jobs.runForPage({ job: 'read', ...spec }, { urgency: PAGE, signal })).page
  }

  /** What still runs on it is ended first: the engine does not expect a step on what it has dropped. */
  async function drop(what: Ops['drop']['in']): Promise<void> {
    const reason = new ExplorerError('cancelled', `the ${'table' in what ? 'table' : 'view'} was closed`)
    const table = 'table' in what ? tableOf(what.table) : undefined
    if (table) tables.delete(table.id)
    await jobs.end(what, reason)
    await jobs.run({ job: 'drop', ...what }, { urgency: PAGE, signal: new AbortController().signal })
    if ('view' in what) views.delete(what.view)
    for (const { id, source, spool } of table ? [table, ...table.members] : [])
      for (const each of [source, spool]) if (each !== undefined) dropSource(each, id)
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
    async union(input, call) {
      const made = await unite(input, call)
      call.transfer(made.page)
      return made
    },
    scan: ({ table }, call) => scanner.scan(tableOf(table), call),
    profile: ({ table }, call) => scanner.profile(tableOf(table), call),
    async read(spec, { signal, event, transfer }) {
      const page = await read(spec, signal)
      event(jobs.progressOf('idle', { doneBytes: 0, totalBytes: 0, rows: 0 }))
      transfer(page)
      return page
    },
    async view({ table, spec }, { signal, event }) {
      const onStep = jobs.reporter(spec.filter || spec.search ? 'filter' : 'sort', event)
      const made = JSON.parse(await jobs.run({ job: 'view', table, ...spec }, { urgency: QUERY, signal, onStep })) as Ops['view']['out']
      views.set(made.view, table)
      return made
    },
    async values(input, { signal, event, transfer }) {
      const onStep = jobs.reporter('values', event)
      const { info, page } = await jobs.runForPage({ job: 'values', ...input }, { urgency: QUERY, signal, onStep })
      transfer(page)
      return { page, distinct: (JSON.parse(info) as { distinct: number }).distinct }
    },
    async query(input, call) {
      const made = await query(input, call)
      call.transfer(made.page)
      return made
    },
    async session(_, { signal }) {
      const info = await jobs.run({ job: 'session' }, { urgency: PAGE, signal })
      return (JSON.parse(info) as { tables: Ops['session']['out'] }).tables
    },
    async bad(input, { signal }) {
      const info = await jobs.run({ job: 'bad', ...input }, { urgency: PAGE, signal })
      return (JSON.parse(info) as { bad: Ops['bad']['out'] }).bad
    },
    async export({ spec, port, ...target }, { signal, event }) {
      const chunks = sendChunks(port, signal)
      try {
        const onStep = jobs.reporter('export', event)
        const made = await jobs.run({ job: 'export', ...target, ...spec }, { urgency: QUERY, signal, onStep, onPage: chunks.send })
        await chunks.drained()
        return JSON.parse(made) as Ops['export']['out']
      } finally {
        chunks.close()
      }
    },
    drop,
    close: () => pool.close(),
  }
}
