// DuckDB's own import into an in-memory table: duckdb_import.mjs FILE THREADS
import { DuckDBInstance } from '@duckdb/node-api'

const [file, threads] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()
const begin = performance.now()
await connection.run(`CREATE TABLE t AS SELECT * FROM read_csv('${file.replaceAll("'", "''")}')`)
const seconds = (performance.now() - begin) / 1000
const rows = Number((await connection.runAndReadAll('SELECT count(*) FROM t')).getRows()[0][0])
console.log(JSON.stringify({ seconds, rows }))
process.exit(0)
