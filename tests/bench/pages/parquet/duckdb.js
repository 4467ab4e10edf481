// DuckDB-WASM 1.28, its "eh" bundle (one thread): later ones load their Parquet reader from the network. Buffered access
// to a file, many times faster than direct for Parquet.
import * as duckdb from 'duckdb-wasm-buffered'
import wasmUrl from 'duckdb-wasm-buffered/dist/duckdb-eh.wasm?url'
import workerUrl from 'duckdb-wasm-buffered/dist/duckdb-browser-eh.worker.js?url'
import { offer } from '../driver.js'

const { BROWSER_FILEREADER, HTTP } = duckdb.DuckDBDataProtocol
const table = `'table.parquet'`
const numbered = `read_parquet('table.parquet', file_row_number = true)`
let db, connection

const take = (source) => (typeof source === 'string'
  ? db.registerFileURL('table.parquet', source, HTTP, false)
  : db.registerFileHandle('table.parquet', source, BROWSER_FILEREADER, false))

async function rows(sql) {
  const result = await connection.query(sql)
  const columns = result.schema.fields.map((_, i) => result.getChildAt(i))
  return Array.from({ length: result.numRows }, (_, row) => columns.map((column) => String(column.get(row) ?? '')))
}

offer({
  async ready() {
    db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(new URL(workerUrl, import.meta.url)))
    await db.instantiate(new URL(wasmUrl, import.meta.url).href)
    connection = await db.connect()
  },
  async firstRows(source) {
    await take(source)
    return rows(`SELECT * FROM ${table} LIMIT 100`)
  },
  page: (row, n) => rows(`SELECT * EXCLUDE (file_row_number) FROM ${numbered} WHERE file_row_number >= ${row} AND file_row_number < ${row + n}`),
  filterCount: async () =>
    Number((await rows(`SELECT count(*) FROM ${table} WHERE price >= 900 AND status = 'open'`))[0][0]),
  sortMiddle: (row, n) => rows(`SELECT * EXCLUDE (file_row_number) FROM ${numbered} WHERE file_row_number IN
    (SELECT file_row_number FROM ${numbered} ORDER BY score LIMIT ${n} OFFSET ${row}) ORDER BY score`),
})
