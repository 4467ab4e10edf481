// The suites on the native binary.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problemsOf, suites } from './lib/check.mjs'
import * as native from './lib/native.mjs'

for (const suite of suites()) {
  test(suite, async (t) => {
    const { count, problems } = await problemsOf(suite, native)
    t.diagnostic(`${count} records`)
    assert.equal(problems.join('\n'), '')
  })
}
