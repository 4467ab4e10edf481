// Brotli sizes, as a site that compresses its files once would serve them.
//   node size.mjs      prints JSON
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'
import { chromium } from 'playwright-core'
import { buildPage } from './lib/build-page.mjs'
import { cache, chromiumPath, top } from './lib/machine.mjs'
import { servePages } from './lib/serve.mjs'
import { tablePath } from './lib/table.mjs'
import { flags } from './lib/visit.mjs'

function sizeOf(path) {
  const bytes = readFileSync(path)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  return { bytes: bytes.length, brotli: brotliCompressSync(bytes, { params }).length }
}

function sizesOf(paths, root, limit) {
  const files = paths.map((path) => ({ file: relative(root, path), ...sizeOf(path) })).sort((a, b) => b.brotli - a.brotli)
  return { brotli: files.reduce((sum, file) => sum + file.brotli, 0), limit, files }
}

/** Loaded when a file first needs it. */
const isForLater = (path) => path.includes('sonde-brotli')

/** wasm + loader + worker: what a page that embeds only the engine loads. */
async function engineSize() {
  const folder = `${cache}engine`
  await buildPage(`${top}web/src/engine/index.ts`, folder)
  const paths = readdirSync(folder, { recursive: true }).map((name) => join(folder, name))
  if (!paths.some((path) => path.endsWith('.wasm'))) throw new Error('the bundle holds no wasm: build it first (script/bench does)')
  return sizesOf(paths.filter((path) => statSync(path).isFile() && !path.endsWith('.map') && !isForLater(path)), folder, 250_000)
}

/** Everything that the explorer requests until the first rows of a file are on screen. */
async function appSize() {
  const dist = `${top}web/dist`
  if (!existsSync(dist)) throw new Error('web/dist is not built')
  const server = await servePages(dist)
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: flags })
  try {
    const page = await browser.newPage()
    const requested = new Set()
    page.context().on('request', (request) => {
      if (request.url().startsWith(server.url)) requested.add(new URL(request.url()).pathname)
    })
    await page.goto(server.url)
    await page.locator('input[type=file]').first().setInputFiles(tablePath(1000))
    await page.locator('[role=gridcell]').first().waitFor({ timeout: 30_000 })
    const paths = [...requested].map((path) => join(dist, path === '/' ? 'index.html' : path))
    return sizesOf(paths.filter(existsSync), dist, 400_000)
  } finally {
    await browser.close()
    server.close()
  }
}

const orError = (promise) => promise.catch((error) => ({ error: String(error.message ?? error).split('\n').slice(0, 4).join(' ').slice(0, 300) }))

export async function measureSize() {
  return { engine: await orError(engineSize()), app: await orError(appSize()) }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await measureSize(), null, 2))
