// SQL as hosts ask it: a query that is read once, or its rows as a table.
import type { Engine, QueryOptions, Table } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import type { QuerySpec } from '../worker/protocol.ts'
import { orAborted } from './deferred.ts'
import type { NamedTable, Names } from './names.ts'
import { paramsJson, queryOf } from './query.ts'
import { createTable } from './table.ts'

export function createQueries(peer: Peer, names: Names): Pick<Engine, 'query' | 'view' | 'session' | 'functions'> {
  /** Later queries may read the tables of these through views. */
  const created: string[] = []

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

  return {
    query: (sql, options = {}) => queryOf((limit) => view(sql, options, limit), options.signal),
    view: (sql, options) => view(sql, options),
    session: () => peer.ask('session', undefined),
    functions: async () => (await import('./function-list.ts')).functionList,
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
