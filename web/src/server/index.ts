// An engine that leaves tables of servers where they are. Files, and whatever a server answered to SQL, are opened by
// the engine of this machine, which is not started before there is one.
import type { Engine, Openable, OpenOptions, QueryOptions, ServerTable, Table } from '../engine/api.ts'
import { paramsJson, queryOf } from '../engine/query.ts'
import { connect, type Client } from './client.ts'
import { openServerTable } from './server-table.ts'

/** An answer to SQL travels whole, as Parquet; a longer one is refused by the server. */
const answerBytes = 100e6

/** `start` is called once, and the engine that it gives is closed with this one. */
export function createServerEngine(start: () => Promise<Engine>): Engine {
  let local: Promise<Engine> | undefined
  const here = (): Promise<Engine> => (local ??= start())
  /** The servers of tables that are open. SQL goes to the newest. */
  const servers = new Map<Table, Client>()

  async function openThere(source: ServerTable, { signal, onProgress }: OpenOptions): Promise<Table> {
    signal?.throwIfAborted()
    const client = connect(source.sql, source.table, onProgress)
    const table = await openServerTable(client, source, (closed) => void servers.delete(closed), signal).catch((error: unknown) => {
      client.close()
      throw error
    })
    servers.set(table, client)
    return table
  }

  async function askThere(server: Client, sql: string, { signal, onProgress, params, timeZone }: QueryOptions): Promise<Table> {
    const request = { sql, format: 'parquet', limits: { bytes: answerBytes }, ...(params && { params: paramsJson(params) }), ...(timeZone && { timezone: timeZone }) } as const
    const answer = new File([await server.bytes(await server.sql(request, signal))], 'result.parquet')
    const engine = await here()
    return engine.open(answer, { ...(signal && { signal }), ...(onProgress && { onProgress }) })
  }

  async function view(sql: string, options: QueryOptions = {}): Promise<Table> {
    const server = options.tables ? undefined : [...servers.values()].at(-1)
    return server ? askThere(server, sql, options) : (await here()).view(sql, options)
  }

  async function close(): Promise<void> {
    for (const server of servers.values()) server.close()
    await local?.then((engine) => engine.close(), () => {})
  }

  return {
    open: async (source, options = {}) => (isServerTable(source) ? openThere(source, options) : (await here()).open(source, options)),
    query: (sql, options = {}) => queryOf(() => view(sql, options), options.signal),
    view,
    session: async () => (local ? (await local).session() : []),
    functions: async () => (await here()).functions(),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const isServerTable = (source: Openable | readonly Openable[]): source is ServerTable => typeof source === 'object' && 'table' in source
