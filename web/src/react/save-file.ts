// Bytes that come in pieces, saved as a file: straight to where the reader chose where the browser offers that, else as a download.

interface SaveTarget {
  createWritable(): Promise<WritableStream<Uint8Array>>
}
type Picker = (options: { readonly suggestedName: string }) => Promise<SaveTarget>

/** Below it a download is what everybody expects, and asks nothing. */
const pickerBytes = 256e6
const blobBytes = 32e6

/** `expected`: about how many bytes. Has to be called in answer to a click. Resolves with false when the reader changed their mind. */
export async function saveFile(name: string, type: string, expected: number, bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<boolean> {
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker
  if (!picker || expected < pickerBytes) {
    download(name, await toBlob(bytes, type))
    return true
  }
  const target = await picker({ suggestedName: name }).catch((error: unknown) => {
    void bytes.cancel()
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  })
  if (target) await bytes.pipeTo(await target.createWritable())
  return target !== undefined
}

/** Pieces are given to the browser as they come, which keeps large blobs on disk. */
async function toBlob(bytes: ReadableStream<Uint8Array<ArrayBuffer>>, type: string): Promise<Blob> {
  const blobs: Blob[] = []
  let pieces: Uint8Array<ArrayBuffer>[] = []
  let held = 0
  const reader = bytes.getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    pieces.push(next.value)
    held += next.value.length
    if (held < blobBytes) continue
    blobs.push(new Blob(pieces))
    pieces = []
    held = 0
  }
  return new Blob([...blobs, ...pieces], { type })
}

const revokeAfter = 60_000

function download(name: string, blob: Blob): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), revokeAfter)
}
