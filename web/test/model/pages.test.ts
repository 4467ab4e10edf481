// The page cache: reads never wait, fetches follow the window, old cells stay until new ones are there.
import { expect, test } from 'vitest'
import type { Page } from '../../src/engine/api.ts'
import { createPageCache } from '../../src/model/pages.ts'

interface Request { firstRow: number; rows: number; columns: readonly number[]; signal: AbortSignal; answer(mark?: string): Promise<void>; fail(): Promise<void> }

function setUp(rows: number, columns = 4, options: { capacity?: number; groupColumns?: number } = {}) {
  const requests: Request[] = []
  const errors: unknown[] = []
  let changes = 0
  const cache = createPageCache({ blockRows: 10, ...options, onChange: () => changes++, onError: (error) => errors.push(error) })
  const read = (firstRow: number, count: number, wanted: readonly number[], signal: AbortSignal) =>
    new Promise<Page>((resolve, reject) => {
      requests.push({
        firstRow, rows: count, columns: wanted, signal,
        answer: async (mark = '') => { resolve(page(firstRow, count, wanted, mark)); await settled() },
        fail: async () => { reject(new Error('lost')); await settled() },
      })
    })
  cache.reset(read, rows, columns)
  return { cache, requests, errors, read, changes: () => changes }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

const page = (firstRow: number, rows: number, columns: readonly number[], mark = ''): Page => ({
  firstRow, rows, sourceRow: (i) => firstRow + i,
  columns: columns.map((index) => ({ index, type: 'text', isNull: () => false, at: (i) => `${firstRow + i}`, text: (i) => `${mark}${firstRow + i}:${index}` })),
})

test('what is in sight is fetched first, then its neighbours, at most three at a time', async () => {
  const { cache, requests } = setUp(1000)
  cache.want({ firstRow: 505, rows: 10, columns: [0, 1] })
  expect(requests.map((r) => r.firstRow)).toEqual([500, 510, 520])
  expect(cache.cell(505, 0)).toBeUndefined()
  await requests[0]!.answer()
  expect(cache.cell(505, 1)).toEqual({ text: '505:1', isNull: false, sourceRow: 505 })
  expect(requests.map((r) => r.firstRow)).toEqual([500, 510, 520, 490])
})

test('a new window aborts what it does not need', () => {
  const { cache, requests } = setUp(100_000)
  cache.want({ firstRow: 0, rows: 10, columns: [0] })
  cache.want({ firstRow: 90_000, rows: 10, columns: [0] })
  expect(requests.slice(0, 2).every((r) => r.signal.aborted)).toBe(true)
  expect(requests.some((r) => r.firstRow === 90_000 && !r.signal.aborted)).toBe(true)
})

test('only the groups of columns in sight are fetched, and once', async () => {
  const { cache, requests } = setUp(10, 1000, { groupColumns: 4 })
  cache.want({ firstRow: 0, rows: 10, columns: [501, 502, 504] })
  expect(requests[0]!.columns).toEqual([500, 501, 502, 503, 504, 505, 506, 507])
  await requests[0]!.answer()
  cache.want({ firstRow: 0, rows: 10, columns: [503, 507, 508] })
  expect(requests[1]!.columns).toEqual([508, 509, 510, 511])
})

test('the oldest pieces are forgotten', async () => {
  const { cache, requests } = setUp(1000, 1, { capacity: 3 })
  for (const firstRow of [0, 500, 900]) {
    cache.want({ firstRow, rows: 1, columns: [0] })
    for (const request of requests) if (!request.signal.aborted) await request.answer()
  }
  expect(cache.cell(0, 0)).toBeUndefined()
  expect(cache.cell(900, 0)?.text).toBe('900:0')
})

test('after a reset that keeps, old cells show until the new ones are there', async () => {
  const { cache, requests, read } = setUp(10)
  cache.want({ firstRow: 0, rows: 5, columns: [0] })
  await requests[0]!.answer('old ')
  cache.reset(read, 10, 4, { keep: true })
  cache.want({ firstRow: 0, rows: 5, columns: [0] })
  expect(cache.cell(3, 0)?.text).toBe('old 3:0')
  await requests[1]!.answer('new ')
  expect(cache.cell(3, 0)?.text).toBe('new 3:0')
})

test('an answer for an earlier reset is ignored', async () => {
  const { cache, requests, read } = setUp(10)
  cache.want({ firstRow: 0, rows: 5, columns: [0] })
  cache.reset(read, 10, 4)
  await requests[0]!.answer('old ')
  expect(cache.cell(0, 0)).toBeUndefined()
})

test('a failed page is told once and tried again when asked', async () => {
  const { cache, requests, errors } = setUp(10)
  cache.want({ firstRow: 0, rows: 5, columns: [0] })
  await requests[0]!.fail()
  cache.want({ firstRow: 1, rows: 5, columns: [0] })
  expect([errors.length, requests.length]).toEqual([1, 1])
  cache.retry()
  await requests[1]!.answer()
  expect(cache.cell(0, 0)?.text).toBe('0:0')
})

test('a block that was short is read again when rows were found behind it', async () => {
  const { cache, requests } = setUp(4)
  cache.want({ firstRow: 0, rows: 10, columns: [0] })
  await requests[0]!.answer()
  cache.setRows(30)
  expect(requests[1]).toMatchObject({ firstRow: 0, rows: 10 })
})

test('a page that is longer than a block fills several', () => {
  const { cache } = setUp(100)
  cache.add(page(0, 25, [0, 1, 2, 3]))
  expect(cache.cell(24, 3)?.text).toBe('24:3')
  expect(cache.cell(24, 3)?.sourceRow).toBe(24)
  expect(cache.cell(25, 3)).toBeUndefined()
})

test('of a page with more columns than room the first ones stay', () => {
  const { cache } = setUp(100, 1000, { groupColumns: 4, capacity: 10 })
  cache.add(page(0, 20, Array.from({ length: 1000 }, (_, i) => i)))
  expect(cache.cell(0, 0)?.text).toBe('0:0')
  expect(cache.cell(0, 39)?.text).toBe('0:39')
  expect(cache.cell(0, 40)).toBeUndefined()
})
