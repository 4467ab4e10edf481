// A table whose every cell follows from its row number, as CSV; and what is needed to run the engine in tests.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ByteSource, Page } from '../../src/engine/api.ts'

const cities = ['Aarhus', 'Berlin', 'Córdoba', 'Dakar', 'Espoo', 'Fès', 'Graz']

/** The cells of a row as the grid shows them. */
export const rowTexts = (row: number): string[] => [
  String(row + 1),
  cities[row % 7]!,
  row % 10 === 3 ? '' : String((row * 37) % 100_000 / 4),
  row % 5 === 0 ? `note ${row}, "quoted"\nand a second line` : `note ${row}`,
  `2026-01-${String((row % 28) + 1).padStart(2, '0')} 10:15:${String(row % 60).padStart(2, '0')}`,
  row % 3 === 0 ? 'true' : 'false',
]
export const columnNames = ['id', 'city', 'price', 'note', 'at', 'active']

const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Rows [first, end). */
export function csvBytes(end: number, first = 0): Uint8Array<ArrayBuffer> {
  const lines = [columnNames.join(',')]
  for (let row = first; row < end; row++) lines.push(rowTexts(row).map(quote).join(','))
  return new TextEncoder().encode(lines.join('\n') + '\n') as Uint8Array<ArrayBuffer>
}

export const pageTexts = (page: Page): string[][] =>
  Array.from({ length: page.rows }, (_, row) => page.columns.map((column) => column.text(row)))

/** What script/test builds before it comes here. */
export function builtWasm(): Uint8Array {
  const path = fileURLToPath(new URL('../../src/engine/sonde.wasm', import.meta.url))
  if (!existsSync(path)) throw new Error('web/src/engine/sonde.wasm is not there: run script/test wasm first')
  return readFileSync(path)
}

/** A source that does what a test wants of it. */
export const byteSource = (bytes: Uint8Array, read?: ByteSource['read']): ByteSource => ({
  key: 'source', size: bytes.length, read: read ?? (async (offset, length) => bytes.subarray(offset, offset + length)),
})
