// The lead and helpers over the real module, in one thread, so that what each engine holds can be seen.
import { afterEach, beforeAll, expect, test } from 'vitest'
import { PROTOCOL, type Opened, type Start } from '../../src/worker/protocol.ts'
import { helperHandlers } from '../../src/worker/helper.ts'
import { startInstance, type Instance } from '../../src/worker/instance.ts'
import { leadHandlers } from '../../src/worker/lead.ts'
import { createPeer, type Peer } from '../../src/worker/peer.ts'
import { builtWasm, csvBytes } from './table-data.ts'

let module: WebAssembly.Module
const closing: (() => void)[] = []
const file = csvBytes(60_000)

beforeAll(async () => { module = await WebAssembly.compile(builtWasm() as BufferSource) })
afterEach(() => closing.splice(0).forEach((close) => close()))

function connect(handlers: Parameters<typeof createPeer>[1]): MessagePort {
  const { port1, port2 } = new MessageChannel()
  const peer = createPeer(port1, handlers)
  closing.push(() => peer.close())
  return port2
}

async function start(helpers: number): Promise<{ client: Peer; held: () => number[] }> {
  const limits = { memory: 2 ** 28, keep: 2 ** 27 }
  const start: Start = { protocol: PROTOCOL, module, brotli: 'none is read', warmUp: false, limits, helperLimits: limits }
  const instances: Instance[] = [await startInstance(start)]
  const { close, ...lead } = leadHandlers(instances[0]!, start)
  const client = createPeer(connect(lead), {})
  closing.push(close, () => client.close())
  for (let helper = 1; helper <= helpers; helper++) {
    const instance = await startInstance(start)
    instances.push(instance)
    const port = connect({ hello: () => ({ protocol: PROTOCOL }), ...helperHandlers(instance) })
    await client.ask('helper', { helper, port }, { transfer: [port] })
  }
  return { client, held: () => instances.map(({ core }) => core.heldBytes) }
}

const open = (client: Peer, name: string): Promise<Opened> =>
  client.ask('open', { source: { kind: 'blob', name, blob: new Blob([file]) }, name, read: {} })

/** Helpers hear of a dropped table a little later. */
async function settled(held: () => number[], expected: number[]): Promise<void> {
  await expect.poll(held).toEqual(expected)
}

test('dropping a table frees its columns in every helper and in the lead', async () => {
  const { client, held } = await start(2)
  // The first table leaves room for sources behind, once.
  const first = await open(client, 'first.csv')
  await client.ask('drop', { table: first.info.id })
  const before = held()
  const { info } = await open(client, 'rows.csv')
  await client.ask('scan', { table: info.id })
  const view = await client.ask('view', { table: info.id, spec: { sort: [{ column: 2 }] } })
  expect(view.rows).toBe(60_000)
  for (const [i, bytes] of held().entries()) expect(bytes - before[i]!, `engine ${i}`).toBeGreaterThan(i === 0 ? 100_000 : 300_000)
  await client.ask('drop', { table: info.id })
  await settled(held, before)
})

test('a table that is dropped while it is imported leaves nothing behind', async () => {
  const { client, held } = await start(2)
  await client.ask('drop', { table: (await open(client, 'first.csv')).info.id })
  const before = held()
  for (const wait of [0, 5, 20, 60]) {
    const { info } = await open(client, 'rows.csv')
    const scan = client.ask('scan', { table: info.id }).catch((error: unknown) => error)
    await new Promise((resolve) => setTimeout(resolve, wait))
    await client.ask('drop', { table: info.id })
    await scan
    await settled(held, before)
  }
})
