// Texts for people: counts, bytes, marks for what cannot be seen, and errors with a next step.
import { expect, test } from 'vitest'
import { ExplorerError } from '../../src/engine/api.ts'
import { displayText, formatBytes, formatShare, nameOf, plural, toFailure } from '../../src/model/index.ts'

test('counts and bytes', () => {
  expect([0, 999, 1000, 1_234_567, 5e9].map(formatBytes)).toEqual(['0 bytes', '999 bytes', '1.0 kB', '1.2 MB', '5.0 GB'])
  expect([plural(1, 'row'), plural(12_345, 'row')]).toEqual(['1 row', '12,345 rows'])
})

test('a share is never rounded to nothing or to all', () => {
  expect([formatShare(0, 9), formatShare(1, 1000), formatShare(999, 1000), formatShare(1, 2), formatShare(5, 5)]).toEqual(['0 %', '< 1 %', '> 99 %', '50 %', '100 %'])
})

test('control characters are shown and long texts cut', () => {
  expect(displayText('a\r\nb\nc\td\u0000')).toBe('a⏎b⏎c⇥d␀')
  expect(displayText('x'.repeat(10_000_000)).length).toBe(401)
})

test('names of sources', () => {
  expect(nameOf('https://example.org/a/b%20c.csv?x=1')).toBe('b c.csv')
  expect(nameOf(new URL('https://example.org/a/t.csv.gz'))).toBe('t.csv.gz')
  expect(nameOf(new ArrayBuffer(1))).toBe('table.csv')
})

test('an error says what, where and what to do', () => {
  expect(toFailure(new ExplorerError('corrupt', 'The frame is cut.', 12))).toMatchObject({ code: 'corrupt', message: 'The frame is cut.', at: 12 })
  expect(toFailure('odd')).toMatchObject({ code: 'unknown', message: 'odd' })
  expect(toFailure(new Error('x')).advice).not.toBe('')
})

test('a damaged file: which part, and what helps there', () => {
  const advice = (message: string, code: 'corrupt' | 'unsupported' = 'corrupt') => toFailure(new ExplorerError(code, message), 1_234_567).advice
  const cut = [
    'the file does not end as a Parquet file does: it was cut off or is still being written', 'a file of 9 bytes is too short for Parquet',
    'the Parquet file says that its footer has 900 bytes, but it has only 80 before it', 'column "a", row group 2: the column\'s data (70 bytes at 90) leaves the file',
    'the gzip data ends early, at byte 8: the file was cut off or is still being written',
  ]
  for (const message of cut) expect(advice(message), message).toMatch(/is missing.*size.*again.*still being written.* It has 1,234,567 bytes here\.$/)
  const footer = ['the Parquet file\'s footer is damaged', 'the schema ends early, in group "a"', 'row group 3 has 2 column chunks, the schema has 3 columns', 'a column chunk has -3 values']
  for (const message of footer) expect(advice(message), message).toMatch(/^The footer says where .* write it anew\. It has/)
  const data = ['the page at byte 4711 is damaged: snappy', 'a dictionary has fewer values than it says', 'the column has 7 rows here, fewer than its row group says']
  for (const message of data) expect(advice(`column "the footer", row group 0: ${message}`), message).toMatch(/^The footer is whole.*other columns and rows.*checksums/)
  expect(advice('the zstd data is damaged, in the block at byte 8 of the frame at byte 0 (checksum)')).toContain('compress the original anew')
  expect(advice('no words')).toBe('The file is damaged there. Check that the download is complete. It has 1,234,567 bytes here.')
  expect(advice('the Parquet file’s footer is encrypted, which is not supported', 'unsupported')).toBe('Ask whoever wrote it for a copy that is not encrypted.')
  expect(advice('the column is compressed in a way that is not supported (codec 3, LZO)', 'unsupported')).toContain('zstd, snappy, gzip')
  expect(advice('the column’s data lies in another file, which is not supported', 'unsupported')).toContain('holds its own data')
  expect(advice('this is a PDF file', 'unsupported')).toContain('Save the file as CSV')
})
