// Random queries over random tables, answered by Sonde and by DuckDB. A round is a seed: its tables, then its queries.
//   SONDE_PROPERTY_SEED=7 SONDE_PROPERTY_ROUNDS=1 SONDE_BIN=… node --test tests/sql/property.test.mjs
// runs one round; SONDE_PROPERTY_SECONDS says when no other round is begun.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createEngine } from './lib/native.mjs'
import { difference } from './property/compare.mjs'
import { createDuckdb } from './property/duckdb.mjs'
import { randomQuery } from './property/queries.mjs'
import { createRandom } from './property/random.mjs'
import { randomTable } from './property/tables.mjs'

const number = (name, otherwise) => Number(process.env[`SONDE_PROPERTY_${name}`] ?? otherwise)
const firstSeed = number('SEED', 1)
const rounds = number('ROUNDS', 24)
const seconds = number('SECONDS', 300)
const queriesOfARound = 40
const mostProblems = number('PROBLEMS', 5)

const folder = mkdtempSync(join(tmpdir(), 'sonde-property-'))
const duckdb = await createDuckdb()
const usage = spawnSync(process.env.SONDE_BIN, ['help', 'query'], { encoding: 'utf8' }).stdout

// How the work is cut never shows in an answer, nor how much of it memory holds: each way is asked all queries. A share is the
// number of bytes that an operator keeps before it spills: of one byte all is spilled that can be.
const parallel = usage.includes('--threads')
const serial = parallel ? ['--threads', '1'] : []
const ways = [
  { name: 'one block', group: 122880, options: serial },
  { name: 'blocks of 2048 rows', group: 2048, options: serial },
  { name: 'batches of 61 rows', group: 122880, options: [...serial, '--with', ',"batch":61'] },
  { name: 'hardly any memory', group: 122880, options: [...serial, '--with', ',"batch":500,"share":1'] },
  { name: 'little memory', group: 122880, options: [...serial, '--with', ',"share":40000'] },
  ...(parallel ? [{ name: '3 threads', group: 2048, options: ['--threads', '3'] }] : []),
].map((way, i) => ({ ...way, i, engine: createEngine(way.options) }))
after(async () => {
  await Promise.all(ways.map(({ engine }) => engine.close()))
  duckdb.close()
  rmSync(folder, { recursive: true })
})

async function prepare(r) {
  const tables = r.times(3, (i) => randomTable(r, `t${i}`))
  if (tables.every(({ rows }) => rows > 200)) return prepare(r)
  for (const { name, sql } of tables) {
    await duckdb.run(sql)
    for (const { i, group } of ways) await duckdb.run(`COPY ${name} TO '${join(folder, `${i}-${name}.parquet`)}' (ROW_GROUP_SIZE ${group})`)
  }
  return tables
}

let refused = 0

async function problemsOf(seed) {
  const r = createRandom(seed)
  const tables = await prepare(r)
  const problems = []
  for (let q = 0; q < queriesOfARound; q++) {
    const { sql, ordered } = randomQuery(r, tables)
    const expected = await duckdb.query(sql)
    if (expected.error !== undefined) refused++
    if (expected.error !== undefined && process.env.SONDE_PROPERTY_TELL) console.error(`${expected.error}\n  ${sql}`)
    for (const { name, i, engine } of ways) {
      const got = await engine.query(sql, tables.map(({ name: table }) => [table, join(folder, `${i}-${table}.parquet`)]))
      const problem = difference(expected, got, ordered)
      if (!problem) continue
      problems.push(`seed ${seed}, ${name}: ${problem}\n  ${sql}`)
      break
    }
  }
  for (const { engine } of ways) await engine.close()
  return problems
}

test('random queries are answered as DuckDB answers them', async (t) => {
  const end = performance.now() + seconds * 1000
  const problems = []
  let seed = firstSeed
  for (; seed < firstSeed + rounds && performance.now() < end && problems.length < mostProblems; seed++) problems.push(...(await problemsOf(seed)))
  t.diagnostic(`seeds ${firstSeed} to ${seed - 1}: ${(seed - firstSeed) * queriesOfARound} queries, ${ways.length} ways, ${refused} refused by DuckDB`)
  if (problems.length > 0) assert.fail(problems.join('\n'))
})
