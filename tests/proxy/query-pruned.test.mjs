// Row groups of Parquet files that a WHERE passes over by their statistics: the answers are those of all rows, worked out here.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'

const folder = mkdtempSync(join(tmpdir(), 'sonde-pruned-'))
const sonde = process.env.SONDE_BIN
const day = (n) => new Date(n * 86_400_000).toISOString().slice(0, 10)
/** Ascending ids with gaps, days that ascend slowly, numbers that come in no order, a column that begins with nulls only. */
const rows = Array.from({ length: 400_000 }, (_, i) => ({ id: i * 3 - 5000, day: Math.floor(i / 500), any: (i * 7919) % 1009, late: i < 350_000 ? null : i }))

function run(...args) {
  const { status, stdout, stderr } = spawnSync(sonde, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  assert.equal(status, 0, stderr)
  return stdout
}
/** Count and sum of each case, all asked at once. */
const answers = (file, ...more) => JSON.parse(run('query', '--json', ...more,
  `${cases.map(([where], i) => `SELECT ${i} AS i, count(*), sum("any") FROM '${join(folder, file)}' WHERE ${where}`).join(' UNION ALL ')} ORDER BY i`)).rows

before(() => {
  writeFileSync(join(folder, 'all.csv'), `id,day,any,late\n${rows.map((r) => `${r.id},${day(r.day)},${r.any},${r.late ?? ''}`).join('\n')}\n`)
  run('convert', join(folder, 'all.csv'), join(folder, 'all.parquet'))
  writeFileSync(join(folder, 'other.csv'), `id,any\n${Array.from({ length: 50 }, (_, i) => `${i},1`).join('\n')}\n`)
  run('convert', join(folder, 'other.csv'), join(folder, 'other.parquet'))
})
after(() => rmSync(folder, { recursive: true }))

const cases = [
  ['id BETWEEN 600000 AND 600300', (r) => r.id >= 600000 && r.id <= 600300],
  ['id BETWEEN 600300 AND 600000', () => false],
  ['id NOT BETWEEN 100 AND 1190000', (r) => r.id < 100 || r.id > 1190000],
  ['id = -5000', (r) => r.id === -5000], ['id = -4999', () => false], ['id = 1194997', (r) => r.id === 1194997], ['5 > id', (r) => r.id < 5],
  ['id > 1194990', (r) => r.id > 1194990], ['id >= 9223372036854775807', () => false], ['id < -5000', () => false], ['id <> 1', (r) => r.id !== 1],
  ['id < 300 OR id > 1194000', (r) => r.id < 300 || r.id > 1194000],
  ['id > 500000 AND id < 500100 AND "any" > 100', (r) => r.id > 500000 && r.id < 500100 && r.any > 100],
  ['"any" > 100 AND id > 500000 AND id < 500100', (r) => r.id > 500000 && r.id < 500100 && r.any > 100],
  [`day = DATE '${day(300)}'`, (r) => r.day === 300], [`day BETWEEN DATE '${day(799)}' AND DATE '2100-01-01'`, (r) => r.day >= 799],
  [`day < TIMESTAMP '${day(1)} 12:00:00'`, (r) => r.day < 2],
  ['late BETWEEN 350000 AND 350010', (r) => r.late !== null && r.late <= 350010], ['late IS NULL AND id < 0', (r) => r.id < 0], ['late > 0 AND id BETWEEN 0 AND 900', () => false],
  ['id + 0 BETWEEN 9 AND 12', (r) => r.id >= 9 && r.id <= 12], ["id BETWEEN '9' AND '12'", (r) => r.id >= 9 && r.id <= 12], ['id BETWEEN 9.5 AND 14.5', (r) => r.id > 9.5 && r.id < 14.5],
]

test('the answers are those of all rows, by one thread and by several', () => {
  const expected = cases.map(([, holds], i) => {
    const left = rows.filter(holds)
    return [i, left.length, left.length ? left.reduce((sum, r) => sum + r.any, 0) : null]
  })
  assert.deepEqual(answers('all.parquet', '--threads', '1'), expected)
  assert.deepEqual(answers('all.parquet', '--threads', '2'), expected)
  assert.deepEqual(answers('all.csv'), expected)
})

test('one thread does not read files whose folder rules them out', () => {
  const [whole, broken] = ['year=2024', 'year=2023'].map((name) => join(folder, name, 'p.parquet'))
  for (const part of [whole, broken]) mkdirSync(dirname(part))
  const bytes = readFileSync(join(folder, 'all.parquet'))
  writeFileSync(whole, bytes)
  writeFileSync(broken, bytes.fill(255, bytes.length >> 1, (bytes.length >> 1) + 2000))
  const ask = (where) => spawnSync(sonde, ['query', '--threads', '1', '--json', `SELECT sum("any") FROM '${folder}/year=*/p.parquet' WHERE ${where}`], { encoding: 'utf8' })
  assert.deepEqual(JSON.parse(ask('year > 2023').stdout).rows, [[rows.reduce((sum, r) => sum + r.any, 0)]])
  assert.notEqual(ask('year < 2024').status, 0)
})

test('files that lack the column are passed over or not by what it is there: missing', () => {
  const both = `(SELECT id, "any", day FROM read_parquet(['${join(folder, 'all.parquet')}', '${join(folder, 'other.parquet')}'], union_by_name = true))`
  const answer = (where) => JSON.parse(run('query', '--json', `SELECT count(*) FROM ${both} WHERE ${where}`)).rows[0][0]
  assert.equal(answer('id BETWEEN 0 AND 49'), rows.filter((r) => r.id >= 0 && r.id <= 49).length + 50)
  assert.equal(answer(`day <= DATE '${day(0)}'`), 500)
  assert.equal(answer('day IS NULL'), 50)
})

test('later conditions that fail are not left out by those before them', () => {
  const { status, stderr } = spawnSync(sonde, ['query', '--threads', '1', `SELECT count(*) FROM '${join(folder, 'all.parquet')}' WHERE ("any" || 'x')::INTEGER > 5 AND id > 99999999`], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /INTEGER|x/)
})
