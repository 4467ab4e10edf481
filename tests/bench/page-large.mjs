// A CSV file of 5 GB on a server, opened in the built page, fresh or loaded before: first rows, pages while it is counted and after, what it cost. Both ways
// that the page knows: bytes by ranges, and the table left on the server. Prints Markdown and writes JSON to `results`.
//   node page-large.mjs [--rows 32000000] [--ways ranges,server] [--rounds 1]
import { spawn } from 'node:child_process'
import { linkSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { cache, chromiumPath, describeMachine, describeVersions, sondeBinary, top } from './lib/machine.mjs'
import { median } from './lib/median.mjs'
import { othersCores, peakMemory, processorSeconds, watchOthers } from './lib/proc.mjs'
import { tablePath } from './lib/table.mjs'
import { flags, memoryOf } from './lib/visit.mjs'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '32000000' }, ways: { type: 'string', default: 'ranges,server' }, rounds: { type: 'string', default: '1' } } })
const rows = Number(values.rows)
/** A page that was loaded has come to rest. */
const settleMs = 2000
const address = { ranges: '?url=/v1/f/big.csv', server: '?table=big' }
/** Shares of the table, and jumps to rows nobody can have read ahead. */
const shares = [0, 0.1, 0.5, 0.9, 1]
const jumps = Array.from({ length: 30 }, (_, i) => ((i + 1) * 7919 * 7919) % rows)
const rowAt = (share) => Math.min(rows - 1, Math.floor(rows * share))

/** Nothing is waited for longer: a page that hangs fails, with what it said. */
const patience = 600_000
const quick = 60_000

/** Run in the page. When the first rows are drawn, in milliseconds since its navigation began. */
function watchFirstRows() {
  const look = () => {
    if (document.querySelector('.sonde-cell[data-row="20"][data-column="0"]')?.textContent === '21') globalThis.firstRowsAt = performance.now()
    else requestAnimationFrame(look)
  }
  look()
}

async function bounded(page, what, ms, work) {
  const pause = (time, answer) => new Promise((resolve) => setTimeout(resolve, time, answer).unref())
  const late = {}
  const result = await Promise.race([work.catch((error) => error), pause(ms, late)])
  if (result !== late && !(result instanceof Error)) return result
  const shown = page.evaluate(() => document.body.innerText.slice(-1000)).catch(String)
  throw new Error(`${what}, after ${ms / 1000} s at most: ${result.message ?? 'still nothing'}\nThe page showed: ${await Promise.race([shown, pause(5000, 'nothing, its thread is busy')])}`)
}

const firstRows = (page) => bounded(page, 'first rows', quick, page.waitForFunction(() => globalThis.firstRowsAt !== undefined, null, { timeout: quick }))

/** null: it is gone. */
const untilText = (page, what, selector, text) =>
  bounded(page, what, patience, page.waitForFunction(([at, wanted]) => (document.querySelector(at)?.textContent ?? null) === wanted, [selector, text], { timeout: patience }))

/** Beside a server that has not seen the file before. */
async function served(file, use) {
  const folder = mkdtempSync(`${cache}large-`) // beside the file, so that it can be linked
  linkSync(file, `${folder}/big.csv`)
  const options = ['--site', `${top}web/dist`, '--root', folder, '--listen', '127.0.0.1:0']
  const child = spawn(sondeBinary, ['serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [line] = await once(createInterface(child.stdout), 'line')
    return await use(/http:\S+/.exec(line)[0], child)
  } finally {
    child.kill()
    await once(child, 'exit')
    rmSync(folder, { recursive: true })
  }
}

async function browsed(use) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  try {
    return await use(browser)
  } finally {
    await browser.close()
  }
}

/** From Enter to the row drawn: milliseconds. Ids count from 1. */
async function goTo(page, row, within = quick) {
  await page.getByLabel('Go to row').fill(String(row + 1))
  const drawn = page.evaluate((wanted) => new Promise((resolve) => {
    const began = performance.now()
    document.querySelector('.sonde-jump').requestSubmit()
    const look = () => {
      const cell = document.querySelector(`.sonde-cell[data-row="${wanted}"][data-column="0"]`)
      if (cell?.textContent === String(wanted + 1)) resolve(performance.now() - began)
      else requestAnimationFrame(look)
    }
    look()
  }), row)
  return bounded(page, `row ${row + 1}`, within, drawn)
}

/** Where the page is there already and its address is pasted: from Enter to first rows. */
async function openWithin(browser, url, way) {
  const page = await browser.newPage()
  await page.goto(url)
  await page.getByLabel('or from a URL').fill(url + address[way])
  await page.waitForTimeout(settleMs)
  await page.evaluate(watchFirstRows)
  const began = await page.evaluate(() => {
    document.querySelector('.sonde-url').requestSubmit()
    return performance.now()
  })
  await firstRows(page)
  return page.evaluate((from) => globalThis.firstRowsAt - from, began)
}

/** Requests about the table and the bytes of their answers. */
function watchTraffic(context) {
  const sizes = []
  context.on('requestfinished', (request) => {
    if (new URL(request.url()).pathname.startsWith('/v1/')) sizes.push(request.sizes().then(({ responseBodySize }) => responseBodySize, () => 0))
  })
  return async () => {
    const all = await Promise.all(sizes)
    return { requests: all.length, bytes: all.reduce((sum, one) => sum + one, 0) }
  }
}

async function visit(browser, url, way, server) {
  const context = await browser.newContext()
  const traffic = watchTraffic(context)
  const page = await context.newPage()
  await page.addInitScript(watchFirstRows)
  await page.goto(url + address[way])
  await firstRows(page)
  const reading = { firstRowsMs: await page.evaluate(() => globalThis.firstRowsAt), first: await traffic() }
  reading.earlyPageMs = await goTo(page, rowAt(0.5), patience) // counting has just begun
  await untilText(page, 'all counted', '.sonde-count', `${rows.toLocaleString('en-US')} rows`)
  reading.countedMs = await page.evaluate(() => performance.now())
  reading.counted = await traffic()
  reading.countedServerSeconds = processorSeconds(server.pid)
  reading.pagesMs = {}
  for (const share of shares) reading.pagesMs[`${share * 100} %`] = await goTo(page, rowAt(share))
  await untilText(page, 'types exact', '.sonde-status progress', null)
  reading.exactMs = await page.evaluate(() => performance.now())
  reading.exact = await traffic()
  reading.exactServerSeconds = processorSeconds(server.pid)
  const times = []
  for (const row of jumps) times.push(await goTo(page, row))
  times.sort((a, b) => a - b)
  reading.jumpsMs = { median: median(times), max: times.at(-1) }
  reading.all = await traffic()
  reading.rendererBytes = await memoryOf(browser)
  reading.serverBytes = peakMemory(server.pid)
  return reading
}

const file = tablePath(rows), bytes = statSync(file).size
const readings = [], others = watchOthers()
console.log(`A CSV file of ${(bytes / 1e9).toFixed(1)} GB, ${rows} rows\n`)
console.log('| way | first rows: opened within the page | fresh navigation | page at 50 % asked at once | counted | pages at 0 · 10 · 50 · 90 · 100 % | types exact | 30 jumps: median · longest | requests, bytes: first rows · exact · all | processor time of the server: counted · exact | memory: renderer | server |')
console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |')
const ms = (number) => `${number.toFixed(0)} ms`, seconds = (number) => `${(number / 1000).toFixed(1)} s`
const mega = (number) => `${(number / 1e6).toFixed(1)} MB`, cost = ({ requests, bytes: n }) => `${requests}, ${mega(n)}`
for (let round = 0; round < Number(values.rounds); round++) {
  for (const way of values.ways.split(',')) {
    const withinMs = await served(file, (url) => browsed((browser) => openWithin(browser, url, way)))
    const reading = { way, withinMs, ...await served(file, (url, server) => browsed((browser) => visit(browser, url, way, server))) }
    readings.push(reading)
    console.log(`| ${[way, ms(reading.withinMs), ms(reading.firstRowsMs), seconds(reading.earlyPageMs), seconds(reading.countedMs), Object.values(reading.pagesMs).map(ms).join(' · '), seconds(reading.exactMs),
      `${ms(reading.jumpsMs.median)} · ${ms(reading.jumpsMs.max)}`, [reading.first, reading.exact, reading.all].map(cost).join(' · '),
      `${seconds(1000 * reading.countedServerSeconds)} · ${seconds(1000 * reading.exactServerSeconds)}`, mega(reading.rendererBytes), mega(reading.serverBytes)].join(' | ')} |`)
  }
}
const busy = othersCores(others())
console.log(`\nOther processes kept ${busy.toFixed(2)} cores busy.`)
writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 16).replace(':', '')}-page-large.json`, import.meta.url), `${JSON.stringify({
  machine: describeMachine(), versions: describeVersions(), rows, bytes, othersCores: Number(busy.toFixed(2)), readings }, null, 1)}\n`)
