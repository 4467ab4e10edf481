// Which table is on screen.
import type { Table } from '../../engine/api.ts'
import { layoutColumns, newColumns, setWidths, type ColumnsState } from '../columns.ts'
import { emptyState } from '../explorer-state.ts'
import { tableRows } from '../row-source.ts'
import { isPlain, noView } from '../view-state.ts'
import { firstWidths } from '../widths.ts'
import { historyFlags, type Desk, type Reading } from './desk.ts'
import type { Exporting } from './exporting.ts'
import type { Scan } from './scan.ts'
import type { Views } from './views.ts'

export function createScreen(desk: Desk, scan: Scan, views: Views, exporting: Exporting) {
  const { cache, state } = desk

  function stopWork(): void {
    scan.stop()
    views.stop()
    exporting.stop()
    cache.stop()
  }

  return {
    stopWork,

    firstColumns: ({ info, firstPage }: Table): ColumnsState =>
      setWidths(newColumns(info.columns.length), firstWidths(info.columns, firstPage, desk.measure)),

    /** Puts a table on screen, with the view that the history holds. */
    show(opened: Table, reading: Reading, columns: ColumnsState): void {
      const { progress, session } = state()
      stopWork()
      desk.table = opened
      const rows = (desk.rows = tableRows(opened))
      const { info, firstPage } = opened
      desk.counted = firstPage.rows
      cache.reset(rows.read, info.rows.count, info.columns.length)
      const isGuess = info.format === 'csv' && info.state === 'imported' // its types are those of before the import
      if (!isGuess) cache.add(firstPage)
      desk.store.set({
        ...emptyState, status: 'open', ...reading, info, scan: 'running', progress, session,
        view: noView, shown: noView, rows: info.rows.count, exact: info.rows.exact,
        columns, layout: layoutColumns(columns), ...historyFlags(desk),
      })
      desk.touch()
      if (isGuess) cache.want(desk.window)
      void scan.follow(opened)
      if (!isPlain(desk.history.present)) void views.show(desk.history.present)
    },
  }
}

export type Screen = ReturnType<typeof createScreen>
