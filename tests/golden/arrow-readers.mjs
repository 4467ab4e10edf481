// Tables of random values (tests/data/typed_table) as other readers of Arrow see them: rows of cells, each its JSON.
import * as arrow from 'apache-arrow'
import * as flechette from '@uwdata/flechette'
import { decompress } from 'fzstd'
import * as cells from './arrow-cells.mjs'

const zstd = { decode: (bytes) => decompress(bytes).slice() } // aligned anew
arrow.compressionRegistry.set(arrow.CompressionType.ZSTD, zstd)
flechette.setCompressionCodec(flechette.CompressionType.ZSTD, zstd)

const perSecond = (unit) => 1000n ** BigInt(unit)
const list = (values, render) => `[${[...values].map(render).join(',')}]`
const object = (entries) => `{${entries.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`

/** What all readers agree on, by the number of the type in Arrow's own schema; `raw` is what the buffer holds. */
function leaf(type, value, raw) {
  switch (type.typeId) {
    case arrow.Type.Bool:
    case arrow.Type.Int: return String(value)
    case arrow.Type.Float: return cells.number(value)
    case arrow.Type.Utf8:
    case arrow.Type.LargeUtf8: return JSON.stringify(value)
    case arrow.Type.Binary:
    case arrow.Type.LargeBinary: return cells.hex(value)
    case arrow.Type.FixedSizeBinary: return cells.uuid(value)
    case arrow.Type.Date: return cells.date(value / 86400000)
    case arrow.Type.Time: return cells.time(value, perSecond(type.unit))
    case arrow.Type.Timestamp: return cells.timestamp(raw(), perSecond(type.unit), Boolean(type.timezone))
    case arrow.Type.Interval: return cells.interval(raw())
    default: throw new Error(`no cell for ${type}`)
  }
}

/* ---- apache-arrow ---- */

function bigDecimal(words) {
  const view = new DataView(words.buffer, words.byteOffset, 16)
  return (view.getBigInt64(8, true) << 64n) + view.getBigUint64(0, true)
}

function apacheCell(type, value, raw) {
  if (value === null || value === undefined) return 'null'
  const child = (i) => (item) => apacheCell(type.children[i].type, item)
  switch (type.typeId) {
    case arrow.Type.Decimal: return cells.decimal(bigDecimal(value), type.scale)
    case arrow.Type.List: return list(value, child(0))
    case arrow.Type.Struct: return object(type.children.map(({ name }, i) => [name, child(i)(value[name])]))
    case arrow.Type.Map: return object([...value].map(([key, item]) => [key, apacheCell(type.valueType, item)]))
    default: return leaf(type, value, raw)
  }
}

/** The row of a vector as it lies in the buffer: the reader itself makes floating milliseconds of timestamps. */
function apacheRaw(vector, row) {
  const { values } = vector.data[0]
  if (values instanceof BigInt64Array) return values[row]
  return new Uint8Array(values.buffer, values.byteOffset + row * 16, 16)
}

export function apacheArrow(bytes) {
  const table = arrow.tableFromIPC(bytes)
  const rowsOf = (batch) => Array.from({ length: batch.numRows }, (_, row) =>
    table.schema.fields.map(({ type }, i) => {
      const vector = batch.getChildAt(i)
      return apacheCell(type, vector.get(row), () => apacheRaw(vector, row))
    }))
  return { names: table.schema.fields.map(({ name }) => name), rows: table.batches.flatMap(rowsOf) }
}

/* ---- flechette ---- */

const options = { useBigInt: true, useDecimalInt: true, useBigIntTimestamp: true }

function flechetteCell(type, value, raw) {
  if (value === null || value === undefined) return 'null'
  const child = (i) => (item) => flechetteCell(type.children[i].type, item)
  switch (type.typeId) {
    case flechette.Type.Decimal: return cells.decimal(BigInt(value), type.scale)
    case flechette.Type.List: return list(value, child(0))
    case flechette.Type.Struct: return object(type.children.map(({ name }, i) => [name, child(i)(value[name])]))
    case flechette.Type.Map: return object(value.map(([key, item]) => [key, flechetteCell(type.children[0].type.children[1].type, item)]))
    default: return leaf(type, value, raw ?? (() => value))
  }
}

/** Intervals as they lie in the buffer: nanoseconds do not fit the reader's own numbers. */
function flechetteRow(column, batch, row) {
  const isInterval = column.type.typeId === flechette.Type.Interval
  if (!isInterval) return flechetteCell(column.type, batch.at(row))
  const isNull = batch.validity.length > 0 && !(batch.validity[row >> 3] & (1 << (row & 7)))
  return isNull ? 'null' : cells.interval(batch.values.subarray(row * 16, row * 16 + 16))
}

export function flechetteTable(bytes) {
  const table = flechette.tableFromIPC(bytes, options)
  const columns = table.children.map((column) =>
    column.data.flatMap((batch) => Array.from({ length: batch.length }, (_, row) => flechetteRow(column, batch, row))))
  return { names: table.names, rows: Array.from({ length: table.numRows }, (_, row) => columns.map((cells) => cells[row])) }
}
