// SQL as hosts ask it: a query that is read once, or its rows as a table.
import type { Engine, Page, Parameters, Query, QueryOptions, SqlFunction, Table, Value } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import type { QuerySpec } from '../worker/protocol.ts'
import { orAborted } from './deferred.ts'
import type { NamedTable, Names } from './names.ts'
import { createTable } from './table.ts'

const PAGE_ROWS = 16_384

export function createQueries(peer: Peer, names: Names): Pick<Engine, 'query' | 'view' | 'session' | 'functions'> {
  /** Later queries may read the tables of these through views. */
  const created: string[] = []
  let functions: Promise<readonly SqlFunction[]> | undefined

  async function view(sql: string, options: QueryOptions = {}, limit?: number): Promise<Table> {
    const { signal, onProgress, params, tables, timeZone } = options
    signal?.throwIfAborted()
    const read = tables ? Object.entries(tables).map(([name, table]) => ({ name, table })) : mentioned([sql, ...created], names.all)
    await Promise.all(read.map(({ table }) => whenImported(table, signal)))
    const spec: QuerySpec = {
      sql,
      tables: read.map(({ name, table }) => ({ table: table.info.id, name })),
      ...(params && { params: paramsJson(params) }),
      ...(timeZone !== undefined && { timezone: timeZone }),
      ...(limit !== undefined && { limit }),
    }
    const opened = await peer.ask('query', spec, {
      signal, ...(onProgress && { onEvent: onProgress }),
      onUnwanted: ({ info }) => void peer.ask('drop', { table: info.id }).catch(() => undefined),
    })
    if (/\bcreate\b/i.test(sql)) created.push(sql)
    return createTable(peer, opened, { sqlName: '', onProgress })
  }

  function query(sql: string, options: QueryOptions = {}): Query {
    const { signal } = options
    return {
      async* [Symbol.asyncIterator]() {
        const result = await view(sql, options)
        try {
          yield* pagesOf(result, signal)
        } finally {
          await result.close()
        }
      },
      async rows(limit) {
        const result = await view(sql, options, limit)
        return rowsOf(result, signal).finally(() => result.close())
      },
      async arrow() {
        const result = await view(sql, options)
        const stream = result.export({ format: 'arrow stream', compression: 'none', ...(signal && { signal }) })
        return new Uint8Array(await new Response(stream).arrayBuffer().finally(() => result.close()))
      },
    }
  }

  return {
    query,
    view: (sql, options) => view(sql, options),
    session: () => peer.ask('session', undefined),
    functions: () => (functions ??= peer.ask('functions', undefined)),
  }
}

/** Only these have to be imported: a table whose name is nowhere in the texts is not read. */
function mentioned(sql: readonly string[], tables: readonly NamedTable[]): NamedTable[] {
  const text = sql.join('\n').toLowerCase()
  return tables.filter(({ name, table }) => text.includes(name.toLowerCase()) || text.includes(table.sqlName.toLowerCase()))
}

async function whenImported(table: Table, signal: AbortSignal | undefined): Promise<void> {
  table.resumeScan()
  await orAborted(table.imported, signal)
}

function paramsJson(params: Parameters): string {
  const isList = Array.isArray as (given: Parameters) => given is readonly Value[]
  if (isList(params)) return `[${params.map(valueJson).join()}]`
  return `{${Object.entries(params).map(([name, value]) => `${JSON.stringify(name)}:${valueJson(value)}`).join()}}`
}

/** What JSON has no number for is a text, which SQL reads as one. */
function valueJson(value: Value): string {
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'number' && !Number.isFinite(value) ? JSON.stringify(String(value)) : JSON.stringify(value)
}

async function* pagesOf(table: Table, signal: AbortSignal | undefined): AsyncGenerator<Page, void, undefined> {
  const { count } = table.info.rows
  const { firstPage } = table
  if (firstPage.rows > 0) yield firstPage
  for (let row = firstPage.rows; row < count; row += PAGE_ROWS) yield await table.page(row, PAGE_ROWS, signal && { signal })
}

async function rowsOf(table: Table, signal: AbortSignal | undefined): Promise<Record<string, Value>[]> {
  const names = table.info.columns.map(({ name }) => name)
  const rows: Record<string, Value>[] = []
  for await (const page of pagesOf(table, signal)) rows.push(...objectsOf(page, names))
  return rows
}

function objectsOf({ rows, columns }: Page, names: readonly string[]): Record<string, Value>[] {
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map((column, i): [string, Value] => [names[i]!, column.at(row)])))
}
