// Answers of `sonde serve` beside the same endpoints on Django with pandas and on Polars behind Node: users who each ask one
// request after the other, on one generated table. `fresh` requests all differ, so that none is answered from what was kept;
// `again` are ten that everybody asks; between two of `thinking`, which only Sonde is asked, a user thinks for a second. Django is Debian's (python3-django, python3-pandas) and left out where it is not. Needs wrk.
// Prints Markdown and writes JSON to `results`.
//   node answers.mjs [--rows 650000] [--users 20] [--seconds 4] [--rounds 3] [--contenders sonde,polars,django]
import { spawn } from 'node:child_process'
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { describeMachine, describeVersions, pythonWithPandas, sondeBinary } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'
import { peakMemory, processorSeconds, watchOthers } from './lib/proc.mjs'
import { tablePath } from './lib/table.mjs'
import { load } from './lib/wrk.mjs'

const { values } = parseArgs({ options: {
  rows: { type: 'string', default: '650000' }, users: { type: 'string', default: '20' }, seconds: { type: 'string', default: '4' },
  rounds: { type: 'string', default: '3' }, contenders: { type: 'string', default: 'sonde,polars,django' } } })
const rows = Number(values.rows), users = Number(values.users), seconds = Number(values.seconds), rounds = Number(values.rounds)
const folder = mkdtempSync(join(tmpdir(), 'sonde-answers-'))
const beside = (name) => fileURLToPath(new URL(`answers/${name}`, import.meta.url))

function link(from, to) {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to) // another file system
  }
}

const piped = { stdio: ['ignore', 'pipe', 'inherit'] }
/** {…} as lib/wrk.mjs fills it in: lua's patterns make % of no use in them. */
const sql = (text) => `/v1/sql?q=${text.split(/(\{\w+\})/).map((part, i) => (i % 2 ? part : encodeURIComponent(part))).join('')}`
const plain = { page: '/page?first={row}', filter: '/filter?status=open&above={bound}', group: '/group?above={bound}' }
const contenders = {
  sonde: {
    start(port) {
      link(tablePath(rows), join(folder, 'sales.csv'))
      writeFileSync(join(folder, 'sonde.toml'), `listen = ["127.0.0.1:${port}"]\nroot = "${folder}"\n`)
      return spawn(sondeBinary, ['serve', '--config', join(folder, 'sonde.toml')], piped)
    },
    paths: {
      page: '/v1/tables/sales/rows?first={row}',
      filter: sql("SELECT * FROM sales WHERE status = 'open' AND price > {bound} LIMIT 100"),
      group: sql('SELECT city, count(*) AS n, avg(balance) AS mean FROM sales WHERE price > {bound} GROUP BY city'),
    },
  },
  polars: { start: (port) => spawn(process.execPath, [beside('polars_server.mjs'), tablePath(rows), String(port)], piped), paths: plain },
  django: { start: (port) => spawn(pythonWithPandas(), [beside('django_site.py'), tablePath(rows), String(port)], piped), paths: plain },
}
const kinds = Object.keys(plain)

/** Answers at once what is to be ended, whatever happens afterwards. */
function start(name, port) {
  const child = contenders[name].start(port)
  return { child, port, ended: new Promise((resolve) => child.once('exit', resolve)) }
}

/** Ready: it says so, and every worker of it has read the table. */
async function isReady(name, { child, ended, port }) {
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended.then(() => { throw new Error(`${name} ended`) })])
  await load(folder, port, contenders[name].paths.group, { users: 4, seconds: 2, rows: rows - 100 })
}

const asked = kinds.flatMap((kind) => [['fresh', 0, 0], ['again', 10, 0], ['thinking', 0, 1000]].map(([what, different, thinkMs]) => ({ name: `${kind}, ${what}`, kind, different, thinkMs })))
/** Whom to ask, in which order. */
const askedOf = ({ thinkMs }, round) => (thinkMs ? names.slice(0, 1) : orderOf(round, names))
const names = values.contenders.split(',').filter((name) => name !== 'django' || pythonWithPandas())
const running = {}, readings = []
const others = watchOthers()
try {
  for (const [i, name] of names.entries()) await isReady(name, (running[name] = start(name, 18090 + i)))
  for (let round = 0; round < rounds; round++) {
    for (const one of asked) {
      const { name: what, kind, different, thinkMs } = one
      for (const name of askedOf(one, round)) {
        const { port, child } = running[name], before = processorSeconds(child.pid)
        const reading = await load(folder, port, contenders[name].paths[kind], { users, seconds, rows: rows - 100, different, thinkMs })
        const cpu = ((processorSeconds(child.pid) - before) / reading.requests) * 1e6
        readings.push({ contender: name, what, ...reading, cpu })
        console.error(`${name}, ${what}: ${reading.rate.toFixed(0)}/s`)
      }
    }
  }
} finally {
  for (const one of Object.values(running)) one.peak = peakMemory(one.child.pid), one.child.kill('SIGKILL'), await one.ended
  rmSync(folder, { recursive: true })
}

const of = (contender, what, key) => median(readings.filter((one) => one.contender === contender && one.what === what).map((one) => one[key]))
const factor = (what, peer, key) => (peer === names[0] ? '' : `×${(of(names[0], what, key) / of(peer, what, key)).toFixed(key === 'cpu' ? 3 : 1)}`)
const { wall, others: busy } = others()
console.log(`## Answers: ${rows} rows, ${users} users, median of ${rounds} rounds of ${seconds} s; load average ${loadavg()[0].toFixed(1)}, other processes kept ${(busy / wall).toFixed(2)} cores busy\n`)
console.log('| asked | contender | answers/s | P50 ms | P90 ms | P99 ms | sonde / this | µs of processor an answer | sonde / this |\n| --- | --- | --: | --: | --: | --: | --: | --: | --: |')
for (const one of asked) {
  const what = one.name
  for (const name of askedOf(one, 0)) console.log(`| ${what} | ${name} | ${of(name, what, 'rate').toFixed(0)} | ${['p50', 'p90', 'p99'].map((key) => of(name, what, key).toFixed(1)).join(' | ')} | ${factor(what, name, 'rate')} | ${of(name, what, 'cpu').toFixed(0)} | ${factor(what, name, 'cpu')} |`)
}
console.log(`\nPeak memory: ${names.map((name) => `${name} ${(running[name].peak / 1e6).toFixed(0)} MB`).join(', ')}.`)

const results = new URL('results/', import.meta.url)
mkdirSync(results, { recursive: true })
writeFileSync(new URL(`${new Date().toISOString().slice(0, 16).replace(':', '')}-answers.json`, results), `${JSON.stringify({
  machine: describeMachine(), versions: describeVersions(), rows, users, seconds, rounds, othersCores: Number((busy / wall).toFixed(2)),
  peakBytes: Object.fromEntries(names.map((name) => [name, running[name].peak])), readings }, null, 1)}\n`)
