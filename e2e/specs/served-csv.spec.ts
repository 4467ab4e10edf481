// A large CSV file behind `sonde serve`, both ways that the page knows: its bytes by ranges, and left where it is.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test, type Page } from '@playwright/test'

const top = fileURLToPath(new URL('../../', import.meta.url))
const rows = 650_000
const folder = mkdtempSync(join(tmpdir(), 'sonde-served-'))
const file = join(folder, 'data', 'served.csv')
let server: ChildProcess
let site = ''

test.beforeAll(async () => {
  mkdirSync(join(folder, 'data'))
  execFileSync(join(top, 'build/release/tests/gen_table'), [String(rows), file])
  writeFileSync(join(folder, 'sonde.toml'), `listen = ["127.0.0.1:0"]\nsite = "${top}web/dist"\nroot = "${folder}/data"\npaged_bytes = 1000000\n`)
  server = spawn(join(top, 'build/release/proxy/sonde'), ['serve', '--config', join(folder, 'sonde.toml')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(server.stdout!, 'data') as [Buffer]
  site = /http:\S+/.exec(String(said))![0]
})
test.afterAll(() => {
  server.kill()
  rmSync(folder, { recursive: true })
})

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const patient = { timeout: 90_000 }
const count = (page: Page) => page.locator('.sonde-count')

/** As tests/data/gen_table.c says. */
function expected(row: number, column: number): string {
  const texts = JSON.parse(execFileSync(join(top, 'build/release/tests/gen_table'), ['--row', String(row)], { encoding: 'utf8' })) as (string | null)[]
  return texts[column] ?? ''
}

async function goToRow(page: Page, row: number): Promise<void> {
  await page.getByLabel('Go to row').fill(String(row + 1))
  await page.keyboard.press('Enter')
  for (const column of [0, 1, 3]) await expect(cell(page, row, column)).toHaveText(expected(row, column))
}

interface Answer {
  readonly status: number
  readonly path: string
  readonly range: string | null
  readonly bytes: number
}

/** Every answer about data so far. */
function watch(page: Page): () => Promise<Answer[]> {
  const answers: Promise<Answer>[] = []
  page.context().on('requestfinished', (request) => {
    const { pathname } = new URL(request.url())
    if (!pathname.startsWith('/v1/')) return
    answers.push(Promise.all([request.response(), request.sizes()]).then(([response, sizes]) => (
      { status: response!.status(), path: pathname, range: request.headers()['range'] ?? null, bytes: sizes.responseBodySize })))
  })
  return async () => {
    await page.waitForLoadState('networkidle')
    return Promise.all(answers)
  }
}
const bytesOf = (answers: readonly Answer[]): number => answers.reduce((sum, { bytes }) => sum + bytes, 0)

test('by ranges: rows after one answer, the whole read twice in large pieces, pages from what was kept', async ({ page }) => {
  test.setTimeout(300_000)
  const answers = watch(page)
  await page.goto(`${site}?url=/v1/f/served.csv`)
  await expect(cell(page, 2, 1)).toHaveText(expected(2, 1), patient)
  await expect(count(page)).toHaveText('650,000 rows', patient)
  await expect(page.locator('.sonde-status progress')).toHaveCount(0, patient)
  const read = await answers()
  const { size } = statSync(file)
  expect(new Set(read.map(({ status }) => status))).toEqual(new Set([206]))
  expect(read[0]!.range).toBe('bytes=0-262143')
  expect(bytesOf(read)).toBeGreaterThan(size)
  expect(bytesOf(read)).toBeLessThan(2.1 * size)
  expect(read.length).toBeLessThan(40)

  for (const row of [rows - 1, 0, rows / 2, rows / 10]) await goToRow(page, row)
  const paged = (await answers()).slice(read.length)
  expect(paged.length).toBeLessThan(17) // four each
  expect(bytesOf(paged)).toBeLessThan(0.2 * size)
})

test('by ranges: a jump beyond what is counted says so, goes there as soon as it can, and the latest counts', async ({ page }) => {
  let goOn = (): void => {}
  const held = new Promise<void>((resolve) => { goOn = resolve })
  await page.context().route(({ pathname }) => pathname === '/v1/f/served.csv', async (route) => {
    if (route.request().headers()['range'] !== 'bytes=0-262143') await held // all but the first rows
    await route.continue()
  })
  await page.goto(`${site}?url=/v1/f/served.csv`)
  await expect(cell(page, 2, 1)).toHaveText(expected(2, 1), patient)
  const jump = page.getByLabel('Go to row')
  const awaited = page.locator('.sonde-awaited')
  await jump.fill('600001')
  await jump.press('Enter')
  await expect(awaited).toContainText('Going to row 600,001 once it is counted')
  await jump.fill('325001')
  await jump.press('Enter')
  await expect(awaited).toContainText('Going to row 325,001')
  await expect(count(page)).toContainText('counting…')
  await page.getByRole('grid').evaluate((grid) => { grid.scrollTop = 28 * 50 }) // rows scroll meanwhile
  await expect(cell(page, 55, 1)).toHaveText(expected(55, 1))
  goOn()
  await expect(cell(page, 325_000, 1)).toHaveText(expected(325_000, 1), patient)
  await expect(awaited).toHaveCount(0)
})

test('on the server: opened before it is counted, then any page for a few kilobytes, types exact without a question', async ({ page }) => {
  test.setTimeout(300_000)
  const answers = watch(page)
  await page.goto(`${site}?table=served`)
  await expect(cell(page, 2, 1)).toHaveText(expected(2, 1), patient)
  await expect(count(page)).toHaveText('650,000 rows', patient)
  await expect(page.locator('.sonde-status progress')).toHaveCount(0, patient)
  const opened = await answers()
  for (const row of [rows - 1, rows / 2, rows / 10]) await goToRow(page, row)
  const paged = (await answers()).slice(opened.length)
  expect(paged.every(({ path, status }) => path === '/v1/tables/served/rows' && status === 200)).toBe(true)
  expect(paged.length).toBeLessThan(13) // four each
  expect(bytesOf([...opened, ...paged])).toBeLessThan(300_000)

  await page.getByRole('button', { name: 'Menu of column id' }).click()
  await expect(page.locator('.sonde-facts')).toContainText('650000') // its greatest value, known since all was read
  expect((await answers()).filter(({ path }) => path === '/v1/sql')).toEqual([])
  await page.keyboard.press('Escape')
  await expect(page.locator('.sonde-facts')).toBeHidden()
  const id = page.getByRole('columnheader', { name: 'id' })
  for (const order of ['ascending', 'descending']) {
    await id.locator('.sonde-name').click()
    await expect(id).toHaveAttribute('aria-sort', order)
  }
  await expect(cell(page, 0, 0)).toHaveText(String(rows), patient) // the server imports it for that
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('on the server: a table that is not there is named, and what can be done said', async ({ page }) => {
  await page.goto(`${site}?table=nothing`)
  await expect(page.getByRole('alert')).toContainText('There is no such table')
})
