// `sonde serve` as clients see it. Requests are written byte by byte on raw sockets, because the nasty ones cannot be
// made with a well-behaved client.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, openSync, ftruncateSync, closeSync, rmSync, symlinkSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

const sonde = process.env.SONDE_BIN
const root = mkdtempSync(join(tmpdir(), 'sonde-serve-'))
const digits = '0123456789'
const servers = []
let port

before(async () => {
  mkdirSync(join(root, 'site/assets'), { recursive: true })
  mkdirSync(join(root, 'site/.git'))
  const files = {
    'index.html': '<!doctype html>', 'digits.txt': digits, 'a b.csv': 'a,b\n1,2\n', 'empty.csv': '', 'data.csv': digits, 'data.csv.gz': 'zipped',
    'app.js': 'plain', 'app.js.br': 'brotli', 'app.js.gz': 'gzipped', 'm.wasm': '', 'p.parquet': 'PAR1', 'assets/x-1a2b.js': 'x', '.env': 'secret', '.git/config': 'secret',
    'page.css': '', 'i.svg': '<svg/>', 'j.json': '{}', 'unknown.xyz': '?',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, 'site', name), text)
  writeFileSync(join(root, 'outside.txt'), 'secret')
  symlinkSync('../outside.txt', join(root, 'site/link-out.txt'))
  symlinkSync('/etc/passwd', join(root, 'site/link-far.txt'))
  symlinkSync('digits.txt', join(root, 'site/link-in.txt'))
  utimesSync(join(root, 'site/digits.txt'), 1.7e9, 1.7e9) // a date is a strong validator only when it is some seconds old
  spawnSync('mkfifo', [join(root, 'site/pipe.txt')])
  port = await serve()
})

after(() => {
  for (const child of servers) child.kill()
  rmSync(root, { recursive: true })
})

function serve(...options) {
  const child = spawn(sonde, ['serve', '--root', join(root, 'site'), '--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  servers.push(child)
  return new Promise((resolve, reject) => {
    child.on('exit', () => reject(new Error('the server ended')))
    child.stdout.once('data', (line) => resolve(Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)[1])))
  })
}

/** Sends the bytes and gathers everything until the server closes. */
function exchange(bytes, { at = port } = {}) {
  return new Promise((resolve, reject) => {
    const socket = connect(at, '127.0.0.1')
    const parts = []
    socket.on('data', (part) => parts.push(part))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')))
    socket.write(bytes)
  })
}

/** Answers to a stream of them; `heads` says for which of them no body comes. */
function split(text, methods = ['GET']) {
  const answers = []
  for (let i = 0; text !== ''; i++) {
    const end = text.indexOf('\r\n\r\n')
    assert.ok(end > 0, `no head in ${JSON.stringify(text.slice(0, 80))}`)
    const [line, ...fields] = text.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)]))
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)[1])
    const length = methods[i] === 'HEAD' || status === 304 || status === 204 ? 0 : Number(headers['content-length'])
    const body = text.slice(end + 4, end + 4 + length)
    assert.equal(body.length, length, 'the body is as long as Content-Length says')
    answers.push({ status, headers, body })
    text = text.slice(end + 4 + length)
  }
  return answers
}

const head = (target, fields = {}, method = 'GET') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${Object.entries(fields).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`
async function ask(target, fields = {}, { method = 'GET', at } = {}) {
  return split(await exchange(head(target, fields, method), { at }), [method])[0]
}
const statusOf = async (bytes) => split(await exchange(bytes))[0].status

test('a file comes whole, with its length, type and validators', async () => {
  const a = await ask('/digits.txt?query=ignored')
  assert.equal(a.status, 200)
  assert.equal(a.body, digits)
  assert.equal(a.headers['content-type'], 'text/plain; charset=utf-8')
  assert.equal(a.headers['accept-ranges'], 'bytes')
  assert.equal(a.headers['x-content-type-options'], 'nosniff')
  assert.equal(a.headers['cache-control'], 'no-cache')
  assert.match(a.headers.etag, /^"[0-9a-f]{32}"$/, 'a hash: inodes are nobody\'s business')
  assert.match(a.headers['last-modified'], /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/)
})

test('HEAD has the fields of GET and no body', async () => {
  const text = await exchange(head('/digits.txt', { Range: 'bytes=0-1' }, 'HEAD'))
  assert.match(text, /^HTTP\/1\.1 200 /, 'Range is for GET alone')
  assert.match(text, /\r\nContent-Length: 10\r\n/)
  assert.ok(text.endsWith('\r\n\r\n'))
})

test('folders show their index.html, and gain their slash', async () => {
  assert.equal((await ask('/')).body, '<!doctype html>')
  const a = await ask('/assets')
  assert.deepEqual([a.status, a.headers.location], [301, '/assets/'])
  assert.equal((await ask('/assets/')).status, 404)
})

test('percent-encoded names', async () => {
  assert.equal((await ask('/a%20b.csv')).body, 'a,b\n1,2\n')
  for (const target of ['/a%2', '/a%zz', '/%00', '/digits.txt%00.html', '/..%2foutside.txt']) {
    assert.equal((await ask(target)).status, 400, target)
  }
})

test('types', async () => {
  const expected = {
    '/index.html': 'text/html; charset=utf-8', '/app.js': 'text/javascript; charset=utf-8', '/m.wasm': 'application/wasm', '/p.parquet': 'application/vnd.apache.parquet',
    '/data.csv': 'text/csv', '/page.css': 'text/css; charset=utf-8', '/i.svg': 'image/svg+xml', '/j.json': 'application/json', '/unknown.xyz': 'application/octet-stream',
  }
  for (const [target, type] of Object.entries(expected)) assert.equal((await ask(target)).headers['content-type'], type)
})

test('documents and scripts carry the security policy, hashed assets may be kept for ever', async () => {
  for (const target of ['/', '/app.js']) assert.match((await ask(target)).headers['content-security-policy'], /script-src 'self' 'wasm-unsafe-eval';/)
  assert.equal((await ask('/data.csv')).headers['content-security-policy'], undefined)
  assert.match((await ask('/assets/x-1a2b.js')).headers['cache-control'], /immutable/)
})

test('ranges', async () => {
  const cases = [
    ['bytes=0-0', 206, '0', '0-0'], ['bytes=2-4', 206, '234', '2-4'], ['bytes=7-', 206, '789', '7-9'], ['bytes=-3', 206, '789', '7-9'],
    ['bytes=-99', 206, digits, '0-9'], ['bytes=8-99999999999999999999999', 206, '89', '8-9'], ['Bytes=1-1', 206, '1', '1-1'],
    ['bytes=10-', 416], ['bytes=18446744073709551615-', 416], ['bytes=99999999999999999999-', 416], ['bytes=-0', 416],
    ['bytes=0-1, ,3-4', 206, '01234', '0-4'], ['bytes=20-,-2', 206, '89', '8-9'], ['bytes=10-,11-', 416],
    ['bytes=4-2', 200], ['lines=0-1', 200], ['bytes=a-b', 200], ['bytes=-', 200], ['bytes=', 200], ['bytes=1 -2', 200],
  ]
  for (const [range, status, body = status === 200 ? digits : '416 Range Not Satisfiable\n', where] of cases) {
    const a = await ask('/digits.txt', { Range: range })
    assert.deepEqual([a.status, a.body], [status, body], range)
    const expected = { 200: undefined, 206: `bytes ${where}/10`, 416: 'bytes */10' }[status]
    assert.equal(a.headers['content-range'], expected, range)
  }
  assert.equal((await ask('/empty.csv', { Range: 'bytes=0-' })).status, 416)
  assert.equal((await ask('/empty.csv')).headers['content-length'], '0')
})

test('offsets beyond 4 GB', async () => {
  const path = join(root, 'site/large.csv')
  const size = 5 * 2 ** 30
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  writeSync(fd, 'the end', size - 7)
  closeSync(fd)
  const a = await ask('/large.csv', { Range: `bytes=${size - 7}-` })
  assert.deepEqual([a.status, a.body, a.headers['content-range']], [206, 'the end', `bytes ${size - 7}-${size - 1}/${size}`])
  assert.equal((await ask('/large.csv', {}, { method: 'HEAD' })).headers['content-length'], String(size))
})

test('conditions', async () => {
  const { etag, 'last-modified': modified } = (await ask('/digits.txt')).headers
  for (const value of [etag, `W/${etag}`, `"x", ${etag}`, '*']) assert.equal((await ask('/digits.txt', { 'If-None-Match': value })).status, 304, value)
  assert.equal((await ask('/digits.txt', { 'If-None-Match': '"x"', 'If-Modified-Since': modified })).status, 200)
  assert.equal((await ask('/digits.txt', { 'If-Modified-Since': modified })).status, 304)
  const range = { Range: 'bytes=0-1' }
  for (const [value, status] of [[etag, 206], [modified, 206], [`W/${etag}`, 200], ['"x"', 200], ['Thu, 01 Jan 1970 00:00:00 GMT', 200]]) {
    assert.equal((await ask('/digits.txt', { ...range, 'If-Range': value })).status, status, value)
  }
})

test('a changed file has another ETag', async () => {
  const path = join(root, 'site/changing.csv')
  writeFileSync(path, 'old')
  const first = (await ask('/changing.csv')).headers.etag
  utimesSync(path, 1e9, 1e9)
  const second = (await ask('/changing.csv')).headers.etag
  writeFileSync(path, 'longer')
  assert.equal(new Set([first, second, (await ask('/changing.csv')).headers.etag]).size, 3)
})

test('precompressed files stand in where they are accepted and no range is asked', async () => {
  const cases = [['br, gzip', 'brotli', 'br'], ['gzip', 'gzipped', 'gzip'], ['gzip, br;q=0', 'gzipped', 'gzip'], ['br;q=0.5', 'brotli', 'br'], ['brx', 'plain'], ['', 'plain'], ['br; q=0.0', 'plain']]
  for (const [accept, body, coding] of cases) {
    const a = await ask('/app.js', { 'Accept-Encoding': accept })
    assert.deepEqual([a.body, a.headers['content-encoding'], a.headers.vary], [body, coding, 'Accept-Encoding'], accept)
    assert.equal(a.headers['content-type'], 'text/javascript; charset=utf-8')
  }
  assert.equal((await ask('/app.js', { 'Accept-Encoding': 'br', Range: 'bytes=0-' })).body, 'plain')
  assert.equal((await ask('/data.csv', { 'Accept-Encoding': 'gzip' })).body, digits, 'data is sent as it lies')
  const etags = await Promise.all(['br', 'gzip', ''].map(async (accept) => (await ask('/app.js', { 'Accept-Encoding': accept })).headers.etag))
  assert.equal(new Set(etags).size, 3)
})

test('nothing but plain files beneath the root is shown', async () => {
  const targets = ['/nothing', '/.env', '/.git/config', '/../outside.txt', '/assets/../../outside.txt', '//digits.txt', '/./digits.txt', '/%2e%2e/outside.txt', '/%2egit/config',
    '/link-out.txt', '/link-far.txt', '/link-in.txt', '/pipe.txt', '/digits.txt/', '/digits.txt/x', '//evil.example/..']
  for (const target of targets) {
    const a = await ask(target)
    assert.deepEqual([a.status, a.body], [404, '404 Not Found\n'], target)
  }
})

test('what is no well-formed request is refused, and the connection closed', async () => {
  const host = 'Host: localhost\r\n'
  const cases = [
    [400, 'GET / HTTP/1.1\r\n\r\n'], [400, `GET / HTTP/1.1\r\n${host}${host}\r\n`], [400, `GET  / HTTP/1.1\r\n${host}\r\n`], [400, `GET /\r\n${host}\r\n`],
    [400, `GET / HTTP/1.1\r\n${host}Name : x\r\n\r\n`], [400, `GET / HTTP/1.1\r\n${host} folded\r\n\r\n`], [400, `GET / HTTP/1.1\r\n${host}no colon\r\n\r\n`],
    [400, `GET / HTTP/1.1\nHost: localhost\r\n\r\n`], [400, `GET / HTTP/1.1\r\n${host}A: b\rc\r\n\r\n`], [400, `GET / HTTP/1.1\r\n${host}A: \0\r\n\r\n`],
    [400, `GET / HTTP/1.1\r\n${host}Content-Length: 5\r\n\r\nhello`], [400, `GET / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    [400, `GET http://other/ HTTP/1.1\r\n${host}\r\n`], [400, `GET http://localhost@other/ HTTP/1.1\r\n${host}\r\n`], [400, `GET http:///digits.txt HTTP/1.1\r\n${host}\r\n`], [400, `GET http://localhost HTTP/1.1\r\n${host}\r\n`],
    [400, 'GET http://localhost/ HTTP/1.0\r\n\r\n'], [400, 'GET http:///digits.txt HTTP/1.0\r\n\r\n'], [400, `GET ftp://localhost/ HTTP/1.1\r\n${host}\r\n`], [400, `GET * HTTP/1.1\r\n${host}\r\n`], [400, `GET / HTTP/1.1 \r\n${host}\r\n`],
    [505, `GET / HTTP/2.0\r\n${host}\r\n`], [400, `\x16\x03\x01\x02\x00\r\n\r\n`], [414, `GET /${'a'.repeat(5000)} HTTP/1.1\r\n${host}\r\n`],
    [405, `POST / HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\nhi`], [405, `CONNECT example.org:443 HTTP/1.1\r\n${host}\r\n`], [405, `OPTIONS / HTTP/1.1\r\n${host}\r\n`],
    [405, `get / HTTP/1.1\r\n${host}\r\n`], [431, `GET / HTTP/1.1\r\n${host}X: ${'y'.repeat(20000)}\r\n\r\n`], [431, 'A'.repeat(16384)],
    [421, 'GET / HTTP/1.1\r\nHost: rebound.example:8002\r\n\r\n'], [421, 'GET / HTTP/1.1\r\nHost: localhost.example\r\n\r\n'],
  ]
  for (const [status, bytes] of cases) assert.equal(await statusOf(bytes), status, JSON.stringify(bytes.slice(0, 80)))
})

test('the hosts of this machine are answered', async () => {
  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1', `127.0.0.1:${port}`, '[::1]:8002']) {
    assert.equal(await statusOf(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), 200, host)
  }
  assert.equal(await statusOf('GET / HTTP/1.0\r\n\r\n'), 200, 'HTTP/1.0 names no host, and closes')
})

test('a target may name the host that the field names', async () => {
  for (const target of ['http://localhost/digits.txt', 'HTTP://LocalHost/digits.txt?query']) assert.equal((await ask(target)).body, digits, target)
  assert.equal((await ask('http://localhost/assets')).headers.location, '/assets/')
})

test('requests sent at once are answered in turn on one connection', async () => {
  const request = (target, method = 'GET') => `${method} ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  const text = await exchange(`\r\n${request('/digits.txt')}${request('/digits.txt', 'HEAD')}${request('/nothing')}${head('/a%20b.csv')}`)
  const answers = split(text, ['GET', 'HEAD', 'GET', 'GET'])
  assert.deepEqual(answers.map(({ status, body }) => [status, body]), [[200, digits], [200, ''], [404, '404 Not Found\n'], [200, 'a,b\n1,2\n']])
  assert.deepEqual(answers.map(({ headers }) => headers.connection), [undefined, undefined, undefined, 'close'])
})

test('a head may come in small pieces', async () => {
  const text = await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let got = ''
    socket.setNoDelay(true)
    socket.on('data', (part) => (got += part))
    socket.on('close', () => resolve(got))
    const bytes = head('/digits.txt')
    const send = (i) => (i < bytes.length ? socket.write(bytes.slice(i, i + 7), () => setTimeout(send, 1, i + 7)) : undefined)
    send(0)
  })
  assert.equal(split(text)[0].body, digits)
})

test('a large file arrives whole while others are served', async () => {
  const large = Buffer.alloc(30e6, 'sonde\n')
  writeFileSync(join(root, 'site/30mb.csv'), large)
  const whole = exchange(head('/30mb.csv'))
  const small = await Promise.all(Array.from({ length: 50 }, () => ask('/digits.txt')))
  assert.ok(small.every(({ body }) => body === digits))
  const text = await whole
  assert.equal(text.slice(text.indexOf('\r\n\r\n') + 4), large.toString('latin1'))
})

test('a client that goes away in the middle of a file harms nobody', async () => {
  await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('data', () => socket.resetAndDestroy())
    socket.on('close', resolve)
    socket.on('error', () => {})
    socket.write(head('/large.csv'))
  })
  assert.equal((await ask('/digits.txt')).status, 200)
})

test('connections over the limit are refused, and room is made again when others end', async () => {
  const at = await serve()
  const idle = await Promise.all(Array.from({ length: 256 }, () => new Promise((resolve) => {
    const socket = connect(at, '127.0.0.1', () => socket.write('HEAD /digits.txt HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    socket.once('data', () => resolve(socket)) // the loops accept independently: only an answer says that it was accepted
  })))
  const refused = await exchange('', { at })
  assert.match(refused, /^HTTP\/1\.1 503 /)
  for (const socket of idle) socket.destroy()
  for (let tries = 0; tries < 1000; tries++) {
    const again = await ask('/digits.txt', {}, { at })
    if (again.status === 200) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.fail('still full')
})

test('other origins read only with --cors', async () => {
  assert.equal((await ask('/digits.txt', { Origin: 'https://a.example' })).headers['access-control-allow-origin'], undefined)
  const at = await serve('--cors', 'https://a.example')
  const a = await ask('/digits.txt', { Origin: 'https://a.example', Range: 'bytes=0-1' }, { at })
  assert.equal(a.headers['access-control-allow-origin'], 'https://a.example')
  for (const name of ['Content-Range', 'ETag', 'Accept-Ranges', 'Content-Length']) assert.ok(a.headers['access-control-expose-headers'].includes(name))
  const asked = await ask('/digits.txt', { Origin: 'https://a.example', 'Access-Control-Request-Headers': 'if-range' }, { method: 'OPTIONS', at })
  assert.equal(asked.status, 204)
  assert.match(asked.headers['access-control-allow-headers'], /If-Range/)
})

test('SIGTERM and SIGINT end it with success', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    await serve()
    const child = servers.at(-1)
    child.removeAllListeners('exit')
    const code = new Promise((resolve) => child.on('exit', resolve))
    child.kill(signal)
    assert.equal(await code, 0)
  }
})

test('what cannot be served is said', () => {
  const cases = [
    [1, ['--root', '/nowhere'], /cannot open \/nowhere/], [1, ['--listen', `127.0.0.1:${port}`], /cannot listen on/], [1, ['--root', join(root, 'outside.txt')], /cannot open/],
    [2, ['--listen', 'localhost:99999'], /port/], [2, ['--port', '1'], /--port is not understood/], [2, ['--root'], /--root needs a value/], [2, ['--cors', 'example.org'], /origin/],
  ]
  for (const [code, options, message] of cases) {
    const run = spawnSync(sonde, ['serve', ...options], { encoding: 'utf8', timeout: 5000 })
    assert.deepEqual([run.status, message.test(run.stderr)], [code, true], `${options}: ${run.stderr}`)
  }
})
