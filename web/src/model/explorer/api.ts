// What a host sees of an explorer.
import type {
  BadRow, Engine, ExportOptions, ReadOptions, SqlFunction, ValueCount,
} from '../../engine/api.ts'
import type { ColumnsState } from '../columns.ts'
import type { Copied } from '../copy.ts'
import type { ExplorerState, Source } from '../explorer-state.ts'
import type { Cell, Window } from '../pages.ts'
import type { Selection } from '../selection.ts'
import type { Readable } from '../store.ts'
import type { ViewState } from '../view-state.ts'
import type { MeasureText } from '../widths.ts'

/** State a host may own. A key present here is only ever changed by `control`; the callbacks report what is asked. */
export interface Controlled {
  readonly view?: ViewState | undefined
  readonly selection?: Selection | null | undefined
  readonly columns?: ColumnsState | undefined
  readonly read?: ReadOptions | undefined
}

export interface ExplorerEvents {
  onViewChange?: ((view: ViewState) => void) | undefined
  onSelectionChange?: ((selection: Selection | null) => void) | undefined
  onColumnsChange?: ((columns: ColumnsState) => void) | undefined
  onReadChange?: ((read: ReadOptions) => void) | undefined
}

export interface ExplorerOptions {
  /** Never closed by the explorer. */
  readonly engine: Engine | Promise<Engine>
  readonly measure?: MeasureText
  readonly defaultView?: ViewState
  readonly blockRows?: number
}

export interface CopyOptions {
  /** Column names on top; by default for every range of more than one cell. */
  readonly headers?: boolean
  readonly signal?: AbortSignal
}

export interface OpenAs {
  readonly name?: string
  /** Of several files: what each is called. */
  readonly names?: readonly string[]
  readonly read?: ReadOptions
}

export type ExportSettings = Omit<ExportOptions, 'signal' | 'onProgress'>

export type SaveBytes = (bytes: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<void>

export interface SqlTable {
  /** With quotes where they are needed. */
  readonly name: string
  readonly kind: 'file' | 'table' | 'view'
  readonly columns: readonly { readonly name: string; readonly type: string; readonly typeText?: string }[]
}

export interface Explorer extends Readable<ExplorerState> {
  /** Changes whenever cells arrived; separate from the state because it does so far more often. */
  readonly cells: Readable<number>
  open(source: Source, options?: OpenAs): Promise<void>
  /** Read the same source again with other options; the rows on screen stay until it worked. */
  reread(read: ReadOptions): Promise<void>
  /** Whether a column says which of several files a row is from; they are read again. */
  showFilename(shown: boolean): Promise<void>
  /** Try again what failed last. */
  retry(): void
  cancelOpening(): void
  cancelScan(): Promise<void>
  resumeScan(): void
  /** Statistics of all columns where the scan brought none. Stopped by cancelScan. */
  profile(): Promise<void>
  cancelQuery(): void
  /** SQL over the open file. What is on screen stays until its rows are there, also when it fails. */
  runSql(text: string): Promise<void>
  cancelSql(): void
  /** From the result of a query back to the file, as it was left. */
  backToFile(): void
  /** What SQL can name. */
  schema(): readonly SqlTable[]
  functions(): Promise<readonly SqlFunction[]>
  /** Back to the empty state. */
  reset(): Promise<void>
  setView(next: ViewState | ((view: ViewState) => ViewState)): void
  undo(): void
  redo(): void
  setColumns(next: (columns: ColumnsState) => ColumnsState): void
  resize(column: number, width: number): void
  fit(column: number): void
  hide(column: number, hidden: boolean): void
  showAllColumns(): void
  pin(column: number, pinned: boolean): void
  move(column: number, before: number | null): void
  moveBy(column: number, step: -1 | 1): void
  widthOf(column: number): number
  select(selection: Selection | null): void
  /** Select a cell of the shown rows and bring it into sight, as soon as it is counted. */
  goTo(row: number, column?: number): void
  /** Stay where a row is waited for. */
  cancelJump(): void
  /** The same for a row of the file: shows all rows in file order first when they are not. */
  goToSourceRow(row: number): void
  /** The rows and columns in sight; what is missing is fetched. */
  look(window: Window): void
  cell(row: number, column: number): Cell | undefined
  sourceRow(row: number): number | undefined
  /** The selected range when all of it is in memory, for a clipboard event that cannot wait. */
  copyNow(options?: CopyOptions): Copied | undefined
  copy(options?: CopyOptions): Promise<Copied>
  /** The shown rows as a file: `save` is given its bytes. Without `columns` those that are shown, in their order. */
  exportRows(name: string, options: ExportSettings, save: SaveBytes): Promise<void>
  cancelExport(): void
  values(column: number, options?: { readonly containing?: string; readonly signal?: AbortSignal }):
    Promise<{ readonly values: readonly ValueCount[]; readonly distinct: number }>
  badRows(first: number, count: number): Promise<readonly BadRow[]>
  control(values: Controlled, events?: ExplorerEvents): void
  close(): Promise<void>
}
