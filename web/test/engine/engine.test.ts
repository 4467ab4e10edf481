// The engine client over the real module: what hosts see, with none, one and three helper workers.
import { mkdtempSync, openAsBlob, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createEngine, type Engine, type EngineOptions, type Page, type Table, type ViewSpec } from '../../src/engine/index.ts'
import { buildWorker } from './built-worker.ts'
import { builtWasm, byteSource, columnNames, csvBytes, pageTexts, rowTexts } from './table-data.ts'

const ROWS = 500_000
let module: WebAssembly.Module
let workerUrl: URL
let large: Uint8Array<ArrayBuffer>
const small = csvBytes(1000)
const engines: Engine[] = []

beforeAll(async () => {
  large = csvBytes(ROWS)
  module = await WebAssembly.compile(builtWasm() as BufferSource)
  workerUrl = await buildWorker()
})
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())))

async function start(options: EngineOptions = {}): Promise<Engine> {
  const engine = await createEngine({ wasm: module, workers: 0, workerUrl, ...options })
  engines.push(engine)
  return engine
}

const expectRows = (page: Page, rows: readonly number[]): void => {
  expect(pageTexts(page)).toEqual(rows.map(rowTexts))
  expect(rows.map((_, i) => page.sourceRow(i))).toEqual(rows)
}
const range = (begin: number, end: number): number[] => Array.from({ length: end - begin }, (_, i) => begin + i)

describe('what can be opened', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'sonde-')), 'rows.csv')
  const sources = {
    'a File': () => new File([small], 'rows.csv'),
    'a file on disk': () => { writeFileSync(path, small); return openAsBlob(path) },
    'bytes': () => small,
    'an ArrayBuffer': () => small.slice().buffer,
    'a ByteSource': () => byteSource(small),
    'a gzip file': () => new Uint8Array(gzipSync(small)),
  }
  test.each(Object.entries(sources))('%s', async (_, make) => {
    const table = await (await start()).open(await make(), { name: 'rows.csv' })
    expect(table.info.columns.map(({ name }) => name)).toEqual(columnNames)
    expect(table.info.name).toBe('rows.csv')
    expectRows(await table.page(2, 3), [2, 3, 4])
    expect((await table.imported).rows).toEqual({ count: 1000, exact: true })
    expectRows(await table.page(997, 3), [997, 998, 999])
  })

  test('a URL', async () => {
    const server = createServer((request, response) => {
      const [, begin, end] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')!.map(Number) as [number, number, number]
      const part = small.subarray(begin, end + 1)
      response.writeHead(206, { 'content-range': `bytes ${begin}-${begin + part.length - 1}/${small.length}` }).end(part)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const table = await (await start()).open(`http://127.0.0.1:${(server.address() as AddressInfo).port}/trips.csv`)
    expect(table.info.name).toBe('trips.csv')
    expect((await table.imported).rows.count).toBe(1000)
    server.closeAllConnections()
    server.close()
  })

  test('an empty file has no rows, and no error', async () => {
    const table = await (await start()).open(new Uint8Array(0))
    expect((await table.imported).rows).toEqual({ count: 0, exact: true })
  })
})

describe('a table', () => {
  test('is there after one small read', async () => {
    const reads: number[] = []
    const source = byteSource(large, async (offset, length) => { reads.push(length); return large.subarray(offset, offset + length) })
    const table = await (await start()).open(source, { scan: false })
    expect(reads).toHaveLength(1)
    expect(reads[0]).toBeLessThanOrEqual(256 * 1024)
    expect(table.firstPage.rows).toBeGreaterThan(50)
    expectRows(table.firstPage, range(0, table.firstPage.rows))
    expect(table.info).toMatchObject({ state: 'sniffed', rows: { exact: false }, bytes: large.length })
  })

  test('tells how it was read and takes corrections', async () => {
    const engine = await start()
    const table = await engine.open(small)
    const delimiter = table.info.guesses.find(({ setting }) => setting === 'delimiter')
    expect(delimiter).toMatchObject({ value: ',', overridden: false })
    expect(delimiter?.reason).not.toBe('')
    const again = await engine.open(small, { read: { delimiter: ';' } })
    expect(again.info.guesses.find(({ setting }) => setting === 'delimiter')).toMatchObject({ value: ';', overridden: true })
    expect(again.info.columns).toHaveLength(1)
  })

  test('gives chosen columns in the order asked', async () => {
    const table = await (await start()).open(small)
    await table.imported
    const page = await table.page(10, 2, { columns: [5, 0] })
    expect(page.columns.map(({ index }) => index)).toEqual([5, 0])
    expect(pageTexts(page)).toEqual([10, 11].map((row) => [rowTexts(row)[5], rowTexts(row)[0]]))
  })

  test('ends where the file ends', async () => {
    const table = await (await start()).open(small)
    await table.imported
    expectRows(await table.page(995, 100), range(995, 1000))
    expect((await table.page(5000, 10)).rows).toBe(0)
  })

  test('lists broken rows with number, line, offset and reason', async () => {
    const text = 'a,b\n1,2\n3\n4,5,6\n7,8\n'
    const table = await (await start()).open(new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>)
    expect((await table.imported).badRows).toBe(2)
    expect(await table.badRows(0, 10)).toMatchObject([
      { row: 1, line: 3, offset: 8, reason: 'too-few-fields' },
      { row: 2, line: 4, offset: 10, reason: 'too-many-fields' },
    ])
  })
})

describe.each([0, 1, 3])('with %i helpers', (workers) => {
  let table: Table
  beforeAll(async () => {
    const engine = await createEngine({ wasm: module, workers, workerUrl })
    table = await engine.open(large)
    return () => engine.close()
  })

  test('rows are counted exactly and types and statistics found', async () => {
    const info = await table.imported
    expect(info).toMatchObject({ state: 'imported', rows: { count: ROWS, exact: true }, badRows: 0 })
    expect(info.columns.map(({ type }) => type)).toEqual(['int64', 'text', 'double', 'text', 'timestamp', 'bool'])
    expect(info.columns[0]!.stats).toMatchObject({ nulls: 0, min: '1', max: String(ROWS) })
    expect(info.columns[2]!.stats?.nulls).toBe(ROWS / 10)
    expect(info.columns[1]!.stats?.distinct).toBe(7)
  })

  test('pages come from everywhere', async () => {
    await table.imported
    for (const row of [0, 199, 200, 123_456, 250_000, 499_990]) expectRows(await table.page(row, 10), range(row, row + 10))
  })

  test('views filter, search and sort', async () => {
    const cases: [ViewSpec, number, number[]][] = [
      [{ sort: [{ column: 0, descending: true }] }, ROWS, [ROWS - 1, ROWS - 2, ROWS - 3]],
      [{ filter: { column: 0, op: 'between', low: '100', high: '200' } }, 101, [99, 100, 101]],
      [{ filter: { and: [{ column: 1, op: '=', value: 'Fès' }, { column: 2, op: 'is null' }] } }, 7143, [33, 103, 173]],
      [{ search: 'NOTE 499999' }, 1, [499_999]],
    ]
    for (const [spec, rows, first] of cases) {
      const view = await table.view(spec)
      expect(view.rows).toBe(rows)
      expectRows(await view.page(0, Math.min(3, rows)), first)
      await view.close()
    }
  })

  test('values are counted', async () => {
    const { values, distinct } = await table.values(1, { limit: 3 })
    expect(distinct).toBe(7)
    expect(values.map(({ text, count }) => [text, count])).toEqual([['Aarhus', 71_429], ['Berlin', 71_429], ['Córdoba', 71_429]])
  })
})

describe('cancel', () => {
  test('of a scan keeps what is reachable, and the scan can go on', async () => {
    const table = await (await start({ workers: 1 })).open(large)
    for await (const { progress } of table.progress()) if (progress.doneBytes > 0) break
    await table.cancelScan()
    expect((await table.page(0, 5)).rows).toBe(5)
    const state = table.info.state
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(table.info.state).toBe(state)
    table.resumeScan()
    expect((await table.imported).rows.count).toBe(ROWS)
  })

  test('of a view, a page or an opening rejects with the reason', async () => {
    const engine = await start({ workers: 1 })
    const table = await engine.open(large)
    await table.imported
    const controller = new AbortController()
    const reason = new Error('enough')
    const waiting = [
      table.view({ search: 'nothing like it' }, { signal: controller.signal }),
      table.page(300_000, 10, { signal: controller.signal }),
      engine.open(small, { signal: controller.signal }),
    ].map((promise) => promise.catch((error: unknown) => error))
    controller.abort(reason)
    expect(await Promise.all(waiting)).toEqual([reason, reason, reason])
    expectRows(await table.page(300_000, 2), [300_000, 300_001])
  })
})

describe('a source that fails', () => {
  test('says what and where; what was there stays', async () => {
    let broken = false
    const source = byteSource(large, async (offset, length) => {
      if (broken) throw new Error('cable unplugged')
      return large.subarray(offset, offset + length)
    })
    const table = await (await start()).open(source, { scan: false })
    broken = true
    table.resumeScan()
    await expect(table.indexed).rejects.toMatchObject({ code: 'bytes', message: expect.stringMatching(/source.*cable unplugged/) as string })
    expectRows(await table.page(0, 2), [0, 1])
    broken = false
    table.resumeScan()
    expect((await table.imported).rows.count).toBe(ROWS)
  })

  test.each([0, 2])('a file that changes is reported by what reads it again, with %i helpers', async (workers) => {
    let now = large
    const changed = large.map((byte) => (byte === 10 ? 32 : byte)) // another file of the same size, in one line
    const source = byteSource(large, async (offset, length) => now.slice(offset, offset + length))
    const engine = await start({ workers, memoryLimit: (workers + 1) * 12 * 2 ** 20 }) // not all columns can be kept
    const table = await engine.open(source, { name: 'growing.log' })
    expect((await table.imported).rows).toEqual({ count: ROWS, exact: true })
    now = changed
    const problem = { code: 'bytes', message: expect.stringContaining('changed while it was being read') as string }
    await expect(table.view({ search: 'note 4' })).rejects.toMatchObject(problem)
    expect((await (await engine.open(small)).imported).rows.count).toBe(1000)
  })

  test('a file that shrinks is reported by its name', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'sonde-')), 'shrinking.csv')
    writeFileSync(path, large)
    const table = await (await start()).open(await openAsBlob(path), { name: 'shrinking.csv', scan: false })
    truncateSync(path, 1000)
    table.resumeScan()
    await expect(table.imported).rejects.toMatchObject({ code: 'bytes', message: expect.stringContaining('shrinking.csv') as string })
  })
})

describe('starting', () => {
  test('runs in a worker where one can start', async () => {
    expect((await start({ workers: 1 })).runsOn).toBe('worker')
  })

  test('falls back to the calling thread where none can, and says so', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const engine = await start({ workers: 2, workerUrl: new URL('missing.mjs', workerUrl) })
    expect(engine.runsOn).toBe('page')
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('workerUrl'))
    expect((await (await engine.open(small)).imported).rows.count).toBe(1000)
    warn.mockRestore()
  })

  test('can be aborted', async () => {
    const reason = new Error('enough')
    await expect(start({ workers: 1, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })
})

describe('limits', () => {
  test('a memory limit that is too small is named, and the engine goes on working', async () => {
    const engine = await start({ memoryLimit: 4 * 2 ** 20 })
    const table = await engine.open(large)
    await expect(table.imported).rejects.toMatchObject({ code: 'limit', message: expect.stringMatching(/memory/) as string })
    expect((await (await engine.open(small)).imported).rows.count).toBe(1000)
  })

  test('closing ends everything that waits', async () => {
    const engine = await start({ workers: 1 })
    const table = await engine.open(large)
    const waiting = [table.imported, table.page(400_000, 1), engine.open(small)].map((promise) => promise.catch((error: unknown) => error))
    await engine.close()
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'cancelled' })
  })
})
