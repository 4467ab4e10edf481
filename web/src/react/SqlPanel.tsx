// SQL over the open file: an editor, Run and Cancel, what was run before, and the SQL of what was clicked.
import { useEffect, useRef, useState } from 'react'
import type { SqlEditor } from '../editor/sql-editor.ts'
import type { SqlFunction } from '../engine/api.ts'
import { createQueryHistory, createRecall, describePlace, errorPlace, formatCount, sqlOnScreen, type Explorer, type ExplorerState, type QueryHistory, type SqlState, type SqlTable } from '../model/index.ts'
import { FunctionHelp } from './FunctionHelp.tsx'
import { useLatest } from './hooks.ts'

const loadEditor = () => import('../editor/sql-editor.ts')

interface SqlPanelProps {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly onClose: () => void
}

export function SqlPanel({ model, state, onClose }: SqlPanelProps) {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<SqlEditor>(undefined)
  const [history] = useState(() => createQueryHistory(() => localStorage))
  const [problem, setProblem] = useState('')
  /** The SQL of what was clicked is followed until the text is edited. */
  const followed = useRef<string>(undefined)
  const run = useLatest(() => {
    const text = editor.current?.text ?? ''
    if (text.trim() === '') return
    history.add(text)
    followed.current = undefined
    void model.runSql(text)
  })
  const { sql } = state
  const clicked = clickedSql(model)
  const failed = sql.status === 'failed' ? sql : undefined
  const place = failed?.failure.at === undefined ? undefined : errorPlace(failed.text, failed.failure.at)
  const message = failed?.failure.message

  useEffect(() => {
    const room = host.current
    if (!room) return
    let closed = false
    const names = { functions: [] as readonly SqlFunction[] }
    model.functions().then((functions) => { names.functions = functions }, () => {}) // then columns are completed all the same
    loadEditor().then(({ createSqlEditor }) => {
      if (closed) return
      const shown = model.getSnapshot().result
      const first = shown?.sql ?? clickedSql(model)
      followed.current = shown ? undefined : first
      editor.current = createSqlEditor(room, {
        text: first, label: 'SQL', onRun: run, recall: createRecall(history),
        names: () => ({ tables: model.schema(), functions: names.functions }),
        onChange: (text) => { if (text !== followed.current) followed.current = undefined },
      })
      editor.current.focus()
    }, () => setProblem('The editor could not be loaded. Check the connection and open the panel again.'))
    return () => {
      closed = true
      editor.current?.close()
      editor.current = undefined
    }
  }, [model, history, run])

  useEffect(() => {
    if (followed.current === undefined || followed.current === clicked) return
    followed.current = clicked
    editor.current?.setText(clicked)
  }, [clicked])

  useEffect(() => {
    editor.current?.mark(place && message !== undefined ? { ...place, message } : undefined)
  }, [place?.from, place?.to, message])

  const put = (text: string, follows: boolean): void => {
    followed.current = follows ? text : undefined
    editor.current?.setText(text)
    editor.current?.focus()
  }
  const running = sql.status === 'running'
  return (
    <section className="sonde-sql" aria-label="SQL">
      <div ref={host} className="sonde-sql-editor" />
      <div className="sonde-sql-bar">
        <button type="button" className="sonde-primary" onClick={() => run()} title="Ctrl+Enter">Run</button>
        {running && <button type="button" className="sonde-plain" onClick={model.cancelSql}>Cancel</button>}
        <button type="button" className="sonde-plain" onClick={() => put(clicked, true)} title="Puts the SQL that answers the rows on screen, with their filters, search and sort">SQL of the view</button>
        <FunctionHelp model={model} onChoose={(text) => { editor.current?.insert(text); editor.current?.focus() }} />
        <HistoryList history={history} onChoose={(text) => put(text, false)} />
        <span role="status" className="sonde-quiet">{sayState(sql)}</span>
        <button type="button" className="sonde-link sonde-sql-close" onClick={onClose}>Close</button>
      </div>
      <MadeList tables={model.schema().filter(({ kind }) => kind !== 'file')} onChoose={(name) => put(`FROM ${name}`, false)} />
      {(failed || problem) && (
        <p role="alert" className="sonde-sql-error">{failed ? `${place ? `${describePlace(failed.text, place)}: ` : ''}${failed.failure.message}` : problem}</p>
      )}
    </section>
  )
}

const clickedSql = (model: Explorer): string => sqlOnScreen(model.getSnapshot(), model.schema()[0]?.name ?? '')

function sayState(sql: SqlState): string {
  if (sql.status === 'made') return 'Done'
  if (sql.status !== 'running') return ''
  return sql.progress && sql.progress.rows > 0 ? `Running, ${formatCount(sql.progress.rows)} rows` : 'Running…'
}

/** What CREATE made in this session. */
function MadeList({ tables, onChoose }: { readonly tables: readonly SqlTable[]; readonly onChoose: (name: string) => void }) {
  if (tables.length === 0) return null
  return (
    <ul className="sonde-sql-made" aria-label="Tables and views of this session">
      {tables.map(({ name, kind, columns }) => (
        <li key={name}>
          <button type="button" className="sonde-link" title={columns.map((column) => `${column.name} ${column.type}`).join('\n')} onClick={() => onChoose(name)}>{name}</button>
          <span className="sonde-quiet"> {kind}, {formatCount(columns.length)} {columns.length === 1 ? 'column' : 'columns'}</span>
        </li>
      ))}
    </ul>
  )
}

/** What was run, as a list to choose from. */
function HistoryList({ history, onChoose }: { readonly history: QueryHistory; readonly onChoose: (text: string) => void }) {
  const { all } = history
  if (all.length === 0) return null
  return (
    <select aria-label="Queries that were run" value="" onChange={(event) => onChoose(all[Number(event.target.value)]!)}>
      <option value="" disabled>History</option>
      {all.map((text, i) => <option key={text} value={i}>{shorten(text)}</option>)}
    </select>
  )
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 80 ? `${line.slice(0, 80)}…` : line
}
