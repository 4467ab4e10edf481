// Rows as files: what a table or view exports is what its pages show, read back by other people's readers and by the engine itself;
// streams go no faster than they are read, and stop.
import { tableFromIPC } from '@uwdata/flechette'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import Papa from 'papaparse'
import { beforeAll, describe, expect, test } from 'vitest'
import { createEngine, ExplorerError, type Engine, type ExportOptions, type Progress, type Table, type View } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, pageTexts } from './table-data.ts'

const rows = 60_000
const scatter = (row: number): number => Math.imul(row + 1, 2654435761) >>> 0
const texts = ['plain', 'with, comma', 'with "quotes"', 'two\nlines', '=1+1', ' spaces ', 'ü €']
const line = (row: number): string => {
  const text = texts[row % texts.length]!
  const note = row % 5 === 0 ? '' : `"${text.replaceAll('"', '""')}"`
  return `${row},${(scatter(row) % 1_000_000) / 100},2026-0${1 + (row % 9)}-1${row % 10},${note},${row % 2 === 0}`
}
const csv = new TextEncoder().encode(`id,amount,day,note,even\n${Array.from({ length: rows }, (_, row) => line(row)).join('\n')}\n`)

let module: WebAssembly.Module
let workerUrl: URL
beforeAll(async () => {
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
})

async function bytesOf(from: Table | View, options: ExportOptions): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(from.export(options)).arrayBuffer())
}

/** All cells of what is exported, read by the engine again. */
async function readAgain(engine: Engine, bytes: Uint8Array<ArrayBuffer>, name: string): Promise<string[][]> {
  await using table = await engine.open(bytes, { name })
  await table.imported
  return pageTexts(await table.page(0, rows))
}

describe.each([0, 2])('with %i helpers', (workers) => {
  const open = async (engine: Engine): Promise<Table> => engine.open(csv, { name: 'table.csv' })
  const views = {
    'the table': undefined,
    'a view that leaves a third': { filter: { column: 3, op: 'contains', value: 'with' } },
    'a view that leaves a few rows': { filter: { column: 0, op: 'in', values: ['7', '59999', '31000'] } },
    'a sorted view': { sort: [{ column: 1, descending: true }, { column: 0 }] },
  } as const

  test.each(Object.entries(views))('%s as Parquet and Arrow has the cells that its pages have', async (_, spec) => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await open(engine)
    await table.imported
    await using view = spec ? await table.view(spec) : undefined
    const from = view ?? table
    const expected = pageTexts(await from.page(0, rows))
    expect(expected.length).toBeGreaterThan(2)
    expect(await readAgain(engine, await bytesOf(from, { format: 'parquet' }), 'again.parquet')).toEqual(expected)
    const arrow = tableFromIPC(await bytesOf(from, { format: 'arrow', columns: [3, 0, 4], compression: 'none' }))
    expect(arrow.names).toEqual(['note', 'id', 'even'])
    const [note, id, even] = arrow.names.map((name) => arrow.getChild(name))
    expect(arrow.numRows).toBe(expected.length)
    expect(Array.from({ length: arrow.numRows }, (_, i) => [note!.at(i) ?? '', String(id!.at(i)), String(even!.at(i))]))
      .toEqual(expected.map((cells) => [cells[3], cells[0], cells[4]]))
  })

  test('Parquet is read by others, whichever its compression', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await open(engine)
    for (const compression of ['zstd', 'snappy', 'none'] as const) {
      const bytes = await bytesOf(table, { format: 'parquet', compression, columns: [0, 3] })
      const objects = await parquetReadObjects({ file: bytes.buffer, compressors, rowStart: 31_000, rowEnd: 31_100 })
      expect(objects).toEqual(Array.from({ length: 100 }, (_, i) => {
        const row = 31_000 + i
        return { id: BigInt(row), note: row % 5 === 0 ? null : texts[row % texts.length] }
      }))
    }
  })

  test('CSV is quoted so that others read the same texts, with options', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await open(engine)
    const text = new TextDecoder().decode(await bytesOf(table, { format: 'csv', columns: [3, 1], delimiter: ';', nullText: 'NULL', guardFormulas: true }))
    const { data } = Papa.parse<string[]>(text, { delimiter: ';' })
    expect(data[0]).toEqual(['note', 'amount'])
    const guarded = (row: number): string => (row % 5 === 0 ? 'NULL' : texts[row % texts.length]!.replace(/^=/, "'="))
    expect(data.slice(1, rows + 1)).toEqual(Array.from({ length: rows }, (_, row) => [guarded(row), String((scatter(row) % 1_000_000) / 100)]))
  })

  test('goes no faster than it is read, tells its progress, and stops', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await open(engine)
    const controller = new AbortController()
    const seen: Progress[] = []
    const reader = table.export({ format: 'csv', signal: controller.signal, onProgress: (progress) => seen.push(progress) }).getReader()
    const first = await reader.read()
    expect(first.value?.length).toBeGreaterThan(0)
    controller.abort(new ExplorerError('cancelled', 'enough'))
    await expect((async () => { while (!(await reader.read()).done); })()).rejects.toThrow('enough')
    expect(seen.every(({ phase }) => phase === 'export')).toBe(true)
    const other = table.export({ format: 'parquet' })
    await other.cancel()
    expect(pageTexts(await table.page(5, 1))[0]?.[0]).toBe('5')
  })

  test('what cannot be asked for is refused', async () => {
    await using engine = await createEngine({ wasm: module, workers, workerUrl })
    await using table = await open(engine)
    await expect(bytesOf(table, { format: 'csv', columns: [9] })).rejects.toThrow('column 9 is not there')
    await expect(bytesOf(table, { format: 'csv', delimiter: '"' })).rejects.toThrow()
    await expect(bytesOf(table, { format: 'arrow', compression: 'snappy' })).rejects.toThrow('compression')
  })
})
