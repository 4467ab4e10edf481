// The built modules export what their exports.txt lists, import nothing beyond wasm/imports.txt, and start.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { brotliCompressSync } from 'node:zlib'

const module = new WebAssembly.Module(readFileSync(process.env.SONDE_WASM))
const brotli = new WebAssembly.Module(readFileSync(process.env.SONDE_BROTLI_WASM))

// What a version of the toolchain adds of its own; the loader relies on none of it but `_initialize`, when there.
const ofToolchain = /^(_initialize|__indirect_function_table|__errno_location|stack(Save|Restore|Alloc)|_?emscripten_stack_\w+)$/

function listed(name) {
  const text = readFileSync(new URL(`../../wasm/${name}`, import.meta.url), 'utf8')
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '').sort()
}

const exportsOf = (built) =>
  WebAssembly.Module.exports(built).map((entry) => entry.name).filter((name) => !ofToolchain.test(name)).sort()
const importsOf = (built) => WebAssembly.Module.imports(built).map((entry) => `${entry.module}.${entry.name}`)

test('exports are those of exports.txt', () => {
  assert.deepEqual(exportsOf(module), listed('exports.txt'))
  assert.deepEqual(exportsOf(brotli), listed('brotli/exports.txt'))
})

test('imports are among those of wasm/imports.txt', () => {
  const known = listed('imports.txt')
  assert.deepEqual(importsOf(module).filter((name) => !known.includes(name)), [])
  assert.deepEqual(importsOf(brotli).filter((name) => name !== 'env.emscripten_notify_memory_growth'), [])
})

function start(built) {
  const imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(built)) (imports[from] ??= {})[name] = () => 0
  const { exports } = new WebAssembly.Instance(built, imports)
  exports._initialize?.()
  return exports
}

test('the module starts with 16 MB and may grow to 4 GB', () => {
  const { memory } = start(module)
  assert.equal(memory.buffer.byteLength, 16 << 20)
  assert.equal(memory.grow(65536 - 256), 256)
})

test('the decoder fills what the page has, or says why not', () => {
  const { memory, room, decode } = start(brotli)
  const plain = Buffer.from('all work and no play '.repeat(200_000))
  const packed = brotliCompressSync(plain)
  const put = (bytes) => {
    const at = room(bytes.length + plain.length) // may grow the memory
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
  }
  put(packed)
  assert.equal(decode(packed.length, plain.length), 0)
  assert.deepEqual(Buffer.from(memory.buffer, room(0) + packed.length, plain.length), plain)
  const damaged = 2
  assert.equal(decode(packed.length, plain.length - 1), damaged)
  put(packed.subarray(0, -1))
  assert.equal(decode(packed.length - 1, plain.length), damaged)
  put(Buffer.alloc(packed.length, 0x41))
  assert.equal(decode(packed.length, plain.length), damaged)
})
