// Pages of rows by the ways that they are made: from kept columns, and from large CSV files as they lie. What is expected is what was
// written, as JavaScript writes it.
import assert from 'node:assert/strict'
import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { spawnSync } from 'node:child_process'
import { ask, sonde, until, workshop } from './serve-client.mjs'

const shop = workshop()
/** Servers over the same folder: `kept` imports, `paged` reads pages of every CSV file from the file. */
let kept, paged

/** Numbers from all magnitudes, and those on which a short way could stumble; the generator is of Park and Miller. */
function doubles(n) {
  const edges = [0.1, 0.3, 2 / 3, 1e21, 1e20, 123456789012345680, 1e-6, 1e-7, 1e-5, 1.5e-5, 5e-324, 1.7976931348623157e308, 999999999999999, 9999999999999990, 0.1 + 0.2, 1e15, 1e15 - 0.5,
    4503599627370497.5, 9007199254740991, 1e14 + 0.1, 33.330000000000005, 72057594037927940, 8.41e21, 9.5367431640625e-7, 4.35, 0.000035, 2.5, 100, 1000000]
  let state = 42
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647
  const made = Array.from({ length: n }, (_, i) => [Number((random() * 10 ** (i % 17)).toFixed(i % 9)), (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20)][i % 2])
  return [...edges, ...edges.map((v) => -v), ...made].filter((v) => v !== 0)
}
const numbers = doubles(4000)
const rows = Array.from({ length: 20000 }, (_, i) => [String(i), `place ${i % 700}`, i % 3 ? `"${'x'.repeat(i % 40)} ""${i}"", é\n"` : '', i < 19990 ? String(i * 3) : `no ${i}`])
const csv = (list) => `${list.map((row) => row.join(',')).join('\n')}\n`

before(async () => {
  mkdirSync(shop.path('data'))
  writeFileSync(shop.path('data/numbers.csv'), `v\n${numbers.map((v) => v.toExponential()).join('\n')}\n`)
  writeFileSync(shop.path('data/many.csv'), csv([['id', 'place', 'note', 'late'], ...rows]))
  writeFileSync(shop.path('data/packed.csv.gz'), gzipSync('a\n1\n2\n'))
  writeFileSync(shop.path('data/few.csv'), 'a,b\n1,x\n2,\n')
  writeFileSync(shop.path('data/times.csv'), 'd,t,s,z,b\n0001-01-01,00:00:00,1969-12-31 23:59:59.999,2024-02-29T12:00:00.5+02:00,true\n9999-12-31,23:59:59.000001,0099-03-01 00:00:00,1900-01-01T00:00:00Z,false\n')
  const { status, stderr } = spawnSync(sonde, ['convert', shop.path('data/many.csv'), shop.path('data/columns.parquet')], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  mkdirSync(shop.path('cache'))
  kept = await shop.serve([], { root: 'data', cache: 'cache', workers: 2 })
  paged = await shop.serve([], { root: 'data', cache: 'cache', workers: 2, paged_bytes: 1 })
})
after(() => shop.close())

const get = (server, table, params = {}, fields = {}) => ask(server.port, `/v1/tables/${table}/rows?${new URLSearchParams(params)}`, fields)
const page = async (server, table, params) => JSON.parse((await get(server, table, params)).text)
/** Rows as a page has them once types are exact: what a quoted field says, and null for an empty one. */
const said = ([id, place, note, late]) => [Number(id), place, note ? note.slice(1, -1).replaceAll('""', '"') : null, late]
const isExact = (table) => until(async () => (await get(paged, table)).headers.etag, `types of ${table} are exact`)

test('doubles are as short as they read back, as JavaScript writes them', async () => {
  for (const server of [kept, paged]) {
    const { text } = await get(server, 'numbers', { limit: 10000 })
    assert.deepEqual(/"rows":(\[[^]*\]),"total"/.exec(text)[1].slice(1, -1).split(',\n').map((row) => row.slice(1, -1)), numbers.map(String))
  }
})

test('dates and times of all ages', async () => {
  for (const server of [kept, paged])
    assert.deepEqual((await page(server, 'times')).rows, [
      ['0001-01-01', '00:00:00', '1969-12-31 23:59:59.999', '2024-02-29 10:00:00.500+00:00', true],
      ['9999-12-31', '23:59:59.000001', '0099-03-01 00:00:00', '1900-01-01 00:00:00+00:00', false]])
})

test('a large CSV file: the first rows at once, any others when rows are counted', async () => {
  const first = await page(paged, 'many', { limit: 7, first: 3, columns: 'place,id' })
  assert.deepEqual(first.rows, rows.slice(3, 10).map(([id, place]) => [place, Number(id)]))
  assert.deepEqual(first.columns.map(({ name }) => name), ['place', 'id'])
  assert.ok([null, rows.length].includes(first.total))
  const next = await page(paged, 'many', { limit: 7, after: first.next, columns: 'id' })
  assert.deepEqual(next.rows, rows.slice(10, 17).map(([id]) => [Number(id)]), 'a token that was given before the rows were counted')
  await until(async () => (await get(paged, 'many', { first: 15000 })).status === 200, 'the rows are counted')
  const far = await page(paged, 'many', { first: 19000, limit: 500, columns: 'id,note' })
  assert.deepEqual(far.rows, rows.slice(19000, 19500).map(said).map(([id, , note]) => [id, note]))
  assert.equal(far.total, rows.length)
})

test('its pages are those of kept columns once types are exact, byte by byte', async () => {
  await isExact('many')
  for (const params of [{}, { first: 19985 }, { first: 199, limit: 3 }, { first: 777, limit: 1234 }, { first: 20000 }, { first: 99999 }, { columns: 'late,id', first: 5 }, { format: 'csv', first: 6000 }, { format: 'ndjson' }]) {
    const [one, other] = [await get(kept, 'many', params), await get(paged, 'many', params)]
    assert.deepEqual([other.status, other.text, other.headers.etag, other.headers['sonde-next']], [200, one.text, one.headers.etag, one.headers['sonde-next']], JSON.stringify(params))
  }
  const { rows: ends, columns } = await page(paged, 'many', { first: 19985 })
  assert.equal(columns[3].type, 'text', 'a text in the last rows counts')
  assert.deepEqual(ends, rows.slice(19985).map(said))
  const { headers } = await get(paged, 'many')
  assert.equal((await get(paged, 'many', {}, { 'If-None-Match': headers.etag })).status, 304)
})

const described = async (server, table) => JSON.parse((await ask(server.port, `/v1/tables/${table}`)).text)

test('what is said of a large CSV file is what an import finds, once all was read', async () => {
  await isExact('many')
  const [one, other] = [await ask(kept.port, '/v1/tables/many'), await ask(paged.port, '/v1/tables/many')]
  assert.equal(other.text, one.text)
  assert.equal(other.headers.etag, one.headers.etag)
  const { columns, count } = JSON.parse(other.text)
  assert.deepEqual([count, columns[0].stats.max, columns[3].type], [rows.length, String(rows.length - 1), 'text'])
  assert.equal((await ask(paged.port, '/v1/tables/many', { 'If-None-Match': other.headers.etag })).status, 304)
})

test('while it is read, that is said, and the rows that are counted can be had', async () => {
  const line = (i) => `${i},${'words that make the file long enough to be caught in the act '.repeat(3)}\n`
  const total = 600_000
  const file = openSync(shop.path('data/long.csv'), 'w')
  writeSync(file, 'id,words\n')
  for (let from = 0; from < total; from += 10_000) writeSync(file, Array.from({ length: 10_000 }, (_, i) => line(from + i)).join(''))
  closeSync(file)
  paged.child.kill('SIGHUP')
  await until(async () => (await ask(paged.port, '/v1/tables')).text.includes('"long"'), 'the new file is a table')
  let caught = 0, last = 0
  for (let now; (now = await described(paged, 'long')).count === null;) {
    const { phase, rows: counted, about, totalBytes, doneBytes } = now.reading
    assert.deepEqual([phase, counted >= last, doneBytes <= totalBytes], ['index', true, true])
    last = counted
    if (counted < 1000) continue
    assert.ok(Math.abs(about - total) < total / 20, `about ${about} rows`)
    const near = await page(paged, 'long', { first: counted - 10, limit: 10, columns: 'id' })
    assert.deepEqual(near.rows, Array.from({ length: 10 }, (_, i) => [counted - 10 + i]))
    caught++
  }
  assert.ok(caught > 0, 'its rows were being counted when they were asked for')
  await isExact('long')
  const { count, reading } = await described(paged, 'long')
  assert.deepEqual([count, reading], [total, undefined])
})

test('rows that are not counted yet come within a second, or it is said how long it may take', async () => {
  const last = 599_999
  const { size } = statSync(shop.path('data/long.csv'))
  renameSync(shop.path('data/long.csv'), shop.path('data/longer.csv'))
  paged.child.kill('SIGHUP')
  await until(async () => (await ask(paged.port, '/v1/tables')).text.includes('"longer"'), 'the renamed file is a table')
  for (let answer; (answer = await get(paged, 'longer', { first: last, limit: 1, columns: 'id' })).status !== 200;) {
    const { code, reading } = JSON.parse(answer.text)
    assert.deepEqual([answer.status, code, reading.phase, reading.totalBytes], [503, 'counting', 'index', size])
    assert.match(answer.headers['retry-after'], /^[1-9]\d?$/)
  }
  assert.deepEqual((await page(paged, 'longer', { first: last, limit: 1, columns: 'id' })).rows, [[last]])
})

test('what is no stretch of a plain CSV file is imported as ever', async () => {
  for (const [table, params] of [['packed', {}], ['columns', { first: 5000 }], ['many', { sort: '-id', limit: 3 }], ['many', { 'filter[id]gte': 19998 }], ['many', { view: '{"sort":[{"column":0,"descending":true}]}', limit: 3 }], ['many', { view: '{"search":"place 77"}' }], ['few', { first: 1 }]]) {
    if (table === 'few') await isExact('few')
    assert.equal((await get(paged, table, params)).text, (await get(kept, table, params)).text, table)
  }
  const last = await page(paged, 'many', { view: '{"sort":[{"column":0,"descending":true}]}', limit: 1, columns: 'id' })
  assert.deepEqual(last.rows, [[rows.length - 1]])
})

test('values of a column of any type are such as filters find again, with how often each is there', async () => {
  const made = spawnSync(sonde, ['query', '--parquet', `SELECT x % 3 AS k, CASE WHEN x % 3 = 1 THEN NULL ELSE [x % 3, NULL] END AS l, {'a b': x % 3, 't': 'say "' || x % 2 || '"'} AS s,
    encode('ab' || x % 3) AS b, 9007199254740993 + x % 2 AS "wide, with a comma" FROM range(100) t(x)`])
  assert.equal(made.status, 0, String(made.stderr))
  writeFileSync(shop.path('data/odd.parquet'), made.stdout)
  paged.child.kill('SIGHUP')
  const values = (columns, params = {}) => ask(paged.port, `/v1/tables/odd/values?${new URLSearchParams({ columns, ...params })}`)
  await until(async () => (await values('k')).status === 200, 'the new file is a table')
  assert.deepEqual(JSON.parse((await values('k')).text), { columns: [{ name: 'k', type: 'int64' }, { name: 'times', type: 'int64' }], rows: [['0', 34], ['1', 33], ['2', 33]], total: 3, next: null })
  const csv = async (...asked) => {
    const { text, headers } = await values(...asked)
    return [text.split('\r\n').slice(1, -1).sort(), headers['sonde-total']]
  }
  assert.deepEqual(await csv('l', { format: 'csv' }), [['"[0,null]",34', '"[2,null]",33', ',33'], '3'])
  assert.deepEqual(await csv('wide, with a comma', { format: 'csv' }), [['9007199254740993,50', '9007199254740994,50'], '2'])
  const view = JSON.stringify({ filter: { column: 0, op: '=', value: '1' } })
  assert.deepEqual(await csv('s', { format: 'csv', view }), [['"{""a b"":1,""t"":""say \\""0\\""""}",16', '"{""a b"":1,""t"":""say \\""1\\""""}",17'], '2'])
  assert.deepEqual(await csv('b', { format: 'csv' }), [['0x616230,34', '0x616231,33', '0x616232,33'], '3'])
  for (const [column, value] of [['b', '0x616231'], ['l', '[2,null]'], ['wide, with a comma', '9007199254740993']]) {
    const filtered = await get(paged, 'odd', { [`filter[${column}]eq`]: value, columns: 'k', limit: 1 })
    assert.equal(JSON.parse(filtered.text).total, column === 'b' || column === 'l' ? 33 : 50, `${column} is found by what its values say`)
  }
  const { headers, text } = await values('k', { limit: 1 })
  assert.deepEqual([JSON.parse(text).rows, JSON.parse(text).total], [[['0', 34]], 3])
  assert.equal((await ask(paged.port, '/v1/tables/odd/values?columns=k&limit=1', { 'If-None-Match': headers.etag })).status, 304)
  assert.notEqual((await get(paged, 'odd', { columns: 'k', limit: 1 })).headers.etag, headers.etag)
  for (const [path, code] of [['values', 'columns'], ['values?columns=none', 'name'], ['values?columns=k,l', 'name']])
    assert.deepEqual([(await ask(paged.port, `/v1/tables/odd/${path}`)).status, JSON.parse((await ask(paged.port, `/v1/tables/odd/${path}`)).text).code], [400, code], path)
})

test('bytes that are no text are shown in hexadecimal digits everywhere, and found by them', async () => {
  const sql = "SELECT unhex(digits) AS bytes, n FROM (VALUES ('ff00', 1), ('FF00', 2), ('6162', 3), ('', 4), ('c3', 5), (NULL, 6)) AS t(digits, n)"
  const { status, body } = await ask(kept.port, `/v1/sql?${new URLSearchParams({ q: sql, format: 'parquet' })}`)
  assert.equal(status, 200)
  writeFileSync(shop.path('data/bytes.parquet'), body)
  kept.child.kill('SIGHUP')
  await until(async () => (await ask(kept.port, '/v1/tables')).text.includes('"bytes"'), 'the new file is a table')
  assert.deepEqual((await page(kept, 'bytes', { columns: 'bytes' })).rows, [['0xff00'], ['0xff00'], ['0x6162'], ['0x'], ['0xc3'], [null]])
  const values = JSON.parse((await ask(kept.port, '/v1/tables/bytes/values?columns=bytes')).text)
  assert.deepEqual(values.rows, [['0xff00', 2], [null, 1], ['0x', 1], ['0x6162', 1], ['0xc3', 1]])
  const found = async (condition, value) => (await page(kept, 'bytes', { [`filter[bytes]${condition}`]: value, columns: 'n' })).rows.flat()
  for (const [value, times] of values.rows) if (value) assert.equal((await found('eq', value)).length, times, value)
  assert.deepEqual(await found('eq', '0xFF00'), [1, 2])
  assert.deepEqual(await found('eq', 'ab'), [3], 'a text stands for its bytes')
  assert.deepEqual(await found('gte', '0xc3'), [1, 2, 5])
  assert.deepEqual(await found('eq', '0xf'), [], 'which are no whole bytes')
})

test('wrong columns and stale tokens are refused', async () => {
  await isExact('few')
  assert.equal((await get(paged, 'few', { columns: 'a,none' })).status, 400)
  const { next } = await page(paged, 'few', { limit: 1 })
  appendFileSync(shop.path('data/few.csv'), '3,y\n')
  assert.equal((await get(paged, 'few', { limit: 1, after: next })).status, 410)
  assert.deepEqual((await page(paged, 'few')).rows, [[1, 'x'], [2, null], [3, 'y']])
})

test('more large files than are remembered, by many at once', async () => {
  for (let i = 0; i < 7; i++) writeFileSync(shop.path(`data/one${i}.csv`), `a\n${Array.from({ length: 3000 }, (_, row) => row * 10 + i).join('\n')}\n`)
  paged.child.kill('SIGHUP')
  await until(async () => (await get(paged, 'one6')).status === 200, 'the new files are tables')
  const ask = async (i) => {
    for (let answer; ;) if ((answer = await get(paged, `one${i % 7}`, { first: 2000 + i, limit: 1 })).status !== 503) return JSON.parse(answer.text).rows
  }
  assert.deepEqual(await Promise.all(Array.from({ length: 56 }, (_, i) => ask(i))), Array.from({ length: 56 }, (_, i) => [[(2000 + i) * 10 + (i % 7)]]))
})
