// The state of an explorer as one immutable snapshot.
import type { Openable, Progress, ReadOptions, SessionTable, TableInfo } from '../engine/api.ts'
import { layoutColumns, newColumns, type ColumnLayout, type ColumnsState } from './columns.ts'
import type { Failure } from './failure.ts'
import type { CellRef, Selection } from './selection.ts'
import { noView, type ViewState } from './view-state.ts'

/** One file, or several that become one table. */
export type Source = Openable | readonly Openable[]

export type QueryState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly progress: Progress | null }
  | { readonly status: 'failed'; readonly failure: Failure }

/** The SQL that was run last. */
export type SqlState =
  | { readonly status: 'idle' }
  | { readonly status: 'running'; readonly text: string; readonly progress: Progress | null }
  /** A statement that made or dropped something and has no rows to show. */
  | { readonly status: 'made'; readonly text: string }
  | { readonly status: 'failed'; readonly text: string; readonly failure: Failure }

export interface ExplorerState {
  /** 'opening' and 'failed' are about a first opening; a re-read keeps 'open' and says so in `rereading`. */
  readonly status: 'empty' | 'opening' | 'open' | 'failed'
  readonly rereading: boolean
  readonly name: string
  /** Why opening or re-reading failed. */
  readonly failure: Failure | null
  readonly info: TableInfo | null
  /** Options that were given instead of guessed. */
  readonly read: ReadOptions
  /** A column is to say which of several files a row is from. */
  readonly filename: boolean
  readonly scan: 'none' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly scanFailure: Failure | null
  readonly progress: Progress | null
  /** What was asked for, and what the rows on screen are. They differ while a query runs or after it failed. */
  readonly view: ViewState
  readonly shown: ViewState
  readonly query: QueryState
  readonly sql: SqlState
  /** The tables and views that SQL has made. */
  readonly session: readonly SessionTable[]
  /** Set while the rows are those of a query, not of the file. */
  readonly result: { readonly sql: string } | null
  /** A file that is being written. */
  readonly exporting: { readonly name: string; readonly progress: Progress | null } | null
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** Rows of what is shown. */
  readonly rows: number
  readonly exact: boolean
  readonly columns: ColumnsState
  readonly layout: ColumnLayout
  readonly selection: Selection | null
  /** What to bring into sight, a new object each time it is asked for; without a column only the row. */
  readonly reveal: { readonly row: number; readonly column: number | null } | null
  /** What is gone to once so many rows are counted. */
  readonly awaited: CellRef | null
  /** Why a page could not be read. */
  readonly pageFailure: Failure | null
}

const noColumns = newColumns(0)

export const emptyState: ExplorerState = {
  status: 'empty', rereading: false, name: '', failure: null, info: null, read: {}, filename: false,
  scan: 'none', scanFailure: null, progress: null,
  view: noView, shown: noView, query: { status: 'idle' }, sql: { status: 'idle' }, session: [], result: null, exporting: null, canUndo: false, canRedo: false,
  rows: 0, exact: true, columns: noColumns, layout: layoutColumns(noColumns),
  selection: null, reveal: null, awaited: null, pageFailure: null,
}

export function nameOf(source: Source): string {
  if (Array.isArray(source)) return `${source.length} files`
  return fileName(source as Openable)
}

function fileName(source: Openable): string {
  if (source instanceof URL || typeof source === 'string') return lastPart(String(source))
  if (typeof File !== 'undefined' && source instanceof File) return source.name
  if ('url' in source) return source.name ?? lastPart(String(source.url))
  if ('table' in source) return source.table
  return 'key' in source ? lastPart(source.key) : 'table.csv'
}

function lastPart(path: string): string {
  const name = path.replace(/[?#].*$/, '').replace(/\/+$/, '').split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(name) || path
  } catch {
    return name
  }
}
