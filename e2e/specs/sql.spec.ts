// SQL in the page: written with help, run and cancelled, wrong and right, its rows in the same grid; under the page's own policy.
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
const count = (page: Page) => page.locator('.sonde-count')
const editor = (page: Page) => page.getByRole('textbox', { name: 'SQL' })
const rows = 50_000
const towns = ['Lyon', 'Graz', 'Cork', 'Bari', 'Turku']
const csv = Buffer.from(['id,town,minutes', ...Array.from({ length: rows }, (_, i) => `${i},${towns[i % 5]},${i % 17 === 0 ? '' : (i * 7) % 1440}`)].join('\n'))

/** Nothing may be refused by the Content-Security-Policy, and nothing may throw. */
function watch(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
  return problems
}

async function openPanel(page: Page): Promise<void> {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.csv', mimeType: 'text/csv', buffer: csv })
  await expect(count(page)).toHaveText('50,000 rows')
  await page.getByRole('button', { name: 'SQL', exact: true }).click()
  await expect(editor(page)).toBeFocused()
}

async function write(page: Page, sql: string): Promise<void> {
  await editor(page).focus()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
}

test('the editor comes only when it is asked for', async ({ page }) => {
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'trips.csv', mimeType: 'text/csv', buffer: csv })
  await expect(count(page)).toHaveText('50,000 rows')
  expect(asked.filter((path) => /sql-editor|SqlPanel/.test(path))).toEqual([])
  await page.getByRole('button', { name: 'SQL', exact: true }).click()
  await expect(editor(page)).toBeVisible()
  expect(asked.filter((path) => /sql-editor|SqlPanel/.test(path)).length).toBeGreaterThan(0)
})

test('a result is sorted, filtered and written like a file, and the file comes back', async ({ page }) => {
  const problems = watch(page)
  await openPanel(page)
  await write(page, 'SELECT town, count(*) AS n, sum(minutes) AS total FROM trips GROUP BY town ORDER BY town')
  await page.keyboard.press('Control+Enter')
  await expect(count(page)).toHaveText('5 rows')
  await expect(head(page, 2)).toContainText('total')
  const total = (town: string): number => Array.from({ length: rows }, (_, i) => i)
    .filter((i) => towns[i % 5] === town && i % 17 !== 0).reduce((sum, i) => sum + (i * 7) % 1440, 0)
  for (const [row, town] of towns.toSorted().entries()) {
    await expect(cell(page, row, 0)).toHaveText(town)
    await expect(cell(page, row, 2)).toHaveText(String(total(town)))
  }
  await head(page, 0).locator('.sonde-name').click()
  await head(page, 0).locator('.sonde-name').click()
  await expect(cell(page, 0, 0)).toHaveText('Turku')
  await page.getByLabel('Search all columns').fill('ur')
  await expect(count(page)).toHaveText('1 of 5 rows')
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sql-result.png` })
  await page.getByRole('button', { name: 'Export' }).click()
  const download = page.waitForEvent('download')
  await page.evaluate(() => Reflect.deleteProperty(window, 'showSaveFilePicker'))
  await page.getByRole('button', { name: 'Save file' }).click()
  const file = await (await download).createReadStream()
  const chunks: Buffer[] = []
  for await (const chunk of file) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toBe(`town,n,total\nTurku,10000,${total('Turku')}\n`)
  await page.getByRole('button', { name: 'Back to file' }).click()
  await expect(count(page)).toHaveText('50,000 rows')
  await expect(cell(page, 3, 1)).toHaveText('Bari')
  expect(problems).toEqual([])
})

test('an error is marked at its character, and the rows stay', async ({ page }) => {
  const problems = watch(page)
  await openPanel(page)
  await write(page, "SELECT 'ü',\n  minute FROM trips")
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(page.getByRole('alert')).toContainText('line 2, column 3')
  await expect(page.getByRole('alert')).toContainText('minutes') // the nearest name
  const mark = page.locator('.cm-lintRange-error')
  await expect(mark).toHaveText('minute')
  expect(await mark.evaluate((element) => getComputedStyle(element).textDecorationStyle)).toBe('wavy') // its styles are there
  await expect(count(page)).toHaveText('50,000 rows')
  await write(page, 'SELECT minutes FROM trips WHERE id = 1')
  await page.keyboard.press('Control+Enter')
  await expect(count(page)).toHaveText('1 row')
  await expect(cell(page, 0, 0)).toHaveText('7')
  await expect(mark).toHaveCount(0)
  expect(problems).toEqual([])
})

test('a running query is cancelled at once; the old result stays', async ({ page }) => {
  await openPanel(page)
  await write(page, 'SELECT 42 AS answer')
  await page.keyboard.press('Control+Enter')
  await expect(cell(page, 0, 0)).toHaveText('42')
  await write(page, 'SELECT count(*) FROM trips a, trips b WHERE a.minutes < b.minutes')
  await page.keyboard.press('Control+Enter')
  const cancel = page.getByRole('button', { name: 'Cancel' })
  await expect(cancel).toBeVisible()
  await expect(cell(page, 0, 0)).toHaveText('42')
  await page.waitForTimeout(500) // it is well under way
  await cancel.click()
  await expect(cancel).toHaveCount(0)
  const begin = Date.now()
  await write(page, 'SELECT 43 AS answer')
  await page.keyboard.press('Control+Enter')
  await expect(cell(page, 0, 0)).toHaveText('43')
  expect(Date.now() - begin).toBeLessThan(2000) // the engine is free, not busy with what was cancelled
})

test('the SQL of what was clicked, and it answers the same', async ({ page }) => {
  await openPanel(page)
  await expect(editor(page)).toHaveText('SELECT *FROM trips')
  await head(page, 0).locator('.sonde-name').click()
  await head(page, 0).locator('.sonde-name').click()
  await page.getByLabel('Search all columns').fill('urk')
  await expect(count(page)).toHaveText('10,000 of 50,000 rows')
  await expect(editor(page)).toContainText('ORDER BY id DESC NULLS LAST')
  await expect(cell(page, 0, 0)).toHaveText('49999')
  await page.getByRole('button', { name: 'Run' }).click()
  await expect(count(page)).toHaveText('10,000 rows')
  await expect(cell(page, 0, 0)).toHaveText('49999')
  await expect(cell(page, 1, 0)).toHaveText('49994')
})

test('names and functions are completed; queries come back with Up and from the list', async ({ page }) => {
  await openPanel(page)
  await write(page, 'SELECT minu')
  const options = page.getByRole('option')
  await page.keyboard.press('Control+Space')
  await expect(options.first()).toHaveText('minutesint64')
  await expect(options.nth(1)).toHaveText('minutescalar') // a function comes after the column
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sql-completion.png` })
  await options.first().click()
  await expect(editor(page)).toHaveText('SELECT minutes')
  await write(page, 'SELECT 1 AS first_one')
  await page.keyboard.press('Control+Enter')
  await expect(head(page, 0)).toContainText('first_one')
  await write(page, 'SELECT 2 AS second_one')
  await page.keyboard.press('Control+Enter')
  await expect(head(page, 0)).toContainText('second_one')
  await page.keyboard.press('ArrowUp')
  await expect(editor(page)).toHaveText('SELECT 1 AS first_one')
  await page.keyboard.press('ArrowDown')
  await expect(editor(page)).toHaveText('SELECT 2 AS second_one')
  await page.reload()
  await page.getByTestId('file').setInputFiles({ name: 'trips.csv', mimeType: 'text/csv', buffer: csv })
  await page.getByRole('button', { name: 'SQL', exact: true }).click()
  await expect(editor(page)).toBeFocused()
  await page.getByLabel('Queries that were run').selectOption({ label: 'SELECT 1 AS first_one' })
  await expect(editor(page)).toHaveText('SELECT 1 AS first_one')
})

test('undo in the editor does not undo the view', async ({ page }) => {
  await openPanel(page)
  await page.getByLabel('Search all columns').fill('Graz')
  await expect(count(page)).toHaveText('10,000 of 50,000 rows')
  await write(page, 'SELECT 1')
  for (let i = 0; i < 4; i++) await page.keyboard.press('Control+z')
  await expect(count(page)).toHaveText('10,000 of 50,000 rows')
})

for (const scheme of ['light', 'dark'] as const) {
  for (const width of [1280, 480]) {
    test(`accessible, ${scheme}, ${width} px wide`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: scheme })
      await openPanel(page)
      await write(page, "-- towns\nSELECT town, minutes * 2.5 AS m, 'text' AS t\nFROM trips WHERE x IS NULL")
      await page.keyboard.press('Control+Enter')
      await expect(page.getByRole('alert')).toBeVisible()
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sql-${scheme}-${width}.png` })
    })
  }
}
