// What the parts of an explorer work on: its state, the table on screen and the cells in memory. Each part is a file beside
// this one and changes only what it is about; whoever needs another part is given it.
import type { ReadOptions, Table, TableInfo } from '../../engine/api.ts'
import type { ColumnsState } from '../columns.ts'
import { emptyState, type ExplorerState } from '../explorer-state.ts'
import { toFailure } from '../failure.ts'
import { newHistory, type History } from '../history.ts'
import { createPageCache, type PageCache, type Window } from '../pages.ts'
import type { RowSource } from '../row-source.ts'
import type { Selection } from '../selection.ts'
import { createStore, type Store } from '../store.ts'
import { noView, type ViewState } from '../view-state.ts'
import { estimateText, type MeasureText } from '../widths.ts'
import type { Controlled, ExplorerEvents, ExplorerOptions } from './api.ts'

const defaultBlockRows = 128

/** How the source is read: a choice of the reader's, kept when it is read again. */
export interface Reading {
  readonly name: string
  readonly read: ReadOptions
  readonly filename: boolean
}

/** The file while the result of a query is on screen. */
export interface Shelf {
  readonly table: Table
  readonly history: History<ViewState>
  readonly reading: Reading
  readonly columns: ColumnsState
}

export interface Desk {
  readonly engine: ExplorerOptions['engine']
  readonly measure: MeasureText
  readonly blockRows: number
  readonly firstView: ViewState
  readonly store: Store<ExplorerState>
  /** Counts changes of the cells. */
  readonly revision: Store<number>
  readonly cache: PageCache
  table: Table | undefined
  rows: RowSource | undefined
  /** Rows of the table that a page can be had of. */
  counted: number
  shelf: Shelf | undefined
  history: History<ViewState>
  window: Window
  controlled: Controlled
  events: ExplorerEvents
  state(): ExplorerState
  update(changes: Partial<ExplorerState>): void
  /** The cells may look different now. */
  touch(): void
  changeSelection(selection: Selection | null): void
}

export function createDesk(options: ExplorerOptions): Desk {
  const store = createStore<ExplorerState>(emptyState)
  const revision = createStore(0)
  const blockRows = options.blockRows ?? defaultBlockRows
  const firstView = options.defaultView ?? noView
  const state = (): ExplorerState => store.getSnapshot()
  const update = (changes: Partial<ExplorerState>): void => store.set({ ...state(), ...changes })
  const touch = (): void => revision.set(revision.getSnapshot() + 1)
  const cache = createPageCache({ blockRows, onChange: touch, onError: (error) => update({ pageFailure: toFailure(error, state().info?.bytes) }) })
  const desk: Desk = {
    engine: options.engine, measure: options.measure ?? estimateText, blockRows, firstView, store, revision, cache,
    table: undefined, rows: undefined, counted: 0, shelf: undefined,
    history: newHistory(firstView), window: { firstRow: 0, rows: 50, columns: [] }, controlled: {}, events: {},
    state, update, touch,
    changeSelection(selection) {
      if (desk.controlled.selection === undefined) update({ selection })
      desk.events.onSelectionChange?.(selection)
    },
  }
  return desk
}

export const historyFlags = ({ history }: Desk) => ({ canUndo: history.past.length > 0, canRedo: history.future.length > 0 })

export const sameNames = (a: TableInfo, b: TableInfo): boolean =>
  a.columns.length === b.columns.length && a.columns.every((column, i) => column.name === b.columns[i]!.name)
