// An open table. While only its first rows are known they are served from the page that came with it.
import type { Page, PageOptions, Progress, RunOptions, Table, TableInfo, ValueCount, ViewSpec } from './api.ts'
import { ExplorerError } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import type { Opened } from '../worker/protocol.ts'
import { orAborted } from './deferred.ts'
import { exportRows } from './export.ts'
import { decodePage, slicePage } from './page.ts'
import { createScan } from './scan.ts'
import { createView } from './view.ts'

const VALUES = 1000

export interface TableHost {
  readonly sqlName: string
  readonly onProgress?: ((progress: Progress) => void) | undefined
  onClose?(): void
}

export function createTable(peer: Peer, opened: Opened, { sqlName, onProgress, onClose }: TableHost = { sqlName: '' }): Table {
  const table = opened.info.id
  const firstPage = decodePage(opened.page)
  const scan = createScan((signal, onEvent) => peer.ask('scan', { table }, { signal, onEvent }), opened.info)
  const cost = onProgress ? { onEvent: onProgress } : {}
  let closed = false
  let reporting = false

  function startScan(): void {
    if (scan.info.state === 'imported') return
    scan.start()
    if (onProgress && !reporting) void report(onProgress)
  }

  async function report(tell: (progress: Progress) => void): Promise<void> {
    reporting = true
    try {
      for await (const { progress } of scan.follow(undefined)) tell(progress)
    } catch {
      // who follows progress() or waits for a milestone is told
    } finally {
      reporting = false
    }
  }

  async function page(firstRow: number, rows: number, { columns, signal }: PageOptions = {}): Promise<Page> {
    const { info } = scan
    signal?.throwIfAborted()
    const last = info.rows.exact ? info.rows.count : Infinity
    const begin = Math.min(firstRow, last)
    const end = Math.min(firstRow + rows, last)
    if (info.state === 'sniffed' && end <= firstPage.rows) return slicePage(firstPage, begin, end - begin, columns)
    const input = { table, row: begin, rows: end - begin, ...(columns && { columns }) }
    return decodePage(await peer.ask('read', input, { signal, ...cost }))
  }

  async function whenImported(signal: AbortSignal | undefined): Promise<void> {
    startScan()
    await orAborted(scan.imported, signal)
  }

  const dropView = (view: number): void => void peer.ask('drop', { view }).catch(() => undefined)

  async function openView(spec: ViewSpec, { signal, onProgress: tell }: RunOptions): Promise<{ view: number; rows: number }> {
    await whenImported(signal)
    return peer.ask('view', { table, spec }, {
      signal, ...(tell && { onEvent: tell }), onUnwanted: ({ view }) => dropView(view),
    })
  }

  async function profile({ signal, onProgress: tell }: RunOptions = {}): Promise<TableInfo> {
    await whenImported(signal)
    const info = await peer.ask('profile', { table }, { signal, ...(tell && { onEvent: ({ progress }) => tell(progress) }) })
    scan.learn(info)
    return info
  }

  async function countValues(
    of: { readonly table: number } | { readonly view: number }, column: number, limit: number, { signal, onProgress: tell }: RunOptions,
  ): Promise<{ values: ValueCount[]; distinct: number }> {
    const { page: block, distinct } = await peer.ask('values', { ...of, column, limit }, { signal, ...(tell && { onEvent: tell }) })
    return { values: valueCounts(decodePage(block)), distinct }
  }

  async function close(): Promise<void> {
    if (closed) return
    closed = true
    onClose?.()
    scan.close(new ExplorerError('cancelled', 'the table was closed'))
    if (!peer.dead) await peer.ask('drop', { table })
  }

  return {
    sqlName,
    get info() { return scan.info },
    firstPage,
    progress: ({ signal } = {}) => scan.follow(signal),
    get indexed() { return scan.indexed },
    get imported() { return scan.imported },
    cancelScan: scan.cancel,
    resumeScan: startScan,
    profile,
    page,
    view: async (spec, options = {}) => createView(peer, spec, await openView(spec, options), onProgress),
    async values(column, { spec, limit = VALUES, ...options } = {}) {
      if (!spec) {
        await whenImported(options.signal)
        return countValues({ table }, column, limit, options)
      }
      const made = await openView({ ...spec, sort: [] }, options)
      return countValues({ view: made.view }, column, limit, options).finally(() => dropView(made.view))
    },
    export: (options) => exportRows(peer, { table }, options, whenImported),
    badRows: (first, count) => peer.ask('bad', { table, first, count }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The page of a values job: the values, and how often each is there. */
function valueCounts(page: Page): ValueCount[] {
  const [values, counts] = page.columns
  if (!values || !counts) throw new ExplorerError('misuse', 'the engine answered no values')
  return Array.from({ length: page.rows }, (_, i) => ({
    value: values.at(i), text: values.text(i), count: Number(counts.at(i)),
  }))
}
