// Keys of the grid as data: where a key moves the active cell, by the ARIA practices for data grids.
import type { ColumnLayout } from '../model/columns.ts'
import type { CellRef } from '../model/selection.ts'

export interface Key {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** The row of the header, above row 0. */
export const headerRow = -1

export interface Bounds {
  readonly rows: number
  readonly pageRows: number
  readonly layout: ColumnLayout
}

/** The cell a key leads to, or undefined when the key does not move. */
export function moved(cell: CellRef, key: Key, { rows, pageRows, layout }: Bounds): CellRef | undefined {
  if (key.altKey) return undefined
  const ctrl = key.ctrlKey || key.metaKey
  const lastRow = rows - 1
  const lastPosition = layout.visible.length - 1
  const position = Math.max(0, layout.position(cell.column))
  const at = (row: number, to: number): CellRef | undefined => {
    const column = layout.visible[Math.max(0, Math.min(lastPosition, to))]
    return column === undefined ? undefined : { row: Math.max(headerRow, Math.min(lastRow, row)), column }
  }
  switch (key.key) {
    case 'ArrowUp': return at(ctrl ? 0 : cell.row - 1, position)
    case 'ArrowDown': return at(ctrl ? lastRow : cell.row + 1, position)
    case 'ArrowLeft': return at(cell.row, ctrl ? 0 : position - 1)
    case 'ArrowRight': return at(cell.row, ctrl ? lastPosition : position + 1)
    case 'PageUp': return at(Math.max(0, cell.row - pageRows), position)
    case 'PageDown': return at(cell.row + pageRows, position)
    case 'Home': return at(ctrl ? 0 : cell.row, 0)
    case 'End': return at(ctrl ? lastRow : cell.row, lastPosition)
    default: return undefined
  }
}

export type HeaderAction = 'sort' | 'add sort' | 'menu' | 'narrower' | 'wider' | 'move left' | 'move right' | 'fit'

/** What a key does on a header. */
export function headerAction(key: Key): HeaderAction | undefined {
  const ctrl = key.ctrlKey || key.metaKey
  switch (key.key) {
    case 'Enter': return key.shiftKey ? 'add sort' : 'sort'
    case ' ': return key.shiftKey ? 'add sort' : 'menu'
    case 'ContextMenu': return 'menu'
    case 'F10': return key.shiftKey ? 'menu' : undefined
    case 'ArrowDown': return key.altKey ? 'menu' : undefined
    case 'ArrowLeft': return key.shiftKey ? (ctrl ? 'move left' : 'narrower') : undefined
    case 'ArrowRight': return key.shiftKey ? (ctrl ? 'move right' : 'wider') : undefined
    case '=': return 'fit'
    default: return undefined
  }
}
