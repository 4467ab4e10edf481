// The built module exports and imports exactly what wasm/exports.txt and wasm/imports.txt list.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

const module = new WebAssembly.Module(readFileSync(process.env.SONDE_WASM))

function listed(name) {
  const text = readFileSync(new URL(`../../wasm/${name}`, import.meta.url), 'utf8')
  return text.split('\n').map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '').sort()
}

test('exports are those of wasm/exports.txt', () => {
  const names = WebAssembly.Module.exports(module).map((entry) => entry.name)
  assert.deepEqual(names.sort(), listed('exports.txt'))
})

test('imports are those of wasm/imports.txt', () => {
  const names = WebAssembly.Module.imports(module).map((entry) => `${entry.module}.${entry.name}`)
  assert.deepEqual(names.sort(), listed('imports.txt'))
})
