// What page, lead worker and helper workers say to each other: one table of operations. Adding one touches this table
// and one handler (lead.ts or helper.ts). Rules: a request is answered by exactly one terminal message (out or error),
// after any number of events; cancel is always welcome and is answered by that terminal message; buffers listed for
// transfer move instead of being copied; errors are plain data.
import type { BadRow, ErrorCode, ExportOptions, Progress, ReadOptions, SessionTable, TableInfo, ViewSpec } from '../engine/api.ts'
import type { Limits } from '../engine/core.ts'
import type { SourceSpec } from '../engine/source.ts'
import type { WasmSource } from '../engine/wasm.ts'

export const PROTOCOL = 4

export interface Start {
  readonly protocol: number
  readonly module: WebAssembly.Module
  /** Brotli's decoder, or where it is to be fetched when a file needs it. */
  readonly brotli: Exclude<WasmSource, URL>
  readonly limits: Limits
  /** For the helpers, whom the lead greets. */
  readonly helperLimits: Limits
  /** Get the module compiled before the first file comes. */
  readonly warmUp: boolean
}

export interface Opened {
  readonly info: TableInfo
  readonly page: ArrayBuffer
}

export interface ScanEvent {
  readonly info: TableInfo
  readonly progress: Progress
}

export interface ReadSpec {
  readonly table?: number
  readonly view?: number
  readonly row: number
  readonly rows: number
  readonly columns?: readonly number[]
}

export interface QuerySpec {
  readonly sql: string
  /** As JSON, which has all digits of a bigint. */
  readonly params?: string
  readonly tables: readonly { readonly table: number; readonly name: string }[]
  /** No more rows than these. */
  readonly limit?: number
  /** Of the session. Default: UTC. */
  readonly timezone?: string
}

export type ExportSpec = Omit<ExportOptions, 'signal' | 'onProgress'>

export interface FragmentResult {
  readonly bytes: ArrayBuffer
  readonly usage: Usage
}

/** What a worker has read and holds by now. */
export interface Usage {
  readonly bytesRead: number
  readonly requests: number
  readonly memoryBytes: number
}

interface Op<In, Out, Event = never> {
  readonly in: In
  readonly out: Out
  readonly event: Event
}

export interface Ops {
  /** First of all, to every worker: who speaks another protocol refuses. */
  hello: Op<Start, { readonly protocol: number }>
  // Page to lead
  helper: Op<{ readonly helper: number; readonly port: MessagePort }, void>
  lost: Op<{ readonly helper: number; readonly reason: string }, void>
  open: Op<{ readonly source: SourceSpec; readonly name: string; readonly read: ReadOptions }, Opened, Progress>
  /** Inflates, indexes and imports what of it is left to do. */
  scan: Op<{ readonly table: number }, TableInfo, ScanEvent>
  /** Tables whose scan is done become one, which has them from then on. `filename` names a column of their names. */
  union: Op<{ readonly tables: readonly number[]; readonly name: string; readonly filename?: string }, Opened, Progress>
  /** Statistics of all columns. */
  profile: Op<{ readonly table: number }, TableInfo, ScanEvent>
  /** The event says what it has cost so far. */
  read: Op<ReadSpec, ArrayBuffer, Progress>
  view: Op<{ readonly table: number; readonly spec: ViewSpec }, { readonly view: number; readonly rows: number }, Progress>
  values: Op<{ readonly table?: number; readonly view?: number; readonly column: number; readonly limit: number },
    { readonly page: ArrayBuffer; readonly distinct: number }, Progress>
  /** The rows become a table. */
  query: Op<QuerySpec, Opened, Progress>
  session: Op<void, readonly SessionTable[]>
  bad: Op<{ readonly table: number; readonly first: number; readonly count: number }, readonly BadRow[]>
  /** The file's bytes go through the port (engine/chunks.ts); the answer comes when all were taken. */
  export: Op<{ readonly table?: number; readonly view?: number; readonly spec: ExportSpec; readonly port: MessagePort },
    { readonly rows: number; readonly bytes: number }, Progress>
  drop: Op<{ readonly table: number } | { readonly view: number }, void>
  // Lead to helper
  source: Op<{ readonly source: number; readonly spec: SourceSpec }, void>
  forget: Op<{ readonly source: number; readonly table: number }, void>
  /** What several fragments need: before the first of them. */
  share: Op<{ readonly shared: number; readonly bytes: Uint8Array<ArrayBuffer> }, void>
  unshare: Op<{ readonly shared: number }, void>
  fragment: Op<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly urgency: Urgency }, FragmentResult>
}

/** Whose turn it is: a page that someone looks at, a query that someone waits for, the scan in the background. */
export type Urgency = 0 | 1 | 2
export const PAGE: Urgency = 0
export const QUERY: Urgency = 1
export const SCAN: Urgency = 2

export type OpName = keyof Ops

export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly at?: number | undefined
  /** The worker is beyond use; every open request of it fails with this. */
  readonly fatal?: boolean
}

export type Message =
  | { readonly id: number; readonly op: OpName; readonly in: unknown }
  | { readonly id: number; readonly cancel: true }
  | { readonly id: number; readonly event: unknown }
  | { readonly id: number; readonly out: unknown }
  | { readonly id: number; readonly error: WireError }
