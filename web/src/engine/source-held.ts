// The scan of a CSV reads every block twice: for the index and, once that is proven, for the values. Bytes of the first
// reading are held for the second where that costs little: measured, reading 100 MB again takes the browser as long as
// parsing them does.
import type { Source } from './source.ts'

/** Per worker. */
const HELD_BYTES = 48 * 2 ** 20
/** Smaller reads are of pages and heads. */
const LARGE_BYTES = 2 ** 20
/** A scan that was cancelled does not come back for them. */
const HELD_MS = 5000

interface Held {
  readonly offset: number
  readonly bytes: Uint8Array
}

export function holdForSecondRead(source: Source): Source {
  let held: Held[] = []
  let heldBytes = 0
  /** The first pass goes upwards; what is read below was read before. */
  let top = -1
  let timer: ReturnType<typeof setTimeout> | undefined

  function take(offset: number, length: number): Uint8Array | undefined {
    const found = held.find((one) => one.offset <= offset && offset + length <= one.offset + one.bytes.length)
    if (!found) return undefined
    held = held.filter((one) => one !== found)
    heldBytes -= found.bytes.length
    return found.bytes.subarray(offset - found.offset, offset - found.offset + length)
  }

  function hold(offset: number, bytes: Uint8Array): void {
    const isFirst = offset > top
    top = Math.max(top, offset)
    if (!isFirst || bytes.length < LARGE_BYTES || heldBytes + bytes.length > HELD_BYTES) return
    held.push({ offset, bytes })
    heldBytes += bytes.length
    clearTimeout(timer)
    timer = setTimeout(clear, HELD_MS)
    ;(timer as { unref?(): void }).unref?.() // Node need not wait for it
  }

  function clear(): void {
    clearTimeout(timer)
    held = []
    heldBytes = 0
  }

  return {
    ...source,
    get bytesRead() { return source.bytesRead },
    get requests() { return source.requests },
    async read(offset, length, signal) {
      const ready = take(offset, length)
      if (ready) return ready
      const bytes = await source.read(offset, length, signal)
      hold(offset, bytes)
      return bytes
    },
    close() {
      clear()
      source.close()
    },
  }
}
