// The loop that every job runs in, on the lead and on helpers: step, bring what it needs, take its pages, hand out its
// fragments, until it is done. The job is freed whichever way it ends.
import { ExplorerError } from '../engine/api.ts'
import type { Fragment, Job, Want } from '../engine/core.ts'
import type { Urgency } from './protocol.ts'
import type { Turns } from './turns.ts'

/** Steps on the page must leave it time to draw; elsewhere messages wait no longer than this either. */
const TURN_MS = 2
/** Measured: four slices of 16 MB in flight read a local file fastest. */
const READS_IN_FLIGHT = 4

export interface Surroundings {
  readonly turns: Turns
  /** Reads a wanted range and brings it to the engine. */
  bring(want: Want, signal: AbortSignal): Promise<void>
  /** Tells the engine time zones that a query names. */
  tellZones(names: readonly string[]): void
  /** Where fragments can be run elsewhere. Undefined: the job runs this one itself. */
  readonly runElsewhere?: ((fragment: Fragment, urgency: Urgency, signal: AbortSignal) => Promise<Uint8Array | 'not run'> | undefined) | undefined
}

export interface RunOptions {
  readonly urgency: Urgency
  readonly signal: AbortSignal
  onPage?(page: Uint8Array<ArrayBuffer>): void | Promise<void>
  /** Of queries that name a spool: keeps the rows and tells the engine. */
  onSpill?(rows: Uint8Array<ArrayBuffer>): Promise<void>
  onStep?(job: Job): void
  /** Before the job is freed. */
  onDone?(job: Job): void
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
  let turnEnds = 0
  for (let isFirst = true; ; isFirst = false) {
    // The first step says which bytes are wanted; they are on their way while other jobs take their turns.
    if (!isFirst && performance.now() >= turnEnds) {
      await around.turns.next(options.urgency)
      turnEnds = performance.now() + TURN_MS
    }
    signal.throwIfAborted()
    const step = job.step(TURN_MS * 1000)
    options.onStep?.(job)
    switch (step) {
      case 'yield':
        handOut(job, arrivals, around, options) // a helper may have come since the job began
        break
      case 'need': {
        const wants = job.wants()
        if (wants.some(isOfZones)) around.tellZones((JSON.parse(job.info()) as { zones: string[] }).zones)
        else {
          startReads(wants, reading, arrivals, around, signal)
          await arrivals.next()
        }
        break
      }
      case 'page':
        await options.onPage?.(job.page())
        break
      case 'spill':
        await options.onSpill?.(job.page())
        break
      case 'split':
        handOut(job, arrivals, around, options)
        if (arrivals.underWay > 0) await arrivals.next() // else the next step runs one itself
        break
      case 'done':
        options.onDone?.(job)
        return job.info()
      case 'fail': throw job.error
    }
  }
}

/** No bytes, but time zones (sonde.h, sonde_want). */
const isOfZones = ({ source, length }: Want): boolean => source === 0 && length === 1

function startReads(wants: readonly Want[], reading: Set<string>, arrivals: Arrivals, around: Surroundings, signal: AbortSignal): void {
  for (const want of wants) {
    const key = `${want.source}:${want.offset}:${want.length}`
    if (reading.has(key) || reading.size >= READS_IN_FLIGHT) continue
    reading.add(key)
    arrivals.add(around.bring(want, signal).finally(() => reading.delete(key)))
  }
}

/** Offers every fragment. */
function handOut(job: Job, arrivals: Arrivals, { runElsewhere }: Surroundings, { urgency, signal }: RunOptions): void {
  if (!runElsewhere) return
  const untaken: number[] = []
  for (let fragment = job.take(); fragment; fragment = job.take()) {
    const { id } = fragment
    const result = runElsewhere(fragment, urgency, signal)
    if (!result) untaken.push(id)
    else {
      arrivals.add(result.then((bytes) => {
        if (signal.aborted) return // the job may be freed
        if (bytes === 'not run') job.giveBack(id)
        else job.give(id, bytes)
      }))
    }
  }
  for (const id of untaken) job.giveBack(id)
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
