// The forms behind the filter and the reading panel, as data.
import { expect, test } from 'vitest'
import { withType } from '../../src/react/ColumnMenu.tsx'
import { filterOfForm, formOf, operatorsOf } from '../../src/react/filter-form.ts'
import { sameRead, valueOf, withSetting } from '../../src/react/read-form.ts'
import { sampleFile } from '../../src/react/sample.ts'

test('a filter survives its form', () => {
  const filters = [
    { column: 1, op: 'in', values: ['a', null] }, { column: 1, op: 'between', low: '1', high: '2' }, { column: 1, op: 'is null' },
    { column: 1, op: 'contains', value: 'x' }, { column: 1, op: 'regex', value: '^x', matchCase: true }, { column: 1, op: '<=', value: '3' },
  ] as const
  for (const filter of filters) expect(filterOfForm(1, formOf(filter))).toEqual(filter)
})

test('an unfinished form is no filter', () => {
  const blank = formOf(undefined)
  expect(filterOfForm(1, blank)).toBeUndefined()
  expect(filterOfForm(1, { ...blank, op: 'between', value: '1' })).toBeUndefined()
  expect(filterOfForm(1, { ...blank, op: 'contains' })).toBeUndefined()
})

test('operators follow the type', () => {
  expect(operatorsOf('text')).toContain('regex')
  expect(operatorsOf('int64')).not.toContain('contains')
  expect(operatorsOf('bool')).toEqual(['in', 'is null', 'is not null'])
})

test('settings become options of their own type and can be given back to the sniffer', () => {
  expect(withSetting({}, 'header', 'false')).toEqual({ header: false })
  expect(withSetting({}, 'skip', '3')).toEqual({ skip: 3 })
  expect(withSetting({}, 'delimiter', '\\t')).toEqual({ delimiter: '\t' })
  expect(withSetting({ quote: '', delimiter: ';' }, 'quote', undefined)).toEqual({ delimiter: ';' })
  expect(valueOf({}, [{ setting: 'delimiter', value: '\\t', reason: '', overridden: false }], 'delimiter')).toBe('\t')
  expect(sameRead({ delimiter: ';' }, { delimiter: ';', types: {} })).toBe(true)
})

test('types are given by name', () => {
  expect(withType({ types: { a: 'text' } }, 'b', 'int64').types).toEqual({ a: 'text', b: 'int64' })
  expect(withType({ types: { a: 'text' } }, 'a', '')).toEqual({})
})

test('the sample is the same each time and holds what is worth showing', async () => {
  const [a, b] = [await sampleFile().text(), await sampleFile().text()]
  expect(a).toBe(b)
  expect(a).toContain('"battery 12 %,\nreported by phone"')
  expect(a.split('\n').length).toBeGreaterThan(5000)
})
