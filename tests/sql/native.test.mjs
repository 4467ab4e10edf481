// Suites and workloads on the native binary.
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { after, test } from 'node:test'
import { problemsOf, testFiles } from './lib/check.mjs'
import { createEngine } from './lib/native.mjs'

const engine = createEngine()
after(() => engine.close())

for (const path of [...testFiles('suites'), ...testFiles('workloads')]) {
  test(basename(path), async (t) => {
    const { count, problems } = await problemsOf(path, engine)
    t.diagnostic(`${count} records`)
    assert.equal(problems.join('\n'), '')
  })
}
