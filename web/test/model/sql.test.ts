// SQL in the explorer: the old rows stay until the new ones are there, the file waits on its shelf; errors and their place; history.
import { expect, test, vi } from 'vitest'
import { ExplorerError, type SessionTable, type SqlFunction } from '../../src/engine/api.ts'
import {
  createExplorer, createQueryHistory, createRecall, describePlace, errorPlace, findFunctions, setFilter, sqlOnScreen, type Explorer, type ExplorerState,
} from '../../src/model/index.ts'
import { fakeEngine, rowsOf, type FakeData, type FakeOptions } from '../fake-engine.ts'

const fruit = rowsOf([['id', 'int64'], ['name', 'text']], [[3, 'pear'], [1, 'apple'], [2, null], [10, 'fig']])
const answer = rowsOf([['n', 'int64']], [[4], [5]])

async function opened(onQuery: (sql: string) => FakeData | Error, options: FakeOptions = {}): Promise<Explorer> {
  const model = createExplorer({ engine: fakeEngine(fruit, { ...options, onQuery }), blockRows: 10 })
  await model.open('https://example.org/fruit.csv')
  model.look({ firstRow: 0, rows: 20, columns: [0, 1] })
  await until(model, (state) => state.scan === 'done')
  return model
}

const until = (model: Explorer, done: (state: ExplorerState) => boolean) => vi.waitFor(() => expect(done(model.getSnapshot())).toBe(true))
const idle = (state: ExplorerState): boolean => state.query.status === 'idle'
const texts = (model: Explorer) => Array.from({ length: model.getSnapshot().rows }, (_, row) => model.cell(row, 0)?.text)

test('a result takes the place of the rows, and the file comes back as it was left', async () => {
  const closed: string[] = []
  const model = await opened(() => answer, { onClose: (name) => closed.push(name) })
  model.setView((view) => setFilter(view, { column: 0, op: '>', value: '2' }))
  await until(model, idle)
  model.resize(1, 222)
  await model.runSql('SELECT n FROM fake')
  expect(model.getSnapshot()).toMatchObject({ result: { sql: 'SELECT n FROM fake' }, sql: { status: 'idle' }, rows: 2, view: { filters: [] } })
  expect(texts(model)).toEqual(['4', '5'])
  expect(model.schema()).toEqual([{ name: 'fake', kind: 'file', columns: [expect.objectContaining({ name: 'id' }), expect.objectContaining({ name: 'name' })] }])
  model.setView((view) => setFilter(view, { column: 0, op: '=', value: '5' }))
  await until(model, (state) => state.rows === 1)
  expect(sqlOnScreen(model.getSnapshot(), 'fake')).toBe('SELECT *\nFROM (\nSELECT n FROM fake\n) AS result\nWHERE n = 5')
  await model.runSql('SELECT 2;')
  expect(closed).toEqual(['']) // the first result, not the file
  model.backToFile()
  await until(model, (state) => idle(state) && state.rows === 2)
  expect(model.getSnapshot()).toMatchObject({ result: null, name: 'fruit.csv', view: { filters: [{ value: '2' }] } })
  expect(texts(model)).toEqual(['3', '10'])
  expect(model.widthOf(1)).toBe(222)
  expect(closed).toEqual(['', ''])
  await model.close()
  expect(closed).toEqual(['', '', 'fruit.csv'])
})

test('what fails leaves the rows, and says where', async () => {
  const model = await opened(() => new ExplorerError('name', 'there is no column nam', 7))
  const before = texts(model)
  await model.runSql('SELECT nam FROM fake')
  expect(model.getSnapshot().sql).toMatchObject({ status: 'failed', text: 'SELECT nam FROM fake', failure: { code: 'name', at: 7 } })
  expect(model.getSnapshot().result).toBeNull()
  expect(texts(model)).toEqual(before)
})

test('the rows stay while a query runs; cancelling ends it, a newer query takes its place', async () => {
  const model = await opened((sql) => (sql === 'new' ? answer : fruit), { delay: 20 })
  await until(model, () => texts(model)[0] === '3')
  const running = model.runSql('old')
  expect(model.getSnapshot()).toMatchObject({ sql: { status: 'running', text: 'old' }, rows: 4 })
  model.cancelSql()
  await running
  expect(model.getSnapshot()).toMatchObject({ sql: { status: 'idle' }, result: null })
  void model.runSql('old')
  await model.runSql('new')
  expect(model.getSnapshot()).toMatchObject({ result: { sql: 'new' }, rows: 2 })
})

test('opening another file closes result and file', async () => {
  const closed: string[] = []
  const model = await opened(() => answer, { onClose: (name) => closed.push(name) })
  await model.runSql('SELECT 1')
  await model.open('https://example.org/other.csv')
  expect(closed.toSorted()).toEqual(['', 'fruit.csv'])
  expect(model.getSnapshot()).toMatchObject({ result: null, name: 'other.csv' })
})

test('places of errors', () => {
  const marked = (sql: string, at: number): string => sql.slice(errorPlace(sql, at).from, errorPlace(sql, at).to)
  expect(marked('SELECT nam FROM t', 7)).toBe('nam')
  expect(marked("SELECT 'üü', nam", 15)).toBe('nam') // bytes: ü has two
  expect(marked('SELECT "a ""b" + 1', 7)).toBe('"a ""b"')
  expect(marked('SELECT 1 + + ', 13)).toBe('+')
  expect(marked('SELECT id FROM t WHERE', 22)).toBe('E')
  expect(marked('SELECT )', 7)).toBe(')')
  expect(describePlace('SELECT\n  nam', { from: 9, to: 12 })).toBe('line 2, column 3')
})

test('the history has each query once, the newest first, and lasts where storage allows', () => {
  const kept = new Map<string, string>()
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) }
  const history = createQueryHistory(() => storage)
  for (const sql of ['a', ' b ', 'a', '  ']) history.add(sql)
  expect(history.all).toEqual(['a', 'b'])
  expect(createQueryHistory(() => storage).all).toEqual(['a', 'b'])
  const forbidden = createQueryHistory(() => { throw new Error('forbidden') })
  forbidden.add('c')
  expect(forbidden.all).toEqual(['c'])
  kept.set('sonde.sql.history', '{broken')
  expect(createQueryHistory(() => storage).all).toEqual([])
})

test('walking through the history begins and ends with what was being written', () => {
  const history = createQueryHistory(() => { throw new Error('forbidden') })
  for (const sql of ['first', 'second', 'third']) history.add(sql)
  const recall = createRecall(history)
  expect([recall('draft', -1), recall('draft', 1), recall('third', 1), recall('second', -1), recall('third', -1), recall('draft', -1)])
    .toEqual([undefined, 'third', 'second', 'third', 'draft', undefined])
  expect(recall('third', 1)).toBe('second') // from the query that was just run
  expect([recall('second', 1), recall('first', 1)]).toEqual(['first', undefined])
  expect([recall('first', -1), recall('second', -1), recall('third', -1)]).toEqual(['second', 'third', undefined])
  expect(recall('edited', 1)).toBe('third')
})

test('what SQL makes can be named, and leaves the rows on screen', async () => {
  const session: SessionTable[] = []
  const model = await opened((sql) => {
    if (sql.includes('VIEW')) session.push({ name: 'cheap fruit', kind: 'view', columns: [{ name: 'n', type: 'BIGINT' }] })
    return answer
  }, { session: () => session })
  const before = texts(model)
  await model.runSql('-- for later\nCREATE VIEW "cheap fruit" AS SELECT 1 AS n')
  expect(model.getSnapshot()).toMatchObject({ sql: { status: 'made' }, result: null })
  expect(texts(model)).toEqual(before)
  expect(model.schema().slice(1)).toEqual([{ name: '"cheap fruit"', kind: 'view', columns: [{ name: 'n', type: 'BIGINT' }] }])
  await model.runSql('SELECT n FROM "cheap fruit"')
  expect(model.getSnapshot()).toMatchObject({ sql: { status: 'idle' }, rows: 2 })
  expect(model.schema()).toHaveLength(2)
  session.length = 0
  await model.runSql('drop view "cheap fruit"')
  expect(model.schema()).toHaveLength(1)
})

test('functions are found by the begin of their name first, then by what they do', () => {
  const named = (name: string, description: string): SqlFunction => ({ name, kind: 'scalar', parameters: 'text', result: 'text', description, example: `${name}('a')` })
  const all = [named('rtrim', 'Without blanks.'), named('reverse', 'The other way; see trim.'), named('trim', 'Without blanks.'), named('sum', 'Sum.')]
  expect(findFunctions(all, ' Trim ').map(({ name }) => name)).toEqual(['trim', 'rtrim', 'reverse'])
  expect(findFunctions(all, '')).toHaveLength(4)
})
