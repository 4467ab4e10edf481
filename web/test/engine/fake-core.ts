// An engine core whose jobs do what a test scripts: no module, no bytes.
import { ExplorerError } from '../../src/engine/api.ts'
import type { Core, Fragment, Job, JobProgress, Step, Want } from '../../src/engine/core.ts'
import { pageBlock } from './page-block.ts'

/** What a job says step by step; the last entry is repeated. */
export interface Script {
  readonly steps: readonly (Step | ((job: FakeJob) => Step))[]
  readonly info?: object
  readonly page?: ArrayBuffer
  readonly wants?: readonly Want[]
  readonly fragments?: readonly Fragment[]
  progress?(step: number): JobProgress
}

export interface FakeJob extends Job {
  readonly spec: JobSpec
  readonly given: number[]
  freed: boolean
}

export type JobSpec = { readonly job: string } & Record<string, unknown>

export interface FakeCore extends Core {
  readonly jobs: FakeJob[]
  readonly sources: Map<number, number>
  readonly brought: Want[]
}

export const rowsPage = (rows: number, firstRow = 0): ArrayBuffer =>
  pageBlock([{ index: 0, type: 'int64', values: Array.from({ length: rows }, (_, i) => firstRow + i) }], { firstRow })

export function fakeCore(script: (spec: JobSpec) => Script): FakeCore {
  const core: FakeCore = {
    jobs: [], sources: new Map(), brought: [], memoryBytes: 1000, heldBytes: 10,
    addSource: (id, size) => void core.sources.set(id, size),
    dropSource: (id) => void core.sources.delete(id),
    bring: (want) => void core.brought.push(want),
    start(spec) {
      const job = fakeJob(spec as JobSpec, script(spec as JobSpec))
      core.jobs.push(job)
      return job
    },
    share: () => {},
    unshare: () => {},
    startFragment: (bytes) => core.start({ job: 'fragment', bytes }),
    free: () => {},
  }
  return core
}

function fakeJob(spec: JobSpec, { steps, info = {}, page, wants = [], fragments = [], progress }: Script): FakeJob {
  const waiting = [...fragments]
  let at = 0
  const job: FakeJob = {
    spec, given: [], freed: false,
    step() {
      if (job.freed) throw new Error('a freed job was stepped')
      const next = steps[Math.min(at++, steps.length - 1)]!
      return typeof next === 'function' ? next(job) : next
    },
    error: new ExplorerError('corrupt', 'scripted failure'),
    wants: () => [...wants],
    page: () => new Uint8Array(page ?? new ArrayBuffer(0)).slice(),
    info: () => JSON.stringify(info),
    progress: () => progress?.(at) ?? { doneBytes: 0, totalBytes: 0, rows: 0 },
    take: () => waiting.shift(),
    give: (id) => void job.given.push(id),
    giveBack: () => {},
    free: () => { job.freed = true },
  }
  return job
}
