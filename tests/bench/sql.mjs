// Measures the workloads of tests/sql, natively or in Chromium: every query on every contender, in turn.
//   node sql.mjs [browser] [--suite tpch] [--rows 6000000] [--rounds 3] [--contenders sonde,duckdb]      prints JSON
// Queries whose answers are large are kept as a table by each, as their benchmark has it.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { workloadPath } from '../data/workloads/index.mjs'
import { parseRecords } from '../sql/lib/records.mjs'
import { top } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'
import { parseOptions } from './lib/options.mjs'
import { othersCores, watchOthers } from './lib/proc.mjs'
import { sqlEngines } from './lib/sql-engines.mjs'
import { serveSqlPages, sqlPages } from './lib/sql-pages.mjs'

const linesAtScale1 = 6e6
const suites = {
  h2o: { rows: 1e6, prefix: (rows) => `h2o-${rows}`, kept: true },
  'h2o-join': { rows: 1e6, prefix: (rows) => `h2o-join-${rows}`, kept: true },
  tpch: { rows: linesAtScale1, prefix: (rows) => `tpch-${rows / linesAtScale1}` },
  clickbench: { rows: 1e6, prefix: (rows) => `hits-${rows}` },
  explorer: { rows: 650e3, prefix: (rows) => `table-${rows}` },
}
export const sqlSuites = Object.keys(suites)

function readSuite(name, rows) {
  const { kept, prefix } = suites[name]
  const records = parseRecords(readFileSync(`${top}tests/sql/workloads/${name}.test`, 'utf8'))
  const atSize = (file) => file.replace(/^[a-z0-9-]+-[\d.]+(?=\/|\.csv)/, prefix(rows))
  return {
    tables: records.at(-1).tables.map(([table, file]) => [table, workloadPath(atSize(file))]),
    queries: records.map(({ sql }) => (kept ? `CREATE OR REPLACE TEMP TABLE answer AS ${sql}` : sql)),
  }
}

/** Milliseconds of each round, or the first error. */
const summarize = (runs) => {
  const failed = runs.find(({ error }) => error)
  return failed ? { error: failed.error } : { ms: median(runs.map(({ milliseconds }) => milliseconds)), all: runs.map(({ milliseconds }) => milliseconds) }
}

/** `start(name, tables)` resolves to a contender with its tables loaded. */
async function measureSuite(name, { suiteRows: rows = suites[name].rows, rounds }, names, start) {
  const { tables, queries } = readSuite(name, rows)
  const others = watchOthers()
  const engines = {}
  for (const engine of names) engines[engine] = await start(engine, tables)
  const runs = queries.map(() => Object.fromEntries(names.map((engine) => [engine, []])))
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`${name}, round ${round + 1}\n`)
    for (const [i, sql] of queries.entries()) {
      for (const engine of orderOf(round + i, names)) runs[i][engine].push(await engines[engine].run(sql))
    }
  }
  const described = {}
  for (const engine of names) described[engine] = { loadMs: engines[engine].loadMs, peak: await engines[engine].peak() }
  const otherProcessesCores = Number(othersCores(others()).toFixed(2))
  for (const engine of names) await engines[engine].close()
  return { rows, rounds, otherProcessesCores, contenders: described, queries: runs.map((run) => Object.fromEntries(names.map((engine) => [engine, summarize(run[engine])]))) }
}

async function measureSuites({ suites: chosen = sqlSuites, ...options }, names, start) {
  const result = {}
  for (const name of chosen) result[name] = await measureSuite(name, options, names, start)
  return result
}

const wanted = (names, contenders) => names.filter((name) => !contenders || contenders.includes(name.split(' ')[0]))

export const measureSql = (options) =>
  measureSuites(options, wanted(Object.keys(sqlEngines), options.contenders), (name, tables) => sqlEngines[name](tables))

export async function measureSqlPages(options) {
  const names = wanted(sqlPages, options.contenders)
  const pages = await serveSqlPages(names)
  return measureSuites(options, names, (name, tables) => pages.start(name, tables, options.timeout)).finally(pages.close)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = parseOptions(process.argv.slice(2))
  console.log(JSON.stringify(await (options.parts.includes('browser') ? measureSqlPages : measureSql)(options), null, 2))
}
