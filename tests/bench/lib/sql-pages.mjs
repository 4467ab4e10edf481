// Contenders of the SQL suites in the browser: pages that load tables once and then answer one statement after the other.
import { rmSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { buildPage } from './build-page.mjs'
import { cache, chromiumPath, top } from './machine.mjs'
import { peakMemory } from './proc.mjs'
import { servePages } from './serve.mjs'
import { flags } from './visit.mjs'

const isolated = ['duckdb-threads']
export const sqlPages = ['sonde', 'duckdb', 'duckdb-threads']

/** Builds the pages of `names` and serves them; resolves to { start(name, tables), close() }. */
export async function serveSqlPages(names) {
  const folder = `${cache}sql-pages`
  rmSync(folder, { recursive: true, force: true })
  for (const name of names) await buildPage(`${top}tests/bench/pages/sql/${name}.js`, `${folder}/${name}`)
  const server = await servePages(folder, { isolated })
  return { start: (name, tables, timeout) => startPage(`${server.url}${name}/`, tables, timeout), close: server.close }
}

async function rendererPeak(browser) {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => peakMemory(id) ?? 0))
}

function within(seconds, promise) {
  let timer
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ error: `no answer in ${seconds} s` }), seconds * 1000)
  })
  const answered = promise.catch((error) => ({ error: String(error.message ?? error).split('\n')[0] }))
  return Promise.race([answered, late]).finally(() => clearTimeout(timer))
}

async function startPage(url, tables, timeout) {
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  const page = await browser.newPage()
  await page.goto(url, { waitUntil: 'load' })
  await page.waitForFunction(() => globalThis.bench !== undefined)
  const loading = page.evaluate((names) => globalThis.bench.load(names), tables.map(([name]) => name))
  loading.catch(() => {}) // reported where it is awaited
  await page.locator('#file').setInputFiles(tables.map(([, path]) => path))
  const loaded = await within(timeout, loading)
  let lost = loaded.error // after a timeout the page is still busy: later clocks would run against that
  return {
    loadMs: loaded.milliseconds ?? null,
    async run(sql) {
      if (lost) return { error: lost }
      const answer = await within(timeout, page.evaluate((text) => globalThis.bench.run(text), sql))
      if (/^no answer|crash|closed/i.test(answer.error ?? '')) lost = answer.error
      return answer
    },
    peak: () => rendererPeak(browser).catch(() => null),
    close: () => browser.close(),
  }
}
