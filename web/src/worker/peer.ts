// One end of a port that speaks the protocol: asks operations of the other end and serves those it has handlers for.
import { ExplorerError } from '../engine/api.ts'
import type { Message, OpName, Ops, WireError } from './protocol.ts'

/** The part of MessagePort that is used; tests bring their own. */
export interface Port {
  postMessage(message: unknown, transfer?: Transferable[]): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export interface Call<K extends OpName> {
  readonly signal: AbortSignal
  event(event: Ops[K]['event']): void
  /** Buffers of the answer that shall move instead of being copied. */
  transfer(...buffers: Transferable[]): void
}

export type Handler<K extends OpName> = (input: Ops[K]['in'], call: Call<K>) => Promise<Ops[K]['out']> | Ops[K]['out']
export type Handlers = { [K in OpName]?: Handler<K> }

export interface AskOptions<K extends OpName> {
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: (event: Ops[K]['event']) => void
  readonly transfer?: Transferable[]
  /** An answer that was on its way when the signal aborted: free what it names. */
  readonly onUnwanted?: (out: Ops[K]['out']) => void
}

export interface Peer {
  ask<K extends OpName>(op: K, input: Ops[K]['in'], options?: AskOptions<K>): Promise<Ops[K]['out']>
  /** The other end is gone: every open request fails once with this, and later ones at once. */
  fail(error: Error): void
  readonly dead: boolean
  close(): void
}

interface Pending {
  resolve(out: unknown): void
  reject(error: unknown): void
  onEvent(event: unknown): void
}

export function createPeer(port: Port, handlers: Handlers): Peer {
  const pending = new Map<number, Pending>()
  const served = new Map<number, AbortController>()
  let lastId = 0
  let dead: Error | undefined

  function fail(error: Error): void {
    if (dead) return
    dead = error
    const open = [...pending.values()]
    pending.clear()
    for (const request of open) request.reject(error)
    for (const controller of served.values()) controller.abort(error)
  }

  function settle(id: number): Pending | undefined {
    const request = pending.get(id)
    pending.delete(id)
    return request
  }

  async function serve(id: number, op: OpName, input: unknown): Promise<void> {
    const controller = new AbortController()
    served.set(id, controller)
    const transfer: Transferable[] = []
    const answer = await run(op, input, {
      signal: controller.signal,
      event: (event: unknown) => void (controller.signal.aborted || port.postMessage({ id, event } satisfies Message)),
      transfer: (...buffers) => void transfer.push(...buffers),
    }).then((out) => ({ id, out }), (error: unknown) => ({ id, error: toWire(error) }))
    served.delete(id)
    port.postMessage(answer satisfies Message, 'out' in answer ? transfer : [])
  }

  async function run(op: OpName, input: unknown, call: Call<never>): Promise<unknown> {
    const handler = handlers[op] as ((input: unknown, call: Call<never>) => unknown) | undefined
    if (!handler) throw new ExplorerError('unsupported', `no handler for the operation ${op}`)
    return handler(input, call)
  }

  port.onmessage = ({ data }: MessageEvent) => {
    const message = data as Message
    const { id } = message
    if ('op' in message) void serve(id, message.op, message.in)
    else if ('cancel' in message) served.get(id)?.abort(new ExplorerError('cancelled', 'cancelled'))
    else if ('event' in message) pending.get(id)?.onEvent(message.event)
    else if ('out' in message) settle(id)?.resolve(message.out)
    else receiveError(id, message.error)
  }

  function receiveError(id: number, wire: WireError): void {
    const error = fromWire(wire)
    settle(id)?.reject(error)
    if (wire.fatal) fail(error)
  }

  function ask<K extends OpName>(op: K, input: Ops[K]['in'], options: AskOptions<K> = {}): Promise<Ops[K]['out']> {
    const { signal, onEvent, onUnwanted, transfer = [] } = options
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      if (dead) return reject(dead)
      const id = ++lastId
      const cancel = (): void => {
        port.postMessage({ id, cancel: true } satisfies Message)
        reject(signal?.reason as Error) // at once; the entry waits for the terminal message
      }
      signal?.addEventListener('abort', cancel, { once: true })
      pending.set(id, {
        resolve(out) {
          signal?.removeEventListener('abort', cancel)
          if (signal?.aborted) onUnwanted?.(out as Ops[K]['out'])
          else resolve(out as Ops[K]['out'])
        },
        reject(error) {
          signal?.removeEventListener('abort', cancel)
          reject(error as Error)
        },
        onEvent: (event) => void (signal?.aborted || onEvent?.(event as Ops[K]['event'])),
      })
      port.postMessage({ id, op, in: input } satisfies Message, transfer)
    })
  }

  return {
    ask,
    fail,
    get dead() { return dead !== undefined },
    close() {
      fail(new ExplorerError('cancelled', 'the engine was closed'))
      port.close()
    },
  }
}

/** A trap leaves the instance in an unknown state: nothing more may be asked of it. */
const isTrap = (error: unknown): boolean => error instanceof WebAssembly.RuntimeError

function toWire(error: unknown): WireError {
  if (error instanceof ExplorerError) return { code: error.code, message: error.message, at: error.at }
  if (isTrap(error)) return { code: 'nomem', message: `the engine stopped: ${String(error)}`, fatal: true }
  if (error instanceof DOMException && error.name === 'AbortError') return { code: 'cancelled', message: 'cancelled' }
  return { code: 'misuse', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
}

const fromWire = ({ code, message, at }: WireError): ExplorerError => new ExplorerError(code, message, at)
