// Order, pinning, hiding, widths and the positions that follow.
import { expect, test } from 'vitest'
import {
  columnsBetween, defaultWidth, layoutColumns, moveBefore, moveBy, newColumns, setHidden, setPinned, setWidths,
} from '../../src/model/index.ts'
import { fitWidth } from '../../src/model/widths.ts'

test('pinned columns come first and scroll apart from the others', () => {
  const columns = setWidths(setPinned(newColumns(4), 2, true), [[2, 50], [0, 200]])
  const layout = layoutColumns(columns)
  expect(layout.visible).toEqual([2, 0, 1, 3])
  expect(layout.pinnedWidth).toBe(50)
  expect([0, 1, 2, 3].map(layout.left)).toEqual([0, 0, 200, 200 + defaultWidth])
  expect(layout.scrolledWidth).toBe(200 + 2 * defaultWidth)
  expect(layout.position(3)).toBe(3)
})

test('hidden columns have no position; moving steps over them', () => {
  const columns = setHidden(newColumns(4), 1, true)
  expect(layoutColumns(columns).position(1)).toBe(-1)
  expect(layoutColumns(moveBy(columns, 0, 1)).visible).toEqual([2, 0, 3])
  expect(layoutColumns(moveBy(columns, 3, -1)).visible).toEqual([0, 3, 2])
  expect(moveBy(columns, 0, -1)).toBe(columns)
})

test('a column moves before another or to the end, not across the pin', () => {
  const columns = setPinned(newColumns(5), 4, true)
  expect(layoutColumns(moveBefore(columns, 3, 0)).visible).toEqual([4, 3, 0, 1, 2])
  expect(layoutColumns(moveBefore(columns, 0, null)).visible).toEqual([4, 1, 2, 3, 0])
  expect(moveBefore(columns, 0, 4)).toBe(columns)
})

test('widths stay within bounds', () => {
  const { widths } = setWidths(newColumns(2), [[0, 1], [1, 1e9]])
  expect([...widths.values()]).toEqual([44, 1600])
})

test('the window of 100,000 columns is found', () => {
  const layout = layoutColumns(newColumns(100_000))
  expect(layout.scrolledWidth).toBe(100_000 * defaultWidth)
  expect(columnsBetween(layout, 6_000_000, 6_001_000)).toEqual({ begin: 50_000, end: 50_009 })
})

test('a column is as wide as its longest text or its name', () => {
  const measure = (text: string) => text.length * 10
  expect(fitWidth('n', ['a', 'a text of some length'], measure)).toBe(21 * 10 + 22)
  expect(fitWidth('a long column name', ['1'], measure)).toBe(180 + 88)
})
