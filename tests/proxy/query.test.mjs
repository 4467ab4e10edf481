// `sonde query` as people and scripts use it: forms of the answer, files of statements, errors and exit codes.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { tableFromIPC } from 'apache-arrow'

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

test('threads do not change an answer', () => {
  const rows = Array.from({ length: 60000 }, (_, i) => `${i},${(i * 7919) % 101},${((i * 31) % 977) / 7},name ${i % 13}`)
  const many = ['--table', `t=${file('many.csv', `id,g,x,name\n${rows.join('\n')}\n`)}`, '--csv']
  for (const sql of ['SELECT g, count(*), sum(x), median(x), first(name) FROM t GROUP BY g', 'SELECT * FROM t WHERE id % 1000 = 7', 'SELECT a.name, count(*) FROM t a JOIN t b ON a.id = b.id + 1 GROUP BY a.name']) {
    const alone = runs([...many, '--threads', '1', sql])
    assert.equal(alone[0], 0)
    assert.deepEqual(runs([...many, '--threads', '3', sql]), alone)
  }
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
  const [status, answer] = runs(['--json', '--threads', '1', '--memory', '16000000', sql])
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

const rowsOf = (args) => {
  const [status, answer, message] = runs([...args.slice(0, -1), '--json', args.at(-1)])
  assert.deepEqual([status, message], [0, ''], args.at(-1))
  return JSON.parse(answer).rows
}
const fails = (sql, reason, where) => {
  const at = Buffer.byteLength(sql.slice(0, sql.indexOf(where)))
  assert.deepEqual(runs([sql]), [1, '', `sonde query: ${reason} (at byte ${at} of the SQL)\n`])
}

test('a statement names files itself', () => {
  assert.deepEqual(rowsOf([`SELECT fruit.name FROM '${fruit}' WHERE price > 1`]), [['apple']])
  assert.deepEqual(rowsOf([`SELECT a.name FROM read_csv_auto('${fruit}') a JOIN '${fruit}' b USING (name) WHERE a.price = b.price`]), [['apple']])
  assert.deepEqual(rowsOf([`WITH f AS (FROM '${fruit}') SELECT (SELECT count(*) FROM f), count(*) FROM range(3)`]), [[2, 3]])
})

test('options say how a file is read', () => {
  const semicolons = file('semicolons.txt', '# made by hand\n1,5;x\n2,5;y\n')
  const options = "delim = ';', header = false, comment := '#', decimal_separator => ','"
  assert.deepEqual(rowsOf([`SELECT * FROM read_csv('${semicolons}', ${options}) AS t(n, s)`]), [[1.5, 'x'], [2.5, 'y']])
  assert.deepEqual(rowsOf([`FROM read_csv('${fruit}', types = {'price': 'VARCHAR'})`]), [['apple', '1.5'], ['pear, ripe', null]])
  assert.deepEqual(rowsOf([`SELECT count(*) FROM read_csv('${fruit}', skip = 1, header = false)`]), [[2]])
  fails(`FROM read_csv('${fruit}', delimit = ';')`, 'files are not read with an option delimit; did you mean delim?', "';'")
})

test('columns get the names that are asked for, short rows end in nulls', () => {
  const short = file('short.csv', 'a,b,c\n1,2,3\n4,5\n')
  assert.deepEqual(rowsOf([`SELECT x, y, c FROM read_csv('${short}', names = ['x', 'y'], null_padding = true)`]), [[1, 2, 3], [4, 5, null]])
  assert.deepEqual(rowsOf([`SELECT typeof(x), x FROM read_csv('${short}', names = 'x', types = ['SMALLINT']) LIMIT 1`]), [['SMALLINT', 1]])
  fails(`FROM read_csv('${short}', names = ['x', 'y', 'z', 'w'])`, 'there are more names than the 3 columns', 'read_csv')
  fails(`FROM read_csv('${short}', names = ['c'])`, 'two columns would be called c', 'read_csv')
  fails(`FROM read_csv('${short}', names = ['x'], types = {'x': 'SMALLINT'})`, "columns that get other names have their types in order: types = ['BIGINT']", 'read_csv')
  fails(`FROM read_csv('${short}', names = [1])`, 'the option names is a text', '1]')
})

test('columns are read as the types that are asked for', () => {
  const typed = file('typed.csv', 'id,day,at,amount\n7,03/04/2026,2026-04-03 10h15,1.255\n300,13/04/2026,2026-04-13 00h00,2\n')
  const typesOf = (sql) => JSON.parse(runs(['--json', sql])[1]).columns.map(({ type }) => type)
  const types = "types = {'id': 'SMALLINT', 'day': 'DATE', 'at': 'TIMESTAMP', 'amount': 'DECIMAL(5,2)'}"
  const read = `FROM read_csv('${typed}', dateformat = '%d/%m/%Y', timestampformat = '%Y-%m-%d %Hh%M', ${types})`
  assert.deepEqual(typesOf(read), ['SMALLINT', 'DATE', 'TIMESTAMP', 'DECIMAL(5,2)'])
  assert.deepEqual(rowsOf([read]), [[7, '2026-04-03', '2026-04-03 10:15:00', 1.26], [300, '2026-04-13', '2026-04-13 00:00:00', 2]])
  assert.deepEqual(rowsOf([`FROM read_csv('${typed}', all_varchar = true) LIMIT 1`]), [['7', '03/04/2026', '2026-04-03 10h15', '1.255']])
  const columns = `read_csv('${typed}', columns = {'n': 'UINTEGER', 'd': 'VARCHAR', 't': 'VARCHAR', 'a': 'INTEGER[]'})`
  assert.deepEqual(rowsOf([`SELECT n, d FROM ${columns}`]), [[7, '03/04/2026'], [300, '13/04/2026']])
  assert.deepEqual(rowsOf([`SELECT id + 1, amount FROM read_csv('${typed}', types = ['HUGEINT'])`]), [[8, 1.255], [301, 2]])
  const forgiving = "types = {'id': 'TINYINT', 'day': 'DATE'}, dateformat = '%m/%d/%Y', ignore_errors = true"
  assert.deepEqual(rowsOf([`SELECT id, day FROM read_csv('${typed}', ${forgiving})`]), [[7, '2026-03-04'], [null, null]])
  fails(`FROM read_csv('${typed}', types = {'id': 'TINYINT'})`, '300 does not fit TINYINT; TRY_CAST gives NULL instead', 'read_csv')
  fails(`FROM read_csv('${typed}', types = {'id': 'INTEGR'})`, 'there is no type integr; did you mean integer?', 'read_csv')
  fails(`FROM read_csv('${typed}', types = {'id': 'DECIMAL(5,'})`, "the type 'DECIMAL(5,': expected a number, found the end of the text", 'read_csv')
  fails(`FROM read_csv('${typed}', types = ['INT', 'INT', 'INT', 'INT', 'INT'])`, `${typed}: there are more types than the 4 columns`, 'read_csv')
  fails(`FROM read_csv('${typed}', dateformat = '%d')`, "dateformat and timestampformat are for columns whose type is given: types = {'day': 'DATE'}", 'read_csv')
})

test('texts stand for missing values', () => {
  const holes = file('holes.csv', 'n,s\n1,NA\nNA,x\n"NA",-\n,NAN\n')
  const numbers = "SELECT typeof(n), n, s FROM read_csv"
  assert.deepEqual(rowsOf([`${numbers}('${holes}', nullstr = 'NA')`]),
    [['BIGINT', 1, null], ['BIGINT', null, 'x'], ['BIGINT', null, '-'], ['BIGINT', null, 'NAN']])
  assert.deepEqual(rowsOf([`SELECT count(n), count(s) FROM read_csv('${holes}', nullstr = ['NA', '-', '1'], header = true)`]), [[0, 2]])
  const many = file('many-holes.csv', `n\n${Array.from({ length: 200000 }, (_, i) => i % 4 ? i : 'NA').join('\n')}\n`)
  assert.deepEqual(rowsOf([`SELECT count(*), count(n), sum(n) FROM read_csv('${many}', nullstr = 'NA')`]), [[200000, 150000, 15000000000]])
  fails(`FROM read_csv('${holes}', nullstr = '${'x'.repeat(64)}')`, `${holes}: the texts for missing values are longer than 63 bytes together`, 'read_csv')
})

test('several files are one table', () => {
  const more = file('fruit-2.csv', 'price,name,from\n2,fig,GR\n0.25,plum,\n')
  assert.deepEqual(rowsOf([`FROM read_csv(['${fruit}', '${more}']) ORDER BY name`]),
    [['apple', 1.5, null], ['fig', 2, 'GR'], ['pear, ripe', null, null], ['plum', 0.25, null]])
  assert.deepEqual(rowsOf([`SELECT filename, count(*) FROM read_csv('${folder}/fruit*.csv', filename = true) GROUP BY ALL ORDER BY ALL`]),
    [[more, 2], [fruit, 2]])
  assert.deepEqual(rowsOf([`SELECT count(*) FROM '${folder}/fruit*.csv'`]), [[4]])
  const starred = file('st*r.csv', 'a\n1\n')
  assert.deepEqual(rowsOf([`FROM '${starred}'`]), [[1]])
})

test('folders called key=value make columns', () => {
  const inFolder = (path, text) => {
    mkdirSync(join(folder, 'parts', path), { recursive: true })
    return file(join('parts', path, 'p.csv'), text)
  }
  const rome = inFolder('year=2023/city=rome', 'n,s\n1,a\n2,b\n')
  inFolder('year=2024/city=new%20york', 'n,s\n3,c\n')
  inFolder('year=2024/city=__HIVE_DEFAULT_PARTITION__', 'n,s\n4,d\n')
  const all = `'${folder}/parts/*/*/*.csv'`
  assert.deepEqual(JSON.parse(runs(['--json', `FROM ${all} ORDER BY n`])[1]), {
    columns: [{ name: 'n', type: 'BIGINT' }, { name: 's', type: 'VARCHAR' }, { name: 'city', type: 'VARCHAR' }, { name: 'year', type: 'BIGINT' }],
    rows: [[1, 'a', 'rome', 2023], [2, 'b', 'rome', 2023], [3, 'c', 'new york', 2024], [4, 'd', null, 2024]],
  })
  assert.deepEqual(rowsOf([`SELECT year + 1, sum(n), min(city) FROM ${all} GROUP BY ALL ORDER BY ALL`]), [[2024, 3, 'rome'], [2025, 7, 'new york']])
  assert.deepEqual(rowsOf([`SELECT n FROM ${all} WHERE year > 2023 AND city IS NOT NULL`]), [[3]])
  assert.deepEqual(rowsOf([`FROM read_csv(${all}, hive_partitioning = false, filename = true) LIMIT 1`]), [[1, 'a', rome]])
  assert.deepEqual(rowsOf([`SELECT city, year FROM '${rome}' LIMIT 1`]), [['rome', 2023]])
  inFolder('year=2025', 'n,s\n5,e\n')
  const mixed = `['${rome}', '${folder}/parts/year=2025/p.csv']`
  assert.deepEqual(rowsOf([`FROM read_csv(${mixed}) LIMIT 1`]), [[1, 'a']])
  fails(`FROM read_csv(${mixed}, hive_partitioning = true)`, 'hive_partitioning: the files do not all lie in folders called key=value with the same keys', 'read_csv')
})

test('the values of folders are whole numbers, dates or points in time where all of them are; the folder goes before a column of its name', () => {
  const typesOf = (name, values) => {
    for (const value of values) {
      mkdirSync(join(folder, name, `k=${value}`), { recursive: true })
      file(join(name, `k=${value}`, 'p.csv'), 'k,x\nin the file,1\n')
    }
    const { columns, rows } = JSON.parse(runs(['--json', `SELECT k FROM '${folder}/${name}/*/p.csv' ORDER BY k`])[1])
    return [columns[0].type, ...rows.map(([k]) => k)]
  }
  assert.deepEqual(typesOf('whole', [-3, 10, 'NULL']), ['BIGINT', -3, 10, null])
  assert.deepEqual(typesOf('padded', ['01', '02']), ['VARCHAR', '01', '02'])
  assert.deepEqual(typesOf('decimal', [1.5]), ['VARCHAR', '1.5'])
  assert.deepEqual(typesOf('days', ['2024-02-29', '1969-12-31']), ['DATE', '1969-12-31', '2024-02-29'])
  assert.deepEqual(typesOf('points', ['2024-01-02 10%3A00', '2024-01-02 09:30:00.5']), ['TIMESTAMP', '2024-01-02 09:30:00.5', '2024-01-02 10:00:00'])
  assert.deepEqual(typesOf('mixed', ['7', '2024-01-01']), ['VARCHAR', '2024-01-01', '7'])
})

test('a file that cannot be opened is named where the SQL names it', () => {
  fails("SELECT 1 FROM 'missing.csv'", 'cannot open missing.csv: No such file or directory', "'missing")
  fails("FROM read_parquet('missing*.parquet')", 'missing*.parquet: there is no such file', 'read_parquet')
})

const types = "SELECT 1::BIGINT i, 0.5::DOUBLE d, 1.25::DECIMAL(9,2) n, 'ü' s, true b, DATE '2020-02-29' t, [1, NULL, 3] l, {'a': 'x'} r, NULL::VARCHAR z"

test('an Arrow stream on standard output, an Arrow file by its ending', () => {
  const stream = spawnSync(process.env.SONDE_BIN, ['query', '--arrow', types], { timeout: 60000 })
  assert.deepEqual([stream.status, stream.stderr.toString()], [0, ''])
  const path = join(folder, 'types.arrow')
  assert.deepEqual(runs(['-o', path, types]), [0, '', ''])
  for (const bytes of [stream.stdout, readFileSync(path)]) {
    const table = tableFromIPC(bytes)
    assert.deepEqual(table.schema.fields.map(({ name, type }) => `${name} ${type}`),
      ['i Int64', 'd Float64', 'n Decimal[9e+2]', 's Utf8', 'b Bool', 't Date32<DAY>', 'l List<Int32>', 'r Struct<{a:Utf8}>', 'z Utf8'])
    const row = table.get(0)
    assert.deepEqual([row.i, row.d, row.s, row.b, row.t, [...row.l], row.r.a, row.z], [1n, 0.5, 'ü', true, Date.UTC(2020, 1, 29), [1, null, 3], 'x', null])
  }
})

test('a Parquet file reads back as it was answered; a wrong statement leaves no file', () => {
  const path = join(folder, 'types.parquet')
  assert.deepEqual(runs(['-o', path, types]), [0, '', ''])
  assert.deepEqual(rowsOf([`SELECT * EXCLUDE r, r.a FROM '${path}'`]), rowsOf([`SELECT * EXCLUDE r, r.a FROM (${types})`]))
  const wrong = join(folder, 'wrong.parquet')
  assert.equal(runs(['-o', wrong, 'SELECT x'])[0], 1)
  assert.equal(existsSync(wrong), false)
  assert.equal(runs(['-o', join(folder, 'nothing.parquet'), 'SELECT 1 AS a WHERE false'])[0], 0)
  assert.deepEqual(rowsOf([`FROM '${join(folder, 'nothing.parquet')}'`]), [])
})

test('CSV and JSON to a file', () => {
  for (const [name, expected] of [['o.csv', 'a\n1\n'], ['o.json', '{"columns":[{"name":"a","type":"INTEGER"}],"rows":[[1]]}\n']]) {
    assert.deepEqual(runs(['-o', join(folder, name), 'SELECT 1 AS a']), [0, '', ''])
    assert.equal(readFileSync(join(folder, name), 'utf8'), expected)
  }
})

test('wrong use is exit code 2', () => {
  for (const args of [[], ['SELECT 1', 'SELECT 2'], ['--file', 'x.sql', 'SELECT 1'], ['--table', 'fruit', 'SELECT 1'], ['--memory', 'much', 'SELECT 1'], ['--threads', '0', 'SELECT 1'], ['--file'],
    ['-o', 'x.txt', 'SELECT 1'], ['-o'], ['--arrow', '--file', 'x.sql']]) {
    assert.equal(runs(args)[0], 2, args.join(' '))
  }
  assert.equal(runs(['--file', join(folder, 'missing.sql')])[0], 1)
})
