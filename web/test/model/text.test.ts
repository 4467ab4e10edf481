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
