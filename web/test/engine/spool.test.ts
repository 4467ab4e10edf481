// Sorts that the memory budget does not hold, with private files and without: what is expected follows from the arithmetic of the keys.
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createEngine, type Engine } from '../../src/engine/index.ts'
import { stubPrivateFiles, type PrivateFiles } from './private-files.ts'
import { builtWasm } from './table-data.ts'

const rows = 400_000
const budget = 16 * 2 ** 20
/** 7919 and 400009 are primes: each row has a key of its own. */
const key = (i: number): number => (i * 7919) % 400_009
const select = `SELECT i, 'text ' || i AS s FROM range(${rows}) t(i)`
const sorted = `${select} ORDER BY i * 7919 % 400009`
const last = Array.from({ length: rows }, (_, i) => i).sort((a, b) => key(a) - key(b)).slice(-10).map((i) => ({ i, s: `text ${i}` }))

let module: WebAssembly.Module
beforeAll(async () => { module = await WebAssembly.compile(builtWasm() as BufferSource) })
afterEach(() => void vi.unstubAllGlobals())

const start = (): Promise<Engine> => createEngine({ wasm: module, workers: 0, memoryLimit: budget })

describe('with private files', () => {
  let disk: PrivateFiles
  beforeEach(() => { disk = stubPrivateFiles() })

  async function expectNothingLeft(): Promise<void> {
    await vi.waitFor(() => expect([[...disk.files.keys()], [...disk.locked]]).toEqual([[], []]))
  }

  test('rows are kept in a file until the query ends', async () => {
    await using engine = await start()
    expect(await engine.query(`${sorted} OFFSET ${rows - 10}`).rows()).toEqual(last)
    expect(disk.made).toHaveLength(1)
    expect(disk.made[0]!.size).toBeGreaterThan(rows * 10) // every row, of a number and a text
    await expectNothingLeft()
  })

  test('two at once have a file each', async () => {
    await using engine = await start()
    const queries = [9, 5].map((n) => engine.query(`${sorted} OFFSET ${rows - n}`).rows())
    expect(await Promise.all(queries)).toEqual([last.slice(-9), last.slice(-5)])
    expect(new Set(disk.made.map(({ path }) => path)).size).toBe(2)
    await expectNothingLeft()
  })

  test('what fits makes no file', async () => {
    await using engine = await start()
    expect(await engine.query('SELECT i FROM range(3) t(i) ORDER BY i DESC').rows()).toEqual([{ i: 2 }, { i: 1 }, { i: 0 }])
    expect(disk.made).toEqual([])
  })

  test('a query that fails after it has spilled leaves nothing, and the engine goes on', async () => {
    await using engine = await start()
    const failing = `SELECT CASE WHEN i = ${last.at(-1)!.i} THEN CAST(s AS INTEGER) END FROM (${sorted}) OFFSET ${rows - 10}`
    await expect(engine.query(failing).rows()).rejects.toMatchObject({ code: 'value' })
    expect(disk.made).toHaveLength(1)
    await expectNothingLeft()
    expect(await engine.query('SELECT 1 AS one').rows()).toEqual([{ one: 1 }])
  })

  test('a query that is cancelled after it has spilled leaves nothing', async () => {
    await using engine = await start()
    const controller = new AbortController()
    const running = engine.query(`${sorted} OFFSET ${rows - 10}`, { signal: controller.signal }).rows()
    running.catch(() => undefined)
    await vi.waitFor(() => expect(disk.files.size).toBe(1), { interval: 1 })
    controller.abort(new Error('enough'))
    await expect(running).rejects.toThrow('enough')
    await expectNothingLeft()
  })

  test('a full disk is an error that says so', async () => {
    disk.quota = 2 ** 20
    await using engine = await start()
    await expect(engine.query(sorted).rows()).rejects.toMatchObject({ code: 'bytes', message: expect.stringMatching(/private file.*no space left/) as string })
    await expectNothingLeft()
  })

  test('files of tabs that are gone are removed, those of others are not', async () => {
    for (const path of ['other/file', 'sonde-spilled/sorting', 'sonde-spilled/gone']) disk.files.set(path, new Uint8Array(9)) // visited in this order
    disk.locked.add('sonde-spilled/sorting')
    await using _ = await start()
    await vi.waitFor(() => expect([...disk.files.keys()]).toEqual(['other/file', 'sonde-spilled/sorting']))
  })
})

describe('without private files', () => {
  const isRefused = expect.objectContaining({ code: 'limit', message: expect.stringMatching(/16 MB does not hold the rows that the query has to keep.*private windows/) as string }) as Error

  test('the error says what is lacking', async () => {
    await using engine = await start()
    await expect(engine.query(`${sorted} OFFSET ${rows - 10}`).rows()).rejects.toEqual(isRefused)
    expect(await engine.query('SELECT 1 AS one').rows()).toEqual([{ one: 1 }])
  })

  test('the same where the browser refuses them, as in private windows', async () => {
    const disk = stubPrivateFiles()
    navigator.storage.getDirectory = () => Promise.reject(new DOMException('denied', 'SecurityError'))
    await using engine = await start()
    await expect(engine.query(`${sorted} OFFSET ${rows - 10}`).rows()).rejects.toEqual(isRefused)
    expect(disk.made).toEqual([])
  })

  test('a sort that memory holds is not kept from it', async () => {
    await using engine = await start()
    const few = rows / 8
    expect(await engine.query(`SELECT i FROM range(${few}) t(i) ORDER BY -i OFFSET ${few - 2}`).rows()).toEqual([{ i: 1 }, { i: 0 }])
  })
})
