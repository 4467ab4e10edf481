// How the lead runs jobs: with helpers for their fragments, progress to tell, and an end when their table or view goes.
import type { Progress } from '../engine/api.ts'
import type { Job, JobProgress } from '../engine/core.ts'
import type { Instance } from './instance.ts'
import type { Pool } from './pool.ts'
import { runJob, type RunOptions, type Surroundings } from './run-job.ts'
import type { Usage } from './protocol.ts'
import { createRunning, type Target } from './running.ts'

/** More often than this no screen shows it. */
const REPORT_MS = 50

export type JobSpec = Target & { readonly job: string; readonly [member: string]: unknown }

export interface Jobs {
  /** Runs to its end; answers its info. */
  run(spec: JobSpec, options: RunOptions): Promise<string>
  /** The same for a job that gives one page. */
  runForPage(spec: JobSpec, options: RunOptions): Promise<{ readonly info: string; readonly page: ArrayBuffer }>
  /** Work that is to end with its table or view, though it is more or less than one job. */
  under<T>(target: Target, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  end(target: Target, reason: Error): Promise<void>
  progressOf(phase: Progress['phase'], progress: JobProgress): Progress
  /** For onStep. */
  reporter(phase: Progress['phase'], tell: (progress: Progress) => void): (job: Job) => void
}

/** `tableOfView` says which table a view is of: what runs on the view ends with either. */
export function createJobs(instance: Instance, pool: Pool, tableOfView: ReadonlyMap<number, number>): Jobs {
  const running = createRunning()
  const around: Surroundings = {
    turns: instance.turns,
    bring: instance.bring,
    tellZones: instance.tellZones,
    get runElsewhere() { return pool.isEmpty ? undefined : pool.run },
  }

  const run = (spec: JobSpec, options: RunOptions): Promise<string> => {
    const { view, table = view === undefined ? undefined : tableOfView.get(view), reads } = spec
    const start = async (signal: AbortSignal): Promise<string> => runJob(instance.core.start(spec), around, { ...options, signal })
    return running.run({ table, view, reads }, options.signal, start)
  }

  function progressOf(phase: Progress['phase'], { doneBytes, totalBytes, rows }: JobProgress): Progress {
    const usages = [instance.usage, ...pool.usage]
    const sum = (key: keyof Usage): number => usages.reduce((total, usage) => total + usage[key], 0)
    return { phase, doneBytes, totalBytes, rows, bytesRead: sum('bytesRead'), requests: sum('requests'), memoryBytes: sum('memoryBytes') }
  }

  return {
    run,
    async runForPage(spec, options) {
      let page = new ArrayBuffer(0)
      const info = await run(spec, { ...options, onPage: ({ buffer }) => { page = buffer } })
      return { info, page }
    },
    under: running.run,
    end: running.end,
    progressOf,
    reporter(phase, tell) {
      let last = performance.now()
      return (job) => {
        const now = performance.now()
        if (now - last < REPORT_MS) return
        last = now
        tell(progressOf(phase, job.progress()))
      }
    },
  }
}
