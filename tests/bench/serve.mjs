// `sonde serve` beside nginx with its open_file_cache: ranges of one file on loopback, asked by wrk. Both serve the same
// folder, keep-alive, no log. Requests a second are measured with a worker a core. Processor time a request is measured with
// one worker on a core of its own, kept busy by wrk on another: a worker that waits pays for going to sleep and waking up, and
// the faster one waits more. Needs nginx and wrk (Debian: nginx-light, wrk); prints Markdown and writes JSON to `results`.
//   node serve.mjs [--rounds 5] [--seconds 4] [--connections 32]
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine, describeVersions, sondeBinary } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'
import { othersCores, watchOthers } from './lib/proc.mjs'

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' }, connections: { type: 'string', default: '32' }, idle: { type: 'string', default: '2000' } } })
const rounds = Number(values.rounds), seconds = Number(values.seconds), connections = Number(values.connections)
const folder = mkdtempSync(join(tmpdir(), 'sonde-bench-'))
const cases = [['1 KiB', 1 << 10, 1], ['64 KiB', 64 << 10, 1.1], ['1 MiB', 1 << 20, 0.95], ['8 MiB', 8 << 20, 0.95]]
const setups = { all: { threads: cpus().length, nginx: 18080, sonde: 18081 }, one: { threads: 1, nginx: 18082, sonde: 18083 } }
const nginxVersion = () => /nginx\/\S+/.exec(spawnSync('nginx', ['-v'], { encoding: 'utf8' }).stderr)?.[0]
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function writeFile() {
  const fd = openSync(join(folder, 'data.bin'), 'w')
  for (let i = 0; i < 64; i++) writeSync(fd, Buffer.alloc(1 << 20, i))
  closeSync(fd)
  for (const [name, size] of cases) {
    writeFileSync(join(folder, `${size}.lua`), `wrk.headers["Range"] = "bytes=4096-${4095 + size}"\n`)
  }
}

const nginxSettings = (setup) => `
daemon off; master_process on; worker_processes ${setup.threads}; pid ${folder}/nginx-${setup.nginx}.pid; error_log /dev/null; user root;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 300s;
  open_file_cache max=1000 inactive=300s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
  ${['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name === 'body' ? 'client_body' : name}_temp_path ${folder}/${name};`).join(' ')}
  server { listen 127.0.0.1:${setup.nginx} reuseport; root ${folder}; }
}`

const begin = (setup, command, args) => (setup.threads > 1
  ? spawn(command, args, { stdio: 'ignore' })
  : spawn('taskset', ['-c', '0', command, ...args], { stdio: 'ignore' }))

function startNginx(setup) {
  const file = join(folder, `nginx-${setup.nginx}.conf`)
  writeFileSync(file, nginxSettings(setup))
  return begin(setup, 'nginx', ['-c', file, '-e', '/dev/null'])
}

function startSonde(setup) {
  const file = join(folder, `sonde-${setup.sonde}.toml`)
  writeFileSync(file, `listen = ["127.0.0.1:${setup.sonde}"]\nroot = "${folder}"\nthreads = ${setup.threads}\nconnections_per_address = 10000\nidle_seconds = 300\nhead_seconds = 120\n`)
  return begin(setup, sondeBinary, ['serve', '--config', file])
}

const processes = (pid) => [pid, ...(spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.trim().split(/\s+/).filter(Boolean).map(Number))]
function processorSeconds(pid) {
  let ticks = 0
  for (const one of processes(pid)) {
    const text = readFileSync(`/proc/${one}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}
const resident = (pid) => processes(pid).reduce((sum, one) => sum + 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))[1]), 0)

function wrk(setup, name, size) {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '-s', join(folder, `${size}.lua`), `http://127.0.0.1:${setup[name]}/data.bin`]
  const text = setup.threads > 1 ? execFileSync('wrk', args, { encoding: 'utf8' }) : execFileSync('taskset', ['-c', '1', 'wrk', ...args], { encoding: 'utf8' })
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(text)
  return { requests: Number(/(\d+) requests in/.exec(text)[1]), rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]) }
}

function load(name, size) {
  const { rate } = wrk(setups.all, name, size)
  const pid = children.one[name].pid
  const before = processorSeconds(pid)
  const { requests } = wrk(setups.one, name, size)
  return { rate, cpu: (processorSeconds(pid) - before) / requests * 1e6 }
}

async function idleCost(name, pid) {
  const before = resident(pid)
  const sockets = await Promise.all(Array.from({ length: Number(values.idle) }, () => new Promise((resolve, reject) => {
    const socket = connect(setups.all[name], '127.0.0.1', () => socket.write('HEAD /data.bin HTTP/1.1\r\nHost: localhost\r\n\r\n'))
    socket.once('data', () => resolve(socket))
    socket.on('error', reject)
  })))
  await sleep(300)
  const cost = (resident(pid) - before) / sockets.length
  for (const socket of sockets) socket.destroy()
  return Math.round(cost)
}

function report(readings) {
  const of = (name, size, key) => median(readings.filter((one) => one.name === name && one.size === size).map((one) => one[key]))
  const lines = cases.map(([label, size, goal]) => {
    const [ours, theirs, cpu, theirCpu] = [of('sonde', size, 'rate'), of('nginx', size, 'rate'), of('sonde', size, 'cpu'), of('nginx', size, 'cpu')]
    return `| ${label} | ${Math.round(ours)} | ${Math.round(theirs)} | ${(ours / theirs).toFixed(2)} (≥ ${goal}) | ${cpu.toFixed(1)} | ${theirCpu.toFixed(1)} | ${(cpu / theirCpu).toFixed(2)} |`
  })
  return ['| range | sonde, requests/s | nginx | ratio | sonde, µs of processor a request | nginx | ratio |', '| --- | --: | --: | --: | --: | --: | --: |', ...lines].join('\n')
}

writeFile()
const children = Object.fromEntries(Object.entries(setups).map(([name, setup]) => [name, { nginx: startNginx(setup), sonde: startSonde(setup) }]))
const readings = [], others = watchOthers()
try {
  await sleep(1000)
  const start = Object.fromEntries(Object.entries(children.all).map(([name, { pid }]) => [name, resident(pid)]))
  for (let round = 0; round < rounds; round++) {
    for (const [, size] of cases) {
      for (const name of orderOf(round, ['sonde', 'nginx'])) readings.push({ name, size, ...load(name, size) })
    }
  }
  console.log(`## Files, beside nginx: median of ${rounds} rounds of ${seconds} s, ${connections} connections; load average ${loadavg()[0].toFixed(1)}\n`)
  console.log(report(readings))
  const idle = { sonde: await idleCost('sonde', children.all.sonde.pid), nginx: await idleCost('nginx', children.all.nginx.pid) }
  console.log(`\nResident at start: sonde ${(start.sonde / 2 ** 20).toFixed(1)} MiB, nginx ${(start.nginx / 2 ** 20).toFixed(1)} MiB (shared pages counted in each process). ` +
    `An idle connection after a request: sonde ${idle.sonde} B, nginx ${idle.nginx} B. Binary: ${(statSync(sondeBinary).size / 1e6).toFixed(2)} MB.`)
  const busy = Number(othersCores(others()).toFixed(2))
  console.log(`Other processes kept ${busy} cores busy.`)
  writeFileSync(new URL(`results/${new Date().toISOString().slice(0, 16).replace(':', '')}-serve.json`, import.meta.url), `${JSON.stringify({
    machine: describeMachine(), versions: { ...describeVersions(), nginx: nginxVersion() }, seconds, connections, othersCores: busy, residentAtStart: start, bytesAnIdleConnection: idle, readings }, null, 1)}\n`)
} finally {
  for (const child of Object.values(children).flatMap((pair) => Object.values(pair))) child.kill()
  await sleep(300)
  rmSync(folder, { recursive: true })
}
