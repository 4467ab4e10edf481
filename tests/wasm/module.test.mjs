// The built module exports what wasm/exports.txt lists, imports nothing beyond wasm/imports.txt, and starts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const module = new WebAssembly.Module(readFileSync(process.env.SONDE_WASM))

// What a version of the toolchain adds of its own; the loader relies on none of it but `_initialize`, when there.
const ofToolchain = /^(_initialize|__indirect_function_table|__errno_location|stack(Save|Restore|Alloc)|_?emscripten_stack_\w+)$/

function listed(name) {
  const text = readFileSync(new URL(`../../wasm/${name}`, import.meta.url), 'utf8')
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '').sort()
}

test('exports are those of wasm/exports.txt', () => {
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name)
  assert.deepEqual(names.filter((name) => !ofToolchain.test(name)).sort(), listed('exports.txt'))
})

test('imports are among those of wasm/imports.txt', () => {
  const names = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`)
  const known = listed('imports.txt')
  assert.deepEqual(names.filter((name) => !known.includes(name)), [])
})

test('the module starts with 16 MB and may grow to 4 GB', () => {
  const imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0
  const { memory, _initialize } = new WebAssembly.Instance(module, imports).exports
  _initialize?.()
  assert.equal(memory.buffer.byteLength, 16 << 20)
  assert.equal(memory.grow(65536 - 256), 256)
})
