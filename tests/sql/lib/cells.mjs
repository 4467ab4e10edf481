// Values as the text that stands in .test files: NULL, (empty), [1, 2], {'a': 1}, {1=2}; floating point as JavaScript
// writes 15 digits of it, or 7. Values are JSON in which every number is a text, so that no digit is lost.

/** JSON with its numbers as texts. */
export const parseExact = (json) =>
  JSON.parse(json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) => (token.startsWith('"') ? token : `"${token}"`)))

const isEntry = (value) => value !== null && typeof value === 'object' && Object.keys(value).join() === 'key,value'

function leafText(value, type) {
  if (!/\b(FLOAT|DOUBLE)\b/.test(type) || value === '' || Number.isNaN(Number(value))) return String(value)
  return String(Number(Number(value).toPrecision(type.includes('FLOAT') ? 7 : 15)))
}

function nestedText(value, type) {
  if (value === null) return 'NULL'
  if (typeof value !== 'object') return leafText(value, type)
  const inner = (part) => nestedText(part, type)
  if (Array.isArray(value) && value.length > 0 && value.every(isEntry)) {
    return `{${value.map((entry) => `${inner(entry.key)}=${inner(entry.value)}`).join(', ')}}`
  }
  if (Array.isArray(value)) return type.startsWith('MAP') && value.length === 0 ? '{}' : `[${value.map(inner).join(', ')}]`
  return `{${Object.entries(value).map(([name, part]) => `'${name}': ${inner(part)}`).join(', ')}}`
}

/** `type` is that of the cell's column, as the engine calls it. */
export const cellText = (value, type) => (value === '' ? '(empty)' : nestedText(value, type).replaceAll('\n', '\\n').replaceAll('\t', '\\t'))

/** The letter of a column in the head of a query. */
export function letterOf(type) {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return 'I'
  return /^(FLOAT|DOUBLE)$/.test(type) ? 'R' : 'T'
}

const tolerance = 1e-12 // sums of floating point depend on their order

export function sameCell(expected, got, letter) {
  if (expected === got) return true
  const [a, b] = [Number(expected), Number(got)]
  return letter === 'R' && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b))
}
