import { describe, expect, test, vi } from 'vitest'
import { ExplorerError } from '../../src/engine/api.ts'
import type { Fragment } from '../../src/engine/core.ts'
import type { Source } from '../../src/engine/source.ts'
import type { Peer } from '../../src/worker/peer.ts'
import { createPool, type Pool } from '../../src/worker/pool.ts'
import { PAGE, SCAN, type FragmentResult, type Start } from '../../src/worker/protocol.ts'

const fragment = (id: number, affinity = `0:${id}`): Fragment => ({ id, cost: 1, affinity, bytes: new Uint8Array([id]) })
const signal = new AbortController().signal

interface Running {
  readonly id: number
  finish(): void
  fail(error: Error): void
}

/** A helper whose fragments end when the test says so. */
interface FakeHelper extends Peer {
  dead: boolean
  readonly running: Running[]
  readonly told: string[]
}

function fakeHelper(): FakeHelper {
  const running: Running[] = []
  const told: string[] = []
  const rejects = new Set<(error: Error) => void>()
  const runFragment = (bytes: Uint8Array): Promise<FragmentResult> =>
    new Promise((resolve, reject) => {
      rejects.add(reject)
      const entry: Running = {
        id: bytes[0]!,
        finish: () => resolve({ bytes: new Uint8Array([bytes[0]! * 2]).buffer, usage: { bytesRead: 5, requests: 3, memoryBytes: 7 } }),
        fail: reject,
      }
      running.push(entry)
    })
  const ask = (op: string, input: unknown): Promise<unknown> => {
    if (op === 'fragment') return runFragment((input as { bytes: Uint8Array }).bytes)
    const { source, shared = source } = input as { source?: number; shared?: number }
    told.push(`${op} ${shared ?? ''}`.trim())
    return Promise.resolve()
  }
  const helper: FakeHelper = {
    running, told, dead: false,
    ask: ask as Peer['ask'],
    fail(error) {
      helper.dead = true
      rejects.forEach((reject) => reject(error))
    },
    close: () => {},
  }
  return helper
}

async function poolOf(count: number): Promise<{ pool: Pool; helpers: FakeHelper[] }> {
  const pool = createPool()
  const helpers = Array.from({ length: count }, fakeHelper)
  for (const [i, helper] of helpers.entries()) await pool.add(i, helper, {} as Start)
  return { pool, helpers }
}

const ids = (helper: FakeHelper | undefined): number[] => helper!.running.map(({ id }) => id)

describe('the pool', () => {
  test('takes nothing without helpers', async () => {
    expect(createPool().run(fragment(1), SCAN, signal)).toBeUndefined()
  })

  test('spreads fragments evenly, three under way in each, the rest as they finish', async () => {
    const { pool, helpers: [a, b] } = await poolOf(2)
    const results = [1, 2, 3, 4, 5, 6, 7].map((id) => pool.run(fragment(id), SCAN, signal)!)
    expect(ids(a)).toEqual([1, 3, 5])
    expect(ids(b)).toEqual([2, 4, 6])
    b!.running[1]!.finish()
    await vi.waitFor(() => expect(ids(b)).toEqual([2, 4, 6, 7]))
    expect(await results[3]).toEqual(new Uint8Array([8]))
  })

  test('has four large fragments under way in all where they are read from a server, so that pages find a connection', async () => {
    const large = (id: number): Fragment => ({ ...fragment(id), cost: 16e6 })
    const underWay = async (requests: number): Promise<number> => {
      const { pool, helpers } = await poolOf(4)
      pool.addSource(1, { requests, share: () => ({ spec: {}, transfer: [] }) } as unknown as Source)
      for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9]) void pool.run(large(id), SCAN, signal)
      const all = (): number => helpers.reduce((sum, helper) => sum + helper.running.length, 0)
      const first = all()
      helpers[0]!.running[0]!.finish()
      await vi.waitFor(() => expect(all()).toBe(first + 1))
      return first
    }
    expect(await underWay(1)).toBe(4)
    expect(await underWay(0)).toBe(8)
  })

  test('runs a fragment that is wanted again before those behind it', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    for (const id of [1, 2, 3, 4, 5]) void pool.run(fragment(id), SCAN, signal)
    void pool.run(fragment(2), SCAN, signal)
    expect(ids(a)).toEqual([1, 2, 3])
    a!.running[1]!.finish()
    await vi.waitFor(() => expect(ids(a)).toEqual([1, 2, 3, 2]))
  })

  test('sends later fragments of a block to who has its columns, even when another is idle', async () => {
    const { pool, helpers: [a, b] } = await poolOf(2)
    const first = [pool.run(fragment(1, 'x'), SCAN, signal)!, pool.run(fragment(2, 'y'), SCAN, signal)!]
    for (const helper of [a, b]) helper!.running[0]!.finish()
    await Promise.all(first)
    void pool.run(fragment(3, 'y'), SCAN, signal)
    void pool.run(fragment(4, 'y'), SCAN, signal)
    expect(ids(a)).toEqual([1])
    expect(ids(b)).toEqual([2, 3, 4])
  })

  test('tells each helper once what fragments share, and to forget all of it when the job ends, not before', async () => {
    const { pool, helpers: [a, b] } = await poolOf(2)
    const job = new AbortController()
    const sharing = (id: number, shared: number): Fragment => ({ ...fragment(id), shared: { id: shared, bytes: new Uint8Array(9) } })
    for (const id of [1, 2, 3, 4]) pool.run(sharing(id, 50), SCAN, job.signal)!.catch(() => undefined)
    await vi.waitFor(() => expect([ids(a), ids(b)]).toEqual([[1, 3], [2, 4]]))
    expect([a!.told, b!.told]).toEqual([['hello', 'share 50'], ['hello', 'share 50']])
    pool.run(sharing(5, 51), SCAN, job.signal)!.catch(() => undefined)
    await vi.waitFor(() => expect(a!.told).toEqual(['hello', 'share 50', 'share 51']))
    expect(b!.told).toEqual(['hello', 'share 50']) // fragments of the first may still be under way
    job.abort(new Error('enough'))
    expect(a!.told.slice(3)).toEqual(['unshare 50', 'unshare 51'])
    expect(b!.told.slice(2)).toEqual(['unshare 50'])
  })

  test('sends a fragment right behind what it shares, and fails it where that cannot be kept', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    const asked: string[] = []
    const { ask } = a!
    let refuse!: (reason: Error) => void
    const refused = new Promise<never>((_, reject) => { refuse = reject })
    const recording = (op: 'share' | 'fragment', input: never): Promise<unknown> => {
      asked.push(op)
      return op === 'share' ? refused : ask(op, input)
    }
    Object.assign(a!, { ask: recording })
    const result = pool.run({ ...fragment(1), shared: { id: 50, bytes: new Uint8Array(9) } }, SCAN, signal)!
    await vi.waitFor(() => expect(asked).toEqual(['share', 'fragment']))
    refuse(new Error('no room'))
    await expect(result).rejects.toThrow('no room')
  })

  test('leaves a page to the lead unless a helper has its columns, and then does not make it wait for room', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    expect(pool.run(fragment(9, 'new'), PAGE, signal)).toBeUndefined()
    for (const id of [1, 2, 3, 4]) void pool.run(fragment(id), SCAN, signal)
    void pool.run(fragment(9, '0:1'), PAGE, signal)
    expect(ids(a)).toEqual([1, 2, 3, 9])
  })

  test('is ready at once without helpers, else with the first of them', async () => {
    const pool = createPool()
    await pool.ready()
    let answer!: () => void
    const slow = { ...fakeHelper(), ask: () => new Promise((resolve) => { answer = () => resolve({}) }) } as unknown as Peer
    void pool.add(0, slow, {} as Start)
    let ready = false
    const waiting = pool.ready().then(() => { ready = true })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(ready).toBe(false)
    answer()
    await waiting
    expect(pool.run(fragment(1), SCAN, signal)).toBeDefined()
  })

  test('tells helpers of sources, also those that come later', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    pool.addSource(4, { share: () => ({ spec: { kind: 'blob', name: 'x', blob: new Blob([]) }, transfer: [] }) } as unknown as Source)
    const late = fakeHelper()
    await pool.add(1, late, {} as Start)
    pool.forget(4, 1)
    expect(a!.told).toEqual(['hello', 'source 4', 'forget 4'])
    expect(late.told).toEqual(['hello', 'source 4', 'forget 4'])
  })

  test('gives a dead helper\'s fragments to another', async () => {
    const { pool, helpers: [a, b] } = await poolOf(2)
    const result = pool.run(fragment(1), SCAN, signal)!
    pool.lose(0, 'it died')
    await vi.waitFor(() => expect(ids(b)).toEqual([1]))
    b!.running[0]!.finish()
    expect(await result).toEqual(new Uint8Array([2]))
    expect(ids(a)).toEqual([1])
  })

  test('answers "not run" when the last helper is gone, also to those that were waiting', async () => {
    const { pool } = await poolOf(1)
    const results = [1, 2, 3, 4, 5].map((id) => pool.run(fragment(id), SCAN, signal)!)
    pool.lose(0, 'it died')
    expect(await Promise.all(results)).toEqual(Array(5).fill('not run'))
    expect(pool.run(fragment(6), SCAN, signal)).toBeUndefined()
  })

  test('a fragment that kills two helpers fails', async () => {
    const { pool } = await poolOf(3)
    const result = pool.run(fragment(1), SCAN, signal)!
    result.catch(() => undefined)
    pool.lose(0, 'first death')
    await new Promise((resolve) => setTimeout(resolve))
    pool.lose(1, 'second death')
    await expect(result).rejects.toThrow('second death')
  })

  test('passes a fragment\'s own error on', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    const result = pool.run(fragment(1), SCAN, signal)!
    a!.running[0]!.fail(new ExplorerError('bytes', 'gone'))
    await expect(result).rejects.toMatchObject({ code: 'bytes' })
    expect(pool.run(fragment(2), SCAN, signal)).toBeDefined()
  })

  test('an abort takes waiting fragments out of the queue', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    const controller = new AbortController()
    for (const id of [1, 2, 3]) void pool.run(fragment(id), SCAN, signal)
    const waiting = pool.run(fragment(4), SCAN, controller.signal)!
    controller.abort(new Error('enough'))
    a!.running[0]!.finish()
    await expect(waiting).rejects.toThrow('enough')
    await new Promise((resolve) => setTimeout(resolve))
    expect(ids(a)).toEqual([1, 2, 3])
  })

  test('adds up what helpers read and hold', async () => {
    const { pool, helpers: [a] } = await poolOf(1)
    const result = pool.run(fragment(1), SCAN, signal)!
    a!.running[0]!.finish()
    await result
    expect(pool.usage).toEqual([{ bytesRead: 5, requests: 3, memoryBytes: 7 }])
  })
})
