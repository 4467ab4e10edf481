// Writes page blocks as core/column/page.c does, for tests.
type Name = 'none' | 'bool' | 'int64' | 'double' | 'decimal' | 'date' | 'time' | 'timestamp' | 'timestamptz' | 'text'
const names: readonly Name[] = ['none', 'bool', 'int64', 'double', 'decimal', 'date', 'time', 'timestamp', 'timestamptz', 'text']
const widths: Partial<Record<Name, number>> = { int64: 8, double: 8, decimal: 16, date: 4, time: 8, timestamp: 8, timestamptz: 8 }

type Cell = null | boolean | number | bigint | string

export interface BlockColumn {
  readonly index: number
  readonly type: Name
  readonly scale?: number
  /** Decimals unscaled; dates in days; times in microseconds. */
  readonly values: readonly Cell[]
}

export function pageBlock(columns: readonly BlockColumn[], options: { firstRow?: number; rowIds?: readonly number[] } = {}): ArrayBuffer {
  const rows = columns[0]?.values.length ?? 0
  const parts: { at: number; bytes: Uint8Array }[] = []
  let end = 32 + 64 * columns.length
  const put = (bytes: Uint8Array): number => {
    const at = end
    parts.push({ at, bytes })
    end = (at + bytes.length + 7) & ~7
    return at
  }
  const ids = options.rowIds ? put(new Uint8Array(new BigUint64Array(options.rowIds.map(BigInt)).buffer)) : 0
  const records = columns.map((column) => record(column, put))
  const block = new Uint8Array(end)
  const head = new DataView(block.buffer)
  head.setUint32(0, 0x31475053, true)
  head.setUint32(4, columns.length, true)
  head.setUint32(8, rows, true)
  head.setBigUint64(16, BigInt(options.firstRow ?? 0), true)
  head.setBigUint64(24, BigInt(ids), true)
  records.forEach((bytes, i) => block.set(bytes, 32 + 64 * i))
  for (const { at, bytes } of parts) block.set(bytes, at)
  return block.buffer
}

function record({ index, type, scale = 0, values }: BlockColumn, put: (bytes: Uint8Array) => number): Uint8Array {
  const view = new DataView(new ArrayBuffer(64))
  const nulls = values.filter((value) => value === null).length
  view.setUint32(0, index, true)
  view.setUint32(4, names.indexOf(type), true)
  view.setUint32(8, scale, true)
  view.setUint32(12, nulls, true)
  if (nulls > 0) view.setBigUint64(16, BigInt(put(bits(values.map((value) => value !== null)))), true)
  if (type === 'none') return new Uint8Array(view.buffer)
  const texts = values.map((value) => new TextEncoder().encode(type === 'text' ? ((value as string | null) ?? '') : ''))
  const data = type === 'text' ? concat(texts) : type === 'bool' ? bits(values.map((value) => value === true)) : fixed(type, values)
  view.setBigUint64(24, BigInt(put(data)), true)
  view.setBigUint64(32, BigInt(data.length), true)
  if (type === 'text') view.setBigUint64(40, BigInt(put(offsets(texts))), true)
  return new Uint8Array(view.buffer)
}

function bits(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8))
  flags.forEach((flag, i) => { if (flag) bytes[i >> 3]! |= 1 << (i & 7) })
  return bytes
}

function fixed(type: Name, values: readonly Cell[]): Uint8Array {
  const width = widths[type]!
  const view = new DataView(new ArrayBuffer(width * values.length))
  values.forEach((value, i) => {
    if (value === null) return
    if (type === 'double') view.setFloat64(i * 8, value as number, true)
    else if (type === 'date') view.setInt32(i * 4, value as number, true)
    else {
      view.setBigUint64(i * width, BigInt.asUintN(64, BigInt(value as number)), true)
      if (width === 16) view.setBigInt64(i * 16 + 8, BigInt(value as number) >> 64n, true)
    }
  })
  return new Uint8Array(view.buffer)
}

function concat(texts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(texts.flatMap((text) => [...text]))
}

function offsets(texts: readonly Uint8Array[]): Uint8Array {
  let end = 0
  return new Uint8Array(new Int32Array([0, ...texts.map((text) => (end += text.length))]).buffer)
}
