// What a server found out about a large CSV file is there for the next one, if it is whole and of the file as it is now. Types need all of a
// file to be read; a server that has not read it has no entity tag for its rows.
import assert from 'node:assert/strict'
import { appendFileSync, closeSync, copyFileSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { ask, sleep, until, workshop } from './serve-client.mjs'

const shop = workshop()
const total = 150_000
const row = (i) => [i, `words of row ${i} that make the file long enough `.repeat(3), i < total - 5 ? i * 2 : `no ${i}`]
const settings = { root: 'data', cache: 'cache', workers: 2, paged_bytes: 1 }
const cached = () => readdirSync(shop.path('cache')).filter((name) => name.endsWith('.idx'))

function writeTable(name, rows = total) {
  const file = openSync(shop.path(`data/${name}.csv`), 'w')
  writeSync(file, 'id,words,late\n')
  for (let from = 0; from < rows; from += 10_000) writeSync(file, Array.from({ length: Math.min(10_000, rows - from) }, (_, i) => `${row(from + i).join()}\n`).join(''))
  closeSync(file)
}

const get = (server, table, params = {}, fields = {}) => ask(server.port, `/v1/tables/${table}/rows?${new URLSearchParams(params)}`, fields)
const isExact = (server, table) => until(async () => (await get(server, table)).headers.etag, `types of ${table} are exact`)
const isKept = (count) => until(() => cached().length === count, `${count} files are remembered`)

async function withServer(use, means = settings) {
  const server = await shop.serve([], means)
  try {
    await use(server)
  } finally {
    server.child.kill('SIGTERM')
    await server.ended
  }
}

before(async () => {
  mkdirSync(shop.path('data'))
  mkdirSync(shop.path('cache'))
  writeTable('long')
  await sleep(200) // a file that was changed just now is not yet what can be relied on
})
after(() => shop.close())

const lastRows = { first: total - 7, limit: 7 }
let first, said

test('the next server has every page and all types at its first answer', async () => {
  await withServer(async (server) => {
    assert.equal((await get(server, 'long')).headers.etag, undefined)
    await isExact(server, 'long')
    first = await get(server, 'long', lastRows)
    said = await ask(server.port, '/v1/tables/long')
    await isKept(1)
  })
  assert.deepEqual(JSON.parse(first.text).rows, Array.from({ length: 7 }, (_, i) => row(total - 7 + i).map((v, c) => (c === 2 ? String(v) : v))))
  await withServer(async (server) => {
    const again = await get(server, 'long', lastRows)
    assert.deepEqual([again.status, again.text, again.headers.etag], [200, first.text, first.headers.etag])
    const about = await ask(server.port, '/v1/tables/long')
    assert.deepEqual([about.text, about.headers.etag], [said.text, said.headers.etag], 'statistics, too')
    assert.equal((await get(server, 'long', lastRows, { 'If-None-Match': first.headers.etag })).status, 304)
    const middle = JSON.parse((await get(server, 'long', { first: 123_456, limit: 1 })).text)
    assert.deepEqual(middle.rows, [row(123_456).map((v, c) => (c === 2 ? String(v) : v))])
  })
  assert.equal(cached().length, 1)
})

test('without a cache each server counts for itself', async () => {
  await withServer(async (server) => assert.equal((await get(server, 'long')).headers.etag, undefined), { root: 'data', paged_bytes: 1 })
})

test('what is damaged or of another file is thrown away, and made anew', async () => {
  const name = shop.path('cache', cached()[0])
  const whole = readFileSync(name)
  const flip = (at) => {
    const bytes = Buffer.from(whole)
    bytes[at] ^= 1
    return bytes
  }
  writeTable('other', 1000)
  await sleep(200)
  await withServer(async (server) => {
    await isExact(server, 'other')
    await isKept(2)
  })
  const other = cached().map((each) => shop.path('cache', each)).find((each) => each !== name)
  for (const bytes of [flip(40), flip(whole.length >> 1), flip(whole.length - 100), flip(whole.length - 40), flip(whole.length - 1), whole.subarray(0, -1), whole.subarray(100), Buffer.alloc(0), readFileSync(other)]) {
    writeFileSync(name, bytes)
    await withServer(async (server) => {
      assert.equal((await get(server, 'long')).headers.etag, undefined, 'it is read again')
      await isExact(server, 'long')
      assert.equal((await get(server, 'long', lastRows)).text, first.text)
      await until(() => readFileSync(name).equals(whole), 'it is remembered again')
    })
  }
})

test('a file that grew, was replaced, or was written over behind its own back is another one', async () => {
  const file = shop.path('data/long.csv')
  const check = async (server, expected) => {
    assert.equal((await get(server, 'long')).headers.etag, undefined)
    await isExact(server, 'long')
    const { rows, total: counted } = JSON.parse((await get(server, 'long', { first: total - 1 })).text)
    assert.deepEqual([rows.map(([id]) => id), counted], expected)
  }
  appendFileSync(file, `${row(total).join()}\n`)
  await withServer((server) => check(server, [[total - 1, total], total + 1]))
  const { size, mtime } = statSync(file)
  const changed = readFileSync(file)
  changed.write('7', changed.lastIndexOf('\n', -2) + 1)
  writeFileSync(file, changed)
  utimesSync(file, mtime, mtime)
  assert.equal(statSync(file).size, size)
  await withServer((server) => check(server, [[total - 1, Number(`7${String(total).slice(1)}`)], total + 1]))
  copyFileSync(file, shop.path('copy.csv'))
  utimesSync(shop.path('copy.csv'), mtime, mtime)
  renameSync(shop.path('copy.csv'), file)
  await withServer((server) => check(server, [[total - 1, Number(`7${String(total).slice(1)}`)], total + 1]))
})

test('what is remembered goes when the cache has no room for it', async () => {
  await withServer(async (server) => {
    writeTable('more', 1000)
    await sleep(200)
    server.child.kill('SIGHUP')
    await until(async () => (await get(server, 'more')).headers.etag, 'types of the new table are exact')
    await until(() => cached().length === 1, 'the oldest went')
  }, { ...settings, cache_bytes: 2000 })
})
