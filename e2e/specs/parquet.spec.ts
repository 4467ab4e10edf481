// Parquet as people meet it: the built app, the real engine, a file of four row groups.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { parquetWriteBuffer } from 'hyparquet-writer'

const rows = 100_000
const towns = ['Lyon', 'Graz', 'Cork', 'Bari', 'Turku']

function trips(codec?: 'BROTLI'): Buffer {
  const numbers = Array.from({ length: rows }, (_, i) => i)
  return Buffer.from(parquetWriteBuffer({
    rowGroupSize: 25_000,
    ...(codec && { codec, compressors: { [codec]: brotliCompressSync } }),
    columnData: [
      { name: 'id', data: numbers, type: 'INT32' },
      { name: 'town', data: numbers.map((i) => towns[i % 5]!), type: 'STRING' },
      { name: 'fare', data: numbers.map((i) => ((i * 7919) % 10_007) / 8), type: 'FLOAT' },
      { name: 'minutes', data: numbers.map((i) => (i % 17 ? (i * 7) % 1440 : null)), type: 'INT32', nullable: true },
    ],
  }))
}

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)

test('open a Parquet file, scroll, sort and search it', async ({ page }) => {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.parquet', mimeType: 'application/octet-stream', buffer: trips() })
  await expect(cell(page, 0, 1)).toHaveText('Lyon')
  await expect(page.locator('.sonde-count')).toHaveText('100,000 rows')
  await page.getByRole('grid').evaluate((element) => { element.scrollTop = element.scrollHeight })
  await expect(cell(page, rows - 1, 0)).toHaveText('99999')
  await expect(cell(page, rows - 1, 2)).toHaveText(String(((99_999 * 7919) % 10_007) / 8))
  await head(page, 0).locator('.sonde-name').click()
  await head(page, 0).locator('.sonde-name').click()
  await expect(cell(page, 0, 0)).toHaveText('99999')
  await page.getByRole('searchbox').fill('turku')
  await expect(page.locator('.sonde-count')).toContainText('20,000')
  expect(problems).toEqual([])
})

test('the brotli decoder is fetched for the first file that needs it', async ({ page }) => {
  const fetched: string[] = []
  page.context().on('request', (request) => { if (/brotli.*\.wasm/.test(request.url())) fetched.push(request.url()) })
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.parquet', mimeType: 'application/octet-stream', buffer: trips() })
  await expect(cell(page, 0, 1)).toHaveText('Lyon')
  expect(fetched).toEqual([])
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'packed.parquet', mimeType: 'application/octet-stream', buffer: trips('BROTLI') })
  await page.getByRole('searchbox').fill('cork')
  await expect(page.locator('.sonde-count')).toContainText('20,000')
  await expect(cell(page, 1, 0)).toHaveText('7')
  expect(fetched).not.toEqual([])
})

/** An id and orders: list<struct<item: text, tags: list<text>>>. */
function orders(): Buffer {
  const text = { type: 'text' }
  const order = { type: 'struct', children: [{ name: 'item', ...text }, { name: 'tags', type: 'list', children: [text] }] }
  const columns = [{ name: 'id', type: 'int64' }, { name: 'orders', type: 'list', children: [order] }]
  const lines = [{ columns }, { id: 1, orders: [{ item: 'lamp', tags: ['new', 'red'] }, { item: 'desk', tags: [] }] }, { id: 2, orders: null }]
  const folder = mkdtempSync(join(tmpdir(), 'sonde-nested-'))
  try {
    writeFileSync(join(folder, 'in'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    execFileSync(fileURLToPath(new URL('../../build/release/tests/parquet_write', import.meta.url)), [join(folder, 'in'), join(folder, 'out')])
    return readFileSync(join(folder, 'out'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('nested cells are a token in the grid and a tree beside it', async ({ page }) => {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'orders.parquet', mimeType: 'application/octet-stream', buffer: orders() })
  await expect(cell(page, 0, 1)).toHaveText('[2] {2}, {2}')
  await cell(page, 0, 1).dblclick()
  const panel = page.getByRole('complementary', { name: 'Cell of orders' })
  await expect(panel).toContainText('list<struct<item: ')
  await expect(panel.getByText('lamp')).toBeVisible()
  await expect(panel.getByText('red')).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations).toEqual([])
  await cell(page, 1, 1).click()
  await expect(panel).toContainText('null: there is no value here')
  await panel.getByRole('button', { name: 'Close panel' }).click()
  await expect(panel).toHaveCount(0)
})

test('statistics are computed when they are asked for', async ({ page }) => {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.parquet', mimeType: 'application/octet-stream', buffer: trips() })
  await head(page, 1).getByRole('button').click()
  await page.getByRole('button', { name: 'Compute statistics of all columns' }).click()
  const menu = page.getByRole('dialog', { name: 'Column town' })
  await expect(menu).toContainText('about 5')
  await expect(menu).toContainText('Turku')
  await expect(head(page, 0)).toContainText('0 – 99999')
})

test('the panel says what the file says of itself', async ({ page }) => {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.parquet', mimeType: 'application/octet-stream', buffer: trips() })
  await page.getByRole('button', { name: /How this file was read/ }).click()
  const panel = page.getByRole('complementary', { name: 'How this file was read' })
  await expect(panel).toContainText('4 row groups')
  await expect(panel).toContainText('float')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations).toEqual([])
})

test('a damaged file: which part it is, how large it is here, what to do', async ({ page }) => {
  const bytes = trips()
  const open = (buffer: Buffer) => page.getByTestId('file').setInputFiles({ name: 'hurt.parquet', mimeType: 'application/octet-stream', buffer })
  await page.goto('./')
  await open(bytes.subarray(0, bytes.length - 100))
  await expect(page.getByRole('alert')).toContainText('cut off or is still being written')
  await expect(page.getByRole('alert')).toContainText(`Compare its size with the original’s and copy or download it again; if it is still being written, wait until its writer has closed it. It has ${(bytes.length - 100).toLocaleString('en-US')} bytes here.`)
  const hurt = Buffer.from(bytes)
  hurt.fill(0xff, hurt.length - 60, hurt.length - 8)
  await page.goto('./')
  await open(hurt)
  await expect(page.getByRole('alert')).toContainText('The footer says where everything in the file lies')
})
