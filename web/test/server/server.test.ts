// A table on a server, as the explorer sees it: what is asked over HTTP, and what becomes of the answers.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ExplorerError, type Engine, type Progress, type Table, type TypeName, type ViewSpec } from '../../src/engine/api.ts'
import { createServerEngine } from '../../src/server/index.ts'
import { shownText } from '../../src/server/records.ts'
import { fakeEngine, rowsOf } from '../fake-engine.ts'

interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>> | undefined
}

type Answer = Response | Error | string

const columns = [
  { name: 'id', type: 'int64' }, { name: 'town', type: 'text' }, { name: 'price', type: 'decimal', scale: 2 }, { name: 'open', type: 'bool' }, { name: 'a,b', type: 'double' },
] as const
const described = { name: 'shops/all', format: 'csv', files: 2, bytes: 5_200_000_000, count: 3, badRows: 0, columns }
const firstRows = [
  'id,town,price,open,"a,b"',
  '1,Graz,12.50,true,0.1',
  '9007199254740993,"say ""hi"",\r\nhe said",,false,',
  '-7,"",0.00,,NaN',
  '',
].join('\r\n')

let asked: Asked[]
/** Answers in turn; then the last one for ever. */
let answers: ((asked: Asked, signal: AbortSignal) => Answer | Promise<Answer>)[]

const json = (body: object, status = 200, headers = {}): Response => new Response(JSON.stringify(body), { status, headers })

async function fakeFetch(input: string, { method = 'GET', body, signal }: RequestInit): Promise<Response> {
  const url = new URL(input)
  const request: Asked = {
    method, path: url.pathname, query: Object.fromEntries(url.searchParams),
    body: body === undefined ? undefined : JSON.parse(body as string) as Record<string, unknown>,
  }
  asked.push(request)
  const next = answers.length > 1 ? answers.shift()! : answers[0]!
  const answer = await next(request, signal!)
  if (answer instanceof Error) throw answer
  return typeof answer === 'string' ? new Response(answer) : answer
}

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', vi.fn(fakeFetch))
})
afterEach(() => void vi.unstubAllGlobals())

const source = { table: 'shops/all', sql: { url: 'https://here.example/sonde/v1/sql?sig_user=7&sig=x' } }
const noEngine = (): Promise<Engine> => Promise.reject(new Error('this machine’s engine was started'))

async function openTable(engine = createServerEngine(noEngine), onProgress?: (progress: Progress) => void): Promise<Table> {
  answers = [() => json(described), () => firstRows]
  const table = await engine.open(source, onProgress && { onProgress })
  asked = []
  return table
}

test('a table is opened by what the server says of it and its first rows, under the signature of its SQL', async () => {
  answers = [() => json(described), () => firstRows]
  const told: Progress[] = []
  const table = await createServerEngine(noEngine).open(source, { onProgress: (progress) => told.push(progress) })
  expect(asked).toEqual([
    { method: 'GET', path: '/sonde/v1/tables/shops/all', query: { sig_user: '7', sig: 'x' }, body: undefined },
    { method: 'GET', path: '/sonde/v1/tables/shops/all/rows', query: { sig_user: '7', sig: 'x', format: 'csv', first: '0', limit: '128' }, body: undefined },
  ])
  expect(table.info).toMatchObject({ name: 'shops/all', format: 'server', bytes: 5_200_000_000, rows: { count: 3, exact: true }, state: 'imported', columns })
  expect(table.sqlName).toBe('"shops/all"')
  const bytes = JSON.stringify(described).length + new TextEncoder().encode(firstRows).length
  expect(told.at(-1)).toMatchObject({ requests: 2, bytesRead: bytes, memoryBytes: 0 })
})

test('cells are exact: all digits, quotes and breaks, an empty text apart from a missing one', async () => {
  const { firstPage } = await openTable()
  const texts = firstPage.columns.map((column) => [0, 1, 2].map((row) => (column.isNull(row) ? null : column.text(row))))
  expect(texts).toEqual([
    ['1', '9007199254740993', '-7'], ['Graz', 'say "hi",\r\nhe said', ''], ['12.50', null, '0.00'], ['true', 'false', null], ['0.1', null, 'NaN'],
  ])
  const values = firstPage.columns.map((column) => [0, 1, 2].map((row) => column.at(row)))
  expect(values).toEqual([
    [1, 9007199254740993n, -7], ['Graz', 'say "hi",\r\nhe said', ''], ['12.50', null, '0.00'], [true, false, null], [0.1, null, NaN],
  ])
})

test('a page asks for its rows and columns only; a name with a comma cannot be listed', async () => {
  const table = await openTable()
  answers = [() => 'town,id\r\nCork,8\r\n']
  const page = await table.page(2, 1, { columns: [1, 0] })
  expect(asked[0]!.query).toMatchObject({ first: '2', limit: '1', columns: 'town,id' })
  expect(page.columns.map((column) => [column.index, column.at(0)])).toEqual([[1, 'Cork'], [0, 8]])
  expect([page.firstRow, page.sourceRow(0)]).toEqual([2, 2])
  answers = [() => firstRows]
  const odd = await table.page(0, 3, { columns: [4] })
  expect(asked[1]!.query).not.toHaveProperty('columns')
  expect(odd.columns.map((column) => [column.index, column.text(0)])).toEqual([[4, '0.1']])
})

test('a view is counted and paged by what the engine would be asked', async () => {
  const spec: ViewSpec = {
    filter: { and: [{ column: 0, op: 'between', low: '1', high: '9' }, { column: 1, op: 'in', values: ["O'Hara, Graz", null] }] },
    search: 'é & "ü"', sort: [{ column: 2, descending: true }, { column: 4, nulls: 'first' }],
  }
  const table = await openTable()
  answers = [() => json({ total: 3 }), () => firstRows]
  const view = await table.view(spec)
  await view.page(0, 3)
  expect(view.rows).toBe(3)
  const said = JSON.stringify(spec)
  expect(asked).toEqual([
    { method: 'GET', path: '/sonde/v1/tables/shops/all/rows', query: { sig_user: '7', sig: 'x', view: said, limit: '1' }, body: undefined },
    { method: 'GET', path: '/sonde/v1/tables/shops/all/rows', query: { sig_user: '7', sig: 'x', view: said, format: 'csv', first: '0', limit: '3' }, body: undefined },
  ])
  const long = { column: 1, op: 'in', values: Array.from({ length: 900 }, (_, i) => `value ${i}`) } as const
  await expect(table.view({ filter: long })).rejects.toThrow('choose fewer values')
})

test('a table that changed over there is not shown as if it were the one that was opened', async () => {
  const table = await openTable()
  for (const changed of [firstRows.replace('town', 'city'), 'id,town,price,open\r\n1,Graz,1.00,true\r\n', firstRows.split('\r\n').slice(0, 2).join('\r\n') + '\r\n', '']) {
    answers = [() => changed]
    await expect(table.page(0, 3), changed).rejects.toMatchObject({ code: 'bytes', message: 'shops/all changed on the server; open it again' })
  }
})

test('an address that has expired is replaced and the answer comes from the next one', async () => {
  answers = [
    () => json({ code: 'signature_expired' }, 403),
    () => json({ code: 'signature_expired' }, 403),
    () => json({ url: 'https://here.example/sonde/v1/sql?sig=y' }),
    () => json(described),
    () => firstRows,
  ]
  const table = await createServerEngine(noEngine).open({ ...source, sql: { ...source.sql, refresh: 'https://here.example/sign/' } })
  expect(asked.map(({ path, query }) => [path, query.sig])).toEqual([
    ['/sonde/v1/tables/shops/all', 'x'], ['/sonde/v1/tables/shops/all/rows', 'x'], ['/sign/', undefined], ['/sonde/v1/tables/shops/all', 'y'], ['/sonde/v1/tables/shops/all/rows', 'y'],
  ])
  await table.close()
})

test('values of a column: those of the rows that match, with how many there are', async () => {
  const table = await openTable()
  answers = [() => new Response('"a,b",times\r\n0.5,20\r\n,3\r\n', { headers: { 'sonde-total': '7' } })]
  const filter = { column: 3, op: '=', value: 'true' } as const
  const found = await table.values(4, { limit: 2, spec: { filter } })
  expect(found).toEqual({ values: [{ value: 0.5, text: '0.5', count: 20 }, { value: null, text: '', count: 3 }], distinct: 7 })
  expect(asked[0]).toMatchObject({ method: 'GET', path: '/sonde/v1/tables/shops/all/values', query: { columns: 'a,b', limit: '2', format: 'csv', view: JSON.stringify({ filter, sort: [] }) } })
})

test('texts of SQL become those of the grid', () => {
  const cases: [string, TypeName, string][] = [
    ['1.0', 'double', '1'], ['-0.5', 'double', '-0.5'], ['1e+30', 'double', '1e+30'], ['4.94065645841247e-324', 'double', '5e-324'], ['0.1', 'float', '0.1'], ['1.4013e-45', 'float', '1e-45'],
    ['2024-01-02 03:04:05', 'timestamp', '2024-01-02 03:04:05'], ['2024-01-02 03:04:05.1', 'timestamp', '2024-01-02 03:04:05.100'], ['03:04:05.12345', 'time', '03:04:05.123450'],
    ['2024-01-02 03:04:05.1234567+00', 'timestamptz', '2024-01-02 03:04:05.123456700+00:00'], ['1.0', 'text', '1.0'], ['12.50', 'decimal', '12.50'], ['7', 'int64', '7'],
  ]
  for (const [sql, type, grid] of cases) expect(shownText(sql, type), `${sql} as ${type}`).toBe(grid)
  for (const [, type, grid] of cases) expect(shownText(grid, type), `${grid} as ${type}`).toBe(grid)
})

test('statistics are those of the server’s answer, column by column', async () => {
  const table = await openTable()
  answers = [() => `n\r\n0,-7,9007199254740993,2.5,3,1,"","${'x'.repeat(70)}",,2,1,0.00,12.50,6.25,2,0,false,true,,2,2,-1.0,0.1,0.1,1\r\n`]
  const { columns } = await table.profile()
  expect(columns.map(({ stats }) => stats)).toEqual([
    { nulls: 0, min: '-7', max: '9007199254740993', mean: 2.5, distinct: 3 }, { nulls: 1, min: '', max: 'x'.repeat(64), mean: null, distinct: 2 },
    { nulls: 1, min: '0.00', max: '12.50', mean: 6.25, distinct: 2 }, { nulls: 0, min: 'false', max: 'true', mean: null, distinct: 2 },
    { nulls: 2, min: '-1', max: '0.1', mean: 0.1, distinct: 1 },
  ])
  expect(table.info.columns[0]!.stats).toBeDefined()
})

test('a problem keeps its code, its place and its hint; a server that is busy is asked again', async () => {
  const engine = createServerEngine(noEngine)
  await openTable(engine)
  answers = [() => json({ code: 'busy' }, 503, { 'retry-after': '0' }), () => json({ code: 'name', detail: 'there is no column town_', hint: 'did you mean town?', position: 7 }, 400)]
  const failure: unknown = await engine.view('SELECT town_ FROM "shops/all"').catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ExplorerError)
  expect(failure).toMatchObject({ code: 'name', message: 'there is no column town_; did you mean town?', at: 7 })
  expect(asked).toHaveLength(2)
  answers = [() => json({ code: 'busy', detail: 'Too many wait.' }, 503, { 'retry-after': '0' })]
  await expect(engine.view('SELECT 1')).rejects.toThrow('Too many wait.')
  answers = [() => new TypeError('connection reset')]
  await expect(engine.view('SELECT 1')).rejects.toMatchObject({ code: 'bytes', message: expect.stringContaining('connection reset') as string })
  answers = [() => json({ code: 'limit_bytes', detail: 'More bytes than the limit.' }, 422)]
  await expect(engine.view('SELECT 1')).rejects.toMatchObject({ code: 'limit' })
})

test('SQL goes to the server of an open table, and its answer is opened here; without one it stays here', async () => {
  const opened: unknown[] = []
  const here = fakeEngine(rowsOf([['n', 'int64']], [[3]]), { onOpen: (file) => opened.push(file) })
  const engine = createServerEngine(() => Promise.resolve(here))
  const table = await openTable(engine)
  expect(opened).toEqual([])
  answers = [() => 'PAR1']
  const result = await engine.view('SELECT count(*) AS n FROM t WHERE id > $1', { params: [9007199254740993n], timeZone: 'Europe/Rome' })
  expect(asked[0]).toMatchObject({ method: 'POST', path: '/sonde/v1/sql', body: { sql: 'SELECT count(*) AS n FROM t WHERE id > $1', format: 'parquet', timezone: 'Europe/Rome', limits: { bytes: 1e8 } } })
  expect(await (opened[0] as File).text()).toBe('PAR1')
  expect(result.info.rows.count).toBe(1)
  expect(await engine.query('SELECT 3 AS n').rows()).toEqual([{ n: 3 }])
  expect(asked).toHaveLength(2)
  await table.close()
  expect(await engine.query('SELECT 3 AS n').rows()).toEqual([{ n: 3 }])
  expect(asked).toHaveLength(2)
})

test('who no longer waits closes the connection', async () => {
  const table = await openTable()
  const leaving = new AbortController()
  let seen: AbortSignal | undefined
  answers = [(_, signal) => new Promise<Answer>((_, reject) => {
    seen = signal
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })]
  const waiting = table.view({ sort: [{ column: 0 }] }, { signal: leaving.signal })
  await vi.waitFor(() => expect(seen).toBeDefined())
  leaving.abort(new Error('left'))
  await expect(waiting).rejects.toThrow('left')
  expect(seen!.aborted).toBe(true)
})

/** A CSV file that the server still reads when it is opened; `said` is what it answers when it is asked how far it is. */
async function openUncounted(): Promise<{ table: Table; say(next: object): void }> {
  const guessed = columns.map(({ name }) => ({ name, type: 'text' }))
  const reading = (phase: string, rows: number) => ({ phase, rows, about: 5000, doneBytes: 26e8, totalBytes: 52e8 })
  let said: object = { count: null, columns: guessed, reading: reading('index', 200) }
  const texts = (from: number, rows: number) => Array.from({ length: rows }, (_, i) => `${from + i},Graz,1.00,true,0.5\r\n`).join('')
  answers = [({ path, query }) => {
    if (!path.endsWith('/rows')) return json({ ...described, ...said })
    const from = Number(query.first)
    return `id,town,price,open,"a,b"\r\n${texts(from, Math.min(Number(query.limit), 4000 - from))}`
  }]
  const table = await createServerEngine(noEngine).open(source)
  return {
    table,
    say: ({ phase, rows, ...more }: { phase?: string; rows?: number }) => {
      said = { ...more, ...(phase && rows && { columns: guessed, reading: reading(phase, rows), count: phase === 'index' ? null : rows }) }
    },
  }
}
const asksFor = (first: number) => asked.some(({ query }) => query.first === String(first))

test('a file that is still counted over there: first rows at once, others when they are counted, exact types at the end', async () => {
  const { table, say } = await openUncounted()
  expect(asked.slice(0, 2).map(({ path, query }) => [path, query.limit])).toEqual([['/sonde/v1/tables/shops/all', undefined], ['/sonde/v1/tables/shops/all/rows', '128']])
  expect(table.info).toMatchObject({ rows: { count: 5000, exact: false }, state: 'sniffed', columns: [{ type: 'text' }, {}, {}, {}, {}] })
  const told: Progress[] = []
  const following = (async () => { for await (const { progress } of table.progress()) told.push(progress) })()

  const waiting = table.page(3990, 100) // beyond the end, as it will turn out
  await table.page(100, 28)
  await vi.waitFor(() => expect(told.at(-1)).toMatchObject({ phase: 'index', rows: 200, doneBytes: 26e8, totalBytes: 52e8 }))
  expect(asksFor(3990)).toBe(false) // a server that counts is not kept waiting
  say({ phase: 'index', rows: 3000 })
  expect((await table.page(2900, 100)).columns[0]!.text(99)).toBe('2999')
  say({ phase: 'import', rows: 4000 })
  const last = await waiting
  expect([last.rows, last.columns[0]!.text(9)]).toEqual([10, '3999'])
  expect(await table.indexed).toMatchObject({ rows: { count: 4000, exact: true }, state: 'indexed' })

  const view = table.view({ sort: [{ column: 2 }] })
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(asked.filter(({ query }) => query.view)).toEqual([])
  say({ count: 4000 })
  await expect(view).rejects.toThrow('JSON') // it is asked for now; that this answer has no total is not its concern
  expect(await table.imported).toMatchObject({ state: 'imported', columns })
  await following
  expect(told.at(-1)).toMatchObject({ phase: 'import', rows: 4000 })
  const before = asked.length
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(asked).toHaveLength(before) // nothing more is to be learnt
})

test('a file that was replaced while it was counted is not shown as the old one', async () => {
  const { table, say } = await openUncounted()
  say({ count: 7, columns: columns.slice(1) })
  await expect(table.imported).rejects.toThrow('shops/all changed on the server')
})

test('an export streams what the server writes, and stops it when nobody reads on', async () => {
  const table = await openTable()
  answers = [() => json({ total: 2 })]
  const view = await table.view({ sort: [{ column: 0, descending: true }] })
  answers = [() => 'town,id\r\n']
  expect(await new Response(view.export({ format: 'csv', columns: [1, 0] })).text()).toBe('town,id\r\n')
  expect(asked.at(-1)!.body).toEqual({ sql: 'SELECT town, id\nFROM "shops/all"\nORDER BY id DESC NULLS LAST', format: 'csv' })
  let seen: AbortSignal | undefined
  answers = [(_, signal) => {
    seen = signal
    return new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(10)) }))
  }]
  const reader = table.export({ format: 'parquet' }).getReader()
  await reader.read()
  await reader.cancel()
  expect(seen!.aborted).toBe(true)
  await expect(new Response(table.export({ format: 'csv', delimiter: ';' })).text()).rejects.toThrow('commas')
})
