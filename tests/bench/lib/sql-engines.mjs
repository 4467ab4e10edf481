// Contenders of the SQL suites: processes that load tables once and then answer one statement after the other.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sondeBinary } from './machine.mjs'
import { peakMemory } from './proc.mjs'

const duckdbScript = fileURLToPath(new URL('../native/duckdb_sql.mjs', import.meta.url))

function start(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => {}) // it has ended, which the missing answer tells
  const lines = (stream) => createInterface({ input: stream })[Symbol.asyncIterator]()
  return { child, answers: lines(child.stdout), remarks: lines(child.stderr) }
}

async function nextLine(lines) {
  const { value, done } = await lines.next()
  if (done) throw new Error('the process has ended')
  return value
}

const stop = ({ child }) => new Promise((resolve) => {
  child.on('close', resolve)
  child.stdin.end()
})

async function startDuckdb(threads, tables) {
  const engine = start(process.execPath, [duckdbScript, threads, ...tables.map(([name, path]) => `${name}=${path}`)])
  engine.child.stderr.resume()
  const loaded = JSON.parse(await nextLine(engine.answers))
  return {
    loadMs: loaded.milliseconds,
    async run(sql) {
      engine.child.stdin.write(`${JSON.stringify(sql)}\n`)
      return JSON.parse(await nextLine(engine.answers))
    },
    peak: () => peakMemory(engine.child.pid),
    close: () => stop(engine),
  }
}

// Its own clock, as DuckDB's: what the pipe takes is no part of the query.
async function startSonde(threads, tables) {
  const begin = performance.now()
  const named = tables.flatMap(([name, path]) => ['--table', `${name}=${path}`])
  const engine = start(process.env.SONDE_BIN ?? sondeBinary, ['query', '--json', '--timing', '--threads', threads, '--memory', String(8 * 2 ** 30), '--file', '-', ...named])
  const run = async (sql) => {
    engine.child.stdin.write(`${sql};\n`)
    const answer = await nextLine(engine.answers)
    const milliseconds = Number.parseFloat(await nextLine(engine.remarks))
    return answer.startsWith('{"error"') ? { error: JSON.parse(answer).error } : { milliseconds }
  }
  await run('SELECT 1')
  return { loadMs: performance.now() - begin, run, peak: () => peakMemory(engine.child.pid), close: () => stop(engine) }
}

export const sqlEngines = {
  'sonde 1': (tables) => startSonde('1', tables),
  'sonde 2': (tables) => startSonde('2', tables),
  'duckdb 1': (tables) => startDuckdb('1', tables),
  'duckdb 2': (tables) => startDuckdb('2', tables),
}
