// `sonde query` as scripts use it: files under names, exact digits, exit codes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'

const folder = mkdtempSync(join(tmpdir(), 'sonde-query-'))
after(() => rmSync(folder, { recursive: true }))

function file(name, bytes) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const query = (...args) => spawnSync(process.env.SONDE_BIN, ['query', ...args], { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60000 })
function ok(...args) {
  const run = query(...args)
  assert.deepEqual([run.status, run.stderr], [0, ''], args.join(' '))
  return run.stdout
}

const cities = file('cities.csv', 'id,name,people\n1,Ulm,126329\n2,"Graz, AT",291072\n3,Bern,9007199254740993\n')
const visits = file('visits.csv.gz', gzipSync('city,day\n2,2026-11-21\n2,2026-11-22\n1,\n'))
const tables = ['--table', `cities=${cities}`, '--table', `visits=${visits}`]

test('joins files of different kinds, digits exact', () => {
  const text = ok(...tables, '--json', 'SELECT name, people, count(v.city) AS n, max(day) AS last FROM cities c LEFT JOIN visits v ON v.city = c.id GROUP BY ALL ORDER BY name')
  assert.ok(text.includes('9007199254740993'))
  const { columns, rows } = JSON.parse(text)
  assert.deepEqual(columns, [{ name: 'name', type: 'VARCHAR' }, { name: 'people', type: 'BIGINT' }, { name: 'n', type: 'BIGINT' }, { name: 'last', type: 'DATE' }])
  assert.deepEqual(rows.map((row) => [row[0], row[2], row[3]]), [['Bern', 0, null], ['Graz, AT', 2, '2026-11-22'], ['Ulm', 1, null]])
})

test('CSV quotes what needs it, nulls are empty', () => {
  assert.equal(ok(...tables, '--csv', "SELECT name, NULL AS x, 'say \"hi\"' AS s FROM cities WHERE id = 2"), 'name,x,s\n"Graz, AT",,"say ""hi"""\n')
})

test('results larger than one page arrive whole', () => {
  const { rows } = JSON.parse(ok('--json', "SELECT i, repeat('x', 20) FROM range(200000) t(i)"))
  assert.equal(rows.length, 200000)
  assert.deepEqual(rows.at(-1), [199999, 'x'.repeat(20)])
  assert.deepEqual(JSON.parse(ok('--json', 'SELECT 1 AS a WHERE false')), { columns: [{ name: 'a', type: 'INTEGER' }], rows: [] })
})

test('says what is wrong and exits with 1; usage errors with 2', () => {
  for (const [sql, message] of [
    ['SELECT nme FROM cities', /nme.*at byte 7/s],
    ['SELECT 2147483647 + 1', /out of range for INTEGER.*at byte 7/s],
    ["SELECT CAST(name AS INT) FROM cities", /'Ulm' does not fit INTEGER/],
  ]) {
    const run = query(...tables, sql)
    assert.deepEqual([run.status, run.stdout], [1, ''], sql)
    assert.match(run.stderr, message)
  }
  assert.match(query('--table', `t=${folder}/none.csv`, 'SELECT 1').stderr, /cannot open/)
  assert.equal(query('--table', 'nothing', 'SELECT 1').status, 2)
  assert.equal(query(...tables).status, 2)
})
