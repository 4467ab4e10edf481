import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCore } from '../../src/engine/core.ts'
import { compileModule, type Exports } from '../../src/engine/wasm.ts'

const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
const answers: Record<string, [status: number, type: string, body: Uint8Array | string]> = {
  '/right.wasm': [200, 'application/wasm', empty],
  '/typeless.wasm': [200, 'text/plain', empty],
  '/spa.wasm': [200, 'text/html', '<!doctype html><title>App</title>'],
  '/text.wasm': [200, 'text/plain', 'hello'],
}

const server = createServer((request, response) => {
  const [status, type, body] = answers[request.url ?? ''] ?? [404, 'text/plain', 'no']
  response.writeHead(status, { 'content-type': type }).end(body)
})
let base = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections() }))

test.each(['/right.wasm', '/typeless.wasm'])('a module compiles whatever its MIME type: %s', async (path) => {
  expect(await compileModule('wasm', base + path)).toBeInstanceOf(WebAssembly.Module)
})

test('bytes and compiled modules are taken as they are', async () => {
  const module = await compileModule('wasm', empty)
  expect(await compileModule('wasm', module)).toBe(module)
  expect(await compileModule('wasm', empty.slice().buffer)).toBeInstanceOf(WebAssembly.Module)
})

test.each([
  ['/spa.wasm', /the server returned HTML for sonde\.wasm \(SPA fallback\?\)/],
  ['/text.wasm', /not a WebAssembly module/],
  ['/missing.wasm', /404.*option wasm/],
])('what is no module is explained: %s', async (path, message) => {
  await expect(compileModule('wasm', base + path)).rejects.toThrow(message)
})

test('messages name the module and its option', async () => {
  await expect(compileModule('brotli', base + '/spa.wasm')).rejects.toThrow(/HTML for sonde-brotli\.wasm.*option brotli/)
})

test('a module of another release is refused', () => {
  const memory = new WebAssembly.Memory({ initial: 1 })
  new Uint32Array(memory.buffer)[0] = 99
  const exports = { memory, abi_record: () => 0 } as unknown as Exports
  expect(() => createCore(exports, { memory: 1, keep: 1 })).toThrow('version 99')
})
