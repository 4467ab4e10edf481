// The SQL of what was clicked: as it is written, and that it answers the rows of the view.
import { beforeAll, describe, expect, test } from 'vitest'
import type { ColumnInfo, TypeName } from '../../src/engine/api.ts'
import { createEngine, type Engine, type Table } from '../../src/engine/index.ts'
import { noView, toViewSpec, viewToSql, type ColumnFilter, type ViewState } from '../../src/model/index.ts'
import { builtWasm, pageTexts } from '../engine/table-data.ts'

const column = (name: string, type: TypeName): ColumnInfo => ({ name, type })
const columns = [column('id', 'int64'), column('Town "x"', 'text'), column('price', 'double'), column('day', 'date'), column('ok', 'bool')]
const view = (changes: Partial<ViewState>): ViewState => ({ ...noView, ...changes })
const where = (...filters: ColumnFilter[]): string => viewToSql(view({ filters }), { from: 't', columns }).split('\nWHERE ')[1]!

test('a plain view is all of the table', () => {
  expect(viewToSql(noView, { from: '"my table"', columns })).toBe('SELECT *\nFROM "my table"')
  expect(viewToSql(noView, { from: 't', columns, visible: [0, 1, 2, 3, 4] })).toBe('SELECT *\nFROM t')
  expect(viewToSql(noView, { from: 't', columns, visible: [2, 1] })).toBe('SELECT price, "Town ""x"""\nFROM t')
})

test.each<[ColumnFilter, string]>([
  [{ column: 0, op: '>=', value: '-5' }, 'id >= -5'],
  [{ column: 0, op: '=', value: '5; DROP' }, "id = '5; DROP'"],
  [{ column: 1, op: '<>', value: "it's" }, `"Town ""x""" <> 'it''s'`],
  [{ column: 3, op: 'between', low: '2024-01-01', high: '2024-02-01' }, "day BETWEEN '2024-01-01' AND '2024-02-01'"],
  [{ column: 4, op: '=', value: 'true' }, 'ok = true'],
  [{ column: 0, op: 'in', values: ['1', null, '2'] }, '(id IN (1, 2) OR id IS NULL)'],
  [{ column: 0, op: 'in', values: [null] }, 'id IS NULL'],
  [{ column: 0, op: 'in', values: [] }, 'false'],
  [{ column: 1, op: 'contains', value: '50%_\\' }, `"Town ""x""" ILIKE '%50\\%\\_\\\\%' ESCAPE '\\'`],
  [{ column: 1, op: 'starts with', value: 'A', matchCase: true }, `"Town ""x""" LIKE 'A%'`],
  [{ column: 1, op: 'regex', value: '^a' }, `regexp_matches("Town ""x""", '^a', 'i')`],
  [{ column: 2, op: 'is not null' }, 'price IS NOT NULL'],
])('%j', (filter, expected) => {
  expect(where(filter)).toBe(expected)
})

test('filters, search and sort stand together', () => {
  const all = view({
    filters: [{ column: 0, op: '>', value: '1' }, { column: 4, op: 'is null' }], search: 'ab',
    sort: [{ column: 2, descending: true }, { column: 0, nulls: 'first' }],
  })
  expect(viewToSql(all, { from: 't', columns })).toBe([
    'SELECT *', 'FROM t', 'WHERE id > 1', '  AND ok IS NULL',
    `  AND (CAST(id AS VARCHAR) ILIKE '%ab%'`, `    OR "Town ""x""" ILIKE '%ab%'`,
    `    OR regexp_replace(CAST(price AS VARCHAR), '\\.0$', '') ILIKE '%ab%'`,
    `    OR CAST(day AS VARCHAR) ILIKE '%ab%'`, `    OR CAST(ok AS VARCHAR) ILIKE '%ab%')`,
    'ORDER BY price DESC NULLS LAST, id NULLS FIRST',
  ].join('\n'))
})

describe('run, it answers the rows of the view', () => {
  let engine: Engine
  let table: Table
  beforeAll(async () => {
    engine = await createEngine({ wasm: await WebAssembly.compile(builtWasm() as BufferSource), workers: 0 })
    const towns = ['Äpfel', 'äpfel 50%', "it's", 'Graz', 'graz_x', '']
    const lines = Array.from({ length: 3000 }, (_, i) => [
      i, `"${towns[i % 6]}"`, i % 7 === 0 ? '' : (i % 50) / (i % 2 ? 1 : 4), `2024-0${1 + (i % 9)}-1${i % 10}`,
      i % 3 === 0 ? 'true' : 'false', `2024-05-01 0${i % 10}:00:00`,
    ].join())
    table = await engine.open(new TextEncoder().encode(`id,town,price,day,ok,at\n${lines.join('\n')}\n`), { name: 'a table.csv' })
    await table.imported
    return () => engine.close()
  })

  test.each<Partial<ViewState>>([
    {},
    { filters: [{ column: 0, op: '<', value: '12.5' }] },
    { filters: [{ column: 1, op: 'contains', value: 'ÄPFEL 50%' }], sort: [{ column: 2, descending: true }] },
    { filters: [{ column: 1, op: 'starts with', value: 'graz_' }], sort: [{ column: 2 }, { column: 0, descending: true }] },
    { filters: [{ column: 1, op: 'in', values: ["it's", null, ''] }, { column: 2, op: 'is null' }] },
    { filters: [{ column: 1, op: 'regex', value: '^G.*z$' }, { column: 4, op: '=', value: 'true' }] },
    { filters: [{ column: 2, op: 'between', low: '0.25', high: '10' }, { column: 3, op: '>', value: '2024-06-12' }] },
    { filters: [{ column: 2, op: 'in', values: ['1', '0.5', '49'] }] },
    { filters: [{ column: 5, op: '<=', value: '2024-05-01 03:00:00' }], sort: [{ column: 3, nulls: 'first' }] },
    { search: '12' },
    { search: '.5', sort: [{ column: 1, descending: true }] },
    { search: 'tru' },
  ])('%j', async (changes) => {
    const asked = view(changes)
    await using shown = await table.view(toViewSpec(asked))
    await using result = await engine.view(viewToSql(asked, { from: table.sqlName, columns: table.info.columns }))
    expect(shown.rows).toBeGreaterThan(0)
    expect(result.info.rows.count).toBe(shown.rows)
    expect(pageTexts(await result.page(0, shown.rows))).toEqual(pageTexts(await shown.page(0, shown.rows)))
  })
})
