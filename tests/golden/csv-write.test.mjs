// What the engine writes as CSV is what another parser reads: as many rows and fields, each with the text of its value.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Papa from 'papaparse'

const folder = mkdtempSync(join(tmpdir(), 'csv-'))
const program = join(process.env.SONDE_TOOLS ?? 'tests', 'typed_table')
after(() => rmSync(folder, { recursive: true }))

function write(...options) {
  const path = join(folder, 'table.csv')
  const child = spawnSync(program, ['csv', path, ...options], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  assert.equal(child.status, 0, child.stderr)
  return { text: readFileSync(path, 'utf8'), rows: child.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line)) }
}

/** The field of a cell that is known by its JSON: strings as they are, numbers and nested values as their JSON. */
function field(json) {
  if (json === 'null') return ''
  return json.startsWith('"') ? JSON.parse(json) : json
}

/** Numbers that are the same although JSON has no sign of zero, and the double of a float. */
function same(seen, expected, name) {
  if (name === 'float') return Object.is(Math.fround(Number(seen)) + 0, Number(expected) + 0)
  return seen === expected || (seen === '-0' && expected === '0')
}

for (const seed of ['1', '2', '3']) {
  test(`Papa Parse reads the table of seed ${seed}`, () => {
    const { text, rows } = write('--rows', '300', '--batches', '2', '--seed', seed)
    const { data, errors } = Papa.parse(text, { skipEmptyLines: true, delimiter: ',', newline: '\n' })
    assert.deepEqual(errors, [])
    const [names, ...seen] = data
    assert.equal(seen.length, rows.length)
    assert.equal(names[12], 'text "ü", \n')
    for (const [i, row] of rows.entries()) {
      assert.equal(seen[i].length, row.length)
      for (const [c, cell] of row.entries())
        assert.ok(same(seen[i][c], field(cell), names[c]), `row ${i}, ${names[c]}: ${JSON.stringify(seen[i][c])}, expected ${cell}`)
    }
  })
}
