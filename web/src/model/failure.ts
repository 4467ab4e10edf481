// Errors as plain data for the screen: what happened, where, and what the reader can do about it.
import type { ErrorCode } from '../engine/api.ts'

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

const isCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in advice && code !== 'unknown'

export function toFailure(error: unknown): Failure {
  const { code, at } = (typeof error === 'object' && error !== null ? error : {}) as { code?: unknown; at?: unknown }
  const known = isCode(code) ? code : 'unknown'
  const message = error instanceof Error ? error.message : String(error)
  return { code: known, message, advice: advice[known], ...(typeof at === 'number' && { at }) }
}
