// Files compressed with Brotli through the module that is loaded for them: when it is, how often, and what happens when not.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, constants } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, pageTexts } from './table-data.ts'

const rows = 40_000
const words = ['ash', 'beech', 'cedar', 'dogwood', 'elm']
const wordOf = (row: number): string => `${words[row % 5]} ${Math.imul(row, 2654435761) >>> 8}`

/** Two row groups; the first column is not compressed, the second as asked. */
function parquet(compress?: (plain: Uint8Array) => Uint8Array): Uint8Array {
  const numbers = Array.from({ length: rows }, (_, i) => i)
  return new Uint8Array(parquetWriteBuffer({
    rowGroupSize: rows / 2,
    codec: 'UNCOMPRESSED',
    columnData: [
      { name: 'id', data: numbers, type: 'INT32' },
      { name: 'word', data: numbers.map(wordOf), type: 'STRING', codec: compress ? 'BROTLI' : 'UNCOMPRESSED' },
    ],
    ...(compress && { compressors: { BROTLI: compress } }),
  }))
}
const pack = (plain: Uint8Array): Uint8Array => brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
const plain = parquet()
const packed = parquet(pack)

let requests = 0
let isThere = true
const decoder = readFileSync(new URL('../../src/engine/sonde-brotli.wasm', import.meta.url))
const server = createServer((_, response) => {
  requests++
  if (isThere) response.writeHead(200, { 'content-type': 'application/wasm' }).end(decoder)
  else response.writeHead(404).end()
})
let module: WebAssembly.Module
let workerUrl: URL
let brotli = ''
beforeAll(async () => {
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  brotli = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sonde-brotli.wasm`
})
afterAll(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections() }))
beforeEach(() => {
  requests = 0
  isThere = true
})

const start = (workers: number): Promise<Engine> => createEngine({ wasm: module, brotli, workers, workerUrl })

async function firstWord(engine: Engine, file: Uint8Array): Promise<string | undefined> {
  await using table = await engine.open(file, { name: 'trees.parquet' })
  return pageTexts(table.firstPage)[0]?.[1]
}

test.each([0, 2])('with %i helpers everything of it can be read', async (workers) => {
  await using engine = await start(workers)
  await using table = await engine.open(packed, { name: 'trees.parquet' })
  expect(pageTexts(table.firstPage)[3]).toEqual(['3', wordOf(3)])
  expect(pageTexts(await table.page(rows - 1, 1))).toEqual([[String(rows - 1), wordOf(rows - 1)]])
  await using view = await table.view({ filter: { column: 1, op: 'starts with', value: 'elm' }, sort: [{ column: 1, descending: true }] })
  const elms = Array.from({ length: rows }, (_, i) => wordOf(i)).filter((word) => word.startsWith('elm')).sort().reverse()
  expect(view.rows).toBe(elms.length)
  expect(pageTexts(await view.page(0, 50)).map(([, word]) => word)).toEqual(elms.slice(0, 50))
  expect(requests).toBeGreaterThan(0)
  expect(requests).toBeLessThanOrEqual(1 + workers) // once for each instance
})

test('a file without it loads nothing', async () => {
  await using engine = await start(0)
  expect(await firstWord(engine, plain)).toBe(wordOf(0))
  expect(requests).toBe(0)
  expect(await firstWord(engine, packed)).toBe(wordOf(0))
  expect(requests).toBe(1)
})

test('a decoder that cannot be fetched fails the file that needs it, until it can', async () => {
  isThere = false
  await using engine = await start(0)
  await expect(firstWord(engine, packed)).rejects.toThrow(/404.*sonde-brotli\.wasm.*option brotli/)
  expect(await firstWord(engine, plain)).toBe(wordOf(0))
  isThere = true
  expect(await firstWord(engine, packed)).toBe(wordOf(0))
})

test.each([
  ['cut short', (bytes: Uint8Array) => pack(bytes).subarray(0, -9)],
  ['longer than its page', (bytes: Uint8Array) => pack(Buffer.concat([bytes, bytes]))],
  ['shorter than its page', (bytes: Uint8Array) => pack(bytes.subarray(1))],
])('data %s is an error that names its page', async (_, compress) => {
  await using engine = await start(0)
  await expect(firstWord(engine, parquet(compress))).rejects.toMatchObject({ code: 'corrupt', message: expect.stringMatching(/page at byte \d+.*brotli/) })
})
