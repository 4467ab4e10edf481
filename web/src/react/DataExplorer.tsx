// <DataExplorer>: the whole explorer as one component. Every piece of state is a pair x / defaultX with onXChange:
// given x, the host owns it; without, the component does.
import { lazy, Suspense, useEffect, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react'
import type { Engine, EngineOptions, Progress, ReadOptions } from '../engine/api.ts'
import { copyLater, DataGrid } from '../grid/index.ts'
import {
  noView, plural, type CellRef, type ColumnsState, type Copied, type Explorer, type ExplorerState, type Failure, type OpenAs, type Selection,
  type Source, type ViewState,
} from '../model/index.ts'
import { CellPanel } from './CellPanel.tsx'
import { ColumnMenu } from './ColumnMenu.tsx'
import { ColumnsPanel } from './ColumnsPanel.tsx'
import { DropZone } from './DropZone.tsx'
import { EmptyState, FailedState, OpeningState } from './EmptyState.tsx'
import { ExportPanel } from './ExportPanel.tsx'
import { FilterChips } from './FilterChips.tsx'
import { FilterEditor } from './FilterEditor.tsx'
import { useExplorer, useExplorerState, useLatest } from './hooks.ts'
import { Popover } from './Popover.tsx'
import { ReadPanel } from './ReadPanel.tsx'
import { StatusLine } from './StatusLine.tsx'
import type { Theme } from './theme.ts'
import { Toolbar } from './Toolbar.tsx'
import '../theme/theme.css'
import './explorer.css'

/** With its editor larger than all the rest, and not needed for first rows. */
const SqlPanel = lazy(() => import('./SqlPanel.tsx').then((module) => ({ default: module.SqlPanel })))

export interface DataExplorerProps {
  /** Made by the host, which closes it. Absent: one is made over the engine, and closed with the component. */
  readonly model?: Explorer
  /** Never closed by the component. Absent: one is created, and closed with the component. */
  readonly engine?: Engine
  /** For the engine that is created when none is given. Read once. */
  readonly engineOptions?: EngineOptions
  /** What to open, several files as one table; opened again when it changes, so keep a list as it is. Absent: the empty state offers to choose. */
  readonly source?: Source
  readonly view?: ViewState
  readonly defaultView?: ViewState
  readonly onViewChange?: (view: ViewState) => void
  readonly selection?: Selection | null
  readonly onSelectionChange?: (selection: Selection | null) => void
  readonly columns?: ColumnsState
  readonly onColumnsChange?: (columns: ColumnsState) => void
  readonly read?: ReadOptions
  readonly defaultRead?: ReadOptions
  readonly onReadChange?: (read: ReadOptions) => void
  readonly theme?: Theme
  readonly defaultTheme?: Theme
  readonly onThemeChange?: (theme: Theme) => void
  /** The reader chose something to open. Without it (or when it does not change `source`) it is opened here. */
  readonly onOpen?: (source: Source) => void
  readonly onError?: (failure: Failure) => void
  readonly onProgress?: (progress: Progress) => void
  /** Replaces the words of the empty state. */
  readonly slots?: { readonly empty?: ReactNode }
  readonly className?: string
  readonly style?: CSSProperties
}

export function DataExplorer(props: DataExplorerProps) {
  const model = useExplorer(props.engine, { model: props.model, engineOptions: props.engineOptions, defaultView: props.defaultView })
  const state = useExplorerState(model)
  const [theme, setTheme] = usePair(props.theme, props.defaultTheme ?? 'auto', props.onThemeChange)
  useControl(model, props)
  useSource(model, props)
  useReports(state, props)
  const open = (source: Source, as?: OpenAs) => {
    props.onOpen?.(source)
    void model?.open(source, as)
  }
  return (
    <div className={`sonde ${props.className ?? ''}`} data-theme={theme} style={props.style} onKeyDown={(event) => model && shortcut(event, model)}>
      {model && <Shell model={model} state={state} theme={theme} onTheme={setTheme} onOpen={open} empty={props.slots?.empty} />}
      <DropZone onDrop={({ source, ...as }) => open(source, as)} />
    </div>
  )
}

/** Keys of the whole explorer. Find goes to our search, because the browser's sees only the rows in sight. */
function shortcut(event: KeyboardEvent<HTMLElement>, model: Explorer): void {
  const [target] = event.nativeEvent.composedPath() // of the SQL editor too, which is in a shadow tree
  const typing = target instanceof HTMLInputElement || (target instanceof HTMLElement && target.isContentEditable)
  if (event.defaultPrevented || event.altKey || !(event.ctrlKey || event.metaKey)) return
  const focus = (selector: string) => event.currentTarget.querySelector<HTMLInputElement>(selector)?.select()
  const key = event.shiftKey ? `shift ${event.key.toLowerCase()}` : event.key
  if (key === 'f') focus('.sonde-search input')
  else if (key === 'g') focus('.sonde-jump input')
  else if (key === 'z' && !typing) model.undo()
  else if ((key === 'y' || key === 'shift z') && !typing) model.redo()
  else return
  event.preventDefault()
}

/** The one rule of controlled and uncontrolled state. */
function usePair<T>(given: T | undefined, initial: T, onChange: ((value: T) => void) | undefined): [T, (value: T) => void] {
  const [own, setOwn] = useState(initial)
  return [given ?? own, (value) => {
    setOwn(value)
    onChange?.(value)
  }]
}

function useControl(model: Explorer | null, props: DataExplorerProps): void {
  const { view, selection, columns, read } = props
  const onViewChange = useLatest(props.onViewChange)
  const onSelectionChange = useLatest(props.onSelectionChange)
  const onColumnsChange = useLatest(props.onColumnsChange)
  const onReadChange = useLatest(props.onReadChange)
  useEffect(() => {
    model?.control({ view, selection, columns, read }, { onViewChange, onSelectionChange, onColumnsChange, onReadChange })
  }, [model, view, selection, columns, read, onViewChange, onSelectionChange, onColumnsChange, onReadChange])
}

function useSource(model: Explorer | null, { source, read, defaultRead }: DataExplorerProps): void {
  const [initialRead] = useState(read ?? defaultRead ?? {})
  useEffect(() => {
    if (source !== undefined) void model?.open(source, { read: initialRead })
  }, [model, source, initialRead])
}

function useReports({ failure, pageFailure, scanFailure, progress }: ExplorerState, props: DataExplorerProps): void {
  const onError = useLatest(props.onError)
  const onProgress = useLatest(props.onProgress)
  useEffect(() => { if (failure) onError(failure) }, [failure, onError])
  useEffect(() => { if (pageFailure) onError(pageFailure) }, [pageFailure, onError])
  useEffect(() => { if (scanFailure) onError(scanFailure) }, [scanFailure, onError])
  useEffect(() => { if (progress) onProgress(progress) }, [progress, onProgress])
}

interface ShellProps {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly theme: Theme
  readonly onTheme: (theme: Theme) => void
  readonly onOpen: (source: Source) => void
  readonly empty: ReactNode
}

type Overlay =
  | { readonly kind: 'menu' | 'filter'; readonly column: number; readonly anchor: HTMLElement }
  | { readonly kind: 'columns'; readonly anchor: HTMLElement }
  | { readonly kind: 'export'; readonly anchor: HTMLElement }

function Shell({ model, state, theme, onTheme, onOpen, empty }: ShellProps) {
  const [overlay, setOverlay] = useState<Overlay | null>(null)
  /** One at a time beside the grid. */
  const [side, setSide] = useState<'read' | CellRef | null>(null)
  const panel = side === 'read' && state.result === null
  const [sql, setSql] = useState(false)
  const [notice, setNotice] = useNotice()
  const close = () => setOverlay(null)
  const copied = (done: Copied) => setNotice(copiedText(done))
  const notCopied = (error: unknown) => setNotice(error instanceof Error ? error.message : String(error))
  return (
    <>
      <Toolbar
        model={model} state={state} theme={theme} onTheme={onTheme} onOpen={onOpen}
        sql={sql} onSql={() => setSql(!sql)} panel={panel} onPanel={() => setSide(panel ? null : 'read')} onColumns={(anchor) => setOverlay({ kind: 'columns', anchor })}
        onExport={(anchor) => setOverlay({ kind: 'export', anchor })}
      />
      {state.status === 'empty' && <EmptyState onOpen={onOpen}>{empty}</EmptyState>}
      {state.status === 'opening' && <OpeningState model={model} state={state} />}
      {state.status === 'failed' && <FailedState model={model} state={state} onOpen={onOpen} />}
      {state.status === 'open' && (
        <>
          {sql && <Suspense><SqlPanel model={model} state={state} onClose={() => setSql(false)} /></Suspense>}
          <FilterChips model={model} state={state} onEdit={(column, anchor) => setOverlay({ kind: 'filter', column, anchor })} />
          <Problems model={model} state={state} panel={panel} />
          <div className="sonde-main">
            <div className="sonde-grid-room">
              <DataGrid
                model={model} label={state.name} onOpenCell={setSide} onCopied={copied} onCopyError={notCopied}
                onColumnMenu={(column, anchor) => setOverlay({ kind: 'menu', column, anchor })}
              />
              <NoRows model={model} state={state} />
            </div>
            {panel && <ReadPanel model={model} state={state} onClose={() => setSide(null)} />}
            {side !== null && side !== 'read' && <CellPanel model={model} state={state} opened={side} onClose={() => setSide(null)} onNotice={setNotice} />}
          </div>
          <StatusLine model={model} state={state} notice={notice} onCopy={(headers) => void copyLater(model, headers).then(copied, notCopied)} />
        </>
      )}
      {overlay && <OverlayWindow key={`${overlay.kind}`} model={model} state={state} overlay={overlay} onOverlay={setOverlay} onClose={close} onNotice={setNotice} />}
    </>
  )
}

function OverlayWindow({ model, state, overlay, onOverlay, onClose, onNotice }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly overlay: Overlay
  readonly onOverlay: (overlay: Overlay) => void
  readonly onClose: () => void
  readonly onNotice: (text: string) => void
}) {
  if (overlay.kind === 'export') {
    return <Popover anchor={overlay.anchor} label="Export" onClose={onClose}><ExportPanel model={model} state={state} onDone={onClose} onNotice={onNotice} /></Popover>
  }
  if (overlay.kind === 'columns') {
    return <Popover anchor={overlay.anchor} label="Columns" onClose={onClose}><ColumnsPanel model={model} state={state} onDone={onClose} /></Popover>
  }
  const { kind, column, anchor } = overlay
  const info = state.info?.columns[column]
  if (!info) return null
  return (
    <Popover anchor={anchor} label={kind === 'menu' ? `Column ${info.name}` : `Filter of ${info.name}`} onClose={onClose}>
      {kind === 'menu'
        ? <ColumnMenu model={model} state={state} column={column} info={info} onFilter={() => onOverlay({ kind: 'filter', column, anchor })} onDone={onClose} />
        : <FilterEditor model={model} state={state} column={column} info={info} onDone={onClose} />}
    </Popover>
  )
}

/** What went wrong while the table stays on screen. */
function Problems({ model, state, panel }: { readonly model: Explorer; readonly state: ExplorerState; readonly panel: boolean }) {
  const failure = state.pageFailure ?? state.scanFailure ?? (panel ? null : state.failure)
  if (!failure) return null
  return (
    <p className="sonde-banner" role="alert">
      {failure.message} {failure.advice} <button type="button" className="sonde-link" onClick={model.retry}>Try again</button>
    </p>
  )
}

function NoRows({ model, state }: { readonly model: Explorer; readonly state: ExplorerState }) {
  if (state.rows > 0 || !state.exact) return null
  const filtered = state.shown !== noView && (state.info?.rows.count ?? 0) > 0
  return (
    <div className="sonde-no-rows">
      <p>{filtered ? 'No row matches.' : state.result ? 'The query answers no rows.' : 'This file has no rows.'}</p>
      {filtered && state.canUndo && <button type="button" className="sonde-plain" onClick={model.undo}>Undo the last step</button>}
    </div>
  )
}

const noticeTime = 6000

function useNotice(): [string, (text: string) => void] {
  const [notice, setNotice] = useState('')
  useEffect(() => {
    if (notice === '') return
    const timer = setTimeout(() => setNotice(''), noticeTime)
    return () => clearTimeout(timer)
  }, [notice])
  return [notice, setNotice]
}

function copiedText({ rows, columns, html, text }: Copied): string {
  if (rows === 1 && columns === 1 && html === undefined) return `Copied “${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`
  const plain = html === undefined ? ', as plain text because it is large' : ''
  return `Copied ${plural(rows, 'row')} × ${plural(columns, 'column')}${plain}`
}
