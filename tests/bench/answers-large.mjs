// Answers of `sonde serve` over files that do not fit memory: users on a Parquet table, alone and while transfers of whole files keep
// all cores busy; a CSV table from the moment it is opened. Users think for a second between two requests. Who takes the transfers would be
// another machine: here it has the least priority, and still more than enough of the processor to keep the server busy. Needs wrk; prints
// Markdown and writes JSON to `results`. The Parquet table is to have the columns of tests/data/gen_table.c; "id" counts its rows from 1.
//   node answers-large.mjs --parquet FILE --csv FILE [--users 200] [--seconds 10]
import { spawn } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, describeVersions, sondeBinary } from './lib/machine.mjs'
import { peakMemory, processorSeconds, watchOthers } from './lib/proc.mjs'
import { load } from './lib/wrk.mjs'

const { values } = parseArgs({ options: { parquet: { type: 'string' }, csv: { type: 'string' }, users: { type: 'string', default: '200' }, seconds: { type: 'string', default: '10' } } })
const users = Number(values.users), seconds = Number(values.seconds), port = 18096, thinkMs = 1000
const bulkBytes = 8 << 20, bulkNice = 10
const given = resolve(values.parquet ?? values.csv)
const folder = mkdtempSync(join(dirname(given), 'sonde-large-')) // beside the files, so that they can be linked
const url = `http://127.0.0.1:${port}`
const readings = []

async function serve(file, name) {
  rmSync(join(folder, 'data'), { recursive: true, force: true })
  mkdirSync(join(folder, 'data'))
  linkSync(resolve(file), join(folder, 'data', name))
  writeFileSync(join(folder, 'sonde.toml'), `listen = ["127.0.0.1:${port}"]\nroot = "${join(folder, 'data')}"\nconnections_per_address = 4000\nqueue = 4000\n`)
  const child = spawn(sondeBinary, ['serve', '--config', join(folder, 'sonde.toml')], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((ready, failed) => { child.stdout.once('data', ready), child.once('exit', failed) })
  return child
}
async function stop(child) {
  const peak = peakMemory(child.pid)
  child.kill('SIGKILL')
  await new Promise((ended) => child.once('exit', ended))
  return peak
}
async function json(path) {
  const began = performance.now(), response = await fetch(url + path)
  return { status: response.status, body: await response.json(), ms: performance.now() - began }
}
const rangeOf = (low, high) => `filter%5Bid%5Dgte=${low}&filter%5Bid%5Dlt=${high}`

let tooSlow = 0
/** Users who think for a second ask nearly once a second: a lower rate says that some wait for an answer, which no percentile counts. */
const keepsUp = (reading) => reading.rate >= (0.9 * users * 1000) / thinkMs

function note(what, reading) {
  readings.push({ what, ...reading, keepsUp: keepsUp(reading) })
  if (!keepsUp(reading)) tooSlow++
  console.log(`| ${what} | ${reading.rate.toFixed(0)} | ${['p50', 'p90', 'p99', 'max'].map((key) => reading[key].toFixed(1)).join(' | ')} | ${reading.cpu?.toFixed(0) ?? ''} |`)
}

async function parquet() {
  const child = await serve(values.parquet, 'big.parquet'), file = statSync(values.parquet)
  try {
    const { total } = (await json('/v1/tables/big/rows?limit=1')).body
    await Promise.all([json('/v1/tables/big/rows?limit=2'), json('/v1/tables/big/rows?limit=3')]) // every worker has opened it
    const asked = {
      'a page anywhere': ['/v1/tables/big/rows?first={row}', {}],
      'a page of a filter that others have, too': ['/v1/tables/big/rows?' + rangeOf('{tenth}', '{tenth_end}') + '&first={n}', { different: 80 }],
      'a page of a filter of one\'s own': ['/v1/tables/big/rows?' + rangeOf('{row}', '{row_end}'), {}],
      'a kept answer': [`/v1/sql?q=${encodeURIComponent('SELECT count(*) FROM big WHERE id > ')}{n}`, { different: 2 }],
    }
    for (const n of [0, 1]) await json(asked['a kept answer'][0].replace('{n}', n))
    console.log(`## Parquet, ${(file.size / 1e9).toFixed(1)} GB, ${total} rows: ${users} users who think for ${thinkMs} ms, ${seconds} s each; load average ${loadavg()[0].toFixed(1)}\n`)
    console.log('| asked | answers/s | P50 ms | P90 ms | P99 ms | most | µs of processor an answer |\n| --- | --: | --: | --: | --: | --: | --: |')
    for (const busy of [false, true]) {
      for (const [what, [path, more]] of Object.entries(asked)) {
        const bulk = busy && load(folder, port, '/v1/f/big.parquet', { users: 16, seconds: seconds + 2, nice: bulkNice, headers: { Range: `bytes=0-${bulkBytes - 1}` } })
        if (busy) await new Promise((begun) => setTimeout(begun, 1000))
        const before = processorSeconds(child.pid)
        const reading = await load(folder, port, path, { users, seconds, rows: total - 200, thinkMs, ...more })
        if (!busy) reading.cpu = ((processorSeconds(child.pid) - before) / reading.requests) * 1e6
        note(`${what}${busy ? ', during transfers' : ''}`, reading)
        if (busy) readings.at(-1).transferredBytesPerSecond = (await bulk).rate * bulkBytes
      }
    }
    const carried = readings.filter((one) => one.transferredBytesPerSecond).map((one) => `${(one.transferredBytesPerSecond / 1e9).toFixed(1)}`)
    console.log(`\nThe transfers carried ${carried.join(', ')} GB/s.`)
  } finally {
    const peak = await stop(child)
    console.log(`Peak memory: ${(peak / 1e6).toFixed(0)} MB.\n`)
    readings.push({ what: 'peak memory, Parquet', bytes: peak })
  }
}

async function csv() {
  const child = await serve(values.csv, 'big.csv')
  try {
    const began = performance.now()
    const first = await json('/v1/tables/big/rows')
    let far
    while ((far = await json('/v1/tables/big/rows?first=1000000&limit=1')).status === 503 || far.body.total === null) continue
    const counted = performance.now() - began
    const times = []
    for (let i = 0; i < 200; i++) times.push((await json(`/v1/tables/big/rows?first=${(i * 7919 * 7919) % (far.body.total - 100)}`)).ms)
    times.sort((a, b) => a - b)
    const reading = { firstMs: first.ms, countedMs: counted, p50: times[100], p99: times[197], max: times[199] }
    readings.push({ what: 'CSV', ...reading })
    console.log(`## CSV, ${(statSync(values.csv).size / 1e9).toFixed(1)} GB, ${far.body.total} rows; load average ${loadavg()[0].toFixed(1)}\n`)
    console.log(`First rows after ${first.ms.toFixed(0)} ms; rows counted after ${(counted / 1000).toFixed(1)} s; then, while types are being found out, pages anywhere: ` +
      `P50 ${reading.p50.toFixed(1)} ms, P99 ${reading.p99.toFixed(1)} ms, the longest ${reading.max.toFixed(1)} ms.`)
  } finally {
    console.log(`Peak memory: ${((await stop(child)) / 1e6).toFixed(0)} MB.`)
  }
}

const others = watchOthers()
try {
  if (values.csv) await csv()
  if (values.parquet) await parquet()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const { wall, others: busy } = others()
console.log(`Other processes kept ${(busy / wall).toFixed(2)} cores busy.`)
if (tooSlow) {
  console.log(`In ${tooSlow} lines users waited: less than 0.9 of the answers that they would have asked for.`)
  process.exitCode = 1
}
writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 16).replace(':', '')}-answers-large.json`, import.meta.url), `${JSON.stringify({
  machine: describeMachine(), versions: describeVersions(), users, seconds, thinkMs, othersCores: Number((busy / wall).toFixed(2)), readings }, null, 1)}\n`)
