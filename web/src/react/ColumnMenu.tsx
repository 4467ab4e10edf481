// Everything one can do with a column, and what is known about it.
import type { ReactNode } from 'react'
import type { ColumnInfo, TypeName } from '../engine/api.ts'
import { isNested, typeName } from '../grid/index.ts'
import {
  formatCount, formatNumber, formatShare, setSort, sortOf, type Explorer, type ExplorerState,
} from '../model/index.ts'

const types: readonly TypeName[] = ['text', 'int64', 'double', 'decimal', 'bool', 'date', 'time', 'timestamp', 'timestamptz']
const step = 24

export function ColumnMenu({ model, state, column, info, onFilter, onDone }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly column: number
  readonly info: ColumnInfo
  readonly onFilter: () => void
  readonly onDone: () => void
}) {
  const pinned = state.columns.pinned.includes(column)
  const sort = sortOf(state.view, column)
  const item = (label: ReactNode, act: () => void, stay = false, current = false) => (
    <button type="button" className="sonde-item" aria-pressed={current || undefined} onClick={() => { act(); if (!stay) onDone() }}>{label}</button>
  )
  const sorted = (direction: 'ascending' | 'descending' | 'none') => () => model.setView((view) => setSort(view, column, direction))
  return (
    <div className="sonde-menu">
      <Facts model={model} info={info} state={state} />
      <div className="sonde-menu-group">
        {!isNested(info.type) && item('↑ Sort ascending', sorted('ascending'), false, sort !== undefined && !sort.descending)}
        {!isNested(info.type) && item('↓ Sort descending', sorted('descending'), false, sort?.descending === true)}
        {sort && item('Do not sort', sorted('none'))}
        {item('Filter…', onFilter, true)}
      </div>
      <div className="sonde-menu-group sonde-menu-row">
        {item('← Left', () => model.moveBy(column, -1), true)}
        {item('Right →', () => model.moveBy(column, 1), true)}
        {item('Narrower', () => model.resize(column, model.widthOf(column) - step), true)}
        {item('Wider', () => model.resize(column, model.widthOf(column) + step), true)}
      </div>
      <div className="sonde-menu-group">
        {item('Fit width', () => model.fit(column))}
        {item(pinned ? 'Unpin' : 'Pin to the left', () => model.pin(column, !pinned))}
        {item('Hide', () => model.hide(column, true))}
      </div>
      {state.info?.format === 'csv' && <label className="sonde-menu-type">
        <span>Read as</span>
        <select
          value={state.read.types?.[info.name] ?? ''}
          onChange={(event) => { void model.reread(withType(state.read, info.name, event.target.value)); onDone() }}
        >
          <option value="">{`as it is: ${typeName(info.type)}`}</option>
          {types.map((type) => <option key={type} value={type}>{typeName(type)}</option>)}
        </select>
      </label>}
    </div>
  )
}

/** The options with the type of one column given, or left to the scan again when `type` is "". */
export function withType(read: ExplorerState['read'], name: string, type: string): ExplorerState['read'] {
  const { [name]: _, ...others } = read.types ?? {}
  const types = type === '' ? others : { ...others, [name]: type as TypeName }
  const { types: __, ...rest } = read
  return Object.keys(types).length > 0 ? { ...rest, types } : rest
}

function Facts({ model, info, state }: { readonly model: Explorer; readonly info: ColumnInfo; readonly state: ExplorerState }) {
  const { stats } = info
  const rows = state.info?.rows.count ?? 0
  return (
    <div className="sonde-facts">
      <h2>{info.name}</h2>
      <p className="sonde-quiet">{info.typeText ?? typeName(info.type)}{info.type === 'decimal' && !info.typeText && `, ${info.scale} decimal places`}{!stats && state.info?.format === 'csv' && ' so far; statistics come with the scan'}</p>
      {!stats && state.info?.state === 'imported' && state.scan !== 'running' && (
        <button type="button" className="sonde-link" onClick={() => void model.profile()}>Compute statistics of all columns</button>
      )}
      {stats && (
        <dl>
          <dt>missing</dt><dd>{formatCount(stats.nulls)} ({formatShare(stats.nulls, rows)})</dd>
          <dt>distinct</dt><dd>about {formatCount(stats.distinct)}</dd>
          {stats.min !== null && <><dt>smallest</dt><dd>{stats.min}</dd><dt>largest</dt><dd>{stats.max}</dd></>}
          {stats.mean !== null && <><dt>mean</dt><dd>{formatNumber(stats.mean)}</dd></>}
        </dl>
      )}
    </div>
  )
}
