// Parquet through the module: what is read, what that costs in requests and bytes, and, where ../shared lies beside the checkout,
// the conformance corpus (tests/golden compares every value of it, natively).
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEngine, ExplorerError, type ByteSource, type Progress } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, pageTexts } from './table-data.ts'

const rows = 120_000
const cities = ['Aarhus', 'Berlin', 'Córdoba', 'Dakar']
const priceOf = (row: number): number => ((row * 7919) % 100_003) / 4
const noise = (row: number): string => (Math.imul(row, 2654435761) >>> 0).toString(36)

/** 120,000 rows in four row groups; the texts do not compress. */
const file = new Uint8Array(parquetWriteBuffer({
  rowGroupSize: 30_000,
  columnData: [
    { name: 'id', data: Array.from({ length: rows }, (_, i) => i), type: 'INT32' },
    { name: 'price', data: Array.from({ length: rows }, (_, i) => priceOf(i)), type: 'DOUBLE' },
    { name: 'city', data: Array.from({ length: rows }, (_, i) => cities[i % 4]!), type: 'STRING' },
    { name: 'note', data: Array.from({ length: rows }, (_, i) => (i % 3 ? `${noise(i)}-${noise(i + rows)}` : null)), type: 'STRING', nullable: true },
    { name: 'tags', data: Array.from({ length: rows }, (_, i) => ({ a: i, b: [i % 5, 'x'] })), type: 'JSON' },
  ],
}))

const rowOf = (row: number): string[] => [
  String(row), String(priceOf(row)), cities[row % 4]!, row % 3 ? `${noise(row)}-${noise(row + rows)}` : '', JSON.stringify({ a: row, b: [row % 5, 'x'] }),
]

interface Counted extends ByteSource {
  reads: number
  bytes: number
}

function counted(bytes: Uint8Array, name = 'table.parquet'): Counted {
  const source: Counted = {
    key: name, size: bytes.length, reads: 0, bytes: 0,
    async read(offset, length) {
      source.reads++
      source.bytes += length
      return bytes.subarray(offset, offset + length)
    },
  }
  return source
}

let module: WebAssembly.Module
let workerUrl: URL
beforeAll(async () => {
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
})

describe.each([0, 2])('a Parquet file with %i helpers', (workers) => {
  test('says its columns and rows at once, and any page of it', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await engine.open(counted(file), { name: 'table.parquet' })
    expect(table.info).toMatchObject({ format: 'parquet', state: 'imported', rows: { count: rows, exact: true }, parquet: { rowGroups: 4 } })
    expect(table.info.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['id int64', 'price double', 'city text', 'note text', 'tags text'])
    expect(pageTexts(table.firstPage)[7]).toEqual(rowOf(7))
    for (const first of [0, 29_990, 65_432, rows - 20]) {
      expect(pageTexts(await table.page(first, 20))).toEqual(Array.from({ length: 20 }, (_, i) => rowOf(first + i)))
    }
  })

  test('filters, sorts and counts values', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await engine.open(counted(file), { name: 'table.parquet' })
    const expected = Array.from({ length: rows }, (_, i) => i).filter((i) => i % 4 === 3 && priceOf(i) >= 24_990)
    await using view = await table.view({
      filter: { and: [{ column: 1, op: '>=', value: '24990' }, { column: 2, op: '=', value: 'Dakar' }] },
      sort: [{ column: 1, descending: true }],
    })
    expected.sort((a, b) => priceOf(b) - priceOf(a) || a - b)
    expect(view.rows).toBe(expected.length)
    expect(pageTexts(await view.page(0, 30))).toEqual(expected.slice(0, 30).map(rowOf))
    const { values } = await table.values(2)
    expect(values.map(({ text, count }) => [text, count])).toEqual(cities.map((city) => [city, rows / 4]))
  })
})

test('statistics come when they are asked for', async () => {
  await using engine = await createEngine({ wasm: module, workers: 2, workerUrl })
  await using table = await engine.open(counted(file), { name: 'table.parquet' })
  expect(table.info.columns.every(({ stats }) => stats === undefined)).toBe(true)
  const phases = new Set<string>()
  const info = await table.profile({ onProgress: ({ phase }) => phases.add(phase) })
  expect(table.info).toBe(info)
  expect(info.columns[0]?.stats).toMatchObject({ nulls: 0, min: '0', max: '119999', mean: 59_999.5 })
  expect(info.columns[2]?.stats).toMatchObject({ nulls: 0, min: 'Aarhus', max: 'Dakar', distinct: 4 })
  expect(info.columns[3]?.stats?.nulls).toBe(rows / 3)
  expect([...phases]).toEqual(['import'])
  expect(await table.profile()).toEqual(info)
})

test('what a page has cost is told', async () => {
  const costs: Progress[] = []
  await using engine = await createEngine({ wasm: module, workers: 0 })
  await using table = await engine.open(counted(file), { name: 'table.parquet', onProgress: (progress) => costs.push(progress) })
  await table.page(95_000, 50)
  const before = costs.at(-1)!.bytesRead
  await table.page(5000, 50)
  expect(costs.at(-1)!.bytesRead).toBeGreaterThan(before)
  await new Response(table.export({ format: 'csv' })).arrayBuffer()
  expect(costs.every(({ memoryBytes }) => memoryBytes > 0)).toBe(true) // nothing tells less than is known
})

describe('what a Parquet file costs', () => {
  test('the schema and the first rows: the end of the file and the beginnings of the columns', async () => {
    const source = counted(file)
    await using engine = await createEngine({ wasm: module, workers: 0 })
    await using table = await engine.open(source, { name: 'table.parquet' })
    expect(table.info.rows.count).toBe(rows)
    expect(source.reads).toBeLessThanOrEqual(4)
    expect(source.bytes).toBeLessThan(file.length / 2)
  })

  test('a page of one column: a part of its chunk only', async () => {
    const source = counted(file)
    await using engine = await createEngine({ wasm: module, workers: 0 })
    await using table = await engine.open(source, { name: 'table.parquet' })
    source.reads = source.bytes = 0
    const page = await table.page(95_000, 50, { columns: [0] })
    expect(pageTexts(page)[49]).toEqual(['95049'])
    expect(source.reads).toBeLessThanOrEqual(2)
    expect(source.bytes).toBeLessThan(file.length / 20)
  })
})

const top = fileURLToPath(new URL('../../..', import.meta.url))
const corpus = join(process.env['SONDE_SHARED_DIR'] ?? join(top, '../shared'), 'corpus')

/** DuckDB, which the expectations come from, renames columns; and it reads rows without columns. */
const known = new Set(['duckdb/bug13053-2.parquet', 'duckdb/silly-names.parquet', 'parquet-wasm/empty.parquet'])

interface Expected {
  readonly rows?: number
  readonly columns?: readonly { readonly name: string }[]
  readonly confidence?: string
}

function filesOf(area: string): [string, Expected][] {
  const { files } = JSON.parse(readFileSync(join(corpus, area, 'expect.json'), 'utf8')) as { files: Record<string, Expected> }
  return Object.entries(files).filter(([name]) => /\.(parquet|parq)$/.test(name) && statSync(join(corpus, area, name), { throwIfNoEntry: false })?.isFile())
}

describe('the Parquet corpus', () => {
  if (!existsSync(corpus)) {
    test('is not here', () => console.log(`no ${corpus}: the conformance corpus was not checked`))
    return
  }

  test('rows and names are as expected', { timeout: 120_000 }, async () => {
    await using engine = await createEngine({ wasm: module, workers: 0 })
    const wrong: string[] = []
    let read = 0
    for (const [name, expected] of filesOf('parquet')) {
      if (expected.confidence !== 'high' || known.has(name)) continue
      try {
        await using table = await engine.open(readFileSync(join(corpus, 'parquet', name)), { name })
        const names = table.info.columns.map((column) => column.name)
        if (table.info.rows.count !== expected.rows) wrong.push(`${name}: ${table.info.rows.count} rows instead of ${expected.rows}`)
        else if (names.join() !== expected.columns?.map((column) => column.name).join()) wrong.push(`${name}: columns ${names.join()}`)
        else read++
      } catch (error) {
        wrong.push(`${name}: ${String(error)}`)
      }
    }
    expect(wrong).toEqual([])
    expect(read).toBeGreaterThan(200)
  })

  test('bad files end in rows or in an error', { timeout: 120_000 }, async () => {
    await using engine = await createEngine({ wasm: module, workers: 0 })
    let ended = 0
    for (const [name] of filesOf('bad')) {
      const outcome = await engine.open(readFileSync(join(corpus, 'bad', name)), { name }).then(
        async (table) => { await table.close() },
        (error: unknown) => error,
      )
      if (outcome !== undefined) expect.soft(outcome, name).toBeInstanceOf(ExplorerError)
      ended++
    }
    expect(ended).toBeGreaterThan(10)
  })
})
