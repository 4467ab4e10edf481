// Load on a server by wrk (Debian's package), which takes a few microseconds of processor a request: a generator in Node would be
// what is measured. Every user asks one request after the other.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'

/**
 * In a path {n} is the number of the request; {bound} is a price from 0 to 10 and {row} a row below `rows`, both scattered and depending on it
 * alone: who has answered more is not asked for less. {row_end} lies 100 rows behind {row}; {tenth} and {tenth_end} are the ends of one of ten
 * stretches of 1,000 rows.
 */
const script = ({ path, rows, from, different, headers, thinkMs }) => `
local n = ${from}
${Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`).join('\n')}
request = function()
  n = n + 1
  local number = ${different ? `n % ${different}` : 'n'}
  local row, tenth = (number * 7919 * 97) % ${rows}, (number % 10) * math.floor(${rows} / 10)
  local values = { n = string.format("%d", number), bound = string.format("%.5f", (number * 7919 % 1000000) / 100000), row = string.format("%d", row),
    row_end = string.format("%d", row + 100), tenth = string.format("%d", tenth), tenth_end = string.format("%d", tenth + 1000) }
  return wrk.format("GET", (string.gsub(${JSON.stringify(path)}, "{([%a_]+)}", values)))
end
${thinkMs ? `delay = function() return math.random(0, ${2 * thinkMs}) end` : ''}
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
 * Users think for `thinkMs` on average between two requests. `nice` as in nice(1): wrk shares the processor with the server. `different`: how many requests there are to choose from; 0: all differ.
 */
export async function load(folder, port, path, { users, seconds, rows = 1, different = 0, headers = {}, thinkMs = 0, nice = 0 }) {
  const file = join(folder, `load-${scripts++}.lua`)
  writeFileSync(file, script({ path, rows, from: next, different, headers, thinkMs }))
  const child = spawn('wrk', ['-t', '1', '-c', String(users), '-d', `${seconds}s`, '--timeout', '60s', '-s', file, `http://127.0.0.1:${port}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  if (nice) setPriority(child.pid, nice)
  let text = ''
  for await (const part of child.stdout) text += part
  const said = /^JSON(.*)$/m.exec(text)
  if (!said) throw new Error(`wrk said: ${text}`)
  const { requests, seconds: took, failed, ...rest } = JSON.parse(said[1])
  if (!different) next += requests + users
  if (failed) throw new Error(`${path}: ${failed} of ${requests} requests failed`)
  return { requests, rate: requests / took, ...rest }
}
