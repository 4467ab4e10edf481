// The grid and its neighbours over an engine in memory: what does not depend on the real one, at sizes it would take
// minutes to generate.
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { openHost } from '../hosts/host.ts'

const cell = (page: Page, row: number, column: number) => page.locator(`.sonde-cell[data-row="${row}"][data-column="${column}"]`)
const head = (page: Page, column: number) => page.locator(`[role=columnheader][data-column="${column}"]`)
const grid = (page: Page) => page.getByRole('grid')

async function open(page: Page, query: string): Promise<void> {
  await openHost(page, 'generated', query)
  await expect(page.locator('.sonde-cell').first()).toBeVisible()
}

const scrollGrid = (page: Page, top: number) => grid(page).evaluate((element, to) => { element.scrollTop = to }, top)

/** The tallest box anywhere on the page. */
const tallest = (page: Page) => page.evaluate(() => Math.max(...[...document.querySelectorAll('*')].map((e) => Math.max(e.scrollHeight, e.getBoundingClientRect().height))))

for (const rows of [100_000_000, 2_000_000_000]) {
  test(`${rows} rows: first, last and a wheel's worth in the middle`, async ({ page }) => {
    await open(page, `rows=${rows}&delay=1`)
    await expect(page.getByText(`${rows.toLocaleString('en-US')} rows`)).toBeVisible()
    expect(await tallest(page)).toBeLessThanOrEqual(8_000_100)
    await scrollGrid(page, 1e9)
    await expect(cell(page, rows - 1, 0)).toHaveText(String(rows - 1))
    await expect(cell(page, rows - 1, 0)).toBeInViewport()

    await page.getByLabel('Go to row').fill(String(rows / 2))
    await page.keyboard.press('Enter')
    const middle = cell(page, rows / 2 - 1, 0)
    await expect(middle).toHaveText(String(rows / 2 - 1))
    const before = (await middle.boundingBox())!.y
    await middle.hover()
    for (let i = 0; i < 5; i++) {
      await page.mouse.wheel(0, -28)
      await expect.poll(async () => Math.round((await middle.boundingBox())!.y - before)).toBe(28 * (i + 1))
    }
    await page.waitForTimeout(300) // the thumb settles; the rows must not
    expect(Math.round((await middle.boundingBox())!.y - before)).toBe(140)
  })
}

test('100,000 columns: only those in sight are drawn, and the last is reached', async ({ page }) => {
  await open(page, 'rows=1000&columns=100000')
  expect(await page.locator('.sonde-cell').count()).toBeLessThan(1200)
  expect(await grid(page).getAttribute('aria-colcount')).toBe('100001')
  await grid(page).focus()
  await cell(page, 0, 0).click()
  await page.keyboard.press('End')
  await expect(cell(page, 0, 99_999)).toBeInViewport()
  await expect(cell(page, 1, 99_999)).toHaveText('99999')
})

test('keyboard: moving, extending, the header, the whole text of a cell', async ({ page }) => {
  await open(page, 'rows=100000')
  await cell(page, 2, 3).click()
  await page.keyboard.press('Control+End')
  await expect(cell(page, 99_999, 7)).toBeInViewport()
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', /-99999-7$/)
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.locator('.sonde-cell[aria-selected=true]')).toHaveCount(4)
  await expect(page.getByText('2 × 2 selected')).toBeVisible()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(head(page, 0)).toHaveAttribute('aria-sort', 'ascending')
  await page.keyboard.press('Enter')
  await expect(head(page, 0)).toHaveAttribute('aria-sort', 'descending')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog', { name: 'Column id' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(grid(page)).toBeFocused()

  await cell(page, 2, 3).click()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: /^Cell of / })
  await expect(panel).toBeFocused()
  await expect(panel.locator('pre')).toContainText('second "line"')
  await cell(page, 3, 0).click() // it follows the selection
  await expect(panel.locator('pre')).toHaveText('9996')
  await panel.focus()
  await page.keyboard.press('Escape')
  await expect(panel).toHaveCount(0)
  await expect(grid(page)).toBeFocused()
})

test('the whole flow without a mouse, from the top of the page', async ({ page }) => {
  await open(page, 'rows=1000')
  for (let i = 0; i < 12 && !(await grid(page).evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab')
  await expect(grid(page)).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(grid(page)).toHaveAttribute('aria-activedescendant', /-0-1$/)
})

test('Ctrl+F searches the table, Ctrl+G goes to a row, Ctrl+Z takes a step back', async ({ page }) => {
  await open(page, 'rows=1000')
  await cell(page, 2, 1).click()
  await page.keyboard.press('Control+f')
  await page.keyboard.type('note 998')
  await expect(page.locator('.sonde-count')).toHaveText('1 of 1,000 rows')
  await cell(page, 0, 1).click()
  await page.keyboard.press('Control+z')
  await expect(page.locator('.sonde-count')).toHaveText('1,000 rows')
  await page.keyboard.press('Control+g')
  await page.keyboard.type('900')
  await page.keyboard.press('Enter')
  await expect(cell(page, 899, 0)).toBeInViewport()
})

test('a click sorts, Shift-click adds a key, chips and undo take them back', async ({ page }) => {
  await open(page, 'rows=1000')
  await head(page, 1).locator('.sonde-name').click()
  await head(page, 2).locator('.sonde-name').click({ modifiers: ['Shift'] })
  await expect(head(page, 1)).toHaveAttribute('aria-sort', 'ascending')
  await expect(head(page, 2)).toHaveAttribute('aria-sort', 'ascending')
  await expect(cell(page, 0, 1)).toHaveText('Aarhus')
  await head(page, 2).locator('.sonde-name').click({ modifiers: ['Shift'] })
  await expect(head(page, 2)).toHaveAttribute('aria-sort', 'descending')
  await page.getByRole('button', { name: 'Remove sorting by city' }).click()
  await expect(head(page, 1)).toHaveAttribute('aria-sort', 'none')
  await expect(cell(page, 0, 2)).toHaveText('369.63')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(head(page, 1)).toHaveAttribute('aria-sort', 'ascending')
})

test('filters: pick values, compare, search, clear all', async ({ page }) => {
  await open(page, 'rows=1000')
  await head(page, 1).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByLabel('Search values').fill('dak')
  await page.getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.locator('.sonde-count')).toHaveText(/^\d+ of 1,000 rows$/)
  await expect(cell(page, 0, 1)).toHaveText('Dakar')
  await head(page, 0).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByLabel('Operator').selectOption('<=')
  await page.getByRole('textbox', { name: 'Value' }).fill('40')
  await page.keyboard.press('Enter')
  await expect(page.locator('.sonde-chip')).toHaveCount(2)
  await page.getByLabel('Search all columns').fill('nothing has this')
  await expect(page.getByText('No row matches.')).toBeVisible()
  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await expect(page.locator('.sonde-count')).toHaveText('1,000 rows')
})

test('copying a range: TSV and HTML as a spreadsheet wants them', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, 'rows=1000')
  await cell(page, 2, 3).click()
  await cell(page, 3, 6).click({ modifiers: ['Shift'] })
  await page.keyboard.press('Control+c')
  await expect(page.locator('.sonde-notice')).toHaveText('Copied 2 rows × 4 columns')
  const copied = await pasted(page)
  expect(copied.text).toBe('note\tactive\tat\tcode\r\n"first line 2\nsecond ""line"""\tfalse\t2024-01-01 00:02:02\t000002\r\nnote 3\ttrue\t2024-01-01 00:03:03\t000003')
  expect(copied.html).toContain(`mso-number-format:"\\@"`)
  expect(copied.html).toContain('000002')
})

test('copying more than is in memory fetches it', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, 'rows=20000')
  await cell(page, 0, 0).click()
  await page.keyboard.press('Control+Space')
  await page.keyboard.press('Control+c')
  await expect(page.locator('.sonde-notice')).toHaveText('Copied 20,000 rows × 1 column')
  const lines = (await pasted(page)).text.split(/\r?\n/)
  expect([lines.length, lines[0], lines[20_000]]).toEqual([20_001, 'id', '19999'])
})

/** What another program would be given. */
async function pasted(page: Page): Promise<{ text: string; html: string }> {
  await page.evaluate(() => {
    const area = document.createElement('textarea')
    area.id = 'paste'
    area.addEventListener('paste', (event) => {
      area.dataset.html = event.clipboardData?.getData('text/html') ?? ''
      area.dataset.text = event.clipboardData?.getData('text/plain') ?? ''
      event.preventDefault()
    })
    document.body.append(area)
    area.focus()
  })
  await page.keyboard.press('Control+v')
  return page.locator('#paste').evaluate((area) => ({ text: area.dataset.text ?? '', html: area.dataset.html ?? '' }))
}

test('columns: resize, fit, pin, move by drag, hide, find again', async ({ page }) => {
  await open(page, 'rows=1000')
  const edge = await head(page, 1).locator('.sonde-resize').boundingBox()
  await page.mouse.move(edge!.x + 4, edge!.y + 20)
  await page.mouse.down()
  await page.mouse.move(edge!.x + 104, edge!.y + 20, { steps: 4 })
  await page.mouse.up()
  const wide = (await head(page, 1).boundingBox())!.width
  expect(wide).toBeGreaterThan(180)
  await head(page, 1).locator('.sonde-resize').dblclick()
  expect((await head(page, 1).boundingBox())!.width).toBeLessThan(wide)

  const from = (await head(page, 5).locator('.sonde-name').boundingBox())!
  const to = (await head(page, 1).boundingBox())!
  await page.mouse.move(from.x + 5, from.y + 5)
  await page.mouse.down()
  await page.mouse.move(to.x + 10, to.y + 10, { steps: 8 })
  await page.mouse.up()
  await expect(head(page, 5)).toHaveAttribute('aria-colindex', '3')
  await expect(head(page, 5)).toHaveAttribute('aria-sort', 'none')

  await head(page, 4).getByRole('button').click()
  await page.getByRole('button', { name: 'Pin to the left' }).click()
  await expect(head(page, 4)).toHaveAttribute('aria-colindex', '2')
  await head(page, 4).getByRole('button').click()
  await page.getByRole('button', { name: 'Hide' }).click()
  await expect(head(page, 4)).toHaveCount(0)
  await page.getByRole('button', { name: 'Columns' }).click()
  await page.getByRole('searchbox', { name: /Find a column/ }).fill('active')
  await page.keyboard.press('Enter')
  await expect(head(page, 4)).toBeVisible()
})

test('the reading panel: runner-up, override, bad rows', async ({ page }) => {
  await open(page, 'rows=20000')
  await page.getByRole('button', { name: /How this file was read/ }).click()
  const panel = page.getByRole('complementary', { name: 'How this file was read' })
  await expect(panel.getByText('8 fields on each of 500 lines')).toBeVisible()
  await panel.getByRole('button', { name: /Use semicolon/ }).click()
  await expect(panel.locator('.sonde-setting[data-given]')).toHaveCount(1)
  await panel.getByRole('combobox', { name: 'Encoding' }).selectOption('windows-1252')
  await panel.getByRole('button', { name: 'Read again' }).click()
  await expect(panel.locator('.sonde-setting[data-given]')).toHaveCount(2)
  await panel.getByRole('button', { name: /row 9,001/ }).click()
  await expect(cell(page, 9000, 0)).toBeInViewport()
})

test('a failed opening offers what to change; a failed filter leaves the rows', async ({ page }) => {
  await openHost(page, 'generated', 'rows=1000&fail=open')
  await expect(page.getByRole('alert')).toContainText('neither UTF-8 nor UTF-16')
  await page.getByLabel('Encoding').selectOption('windows-1252')
  await expect(cell(page, 0, 1)).toHaveText('Aarhus')
  await open(page, 'rows=1000&fail=view')
  await head(page, 0).getByRole('button').click()
  await page.getByRole('button', { name: 'Filter…' }).click()
  await page.getByLabel('Operator').selectOption('is not null')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page.getByRole('alert')).toContainText('open parenthesis')
  await expect(cell(page, 0, 1)).toHaveText('Aarhus')
  await page.getByRole('button', { name: 'Back to what is shown' }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test('while counting the status says so and the scan can be stopped', async ({ page }) => {
  await open(page, 'rows=1000000&scan=never')
  await expect(page.locator('.sonde-count')).toHaveText(/^counting… ~[\d,]+ rows$/)
  await expect(grid(page)).toHaveAttribute('aria-rowcount', '-1')
  await page.getByRole('button', { name: 'Stop scan' }).click()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
})

for (const theme of ['light', 'dark'] as const) {
  for (const width of [1280, 400]) {
    test(`axe finds nothing: ${theme}, ${width} px`, async ({ page }) => {
      await page.setViewportSize({ width, height: 480 })
      await open(page, `rows=5000&theme=${theme}`)
      const check = async (what: string) => {
        const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']).analyze()
        expect(violations.map((v) => `${what}: ${v.id} ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`)).toEqual([])
      }
      await cell(page, 1, 1).click()
      await cell(page, 3, 2).click({ modifiers: ['Shift'] })
      await check('grid')
      await head(page, 1).getByRole('button').click()
      await check('menu')
      await page.getByRole('button', { name: 'Filter…' }).click()
      await expect(page.getByLabel('Search values')).toBeVisible()
      await check('filter')
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: /How this file was read/ }).click()
      await expect(page.getByText('How this file was read', { exact: true })).toBeVisible()
      await check('panel')
    })
  }
}

test('at 400 px nothing is wider than the screen and the panel is a sheet', async ({ page }) => {
  await page.setViewportSize({ width: 400, height: 760 })
  await open(page, 'rows=1000')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400)
  await page.getByRole('button', { name: /How this file was read/ }).click()
  const sheet = (await page.getByRole('complementary').boundingBox())!
  expect([Math.round(sheet.x), Math.round(sheet.width)]).toEqual([0, 400])
})
