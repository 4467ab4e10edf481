// clang-format changes its mind between versions, so the check asks the one that the sources were formatted with.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { files, top } from './sources.mjs'

const formatter = ['clang-format-14', 'clang-format'].find((name) => spawnSync(name, ['--version']).status === 0)

test('C is formatted as .clang-format says', () => {
  assert.ok(formatter, 'clang-format is not installed')
  const sources = files(/^(core|wasm|proxy|tests)\/.*\.[ch]$/)
  const run = spawnSync(formatter, ['--dry-run', ...sources], { cwd: top, encoding: 'utf8' })
  const places = run.stderr.split('\n').filter((line) => line.includes('[-Wclang-format-violations]'))
  const version = execFileSync(formatter, ['--version'], { encoding: 'utf8' }).trim()
  const wrong = [...new Set(places.map((line) => line.split(':')[0]))]
  assert.deepEqual(wrong, [], `${version}; to format them: ${formatter} -i ${wrong.join(' ')}`)
})
