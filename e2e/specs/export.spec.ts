// What is shown, saved as a file, and that file opened again.
import { readFile } from 'node:fs/promises'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Download, type Page } from '@playwright/test'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'

const rows = 30_000
const towns = ['Lyon', 'Graz', 'Cork', 'Bari', '=Turku']
const table = Buffer.from(`id,town,fare\n${Array.from({ length: rows }, (_, i) => `${i},${towns[i % 5]},${(i * 7919) % 10_007}`).join('\n')}\n`)

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)

async function open(page: Page): Promise<void> {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.csv', mimeType: 'text/csv', buffer: table })
  await expect(page.locator('.sonde-count')).toHaveText('30,000 rows')
}

/** Chooses a format in the panel and saves. */
async function save(page: Page, format: string, adjust?: (panel: ReturnType<Page['getByRole']>) => Promise<void>): Promise<Download> {
  await page.getByRole('button', { name: 'Export' }).click()
  const panel = page.getByRole('dialog', { name: 'Export' })
  await panel.getByRole('radio', { name: new RegExp(`^${format}`) }).check()
  await adjust?.(panel)
  const download = page.waitForEvent('download')
  await panel.getByRole('button', { name: 'Save file' }).click()
  return download
}

test('a filtered and sorted view as CSV: its rows, its columns, in their order', async ({ page }) => {
  await open(page)
  await page.getByRole('searchbox').fill('turku')
  await expect(page.locator('.sonde-count')).toContainText('6,000 of')
  await page.locator('[role=columnheader][data-column="2"] .sonde-name').click()
  await expect(cell(page, 0, 0)).toHaveText(/\d/)
  const download = await save(page, 'CSV', async (panel) => {
    await expect(panel.getByRole('heading')).toHaveText('Export 6,000 rows × 3 columns')
    await panel.getByLabel('Guard against formulas').check()
    await panel.getByLabel('Fields separated by').selectOption('semicolon')
  })
  expect(download.suggestedFilename()).toBe('trips-filtered.csv')
  const lines = (await readFile(await download.path(), 'utf8')).split('\n')
  const expected = Array.from({ length: rows }, (_, i) => i).filter((i) => i % 5 === 4).map((i) => [i, (i * 7919) % 10_007] as const)
  expected.sort(([a, x], [b, y]) => x - y || a - b)
  expect(lines).toEqual(['id;town;fare', ...expected.map(([id, fare]) => `${id};'=Turku;${fare}`), ''])
  await expect(page.locator('.sonde-notice')).toHaveText('trips-filtered.csv is written: 6,000 rows')
})

test('Parquet that others read, and Sonde again', async ({ page }) => {
  await open(page)
  const download = await save(page, 'Parquet')
  const bytes = await readFile(await download.path())
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  expect(await parquetReadObjects({ file, compressors, rowStart: 29_998 })).toEqual([
    { id: 29_998n, town: 'Bari', fare: BigInt((29_998 * 7919) % 10_007) }, { id: 29_999n, town: '=Turku', fare: BigInt((29_999 * 7919) % 10_007) },
  ])
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: download.suggestedFilename(), mimeType: '', buffer: bytes })
  await expect(page.locator('.sonde-count')).toHaveText('30,000 rows')
  await expect(cell(page, 4, 1)).toHaveText('=Turku')
})

test('a large file goes straight to where the reader chose', async ({ page }) => {
  await page.addInitScript(() => {
    Object.assign(globalThis, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
        (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }),
    })
  })
  await page.goto('./')
  await page.getByTestId('file').evaluate((input: HTMLInputElement) => { // 270 MB, most of it one quoted text, made in the page
    const text = new Blob(['id,note\n', ...Array.from({ length: 270 }, (_, i) => `${i},${'x'.repeat(1_000_000)}\n`)])
    const files = new DataTransfer()
    files.items.add(new File([text], 'long.csv'))
    input.files = files.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  await expect(page.locator('.sonde-count')).toHaveText('270 rows', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Export' }).click()
  const panel = page.getByRole('dialog', { name: 'Export' })
  await panel.getByRole('button', { name: 'Save file' }).click()
  await expect(page.locator('.sonde-notice')).toHaveText('long.csv is written: 270 rows', { timeout: 60_000 })
  const size = await page.evaluate(async () => (await (await (await navigator.storage.getDirectory()).getFileHandle('long.csv')).getFile()).size)
  expect(size).toBe(8 + Array.from({ length: 270 }, (_, i) => String(i).length + 1_000_002).reduce((a, b) => a + b))
})

test('the panel can be used by everybody', async ({ page }) => {
  await open(page)
  await page.getByRole('button', { name: 'Export' }).click()
  await expect(page.getByRole('dialog', { name: 'Export' })).toBeVisible()
  const { violations } = await new AxeBuilder({ page }).include('.sonde-popover').analyze()
  expect(violations).toEqual([])
})
