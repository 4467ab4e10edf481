// Builds a host page of this folder and puts it before the browser under its own path, beside the served page.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'

const hosts = fileURLToPath(new URL('.', import.meta.url))
const web = join(hosts, '../../web')
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' }
const built = new Map<string, string>()

function build(name: string): string {
  const done = built.get(name)
  if (done) return done
  const out = mkdtempSync(join(tmpdir(), `sonde-host-${name}-`))
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  execFileSync(process.execPath, [vite, 'build', join(hosts, name), '--config', join(web, 'vite.config.ts'), '--outDir', out, '--logLevel', 'error'], { cwd: web, stdio: 'inherit' })
  process.on('exit', () => rmSync(out, { recursive: true, force: true }))
  built.set(name, out)
  return out
}

/** Opens the host page `name`, e.g. openHost(page, 'generated', 'rows=100'). */
export async function openHost(page: Page, name: string, query: string): Promise<void> {
  const folder = build(name)
  await page.route(`**/hosts/${name}/**`, (route) => {
    const path = new URL(route.request().url()).pathname.split(`/hosts/${name}/`)[1] || 'index.html'
    const file = join(folder, path)
    if (!existsSync(file)) return route.fulfill({ status: 404 })
    return route.fulfill({ body: readFileSync(file), contentType: types[extname(file)] ?? 'application/octet-stream' })
  })
  await page.goto(`hosts/${name}/?${query}`)
}
