import { describe, expect, test } from 'vitest'
import type { Column, Value } from '../../src/engine/api.ts'
import { dateText, decimalText, timestampText, timeText } from '../../src/engine/format.ts'
import { decodePage, slicePage } from '../../src/engine/page.ts'
import { pageBlock, type BlockColumn } from './page-block.ts'

const columnOf = (column: Omit<BlockColumn, 'index'>): Column => decodePage(pageBlock([{ index: 0, ...column }])).columns[0]!
const values = (column: Column, rows: number): Value[] => Array.from({ length: rows }, (_, i) => column.at(i))
const texts = (column: Column, rows: number): string[] => Array.from({ length: rows }, (_, i) => column.text(i))

describe('a page block', () => {
  test('gives numbers, exactly', () => {
    const column = columnOf({ type: 'int64', values: [0, -1, 9007199254740991, 9223372036854775807n, -9223372036854775808n, null] })
    expect(values(column, 6)).toEqual([0, -1, 9007199254740991, 9223372036854775807n, -9223372036854775808n, null])
    expect(texts(column, 6)).toEqual(['0', '-1', '9007199254740991', '9223372036854775807', '-9223372036854775808', ''])
    expect(texts(columnOf({ type: 'double', values: [0.1, 1e21, -2.5, NaN] }), 4)).toEqual(['0.1', '1e+21', '-2.5', 'NaN'])
  })

  test('gives decimals with all their digits', () => {
    const wide = 12345678901234567890123456789012345678n
    const column = columnOf({ type: 'decimal', scale: 2, values: [1250, -5, 0, wide, -wide, null] })
    expect(texts(column, 6)).toEqual(['12.50', '-0.05', '0.00', '123456789012345678901234567890123456.78', '-123456789012345678901234567890123456.78', ''])
  })

  test('gives booleans and text, and tells the empty text from null', () => {
    expect(values(columnOf({ type: 'bool', values: [true, false, null, true, true, false, false, false, true] }), 9))
      .toEqual([true, false, null, true, true, false, false, false, true])
    const column = columnOf({ type: 'text', values: ['', null, 'Grüße', '日本\n"語"', 'x'] })
    expect(values(column, 5)).toEqual(['', null, 'Grüße', '日本\n"語"', 'x'])
    expect(column.isNull(0)).toBe(false)
    expect(column.isNull(1)).toBe(true)
  })

  test('gives dates and times as the engine writes them', () => {
    expect(texts(columnOf({ type: 'date', values: [0, 20778, -1] }), 3)).toEqual(['1970-01-01', '2026-11-21', '1969-12-31'])
    expect(texts(columnOf({ type: 'time', values: [36_900_000_000, 1] }), 2)).toEqual(['10:15:00', '00:00:00.000001'])
    expect(texts(columnOf({ type: 'timestamp', values: [1_000, -1] }), 2)).toEqual(['1970-01-01 00:00:00.001', '1969-12-31 23:59:59.999999'])
    expect(texts(columnOf({ type: 'timestamptz', values: [0] }), 1)).toEqual(['1970-01-01 00:00:00+00:00'])
  })

  test('shows a column without values as empty text', () => {
    const column = columnOf({ type: 'none', values: [null, null] })
    expect(column.type).toBe('text')
    expect(values(column, 2)).toEqual([null, null])
  })

  test('knows its rows, also those of a sorted view', () => {
    const plain = decodePage(pageBlock([{ index: 3, type: 'int64', values: [1, 2] }], { firstRow: 5_000_000_000 }))
    expect([plain.firstRow, plain.rows, plain.sourceRow(1), plain.columns[0]?.index]).toEqual([5_000_000_000, 2, 5_000_000_001, 3])
    const sorted = decodePage(pageBlock([{ index: 0, type: 'int64', values: [1, 2] }], { rowIds: [77, 6_000_000_000] }))
    expect([sorted.sourceRow(0), sorted.sourceRow(1)]).toEqual([77, 6_000_000_000])
  })

  test('refuses rows that are not there and bytes that are no page', () => {
    const column = columnOf({ type: 'int64', values: [1] })
    expect(() => column.at(1)).toThrow(RangeError)
    expect(() => decodePage(new ArrayBuffer(64))).toThrow('not a page')
  })

  test('can be cut without copying', () => {
    const page = decodePage(pageBlock([{ index: 0, type: 'int64', values: [10, 11, 12] }, { index: 1, type: 'text', values: ['a', 'b', 'c'] }]))
    const part = slicePage(page, 1, 2, [1])
    expect([part.firstRow, part.rows, part.columns.length, part.sourceRow(1)]).toEqual([1, 2, 1, 2])
    expect(texts(part.columns[0]!, 2)).toEqual(['b', 'c'])
    expect(() => slicePage(page, 0, 1, [2])).toThrow('no column 2')
  })
})

test('calendar text reaches from year -9999 to 9999', () => {
  expect(dateText(-735_525)).toBe('-0044-03-15')
  expect(dateText(2_932_896)).toBe('9999-12-31')
  expect(timestampText(-377_705_116_800_000_000n, false)).toBe('-9999-01-01 00:00:00')
  expect(timestampText(253_402_300_799_999_999n, true)).toBe('9999-12-31 23:59:59.999999+00:00')
  expect(timestampText(86_400_000_000 * 104_249 - 1, false)).toMatch(/ 23:59:59\.999999$/)
  expect(timeText(86_399_999_999)).toBe('23:59:59.999999')
  expect(decimalText(7, 3)).toBe('0.007')
})
