// Answers over tables: SQL, lists, rows by pages. What is expected is worked out here in JavaScript from the rows that were written.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { spawnSync } from 'node:child_process'
import { tableFromIPC } from 'apache-arrow'
import { ask, exchange, keyLine, metric, parse, sign, sonde, testKey, until, workshop } from './serve-client.mjs'

const shop = workshop()
const cities = ['Rome', 'Oslo', 'Lima', null]
/** 3,000 sales: [id, city, price, day]. */
const sales = Array.from({ length: 3000 }, (_, i) => [
  i, cities[(i * 7) % 4], ((i * 37) % 1000) / 4, `2025-0${1 + (i % 9)}-1${i % 10}`,
])
const csv = (names, rows) => `${[names, ...rows.map((row) => row.map((value) => value ?? ''))].map((row) => row.join(',')).join('\n')}\n`
const salesCsv = csv(['id', 'city', 'price', 'day'], sales)
let port, server

before(async () => {
  mkdirSync(shop.path('data/sales'), { recursive: true })
  mkdirSync(shop.path('cache'))
  writeFileSync(shop.path('data/sales/2024.csv'), csv(['id', 'city', 'price', 'day'], sales.slice(0, 1000)))
  writeFileSync(shop.path('data/sales/2025.csv'), csv(['id', 'city', 'price', 'day'], sales.slice(1000)))
  writeFileSync(shop.path('data/all.csv'), salesCsv)
  writeFileSync(shop.path('data/packed.csv.gz'), gzipSync(salesCsv))
  writeFileSync(shop.path('data/odd.csv'), 'a,"b ""c"""\n"1,5","x\ny"\n,""\n')
  writeFileSync(shop.path('data/.hidden.csv'), 'a\n1\n')
  writeFileSync(shop.path('catalog.json'), JSON.stringify({ tables: [{
    name: 'both years', paths: ['sales/2024.csv', 'sales/2025.csv'], format: 'csv', description: 'What was sold \u{1f600}.', columns: { price: 'in euros' },
  }] }).replace('\u{1f600}', '\\ud83d\\ude00'))
  server = await shop.serve([], { root: 'data', catalog: 'catalog.json', cache: 'cache', workers: 2 })
  port = server.port
})
after(() => shop.close())

const get = (path, fields) => ask(port, path, fields)
const sqlPath = (q, more = {}) => `/v1/sql?${new URLSearchParams({ q, ...more })}`
const query = async (q, more, fields) => get(sqlPath(q, more), fields)
const rowsOf = async (q, more) => {
  const answer = await query(q, more)
  assert.equal(answer.status, 200, answer.text)
  return JSON.parse(answer.text).rows
}
function post(body, fields = {}, at = port) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return exchange(`POST /v1/sql HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n${Object.entries({ 'Content-Type': 'application/json', ...fields }).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${text}`, at).then(parse)
}
/** A problem body as RFC 9457 has it: its status is the answer's. */
function problem(answer) {
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  const body = JSON.parse(answer.text)
  assert.equal(body.status, answer.status)
  assert.ok(body.title, 'a status has a name')
  return body
}
const byCity = () => cities.map((city) => [city, sales.filter((row) => row[1] === city).length]).sort((a, b) => (a[0] ?? '~') < (b[0] ?? '~') ? -1 : 1)

test('SQL by GET and by POST', async () => {
  const q = 'SELECT city, count(*) AS n FROM "all" GROUP BY city ORDER BY city NULLS LAST'
  assert.deepEqual(await rowsOf(q), byCity())
  const answer = await post({ sql: q })
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.deepEqual(JSON.parse(answer.text), { columns: [{ name: 'city', type: 'VARCHAR' }, { name: 'n', type: 'BIGINT' }], rows: byCity() })
})

test('an answer is what `sonde query --json` says', async () => {
  const q = "SELECT price, day, price / 3 AS third, [id, 2] AS list, interval '1 day' AS i FROM \"all\" WHERE id < 50 ORDER BY id"
  const { stdout } = spawnSync(sonde, ['query', '--json', '--table', `all=${shop.path('data/all.csv')}`, q], { encoding: 'utf8' })
  assert.deepEqual(JSON.parse((await query(q)).text), JSON.parse(stdout))
})

test('parameters are values, never SQL', async () => {
  const wanted = sales.filter((row) => row[1] === 'Rome' && row[2] >= 200).length
  assert.deepEqual(await rowsOf('SELECT count(*) FROM "all" WHERE city = ? AND price >= ?', { params: '["Rome", 200]' }), [[wanted]])
  const named = await post({ sql: 'SELECT $x AS x', params: { x: "'; DROP TABLE all; --" } })
  assert.deepEqual(JSON.parse(named.text).rows, [["'; DROP TABLE all; --"]])
})

test('several files are one table; a compressed one is inflated', async () => {
  assert.deepEqual(await rowsOf('SELECT count(*), sum(price) FROM "both years"'), [[3000, sales.reduce((sum, row) => sum + row[2], 0)]])
  assert.deepEqual(await rowsOf('SELECT count(*), max(id) FROM "packed.csv.gz" '.replace('.csv.gz', '')), [[3000, 2999]])
})

test('formats by ?format= and by Accept', async () => {
  const q = 'SELECT id, city FROM "all" WHERE id IN (0, 3, 5) ORDER BY id', first = [[0, 'Rome'], [3, 'Oslo'], [5, sales[5][1]]]
  const lines = await query(q, { format: 'ndjson' })
  assert.equal(lines.headers['content-type'], 'application/x-ndjson')
  assert.deepEqual(lines.text.trimEnd().split('\n').map((line) => JSON.parse(line)), first.map(([id, city]) => ({ id, city })))
  const comma = await query(q, {}, { Accept: 'application/json;q=0.5, text/csv' })
  assert.match(comma.headers['content-type'], /^text\/csv/)
  assert.equal(comma.text, `id,city\r\n${first.map(([id, city]) => `${id},${city ?? ''}\r\n`).join('')}`)
  const arrow = tableFromIPC((await query(q, { format: 'arrow' })).body)
  assert.deepEqual(arrow.toArray().map((row) => [Number(row.id), row.city]), first)
  const parquet = (await query(q, { format: 'parquet' })).body
  writeFileSync(shop.path('answer.parquet'), parquet)
  const { stdout } = spawnSync(sonde, ['query', '--json', `FROM '${shop.path('answer.parquet')}'`], { encoding: 'utf8' })
  assert.deepEqual(JSON.parse(stdout).rows, first)
  assert.equal(problem(await query(q, { format: 'xml' })).code, 'format')
  const nothing = await query(q, {}, { Accept: 'image/png' })
  assert.deepEqual([nothing.status, problem(nothing).code], [406, 'not_acceptable'])
})

test('CSV keeps quotes, breaks, and an empty text apart from a missing one', async () => {
  const answer = await query(`SELECT 'x "y"' AS "a,b", 'l\nm' AS c, '' AS d, NULL AS e`, { format: 'csv' })
  assert.equal(answer.text, '"a,b",c,d,e\r\n"x ""y""","l\nm","",\r\n')
})

test('an answer of many pages arrives whole, in every text form', async () => {
  const q = 'SELECT a.id, a.city FROM "all" a, range(40) r ORDER BY a.id', rows = 120000
  assert.equal((await rowsOf(q)).length, rows)
  assert.equal((await query(q, { format: 'csv' })).text.split('\r\n').length, rows + 2)
  assert.equal((await query(q, { format: 'ndjson' })).text.split('\n').length, rows + 1)
  for (const format of ['json', 'ndjson', 'csv']) {
    const { complete, text } = await query("SELECT repeat('x', 5000000) AS x", { format })
    assert.deepEqual([complete, text.match(/x{5000000}/) !== null], [true, true], format)
  }
  const long = await query(`${q} DESC`)
  assert.deepEqual([long.headers['transfer-encoding'], long.complete], ['chunked', true])
})

test('problems say what, where and what else', async () => {
  const name = problem(await query('SELECT prise FROM "all"'))
  assert.deepEqual([name.status, name.code, name.position, name.hint], [400, 'name', 7, 'did you mean price?'])
  const syntax = problem(await query('SELEC 1'))
  assert.deepEqual([syntax.code, syntax.position], ['syntax', 0])
  assert.equal(problem(await query("SELECT 'x'::INTEGER")).status, 422)
  for (const path of ['/v1/sql', '/v1/sql?q=', '/v1/sql?q=%ff', '/v1/sql?q=%00', '/v1/sql?sql=1', '/v1/sql?q=SELECT+1&limit_rows=0', '/v1/sql?q=SELECT+1&limit_rows=1e3',
    '/v1/sql?q=SELECT+1&q=+AS+x', '/v1/sql?q=SELECT+1&timezone=UTC&timezone=UTC', '/v1/tables/all/rows?limit=1&limit=2', '/v1/tables/all/rows?sort=id&columns=id&sort=-id',
    '/v1/sql?q=SELECT+1&params=3', '/v1/sql?q=SELECT+1&params=[', '/v1/sql?q=SELECT+1&limit_seconds=99999', '/v1/sql?q=SELECT+1&limit_memory=1000'])
    assert.equal(problem(await get(path)).status, 400, path)
  for (const body of ['', '[]', '"SELECT 1"', '{"sql":1}', '{}', '{"sql":"SELECT 1"', '{"sql":"SELECT 1","limits":3}', '{"sql":"SELECT 1"}x', `${'['.repeat(1000)}`, '{"sql":"\xff"}'])
    assert.equal(problem(await post(Buffer.from(body, 'latin1').toString('latin1'))).status, 400, body)
  assert.equal(problem(await post('{"sql":"SELECT 1"}', { 'Content-Type': 'text/plain' })).status, 415)
})

test('a table whose file is gone is not there, until it is back', async () => {
  const ways = async () => [await get('/v1/tables/all'), await get('/v1/tables/all/rows'), await query('SELECT count(*) FROM "all"')]
  assert.deepEqual((await ways()).map(({ status }) => status), [200, 200, 200])
  renameSync(shop.path('data/all.csv'), shop.path('data/.all.csv'))
  const gone = (await ways()).map(problem)
  assert.deepEqual(gone.map(({ status, code }) => [status, code]), [[404, 'not_found'], [404, 'not_found'], [400, 'name']])
  assert.match(gone[2].detail, /table all cannot be opened/)
  assert.equal(gone[2].position, undefined, 'the SQL is not to blame')
  renameSync(shop.path('data/.all.csv'), shop.path('data/all.csv'))
  assert.deepEqual((await ways()).map(({ status }) => status), [200, 200, 200])
})

test('nothing can be created, dropped, or read from other files', async () => {
  for (const q of ['CREATE VIEW v AS SELECT 1', 'CREATE TEMP TABLE v AS SELECT 1', 'DROP VIEW IF EXISTS v', '/* */ CREATE OR REPLACE VIEW v AS SELECT 1'])
    assert.equal(problem(await query(q)).code, 'unsupported', q)
  for (const q of ["FROM '/etc/passwd'", "FROM read_csv('../catalog.json')", 'FROM ".hidden"', 'FROM catalog'])
    assert.equal(problem(await query(q)).code, 'name', q)
})

test('limits: none of an answer that is too long, or a broken stream', async () => {
  assert.equal((await rowsOf('SELECT id FROM "all" LIMIT 5', { limit_rows: '5' })).length, 5)
  const many = await query('SELECT id FROM "all"', { limit_rows: '5' })
  assert.deepEqual([many.status, problem(many).code], [422, 'limit_rows'])
  assert.equal(problem(await query('SELECT id FROM "all"', { limit_rows: '5', format: 'arrow' })).code, 'limit_rows')
  assert.equal(problem(await query('SELECT * FROM "all"', { limit_bytes: '1000' })).code, 'limit_bytes')
  const slow = problem(await post({ sql: 'SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE x * y = 7', limits: { seconds: 1 } }))
  assert.equal(slow.code, 'limit_seconds')
  const late = await query('SELECT a.* FROM "all" a, range(1000)', { limit_bytes: '5000000' })
  assert.deepEqual([late.status, late.complete], [200, false])
})

test('a query that takes more memory than it may ends alone', async () => {
  writeFileSync(shop.path('pair-keys'), keyLine(testKey), { mode: 0o600 })
  const { port: at, child } = await shop.serve([], { root: 'data', keys: 'pair-keys', cache: 'cache', workers: 1, query_bytes: 64 << 20 })
  const signed = (user) => sign({ user, tables: '*', methods: 'GET,POST', paths: ['/v1/sql', '/v1/tables'] })
  const listed = (n) => `SELECT len(list(x)) FROM range(${n}) t(x)` // one value: no part of it can go to a file
  const send = (user, body) => exchange(`POST /v1/sql?${signed(user)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${JSON.stringify(body).length}\r\n\r\n${JSON.stringify(body)}`, at).then(parse)
  const resident = () => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) * 1024
  const before = resident()
  const over = (answer) => {
    const { status, code, hint } = problem(answer)
    assert.deepEqual([status, code, /limits\.memory/.test(hint)], [422, 'limit_memory', true], answer.text)
  }
  const [mine, others] = await Promise.all([
    Promise.all(Array.from({ length: 4 }, () => send('ann', { sql: listed(5000000), limits: { memory: 16 << 20 } }))),
    Promise.all(Array.from({ length: 4 }, () => send('bob', { sql: 'SELECT count(*), sum(price) FROM "all"' }))),
  ])
  mine.forEach(over)
  for (const answer of others) assert.deepEqual(JSON.parse(answer.text).rows, [[3000, sales.reduce((sum, row) => sum + row[2], 0)]])
  over(await send('ann', { sql: listed(5000000) }))
  over(await send('ann', { sql: listed(5000000), limits: { memory: 1 << 30 } }))
  over(await send('ann', { sql: 'SELECT x, x + 1 FROM range(5000000) t(x)', limits: { memory: 8 << 20 }, format: 'arrow' }))
  const sanitized = /asan/.test(readFileSync(`/proc/${child.pid}/maps`, 'utf8'))
  assert.ok(sanitized || resident() - before < 100 << 20, `${resident() - before} bytes more`)
  assert.deepEqual(JSON.parse((await send('ann', { sql: listed(100000), limits: { memory: 32 << 20 } })).text).rows, [[100000]], 'what fits is answered')
  const sorted = await send('ann', { sql: 'SELECT x FROM range(1000000) t(x) ORDER BY x % 1000 DESC, x', format: 'csv', limits: { memory: 16 << 20 } })
  const wanted = Array.from({ length: 1000 }, (_, i) => 999 - i).flatMap((rest) => Array.from({ length: 1000 }, (_, i) => i * 1000 + rest))
  assert.ok(sorted.complete && sorted.text === `x\r\n${wanted.join('\r\n')}\r\n`, 'a sort goes to a file instead')
  const grouped = await send('ann', { sql: 'SELECT count(*), sum(n) FROM (SELECT x % 500000 AS y, count(*) AS n FROM range(1000000) t(x) GROUP BY y)', limits: { memory: 16 << 20 } })
  assert.deepEqual(JSON.parse(grouped.text).rows, [[500000, 1000000]], 'groups, too')
})

test('what is known is not sent again', async () => {
  const q = 'SELECT max(price) FROM "all"'
  const { headers } = await query(q)
  assert.match(headers.etag, /^"[0-9a-f]{32}"$/)
  const same = await query(q, {}, { 'If-None-Match': headers.etag })
  assert.deepEqual([same.status, same.body.length, same.headers.etag], [304, 0, headers.etag])
  assert.equal((await query(q, { format: 'csv' }, { 'If-None-Match': headers.etag })).status, 200, 'another form is another answer')
  assert.equal((await query('SELECT random()')).headers.etag, undefined)
  assert.equal((await query('SELECT now()')).headers.etag, undefined)
})

test('304 is said without running: also where running would fail', async () => {
  const q = 'SELECT len(list(x)) + max(a.id) FROM range(3000000) t(x), (SELECT max(id) AS id FROM "all") a'
  const { status, headers } = await query(q)
  assert.equal(status, 200)
  const poor = await shop.serve([], { root: 'data', catalog: 'catalog.json', query_bytes: 8 << 20, results_bytes: 0 })
  const there = (fields) => ask(poor.port, `/v1/sql?${new URLSearchParams({ q })}`, fields)
  assert.equal(problem(await there({})).code, 'limit_memory')
  assert.deepEqual([(await there({ 'If-None-Match': headers.etag })).status, (await there({ 'If-None-Match': headers.etag })).headers.etag], [304, headers.etag])
})

test('a changed file is another version; its answers are new', async () => {
  const q = 'SELECT count(*), max(a) FROM grows'
  writeFileSync(shop.path('data/grows.csv'), 'a\n1\n2\n')
  server.child.kill('SIGHUP')
  await until(async () => (await get('/v1/tables/grows')).status === 200, 'the new file becomes a table')
  const before = await query(q)
  assert.deepEqual(JSON.parse(before.text).rows, [[2, 2]])
  appendFileSync(shop.path('data/grows.csv'), '30\n')
  const appended = await query(q, {}, { 'If-None-Match': before.headers.etag })
  assert.deepEqual([appended.status, JSON.parse(appended.text).rows], [200, [[3, 30]]])
  writeFileSync(shop.path('data/new'), 'a\n7\n')
  renameSync(shop.path('data/new'), shop.path('data/grows.csv'))
  assert.deepEqual(await rowsOf(q), [[1, 7]])
})

test('tables and what is known of them', async () => {
  const { tables } = JSON.parse((await get('/v1/tables')).text)
  assert.deepEqual(tables.filter(({ name }) => name !== 'grows').map(({ name, files }) => [name, files]),
    [['all', 1], ['both years', 2], ['odd', 1], ['packed', 1], ['sales/2024', 1], ['sales/2025', 1]])
  const years = JSON.parse((await get('/v1/tables/both%20years')).text)
  assert.deepEqual([years.count, years.description, years.files], [3000, 'What was sold \u{1f600}.', 2])
  const price = years.columns.find(({ name }) => name === 'price')
  assert.equal(price.description, 'in euros')
  assert.deepEqual([Number(price.stats.min), Number(price.stats.max)], [0, Math.max(...sales.map((row) => row[2]))])
  assert.equal((await get('/v1/tables/sales/2024')).status, 200)
  assert.equal(problem(await get('/v1/tables/none')).code, 'not_found')
})

const pageOf = async (params, table = 'all') => JSON.parse((await get(`/v1/tables/${table}/rows?${new URLSearchParams(params)}`)).text)

test('rows by pages: every row once, ties in the order of the file', async () => {
  const seen = []
  for (let after; ;) {
    const page = await pageOf({ sort: '-city,day', columns: 'id,city', limit: '700', ...(after ? { after } : {}) })
    assert.equal(page.total, 3000)
    seen.push(...page.rows)
    if (!(after = page.next)) break
  }
  const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
  const wanted = [...sales].sort((a, b) => (a[1] === null) - (b[1] === null) || order(b[1] ?? '', a[1] ?? '') || order(a[3], b[3]) || a[0] - b[0])
  assert.deepEqual(seen, wanted.map(([id, city]) => [id, city]))
})

test('a page may begin at any row', async () => {
  const page = await pageOf({ first: '2995', columns: 'id' })
  assert.deepEqual([page.rows, page.next], [[[2995], [2996], [2997], [2998], [2999]], null])
  assert.deepEqual((await pageOf({ first: '1', sort: '-id', limit: '2', columns: 'id' })).rows, [[2998], [2997]])
  assert.deepEqual((await pageOf({ first: '3000' })).rows, [])
})

test('filters as they are written', async () => {
  const cases = {
    'filter[price]gte=249': (r) => r[2] >= 249, 'filter[price]lt=1&filter[city]eq=Rome': (r) => r[2] < 1 && r[1] === 'Rome',
    'filter[city]in=Rome,Lima&filter[id]lte=9': (r) => ['Rome', 'Lima'].includes(r[1]) && r[0] <= 9, 'filter[city]null=true': (r) => r[1] === null,
    'filter[city]null=false&filter[id]gt=2990': (r) => r[1] !== null && r[0] > 2990, 'filter[city]contains=OM': (r) => r[1] === 'Rome',
    'filter[city]starts=O': (r) => r[1] === 'Oslo', 'filter[city]regex=^[LO]': (r) => ['Lima', 'Oslo'].includes(r[1]), 'filter[id]ne=0&filter[id]lt=3': (r) => [1, 2].includes(r[0]),
  }
  for (const [filter, holds] of Object.entries(cases)) {
    const page = await pageOf(`${filter}&limit=10000&columns=id`)
    assert.deepEqual(page.rows?.map(([id]) => id), sales.filter(holds).map(([id]) => id), filter)
  }
})

test('a view as the engine has it, and nothing else of its job', async () => {
  const ids = (rows) => rows.map(([id]) => id)
  const view = (spec, more = {}) => pageOf({ view: JSON.stringify(spec), limit: '10000', columns: 'id', ...more })
  const found = await view({
    filter: { and: [{ column: 1, op: 'in', values: ['Oslo', null] }, { column: 0, op: 'between', low: '100', high: '2000' }] },
    search: '24', sort: [{ column: 1, nulls: 'first' }, { column: 0, descending: true }],
  })
  const holds = ([id, city, price, day]) => [null, 'Oslo'].includes(city) && id >= 100 && id <= 2000 && `${id} ${city} ${price} ${day}`.includes('24')
  const wanted = sales.filter(holds).sort((a, b) => (a[1] !== null) - (b[1] !== null) || b[0] - a[0])
  assert.ok(wanted.length > 50)
  assert.deepEqual([found.total, ids(found.rows)], [wanted.length, ids(wanted)])
  assert.deepEqual(ids((await view({ search: 'oslo' }, { first: '700', limit: '2' })).rows), ids(sales.filter((row) => row[1] === 'Oslo').slice(700, 702)))
  assert.deepEqual((await view({ job: 'drop', table: 99, view: 1, row: 2999 }, { limit: '1' })).rows, [[0]])
})

test('wrong filters, columns and tokens are refused', async () => {
  for (const query of ['filter[price]gte=x', 'filter[none]eq=1', 'filter[price]like=1', 'filter[price=1', 'filter=1', 'sort=none', 'columns=id,', 'limit=0', 'limit=10001',
    'filter[city]null=1', 'what=1', 'first=-1', 'format=parquet', 'filter[city]regex=(',
    'view=', 'view=3', 'view={', 'view={}{}', 'view={"sort":[{"column":9}]}', 'view={"filter":{"column":0,"op":"=","value":"x"}}', 'view={"search":"x"}&sort=id', 'view={"search":"x"}&filter[id]eq=1'])
    assert.ok([400, 422].includes(problem(await get(`/v1/tables/all/rows?${query.replaceAll(/[[\]{}"]/g, encodeURIComponent)}`)).status), query)
  const { next } = await pageOf({ limit: '10' })
  for (const token of [`1${next}`, next.slice(0, -1), 'x', '1.', '.', '99999999999999999999.0000000000000000', next.toUpperCase() === next ? `${next}0` : next.toUpperCase()])
    assert.equal(problem(await get(`/v1/tables/all/rows?limit=10&after=${encodeURIComponent(token)}`)).status, 410, token)
  assert.equal(problem(await get(`/v1/tables/all/rows?sort=id&after=${next}`)).status, 410, 'a token is of one order')
})

test('rows as CSV and lines, the next page in a field', async () => {
  const answer = await get('/v1/tables/odd/rows?format=csv&limit=1')
  assert.equal(answer.text, 'a,"b ""c"""\r\n"1,5","x\ny"\r\n')
  assert.equal((await get(`/v1/tables/odd/rows?format=ndjson&after=${answer.headers['sonde-next']}`)).text.split('\n').length, 2)
})

test('a signature says which tables', async () => {
  writeFileSync(shop.path('keys'), keyLine(testKey), { mode: 0o600 })
  const { port: at } = await shop.serve([], { root: 'data', keys: 'keys' })
  const signed = (tables) => sign({ tables, methods: 'GET,POST', paths: ['/v1/sql', '/v1/tables'] })
  const sql = (q, tables) => ask(at, `${sqlPath(q)}&${signed(tables)}`)
  assert.equal((await sql('SELECT count(*) FROM "all"', '/all.csv')).status, 200)
  assert.equal((await sql('SELECT count(*) FROM "sales/2024"', '/odd.csv,/sales')).status, 200, 'a folder')
  for (const [q, tables] of [['FROM "all"', '/odd.csv'], ['FROM "all"', ''], ['FROM "all"', 'all'], ['FROM "sales/2024"', '/sale'], ['FROM "sales/2024"', '/sales/2025.csv'],
    ['FROM "sales/2024"', 'sales'], ['FROM "sales/2024"', 'sales/2024'], ['FROM (FROM "all")', '/odd.csv']]) {
    const refused = problem(await sql(q, tables))
    assert.equal(refused.code, 'name', `${q} with ${tables}`)
    assert.ok(!refused.hint?.includes('all'), 'tables of others are not hinted at')
  }
  const list = await ask(at, `/v1/tables?${signed('/odd.csv,/sales')}`)
  assert.deepEqual(JSON.parse(list.text).tables.map(({ name }) => name), ['odd', 'sales/2024', 'sales/2025'])
  assert.equal((await ask(at, `/v1/tables/all?${signed('/odd.csv')}`)).status, 404)
  assert.equal((await ask(at, `/v1/tables/all/rows?${signed('/odd.csv')}`)).status, 404)
  assert.equal(problem(await ask(at, sqlPath('SELECT 1'))).code, 'signature_missing')
  const mine = await sql('SELECT max(id) FROM "all"', '/all.csv')
  assert.equal((await ask(at, `${sqlPath('SELECT max(id) FROM "all"')}&${signed('/odd.csv')}`, { 'If-None-Match': mine.headers.etag })).status, 400, 'a tag opens nothing')
})

test('names of the catalog and places of files are never taken for one another', async () => {
  const write = (name, value) => writeFileSync(shop.path(name), `what\n${value}\n`)
  for (const folder of ['mixed/sales', 'mixed/other', 'mixed/deep', 'second']) mkdirSync(shop.path(folder), { recursive: true })
  write('mixed/sales/2025.csv', 'file'), write('mixed/sales.csv', 'root file'), write('mixed/x.csv', 'of the catalog')
  write('mixed/other/rows.csv', 'rows'), write('mixed/deep/1.csv', 'hidden by a root'), write('second/1.csv', 'of a root')
  writeFileSync(shop.path('mixed.json'), JSON.stringify({ tables: ['sales', 'sales/2025', 'sales/2025/rows', 'Sales'].map((name) => ({ name, paths: ['x.csv'] })) }))
  writeFileSync(shop.path('mixed-keys'), keyLine(testKey), { mode: 0o600 })
  const { port: at } = await shop.serve([], { root: 'mixed', roots: { deep: 'second' }, keys: 'mixed-keys', catalog: 'mixed.json' })
  const signed = (tables) => sign({ tables, methods: 'GET', paths: ['/v1/sql', '/v1/tables'] })
  const names = async (tables) => JSON.parse((await ask(at, `/v1/tables?${signed(tables)}`)).text).tables.map(({ name }) => name)
  const all = ['Sales', 'deep/1', 'other/rows', 'sales', 'sales.csv', 'sales/2025', 'sales/2025.csv', 'sales/2025/rows', 'x']
  assert.deepEqual(await names('*'), all)
  const opened = {
    sales: ['sales'], 'sales/2025': ['sales/2025'], 'sales/2025/rows': ['sales/2025/rows'], 'sales.csv': [], 'sales/2025.csv': [], deep: [], x: [], other: [],
    '/sales': ['sales/2025.csv'], '/sales/2025.csv': ['sales/2025.csv'], '/sales.csv': ['sales.csv'], '/sales/2025': [], '/deep': ['deep/1'], '/': [], ' sales': [], 'sales ,x': [],
    'SALES': [], '/sales,sales': ['sales', 'sales/2025.csv'],
  }
  for (const [tables, wanted] of Object.entries(opened)) {
    assert.deepEqual(await names(tables), wanted, `listed for ${JSON.stringify(tables)}`)
    for (const name of all) {
      const status = async (path) => (await ask(at, `${path}${path.includes('?') ? '&' : '?'}${signed(tables)}`)).status
      const path = `/v1/tables/${encodeURIComponent(name).replaceAll('%2F', '/')}`, may = wanted.includes(name)
      const rowsOfShorter = name === 'sales/2025/rows' && wanted.includes('sales/2025')
      assert.equal(await status(path), may || rowsOfShorter ? 200 : 404, `${name} for ${tables}`)
      assert.equal(await status(`${path}/rows`), may || (name === 'sales/2025' && wanted.includes('sales/2025/rows')) ? 200 : 404, `rows of ${name} for ${tables}`)
      const taken = wanted.some((one) => one.toLowerCase() === name.toLowerCase())
      assert.equal(await status(sqlPath(`FROM "${name}"`)), taken ? 200 : 400, `SQL over ${name} for ${tables}`)
    }
  }
  const rows = JSON.parse((await ask(at, `${sqlPath('SELECT what FROM "deep/1"')}&${signed('/deep')}`)).text).rows
  assert.deepEqual(rows, [['of a root']], 'a folder that is called like a root opens nothing')
})

const endless = 'SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE x * y = 7'

test('who goes away is not worked for', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${sqlPath(endless)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await until(async () => (await metric(port, 'sonde_work_running')) === 1, 'it is being worked on')
  socket.destroy()
  await until(async () => (await metric(port, 'sonde_work_running')) === 0, 'it is given up')
})

test('DELETE breaks off an answer under way', async () => {
  const socket = connect(port, '127.0.0.1').on('error', () => {}), parts = []
  socket.on('data', (part) => {
    parts.push(part)
    if (parts.length === 1) socket.pause()
  })
  socket.write(`GET ${sqlPath('SELECT a.* FROM "all" a, range(100000)')} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await until(() => parts.length, 'the answer begins')
  const id = parse(parts[0]).headers['sonde-query']
  assert.equal((await ask(port, `/v1/queries/${id}`, {}, 'DELETE')).status, 204)
  socket.resume()
  await new Promise((resolve) => socket.on('close', resolve))
  assert.equal(parse(Buffer.concat(parts)).complete, false)
  assert.equal((await ask(port, `/v1/queries/${id}`, {}, 'DELETE')).status, 404)
})

test('a catalog that is wrong ends the start, and leaves a running server as it was', async () => {
  const good = readFileSync(shop.path('catalog.json'))
  for (const wrong of ['', '{', '[]', '{"tables":{}}', '{"tables":[{"name":"a"}]}', '{"tables":[{"name":"a,b","paths":["all.csv"]}]}', '{"tables":[{"name":"a","paths":["../x"]}]}',
    '{"tables":[{"name":"*","paths":["all.csv"]}]}', '{"tables":[{"name":"/all.csv","paths":["all.csv"]}]}', '{"tables":[{"name":" a","paths":["all.csv"]}]}', '{"tables":[{"name":"a ","paths":["all.csv"]}]}',
    '{"tables":[{"name":"a","paths":["/etc/passwd"]}]}', '{"tables":[{"name":"a","paths":[]}]}', '{"tables":[3]}', '{"tables":[{"name":"a","paths":["all.csv"]},{"name":"a","paths":["all.csv"]}]}']) {
    writeFileSync(shop.path('wrong.json'), wrong)
    const { status, stderr } = spawnSync(sonde, ['serve', '--config', 'wrong.toml'], { cwd: shop.folder, encoding: 'utf8', timeout: 20000, input: writeFileSync(shop.path('wrong.toml'), 'root = "data"\nlisten = ["127.0.0.1:0"]\ncatalog = "wrong.json"\n') })
    assert.deepEqual([status, /wrong\.json/.test(stderr)], [1, true], `${wrong}: ${stderr}`)
  }
  writeFileSync(shop.path('catalog.json'), '{')
  server.child.kill('SIGHUP')
  await until(() => /old catalog stays/.test(server.errors()), 'it says so')
  assert.equal((await get('/v1/tables/both%20years')).status, 200)
  writeFileSync(shop.path('newer'), JSON.stringify({ tables: [...JSON.parse(good).tables, { name: 'newer', paths: ['all.csv'] }] }))
  renameSync(shop.path('newer'), shop.path('catalog.json'))
  await until(async () => (await get('/v1/tables/newer')).status === 200, 'a catalog that was replaced is read without a signal')
})

test('the same asked by many at once is one answer for all of them', async () => {
  const q = 'SELECT city, count(*) AS n, sum(a.price * b.price) AS s FROM "all" a JOIN "both years" b USING (city) GROUP BY city ORDER BY city'
  const answers = await Promise.all(Array.from({ length: 12 }, () => query(q)))
  assert.deepEqual(JSON.parse(answers[0].text).rows.map(([city]) => city), cities.filter(Boolean).sort())
  for (const answer of answers) assert.deepEqual([answer.status, answer.text, answer.headers.etag], [200, answers[0].text, answers[0].headers.etag])
  const large = await Promise.all(Array.from({ length: 4 }, () => query('SELECT a.id FROM "all" a, range(1000)', { format: 'csv' })))
  for (const { complete, body } of large) assert.deepEqual([complete, body.length], [true, large[0].body.length], 'what is too large to be kept is made for each')
  const wrong = await Promise.all(Array.from({ length: 4 }, () => query('SELECT city::INTEGER FROM "all"')))
  for (const answer of wrong) assert.equal(problem(answer).code, 'value')
})

test('many ask at once, and each is answered', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => rowsOf(`SELECT count(*) FROM "all" WHERE id % 10 = ${i % 10}`)))
  assert.deepEqual(answers, Array.from({ length: 40 }, () => [[300]]))
})
