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

export function browserReport({ rows, rounds, reference, contenders, unbuilt, disagreements, otherProcessesCores }) {
  const names = Object.keys(contenders)
  const lines = operations.map(([name, label]) =>
    [label, ...names.map((contender) => cell(name, contenders[contender][name], contenders[reference]?.[name]))])
  const wrong = disagreements.map((one) =>
    `- ${one.contender} disagrees on ${one.operation}: ${one.expected} expected, got ${one.got}`)
  return [
    `## In the browser: ${rows.toLocaleString('en')} rows, median of ${rounds}, × beside ${reference}`,
    table(['', ...names], lines),
    `Other processes kept ${otherProcessesCores.join(', ')} cores busy in these rounds. Ratios between 0.77 and 1.3 are ties.`,
    ...Object.entries(unbuilt).map(([name, reason]) => `- ${name} could not be built: ${reason}`),
    disagreements.length === 0 ? 'All who answered gave the same answers.' : wrong.join('\n'),
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
