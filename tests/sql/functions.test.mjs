// docs/sql-functions.md is what the registry says now, and all its examples run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { functionsPage } from '../../docs/sql-functions.mjs'

test('the reference page of functions is up to date', async () => {
  const kept = readFileSync(new URL('../../docs/sql-functions.md', import.meta.url), 'utf8')
  const now = await functionsPage(process.env.SONDE_BIN)
  assert.equal(kept, now, 'run: SONDE_BIN=… node docs/sql-functions.mjs')
})
