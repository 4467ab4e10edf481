// A CSV file of 5 GB on a server, opened in the built page: first rows, pages while it is counted and after, what it cost. Both ways
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
const address = { ranges: '?url=/v1/f/big.csv', server: '?table=big' }
/** Shares of the table, and jumps to rows nobody can have read ahead. */
const shares = [0, 0.1, 0.5, 0.9, 1]
const jumps = Array.from({ length: 30 }, (_, i) => ((i + 1) * 7919 * 7919) % rows)
const rowAt = (share) => Math.min(rows - 1, Math.floor(rows * share))

/** Looked for before anything of the page runs; milliseconds since its navigation began. */
function watchFirstRows() {
  const look = () => {
    if (document.querySelector('.sonde-cell[data-row="20"][data-column="0"]')?.textContent === '21') globalThis.firstRowsAt = performance.now()
    else requestAnimationFrame(look)
  }
  look()
}

async function serve(folder) {
  const options = ['--site', `${top}web/dist`, '--root', folder, '--listen', '127.0.0.1:0']
  const child = spawn(sondeBinary, ['serve', ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, url: /http:\S+/.exec(line)[0] }
}

/** From Enter to the row drawn: milliseconds. Ids count from 1. */
async function goTo(page, row) {
  await page.getByLabel('Go to row').fill(String(row + 1))
  return page.evaluate((wanted) => new Promise((resolve) => {
    const began = performance.now()
    document.querySelector('.sonde-jump').requestSubmit()
    const look = () => {
      const cell = document.querySelector(`.sonde-cell[data-row="${wanted}"][data-column="0"]`)
      if (cell?.textContent === String(wanted + 1)) resolve(performance.now() - began)
      else requestAnimationFrame(look)
    }
    look()
  }), row)
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

async function visit(url, way, server) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  try {
    const context = await browser.newContext()
    const traffic = watchTraffic(context)
    const page = await context.newPage()
    await page.addInitScript(watchFirstRows)
    await page.goto(url + address[way])
    await page.waitForFunction(() => globalThis.firstRowsAt !== undefined, null, { timeout: 600_000 })
    const reading = { firstRowsMs: await page.evaluate(() => globalThis.firstRowsAt), first: await traffic() }
    reading.earlyPageMs = await goTo(page, rowAt(0.5)) // counting has just begun
    await page.waitForFunction((count) => document.querySelector('.sonde-count')?.textContent === count, `${rows.toLocaleString('en-US')} rows`, { timeout: 600_000 })
    reading.countedMs = await page.evaluate(() => performance.now())
    reading.counted = await traffic()
    reading.countedServerSeconds = processorSeconds(server.pid)
    reading.pagesMs = {}
    for (const share of shares) reading.pagesMs[`${share * 100} %`] = await goTo(page, rowAt(share))
    await page.waitForFunction(() => !document.querySelector('.sonde-status progress'), null, { timeout: 600_000 })
    reading.exactMs = await page.evaluate(() => performance.now())
    reading.exact = await traffic()
    reading.exactServerSeconds = processorSeconds(server.pid)
    const times = []
    for (const row of jumps) times.push(await goTo(page, row))
    times.sort((a, b) => a - b)
    reading.jumpsMs = { median: median(times), max: times.at(-1) }
    reading.all = await traffic()
    reading.rendererBytes = await memoryOf(browser)
    return reading
  } finally {
    await browser.close()
  }
}

const file = tablePath(rows), bytes = statSync(file).size
const readings = [], others = watchOthers()
console.log(`A CSV file of ${(bytes / 1e9).toFixed(1)} GB, ${rows} rows\n`)
console.log('| way | first rows | page at 50 % asked at once | counted | pages at 0 · 10 · 50 · 90 · 100 % | types exact | 30 jumps: median · longest | requests, bytes: first rows · exact · all | processor time of the server: counted · exact | memory: renderer | server |')
console.log('| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |')
const ms = (number) => `${number.toFixed(0)} ms`, seconds = (number) => `${(number / 1000).toFixed(1)} s`
const mega = (number) => `${(number / 1e6).toFixed(1)} MB`, cost = ({ requests, bytes: n }) => `${requests}, ${mega(n)}`
for (let round = 0; round < Number(values.rounds); round++) {
  for (const way of values.ways.split(',')) {
    const folder = mkdtempSync(`${cache}large-`) // beside the file, so that it can be linked
    linkSync(file, `${folder}/big.csv`)
    const { child, url } = await serve(folder)
    try {
      const reading = { way, ...await visit(url, way, child), serverBytes: peakMemory(child.pid) }
      readings.push(reading)
      console.log(`| ${[way, ms(reading.firstRowsMs), seconds(reading.earlyPageMs), seconds(reading.countedMs), Object.values(reading.pagesMs).map(ms).join(' · '), seconds(reading.exactMs),
        `${ms(reading.jumpsMs.median)} · ${ms(reading.jumpsMs.max)}`, [reading.first, reading.exact, reading.all].map(cost).join(' · '),
        `${seconds(1000 * reading.countedServerSeconds)} · ${seconds(1000 * reading.exactServerSeconds)}`, mega(reading.rendererBytes), mega(reading.serverBytes)].join(' | ')} |`)
    } finally {
      child.kill()
      await once(child, 'exit')
      rmSync(folder, { recursive: true })
    }
  }
}
const busy = othersCores(others())
console.log(`\nOther processes kept ${busy.toFixed(2)} cores busy.`)
writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 16).replace(':', '')}-page-large.json`, import.meta.url), `${JSON.stringify({
  machine: describeMachine(), versions: describeVersions(), rows, bytes, othersCores: Number(busy.toFixed(2)), readings }, null, 1)}\n`)
