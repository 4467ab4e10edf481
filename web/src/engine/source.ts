// Where bytes come from, as the workers see it. A spec is plain data that any worker can be sent; each opens it for
// itself and reads without asking another thread (a ByteSource of the host excepted, which stays on its page).
import type { RefreshSpec } from './address.ts'
import { openBlob } from './source-blob.ts'
import { openHttp } from './source-http.ts'
import { openPort } from './source-port.ts'

export type SourceSpec =
  | { readonly kind: 'blob'; readonly name: string; readonly blob: Blob }
  | UrlSpec
  | { readonly kind: 'port'; readonly name: string; readonly size: number; readonly port: MessagePort }

export interface UrlSpec {
  readonly kind: 'url'
  readonly name: string
  readonly url: string
  readonly refresh?: RefreshSpec
  /** What the first answer told, for those who open it after the lead. */
  readonly known?: { readonly size: number; readonly version: string | undefined }
}

export interface Source {
  readonly name: string
  readonly size: number
  /** Bytes read since it was opened. */
  readonly bytesRead: number
  /** Made to a server since it was opened. */
  readonly requests: number
  /** Said to the user: why it is slower than it could be. */
  readonly notes: readonly string[]
  /** Exactly `length` bytes, or an error of code "bytes" that names the source. */
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>
  /** For another worker; what must be transferred with it. */
  share(): { readonly spec: SourceSpec; readonly transfer: Transferable[] }
  close(): void
}

export async function openSource(spec: SourceSpec, signal: AbortSignal): Promise<Source> {
  switch (spec.kind) {
    case 'blob': return openBlob(spec.name, spec.blob)
    case 'url': return openHttp(spec, signal)
    case 'port': return openPort(spec)
  }
}
