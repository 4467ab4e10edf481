import { expect, test, vi } from 'vitest'
import type { TableInfo } from '../../src/engine/api.ts'
import type { Step } from '../../src/engine/core.ts'
import { createInstance } from '../../src/worker/instance.ts'
import { leadHandlers } from '../../src/worker/lead.ts'
import { createPeer, type Peer } from '../../src/worker/peer.ts'
import type { ScanEvent, Start } from '../../src/worker/protocol.ts'
import { createScan, type Scanning } from '../../src/engine/scan.ts'
import { createTable } from '../../src/engine/table.ts'
import { fakeCore, rowsPage, type FakeCore, type JobSpec, type Script } from './fake-core.ts'

const openInfo = { table: 1, compression: 'none', needs_inflate: false, bytes: 4000, columns: [{ name: 'a', type: 'int64' }], guesses: [], rows: { count: 90, exact: false }, state: 'sniffed' }

const scripts: Record<string, Script> = {
  open: { steps: ['page', 'done'], info: openInfo, page: rowsPage(10) },
  index: { steps: ['yield', 'done'], info: { rows: { count: 100, exact: true }, state: 'indexed' } },
  import: { steps: ['yield', 'done'], info: { badRows: 2, state: 'imported' } },
  read: { steps: ['page', 'done'], page: rowsPage(5, 50) },
  view: { steps: ['done'], info: { view: 3, rows: 7 } },
  drop: { steps: ['done'] },
}

const noBrotli = { load: async () => {}, memoryBytes: 0 }

function lead(own: Record<string, Script | ((spec: JobSpec) => Script)> = {}): { core: FakeCore; client: Peer } {
  const core = fakeCore((spec) => {
    const script = { ...scripts, ...own }[spec.job]!
    return typeof script === 'function' ? script(spec) : script
  })
  const { close: _, ...handlers } = leadHandlers(createInstance(core, noBrotli), {} as Start)
  const { port1, port2 } = new MessageChannel()
  createPeer(port2, handlers)
  return { core, client: createPeer(port1, {}) }
}

const source = { kind: 'blob', name: 'x.csv', blob: new Blob([new Uint8Array(4000)]) } as const
const open = (client: Peer): Promise<{ info: TableInfo; page: ArrayBuffer }> => client.ask('open', { source, name: 'x.csv', read: {} })
const jobs = (core: FakeCore): string[] => core.jobs.map(({ spec }) => spec.job)

/** A step that repeats until it is let go. */
function gate(): { step: () => Step; open(): void } {
  let isOpen = false
  return { step: () => (isOpen ? 'done' : 'yield'), open: () => { isOpen = true } }
}

test('open answers what the engine found and the first page', async () => {
  const { core, client } = lead()
  const { info, page } = await open(client)
  expect(info).toMatchObject({ id: 1, name: 'x.csv', bytes: 4000, badRows: 0, state: 'sniffed' })
  expect(page.byteLength).toBe(rowsPage(10).byteLength)
  expect(core.sources).toEqual(new Map([[1, 4000]]))
  expect(core.jobs.every(({ freed }) => freed)).toBe(true)
})

test('a failed open forgets its source', async () => {
  const { core, client } = lead({ open: { steps: ['fail'] } })
  await expect(open(client)).rejects.toMatchObject({ code: 'corrupt' })
  expect(core.sources.size).toBe(0)
})

test('a scan indexes, then imports, and tells what it learnt', async () => {
  const { core, client } = lead()
  const { info } = await open(client)
  const events: ScanEvent[] = []
  const out = await client.ask('scan', { table: info.id }, { onEvent: (event) => events.push(event) })
  expect(jobs(core)).toEqual(['open', 'index', 'import'])
  expect(events.map((event) => event.info.state)).toEqual(['indexed', 'imported'])
  expect(out).toMatchObject({ rows: { count: 100, exact: true }, badRows: 2, state: 'imported', name: 'x.csv' })
})

test('a compressed file is inflated into a new source first', async () => {
  const { core, client } = lead({
    open: { ...scripts['open']!, info: { ...openInfo, compression: 'gzip', needs_inflate: true } },
    inflate: { steps: ['page', 'page', 'done'], page: new ArrayBuffer(3000) },
    spool: { steps: ['done'] },
  })
  await open(client)
  await client.ask('scan', { table: 1 })
  expect(jobs(core)).toEqual(['open', 'inflate', 'spool', 'index', 'import'])
  expect(core.jobs[2]!.spec).toEqual({ job: 'spool', table: 1, source: 2 })
  expect(core.sources).toEqual(new Map([[1, 4000], [2, 6000]]))
})

test('how many rows there may be follows what is counted, and stays where nothing is', async () => {
  const hold = gate()
  let rows = 0
  const { client } = lead({
    index: { ...scripts['index']!, steps: [hold.step], progress: () => ({ doneBytes: 1000, totalBytes: 4000, rows }) },
  })
  await open(client)
  const counts: number[] = []
  const scanning = client.ask('scan', { table: 1 }, { onEvent: ({ info }) => counts.push(info.rows.count) })
  await vi.waitFor(() => expect(counts).toContain(90))
  rows = 30
  await vi.waitFor(() => expect(counts).toContain(120))
  hold.open()
  await scanning
  expect(new Set(counts)).toEqual(new Set([90, 120, 100]))
})

test('rows the index has not come to are waited for; others are not', async () => {
  const hold = gate()
  const { core, client } = lead({
    index: { ...scripts['index']!, steps: [hold.step], progress: () => ({ doneBytes: 2000, totalBytes: 4000, rows: 55 }) },
  })
  await open(client)
  const scanning = client.ask('scan', { table: 1 })
  const beyond = client.ask('read', { table: 1, row: 90, rows: 10 })
  await client.ask('read', { table: 1, row: 50, rows: 5 })
  expect(jobs(core).filter((job) => job === 'read')).toHaveLength(1)
  const controller = new AbortController()
  const aborted = client.ask('read', { table: 1, row: 95, rows: 1 }, { signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  hold.open()
  await beyond
  await scanning
  expect(jobs(core).filter((job) => job === 'read')).toHaveLength(2)
})

test('a cancelled scan frees its job, and the next one goes on where passes are left to do', async () => {
  const hold = gate()
  const { core, client } = lead({ import: { ...scripts['import']!, steps: [hold.step] } })
  await open(client)
  const controller = new AbortController()
  const first = client.ask('scan', { table: 1 }, { signal: controller.signal })
  await vi.waitFor(() => expect(jobs(core)).toContain('import'))
  controller.abort()
  await expect(first).rejects.toThrow()
  hold.open()
  const info = await client.ask('scan', { table: 1 })
  expect(info.state).toBe('imported')
  expect(jobs(core)).toEqual(['open', 'index', 'import', 'import'])
  expect(core.jobs.every(({ freed }) => freed)).toBe(true)
})

test('a page is read while a scan goes on', async () => {
  const hold = gate()
  const { client } = lead({ import: { ...scripts['import']!, steps: [hold.step] } })
  await open(client)
  const scanning = client.ask('scan', { table: 1 })
  const block = await client.ask('read', { table: 1, row: 50, rows: 5 })
  expect(new DataView(block).getUint32(8, true)).toBe(5)
  hold.open()
  await scanning
})

test('wanted bytes are read from the source and brought', async () => {
  const want = { source: 1, offset: 100, length: 50 }
  const { core, client } = lead({ read: { steps: ['need', 'page', 'done'], wants: [want], page: rowsPage(1) } })
  await open(client)
  await client.ask('scan', { table: 1 })
  await client.ask('read', { table: 1, row: 0, rows: 1 })
  expect(core.brought).toEqual([want])
})

test('closing a table ends its scan and frees its sources', async () => {
  const { core, client } = lead({ index: { steps: ['yield'] } })
  const table = createTable(client, await open(client))
  table.resumeScan()
  await vi.waitFor(() => expect(jobs(core)).toContain('index'))
  await table.close()
  expect(core.sources.size).toBe(0)
  expect(jobs(core).at(-1)).toBe('drop')
  await expect(table.indexed).rejects.toMatchObject({ code: 'cancelled' })
})

test('the first rows come from the first page until types are known', async () => {
  const { core, client } = lead()
  const table = createTable(client, await open(client))
  const page = await table.page(2, 3)
  expect([page.firstRow, page.rows, page.columns[0]!.at(0)]).toEqual([2, 3, 2])
  expect(jobs(core)).toEqual(['open'])
  table.resumeScan()
  await table.imported
  await table.page(2, 3)
  expect(jobs(core).at(-1)).toBe('read')
})

test('a view waits for the import and is dropped when closed', async () => {
  const { core, client } = lead()
  const table = createTable(client, await open(client))
  const spec = { sort: [{ column: 0, descending: true }] }
  const view = await table.view(spec)
  expect(view.rows).toBe(7)
  expect(jobs(core)).toEqual(['open', 'index', 'import', 'view'])
  expect(core.jobs.at(-1)!.spec).toEqual({ job: 'view', table: 1, ...spec })
  await view.close()
  expect(core.jobs.at(-1)!.spec).toEqual({ job: 'drop', view: 3 })
})

const scanningOf = (client: Peer): Scanning => (signal, onEvent) => client.ask('scan', { table: 1 }, { signal, onEvent })

test('the scan can be followed: newest snapshots, an end, and the failure', async () => {
  const { client } = lead()
  const scan = createScan(scanningOf(client), (await open(client)).info)
  scan.start()
  const states: string[] = []
  for await (const { info } of scan.follow(undefined)) states.push(info.state)
  expect(states.at(-1)).toBe('imported')
  expect((await scan.indexed).rows).toEqual({ count: 100, exact: true })

  const failing = lead({ import: { steps: ['fail'] } })
  const broken = createScan(scanningOf(failing.client), (await open(failing.client)).info)
  broken.start()
  await expect((async () => { for await (const _ of broken.follow(undefined)) { /* only its end counts */ } })()).rejects.toMatchObject({ code: 'corrupt' })
  expect((await broken.indexed).state).toBe('indexed')
  await expect(broken.imported).rejects.toMatchObject({ code: 'corrupt' })
})

test('dropping a table ends what runs on it or waits for it, before the engine lets go of it', async () => {
  const { core, client } = lead({ import: { steps: ['yield'] }, read: { steps: ['need'], wants: [] } })
  await open(client)
  const waiting = [
    client.ask('read', { table: 1, row: 500, rows: 1 }),
    client.ask('scan', { table: 1 }),
  ].map((promise) => promise.catch((error: unknown) => (error as { code: string }).code))
  await vi.waitFor(() => expect(jobs(core)).toContain('import'))
  await vi.waitFor(() => expect(jobs(core)).toContain('read'))
  await client.ask('drop', { table: 1 })
  expect(await Promise.all(waiting)).toEqual(['cancelled', 'cancelled'])
  expect(jobs(core).at(-1)).toBe('drop')
  expect(core.jobs.every(({ freed }) => freed)).toBe(true)
  await expect(client.ask('read', { table: 1, row: 0, rows: 1 })).rejects.toMatchObject({ code: 'name' })
})

test('a union has its tables: they are gone by themselves, and go with it', async () => {
  const { core, client } = lead({
    open: ({ source }) => ({ ...scripts.open!, info: { ...openInfo, table: source } }),
    union: { steps: ['done'], info: { table: 7, files: ['a', 'b'], columns: [], state: 'imported' } },
  })
  await open(client)
  await open(client)
  const made = await client.ask('union', { tables: [1, 2], name: 'both', filename: 'from' })
  expect(core.jobs.find(({ spec }) => spec.job === 'union')!.spec).toEqual({ job: 'union', tables: [1, 2], name: 'both', filename: 'from' })
  expect(made.info).toMatchObject({ id: 7, name: 'both', files: ['a', 'b'] })
  await expect(client.ask('read', { table: 1, row: 0, rows: 1 })).rejects.toMatchObject({ code: 'name' })
  expect(core.sources.size).toBe(2)
  await client.ask('drop', { table: 7 })
  expect(core.sources.size).toBe(0)
})

test('dropping a view ends its reads and leaves others alone', async () => {
  const { core, client } = lead({ read: { steps: ['need'], wants: [] } })
  await open(client)
  await client.ask('scan', { table: 1 })
  const { view } = await client.ask('view', { table: 1, spec: {} })
  const ofView = client.ask('read', { view, row: 0, rows: 1 }).catch((error: unknown) => (error as { code: string }).code)
  const other = new AbortController()
  const ofTable = client.ask('read', { table: 1, row: 0, rows: 1 }, { signal: other.signal }).catch(() => 'aborted')
  await vi.waitFor(() => expect(jobs(core).filter((job) => job === 'read')).toHaveLength(2))
  await client.ask('drop', { view })
  expect(await ofView).toBe('cancelled')
  expect(core.jobs.filter(({ spec }) => spec.job === 'read').map(({ freed }) => freed)).toEqual([true, false])
  other.abort()
  expect(await ofTable).toBe('aborted')
})
