// Several files as one table: chosen together, or a folder that is dropped.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { parquetWriteBuffer } from 'hyparquet-writer'

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
const count = (page: Page) => page.locator('.sonde-count')
const months = ['2026-01', '2026-02', '2026-03']
const rows = 30_000

/** The second one has its columns in another order, the third one more. */
function monthly(month: number): { name: string; mimeType: string; buffer: Buffer } {
  const lines = [['id,fare', 'fare,id', 'id,fare,tip'][month]!]
  for (let i = 0; i < rows; i++) {
    const id = i * months.length + month
    lines.push([`${id},${id / 4}`, `${id / 4},${id}`, `${id},${id / 4},${id % 7}`][month]!)
  }
  return { name: `${months[month]!}.csv`, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n') + '\n') }
}

test('three CSV files are one table; the file name becomes a column', async ({ page }) => {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto('./')
  await page.getByTestId('file').setInputFiles([0, 1, 2].map(monthly))
  await expect(page.getByRole('heading', { name: '3 files', exact: true })).toBeVisible()
  await expect(count(page)).toHaveText('90,000 rows')
  await expect(cell(page, 1, 0)).toHaveText('3')
  await page.getByLabel('Go to row').fill(String(rows + 2)) // the second of the second file
  await page.keyboard.press('Enter')
  await expect(cell(page, rows + 1, 0)).toHaveText('4')
  await expect(cell(page, rows + 1, 1)).toHaveText('1')
  await head(page, 0).locator('.sonde-name').click()
  await head(page, 0).locator('.sonde-name').click()
  await expect(cell(page, 0, 0)).toHaveText('89999')
  await expect(cell(page, 1, 0)).toHaveText('89998')
  await expect(cell(page, 0, 2)).toHaveText(String(89_999 % 7))

  await page.getByRole('button', { name: /How this file was read/ }).click()
  const panel = page.getByRole('complementary', { name: 'How this file was read' })
  await panel.getByText('Their names').click()
  await expect(panel.getByRole('listitem')).toHaveText(months.map((month) => `${month}.csv`))
  await panel.getByLabel('File name as a column').check()
  await expect(head(page, 3)).toContainText('filename')
  await expect(cell(page, 0, 3)).toHaveText('2026-03.csv') // sorted as before
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await head(page, 3).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByRole('checkbox', { name: /2026-02\.csv/ }).check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(count(page)).toHaveText('30,000 of 90,000 rows')
  await expect(cell(page, 0, 0)).toHaveText('89998')
  await expect(cell(page, 0, 3)).toHaveText('2026-02.csv')
  expect(problems).toEqual([])
})

/** As a file manager does it. */
async function dropFolder(page: Page, folder: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
}

test('a folder of Parquet files is one table with its name, and folders called key=value are a column', async ({ page }) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'sonde-folder-')), 'trips')
  for (const [part, first] of [['town=Graz', 0], ['town=Lyon', 100]] as const) {
    const ids = Array.from({ length: 100 }, (_, i) => first + i)
    mkdirSync(join(folder, part), { recursive: true })
    writeFileSync(join(folder, part, 'part-0.parquet'), Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'id', data: ids, type: 'INT32' }] })))
  }
  writeFileSync(join(folder, '_SUCCESS'), '')
  try {
    await page.goto('./')
    await expect(page.getByRole('button', { name: 'Choose files' })).toBeVisible()
    await dropFolder(page, folder)
    await expect(page.getByRole('heading', { name: 'trips', exact: true })).toBeVisible()
    await expect(count(page)).toHaveText('200 rows')
    await head(page, 0).locator('.sonde-name').click()
    await head(page, 0).locator('.sonde-name').click()
    await expect(cell(page, 0, 0)).toHaveText('199')
    await expect(head(page, 1).locator('.sonde-name')).toHaveText('town')
    await expect(cell(page, 0, 1)).toHaveText('Lyon')
    await page.getByRole('button', { name: /How this file was read/ }).click()
    await page.getByLabel('File name as a column').check()
    await expect(cell(page, 0, 1)).toHaveText('town=Lyon/part-0.parquet')
    await page.getByLabel('File name as a column').uncheck()
    await expect(cell(page, 0, 1)).toHaveText('Lyon')
    await expect(head(page, 2)).toHaveCount(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
