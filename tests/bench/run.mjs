// Everything that script/bench measures: prints Markdown, writes JSON to tests/bench/results.
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { browserContenders, measureBrowser } from './browser.mjs'
import { describeMachine, describeVersions, top } from './lib/machine.mjs'
import { parseOptions, usage } from './lib/options.mjs'
import { browserReport, machineReport, nativeReport, parquetReport, sizeReport, sqlReport } from './lib/report.mjs'
import { measureNative, nativeContenders } from './native.mjs'
import { measureParquet, parquetContenders } from './parquet.mjs'
import { measureSize } from './size.mjs'
import { sqlPages } from './lib/sql-pages.mjs'
import { measureSql, measureSqlPages, sqlSuites } from './sql.mjs'

const parts = {
  native: { measure: measureNative, report: nativeReport },
  browser: { measure: measureBrowser, report: browserReport },
  parquet: { measure: measureParquet, report: parquetReport },
  size: { measure: measureSize, report: sizeReport },
  sql: { measure: measureSql, report: (suites) => sqlReport('natively', suites) },
  'sql-browser': { measure: measureSqlPages, report: (suites) => sqlReport('in the browser', suites) },
}

function fail(message) {
  console.error(message)
  process.exit(2)
}

function readOptions() {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    return fail(`${error.message}\n${usage}`)
  }
}

const options = readOptions()
if (options.help) {
  console.log(usage)
  process.exit(0)
}
const unknown = options.parts.find((part) => !parts[part])
if (unknown) fail(`there is no part "${unknown}"\n${usage}`)
const known = [...new Set([...browserContenders, ...nativeContenders, ...parquetContenders, ...sqlPages])]
const stranger = options.contenders?.find((name) => !known.includes(name))
if (stranger) fail(`there is no contender "${stranger}"; there are ${known.join(', ')}`)
const strangeSuite = options.suites?.find((name) => !sqlSuites.includes(name))
if (strangeSuite) fail(`there is no suite "${strangeSuite}"; there are ${sqlSuites.join(', ')}`)
const chosen = options.parts.length > 0 ? options.parts : Object.keys(parts)

const result = { date: new Date().toISOString(), machine: describeMachine(), versions: describeVersions() }
for (const part of chosen) result[part] = await parts[part].measure(options)

const machineName = result.machine.cpu.toLowerCase().replace(/\(r\)|\(tm\)|@.*|\bcpu\b/g, '').replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')
const folder = `${top}tests/bench/results/`
mkdirSync(folder, { recursive: true })
const file = `${folder}${result.date.slice(0, 19).replaceAll(':', '')}-${machineName}-${os.availableParallelism()}-cores.json`
writeFileSync(file, JSON.stringify(result, null, 2) + '\n')

console.log([machineReport(result), ...chosen.map((part) => parts[part].report(result[part]))].join('\n\n'))
console.error(`\nwritten to ${file}`)
