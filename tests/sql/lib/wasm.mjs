// The module as wasm/README.md describes it, in the shortest host there can be: one instance, files read at once.
import { readFileSync } from 'node:fs'
import { parseExact } from './cells.mjs'
import { dataPath } from './check.mjs'

const step = { yield: 0, need: 1, page: 2, split: 3, done: 4, fail: 5 }
const record = { at: 32, message: 40, answer: 272, wants: 320 }
const memoryLimit = 1 << 30

export class SqlError extends Error {}

function start(module) {
  const imports = {}
  for (const { module: from, name } of WebAssembly.Module.imports(module)) (imports[from] ??= {})[name] = () => 0
  const { exports } = new WebAssembly.Instance(module, imports)
  exports._initialize?.()
  return exports
}

/** A time zone as {"job":"zone"} wants it: Intl's name for the offset, asked day by day and then second by second. */
function zoneOf(timeZone) {
  let format
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return { names: Intl.supportedValuesOf('timeZone') }
  }
  const offsetAt = (second) => {
    const [, sign = '+', hours = 0, minutes = 0, seconds = 0] = /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?$/.exec(format.format(second * 1000))
    return (sign === '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + Number(seconds))
  }
  const day = 86400
  const zone = { offsets: [offsetAt(-day * 36525)], begins: [] }
  for (let second = -day * 36525; second < day * 47482; second += day) {
    const offset = offsetAt(second + day)
    if (offset === zone.offsets.at(-1)) continue
    let [before, end] = [second, second + day]
    while (end - before > 1) {
      const middle = Math.floor((before + end) / 2)
      if (offsetAt(middle) === offset) end = middle
      else before = middle
    }
    zone.begins.push(end)
    zone.offsets.push(offset)
  }
  return zone
}

/** An engine: `query(sql, tables)` as check.mjs wants it. Tables stay open from one query to the next. */
export function createEngine(bytes) {
  const wasm = start(new WebAssembly.Module(bytes))
  const at = wasm.abi_record()
  const engine = wasm.engine_new(memoryLimit, memoryLimit / 2)
  const sources = [] // bytes; the source's number is its index + 1
  const opened = new Map()

  const number = (offset) => new DataView(wasm.memory.buffer).getFloat64(at + offset, true)
  const text = (address, length) => Buffer.from(wasm.memory.buffer, address, length).toString()
  const failure = () => new SqlError(`${text(at + record.message, 232).replace(/\0.*$/s, '')} (at byte ${number(record.at)})`)

  function begin(spec) {
    const json = Buffer.from(JSON.stringify(spec))
    const room = wasm.room(json.length)
    new Uint8Array(wasm.memory.buffer, room, json.length).set(json)
    const job = wasm.job_start(engine, json.length)
    if (!job) throw failure()
    return job
  }

  function bring(job) {
    const count = wasm.job_wants(job)
    const wants = Array.from({ length: count }, (_, i) => [0, 8, 16].map((part) => number(record.wants + 24 * i + part)))
    if (wants[0]?.[0] === 0) return tellZones(job)
    for (const [source, offset, length] of wants) {
      const address = wasm.reserve(engine, source, offset, length)
      new Uint8Array(wasm.memory.buffer, address, length).set(sources[source - 1].subarray(offset, offset + length))
      wasm.commit(engine, address, length)
    }
  }

  function tellZones(job) {
    const { zones } = JSON.parse(answered(wasm.job_info(job)))
    for (const name of zones) run({ job: 'zone', name, ...zoneOf(name) })
  }

  const answered = (address) => text(address, number(record.answer))

  /** Steps a job to its end: its info, and its pages as one text. */
  function run(spec) {
    const job = begin(spec)
    let pages = ''
    try {
      for (;;) {
        const now = wasm.job_step(job, 0)
        if (now === step.fail) throw failure()
        if (now === step.need) bring(job)
        if (now === step.page && spec.job === 'query') pages += answered(wasm.job_page(job))
        if (now === step.done) return { info: JSON.parse(answered(wasm.job_info(job))), pages }
      }
    } finally {
      wasm.job_free(job)
    }
  }

  function open(file) {
    sources.push(readFileSync(dataPath(file)))
    const source = sources.length
    wasm.source_add(engine, source, sources[source - 1].length)
    const { table } = run({ job: 'open', source, name: file, read: {} }).info
    run({ job: 'index', table })
    run({ job: 'import', table })
    return table
  }

  function tableOf(file) {
    if (!opened.has(file)) opened.set(file, open(file))
    return opened.get(file)
  }

  return {
    query(sql, tables) {
      const named = tables.map(([name, file]) => ({ name, table: tableOf(file) }))
      try {
        return parseExact(run({ job: 'query', sql, tables: named, now: 0, seed: 1 }).pages)
      } catch (error) {
        if (error instanceof SqlError) return { error: error.message }
        throw error
      }
    },
  }
}
