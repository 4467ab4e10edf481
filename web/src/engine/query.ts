// A query that is read once: its parameters as the engine and servers take them, and its rows out of the table that answers it.
import type { Page, Parameters, Query, Table, Value } from './api.ts'

const PAGE_ROWS = 16_384

/** A query by the tables that answer it; `run` need not keep to the limit. */
export function queryOf(run: (limit?: number) => Promise<Table>, signal: AbortSignal | undefined): Query {
  return {
    async* [Symbol.asyncIterator]() {
      const result = await run()
      try {
        yield* pagesOf(result, signal)
      } finally {
        await result.close()
      }
    },
    async rows(limit) {
      const result = await run(limit)
      const rows = await rowsOf(result, signal).finally(() => leave(result))
      return rows.slice(0, limit)
    },
    async arrow() {
      const result = await run()
      const stream = result.export({ format: 'arrow stream', compression: 'none', ...(signal && { signal }) })
      return new Uint8Array(await new Response(stream).arrayBuffer().finally(() => result.close()))
    },
  }
}

export function paramsJson(params: Parameters): string {
  const isList = Array.isArray as (given: Parameters) => given is readonly Value[]
  if (isList(params)) return `[${params.map(valueJson).join()}]`
  return `{${Object.entries(params).map(([name, value]) => `${JSON.stringify(name)}:${valueJson(value)}`).join()}}`
}

/** What JSON has no number for is a text, which SQL reads as one. */
function valueJson(value: Value): string {
  if (typeof value === 'bigint') return String(value)
  return typeof value === 'number' && !Number.isFinite(value) ? JSON.stringify(String(value)) : JSON.stringify(value)
}

/** Nobody waits for it: what is asked next comes behind it. */
const leave = (result: Table): void => void result.close().catch(() => undefined)

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
