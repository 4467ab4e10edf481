// A view: rows that the engine has filtered and sorted, read page by page.
import type { PageOptions, Progress, View, ViewSpec } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import { exportRows } from './export.ts'
import { decodePage } from './page.ts'

export function createView(peer: Peer, spec: ViewSpec, { view, rows }: { readonly view: number; readonly rows: number }, onProgress?: (progress: Progress) => void): View {
  let closed = false
  async function close(): Promise<void> {
    if (closed || peer.dead) return
    closed = true
    await peer.ask('drop', { view })
  }
  return {
    spec,
    rows,
    async page(firstRow, count, { columns, signal }: PageOptions = {}) {
      const input = { view, row: firstRow, rows: count, ...(columns && { columns }) }
      return decodePage(await peer.ask('read', input, { signal, ...(onProgress && { onEvent: onProgress }) }))
    },
    export: (options) => exportRows(peer, { view }, options, async () => {}),
    close,
    [Symbol.asyncDispose]: close,
  }
}
