// A table that stays on a server, behind the interface of one that is open here: what is looked at is asked for.
import { ExplorerError, type Page, type PageOptions, type RunOptions, type ServerTable, type Table, type TableInfo, type ViewSpec } from '../engine/api.ts'
import { orAborted } from '../engine/deferred.ts'
import { createScan } from '../engine/scan.ts'
import { quoteName } from '../engine/sql-name.ts'
import type { Client } from './client.ts'
import { exported } from './export.ts'
import { parseRecords, type CellText } from './records.ts'
import { describeTable, follow, infoOf } from './described.ts'
import { firstRecords, pageOfTable, serverRows, type ServerRows } from './server-rows.ts'
import { statsOf, statsSql } from './statistics.ts'

const firstRows = 128
const valuesMost = 1000

let lastId = 0

export async function openServerTable(client: Client, { table: name }: ServerTable, onClose: (table: Table) => void, signal?: AbortSignal): Promise<Table> {
  const [described, records] = await Promise.all([describeTable(client, name, signal), firstRecords(client, name, firstRows, signal)])
  const first = infoOf({ id: ++lastId, name }, described)
  const scan = createScan((signal, tell) => follow(client, first, signal, tell), first)
  const all = first.columns.map((_, i) => i)
  const rowsOf = (spec: ViewSpec): ServerRows => serverRows(client, scan.info, spec)
  const firstPage = pageOfTable(first, records, 0, Math.min(firstRows, first.rows.count))
  scan.start()

  const ask = async (sql: string, signal: AbortSignal | undefined): Promise<CellText[][]> =>
    parseRecords(await client.text(await client.sql({ sql, format: 'csv' }, signal))).slice(1)

  /** The server has exact types then, and what it answers to questions is of those. */
  const known = (signal: AbortSignal | undefined): Promise<TableInfo> => {
    scan.start()
    return orAborted(scan.imported, signal)
  }

  async function whenReadable(endRow: number, signal: AbortSignal | undefined): Promise<void> {
    if (endRow <= firstPage.rows) return
    for await (const { info, progress } of scan.follow(signal)) if (info.state !== 'sniffed' || endRow <= progress.rows) return
  }

  async function page(firstRow: number, rows: number, { columns: wanted = all, signal }: PageOptions = {}): Promise<Page> {
    await whenReadable(firstRow + rows, signal)
    const last = scan.info.rows.exact ? scan.info.rows.count : Infinity
    const begin = Math.min(firstRow, last)
    return rowsOf({}).page(begin, Math.min(rows, last - begin), wanted, signal)
  }

  async function profile({ signal, onProgress }: RunOptions = {}): Promise<TableInfo> {
    const { columns } = await known(signal)
    if (columns.every(({ stats }) => stats)) return scan.info
    onProgress?.({ ...client.cost, phase: 'values' })
    const [row = []] = await ask(statsSql(columns, quoteName(name)), signal)
    const stats = statsOf(row, columns)
    scan.learn({ ...scan.info, columns: columns.map((column, i) => ({ ...column, stats: stats[i]! })) })
    return scan.info
  }

  async function close(): Promise<void> {
    scan.close(new ExplorerError('cancelled', 'the table was closed'))
    client.close()
    onClose(table)
  }

  const table: Table = {
    sqlName: quoteName(name),
    get info() { return scan.info },
    firstPage,
    progress: ({ signal } = {}) => scan.follow(signal),
    get indexed() { return scan.indexed },
    get imported() { return scan.imported },
    cancelScan: scan.cancel,
    resumeScan: scan.start,
    profile,
    page,
    async view(spec, { signal } = {}) {
      await known(signal)
      const rows = rowsOf(spec)
      return {
        spec,
        rows: await rows.count(signal),
        page: (firstRow, count, { columns: wanted = all, signal } = {}) => rows.page(firstRow, count, wanted, signal),
        export: (options) => exported(client, rows, options),
        close: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }
    },
    async values(column, { limit = valuesMost, spec = {}, signal } = {}) {
      await known(signal)
      return rowsOf({ ...spec, sort: [] }).values(column, limit, signal)
    },
    badRows: async () => [],
    export: (options) => exported(client, rowsOf({}), options),
    close,
    [Symbol.asyncDispose]: close,
  }
  return table
}
