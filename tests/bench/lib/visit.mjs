// One visit of a contender's page in a Chromium with a fresh profile.
// It is planned as { name, first, drawn, then: [{ name, operation, args, drawn }] }: the operation that the table is
// given to, then others on what that left. `drawn` puts the rows of the answer on screen before the clock stops.
import { chromium } from 'playwright-core'
import { chromiumPath } from './machine.mjs'
import { peakMemory, watchOthers } from './proc.mjs'
import { watchTraffic } from './traffic.mjs'

export const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync']

export async function memoryOf(browser) {
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

async function open(page, url) {
  await page.goto(url, { waitUntil: 'load' })
  await page.waitForFunction(() => globalThis.bench !== undefined)
  return page.evaluate(() => globalThis.bench.ready())
}

/** Hands `table` over: { file } through the file input, { url } by its name. */
async function give(page, { file, url }, { first, drawn }) {
  const done = page.evaluate(([operation, isDrawn, address]) => globalThis.bench.given(operation, isDrawn, address), [first, drawn, url])
  done.catch(() => {}) // reported where it is awaited below
  if (file) await page.locator('#file').setInputFiles(file)
  return done
}

const run = (page, { operation, args, drawn }) =>
  page.evaluate(([o, a, d]) => globalThis.bench.run(o, a, d), [operation, args, drawn])

/** Resolves to { operation: { ms, value } | { error } | null } with { requests, bytes } of a remote table, and peak memory. */
export async function visit(address, plan, table, timeout) {
  const result = {}
  const others = watchOthers()
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  try {
    const context = await browser.newContext()
    const page = await context.newPage()
    const crashed = new Promise((resolve) => {
      page.on('crash', () => resolve({ error: 'the page crashed', fatal: true }))
    })
    const traffic = table.url ? watchTraffic(context, table.url) : undefined
    const step = async (name, work) => {
      const before = await traffic?.()
      const reading = await withTimeout(work(), timeout, crashed)
      result[name] = reading && before ? { ...reading, ...difference(before, await traffic()) } : reading
      return !reading?.fatal
    }
    let alive = await step('ready', () => open(page, address))
    alive = alive && (await step(plan.first, () => give(page, table, plan)))
    const possible = alive && result[plan.first] !== null && !result[plan.first].error
    for (const next of plan.then) {
      if (!possible || !alive) result[next.name] = null
      else alive = await step(next.name, () => run(page, next))
    }
    result.memory = { bytes: await memoryOf(browser).catch(() => null) }
    result.others = others()
  } finally {
    await browser.close()
  }
  return result
}

const difference = (before, after) => ({ requests: after.requests - before.requests, bytes: after.bytes - before.bytes })
