// CSV as the server writes it, as a page: it has the exact text of every value, which JSON's numbers have not, and
// tells an empty text ("") from a missing value.
import { ExplorerError, type Column, type Page, type TypeName, type Value } from '../engine/api.ts'
import { floatText } from '../engine/format.ts'

export type CellText = string | null

/** The records of a text, the names of the columns first. */
export function parseRecords(text: string): CellText[][] {
  const field = /("[^"]*(?:""[^"]*)*"|[^,\r\n]*)(,|\r\n)/y
  const records: CellText[][] = []
  let record: CellText[] = []
  while (field.lastIndex < text.length) {
    const found = field.exec(text)
    if (!found) throw new ExplorerError('corrupt', 'the server’s answer is no CSV')
    record.push(plain(found[1]!))
    if (found[2] === ',') continue
    records.push(record)
    record = []
  }
  return records
}

function plain(field: string): CellText {
  if (field === '') return null
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field
}

export interface PageColumn {
  readonly index: number
  readonly type: TypeName
}

/** Rows of an answer, without its names, as a page; the fields of a row are those of `columns`. */
export const pageOf = (rows: readonly (readonly CellText[])[], firstRow: number, columns: readonly PageColumn[]): Page => ({
  firstRow,
  rows: rows.length,
  columns: columns.map(({ index, type }, at): Column => {
    const textOf = (row: number): CellText => shownText(rows[row]![at]!, type)
    return {
      index,
      type,
      isNull: (row) => textOf(row) === null,
      at: (row) => valueOf(textOf(row), type),
      text: (row) => textOf(row) ?? '',
    }
  }),
  sourceRow: (row) => firstRow + row,
})

/** As the grid has it. SQL writes whole doubles with a point, fractions of seconds without zeros, zones without minutes. */
export function shownText(text: CellText, type: TypeName): CellText {
  if (text === null) return null
  switch (type) {
    case 'double': return String(Number(text))
    case 'float': return floatText(Math.fround(Number(text)))
    case 'timestamptz': return wholeFraction(text).replace(/\+00$/, '+00:00')
    case 'timestamp': case 'time': return wholeFraction(text)
    default: return text
  }
}

/** 3, 6 or 9 digits. */
const wholeFraction = (text: string): string =>
  text.replace(/\.(\d+)/, (_, digits: string) => `.${digits.padEnd(Math.ceil(digits.length / 3) * 3, '0')}`)

export function valueOf(text: CellText, type: TypeName): Value {
  if (text === null) return null
  if (type === 'bool') return text === 'true'
  if (type === 'double' || type === 'float') return Number(text)
  if (type !== 'int64') return text
  return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text)
}
