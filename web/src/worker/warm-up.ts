// Runs the engine over a made-up table while the lead has nothing else to do: browsers compile a module's functions when they
// are first called, and better when they are called often, which would otherwise fall on the first file (measured: its first
// page 34 ms cold, 11 ms after two rounds). Workers of one process share the compiled code, so the helpers gain as well.
import type { Source } from '../engine/source.ts'
import type { Instance } from './instance.ts'
import { SCAN } from './protocol.ts'
import { runJob } from './run-job.ts'

/** A number that no table's source gets. */
const SOURCE = 2 ** 31
const ROUNDS = 2
const ROWS = 400

/** Ends early, between two jobs, when there is something real to do. */
export async function warmUp(instance: Instance, isWanted: () => boolean): Promise<void> {
  const run = (spec: object): Promise<string> =>
    runJob(instance.core.start(spec), instance, { urgency: SCAN, signal: new AbortController().signal })
  instance.addSource(SOURCE, madeUp())
  try {
    for (let round = 0; round < ROUNDS && isWanted(); round++) {
      const { table } = JSON.parse(await run({ job: 'open', source: SOURCE, name: '', read: {} })) as { table: number }
      const jobs = [{ job: 'index' }, { job: 'import' }, { job: 'read', row: ROWS / 2, rows: 100 }]
      for (const job of jobs) if (isWanted()) await run({ ...job, table })
      await run({ job: 'drop', table })
    }
  } finally {
    instance.dropSource(SOURCE)
  }
}

/** Every kind of value there is a reader for. */
function madeUp(): Source {
  const lines = Array.from({ length: ROWS }, (_, i) =>
    `${i},${i * 1000003},${i}.25,${i % 2 ? '' : `${i}e-3`},2026-01-${10 + (i % 20)},2026-01-02T10:15:${10 + (i % 50)}Z,10:15:00,${i % 2 ? 'true' : 'false'},"a ""b"", c",text ${i},0${i}`)
  const bytes = new TextEncoder().encode(`a,b,c,d,e,f,g,h,i,j,k\n${lines.join('\n')}\n`)
  return {
    name: '', size: bytes.length, bytesRead: 0, notes: [],
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    share: () => { throw new Error('not shared') },
    close: () => {},
  }
}
