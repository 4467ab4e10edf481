// Keys of the grid.
import { expect, test } from 'vitest'
import { headerAction, headerRow, moved, type Key } from '../../src/grid/keyboard.ts'
import { layoutColumns, newColumns, setHidden, setPinned } from '../../src/model/index.ts'

const layout = layoutColumns(setPinned(setHidden(newColumns(6), 1, true), 4, true)) // 4 | 0 2 3 5
const bounds = { rows: 1000, pageRows: 20, layout }
const key = (name: string, held: Partial<Key> = {}): Key => ({ key: name, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held })
const ctrl = { ctrlKey: true }

test.each([
  ['ArrowRight', {}, { row: 5, column: 3 }],
  ['ArrowLeft', {}, { row: 5, column: 0 }],
  ['ArrowUp', {}, { row: 4, column: 2 }],
  ['ArrowDown', {}, { row: 6, column: 2 }],
  ['PageDown', {}, { row: 25, column: 2 }],
  ['PageUp', {}, { row: 0, column: 2 }],
  ['Home', {}, { row: 5, column: 4 }],
  ['End', {}, { row: 5, column: 5 }],
  ['Home', ctrl, { row: 0, column: 4 }],
  ['End', ctrl, { row: 999, column: 5 }],
  ['ArrowDown', ctrl, { row: 999, column: 2 }],
  ['ArrowLeft', ctrl, { row: 5, column: 4 }],
] as const)('%s %j', (name, held, to) => {
  expect(moved({ row: 5, column: 2 }, key(name, held), bounds)).toEqual(to)
})

test('up from the first row is the header, and stops there', () => {
  expect(moved({ row: 0, column: 2 }, key('ArrowUp'), bounds)).toEqual({ row: headerRow, column: 2 })
  expect(moved({ row: headerRow, column: 2 }, key('ArrowUp'), bounds)).toEqual({ row: headerRow, column: 2 })
  expect(moved({ row: headerRow, column: 2 }, key('ArrowDown'), bounds)).toEqual({ row: 0, column: 2 })
})

test('other keys do not move', () => expect(moved({ row: 0, column: 2 }, key('x'), bounds)).toBeUndefined())

test('on a header keys sort, open the menu, resize and move', () => {
  expect(headerAction(key('Enter'))).toBe('sort')
  expect(headerAction(key('Enter', { shiftKey: true }))).toBe('add sort')
  expect(headerAction(key(' '))).toBe('menu')
  expect(headerAction(key('ArrowRight', { shiftKey: true }))).toBe('wider')
  expect(headerAction(key('ArrowLeft', { shiftKey: true, ctrlKey: true }))).toBe('move left')
  expect(headerAction(key('ArrowLeft'))).toBeUndefined()
})
