// Whether two answers are the same: the types of the columns, and the rows, in order or as a multiset.
import { cellText, letterOf, sameCell } from '../lib/cells.mjs'

const isInexact = (type) => /\b(DOUBLE|FLOAT)\b/.test(type)

const textsOf = ({ columns, rows }) => rows.map((row) => row.map((value, i) => cellText(value, columns[i].type)))

/** Floating point is rounded for sorting only: what is within the tolerance of a neighbour may sort either way, hence 6 digits. */
function sortKey(row, columns) {
  return row.map((cell, i) => (isInexact(columns[i].type) && cell !== '' && !Number.isNaN(Number(cell)) ? String(Number(Number(cell).toPrecision(6))) : cell)).join('\t')
}

function sorted(texts, columns) {
  const keyed = texts.map((row) => [sortKey(row, columns), row])
  return keyed.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, row]) => row)
}

const show = (row) => (row ? row.join(' | ') : '(no row)')

/** `NULL::VARCHAR || x` has no type in DuckDB, which shows such a column of nulls as INTEGER. */
function sameTypes(expected, got) {
  return expected.columns.length === got.columns.length && expected.columns.every(({ type }, i) => type === got.columns[i].type
    || (type === 'INTEGER' && got.columns[i].type === 'VARCHAR' && expected.rows.every((row) => row[i] === null)))
}

/** What differs, as a text; undefined when nothing does. */
export function difference(expected, got, ordered) {
  if (expected.error !== undefined || got.error !== undefined) {
    return expected.error !== undefined && got.error !== undefined ? undefined : `expected ${expected.error ?? 'an answer'}\n     got ${got.error ?? 'an answer'}`
  }
  const types = ({ columns }) => columns.map(({ type }) => type).join(', ')
  if (!sameTypes(expected, got)) return `types: expected ${types(expected)}\n            got ${types(got)}`
  if (expected.rows.length !== got.rows.length) return `expected ${expected.rows.length} rows, got ${got.rows.length}`
  const [left, right] = [expected, got].map((answer) => (ordered ? textsOf(answer) : sorted(textsOf(answer), expected.columns)))
  const letters = expected.columns.map(({ type }) => letterOf(type))
  const bad = left.findIndex((row, i) => !row.every((cell, c) => sameCell(cell, right[i][c], letters[c])))
  return bad < 0 ? undefined : `row ${bad}: expected ${show(left[bad])}\n       got ${show(right[bad])}`
}
