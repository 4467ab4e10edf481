// What statistics, page indexes and bloom filters save, in bytes and requests, and that they never change an answer. The file is made by
// an independent writer: pages of 8 kB with column and offset indexes, bloom filters, three row groups.
import { parquetMetadata } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type ByteSource, type Filter } from '../../src/engine/index.ts'
import { builtWasm, pageTexts } from './table-data.ts'

const rows = 90_000
const scatter = (row: number): number => Math.imul(row + 1, 2654435761) >>> 0
const keyOf = (row: number): string => scatter(row).toString(36).padStart(7, '0')
const amountOf = (row: number): number | null => (row % 7 === 3 ? null : (scatter(row) % 20_001) / 8 - 500)
const dayOf = (row: number): number => Math.floor(row / 900)
const noteOf = (row: number): string => `${keyOf(row)} ${keyOf(row + rows)} ${row % 1000 === 17 ? 'rare' : 'common'}`
const indexed = { columnIndex: true, offsetIndex: true }
const all = Array.from({ length: rows }, (_, row) => row)

const file = new Uint8Array(parquetWriteBuffer({
  rowGroupSize: 30_000,
  pageSize: 8192,
  columnData: [
    { name: 'id', data: all, type: 'INT32', encoding: 'PLAIN', ...indexed },
    { name: 'key', data: all.map(keyOf), type: 'STRING', encoding: 'PLAIN', bloomFilter: true, ...indexed },
    { name: 'amount', data: all.map(amountOf), type: 'DOUBLE', nullable: true, encoding: 'PLAIN', ...indexed },
    { name: 'day', data: all.map(dayOf), type: 'INT32', encoding: 'PLAIN', ...indexed },
    { name: 'note', data: all.map(noteOf), type: 'STRING', encoding: 'PLAIN', ...indexed },
  ],
}))

const textOf = (row: number): string[] => [String(row), keyOf(row), String(amountOf(row) ?? ''), String(dayOf(row)), noteOf(row)]

class Counted implements ByteSource {
  readonly key = 'indexed.parquet'
  readonly size: number
  reads = 0
  bytes = 0
  constructor(private readonly content = file) { this.size = content.length }
  async read(offset: number, length: number): Promise<Uint8Array> {
    this.reads++
    this.bytes += length
    return this.content.subarray(offset, offset + length)
  }
}

let module: WebAssembly.Module
beforeAll(async () => { module = await WebAssembly.compile(builtWasm() as BufferSource) })

interface Cost { readonly reads: number; readonly bytes: number; readonly found: number; readonly page: string[][] }

/** A filter and the page of its first rows, in a table that was just opened. */
async function costOf(filter: Filter, columns?: number[]): Promise<Cost> {
  const source = new Counted()
  await using engine = await createEngine({ wasm: module, workers: 0 })
  await using table = await engine.open(source, { name: source.key })
  source.reads = source.bytes = 0
  await using view = await table.view({ filter })
  const page = pageTexts(await view.page(0, 50, columns ? { columns } : {}))
  return { reads: source.reads, bytes: source.bytes, found: view.rows, page }
}

describe('a filtered page reads', () => {
  test('only the pages that hold the rows, where they lie together', async () => {
    const cost = await costOf({ column: 0, op: 'between', low: '47000', high: '47049' })
    expect(cost.page).toEqual(all.slice(47_000, 47_050).map(textOf))
    expect(cost.bytes).toBeLessThan(file.length * 0.05)
    expect(cost.reads).toBeLessThanOrEqual(8)
  })

  test('nothing but statistics when no row group can have the value', async () => {
    const cost = await costOf({ column: 0, op: '>=', value: '90000' })
    expect(cost).toMatchObject({ found: 0, reads: 0, bytes: 0 })
  })

  test('nothing but bloom filters when none has it', async () => {
    const cost = await costOf({ column: 1, op: '=', value: 'absentX' })
    expect(cost.found).toBe(0)
    expect(cost.reads).toBeLessThanOrEqual(3)
    expect(cost.bytes).toBeLessThan(file.length * 0.05)
  })

  test('no bloom filter for a range, which none can answer', async () => {
    const cost = await costOf({ column: 1, op: '>=', value: keyOf(100) }, [1])
    const keys = parquetMetadata(file.buffer).row_groups.reduce((sum, group) => sum + Number(group.columns[1]!.meta_data!.total_compressed_size), 0)
    expect(cost.found).toBe(all.filter((row) => keyOf(row) >= keyOf(100)).length)
    expect(cost.bytes).toBeLessThanOrEqual(keys * 1.1)
  })

  test('one row group for a key that the bloom filters find', async () => {
    const cost = await costOf({ column: 1, op: '=', value: keyOf(71_234) }, [0, 1])
    expect(cost.page).toEqual([textOf(71_234).slice(0, 2)])
    expect(cost.bytes).toBeLessThan(file.length * 0.25)
  })

  test('the second column only where the first one left rows', async () => {
    const cost = await costOf({ and: [{ column: 3, op: '=', value: '40' }, { column: 4, op: 'contains', value: 'rare' }] })
    expect(cost.page).toEqual(all.filter((row) => dayOf(row) === 40 && noteOf(row).includes('rare')).map(textOf))
    expect(cost.bytes).toBeLessThan(file.length * 0.06)
  })
})

describe('a wide remote file', () => {
  const wide = new Uint8Array(parquetWriteBuffer({
    rowGroupSize: 20_000,
    columnData: Array.from({ length: 60 }, (_, c) => ({ name: `c${c}`, data: Array.from({ length: 60_000 }, (_, row) => `${(row * (c + 7)) % 9973}`), type: 'STRING' as const, ...indexed })),
  }))
  const chunkBytes = (column: number): number => parquetMetadata(wide.buffer).row_groups
    .reduce((sum, group) => sum + Number(group.columns[column]!.meta_data!.total_compressed_size), 0)

  test('all of one column costs its chunks and no more than a tenth beyond', async () => {
    const source = new Counted(wide)
    await using engine = await createEngine({ wasm: module, workers: 0 })
    await using table = await engine.open(source, { name: source.key })
    source.reads = source.bytes = 0
    const { distinct } = await table.values(37)
    expect(distinct).toBe(9973)
    expect(source.bytes).toBeGreaterThan(0)
    expect(source.bytes).toBeLessThanOrEqual(chunkBytes(37) * 1.1)
    expect(source.reads).toBeLessThanOrEqual(3) // one a row group
  })

  test('its schema costs three requests, a page of it two', async () => {
    const source = new Counted(wide)
    await using engine = await createEngine({ wasm: module, workers: 0 })
    await using table = await engine.open(source, { name: source.key })
    expect(table.info.columns).toHaveLength(60)
    expect(source.reads).toBeLessThanOrEqual(3)
    source.reads = source.bytes = 0
    const page = await table.page(45_000, 30, { columns: [3, 4, 5, 6] })
    expect(pageTexts(page)[0]).toEqual([3, 4, 5, 6].map((c) => `${(45_000 * (c + 7)) % 9973}`))
    expect(source.reads).toBeLessThanOrEqual(2)
    expect(source.bytes).toBeLessThan(wide.length / 20)
  })
})

// Every operator at limits of pages and row groups, negated and joined: the same rows as a look at every row finds.
type Matches = (row: number) => boolean
const number = (value: (row: number) => number | null, column: number, at: number): [Filter, Matches][] => {
  const holds = (test: (v: number) => boolean): Matches => (row) => { const v = value(row); return v !== null && test(v) }
  const text = String(at)
  return [
    [{ column, op: '=', value: text }, holds((v) => v === at)],
    [{ column, op: '<', value: text }, holds((v) => v < at)],
    [{ column, op: '<=', value: text }, holds((v) => v <= at)],
    [{ column, op: '>', value: text }, holds((v) => v > at)],
    [{ column, op: '>=', value: text }, holds((v) => v >= at)],
    [{ column, op: 'between', low: text, high: String(at + 2) }, holds((v) => v >= at && v <= at + 2)],
    [{ column, op: 'in', values: [text, String(at + 1000)] }, holds((v) => v === at || v === at + 1000)],
    [{ not: { column, op: '<', value: text } }, holds((v) => !(v < at))],
    [{ not: { column, op: '=', value: text } }, holds((v) => v !== at)],
    [{ not: { column, op: '>', value: text } }, holds((v) => !(v > at))],
  ]
}
const cases: [Filter, Matches][] = [
  ...[0, 2047, 2048, 29_999, 30_000, 30_000.5, 89_999, -1].flatMap((at) => number((row) => row, 0, at)),
  ...[-500, 0, 1999.875, 2000].flatMap((at) => number(amountOf, 2, at)),
  ...[33, 33.5, 99].flatMap((at) => number(dayOf, 3, at)),
  [{ column: 2, op: 'is null' }, (row) => amountOf(row) === null],
  [{ column: 2, op: 'in', values: ['0', null] }, (row) => amountOf(row) === null || amountOf(row) === 0],
  [{ column: 1, op: 'starts with', value: '1a', matchCase: true }, (row) => keyOf(row).startsWith('1a')],
  [{ column: 1, op: '=', value: keyOf(5) }, (row) => row === 5],
  [{ or: [{ column: 0, op: '<', value: '10' }, { column: 0, op: '>=', value: '89990' }] }, (row) => row < 10 || row >= 89_990],
  [{ and: [{ column: 0, op: '<', value: '31000' }, { or: [{ column: 3, op: '=', value: '33' }, { column: 4, op: 'contains', value: 'rare' }] }] },
    (row) => row < 31_000 && (dayOf(row) === 33 || noteOf(row).includes('rare'))],
]

test('no answer changes', async () => {
  await using engine = await createEngine({ wasm: module, workers: 0, memoryLimit: 64 << 20 })
  for (const [filter, matches] of cases) {
    await using table = await engine.open(new Counted(), { name: 'indexed.parquet' })
    await using view = await table.view({ filter })
    const expected = all.filter(matches)
    expect(view.rows, JSON.stringify(filter)).toBe(expected.length)
    const first = pageTexts(await view.page(0, 20)), last = pageTexts(await view.page(Math.max(0, expected.length - 20), 20))
    expect(first, JSON.stringify(filter)).toEqual(expected.slice(0, 20).map(textOf))
    expect(last, JSON.stringify(filter)).toEqual(expected.slice(-20).map(textOf))
  }
}, 60_000)
