// A table that stays on a server, behind the interface of one that is open here: what is looked at is asked for.
import { ExplorerError, type ColumnInfo, type RunOptions, type ServerTable, type Table, type TableInfo, type ValueCount, type ViewSpec } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import type { Client } from './client.ts'
import { exported } from './export.ts'
import { parseRecords, shownText, valueOf, type CellText } from './records.ts'
import { serverRows, tablePath, type ServerRows } from './server-rows.ts'
import { nested, statsOf, statsSql, valuesSql } from './statistics.ts'

const firstRows = 128
const valuesMost = 1000

/** What /v1/tables/{t} says. */
interface Described {
  readonly bytes: number
  readonly count: number
  readonly badRows: number
  readonly columns: readonly ColumnInfo[]
}

let lastId = 0

const infoOf = (name: string, { bytes, count, badRows, columns }: Described): TableInfo => ({
  id: ++lastId, name, bytes, columns, format: 'server', compression: 'none', guesses: [], rows: { count, exact: true }, badRows: 0, state: 'imported',
  ...(badRows > 0 && { notes: [`${badRows} of its rows do not fit; open it in the browser or by ranges to see which.`] }),
})

export async function openServerTable(client: Client, { table: name }: ServerTable, onClose: (table: Table) => void, signal?: AbortSignal): Promise<Table> {
  let info = infoOf(name, JSON.parse(await client.text(await client.get(tablePath(name), '', signal))) as Described)
  const { columns } = info
  const all = columns.map((_, i) => i)
  const rowsOf = (spec: ViewSpec): ServerRows => serverRows(client, name, columns, spec)
  const plain = rowsOf({})
  const firstPage = await plain.page(0, Math.min(firstRows, info.rows.count), all, signal)

  const ask = async (sql: string, signal: AbortSignal | undefined): Promise<CellText[][]> =>
    parseRecords(await client.text(await client.sql({ sql, format: 'csv' }, signal))).slice(1)

  async function profile({ signal, onProgress }: RunOptions = {}): Promise<TableInfo> {
    onProgress?.({ ...client.cost, phase: 'values' })
    const [row = []] = await ask(statsSql(columns, quoteName(name)), signal)
    const stats = statsOf(row, columns)
    return (info = { ...info, columns: columns.map((column, i) => ({ ...column, stats: stats[i]! })) })
  }

  async function values(column: number, spec: ViewSpec, limit: number, signal: AbortSignal | undefined) {
    const { name: called, type } = columns[column]!
    // SQL writes these otherwise than the grid, and a filter would not find them again.
    if (type === 'blob' || nested.includes(type)) throw new ExplorerError('unsupported', 'a server lists no values of this type; write them in SQL')
    const found = await ask(valuesSql(rowsOf({ ...spec, sort: [] }).sql([column]), called, limit), signal)
    return {
      values: found.map(([text = null, times]): ValueCount => {
        const shown = shownText(text, type)
        return { value: valueOf(shown, type), text: shown ?? '', count: Number(times) }
      }),
      distinct: Number(found[0]?.[2] ?? 0),
    }
  }

  async function close(): Promise<void> {
    client.close()
    onClose(table)
  }

  const table: Table = {
    sqlName: quoteName(name),
    get info() { return info },
    firstPage,
    async* progress() {}, // nothing is left to be found out
    indexed: Promise.resolve(info),
    imported: Promise.resolve(info),
    cancelScan: async () => {},
    resumeScan: () => {},
    profile,
    page: (firstRow, rows, { columns: wanted = all, signal } = {}) => plain.page(firstRow, rows, wanted, signal),
    async view(spec, { signal } = {}) {
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
    values: (column, { limit = valuesMost, spec = {}, signal } = {}) => values(column, spec, limit, signal),
    badRows: async () => [],
    export: (options) => exported(client, plain, options),
    close,
    [Symbol.asyncDispose]: close,
  }
  return table
}
