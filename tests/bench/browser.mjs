// Measures contenders in one Chromium, each visit with a fresh profile, the file handed over through <input type=file>.
//   node browser.mjs [--rows 650000] [--rounds 3] [--contenders empty,duckdb,…] [--timeout 120]      prints JSON
import { rmSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import { buildPage, contenderEntry } from './lib/build-page.mjs'
import { cache, chromiumPath } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'
import { parseOptions } from './lib/options.mjs'
import { othersCores, peakMemory, watchOthers } from './lib/proc.mjs'
import { servePages } from './lib/serve.mjs'
import { tablePath } from './lib/table.mjs'

export const browserContenders = ['empty', 'duckdb', 'papaparse', 'udsv', 'sonde']
export const reference = 'duckdb'

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']
const pageRows = 100

/** What a visit does: the operation that the chosen file is given to, then others on what that left. */
const visitsFor = (rows) => {
  const at90 = Math.floor(rows * 0.9)
  return [
    { first: 'firstRows', then: [] },
    { first: 'count', then: [{ name: 'pageIndexed', operation: 'page', args: [at90, pageRows] }] },
    {
      first: 'import',
      then: [
        { name: 'pageImported', operation: 'page', args: [at90, pageRows] },
        { name: 'filterCount', operation: 'filterCount', args: [] },
        { name: 'top100', operation: 'top100', args: [] },
        { name: 'distinct', operation: 'distinct', args: [] },
        { name: 'sortMiddle', operation: 'sortMiddle', args: [rows >> 1, pageRows] },
      ],
    },
  ]
}

/** What contenders must agree on: ids of rows, counts. How a value is written as text differs between them. */
const ids = (rows) => rows.map((row) => String(row[0]))
const one = (value) => [String(value)]
const answers = {
  count: one,
  filterCount: one,
  pageIndexed: ids,
  pageImported: ids,
  top100: ids,
  sortMiddle: ids,
  distinct: (values) => values.map(([text, count]) => `${text} ${count}`).sort(),
}

async function memoryOf(browser) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const peaks = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => peakMemory(id) ?? 0)
  return peaks.length > 0 ? Math.max(...peaks) : null // the others are spare renderers without a page
}

function withTimeout(promise, seconds, crashed) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ error: `no answer in ${seconds} s`, fatal: true }), seconds * 1000)
  })
  const failed = promise.catch((error) => ({ error: String(error.message ?? error).split('\n')[0], fatal: true }))
  return Promise.race([failed, late, crashed]).finally(() => clearTimeout(timer))
}

/** One visit of one contender: { operation: { ms, value } | { error } | null }, and the renderer's peak memory. */
async function visit(url, contender, plan, file, timeout) {
  const result = {}
  const others = watchOthers()
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  try {
    const page = await (await browser.newContext()).newPage()
    const crashed = new Promise((resolve) => {
      page.on('crash', () => resolve({ error: 'the page crashed', fatal: true }))
    })
    const step = async (name, work) => {
      result[name] = await withTimeout(work(), timeout, crashed)
      return !result[name]?.fatal
    }
    const open = async () => {
      await page.goto(`${url}${contender}/`, { waitUntil: 'load' })
      await page.waitForFunction(() => globalThis.bench !== undefined)
      return page.evaluate(() => globalThis.bench.ready())
    }
    const choose = async () => {
      const done = page.evaluate((operation) => globalThis.bench.chosen(operation), plan.first)
      done.catch(() => {}) // reported where it is awaited below
      await page.locator('#file').setInputFiles(file)
      return done
    }
    let alive = await step('ready', open)
    alive = alive && (await step(plan.first, choose))
    const possible = alive && result[plan.first] !== null && !result[plan.first].error
    for (const { name, operation, args } of plan.then) {
      if (!possible || !alive) result[name] = null
      else alive = await step(name, () => page.evaluate(([o, a]) => globalThis.bench.run(o, ...a), [operation, args]))
    }
    result.memory = { bytes: await memoryOf(browser).catch(() => null) }
    result.others = others()
  } finally {
    await browser.close()
  }
  return result
}

function summarize(runs) {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))]
  return Object.fromEntries(names.map((name) => {
    const readings = runs.map((run) => run[name]).filter((reading) => reading)
    const key = name.startsWith('memory') ? 'bytes' : 'ms'
    const all = readings.map((reading) => reading[key]).filter((n) => typeof n === 'number')
    const error = readings.find((reading) => reading.error)?.error
    return [name, { median: median(all), all, ...(error && { error }) }]
  }))
}

/** Who answered otherwise than the reference, and the first place where it did. */
function disagreements(rounds, contenders) {
  const found = []
  for (const [operation, listOf] of Object.entries(answers)) {
    const given = (contender) => {
      const values = rounds.map((round) => round.results[contender]?.[operation]?.value)
      return values.filter((value) => value !== undefined && value !== null).map(listOf)
    }
    const answered = [reference, ...contenders].find((contender) => given(contender).length > 0)
    if (!answered) continue
    const expected = given(answered)[0]
    for (const contender of contenders) {
      const other = given(contender).find((list) => list.join('\n') !== expected.join('\n'))
      if (!other) continue
      const at = Array.from({ length: Math.max(expected.length, other.length) }).findIndex((_, i) => expected[i] !== other[i])
      found.push({ operation, contender, expected: expected[at] ?? null, got: other[at] ?? null, lengths: [expected.length, other.length] })
    }
  }
  return found
}

export async function measureBrowser({ rows, rounds, contenders: wanted, timeout }) {
  const contenders = browserContenders.filter((name) => !wanted || wanted.includes(name))
  const file = tablePath(rows)
  const pages = `${cache}pages`
  rmSync(pages, { recursive: true, force: true })
  const unbuilt = {}
  for (const name of contenders) {
    await buildPage(contenderEntry(name), `${pages}/${name}`).catch((error) => {
      unbuilt[name] = String(error.message ?? error).replace(/\x1b\[\d*m/g, '').split('\n').slice(0, 5).join(' ').slice(0, 300)
    })
  }
  const running = contenders.filter((name) => !unbuilt[name])
  const server = await servePages(pages)
  const measured = []
  try {
    for (let round = 0; round < rounds; round++) {
      const watched = []
      const results = Object.fromEntries(running.map((name) => [name, {}]))
      for (const plan of visitsFor(rows)) {
        for (const contender of orderOf(round, running)) {
          process.stderr.write(`browser, round ${round + 1}: ${contender} ${plan.first}\n`)
          const { ready, memory, others, ...rest } = await visit(server.url, contender, plan, file, timeout)
          if (others) watched.push(others)
          const isFirst = plan.first === 'firstRows'
          Object.assign(results[contender], rest, isFirst ? { ready } : {}, { [`memory:${plan.first}`]: memory })
        }
      }
      measured.push({ results, otherProcessesCores: othersCores(...watched) })
    }
  } finally {
    server.close()
  }
  return {
    rows, rounds, reference, unbuilt,
    otherProcessesCores: measured.map((round) => Number(round.otherProcessesCores.toFixed(2))),
    contenders: Object.fromEntries(running.map((name) => [name, summarize(measured.map((round) => round.results[name]))])),
    disagreements: disagreements(measured, running),
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await measureBrowser(parseOptions(process.argv.slice(2))), null, 2))
}
