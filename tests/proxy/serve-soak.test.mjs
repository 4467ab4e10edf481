// Requests of every kind, again and again: the memory of the server comes to rest. Some seconds here; SONDE_SOAK_SECONDS=3600 for as long as that.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { ask, exchange, metric, slowReader, until, workshop } from './serve-client.mjs'

const shop = workshop()
after(() => shop.close())
const seconds = Number(process.env.SONDE_SOAK_SECONDS ?? 0)
/** A leak of 300 bytes a request is 1,000 kB in a window. */
const clients = 40, window = 10, mostRounds = 200, restless = 1000

const middle = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]
const sql = (q, more = {}) => `/v1/sql?${new URLSearchParams({ q, ...more })}`

test('memory comes to rest under requests of every kind', { timeout: (seconds + 200) * 1000 }, async () => {
  mkdirSync(shop.path('data'))
  writeFileSync(shop.path('data/small.csv'), 'a,b\n')
  writeFileSync(shop.path('data/large.bin'), Buffer.alloc(24 << 20, 1))
  writeFileSync(shop.path('data/table.csv'), `n,m\n${Array.from({ length: 20000 }, (_, i) => `${i},${i % 7}`).join('\n')}\n`)
  const server = await shop.serve([], { root: 'data', query_bytes: 16 << 20, results_bytes: 1 << 20, drain_seconds: 0 })
  const at = server.port, large = '/v1/f/large.bin'
  const resident = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1])
  let n = 0
  const visit = async (i) => {
    await ask(at, '/v1/f/small.csv')
    await ask(at, large, { Range: `bytes=${i * 1000}-${i * 1000 + 200000}` })
    await ask(at, large, { Range: 'bytes=0-9,1000-1009,-10' })
    await ask(at, `${large}/z/${i % 24}`)
    await ask(at, `/v1/f/${i}`)
    await exchange('GET / HTTP/1.1\r\nHost: a b\r\n\r\n', at)
    assert.match((await ask(at, sql(`SELECT m, count(*), ${n++} AS n FROM "table" GROUP BY m ORDER BY m`))).text, /\[0,2858,/)
    await ask(at, `/v1/tables/table/rows?sort=-m&limit=20&first=${n % 10000}`)
    if (i % 10 === 0) await ask(at, sql('SELEC 1'))
    if (i % 20 === 1) await ask(at, sql('SELECT x FROM range(1000000) t(x) GROUP BY x', { limit_memory: 2 << 20 }))
    if (i % 20 === 2) {
      const reader = slowReader(sql('SELECT a.n FROM "table" a, range(1000)', { format: 'csv' }), at)
      await reader.started
      reader.socket.destroy()
    }
  }
  const readings = []
  const round = async () => {
    await Promise.all(Array.from({ length: clients }, (_, i) => visit(i)))
    readings.push(resident())
  }
  const recent = (back) => middle(readings.slice(readings.length - window * (back + 1), readings.length - window * back || undefined))
  const rests = () => readings.length >= 3 * window && recent(0) - recent(1) < restless && recent(1) - recent(2) < restless
  const sanitized = /asan/.test(readFileSync(`/proc/${server.child.pid}/maps`, 'utf8')) // keeps what was freed
  while (readings.length < (sanitized ? window : mostRounds) && !rests()) await round()
  assert.ok(sanitized || rests(), `kB after each round: ${readings}`)
  const begun = readings.length
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) await round()
  const halfway = (begun + readings.length) >> 1, before = middle(readings.slice(halfway - window, halfway))
  assert.ok(sanitized || recent(0) - before < 3 * restless, `${before} kB halfway, ${recent(0)} kB after ${readings.length} rounds`)
  await until(async () => await metric(at, 'sonde_work_running') === 0, 'nothing is worked on that nobody waits for')
  await until(async () => await metric(at, 'sonde_connections') === 1, 'no connection is left')
  server.child.kill('SIGTERM')
  assert.equal(await server.ended, 0, `a sanitizer has nothing to say: ${server.errors()}`)
  if (process.env.SONDE_SOAK_SECONDS) console.log(`${readings.length} rounds of ${clients} visitors: ${before} kB halfway, ${recent(0)} kB in the end`)
})
