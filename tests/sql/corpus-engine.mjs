// `sonde query` as the corpus runner's kept-open engine: a JSON request a line in, its answer a line out. (As a command, the
// runner's way of putting SQL in its arguments turns $$ into $.) If sonde crashes or hangs, so does this, and the runner counts it.
import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'

const patience = 15000

function answer(sql, tables) {
  const named = Object.entries(tables).flatMap(([name, path]) => ['--table', `${name}=${path}`])
  const { status, signal, stdout, stderr } = spawnSync(process.env.SONDE_BIN, ['query', '--json', ...named, sql], { encoding: 'utf8', maxBuffer: 2 ** 29, timeout: patience })
  if (signal || status > 1) {
    process.stderr.write(`${signal ?? status} at ${sql}\n${stderr}`)
    process.exit(1)
  }
  return status === 0 ? `"ok":true,${stdout.replaceAll('\n', '').slice(1)}` : `"ok":false,"error":${JSON.stringify(stderr.trim())}}`
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, sql, tables } = JSON.parse(line)
  process.stdout.write(`{"id":${id},${answer(sql, tables)}\n`)
}
