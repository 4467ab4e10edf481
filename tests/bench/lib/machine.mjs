// What a result file says about where and when it was measured.
import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'

export const top = fileURLToPath(new URL('../../..', import.meta.url))
export const cache = `${top}.cache/bench/`
export const sondeBinary = `${top}build/release/proxy/sonde`

const output = (command, ...args) => {
  try {
    return execFileSync(command, args, { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

function cpuModel() {
  const line = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))
  return line?.[1] ?? os.cpus()[0]?.model ?? 'unknown'
}

export const chromiumPath = () => process.env.CHROMIUM ?? '/usr/bin/chromium'

/** Debian's packages belong to Debian's Python, which need not be the first on PATH. */
export const pythonWithPandas = () =>
  ['python3', '/usr/bin/python3'].find((python) => output(python, '-c', 'import pandas') !== null)

export function describeMachine() {
  return {
    cpu: cpuModel(),
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    loadAverage: os.loadavg(),
  }
}

export function describeVersions() {
  const { dependencies } = createRequire(import.meta.url)('../package.json')
  return {
    commit: output('git', 'rev-parse', 'HEAD'),
    uncommittedChanges: (output('git', 'status', '--porcelain', '--', 'core', 'wasm', 'web/src', 'proxy') ?? '') !== '',
    node: process.version,
    chromium: output(chromiumPath(), '--version'),
    pandas: output(pythonWithPandas() ?? 'python3', '-c', 'import pandas; print(pandas.__version__)'),
    ...dependencies,
  }
}
