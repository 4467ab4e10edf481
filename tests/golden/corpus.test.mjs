// The conformance corpus, where the folder ../shared is beside the checkout: every CSV file with a sure expectation
// passes but those of corpus-known.json, each with its reason. A file that fails anew, and one that passes though it
// is listed, are both errors.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const shared = process.env.SONDE_SHARED_DIR ?? join(here, '../../../shared')
const runner = join(shared, 'tools/run-files.mjs')
const corpus = join(shared, 'corpus')
const sure = new Set(['high', 'shipped', 'annotated', 'replay', undefined]) // without one: the area of bad files
const isOther = (file) => /\.(parquet|arrow|arrow_file|stream)$|^delta\/|^arrow-fuzz-ipc\//.test(file)

const run = (command, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    child.stdout.on('data', (part) => (text += part))
    child.on('error', reject)
    child.on('close', () => resolve(text))
  })

async function outcomes(area) {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-corpus-'))
  const report = join(folder, 'report.json')
  const engine = JSON.stringify([process.execPath, join(here, 'conformance-adapter.mjs')])
  const text = await run(process.execPath, [runner, '--server', engine, '--corpus', corpus, '--area', area, '--json', report])
  assert.ok(existsSync(report), text)
  const { files } = JSON.parse(readFileSync(report, 'utf8'))[area]
  rmSync(folder, { recursive: true })
  const expected = JSON.parse(readFileSync(join(corpus, area, 'expect.json'), 'utf8')).files
  return Object.entries(files).filter(([file]) => !isOther(file) && sure.has(expected[file].confidence))
}

const known = JSON.parse(readFileSync(join(here, 'corpus-known.json'), 'utf8'))

for (const area of ['csv', 'real', 'bad']) {
  test(`corpus: ${area}`, async (t) => {
    if (!existsSync(runner)) {
      t.diagnostic(`no ${runner}: the conformance corpus is not here and was not checked`)
      return
    }
    const all = await outcomes(area)
    const failed = all.filter(([, { pass }]) => !pass)
    const listed = Object.keys(known).filter((name) => name.startsWith(`${area}/`))
    t.diagnostic(`${area}: ${all.length - failed.length} of ${all.length} files pass`)
    const names = new Set(failed.map(([file]) => `${area}/${file}`))
    const anew = failed.filter(([file]) => !(`${area}/${file}` in known)).map(([file, { why }]) => `${area}/${file}: ${why?.join('; ')}`)
    assert.deepEqual(anew, [], 'files that should pass')
    assert.deepEqual(listed.filter((name) => !names.has(name)), [], 'files that pass and are still listed in corpus-known.json')
  })
}
