// Errors as plain data for the screen: what happened, where, and what the reader can do about it.
import type { ErrorCode } from '../engine/api.ts'
import { plural } from './format.ts'

export interface Failure {
  readonly code: ErrorCode | 'unknown'
  readonly message: string
  /** Byte offset in the source. */
  readonly at?: number
  /** The next step, in a sentence. */
  readonly advice: string
}

const advice: Record<Failure['code'], string> = {
  nomem: 'Close other tabs or open the file again with a smaller memory budget.',
  limit: 'Narrow it down with a filter, or hide columns, and try again.',
  bytes: 'The file may have changed or moved, or the server may have stopped answering. Choose it again.',
  corrupt: 'The file is damaged there. Check that the download is complete.',
  unsupported: 'Save the file as CSV (plain, .gz or .zst) or Parquet and open that.',
  syntax: 'Change the pattern and try again.',
  name: 'Check the name and try again.',
  type: 'Choose another operator, or change the column’s type under “How this file was read”.',
  value: 'Check the value and try again.',
  cancelled: 'It was stopped before it was done. Try again when you are ready.',
  misuse: 'This is a fault of the program, not of your file. Reload the page and try again.',
  unknown: 'Try again. If it happens every time, reload the page.',
}

/** What the words of an error tell beyond its code: which part of the file it is, and what helps there. The first that fits counts. */
const sharper: Partial<Record<Failure['code'], readonly (readonly [RegExp, string])[]>> = {
  corrupt: [
    [/cut off|too short|leaves the file|only \d+ before it/,
      'A part of the file is missing. Compare its size with the original’s and copy or download it again; if it is still being written, wait until its writer has closed it.'],
    [/column ".*", row group \d+: /s,
      'The footer is whole and this part of the data is not: other columns and rows may still open. Copy the file again and compare checksums; if the copy is the same, ask whoever wrote it to write it anew.'],
    [/footer|schema|row group|column/,
      'The footer says where everything in the file lies, so without it nothing can be read. Copy the file again; if the copy is the same, only whoever wrote it can write it anew.'],
    [/data is damaged|zstd|gzip/, 'The compressed data is broken there. Copy or download the file again; if the copy is the same, compress the original anew.'],
  ],
  unsupported: [
    [/encrypted/, 'Ask whoever wrote it for a copy that is not encrypted.'],
    [/compressed in a way/, 'Write it again with a codec that is read here: zstd, snappy, gzip, lz4, brotli, or none.'],
    [/another file/, 'Ask for a Parquet file that holds its own data, or write it again as one.'],
  ],
}

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in advice && code !== 'unknown'

/** `bytes`: how large the file is here, so that it can be compared. */
export function toFailure(error: unknown, bytes?: number): Failure {
  const { code, at } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; at?: unknown }
  const known = isCode(code) ? code : 'unknown'
  const message = error instanceof Error ? error.message : String(error)
  const size = known === 'corrupt' && bytes !== undefined ? ` It has ${plural(bytes, 'byte')} here.` : ''
  return { code: known, message, advice: adviceOn(known, message) + size, ...(typeof at === 'number' && { at }) }
}

const adviceOn = (code: Failure['code'], message: string): string =>
  sharper[code]?.find(([words]) => words.test(message))?.[1] ?? advice[code]
