// What the bundles of DuckDB-WASM have in common.
import * as duckdb from '@duckdb/duckdb-wasm'
import { offer } from './driver.js'

const absolute = (url) => new URL(url, location.href).href

export function offerDuckdb({ wasm, worker, thread, register }) {
  let db, connection
  offer({
    async ready() {
      db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(absolute(worker)))
      await db.instantiate(absolute(wasm), thread && absolute(thread))
      connection = await db.connect()
      if (thread) await connection.query(`SET threads = ${navigator.hardwareConcurrency}`)
    },
    async load(name, file) {
      await register(db, `${name}.csv`, file)
      await connection.query(`CREATE TABLE "${name}" AS FROM read_csv('${name}.csv', allow_quoted_nulls = false)`)
      await db.dropFile(`${name}.csv`)
    },
    run: async (sql) => (await connection.query(sql)).toArray().map((row) => row.toJSON()),
  })
}
