// A body that takes time: gathered into a file, telling how far it is.
import { fetchAt } from '../engine/address.ts'
import { addressAt, type Offer, type SignedAddress } from './offer.ts'

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

/** The rows of a query, as a Parquet file: types are exact in it. */
export async function queryServer(at: SignedAddress, sql: string, onBytes: OnBytes, signal: AbortSignal): Promise<File> {
  const response = await fetchAt(addressAt('SQL', at), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/vnd.apache.parquet' },
    body: JSON.stringify({ sql }),
    signal,
  })
  if (!response.ok) throw new Error(await problemOf(response))
  return gather(response, 'result.parquet', onBytes)
}

/** What went wrong, as RFC 9457 has it, with what to do about it. */
async function problemOf(response: Response): Promise<string> {
  const { detail, hint } = await response.json().catch(() => ({})) as { detail?: unknown; hint?: unknown }
  const said = [detail, hint].filter((text) => typeof text === 'string')
  return said.length > 0 ? said.join(' ') : `the server answered ${response.status}`
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
