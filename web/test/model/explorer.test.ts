// The explorer over an engine in memory: opening, scanning, newest-wins queries, re-reading, copying.
import { expect, test, vi } from 'vitest'
import { ExplorerError, type OpenOptions, type ViewSpec } from '../../src/engine/api.ts'
import { createExplorer, noView, selectAll, setFilter, setSearch, toggleSort, type Explorer, type ExplorerState } from '../../src/model/index.ts'
import { fakeEngine, generated, rowsOf, type FakeData, type FakeOptions } from '../fake-engine.ts'

const fruit = rowsOf([['id', 'int64'], ['name', 'text']], [[3, 'pear'], [1, 'apple'], [2, null], [10, 'fig']])

const until = (model: Explorer, done: (state: ExplorerState) => boolean) => vi.waitFor(() => {
  if (!done(model.getSnapshot())) throw new Error(`not yet: ${JSON.stringify({ ...model.getSnapshot(), columns: 0, layout: 0, info: 0 })}`)
})

async function opened(data: FakeData = fruit, options: FakeOptions = {}): Promise<Explorer> {
  const model = createExplorer({ engine: fakeEngine(data, options), blockRows: 10 })
  await model.open('https://example.org/fruit.csv')
  model.look({ firstRow: 0, rows: 20, columns: data.columns.map((_, i) => i).slice(0, 8) })
  return model
}

const idle = (state: ExplorerState) => state.query.status === 'idle'
const texts = (model: Explorer, column: number) =>
  Array.from({ length: model.getSnapshot().rows }, (_, row) => model.cell(row, column)?.text)

test('opening shows the first rows at once, then the scan makes the count exact', async () => {
  const model = await opened(generated(50_000), { delay: 5 })
  expect(model.getSnapshot()).toMatchObject({ status: 'open', name: 'fruit.csv', exact: false, scan: 'running' })
  expect(model.cell(0, 1)?.text).toBe('Aarhus')
  await until(model, (state) => state.scan === 'done')
  expect(model.getSnapshot()).toMatchObject({ rows: 50_000, exact: true, info: { state: 'imported' } })
  expect(model.getSnapshot().info?.columns[0]?.stats?.min).toBe('0')
})

test('a row that is not counted yet is gone to as soon as it is, the one asked for last', async () => {
  const model = await opened(generated(50_000), { delay: 20, scanSteps: 5 })
  model.goTo(200)
  expect(model.getSnapshot()).toMatchObject({ awaited: null, reveal: { row: 200 } })
  model.goTo(45_000)
  model.goTo(30_000)
  expect(model.getSnapshot()).toMatchObject({ awaited: { row: 30_000, column: 0 }, selection: { focus: { row: 200 } } })
  const arrivals: ExplorerState[] = []
  model.subscribe(() => model.getSnapshot().awaited === null && arrivals.push(model.getSnapshot()))
  await until(model, (state) => state.scan === 'done')
  expect(arrivals[0]).toMatchObject({ exact: false, reveal: { row: 30_000 }, selection: { focus: { row: 30_000 } } })
  expect(model.getSnapshot()).toMatchObject({ exact: true, reveal: { row: 30_000 } })
})

test('who waits for a row that is not there is taken to the last one, or stays', async () => {
  const asked = async (): Promise<Explorer> => {
    const model = await opened(generated(50_000), { delay: 20 })
    model.goTo(60_000)
    return model
  }
  const [beyond, stayed] = [await asked(), await asked()]
  stayed.cancelJump()
  for (const model of [beyond, stayed]) await until(model, (state) => state.scan === 'done')
  expect(beyond.getSnapshot()).toMatchObject({ awaited: null, reveal: { row: 49_999 } })
  expect(stayed.getSnapshot()).toMatchObject({ awaited: null, reveal: null })
})

test('a snapshot is replaced, never changed, and subscribers hear of it', async () => {
  const model = createExplorer({ engine: fakeEngine(fruit) })
  const seen: ExplorerState[] = []
  model.subscribe(() => seen.push(model.getSnapshot()))
  await model.open('a.csv')
  await until(model, (state) => state.scan === 'done')
  expect(seen[0]).toMatchObject({ status: 'opening', name: 'a.csv' })
  expect(seen.at(-1)).toMatchObject({ status: 'open' })
  expect(new Set(seen).size).toBe(seen.length)
})

test('sorting and filtering show rows in their new order with their old numbers', async () => {
  const model = await opened()
  model.setView((view) => toggleSort(view, 0, false))
  await until(model, (state) => idle(state) && state.shown.sort.length === 1)
  expect(texts(model, 1)).toEqual(['apple', '', 'pear', 'fig'])
  expect(model.cell(1, 1)).toEqual({ text: '', isNull: true, sourceRow: 2 })
  model.setView((view) => setFilter(view, { column: 1, op: 'contains', value: 'p' }))
  await until(model, (state) => state.rows === 2)
  expect(texts(model, 1)).toEqual(['apple', 'pear'])
})

test('the newest query wins and the old rows stay while it runs', async () => {
  const asked: ViewSpec[] = []
  const model = await opened(fruit, { delay: 20, onView: (spec) => asked.push(spec) })
  model.setView((view) => setSearch(view, 'a'))
  model.setView((view) => setSearch(view, 'ap'))
  model.setView((view) => setSearch(view, 'fi'))
  expect(model.getSnapshot()).toMatchObject({ query: { status: 'running' }, view: { search: 'fi' }, shown: { search: '' }, rows: 4 })
  expect(model.cell(0, 1)?.text).toBe('pear')
  await until(model, idle)
  expect(asked.at(-1)).toEqual({ search: 'fi' })
  expect(texts(model, 1)).toEqual(['fig'])
})

test('cancelling a query keeps what is shown and takes the step out of the history', async () => {
  const model = await opened(fruit, { delay: 30 })
  model.setView((view) => setSearch(view, 'fig'))
  model.cancelQuery()
  expect(model.getSnapshot()).toMatchObject({ query: { status: 'idle' }, view: noView, rows: 4, canUndo: false })
  await new Promise((resolve) => setTimeout(resolve, 60))
  expect(model.getSnapshot().rows).toBe(4)
})

test('undo and redo walk through views', async () => {
  const model = await opened()
  model.setView((view) => setSearch(view, 'fig'))
  await until(model, (state) => state.rows === 1)
  model.undo()
  await until(model, (state) => state.rows === 4 && idle(state))
  expect(model.getSnapshot()).toMatchObject({ canUndo: false, canRedo: true })
  model.redo()
  await until(model, (state) => state.rows === 1)
})

test('a query that fails says why and leaves the rows', async () => {
  const model = await opened(fruit, { viewError: ({ search }) => (search === '(' ? new ExplorerError('syntax', 'unbalanced') : undefined) })
  model.setView((view) => setSearch(view, '('))
  await until(model, (state) => state.query.status === 'failed')
  expect(model.getSnapshot()).toMatchObject({ query: { failure: { message: 'unbalanced' } }, rows: 4, shown: noView })
  model.setView((view) => setSearch(view, 'fig'))
  await until(model, (state) => state.rows === 1)
})

test('a failed opening can be tried again with other options', async () => {
  const model = await opened(fruit, { openError: (read) => (read.encoding ? undefined : new ExplorerError('corrupt', 'not text', 7)) })
  expect(model.getSnapshot()).toMatchObject({ status: 'failed', failure: { message: 'not text', at: 7 } })
  await model.reread({ encoding: 'windows-1252' })
  expect(model.getSnapshot()).toMatchObject({ status: 'open', failure: null, read: { encoding: 'windows-1252' } })
})

test('re-reading keeps widths and view when the columns are the same; when it fails the table stays', async () => {
  const model = await opened(fruit, { openError: (read) => (read.quote === "'" ? new ExplorerError('corrupt', 'no') : undefined) })
  model.resize(1, 333)
  model.setView((view) => setSearch(view, 'fig'))
  await until(model, (state) => state.rows === 1)
  await model.reread({ delimiter: ';' })
  await until(model, (state) => state.rows === 1 && idle(state))
  expect(model.widthOf(1)).toBe(333)
  await model.reread({ quote: "'" })
  expect(model.getSnapshot()).toMatchObject({ status: 'open', rereading: false, failure: { message: 'no' }, read: { delimiter: ';' } })
  expect(model.cell(0, 1)?.text).toBe('fig')
})

test('cancelling an opening leads back to the empty page', async () => {
  const model = createExplorer({ engine: fakeEngine(fruit, { delay: 50 }) })
  const opening = model.open('a.csv')
  await new Promise((resolve) => setTimeout(resolve))
  model.cancelOpening()
  await opening
  expect(model.getSnapshot().status).toBe('empty')
})

test('the scan can be stopped and resumed; a view resumes it by itself', async () => {
  const model = await opened(generated(1000), { scanSteps: 'never' })
  await model.cancelScan()
  await until(model, (state) => state.scan === 'cancelled')
  model.setView((view) => toggleSort(view, 0, false))
  expect(model.getSnapshot().scan).toBe('running')
})

test('scrolling to the end of 100 million rows reads only what is in sight', async () => {
  const reads: number[] = []
  const model = await opened(generated(100_000_000), { onPage: (firstRow) => reads.push(firstRow) })
  await until(model, (state) => state.exact)
  model.look({ firstRow: 99_999_970, rows: 30, columns: [0, 1] })
  await vi.waitFor(() => expect(model.cell(99_999_999, 0)?.text).toBe('99999999'))
  expect(reads.length).toBeLessThan(12)
})

test('a row of the file is found from within a filtered view', async () => {
  const model = await opened()
  model.setView((view) => setSearch(view, 'fig'))
  await until(model, (state) => state.rows === 1)
  model.goToSourceRow(2)
  await until(model, (state) => state.selection?.focus.row === 2)
  expect(model.getSnapshot()).toMatchObject({ shown: noView, reveal: { row: 2 } })
})

test('copying takes the columns as they are shown, with headers for ranges', async () => {
  const model = await opened()
  model.move(1, 0)
  model.select(selectAll(4, model.getSnapshot().layout))
  expect(model.copyNow()?.text).toBe('name\tid\r\npear\t3\r\napple\t1\r\n\t2\r\nfig\t10')
  expect((await model.copy({ headers: false })).text).toBe('pear\t3\r\napple\t1\r\n\t2\r\nfig\t10')
  model.select({ anchor: { row: 1, column: 1 }, focus: { row: 1, column: 1 } })
  expect(model.copyNow()).toMatchObject({ text: 'apple', rows: 1, columns: 1 })
})

test('a range that is not in memory is fetched; one above the limit is refused in words', async () => {
  const model = await opened(generated(2_000_000))
  await until(model, (state) => state.exact)
  model.select({ anchor: { row: 0, column: 0 }, focus: { row: 9999, column: 0 } })
  expect(model.copyNow()).toBeUndefined()
  const copied = await model.copy()
  expect(copied.text.split('\r\n')).toHaveLength(10_001)
  expect(copied.text.endsWith('9999')).toBe(true)
  model.select(selectAll(2_000_000, model.getSnapshot().layout))
  await expect(model.copy()).rejects.toThrow('at most 1,000,000 can be copied')
})

test('values are counted under the other filters, not under the column’s own', async () => {
  const model = await opened()
  model.setView((view) => setFilter(setFilter(view, { column: 1, op: '=', value: 'fig' }), { column: 0, op: '>', value: '1' }))
  await until(model, (state) => state.rows === 1)
  const { values } = await model.values(1)
  expect(values.map(({ text }) => text).sort()).toEqual(['', 'fig', 'pear'])
})

test('state that the host owns changes only when the host says so', async () => {
  const model = await opened()
  const asked = vi.fn()
  model.control({ view: noView, selection: null }, { onViewChange: asked, onSelectionChange: asked })
  model.setView((view) => setSearch(view, 'fig'))
  model.goTo(2)
  expect(asked.mock.calls[0]?.[0]).toMatchObject({ search: 'fig' })
  expect(asked).toHaveBeenCalledTimes(2)
  expect(model.getSnapshot()).toMatchObject({ view: noView, selection: null })
  model.control({ view: { ...noView, search: 'fig' } })
  await until(model, (state) => state.rows === 1)
})

test('several files are opened as one, and again with their names as a column', async () => {
  const asked: OpenOptions[] = []
  const model = createExplorer({ engine: fakeEngine(fruit, { onOpen: (_, options) => asked.push(options) }) })
  await model.open(['https://example.org/a.csv', 'https://example.org/b.csv'])
  expect(model.getSnapshot()).toMatchObject({ name: '2 files', filename: false })
  await model.open(['https://example.org/a.csv'], { name: 'trips', names: ['2025/a.csv'] })
  await model.showFilename(true)
  expect(model.getSnapshot()).toMatchObject({ name: 'trips', filename: true, status: 'open' })
  await model.reread({ header: false })
  expect(model.getSnapshot().filename).toBe(true)
  expect(asked.map(({ name, names, filename, read }) => ({ name, names, filename, read }))).toEqual([
    { name: '2 files', names: undefined, filename: false, read: {} },
    { name: 'trips', names: ['2025/a.csv'], filename: false, read: {} },
    { name: 'trips', names: ['2025/a.csv'], filename: true, read: {} },
    { name: 'trips', names: ['2025/a.csv'], filename: true, read: { header: false } },
  ])
})

test('a file name that could not be shown is not said to be', async () => {
  let broken = false
  const model = createExplorer({ engine: fakeEngine(fruit, { openError: () => (broken ? new ExplorerError('bytes', 'it is gone') : undefined) }) })
  await model.open(['https://example.org/a.csv', 'https://example.org/b.csv'])
  broken = true
  const shown = model.showFilename(true)
  expect(model.getSnapshot()).toMatchObject({ filename: true, rereading: true })
  await shown
  expect(model.getSnapshot()).toMatchObject({ filename: false, rereading: false, status: 'open', failure: { message: 'it is gone' } })
})
