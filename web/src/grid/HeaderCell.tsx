// A column's header: name, type, sort, what the statistics say; a handle to resize it, a button for its menu.
import type { PointerEvent } from 'react'
import type { ColumnInfo, SortKey } from '../engine/api.ts'
import { displayText, formatCompact, formatShare } from '../model/index.ts'
import { isNumeric, TypeIcon, typeName } from './types.tsx'

export interface HeaderCellProps {
  readonly id: string
  readonly column: number
  readonly info: ColumnInfo
  readonly position: number
  readonly left: number
  readonly width: number
  readonly sort: SortKey | undefined
  /** Place among the sort keys from 1; 0 when there is only one. */
  readonly rank: number
  readonly filtered: boolean
  readonly active: boolean
  readonly rows: number
  readonly onMenu: (column: number, anchor: HTMLElement) => void
  readonly onResizeStart: (column: number, event: PointerEvent) => void
  readonly onFit: (column: number) => void
}

export function HeaderCell(props: HeaderCellProps) {
  const { id, column, info, position, left, width, sort, filtered, active, rows } = props
  const share = info.stats && rows > 0 ? info.stats.nulls / rows : 0
  return (
    <div
      role="columnheader" id={id} aria-colindex={position + 2} className="sonde-head" data-column={column} data-header=""
      aria-sort={sort ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      data-active={active || undefined} data-numeric={isNumeric(info.type) || undefined}
      style={{ left, width }} title={headTitle(info, rows)}
    >
      <div className="sonde-head-name">
        <TypeIcon column={info} />
        <span className="sonde-name">{info.name === '' ? <i>no name</i> : displayText(info.name)}</span>
        {filtered && <span className="sonde-mark" role="img" aria-label="filtered">▾</span>}
        {sort && <SortMark sort={sort} rank={props.rank} />}
      </div>
      <div className="sonde-head-stats">{summary(info)}</div>
      <button
        type="button" tabIndex={-1} className="sonde-head-menu" aria-label={`Menu of column ${info.name}`}
        onClick={(event) => props.onMenu(column, event.currentTarget)}
      >⋮</button>
      <div
        className="sonde-resize" aria-hidden="true"
        onPointerDown={(event) => props.onResizeStart(column, event)}
        onDoubleClick={() => props.onFit(column)}
      />
      {share > 0 && (
        <div className="sonde-nulls" aria-hidden="true"><div style={{ width: `${Math.max(2, share * 100)}%` }} /></div>
      )}
    </div>
  )
}

function SortMark({ sort, rank }: { readonly sort: SortKey; readonly rank: number }) {
  return <span className="sonde-mark" aria-hidden="true">{sort.descending ? '↓' : '↑'}{rank > 0 && <sub>{rank}</sub>}</span>
}

/** One quiet line: the range of ordered values, the variety of texts; the type until the scan has seen every row. */
function summary({ type, stats }: ColumnInfo): string {
  if (!stats) return typeName(type)
  if (stats.min === null) return 'all missing'
  if (type === 'text' || type === 'bool') return `${formatCompact(stats.distinct)} distinct`
  const [min, max] = shortRange(stats.min, stats.max ?? '')
  return min === max ? min : `${min} – ${max}`
}

/** Of two points in time on different days only the days. */
function shortRange(min: string, max: string): [string, string] {
  const day = /^\d{4}-\d\d-\d\d(?=[ T])/
  const [a, b] = [day.exec(min)?.[0], day.exec(max)?.[0]]
  return a !== undefined && b !== undefined && a !== b ? [a, b] : [min, max]
}

function headTitle(info: ColumnInfo, rows: number): string {
  const missing = info.stats ? `, ${formatShare(info.stats.nulls, rows)} missing` : ''
  return `${info.name} · ${typeName(info.type)}${missing}`
}
