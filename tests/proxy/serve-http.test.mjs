// RFC 9110 and 9112 as `sonde serve` keeps them: ranges, conditions, heads that two parsers would read differently.
import assert from 'node:assert/strict'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { ask, exchange, head, parse, workshop } from './serve-client.mjs'

const shop = workshop()
const letters = Array.from({ length: 2000 }, (_, i) => String.fromCharCode(97 + (i * 7) % 26)).join('')
let port

before(async () => {
  mkdirSync(shop.path('data/deep'), { recursive: true })
  writeFileSync(shop.path('data/letters.csv'), letters)
  writeFileSync(shop.path('data/empty.csv'), '')
  writeFileSync(shop.path('data/deep/a b.html'), '<script>')
  utimesSync(shop.path('data/letters.csv'), 1.7e9, 1.7e9)
  port = (await shop.serve([], { roots: { sales: shop.path('data') } })).port
})
after(() => shop.close())

const get = (fields, target = '/v1/f/sales/letters.csv', method = 'GET') => ask(port, target, fields, method)

/** The parts of a multipart/byteranges body as [Content-Range, text]. */
function parts({ headers, text }) {
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(headers['content-type'])[1]
  const [preamble, ...pieces] = text.split(`\r\n--${boundary}`)
  assert.equal(preamble, '')
  assert.equal(pieces.pop(), '--\r\n')
  return pieces.map((piece) => {
    const { 1: type, 2: range, 3: body } = /^\r\nContent-Type: (.*)\r\nContent-Range: bytes (.*)\r\n\r\n([^]*)$/.exec(piece)
    assert.equal(type, 'text/csv')
    return [range, body]
  })
}

test('several ranges come as parts, in the order asked for', async () => {
  const answer = await get({ Range: 'bytes=1000-1004, 0-1,-3' })
  assert.equal(answer.status, 206)
  assert.equal(answer.headers['content-range'], undefined)
  assert.deepEqual(parts(answer), [['1000-1004/2000', letters.slice(1000, 1005)], ['0-1/2000', letters.slice(0, 2)], ['1997-1999/2000', letters.slice(-3)]])
})

test('ranges that overlap or nearly touch are one', async () => {
  for (const range of ['bytes=0-99,50-149', 'bytes=50-149,0-60', 'bytes=0-49,50-149', 'bytes=0-9,80-149', 'bytes=0-0,149-149,10-140']) {
    const answer = await get({ Range: range })
    assert.deepEqual([answer.status, answer.headers['content-range'], answer.text], [206, 'bytes 0-149/2000', letters.slice(0, 150)], range)
  }
})

test('eight parts are the most', async () => {
  const list = (n) => `bytes=${Array.from({ length: n }, (_, i) => `${i * 200}-${i * 200}`).join(',')}`
  assert.equal(parts(await get({ Range: list(8) })).length, 8)
  const refused = await get({ Range: list(9) })
  assert.deepEqual([refused.status, refused.headers['content-range'], JSON.parse(refused.text).code], [416, 'bytes */2000', 'range'])
  assert.equal((await get({ Range: `bytes=${'0-1,'.repeat(40)}` })).status, 416, 'forty ranges are refused even where they are one')
})

test('ranges outside the file are left out, and refused when nothing remains', async () => {
  assert.equal((await get({ Range: 'bytes=5000-,10-19' })).headers['content-range'], 'bytes 10-19/2000')
  assert.equal((await get({ Range: 'bytes=5000-,2000-' })).status, 416)
  assert.equal((await get({ Range: 'bytes=0-' }, '/v1/f/sales/empty.csv')).status, 416)
  assert.deepEqual([(await get({}, '/v1/f/sales/empty.csv')).status, (await get({}, '/v1/f/sales/empty.csv')).text], [200, ''])
})

test('HEAD has no ranges: it tells of the whole', async () => {
  for (const range of ['bytes=0-9', 'bytes=0-0,500-500', 'bytes=9999-', 'bytes=-3']) {
    const { status, headers, text } = await get({ Range: range }, undefined, 'HEAD')
    assert.deepEqual([status, headers['content-length'], headers['content-range'], headers['content-type'], headers['accept-ranges'], text], [200, '2000', undefined, 'text/csv', 'bytes', ''], range)
  }
})

test('what is no range of bytes is no reason to refuse', async () => {
  for (const range of ['lines=0-9', 'bytes=', 'bytes=a-b', 'bytes=9-3', 'bytes 0-9', 'bytes=0-9;1-2', 'bytes=--3']) {
    const { status, headers, text } = await get({ Range: range })
    assert.deepEqual([status, headers['content-range'], text.length], [200, undefined, 2000], range)
  }
})

test('If-Range decides on several ranges together, and before they are judged', async () => {
  const { etag } = (await get({})).headers
  assert.equal(parts(await get({ Range: 'bytes=0-0,1000-1000', 'If-Range': etag })).length, 2)
  assert.deepEqual([(await get({ Range: 'bytes=0-0,1000-1000', 'If-Range': '"old"' })).status, (await get({ Range: 'bytes=0-0,1000-1000', 'If-Range': '"old"' })).text], [200, letters])
  const refused = await get({ Range: 'bytes=2000-', 'If-Range': etag })
  assert.deepEqual([refused.status, refused.headers['content-range'], refused.headers.etag], [416, 'bytes */2000', undefined])
})

test('a file of no bytes: whole, by conditions, by ranges, by frames', async () => {
  const target = '/v1/f/sales/empty.csv'
  const { status, headers } = await get({}, target)
  assert.deepEqual([status, headers['content-length'], headers['accept-ranges']], [200, '0', 'bytes'])
  assert.equal((await get({ 'If-None-Match': headers.etag }, target)).status, 304)
  for (const range of ['bytes=0-', 'bytes=0-0', 'bytes=-1', 'bytes=-0', 'bytes=0-0,-5']) {
    const refused = await get({ Range: range }, target)
    assert.deepEqual([refused.status, refused.headers['content-range']], [416, 'bytes */0'], range)
  }
  assert.equal((await get({ Range: 'bytes=0-', 'If-Range': '"old"' }, target)).status, 200)
  assert.equal((await get({}, `${target}/z/0`)).status, 404)
})

test('an HTTP/1.0 client has conditions and several ranges', async () => {
  const old = async (fields) => parse(await exchange(`GET /v1/f/sales/letters.csv HTTP/1.0\r\n${fields}\r\n`, port))
  const { headers } = await old('')
  assert.equal((await old(`If-None-Match: ${headers.etag}\r\n`)).status, 304)
  assert.equal((await old(`If-Match: "x"\r\n`)).status, 412)
  assert.equal(parts(await old('Range: bytes=0-0,1000-1000\r\n')).length, 2)
})

test('an HTTP/1.0 client gets its range, and the connection is closed', async () => {
  const answer = parse(await exchange('GET /v1/f/sales/letters.csv HTTP/1.0\r\nRange: bytes=0-2\r\n\r\n', port))
  assert.deepEqual([answer.status, answer.text, answer.headers.connection], [206, letters.slice(0, 3), 'close'])
})

test('a range is never compressed, and data carries what keeps it harmless', async () => {
  const answer = await get({ 'Accept-Encoding': 'gzip, br, zstd', Range: 'bytes=0-1' })
  assert.equal(answer.headers['content-encoding'], undefined)
  const page = await get({}, '/v1/f/sales/deep/a%20b.html')
  assert.equal(page.headers['content-security-policy'], "default-src 'none'; sandbox")
  assert.equal(page.headers['cross-origin-resource-policy'], 'same-origin')
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal(page.headers['cache-control'], 'private, no-cache')
})

test('conditions are judged in the order of RFC 9110, 13.2.2', async () => {
  const { etag, 'last-modified': modified } = (await get({})).headers
  const before = 'Tue, 14 Nov 2023 22:13:19 GMT', later = 'Tue, 14 Nov 2023 22:13:21 GMT'
  assert.equal(modified, 'Tue, 14 Nov 2023 22:13:20 GMT')
  const cases = [
    [{ 'If-Match': etag }, 200], [{ 'If-Match': '*' }, 200], [{ 'If-Match': `"a,b", ${etag}` }, 200], [{ 'If-Match': '"x"' }, 412], [{ 'If-Match': `W/${etag}` }, 412],
    [{ 'If-Unmodified-Since': modified }, 200], [{ 'If-Unmodified-Since': later }, 200], [{ 'If-Unmodified-Since': before }, 412], [{ 'If-Unmodified-Since': 'yesterday' }, 200],
    [{ 'If-Match': etag, 'If-Unmodified-Since': before }, 200],
    [{ 'If-None-Match': etag }, 304], [{ 'If-None-Match': `W/${etag}` }, 304], [{ 'If-None-Match': '*' }, 304], [{ 'If-None-Match': '"x", "y"' }, 200], [{ 'If-None-Match': etag.slice(1, -1) }, 200],
    [{ 'If-Modified-Since': modified }, 304], [{ 'If-Modified-Since': later }, 304], [{ 'If-Modified-Since': before }, 200],
    [{ 'If-Modified-Since': 'Tuesday, 14-Nov-23 22:13:20 GMT' }, 304], [{ 'If-Modified-Since': 'Tue Nov 14 22:13:20 2023' }, 304], [{ 'If-Modified-Since': 'soon' }, 200],
    [{ 'If-None-Match': '"x"', 'If-Modified-Since': later }, 200], [{ 'If-None-Match': etag, 'If-Modified-Since': before }, 304],
    [{ 'If-Match': '"x"', 'If-None-Match': etag }, 412], [{ 'If-Match': etag, 'If-None-Match': etag }, 304],
    [{ Range: 'bytes=0-1', 'If-None-Match': etag }, 304], [{ Range: 'bytes=9999-', 'If-None-Match': etag }, 304], [{ Range: 'bytes=9999-', 'If-Match': '"x"' }, 412],
    [{ Range: 'bytes=0-1', 'If-Range': etag }, 206], [{ Range: 'bytes=0-1', 'If-Range': modified }, 206], [{ Range: 'bytes=0-1', 'If-Range': later }, 200],
    [{ Range: 'bytes=0-1', 'If-Range': before }, 200], [{ Range: 'bytes=0-1', 'If-Range': `W/${etag}` }, 200], [{ Range: 'bytes=9999-', 'If-Range': '"x"' }, 200],
  ]
  for (const [fields, status] of cases) {
    const answer = await get(fields)
    assert.equal(answer.status, status, JSON.stringify(fields))
    if (status === 304) assert.deepEqual([answer.text, answer.headers.etag], ['', etag])
  }
  assert.equal((await get({ 'If-None-Match': etag }, undefined, 'HEAD')).status, 304)
})

test('a file that is modified within the second has no strong date', async () => {
  writeFileSync(shop.path('data/now.csv'), 'fresh')
  const now = new Date()
  utimesSync(shop.path('data/now.csv'), now, now)
  const modified = (await get({}, '/v1/f/sales/now.csv', 'HEAD')).headers['last-modified']
  const answer = await get({ Range: 'bytes=0-1', 'If-Range': modified }, '/v1/f/sales/now.csv')
  const strong = new Date(answer.headers.date) - new Date(modified) >= 1000
  assert.equal(answer.status, strong ? 206 : 200)
})

test('HEAD says what GET would, for every status', async () => {
  for (const [target, fields, status] of [['/v1/f/sales/letters.csv', {}, 200], ['/v1/f/sales/none.csv', {}, 404], ['/v1/f/sales/letters.csv', { 'If-Match': '"x"' }, 412]]) {
    const bytes = await exchange(head(target, fields, 'HEAD'), port)
    assert.equal(parse(bytes).status, status)
    assert.ok(bytes.toString('latin1').endsWith('\r\n\r\n'), `${target}: no body`)
    assert.equal(parse(bytes).headers['content-length'], (await get(fields, target)).headers['content-length'], target)
  }
})

test('HEAD is refused without a body, too, however early', async () => {
  for (const bytes of [`HEAD / HTTP/1.1\r\nHost: localhost\r\nA: ${'b'.repeat(17000)}\r\n\r\n`, 'HEAD / HTTP/1.1\r\nHost : localhost\r\n\r\n', 'HEAD / HTTP/9.0\r\n\r\n', `HEAD /${'a'.repeat(5000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`]) {
    const answer = (await exchange(bytes, port)).toString('latin1')
    assert.match(answer, /^HTTP\/1\.1 (431|400|505|414) [^]*\r\nContent-Length: \d+\r\n\r\n$/, bytes.slice(0, 40))
  }
})

test('data has addresses of its own, and problems are said as RFC 9457 has them', async () => {
  for (const target of ['/v1/f/sales/none.csv', '/v1/f/other/letters.csv', '/v1/f/letters.csv', '/v1/f/sales/', '/v1/f/', '/v1/f/sales/../sales/letters.csv', '/v1/f/sales/deep', '/v1/nothing', '/v1']) {
    const answer = await get({}, target)
    assert.deepEqual([answer.status, answer.headers['content-type'], JSON.parse(answer.text).status], [404, 'application/problem+json', 404], target)
  }
  const answer = await get({}, '/v1/f/sales/letters.csv', 'DELETE')
  assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, HEAD'])
})

test('what proxies read differently is refused, and what follows it is not answered', async () => {
  const host = 'Host: localhost\r\n'
  const smuggled = 'GET /v1/f/sales/letters.csv HTTP/1.1\r\nHost: localhost\r\n\r\n'
  const cases = {
    'both lengths': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunked alone': `POST /v1/x HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'an unknown coding': `POST /v1/x HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n\r\n`,
    'two lengths': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`,
    'twice the same length': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`,
    'a list of lengths': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 0, 0\r\n\r\n`,
    'a signed length': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: +0\r\n\r\n`,
    'a hexadecimal length': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 0x0\r\n\r\n`,
    'an empty length': `POST /v1/x HTTP/1.1\r\n${host}Content-Length:\r\n\r\n`,
    'a huge length': `POST /v1/x HTTP/1.1\r\n${host}Content-Length: 99999999999999999999\r\n\r\n`,
    'a body of GET': `GET /v1/x HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc`,
    'a blank before the colon': `GET / HTTP/1.1\r\n${host}Content-Length : 0\r\n\r\n`,
    'a folded line': `GET / HTTP/1.1\r\n${host}A: b\r\n c\r\n\r\n`,
    'a bare line feed': `GET / HTTP/1.1\r\n${host}A: b\nB: c\r\n\r\n`,
    'a bare carriage return': `GET / HTTP/1.1\r\n${host}A: b\rB: c\r\n\r\n`,
    'a line feed as the end': `GET / HTTP/1.1\n${host}\n\n`,
    'NUL': `GET / HTTP/1.1\r\n${host}A: b\0c\r\n\r\n`,
    'a control character': `GET / HTTP/1.1\r\n${host}A: b\x01c\r\n\r\n`,
    'an odd name': `GET / HTTP/1.1\r\n${host}A(b): c\r\n\r\n`,
    'no name': `GET / HTTP/1.1\r\n${host}: c\r\n\r\n`,
    'two hosts': `GET / HTTP/1.1\r\n${host}${host}\r\n`,
    'a host with a path': 'GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n',
    'a host with a blank': 'GET / HTTP/1.1\r\nHost: local host\r\n\r\n',
    'two ranges fields': `GET / HTTP/1.1\r\n${host}Range: bytes=0-0\r\nRange: bytes=1-1\r\n\r\n`,
    'a fragment': `GET /#x HTTP/1.1\r\n${host}\r\n`,
    'a byte beyond ASCII': `GET /\xff HTTP/1.1\r\n${host}\r\n`,
    'an escaped slash': `GET /v1/f/sales%2fletters.csv HTTP/1.1\r\n${host}\r\n`,
    'an escaped NUL': `GET /v1/f/sales/letters.csv%00 HTTP/1.1\r\n${host}\r\n`,
    'half an escape': `GET /v1/f/sales/letters.csv%4 HTTP/1.1\r\n${host}\r\n`,
    'a tab in the request line': `GET\t/ HTTP/1.1\r\n${host}\r\n`,
    'a version in lower case': `GET / http/1.1\r\n${host}\r\n`,
  }
  for (const [what, bytes] of Object.entries(cases)) {
    const answered = (await exchange(Buffer.from(bytes + smuggled, 'latin1'), port)).toString('latin1')
    assert.match(answered, /^HTTP\/1\.1 400 [^]*\r\nConnection: close\r\n/, what)
    assert.equal(JSON.parse(parse(Buffer.from(answered, 'latin1')).text).code, 'malformed', what)
    assert.equal(answered.split('HTTP/1.1 ').length, 2, `${what}: one answer`)
  }
})

test('other refusals have statuses of their own', async () => {
  const cases = [
    [411, 'POST /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n', 'length_required'], [417, 'GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n', 'expectation'],
    [505, 'GET / HTTP/3.0\r\nHost: localhost\r\n\r\n', 'version'], [405, 'BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n', 'method'],
    [404, 'POST /v1/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc', 'not_found'], [431, `GET / HTTP/1.1\r\nHost: localhost\r\nA: ${'b'.repeat(17000)}\r\n\r\n`, 'head_too_large'],
    [400, `GET / HTTP/1.1\r\nHost: localhost\r\n${'A: b\r\n'.repeat(100)}\r\n`, 'malformed'], [414, `GET /${'secret'.repeat(800)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'target_too_long'],
    [421, 'GET /secret HTTP/1.1\r\nHost: secret.example\r\n\r\n', 'misdirected'],
  ]
  for (const [status, bytes, code] of cases) {
    const answer = parse(await exchange(bytes, port)), body = JSON.parse(answer.text)
    assert.deepEqual([answer.status, answer.headers['content-type'], body.status, body.code], [status, 'application/problem+json', status, code], bytes.slice(0, 40))
    assert.doesNotMatch(answer.text, /secret|tmp/, 'nothing of the request or of this machine')
  }
})
