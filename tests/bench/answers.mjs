// Answers of `sonde serve` beside the same endpoints on Django with pandas and on Polars behind Node: users who each ask one
// request after the other, on one generated table. `fresh` requests all differ, so that none is answered from what was kept;
// `again` are ten that everybody asks. Django is Debian's (python3-django, python3-pandas) and left out where it is not.
//   node answers.mjs [--rows 650000] [--users 20] [--seconds 5] [--contenders sonde,polars,django]
import { spawn } from 'node:child_process'
import { copyFileSync, linkSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get as httpGet } from 'node:http'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pythonWithPandas, sondeBinary } from './lib/machine.mjs'
import { peakMemory } from './lib/proc.mjs'
import { tablePath } from './lib/table.mjs'

const { values } = parseArgs({ options: {
  rows: { type: 'string', default: '650000' }, users: { type: 'string', default: '20' }, seconds: { type: 'string', default: '5' },
  contenders: { type: 'string', default: 'sonde,polars,django' } } })
const rows = Number(values.rows), users = Number(values.users), seconds = Number(values.seconds)
const folder = mkdtempSync(join(tmpdir(), 'sonde-answers-'))
const beside = (name) => fileURLToPath(new URL(`answers/${name}`, import.meta.url))

function link(from, to) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to) // another file system
  }
}

const sql = (text) => `/v1/sql?q=${encodeURIComponent(text)}`
/** What is asked, as a path, from a number that makes it differ from others. */
const plain = {
  page: (n) => `/page?first=${(n * 7919) % (rows - 100)}`,
  filter: (n) => `/filter?status=open&above=${n / 100}`,
  group: (n) => `/group?above=${n / 100}`,
}
const contenders = {
  sonde: {
    start(port) {
      link(tablePath(rows), join(folder, 'sales.csv'))
      writeFileSync(join(folder, 'sonde.toml'), `listen = ["127.0.0.1:${port}"]\nroot = "${folder}"\n`)
      return spawn(sondeBinary, ['serve', '--config', join(folder, 'sonde.toml')], { stdio: ['ignore', 'pipe', 'inherit'] })
    },
    paths: {
      page: (n) => `/v1/tables/sales/rows?first=${(n * 7919) % (rows - 100)}`,
      filter: (n) => sql(`SELECT * FROM sales WHERE status = 'open' AND price > ${n / 100} LIMIT 100`),
      group: (n) => sql(`SELECT city, count(*) AS n, avg(balance) AS mean FROM sales WHERE price > ${n / 100} GROUP BY city`),
    },
  },
  polars: { start: (port) => spawn(process.execPath, [beside('polars_server.mjs'), tablePath(rows), String(port)], { stdio: ['ignore', 'pipe', 'inherit'] }), paths: plain },
  django: { start: (port) => spawn(pythonWithPandas(), [beside('django_site.py'), tablePath(rows), String(port)], { stdio: ['ignore', 'pipe', 'inherit'] }), paths: plain },
}

const agent = new Agent({ keepAlive: true })
const ask = (port, path) => new Promise((resolve, reject) => {
  const began = performance.now()
  httpGet({ port, host: '127.0.0.1', path, agent }, (response) => {
    let bytes = 0
    response.on('data', (part) => (bytes += part.length))
    response.on('error', reject)
    response.on('end', () => (response.statusCode === 200 && bytes > 50 ? resolve(performance.now() - began) : reject(new Error(`${path}: ${response.statusCode}`))))
  }).on('error', reject)
})

let number = 0
/** Everybody asks until the time is over; answers the times, sorted. */
async function load(port, path, next) {
  const times = [], end = performance.now() + seconds * 1000
  await Promise.all(Array.from({ length: users }, async () => {
    while (performance.now() < end) times.push(await ask(port, path(next())))
  }))
  return times.sort((a, b) => a - b)
}

const percentile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]
const kinds = ['page', 'filter', 'group']

async function measure(name, port) {
  const { start, paths } = contenders[name]
  const began = performance.now(), child = start(port)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended.then(() => { throw new Error(`${name} ended`) })])
    for (let i = 0; i < 8; i++) await Promise.all([ask(port, paths.group(++number)), ask(port, paths.group(++number))]) // every worker has read the table
    console.error(`${name} is ready after ${((performance.now() - began) / 1000).toFixed(1)} s`)
    const lines = []
    for (const kind of kinds) {
      lines.push([`${kind}, fresh`, await load(port, paths[kind], () => ++number)])
      lines.push([`${kind}, again`, await load(port, paths[kind], () => Math.floor(Math.random() * 10))])
    }
    return { lines, peak: peakMemory(child.pid) }
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

console.log(`${rows} rows, ${users} users, ${seconds} s each; load average ${loadavg()[0].toFixed(1)}\n`)
console.log('| contender | asked | answers/s | P50 ms | P90 ms | P99 ms | peak memory |\n| --- | --- | --- | --- | --- | --- | --- |')
try {
  for (const [i, name] of values.contenders.split(',').entries()) {
    if (name === 'django' && !pythonWithPandas()) continue
    const { lines, peak } = await measure(name, 18090 + i)
    for (const [kind, times] of lines)
      console.log(`| ${name} | ${kind} | ${(times.length / seconds).toFixed(0)} | ${[0.5, 0.9, 0.99].map((p) => percentile(times, p).toFixed(1)).join(' | ')} | ${(peak / 1e6).toFixed(0)} MB |`)
  }
} finally {
  rmSync(folder, { recursive: true })
}
process.exit(0)
