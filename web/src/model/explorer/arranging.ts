// Widths, order, pins and visibility of columns.
import {
  layoutColumns, moveBefore, moveBy, setHidden, setPinned, setWidths, showAll, widthOf, type ColumnsState,
} from '../columns.ts'
import { fitWidth } from '../widths.ts'
import type { Desk } from './desk.ts'

export function createArranging(desk: Desk) {
  const { cache, state } = desk

  function set(change: (columns: ColumnsState) => ColumnsState): void {
    const columns = change(state().columns)
    if (columns === state().columns) return
    if (desk.controlled.columns === undefined) desk.update({ columns, layout: layoutColumns(columns) })
    desk.events.onColumnsChange?.(columns)
  }

  return {
    setColumns: set,
    resize: (column: number, width: number) => set((columns) => setWidths(columns, [[column, width]])),
    hide: (column: number, hidden: boolean) => set((columns) => setHidden(columns, column, hidden)),
    showAllColumns: () => set(showAll),
    pin: (column: number, pinned: boolean) => set((columns) => setPinned(columns, column, pinned)),
    move: (column: number, before: number | null) => set((columns) => moveBefore(columns, column, before)),
    moveBy: (column: number, by: -1 | 1) => set((columns) => moveBy(columns, column, by)),
    widthOf: (column: number) => widthOf(state().columns, column),

    fit(column: number): void {
      const name = state().info?.columns[column]?.name ?? ''
      const texts: string[] = []
      for (let row = desk.window.firstRow; row < desk.window.firstRow + desk.window.rows; row++) {
        const cell = cache.cell(row, column)
        if (cell) texts.push(cell.text)
      }
      set((columns) => setWidths(columns, [[column, fitWidth(name, texts, desk.measure)]]))
    },
  }
}
