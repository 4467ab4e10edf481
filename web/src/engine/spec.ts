// Turns what a host opens into a spec that workers can be sent.
import { serveRefresh } from './address.ts'
import { ExplorerError, type ByteSource, type Openable, type RemoteFile } from './api.ts'
import { builtin } from './platform.ts'
import type { SourceSpec, UrlSpec } from './source.ts'
import { serveSource } from './source-port.ts'

export interface Sendable {
  readonly spec: SourceSpec
  readonly transfer: Transferable[]
}

export function specOf(source: Openable, name: string | undefined): Sendable {
  if (typeof source === 'string' || source instanceof URL) return urlSpec(source, name)
  if (source instanceof Blob) return isNode() ? portSpec(readBlob(source), name) : blobSpec(source, name ?? fileName(source))
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return blobSpec(new Blob([source as BlobPart]), name)
  if (isByteSource(source)) return portSpec(source, name)
  if (isRemoteFile(source)) return remoteSpec(source, name)
  throw new ExplorerError('misuse', 'open takes a File, Blob, URL, RemoteFile, ArrayBuffer, Uint8Array or ByteSource')
}

const blobSpec = (blob: Blob, name = 'data'): Sendable => ({ spec: { kind: 'blob', name, blob }, transfer: [] })

const fileName = (blob: Blob): string | undefined => (blob as Partial<File>).name

/** Node cannot send a Blob that is backed by a file (fs.openAsBlob) to a thread, so Blobs are read on the host's. */
const isNode = (): boolean => builtin('node:worker_threads') !== undefined
const readBlob = (blob: Blob): ByteSource => ({
  key: fileName(blob) ?? 'data',
  size: blob.size,
  read: async (offset, length) => new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
})

function urlSpec(source: string | URL, name: string | undefined): { readonly spec: UrlSpec; readonly transfer: Transferable[] } {
  const url = onPage(source)
  const last = decodeURIComponent(url.pathname.split('/').pop() ?? '')
  return { spec: { kind: 'url', name: name ?? (last || url.host), url: url.href }, transfer: [] }
}

const onPage = (url: string | URL): URL => new URL(url, typeof location === 'undefined' ? undefined : location.href)

function remoteSpec({ url, name: called, refresh }: RemoteFile, name: string | undefined): Sendable {
  const { spec } = urlSpec(url, name ?? called)
  if (refresh === undefined) return { spec, transfer: [] }
  if (typeof refresh !== 'function') return { spec: { ...spec, refresh: { url: onPage(refresh).href } }, transfer: [] }
  const port = serveRefresh(refresh)
  return { spec: { ...spec, refresh: { port } }, transfer: [port] }
}

function portSpec(source: ByteSource, name: string | undefined): Sendable {
  const port = serveSource(source)
  return { spec: { kind: 'port', name: name ?? source.key, size: source.size, port }, transfer: [port] }
}

const isRemoteFile = (source: unknown): source is RemoteFile => typeof source === 'object' && source !== null && 'url' in source

const isByteSource = (source: unknown): source is ByteSource =>
  typeof source === 'object' && source !== null && 'read' in source && 'size' in source
