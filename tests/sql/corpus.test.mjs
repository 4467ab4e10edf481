// The sqllogictest corpus, where ../shared is beside the checkout and the peers of tests/bench are installed (DuckDB
// creates the tables of the files; `npm ci --prefix tests/bench` brings it). Every record passes but those that
// corpus-known.json lists under their reason. One that fails anew, and one that passes though listed, are both errors.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const runner = join(process.env.SONDE_SHARED_DIR ?? join(here, '../../../shared'), 'tools/run-sql.mjs')
const peers = join(here, '../bench')
const missing = [runner, join(peers, 'node_modules/@duckdb/node-api')].find((path) => !existsSync(path))

const run = (...args) =>
  new Promise((resolve) => {
    const env = { ...process.env, DUCKDB_MODULES: peers }
    execFile(process.execPath, args, { env, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => resolve(stdout + stderr))
  })

async function failures(t) {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-corpus-'))
  const report = join(folder, 'report.json')
  const engine = JSON.stringify([process.execPath, join(here, 'corpus-engine.mjs')])
  const text = await run(runner, '--server', engine, '--json', report)
  assert.ok(existsSync(report), text)
  const { pass, total, report: files } = JSON.parse(readFileSync(report, 'utf8'))
  rmSync(folder, { recursive: true })
  t.diagnostic(`${pass} of ${total} records pass`)
  return files.flatMap(({ file, fails }) => fails.map(({ line, why, sql }) => ({ record: `${file}:${line}`, why, sql })))
}

test('sqllogictest corpus', async (t) => {
  if (missing) {
    t.diagnostic(`no ${missing}: the corpus was not checked`)
    return
  }
  const failed = await failures(t)
  const known = Object.values(JSON.parse(readFileSync(join(here, 'corpus-known.json'), 'utf8'))).flat()
  const records = new Set(failed.map(({ record }) => record))
  assert.deepEqual(failed.filter(({ record }) => !known.includes(record)), [], 'records that should pass')
  assert.deepEqual(known.filter((record) => !records.has(record)), [], 'records that pass and are still listed')
})
