// docs/sql-functions.md and the list that pages complete from are what the registry says now, and all its examples run.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { functionList, functionsPage } from '../../docs/sql-functions.mjs'

test('the reference page of functions is up to date', async () => {
  const kept = readFileSync(new URL('../../docs/sql-functions.md', import.meta.url), 'utf8')
  const now = await functionsPage(process.env.SONDE_BIN)
  assert.equal(kept, now, 'run: SONDE_BIN=… node docs/sql-functions.mjs')
})

test('the list of functions that pages complete from is up to date', () => {
  const kept = readFileSync(new URL('../../web/src/engine/function-list.ts', import.meta.url), 'utf8')
  assert.equal(kept, functionList(process.env.SONDE_BIN), 'run: SONDE_BIN=… node docs/sql-functions.mjs')
})
