// What the tests of the server share: a folder, servers that end with the test file, requests written byte by byte.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const sonde = process.env.SONDE_BIN
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** A folder of its own for a test file, and the servers that were started from it. */
export function workshop() {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-serve-'))
  const servers = []
  process.once('SIGTERM', () => { // a run that takes too long leaves no server behind
    for (const { child } of servers) child.kill('SIGKILL')
    process.exit(1)
  })
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    serve: (options, settings, environment) => start(servers, folder, options, settings, environment),
    close() {
      for (const { child } of servers) child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

const toml = (settings) => Object.entries(settings).map(([name, value]) => (
  name === 'roots' ? '' : `${name} = ${JSON.stringify(value)}\n`
)).join('') + (settings.roots ? `[roots]\n${toml(settings.roots)}` : '')

/** Resolves to { port, child, errors() } once it listens. Calls that no one is allowed kill it: the sandbox's gaps show. */
async function start(servers, folder, options = [], settings = {}, environment = {}) {
  const file = join(folder, `settings-${servers.length}.toml`)
  writeFileSync(file, toml({ listen: ['127.0.0.1:0'], sandbox: 'kill', ...settings }))
  const child = spawn(sonde, ['serve', '--config', file, ...options], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, env: { ...process.env, ...environment } })
  let errors = ''
  child.stderr.on('data', (part) => (errors += part))
  const server = { child, errors: () => errors, ended: new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal))) }
  servers.push(server)
  const line = await Promise.race([new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data)))), server.ended])
  assert.match(String(line), /^Serving /, `the server ended: ${line} ${errors}`)
  server.port = Number(/127\.0\.0\.1:(\d+)\//.exec(line)?.[1])
  return server
}

/** Sends the bytes and gathers everything until the server closes; `at` is a port or the path of a unix socket. */
export function exchange(bytes, at) {
  return new Promise((resolve, reject) => {
    const socket = typeof at === 'number' ? connect(at, '127.0.0.1') : connect(at)
    const parts = []
    socket.on('data', (part) => parts.push(part))
    socket.on('error', (error) => (error.code === 'ECONNRESET' ? undefined : reject(error)))
    socket.on('close', () => resolve(Buffer.concat(parts)))
    if (bytes.length) socket.write(bytes)
  })
}

/** { status, headers, body } of the first answer in some bytes. The body is a Buffer, chunks put together. */
export function parse(bytes) {
  const end = bytes.indexOf('\r\n\r\n')
  assert.ok(end > 0, `no head in ${JSON.stringify(bytes.toString('latin1').slice(0, 80))}`)
  const [line, ...fields] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(fields.map((field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)]))
  const rest = bytes.subarray(end + 4)
  const { body, complete } = headers['transfer-encoding'] === 'chunked' ? unchunk(rest) : { body: rest, complete: true }
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)[1]), headers, body, text: body.toString(), complete }
}

function unchunk(bytes) {
  const parts = []
  for (let at = 0; ;) {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return { body: Buffer.concat(parts), complete: false }
    const length = parseInt(bytes.subarray(at, end).toString(), 16)
    if (length === 0) return { body: Buffer.concat(parts), complete: true }
    parts.push(bytes.subarray(end + 2, end + 2 + length))
    at = end + 2 + length + 2
  }
}

export const head = (target, fields = {}, method = 'GET') =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${Object.entries(fields).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`

export async function ask(at, target, fields = {}, method = 'GET') {
  const answer = parse(await exchange(head(target, fields, method), at))
  const length = answer.headers['content-length']
  if (length !== undefined && method !== 'HEAD' && answer.status !== 304) assert.equal(answer.body.length, Number(length), 'the body is as long as was said')
  return answer
}

/** A connection that reads the head of its answer and then stops until it may `finish`, which resolves to what it got in all. */
export function slowReader(target, at) {
  const socket = connect({ port: at, host: '127.0.0.1', highWaterMark: 1024 })
  const parts = []
  const started = new Promise((resolve) => socket.once('data', (part) => {
    parts.push(part)
    socket.pause()
    resolve()
  }))
  const ended = new Promise((resolve) => socket.on('close', resolve))
  socket.on('error', () => {})
  socket.write(head(target))
  return {
    started, ended, socket,
    take(length) {
      const part = socket.read(length)
      if (part) parts.push(part)
    },
    async finish() {
      socket.on('data', (part) => parts.push(part))
      socket.resume()
      await ended
      return parse(Buffer.concat(parts))
    },
  }
}

/** A key ring with one key, and the query that signs with it; SIGNING.md says how. */
export const testKey = { id: 'test', bytes: Buffer.from(Array.from({ length: 32 }, (_, i) => i)) }
export const keyLine = ({ id, bytes }) => `${id} ${bytes.toString('base64url')}\n`
export function sign({ key = testKey, expires = Math.floor(Date.now() / 1000) + 300, methods = 'GET,HEAD', user = 'ann', tables = '', paths = ['/v1/f'] } = {}) {
  const text = ['sonde1', key.id, String(expires), methods, user, tables, ...paths].join('\n')
  const sig = createHmac('sha256', key.bytes).update(text).digest('base64url')
  return new URLSearchParams([['sig_key', key.id], ['sig_exp', String(expires)], ['sig_methods', methods], ['sig_user', user], ['sig_tables', tables],
    ...paths.map((path) => ['sig_path', path]), ['sig', sig]]).toString()
}

/** The value of a counter at /metrics, labels included in its name. */
export async function metric(at, name) {
  const line = (await ask(at, '/metrics')).text.split('\n').find((one) => one.startsWith(`${name} `))
  assert.ok(line, `${name} is not among the metrics`)
  return Number(line.slice(name.length + 1))
}

/** Waits until `holds` answers true, for at most some seconds. */
export async function until(holds, what, seconds = 30) {
  for (let i = 0; i < seconds * 50; i++) {
    if (await holds()) return
    await sleep(20)
  }
  assert.fail(what)
}
