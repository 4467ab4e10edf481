// An engine in memory for tests: the interfaces of api.ts over generated or given rows, with delays and failures on
// demand. It filters and sorts naively and claims any number of rows when they are generated.
import type {
  ExportOptions,
  BadRow, Column, ColumnInfo, Engine, Filter, Guess, Openable, OpenOptions, Page, Progress, ReadOptions, SessionTable, Table, TableInfo, TypeName, Value, View,
  ViewSpec,
} from '../src/engine/api.ts'

export interface FakeData {
  readonly columns: readonly ColumnInfo[]
  readonly rows: number
  value(row: number, column: number): Value
  /** Only the first so many rows are filtered or sorted (generated tables are too long for that). */
  readonly viewRows?: number
}

export interface FakeOptions {
  /** Milliseconds before a page, a view or an open is answered. */
  readonly delay?: number
  /** Called for each page that is read. */
  readonly onPage?: (firstRow: number, rows: number, columns: readonly number[]) => void
  readonly onView?: (spec: ViewSpec) => void
  readonly onOpen?: (source: Openable | readonly Openable[], options: OpenOptions) => void
  readonly openError?: (read: ReadOptions) => Error | undefined
  /** What SQL has made. */
  readonly session?: () => readonly SessionTable[]
  /** What a query answers; by default the file's rows. */
  readonly onQuery?: (sql: string) => FakeData | Error
  /** A table was closed; results have no name. */
  readonly onClose?: (name: string) => void
  readonly viewError?: (spec: ViewSpec) => Error | undefined
  /** Scan steps before everything is known; 'never' stays at the estimate. */
  readonly scanSteps?: number | 'never'
  readonly badRows?: readonly BadRow[]
  readonly guesses?: readonly Guess[]
}

export const textOf = (value: Value): string => (value === null ? '' : String(value))

export function rowsOf(columns: readonly (readonly [string, TypeName])[], rows: readonly (readonly Value[])[]): FakeData {
  return {
    columns: columns.map(([name, type]) => ({ name, type })),
    rows: rows.length,
    value: (row, column) => rows[row]?.[column] ?? null,
  }
}

const cities = ['Aarhus', 'Berlin', 'Córdoba', 'Dakar', 'Espoo', 'Fès', 'Graz']

/** Any number of rows and columns: an id, a city, a price, a note with line breaks and nulls, then plain numbers. */
export function generated(rows: number, columnCount = 8): FakeData {
  const named: ColumnInfo[] = [
    { name: 'id', type: 'int64' }, { name: 'city', type: 'text' }, { name: 'price', type: 'decimal', scale: 2 },
    { name: 'note', type: 'text' }, { name: 'active', type: 'bool' }, { name: 'at', type: 'timestamp' }, { name: 'code', type: 'text' },
  ]
  const columns = Array.from({ length: columnCount }, (_, i): ColumnInfo => named[i] ?? { name: `value ${i}`, type: 'int64' })
  return {
    columns, rows, viewRows: 10_000,
    value(row, column) {
      switch (column) {
        case 0: return row
        case 1: return cities[(row * 7 + (row >> 3)) % cities.length]!
        case 2: return row % 11 === 3 ? null : ((row * 37) % 100_000 / 100).toFixed(2)
        case 3: return row % 5 === 0 ? null : row % 5 === 1 ? '' : row % 5 === 2 ? `first line ${row}\nsecond "line"` : `note ${row}`
        case 4: return row % 3 === 0
        case 5: return new Date(Date.UTC(2024, 0, 1) + (row % 1e9) * 61_000).toISOString().slice(0, 19).replace('T', ' ')
        case 6: return String(row % 100_000).padStart(6, '0')
        default: return row * column
      }
    },
  }
}

const sleep = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error)
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason as Error) }, { once: true })
  })

function makePage(data: FakeData, firstRow: number, sources: readonly number[], columns: readonly number[]): Page {
  return {
    firstRow,
    rows: sources.length,
    columns: columns.map((index): Column => ({
      index,
      type: data.columns[index]!.type,
      at: (i) => data.value(sources[i]!, index),
      isNull: (i) => data.value(sources[i]!, index) === null,
      text: (i) => textOf(data.value(sources[i]!, index)),
    })),
    sourceRow: (i) => sources[i]!,
  }
}

const isNumeric = (type: TypeName) => type === 'int64' || type === 'double' || type === 'decimal'

function compare(type: TypeName, a: Value, b: Value): number {
  if (isNumeric(type)) return Number(a) - Number(b)
  const x = textOf(a)
  const y = textOf(b)
  return x < y ? -1 : x > y ? 1 : 0
}

function matches(data: FakeData, row: number, filter: Filter): boolean {
  if ('and' in filter) return filter.and.every((f) => matches(data, row, f))
  if ('or' in filter) return filter.or.some((f) => matches(data, row, f))
  if ('not' in filter) return !matches(data, row, filter.not)
  const value = data.value(row, filter.column)
  const { type } = data.columns[filter.column]!
  const text = textOf(value)
  switch (filter.op) {
    case 'is null': return value === null
    case 'is not null': return value !== null
    case 'in': return filter.values.some((v) => (v === null ? value === null : value !== null && text === v))
  }
  if (value === null) return false
  switch (filter.op) {
    case 'between': return compare(type, value, filter.low) >= 0 && compare(type, value, filter.high) <= 0
    case 'contains': return text.toLowerCase().includes(filter.value.toLowerCase())
    case 'starts with': return text.toLowerCase().startsWith(filter.value.toLowerCase())
    case 'regex': return new RegExp(filter.value, filter.matchCase ? '' : 'i').test(text)
    case '=': return compare(type, value, filter.value) === 0
    case '<>': return compare(type, value, filter.value) !== 0
    case '<': return compare(type, value, filter.value) < 0
    case '<=': return compare(type, value, filter.value) <= 0
    case '>': return compare(type, value, filter.value) > 0
    case '>=': return compare(type, value, filter.value) >= 0
  }
}

function runView(data: FakeData, spec: ViewSpec): number[] {
  const rows: number[] = []
  const needle = spec.search?.toLowerCase()
  for (let row = 0; row < Math.min(data.rows, data.viewRows ?? Infinity); row++) {
    if (spec.filter && !matches(data, row, spec.filter)) continue
    if (needle && !data.columns.some((_, column) => textOf(data.value(row, column)).toLowerCase().includes(needle))) continue
    rows.push(row)
  }
  for (const { column, descending } of [...(spec.sort ?? [])].reverse()) {
    rows.sort((a, b) => {
      const x = data.value(a, column)
      const y = data.value(b, column)
      if (x === null || y === null) return Number(x === null) - Number(y === null)
      return compare(data.columns[column]!.type, x, y) * (descending ? -1 : 1)
    })
  }
  return rows
}

function withStats(data: FakeData): ColumnInfo[] {
  const sample = Math.min(data.rows, 1000)
  return data.columns.map((info, column) => {
    if (column > 200) return info
    const values = Array.from({ length: sample }, (_, row) => data.value(row, column))
    const present = values.filter((v) => v !== null).sort((a, b) => compare(info.type, a, b))
    return {
      ...info,
      stats: {
        nulls: Math.round(((values.length - present.length) / Math.max(1, sample)) * data.rows),
        min: present.length ? textOf(present[0]!) : null, max: present.length ? textOf(present.at(-1)!) : null,
        mean: isNumeric(info.type) ? present.reduce((sum: number, v) => sum + Number(v), 0) / present.length : null,
        distinct: new Set(present).size,
      },
    }
  })
}

const defaultGuesses = (read: ReadOptions): Guess[] => [
  { setting: 'encoding', value: read.encoding ?? 'utf-8', reason: 'the first 64 kB are valid UTF-8 with other characters than ASCII', overridden: read.encoding !== undefined, runnerUp: { value: 'windows-1252', reason: 'every byte would be a character, but 12 would be unusual' } },
  { setting: 'delimiter', value: read.delimiter ?? ',', reason: '8 fields on each of 500 lines', overridden: read.delimiter !== undefined, runnerUp: { value: ';', reason: '1 field on each of 500 lines' } },
  { setting: 'quote', value: '"', reason: 'quoted fields hold delimiters', overridden: false },
  { setting: 'escape', value: '"', reason: 'quotes are doubled in 3 fields', overridden: false, runnerUp: { value: '\\', reason: 'never seen before a quote' } },
  { setting: 'header', value: String(read.header ?? true), reason: 'the first line is text above numbers', overridden: read.header !== undefined, runnerUp: { value: 'false', reason: 'the first line could be data' } },
  { setting: 'newline', value: 'lf', reason: 'every line ends in LF', overridden: false },
]

export function fakeEngine(data: FakeData, options: FakeOptions = {}): Engine {
  const { delay = 0, scanSteps = 2 } = options
  let ids = 0
  return {
    async open(source, openOptions: OpenOptions = {}) {
      const { name = 'fake.csv', read = {}, signal } = openOptions
      options.onOpen?.(source, openOptions)
      await sleep(delay, signal)
      const error = options.openError?.(read)
      if (error) throw error
      return fakeTable(++ids, name, data, read, options, delay, scanSteps)
    },
    query() { throw new Error('the fake engine answers queries as views only') },
    async view(sql, { signal } = {}) {
      await sleep(delay, signal)
      const answer = options.onQuery?.(sql) ?? data
      if (answer instanceof Error) throw answer
      return fakeTable(++ids, '', answer, {}, options, delay, 0)
    },
    session: async () => options.session?.() ?? [],
    functions: async () => [],
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

function fakeTable(id: number, name: string, data: FakeData, read: ReadOptions, options: FakeOptions, delay: number, scanSteps: number | 'never'): Table {
  const all = data.columns.map((_, i) => i)
  const bytes = data.rows * 40
  const estimate = Math.round(data.rows * 0.97) + (data.rows > 0 ? 1 : 0)
  let info: TableInfo = {
    id, name, bytes, format: 'csv', compression: 'none', columns: data.columns, guesses: options.guesses ?? defaultGuesses(read),
    rows: { count: Math.min(data.rows, estimate), exact: false }, badRows: 0, state: 'sniffed',
  }
  if (name === '') info = { ...info, format: 'query', guesses: [], rows: { count: data.rows, exact: true }, state: 'imported' }
  let cancelled = false
  let wake = () => {}
  let finish: (info: TableInfo) => void = () => {}
  const finished = new Promise<TableInfo>((resolve) => { finish = resolve })
  const progressAt = (share: number): Progress => ({
    phase: share < 1 ? 'index' : 'idle', doneBytes: Math.round(bytes * share), totalBytes: bytes,
    rows: Math.round(data.rows * share), bytesRead: Math.round(bytes * share), requests: 0, memoryBytes: 24e6,
  })
  const page = async (firstRow: number, rows: number, o: { signal?: AbortSignal; columns?: readonly number[] } = {}) => {
    options.onPage?.(firstRow, rows, o.columns ?? all)
    await sleep(delay, o.signal)
    const sources = Array.from({ length: Math.max(0, Math.min(rows, data.rows - firstRow)) }, (_, i) => firstRow + i)
    return makePage(data, firstRow, sources, o.columns ?? all)
  }
  /** The column numbers, the first row numbers: enough to see what was asked for. */
  const exported = (rows: number, { columns = all, signal }: ExportOptions) => new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await sleep(delay, signal)
      controller.enqueue(new TextEncoder().encode(`${columns.join(',')}\n${rows}\n`))
      controller.close()
    },
  })
  return {
    sqlName: name === '' ? '' : 'fake',
    get info() { return info },
    firstPage: makePage(data, 0, Array.from({ length: Math.min(256, data.rows) }, (_, i) => i), all),
    async *progress({ signal } = {}) {
      const steps = scanSteps === 'never' ? Infinity : scanSteps
      for (let step = 1; step <= steps; step++) {
        await (steps === Infinity ? new Promise<void>((resolve) => { wake = resolve }) : sleep(delay, signal))
        if (cancelled || signal?.aborted) return
        const done = step === steps
        if (done) {
          info = { ...info, rows: { count: data.rows, exact: true }, state: 'imported', columns: withStats(data), badRows: options.badRows?.length ?? 0 }
          finish(info)
        }
        yield { info, progress: progressAt(step / steps) }
      }
    },
    indexed: finished,
    imported: finished,
    async cancelScan() { cancelled = true; wake() },
    resumeScan() { cancelled = false },
    page,
    profile: async () => info,
    export: (o) => exported(data.rows, o),
    async view(spec, { signal } = {}) {
      options.onView?.(spec)
      await sleep(delay, signal)
      const error = options.viewError?.(spec)
      if (error) throw error
      const sources = runView(data, spec)
      const view: View = {
        spec,
        rows: sources.length,
        async page(firstRow, rows, o = {}) {
          options.onPage?.(firstRow, rows, o.columns ?? all)
          await sleep(delay, o.signal)
          return makePage(data, firstRow, sources.slice(firstRow, firstRow + rows), o.columns ?? all)
        },
        export: (o) => exported(sources.length, o),
        close: async () => {},
        [Symbol.asyncDispose]: async () => {},
      }
      return view
    },
    async values(column, { limit = 1000, spec = {}, signal } = {}) {
      await sleep(delay, signal)
      const counts = new Map<Value, number>()
      for (const row of runView(data, spec)) {
        const value = data.value(row, column)
        counts.set(value, (counts.get(value) ?? 0) + 1)
      }
      const values = [...counts].sort((a, b) => b[1] - a[1]).slice(0, limit).map(([value, count]) => ({ value, text: textOf(value), count }))
      return { values, distinct: counts.size }
    },
    badRows: async (first, count) => (options.badRows ?? []).slice(first, first + count),
    close: async () => options.onClose?.(name),
    [Symbol.asyncDispose]: async () => {},
  }
}
