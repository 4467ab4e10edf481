// Going to a row. One that is not counted yet is gone to as soon as it is; the reader is told, and stays until then.
import { selectCell, type CellRef } from '../selection.ts'
import type { Desk } from './desk.ts'

export function createJumping(desk: Desk) {
  const { state, update } = desk

  /** The last row where there are fewer. */
  function arrive({ row, column }: CellRef): void {
    const cell = { row: Math.min(state().rows - 1, row), column }
    desk.changeSelection(selectCell(cell))
    update({ awaited: null, reveal: cell })
  }

  /** The latest one counts. */
  function goTo(row: number, column = state().selection?.focus.column ?? state().layout.visible[0]): void {
    const { rows, exact } = state()
    if (column === undefined || (rows === 0 && exact)) return
    const cell = { row: Math.max(0, Math.floor(row)), column }
    if (exact || cell.row < desk.counted) arrive(cell)
    else update({ awaited: cell })
  }

  return {
    goTo,

    /** More rows are counted. */
    goOn(): void {
      const { awaited } = state()
      if (awaited) goTo(awaited.row, awaited.column)
    },

    cancel: () => update({ awaited: null }),
  }
}

export type Jumping = ReturnType<typeof createJumping>
