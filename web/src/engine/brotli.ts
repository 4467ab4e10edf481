// Brotli's decoder: a module of its own that the engine borrows, loaded when a file first needs it.
import { compileModule, instantiate, type WasmSource } from './wasm.ts'

/** Answers that core/codec/brotli_block.c knows. */
const FILLED = 0
const NOT_LOADED = 1
const NO_MEMORY = 3

/** Packed and plain; the module's sizes are of 32 bits. */
const ROOM_MAX = 2 ** 31

/** What it exports: wasm/brotli/exports.txt. */
interface Exports {
  readonly memory: WebAssembly.Memory
  room(bytes: number): number
  decode(packed: number, plain: number): number
}

export interface Brotli {
  /** Once for all who wait; a failure is forgotten, so that a later file may try again. */
  load(): Promise<void>
  /** Fills exactly `out`. */
  decode(packed: Uint8Array, out: Uint8Array): number
  readonly memoryBytes: number
}

export function createBrotli(source: WasmSource): Brotli {
  let loading: Promise<void> | undefined
  let wasm: Exports | undefined
  async function start(): Promise<void> {
    wasm = await instantiate(await compileModule('brotli', source)) as unknown as Exports
  }
  return {
    load() {
      loading ??= start().catch((error: unknown) => {
        loading = undefined
        throw error
      })
      return loading
    },
    decode: (packed, out) => (wasm ? decodeWith(wasm, packed, out) : NOT_LOADED),
    get memoryBytes() { return wasm?.memory.buffer.byteLength ?? 0 },
  }
}

function decodeWith(wasm: Exports, packed: Uint8Array, out: Uint8Array): number {
  const bytes = packed.length + out.length
  const at = bytes <= ROOM_MAX ? wasm.room(bytes) >>> 0 : 0
  if (at === 0) return NO_MEMORY
  new Uint8Array(wasm.memory.buffer, at, packed.length).set(packed)
  const decoded = wasm.decode(packed.length, out.length)
  if (decoded === FILLED) out.set(new Uint8Array(wasm.memory.buffer, at + packed.length, out.length))
  return decoded
}
