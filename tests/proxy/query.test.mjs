// `sonde query` as people and scripts use it: forms of the answer, files of statements, errors and exit codes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'sonde-query-'))
after(() => rmSync(folder, { recursive: true }))

function file(name, text) {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const fruit = file('fruit.csv', 'name,price\napple,1.5\n"pear, ripe",\n')
const runs = (args, input) => {
  const { status, stdout, stderr } = spawnSync(process.env.SONDE_BIN, ['query', ...args], { encoding: 'utf8', input, timeout: 60000 })
  return [status, stdout, stderr]
}
const table = ['--table', `fruit=${fruit}`]

test('an answer as JSON, CSV and drawn', () => {
  const sql = 'SELECT name, price FROM fruit ORDER BY name'
  const [status, json] = runs([...table, '--json', sql])
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(json), {
    columns: [{ name: 'name', type: 'VARCHAR' }, { name: 'price', type: 'DOUBLE' }],
    rows: [['apple', 1.5], ['pear, ripe', null]],
  })
  assert.deepEqual(runs([...table, '--csv', sql]), [0, 'name,price\napple,1.5\n"pear, ripe",\n', ''])
  assert.match(runs([...table, sql])[1], /^name +price\n─+ +─+\napple +1\.5\n/)
})

test('every digit is there', () => {
  assert.match(runs(['--json', 'SELECT 12345678901234567890123456789, 0.1::DOUBLE + 0.2'])[1], /\[\[12345678901234567890123456789,0\.30000000000000004\]\]/)
})

test('an error names its place and prints no rows', () => {
  assert.deepEqual(runs([...table, 'SELECT nme FROM fruit']), [1, '', 'sonde query: there is no column nme; did you mean name? (at byte 7 of the SQL)\n'])
  const [status, rows, message] = runs(['--csv', "SELECT CASE WHEN i < 50000 THEN '1' ELSE 'x' END::INTEGER FROM range(60000) t(i)"])
  assert.deepEqual([status, rows], [1, ''])
  assert.match(message, /'x' does not fit INTEGER/)
})

test('a sort that the budget does not hold has the same answer', () => {
  const sql = "SELECT i, 'text ' || i AS s FROM range(300000) t(i) ORDER BY i * 7919 % 300007 OFFSET 299990"
  // 7919 and 300007 are primes: each row has a key of its own.
  const byKey = Array.from({ length: 300000 }, (_, i) => i).sort((a, b) => a * 7919 % 300007 - b * 7919 % 300007)
  const [status, answer] = runs(['--json', '--memory', '16000000', sql])
  assert.equal(status, 0)
  assert.deepEqual(JSON.parse(answer).rows, byKey.slice(299990).map((i) => [i, `text ${i}`]))
})

test('statements of a file are answered one a line, wrong ones too', () => {
  const statements = file('statements.sql', "SELECT ';' AS a;\n\n-- what follows spans lines\nSELECT nme\nFROM fruit;\nSELECT count(*)\nFROM fruit")
  const [status, answers] = runs([...table, '--json', '--file', statements])
  assert.equal(status, 1)
  const [first, second, third, ...rest] = answers.split('\n')
  assert.deepEqual(JSON.parse(first).rows, [[';']])
  assert.deepEqual(JSON.parse(second), { error: 'there is no column nme; did you mean name?', at: 'SELECT nme'.length - 3 + '-- what follows spans lines\n'.length })
  assert.deepEqual(JSON.parse(third).rows, [[2]])
  assert.deepEqual(rest, [''])
})

test('statements come from standard input, and each tells its time', () => {
  const [status, answers, times] = runs(['--csv', '--timing', '--file', '-'], 'SELECT 1 AS a;\nSELECT 2 AS a;\n')
  assert.deepEqual([status, answers], [0, 'a\n1\na\n2\n'])
  assert.match(times, /^\d+\.\d{3} ms\n\d+\.\d{3} ms\n$/)
})

test('wrong use is exit code 2', () => {
  for (const args of [[], ['SELECT 1', 'SELECT 2'], ['--file', 'x.sql', 'SELECT 1'], ['--table', 'fruit', 'SELECT 1'], ['--memory', 'much', 'SELECT 1'], ['--file']]) {
    assert.equal(runs(args)[0], 2, args.join(' '))
  }
  assert.equal(runs(['--file', join(folder, 'missing.sql')])[0], 1)
})
