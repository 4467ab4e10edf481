// Every column by name: find one, go to it, show or hide it. Only so many are drawn that 100,000 do no harm.
import { useState } from 'react'
import { TypeIcon } from '../grid/index.ts'
import { formatCount, type Explorer, type ExplorerState } from '../model/index.ts'

const shownAtOnce = 300

export function ColumnsPanel({ model, state, onDone }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly onDone: () => void
}) {
  const [search, setSearch] = useState('')
  const columns = state.info?.columns ?? []
  const needle = search.trim().toLowerCase()
  const found = state.columns.order.filter((column) => {
    const name = columns[column]?.name.toLowerCase() ?? ''
    return name.includes(needle) || String(column + 1) === needle
  })
  const goTo = (column: number) => {
    model.hide(column, false)
    model.goTo(state.selection?.focus.row ?? 0, column)
    onDone()
  }
  return (
    <div className="sonde-columns-panel">
      <input
        type="search" data-autofocus aria-label="Find a column by name or number" placeholder="Find a column by name or number" value={search}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => { if (event.key === 'Enter' && found[0] !== undefined) goTo(found[0]) }}
      />
      <ul>
        {found.slice(0, shownAtOnce).map((column) => {
          const info = columns[column]!
          return (
            <li key={column}>
              <input
                type="checkbox" aria-label={`Show ${info.name}`} checked={!state.columns.hidden.has(column)}
                onChange={(event) => model.hide(column, !event.target.checked)}
              />
              <button type="button" className="sonde-item" title="Go to this column" onClick={() => goTo(column)}>
                <TypeIcon column={info} /><span className="sonde-name">{info.name}</span>
              </button>
            </li>
          )
        })}
      </ul>
      <p className="sonde-quiet">
        {formatCount(found.length)} of {formatCount(columns.length)} columns{found.length > shownAtOnce && `, the first ${shownAtOnce} listed`}
        {state.columns.hidden.size > 0 && <> · <button type="button" className="sonde-link" onClick={model.showAllColumns}>Show all</button></>}
      </p>
    </div>
  )
}
