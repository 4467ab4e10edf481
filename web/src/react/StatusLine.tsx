// The line below the grid: how many rows, how far the scan is, what it cost, and how to stop it.
import { useEffect, useState } from 'react'
import type { Progress } from '../engine/api.ts'
import {
  cellCount, formatBytes, formatCount, isFiltered, plural, rangeOf, type CellRef, type Explorer, type ExplorerState,
} from '../model/index.ts'

export interface StatusLineProps {
  readonly model: Explorer
  readonly state: ExplorerState
  /** What happened last, e.g. "Copied 3 rows". */
  readonly notice: string
  readonly onCopy: (headers: boolean) => void
}

export function StatusLine({ model, state, notice, onCopy }: StatusLineProps) {
  const { progress, query, scan } = state
  return (
    <footer className="sonde-status">
      <span className="sonde-count">{countText(state)}</span>
      {query.status === 'running' && (
        <Work text={phaseText(query.progress, 'Working')} progress={query.progress} stop="Cancel" onStop={model.cancelQuery} />
      )}
      {query.status !== 'running' && scan === 'running' && (
        <Work text={phaseText(progress, 'Scanning')} progress={progress} {...(isRead(state) && { stop: 'Stop scan', onStop: () => void model.cancelScan() })} />
      )}
      {state.awaited && (
        <span className="sonde-awaited">
          {awaitedText(state.awaited)} <button type="button" className="sonde-link" onClick={model.cancelJump}>Stay here</button>
        </span>
      )}
      {state.exporting && (
        <Work text={`Writing ${state.exporting.name}`} progress={state.exporting.progress} stop="Stop writing" onStop={model.cancelExport} />
      )}
      {scan === 'cancelled' && (
        <span>scan stopped <button type="button" className="sonde-link" onClick={model.resumeScan}>Resume</button></span>
      )}
      <SelectionInfo state={state} onCopy={onCopy} />
      <span className="sonde-notice">{notice}</span>
      <span className="sonde-cost">{costText(state)}</span>
      <Announcer text={announcement(state, notice)} />
    </footer>
  )
}

export function countText({ rows, exact, info, view, shown, scan }: ExplorerState): string {
  if (!info) return ''
  const total = info.rows.exact ? plural(info.rows.count, 'row') : `~${formatCount(info.rows.count)} rows`
  if (isFiltered(shown)) return `${formatCount(rows)} of ${total}`
  if (!exact && scan === 'running' && isFiltered(view) === isFiltered(shown)) return `counting… ${total}`
  return total
}

const awaitedText = ({ row }: CellRef): string => `Going to row ${formatCount(row + 1)} once it is counted`

const phases: Record<Exclude<Progress['phase'], 'idle'>, string> = {
  inflate: 'Unpacking', index: 'Counting rows', import: 'Reading types and statistics', filter: 'Filtering', sort: 'Sorting',
  values: 'Collecting values', export: 'Writing', query: 'Running the query',
}

const phaseText = (progress: Progress | null, otherwise: string): string => (progress && progress.phase !== 'idle' ? phases[progress.phase] : otherwise)

const shareOf = (progress: Progress | null): number | undefined =>
  progress && progress.totalBytes > 0 ? Math.min(1, progress.doneBytes / progress.totalBytes) : undefined

/** Whether it is read here, and can be stopped. What a server reads, it reads for everybody. */
const isRead = ({ info }: ExplorerState): boolean => info?.format !== 'server'

interface WorkProps {
  readonly text: string
  readonly progress: Progress | null
  readonly stop?: string
  readonly onStop?: () => void
}

function Work({ text, progress, stop, onStop }: WorkProps) {
  const share = shareOf(progress)
  return (
    <span className="sonde-work">
      <span>{text}</span>
      <progress aria-label={text} max={1} {...(share !== undefined && { value: share })} />
      {share !== undefined && <span className="sonde-percent">{Math.floor(share * 100)} %</span>}
      {stop && <button type="button" className="sonde-link" onClick={onStop}>{stop}</button>}
    </span>
  )
}

function SelectionInfo({ state, onCopy }: { readonly state: ExplorerState; readonly onCopy: (headers: boolean) => void }) {
  const range = rangeOf(state.selection, state.layout)
  if (!range || cellCount(range) < 2) return null
  return (
    <span className="sonde-selection-info">
      {formatCount(range.rowEnd - range.rowBegin)} × {formatCount(range.positionEnd - range.positionBegin)} selected
      <button type="button" className="sonde-link" onClick={() => onCopy(true)}>Copy</button>
      <button type="button" className="sonde-link" onClick={() => onCopy(false)}>without headers</button>
    </span>
  )
}

function costText({ info, progress }: ExplorerState): string {
  if (!info) return ''
  const read = progress ? `${formatBytes(progress.bytesRead)} read` : ''
  const memory = progress && progress.memoryBytes > 0 ? `${formatBytes(progress.memoryBytes)} memory` : ''
  const requests = progress && progress.requests > 0 ? plural(progress.requests, 'request') : ''
  return [formatBytes(info.bytes), requests, read, memory].filter(Boolean).join(' · ')
}

function announcement(state: ExplorerState, notice: string): string {
  if (state.query.status === 'running') return 'Working…'
  if (state.query.status === 'failed') return state.query.failure.message
  if (state.awaited) return awaitedText(state.awaited)
  return notice !== '' ? notice : state.exact ? countText(state) : ''
}

/** A polite live region that speaks when things have come to rest, not at each step. */
function Announcer({ text }: { readonly text: string }) {
  const [spoken, speak] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => speak(text), 400)
    return () => clearTimeout(timer)
  }, [text])
  return <span className="sonde-hidden" role="status" aria-live="polite">{spoken}</span>
}
