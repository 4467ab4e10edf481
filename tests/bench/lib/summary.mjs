// What the readings of several rounds come to, and whether the contenders' answers agree.
import { median } from './median.mjs'

// Answers as lists of texts that can be compared: the ids of rows, one number. How a value is written differs between engines.
export const ids = (rows) => rows.map((row) => String(row[0]))
export const one = (value) => [String(value)]

export function summarize(runs) {
  const names = [...new Set(runs.flatMap((one) => Object.keys(one)))]
  return Object.fromEntries(names.map((name) => {
    const readings = runs.map((one) => one[name]).filter((reading) => reading)
    const all = (key) => readings.map((reading) => reading[key]).filter((n) => typeof n === 'number')
    const measured = all(name.startsWith('memory') ? 'bytes' : 'ms')
    const error = readings.find((reading) => reading.error)?.error
    const isRemote = all('requests').length > 0
    return [name, {
      median: median(measured), all: measured,
      ...(isRemote && { requests: median(all('requests')), bytes: median(all('bytes')) }),
      ...(error && { error }),
    }]
  }))
}

/** Who answered otherwise than the reference, and the first place where it did. `answers`: operation → list of texts. */
export function disagreements(rounds, contenders, reference, answers) {
  const found = []
  for (const [operation, listOf] of Object.entries(answers)) {
    const given = (contender) => {
      const values = rounds.map((round) => round.results[contender]?.[operation]?.value)
      return values.filter((value) => value !== undefined && value !== null).map(listOf)
    }
    const answered = [reference, ...contenders].find((contender) => given(contender).length > 0)
    if (!answered) continue
    const expected = given(answered)[0]
    for (const contender of contenders) {
      const other = given(contender).find((list) => list.join('\n') !== expected.join('\n'))
      if (!other) continue
      const at = Array.from({ length: Math.max(expected.length, other.length) }).findIndex((_, i) => expected[i] !== other[i])
      found.push({ operation, contender, expected: expected[at] ?? null, got: other[at] ?? null, lengths: [expected.length, other.length] })
    }
  }
  return found
}
