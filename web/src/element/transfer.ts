// A body that takes time: gathered into a file, telling how far it is.
import { fetchAt } from '../engine/address.ts'
import { addressAt, type Offer } from './offer.ts'

export type OnBytes = (bytes: number) => void

/** All files of a table, one after the other. */
export async function fetchWhole({ files }: Offer, onBytes: OnBytes, signal: AbortSignal): Promise<File[]> {
  const whole: File[] = []
  let before = 0
  for (const file of files) {
    const response = await fetchAt(addressAt(file.name, file), { signal })
    if (!response.ok) throw new Error(`${file.name}: the server answered ${response.status}`)
    const start = before
    const got = await gather(response, file.name, (bytes) => onBytes(start + bytes))
    before += got.size
    whole.push(got)
  }
  return whole
}

async function gather(response: Response, name: string, onBytes: OnBytes): Promise<File> {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  const reader = response.body!.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return new File(pieces, name)
    pieces.push(value)
    onBytes((bytes += value.length))
  }
}
