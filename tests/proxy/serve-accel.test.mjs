// X-Accel-Redirect: the site says who may, nginx passes the request on through a unix socket. The lines of SIGNING.md, as they stand there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { userInfo } from 'node:os'
import { after, before, test } from 'node:test'
import { ask, keyLine, testKey, until, workshop } from './serve-client.mjs'

const shop = workshop()
const letters = Array.from({ length: 5000 }, (_, i) => String.fromCharCode(97 + (i * 7) % 26)).join('')
const children = []
let front, site

const listening = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
async function freePort() {
  const server = createServer(), port = await listening(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The lines of a location in SIGNING.md. */
const location = (socket) => {
  const text = readFileSync(new URL('../../proxy/src/serve/SIGNING.md', import.meta.url), 'utf8')
  return /^ {4}location \/_sonde\/ \{[^]*?^ {4}\}$/m.exec(text)[0].replace('/run/sonde/sonde.sock', socket)
}

before(async () => {
  mkdirSync(shop.path('data/sales'), { recursive: true })
  mkdirSync(shop.path('nginx'))
  writeFileSync(shop.path('data/sales/Umsätze 2025.csv'), letters)
  writeFileSync(shop.path('data/secret.csv'), 'secret')
  writeFileSync(shop.path('keys'), keyLine(testKey), { mode: 0o600 })
  await shop.serve([], { root: 'data', keys: 'keys', log: shop.path('log'), listen: ['127.0.0.1:0', `unix:${shop.path('socket')}`] })
  site = createServer((request, response) => {
    const user = /\bsession=(\w+)/.exec(request.headers.cookie ?? '')?.[1]
    const allowed = user === 'alice' && request.url.startsWith('/files/sales/')
    if (allowed) response.writeHead(200, { 'X-Accel-Redirect': request.url.replace('/files/', '/_sonde/'), 'X-Sonde-User': user }).end()
    else response.writeHead(403).end('refused by the site')
  })
  const sitePort = await listening(site)
  front = await freePort()
  writeFileSync(shop.path('nginx.conf'), `daemon off; user ${userInfo().username}; worker_processes 1; pid ${shop.path('nginx/pid')}; events {}
    http {
      access_log off;
      ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${shop.path('nginx', name)};`).join(' ')}
      server {
        listen 127.0.0.1:${front};
        location / { proxy_pass http://127.0.0.1:${sitePort}; }
        ${location(shop.path('socket'))}
      }
    }`)
  const path = `${process.env.PATH}:/usr/sbin`
  children.push(spawn('nginx', ['-e', shop.path('nginx/errors'), '-p', shop.path('nginx'), '-c', shop.path('nginx.conf')], { stdio: 'inherit', env: { ...process.env, PATH: path } }))
  await until(() => ask(front, '/').then(() => true, () => false), 'nginx answers')
})
after(async () => {
  for (const child of children) await new Promise((resolve) => child.on('exit', resolve).kill())
  site?.close()
  shop.close()
})

const file = `/files/sales/${encodeURIComponent('Umsätze 2025.csv')}`
const alice = { Cookie: 'session=alice' }

test('who the site lets through gets the bytes, by ranges and conditions', async () => {
  const whole = await ask(front, file, alice)
  assert.deepEqual([whole.status, whole.text], [200, letters])
  const part = await ask(front, file, { ...alice, Range: 'bytes=4990-' })
  assert.deepEqual([part.status, part.headers['content-range'], part.text], [206, 'bytes 4990-4999/5000', letters.slice(4990)])
  assert.equal((await ask(front, file, { ...alice, 'If-None-Match': whole.headers.etag })).status, 304)
  assert.equal((await ask(front, file, { ...alice, Range: 'bytes=9000-' })).status, 416)
  assert.equal((await ask(front, file, alice, 'HEAD')).headers['content-length'], '5000')
})

test('whoever it refuses gets nothing, and nobody reaches the socket by himself', async () => {
  for (const fields of [{}, { Cookie: 'session=bob' }]) assert.equal((await ask(front, file, fields)).text, 'refused by the site')
  for (const target of [file.replace('/files/', '/_sonde/'), '/_sonde/secret.csv']) assert.equal((await ask(front, target, alice)).status, 404)
  for (const target of ['/files/sales/../secret.csv', '/files/sales/%2e%2e/secret.csv', '/files/sales/..%2fsecret.csv', '/files/sales/%252e%252e/secret.csv'])
    assert.doesNotMatch((await ask(front, target, alice)).text, /secret$/, target)
})

test('the user is the one that the site named, whatever the client says', async () => {
  const lines = () => readFileSync(shop.path('log'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
  const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
  await ask(front, file, { ...alice, 'X-Sonde-User': 'mallory', 'X-Sonde-Tables': '*', traceparent: trace })
  await until(() => lines().some((line) => line.traceparent === trace), 'it is logged')
  assert.equal(lines().find((line) => line.traceparent === trace).user, 'alice')
})
