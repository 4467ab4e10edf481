// Runs the records of a file on an engine: `query(sql, tables, zone)` answers { columns, rows } or { error }.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workloadPath } from '../../data/workloads/index.mjs'
import { cellText, letterOf, sameCell } from './cells.mjs'
import { concerns, parseRecords } from './records.mjs'

const folder = fileURLToPath(new URL('..', import.meta.url))

/** The files of a folder beside this one: suites or workloads. */
export const testFiles = (name) => readdirSync(`${folder}${name}`).filter((file) => file.endsWith('.test')).sort().map((file) => `${folder}${name}/${file}`)
export const dataPath = (file) => (isAbsolute(file) ? file : workloadPath(file) ?? `${folder}data/${file}`)

const byText = (a, b) => (a.join('\t') < b.join('\t') ? -1 : 1)

/** Rows of texts as a record wants them: sorted where it does not care for their order, with the columns that are certain. */
function rowsOf({ columns, rows }, sort) {
  const texts = rows.map((row) => row.map((value, i) => cellText(value, columns[i].type)))
  if (sort === 'rowsort') return texts.sort(byText)
  return texts.map((row) => certainOf(row, sort))
}

/** Of one value a column, those of the columns that are certain. */
function certainOf(row, sort) {
  if (!sort.startsWith('columns:')) return row
  return sort.slice('columns:'.length).split(',').filter(Boolean).map((number) => row[number - 1])
}

const mostLines = 150
const negligible = 1e-12 // what is left where the answer would be 0

function coarse(cell, letter) {
  if (letter !== 'R' || cell === 'NULL') return cell
  return Math.abs(cell) < negligible ? '0' : String(Number(Number(cell).toPrecision(9)))
}

/** The answer as it stands in a file: long ones as a hash, floating point in it by 9 digits. */
export function answerLines(answer, { sort }) {
  const rows = rowsOf(answer, sort)
  if (sort === 'columns:') return [`${rows.length} rows`]
  if (rows.length <= mostLines) return rows.map((row) => row.join('\t'))
  const letters = certainOf([...lettersOf(answer)], sort)
  const exact = rows.map((row) => row.map((cell, i) => coarse(cell, letters[i])))
  if (sort === 'rowsort') exact.sort(byText)
  return [`${rows.length} rows hashing to ${createHash('md5').update(exact.map((row) => row.join('\t')).join('\n')).digest('hex')}`]
}

export const lettersOf = ({ columns }) => columns.map(({ type }) => letterOf(type)).join('')

function differs(record, answer) {
  if (answer.error) return `it fails: ${answer.error}`
  const letters = lettersOf(answer)
  if (letters !== record.types) return `types are ${letters}, not ${record.types}: ${answer.columns.map(({ type }) => type)}`
  const [got, expected, certain] = [answerLines(answer, record), record.expected, certainOf([...letters], record.sort)]
  const same = (line, i) => line === got[i] || line.split('\t').every((cell, j) => sameCell(cell, got[i]?.split('\t')[j], certain[j]))
  const bad = expected.findIndex((line, i) => !same(line, i))
  if (bad >= 0) return `row ${bad} is ${got[bad] ?? 'missing'}\n  not ${expected[bad]}`
  return got.length > expected.length ? `${got.length} rows, not ${expected.length}` : undefined
}

function misleads(record, { error }) {
  if (error === undefined) return 'it is answered, though it is wrong'
  const message = record.expected.join('\n')
  return error.includes(message) ? undefined : `the error is "${error}", not "${message}"`
}

/** What is wrong with the answer to a record, if anything. */
export async function problemOf(record, engine) {
  const answer = await engine.query(record.sql, record.tables, record.zone)
  return record.kind === 'error' ? misleads(record, answer) : differs(record, answer)
}

/** What is wrong in a file, a text each. */
export async function problemsOf(path, engine) {
  const problems = []
  const records = parseRecords(readFileSync(path, 'utf8')).filter((record) => concerns(record, 'sonde'))
  for (const record of records) {
    const problem = await problemOf(record, engine)
    if (problem) problems.push(`line ${record.line}: ${problem}\n  ${record.sql.replaceAll('\n', '\n  ')}`)
  }
  return { count: records.length, problems }
}
