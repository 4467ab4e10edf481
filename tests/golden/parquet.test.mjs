// The Parquet files of the conformance corpus, where the folder ../shared is beside the checkout: every file with a sure
// expectation reads as that says, whole and in windows, but those of parquet-known.json, each with its reason; every
// malformed one is read or refused cleanly.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const shared = process.env.SONDE_SHARED_DIR ?? join(here, '../../../shared')
const corpus = join(shared, 'corpus')
const library = join(shared, 'tools/conformance-lib.mjs')
const program = join(process.env.SONDE_TOOLS ?? 'tests', 'parquet_rows')
const known = JSON.parse(readFileSync(join(here, 'parquet-known.json'), 'utf8'))
const sure = new Set(['high', 'shipped', 'annotated', 'replay'])
const isParquet = (file) => /\.(parquet|parq|pq)$/i.test(file)

function run(file, ...options) {
  const child = spawnSync(program, [file, ...options], { encoding: 'utf8', maxBuffer: 2 ** 30, timeout: 60000 })
  const crashed = child.signal || child.status > 2 || /Sanitizer|runtime error:/.test(child.stderr)
  return { crashed, ok: child.status === 0, text: child.stdout, message: child.stderr.trim() }
}

/** Differences between what the file should hold and what was printed. */
function difference(lib, expected, text) {
  const { columns, rows } = lib.parseEngineOutput(text)
  const count = Number(/"count":(\d+)/.exec(text)[1])
  if (count !== expected.rows) return `${count} rows, expected ${expected.rows}`
  const names = expected.columns.map((column) => column.name)
  const same = ({ name }, i) => name === names[i] || name === '' || expected.namesDifferByCase // an empty or repeated name gets another one there
  if (columns.length !== names.length || !columns.every(same)) return `names ${columns.map((c) => c.name).join('|')}, expected ${names.join('|')}`
  if (!expected.unordered && rows.length !== count) return `${rows.length} rows came, expected ${count}`
  for (const [i, row] of (expected.head ?? []).entries())
    for (const [j, value] of row.entries()) {
      const type = expected.columns[j].type ?? columns[j].type
      if (!lib.valEq(value, rows[i][j], type, { cutNanos: true, decRel: 1e-9 }))
        return `row ${i}, ${expected.columns[j].name} (${type}): ${JSON.stringify(rows[i][j])?.slice(0, 80)} expected ${JSON.stringify(value).slice(0, 80)}`
    }
  return aggregateDifference(lib, expected, rows)
}

function aggregateDifference(lib, expected, rows) {
  for (const [name, wanted] of Object.entries(expected.agg ?? {})) {
    const at = expected.columns.findIndex((column) => column.name === name)
    const unique = expected.columns.filter((column) => column.name.toLowerCase() === name.toLowerCase()).length === 1
    if (!unique || wanted.error) continue
    const values = rows.map((row) => row[at]).filter((value) => value !== null)
    if (values.length !== wanted.count) return `${name}: ${values.length} values, expected ${wanted.count}`
    if (/^(BIGINT|INTEGER|DATE|TIMESTAMP)/.test(expected.columns[at].type) && values.length > 0) {
      const has = (value) => value === undefined || /BC/.test(value) || values.some((v) => lib.valEq(value, v, expected.columns[at].type, { cutNanos: true }))
      if (!has(wanted.min) || !has(wanted.max)) return `${name}: no ${wanted.min} or ${wanted.max}`
    }
  }
}

/** The rows of some windows are those of the whole, with a page index and without, and when bytes come little by little. */
function windowDifference(lib, file, text) {
  const { rows } = lib.parseEngineOutput(text)
  const windows = [[0, 1], [Math.floor(rows.length / 2), 3], [Math.max(0, rows.length - 2), 2]]
  for (const [first, count] of windows)
    for (const options of [[], ['--no-index'], ['--no-index', '--at-once', '5000']]) {
      const part = run(file, '--rows', `${first}:${count}`, ...options)
      if (!part.ok) return `rows ${first}:${count} ${options}: ${part.message}`
      const got = JSON.stringify(lib.parseEngineOutput(part.text).rows)
      if (got !== JSON.stringify(rows.slice(first, first + count))) return `rows ${first}:${count} ${options} differ from the whole file's`
    }
}

test('corpus: parquet', async (t) => {
  if (!existsSync(library)) {
    t.diagnostic(`no ${library}: the conformance corpus is not here and was not checked`)
    return
  }
  const lib = await import(library)
  const { files } = JSON.parse(readFileSync(join(corpus, 'parquet/expect.json'), 'utf8'))
  const failed = {}
  let count = 0
  for (const [name, expected] of Object.entries(files)) {
    if (!isParquet(name) || expected.dataset || !sure.has(expected.confidence) || expected.skip) continue
    count++
    const file = join(corpus, 'parquet', name)
    const whole = run(file, '--check')
    assert.ok(!whole.crashed, `${name}: ${whole.message}`)
    const why = expected.error !== undefined ? undefined
      : !whole.ok ? whole.message : (difference(lib, expected, whole.text) ?? windowDifference(lib, file, whole.text))
    if (why) failed[name] = why
  }
  t.diagnostic(`${count - Object.keys(failed).length} of ${count} files pass`)
  const anew = Object.entries(failed).filter(([name]) => !(name in known)).map(([name, why]) => `${name}: ${why}`)
  assert.deepEqual(anew, [], 'files that should pass')
  assert.deepEqual(Object.keys(known).filter((name) => !(name in failed)), [], 'files that pass and are still listed')
})

test('corpus: malformed parquet', (t) => {
  const list = join(corpus, 'bad/expect.json')
  if (!existsSync(list)) {
    t.diagnostic(`no ${list}: the conformance corpus is not here and was not checked`)
    return
  }
  const { files } = JSON.parse(readFileSync(list, 'utf8'))
  const wrong = []
  let count = 0
  for (const [name, { expect }] of Object.entries(files)) {
    if (!isParquet(name)) continue
    count++
    const { crashed, ok, message } = run(join(corpus, 'bad', name))
    if (crashed || (!ok && message === '')) wrong.push(`${name}: ${message}`)
    if ((expect === 'error' && ok) || (expect === 'ok' && !ok)) wrong.push(`${name}: expected ${expect}, ${message}`)
  }
  t.diagnostic(`${count} malformed files`)
  assert.deepEqual(wrong, [])
})
