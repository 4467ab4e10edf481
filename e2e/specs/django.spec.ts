// A real Django site with login, the server beside it, nginx before both: who may see a table opens it, whoever may not
// is refused, and addresses that expire meanwhile are nobody's business.
import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page, type Response } from '@playwright/test'
import { startSite, type Site } from '../hosts/django/start.ts'

const generator = fileURLToPath(new URL('../../build/release/tests/gen_parquet', import.meta.url))
const rows = 1_310_720
/** Long enough to open a page, short enough to be waited for. */
const expiry = 6
let site: Site

/** As tests/data/gen_parquet.c says. */
const cellOf = (row: number, column: number): string => {
  if (column % 2) return String(((row * 7 + column) % 4096) / 8)
  return String(column === 0 ? row : row * column)
}
const towns = ['Lyon', 'Graz', 'Cork']

function fill(tables: string): void {
  execFileSync(generator, [String(rows), join(tables, 'large.parquet')])
  mkdirSync(join(tables, 'towns'))
  for (const year of [2024, 2025]) {
    const lines = Array.from({ length: 300 }, (_, i) => `${year},${towns[i % 3]},${i}`)
    writeFileSync(join(tables, 'towns', `${year}.csv`), ['year,town,visits', ...lines, ''].join('\n'))
  }
}

test.beforeAll(async () => { site = await startSite({ expiry, fill }) })
test.afterAll(() => site.stop())

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const count = (page: Page) => page.locator('.sonde-count')

/** Whatever the server answered about bytes or SQL, and whatever the site signed. */
interface Watched {
  readonly bytes: Response[]
  readonly signed: Response[]
  /** Errors on the page and what its policy refused. */
  readonly problems: string[]
}

function watch(page: Page): Watched {
  const watched: Watched = { bytes: [], signed: [], problems: [] }
  page.context().on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname.startsWith('/sonde/v1/')) watched.bytes.push(response)
    if (pathname.endsWith('/sign/')) watched.signed.push(response)
  })
  page.on('pageerror', (error) => watched.problems.push(error.message))
  page.on('console', (message) => { if (/Content.Security.Policy/i.test(message.text())) watched.problems.push(message.text()) })
  return watched
}

/** How many answers the server is making. */
async function working(): Promise<number> {
  const metrics = await (await fetch(`${site.server}/metrics`)).text()
  return Number(/^sonde_work_running (\d+)$/m.exec(metrics)?.[1])
}

async function signIn(page: Page, name: string, next: string): Promise<void> {
  await page.goto(`${site.url}/accounts/login/?next=${next}`)
  await page.getByLabel('Username').fill(name)
  await page.getByLabel('Password').fill(`${name} of the tests`)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${site.url}${next}`)
}

async function goToRow(page: Page, row: number): Promise<void> {
  await page.getByLabel('Go to row').fill(String(row + 1))
  await page.keyboard.press('Enter')
  for (const column of [0, 1, 2, 3]) await expect(cell(page, row, column)).toHaveText(cellOf(row, column))
}

/** Where the first column is sorted downwards. */
async function goToSorted(page: Page, row: number): Promise<void> {
  await page.getByLabel('Go to row').fill(String(row + 1))
  await page.keyboard.press('Enter')
  for (const column of [0, 1, 2]) await expect(cell(page, row, column)).toHaveText(cellOf(rows - 1 - row, column))
}

test('a user signs in and pages a large table by ranges; expired addresses are replaced without a word', async ({ page }) => {
  const watched = watch(page)
  await signIn(page, 'alice', '/tables/')
  await page.getByRole('link', { name: 'Large' }).click()
  await expect(page.locator('.sonde-way')).toContainText('is much')
  await expect(page.getByLabel('How to open it')).toHaveValue('ranges')
  await expect(count(page)).toHaveText('1,310,720 rows')
  await expect(cell(page, 2, 1)).toHaveText(cellOf(2, 1))
  expect(watched.signed).toHaveLength(0)

  await page.waitForTimeout((expiry + 1) * 1000)
  await goToRow(page, rows / 2 + 432)
  expect(watched.bytes.map((response) => response.status())).toContain(403)
  expect(watched.signed.length).toBeGreaterThan(0)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await goToRow(page, rows - 100)

  await page.waitForLoadState('networkidle')
  const read = watched.bytes.filter((response) => response.status() === 206)
  const bodies = await Promise.all(read.map(async (response) => (await response.request().sizes()).responseBodySize))
  const { size } = statSync(join(site.tables, 'large.parquet'))
  expect(size).toBeGreaterThan(90e6)
  expect(bodies.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(size * 0.2)
  expect(new Set(watched.bytes.map((response) => response.status()))).toEqual(new Set([206, 403]))
  expect(watched.problems).toEqual([])
})

test('a small table of several files is fetched once, and the reader may choose otherwise', async ({ page }) => {
  const watched = watch(page)
  await signIn(page, 'alice', '/tables/small/')
  await expect(count(page)).toHaveText('600 rows')
  await expect(page.locator('.sonde-way')).toContainText('in your browser')
  await expect(cell(page, 1, 1)).toHaveText('Graz')
  const statuses = () => watched.bytes.map((response) => response.status())
  expect(statuses()).toEqual([200, 200])
  await page.getByLabel('How to open it').selectOption('ranges')
  await expect.poll(() => statuses().length).toBeGreaterThanOrEqual(4)
  expect(new Set(statuses().slice(2))).toEqual(new Set([206]))
  await expect(count(page)).toHaveText('600 rows')
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
  await page.getByRole('button', { name: 'SQL', exact: true }).click() // comes as a file of its own
  await expect(page.getByRole('textbox', { name: 'SQL' })).toBeVisible()
  expect(watched.problems).toEqual([])
})

test('on the server: pages, order, filters, values and SQL are answered there, and only answers travel', async ({ page }) => {
  const watched = watch(page)
  await signIn(page, 'alice', '/tables/large/')
  await expect(count(page)).toHaveText('1,310,720 rows')
  const before = watched.bytes.length
  const way = page.getByLabel('How to open it')
  await way.focus()
  await page.keyboard.type('on the server')
  await expect(way).toHaveValue('server')
  await expect(page.locator('.sonde-way')).toContainText('105 MB: questions are answered on the server; only answers travel.')
  await expect(count(page)).toHaveText('1,310,720 rows')
  await goToRow(page, rows / 2 + 432)

  await page.waitForTimeout((expiry + 1) * 1000) // this address expires as well
  await page.getByRole('columnheader', { name: 'c0' }).click()
  await page.getByRole('columnheader', { name: 'c0' }).click()
  await expect(cell(page, 0, 0)).toHaveText(String(rows - 1))
  await goToSorted(page, 1000)
  await page.getByRole('button', { name: 'Menu of column c1' }).click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByRole('checkbox', { name: '0.25 320', exact: true }).check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(count(page)).toHaveText('320 of 1,310,720 rows') // 0.25 is one of 4,096 values
  await expect(cell(page, 0, 0)).toHaveText('1310135') // the last row whose (7r + 1) % 4096 is 2
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(count(page)).toHaveText('1,310,720 rows')
  await page.getByRole('button', { name: 'SQL', exact: true }).click()
  const editor = page.getByRole('textbox', { name: 'SQL' })
  await expect(editor).toContainText('ORDER BY c0 DESC NULLS LAST')
  expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])

  const run = async (sql: string): Promise<void> => {
    await editor.focus()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(sql)
    await page.keyboard.press('Control+Enter')
  }
  await run('SELECT c1, count(*) AS n FROM large WHERE c0 < 8192 GROUP BY c1 ORDER BY c1 LIMIT 2')
  await expect(count(page)).toHaveText('2 rows')
  await expect(cell(page, 0, 1)).toHaveText('2') // c1 goes through all its 4,096 values twice
  await run('SELECT count(*) FROM small')
  await expect(page.locator('.sonde-sql-error')).toContainText('small')
  await expect(cell(page, 0, 1)).toHaveText('2') // the last answer stays
  await run('SELECT count(*) FROM large a, large b WHERE a.c0 * b.c0 = 7 AND a.c2 + b.c2 = 9')
  await expect.poll(working).toBe(1)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect.poll(working).toBe(0) // the server, too, has given up
  await page.getByRole('button', { name: 'Back to file' }).click()
  await expect(cell(page, 0, 0)).toHaveText(String(rows - 1))

  await page.getByLabel('Search all columns').fill('10485')
  await page.keyboard.press('Enter')
  await expect(cell(page, 0, 0)).toBeVisible()
  await page.waitForLoadState('networkidle')
  const there = watched.bytes.slice(before)
  expect(there.filter((response) => response.status() === 206)).toEqual([]) // nothing of the file
  expect(there.map((response) => response.status())).toContain(403)
  const bodies = await Promise.all(there.map(async (response) => (await response.request().sizes()).responseBodySize))
  expect(bodies.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(500_000)
  await expect(page.locator('.sonde-banner')).toHaveCount(0)
  expect(watched.problems).toEqual([])
})

test('another user is refused: on the page, by the site, by the server', async ({ page, browser }) => {
  const context = await browser.newContext()
  const hers = await context.newPage()
  await signIn(hers, 'alice', '/tables/')
  const offer = await (await hers.request.get(`${site.url}/tables/api/tables/large/`)).json() as { files: { url: string }[] }
  await context.close()

  await signIn(page, 'bob', '/tables/')
  await expect(page.getByText('There is none for you.')).toBeVisible()
  const answer = await page.goto(`${site.url}/tables/large/`)
  expect(answer!.status()).toBe(404)
  await expect(page.getByText('not for you')).toBeVisible()
  expect((await page.request.get(`${site.url}/tables/api/tables/large/`)).status()).toBe(404)
  expect((await page.request.get(`${site.url}/tables/api/tables/large/files/large.parquet`)).status()).toBe(404)

  const signed = new URL(offer.files[0]!.url, site.url)
  const status = async (change: (url: URL) => void): Promise<number> => {
    const url = new URL(signed)
    change(url)
    return (await page.request.get(url.href, { headers: { range: 'bytes=0-3' } })).status()
  }
  expect(await status(() => {})).toBe(206)
  expect(await status((url) => { url.search = '' })).toBe(403)
  expect(await status((url) => url.searchParams.set('sig_user', 'bob'))).toBe(403)
  expect(await status((url) => url.searchParams.set('sig_exp', String(Number(url.searchParams.get('sig_exp')) + 60)))).toBe(403)
  expect(await status((url) => { url.pathname = '/sonde/v1/f/towns/2024.csv' })).toBe(403)
})

test('nobody is asked to sign in, and signed out later is told so', async ({ page }) => {
  await page.goto(`${site.url}/tables/large/`)
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  await signIn(page, 'alice', '/tables/large/')
  await expect(count(page)).toHaveText('1,310,720 rows')
  await page.context().clearCookies()
  await page.waitForTimeout((expiry + 1) * 1000)
  await page.getByLabel('Go to row').fill(String(rows / 2))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('sign in and try again')
})

test('nginx sends a file by the cookie of the session alone', async ({ page }) => {
  await signIn(page, 'alice', '/tables/')
  const answer = await page.request.get(`${site.url}/tables/api/tables/large/files/large.parquet`, { headers: { range: 'bytes=0-3' } })
  expect([answer.status(), (await answer.body()).toString()]).toEqual([206, 'PAR1'])
})

async function goToUploaded(page: Page, row: number): Promise<void> {
  await page.getByLabel('Go to row').fill(String(row + 1))
  await page.keyboard.press('Enter')
  await expect(cell(page, row, 1)).toHaveText(String(row * 2))
}

test('an upload becomes a table of the one who brought it', async ({ page }) => {
  const watched = watch(page)
  await signIn(page, 'alice', '/tables/')
  const lines = Array.from({ length: 500_000 }, (_, i) => `${i},${i * 2}`)
  const pieces: string[] = []
  page.on('request', (request) => { if (request.method() === 'PATCH') pieces.push(new URL(request.url()).search) })
  await page.getByLabel('Upload tables').setInputFiles({ name: 'Mine.csv', mimeType: 'text/csv', buffer: Buffer.from(['a,b', ...lines, ''].join('\n')) })
  await page.getByRole('link', { name: 'Mine.csv' }).first().click()
  await page.waitForURL(`${site.url}/tables/mine/`)
  await expect(count(page)).toHaveText('500,000 rows')
  expect(pieces).toEqual(['?offset=0', '?offset=4194304'])
  await page.waitForTimeout(1500) // until the server has looked for a new catalog
  await page.getByLabel('How to open it').selectOption('server')
  await goToUploaded(page, 499_990)
  expect(watched.problems).toEqual([])
})
