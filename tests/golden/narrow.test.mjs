// Types of SQL that are narrower than the engine's columns keep their width in Arrow and Parquet: other readers see what was asked for.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as flechette from '@uwdata/flechette'
import { tableFromIPC } from 'apache-arrow'
import { parquetMetadata } from 'hyparquet'
import { readParquet } from 'parquet-wasm/node'

const folder = mkdtempSync(join(tmpdir(), 'sonde-narrow-'))
after(() => rmSync(folder, { recursive: true }))

function answer(format, sql) {
  const path = join(folder, `answer.${format}`)
  const run = spawnSync(process.env.SONDE_BIN, ['query', '-o', path, sql], { encoding: 'utf8', timeout: 60000 })
  assert.deepEqual([run.status, run.stderr], [0, ''])
  return new Uint8Array(readFileSync(path))
}

// Each: SQL type, Arrow type as the readers print it, its smallest and greatest value.
const whole = [
  ['TINYINT', 'Int8', -128n, 127n],
  ['SMALLINT', 'Int16', -32768n, 32767n],
  ['INTEGER', 'Int32', -2147483648n, 2147483647n],
  ['BIGINT', 'Int64', -9223372036854775808n, 9223372036854775807n],
  ['UTINYINT', 'Uint8', 0n, 255n],
  ['USMALLINT', 'Uint16', 0n, 65535n],
  ['UINTEGER', 'Uint32', 0n, 4294967295n],
  ['UBIGINT', 'Uint64', 0n, 18446744073709551615n],
]
const values = whole.map(([type, , least, greatest]) => `('${least}'::${type}), (NULL), ('${greatest}'), ('7'::${type})`)
const wholeSql = `SELECT * FROM ${values.map((rows, i) => `(VALUES ${rows}) t${i}("${whole[i][0]}")`).join(' POSITIONAL JOIN ')}`
const times = `SELECT TIMESTAMP_S '1969-12-31 23:59:59' AS s, TIMESTAMP_MS '2026-11-21 10:15:00.125' AS ms, TIMESTAMP '2026-11-21 10:15:00.125001' AS us`
const nested = `SELECT [1::SMALLINT, 2] AS list, {'a': 3::UTINYINT, 'b': 1.25::DECIMAL(5,2)} AS struct, MAP {4::TINYINT: 5::UINTEGER} AS map, 0.5::FLOAT AS float`

function checkWhole(table) {
  for (const [i, [, name, least, greatest]] of whole.entries()) {
    assert.equal(String(table.schema.fields[i].type), name)
    assert.deepEqual([...table.getChildAt(i)].map((value) => value === null ? null : BigInt(value)), [least, null, greatest, 7n], name)
  }
}
const types = (table) => table.schema.fields.map(({ type }) => String(type))
const arrowOfParquet = (sql) => tableFromIPC(readParquet(answer('parquet', sql)).intoIPCStream())

for (const format of ['arrow', 'arrows'])
  test(`whole numbers keep their width in .${format}`, () => {
    const bytes = answer(format, wholeSql)
    checkWhole(tableFromIPC(bytes))
    const other = flechette.tableFromIPC(bytes, { useBigInt: true })
    assert.deepEqual([...other.getChildAt(7)], [0n, null, 18446744073709551615n, 7n])
  })

test('whole numbers keep their width in Parquet, and have bounds in their own order', () => {
  checkWhole(arrowOfParquet(wholeSql))
  const { row_groups: [{ columns }] } = parquetMetadata(answer('parquet', wholeSql).buffer)
  for (const [i, [type, , least, greatest]] of whole.entries()) {
    const { statistics } = columns[i].meta_data
    const bits = type === 'UBIGINT' || type === 'BIGINT' ? 64 : 32
    const seen = [statistics.min_value, statistics.max_value].map((bound) => least < 0n ? BigInt(bound) : BigInt.asUintN(bits, BigInt(bound)))
    assert.deepEqual(seen, [least, greatest], type)
  }
})

test('decimals have their digits, timestamps their unit', () => {
  const decimals = `SELECT 1.25::DECIMAL(5,2) AS a, -99999999999999999999::DECIMAL(20,0) AS b`
  for (const table of [tableFromIPC(answer('arrow', decimals)), arrowOfParquet(decimals)])
    assert.deepEqual(table.schema.fields.map(({ type }) => [type.precision, type.scale]), [[5, 2], [20, 0]])
  assert.deepEqual(types(tableFromIPC(answer('arrow', times))), ['Timestamp<SECOND>', 'Timestamp<MILLISECOND>', 'Timestamp<MICROSECOND>'])
  assert.deepEqual(types(arrowOfParquet(times)), ['Timestamp<MILLISECOND>', 'Timestamp<MILLISECOND>', 'Timestamp<MICROSECOND>'])
  for (const table of [tableFromIPC(answer('arrow', times)), arrowOfParquet(times)])
    assert.deepEqual([...table.get(0)].slice(0, 2).map(([, value]) => value), [-1000, Date.UTC(2026, 10, 21, 10, 15, 0, 125)])
})

test('parts of nested values keep theirs', () => {
  for (const table of [tableFromIPC(answer('arrow', nested)), arrowOfParquet(nested)]) {
    const [list, struct, map, float] = table.schema.fields.map(({ type }) => type)
    assert.equal(String(list.children[0].type), 'Int16')
    assert.equal(String(struct.children[0].type), 'Uint8')
    assert.deepEqual([struct.children[1].type.precision, struct.children[1].type.scale], [5, 2])
    assert.deepEqual([map.keyType, map.valueType].map(String), ['Int8', 'Uint32'])
    assert.equal(String(float), 'Float32')
  }
})

test('a Parquet file of narrow columns is written on with them', () => {
  const first = join(folder, 'first.parquet')
  const copy = join(folder, 'copy.arrow')
  const run = (...args) => assert.equal(spawnSync(process.env.SONDE_BIN, args, { encoding: 'utf8', timeout: 60000 }).status, 0)
  run('query', '-o', first, wholeSql)
  run('query', '-o', copy, `SELECT * FROM '${first}'`)
  checkWhole(tableFromIPC(new Uint8Array(readFileSync(copy))))
})
