// A file of more than 1 GB through the file picker: the first rows at once, then every row of it.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, type Page } from '@playwright/test'

const rows = 8_000_000
const batch = 50_000
const folder = mkdtempSync(join(tmpdir(), 'sonde-large-'))
const file = join(folder, 'large.csv')
/** Makes the file large without making it slow to write. */
const padding = 'the same words on every line of this file, '.repeat(2)
const kinds = ['walnut', 'hazel', 'almond', 'cashew', 'pecan', 'pistachio', 'macadamia']

/** A number that looks random and is a permutation of 0 … rows - 1, so that the sorted order is known. */
const shuffled = (i: number) => (i * 7_654_321) % rows
const line = (i: number) => `${i},${String(shuffled(i)).padStart(9, '0')},${shuffled(i)},${kinds[i % 7]},2026-01-${String(1 + (i % 28)).padStart(2, '0')},"note, ${i % 1000}","${padding}",${(i % 8192) / 8}`

test.beforeAll(async () => {
  test.setTimeout(120_000)
  const out = createWriteStream(file)
  out.write('id,code,amount,kind,day,note,words,weight\n')
  for (let from = 0; from < rows; from += batch) {
    const lines = Array.from({ length: Math.min(batch, rows - from) }, (_, i) => line(from + i))
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
})
test.afterAll(() => rmSync(folder, { recursive: true }))

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
const count = (page: Page) => page.locator('.sonde-count')
const whole = '8,000,000 rows'

test('open, read the last row, sort, filter, cancel', async ({ page }) => {
  test.setTimeout(240_000)
  const patient = { timeout: 90_000 }
  await page.goto('./')
  await page.getByTestId('file').setInputFiles(file)
  await expect(cell(page, 0, 3)).toHaveText('walnut', { timeout: 3000 })
  await expect(count(page)).toHaveText(whole, patient)

  const grid = page.getByRole('grid')
  await grid.evaluate((element) => { element.scrollTop = element.scrollHeight })
  await expect(cell(page, rows - 1, 0)).toHaveText(String(rows - 1))
  await expect(cell(page, rows - 1, 5)).toHaveText('note, 999')
  await page.getByLabel('Go to row').fill('5,345,679')
  await page.keyboard.press('Enter')
  await expect(cell(page, 5_345_678, 2)).toHaveText(String(shuffled(5_345_678)))

  await head(page, 2).locator('.sonde-name').click()
  await expect(cell(page, 1, 2)).toHaveText('1', patient)
  await page.getByLabel('Go to row').fill(String(rows / 2))
  await page.keyboard.press('Enter')
  await expect(cell(page, rows / 2 - 1, 2)).toHaveText(String(rows / 2 - 1))

  const cancelled = page.evaluate(() => new Promise<void>((resolve) => { // as soon as it is there: the search may be quick
    const look = (): void => {
      const cancel = [...document.querySelectorAll('button')].find((button) => button.textContent === 'Cancel')
      if (!cancel) return void requestAnimationFrame(look)
      cancel.click()
      resolve()
    }
    look()
  }))
  await page.getByLabel('Search all columns').fill('note, 77')
  await cancelled
  await expect(count(page)).toHaveText(whole)
  await expect(cell(page, rows / 2 - 1, 2)).toHaveText(String(rows / 2 - 1)) // the old result stayed

  await head(page, 3).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByLabel('Operator').selectOption('=')
  await page.getByRole('textbox', { name: 'Value' }).fill('pecan')
  await page.keyboard.press('Enter')
  await expect(count(page)).toHaveText(`${Math.floor((rows + 2) / 7).toLocaleString('en-US')} of ${whole}`, patient)
  await expect(cell(page, 0, 3)).toHaveText('pecan')
})
