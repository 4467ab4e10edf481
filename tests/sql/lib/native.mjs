// `sonde query`, one process a query.
import { spawnSync } from 'node:child_process'
import { parseExact } from './cells.mjs'
import { dataPath } from './check.mjs'

export function query(sql, tables) {
  const named = tables.flatMap(([name, file]) => ['--table', `${name}=${dataPath(file)}`])
  const { status, signal, stdout, stderr } = spawnSync(process.env.SONDE_BIN, ['query', '--json', ...named, sql], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status === 0) return parseExact(stdout)
  const error = stderr.trim().replace(/^sonde query: /, '').replace(/ of the SQL\)$/, ')')
  if (status !== 1) throw new Error(`sonde ended with ${signal ?? status} at ${sql}\n${stderr}`)
  return { error }
}
