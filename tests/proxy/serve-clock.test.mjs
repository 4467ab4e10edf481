// The clock is set while the server runs: signatures go by the new time at once, deadlines by the time that has passed.
import assert from 'node:assert/strict'
import { mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { ask, keyLine, sign, sleep, slowReader, testKey, until, workshop } from './serve-client.mjs'

const shop = workshop()
const day = 86400, size = 24 << 20
let server, shift

function setClock(seconds) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(seconds))
  writeSync(shift, bytes, 0, 8, 0)
}
const start = (settings) => shop.serve([], { root: 'data', keys: 'keys', ...settings }, {
  SHIFTED_CLOCK: shop.path('shift'), LD_PRELOAD: join(process.env.SONDE_TOOLS, 'libshifted_clock.so'), ASAN_OPTIONS: `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0`,
})
/** A signature of somebody whose clock shows `ahead` seconds more, for five minutes. */
const signed = (ahead = 0) => sign({ expires: Math.floor(Date.now() / 1000) + ahead + 300, tables: '*', paths: ['/v1/f', '/v1/sql'] })
const codeOf = async (query) => {
  const answer = await ask(server.port, `/v1/f/small.csv?${query}`)
  return answer.status === 200 ? 200 : JSON.parse(answer.text).code
}

before(async () => {
  mkdirSync(shop.path('data'))
  writeFileSync(shop.path('data/small.csv'), 'a\n1\n')
  writeFileSync(shop.path('data/large.bin'), Buffer.alloc(size, 1))
  writeFileSync(shop.path('keys'), keyLine(testKey), { mode: 0o600 })
  shift = openSync(shop.path('shift'), 'w+')
  setClock(0)
  server = await start({ idle_seconds: 2, head_seconds: 1, send_seconds: 2 })
})
afterEach(() => setClock(0))
after(() => shop.close())

test('signatures go by the time of day as it is now', async () => {
  const now = signed(), tomorrow = signed(day), yesterday = signed(-day)
  const verdicts = async () => [await codeOf(yesterday), await codeOf(now), await codeOf(tomorrow)]
  assert.deepEqual(await verdicts(), ['signature_expired', 200, 'signature_invalid'])
  setClock(day)
  await sleep(150) // a loop reads the clock whenever it wakes
  assert.deepEqual(await verdicts(), ['signature_expired', 'signature_expired', 200])
  const { date } = (await ask(server.port, '/healthz')).headers
  assert.ok(Math.abs(new Date(date) - Date.now() - day * 1000) < 60000, date)
  setClock(-day)
  await sleep(150)
  assert.deepEqual(await verdicts(), [200, 'signature_invalid', 'signature_invalid'])
  setClock(0)
  await sleep(150)
  assert.deepEqual(await verdicts(), ['signature_expired', 200, 'signature_invalid'])
})

for (const jump of [day, -day]) {
  const what = jump > 0 ? 'ahead' : 'back'
  test(`deadlines hold when the clock is set ${what}: none comes early, none stays out`, async () => {
    const ends = async (text) => {
      const begin = performance.now()
      await new Promise((resolve) => connect(server.port, '127.0.0.1', function () { if (text) this.write(text) }).on('error', () => {}).on('close', resolve).resume())
      return (performance.now() - begin) / 1000
    }
    const q = new URLSearchParams({ q: 'SELECT count(*) FROM range(100000000) a(x), range(100000) b(y) WHERE x * y = 7', limit_seconds: '2' })
    const begin = performance.now()
    const query = ask(server.port, `/v1/sql?${q}&${signed()}`).then((answer) => [JSON.parse(answer.text).code, (performance.now() - begin) / 1000])
    const idle = ends(`GET /v1/f/small.csv?${signed()} HTTP/1.1\r\nHost: x\r\n\r\n`), unfinished = ends('GET / HT')
    const reader = slowReader(`/v1/f/large.bin?${signed()}`, server.port)
    await reader.started
    await sleep(300)
    setClock(jump)
    await sleep(500)
    assert.equal((await reader.finish()).body.length, size, 'a transfer goes on')
    const [[code, seconds], idled, waited] = await Promise.all([query, idle, unfinished])
    assert.equal(code, 'limit_seconds')
    for (const [name, took, least] of [['an answer', seconds, 2], ['an idle connection', idled, 2], ['a head', waited, 1]])
      assert.ok(took > least - 0.2 && took < least + 60, `${name} had ${took} seconds of ${least}`)
  })

  test(`a server whose clock is set ${what} ends when its time is over, or at once when it is told twice`, async () => {
    for (const [drain_seconds, told] of [[1, 1], [100, 2]]) {
      const one = await start({ drain_seconds, send_seconds: 100 })
      const reader = slowReader(`/v1/f/large.bin?${signed()}`, one.port)
      await reader.started
      setClock(jump)
      for (let i = 0; i < told; i++) {
        one.child.kill('SIGTERM')
        await sleep(300)
      }
      let ended
      one.ended.then((code) => (ended = code))
      await until(() => ended !== undefined, `it ends, told ${told} times`)
      assert.equal(ended, 0)
      assert.ok((await reader.finish()).body.length < size)
      setClock(0)
    }
  })
}

test('a head is understood whatever the date', async () => {
  for (const seconds of [-50 * 365 * day, 200 * 365 * day]) {
    setClock(seconds)
    await sleep(150)
    const answer = await ask(server.port, '/healthz')
    assert.deepEqual([answer.status, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(answer.headers.date)], [200, true], answer.headers.date)
  }
})
