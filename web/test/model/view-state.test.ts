// Reducers of sort, filters and search, their history and the spec they become.
import { expect, test } from 'vitest'
import {
  clearFilters, describeFilter, newHistory, noView, record, redo, removeFilter, setFilter, setSearch, setSort, toggleSort, toViewSpec, undo,
  withinColumns,
} from '../../src/model/index.ts'

test('a header goes ascending, descending, none', () => {
  const up = toggleSort(noView, 2, false)
  const down = toggleSort(up, 2, false)
  expect(up.sort).toEqual([{ column: 2 }])
  expect(down.sort).toEqual([{ column: 2, descending: true }])
  expect(toggleSort(down, 2, false).sort).toEqual([])
})

test('with Shift a key is added, changed in place, and removed without touching the others', () => {
  let view = toggleSort(toggleSort(noView, 2, false), 5, true)
  expect(view.sort).toEqual([{ column: 2 }, { column: 5 }])
  view = toggleSort(view, 2, true)
  expect(view.sort).toEqual([{ column: 2, descending: true }, { column: 5 }])
  expect(toggleSort(view, 2, true).sort).toEqual([{ column: 5 }])
  expect(toggleSort(view, 5, false).sort).toEqual([{ column: 5, descending: true }])
  expect(setSort(view, 2, 'none').sort).toEqual([{ column: 5 }])
})

test('a column has one filter; several become an and', () => {
  let view = setFilter(noView, { column: 1, op: '>', value: '3' })
  expect(toViewSpec(view)).toEqual({ filter: { column: 1, op: '>', value: '3' } })
  view = setFilter(setFilter(view, { column: 4, op: 'is null' }), { column: 1, op: '<', value: '9' })
  expect(toViewSpec(setSearch(view, 'x'))).toEqual({
    filter: { and: [{ column: 1, op: '<', value: '9' }, { column: 4, op: 'is null' }] }, search: 'x',
  })
  expect(removeFilter(view, 1).filters).toEqual([{ column: 4, op: 'is null' }])
  expect(toViewSpec(clearFilters(view))).toEqual({})
})

test('what is asked of columns that are gone is forgotten, the rest stays', () => {
  const view = setSearch(setFilter(setFilter(toggleSort(toggleSort(noView, 2, false), 3, true), { column: 3, op: 'is null' }), { column: 0, op: 'is null' }), 'x')
  expect(withinColumns(view, 3)).toEqual({ sort: [{ column: 2 }], filters: [{ column: 0, op: 'is null' }], search: 'x' })
  expect(withinColumns(view, 4)).toEqual(view)
})

test('filters in words', () => {
  expect(describeFilter({ column: 0, op: '<=', value: '3' })).toBe('≤ 3')
  expect(describeFilter({ column: 0, op: 'in', values: ['a', null, 'c', 'd'] })).toBe('one of a, missing and 2 more')
  expect(describeFilter({ column: 0, op: '=', value: '' })).toBe('= “”')
  expect(describeFilter({ column: 0, op: 'between', low: '1', high: '2' })).toBe('between 1 and 2')
})

test('undo and redo; a new step forgets what was undone', () => {
  const history = record(record(newHistory(1), 2), 3)
  expect(undo(undo(undo(history))).present).toBe(1)
  expect(redo(undo(history)).present).toBe(3)
  const branched = record(undo(history), 9)
  expect(redo(branched)).toBe(branched)
  expect(undo(branched).present).toBe(2)
})
