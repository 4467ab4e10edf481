// Runs the engine over a made-up table while the lead has nothing else to do: browsers compile a module's functions when they
// are first called, and better when they are called often, which would otherwise fall on the first file (measured: its first
// page 34 ms cold, 11 ms after two rounds). Workers of one process share the compiled code, so the helpers gain as well.
import type { Source } from '../engine/source.ts'
import type { Instance } from './instance.ts'
import { SCAN } from './protocol.ts'
import { runJob } from './run-job.ts'

/** Numbers that no table's source gets. */
const SOURCE = 2 ** 31
const AS_PARQUET = SOURCE + 1
const ROUNDS = 2
const ROWS = 400

/** Ends early, between two jobs, when there is something real to do. */
export async function warmUp(instance: Instance, isWanted: () => boolean): Promise<void> {
  const run = (spec: object, onPage: (page: Uint8Array<ArrayBuffer>) => void = () => {}): Promise<string> =>
    runJob(instance.core.start(spec), instance, { urgency: SCAN, signal: new AbortController().signal, onPage })

  async function round(source: number, jobs: readonly object[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const written: Uint8Array<ArrayBuffer>[] = []
    const { table } = JSON.parse(await run({ job: 'open', source, name: '', read: {} })) as { table: number }
    for (const job of jobs) if (isWanted()) await run({ ...job, table }, (page) => 'format' in job && written.push(page))
    await run({ job: 'drop', table })
    return written
  }

  instance.addSource(SOURCE, sourceOf(madeUp()))
  try {
    const page = { job: 'read', row: ROWS / 2, rows: 100 }
    for (let i = 0; i < ROUNDS && isWanted(); i++) {
      const written = await round(SOURCE, [{ job: 'index' }, { job: 'import' }, page, { job: 'export', format: 'parquet', compression: 'snappy' }])
      if (!isWanted()) return
      instance.addSource(AS_PARQUET, sourceOf(new Uint8Array(await new Blob(written).arrayBuffer())))
      await round(AS_PARQUET, [page])
      instance.dropSource(AS_PARQUET)
    }
  } finally {
    instance.dropSource(SOURCE)
  }
}

/** Every kind of value there is a reader for. */
function madeUp(): Uint8Array {
  const lines = Array.from({ length: ROWS }, (_, i) =>
    `${i},${i * 1000003},${i}.25,${i % 2 ? '' : `${i}e-3`},2026-01-${10 + (i % 20)},2026-01-02T10:15:${10 + (i % 50)}Z,10:15:00,${i % 2 ? 'true' : 'false'},"a ""b"", c",text ${i},0${i}`)
  return new TextEncoder().encode(`a,b,c,d,e,f,g,h,i,j,k\n${lines.join('\n')}\n`)
}

const sourceOf = (bytes: Uint8Array): Source => ({
  name: '', size: bytes.length, bytesRead: 0, requests: 0, notes: [],
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  share: () => { throw new Error('not shared') },
  close: () => {},
})
