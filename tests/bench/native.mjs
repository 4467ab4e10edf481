// Measures `sonde scan` beside native readers of CSV: wall time, processor time, peak memory of each process.
//   node native.mjs [--rows 650000] [--rounds 3] [--contenders "sonde 1,duckdb 1"]      prints JSON
import { execFile, execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { pythonWithPandas, sondeBinary } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'
import { parseOptions } from './lib/options.mjs'
import { othersCores, watchOthers } from './lib/proc.mjs'
import { tablePath } from './lib/table.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const atOnce = 20
export const nativeContenders = ['sonde', 'pandas', 'duckdb', 'polars']

function contendersFor(file) {
  const sonde = (threads, ...more) => ({ command: [sondeBinary, 'scan', file, '--json', '--threads', threads, ...more] })
  const duckdb = (threads) => ({ command: [process.execPath, here('native/duckdb_import.mjs'), file, threads] })
  const polars = (threads, ...more) =>
    ({ command: [process.execPath, here('native/polars_read.mjs'), file, ...more], env: { POLARS_MAX_THREADS: threads } })
  const python = pythonWithPandas()
  return {
    'sonde 1': sonde('1'),
    'sonde 2': sonde('2'),
    'sonde 2, columns kept': sonde('2', '--columns'),
    ...(python && { pandas: { command: [python, here('native/pandas_read.py'), file] } }),
    'duckdb 1': duckdb('1'),
    'duckdb 2': duckdb('2'),
    'polars 1': polars('1'),
    'polars 2': polars('2'),
    'polars 2, dates': polars('2', 'dates'),
  }
}

const run = promisify(execFile)

async function measure({ command, env }, ...options) {
  const { stdout } = await run('python3', [here('native/measure.py'), ...options, ...command], {
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  })
  return JSON.parse(stdout)
}

function summarize(runs) {
  const failed = runs.find((one) => one.exit !== 0)
  if (failed) return { error: `exit code ${failed.exit}` }
  const each = (key) => runs.map((one) => one[key])
  const seconds = runs.map((one) => one.work ?? one.wall)
  return { seconds: median(seconds), all: seconds, wall: median(each('wall')), cpu: median(each('cpu')), peak: median(each('peak')), rows: runs[0].rows }
}

async function scansAtOnce(file) {
  const runs = await measure({ command: [sondeBinary, 'scan', file, '--json', '--threads', '1'] }, '--parallel', String(atOnce))
  const walls = runs.map((one) => one.wall)
  const peaks = runs.map((one) => one.peak)
  return {
    processes: atOnce,
    failed: runs.filter((one) => one.exit !== 0).length,
    longest: Math.max(...walls),
    peakLargest: Math.max(...peaks),
    peakMedian: median(peaks),
  }
}

export async function measureNative({ rows, rounds, contenders }) {
  const file = tablePath(rows)
  execFileSync('cat', [file], { stdio: 'ignore' }) // into the page cache: the disk is not what is compared
  const all = contendersFor(file)
  const missing = Object.keys(all).filter((name) => name.startsWith('sonde') && !existsSync(sondeBinary))
  const names = Object.keys(all).filter((name) => !missing.includes(name) && (!contenders || contenders.includes(name.split(' ')[0])))
  const others = watchOthers()
  const runs = Object.fromEntries(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of orderOf(round, names)) {
      process.stderr.write(`native, round ${round + 1}: ${name}\n`)
      runs[name].push(await measure(all[name]))
    }
  }
  const atOnceResult = names.some((name) => name.startsWith('sonde')) ? await scansAtOnce(file) : null
  return {
    rows, rounds, reference: 'duckdb 1', missing: [...missing, ...(all.pandas ? [] : ['pandas'])],
    otherProcessesCores: Number(othersCores(others()).toFixed(2)),
    contenders: Object.fromEntries(names.map((name) => [name, summarize(runs[name])])),
    atOnce: atOnceResult,
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(JSON.stringify(await measureNative(parseOptions(process.argv.slice(2))), null, 2))
}
