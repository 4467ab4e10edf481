// The line above the grid: the table's name, the search, and the few commands.
import { useEffect, useId, useRef, useState } from 'react'
import { formatCount, setSearch, type Explorer, type ExplorerState, type Source } from '../model/index.ts'
import { useFileInput } from './file-input.tsx'
import { Icon, IconButton } from './icons.tsx'
import type { Theme } from './theme.ts'

export interface ToolbarProps {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly theme: Theme
  readonly onTheme: (theme: Theme) => void
  readonly onOpen: (source: Source) => void
  readonly sql: boolean
  readonly onSql: () => void
  readonly panel: boolean
  readonly onPanel: () => void
  readonly onColumns: (anchor: HTMLElement) => void
  readonly onExport: (anchor: HTMLElement) => void
}

const themeIcons = { auto: 'auto', light: 'sun', dark: 'moon' } as const
const nextTheme: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' }

export function Toolbar({ model, state, theme, onTheme, onOpen, sql, onSql, panel, onPanel, onColumns, onExport }: ToolbarProps) {
  const open = state.status === 'open'
  const bad = state.info?.badRows ?? 0
  return (
    <header className="sonde-toolbar">
      <h1 className="sonde-title" title={state.name}>{state.name === '' ? 'Sonde' : state.name}</h1>
      {open && (
        <>
          <SearchBox model={model} state={state} />
          <JumpBox model={model} state={state} />
          <span className="sonde-tools">
            <IconButton icon="undo" label="Undo" disabled={!state.canUndo} onClick={model.undo} />
            <IconButton icon="redo" label="Redo" disabled={!state.canRedo} onClick={model.redo} />
            <IconButton icon="columns" label="Columns" text="Columns" onClick={onColumns} />
            <IconButton icon="save" label="Export" text="Export" disabled={state.exporting !== null} onClick={onExport} />
            <IconButton icon="sql" label="SQL" text="SQL" pressed={sql} onClick={onSql} />
            {state.result && <IconButton icon="back" label="Back to file" text="Back to file" onClick={model.backToFile} />}
            {!state.result && <IconButton icon="info" label={`How this file was read${bad > 0 ? `, ${formatCount(bad)} bad rows` : ''}`} text="How it was read" pressed={panel} onClick={onPanel} />}
            {bad > 0 && <button type="button" className="sonde-badge" onClick={onPanel}>{formatCount(bad)}<span className="sonde-wide">&nbsp;bad</span></button>}
          </span>
        </>
      )}
      <span className="sonde-tools">
        {state.status !== 'empty' && <OpenButton onOpen={onOpen} />}
        <IconButton icon={themeIcons[theme]} label={`Theme: ${theme}`} onClick={() => onTheme(nextTheme[theme])} />
      </span>
    </header>
  )
}

function OpenButton({ onOpen }: { readonly onOpen: (source: Source) => void }) {
  const { choose, input } = useFileInput('another file', onOpen)
  return <><IconButton icon="open" label="Open other files" text="Open" onClick={choose} />{input}</>
}

const typingPause = 300

/** Searches when typing rests; Enter at once, Escape clears. */
function SearchBox({ model, state }: { readonly model: Explorer; readonly state: ExplorerState }) {
  const [text, setText] = useState(state.view.search)
  const [known, setKnown] = useState(state.view.search)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  if (known !== state.view.search) { // changed elsewhere: undo, a chip, a new file
    setKnown(state.view.search)
    setText(state.view.search)
  }
  useEffect(() => () => clearTimeout(timer.current), [])
  const ask = (search: string, pause: number) => {
    setText(search)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => model.setView((view) => setSearch(view, search)), pause)
  }
  return (
    <label className="sonde-search">
      <Icon name="search" />
      <input
        type="search" aria-label="Search all columns" placeholder="Search all columns" value={text} spellCheck={false}
        onChange={(event) => ask(event.target.value, typingPause)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') ask(text, 0)
          if (event.key === 'Escape' && text !== '') ask('', 0)
        }}
      />
    </label>
  )
}

function JumpBox({ model, state }: { readonly model: Explorer; readonly state: ExplorerState }) {
  const id = useId()
  const [text, setText] = useState('')
  return (
    <form className="sonde-jump" onSubmit={(event) => {
      event.preventDefault()
      const row = Number(text.replace(/[\s,._]/g, ''))
      if (text !== '' && Number.isFinite(row)) model.goTo(row - 1)
    }}>
      <label htmlFor={id} className="sonde-hidden">Go to row</label>
      <input id={id} type="text" inputMode="numeric" placeholder="Go to row" value={text} title={`1 to ${formatCount(state.rows)}`} onChange={(event) => setText(event.target.value)} />
    </form>
  )
}
