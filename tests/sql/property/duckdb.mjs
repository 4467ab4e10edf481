// The engine to compare with: DuckDB, from a package that `npm ci --prefix tests/sql` brings.
import { DuckDBInstance } from '@duckdb/node-api'

// Its numbers of 64 bits and its decimals are texts already.
function plain(value) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]))
}

export async function createDuckdb() {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  await connection.run("SET TimeZone = 'UTC'")
  return {
    run: (sql) => connection.run(sql),
    async query(sql) {
      try {
        const reader = await connection.runAndReadAll(sql)
        return {
          columns: reader.columnTypes().map((type) => ({ type: String(type).replaceAll('"', '') })), // names of members that need none
          rows: reader.getRowsJson().map((row) => row.map(plain)),
        }
      } catch (error) {
        return { error: error.message.split('\n')[0] }
      }
    },
    close: () => connection.closeSync(),
  }
}
