// DuckDB-WASM, its "eh" bundle (one thread). Direct file access: the faster setting for CSV.
import * as duckdb from '@duckdb/duckdb-wasm'
import wasmUrl from '@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url'
import workerUrl from '@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url'
import { offer } from '../driver.js'

let db, connection, table

async function take(file) {
  if (!file) return
  await db.registerFileHandle('table.csv', file, duckdb.DuckDBDataProtocol.BROWSER_FILEREADER, true)
  table = `read_csv('table.csv')`
}

const texts = (result) => {
  const columns = result.schema.fields.map((_, i) => result.getChildAt(i))
  return Array.from({ length: result.numRows }, (_, row) => columns.map((column) => String(column.get(row) ?? '')))
}

const rows = async (sql) => texts(await connection.query(sql))

offer({
  async ready() {
    const worker = new Worker(new URL(workerUrl, import.meta.url))
    db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), worker)
    await db.instantiate(new URL(wasmUrl, import.meta.url).href)
    connection = await db.connect()
  },
  async firstRows(file) {
    await take(file)
    return rows(`SELECT * FROM ${table} LIMIT 100`)
  },
  async count(file) {
    await take(file)
    return Number((await rows(`SELECT count(*) FROM ${table}`))[0][0])
  },
  async import(file) {
    await take(file)
    await connection.query(`CREATE TABLE t AS SELECT * FROM ${table}`)
    table = 't'
  },
  page: (row, n) => rows(`SELECT * FROM ${table} LIMIT ${n} OFFSET ${row}`),
  filterCount: async () => Number((await rows(`SELECT count(*) FROM t WHERE price >= 900 AND status = 'open'`))[0][0]),
  top100: () => rows('SELECT * FROM t ORDER BY score DESC LIMIT 100'),
  distinct: async () =>
    (await rows('SELECT city, count(*) FROM t GROUP BY city')).map(([city, count]) => [city, Number(count)]),
  sortMiddle: (row, n) => rows(`SELECT * FROM t ORDER BY score LIMIT ${n} OFFSET ${row}`),
})
