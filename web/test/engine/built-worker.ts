// Node runs no TypeScript, so tests that want real workers bundle the worker entry as the package build does.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Rolldown } from 'vite'

export async function buildWorker(): Promise<URL> {
  const entry = fileURLToPath(new URL('../../src/worker/worker.ts', import.meta.url))
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'es2022', minify: false, lib: { entry, formats: ['es'] } },
  })
  const [bundle] = (Array.isArray(output) ? output : [output]) as Rolldown.RolldownOutput[]
  const path = join(mkdtempSync(join(tmpdir(), 'sonde-worker-')), 'worker.mjs')
  writeFileSync(path, bundle!.output[0].code)
  return pathToFileURL(path)
}
