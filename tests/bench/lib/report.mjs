// Results as Markdown tables for people.
import { basename } from 'node:path'

const operations = [
  ['ready', 'engine ready'],
  ['firstRows', 'chosen → first rows drawn'],
  ['count', 'chosen → exact count (+ row index)'],
  ['import', 'chosen → full import'],
  ['pageIndexed', 'page at 90 %, once counted'],
  ['pageImported', 'page at 90 %, once imported'],
  ['filterCount', 'filter + count'],
  ['top100', 'top 100'],
  ['distinct', 'distinct with counts'],
  ['sortMiddle', 'sort by a double, page the middle'],
  ['memory:firstRows', 'peak renderer memory, first rows'],
  ['memory:count', 'peak renderer memory, counted'],
  ['memory:import', 'peak renderer memory, imported and queried'],
]

const milliseconds = (n) => (n >= 10_000 ? `${(n / 1000).toFixed(1)} s` : n < 10 ? `${n.toFixed(1)} ms` : `${Math.round(n)} ms`)
const megabytes = (n) => `${Math.round(n / 1e6)} MB`
const kilobytes = (n) => `${(n / 1000).toFixed(1)} kB`
const table = (head, rows) =>
  [head, head.map((_, i) => (i === 0 ? '---' : '--:')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

function cell(name, reading, reference) {
  if (reading?.error) return `failed: ${reading.error.replaceAll('|', '/').slice(0, 60)}`
  if (typeof reading?.median !== 'number') return '–'
  const text = name.startsWith('memory') ? megabytes(reading.median) : milliseconds(reading.median)
  if (typeof reference?.median !== 'number' || reference === reading) return text
  return `${text} (×${(reading.median / reference.median).toFixed(2)})`
}

const sum = (numbers) => numbers.reduce((total, n) => total + n, 0)
const sqlCell = ({ ms, error }) => (error ? `failed: ${error.replaceAll('|', '/').slice(0, 60)}` : milliseconds(ms))
const factor = (ours, theirs) => (ours.error || theirs.error ? '' : `×${(ours.ms / theirs.ms).toFixed(2)}`)

/** A table a suite; totals are of the queries that every contender answered. */
function suiteReport([name, { rows, rounds, otherProcessesCores, contenders, queries }]) {
  const names = Object.keys(contenders)
  const [first, ...peers] = names
  const answered = queries.filter((query) => names.every((contender) => !query[contender].error))
  const total = Object.fromEntries(names.map((contender) => [contender, { ms: sum(answered.map((query) => query[contender].ms)) }]))
  const row = (label, query) => [label, ...names.map((contender) => sqlCell(query[contender])), ...peers.map((peer) => factor(query[first], query[peer]))]
  return [
    `### ${name}, ${rows.toLocaleString('en')} rows, median of ${rounds}`,
    table(['', ...names, ...peers.map((peer) => `× ${peer}`)], [
      ...queries.map((query, i) => row(`q${i + 1}`, query)),
      row(`total of ${answered.length}`, total),
      ['load (CSV)', ...names.map((contender) => contenders[contender].loadMs === null ? 'failed' : milliseconds(contenders[contender].loadMs)), ...peers.map(() => '')],
      ['peak memory', ...names.map((contender) => megabytes(contenders[contender].peak)), ...peers.map(() => '')],
    ]),
    `Other processes kept ${otherProcessesCores} cores busy.`,
  ].join('\n\n')
}

/** `where`: natively, or in the browser. */
export const sqlReport = (where, suites) => [`## SQL, ${where}`, ...Object.entries(suites).map(suiteReport)].join('\n\n')

/** What must be said below a table of visits. */
function remarks({ unbuilt, disagreements, otherProcessesCores }) {
  const wrong = disagreements.map((one) =>
    `- ${one.contender} disagrees on ${one.operation}: ${one.expected} expected, got ${one.got}`)
  return [
    `Other processes kept ${otherProcessesCores.join(', ')} cores busy in these rounds. Ratios between 0.77 and 1.3 are ties.`,
    ...Object.entries(unbuilt).map(([name, reason]) => `- ${name} could not be built: ${reason}`),
    disagreements.length === 0 ? 'All who answered gave the same answers.' : wrong.join('\n'),
  ]
}

export function browserReport(result) {
  const { rows, rounds, reference, contenders } = result
  const names = Object.keys(contenders)
  const lines = operations.map(([name, label]) =>
    [label, ...names.map((contender) => cell(name, contenders[contender][name], contenders[reference]?.[name]))])
  return [
    `## In the browser: ${rows.toLocaleString('en')} rows, median of ${rounds}, × beside ${reference}`,
    table(['', ...names], lines),
    ...remarks(result),
  ].join('\n\n')
}

/** What Sonde is to reach, at every size unless it says so. "Best": of the other engines. */
const parquetOperations = [
  ['ready', 'engine ready', ''],
  ['firstRows', 'chosen → first rows drawn', '≤ 100 ms'],
  ['page', 'page at 90 % drawn', '≤ 60 ms beyond the floor'],
  ['filterCount', 'filter + count', '≤ best'],
  ['sortMiddle', 'sort by a double, page the middle', '≤ ½ best, ≤ 3 s at 1 GB'],
  ['memory:firstRows', 'peak renderer memory', '≤ 400 MB; at 1 GB ≤ 1,200 MB'],
]

const traffic = (reading) =>
  (reading?.requests ? `, ${reading.requests} requests, ${(reading.bytes / 1e6).toFixed(1)} MB` : '')

export function parquetReport(result) {
  const { rows, rounds, codec, via, contenders } = result
  const names = Object.keys(contenders)
  const lines = parquetOperations.map(([name, label, goal]) =>
    [label, goal, ...names.map((contender) => cell(name, contenders[contender][name]) + traffic(contenders[contender][name]))])
  const way = via === 'http' ? 'by ranges over HTTP' : 'through the file input'
  return [
    `## Parquet (${codec}) ${way}: ${rows.toLocaleString('en')} rows, median of ${rounds}`,
    table(['', 'goal for Sonde', ...names], lines),
    ...remarks(result),
  ].join('\n\n')
}

export function nativeReport({ rows, rounds, reference, contenders, missing, otherProcessesCores, atOnce }) {
  const base = contenders[reference]?.seconds
  const lines = Object.entries(contenders).map(([name, one]) => (one.error
    ? [name, `failed: ${one.error}`, '', '', '']
    : [name, `${one.seconds.toFixed(2)} s`, base ? `×${(one.seconds / base).toFixed(2)}` : '', `${one.cpu.toFixed(2)} s`, megabytes(one.peak)]))
  return [
    `## Natively: ${rows.toLocaleString('en')} rows, median of ${rounds}`,
    table(['threads', 'time', `beside ${reference}`, 'processor time', 'peak memory'], lines),
    `Other processes kept ${otherProcessesCores} cores busy.`,
    ...(missing.length > 0 ? [`Not here, so not measured: ${missing.join(', ')}.`] : []),
    ...(atOnce ? [`${atOnce.processes} scans at once, one thread each: the last was done after ${atOnce.longest.toFixed(1)} s, peak memory ` +
      `${megabytes(atOnce.peakLargest)} at most, ${megabytes(atOnce.peakMedian)} in the middle; ${atOnce.failed} failed.`] : []),
  ].join('\n\n')
}

export function sizeReport(sizes) {
  const line = (label, size) => (size.error
    ? [label, `failed: ${size.error}`, '', '']
    : [label, kilobytes(size.brotli), kilobytes(size.limit), size.files.map(({ file, brotli }) => `${basename(file)} ${kilobytes(brotli)}`).join(', ')])
  return ['## Size, brotli', table(['', 'size', 'limit', 'of which'],
    [line('wasm + loader + worker', sizes.engine), line('explorer until first rows', sizes.app)])].join('\n\n')
}

export function machineReport({ date, machine, versions }) {
  return [
    '# Sonde beside its peers',
    `${date}, ${machine.cpu}, ${machine.cores} cores, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB, ${machine.system}; ` +
      `load average ${machine.loadAverage.map((n) => n.toFixed(1)).join(' ')} before the start. ` +
      `Commit ${versions.commit?.slice(0, 12)}${versions.uncommittedChanges ? ' with changes' : ''}.`,
    Object.entries(versions).filter(([name]) => !['commit', 'uncommittedChanges'].includes(name))
      .map(([name, version]) => `${name} ${version ?? 'missing'}`).join(', '),
  ].join('\n\n')
}
