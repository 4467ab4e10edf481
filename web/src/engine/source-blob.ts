// A File or Blob. Slices, because File.stream() was measured to stall for ever now and then. Browsers take a snapshot
// of a file's size and time when it is chosen and refuse to read it (or read less) once it has changed.
import { ExplorerError } from './api.ts'
import type { Source } from './source.ts'

export function openBlob(name: string, blob: Blob, notes: readonly string[] = []): Source {
  let bytesRead = 0
  return {
    name,
    size: blob.size,
    notes,
    requests: 0,
    get bytesRead() { return bytesRead },
    async read(offset, length, signal) {
      const bytes = await blob.slice(offset, offset + length).arrayBuffer().catch((error: unknown) => {
        throw unreadable(name, offset, error)
      })
      signal.throwIfAborted()
      if (bytes.byteLength !== length) throw shrunk(name, offset + bytes.byteLength)
      bytesRead += length
      return new Uint8Array(bytes)
    },
    share: () => ({ spec: { kind: 'blob', name, blob }, transfer: [] }),
    close: () => {},
  }
}

const unreadable = (name: string, at: number, error: unknown): ExplorerError => {
  const reason = error instanceof DOMException && error.name === 'NotReadableError'
    ? 'it was changed, moved or deleted since it was chosen'
    : String(error)
  return new ExplorerError('bytes', `${name} cannot be read at byte ${at}: ${reason}; choose it again`, at)
}

const shrunk = (name: string, at: number): ExplorerError =>
  new ExplorerError('bytes', `${name} ends at byte ${at}: it became shorter since it was chosen; choose it again`, at)
