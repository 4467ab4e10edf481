// A range of cells as the clipboard takes it: TSV that Excel pastes exactly, and HTML that also keeps text as text
// (leading zeros, ids of more than 15 digits). Pure functions over pages; reading them is the caller's business.
import type { ColumnInfo, Page, TypeName } from '../engine/api.ts'

export const maxCopyCells = 1_000_000
/** Beyond this many cells only TSV is offered: the HTML of a million cells takes a spreadsheet minutes to read. */
export const maxHtmlCells = 200_000

export interface Copied {
  readonly text: string
  /** Absent for ranges above maxHtmlCells. */
  readonly html?: string
  readonly rows: number
  readonly columns: number
}

/** Excel's rule: a field with a tab, line break or quote is quoted, and its quotes are doubled. */
export const tsvField = (text: string): string => (/[\t\r\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (c) => escapes[c] ?? c)
const sameCellBreak = '<br style="mso-data-placement:same-cell">'

/** Whether a spreadsheet may read the text as a number without losing a digit of it. */
function isSpreadsheetNumber(type: TypeName, text: string): boolean {
  if (type !== 'int64' && type !== 'double' && type !== 'float' && type !== 'decimal') return false
  return text.replace(/[eE].*$/, '').replace(/^[-+]?0*\.?0*|\D/g, '').length <= 15
}

function htmlCell(type: TypeName, text: string): string {
  if (text === '') return '<td></td>'
  const body = escapeHtml(text).replace(/\r\n|\r|\n/g, sameCellBreak)
  return isSpreadsheetNumber(type, text) ? `<td>${body}</td>` : `<td style='mso-number-format:"\\@"'>${body}</td>`
}

export interface RangeWriter {
  addRow(texts: readonly string[]): void
  /** `columns` are table indices, in the order of the copy. */
  add(page: Page, columns: readonly number[]): void
  finish(): Copied
}

/** Collects the rows of a range; `headers` puts the column names on top. */
export function createRangeWriter(columns: readonly ColumnInfo[], headers: boolean, withHtml: boolean): RangeWriter {
  const lines: string[] = []
  const html: string[] = []
  let rows = 0
  let firstText = ''
  if (headers) {
    lines.push(columns.map((column) => tsvField(column.name)).join('\t'))
    if (withHtml) html.push(`<tr>${columns.map((column) => `<th>${escapeHtml(column.name)}</th>`).join('')}</tr>`)
  }
  function addRow(texts: readonly string[]): void {
    if (rows++ === 0) firstText = texts[0] ?? ''
    lines.push(texts.map(tsvField).join('\t'))
    if (withHtml) html.push(`<tr>${texts.map((text, i) => htmlCell(columns[i]!.type, text)).join('')}</tr>`)
  }
  return {
    addRow,
    add(page, indices) {
      const byIndex = new Map(page.columns.map((column) => [column.index, column]))
      for (let row = 0; row < page.rows; row++) addRow(indices.map((index) => byIndex.get(index)?.text(row) ?? ''))
    },
    finish() {
      // A single cell is pasted into text as often as into a sheet: its own text, unquoted.
      if (rows === 1 && columns.length === 1 && !headers) return { text: firstText, rows, columns: 1 }
      const text = lines.join('\r\n')
      const table = `<meta charset="utf-8"><table>${html.join('')}</table>`
      return { text, ...(withHtml && { html: table }), rows, columns: columns.length }
    },
  }
}
