// The SQL suites on the module: the same files, and so the same answers, as natively.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { problemsOf, testFiles } from '../sql/lib/check.mjs'
import { createEngine } from '../sql/lib/wasm.mjs'

const module = readFileSync(process.env.SONDE_WASM)

for (const path of [...testFiles('suites'), ...testFiles('workloads')]) {
  test(basename(path), async (t) => {
    const { count, problems } = await problemsOf(path, createEngine(module))
    t.diagnostic(`${count} records`)
    assert.equal(problems.join('\n'), '')
  })
}
