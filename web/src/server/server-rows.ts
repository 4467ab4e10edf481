// Rows of a server's table in an order, by pages. The server keeps a view for its next page.
import { ExplorerError, type Filter, type Page, type TableInfo, type ValueCount, type ViewSpec } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import { viewToSql } from '../model/sql-of-view.ts'
import type { ColumnFilter } from '../model/view-state.ts'
import type { Client } from './client.ts'
import { pageOf, parseRecords, shownText, valueOf, type CellText } from './records.ts'

/** What the server gives at once. */
const pageRows = 10_000
/** Of what is asked for in an address, and of the names of columns in it: servers in front have limits. */
const queryLength = 6000
const namesLength = 2000

export interface ServerRows {
  count(signal?: AbortSignal): Promise<number>
  /** The values of a column in these rows, the most frequent first, and how many there are. */
  values(column: number, limit: number, signal?: AbortSignal): Promise<{ values: ValueCount[]; distinct: number }>
  page(firstRow: number, rows: number, columns: readonly number[], signal?: AbortSignal): Promise<Page>
  /** The same rows as SQL; all columns when none are given. */
  sql(columns?: readonly number[]): string
}

export const tablePath = (name: string): string => `/tables/${name.split('/').map(encodeURIComponent).join('/')}`

/** The first rows as they came, asked for before anything is known of the table. */
export async function firstRecords(client: Client, name: string, rows: number, signal?: AbortSignal): Promise<CellText[][]> {
  const query = new URLSearchParams({ format: 'csv', first: '0', limit: String(rows) }).toString()
  return parseRecords(await client.text(await client.get(`${tablePath(name)}/rows`, query, signal)))
}

/** Of `rows` rows from `firstRow` on, all columns; the names of the columns come first. */
export function pageOfTable({ name, columns, rows: known }: TableInfo, [names, ...records]: readonly CellText[][], firstRow: number, rows: number, there: readonly number[] = columns.map((_, i) => i)): Page {
  const isAsKnown = names?.length === there.length && there.every((column, i) => columns[column]!.name === (names[i] ?? ''))
  if (!isAsKnown || (known.exact && records.length < rows)) throw new ExplorerError('bytes', `${name} changed on the server; open it again`)
  return pageOf(records, firstRow, there.map((index) => ({ index, type: columns[index]!.type })))
}

export function serverRows(client: Client, table: TableInfo, spec: ViewSpec): ServerRows {
  const { name, columns } = table
  async function get(part: 'rows' | 'values', place: Readonly<Record<string, string | number>>, signal?: AbortSignal): Promise<Response> {
    const view = JSON.stringify(spec)
    const query = new URLSearchParams(Object.entries({ ...(view !== '{}' && { view }), ...place }).map(([name, value]) => [name, String(value)])).toString()
    if (query.length > queryLength) throw new ExplorerError('limit', 'this is too long to be asked of a server; choose fewer values, or write it in SQL')
    return client.get(`${tablePath(name)}/${part}`, query, signal)
  }

  /** Undefined where it cannot be said; then all of them are asked for. */
  function listOf(wanted: readonly number[]): string | undefined {
    const names = wanted.map((column) => columns[column]!.name)
    const list = names.join()
    return names.some((name) => name.includes(',')) || list === '' || list.length > namesLength ? undefined : list
  }

  async function page(firstRow: number, rows: number, wanted: readonly number[], signal?: AbortSignal): Promise<Page> {
    if (rows > pageRows) throw new ExplorerError('limit', `a page of a server has at most ${pageRows} rows`)
    const listed = wanted.length < columns.length ? listOf(wanted) : undefined
    const place = { ...(listed && { columns: listed }), format: 'csv', first: firstRow, limit: Math.max(1, rows) }
    const records = parseRecords(await client.text(await get('rows', place, signal)))
    const all = pageOfTable(table, records, firstRow, rows, listed ? wanted : undefined)
    return listed ? all : { ...all, columns: wanted.map((index) => all.columns[index]!) }
  }

  async function values(column: number, limit: number, signal?: AbortSignal): Promise<{ values: ValueCount[]; distinct: number }> {
    const { name: called, type } = columns[column]!
    const answer = await get('values', { columns: called, format: 'csv', limit }, signal)
    const records = parseRecords(await client.text(answer)).slice(1)
    return {
      values: records.map(([text = null, times]): ValueCount => {
        const shown = shownText(text, type)
        return { value: valueOf(shown, type), text: shown ?? '', count: Number(times) }
      }),
      distinct: Number(answer.headers.get('sonde-total') ?? records.length),
    }
  }

  return {
    values,
    count: async (signal) => (JSON.parse(await client.text(await get('rows', { limit: 1 }, signal))) as { total: number }).total,
    page,
    sql: (visible) => viewToSql(
      { filters: leavesOf(spec.filter), search: spec.search ?? '', sort: spec.sort ?? [] },
      { from: quoteName(name), columns, ...(visible && { visible }) },
    ),
  }
}

/** What the explorer asks of rows is a conjunction of filters of one column each. */
function leavesOf(filter: Filter | undefined): readonly ColumnFilter[] {
  if (!filter) return []
  if ('and' in filter) return filter.and.flatMap(leavesOf)
  if ('column' in filter) return [filter]
  throw new ExplorerError('unsupported', 'only filters that hold together can be written as SQL')
}
