// The page as people meet it: the built app, the real engine, files of their kind.
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
const grid = (page: Page) => page.getByRole('grid')
const count = (page: Page) => page.locator('.sonde-count')
const rows = 200_000
const towns = ['Lyon', 'Graz', 'Cork', 'Bari', 'Turku']

/** id, a code with leading zeros, a town, a number with gaps, a quoted note with what CSV makes hard. */
function trips(): Buffer {
  const lines = ['id,code,town,minutes,note']
  for (let i = 0; i < rows; i++) {
    const note = i % 1000 === 7 ? `"said ""no"", then\nleft ${i}"` : i % 3 === 0 ? '""' : ''
    lines.push(`${i},${String(i % 1000).padStart(5, '0')},${towns[i % 5]},${i % 17 === 0 ? '' : (i * 7) % 1440},${note}`)
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name, mimeType: 'text/csv', buffer })
  await expect(page.locator('.sonde-cell').first()).toBeVisible()
}

/** Nothing may be refused by the Content-Security-Policy, and nothing may throw. */
function watch(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => { if (message.type() === 'error') problems.push(message.text()) })
  return problems
}

test('drop a file, read its last row', async ({ page }) => {
  const problems = watch(page)
  await page.goto('./')
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }))
    return data
  }, trips().toString())
  await page.dispatchEvent('.sonde', 'dragover', { dataTransfer: transfer })
  await expect(page.getByText('Drop to open')).toBeVisible()
  await page.dispatchEvent('.sonde', 'drop', { dataTransfer: transfer })
  await expect(page.getByRole('heading', { name: 'dropped.csv', exact: true })).toBeVisible()
  await expect(count(page)).toHaveText('200,000 rows')
  await grid(page).evaluate((element) => { element.scrollTop = element.scrollHeight })
  await expect(cell(page, rows - 1, 0)).toHaveText('199999')
  await expect(cell(page, rows - 1, 1)).toHaveText('00999')
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '200001')
  expect(problems).toEqual([])
})

test('sort, filter and search the whole file', async ({ page }) => {
  await choose(page, 'trips.csv', trips())
  await head(page, 0).locator('.sonde-name').click()
  await head(page, 0).locator('.sonde-name').click()
  await expect(cell(page, 0, 0)).toHaveText('199999')
  await head(page, 3).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByLabel('Operator').selectOption('between')
  await page.getByLabel('From', { exact: true }).fill('1400')
  await page.getByLabel('To', { exact: true }).fill('1439')
  await page.keyboard.press('Enter')
  const expected = Array.from({ length: rows }, (_, i) => i).filter((i) => i % 17 !== 0 && (i * 7) % 1440 >= 1400)
  await expect(count(page)).toHaveText(`${expected.length.toLocaleString('en-US')} of 200,000 rows`)
  await expect(cell(page, 0, 0)).toHaveText(String(expected.at(-1)))
  await page.getByRole('button', { name: 'Remove filter of minutes' }).click()
  await page.getByLabel('Search all columns').fill('LEFT 1007')
  const found = Array.from({ length: rows }, (_, i) => i).filter((i) => i % 1000 === 7 && String(i).startsWith('1007'))
  await expect(count(page)).toHaveText(`${found.length} of 200,000 rows`)
  await expect(cell(page, 0, 4)).toHaveText(`said "no", then⏎left ${found.at(-1)}`)
})

test('pick values with their counts; missing and empty are different', async ({ page }) => {
  await choose(page, 'trips.csv', trips())
  await head(page, 4).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'empty text' })).toContainText('66,6')
  await page.getByRole('checkbox', { name: 'empty text' }).check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(count(page)).toHaveText(/^66,6\d\d of 200,000 rows$/)
  await expect(cell(page, 0, 4)).toHaveText('')
})

test('copy keeps leading zeros and line breaks', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await choose(page, 'trips.csv', trips())
  await cell(page, 7, 1).click()
  await cell(page, 8, 4).click({ modifiers: ['Shift'] })
  await page.keyboard.press('Control+c')
  await expect(page.locator('.sonde-notice')).toHaveText('Copied 2 rows × 4 columns')
  expect((await page.evaluate(() => navigator.clipboard.readText())).replaceAll('\r\n', '\n'))
    .toBe('code\ttown\tminutes\tnote\n00007\tCork\t49\t"said ""no"", then\nleft 7"\n00008\tBari\t56\t')
})

test('a wrong guess is corrected without picking the file again', async ({ page }) => {
  await choose(page, 'odd.csv', Buffer.from('a;b\n1,5;x\n2,5;y\n'))
  await expect(grid(page)).toHaveAttribute('aria-colcount', '3') // the row number counts
  await page.getByRole('button', { name: /How this file was read/ }).click()
  const panel = page.getByRole('complementary')
  await panel.getByRole('combobox', { name: 'Delimiter' }).selectOption('|')
  await panel.getByRole('button', { name: 'Read again' }).click()
  await expect(grid(page)).toHaveAttribute('aria-colcount', '2')
  await expect(panel.getByText('given by you')).toBeVisible()
  await panel.getByRole('button', { name: 'Back to the guesses' }).click()
  await expect(grid(page)).toHaveAttribute('aria-colcount', '3')
  await expect(head(page, 1)).toContainText('b')
})

test('bad rows are listed and lead to their place', async ({ page }) => {
  const lines = Array.from({ length: 3000 }, (_, i) => `${i},x,y`)
  lines[2000] = '2000,too few'
  await choose(page, 'bad.csv', Buffer.from(`id,b,c\n${lines.join('\n')}\n`))
  await page.getByRole('button', { name: /1 bad rows/ }).click()
  await page.getByRole('button', { name: /^row 2,001/ }).click()
  await expect(cell(page, 2000, 0)).toHaveText('2000')
  await expect(cell(page, 2000, 0)).toBeInViewport()
})

test('a file that cannot be read says so and the page goes on', async ({ page }) => {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'cut.csv.gz', mimeType: 'application/gzip', buffer: Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff]) })
  await expect(page.getByRole('alert')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  await page.getByRole('button', { name: 'Try a sample' }).click()
  await expect(count(page)).toHaveText('5,000 rows')
})

test('a column whose name has a line break keeps it in one line', async ({ page }) => {
  await page.goto('./')
  await page.getByTestId('file').setInputFiles({ name: 'names.csv', mimeType: 'text/csv', buffer: Buffer.from('"net\nprice",city\n1,Rome\n2,Oslo\n') })
  await expect(page.locator('.sonde-name').first()).toHaveText('net⏎price')
})

test('the sample by keyboard alone', async ({ page }) => {
  await page.goto('./')
  await expect(page.getByRole('button', { name: 'Try a sample' })).toBeVisible()
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab')
    if (await page.getByRole('button', { name: 'Try a sample' }).evaluate((e) => e === document.activeElement)) break
  }
  await page.keyboard.press('Enter')
  await expect(count(page)).toHaveText('5,000 rows')
})

test('a table is opened from ?url=', async ({ page }) => {
  const body = Buffer.from('name,n\nfrom the web,1\n')
  await page.route('**/tables/remote.csv', (route) => route.fulfill({ body, contentType: 'text/csv', headers: { 'Content-Length': String(body.length) } }))
  await page.goto('./?url=tables/remote.csv')
  await expect(cell(page, 0, 0)).toHaveText('from the web')
  await expect(page.getByRole('heading', { name: 'remote.csv', exact: true })).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1280, 400]) {
    test(`${colorScheme} at ${width} px: empty and open pages pass axe`, async ({ page }) => {
      await page.setViewportSize({ width, height: 560 })
      await page.emulateMedia({ colorScheme })
      await page.goto('./')
      await expect(page.getByRole('button', { name: 'Try a sample' })).toBeVisible()
      const check = async () => {
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map((v) => `${v.id}: ${v.nodes[0]?.target.join(' ')}`)).toEqual([])
      }
      await check()
      await page.getByRole('button', { name: 'Try a sample' }).click()
      await expect(count(page)).toHaveText('5,000 rows')
      await check()
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
      const background = await page.locator('.sonde').evaluate((e) => getComputedStyle(e).backgroundColor)
      expect(background).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 24, 27)')
    })
  }
}
