// Measures contenders on the same table as a Parquet file in Chromium, through the file input or by ranges over HTTP.
//   node parquet.mjs [--rows 650000] [--rounds 3] [--contenders empty,…] [--codec snappy] [--via file]      prints JSON
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import { contenderEntry, parquetEntry } from './lib/build-page.mjs'
import { parseOptions } from './lib/options.mjs'
import { serveTables } from './lib/serve-tables.mjs'
import { ids, one } from './lib/summary.mjs'
import { parquetPath } from './lib/table.mjs'
import { measureVisits } from './lib/visits.mjs'

export const parquetContenders = ['empty', 'duckdb', 'hyparquet', 'parquetwasm', 'chdb', 'sonde']
const reference = 'duckdb'
const pageRows = 100

/** One visit, as someone explores a file: nothing is imported before it is asked for. */
const planFor = (rows) => ({
  first: 'firstRows',
  drawn: true,
  then: [
    { name: 'page', operation: 'page', args: [Math.floor(rows * 0.9), pageRows], drawn: true },
    { name: 'filterCount', operation: 'filterCount', args: [] },
    { name: 'sortMiddle', operation: 'sortMiddle', args: [rows >> 1, pageRows] },
  ],
})

const answers = { page: ids, filterCount: one, sortMiddle: ids }

/** The pages of engines that read CSV and Parquet alike serve both parts. */
const entryOf = (name) => (existsSync(parquetEntry(name)) ? parquetEntry(name) : contenderEntry(name))

export async function measureParquet({ rows, rounds, contenders: wanted, codec, via, timeout }) {
  const contenders = parquetContenders.filter((name) => !wanted || wanted.includes(name))
  const file = parquetPath(rows, codec)
  const server = via === 'http' ? await serveTables() : undefined
  const table = server ? { url: server.url + basename(file) } : { file }
  try {
    const measured = await measureVisits({ contenders, entryOf, plans: [planFor(rows)], table, rounds, timeout, reference, answers })
    return { rows, codec, via, ...measured }
  } finally {
    server?.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await measureParquet(parseOptions(process.argv.slice(2))), null, 2))
}
