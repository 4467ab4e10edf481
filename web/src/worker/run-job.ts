// The loop that every job runs in, on the lead and on helpers: step, bring what it needs, take its pages, hand out its
// fragments, until it is done. The job is freed whichever way it ends.
import { ExplorerError } from '../engine/api.ts'
import type { Fragment, Job, Want } from '../engine/core.ts'
import type { Urgency } from './protocol.ts'
import type { Turns } from './turns.ts'

/** Steps on the page must leave it time to draw; elsewhere messages wait no longer than this either. */
const STEP_US = 8000
/** Measured: four slices of 16 MB in flight read a local file fastest. */
const READS_IN_FLIGHT = 4

export interface Surroundings {
  readonly turns: Turns
  /** Reads a wanted range and brings it to the engine. */
  bring(want: Want, signal: AbortSignal): Promise<void>
  /** Where fragments can be run elsewhere. Undefined: the job runs this one itself. */
  runElsewhere?(fragment: Fragment, urgency: Urgency, signal: AbortSignal): Promise<Uint8Array | 'not run'> | undefined
}

export interface RunOptions {
  readonly urgency: Urgency
  readonly signal: AbortSignal
  onPage?(page: Uint8Array<ArrayBuffer>): void | Promise<void>
  onStep?(job: Job): void
}

/** Runs to its end; answers its info. */
export async function runJob(job: Job, around: Surroundings, options: RunOptions): Promise<string> {
  const ending = new AbortController()
  const end = (): void => ending.abort(options.signal.reason)
  if (options.signal.aborted) end()
  options.signal.addEventListener('abort', end, { once: true })
  try {
    return await stepUntilDone(job, around, { ...options, signal: ending.signal })
  } finally {
    options.signal.removeEventListener('abort', end)
    ending.abort(new ExplorerError('cancelled', 'the job has ended')) // reads and fragments that nobody waits for now
    job.free()
  }
}

async function stepUntilDone(job: Job, around: Surroundings, options: RunOptions): Promise<string> {
  const { signal } = options
  const arrivals = createArrivals(signal)
  const reading = new Set<string>()
  for (;;) {
    await around.turns.next(options.urgency)
    signal.throwIfAborted()
    const step = job.step(STEP_US)
    options.onStep?.(job)
    switch (step) {
      case 'yield': break
      case 'need':
        startReads(job.wants(), reading, arrivals, around, signal)
        await arrivals.next()
        break
      case 'page':
        await options.onPage?.(job.page())
        break
      case 'split': {
        const mayRunOne = handOut(job, arrivals, around, options)
        if (!mayRunOne && arrivals.underWay > 0) await arrivals.next()
        break
      }
      case 'done': return job.info()
      case 'fail': throw job.error
    }
  }
}

function startReads(wants: readonly Want[], reading: Set<string>, arrivals: Arrivals, around: Surroundings, signal: AbortSignal): void {
  for (const want of wants) {
    const key = `${want.source}:${want.offset}:${want.length}`
    if (reading.has(key) || reading.size >= READS_IN_FLIGHT) continue
    reading.add(key)
    arrivals.add(around.bring(want, signal).finally(() => reading.delete(key)))
  }
}

/** Offers every fragment; true when some were not taken, so that the next step shall run one itself. */
function handOut(job: Job, arrivals: Arrivals, around: Surroundings, { urgency, signal }: RunOptions): boolean {
  const untaken: number[] = []
  for (let fragment = job.take(); fragment; fragment = job.take()) {
    const { id } = fragment
    const result = around.runElsewhere?.(fragment, urgency, signal)
    if (!result) {
      untaken.push(id)
      if (!around.runElsewhere) break
    } else {
      arrivals.add(result.then((bytes) => {
        if (signal.aborted) return // the job may be freed
        if (bytes === 'not run') job.giveBack(id)
        else job.give(id, bytes)
      }))
    }
  }
  for (const id of untaken) job.giveBack(id)
  return untaken.length > 0
}

/** Reads and fragments under way. A failure is kept until someone waits, so that none is lost between two waits. */
interface Arrivals {
  readonly underWay: number
  add(arriving: Promise<void>): void
  /** Resolves when something arrived since the last wait; rejects with the first failure, or when aborted. */
  next(): Promise<void>
}

function createArrivals(signal: AbortSignal): Arrivals {
  let underWay = 0
  let arrived = false
  let failure: { readonly error: unknown } | undefined
  let wake = (): void => {}
  const settle = (): void => {
    underWay--
    arrived = true
    wake()
  }
  signal.addEventListener('abort', () => {
    failure ??= { error: signal.reason }
    wake()
  }, { once: true })
  return {
    get underWay() { return underWay },
    add(arriving) {
      underWay++
      arriving.then(settle, (error: unknown) => {
        failure ??= { error }
        settle()
      })
    },
    async next() {
      if (!arrived && !failure) await new Promise<void>((resolve) => { wake = resolve })
      arrived = false
      if (failure) throw failure.error
    },
  }
}
