// Who may: signatures, the key ring and its rotation, the trusted socket, other origins, and what the process itself gave up.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { ask, exchange, keyLine, metric, parse, sign, testKey, until, workshop } from './serve-client.mjs'

const shop = workshop()
const file = '/v1/f/sales/a.csv'
const writeKeys = (...keys) => {
  writeFileSync(shop.path('keys/new'), keys.map(keyLine).join(''), { mode: 0o640 })
  renameSync(shop.path('keys/new'), shop.path('keys/ring'))
}
let server

before(async () => {
  for (const folder of ['data/sub', 'data/salesmen', 'keys', 'site']) mkdirSync(shop.path(folder), { recursive: true })
  for (const name of ['data/a.csv', 'data/sub/b.csv', 'data/salesmen/c.csv']) writeFileSync(shop.path(name), 'x,y\n1,2\n')
  writeFileSync(shop.path('site/index.html'), 'page')
  writeKeys(testKey)
  server = await shop.serve([], {
    roots: { sales: shop.path('data') }, site: shop.path('site'), keys: shop.path('keys/ring'), log: shop.path('log'),
    listen: ['127.0.0.1:0', `unix:${shop.path('socket')}`], cors: ['https://a.example', 'https://b.example'], connections: 64,
  })
})
after(() => shop.close())

const status = async (target, fields, method) => (await ask(server.port, target, fields, method)).status
const codeOf = async (query, target = file, method) => {
  const answer = await ask(server.port, `${target}?${query}`, {}, method)
  return answer.status === 200 ? 200 : JSON.parse(answer.text).code
}

test('the test vectors of SIGNING.md hold here too', () => {
  const first = { key: { ...testKey, id: '2026-11' }, expires: 1795000000, user: 'alice@example.org', tables: 'sales,trips', paths: ['/v1/f/sales', '/v1/tables/sales'] }
  const second = { ...first, methods: 'GET', user: 'Jörg', tables: '', paths: ['/v1/f/Umsätze 2025'] }
  const text = readFileSync(new URL('../../proxy/src/serve/SIGNING.md', import.meta.url), 'utf8')
  for (const grant of [first, second]) assert.ok(text.includes(`\n       ${sign(grant)}\n`), sign(grant))
})

test('a signature opens what it names, and nothing else', async () => {
  assert.equal(await codeOf('', file), 'signature_missing')
  assert.equal(await codeOf(sign()), 200)
  assert.equal(await codeOf(`limit=3&${sign()}&other=%zz`), 200, 'other parameters are left alone')
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sales'] })), 200)
  assert.equal(await codeOf(sign({ paths: ['/v1/tables', file] })), 200)
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sales'] }), '/v1/f/sales/sub/b.csv'), 200)
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sales/sub'] })), 'signature_scope')
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sal'] })), 'signature_scope', 'a prefix ends where a segment does')
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sales/sale'] }), '/v1/f/sales/salesmen/c.csv'), 'signature_scope')
  for (const path of ['/', '/v1', '/v1/', '/v1/f/', '/v1/f//sales', '/v1/f/./sales', '/v1/f/sales/..', '']) {
    assert.equal(await codeOf(sign({ paths: [path] })), 'signature_scope', `${path} is no prefix`)
  }
  assert.equal(await status(`${file}?${sign()}`, {}, 'HEAD'), 200)
  assert.equal(await status(`${file}?${sign({ methods: 'GET' })}`, {}, 'HEAD'), 403, 'no method is implied by another')
  assert.equal(await codeOf(sign({ methods: 'POST' })), 'signature_scope')
})

test('the decoded path is what counts', async () => {
  assert.equal(await codeOf(sign({ paths: ['/v1/f/sales/sub'] }), '/v1/f/sales/%73ub/b.csv'), 200)
  assert.notEqual(await codeOf(sign({ paths: ['/v1/f/sales/sub'] }), '/v1/f/sales/sub/../a.csv'), 200)
  assert.notEqual(await codeOf(sign({ paths: ['/v1/f/sales/sub'] }), '/v1/f/sales/sub/%2e%2e/a.csv'), 200)
})

test('time ends a signature, and one that ends too late is none', async () => {
  const now = Math.floor(Date.now() / 1000)
  assert.equal(await codeOf(sign({ expires: now - 2 })), 'signature_expired')
  assert.equal(await codeOf(sign({ expires: now + 3500 })), 200)
  assert.equal(await codeOf(sign({ expires: now + 3700 })), 'signature_invalid')
  for (const expires of ['', '0', '-1', `0${now + 9}`, `+${now + 9}`, `${now + 9}.0`, '99999999999999999999', ' 1']) {
    assert.equal(await codeOf(sign({ expires })), 'signature_invalid', `expires ${expires}`)
  }
})

test('whatever is changed in a signed address makes it invalid', async () => {
  const good = sign({ tables: 'trips', paths: ['/v1/f/sales', '/v1/tables/trips'] })
  assert.equal(await codeOf(good), 200)
  for (const [name, value] of new URLSearchParams(good)) {
    const changed = new URLSearchParams(good)
    changed.set(name, value.endsWith('A') ? `${value.slice(0, -1)}B` : `${value.slice(0, -1)}A`)
    assert.equal(await codeOf(changed.toString()), 'signature_invalid', name)
    const without = new URLSearchParams(good)
    without.delete(name)
    assert.equal(await codeOf(without.toString()), 'signature_invalid', `without ${name}`)
    if (name !== 'sig_path') assert.equal(await codeOf(`${good}&${new URLSearchParams([[name, value]])}`), 'signature_invalid', `${name} twice`)
  }
  const swapped = new URLSearchParams(good)
  swapped.delete('sig_path')
  for (const path of ['/v1/tables/trips', '/v1/f/sales']) swapped.append('sig_path', path)
  assert.equal(await codeOf(swapped.toString()), 'signature_invalid', 'the order of prefixes')
  const shifted = sign({ user: 'ann\n', tables: 'trips' })
  assert.equal(await codeOf(shifted), 'signature_invalid', 'a line break could move values into one another')
  assert.equal(await codeOf(sign({ key: { id: 'other', bytes: testKey.bytes } })), 'signature_invalid')
  assert.equal(await codeOf(sign({ key: { id: 'test', bytes: randomBytes(32) } })), 'signature_invalid')
  assert.equal(await codeOf(sign({ user: '' })), 'signature_invalid')
  assert.equal(await codeOf(sign({ paths: Array(9).fill('/v1/f') })), 'signature_invalid')
  assert.equal(await codeOf(`${good}%00`), 'signature_invalid')
})

test('pages and health need no signature, data outside of its root stays where it is', async () => {
  assert.equal(await status('/'), 200)
  assert.equal(await status('/healthz'), 200)
  assert.equal(await status('/readyz'), 200)
  assert.equal(await status('/a.csv'), 404)
  symlinkSync('/etc/passwd', shop.path('data/link.csv'))
  assert.equal(await status(`/v1/f/sales/link.csv?${sign()}`), 404)
})

test('who may open the unix socket needs no signature, and is named by the front server', async () => {
  const socket = shop.path('socket')
  assert.equal(statSync(socket).mode & 0o777, 0o660)
  assert.equal((await ask(socket, file)).status, 200)
  assert.equal((await ask(socket, file, { 'X-Sonde-User': 'berta' })).status, 200)
  const tables = async (fields) => JSON.parse((await ask(socket, '/v1/tables', fields)).text).tables.map(({ name }) => name)
  assert.deepEqual(await tables({ 'X-Sonde-User': 'berta', 'X-Sonde-Tables': '/sales/sub' }), ['sales/sub/b'])
  assert.deepEqual(await tables({ 'X-Sonde-Tables': '*' }), ['sales/a', 'sales/salesmen/c', 'sales/sub/b'])
  assert.deepEqual(await tables({}), [], 'a front server that names none has allowed none')
  assert.equal((await ask(server.port, file, { 'X-Sonde-User': 'berta' })).status, 403, 'over TCP the field means nothing')
  await until(() => readFileSync(shop.path('log'), 'utf8').includes('"user":"berta"'), 'the user is logged')
})

test('the log has a line for each request, and no signature', async () => {
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await ask(server.port, `/v1/f/sales/sub/b.csv?${sign({ user: 'Käthe "K"' })}`, { traceparent: trace })
  const lines = () => readFileSync(shop.path('log'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  await until(() => lines().some((line) => line.traceparent === trace), 'the request is logged')
  const line = lines().find((one) => one.traceparent === trace)
  assert.deepEqual([line.method, line.path, line.status, line.user], ['GET', '/v1/f/sales/sub/b.csv', 200, 'Käthe "K"'])
  assert.ok(line.us >= 0 && line.bytes > 8 && Math.abs(new Date(line.time) - Date.now()) < 60000)
  assert.doesNotMatch(readFileSync(shop.path('log'), 'utf8'), /sig/)
})

test('keys change under load without a request that fails', async () => {
  const next = { id: 'next', bytes: randomBytes(32) }
  let key = testKey, running = true, answered = 0
  const load = Array.from({ length: 8 }, async () => {
    while (running) {
      assert.equal(await codeOf(sign({ key })), 200)
      answered++
    }
  })
  const more = (before = answered) => until(() => answered > before + 20, 'requests are answered')
  await more()
  writeKeys(next, testKey)
  server.child.kill('SIGHUP')
  await until(async () => await codeOf(sign({ key: next })) === 200, 'the new key is known')
  await more()
  key = next
  await more()
  running = false
  await Promise.all(load)
  writeKeys(next)
  server.child.kill('SIGHUP')
  await until(async () => (await codeOf(sign({ key: testKey }))) === 'signature_invalid', 'the old key is forgotten')
  writeFileSync(shop.path('keys/ring'), 'broken\n')
  server.child.kill('SIGHUP')
  await until(() => /the old keys stay: .*line 1/.test(server.errors()), 'a broken key ring is said')
  assert.equal(await codeOf(sign({ key: next })), 200)
  writeKeys(testKey)
  await until(async () => (await codeOf(sign())) === 200, 'the first key is back, without a signal')
})

test('a key ring that everybody may read, or that is malformed, is not taken', async () => {
  const cases = [[keyLine(testKey), 0o644, /everybody/], ['', 0o600, /no key/], ['x\n', 0o600, /line 1/], [`# c\n${keyLine(testKey)}${keyLine(testKey)}`, 0o600, /line 3.*before/], ['id c2hvcnQ\n', 0o600, /32 bytes/]]
  for (const [text, mode, message] of cases) {
    writeFileSync(shop.path('keys/bad'), text)
    chmodSync(shop.path('keys/bad'), mode)
    await assert.rejects(shop.serve(['--keys', shop.path('keys/bad')]), message)
  }
})

test('pages of listed origins may read, others may not', async () => {
  const target = `${file}?${sign()}`
  const allowed = await ask(server.port, target, { Origin: 'https://b.example' })
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://b.example')
  assert.equal(allowed.headers['cross-origin-resource-policy'], 'cross-origin')
  assert.equal(allowed.headers.vary, 'Origin')
  for (const origin of ['https://c.example', 'https://b.example.org', 'http://b.example', 'null']) {
    const refused = await ask(server.port, target, { Origin: origin })
    assert.deepEqual([refused.status, refused.headers['access-control-allow-origin'], refused.headers['cross-origin-resource-policy']], [200, undefined, 'same-origin'], origin)
  }
  const preflight = await ask(server.port, file, { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' }, 'OPTIONS')
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin'], preflight.text], [204, 'https://a.example', ''])
})

test('metrics are written as Prometheus reads them', async () => {
  const answer = await ask(server.port, '/metrics'), lines = answer.text.split('\n'), families = new Map()
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(lines.pop(), '', 'the last line ends')
  for (let i = 0; i < lines.length;) {
    const [, name] = /^# HELP (sonde_[a-z_]+) \S.*$/.exec(lines[i++]), [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(lines[i++])
    assert.deepEqual([typed, families.has(name), name.endsWith('_total')], [name, false, type === 'counter'], name)
    const samples = []
    for (; i < lines.length && !lines[i].startsWith('#'); i++) samples.push(/^([a-z_]+)(\{[a-z]+="[^"\\]*"\})? (\d+(?:\.\d+)?)$/.exec(lines[i]))
    assert.ok(samples.length && samples.every((sample) => sample?.[1].replace(type === 'histogram' ? /_(bucket|sum|count)$/ : '', '') === name), name)
    assert.equal(new Set(samples.map(([, one, label]) => one + label)).size, samples.length, name)
    families.set(name, samples.map(([, , , value]) => Number(value)))
  }
  const [count, , ...buckets] = families.get('sonde_request_seconds').reverse()
  assert.ok(buckets[0] === count && buckets.every((value, i) => i === 0 || value <= buckets[i - 1]), 'buckets grow to the count')
})

test('metrics are for this machine', async () => {
  assert.ok(await metric(server.port, 'sonde_refused_total{reason="signature"}') > 10)
  assert.ok(await metric(server.port, 'sonde_requests_total{status="2xx"}') > 10)
  assert.equal(await status('/metrics', { 'X-Forwarded-For': '192.0.2.1' }), 404)
  assert.equal(await status('/metrics', { Forwarded: 'for=192.0.2.1' }), 404)
})

test('a user may ask only so often', async () => {
  const limited = await shop.serve([], { roots: { sales: shop.path('data') }, keys: shop.path('keys/ring'), user_rate: 1, user_burst: 5 })
  const begin = performance.now(), many = 60
  const asks = await Promise.all(Array.from({ length: many }, () => ask(limited.port, `${file}?${sign({ user: 'ann' })}`)))
  const refused = asks.filter((answer) => answer.status === 429), regained = Math.ceil((performance.now() - begin) / 1000)
  assert.ok(refused.length <= many - 5 && refused.length >= many - 5 - regained, `${refused.length} refused, ${regained} s`)
  assert.equal(refused[0].headers['retry-after'], '1')
  assert.equal((await ask(limited.port, `${file}?${sign({ user: 'bob' })}`)).status, 200)
})

test('every thread of the process has given up what it does not need', () => {
  const pid = server.child.pid
  const sanitized = /asan/.test(readFileSync(`/proc/${pid}/maps`, 'utf8'))
  const threads = readdirSync(`/proc/${pid}/task`)
  assert.ok(threads.length > 4)
  for (const thread of threads) {
    const facts = Object.fromEntries(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8').split('\n').map((line) => line.split(':\t')))
    assert.deepEqual([facts.NoNewPrivs, facts.CapEff, facts.CapPrm, facts.Seccomp], ['1', '0000000000000000', '0000000000000000', sanitized ? '0' : '2'])
  }
})

test('an answer to a pipelined request with another signature is its own', async () => {
  const request = (query, close) => `GET ${file}?${query} HTTP/1.1\r\nHost: x\r\n${close ? 'Connection: close\r\n' : ''}\r\n`
  const bytes = (await exchange(request(sign()) + request('') + request(sign(), true), server.port)).toString('latin1')
  assert.deepEqual([...bytes.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, code]) => code), ['200', '403', '200'])
  assert.equal(parse(Buffer.from(bytes)).status, 200)
})
