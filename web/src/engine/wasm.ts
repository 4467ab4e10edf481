// Compiles the module once and starts instances of it: our own loader, for pages, workers and Node alike.
import { ExplorerError } from './api.ts'
import { builtin } from './platform.ts'

export type WasmSource = URL | string | ArrayBuffer | Uint8Array | WebAssembly.Module

/** A function where bundlers find the file and copy it beside the script. */
const besideScript = (): URL => new URL('./sonde.wasm', import.meta.url)

export async function compileModule(source: WasmSource = besideScript(), signal?: AbortSignal): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source !== 'string' && !(source instanceof URL)) return compileBytes(source, 'the given bytes')
  const url = absolute(source)
  const fs = url.protocol === 'file:' ? builtin('node:fs/promises') : undefined
  if (fs) return compileBytes(await fs.readFile(url), url.href)
  return compileResponse(await fetchModule(url, signal))
}

const absolute = (url: string | URL): URL =>
  url instanceof URL ? url : new URL(url, typeof location === 'undefined' ? import.meta.url : location.href)

async function fetchModule(url: URL, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin', signal: signal ?? null }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw new ExplorerError('bytes', `${url.href} could not be fetched: ${String(error)}`)
  })
  if (response.ok) return response
  throw new ExplorerError('bytes', `the server answered ${response.status} for ${url.href}; set the option wasm to where sonde.wasm lies`)
}

/** Streaming compiles while bytes arrive (and is cached), but insists on the MIME type. */
async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return compileBytes(await response.arrayBuffer(), response.url)
}

function compileBytes(bytes: ArrayBuffer | Uint8Array, where: string): Promise<WebAssembly.Module> {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  const isModule = view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d
  if (isModule) return WebAssembly.compile(view as Uint8Array<ArrayBuffer>)
  const start = new TextDecoder().decode(view.subarray(0, 512))
  const reason = /^\s*<(!|html|\?xml)/i.test(start)
    ? 'the server returned HTML for sonde.wasm (SPA fallback?)'
    : 'sonde.wasm is not a WebAssembly module'
  throw new ExplorerError('unsupported', `${reason}: ${where}; set the option wasm to where the file lies`)
}

/** What the module exports: wasm/exports.txt. Numbers only; wasm/README.md says what each call means. */
export interface Exports {
  readonly memory: WebAssembly.Memory
  abi_record(): number
  room(bytes: number): number
  engine_new(memoryLimit: number, keepLimit: number): number
  engine_free(engine: number): void
  engine_memory(engine: number): number
  source_add(engine: number, source: number, size: number): number
  source_drop(engine: number, source: number): void
  reserve(engine: number, source: number, offset: number, length: number): number
  commit(engine: number, reserved: number, length: number): void
  job_start(engine: number, length: number): number
  fragment_start(engine: number, length: number): number
  job_free(job: number): void
  job_step(job: number, budgetUs: number): number
  job_wants(job: number): number
  job_page(job: number): number
  job_info(job: number): number
  job_progress(job: number): void
  job_take(job: number): number
  job_give(job: number, id: number, length: number): void
  job_give_back(job: number, id: number): void
}

/** What the module may import: wasm/imports.txt. */
const imports = { env: { emscripten_notify_memory_growth: () => undefined } }

export async function instantiate(module: WebAssembly.Module): Promise<Exports> {
  const { exports } = await WebAssembly.instantiate(module, imports)
  const start = exports['_initialize']
  if (typeof start === 'function') (start as () => void)()
  return exports as unknown as Exports
}
