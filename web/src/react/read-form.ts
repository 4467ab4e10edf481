// The choices of the panel "How this file was read", and how a choice becomes ReadOptions.
import type { Guess, ReadOptions } from '../engine/api.ts'

export type Setting = Exclude<keyof ReadOptions, 'types' | 'nulls'>

export const settingNames: Record<keyof ReadOptions, string> = {
  compression: 'Compression', encoding: 'Encoding', delimiter: 'Delimiter', quote: 'Quote', escape: 'Escape', comment: 'Comment lines',
  header: 'Header row', skip: 'Lines skipped', decimal: 'Decimal point', newline: 'Line ends', types: 'Types', nulls: 'Missing values',
}

export const settings: readonly Setting[] = [
  'delimiter', 'quote', 'escape', 'header', 'skip', 'encoding', 'decimal', 'newline', 'comment', 'compression',
]

/** What a list offers; settings without one are typed. */
export const choices: Partial<Record<Setting, readonly string[]>> = {
  compression: ['none', 'gzip', 'zstd'],
  encoding: ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'],
  delimiter: [',', ';', '\t', '|', ':', ' '],
  quote: ['"', "'", ''],
  escape: ['"', '\\', ''],
  comment: ['', '#', '%', ';'],
  header: ['true', 'false'],
  decimal: ['.', ','],
  newline: ['lf', 'crlf', 'cr', 'mixed'],
}

const valueNames: Record<string, string> = {
  '\t': 'tab', ' ': 'space', ',': 'comma  ,', ';': 'semicolon  ;', '|': 'bar  |', ':': 'colon  :', '"': 'double quote  "', "'": 'single quote  \'',
  '\\': 'backslash  \\', '': 'none', true: 'yes', false: 'no', 'lf': 'LF', 'crlf': 'CRLF', 'cr': 'CR', 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE', 'windows-1252': 'Windows-1252', '.': 'point  .', '#': 'hash  #', '%': 'percent  %',
}

export function valueName(setting: keyof ReadOptions, value: string): string {
  if (setting === 'escape' && value === '"') return 'doubled quotes'
  return valueNames[value === '\\t' ? '\t' : value] ?? value
}

/** A guess writes a tab as "\t" in two characters or as itself; options hold the character. */
export const plainValue = (value: string): string => (value === '\\t' ? '\t' : value)

/** The options with one setting given as text, or left to the sniffer again when undefined. */
export function withSetting(read: ReadOptions, setting: Setting, value: string | undefined): ReadOptions {
  const { [setting]: _, ...rest } = read
  if (value === undefined) return rest
  return { ...rest, [setting]: parse(setting, plainValue(value)) }
}

function parse(setting: Setting, value: string): string | number | boolean {
  if (setting === 'header') return value === 'true'
  if (setting === 'skip') return Math.max(0, Math.floor(Number(value) || 0))
  return value
}

/** What is in force: given in the form, else guessed. */
export function valueOf(read: ReadOptions, guesses: readonly Guess[], setting: Setting): string {
  const given = read[setting]
  return given !== undefined ? String(given) : plainValue(guesses.find((guess) => guess.setting === setting)?.value ?? '')
}

export const sameRead = (a: ReadOptions, b: ReadOptions): boolean =>
  settings.every((setting) => a[setting] === b[setting]) && JSON.stringify(a.types ?? {}) === JSON.stringify(b.types ?? {})
