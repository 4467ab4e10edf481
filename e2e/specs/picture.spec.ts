// The README's picture: a table of mixed columns, imported. `SONDE_SCREENSHOT=1` writes docs/explorer.png; what the picture shows is
// asserted always.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'

const rows = 250_000
const folder = mkdtempSync(join(tmpdir(), 'sonde-picture-'))
const file = join(folder, 'orders.csv')
const picture = fileURLToPath(new URL('../../docs/explorer.png', import.meta.url))

const cities = ['Lisbon', 'Tromsø', 'Graz', 'Córdoba', 'Turku', 'Łódź', 'Cork', 'Bari', 'Gent', 'Split', 'Kaunas']
const states = ['open', 'paid', 'packed', 'sent', 'returned']
const notes = ['', '', '"call before noon, please"', 'gift', '', '"leave at ""the shed"""', '', '"ring twice,\nthen wait"', 'fragile']

const two = (n: number): string => String(n).padStart(2, '0')
/** Looks random, follows from the row. */
const shuffled = (row: number, below: number): number => (Math.imul(row + 1, 0x9e3779b1) >>> 8) % below

function cells(row: number): string[] {
  const day = `${2021 + shuffled(row, 5)}-${two(1 + shuffled(row * 3, 12))}-${two(1 + shuffled(row * 5, 28))}`
  return [
    String(row + 1),
    two(shuffled(row, 90)) + two(shuffled(row * 11, 100)),
    `${day} ${two(shuffled(row, 24))}:${two(shuffled(row * 7, 60))}:${two(shuffled(row * 13, 60))}`,
    cities[shuffled(row, 11)]!,
    String(1 + shuffled(row, 40)),
    `${shuffled(row * 17, 900)}.${two(shuffled(row, 99) + 1)}`,
    row % 6 === 2 ? '' : `${2021 + shuffled(row, 5)}-12-${two(1 + shuffled(row * 5, 31))}`,
    row % 3 === 0 ? 'true' : 'false',
    states[shuffled(row, 5)]!,
    notes[shuffled(row, 9)]!,
  ]
}

test.beforeAll(() => {
  const lines = ['order,post code,ordered at,city,pieces,price,due,express,state,note']
  for (let row = 0; row < rows; row++) lines.push(cells(row).join(','))
  writeFileSync(file, `${lines.join('\n')}\n`)
})
test.afterAll(() => rmSync(folder, { recursive: true }))

test('the picture of the README', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto('./')
  await page.getByTestId('file').setInputFiles(file)
  const head = (column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
  const cell = (row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)

  await expect(page.locator('.sonde-count')).toHaveText('250,000 rows')
  await expect(head(0)).toContainText('1 – 250000') // the statistics are there: the import is done
  await expect(page.locator('.sonde-work')).toHaveCount(0)
  await expect(page.getByRole('heading', { name: 'orders.csv', exact: true })).toBeVisible()

  const types = ['whole number', 'text', 'date and time', 'text', 'whole number', 'number', 'date', 'yes/no', 'text', 'text']
  for (const [column, type] of types.entries()) await expect(head(column)).toHaveAttribute('title', new RegExp(` · ${type}, `))
  await expect(head(3)).toContainText('11 distinct')
  await expect(head(6).locator('.sonde-nulls')).toBeVisible()
  for (const row of [0, 1, 2, 20]) {
    const [order, code, at, city, pieces] = cells(row)
    for (const [column, text] of [order, code, at, city, pieces].entries()) await expect(cell(row, column)).toHaveText(text!)
  }
  await expect(cell(2, 6)).toHaveText('null')
  await expect(page.locator('.sonde-cost')).toContainText('MB')

  if (process.env['SONDE_SCREENSHOT']) await page.screenshot({ path: picture, animations: 'disabled' })
})
