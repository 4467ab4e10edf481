// Measures contenders on the CSV file in Chromium, handed over through <input type=file>.
//   node browser.mjs [--rows 650000] [--rounds 3] [--contenders empty,duckdb,…] [--timeout 120]      prints JSON
import { pathToFileURL } from 'node:url'
import { contenderEntry } from './lib/build-page.mjs'
import { parseOptions } from './lib/options.mjs'
import { ids, one } from './lib/summary.mjs'
import { tablePath } from './lib/table.mjs'
import { measureVisits } from './lib/visits.mjs'

export const browserContenders = ['empty', 'duckdb', 'papaparse', 'udsv', 'sonde']
const reference = 'duckdb'
const pageRows = 100

const visitsFor = (rows) => {
  const at90 = Math.floor(rows * 0.9)
  return [
    { first: 'firstRows', drawn: true, then: [] },
    { first: 'count', then: [{ name: 'pageIndexed', operation: 'page', args: [at90, pageRows] }] },
    {
      first: 'import',
      then: [
        { name: 'pageImported', operation: 'page', args: [at90, pageRows] },
        { name: 'filterCount', operation: 'filterCount', args: [] },
        { name: 'top100', operation: 'top100', args: [] },
        { name: 'distinct', operation: 'distinct', args: [] },
        { name: 'sortMiddle', operation: 'sortMiddle', args: [rows >> 1, pageRows] },
      ],
    },
  ]
}

const answers = {
  count: one,
  filterCount: one,
  pageIndexed: ids,
  pageImported: ids,
  top100: ids,
  sortMiddle: ids,
  distinct: (values) => values.map(([text, count]) => `${text} ${count}`).sort(),
}

export async function measureBrowser({ rows, rounds, contenders: wanted, timeout }) {
  const contenders = browserContenders.filter((name) => !wanted || wanted.includes(name))
  const table = { file: tablePath(rows) }
  return { rows, ...await measureVisits({ contenders, entryOf: contenderEntry, plans: visitsFor(rows), table, rounds, timeout, reference, answers }) }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await measureBrowser(parseOptions(process.argv.slice(2))), null, 2))
}
