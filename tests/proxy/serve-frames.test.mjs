// The second door: a file's MiBs as zstd frames, made when asked for and kept in zstd's seekable format.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { after, before, test } from 'node:test'
import { ask, until, workshop } from './serve-client.mjs'

const shop = workshop()
const MiB = 1 << 20
const bytes = Buffer.from(Array.from({ length: 240000 }, (_, i) => `${i},${(i * 7919) % 1000},name ${i % 17}\n`).join(''))
const target = (n, query = '') => `/v1/f/sales/t.csv/z/${n}${query}`
let port

before(async () => {
  mkdirSync(shop.path('data'))
  mkdirSync(shop.path('cache'))
  writeFileSync(shop.path('data/t.csv'), bytes)
  writeFileSync(shop.path('data/empty.csv'), '')
  assert.ok(bytes.length > 3 * MiB && bytes.length % MiB !== 0)
  port = (await shop.serve([], { roots: { sales: shop.path('data') }, cache: shop.path('cache') })).port
})
after(() => shop.close())

/** Decompressed by zstd itself; node 18 and 20 cannot. */
function unpack(packed) {
  const run = spawnSync('python3', ['-c', unpacker], { input: packed, maxBuffer: 1 << 28 })
  assert.equal(run.status, 0, String(run.stderr))
  return run.stdout
}
const unpacker = `
import ctypes, ctypes.util, sys
zstd = ctypes.CDLL(ctypes.util.find_library('zstd') or 'libzstd.so.1')
data = sys.stdin.buffer.read()
out = ctypes.create_string_buffer(64 << 20)
zstd.ZSTD_decompress.restype = ctypes.c_size_t
n = zstd.ZSTD_decompress(out, len(out), data, len(data))
assert not zstd.ZSTD_isError(n), 'no zstd frame'
sys.stdout.buffer.write(out.raw[:n])`
const copies = () => readdirSync(shop.path('cache')).filter((name) => !name.startsWith('.'))

test('each frame is a MiB of the file, the last one what is left', async () => {
  for (let n = 0; n * MiB < bytes.length; n++) {
    const answer = await ask(port, target(n))
    assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers['content-encoding']], [200, 'application/zstd', undefined])
    assert.ok(unpack(answer.body).equals(bytes.subarray(n * MiB, (n + 1) * MiB)), `frame ${n}`)
    assert.ok(answer.body.length < MiB / 3)
    assert.match(answer.headers['server-timing'], /^make;dur=\d+\.\d{3}$/)
  }
})

test('a copy of the whole file is made in the background, in the seekable format', async () => {
  await until(() => copies().length === 1, 'the copy is there')
  const packed = readFileSync(shop.path('cache', copies()[0]))
  assert.equal(packed.readUInt32LE(packed.length - 4), 0x8f92eab1, 'the magic number at the end')
  const count = packed.readUInt32LE(packed.length - 9)
  assert.equal(count, Math.ceil(bytes.length / MiB))
  const table = packed.length - (17 + 8 * count)
  assert.deepEqual([packed.readUInt32LE(table), packed.readUInt32LE(table + 4)], [0x184d2a5e, 9 + 8 * count], 'a skippable frame holds the table')
  assert.ok(unpack(packed).equals(bytes), 'any zstd decoder reads the copy as the file')
  let at = 0
  for (let n = 0; n < count; n++) {
    const size = packed.readUInt32LE(table + 8 + 8 * n)
    assert.ok((await ask(port, target(n))).body.equals(packed.subarray(at, at + size)), `frame ${n} comes from the copy`)
    at += size
  }
})

test('a frame has a strong tag of its own, and never changes under an address that names the version', async () => {
  const file = (await ask(port, '/v1/f/sales/t.csv', {}, 'HEAD')).headers.etag
  const answer = await ask(port, target(1))
  assert.equal(answer.headers.etag, `${file.slice(0, -1)}-z1"`)
  assert.equal(answer.headers['cache-control'], 'private, no-cache')
  assert.equal((await ask(port, target(1), { 'If-None-Match': answer.headers.etag })).status, 304)
  assert.equal((await ask(port, target(1), { 'If-Match': '"x"' })).status, 412)
  for (const v of [file, file.slice(1, -1)]) {
    const pinned = await ask(port, target(1, `?v=${encodeURIComponent(v)}`))
    assert.deepEqual([pinned.status, pinned.headers['cache-control']], [200, 'private, max-age=31536000, immutable'])
  }
  const other = await ask(port, target(1, '?v=other'))
  assert.deepEqual([other.status, JSON.parse(other.text).code], [412, 'changed'])
})

test('HEAD, and frames that are not there', async () => {
  const head = await ask(port, target(0), {}, 'HEAD')
  assert.deepEqual([head.status, head.text], [200, ''])
  assert.equal(head.headers['content-length'], String((await ask(port, target(0))).body.length))
  const beyond = Math.ceil(bytes.length / MiB)
  for (const one of [target(beyond), target(999999999), '/v1/f/sales/none.csv/z/0', '/v1/f/sales/empty.csv/z/0', '/v1/f/sales/../t.csv/z/0', '/v1/f/z/0', target('00'), target('1000000000'), target(-1)]) {
    assert.equal((await ask(port, one)).status, 404, one)
  }
  assert.equal((await ask(port, target(0), {}, 'DELETE')).status, 405)
})

test('a changed file has other frames and another copy', async () => {
  const before = (await ask(port, target(0))).headers.etag
  const changed = Buffer.from(bytes)
  changed.write('changed', 0)
  writeFileSync(shop.path('data/t.csv'), changed)
  utimesSync(shop.path('data/t.csv'), 1.7e9, 1.7e9)
  const answer = await ask(port, target(0))
  assert.notEqual(answer.headers.etag, before)
  assert.ok(unpack(answer.body).equals(changed.subarray(0, MiB)))
  await until(() => copies().length === 2, 'the other copy is there')
})

test('the oldest copies make room', async () => {
  const small = await shop.serve([], { roots: { sales: shop.path('data') }, cache: shop.path('cache'), cache_bytes: Math.round(statSync(shop.path('cache', copies()[0])).size * 1.5) })
  writeFileSync(shop.path('data/other.csv'), bytes)
  assert.equal((await ask(small.port, '/v1/f/sales/other.csv/z/0')).status, 200)
  await until(() => copies().length === 1, 'only the newest copy is left')
})

test('copies that a killed server had begun are removed, and nothing else', async () => {
  for (const name of ['.1a2b.zst', '.keep', 'other.txt']) writeFileSync(shop.path('cache', name), 'x')
  await shop.serve([], { roots: { sales: shop.path('data') }, cache: shop.path('cache') })
  await until(() => !readdirSync(shop.path('cache')).includes('.1a2b.zst'), 'it is gone')
  for (const name of ['.keep', 'other.txt']) rmSync(shop.path('cache', name))
  assert.equal(copies().length, 1)
})

test('a damaged copy is not believed', async () => {
  const name = copies()[0]
  writeFileSync(shop.path('cache', name), Buffer.alloc(100, 0xff))
  assert.ok(unpack((await ask(port, '/v1/f/sales/other.csv/z/1')).body).equals(bytes.subarray(MiB, 2 * MiB)))
})
