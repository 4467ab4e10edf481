// What goes wrong in long-running servers: files that change under an answer, clients that stall or die, no descriptors left,
// too many connections, a full disk, ends and restarts.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { after, before, test } from 'node:test'
import { ask, exchange, head, metric, parse, sleep, slowReader, sonde, until, workshop } from './serve-client.mjs'

const shop = workshop()
const size = 24 << 20
const file = '/v1/f/data/large.bin'
let server, patient

const fill = (path, byte) => writeFileSync(shop.path(path), Buffer.alloc(size, byte))
before(async () => {
  mkdirSync(shop.path('data'))
  writeFileSync(shop.path('data/small.csv'), 'a,b\n')
  server = await shop.serve([], {
    roots: { data: shop.path('data') }, head_seconds: 1, send_seconds: 2, min_send_rate: 100000, idle_seconds: 2, log: '/dev/full', drain_seconds: 5,
  })
  patient = await shop.serve([], { roots: { data: shop.path('data') } })
})
after(() => shop.close())

const changes = {
  truncated: (path) => truncateSync(path, 1000),
  'appended to': (path) => appendFileSync(path, 'more'),
  'written over': (path) => {
    const fd = openSync(path, 'r+')
    writeSync(fd, 'x', statSync(path).size - 1)
    closeSync(fd)
  },
}
for (const [what, change] of Object.entries(changes)) {
  test(`a file that is ${what} in mid-answer cuts the connection`, async () => {
    fill('data/large.bin', 1)
    const reader = slowReader(file, patient.port)
    await reader.started
    change(shop.path('data/large.bin'))
    const answer = await reader.finish()
    assert.equal(answer.status, 200)
    assert.equal(Number(answer.headers['content-length']), size)
    assert.ok(answer.body.length < size, 'less than was promised: nobody takes it for the whole file')
  })
}

test('a small file that is written over while its answer waits for a slow reader is not taken for what it was', async () => {
  const path = shop.path('data/piece.bin'), length = 16, requests = 3000, target = '/v1/f/data/piece.bin' // most of what is sent are heads: one of them is torn
  writeFileSync(path, Buffer.alloc(length, 1))
  const old = (await ask(patient.port, target)).headers.etag
  const socket = connect(patient.port, '127.0.0.1').on('error', () => {}), parts = []
  const ended = new Promise((resolve) => socket.on('close', resolve))
  socket.write(head(target).replace('close', 'keep-alive').repeat(requests))
  await new Promise((resolve) => socket.once('data', (part) => resolve(parts.push(part), socket.pause())))
  await sleep(300) // until there is no room for one of the answers
  const fd = openSync(path, 'r+')
  writeSync(fd, Buffer.alloc(length, 2), 0, length, 0)
  closeSync(fd)
  socket.end()
  socket.on('data', (part) => parts.push(part)).resume()
  await ended
  const answers = Buffer.concat(parts).toString('latin1').split('HTTP/1.1 200 OK').filter((text) => text.includes('\r\n\r\n'))
  const bodies = answers.map((text) => [text.includes(`ETag: ${old}`) ? '\x01' : '\x02', text.slice(text.indexOf('\r\n\r\n') + 4)])
  assert.ok(bodies.length > 1 && bodies[0][0] === '\x01')
  assert.ok(bodies.every(([byte, body]) => body === byte.repeat(body.length)), 'bytes are of the version that the answer names')
})

for (const [what, change] of [['replaced', () => { fill('data/new.bin', 2); renameSync(shop.path('data/new.bin'), shop.path('data/large.bin')) }], ['deleted', () => unlinkSync(shop.path('data/large.bin'))]]) {
  test(`a file that is ${what} in mid-answer is sent as it was`, async () => {
    fill('data/large.bin', 1)
    const reader = slowReader(file, patient.port)
    await reader.started
    change()
    const answer = await reader.finish()
    assert.equal(answer.body.length, size)
    assert.ok(answer.body.equals(Buffer.alloc(size, 1)))
    const next = await ask(patient.port, file, { Range: 'bytes=0-0' })
    assert.deepEqual(what === 'replaced' ? [next.status, next.body[0]] : [next.status], what === 'replaced' ? [206, 2] : [404], 'the next request sees the new state at once')
  })
}

test('a reader that stalls is cut, one that is slow but not too slow is not', async () => {
  fill('data/large.bin', 1)
  const before = await metric(server.port, 'sonde_cut_total{reason="slow_reader"}')
  const stalled = slowReader(file, server.port)
  await stalled.started
  await until(async () => (await metric(server.port, 'sonde_cut_total{reason="slow_reader"}')) === before + 1, 'the stalled reader is cut')
  stalled.socket.destroy()
  const slow = slowReader(file, server.port)
  await slow.started
  for (let i = 0; i < 25; i++) {
    await sleep(200)
    slow.take(400000)
  }
  assert.equal(slow.socket.destroyed, false)
  assert.equal((await slow.finish()).body.length, size)
})

test('a head that does not come, or comes byte by byte, has a deadline', async () => {
  const begin = Date.now()
  const drip = new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1')
    const timer = setInterval(() => socket.write('x'), 100)
    socket.on('error', () => {})
    socket.on('close', () => resolve(clearInterval(timer)))
    socket.write('GET / HTTP/1.1\r\nA: ')
  })
  await Promise.all([drip, exchange('', server.port), exchange('GET / HT', server.port)])
  assert.ok(Date.now() - begin >= 900, `${Date.now() - begin} ms`)
})

test('a client that is killed in mid-answer, or resets, harms nobody', async () => {
  const clients = Array.from({ length: 5 }, () => spawn(process.execPath, ['-e', `
    const s = require('net').connect(${server.port}, '127.0.0.1'); s.once('data', () => { s.pause(); console.log('begun') }); s.write(${JSON.stringify(head(file))})`], { stdio: ['ignore', 'pipe', 'inherit'] }))
  await Promise.all(clients.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))))
  for (const child of clients) child.kill('SIGKILL')
  await until(async () => (await metric(server.port, 'sonde_connections')) === 1, 'their connections are gone')
  assert.equal((await ask(server.port, '/v1/f/data/small.csv')).text, 'a,b\n')
})

test('two thousand connections cost little and are all answered', async () => {
  const patience = { head_seconds: 120, idle_seconds: 600 } // however busy the machine is
  const one = await shop.serve([], { roots: { data: shop.path('data') }, connections_per_address: 4000, ...patience })
  const resident = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one.child.pid}/status`, 'utf8'))[1]) * 1024
  const connections = (n) => Promise.all(Array.from({ length: n }, () => new Promise((resolve, reject) => {
    const socket = connect(one.port, '127.0.0.1', () => socket.write('GET /v1/f/data/small.csv HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    socket.once('data', (data) => resolve({ socket, text: String(data) })).on('error', reject).on('close', () => resolve({ socket, text: 'closed' }))
  })))
  const first = await connections(200) // bring what is kept for reuse
  const before = resident(), rest = await connections(1800)
  const each = (resident() - before) / rest.length
  for (const { text } of [...first, ...rest]) assert.ok(text.endsWith('a,b\n'), text)
  assert.equal(await metric(one.port, 'sonde_connections'), 2001, 'all are open at once')
  const sanitized = /asan/.test(readFileSync(`/proc/${one.child.pid}/maps`, 'utf8'))
  assert.ok(sanitized || each < 1024, `${each} bytes a connection`)
  for (const { socket } of [...first, ...rest]) socket.destroy()
  await until(async () => await metric(one.port, 'sonde_connections') === 1, 'all are gone', 60)
})

test('connections are limited in all and for each address, and each limit is counted', async () => {
  const few = await shop.serve([], { roots: { data: shop.path('data') }, connections: 7, connections_per_address: 4, threads: 1 })
  const open = async (localAddress, n) => {
    const sockets = Array.from({ length: n }, () => connect({ port: few.port, host: '127.0.0.1', localAddress }).on('error', () => {}))
    const firsts = await Promise.all(sockets.map((socket) => new Promise((resolve) => {
      socket.once('data', (data) => resolve(String(data))).on('close', () => resolve('')).write(head('/healthz').replace('close', 'keep-alive'))
    })))
    return { sockets, answered: firsts.filter((text) => text.startsWith('HTTP/1.1 200')).length }
  }
  const one = await open('127.0.0.1', 6), other = await open('127.0.0.2', 6)
  assert.deepEqual([one.answered, other.answered], [4, 3])
  for (const socket of [...one.sockets, ...other.sockets]) socket.destroy()
  await until(async () => { try { return await metric(few.port, 'sonde_connections') === 1 } catch { return false } }, 'there is room again')
  for (const [reason, least] of [['address', 2], ['connections', 3]]) assert.ok(await metric(few.port, `sonde_refused_total{reason="${reason}"}`) >= least, reason)
})

test('without file descriptors connections are turned away, and files, then it goes on', async () => {
  const poor = await shop.serve([], { roots: { data: shop.path('data') }, threads: 1 })
  const used = readdirSync(`/proc/${poor.child.pid}/fd`).length
  await new Promise((resolve) => spawn('prlimit', ['--pid', String(poor.child.pid), `--nofile=${used + 10}`]).on('exit', resolve))
  const sockets = Array.from({ length: 30 }, () => connect(poor.port, '127.0.0.1').on('error', () => {}).resume())
  await until(async () => sockets.filter((socket) => socket.destroyed).length >= 15, 'those beyond the limit are closed')
  const asked = await exchange(head('/v1/f/data/small.csv'), poor.port)
  assert.match(asked.toString(), /^HTTP\/1\.1 503 |^$/)
  for (const socket of sockets) socket.destroy()
  await until(async () => (await exchange(head('/v1/f/data/small.csv'), poor.port)).toString().endsWith('a,b\n'), 'it goes on')
  assert.ok(await metric(poor.port, 'sonde_descriptors_exhausted_total') > 0)
})

test('a log on a full disk stops nothing, and the lost lines are counted', async () => {
  await ask(server.port, '/v1/f/data/small.csv')
  await until(async () => (await metric(server.port, 'sonde_log_lost_total')) > 0, 'lines are lost')
  assert.equal((await ask(server.port, '/v1/f/data/small.csv')).status, 200)
})

test('what finds no room on disk fails alone, and says nothing of this machine', async () => {
  mkdirSync(shop.path('cache'))
  writeFileSync(shop.path('data/packed.csv.gz'), gzipSync(`a\n${'1234567890\n'.repeat(200000)}`))
  const one = await shop.serve([], { roots: { data: shop.path('data') }, cache: 'cache', log: shop.path('limited.log') })
  await new Promise((resolve) => spawn('prlimit', ['--pid', String(one.child.pid), '--fsize=1000000']).on('exit', resolve))
  const sql = (q, more = {}) => ask(one.port, `/v1/sql?${new URLSearchParams({ q, ...more })}`)
  for (const answer of [await sql('SELECT x FROM range(3000000) t(x) ORDER BY x % 1000, x', { limit_memory: '16777216' }), await sql('SELECT count(*) FROM "data/packed"'), await ask(one.port, '/v1/tables/data/packed')]) {
    assert.deepEqual([answer.status, JSON.parse(answer.text).code], [507, 'storage'], answer.text)
    assert.doesNotMatch(answer.text, /cache|tmp|TMPDIR/i)
  }
  assert.match((await sql('SELECT 1 AS one')).text, /\[1\]/)
  assert.equal((await ask(one.port, '/v1/f/data/small.csv')).text, 'a,b\n')
})

test('a server that is killed leaves no answer that looks whole, and the next one begins at once', async () => {
  fill('data/large.bin', 1)
  const one = await shop.serve([], { roots: { data: shop.path('data') } })
  const reader = slowReader(file, one.port)
  const rows = slowReader(`/v1/sql?${new URLSearchParams({ q: 'SELECT x FROM range(30000000) t(x)', format: 'csv' })}`, one.port)
  await Promise.all([reader.started, rows.started])
  one.child.kill('SIGKILL')
  const [answer, text] = await Promise.all([reader.finish(), rows.finish()])
  assert.deepEqual([answer.status, answer.body.length < size, text.status, text.complete], [200, true, 200, false])
  const next = await shop.serve([], { roots: { data: shop.path('data') }, listen: [`127.0.0.1:${one.port}`] })
  assert.equal((await ask(next.port, file, { Range: 'bytes=0-0' })).status, 206)
})

for (const [what, change] of Object.entries({ ...changes, replaced: (path) => { writeFileSync(`${path}.new`, 'a\n1\n'); renameSync(`${path}.new`, path) } })) {
  test(`a table that is ${what} while it is being read gives rows of one version, or none`, async () => {
    const path = shop.path('data/table.csv'), numbers = Array.from({ length: 100000 }, (_, i) => 100000 + i)
    writeFileSync(path, `a\n${numbers.join('\n')}\n`)
    const one = await shop.serve([], { roots: { data: shop.path('data') } })
    const reader = slowReader(`/v1/sql?${new URLSearchParams({ q: 'SELECT a, repeat(\'x\', 250) AS x FROM "data/table"', format: 'csv' })}`, one.port)
    await reader.started
    change(path)
    const { status, text, complete } = await reader.finish()
    const got = text.split('\r\n').slice(1, -1).map((line) => Number(line.slice(0, 6)))
    assert.equal(status, 200)
    assert.ok(got.length && got.slice(0, -1).every((value, i) => value === numbers[i]), 'what came is what was there')
    assert.equal(complete, what === 'replaced', 'a changed file breaks the answer off, a replaced one stays what it was')
    if (complete) assert.equal(got.length, numbers.length)
    rmSync(path)
  })
}

test('SIGTERM lets an answer finish, takes no new connection, and ends with success', async () => {
  const one = await shop.serve([], { roots: { data: shop.path('data') }, drain_seconds: 5 })
  const idle = connect(one.port, '127.0.0.1').on('error', () => {}) // it may be reset before it was accepted
  const reader = slowReader(file, one.port)
  await reader.started
  one.child.kill('SIGTERM')
  await new Promise((resolve) => idle.on('close', resolve).resume())
  await until(() => ask(one.port, '/healthz').then(() => false, (error) => error.code === 'ECONNREFUSED'), 'it listens no more')
  assert.equal((await reader.finish()).body.length, size)
  assert.equal(await one.ended, 0)
})

test('what does not drain in time is cut', async () => {
  const one = await shop.serve([], { roots: { data: shop.path('data') }, drain_seconds: 1 })
  const reader = slowReader(file, one.port)
  await reader.started
  one.child.kill('SIGTERM')
  assert.equal(await one.ended, 0)
  assert.ok((await reader.finish()).body.length < size)
})

test('a second SIGTERM does not wait', async () => {
  const one = await shop.serve([], { roots: { data: shop.path('data') } })
  const reader = slowReader(file, one.port)
  await reader.started
  const begin = Date.now()
  one.child.kill('SIGTERM')
  await sleep(200)
  assert.equal(one.child.exitCode, null)
  one.child.kill('SIGTERM')
  assert.equal(await one.ended, 0)
  assert.ok(Date.now() - begin < 25000, 'before the thirty seconds are over')
  reader.socket.destroy()
})

test('bytes that are not in memory are brought by a helper, and come right', async () => {
  const cold = await shop.serve([], { roots: { data: shop.path('data') } })
  const bytes = Buffer.alloc(8 << 20)
  for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 31 + (i >> 12)) & 255
  writeFileSync(shop.path('data/cold.bin'), bytes)
  const forget = 'import os, sys; fd = os.open(sys.argv[1], os.O_RDONLY); os.fsync(fd); os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)'
  const brought = () => metric(cold.port, 'sonde_cold_reads_total')
  for (const [range, expected] of [[undefined, bytes], ['bytes=5000000-5000999', bytes.subarray(5000000, 5001000)], ['bytes=0-9,4000000-4000009', undefined]]) {
    await until(async () => { // the kernel keeps pages that something still refers to
      assert.equal(spawnSync('python3', ['-c', forget, shop.path('data/cold.bin')]).status, 0)
      const before = await brought()
      const answer = await ask(cold.port, '/v1/f/data/cold.bin', range ? { Range: range } : {})
      if (expected) assert.ok(answer.body.equals(expected), range)
      else assert.ok(answer.body.includes(bytes.subarray(4000000, 4000010)))
      return await brought() > before
    }, `${range}: read by a helper`, 1)
  }
})

test('sockets that systemd passes are taken over', async () => {
  const listener = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => listener.on('listening', resolve))
  const { port } = listener.address()
  const child = spawn('sh', ['-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve --root data', sonde], { cwd: shop.folder, stdio: ['ignore', 'pipe', 'inherit', listener._handle.fd] })
  try {
    assert.match(String(await new Promise((resolve) => child.stdout.once('data', resolve))), new RegExp(`:${port}/`))
    listener._handle.close()
    assert.equal((await ask(port, '/small.csv')).text, 'a,b\n')
    child.kill('SIGTERM')
    assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0)
  } finally {
    child.kill('SIGKILL')
  }
})
