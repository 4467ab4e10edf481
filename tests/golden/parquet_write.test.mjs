// Parquet files that Sonde wrote, read by others: Rust's parquet crate (as parquet-wasm, by way of Arrow) and hyparquet. The values
// are made here, go to the writer as JSON and have to come out of the readers as the same JSON, digit by digit.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { DataType, tableFromIPC } from 'apache-arrow'
import { parquetMetadata, parquetReadObjects, readColumnIndex, readOffsetIndex } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { readParquet } from 'parquet-wasm/node'

const tool = (name) => join(process.env.SONDE_TOOLS ?? 'tests', name)
const folder = mkdtempSync(join(tmpdir(), 'sonde-parquet-'))
after(() => rmSync(folder, { recursive: true }))

// ---- values ----

let state = 1n
/** The next of a repeatable row of numbers, 0 to n - 1 (splitmix64). */
function below(n) {
  state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
  let z = state
  z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
  z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
  return (z ^ (z >> 31n)) % BigInt(n)
}
const chance = (n) => below(n) === 0n
const signed = (bits) => below(2n ** BigInt(bits)) - 2n ** BigInt(bits - 1)
const pad = (n, width) => String(n).padStart(width, '0')
const floorDiv = (a, b) => a / b - (a % b < 0n ? 1n : 0n)
const floorMod = (a, b) => ((a % b) + b) % b

function dateText(days) {
  return JSON.stringify(new Date(Number(days) * 86400000).toISOString().slice(0, 10))
}
/** Units since midnight; a fraction of 0, 3, 6 or 9 digits, as short as that goes. */
function clock(value, digits) {
  const unit = 10n ** BigInt(digits)
  const seconds = value / unit
  const fraction = pad(value % unit, digits)
  const steps = digits === 9 ? [0, 3, 6, 9] : [0, 3, 6]
  const kept = steps.find((n) => /^0*$/.test(fraction.slice(n)))
  return `${pad(seconds / 3600n, 2)}:${pad((seconds / 60n) % 60n, 2)}:${pad(seconds % 60n, 2)}${kept ? '.' + fraction.slice(0, kept) : ''}`
}
function timestampText(value, digits, zone) {
  const day = 86400n * 10n ** BigInt(digits)
  return JSON.stringify(`${dateText(floorDiv(value, day)).slice(1, -1)} ${clock(floorMod(value, day), digits)}${zone}`)
}
function decimalText(value, scale) {
  const digits = pad(value < 0n ? -value : value, scale + 1)
  const sign = value < 0n ? '-' : ''
  return scale ? `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}` : sign + digits
}
const hex = (bytes) => Array.from(bytes, (byte) => pad(byte.toString(16), 2)).join('')
function uuidText(digits) {
  return JSON.stringify(digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}
function intervalText(months, days, millis) {
  const part = (n, unit) => (n ? [`${n} ${unit}${n === 1 ? '' : 's'}`] : [])
  const parts = [...part(Math.trunc(months / 12), 'year'), ...part(months % 12, 'month'), ...part(days, 'day')]
  const seconds = Math.trunc(millis / 1000)
  const time = `${pad(Math.trunc(seconds / 3600), 2)}:${pad(Math.trunc(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`
  const fraction = millis % 1000 ? `.${pad(millis % 1000, 3).replace(/0+$/, '')}` : ''
  return JSON.stringify([...parts, ...(millis || parts.length === 0 ? [time + fraction] : [])].join(' '))
}
function doubleText(value) {
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value))
}

const words = ['', 'a', 'ab', 'Züworth', '€', 'a "quoted" one', '😀'.repeat(30), 'z'.repeat(100), '\u{10ffff}']
const randomHex = (n) => Array.from({ length: n }, () => below(16).toString(16)).join('')
const int64 = () => String(chance(3) ? signed(64) : below(5))
const double = () => doubleText([NaN, Infinity, -Infinity, 0, 1.5, 5e-324, Number(signed(60)) / 1e7][Number(below(7))])
const text = () => JSON.stringify(chance(2) ? words[Number(below(words.length))] : randomHex(12))
const micros = () => (chance(2) ? signed(54) : signed(34) * 1000000n) // 1684 to 2255
const items = (make) => Array.from({ length: Number(below(4)) }, make)
const orNull = (make) => () => (chance(6) ? 'null' : make())
const object = (members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

const leaf = (name, type, scale = 0) => ({ name, type, scale })
const list = (name, item) => ({ name, type: 'list', children: [item] })
const point = { name: 'point', type: 'struct', children: [leaf('x', 'double'), list('tags', leaf('item', 'text'))] }
const numbers = list('numbers', leaf('item', 'int64'))
const grid = list('grid', list('item', leaf('item', 'decimal', 2)))
const map = { name: 'map', type: 'map', children: [leaf('key', 'text'), leaf('value', 'date')] }
const deep = list('deep', { name: 'item', type: 'map', children: [leaf('key', 'int64'), { ...point, name: 'value' }] })

const decimal = (scale) => () => decimalText(signed(120), scale)
const array = (make) => () => `[${items(make).join(',')}]`
const pointText = () => object([['x', orNull(double)()], ['tags', orNull(array(orNull(text)))()]])
const columns = [
  [leaf('row', 'int64'), (row) => String(row)],
  [leaf('bool', 'bool'), orNull(() => String(chance(2)))],
  [leaf('int', 'int64'), orNull(int64)],
  [leaf('double', 'double'), orNull(double)],
  [leaf('float', 'float'), orNull(() => doubleText(Math.fround(Number(signed(40)) / 1e5)))],
  [leaf('decimal', 'decimal', 5), orNull(decimal(5))],
  [leaf('whole', 'decimal'), orNull(decimal(0))],
  [leaf('date', 'date'), orNull(() => dateText(below(40000)))],
  [leaf('time', 'time'), orNull(() => JSON.stringify(clock(below(86400000000), 6)))],
  [leaf('time_ns', 'time', 9), orNull(() => JSON.stringify(clock(below(86400000000000), 9)))],
  [leaf('stamp', 'timestamp'), orNull(() => timestampText(micros(), 6, ''))],
  [leaf('stamp_tz', 'timestamptz'), orNull(() => timestampText(micros(), 6, '+00:00'))],
  [leaf('stamp_ns', 'timestamp', 9), orNull(() => timestampText(signed(62), 9, ''))],
  [leaf('text', 'text'), orNull(text)],
  [leaf('long', 'text'), orNull(() => JSON.stringify('€'.repeat(20) + randomHex(20)))], // longer than bounds are
  [leaf('few', 'text'), orNull(() => JSON.stringify(words[Number(below(3))]))],
  [leaf('blob', 'blob'), orNull(() => JSON.stringify(randomHex(2 * Number(below(80)))))],
  [leaf('uuid', 'uuid'), orNull(() => uuidText(randomHex(32)))],
  [leaf('interval', 'interval'), orNull(() => intervalText(Number(below(30)), Number(below(3)), Number(below(2 ** 31))))],
  [leaf('nothing', 'text'), () => 'null'],
  [leaf('untyped', 'none'), () => 'null'],
  [numbers, orNull(array(orNull(int64)))],
  [grid, orNull(array(orNull(array(orNull(decimal(2))))))],
  [point, orNull(pointText)],
  [map, orNull(() => object(items((_, i) => [`k${i}`, orNull(() => dateText(below(9999)))()])))],
  [deep, orNull(array(orNull(() => `[${items((_, i) => `[${i},${orNull(pointText)()}]`).join(',')}]`)))],
]
const ROWS = 2500

/** The text of every cell, made anew but always the same. */
function makeRows() {
  state = 1n
  return Array.from({ length: ROWS }, (_, row) => columns.map(([, make]) => make(row)))
}

function writeParquet(name, rows, ...options) {
  const input = join(folder, `${name}.json`)
  const output = join(folder, `${name}.parquet`)
  const line = (cells) => object(cells.map((cell, i) => [columns[i][0].name, cell]))
  writeFileSync(input, [JSON.stringify({ columns: columns.map(([shape]) => shape) }), ...rows.map(line), ''].join('\n'))
  const child = spawnSync(tool('parquet_write'), [input, output, ...options], { encoding: 'utf8', timeout: 60000 })
  assert.equal(child.status, 0, `${child.stderr}${child.error ?? ''}`)
  return readFileSync(output)
}

// ---- what Arrow has, as JSON ----

/** 128 bits in four words, two's complement. */
const wide = (four) => BigInt.asIntN(128, four.reduceRight((sum, word) => (sum << 32n) | BigInt(word >>> 0), 0n))

function scalarJson(shape, data, at) {
  const { values, type } = data
  switch (shape.type) {
    case 'bool': return String((values[(data.offset + at) >> 3] & (1 << ((data.offset + at) & 7))) !== 0)
    case 'int64': return String(values[at])
    case 'double':
    case 'float': return doubleText(values[at])
    case 'decimal':
      assert.deepEqual([type.precision, type.scale], [38, shape.scale])
      return decimalText(wide(Array.from(values.subarray(at * 4, at * 4 + 4))), shape.scale)
    case 'date': return dateText(values[at])
    case 'time': return JSON.stringify(clock(values[at], shape.scale || 6))
    case 'timestamp':
      assert.equal(type.timezone ?? null, null)
      return timestampText(values[at], shape.scale || 6, '')
    case 'timestamptz':
      assert.equal(type.timezone, 'UTC')
      return timestampText(values[at], 6, '+00:00')
    case 'uuid': return uuidText(hex(values.subarray(at * 16, at * 16 + 16)))
    default: {
      const bytes = values.subarray(data.valueOffsets[at], data.valueOffsets[at + 1])
      return JSON.stringify(shape.type === 'blob' ? hex(bytes) : Buffer.from(bytes).toString())
    }
  }
}

function itemsOf(data, at, make) {
  const result = []
  for (let i = data.valueOffsets[at]; i < data.valueOffsets[at + 1]; i++) result.push(make(i))
  return result
}

function arrowJson(shape, data, at) {
  if (DataType.isNull(data.type) || !data.getValid(at)) return 'null'
  if (shape.type === 'struct')
    return object(shape.children.map((child, i) => [child.name, arrowJson(child, data.children[i], at)]))
  if (shape.type === 'list')
    return `[${itemsOf(data, at, (i) => arrowJson(shape.children[0], data.children[0], i)).join(',')}]`
  if (shape.type === 'map') {
    const [keys, values] = data.children[0].children
    const pairs = itemsOf(data, at, (i) => [arrowJson(shape.children[0], keys, i), arrowJson(shape.children[1], values, i)])
    return shape.children[0].type === 'text' ? `{${pairs.map((pair) => pair.join(':')).join(',')}}` : `[${pairs.map((pair) => `[${pair.join(',')}]`).join(',')}]`
  }
  return scalarJson(shape, data, at)
}

function compareWithArrow(bytes, rows) {
  const table = tableFromIPC(readParquet(new Uint8Array(bytes)).intoIPCStream())
  assert.equal(table.numRows, rows.length)
  for (const [c, [shape]] of columns.entries()) {
    if (shape.type === 'interval') continue // that crate passes the months over; see below
    let row = 0
    for (const data of table.getChildAt(c).data)
      for (let i = 0; i < data.length; i++, row++) assert.equal(arrowJson(shape, data, i), rows[row][c], `${shape.name}, row ${row}`)
  }
}

test('Arrow reads what was written, in every compression', () => {
  const rows = makeRows()
  compareWithArrow(writeParquet('zstd', rows, '--group-rows', '1000', '--page-rows', '130'), rows)
  compareWithArrow(writeParquet('snappy', rows, '--codec', 'snappy', '--group-rows', '700'), rows)
  compareWithArrow(writeParquet('none', rows, '--codec', 'none', '--no-dictionary'), rows)
  compareWithArrow(writeParquet('empty', []), [])
})

// ---- what hyparquet has, as JSON ----

const bigEndian = (bytes) => BigInt.asIntN(128, BigInt(`0x${hex(bytes)}`))

function rawScalarJson(shape, value) {
  switch (shape.type) {
    case 'double':
    case 'float': return doubleText(value)
    case 'decimal': return decimalText(bigEndian(value), shape.scale)
    case 'date': return dateText(value)
    case 'time': return JSON.stringify(clock(value, shape.scale || 6))
    case 'timestamp': return timestampText(value, shape.scale || 6, '')
    case 'timestamptz': return timestampText(value, 6, '+00:00')
    case 'uuid': return uuidText(hex(value))
    case 'blob': return JSON.stringify(hex(value))
    case 'text': return JSON.stringify(value)
    case 'interval': {
      const view = new DataView(value.buffer, value.byteOffset, 12)
      return intervalText(view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true))
    }
    default: return String(value)
  }
}

function rawJson(shape, value) {
  if (value === null || value === undefined) return 'null'
  const [item, second] = shape.children ?? []
  if (shape.type === 'struct') return object(shape.children.map((child) => [child.name, rawJson(child, value[child.name])]))
  if (shape.type === 'list') return `[${value.map((v) => rawJson(item, v)).join(',')}]`
  if (shape.type !== 'map') return rawScalarJson(shape, value)
  const pairs = Object.entries(value)
  if (item.type === 'text') return object(pairs.map(([key, v]) => [key, rawJson(second, v)]))
  return `[${pairs.map(([key, v]) => `[${key},${rawJson(second, v)}]`).join(',')}]`
}

/** Leaves lose their logical types, all but texts: hyparquet rounds decimals and times and refuses intervals. */
function rawMetadata(buffer) {
  const metadata = parquetMetadata(buffer)
  for (const element of metadata.schema) {
    if (!element.type || element.converted_type === 'UTF8') continue
    delete element.converted_type
    delete element.logical_type
  }
  return metadata
}

const bufferOf = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)

test('hyparquet reads what was written, in every compression', async () => {
  const rows = makeRows()
  for (const codec of ['zstd', 'snappy', 'none']) {
    const file = bufferOf(writeParquet(`h-${codec}`, rows, '--codec', codec, '--group-rows', '900', '--page-rows', '77'))
    const read = await parquetReadObjects({ file, metadata: rawMetadata(file), compressors, utf8: false })
    assert.equal(read.length, ROWS)
    for (const [c, [shape]] of columns.entries())
      for (const [row, values] of read.entries()) assert.equal(rawJson(shape, values[shape.name]), rows[row][c], `${shape.name}, row ${row}, ${codec}`)
  }
})

// ---- statistics and page index ----

const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const byValue = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
/** Columns whose bounds hyparquet makes exact values of; `value` of a cell's JSON, and how they are ordered. */
const bounded = [
  ['row', BigInt, byValue],
  ['int', BigInt, byValue],
  ['double', (cell) => Number(cell.replaceAll('"', '')), byValue],
  ['date', (cell) => Date.parse(cell.slice(1, -1)), byValue],
  ['text', (cell) => JSON.parse(cell), byBytes],
  ['long', (cell) => JSON.parse(cell), byBytes],
]

/** Bounds hold all of the cells' values, and where they are exact some of them are the bounds. */
function checkBounds([name, value, order], cells, { min, max, nulls }, exact = {}) {
  const values = cells.filter((cell) => cell !== 'null').map(value).filter((v) => v === v)
  assert.equal(Number(nulls), cells.filter((cell) => cell === 'null').length, name)
  const sorted = values.toSorted(order)
  const plain = (v) => (v instanceof Date ? v.getTime() : v)
  if (sorted.length === 0) return
  assert.ok(order(plain(min), sorted[0]) <= 0 && order(plain(max), sorted.at(-1)) >= 0, `${name}: ${min} to ${max}`)
  if (exact.min) assert.equal(plain(min), sorted[0], name)
  if (exact.max) assert.equal(plain(max), sorted.at(-1), name)
}

const reader = (file, offset, length) => ({ view: new DataView(file, Number(offset), length), offset: 0 })

test('statistics and page index tell about the values', () => {
  const rows = makeRows()
  const file = bufferOf(writeParquet('bounds', rows, '--group-rows', '1000', '--page-rows', '130'))
  const metadata = parquetMetadata(file)
  assert.equal(metadata.version, 2)
  assert.match(metadata.created_by, /^sonde version \d+\.\d+\.\d+$/)
  assert.equal(metadata.num_rows, BigInt(ROWS))
  assert.deepEqual(metadata.row_groups.map((group) => Number(group.num_rows)), [1000, 1000, 500])
  for (const [g, group] of metadata.row_groups.entries())
    for (const column of bounded) {
      const c = columns.findIndex(([shape]) => shape.name === column[0])
      const chunk = group.columns.find((found) => found.meta_data.path_in_schema[0] === column[0])
      const cells = rows.slice(g * 1000, (g + 1) * 1000).map((row) => row[c])
      const s = chunk.meta_data.statistics
      checkBounds(column, cells, { min: s.min_value, max: s.max_value, nulls: s.null_count }, { min: s.is_min_value_exact, max: s.is_max_value_exact })
      assert.equal(s.is_min_value_exact && s.is_max_value_exact, column[0] !== 'long')
      checkPages(column, cells, file, chunk, metadata.schema.find((element) => element.name === column[0]))
    }
})

function checkPages(column, cells, file, chunk, element) {
  const index = readColumnIndex(reader(file, chunk.column_index_offset, chunk.column_index_length), element)
  const { page_locations: pages } = readOffsetIndex(reader(file, chunk.offset_index_offset, chunk.offset_index_length))
  assert.equal(pages.length, Math.ceil(cells.length / 130))
  for (const [i, page] of pages.entries()) {
    assert.equal(Number(page.first_row_index), i * 130)
    const inside = cells.slice(i * 130, (i + 1) * 130)
    checkBounds(column, inside, { min: index.min_values[i], max: index.max_values[i], nulls: index.null_counts[i] })
    assert.equal(index.null_pages[i], inside.every((cell) => cell === 'null'))
  }
  if (column[0] === 'row') assert.equal(index.boundary_order, 'ASCENDING')
}

// ---- files of others ----

const corpus = join(process.env.SONDE_SHARED_DIR ?? '../shared', 'corpus/parquet')

function filesBelow(folder) {
  const isParquet = (name) => /\.(parquet|parq|pq)$/i.test(name)
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true }).filter(isParquet).sort()
  return names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile() && statSync(file).size < 200000)
}

/** The rows as parquet_rows prints them, behind the columns, whose names for types may differ; undefined: it cannot be read. */
function rowsOf(file, ...options) {
  const child = spawnSync(tool('parquet_rows'), [file, ...options], { encoding: 'utf8', maxBuffer: 2 ** 30, timeout: 60000 })
  assert.ok(child.status !== null && child.status < 2, `${file}: ${child.stderr}`)
  return child.status === 0 ? child.stdout.slice(child.stdout.indexOf('"count"')) : undefined
}

test('files of others, written again, have the same rows', (t) => {
  const files = filesBelow(corpus).filter((_, i) => i % 5 === 0)
  t.diagnostic(`${files.length} files`)
  const copy = join(folder, 'copy.parquet')
  for (const file of files) {
    const rows = rowsOf(file)
    if (rows === undefined) continue
    const child = spawnSync(tool('parquet_copy'), [file, copy, '--page-rows', '50'], { encoding: 'utf8', timeout: 60000 })
    if (child.status === 1 && /at least one column/.test(child.stderr)) continue
    assert.equal(child.status, 0, `${file}: ${child.stderr}`)
    assert.equal(rowsOf(copy, '--check'), rows, file)
  }
})
