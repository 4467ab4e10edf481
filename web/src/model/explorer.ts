// The explorer without a screen: opens a source, follows its scan, runs the newest view and keeps the cells in sight.
// A view or page that is no longer wanted is aborted; what is on screen stays there until its successor has arrived.
import type {
  BadRow, Engine, ExportOptions, Page, Progress, ReadOptions, SqlFunction, Table, TableInfo, ValueCount,
} from '../engine/api.ts'
import { ExplorerError } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import {
  layoutColumns, moveBefore, moveBy, newColumns, setHidden, setPinned, setWidths, showAll, widthOf, type ColumnsState,
} from './columns.ts'
import { createRangeWriter, maxCopyCells, maxHtmlCells, type Copied } from './copy.ts'
import { emptyState, nameOf, type ExplorerState, type Source } from './explorer-state.ts'
import { toFailure } from './failure.ts'
import { formatCount } from './format.ts'
import { newHistory, record, redo, undo, type History } from './history.ts'
import { createPageCache, type Cell, type Window } from './pages.ts'
import { openRows, tableRows, type RowSource } from './row-source.ts'
import { cellCount, clampSelection, rangeOf, selectCell, type Selection } from './selection.ts'
import { changesNames } from './sql-statement.ts'
import { createStore, type Readable } from './store.ts'
import { estimateText, firstWidths, fitWidth, type MeasureText } from './widths.ts'
import { noView, removeFilter, sameView, toViewSpec, isPlain, withinColumns, type ViewState } from './view-state.ts'

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
  /** Select a cell of the shown rows and bring it into sight. */
  goTo(row: number, column?: number): void
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
  exportRows(name: string, options: ExportSettings, save: (bytes: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<void>): Promise<void>
  cancelExport(): void
  values(column: number, options?: { readonly containing?: string; readonly signal?: AbortSignal }):
    Promise<{ readonly values: readonly ValueCount[]; readonly distinct: number }>
  badRows(first: number, count: number): Promise<readonly BadRow[]>
  control(values: Controlled, events?: ExplorerEvents): void
  close(): Promise<void>
}

/** How the source is read: a choice of the reader's, kept when it is read again. */
type Reading = Pick<ExplorerState, 'name' | 'read' | 'filename'>

/** The file while the result of a query is on screen. */
interface Shelf {
  readonly table: Table
  readonly history: History<ViewState>
  readonly reading: Reading
  readonly columns: ColumnsState
}

const copyPageRows = 4096
const defaultBlockRows = 128

export function createExplorer(options: ExplorerOptions): Explorer {
  const store = createStore<ExplorerState>(emptyState)
  const revision = createStore(0)
  const measure = options.measure ?? estimateText
  const blockRows = options.blockRows ?? defaultBlockRows
  const cache = createPageCache({
    blockRows,
    onChange: () => revision.set(revision.getSnapshot() + 1),
    onError: (error) => update({ pageFailure: toFailure(error, state().info?.bytes) }),
  })

  let table: Table | undefined
  let rows: RowSource | undefined
  let source: Source | undefined
  let names: readonly string[] | undefined
  /** Of the table on screen; the state has what was asked for. */
  let shownFilename = false
  let lastOpen: Reading = { name: '', read: {}, filename: false }
  let history: History<ViewState> = newHistory(options.defaultView ?? noView)
  let shelf: Shelf | undefined
  let asking: AbortController | undefined
  let opening: AbortController | undefined
  let scanning: AbortController | undefined
  let querying: AbortController | undefined
  let profiling: AbortController | undefined
  let exporting: AbortController | undefined
  let window: Window = { firstRow: 0, rows: 50, columns: [] }
  let controlled: Controlled = {}
  let events: ExplorerEvents = {}

  const state = (): ExplorerState => store.getSnapshot()
  const update = (changes: Partial<ExplorerState>): void => store.set({ ...state(), ...changes })

  // --- opening -------------------------------------------------------------------------------------------------

  async function open(next: Source, { name = nameOf(next), names: called, read = {} }: OpenAs = {}): Promise<void> {
    await closeTable()
    source = next
    names = called
    history = newHistory(controlled.view ?? options.defaultView ?? noView)
    store.set({ ...emptyState, status: 'opening', name, read, session: state().session })
    await run(next, { name, read, filename: false }, false)
  }

  async function reread(read: ReadOptions, filename = state().filename): Promise<void> {
    if (source === undefined) return
    const again = table !== undefined
    if (again) update({ rereading: true, failure: null, filename })
    else update({ status: 'opening', failure: null, read })
    await run(source, { name: state().name, read, filename }, again)
  }

  async function run(next: Source, reading: Reading, again: boolean): Promise<void> {
    opening?.abort()
    const controller = (opening = new AbortController())
    const { signal } = controller
    lastOpen = reading
    try {
      const engine = await options.engine
      const opened = await engine.open(next, {
        ...reading, ...(names && { names }), signal, onProgress: (progress) => signal.aborted || takeProgress(progress),
      })
      if (signal.aborted) return void opened.close()
      await install(opened, reading, again)
    } catch (error) {
      if (signal.aborted) return
      update({ failure: toFailure(error, next instanceof Blob ? next.size : undefined), rereading: false, ...(again ? { filename: shownFilename } : { status: 'failed' }) })
    } finally {
      if (opening === controller) opening = undefined
    }
  }

  /** What a page has cost does not hide how far the scan is. */
  function takeProgress(progress: Progress): void {
    const { progress: before, scan } = state()
    const { bytesRead, requests, memoryBytes } = progress
    const scanning = progress.phase === 'idle' && scan === 'running' && before !== null
    update({ progress: scanning ? { ...before, bytesRead, requests, memoryBytes } : progress })
  }

  async function install(opened: Table, reading: Reading, again: boolean): Promise<void> {
    const before = state()
    const old = { table, rows, file: shelf?.table }
    const sameColumns = again && before.info !== null && sameNames(before.info, opened.info)
    if (again && !sameColumns) history = newHistory(reading.filename === shownFilename ? noView : withinColumns(history.present, opened.info.columns.length))
    shownFilename = reading.filename
    shelf = undefined
    show(opened, reading, controlled.columns ?? (sameColumns ? before.columns : firstColumns(opened)))
    void old.rows?.close()
    void old.table?.close()
    void old.file?.close()
  }

  const firstColumns = ({ info, firstPage }: Table): ColumnsState =>
    setWidths(newColumns(info.columns.length), firstWidths(info.columns, firstPage, measure))

  /** Puts a table on screen, with the view that `history` holds. */
  function show(opened: Table, reading: Reading, columns: ColumnsState): void {
    const { progress, session } = state()
    stopWork()
    table = opened
    rows = tableRows(opened)
    const { info, firstPage } = opened
    cache.reset(rows.read, info.rows.count, info.columns.length)
    const isGuess = info.format === 'csv' && info.state === 'imported' // its types are those of before the import
    if (!isGuess) cache.add(firstPage)
    store.set({
      ...emptyState, status: 'open', ...reading, info, scan: 'running', progress, session,
      view: noView, shown: noView, rows: info.rows.count, exact: info.rows.exact,
      columns, layout: layoutColumns(columns), ...historyFlags(),
    })
    revision.set(revision.getSnapshot() + 1)
    if (isGuess) cache.want(window)
    void followScan(opened)
    if (!isPlain(history.present)) void showView(history.present)
  }

  // --- SQL -------------------------------------------------------------------------------------------------------

  async function runSql(text: string): Promise<void> {
    asking?.abort()
    const controller = (asking = new AbortController())
    const { signal } = controller
    update({ sql: { status: 'running', text, progress: null } })
    const onProgress = (progress: Progress): void => {
      if (signal.aborted) return
      if (progress.phase === 'query') update({ sql: { status: 'running', text, progress } })
      else takeProgress(progress)
    }
    try {
      const engine = await options.engine
      const result = await engine.view(text, { signal, onProgress })
      if (!changesNames(text) && !signal.aborted) return showResult(result, text)
      void result.close()
      if (!changesNames(text)) return
      const session = await engine.session()
      update(signal.aborted ? { session } : { session, sql: { status: 'made', text } })
    } catch (error) {
      if (!signal.aborted) update({ sql: { status: 'failed', text, failure: toFailure(error) } })
    }
  }

  function cancelSql(): void {
    asking?.abort(new ExplorerError('cancelled', 'The query was stopped.'))
    update({ sql: { status: 'idle' } })
  }

  function showResult(result: Table, sql: string): void {
    const old = { table, rows }
    const { name, read, filename, columns } = state()
    if (!shelf && table) shelf = { table, history, reading: { name, read, filename }, columns }
    history = newHistory(noView)
    show(result, { name: 'result', read: {}, filename: false }, firstColumns(result))
    update({ result: { sql } })
    void old.rows?.close()
    if (old.table !== shelf?.table) void old.table?.close()
  }

  function backToFile(): void {
    if (!shelf) return
    const old = { table, rows }
    const file = shelf
    shelf = undefined
    history = file.history
    show(file.table, file.reading, file.columns)
    void old.rows?.close()
    void old.table?.close()
  }

  function schema(): readonly SqlTable[] {
    const file = shelf?.table ?? table
    const made = state().session.map(({ name, kind, columns }): SqlTable => ({ name: quoteName(name), kind, columns }))
    return file ? [{ name: file.sqlName, kind: 'file', columns: file.info.columns }, ...made] : made
  }

  // --- the background scan -------------------------------------------------------------------------------------

  async function followScan(of: Table): Promise<void> {
    scanning?.abort()
    const controller = (scanning = new AbortController())
    const { signal } = controller
    update({ scan: 'running', scanFailure: null })
    try {
      for await (const { info, progress } of of.progress({ signal })) {
        if (signal.aborted) return
        if (progress.phase !== 'idle' || progress.memoryBytes > 0) update({ progress }) // else nothing was scanned: what opening cost stays
        takeInfo(info)
      }
      if (signal.aborted) return
      takeInfo(of.info)
      update({ scan: of.info.state === 'imported' ? 'done' : 'cancelled' })
    } catch (error) {
      if (!signal.aborted) update({ scan: 'failed', scanFailure: toFailure(error) })
    }
  }

  /** Exact types may show a value differently than the guess did, so the cells are read again once they are known. */
  function takeInfo(info: TableInfo): void {
    const before = state()
    if (info === before.info) return
    const plain = isPlain(before.shown)
    update({ info, ...(plain && { rows: info.rows.count, exact: info.rows.exact }) })
    if (!plain || !rows) return
    if (info.state === 'imported' && before.info?.state !== 'imported') {
      cache.reset(rows.read, info.rows.count, info.columns.length, { keep: true })
      cache.want(window)
    } else cache.setRows(info.rows.count)
    const selection = info.rows.exact ? clampSelection(before.selection, info.rows.count) : before.selection
    if (selection !== before.selection) changeSelection(selection)
  }

  function resumeScan(): void {
    if (!table || (state().scan !== 'cancelled' && state().scan !== 'failed')) return
    table.resumeScan()
    void followScan(table)
  }

  async function profile(): Promise<void> {
    if (!table || state().scan === 'running') return
    const of = table
    const controller = (profiling = new AbortController())
    const { signal } = controller
    const before = state().scan
    update({ scan: 'running', scanFailure: null })
    try {
      takeInfo(await of.profile({ signal, onProgress: (progress) => signal.aborted || update({ progress }) }))
    } catch (error) {
      if (table === of && !signal.aborted) update({ scanFailure: toFailure(error) })
    }
    if (table === of) update({ scan: before })
  }

  // --- views: the newest wins ----------------------------------------------------------------------------------

  function setView(next: ViewState | ((view: ViewState) => ViewState)): void {
    const view = typeof next === 'function' ? next(state().view) : next
    if (sameView(view, state().view) && state().query.status !== 'failed') return
    if (controlled.view === undefined) {
      history = record(history, view)
      void showView(view)
    }
    events.onViewChange?.(view)
  }

  function step(change: (history: History<ViewState>) => History<ViewState>): void {
    const next = change(history)
    if (next === history) return
    if (controlled.view === undefined) {
      history = next
      void showView(next.present)
    }
    events.onViewChange?.(next.present)
  }

  const historyFlags = () => ({ canUndo: history.past.length > 0, canRedo: history.future.length > 0 })

  async function showView(view: ViewState): Promise<void> {
    querying?.abort()
    if (!table) return update({ view, ...historyFlags() })
    const controller = (querying = new AbortController())
    const { signal } = controller
    update({ view, query: { status: 'running', progress: null }, ...historyFlags() })
    if (!isPlain(view)) resumeScan()
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
    return opened.read(0, Math.min(blockRows, opened.rows), cache.wholeGroups(window.columns), signal)
  }

  function swap(opened: RowSource, view: ViewState, first: Page | undefined): void {
    const old = rows
    rows = opened
    cache.reset(opened.read, opened.rows, state().info?.columns.length ?? 0)
    if (first) cache.add(first)
    const column = state().selection?.focus.column ?? state().layout.visible[0] ?? 0
    const plain = isPlain(view)
    update({
      shown: view, query: { status: 'idle' }, rows: opened.rows, pageFailure: null,
      exact: !plain || state().info?.rows.exact === true, reveal: { row: 0, column: null },
    })
    if (state().selection) changeSelection(opened.rows > 0 ? selectCell({ row: 0, column }) : null)
    revision.set(revision.getSnapshot() + 1)
    void old?.close()
    if (pendingRow !== undefined) goTo(pendingRow)
    pendingRow = undefined
  }

  function cancelQuery(): void {
    if (state().query.status === 'idle') return
    querying?.abort()
    const { shown } = state()
    const previous = history.past.at(-1)
    history = previous && sameView(previous, shown)
      ? { ...history, past: history.past.slice(0, -1), present: shown }
      : { ...history, present: shown }
    update({ view: shown, query: { status: 'idle' }, ...historyFlags() })
    events.onViewChange?.(shown)
  }

  // --- columns and selection -----------------------------------------------------------------------------------

  function setColumns(change: (columns: ColumnsState) => ColumnsState): void {
    const columns = change(state().columns)
    if (columns === state().columns) return
    if (controlled.columns === undefined) update({ columns, layout: layoutColumns(columns) })
    events.onColumnsChange?.(columns)
  }

  function fit(column: number): void {
    const name = state().info?.columns[column]?.name ?? ''
    const texts: string[] = []
    for (let row = window.firstRow; row < window.firstRow + window.rows; row++) {
      const cell = cache.cell(row, column)
      if (cell) texts.push(cell.text)
    }
    setColumns((columns) => setWidths(columns, [[column, fitWidth(name, texts, measure)]]))
  }

  function changeSelection(selection: Selection | null): void {
    if (controlled.selection === undefined) update({ selection })
    events.onSelectionChange?.(selection)
  }

  let pendingRow: number | undefined

  function goTo(row: number, column = state().selection?.focus.column ?? state().layout.visible[0]): void {
    if (column === undefined || state().rows === 0) return
    const cell = { row: Math.max(0, Math.min(state().rows - 1, Math.floor(row))), column }
    changeSelection(selectCell(cell))
    update({ reveal: cell })
  }

  function goToSourceRow(row: number): void {
    if (isPlain(state().shown)) return goTo(row)
    pendingRow = row
    setView(noView)
  }

  // --- copying -------------------------------------------------------------------------------------------------

  function copyPlan({ headers }: CopyOptions) {
    const { selection, layout, info } = state()
    const range = rangeOf(selection, layout)
    if (!range || !info) return undefined
    const cells = cellCount(range)
    const columns = layout.visible.slice(range.positionBegin, range.positionEnd)
    const infos = columns.map((column) => info.columns[column]!)
    const writer = createRangeWriter(infos, headers ?? cells > 1, cells <= maxHtmlCells)
    return { range, cells, columns, writer }
  }

  function copyNow(how: CopyOptions = {}): Copied | undefined {
    const plan = copyPlan(how)
    if (!plan || plan.cells > maxHtmlCells) return undefined
    const { range, columns, writer } = plan
    for (let row = range.rowBegin; row < range.rowEnd; row++) {
      const cells = columns.map((column) => cache.cell(row, column))
      if (cells.includes(undefined)) return undefined
      writer.addRow(cells.map((cell) => cell!.text))
    }
    return writer.finish()
  }

  async function copy(how: CopyOptions = {}): Promise<Copied> {
    const plan = copyPlan(how)
    if (!plan || !rows) throw new Error('Nothing is selected. Select cells first.')
    const { range, cells, columns, writer } = plan
    if (cells > maxCopyCells) {
      throw new Error(`${formatCount(cells)} cells are selected; at most ${formatCount(maxCopyCells)} can be copied at once. Select fewer rows or hide columns.`)
    }
    const { read } = rows
    const signal = how.signal ?? new AbortController().signal
    for (let row = range.rowBegin; row < range.rowEnd; row += copyPageRows) {
      writer.add(await read(row, Math.min(copyPageRows, range.rowEnd - row), columns, signal), columns)
    }
    return writer.finish()
  }

  // --- exporting -----------------------------------------------------------------------------------------------

  async function exportRows(name: string, settings: ExportSettings, save: (bytes: ReadableStream<Uint8Array<ArrayBuffer>>) => Promise<void>): Promise<void> {
    if (!rows || exporting) throw new Error('Another file is being written. Wait for it or stop it.')
    const controller = (exporting = new AbortController())
    const { signal } = controller
    update({ exporting: { name, progress: null } })
    try {
      await save(rows.export({
        columns: state().layout.visible, ...settings, signal,
        onProgress: (progress) => signal.aborted || update({ exporting: { name, progress } }),
      }))
    } finally {
      exporting = undefined
      update({ exporting: null })
    }
  }

  // --- the end -------------------------------------------------------------------------------------------------

  function stopWork(): void {
    scanning?.abort()
    querying?.abort()
    exporting?.abort()
    profiling?.abort()
    cache.stop()
  }

  async function closeTable(): Promise<void> {
    opening?.abort()
    stopWork()
    asking?.abort()
    const old = { table, rows, file: shelf?.table }
    table = rows = shelf = undefined
    await old.rows?.close()
    await old.table?.close()
    await old.file?.close()
  }

  return {
    cells: revision,
    getSnapshot: store.getSnapshot,
    subscribe: store.subscribe,
    open,
    async reread(read) {
      events.onReadChange?.(read)
      if (controlled.read === undefined) await reread(read)
    },
    showFilename: (shown) => reread(state().read, shown),
    retry() {
      const { failure, pageFailure, query, scan, view } = state()
      if (failure && source !== undefined) void reread(lastOpen.read, lastOpen.filename)
      if (pageFailure) { update({ pageFailure: null }); cache.retry() }
      if (query.status === 'failed') void showView(view)
      if (scan === 'failed') resumeScan()
    },
    cancelOpening() {
      opening?.abort()
      if (table) update({ rereading: false, filename: shownFilename })
      else store.set({ ...emptyState, session: state().session })
    },
    async cancelScan() {
      profiling?.abort(new ExplorerError('cancelled', 'The statistics were stopped.'))
      await table?.cancelScan()
    },
    resumeScan,
    profile,
    cancelQuery,
    runSql,
    cancelSql,
    backToFile,
    schema,
    functions: async () => (await options.engine).functions(),
    async reset() {
      await closeTable()
      source = undefined
      store.set({ ...emptyState, session: state().session })
    },
    setView,
    undo: () => step(undo),
    redo: () => step(redo),
    setColumns,
    resize: (column, width) => setColumns((columns) => setWidths(columns, [[column, width]])),
    fit,
    hide: (column, hidden) => setColumns((columns) => setHidden(columns, column, hidden)),
    showAllColumns: () => setColumns(showAll),
    pin: (column, pinned) => setColumns((columns) => setPinned(columns, column, pinned)),
    move: (column, before) => setColumns((columns) => moveBefore(columns, column, before)),
    moveBy: (column, by) => setColumns((columns) => moveBy(columns, column, by)),
    widthOf: (column) => widthOf(state().columns, column),
    select: changeSelection,
    goTo,
    goToSourceRow,
    look(next) {
      window = next
      cache.want(next)
    },
    cell: cache.cell,
    sourceRow: cache.sourceRow,
    copyNow,
    copy,
    exportRows,
    cancelExport: () => exporting?.abort(new ExplorerError('cancelled', 'The file was not written: it was stopped.')),
    async values(column, { containing = '', signal } = {}) {
      if (!table) return { values: [], distinct: 0 }
      const others = removeFilter(state().shown, column)
      const narrowed = containing === '' ? others : { ...others, filters: [...others.filters, { column, op: 'contains' as const, value: containing }] }
      return table.values(column, { spec: toViewSpec({ ...narrowed, sort: [] }), ...(signal && { signal }) })
    },
    badRows: async (first, count) => (table ? table.badRows(first, count) : []),
    control(values, handlers = events) {
      const before = controlled
      controlled = values
      events = handlers
      if (values.view !== undefined && !sameView(values.view, state().view)) {
        history = record(history, values.view)
        void showView(values.view)
      }
      if (values.selection !== undefined && values.selection !== state().selection) update({ selection: values.selection })
      if (values.columns !== undefined && values.columns !== state().columns) {
        update({ columns: values.columns, layout: layoutColumns(values.columns) })
      }
      if (values.read !== undefined && before.read !== undefined && JSON.stringify(values.read) !== JSON.stringify(before.read)) {
        void reread(values.read)
      }
    },
    close: closeTable,
  }
}

const sameNames = (a: TableInfo, b: TableInfo): boolean =>
  a.columns.length === b.columns.length && a.columns.every((column, i) => column.name === b.columns[i]!.name)
