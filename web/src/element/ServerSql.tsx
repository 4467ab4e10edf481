// SQL that runs on the server; its rows are opened like any other table.
import { useEffect, useRef, useState } from 'react'
import type { SqlEditor } from '../editor/sql-editor.ts'
import { createQueryHistory, createRecall, formatBytes, type Source } from '../model/index.ts'
import { useLatest } from '../react/hooks.ts'
import type { Offer } from './offer.ts'
import { queryServer } from './transfer.ts'

const firstRows = 1000
const loadEditor = () => import('../editor/sql-editor.ts')

type Running = { readonly stop: AbortController; readonly bytes: number }

export function ServerSql({ offer, onOpened }: { readonly offer: Offer; readonly onOpened: (source: Source) => void }) {
  const room = useRef<HTMLDivElement>(null)
  const editor = useRef<SqlEditor>(undefined)
  const [running, setRunning] = useState<Running>()
  const [problem, setProblem] = useState('')
  const [history] = useState(() => createQueryHistory(() => localStorage))
  const latest = useRef<AbortController>(undefined)

  const run = useLatest((text: string) => {
    latest.current?.abort()
    const stop = (latest.current = new AbortController())
    const isLatest = () => latest.current === stop && !stop.signal.aborted
    setProblem('')
    setRunning({ stop, bytes: 0 })
    queryServer(offer.sql, text, (bytes) => isLatest() && setRunning({ stop, bytes }), stop.signal)
      .then((result) => isLatest() && onOpened(result))
      .catch((error: unknown) => isLatest() && setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => latest.current === stop && setRunning(undefined))
  })
  const runTyped = useLatest(() => {
    const text = editor.current?.text.trim() ?? ''
    if (text === '') return
    history.add(text)
    run(text)
  })

  useEffect(() => {
    const first = `SELECT *\nFROM ${offer.name}\nLIMIT ${firstRows}`
    let closed = false
    run(first)
    loadEditor().then(({ createSqlEditor }) => {
      if (closed || !room.current) return
      editor.current = createSqlEditor(room.current, {
        text: first, label: 'SQL on the server', onRun: runTyped, recall: createRecall(history),
        names: () => ({ tables: [{ name: offer.name, kind: 'table', columns: [] }], functions: [] }), onChange: () => {},
      })
    }, () => setProblem('The editor could not be loaded. Check the connection and reload the page.'))
    return () => {
      closed = true
      latest.current?.abort()
      editor.current?.close()
      editor.current = undefined
    }
  }, [offer, history, run, runTyped])

  return (
    <section className="sonde-sql" aria-label="SQL on the server">
      <div ref={room} className="sonde-sql-editor" />
      <div className="sonde-sql-bar">
        <button type="button" className="sonde-primary" onClick={() => runTyped()} title="Ctrl+Enter">Run</button>
        {running && <button type="button" className="sonde-plain" onClick={() => running.stop.abort()}>Cancel</button>}
        <span role="status" className="sonde-quiet">{running ? `Running${running.bytes > 0 ? `, ${formatBytes(running.bytes)} have come` : '…'}` : ''}</span>
      </div>
      {problem !== '' && <p role="alert" className="sonde-sql-error">{problem}</p>}
    </section>
  )
}
