// Bytes that are made in a worker and taken on the page, through a port of their own: the worker stays at most so many chunks
// ahead of whoever reads.
import { ExplorerError } from './api.ts'

const AHEAD = 3

export interface ChunkSender {
  /** Moves the chunk; resolves when the reader has room for the next one. */
  send(chunk: Uint8Array<ArrayBuffer>): Promise<void>
  /** Resolves when everything that was sent has been taken. */
  drained(): Promise<void>
  close(): void
}

/** `signal` ends the waiting. */
export function sendChunks(port: MessagePort, signal: AbortSignal): ChunkSender {
  let underWay = 0
  let wake = (): void => {}
  port.onmessage = () => {
    underWay--
    wake()
  }
  signal.addEventListener('abort', () => wake(), { once: true })

  async function atMost(count: number): Promise<void> {
    while (underWay > count) {
      await new Promise<void>((resolve) => { wake = resolve })
      signal.throwIfAborted()
    }
  }

  return {
    async send(chunk) {
      underWay++
      port.postMessage(chunk, [chunk.buffer])
      await atMost(AHEAD - 1)
    },
    drained: () => atMost(0),
    close: () => port.close(),
  }
}

/** `work` fills the port; the stream ends or fails with it. `cancelled` is called when nobody reads on. */
export function receiveChunks(work: (port: MessagePort) => Promise<unknown>, cancelled: (reason: Error) => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { port1: port, port2 } = new MessageChannel()
  let owed = 0
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      port.onmessage = ({ data }: MessageEvent<Uint8Array<ArrayBuffer>>) => {
        owed++
        controller.enqueue(data)
      }
      work(port2).then(() => controller.close(), (error: unknown) => controller.error(error)).finally(() => port.close())
    },
    pull() {
      for (; owed > 0; owed--) port.postMessage('taken')
    },
    cancel() {
      port.onmessage = null
      cancelled(new ExplorerError('cancelled', 'the export was stopped'))
    },
  })
}
