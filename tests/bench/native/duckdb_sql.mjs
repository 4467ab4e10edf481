// DuckDB as `sonde query --file -` is: tables first, then a statement a line in, its answer a line out.
//   node duckdb_sql.mjs THREADS NAME=FILE.csv…
// Statements arrive as JSON texts; an answer is {"milliseconds", "rows"} or {"error"}, the first one tells the time of loading.
import { DuckDBInstance } from '@duckdb/node-api'
import { createInterface } from 'node:readline'

const [threads, ...tables] = process.argv.slice(2)
const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect()

async function measured(work) {
  const begin = performance.now()
  try {
    const rows = await work()
    return { milliseconds: performance.now() - begin, rows }
  } catch (error) {
    return { error: error.message.split('\n')[0] }
  }
}

async function load() {
  for (const table of tables) {
    const [, name, path] = /^(\w+)=(.*)$/.exec(table)
    await connection.run(`CREATE TABLE "${name}" AS FROM read_csv('${path}', allow_quoted_nulls = false)`)
  }
  return tables.length
}

const answer = (result) => console.log(JSON.stringify(result))
answer(await measured(load))
for await (const line of createInterface({ input: process.stdin })) {
  answer(await measured(async () => (await connection.run(JSON.parse(line))).rowCount))
}
