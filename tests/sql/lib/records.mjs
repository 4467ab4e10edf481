// Files in sqllogictest format. Of the format: `query TYPES [rowsort]`, `statement error`, `skipif` and `onlyif`
// (sonde, duckdb), comments. Our own: a line `table NAME FILE` names a file of ../data, or a generated one, that the
// queries below it may read; `timezone NAME` is the session's from there on; `query TYPES columns:1,3` says that only these columns are certain.

const isSort = (word) => /^(rowsort|nosort|columns:[\d,]*)$/.test(word)

function headOf(line, at) {
  const [kind, ...rest] = line.split(/\s+/)
  const sort = isSort(rest.at(-1)) ? rest.pop() : 'nosort'
  const [second = '', ...more] = rest
  if (more.length === 0 && kind === 'query' && /^[ITR]*$/.test(second)) return { kind, types: second, sort }
  if (more.length === 0 && kind === 'statement' && second === 'error') return { kind: 'error' }
  throw new Error(`line ${at}: not understood: ${line}`)
}

function bodyOf(lines, at) {
  const end = lines.findIndex((line, i) => i > at && line === '')
  const body = lines.slice(at + 1, end < 0 ? lines.length : end)
  const divider = body.indexOf('----')
  const cut = divider < 0 ? body.length : divider
  return { sql: body.slice(0, cut).join('\n'), expected: body.slice(cut + 1), next: at + 1 + body.length }
}

/**
 * The records of a file. `line` is that of a record's head, counted from 1; `next` that of the line behind it;
 * `only` and `skip` name an engine; `zone` is the session's, if any; `tables` is what can be read, as [name, file].
 */
export function parseRecords(text) {
  const lines = text.split('\n')
  const records = []
  const tables = []
  let conditions = {}
  let zone
  for (let at = 0; at < lines.length; at++) {
    const [word, first, second] = lines[at].split(/\s+/)
    if (lines[at] === '' || word.startsWith('#')) continue
    if (word === 'skipif') conditions.skip = first
    else if (word === 'onlyif') conditions.only = first
    else if (word === 'table') tables.push([first, second])
    else if (word === 'timezone') zone = first
    else {
      const body = bodyOf(lines, at)
      records.push({ ...headOf(lines[at], at + 1), ...body, ...conditions, zone, line: at + 1, tables: [...tables] })
      conditions = {}
      at = body.next - 1
    }
  }
  return records
}

export const concerns = (record, engine) => record.skip !== engine && (record.only ?? engine) === engine
