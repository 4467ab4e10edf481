#!/usr/bin/env node
// Lets `sonde` answer the few SQL shapes that the conformance runner asks, until there is SQL:
//   SELECT * FROM t [LIMIT n]  ·  SELECT count(*) AS n FROM t  ·  SELECT count("c") AS a0, sum("c") AS a1, min("c") …  FROM t
// As the runner's kept-open engine it reads one JSON request a line; as a command it is called
//   conformance-adapter.mjs query --json SQL --table t=FILE
// SONDE_BIN names the binary. If that crashes or hangs, so does the adapter, and the runner counts it.
import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const sonde = process.env.SONDE_BIN ?? 'sonde'
const scans = new Map()

class EngineError extends Error {}

function run(...args) {
  const child = spawnSync(sonde, args, { encoding: 'utf8', maxBuffer: 2 ** 29, timeout: 15000 })
  if (child.signal || child.status >= 128 || /Sanitizer|runtime error:/.test(child.stderr)) {
    process.stderr.write(`sonde ${args.join(' ')}: ${child.signal ?? child.status}\n${child.stderr}`)
    process.exit(1)
  }
  if (child.status !== 0) throw new EngineError(child.stderr.trim())
  return child.stdout
}

// Numbers stay as sonde wrote them: JSON.parse would round those beyond 2^53.
const rowsOf = (file, ...options) => run('view', file, '--json', '--threads', '1', ...options)
function scanOf(file) {
  if (!scans.has(file)) scans.clear() // the runner is done with the file before
  if (!scans.has(file)) scans.set(file, JSON.parse(run('scan', file, '--json', '--threads', '1')))
  return scans.get(file)
}

const letters = (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
function columnNamed(columns, name) {
  const ways = [(c) => c.name === name, (c) => c.name.trim().toLowerCase() === name.trim().toLowerCase(), (c) => letters(c.name) === letters(name)]
  const index = ways.map((way) => columns.findIndex(way)).find((found) => found >= 0) ?? -1
  if (index < 0) throw new EngineError(`no column ${name}`)
  return index
}

// Statistics keep the first 64 code points of a text; the whole of it is the first row of a sorted view.
function extreme(file, index, column, which) {
  const short = column[which]
  if (column.type !== 'text' || short === null || [...short].length < 64) return short
  const sort = JSON.stringify([{ column: index, descending: which === 'max' }])
  return JSON.parse(rowsOf(file, '--sort', sort, '--rows', '0:1')).rows[0][index]
}

function aggregate(file, call) {
  const [, name, quoted] = /^(count|sum|min|max)\("((?:[^"]|"")*)"\) AS a\d+$/.exec(call) ?? []
  if (!name) throw new EngineError(`not one of the shapes that are understood: ${call}`)
  const { rows, columns } = scanOf(file)
  const index = columnNamed(columns, quoted.replaceAll('""', '"'))
  const column = columns[index]
  if (name === 'count') return rows - column.nulls
  return name === 'sum' ? column.sum : extreme(file, index, column, name)
}

/** The answer as JSON text. */
function answer(sql, file) {
  const select = /^SELECT \* FROM t(?: LIMIT (\d+))?$/.exec(sql)
  if (select) return rowsOf(file, '--rows', `0:${select[1] ?? 1e9}`)
  if (sql === 'SELECT count(*) AS n FROM t') return JSON.stringify({ columns: [{ name: 'n', type: 'int64' }], rows: [[scanOf(file).rows]] })
  const calls = /^SELECT (.+) FROM t$/s.exec(sql)?.[1].split(/, (?=(?:count|sum|min|max)\(")/)
  if (!calls) throw new EngineError(`not one of the shapes that are understood: ${sql}`)
  return JSON.stringify({ columns: calls.map((_, i) => ({ name: `a${i}` })), rows: [calls.map((call) => aggregate(file, call))] })
}

function answerLine(line) {
  const { id, sql, tables } = JSON.parse(line)
  try {
    return `{"id":${id},"ok":true,${answer(sql, tables.t).trim().slice(1).replaceAll('\n', '')}`
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    return JSON.stringify({ id, ok: false, error: error.message })
  }
}

function answerCommand([, , sql, , table]) {
  try {
    process.stdout.write(`${answer(sql, table.replace(/^t=/, ''))}\n`)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === 'query') answerCommand(process.argv.slice(2))
  else for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${answerLine(line)}\n`)
}
