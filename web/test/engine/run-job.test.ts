import { describe, expect, test, vi } from 'vitest'
import { ExplorerError } from '../../src/engine/api.ts'
import type { Fragment, Job, Step, Want } from '../../src/engine/core.ts'
import { SCAN, type Urgency } from '../../src/worker/protocol.ts'
import { runJob, type Surroundings } from '../../src/worker/run-job.ts'
import { createTurns } from '../../src/worker/turns.ts'

const fragment = (id: number): Fragment => ({ id, cost: 1, affinity: `0:${id}`, bytes: new Uint8Array([id]) })
const want = (offset: number): Want => ({ source: 1, offset, length: 10 })

/** A job that says what a script tells it to. */
function scripted(next: (job: ScriptedJob) => Step): ScriptedJob {
  const job: ScriptedJob = {
    given: [], back: [], waiting: [], wanted: [], free: vi.fn(), steps: 0,
    step() {
      job.steps++
      return next(job)
    },
    error: new ExplorerError('corrupt', 'scripted'),
    wants: () => job.wanted,
    page: () => new Uint8Array([1, 2, 3]),
    info: () => '{"fine":true}',
    progress: () => ({ doneBytes: 0, totalBytes: 0, rows: 0 }),
    take: () => job.waiting.shift(),
    give: (id, bytes) => void job.given.push([id, ...bytes]),
    giveBack: (id) => void job.back.push(id),
  }
  return job
}

interface ScriptedJob extends Job {
  readonly given: number[][]
  readonly back: number[]
  waiting: Fragment[]
  wanted: Want[]
  steps: number
}

const around = (parts: Partial<Surroundings> = {}): Surroundings => ({ turns: createTurns(), bring: async () => {}, tellZones: () => {}, ...parts })
const options = (signal = new AbortController().signal): { urgency: Urgency; signal: AbortSignal } => ({ urgency: SCAN, signal })
const never = new Promise<never>(() => {})

describe('runJob', () => {
  test('steps until done, hands out pages, answers the info and frees the job', async () => {
    const script: Step[] = ['yield', 'page', 'yield', 'done']
    const job = scripted(() => script.shift()!)
    const pages: number[] = []
    await expect(runJob(job, around(), { ...options(), onPage: (page) => void pages.push(page.length) })).resolves.toBe('{"fine":true}')
    expect(pages).toEqual([3])
    expect(job.free).toHaveBeenCalledOnce()
  })

  test.each([[1, 6], [3, 11]])('steps of %d ms each: twelve take %d turns', async (milliseconds, expected) => {
    let now = 0
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
    const next = vi.fn(() => Promise.resolve())
    const job = scripted(() => {
      now += milliseconds
      return job.steps === 12 ? 'done' : 'yield'
    })
    await runJob(job, around({ turns: { next } }), options()).finally(() => clock.mockRestore())
    expect(next).toHaveBeenCalledTimes(expected)
  })

  test('tells the zones that a job wants, and steps at once', async () => {
    const script: Step[] = ['need', 'done']
    const job = scripted(() => script.shift()!)
    job.wanted = [{ source: 0, offset: 0, length: 1 }]
    job.info = () => '{"zones":["Europe/Rome"]}'
    const told: string[] = []
    await runJob(job, around({ tellZones: (names) => void told.push(...names), bring: () => never }), options())
    expect(told).toEqual(['Europe/Rome'])
  })

  test('throws the error of a failed job and frees it', async () => {
    const job = scripted(() => 'fail')
    await expect(runJob(job, around(), options())).rejects.toMatchObject({ code: 'corrupt' })
    expect(job.free).toHaveBeenCalledOnce()
  })

  test('brings several wants at once, none twice, and steps when the first is there', async () => {
    const arrive = new Map<number, () => void>()
    const job = scripted(({ steps }) => (steps === 4 ? 'done' : 'need'))
    job.wanted = [want(0), want(10), want(20)]
    const bring = vi.fn((range: Want) => new Promise<void>((resolve) => arrive.set(range.offset, resolve)))
    const run = runJob(job, around({ bring }), options())
    for (const [offset, steps] of [[10, 2], [0, 3], [20, 4]] as const) {
      await vi.waitFor(() => expect(arrive.size).toBe(3))
      job.wanted = job.wanted.filter((range) => range.offset !== offset)
      arrive.get(offset)!()
      await vi.waitFor(() => expect(job.steps).toBe(steps))
    }
    await run
    expect(bring).toHaveBeenCalledTimes(3)
  })

  test('a failed read fails the job and aborts the other reads', async () => {
    const job = scripted(() => 'need')
    job.wanted = [want(0), want(10)]
    const signals: AbortSignal[] = []
    const bring = (range: Want, signal: AbortSignal): Promise<void> => {
      signals.push(signal)
      return range.offset === 0 ? never : Promise.reject(new ExplorerError('bytes', 'gone'))
    }
    await expect(runJob(job, around({ bring }), options())).rejects.toMatchObject({ code: 'bytes' })
    expect(signals[0]?.aborted).toBe(true)
    expect(job.free).toHaveBeenCalledOnce()
  })

  test('runs fragments itself when there is nowhere else', async () => {
    const job = scripted(({ steps }) => (steps === 3 ? 'done' : 'split'))
    job.waiting = [fragment(1), fragment(2)]
    await runJob(job, around({ runElsewhere: () => undefined }), options())
    expect(job.back).toEqual([1, 2])
    expect(job.steps).toBe(3)
  })

  test('hands out every fragment and waits for the results instead of spinning', async () => {
    const results = new Map<number, (bytes: Uint8Array) => void>()
    const job = scripted(({ given }) => (given.length === 2 ? 'done' : 'split'))
    job.waiting = [fragment(1), fragment(2)]
    const runElsewhere = ({ id }: Fragment): Promise<Uint8Array> => new Promise((resolve) => results.set(id, resolve))
    const run = runJob(job, around({ runElsewhere }), options())
    await vi.waitFor(() => expect(results.size).toBe(2))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(job.steps).toBe(1)
    results.get(2)!(new Uint8Array([22]))
    results.get(1)!(new Uint8Array([11]))
    await run
    expect(job.given).toEqual([[2, 22], [1, 11]])
  })

  test('a fragment that was not run comes back to the job', async () => {
    const job = scripted(({ back }) => (back.length === 1 ? 'done' : 'split'))
    job.waiting = [fragment(5)]
    await runJob(job, around({ runElsewhere: () => Promise.resolve('not run' as const) }), options())
    expect(job.back).toEqual([5])
  })

  test('a failed fragment fails the job, even when it fails between two waits', async () => {
    const job = scripted(() => 'split')
    job.waiting = [fragment(1), fragment(2)]
    const runElsewhere = ({ id }: Fragment): Promise<Uint8Array> => (id === 1 ? Promise.resolve(new Uint8Array(1)) : Promise.reject(new ExplorerError('limit', 'full')))
    await expect(runJob(job, around({ runElsewhere }), options())).rejects.toMatchObject({ code: 'limit' })
  })

  test.each(['need', 'split'] as const)('an abort ends the wait at %s, frees the job and cancels what is under way', async (step) => {
    const job = scripted(() => step)
    job.wanted = [want(0)]
    job.waiting = [fragment(1)]
    let inner: AbortSignal | undefined
    const wait = (signal: AbortSignal): Promise<never> => {
      inner = signal
      return never
    }
    const controller = new AbortController()
    const run = runJob(job, around({ bring: (_, signal) => wait(signal), runElsewhere: (_, __, signal) => wait(signal) }), options(controller.signal))
    await vi.waitFor(() => expect(inner).toBeDefined())
    controller.abort(new Error('enough'))
    await expect(run).rejects.toThrow('enough')
    expect(inner?.aborted).toBe(true)
    expect(job.free).toHaveBeenCalledOnce()
  })
})

describe('turns', () => {
  test('go to the most urgent first, and to equals in order', async () => {
    const turns = createTurns()
    const order: string[] = []
    await Promise.all([
      turns.next(2).then(() => order.push('scan')),
      turns.next(0).then(() => order.push('page')),
      turns.next(1).then(() => order.push('query')),
      turns.next(0).then(() => order.push('next page')),
    ])
    expect(order).toEqual(['page', 'next page', 'query', 'scan'])
  })
})
