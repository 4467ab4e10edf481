// What the generators of this folder share: numbers that are the same on every machine, and CSV files.
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const chunkBytes = 1 << 20

/** A source of whole numbers in [0, n), by Mulberry32. */
export function createRandom(seed) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const below = (n) => Math.floor((next() / 2 ** 32) * n)
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    of: (choices) => choices[below(choices.length)],
    /** Small numbers are frequent, those near n rare. */
    skewed: (n) => Math.floor((next() / 2 ** 32) ** 3 * n),
    /** `count` of the words. */
    text: (words, count) => Array.from({ length: count }, () => words[below(words.length)]).join(' '),
  }
}

export const padded = (number, digits) => String(number).padStart(digits, '0')
export const cents = (amount) => (amount / 100).toFixed(2)

const firstDay = Date.UTC(1970, 0, 1)
const dayTexts = new Map()

/** The date of a day since 1970. */
export function dayText(day) {
  if (!dayTexts.has(day)) dayTexts.set(day, new Date(firstDay + day * 86400e3).toISOString().slice(0, 10))
  return dayTexts.get(day)
}
export const dayOf = (text) => Date.parse(`${text}T00:00:00Z`) / 86400e3

/** Writes a file row by row; `row(i)` is a line without its end. */
export function writeCsv(path, header, rows, row) {
  mkdirSync(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}` // others may write the same file
  const file = openSync(part, 'w')
  let text = `${header}\n`
  for (let i = 0; i < rows; i++) {
    text += `${row(i)}\n`
    if (text.length < chunkBytes) continue
    writeSync(file, text)
    text = ''
  }
  writeSync(file, text)
  closeSync(file)
  renameSync(part, path)
}
