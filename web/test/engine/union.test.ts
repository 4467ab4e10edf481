// Several files as one table, over the real module: the same answers as of one file, with and without helpers.
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine, type EngineOptions, type Progress } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, byteSource, columnNames, csvBytes, pageTexts, rowTexts } from './table-data.ts'

const ROWS = 60_000
const cuts = [0, 20_000, 20_010, ROWS]
const parts = cuts.slice(1).map((end, i) => new File([csvBytes(end, cuts[i]!)], `part ${i}.csv`))
const packed = (file: File, bytes: Uint8Array<ArrayBuffer>): File => new File([new Uint8Array(gzipSync(bytes))], `${file.name}.gz`)
const text = (name: string, content: string): File => new File([content], name)

let module: WebAssembly.Module
let workerUrl: URL
const engines: Engine[] = []

beforeAll(async () => {
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
})
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))

async function start(options: EngineOptions = {}): Promise<Engine> {
  const engine = await createEngine({ wasm: module, workers: 0, workerUrl, ...options })
  engines.push(engine)
  return engine
}

describe.each([0, 2])('with %i helpers', (workers) => {
  test('files are one table, one behind the other', async () => {
    const engine = await start({ workers })
    const table = await engine.open([parts[0]!, packed(parts[1]!, csvBytes(cuts[2]!, cuts[1]!)), parts[2]!])
    expect(table.info).toMatchObject({
      name: '3 files', files: ['part 0.csv', 'part 1.csv.gz', 'part 2.csv'], state: 'imported', rows: { count: ROWS, exact: true }, badRows: 0,
    })
    expect(table.info.columns.map(({ name }) => name)).toEqual(columnNames)
    expect(table.info.columns[0]!.stats).toMatchObject({ nulls: 0, min: '1', max: String(ROWS), mean: (ROWS + 1) / 2 })
    expect(pageTexts(table.firstPage)[1]).toEqual(rowTexts(1))
    expect(pageTexts(await table.page(19_999, 12))).toEqual(Array.from({ length: 12 }, (_, i) => rowTexts(19_999 + i)))
    const view = await table.view({ filter: { column: 1, op: '=', value: 'Fès' }, sort: [{ column: 0, descending: true }] })
    const last = ROWS - 1 - ((ROWS - 1 - 5) % 7)
    expect(view.rows).toBe(Math.ceil((ROWS - 5) / 7))
    expect(pageTexts(await view.page(0, 2))).toEqual([rowTexts(last), rowTexts(last - 7)])
    await table.close()
    await expect(table.page(0, 1)).rejects.toMatchObject({ code: 'name' })
  })
})

test('the name of the file can be a column, called as no other', async () => {
  const engine = await start()
  const table = await engine.open([text('a.csv', 'n,filename\n1,x\n'), text('b.csv', 'n\n3\n2\n')], { filename: true, names: ['2025/a.csv'], name: 'both' })
  expect(table.info).toMatchObject({ name: 'both', files: ['2025/a.csv', 'b.csv'] })
  expect(table.info.columns.map(({ name }) => name)).toEqual(['n', 'filename', 'filename_2'])
  const view = await table.view({ filter: { column: 2, op: '=', value: 'b.csv' }, sort: [{ column: 0 }] })
  expect(pageTexts(await view.page(0, 9))).toEqual([['2', '', 'b.csv'], ['3', '', 'b.csv']])
  const single = await engine.open([text('one.csv', 'n\n1\n')], { filename: 'from' })
  expect(pageTexts(await single.page(0, 9))).toEqual([['1', 'one.csv']])
})

test('a list of one is that file', async () => {
  const table = await (await start()).open([text('one.csv', 'n\n1\n')], { name: 'folder', names: ['one.csv'] })
  expect(table.info).toMatchObject({ name: 'one.csv', columns: [{ name: 'n' }] })
  expect(table.info.files).toBeUndefined()
})

test('types widen to those of all files, with their statistics', async () => {
  const engine = await start()
  const table = await engine.open([text('a.csv', 'v,w\n1,2026-01-02\n'), text('b.csv', 'v,w\nx,2026-01-02 10:00:00\n')])
  expect(table.info.columns).toMatchObject([
    { type: 'text', stats: { min: '1', max: 'x', distinct: 2 } },
    { type: 'timestamp', stats: { min: '2026-01-02 00:00:00', max: '2026-01-02 10:00:00' } },
  ])
  expect(pageTexts(await table.page(0, 2))).toEqual([['1', '2026-01-02 00:00:00'], ['x', '2026-01-02 10:00:00']])
})

test('Parquet files become one table', async () => {
  const file = (first: number) => new Uint8Array(parquetWriteBuffer({
    columnData: [{ name: 'id', data: [first, first + 1], type: 'INT32' }, { name: 'city', data: [`c${first}`, null], type: 'STRING', nullable: true }],
  }))
  const table = await (await start()).open([file(5), file(1)], { names: ['a.parquet', 'b.parquet'] })
  expect(table.info).toMatchObject({ format: 'parquet', rows: { count: 4, exact: true }, parquet: { rowGroups: 2 } })
  const view = await table.view({ sort: [{ column: 0 }] })
  expect(pageTexts(await view.page(0, 4))).toEqual([['1', 'c1'], ['2', ''], ['5', 'c5'], ['6', '']])
})

test('bad rows say which file they are in', async () => {
  const table = await (await start()).open([text('a.csv', 'a,b\n1,2\n'), text('b.csv', 'a,b\n3,4\n5\n6,7\n')])
  expect(table.info.badRows).toBe(1)
  expect(await table.badRows(0, 9)).toMatchObject([{ row: 2, line: 3, offset: 8, reason: 'too-few-fields', file: 'b.csv' }])
})

describe('what fails', () => {
  const stuck = byteSource(csvBytes(10), () => Promise.reject(new Error('the disk is gone')))

  test('is told with the name of its file', async () => {
    const engine = await start()
    const half = csvBytes(50_000)
    let reads = 0
    const breaking = byteSource(half, async (offset, length) => {
      if (++reads > 1) throw new Error('the disk is gone')
      return half.subarray(offset, offset + length)
    })
    await expect(engine.open([parts[1]!, breaking], { names: ['fine.csv', 'broken.csv'] })).rejects.toThrow(/broken\.csv: .*the disk is gone/)
    await expect(engine.open([parts[1]!, stuck])).rejects.toThrow('the disk is gone')
    await expect(engine.open([])).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('types without a common one are refused', async () => {
    const parquet = new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'n', data: ['x'], type: 'STRING' }] }))
    await expect((await start()).open([text('a.csv', 'n\n1\n'), parquet], { names: ['a.csv', 'b.parquet'] }))
      .rejects.toMatchObject({ code: 'type', message: expect.stringContaining("column 'n' is int64 in a.csv and string in b.parquet") as string })
  })

  test('cancelling rejects with the reason', async () => {
    const controller = new AbortController()
    const never = byteSource(csvBytes(10), () => new Promise(() => undefined))
    const opening = (await start()).open([parts[0]!, never], { signal: controller.signal })
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 20)
    await expect(opening).rejects.toBe(reason)
  })
})

test('progress is that of all files', async () => {
  const seen: Progress[] = []
  await (await start()).open(parts, { onProgress: (progress) => seen.push(progress) })
  const scans = seen.filter(({ phase }) => phase === 'index' || phase === 'import')
  const done = scans.map(({ doneBytes }) => doneBytes)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  expect(scans.at(-1)).toMatchObject({ phase: 'import', totalBytes: parts.reduce((sum, { size }) => sum + size, 0) })
  expect(done.at(-1)).toBeGreaterThan(scans.at(-1)!.totalBytes / 2)
})
