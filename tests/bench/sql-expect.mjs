// Writes DuckDB's answers into the suites of tests/sql, to be read before they are committed:
//   node tests/bench/sql-expect.mjs FILE.test…         queries without an answer
//   node tests/bench/sql-expect.mjs --all FILE.test…   all of them
// `query` alone is enough as a head: the letters of its columns are DuckDB's too. Errors are ours and stay as they are.
import { DuckDBInstance } from '@duckdb/node-api'
import { readFileSync, writeFileSync } from 'node:fs'
import { answerLines, dataPath, lettersOf } from '../sql/lib/check.mjs'
import { concerns, parseRecords } from '../sql/lib/records.mjs'

async function connect(tables) {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  await connection.run("SET TimeZone = 'UTC'")
  await connection.run('SET ieee_floating_point_ops = false') // a division by zero is NULL
  for (const [name, file] of tables) {
    await connection.run(`CREATE TABLE "${name}" AS FROM read_csv('${dataPath(file)}', allow_quoted_nulls = false)`) // "" is the empty text
  }
  return connection
}

// DuckDB's numbers of 64 bits and its decimals are texts already.
function plain(value) {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(plain)
  if ('micros' in value) return intervalText(value)
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]))
}

function intervalText({ months, days, micros }) {
  const count = (n, unit) => (n ? [`${n} ${unit}${Math.abs(n) === 1 ? '' : 's'}`] : [])
  const us = BigInt(micros)
  const [seconds, rest] = [(us < 0n ? -us : us) / 1000000n, (us < 0n ? -us : us) % 1000000n]
  const two = (n) => String(n).padStart(2, '0')
  const fraction = rest ? `.${String(rest).padStart(6, '0').replace(/0+$/, '')}` : ''
  const time = `${us < 0n ? '-' : ''}${two(seconds / 3600n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}${fraction}`
  const dates = [...count(Math.trunc(months / 12), 'year'), ...count(months % 12, 'month'), ...count(days, 'day')]
  return [...dates, ...(us || dates.length === 0 ? [time] : [])].join(' ')
}

async function answer(connection, sql) {
  const reader = await connection.runAndReadAll(sql)
  const columns = reader.columnTypes().map((type) => ({ type: String(type) }))
  return { columns, rows: reader.getRowsJson().map((row) => row.map(plain)) }
}

async function answered(record, connection, lines) {
  await connection.run(`SET TimeZone = '${record.zone ?? 'UTC'}'`)
  const result = await answer(connection, record.sql).catch((error) => {
    throw new Error(`line ${record.line}: ${error.message.split('\n')[0]}\n${record.sql}`)
  })
  const head = ['query', lettersOf(result), ...(record.sort === 'nosort' ? [] : [record.sort])].join(' ')
  lines.splice(record.line - 1, record.next - record.line + 1, head, ...record.sql.split('\n'), '----', ...answerLines(result, record))
}

async function fill(path, all) {
  const text = readFileSync(path, 'utf8')
  const lines = text.split('\n')
  const records = parseRecords(text)
  const connection = await connect(records.at(-1).tables)
  const open = records.filter((record) => record.kind === 'query' && concerns(record, 'duckdb') && (all || !lines.slice(record.line, record.next).includes('----')))
  for (const record of open.reverse()) await answered(record, connection, lines).catch((error) => console.error(`${path}: ${error.message}`))
  writeFileSync(path, lines.join('\n'))
}

const files = process.argv.slice(2)
const all = files[0] === '--all'
for (const path of files.slice(all ? 1 : 0)) await fill(path, all)
