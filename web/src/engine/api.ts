// The TypeScript face of the engine: everything a host may ask, as types. No code and no DOM here, so that the
// model, the grid and tests can stand on it without an engine. Row numbers count data rows from 0; ranges are
// half-open; every promise that may take long accepts an AbortSignal and rejects with its reason when aborted.

/** A cell. `null` is a missing value. int64 arrives as number when safe (|v| <= 2^53), else bigint; decimals, dates and times as
 * text; blobs as hexadecimal text behind 0x; lists, structs and maps as JSON text. */
export type Value = null | boolean | number | bigint | string

export type TypeName =
  | 'bool' | 'int64' | 'double' | 'decimal' | 'date' | 'time' | 'timestamp' | 'timestamptz' | 'text'
  | 'float' | 'blob' | 'uuid' | 'interval' | NestedTypeName

/** Their cells are JSON texts with all digits. */
export type NestedTypeName = 'list' | 'struct' | 'map'

export interface ColumnStats {
  readonly nulls: number
  /** Smallest and largest value as the grid would show it; null where every value is missing. Text: its first 64 code points. */
  readonly min: string | null
  readonly max: string | null
  /** Arithmetic mean of a numeric column. */
  readonly mean: number | null
  /** Approximate number of distinct values (about 3 % standard error). */
  readonly distinct: number
}

export interface ColumnInfo {
  readonly name: string
  readonly type: TypeName
  /** The type as the file writes it, where that says more: "uint16", "timestamp(ns)", "list<struct<a: double>>". */
  readonly typeText?: string
  /** Digits after the point of a decimal; 9 for times in nanoseconds. */
  readonly scale?: number
  /** Present once the import, or `profile`, has seen every row. */
  readonly stats?: ColumnStats
}

/** One decision of the sniffer, as shown in the panel "How this file was read". */
export interface Guess {
  readonly setting: keyof ReadOptions
  /** As it would be written in ReadOptions, e.g. ";" or "windows-1252" or "true". */
  readonly value: string
  readonly reason: string
  readonly runnerUp?: { readonly value: string; readonly reason: string }
  /** True when the value came from ReadOptions instead of a guess. */
  readonly overridden: boolean
}

/** What a user may fix instead of leaving it to the sniffer. Absent = guess. */
export interface ReadOptions {
  readonly compression?: 'none' | 'gzip' | 'zstd'
  readonly encoding?: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'
  /** One character; "\t" for tab. */
  readonly delimiter?: string
  /** One character, "" for none. */
  readonly quote?: string
  /** One character; equal to `quote` (or "") when quotes are doubled; usually "\\" otherwise. */
  readonly escape?: string
  /** One character that starts a comment line, "" for none (the default: comments only when asked). */
  readonly comment?: string
  readonly header?: boolean
  /** Lines before the header (or the first row) that are not part of the table. */
  readonly skip?: number
  readonly decimal?: '.' | ','
  readonly newline?: 'lf' | 'crlf' | 'cr' | 'mixed'
  /** Texts that stand for a missing value, quoted or not, as an empty field does. */
  readonly nulls?: readonly string[]
  /** Type by column name; a value that does not fit is null and its row is listed as bad. */
  readonly types?: Readonly<Record<string, TypeName>>
}

export type BadReason =
  | 'too-few-fields' | 'too-many-fields' | 'stray-quote' | 'unclosed-quote' | 'invalid-bytes' | 'bad-value' | 'field-too-long'

export interface BadRow {
  readonly row: number
  /** Byte offset of the row's start in the (uncompressed) file. */
  readonly offset: number
  /** Line number counted from 1, as a text editor shows it. */
  readonly line: number
  readonly reason: BadReason
  /** Of a union: the file it is in; `offset` and `line` count in that. */
  readonly file?: string
  /** A sentence for people, e.g. "4 fields where 18 were expected". */
  readonly message: string
}

export interface TableInfo {
  readonly id: number
  readonly name: string
  /** Of a union: the names of its files, in their order. Format, compression and guesses are those of the first. */
  readonly files?: readonly string[]
  readonly bytes: number
  /** 'query': the result of engine.view. 'server': a ServerTable. */
  readonly format: 'csv' | 'parquet' | 'query' | 'server'
  readonly compression: 'none' | 'gzip' | 'zstd'
  readonly columns: readonly ColumnInfo[]
  readonly guesses: readonly Guess[]
  /** An estimate until `exact`. */
  readonly rows: { readonly count: number; readonly exact: boolean }
  /** How many bad rows were seen so far; `badRows()` lists them. */
  readonly badRows: number
  /** sniffed: first rows are there. indexed: exact count, paging anywhere. imported: exact types, statistics, columns. */
  readonly state: 'sniffed' | 'indexed' | 'imported'
  /** What a Parquet file says of itself. */
  readonly parquet?: { readonly rowGroups: number; readonly createdBy: string }
  /** Sentences about the source a user should know, e.g. that a server sent the whole file. */
  readonly notes?: readonly string[]
}

export interface Progress {
  readonly phase: 'inflate' | 'index' | 'import' | 'filter' | 'sort' | 'values' | 'export' | 'query' | 'idle'
  readonly doneBytes: number
  readonly totalBytes: number
  /** Rows counted so far (index), matched so far (filter), written so far (export), found so far (query). */
  readonly rows: number
  /** Bytes the host has read from sources since the engine was created. */
  readonly bytesRead: number
  /** Requests made to servers since then. */
  readonly requests: number
  /** Bytes all wasm memories of the engine hold. */
  readonly memoryBytes: number
}

/** A page of a view: `rows` rows from `firstRow`, only the asked columns. Immutable. */
export interface Page {
  readonly firstRow: number
  readonly rows: number
  readonly columns: readonly Column[]
  /** Row number in the table of page row i (differs from firstRow + i in a sorted or filtered view). */
  sourceRow(i: number): number
}

/** A column of a page, over Arrow-layout buffers. */
export interface Column {
  /** Index of the column in the table. */
  readonly index: number
  readonly type: TypeName
  isNull(row: number): boolean
  at(row: number): Value
  /** Exact text of a value, "" for null: what the grid shows, copy copies and export writes. */
  text(row: number): string
}

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='
/** Values are given as text, read as the column's type; text compares bytewise in UTF-8 order. */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | { readonly column: number; readonly op: Comparison; readonly value: string }
  | { readonly column: number; readonly op: 'in'; readonly values: readonly (string | null)[] }
  | { readonly column: number; readonly op: 'between'; readonly low: string; readonly high: string }
  | { readonly column: number; readonly op: 'contains' | 'starts with'; readonly value: string; readonly matchCase?: boolean }
  | { readonly column: number; readonly op: 'regex'; readonly value: string; readonly matchCase?: boolean }
  | { readonly column: number; readonly op: 'is null' | 'is not null' }

export interface SortKey {
  readonly column: number
  readonly descending?: boolean
  /** Default: last, whichever the direction. */
  readonly nulls?: 'first' | 'last'
}

export interface ViewSpec {
  readonly filter?: Filter
  /** Case-insensitive: rows in which some cell's text contains it. */
  readonly search?: string
  readonly sort?: readonly SortKey[]
}

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

export interface PageOptions {
  readonly signal?: AbortSignal
  /** Column indices; all when absent. */
  readonly columns?: readonly number[]
}

export type ExportFormat = 'csv' | 'parquet' | 'arrow' | 'arrow stream'

/** What a file of rows looks like. All values are exact; nested ones are JSON in CSV. */
export interface ExportOptions extends RunOptions {
  readonly format: ExportFormat
  /** Column indices, in the order of the file; all when absent. */
  readonly columns?: readonly number[]
  /** Parquet and Arrow; default 'zstd'. Arrow has no 'snappy'. */
  readonly compression?: 'zstd' | 'snappy' | 'none'
  /** CSV, all of them. One ASCII character each; defaults: comma, double quote. */
  readonly delimiter?: string
  readonly quote?: string
  /** Names in the first row (default true). */
  readonly header?: boolean
  readonly crlf?: boolean
  readonly alwaysQuote?: boolean
  /** What stands for a missing value; default nothing, which differs from a quoted empty text. */
  readonly nullText?: string
  /** Puts ' before texts that a spreadsheet could run as a formula. Whoever reads the file back gets the ' as well. */
  readonly guardFormulas?: boolean
}

/** An ordered set of a table's rows with a known count. */
export interface View extends AsyncDisposable {
  readonly spec: ViewSpec
  readonly rows: number
  page(firstRow: number, rows: number, options?: PageOptions): Promise<Page>
  /** The rows as a file, made as fast as it is read and no faster. Cancelling the stream (or the signal) stops the work. */
  export(options: ExportOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

export interface ValueCount {
  readonly value: Value
  readonly text: string
  readonly count: number
}

export interface Table extends AsyncDisposable {
  /** What SQL calls it, with quotes where they are needed: the name of its file without endings. Results have none: "". */
  readonly sqlName: string
  /** The newest snapshot; replaced, never mutated. */
  readonly info: TableInfo
  /** The first rows, there as soon as `open` resolves. */
  readonly firstPage: Page
  /** Snapshots as the background scan goes on; ends when it is done, cancelled or failed (throws then). */
  progress(options?: { readonly signal?: AbortSignal }): AsyncIterable<{ readonly info: TableInfo; readonly progress: Progress }>
  /** Resolve when the exact row count and row index are there / when types, statistics and columns are there. */
  readonly indexed: Promise<TableInfo>
  readonly imported: Promise<TableInfo>
  /** Stop the background scan; pages already reachable stay so. `resumeScan` takes it up again. */
  cancelScan(): Promise<void>
  resumeScan(): void
  /** Statistics of all columns where no import brings them (Parquet): reads every row. */
  profile(options?: RunOptions): Promise<TableInfo>
  /** Rows in file order. While the index grows, rows beyond it wait for it (or reject when aborted). */
  page(firstRow: number, rows: number, options?: PageOptions): Promise<Page>
  /** Waits for the import, then filters and sorts. */
  view(spec: ViewSpec, options?: RunOptions): Promise<View>
  /** Distinct values of a column with their counts, most frequent first, at most `limit` (default 1,000). */
  values(column: number, options?: RunOptions & { readonly limit?: number; readonly spec?: ViewSpec }):
    Promise<{ readonly values: readonly ValueCount[]; readonly distinct: number }>
  badRows(first: number, count: number): Promise<readonly BadRow[]>
  /** Waits for the import; else as that of a view. */
  export(options: ExportOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

/** Random-access bytes. `read` returns exactly `length` bytes or rejects. `key` names the bytes, `version` changes with them. */
export interface ByteSource {
  readonly key: string
  readonly size: number
  readonly version?: string
  read(offset: number, length: number, options?: { readonly signal?: AbortSignal }): Promise<Uint8Array>
}

/** A file on a server, at an address that may expire. */
export interface RemoteFile {
  readonly url: URL | string
  readonly name?: string
  /** Where the next address comes from when the server refuses this one (401 or 403): a function, or an address that
   * answers `{"url": …}` and is asked with the page's cookies when it is of the page's origin. */
  readonly refresh?: URL | string | (() => Promise<URL | string>)
}

/** A table that `sonde serve` answers about, so that only answers travel. Opened by an engine of `createServerEngine`. */
export interface ServerTable {
  /** As the server calls it. */
  readonly table: string
  /** The server's /v1/sql. Its signature has to open /v1/tables/… of the table too. */
  readonly sql: RemoteFile
}

export type Openable = File | Blob | URL | string | ArrayBuffer | Uint8Array | ByteSource | RemoteFile | ServerTable

export interface OpenOptions extends RunOptions {
  readonly name?: string
  /** Of several files: what each is called, where that is not the name it has. */
  readonly names?: readonly string[]
  /** Of several files: a last column that says which file a row is from; true: called "filename", or the next free name. */
  readonly filename?: boolean | string
  /** Of several files: of each of them. */
  readonly read?: ReadOptions
  /** Start the background scan at once (default true). Several files are always scanned. */
  readonly scan?: boolean
}

export interface EngineOptions {
  /** Where sonde.wasm lies, its bytes, or the compiled module. Default: beside the script. */
  readonly wasm?: URL | string | ArrayBuffer | Uint8Array | WebAssembly.Module
  /** The same of sonde-brotli.wasm, which is loaded when a file compressed with Brotli is first read. */
  readonly brotli?: URL | string | ArrayBuffer | Uint8Array | WebAssembly.Module
  readonly workerUrl?: URL | string
  /** Helper workers. 'auto': navigator.hardwareConcurrency, at most 8, and fewer where memoryLimit leaves less than 192 MiB
   * for each. 0: everything in the first worker. */
  readonly workers?: number | 'auto'
  /** Bytes all workers together may hold. Default: a quarter of the device's memory where the browser tells it, at most
   * 4 GiB; 256 MiB on iOS; 1 GiB elsewhere. */
  readonly memoryLimit?: number
  readonly signal?: AbortSignal
}

/** What stands for ?, $1 or $name in SQL. A text takes the type of what it stands beside; a bigint has all its digits. */
export type Parameters = readonly Value[] | Readonly<Record<string, Value>>

export interface QueryOptions extends RunOptions {
  readonly params?: Parameters
  /** Tables by the names that the SQL has for them (without quotes). Default: every open one under its sqlName. */
  readonly tables?: Readonly<Record<string, Table>>
  /** The time zone, like Europe/Rome, in which points in time are read, taken apart and written as texts. Default: UTC. */
  readonly timeZone?: string
}

/** A query that runs when it is read, each time anew. Its errors have the byte of the SQL as `at`. */
export interface Query extends AsyncIterable<Page> {
  /** The rows as objects, all of them when no limit is given. Of columns with the same name the last one stays. */
  rows(limit?: number): Promise<Record<string, Value>[]>
  /** All rows as an Arrow stream, not compressed. */
  arrow(): Promise<Uint8Array<ArrayBuffer>>
}

/** What `CREATE VIEW` or `CREATE TEMP TABLE` made. */
export interface SessionTable {
  readonly name: string
  readonly kind: 'table' | 'view'
  /** Types as SQL has them. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

export interface SqlFunction {
  readonly name: string
  readonly kind: 'scalar' | 'aggregate' | 'window'
  /** Types by commas, alternatives by bars; the first overload's. Signs of operators are names too. */
  readonly parameters: string
  /** A type, a rule, or, behind '=', the SQL that the call stands for. */
  readonly result: string
  readonly description: string
  readonly example: string
}

export interface Engine extends AsyncDisposable {
  /** 'page' where no worker could start: the engine then works in short steps on the page's own thread. */
  readonly runsOn?: 'worker' | 'page'
  /** Several files become one table, one behind the other, its columns matched by name; it is there when all of them are scanned. */
  open(source: Openable | readonly Openable[], options?: OpenOptions): Promise<Table>
  /** SQL over open tables, which it waits for to be imported. `CREATE VIEW` and `CREATE TEMP TABLE` last as long as the engine. */
  query(sql: string, options?: QueryOptions): Query
  /** The rows of a query as a table of their own, in memory, until it is closed. */
  view(sql: string, options?: QueryOptions): Promise<Table>
  /** What SQL has made so far; it can be named in queries like the tables that are open. */
  session(): Promise<readonly SessionTable[]>
  /** What SQL can call. */
  functions(): Promise<readonly SqlFunction[]>
  close(): Promise<void>
}

export type ErrorCode =
  | 'nomem' | 'limit' | 'bytes' | 'corrupt' | 'unsupported' | 'syntax' | 'name' | 'type' | 'value' | 'cancelled' | 'misuse'

/** Every error of the engine: what, where, what to do. `at` is a byte offset in the source, or in the SQL. */
export class ExplorerError extends Error {
  override readonly name = 'ExplorerError'
  constructor(readonly code: ErrorCode, message: string, readonly at?: number) {
    super(message)
  }
}
