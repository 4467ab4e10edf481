import { describe, expect, test, vi } from 'vitest'
import { ExplorerError } from '../../src/engine/api.ts'
import { createPeer, type Handlers, type Peer, type Port } from '../../src/worker/peer.ts'
import type { Message } from '../../src/worker/protocol.ts'

/** Two ports whose messages are cloned and arrive in later microtasks, and a list of what was sent from left to right. */
function pair(): { left: Port; right: Port; sent: Message[]; answered: Message[] } {
  const sent: Message[] = []
  const answered: Message[] = []
  const make = (log: Message[], other: () => Port): Port => ({
    onmessage: null,
    postMessage(message, transfer) {
      const data = structuredClone(message, { transfer: transfer ?? [] }) as Message
      log.push(data)
      queueMicrotask(() => other().onmessage?.({ data } as MessageEvent))
    },
    close: () => {},
  })
  const left: Port = make(sent, () => right)
  const right: Port = make(answered, () => left)
  return { left, right, sent, answered }
}

function connected(handlers: Handlers): { client: Peer; server: Peer; sent: Message[]; answered: Message[] } {
  const { left, right, sent, answered } = pair()
  return { client: createPeer(left, {}), server: createPeer(right, handlers), sent, answered }
}

const read = { table: 1, row: 0, rows: 10 }
const never = new Promise<never>(() => {})

describe('a request', () => {
  test('is answered by what the handler returns', async () => {
    const { client } = connected({ bad: ({ first, count }) => [{ row: first, offset: count, line: 1, reason: 'bad-value', message: 'x' }] })
    await expect(client.ask('bad', { table: 1, first: 7, count: 3 })).resolves.toMatchObject([{ row: 7, offset: 3 }])
  })

  test('moves buffers that are listed for transfer', async () => {
    let kept: ArrayBuffer | undefined
    const { client } = connected({
      read: (_, { transfer }) => {
        kept = new ArrayBuffer(64)
        transfer(kept)
        return kept
      },
    })
    expect((await client.ask('read', read)).byteLength).toBe(64)
    expect(kept?.byteLength).toBe(0)
  })

  test('gives events in order before its answer', async () => {
    const { client } = connected({
      async view(_, { event }) {
        for (const rows of [1, 2, 3]) event({ phase: 'filter', doneBytes: 0, totalBytes: 0, rows, bytesRead: 0, requests: 0, memoryBytes: 0 })
        return { view: 4, rows: 3 }
      },
    })
    const rows: number[] = []
    const out = await client.ask('view', { table: 1, spec: {} }, { onEvent: (progress) => rows.push(progress.rows) })
    expect(rows).toEqual([1, 2, 3])
    expect(out).toEqual({ view: 4, rows: 3 })
  })

  test('fails with the code, message and place of the error', async () => {
    const { client } = connected({ read: () => { throw new ExplorerError('corrupt', 'broken there', 42) } })
    const error = await client.ask('read', read).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ExplorerError)
    expect(error).toMatchObject({ code: 'corrupt', message: 'broken there', at: 42 })
  })

  test('without a handler is refused by name', async () => {
    await expect(connected({}).client.ask('read', read)).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('read') as string })
  })
})

describe('cancel', () => {
  test('rejects at once, reaches the handler, and gets exactly one terminal message', async () => {
    let seen: AbortSignal | undefined
    const { client, answered } = connected({
      read: (_, { signal }) => {
        seen = signal
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
      },
    })
    const controller = new AbortController()
    const asked = client.ask('read', read, { signal: controller.signal })
    await vi.waitFor(() => expect(seen).toBeDefined())
    controller.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    await vi.waitFor(() => expect(answered).toHaveLength(1))
    expect(answered[0]).toMatchObject({ error: { code: 'cancelled' } })
    expect(seen?.aborted).toBe(true)
  })

  test('of an unknown or finished request is harmless', async () => {
    const { client, sent, answered } = connected({ bad: () => [] })
    const controller = new AbortController()
    await client.ask('bad', { table: 1, first: 0, count: 1 }, { signal: controller.signal })
    controller.abort()
    expect(sent).toHaveLength(1)
    expect(answered).toHaveLength(1)
  })

  test('before the request sends nothing', async () => {
    const { client, sent } = connected({ bad: () => [] })
    await expect(client.ask('bad', { table: 1, first: 0, count: 1 }, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no')
    expect(sent).toHaveLength(0)
  })

  test('hands over an answer that was on its way, so that it can be freed', async () => {
    let answer!: () => void
    const { client } = connected({ view: () => new Promise((resolve) => { answer = () => resolve({ view: 9, rows: 0 }) }) })
    const controller = new AbortController()
    const unwanted = vi.fn()
    const asked = client.ask('view', { table: 1, spec: {} }, { signal: controller.signal, onUnwanted: unwanted })
    await vi.waitFor(() => expect(answer).toBeDefined())
    controller.abort()
    await expect(asked).rejects.toThrow()
    answer()
    await vi.waitFor(() => expect(unwanted).toHaveBeenCalledExactlyOnceWith({ view: 9, rows: 0 }))
  })
})

describe('death', () => {
  test('is reported once to every open request, and at once to later ones', async () => {
    const { client } = connected({ read: () => never })
    const outcomes = [1, 2].map(() => client.ask('read', read).catch((error: unknown) => (error as Error).message))
    client.fail(new ExplorerError('nomem', 'the worker died'))
    client.fail(new ExplorerError('nomem', 'again'))
    expect(await Promise.all(outcomes)).toEqual(['the worker died', 'the worker died'])
    await expect(client.ask('read', read)).rejects.toThrow('the worker died')
    expect(client.dead).toBe(true)
  })

  test('by a trap of the module fails all that is open', async () => {
    const { client } = connected({ read: () => never, bad: () => { throw new WebAssembly.RuntimeError('unreachable') } })
    const open = client.ask('read', read).catch((error: unknown) => (error as ExplorerError).code)
    await expect(client.ask('bad', { table: 1, first: 0, count: 1 })).rejects.toMatchObject({ code: 'nomem' })
    expect(await open).toBe('nomem')
  })
})
