// The filters and sort keys in force, each with its own way out.
import { useId } from 'react'
import { clearFilters, describeFilter, removeFilter, setSearch, setSort, type Explorer, type ExplorerState } from '../model/index.ts'
import { Icon } from './icons.tsx'

export function FilterChips({ model, state, onEdit }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly onEdit: (column: number, anchor: HTMLElement) => void
}) {
  const { view, info, query } = state
  const name = (column: number): string => info?.columns[column]?.name ?? `column ${column + 1}`
  if (view.filters.length === 0 && view.search === '' && view.sort.length === 0 && query.status !== 'failed') return null
  return (
    <div className="sonde-chips">
      <ul aria-label="Filters and sorting">
        {view.search !== '' && (
          <Chip label={`any column contains ${view.search}`} onRemove={() => model.setView((v) => setSearch(v, ''))}>
            <b>any column</b> contains {view.search}
          </Chip>
        )}
        {view.filters.map((filter) => (
          <Chip
            key={`f${filter.column}`} label={`filter of ${name(filter.column)}`}
            onEdit={(anchor) => onEdit(filter.column, anchor)} onRemove={() => model.setView((v) => removeFilter(v, filter.column))}
          >
            <b>{name(filter.column)}</b> {describeFilter(filter)}
          </Chip>
        ))}
        {view.sort.map((key) => (
          <Chip key={`s${key.column}`} label={`sorting by ${name(key.column)}`} onRemove={() => model.setView((v) => setSort(v, key.column, 'none'))}>
            {key.descending ? '↓' : '↑'} <b>{name(key.column)}</b>
          </Chip>
        ))}
      </ul>
      {view.filters.length + Number(view.search !== '') > 1 && (
        <button type="button" className="sonde-link" onClick={() => model.setView(clearFilters)}>Clear all filters</button>
      )}
      {query.status === 'failed' && (
        <p className="sonde-problem" role="alert">
          {query.failure.message} {query.failure.advice}{' '}
          <button type="button" className="sonde-link" onClick={model.cancelQuery}>Back to what is shown</button>
        </p>
      )}
    </div>
  )
}

function Chip({ label, onEdit, onRemove, children }: {
  readonly label: string
  readonly onEdit?: (anchor: HTMLElement) => void
  readonly onRemove: () => void
  readonly children: React.ReactNode
}) {
  const id = useId()
  return (
    <li className="sonde-chip">
      {onEdit
        ? <button type="button" id={id} className="sonde-chip-text" onClick={(event) => onEdit(event.currentTarget)}>{children}</button>
        : <span id={id} className="sonde-chip-text">{children}</span>}
      <button type="button" className="sonde-chip-remove" aria-label={`Remove ${label}`} onClick={onRemove}><Icon name="close" /></button>
    </li>
  )
}
