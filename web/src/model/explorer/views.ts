// Sorting and filtering what is on screen: the newest view wins, and the rows before it stay until its own are there.
import type { Page } from '../../engine/api.ts'
import type { ExplorerState } from '../explorer-state.ts'
import { toFailure } from '../failure.ts'
import { record, redo, undo, type History } from '../history.ts'
import { openRows, type RowSource } from '../row-source.ts'
import { selectCell } from '../selection.ts'
import { isPlain, noView, sameView, type ViewState } from '../view-state.ts'
import { historyFlags, type Desk } from './desk.ts'
import type { Jumping } from './jumping.ts'
import type { Scan } from './scan.ts'
import { createTurn } from './turn.ts'

export function createViews(desk: Desk, scan: Scan, jumping: Jumping) {
  const { cache, state, update } = desk
  const querying = createTurn()
  /** Where to go once all rows are shown. */
  let pendingRow: number | undefined

  async function show(view: ViewState): Promise<void> {
    const signal = querying.begin()
    const { table } = desk
    if (!table) return update({ view, ...historyFlags(desk) })
    update({ view, query: { status: 'running', progress: null }, ...historyFlags(desk) })
    if (!isPlain(view)) scan.resume()
    try {
      const onProgress = (progress: ExplorerState['progress']) =>
        signal.aborted || update({ query: { status: 'running', progress } })
      const opened = await openRows(table, view, { signal, onProgress })
      const first = await readFirst(opened, signal).catch((error: unknown) => {
        void opened.close()
        throw error
      })
      if (signal.aborted) return void opened.close()
      swap(opened, view, first)
    } catch (error) {
      if (!signal.aborted) update({ query: { status: 'failed', failure: toFailure(error, state().info?.bytes) } })
    }
  }

  /** The first rows are read before the old ones leave the screen, so that nothing flashes. */
  async function readFirst(opened: RowSource, signal: AbortSignal): Promise<Page | undefined> {
    if (opened.rows === 0) return undefined
    return opened.read(0, Math.min(desk.blockRows, opened.rows), cache.wholeGroups(desk.window.columns), signal)
  }

  function swap(opened: RowSource, view: ViewState, first: Page | undefined): void {
    const old = desk.rows
    desk.rows = opened
    cache.reset(opened.read, opened.rows, state().info?.columns.length ?? 0)
    if (first) cache.add(first)
    const column = state().selection?.focus.column ?? state().layout.visible[0] ?? 0
    update({
      shown: view, query: { status: 'idle' }, rows: opened.rows, pageFailure: null, awaited: null,
      exact: !isPlain(view) || state().info?.rows.exact === true, reveal: { row: 0, column: null },
    })
    if (state().selection) desk.changeSelection(opened.rows > 0 ? selectCell({ row: 0, column }) : null)
    desk.touch()
    void old?.close()
    if (pendingRow !== undefined) jumping.goTo(pendingRow)
    pendingRow = undefined
  }

  function set(next: ViewState | ((view: ViewState) => ViewState)): void {
    const view = typeof next === 'function' ? next(state().view) : next
    if (sameView(view, state().view) && state().query.status !== 'failed') return
    adopt(record(desk.history, view))
  }

  function step(change: (history: History<ViewState>) => History<ViewState>): void {
    const next = change(desk.history)
    if (next !== desk.history) adopt(next)
  }

  /** A host that owns the view is only told what is asked for. */
  function adopt(history: History<ViewState>): void {
    if (desk.controlled.view === undefined) {
      desk.history = history
      void show(history.present)
    }
    desk.events.onViewChange?.(history.present)
  }

  return {
    show,
    set,
    undo: () => step(undo),
    redo: () => step(redo),

    cancel(): void {
      if (state().query.status === 'idle') return
      querying.stop()
      const { shown } = state()
      const { history } = desk
      const previous = history.past.at(-1)
      desk.history = previous && sameView(previous, shown)
        ? { ...history, past: history.past.slice(0, -1), present: shown }
        : { ...history, present: shown }
      update({ view: shown, query: { status: 'idle' }, ...historyFlags(desk) })
      desk.events.onViewChange?.(shown)
    },

    goToSourceRow(row: number): void {
      if (isPlain(state().shown)) return jumping.goTo(row)
      pendingRow = row
      set(noView)
    },

    stop: () => querying.stop(),
  }
}

export type Views = ReturnType<typeof createViews>
