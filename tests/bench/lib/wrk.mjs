// Load on a server by wrk (Debian's package), which takes a few microseconds of processor a request: a generator in Node would be
// what is measured. Every user asks one request after the other.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** In a path {n} is the number of the request, {row} a row below `rows` that depends on it, {hundredth} a hundredth of it. */
const script = ({ path, rows, from, different, headers }) => `
local n = ${from}
${Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
request = function()
  n = n + 1
  local number = ${different ? `n % ${different}` : 'n'}
  local values = { n = string.format("%d", number), row = string.format("%d", (number * 7919) % ${rows}), hundredth = string.format("%.2f", number / 100) }
  return wrk.format("GET", (string.gsub(${JSON.stringify(path)}, "{(%a+)}", values)))
end
done = function(summary, latency)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('JSON{"requests":%d,"seconds":%.6f,"bytes":%d,"failed":%d,"p50":%.3f,"p90":%.3f,"p99":%.3f,"max":%.3f}\\n', summary.requests,
    summary.duration / 1e6, summary.bytes, failed, latency:percentile(50) / 1000, latency:percentile(90) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
`

let scripts = 0
/** The next request's number, so that requests of different runs are different. */
let next = 0

/**
 * Resolves to { rate, requests, p50, p90, p99, max } (milliseconds), and rejects when a request was not answered by 2xx or 3xx.
 * `different`: how many requests there are to choose from; 0: all differ.
 */
export async function load(folder, port, path, { users, seconds, rows = 1, different = 0, headers = {} }) {
  const file = join(folder, `load-${scripts++}.lua`)
  writeFileSync(file, script({ path, rows, from: next, different, headers }))
  const child = spawn('wrk', ['-t', '1', '-c', String(users), '-d', `${seconds}s`, '--timeout', '60s', '-s', file, `http://127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  for await (const part of child.stdout) text += part
  const said = /^JSON(.*)$/m.exec(text)
  if (!said) throw new Error(`wrk said: ${text}`)
  const { requests, seconds: took, failed, ...rest } = JSON.parse(said[1])
  if (!different) next += requests + users
  if (failed) throw new Error(`${path}: ${failed} of ${requests} requests failed`)
  return { requests, rate: requests / took, ...rest }
}
