// Rows as a file.
import type { ExportOptions } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import { receiveChunks } from './chunks.ts'

export type ExportTarget = { readonly table: number } | { readonly view: number }

/** `ready` resolves when the rows are there. */
export function exportRows(
  peer: Peer, target: ExportTarget, { signal, onProgress, ...spec }: ExportOptions, ready: (signal: AbortSignal) => Promise<void>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ending = new AbortController()
  const either = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal
  const work = async (port: MessagePort): Promise<void> => {
    either.throwIfAborted()
    await ready(either)
    await peer.ask('export', { ...target, spec, port }, { signal: either, transfer: [port], ...(onProgress && { onEvent: onProgress }) })
  }
  return receiveChunks(work, (reason) => ending.abort(reason))
}
