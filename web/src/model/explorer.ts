// The explorer without a screen: opens a source, follows its scan, runs the newest view and keeps the cells in sight.
// A view or page that is no longer wanted is aborted; what is on screen stays there until its successor has arrived.
import { layoutColumns } from './columns.ts'
import { emptyState } from './explorer-state.ts'
import type { Explorer, ExplorerOptions } from './explorer/api.ts'
import { createArranging } from './explorer/arranging.ts'
import { createAsking } from './explorer/asking.ts'
import { createCopying } from './explorer/copying.ts'
import { createDesk } from './explorer/desk.ts'
import { createExporting } from './explorer/exporting.ts'
import { createJumping } from './explorer/jumping.ts'
import { createOpening } from './explorer/opening.ts'
import { createScan } from './explorer/scan.ts'
import { createScreen } from './explorer/screen.ts'
import { createViews } from './explorer/views.ts'
import { record } from './history.ts'
import { removeFilter, sameView, toViewSpec } from './view-state.ts'

export type * from './explorer/api.ts'

export function createExplorer(options: ExplorerOptions): Explorer {
  const desk = createDesk(options)
  const { cache, state, update } = desk
  const jumping = createJumping(desk)
  const scan = createScan(desk, jumping)
  const views = createViews(desk, scan, jumping)
  const exporting = createExporting(desk)
  const screen = createScreen(desk, scan, views, exporting)
  const opening = createOpening(desk, scan, screen)
  const asking = createAsking(desk, scan, screen)
  const { copy, copyNow } = createCopying(desk)

  async function closeTable(): Promise<void> {
    opening.stop()
    screen.stopWork()
    asking.stop()
    const { table, rows, shelf } = desk
    desk.table = desk.rows = desk.shelf = undefined
    await rows?.close()
    await table?.close()
    await shelf?.table.close()
  }

  return {
    ...createArranging(desk),
    cells: desk.revision,
    getSnapshot: desk.store.getSnapshot,
    subscribe: desk.store.subscribe,
    copy,
    copyNow,
    async open(source, as = {}) {
      await closeTable()
      await opening.open(source, as)
    },
    async reread(read) {
      desk.events.onReadChange?.(read)
      if (desk.controlled.read === undefined) await opening.reread(read)
    },
    showFilename: (shown) => opening.reread(state().read, shown),
    retry() {
      const { failure, pageFailure, query, view } = state()
      if (failure) void opening.retry()
      if (pageFailure) { update({ pageFailure: null }); cache.retry() }
      if (query.status === 'failed') void views.show(view)
      if (state().scan === 'failed') scan.resume()
    },
    cancelOpening: opening.cancel,
    cancelScan: scan.cancel,
    resumeScan: scan.resume,
    profile: scan.profile,
    runSql: asking.run,
    cancelSql: asking.cancel,
    backToFile: asking.backToFile,
    schema: asking.schema,
    functions: async () => (await options.engine).functions(),
    async reset() {
      await closeTable()
      opening.forget()
      desk.store.set({ ...emptyState, session: state().session })
    },
    setView: views.set,
    undo: views.undo,
    redo: views.redo,
    cancelQuery: views.cancel,
    goTo: jumping.goTo,
    cancelJump: jumping.cancel,
    goToSourceRow: views.goToSourceRow,
    select: desk.changeSelection,
    look(window) {
      desk.window = window
      cache.want(window)
    },
    cell: cache.cell,
    sourceRow: cache.sourceRow,
    exportRows: exporting.run,
    cancelExport: exporting.cancel,
    async values(column, { containing = '', signal } = {}) {
      if (!desk.table) return { values: [], distinct: 0 }
      const others = removeFilter(state().shown, column)
      const narrowed = containing === '' ? others : { ...others, filters: [...others.filters, { column, op: 'contains' as const, value: containing }] }
      return desk.table.values(column, { spec: toViewSpec({ ...narrowed, sort: [] }), ...(signal && { signal }) })
    },
    badRows: async (first, count) => (desk.table ? desk.table.badRows(first, count) : []),
    control(values, handlers = desk.events) {
      const before = desk.controlled
      desk.controlled = values
      desk.events = handlers
      const { view, selection, columns, read } = values
      if (view !== undefined && !sameView(view, state().view)) {
        desk.history = record(desk.history, view)
        void views.show(view)
      }
      if (selection !== undefined && selection !== state().selection) update({ selection })
      if (columns !== undefined && columns !== state().columns) update({ columns, layout: layoutColumns(columns) })
      if (read !== undefined && before.read !== undefined && JSON.stringify(read) !== JSON.stringify(before.read)) {
        void opening.reread(read)
      }
    },
    close: closeTable,
  }
}
