// The selected range. Rows are view rows; columns are table indices, so that a selection survives reordering.
import type { ColumnLayout } from './columns.ts'

export interface CellRef {
  readonly row: number
  readonly column: number
}

/** `focus` is the active cell; the range spans from `anchor` to it. */
export interface Selection {
  readonly anchor: CellRef
  readonly focus: CellRef
}

/** Half-open in rows and in display positions. */
export interface Range {
  readonly rowBegin: number
  readonly rowEnd: number
  readonly positionBegin: number
  readonly positionEnd: number
}

export const selectCell = (cell: CellRef): Selection => ({ anchor: cell, focus: cell })

export const extendTo = (selection: Selection | null, cell: CellRef): Selection =>
  selection ? { anchor: selection.anchor, focus: cell } : selectCell(cell)

export function selectAll(rows: number, layout: ColumnLayout): Selection | null {
  const first = layout.visible[0]
  const last = layout.visible.at(-1)
  if (first === undefined || last === undefined || rows === 0) return null
  return { anchor: { row: rows - 1, column: last }, focus: { row: 0, column: first } }
}

export function rangeOf(selection: Selection | null, layout: ColumnLayout): Range | null {
  if (!selection) return null
  const a = layout.position(selection.anchor.column)
  const b = layout.position(selection.focus.column)
  if (a < 0 || b < 0) return null
  return {
    rowBegin: Math.min(selection.anchor.row, selection.focus.row),
    rowEnd: Math.max(selection.anchor.row, selection.focus.row) + 1,
    positionBegin: Math.min(a, b),
    positionEnd: Math.max(a, b) + 1,
  }
}

export const cellCount = (range: Range): number =>
  (range.rowEnd - range.rowBegin) * (range.positionEnd - range.positionBegin)

/** The selection kept inside `rows` rows; null when nothing of it is left. */
export function clampSelection(selection: Selection | null, rows: number): Selection | null {
  if (!selection || rows === 0) return null
  const clamp = (cell: CellRef): CellRef => (cell.row < rows ? cell : { ...cell, row: rows - 1 })
  const anchor = clamp(selection.anchor)
  const focus = clamp(selection.focus)
  return anchor === selection.anchor && focus === selection.focus ? selection : { anchor, focus }
}
