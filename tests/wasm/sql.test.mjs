// The SQL suites on the module: the same files, and so the same answers, as natively.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { problemsOf, suites } from '../sql/lib/check.mjs'
import { createEngine } from '../sql/lib/wasm.mjs'

const module = readFileSync(process.env.SONDE_WASM)

for (const suite of suites()) {
  test(suite, async (t) => {
    const { count, problems } = await problemsOf(suite, createEngine(module))
    t.diagnostic(`${count} records`)
    assert.equal(problems.join('\n'), '')
  })
}
