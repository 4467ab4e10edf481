// What other writers of Arrow write is read: types that the engine itself does not write, dictionaries, compression, old framing;
// what cannot be read is refused, and the message says why.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import * as arrow from 'apache-arrow'
import * as flechette from '@uwdata/flechette'

const folder = mkdtempSync(join(tmpdir(), 'arrow-'))
const program = join(process.env.SONDE_TOOLS ?? 'tests', 'arrow_rows')
after(() => rmSync(folder, { recursive: true }))

function read(bytes) {
  const path = join(folder, 'table')
  writeFileSync(path, bytes)
  const child = spawnSync(program, [path], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  assert.ok(child.status < 2 && !child.signal, child.stderr)
  const [types, ...rows] = child.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  return { types, rows, message: child.stderr.trim() }
}

const f = flechette
const day = 86400000
const columns = [
  ['int8', f.int8(), [-128, null, 127], 'int64', ['-128', 'null', '127']],
  ['int16', f.int16(), [-32768, 0, null], 'int64', ['-32768', '0', 'null']],
  ['int32', f.int32(), [null, -2147483648, 7], 'int64', ['null', '-2147483648', '7']],
  ['uint8', f.uint8(), [255, 0, 1], 'int64', ['255', '0', '1']],
  ['uint16', f.uint16(), [65535, 0, 1], 'int64', ['65535', '0', '1']],
  ['uint32', f.uint32(), [4294967295, 0, null], 'int64', ['4294967295', '0', 'null']],
  ['uint64', f.uint64(), [18446744073709551615n, 0n, null], 'decimal', ['18446744073709551615', '0', 'null']],
  ['float16', f.float16(), [1.5, -0.0001, null], 'float', ['1.5', '-0.00010001659393310547', 'null']],
  ['decimal32', f.decimal32(9, 2), [-1234n, null, 500n], 'decimal', ['-12.34', 'null', '5.00']],
  ['decimal64', f.decimal64(18, 3), [-1234567.891, null, 5], 'decimal', ['-1234567.891', 'null', '5.000']],
  ['date64', f.dateMillisecond(), [-1 * day, null, 20413 * day], 'date', ['"1969-12-31"', 'null', '"2025-11-21"']],
  ['time32 s', f.timeSecond(), [3661, 0, null], 'time', ['"01:01:01"', '"00:00:00"', 'null']],
  ['time32 ms', f.timeMillisecond(), [1, 0, null], 'time', ['"00:00:00.001"', '"00:00:00"', 'null']],
  ['timestamp s', f.timestamp(f.TimeUnit.SECOND), [-1000, null, 0], 'timestamp', ['"1969-12-31 23:59:59"', 'null', '"1970-01-01 00:00:00"']],
  ['timestamp ms', f.timestamp(f.TimeUnit.MILLISECOND, 'Europe/Berlin'), [1, null, 0], 'timestamptz', ['"1970-01-01 00:00:00.001+00:00"', 'null', '"1970-01-01 00:00:00+00:00"']],
  ['months', f.interval(f.IntervalUnit.YEAR_MONTH), [14, null, 0], 'interval', ['"1 year 2 months"', 'null', '"00:00:00"']],
  ['days', f.interval(f.IntervalUnit.DAY_TIME), [[3, 1500], null, [0, 0]], 'interval', ['"3 days 00:00:01.5"', 'null', '"00:00:00"']],
  ['duration', f.duration(f.TimeUnit.SECOND), [90n, null, 0n], 'interval', ['"00:01:30"', 'null', '"00:00:00"']],
  ['large text', f.largeUtf8(), ['ü', null, ''], 'text', ['"ü"', 'null', '""']],
  ['large blob', f.largeBinary(), [Uint8Array.of(1, 255), null, Uint8Array.of()], 'blob', ['"01ff"', 'null', '""']],
  ['fixed blob', f.fixedSizeBinary(2), [Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)], 'blob', ['"0102"', 'null', '"0304"']],
  ['fixed list', f.fixedSizeList(f.int32(), 2), [[1, 2], null, [3, 4]], 'list', ['[1,2]', 'null', '[3,4]']],
  ['large list', f.largeList(f.utf8()), [['a'], null, []], 'list', ['["a"]', 'null', '[]']],
  ['dictionary', f.dictionary(f.utf8(), f.int8()), ['x', null, 'x'], 'text', ['"x"', 'null', '"x"']],
  ['wide codes', f.dictionary(f.utf8(), f.uint32()), ['x', 'y', null], 'text', ['"x"', '"y"', 'null']],
  ['list of coded', f.list(f.dictionary(f.utf8(), f.int16())), [['a', 'b'], [], ['a', null]], 'list', ['["a","b"]', '[]', '["a",null]']],
]

for (const format of ['stream', 'file']) {
  for (const [name, type, values, expectedType, expected] of columns) {
    test(`${name} in a ${format}`, () => {
      const table = f.tableFromColumns({ [name]: f.columnFromArray(values, type), after: f.columnFromArray([1, 2, 3], f.int64()) })
      const { types, rows, message } = read(f.tableToIPC(table, { format }))
      assert.equal(message, '')
      assert.deepEqual(types, [expectedType, 'int64'])
      assert.deepEqual(rows, expected.map((cell, i) => [cell, String(i + 1)]))
    })
  }
}

const refused = [
  ['a union', f.union(f.UnionMode.Dense, [f.int32(), f.utf8()], [0, 1], (v) => (typeof v === 'string' ? 1 : 0)), [1, 'a'], /column c: a union is not supported/],
  ['decimal256', f.decimal256(70, 2), [1, 2], /column c: a decimal of more than 128 bits/],
  ['run-end encoding', f.runEndEncoded(f.int32(), f.utf8()), ['a', 'a'], /column c: run-end encoding is not supported/],
  ['a dictionary of numbers', f.dictionary(f.int32(), f.int8()), [1, 2], /column c: a dictionary of values other than text/],
  ['a negative duration', f.duration(f.TimeUnit.SECOND), [-1n, 2n], /column c: a negative interval/],
]

for (const [name, type, values, expected] of refused) {
  test(`${name} is refused`, () => {
    const table = f.tableFromColumns({ c: f.columnFromArray(values, type) })
    assert.match(read(f.tableToIPC(table, { format: 'stream' })).message, expected)
  })
}

/* ---- apache-arrow: growing dictionaries, old framing, compression ---- */

const words = (values) => new arrow.Table({ w: arrow.vectorFromArray(values, new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 1)) })

test('dictionaries of a stream are replaced', () => {
  const writer = new arrow.RecordBatchStreamWriter()
  for (const values of [['a', 'b'], ['c', 'a'], ['d', null]]) writer.write(words(values).batches[0])
  writer.finish()
  const { rows } = read(writer.toUint8Array(true))
  assert.deepEqual(rows.flat(), ['"a"', '"b"', '"c"', '"a"', '"d"', 'null'])
})

test('a dictionary that grows', () => {
  const builder = arrow.makeBuilder({ type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 2), nullValues: [null] })
  const batches = [['a', 'b'], ['b', 'c', null], ['d']].map((values) => {
    for (const value of values) builder.append(value)
    return builder.flush()
  })
  const table = new arrow.Table({ w: new arrow.Vector(batches) })
  const { rows } = read(arrow.tableToIPC(table, 'stream'))
  assert.deepEqual(rows.flat(), ['"a"', '"b"', '"b"', '"c"', 'null', '"d"'])
})

test('a dictionary that names a value twice, and null', () => {
  const dictionary = arrow.vectorFromArray(['same', 'same', null, 'other'], new arrow.Utf8())
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint8(), 3)
  const data = arrow.makeData({ type, data: Uint8Array.of(0, 1, 2, 3), length: 4, nullCount: 0, dictionary })
  const { rows } = read(arrow.tableToIPC(new arrow.Table({ w: new arrow.Vector([data]) }), 'file'))
  assert.deepEqual(rows.flat(), ['"same"', '"same"', 'null', '"other"'])
})

test('texts and blobs as views', () => {
  const long = 'longer than the twelve bytes that a view holds'
  const table = new arrow.Table({
    t: arrow.vectorFromArray(['short', null, long, ''], new arrow.Utf8View()),
    b: arrow.vectorFromArray([Uint8Array.of(1), new TextEncoder().encode(long), null, Uint8Array.of()], new arrow.BinaryView()),
  })
  const { types, rows } = read(arrow.tableToIPC(table, 'file'))
  const hex = Buffer.from(long).toString('hex')
  assert.deepEqual(types, ['text', 'blob'])
  assert.deepEqual(rows, [['"short"', '"01"'], ['null', `"${hex}"`], [`"${long}"`, 'null'], ['""', '""']])
})

test('messages without continuation markers, as before format 0.15', () => {
  const writer = new arrow.RecordBatchStreamWriter({ writeLegacyIpcFormat: true })
  writer.write(new arrow.Table({ n: arrow.vectorFromArray([1, 2], new arrow.Int32()) }))
  writer.finish()
  assert.deepEqual(read(writer.toUint8Array(true)).rows, [['1'], ['2']])
})

/** The LZ4 frame format with blocks that are not compressed, and no checksums but the descriptor's. */
function lz4Frame(bytes) {
  const frame = new Uint8Array(15 + bytes.length)
  frame.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73])
  const view = new DataView(frame.buffer)
  view.setUint32(7, (bytes.length | 0x80000000) >>> 0, true)
  frame.set(bytes, 11)
  return frame
}

test('buffers in LZ4 frames', () => {
  arrow.compressionRegistry.set(arrow.CompressionType.LZ4_FRAME, { encode: lz4Frame, decode: (frame) => frame.slice(11, -4) })
  const writer = new arrow.RecordBatchFileWriter({ compressionType: arrow.CompressionType.LZ4_FRAME })
  writer.write(new arrow.Table({ n: arrow.vectorFromArray([1, null, 3], new arrow.Int32()), t: arrow.vectorFromArray(['a', 'bc', ''], new arrow.Utf8()) }))
  writer.finish()
  assert.deepEqual(read(writer.toUint8Array(true)).rows, [['1', '"a"'], ['null', '"bc"'], ['3', '""']])
})
