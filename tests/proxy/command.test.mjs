// The command as people and scripts use it: what it prints, where, and its exit codes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'

const folder = mkdtempSync(join(tmpdir(), 'sonde-command-'))
after(() => rmSync(folder, { recursive: true }))

function file(name, bytes) {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}
const sonde = (...args) => spawnSync(process.env.SONDE_BIN, args, { encoding: 'utf8', maxBuffer: 2 ** 28, timeout: 60000 })
function ok(...args) {
  const run = sonde(...args)
  assert.deepEqual([run.status, run.stderr], [0, ''], args.join(' '))
  return run.stdout
}
const json = (...args) => JSON.parse(ok(...args, '--json'))

const mixed = file('mixed.csv', [
  'name,count,price,day,seen,flag',
  'Zoë,1,1.5,2026-11-21,2026-11-21T10:15:00Z,true',
  '"a, ""b""",-2,,2024-02-29,,false',
  '日本,9007199254740993,0.25,1969-12-31,2026-11-21T10:15:00.5Z,true',
  ',4,1e21,2000-01-01,1969-12-31T23:59:59.999999Z,',
].join('\n') + '\n')
const columns = [['name', 'text'], ['count', 'int64'], ['price', 'double'], ['day', 'date'], ['seen', 'timestamptz'], ['flag', 'bool']].map(([name, type]) => ({ name, type }))

// Enough rows for many blocks: row i is i, its square, a text, and every tenth value missing.
const n = 300000
const large = Array.from({ length: n }, (_, i) => `${i},${i * i},"row ${i % 1000}, of many",${i % 10 ? i / 4 : ''}`)
const largeText = `id,square,label,quarter\n${large.join('\n')}\n`
const largeFile = file('large.csv', largeText)

test('head shows names, types and rows', () => {
  const { columns: found, rows } = json('head', mixed)
  assert.deepEqual(found, columns)
  assert.equal(rows.length, 4)
  assert.deepEqual(rows[0], ['Zoë', 1, 1.5, '2026-11-21', '2026-11-21 10:15:00+00:00', true])
  assert.deepEqual(rows[1], ['a, "b"', -2, null, '2024-02-29', null, false])
  assert.equal(json('head', mixed, '-n', '2').rows.length, 2)
})

test('exact numbers are written exactly', () => {
  const text = ok('head', mixed, '--json')
  assert.match(text, /,9007199254740993,0\.25,"1969-12-31","2026-11-21 10:15:00\.500\+00:00",true\]/)
  assert.match(text, /,4,1e\+21,"2000-01-01","1969-12-31 23:59:59\.999999\+00:00",null\]/)
})

test('the drawn table is aligned, also where characters are wide', () => {
  const lines = ok('head', mixed).trimEnd().split('\n')
  const at = lines.findIndex((line) => line.startsWith('─'))
  assert.match(lines[at - 2], /^name\s+count\s+price\s+day/)
  assert.match(lines[at - 1], /^text\s+int64\s+double\s+date/)
  const end = (line) => [...line.replace(/[日本]/g, '##')].join('').search(/\d{4}-\d\d-\d\d/)
  assert.equal(new Set(lines.slice(at + 1).map(end)).size, 1, lines.join('\n'))
})

test('control characters do not reach the terminal', () => {
  const path = file('control.csv', 'a,b\n"x\u001b[31m\ny",1\n\u202ez,2\n')
  const text = ok('head', path)
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u202e]/)
  assert.match(text, /x␛\[31m␊y/)
})

test('a quote that never closes is a row that head and scan tell of', () => {
  const path = file('unclosed.csv', '"hello\n\n world\n')
  assert.deepEqual(json('head', path).rows, [['hello\n\n world\n']])
  assert.match(ok('head', path), /\n1 row does not fit; `sonde scan` says where and why\.\n$/)
  assert.doesNotMatch(ok('head', mixed), /fit/)
  const { rows, bad } = json('scan', path)
  assert.equal(rows, 1)
  assert.deepEqual(bad.map(({ row, line, offset, reason }) => [row, line, offset, reason]), [[0, 1, 0, 'unclosed-quote']])
  assert.match(bad[0].message, /quote is never closed.* to the end of the file\. Close it/)
})

test('scan reports types, statistics and rows that do not fit', () => {
  const path = file('bad.csv', 'id,name\n1,a\n2,b,c\n3\n4,d\n')
  const report = json('scan', path, '--delimiter', ',', '--header')
  assert.equal(report.file, path)
  assert.equal(report.bytes, 24)
  assert.equal(report.rows, 4)
  assert.equal(report.bad_rows, 2)
  assert.deepEqual(report.bad.map(({ row, line, offset, reason }) => [row, line, offset, reason]), [[1, 3, 12, 'too-many-fields'], [2, 4, 18, 'too-few-fields']])
  assert.ok(report.guesses.find(({ setting }) => setting === 'delimiter').overridden)
  assert.ok(report.seconds > 0 && report.peak_bytes > 1e5)
  const text = ok('scan', path, '--delimiter', ',', '--header')
  assert.match(text, /4 rows, 2 columns/)
  assert.match(text, /2 rows do not fit:/)
})

test('statistics of many blocks, whatever the number of threads', () => {
  const reports = ['1', '2', '5'].map((threads) => json('scan', largeFile, '--threads', threads))
  for (const report of reports) {
    assert.equal(report.rows, n)
    assert.deepEqual(report.columns.map(({ name, type, nulls, min, max }) => [name, type, nulls, min, max]), [
      ['id', 'int64', 0, '0', String(n - 1)], ['square', 'int64', 0, '0', String((n - 1) ** 2)],
      ['label', 'text', 0, 'row 0, of many', 'row 999, of many'], ['quarter', 'double', n / 10, '0.25', String((n - 1) / 4)],
    ])
    assert.ok(Math.abs(report.columns[2].distinct - 1000) < 100)
  }
  const facts = reports.map(({ seconds, peak_bytes, ...rest }) => rest)
  assert.deepEqual(facts[1], facts[0])
  assert.deepEqual(facts[2], facts[0])
})

test('a compressed file reads like the file', () => {
  const { seconds, peak_bytes, file: path, bytes, compression, guesses, ...plain } = json('scan', largeFile)
  const zipped = json('scan', file('large.csv.gz', gzipSync(largeText)))
  assert.equal(zipped.compression, 'gzip')
  for (const [name, value] of Object.entries(plain)) assert.deepEqual(zipped[name], value, name)
  const rows = ['--rows', '250000:250003', '--json']
  assert.equal(ok('view', join(folder, 'large.csv.gz'), ...rows), ok('view', largeFile, ...rows))
})

test('view reads any rows', () => {
  const rowsOf = (...args) => json('view', largeFile, ...args)
  assert.deepEqual(rowsOf('--rows', '299998:400000').rows.map(([id]) => id), [299998, 299999])
  assert.deepEqual(rowsOf('--rows', '5:5').rows, [])
  assert.deepEqual(rowsOf('--rows', '150000:150001').rows, [[150000, 150000 ** 2, 'row 0, of many', null]])
  const filtered = rowsOf('--filter', '{"column":2,"op":"=","value":"row 7, of many"}', '--sort', '[{"column":0,"descending":true}]', '--rows', '0:2')
  assert.deepEqual([filtered.view_rows, filtered.rows.map(([id]) => id)], [300, [299007, 298007]])
  assert.equal(rowsOf('--search', 'ROW 99, OF').view_rows, 300)
  const sorted = rowsOf('--sort', '[{"column":3}]', '--rows', '0:2')
  assert.deepEqual(sorted.rows.map(([id]) => id), [1, 2])
})

test('one thread and many give the same view', () => {
  const spec = ['view', largeFile, '--json', '--sort', '[{"column":2},{"column":0,"descending":true}]', '--rows', '1000:1200']
  assert.equal(ok(...spec, '--threads', '1'), ok(...spec, '--threads', '4'))
})

test('options say how a file is read', () => {
  const path = file('odd.txt', "note\nx|'a|b'|3,5\ny|c|4,5\n")
  const { columns: found, rows } = json('head', path, '--delimiter', '|', '--quote', "'", '--no-header', '--skip', '1', '--decimal', ',')
  assert.deepEqual(rows, [['x', 'a|b', 3.5], ['y', 'c', 4.5]])
  assert.equal(found.length, 3)
  const tabbed = file('tab.txt', 'a\tb,c\n1\t2\n')
  assert.deepEqual(json('head', tabbed, '--delimiter', 'tab', '--header').columns.map(({ name }) => name), ['a', 'b,c'])
  assert.equal(json('head', mixed, '--type', 'count=text').rows[0][1], '1')
})

test('what fails is said on standard error, with exit code 1', () => {
  const cases = [
    [['scan', join(folder, 'nothing.csv')], /cannot open .*nothing\.csv: No such file/], [['head', folder], /no ordinary file/],
    [['head', mixed, '--type', 'count=number'], /number/],
    [['view', mixed, '--filter', '{"column":99,"op":"is null"}'], /the filter, byte 10: column 99 is not there/],
    [['view', mixed, '--filter', '{"column":0,}'], /the filter, byte 12: /], [['view', mixed, '--sort', '[{"column":0},7]'], /the sort, byte 14: /],
    [['scan', file('cut.csv.gz', gzipSync(largeText).subarray(0, 100000))], /./],
  ]
  for (const [args, message] of cases) {
    const run = sonde(...args)
    assert.deepEqual([run.status, run.stdout], [1, ''], args.join(' '))
    assert.match(run.stderr, /^sonde (head|scan|view): /)
    assert.match(run.stderr, message)
  }
})

test('a command line that is not understood has exit code 2', () => {
  const cases = [[], ['fly'], ['head'], ['head', 'a.csv', 'b.csv'], ['scan', mixed, '--fast'], ['head', mixed, '-n', 'x'], ['head', mixed, '-n', '201'], ['scan', mixed, '--threads', '0'],
    ['view', mixed, '--rows', '5'], ['view', mixed, '--rows', '5:3'], ['head', mixed, '--skip', '-1'], ['head', mixed, '--type', 'count'], ['head', mixed, '--delimiter'], ['head', mixed, '--delimiter', ''], ['head', mixed, '--quote', '<>']]
  for (const args of cases) {
    const run = sonde(...args)
    assert.deepEqual([run.status, run.stdout, run.stderr !== ''], [2, '', true], args.join(' '))
  }
})

test('help goes to standard output', () => {
  for (const args of [['help'], ['--help'], ['help', 'scan'], ['scan', '--help'], ['--version']]) assert.match(ok(...args), /sonde/)
})

test('empty files and files of one row', () => {
  assert.equal(json('scan', file('empty.csv', '')).rows, 0)
  assert.equal(json('scan', file('one.csv', 'a,b\n')).columns.length, 2)
  for (const command of ['head', 'scan', 'view']) ok(command, file('empty2.csv', ''))
})

test('convert writes what it read, in every format, and reads it again', () => {
  const expected = json('view', mixed, '--rows', '0:10').rows
  for (const ending of ['csv', 'parquet', 'arrow']) {
    const out = join(folder, `out.${ending}`)
    assert.equal(ok('convert', mixed, out), '')
    if (ending !== 'arrow') assert.deepEqual(json('view', out, '--rows', '0:10').rows, expected, ending)
    else {
      assert.equal(readFileSync(out).subarray(0, 6).toString(), 'ARROW1')
      assert.match(sonde('head', out).stderr, /Arrow file/) // rather than its bytes as text
    }
  }
  assert.equal(readFileSync(join(folder, 'out.csv'), 'utf8').split('\n')[2], '"a, ""b""",-2,,2024-02-29,,false')
})

test('convert takes rows and order, and leaves nothing behind when it fails', () => {
  const out = join(folder, 'some.parquet')
  ok('convert', '--filter', '{"column":0,"op":"<","value":"20"}', largeFile, out, '--sort', '[{"column":1,"descending":true}]')
  assert.deepEqual(json('view', out, '--rows', '0:3').rows.map(([id]) => Number(id)), [19, 18, 17])
  assert.equal(sonde('convert', mixed, join(folder, 'missing', 'out.csv')).status, 1)
  assert.equal(sonde('convert', mixed).status, 2)
  assert.equal(sonde('convert', mixed, join(folder, 'out.doc')).status, 2)
  assert.equal(sonde('convert', mixed, out, '--options', '{"compression":"rar"}').status, 1)
  assert.deepEqual(json('view', out, '--rows', '0:1').rows.map(([id]) => Number(id)), [19]) // as it was
  assert.deepEqual(readdirSync(folder).filter((name) => name.endsWith('.part')), [])
})
