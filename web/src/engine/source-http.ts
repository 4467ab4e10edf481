// A file on a server, read by Range. Oddities, each met in the wild:
// - `bytes=a-b` needs no preflight across origins and works on GET-only pre-signed URLs; a suffix range does neither.
// - Content-Range and ETag are unreadable across origins unless exposed; Content-Length is readable, so a 206 is checked
//   by its length, and where the size stays hidden HEAD is asked for it.
// - A signed address expires while it is being read: the next one is asked for once, and the read goes on (address.ts).
// - Some servers ignore Range and answer 200: the body is kept then, and the user told.
import { addressOf, fetchAt, type Address } from './address.ts'
import { ExplorerError } from './api.ts'
import { openBlob } from './source-blob.ts'
import type { Source, UrlSpec } from './source.ts'

/** What the engine reads of a CSV file first, so that rows are there after one answer; of Parquet it wants the end. */
const PROBE_BYTES = 262_144
const PARQUET_PROBE_BYTES = 65_536
/** A whole body larger than this is not downloaded without being asked for. */
const WHOLE_BYTES = 2 ** 31

/** Larger reads are of the scan in the background; on a connection that they share, pages go first. */
const LARGE_BYTES = 2 ** 20

interface Known {
  readonly size: number
  readonly version: string | undefined
}

/** The file and where it is now. */
interface Remote {
  readonly spec: UrlSpec
  readonly address: Address
}

export async function openHttp(spec: UrlSpec, signal: AbortSignal): Promise<Source> {
  const remote = { spec, address: addressOf(spec) }
  if (spec.known) return ranged(remote, spec.known, new Uint8Array(0))
  const probe = /\.parquet$/i.test(spec.name) ? PARQUET_PROBE_BYTES : PROBE_BYTES
  const response = await request(remote, 'GET', 0, probe, signal)
  if (response.status === 416) return openBlob(spec.name, new Blob([])) // no byte 0: the file is empty
  if (response.status === 200) return whole(spec, response)
  const head = await bodyOf(spec, response)
  const size = sizeIn(response) ?? (head.length < probe ? head.length : await sizeByHead(remote, signal))
  return ranged(remote, { size, version: versionOf(response, size) }, head)
}

function ranged(remote: Remote, known: Known, head: Uint8Array): Source {
  let bytesRead = head.length
  let requests = head.length > 0 ? 1 : 0
  const { spec, address } = remote
  const { name } = spec
  /** [begin, end) from the server. */
  async function fetchRange(begin: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
    requests++
    const response = await request(remote, 'GET', begin, end, signal)
    checkVersion(spec, known, response)
    if (response.status !== 206) throw failed(spec, `the server answered ${response.status} instead of bytes ${begin} to ${end}`, begin)
    const bytes = await bodyOf(spec, response)
    if (bytes.length !== end - begin) {
      throw failed(spec, `the server sent ${bytes.length} of ${end - begin} bytes: the file changed or the connection broke`, begin)
    }
    bytesRead += bytes.length
    return bytes
  }
  return {
    name,
    size: known.size,
    notes: [],
    get bytesRead() { return bytesRead },
    get requests() { return requests },
    async read(offset, length, signal) {
      const end = offset + length
      if (end <= head.length) return head.subarray(offset, end)
      if (offset >= head.length) return fetchRange(offset, end, signal)
      const bytes = new Uint8Array(length)
      bytes.set(head.subarray(offset))
      bytes.set(await fetchRange(head.length, end, signal), head.length - offset)
      return bytes
    },
    share() {
      const { transfer, ...refresh } = address.share()
      return { spec: { kind: 'url', name, url: address.url, ...refresh, known }, transfer }
    },
    close: address.close,
  }
}

async function whole(spec: UrlSpec, response: Response): Promise<Source> {
  const length = Number(response.headers.get('content-length') ?? 0)
  if (length > WHOLE_BYTES) {
    void response.body?.cancel()
    throw new ExplorerError('unsupported', `${spec.name}: the server does not answer Range requests, and the file of ${length} bytes is too large to download whole; serve it with "sonde serve", or download it and open the file`)
  }
  const blob = await response.blob().catch((error: unknown) => { throw failed(spec, String(error)) })
  return openBlob(spec.name, blob, ['The server does not answer Range requests, so the whole file was downloaded.'])
}

async function request({ spec, address }: Remote, method: 'GET' | 'HEAD', begin: number, end: number, signal: AbortSignal): Promise<Response> {
  const headers: HeadersInit = method === 'GET' ? { range: `bytes=${begin}-${end - 1}` } : {}
  // A cached answer to another range would be stitched together by the browser; sizes and versions must be the server's.
  const priority = end - begin > LARGE_BYTES ? 'low' : 'high'
  const response = await fetchAt(address, { method, headers, signal, priority, cache: 'no-store' }).catch((error: unknown) => {
    signal.throwIfAborted()
    if (error instanceof ExplorerError) throw error
    throw failed(spec, `${String(error)}; the server may be down, or must allow this page by CORS (Access-Control-Allow-Origin, and expose Content-Range and ETag)`, begin)
  })
  if (response.ok || (response.status === 416 && begin === 0)) return response
  throw failed(spec, `the server answered ${response.status} ${response.statusText}`.trimEnd(), begin)
}

const bodyOf = async (spec: UrlSpec, response: Response): Promise<Uint8Array> =>
  new Uint8Array(await response.arrayBuffer().catch((error: unknown) => { throw failed(spec, `the connection broke: ${String(error)}`) }))

function sizeIn(response: Response): number | undefined {
  const size = response.headers.get('content-range')?.match(/\/(\d+)$/)?.[1]
  return size === undefined ? undefined : Number(size)
}

async function sizeByHead(remote: Remote, signal: AbortSignal): Promise<number> {
  const response = await request(remote, 'HEAD', 0, 0, signal)
  const length = response.headers.get('content-length')
  if (length === null) throw failed(remote.spec, 'the server does not tell the size; it must expose Content-Range or answer HEAD with Content-Length')
  return Number(length)
}

function versionOf(response: Response, size: number): string | undefined {
  const tag = response.headers.get('etag')
  if (tag !== null) return tag
  const modified = response.headers.get('last-modified')
  return modified === null ? undefined : `${modified} ${size}`
}

function checkVersion(spec: UrlSpec, known: Known, response: Response): void {
  const size = sizeIn(response) ?? known.size
  const version = versionOf(response, size) ?? known.version // some caches leave the tag out now and then
  if (size !== known.size || (known.version !== undefined && version !== known.version)) {
    throw failed(spec, 'it changed on the server while it was being read; open it again')
  }
}

const failed = (spec: UrlSpec, reason: string, at?: number): ExplorerError =>
  new ExplorerError('bytes', `${spec.name} could not be read: ${reason}`, at)
