// Reads the page block (core/column/README.md draws it): Arrow buffers inside one piece of memory, little endian.
// Nothing is decoded before a cell is asked for, so that a page of a hundred thousand columns costs its records only.
import type { Column, Page, TypeName, Value } from './api.ts'
import { dateText, decimalText, floatText, hexText, nanosOfDayText, nanosText, timestampText, timeText } from './format.ts'
import { ExplorerError } from './api.ts'

const MAGIC = 0x31475053 // "SPG1"
const HEADER_BYTES = 32
const RECORD_BYTES = 64
const TWO_32 = 2 ** 32

export function decodePage(block: ArrayBuffer): Page {
  const view = new DataView(block)
  if (block.byteLength < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new ExplorerError('misuse', 'this is not a page block')
  }
  const columns = view.getUint32(4, true)
  const rows = view.getUint32(8, true)
  const firstRow = uint64(view, 16)
  const rowIds = uint64(view, 24)
  return {
    firstRow,
    rows,
    columns: Array.from({ length: columns }, (_, i) => new PageColumn(view, HEADER_BYTES + i * RECORD_BYTES, rows)),
    sourceRow: (i) => (rowIds === 0 ? firstRow + i : uint64(view, rowIds + 8 * i)),
  }
}

/** Rows [from, from + rows) of a page, as a page of its own over the same memory. */
export function slicePage(page: Page, from: number, rows: number, indices: readonly number[] | undefined): Page {
  const columns = indices ? indices.map((index) => columnOf(page, index)) : page.columns
  if (from === 0 && rows === page.rows) return { ...page, columns }
  return {
    firstRow: page.firstRow + from,
    rows,
    columns: columns.map((column) => shiftColumn(column, from)),
    sourceRow: (i) => page.sourceRow(from + i),
  }
}

function columnOf(page: Page, index: number): Column {
  const column = page.columns[index]?.index === index ? page.columns[index] : page.columns.find((other) => other.index === index)
  if (!column) throw new ExplorerError('name', `there is no column ${index}; the table has ${page.columns.length}`)
  return column
}

const shiftColumn = (column: Column, by: number): Column => ({
  index: column.index,
  type: column.type,
  isNull: (row) => column.isNull(row + by),
  at: (row) => column.at(row + by),
  text: (row) => column.text(row + by),
})

/** Where a column's buffers lie. */
interface Buffers {
  readonly view: DataView
  readonly data: number
  readonly offsets: number
  readonly scale: number
}

interface Kind {
  readonly name: TypeName
  at(buffers: Buffers, row: number): Value
  /** Where it is not what String makes of the value. */
  text?(value: Value): string
}

const utf8 = new TextDecoder()

function textAt({ view, data, offsets }: Buffers, row: number): string {
  const begin = view.getUint32(offsets + 4 * row, true)
  const end = view.getUint32(offsets + 4 * row + 4, true)
  return begin === end ? '' : utf8.decode(new Uint8Array(view.buffer, data + begin, end - begin))
}

const blobAt = ({ view, data, offsets }: Buffers, row: number): string => {
  const begin = view.getUint32(offsets + 4 * row, true)
  return hexText(new Uint8Array(view.buffer, data + begin, view.getUint32(offsets + 4 * row + 4, true) - begin))
}

const bool = ({ view, data }: Buffers, row: number): boolean => (view.getUint8(data + (row >> 3)) >> (row & 7) & 1) === 1
const days = ({ view, data }: Buffers, row: number): string => dateText(view.getInt32(data + 4 * row, true))
const long = ({ view, data }: Buffers, row: number): number | bigint => int64(view, data + 8 * row)
const decimal = ({ view, data, scale }: Buffers, row: number): string => decimalText(int128(view, data + 16 * row), scale)

/** The scale of times in nanoseconds. */
const NANOS = 9
const time = (buffers: Buffers, row: number): string =>
  buffers.scale === NANOS ? nanosOfDayText(long(buffers, row)) : timeText(Number(long(buffers, row)))
const timestamp = (zoned: boolean) => (buffers: Buffers, row: number): string =>
  buffers.scale === NANOS ? nanosText(long(buffers, row), zoned) : timestampText(long(buffers, row), zoned)

/** By the number in a column's record. */
const kinds: readonly Kind[] = [
  { name: 'text', at: () => null },
  { name: 'bool', at: bool },
  { name: 'int64', at: long },
  { name: 'double', at: ({ view, data }, row) => view.getFloat64(data + 8 * row, true) },
  { name: 'decimal', at: decimal },
  { name: 'date', at: days },
  { name: 'time', at: time },
  { name: 'timestamp', at: timestamp(false) },
  { name: 'timestamptz', at: timestamp(true) },
  { name: 'text', at: textAt },
  { name: 'float', at: ({ view, data }, row) => view.getFloat64(data + 8 * row, true), text: (value) => floatText(value as number) },
  { name: 'blob', at: blobAt },
  { name: 'uuid', at: textAt },
  { name: 'interval', at: textAt },
  { name: 'list', at: textAt },
  { name: 'struct', at: textAt },
  { name: 'map', at: textAt },
]

class PageColumn implements Column, Buffers {
  readonly index: number
  readonly type: TypeName
  readonly data: number
  readonly offsets: number
  readonly scale: number
  readonly view: DataView
  readonly #validity: number
  readonly #kind: Kind
  readonly #rows: number
  readonly #allNull: boolean

  constructor(view: DataView, record: number, rows: number) {
    const type = view.getUint32(record + 4, true)
    const kind = kinds[type]
    if (!kind) throw new ExplorerError('misuse', `a page holds a column of the unknown type ${type}`)
    this.view = view
    this.index = view.getUint32(record, true)
    this.type = kind.name
    this.scale = view.getUint32(record + 8, true)
    this.data = uint64(view, record + 24)
    this.offsets = uint64(view, record + 40)
    this.#validity = uint64(view, record + 16)
    this.#kind = kind
    this.#rows = rows
    this.#allNull = type === 0
  }

  isNull(row: number): boolean {
    if (row < 0 || row >= this.#rows) throw new RangeError(`row ${row} of a page of ${this.#rows} rows`)
    if (this.#allNull || this.#validity === 0) return this.#allNull
    return (this.view.getUint8(this.#validity + (row >> 3)) >> (row & 7) & 1) === 0
  }

  at(row: number): Value {
    return this.isNull(row) ? null : this.#kind.at(this, row)
  }

  text(row: number): string {
    if (this.isNull(row)) return ''
    const value = this.#kind.at(this, row)
    return this.#kind.text ? this.#kind.text(value) : String(value)
  }
}

/** Offsets and row numbers: always below 2^53. */
const uint64 = (view: DataView, at: number): number => view.getUint32(at + 4, true) * TWO_32 + view.getUint32(at, true)

/** A number when it is safe, which it nearly always is, without a BigInt on the way. */
function int64(view: DataView, at: number): number | bigint {
  const high = view.getInt32(at + 4, true)
  const isSafe = high >= -0x20_0000 && high < 0x20_0000
  return isSafe ? high * TWO_32 + view.getUint32(at, true) : view.getBigInt64(at, true)
}

function int128(view: DataView, at: number): number | bigint {
  const low = int64(view, at)
  const high = view.getBigInt64(at + 8, true)
  if (typeof low === 'number' && high === (low < 0 ? -1n : 0n)) return low
  return (high << 64n) | view.getBigUint64(at, true)
}
