// A Parquet file of half a gigabyte on a server of another origin: a page of its middle costs a small part of it.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'

const release = fileURLToPath(new URL('../../build/release/', import.meta.url))
const rows = 6_553_600
const folder = mkdtempSync(join(tmpdir(), 'sonde-remote-'))
const file = join(folder, 'remote.parquet')
let server: ChildProcess
let url = ''

/** As tests/data/gen_parquet.c says. */
const cellOf = (row: number, column: number): string => {
  if (column % 2) return String(((row * 7 + column) % 4096) / 8)
  return String(column === 0 ? row : row * column)
}

test.beforeAll(async () => {
  execFileSync(join(release, 'tests/gen_parquet'), [String(rows), file])
  server = spawn(join(release, 'proxy/sonde'), ['serve', '--root', folder, '--listen', '127.0.0.1:0', '--cors', '*'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(server.stdout!, 'data') as [Buffer]
  url = `${/http:\S+/.exec(String(said))![0]}remote.parquet`
})
test.afterAll(() => {
  server.kill()
  rmSync(folder, { recursive: true })
})

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)

interface Answer {
  readonly status: number
  readonly range: string | null
  /** Of its body, as they came over the wire. */
  readonly bytes: number
}

/** Every answer about the file. */
function watch(page: Page): Promise<Answer>[] {
  const answers: Promise<Answer>[] = []
  page.context().on('requestfinished', (request) => {
    if (request.url() !== url) return
    answers.push(Promise.all([request.response(), request.sizes()]).then(([response, sizes]) => (
      { status: response!.status(), range: request.headers()['range'] ?? null, bytes: sizes.responseBodySize })))
  })
  return answers
}

test('a page of the middle of a remote file fetches less than 5 % of it', async ({ page }) => {
  const { size } = statSync(file)
  expect(size).toBeGreaterThan(500e6)
  const answers = watch(page)
  await page.goto(`./?url=${encodeURIComponent(url)}`)
  await expect(page.locator('.sonde-count')).toHaveText('6,553,600 rows')
  await expect(cell(page, 2, 1)).toHaveText(cellOf(2, 1))

  const middle = rows / 2 + 65_432 // well inside of a row group
  await page.getByLabel('Go to row').fill(String(middle + 1))
  await page.keyboard.press('Enter')
  for (const column of [0, 1, 2, 3]) await expect(cell(page, middle, column)).toHaveText(cellOf(middle, column))

  await page.waitForLoadState('networkidle')
  const read = await Promise.all(answers)
  const bytes = read.reduce((sum, answer) => sum + answer.bytes, 0)
  expect(read.every(({ status }) => status === 206)).toBe(true)
  expect(bytes).toBeGreaterThan(100_000) // what is on screen alone, so the counting works
  expect(bytes).toBeLessThan(size * 0.05)
  await expect(page.locator('.sonde-cost')).toContainText(`${read.length} requests`) // the page tells what it cost
  expect(read.length).toBeLessThan(20)
  expect(new Set(read.map(({ range }) => range)).size).toBe(read.length) // nothing is asked for twice
})
