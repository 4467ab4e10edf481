// What the engine writes as Arrow is what other readers see: files and streams, plain and compressed, every type, nested ones too.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { apacheArrow, flechetteTable } from './arrow-readers.mjs'

const folder = mkdtempSync(join(tmpdir(), 'arrow-'))
const program = join(process.env.SONDE_TOOLS ?? 'tests', 'typed_table')
after(() => rmSync(folder, { recursive: true }))

function write(format, ...options) {
  const path = join(folder, 'table')
  const child = spawnSync(program, [format, path, ...options], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  assert.equal(child.status, 0, child.stderr)
  return { bytes: readFileSync(path), rows: child.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)) }
}

/** Cells that hold JSON already are texts to others. */
const asOthersSee = (rows) => rows.map((row) => row.map((cell, i) => (i === row.length - 1 && cell !== 'null' ? JSON.stringify(cell) : cell)))

const readers = { 'apache-arrow': apacheArrow, flechette: flechetteTable }
const cases = [
  ['a file', 'arrow', '--rows', '500', '--batches', '3'],
  ['a stream', 'arrow-stream', '--rows', '500', '--batches', '3'],
  ['a compressed file', 'arrow', '--rows', '500', '--batches', '2', '--zstd'],
  ['a file without rows', 'arrow', '--rows', '0', '--batches', '1'],
  ['a file without batches', 'arrow', '--rows', '1', '--batches', '0'],
  ['a stream of small batches', 'arrow-stream', '--rows', '9', '--batches', '40', '--zstd', '--seed', '7'],
]

for (const [reader, read] of Object.entries(readers)) {
  for (const [what, ...args] of cases) {
    test(`${reader} reads ${what}`, () => {
      const { bytes, rows } = write(...args)
      const seen = read(bytes)
      assert.deepEqual(seen.names.slice(0, 3), ['truth', 'whole', 'double'])
      assert.equal(seen.rows.length, rows.length)
      for (const [i, row] of asOthersSee(rows).entries()) assert.deepEqual(seen.rows[i], row, `row ${i}`)
    })
  }
}
