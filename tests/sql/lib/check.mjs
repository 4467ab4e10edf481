// Runs the records of a file on an engine: `query(sql, tables)` answers { columns, rows } or { error }.
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cellText, letterOf, sameCell } from './cells.mjs'
import { concerns, parseRecords } from './records.mjs'

export const folder = fileURLToPath(new URL('..', import.meta.url))
export const suites = () => readdirSync(`${folder}suites`).filter((name) => name.endsWith('.test')).sort()
export const dataPath = (file) => `${folder}data/${file}`

const byText = (a, b) => (a.join('\t') < b.join('\t') ? -1 : 1)

/** Rows of texts, sorted where the record does not care for their order. */
export function rowsOf({ columns, rows }, sort) {
  const texts = rows.map((row) => row.map((value, i) => cellText(value, columns[i].type)))
  return sort === 'rowsort' ? texts.sort(byText) : texts
}

function differs(record, answer) {
  if (answer.error) return `it fails: ${answer.error}`
  const types = answer.columns.map(({ type }) => letterOf(type)).join('')
  if (types !== record.types) return `types are ${types}, not ${record.types}: ${answer.columns.map(({ type }) => type)}`
  const got = rowsOf(answer, record.sort)
  const expected = record.expected.map((line) => line.split('\t'))
  const bad = expected.findIndex((row, i) => !row.every((cell, j) => got[i] && sameCell(cell, got[i][j], types[j])))
  if (bad >= 0) return `row ${bad} is ${got[bad]?.join(' | ') ?? 'missing'}, not ${expected[bad].join(' | ')}`
  return got.length > expected.length ? `${got.length} rows, not ${expected.length}` : undefined
}

function misleads(record, { error }) {
  if (error === undefined) return 'it is answered, though it is wrong'
  const message = record.expected.join('\n')
  return error.includes(message) ? undefined : `the error is "${error}", not "${message}"`
}

/** What is wrong with the answer to a record, if anything. */
export async function problemOf(record, engine) {
  const answer = await engine.query(record.sql, record.tables)
  return record.kind === 'error' ? misleads(record, answer) : differs(record, answer)
}

/** What is wrong in a file, a text each. */
export async function problemsOf(suite, engine) {
  const problems = []
  const records = parseRecords(readFileSync(`${folder}suites/${suite}`, 'utf8')).filter((record) => concerns(record, 'sonde'))
  for (const record of records) {
    const problem = await problemOf(record, engine)
    if (problem) problems.push(`${suite}:${record.line}: ${problem}\n  ${record.sql.replaceAll('\n', '\n  ')}`)
  }
  return { count: records.length, problems }
}
