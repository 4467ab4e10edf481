// A ByteSource of the host lives on the host's thread; workers read it through a port. A worker that shares it with
// another one sends a new port along the old one.
import { ExplorerError, type ByteSource } from './api.ts'
import type { Source, SourceSpec } from './source.ts'

type ToHost =
  | { readonly id: number; readonly offset: number; readonly length: number }
  | { readonly cancel: number }
  | { readonly connect: MessagePort }
  | { readonly close: true }
type ToWorker = { readonly id: number; readonly bytes: Uint8Array } | { readonly id: number; readonly error: string }

type PortSpec = Extract<SourceSpec, { kind: 'port' }>

interface Waiting {
  resolve(bytes: Uint8Array): void
  reject(error: unknown): void
}

/** On the host: answers what arrives at the other end of the port that it returns. */
export function serveSource(source: ByteSource): MessagePort {
  const { port1, port2 } = new MessageChannel()
  serve(source, port1)
  return port2
}

function serve(source: ByteSource, port: MessagePort): void {
  const reading = new Map<number, AbortController>()
  port.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if ('connect' in data) serve(source, data.connect)
    else if ('close' in data) port.close()
    else if ('cancel' in data) reading.get(data.cancel)?.abort()
    else void answer(data.id, data.offset, data.length)
  }

  async function answer(id: number, offset: number, length: number): Promise<void> {
    const controller = new AbortController()
    reading.set(id, controller)
    try {
      const bytes = await source.read(offset, length, { signal: controller.signal })
      port.postMessage({ id, bytes } satisfies ToWorker) // copied: the host may keep what it gave us
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies ToWorker)
    } finally {
      reading.delete(id)
    }
  }
}

export function openPort({ name, size, port }: PortSpec): Source {
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let bytesRead = 0
  const send = (message: ToHost, transfer: Transferable[] = []): void => port.postMessage(message, transfer)

  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    const request = waiting.get(data.id)
    waiting.delete(data.id)
    if ('bytes' in data) request?.resolve(data.bytes)
    else request?.reject(new ExplorerError('bytes', `${name} could not be read: ${data.error}`))
  }

  function request(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const id = ++lastId
    const cancel = (): void => {
      send({ cancel: id })
      waiting.get(id)?.reject(signal.reason)
      waiting.delete(id)
    }
    signal.addEventListener('abort', cancel, { once: true })
    return new Promise<Uint8Array>((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      send({ id, offset, length })
    }).finally(() => signal.removeEventListener('abort', cancel))
  }

  return {
    name,
    size,
    notes: [],
    requests: 0,
    get bytesRead() { return bytesRead },
    async read(offset, length, signal) {
      const bytes = await request(offset, length, signal)
      if (bytes.length !== length) {
        throw new ExplorerError('bytes', `${name} gave ${bytes.length} of ${length} bytes at ${offset}: it shrank while it was being read`, offset)
      }
      bytesRead += length
      return bytes
    },
    share() {
      const { port1, port2 } = new MessageChannel()
      send({ connect: port1 }, [port1])
      return { spec: { kind: 'port', name, size, port: port2 }, transfer: [port2] }
    },
    close() {
      send({ close: true })
      port.close()
      for (const { reject } of waiting.values()) reject(new ExplorerError('cancelled', `${name} was closed`))
      waiting.clear()
    },
  }
}
