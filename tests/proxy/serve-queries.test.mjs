// Whose turn it is, and ending a query by the id that its client gave it. Nothing here is measured in time: endless queries hold workers,
// and what is counted is who was answered before whom.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { ask, exchange, head, keyLine, metric, parse, sign, testKey, until, workshop } from './serve-client.mjs'

const shop = workshop()
const endless = 'SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE x * y = 7'
let port

before(async () => {
  mkdirSync(shop.path('data'))
  writeFileSync(shop.path('data/t.csv'), 'a\n1\n2\n')
  writeFileSync(shop.path('keys'), keyLine(testKey), { mode: 0o600 })
  port = (await shop.serve([], { root: 'data', keys: 'keys', workers: 1, cors: ['https://a.example'] })).port
})
after(() => shop.close())

const signed = (user, methods = 'GET,POST,DELETE') => sign({ user, methods, tables: '*', paths: ['/v1/sql', '/v1/queries', '/v1/tables'] })
const target = (user, q) => `/v1/sql?${new URLSearchParams({ q })}&${signed(user)}`
const cancel = (user, id) => ask(port, `/v1/queries/${id}?${signed(user)}`, {}, 'DELETE')
const codeOf = ({ text }) => JSON.parse(text).code
const running = () => metric(port, 'sonde_work_running')
const queued = () => metric(port, 'sonde_work_queued')

/** Queries under way; what is answered is noted in `order` by the name of its user. */
const open = new Set(), order = []
function begin(user, q, id) {
  const socket = connect(port, '127.0.0.1').on('error', () => {}), parts = []
  open.add(socket)
  socket.write(head(target(user, q), id ? { 'Sonde-Query': id } : {}))
  socket.on('data', (part) => parts.push(part))
  return new Promise((resolve) => socket.on('close', () => {
    if (parts.length) order.push(user)
    resolve(parts.length ? parse(Buffer.concat(parts)) : undefined)
  }))
}
afterEach(async () => {
  for (const socket of open) socket.destroy()
  open.clear()
  await until(async () => await running() === 0 && await queued() === 0, 'those that are gone are not worked for')
  order.length = 0
})
const many = (n, user) => Array.from({ length: n }, () => begin(user, endless))

test('a single query is answered though another user has fifty endless ones', async () => {
  many(50, 'ann')
  await until(async () => await running() === 1 && await queued() === 49, 'one is under way, the others wait')
  for (const user of ['bob', 'carl']) assert.equal((await begin(user, 'SELECT 1')).status, 200)
  assert.deepEqual(order, ['bob', 'carl'], 'none of the fifty came before')
})

test('where every thread is taken, the next is of who has none', async () => {
  begin('ann', endless, 'first'), begin('bob', endless)
  await until(async () => await running() === 2, 'both have one under way')
  many(20, 'ann'), many(20, 'bob')
  await until(async () => await queued() === 40, 'and many more')
  const mine = begin('carl', 'SELECT 1')
  await until(async () => await queued() === 41, 'it waits')
  assert.equal((await cancel('ann', 'first')).status, 204)
  assert.equal((await mine).status, 200)
  await until(() => order.length === 2, 'both are told')
  assert.deepEqual([...order].sort(), ['ann', 'carl'], 'the ended one, and then the one of carl')
  assert.equal(await running(), 2)
})

test('a query is ended by its own id before its first byte', async () => {
  const mine = begin('ann', endless, 'page-1_a')
  await until(async () => await running() === 1, 'it is under way')
  assert.deepEqual([(await cancel('bob', 'page-1_a')).status, (await cancel('ann', 'page-1_')).status, (await cancel('ann', 'Page-1_a')).status], [404, 404, 404])
  const ended = await cancel('ann', 'page-1_a')
  assert.deepEqual([ended.status, ended.body.length], [204, 0])
  const answer = await mine
  assert.deepEqual([answer.status, codeOf(answer)], [409, 'cancelled'])
  assert.equal((await cancel('ann', 'page-1_a')).status, 404, 'it is gone')
})

test('one that waits is ended at once, though the workers are busy', async () => {
  begin('ann', endless, 'first'), begin('bob', endless)
  await until(async () => await running() === 2, 'every thread is busy')
  const waiting = begin('ann', 'SELECT 1', 'second')
  await until(async () => await queued() === 1, 'it waits')
  assert.equal((await cancel('ann', 'second')).status, 204)
  assert.equal(codeOf(await waiting), 'cancelled')
  assert.deepEqual([await queued(), await running()], [0, 2])
})

test('an id is used once at a time, by each user for himself', async () => {
  const mine = begin('ann', endless, 'q')
  await until(async () => await running() === 1, 'it is under way')
  const again = await begin('ann', 'SELECT 1', 'q')
  assert.deepEqual([again.status, codeOf(again)], [409, 'query_exists'])
  const others = await begin('bob', 'SELECT 1', 'q')
  assert.deepEqual([others.status, others.headers['sonde-query']], [200, 'q'])
  await cancel('ann', 'q')
  await mine
  assert.equal((await begin('ann', 'SELECT 1', 'q')).status, 200, 'it is free again')
  assert.equal((await begin('ann', 'SELECT 1', 'q')).status, 200)
})

test('an id that could be taken for another is none', async () => {
  for (const id of ['1', '-a', 'a b', 'a/b', 'a%20', 'a'.repeat(65), 'ä']) {
    const answer = await begin('ann', 'SELECT 1', id)
    assert.deepEqual([answer.status, codeOf(answer)], [400, 'query_id'], id)
  }
  const twice = await exchange(head(target('ann', 'SELECT 1'), { 'Sonde-Query': 'a\r\nSonde-Query: b' }), port)
  assert.equal(parse(twice).status, 400)
  assert.match((await begin('ann', 'SELECT 1')).headers['sonde-query'], /^\d+$/)
})

test('an id is no way round a signature', async () => {
  begin('ann', endless, 'q')
  await until(async () => await running() === 1, 'it is under way')
  const of = async (query, method = 'DELETE') => (await ask(port, `/v1/queries/q?${query}`, {}, method)).status
  assert.deepEqual([await of(''), await of(signed('ann', 'GET,POST')), await of(sign({ user: 'ann', methods: 'DELETE', paths: ['/v1/queries/p'] })), await of(signed('ann'), 'GET')], [403, 403, 403, 405])
  assert.equal(await running(), 1)
  assert.equal(await of(sign({ user: 'ann', methods: 'DELETE', paths: ['/v1/queries/q'] })), 204)
})

test('pages of other origins may choose ids', async () => {
  const { headers } = await ask(port, '/v1/sql', { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'sonde-query' }, 'OPTIONS')
  assert.match(headers['access-control-allow-headers'], /Sonde-Query/)
})
