// Rows of a server's table in an order, by pages: at their address where a view can be said there, else as SQL.
import { ExplorerError, type ColumnInfo, type Page, type ViewSpec } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import { viewToSql } from '../model/sql-of-view.ts'
import type { Client } from './client.ts'
import { leavesOf } from './leaves.ts'
import { pageOf, parseRecords, type CellText } from './records.ts'
import { rowQuery } from './row-query.ts'

/** What the server gives at once. */
const pageRows = 10_000

export interface ServerRows {
  count(signal?: AbortSignal): Promise<number>
  page(firstRow: number, rows: number, columns: readonly number[], signal?: AbortSignal): Promise<Page>
  /** The same rows as SQL. */
  sql(columns?: readonly number[]): string
}

export const tablePath = (name: string): string => `/tables/${name.split('/').map(encodeURIComponent).join('/')}`

type Records = readonly (readonly CellText[])[]

/** How pages of some columns come: names first, like the fields of `columns` in their order. */
interface Reader {
  count(signal?: AbortSignal): Promise<number>
  read(firstRow: number, rows: number, columns: readonly number[], signal?: AbortSignal): Promise<string>
}

export function serverRows(client: Client, name: string, columns: readonly ColumnInfo[], spec: ViewSpec): ServerRows {
  const { filter, search = '', sort = [] } = spec
  const view = { filters: leavesOf(filter), search, sort }
  const sql = (visible?: readonly number[]): string => viewToSql(view, { from: quoteName(name), columns, ...(visible && { visible }) })
  const counted = viewToSql({ ...view, sort: [] }, { from: quoteName(name), columns, visible: [0] })
  const query = rowQuery(spec, columns)
  const { count, read } = query === undefined ? bySql(client, sql, counted) : byAddress(client, name, columns, query)

  async function page(firstRow: number, rows: number, wanted: readonly number[], signal?: AbortSignal): Promise<Page> {
    if (rows > pageRows) throw new ExplorerError('limit', `a page of a server has at most ${pageRows} rows`)
    const asked = columns.length === wanted.length || wanted.some((column) => columns[column]!.name.includes(',')) ? columns.map((_, i) => i) : wanted
    const [, ...records] = asked.length > 0 ? parseRecords(await read(firstRow, rows, asked, signal)) : emptyRecords(rows)
    const all = pageOf(records, firstRow, asked.map((index) => ({ index, type: columns[index]!.type })))
    return asked === wanted ? all : { ...all, columns: wanted.map((index) => all.columns[index]!) }
  }
  return { count, page, sql }
}

/** Names, and rows of nothing. */
const emptyRecords = (rows: number): Records => Array.from({ length: rows + 1 }, () => [])

function byAddress(client: Client, name: string, columns: readonly ColumnInfo[], view: string): Reader {
  const path = `${tablePath(name)}/rows`
  const get = async (place: Readonly<Record<string, string>>, signal?: AbortSignal): Promise<string> =>
    client.text(await client.get(path, [view, new URLSearchParams(place).toString()].filter(Boolean).join('&'), signal))
  return {
    count: async (signal) => (JSON.parse(await get({ limit: '1' }, signal)) as { total: number }).total,
    read(firstRow, rows, asked, signal) {
      const some = asked.length < columns.length && { columns: asked.map((column) => columns[column]!.name).join() }
      return get({ ...some, format: 'csv', first: String(firstRow), limit: String(rows) }, signal)
    },
  }
}

function bySql(client: Client, sql: ServerRows['sql'], counted: string): Reader {
  const ask = async (text: string, signal?: AbortSignal): Promise<string> =>
    client.text(await client.sql({ sql: text, format: 'csv' }, signal))
  return {
    async count(signal) {
      const [, [rows] = []] = parseRecords(await ask(`SELECT count(*) FROM (\n${counted}\n) AS v`, signal))
      return Number(rows)
    },
    read: (firstRow, rows, asked, signal) => ask(`${sql(asked)}\nLIMIT ${rows} OFFSET ${firstRow}`, signal),
  }
}
