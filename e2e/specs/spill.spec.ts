// A sort that the memory budget does not hold, in a real worker with real private files.
import { expect, test, type Page } from '@playwright/test'
import { openHost } from '../hosts/host.ts'

const budget = 16 * 2 ** 20
const rows = 1_000_000
/** 7919 and 1000003 are primes: each row has a key of its own. */
const key = (i: number): number => (i * 7919) % 1_000_003
const last = Array.from({ length: rows }, (_, i) => i).sort((a, b) => key(a) - key(b)).slice(-3)
const sql = `SELECT i, 'text ' || i AS s FROM range(${rows}) t(i) ORDER BY i * 7919 % 1000003 OFFSET ${rows - 3}`

async function open(page: Page): Promise<void> {
  await openHost(page, 'engine', '')
  await page.waitForFunction(() => 'createEngine' in window)
}

/** Of the private folder. */
const files = (page: Page): Promise<number> => page.evaluate(async () => {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('sonde-spilled', { create: true })
  let n = 0
  for await (const _ of folder.keys()) n++
  return n
})

const sortedRows = (page: Page): Promise<unknown> => page.evaluate(async ({ sql, memoryLimit }) => {
  const engine = await window.createEngine({ memoryLimit, workers: 0 })
  return engine.query(sql).rows()
}, { sql, memoryLimit: budget })

test('rows that memory does not hold are sorted in a private file, which is gone afterwards', async ({ page }) => {
  await open(page)
  const answer = sortedRows(page)
  await expect.poll(() => files(page), { intervals: [20] }).toBe(1)
  expect(await answer).toEqual(last.map((i) => ({ i, s: `text ${i}` })))
  await expect.poll(() => files(page)).toBe(0)
})

test('what a page that ended early left is removed by the next one', async ({ page, context }) => {
  await open(page)
  sortedRows(page).catch(() => undefined)
  await expect.poll(() => files(page), { intervals: [20] }).toBe(1)
  const other = await context.newPage()
  await page.close()
  await open(other)
  expect(await files(other)).toBe(1)
  await other.evaluate(async () => void await window.createEngine({ workers: 0 }))
  await expect.poll(() => files(other)).toBe(0)
})
