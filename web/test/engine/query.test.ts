// SQL through the engine: rows, parameters, names, errors with their byte, cancelling; and results that are tables like any other.
// What is expected follows from the generator of the data, not from SQL.
import { tableFromIPC } from '@uwdata/flechette'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine, type Table, type View } from '../../src/engine/index.ts'
import { stemOf } from '../../src/engine/names.ts'
import { quoteName } from '../../src/engine/sql-name.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, csvBytes, pageTexts, rowTexts } from './table-data.ts'

const rows = 30_000
const bytes = csvBytes(rows)
const all = Array.from({ length: rows }, (_, row) => rowTexts(row))
const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0)

let module: WebAssembly.Module
let workerUrl: URL
beforeAll(async () => {
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
})

const bytesOf = async (from: Table | View): Promise<string> => new Response(from.export({ format: 'csv' })).text()

describe.each([0, 2])('with %i helpers', (workers) => {
  const start = (): Promise<Engine> => createEngine({ wasm: module, workers, workerUrl })

  test('a query waits for the import and answers every row', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv', scan: false })
    const answered = await engine.query('SELECT city, count(*) AS n, sum(price) AS total FROM places GROUP BY city ORDER BY city').rows()
    const cities = [...new Set(all.map(([, city]) => city!))].sort()
    expect(answered).toEqual(cities.map((city) => {
      const of = all.filter((row) => row[1] === city)
      return { city, n: of.length, total: sum(of.map((row) => Number(row[2]))) }
    }))
  })

  test('pages come one after the other and hold all rows', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    const ids: string[] = []
    for await (const page of engine.query('SELECT id, note FROM places WHERE id % 3 = 0')) ids.push(...pageTexts(page).map(([id]) => id!))
    expect(ids).toEqual(all.filter((_, row) => (row + 1) % 3 === 0).map(([id]) => id))
  })

  test('the result is a table: pages, views, values, files, statistics', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    await using result = await engine.view('SELECT id, city, price * 2 AS twice FROM places WHERE active ORDER BY id DESC')
    const expected = all.filter((row) => row[5] === 'true').reverse().map(([id, city, price]) => [id, city, price === '' ? '' : String(Number(price) * 2)])
    expect(result.info).toMatchObject({ format: 'query', state: 'imported', rows: { count: expected.length, exact: true } })
    expect(result.info.columns.map(({ name, typeText }) => [name, typeText])).toEqual([['id', 'BIGINT'], ['city', 'VARCHAR'], ['twice', 'DOUBLE']])
    expect(pageTexts(result.firstPage)).toEqual(expected.slice(0, result.firstPage.rows))
    expect(pageTexts(await result.page(5000, 3))).toEqual(expected.slice(5000, 5003))
    await using view = await result.view({ filter: { column: 1, op: '=', value: 'Dakar' }, sort: [{ column: 0 }] })
    const dakar = expected.filter(([, city]) => city === 'Dakar').reverse()
    expect(view.rows).toBe(dakar.length)
    expect(await bytesOf(view)).toBe(['id,city,twice', ...dakar.map((row) => row.join())].join('\n') + '\n')
    const { values, distinct } = await result.values(1)
    expect(distinct).toBe(7)
    expect(sum(values.map(({ count }) => count))).toBe(expected.length)
    expect((await result.profile()).columns[0]!.stats).toMatchObject({ nulls: 0, min: '1', max: String(all.filter((row) => row[5] === 'true').at(-1)![0]) })
  })

  test('an aborted query ends long before it is done, and the engine goes on', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    const controller = new AbortController()
    const running = engine.view('SELECT count(*) FROM places a, places b, places c WHERE a.note < b.note', { signal: controller.signal })
    running.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 400))
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    expect(await engine.query('SELECT 1 AS one').rows()).toEqual([{ one: 1 }])
  })

  test('a table that is closed ends the queries that read it', async () => {
    await using engine = await start()
    const table = await engine.open(bytes, { name: 'places.csv' })
    await table.imported
    const running = engine.view('SELECT count(*) FROM places a, places b, places c WHERE a.note < b.note')
    running.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await table.close()
    await expect(running).rejects.toThrow('closed')
    await expect(engine.query('SELECT * FROM places').rows()).rejects.toMatchObject({ code: 'name' })
  })
})

describe('one engine', () => {
  const start = (): Promise<Engine> => createEngine({ wasm: module, workers: 0 })

  test('values have every digit', async () => {
    await using engine = await start()
    const sql = "SELECT 9007199254740993 AS big, 12345678901234567890123456789.123456789 AS exact, [1, NULL] AS list, {'a': 'x'} AS pair, DATE '2024-02-29' AS day, NULL AS nothing"
    expect(await engine.query(sql).rows()).toEqual([{
      big: 9007199254740993n, exact: '12345678901234567890123456789.123456789', list: '[1,null]', pair: '{"a":"x"}', day: '2024-02-29', nothing: null,
    }])
  })

  test('a limit ends the query early', async () => {
    await using engine = await start()
    const answered = await engine.query('SELECT i FROM range(1000000000000) r(i)').rows(3)
    expect(answered.map(({ i }) => Number(i))).toEqual([0, 1, 2])
  })

  test('Arrow for other readers', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    const arrow = tableFromIPC(await engine.query('SELECT id, city FROM places').arrow())
    expect(arrow.numRows).toBe(rows)
    expect(arrow.getChild('city').at(4)).toBe('Espoo')
  })

  test('Arrow has the types of the statement, in its order too', async () => {
    await using engine = await start()
    const arrow = tableFromIPC(await engine.query('SELECT x::UTINYINT AS u, (-x)::SMALLINT AS s, [x::INTEGER] AS l FROM range(3) r(x) ORDER BY x DESC').arrow())
    expect(arrow.schema.fields.map(({ type }) => [type.typeId, 'bitWidth' in type && type.bitWidth])).toEqual([[2, 8], [2, 16], [12, false]])
    expect([[...arrow.getChild('u')], [...arrow.getChild('s')], [...arrow.getChild('l').at(0)]]).toEqual([[2, 1, 0], [-2, -1, 0], [2]])
  })

  test('texts stand for missing values', async () => {
    await using engine = await start()
    await engine.open(new TextEncoder().encode('n,s\n1,NA\nNA,x\n'), { name: 'holes.csv', read: { nulls: ['NA', '-'] } })
    expect(await engine.query('SELECT typeof(n) AS t, n, s FROM holes').rows()).toEqual([{ t: 'BIGINT', n: 1, s: null }, { t: 'BIGINT', n: null, s: 'x' }])
  })

  test('parameters are values, by place and by name', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    const injected = "x' OR '1' = '1"
    expect(await engine.query('SELECT count(*) AS n FROM places WHERE city = ?', { params: [injected] }).rows()).toEqual([{ n: 0 }])
    const byName = engine.query('SELECT min(id) AS id FROM places WHERE city = $city AND at >= $from', { params: { city: 'Berlin', from: '2026-01-20' } })
    expect(await byName.rows()).toEqual([{ id: Number(all.find((row) => row[1] === 'Berlin' && row[4]! >= '2026-01-20')![0]) }])
    expect(await engine.query('SELECT $1 + 1 AS n, $2 AS t', { params: [9007199254740993n, true] }).rows()).toEqual([{ n: 9007199254740994n, t: true }])
  })

  test.each([
    ['SELECT id FROM places WHERE', 'syntax', 27],
    ["SELECT 'ü', x FROM places", 'name', 13], // a byte, not a character
    ['SELECT * FROM place', 'name', 14],
    ['SELECT id + city FROM places', 'type', 7], // where the expression begins
  ])('%s: the error names its byte', async (sql, code, at) => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    await expect(engine.view(sql)).rejects.toMatchObject({ name: 'ExplorerError', code, at })
  })

  test('tables have names of their own, and hosts may give others', async () => {
    await using engine = await start()
    const first = await engine.open(new TextEncoder().encode('a\n1\n'), { name: 'my trips.csv.gz.csv' })
    const second = await engine.open(new TextEncoder().encode('a\n2\n'), { name: 'MY TRIPS.CSV.GZ.tsv' })
    expect([first.sqlName, second.sqlName]).toEqual(['"my trips.csv.gz"', '"MY TRIPS.CSV.GZ_2"'])
    expect(await engine.query(`SELECT a FROM ${first.sqlName} UNION ALL SELECT a FROM ${second.sqlName}`).rows()).toEqual([{ a: 1 }, { a: 2 }])
    expect(await engine.query('SELECT a FROM x', { tables: { x: second } }).rows()).toEqual([{ a: 2 }])
    await first.close()
    const third = await engine.open(new TextEncoder().encode('a\n3\n'), { name: 'my trips.csv.gz.csv' })
    expect(third.sqlName).toBe(first.sqlName)
  })

  test('views and temporary tables last, results are asked for again', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    await engine.query('CREATE VIEW dakar AS SELECT * FROM places WHERE city = \'Dakar\'').rows()
    expect(await engine.query('CREATE TEMP TABLE few AS SELECT id FROM dakar LIMIT 5').rows()).toEqual([{ Count: 5 }])
    await using result = await engine.view('SELECT id * 10 AS ten FROM few')
    expect(await engine.query('SELECT max(ten) AS most FROM r', { tables: { r: result } }).rows()).toEqual([{ most: 320 }])
  })

  test('a result that does not fit says so, and the engine goes on', async () => {
    await using engine = await createEngine({ wasm: module, workers: 0, memoryLimit: 48 * 2 ** 20 })
    await expect(engine.view("SELECT i, 'a longer text ' || i FROM range(100000000) r(i)")).rejects.toMatchObject({ code: 'limit', message: expect.stringMatching(/48 MB does not hold the result.*LIMIT/) as string })
    expect(await engine.query('SELECT 1 AS one').rows()).toEqual([{ one: 1 }])
  })

  test('files that are open can be named like files', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    expect(await engine.query("SELECT count(*) AS n FROM 'Places.csv'").rows()).toEqual([{ n: rows }])
    expect(await engine.query("SELECT count(*) AS n FROM read_csv('places.csv')").rows()).toEqual([{ n: rows }])
    await expect(engine.query("SELECT 1 FROM 'places.csv' JOIN 'other.csv' USING (id)").rows())
      .rejects.toMatchObject({ code: 'name', at: 32, message: 'the file other.csv is not open; open are: places.csv' })
    await expect(engine.query("FROM read_csv('places.csv', skip = 1)").rows()).rejects.toMatchObject({ code: 'name', at: 5 })
  })

  test('what SQL made is listed', async () => {
    await using engine = await start()
    await engine.open(bytes, { name: 'places.csv' })
    expect(await engine.session()).toEqual([])
    await engine.query('CREATE TEMP TABLE dear AS SELECT city, price::DECIMAL(9,2) AS p FROM places WHERE price > 1').rows()
    await engine.query('CREATE VIEW few AS SELECT [city] AS c FROM dear LIMIT 2').rows()
    expect(await engine.session()).toEqual([
      { name: 'dear', kind: 'table', columns: [{ name: 'city', type: 'VARCHAR' }, { name: 'p', type: 'DECIMAL(9,2)' }] },
      { name: 'few', kind: 'view', columns: [{ name: 'c', type: 'VARCHAR[]' }] },
    ])
    await engine.query('DROP VIEW few').rows()
    expect((await engine.session()).map(({ name }) => name)).toEqual(['dear'])
  })

  test('functions are listed with what they do', async () => {
    await using engine = await start()
    const upper = (await engine.functions()).find(({ name }) => name === 'upper')
    expect(upper).toMatchObject({ kind: 'scalar', result: 'text' })
    expect(upper!.description).not.toBe('')
  })
})

test('names of files and names in SQL', () => {
  expect(['trips.csv', 'trips.csv.gz', 'a.b.parquet', '.hidden', 'data', 'x.csv.zst'].map(stemOf)).toEqual(['trips', 'trips', 'a.b', '.hidden', 'data', 'x'])
  expect(['trips', '2024', 'Select', 'a b', 'say "hi"', 'grüße', '_x1'].map(quoteName)).toEqual(['trips', '"2024"', '"Select"', '"a b"', '"say ""hi"""', '"grüße"', '_x1'])
})
