// `sonde serve` beside nginx with its open_file_cache: ranges of one file on loopback, asked by wrk. Both serve the same
// folder with a worker a core, keep-alive, no log. Needs nginx and wrk (Debian: nginx-light, wrk); prints Markdown.
//   node serve-files.mjs [--rounds 5] [--seconds 4] [--connections 32]
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sondeBinary } from './lib/machine.mjs'
import { median, orderOf } from './lib/median.mjs'

const { values } = parseArgs({ options: {
  rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '4' }, connections: { type: 'string', default: '32' }, idle: { type: 'string', default: '2000' } } })
const rounds = Number(values.rounds), seconds = Number(values.seconds), connections = Number(values.connections)
const folder = mkdtempSync(join(tmpdir(), 'sonde-bench-'))
const cases = [['1 KiB', 1 << 10, 1], ['64 KiB', 64 << 10, 1.1], ['1 MiB', 1 << 20, 0.95], ['8 MiB', 8 << 20, 0.95]]
const ports = { nginx: 18080, sonde: 18081 }
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

function writeFile() {
  const fd = openSync(join(folder, 'data.bin'), 'w')
  for (let i = 0; i < 64; i++) writeSync(fd, Buffer.alloc(1 << 20, i))
  closeSync(fd)
  for (const [name, size] of cases) {
    writeFileSync(join(folder, `${size}.lua`), `wrk.headers["Range"] = "bytes=4096-${4095 + size}"\n`)
  }
}

const nginxSettings = () => `
daemon off; master_process on; worker_processes ${cpus().length}; pid ${folder}/nginx.pid; error_log /dev/null; user root;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 300s;
  open_file_cache max=1000 inactive=300s; open_file_cache_valid 60s; open_file_cache_min_uses 1;
  ${['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name === 'body' ? 'client_body' : name}_temp_path ${folder}/${name};`).join(' ')}
  server { listen 127.0.0.1:${ports.nginx} reuseport; root ${folder}; }
}`

function startNginx() {
  writeFileSync(join(folder, 'nginx.conf'), nginxSettings())
  return spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', '/dev/null'], { stdio: 'ignore' })
}

function startSonde() {
  writeFileSync(join(folder, 'sonde.toml'), `listen = ["127.0.0.1:${ports.sonde}"]\nroot = "${folder}"\nconnections_per_address = 10000\nidle_seconds = 300\nhead_seconds = 120\n`)
  return spawn(sondeBinary, ['serve', '--config', join(folder, 'sonde.toml')], { stdio: 'ignore' })
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

function load(name, pid, size) {
  const before = processorSeconds(pid)
  const text = execFileSync('wrk', ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency', '-s', join(folder, `${size}.lua`), `http://127.0.0.1:${ports[name]}/data.bin`], { encoding: 'utf8' })
  const requests = Number(/(\d+) requests in/.exec(text)[1])
  if (/Non-2xx|Socket errors/.test(text)) throw new Error(text)
  return { rate: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)[1]), cpu: (processorSeconds(pid) - before) / requests * 1e6 }
}

async function idleCost(name, pid) {
  const before = resident(pid)
  const sockets = await Promise.all(Array.from({ length: Number(values.idle) }, () => new Promise((resolve, reject) => {
    const socket = connect(ports[name], '127.0.0.1', () => socket.write('HEAD /data.bin HTTP/1.1\r\nHost: localhost\r\n\r\n'))
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
const children = { nginx: startNginx(), sonde: startSonde() }
const readings = []
try {
  await sleep(1000)
  const start = Object.fromEntries(Object.entries(children).map(([name, { pid }]) => [name, resident(pid)]))
  for (let round = 0; round < rounds; round++) {
    for (const [, size] of cases) {
      for (const name of orderOf(round, ['sonde', 'nginx'])) readings.push({ name, size, ...load(name, children[name].pid, size) })
    }
  }
  console.log(`## Files, beside nginx: median of ${rounds} rounds of ${seconds} s, ${connections} connections; load average ${loadavg()[0].toFixed(1)}\n`)
  console.log(report(readings))
  const idle = { sonde: await idleCost('sonde', children.sonde.pid), nginx: await idleCost('nginx', children.nginx.pid) }
  console.log(`\nResident at start: sonde ${(start.sonde / 2 ** 20).toFixed(1)} MiB, nginx ${(start.nginx / 2 ** 20).toFixed(1)} MiB (shared pages counted in each process). ` +
    `An idle connection after a request: sonde ${idle.sonde} B, nginx ${idle.nginx} B. Binary: ${(statSync(sondeBinary).size / 1e6).toFixed(2)} MB.`)
} finally {
  for (const child of Object.values(children)) child.kill()
  await sleep(300)
  rmSync(folder, { recursive: true })
}
