// Readers who do not keep up, those who are slow on purpose, and many files at once: none is to cost others more than it must.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { ask, exchange, head, metric, parse, slowReader, until, workshop } from './serve-client.mjs'

const MiB = 1 << 20
const shop = workshop(), large = randomBytes(24 * MiB)
const rows = 400_000, many = `/v1/sql?${new URLSearchParams({ q: `SELECT x, 'a text that makes it longer' AS t FROM range(${rows}) a(x)`, format: 'ndjson' })}`
let port

before(async () => {
  for (const name of ['data', 'kept']) mkdirSync(shop.path(name))
  writeFileSync(shop.path('data/large.bin'), large)
  writeFileSync(shop.path('data/small.csv'), 'a\n1\n')
  port = (await shop.serve([], { root: 'data', cache: 'kept', workers: 1, threads: 1 })).port
})
after(() => shop.close())

/** Bytes that the kernel holds for the other end of connections to the server, whether sent or not. */
function held() {
  const mine = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/))
  return lines.filter(([, local]) => local?.endsWith(`:${mine}`)).reduce((sum, [, , , , queues]) => sum + parseInt(queues, 16), 0)
}

test('a large answer whose reader has stopped is made to its end, and the worker is free', async () => {
  const slow = slowReader(many, port)
  await slow.started
  assert.equal((await ask(port, '/v1/sql?q=SELECT+1+AS+one')).text.includes('one'), true, 'the only worker of this user answers')
  await until(async () => await metric(port, 'sonde_work_running') === 0, 'nobody works for the reader any more')
  const { status, complete, text } = await slow.finish()
  assert.deepEqual([status, complete], [200, true])
  const lines = text.trimEnd().split('\n')
  assert.equal(lines.length, rows)
  assert.ok(lines.every((line, i) => JSON.parse(line).x === i), 'every row is there once, in order')
})

test('the kernel holds little for a reader who has stopped', async () => {
  const slow = slowReader('/v1/f/large.bin', port)
  await slow.started
  let before = -1
  await until(async () => before === (before = held()), 'no more is sent')
  assert.ok(before < MiB, `${before} bytes wait for one reader`)
  const { body } = await slow.finish()
  assert.ok(body.equals(large))
})

test('many files leave in turns, whole, whoever goes away meanwhile', async () => {
  const targets = Array.from({ length: 12 }, (_, i) => ({ Range: `bytes=${i * MiB}-${(i + 3) * MiB - 1}` }))
  const gone = targets.map((range, i) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write(head('/v1/f/large.bin', range))
    socket.once('data', () => { if (i % 2) socket.destroy() })
    return new Promise((resolve) => socket.on('data', () => {}).on('close', resolve))
  })
  const whole = targets.map((range) => exchange(head('/v1/f/large.bin', range), port))
  for (let i = 0; i < 20; i++) assert.equal((await ask(port, `/v1/sql?q=SELECT+${i}+AS+n`)).status, 200)
  for (const [i, bytes] of (await Promise.all(whole)).entries()) {
    const { status, body } = parse(bytes)
    assert.equal(status, 206)
    assert.ok(body.equals(large.subarray(i * MiB, (i + 3) * MiB)), `range ${i}`)
  }
  await Promise.all(gone)
})

const attacks = {
  heads: { options: ['-H'], target: '/v1/f/small.csv', counted: 'head_deadline' },
  bodies: { options: ['-B', '-s', '8192'], target: '/v1/sql', counted: 'head_deadline' },
  readers: { options: ['-X', '-w', '512', '-y', '1024', '-n', '5', '-z', '32'], target: '/v1/f/large.bin', counted: 'slow_reader' },
}
for (const [what, { options, target, counted }] of Object.entries(attacks)) {
  test(`slowhttptest with slow ${what} is cut off, and others are answered meanwhile`, async () => {
    const one = await shop.serve([], { root: 'data', head_seconds: 2, send_seconds: 2, min_send_rate: 10000, connections_per_address: 1000 })
    const cut = () => metric(one.port, `sonde_cut_total{reason="${counted}"}`), many = 200
    const tool = spawn('slowhttptest', [...options, '-i', '1', '-c', many, '-r', many, '-l', 120, '-u', `http://127.0.0.1:${one.port}${target}`], { stdio: 'ignore' })
    try {
      await until(async () => await metric(one.port, 'sonde_connections') > 10, 'they come', 60)
      for (let i = 0; i < 20; i++) assert.equal((await ask(one.port, '/v1/f/small.csv')).text, 'a\n1\n')
      await until(async () => await cut() >= many && await metric(one.port, 'sonde_connections') === 1, 'each was cut, and none is left', 100)
    } finally {
      tool.kill()
    }
  })
}
