// What the lead remembers of each open table, and how the engine's info becomes the TableInfo that hosts see.
import type { ColumnInfo, Guess, TableInfo } from '../engine/api.ts'

/** Info as the jobs open, index and import give it (core/api/README.md); each tells what it has learnt. */
export interface EngineInfo {
  readonly table?: number
  readonly files?: readonly string[]
  readonly format?: TableInfo['format']
  readonly parquet?: TableInfo['parquet']
  readonly compression?: TableInfo['compression']
  readonly needs_inflate?: boolean
  readonly bytes?: number
  readonly columns?: readonly ColumnInfo[]
  readonly guesses?: readonly Guess[]
  readonly rows?: TableInfo['rows']
  readonly badRows?: number
  readonly state?: TableInfo['state']
}

export interface OpenTable {
  readonly id: number
  info: TableInfo
  /** Of the file as it was given; a union or a result has none of its own. */
  readonly source: number | undefined
  /** Of its inflated bytes, once they are all there. */
  spool: number | undefined
  needsInflate: boolean
  /** The scan under way, if any. */
  scan: Promise<unknown>
  /** Rows that a page can be read of: those of the first page, those the index has come to, then all. */
  readableRows: number
  /** Called when readableRows grew or the scan ended. */
  readonly waiting: Set<() => void>
  /** Of a union: the files. */
  readonly members: readonly OpenTable[]
}

export function firstInfo(name: string, notes: readonly string[], found: EngineInfo): TableInfo {
  return {
    id: found.table ?? 0,
    name,
    ...(found.files && { files: found.files }),
    bytes: found.bytes ?? 0,
    format: found.format ?? 'csv',
    ...(found.parquet && { parquet: found.parquet }),
    compression: found.compression ?? 'none',
    columns: found.columns ?? [],
    guesses: found.guesses ?? [],
    rows: found.rows ?? { count: 0, exact: false },
    badRows: found.badRows ?? 0,
    state: found.state ?? 'sniffed',
    ...(notes.length > 0 && { notes }),
  }
}

/** The old snapshot with what was learnt. */
export function mergeInfo(info: TableInfo, learnt: EngineInfo): TableInfo {
  const { columns, rows, badRows, state } = learnt
  return {
    ...info,
    ...(columns && { columns }), ...(rows && { rows }), ...(badRows !== undefined && { badRows }), ...(state && { state }),
  }
}

/** While rows are counted the estimate follows what was counted so far. */
export function estimateRows(info: TableInfo, rows: number, doneBytes: number, totalBytes: number): TableInfo {
  if (info.rows.exact || rows === 0) return info
  return { ...info, rows: { count: Math.max(rows, Math.round((rows / doneBytes) * totalBytes)), exact: false } }
}
