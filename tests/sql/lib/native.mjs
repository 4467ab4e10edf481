// `sonde query`, one process for all queries that read the same tables.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { parseExact } from './cells.mjs'
import { dataPath } from './check.mjs'

function start(tables, zone, options) {
  const named = tables.flatMap(([name, file]) => ['--table', `${name}=${dataPath(file)}`])
  const given = zone ? [...options, '--timezone', zone] : options
  const child = spawn(process.env.SONDE_BIN, ['query', '--json', '--file', '-', ...given, ...named], { stdio: 'pipe' })
  const remarks = []
  child.stderr.on('data', (bytes) => remarks.push(bytes))
  child.stdin.on('error', () => {}) // it has ended, which the missing answer tells
  const lines = createInterface({ input: child.stdout })
  return { child, remarks, lines, answers: lines[Symbol.asyncIterator](), key: JSON.stringify([tables, zone]) }
}

// Wrong statements are answered on standard output: what is said on the other one comes from a crash or a sanitizer.
function assertQuiet({ child, remarks }, sql = 'no statement') {
  const text = Buffer.concat(remarks).toString()
  if (child.signalCode || text) throw new Error(`sonde ended with ${child.signalCode ?? child.exitCode} at ${sql}: ${text}`)
}

const ended = ({ child }) => new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.on('close', resolve) : resolve()))

/** An engine: `query(sql, tables)` as check.mjs wants it. `options`: further ones of the command. */
export function createEngine(options = []) {
  let running
  return {
    async query(sql, tables, zone) {
      if (running?.key !== JSON.stringify([tables, zone])) {
        await this.close()
        running = start(tables, zone, options)
      }
      running.child.stdin.write(`${sql};\n`)
      const { value, done } = await running.answers.next()
      if (done) {
        await ended(running)
        assertQuiet(running, sql)
        throw new Error(`sonde ended at ${sql}`)
      }
      const answer = parseExact(value)
      return 'error' in answer ? { error: `${answer.error} (at byte ${answer.at})` } : answer
    },
    async close() {
      if (!running) return
      const ending = running
      running = undefined
      ending.child.stdin.end()
      ending.lines.close()
      ending.child.stdout.resume() // what nobody waits for any more
      await ended(ending)
      assertQuiet(ending)
    },
  }
}
