// What people run and load is small: the native binary, what the server holds before its first request, the engine's module.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const top = fileURLToPath(new URL('../../', import.meta.url))
const sonde = `${top}build/release/proxy/sonde`

test('the binary has at most 3 MB', () => {
  const { size } = statSync(sonde)
  assert.ok(size <= 3_000_000, `${size} bytes`)
})

test('a server that has just begun holds at most 4 MiB', async () => {
  const server = spawn(sonde, ['serve', '--root', `${top}docs`, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await once(server.stdout, 'data')
    const resident = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1])
    assert.ok(resident <= 4096, `${resident} KiB`)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
})

test('the engine in the browser has at most 450,000 bytes, as a site sends it', () => {
  const bytes = readFileSync(`${top}web/src/engine/sonde.wasm`)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  const { length } = brotliCompressSync(bytes, { params })
  assert.ok(length <= 450_000, `${length} bytes`)
})
