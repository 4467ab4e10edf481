// Compiles modules and starts instances of the engine's: our own loader, for pages, workers and Node alike.
import { ExplorerError } from './api.ts'
import type { Brotli } from './brotli.ts'
import { builtin } from './platform.ts'

export type WasmSource = URL | string | ArrayBuffer | Uint8Array | WebAssembly.Module

/** The modules by the options of createEngine that say where they lie. */
const files = { wasm: 'sonde.wasm', brotli: 'sonde-brotli.wasm' }
export type ModuleOption = keyof typeof files

export async function compileModule(option: ModuleOption, source: WasmSource, signal?: AbortSignal): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source !== 'string' && !(source instanceof URL)) return compileBytes(option, source, 'the given bytes')
  const url = absolute(source)
  const fs = url.protocol === 'file:' ? builtin('node:fs/promises') : undefined
  if (fs) return compileBytes(option, await fs.readFile(url), url.href)
  return compileResponse(option, await fetchModule(option, url, signal))
}

export const absolute = (url: string | URL): URL =>
  url instanceof URL ? url : new URL(url, typeof location === 'undefined' ? import.meta.url : location.href)

const advice = (option: ModuleOption): string => `set the option ${option} to where ${files[option]} lies`

async function fetchModule(option: ModuleOption, url: URL, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(url, { credentials: 'same-origin', signal: signal ?? null }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw new ExplorerError('bytes', `${url.href} could not be fetched: ${String(error)}`)
  })
  if (response.ok) return response
  throw new ExplorerError('bytes', `the server answered ${response.status} for ${url.href}; ${advice(option)}`)
}

/** Streaming compiles while bytes arrive (and is cached), but insists on the MIME type. */
async function compileResponse(option: ModuleOption, response: Response): Promise<WebAssembly.Module> {
  if (response.headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return compileBytes(option, await response.arrayBuffer(), response.url)
}

function compileBytes(option: ModuleOption, bytes: ArrayBuffer | Uint8Array, where: string): Promise<WebAssembly.Module> {
  const view = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)
  const isModule = view[0] === 0 && view[1] === 0x61 && view[2] === 0x73 && view[3] === 0x6d
  if (isModule) return WebAssembly.compile(view as Uint8Array<ArrayBuffer>)
  const start = new TextDecoder().decode(view.subarray(0, 512))
  const reason = /^\s*<(!|html|\?xml)/i.test(start)
    ? `the server returned HTML for ${files[option]} (SPA fallback?)`
    : `${files[option]} is not a WebAssembly module`
  throw new ExplorerError('unsupported', `${reason}: ${where}; ${advice(option)}`)
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
  share(engine: number, shared: number, length: number): number
  unshare(engine: number, shared: number): void
  job_free(job: number): void
  job_step(job: number, budgetUs: number): number
  job_wants(job: number): number
  job_page(job: number): number
  job_info(job: number): number
  job_progress(job: number): void
  job_take(job: number): number
  job_shared(): number
  job_give(job: number, id: number, length: number): void
  job_give_back(job: number, id: number): void
}

/** An instance, ready to be called. */
export async function instantiate(module: WebAssembly.Module, env: Record<string, (...numbers: number[]) => number> = {}): Promise<WebAssembly.Exports> {
  const { exports } = await WebAssembly.instantiate(module, { env: { emscripten_notify_memory_growth: () => undefined, ...env } })
  const start = exports['_initialize']
  if (typeof start === 'function') (start as () => void)()
  return exports
}

/** An instance of the engine; it imports what wasm/imports.txt lists. */
export async function instantiateEngine(module: WebAssembly.Module, brotli: Pick<Brotli, 'decode'>): Promise<Exports> {
  const bytes = (at: number, length: number): Uint8Array => new Uint8Array(wasm.memory.buffer, at >>> 0, length >>> 0)
  const wasm = await instantiate(module, {
    brotli_decode: (packed, packedBytes, out, outBytes) => brotli.decode(bytes(packed!, packedBytes!), bytes(out!, outBytes!)),
  }) as unknown as Exports
  return wasm
}
