// One instance of the engine, typed: sonde.h as seen from JavaScript. Everything is copied in and out, and no view
// over the module's memory outlives the statement that made it, because any call may grow the memory.
import { ExplorerError, type ErrorCode } from './api.ts'
import type { Exports } from './wasm.ts'

export const ABI_VERSION = 2

export type Step = 'yield' | 'need' | 'page' | 'split' | 'done' | 'fail'
const steps: readonly Step[] = ['yield', 'need', 'page', 'split', 'done', 'fail']
const codes: readonly (ErrorCode | undefined)[] = [
  undefined, 'nomem', 'limit', 'bytes', 'corrupt', 'unsupported', 'syntax', 'name', 'type', 'value', 'cancelled', 'misuse',
]

/** A range of a source's bytes. */
export interface Want {
  readonly source: number
  readonly offset: number
  readonly length: number
}

export interface Fragment {
  readonly id: number
  /** Bytes of source it covers. */
  readonly cost: number
  /** Names the block of data, as "table:block": whoever ran a fragment of it keeps its columns. */
  readonly affinity: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** What whoever runs it needs besides, to be given to its engine once for all fragments that name it. */
  readonly shared?: Shared | undefined
}

/** The same object for all fragments of one number. */
export interface Shared {
  readonly id: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface JobProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly rows: number
}

export interface Limits {
  readonly memory: number
  /** Of it, for columns and bytes kept between jobs. */
  readonly keep: number
}

export interface Job {
  step(budgetUs: number): Step
  /** Why the last step failed. */
  readonly error: ExplorerError
  wants(): Want[]
  page(): Uint8Array<ArrayBuffer>
  info(): string
  progress(): JobProgress
  take(): Fragment | undefined
  give(id: number, result: Uint8Array): void
  giveBack(id: number): void
  /** Ends it wherever it is. */
  free(): void
}

export interface Core {
  addSource(source: number, size: number): void
  dropSource(source: number): void
  /** Bytes that some job wanted. */
  bring(want: Want, bytes: Uint8Array): void
  start(spec: object): Job
  startFragment(bytes: Uint8Array): Job
  /** What fragments need that name this number. */
  share(id: number, bytes: Uint8Array): void
  unshare(id: number): void
  /** Bytes of the whole instance. */
  readonly memoryBytes: number
  /** Bytes the engine holds in it now. */
  readonly heldBytes: number
  free(): void
}

// Offsets in the record of wasm/abi.c.
const AT_CODE = 16
const AT_OFFSET = 32
const AT_MESSAGE = 40
const MESSAGE_BYTES = 232
const AT_ANSWER = 272
const AT_WANTS = 320

export function createCore(wasm: Exports, limits: Limits): Core {
  const record = wasm.abi_record()
  const version = new Uint32Array(wasm.memory.buffer, record, 1)[0]
  if (version !== ABI_VERSION) {
    throw new ExplorerError('unsupported', `sonde.wasm speaks version ${version}, this script ${ABI_VERSION}: reload so that both come from one release`)
  }
  const memory = createMemory(wasm, record)
  const engine = wasm.engine_new(limits.memory, limits.keep)
  if (engine === 0) throw memory.error()
  const begin = (job: number): Job => {
    if (job === 0) throw memory.error()
    return createJob(wasm, memory, job)
  }
  return {
    addSource(source, size) {
      if (wasm.source_add(engine, source, size) !== 0) throw memory.error()
    },
    dropSource: (source) => wasm.source_drop(engine, source),
    bring({ source, offset, length }, bytes) {
      const at = wasm.reserve(engine, source, offset, length)
      if (at === 0) throw memory.error()
      memory.write(at, bytes)
      wasm.commit(engine, at, bytes.length)
    },
    start: (spec) => begin(wasm.job_start(engine, memory.put(new TextEncoder().encode(JSON.stringify(spec))))),
    share(id, bytes) {
      if (wasm.share(engine, id, memory.put(bytes)) !== 0) throw memory.error()
    },
    unshare: (id) => wasm.unshare(engine, id),
    startFragment: (bytes) => begin(wasm.fragment_start(engine, memory.put(bytes))),
    get memoryBytes() { return wasm.memory.buffer.byteLength },
    get heldBytes() { return wasm.engine_memory(engine) },
    free: () => wasm.engine_free(engine),
  }
}

interface Memory {
  /** Copies input to where the next call looks for it; answers its length. */
  put(bytes: Uint8Array): number
  write(at: number, bytes: Uint8Array): void
  copy(at: number, length: number): Uint8Array<ArrayBuffer>
  text(at: number, length: number): string
  answer(i: number): number
  wants(n: number): Want[]
  error(): ExplorerError
}

function createMemory(wasm: Exports, record: number): Memory {
  // Addresses beyond 2 GiB arrive as negative numbers.
  const bytes = (at: number, length: number): Uint8Array<ArrayBuffer> => new Uint8Array(wasm.memory.buffer as ArrayBuffer, at >>> 0, length)
  const doubles = (at: number, n: number): Float64Array => new Float64Array(wasm.memory.buffer, record + at, n)
  const text = (at: number, length: number): string => new TextDecoder().decode(bytes(at, length))
  return {
    put(input) {
      const at = wasm.room(input.length)
      if (at === 0 && input.length > 0) throw new ExplorerError('nomem', `no memory for ${input.length} bytes of input`)
      bytes(at, input.length).set(input)
      return input.length
    },
    write: (at, input) => bytes(at, input.length).set(input),
    copy: (at, length) => bytes(at, length).slice(),
    text,
    answer: (i) => doubles(AT_ANSWER, i + 1)[i]!,
    wants: (n) => Array.from({ length: n }, (_, i): Want => {
      const [source, offset, length] = doubles(AT_WANTS + 24 * i, 3) as unknown as [number, number, number]
      return { source, offset, length }
    }),
    error() {
      const code = codes[doubles(AT_CODE, 1)[0]!] ?? 'misuse'
      const end = bytes(record + AT_MESSAGE, MESSAGE_BYTES).indexOf(0)
      const message = text(record + AT_MESSAGE, end < 0 ? MESSAGE_BYTES : end)
      return new ExplorerError(code, message, doubles(AT_OFFSET, 1)[0])
    },
  }
}

function createJob(wasm: Exports, memory: Memory, job: number): Job {
  let failure: ExplorerError | undefined
  let shared: Shared | undefined

  function sharedOf(id: number): Shared | undefined {
    if (id === 0 || shared?.id === id) return id === 0 ? undefined : shared
    const at = wasm.job_shared()
    return shared = { id, bytes: memory.copy(at, memory.answer(0)) }
  }

  return {
    step(budgetUs) {
      const step = steps[wasm.job_step(job, budgetUs)]!
      if (step === 'fail') failure = memory.error()
      return step
    },
    get error() { return failure ?? new ExplorerError('misuse', 'the job has not failed') },
    wants: () => memory.wants(wasm.job_wants(job)),
    page() {
      const at = wasm.job_page(job)
      return memory.copy(at, memory.answer(0))
    },
    info() {
      const at = wasm.job_info(job)
      return memory.text(at, memory.answer(0))
    },
    progress() {
      wasm.job_progress(job)
      return { doneBytes: memory.answer(0), totalBytes: memory.answer(1), rows: memory.answer(2) }
    },
    take() {
      const at = wasm.job_take(job)
      if (at === 0) return undefined
      const [length, id, cost, high, low, share] = [0, 1, 2, 3, 4, 5].map(memory.answer) as [number, number, number, number, number, number]
      return { id, cost, affinity: `${high}:${low}`, bytes: memory.copy(at, length), shared: sharedOf(share) }
    },
    give: (id, result) => wasm.job_give(job, id, memory.put(result)),
    giveBack: (id) => wasm.job_give_back(job, id),
    free: () => wasm.job_free(job),
  }
}
