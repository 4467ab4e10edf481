import { expect, test } from 'vitest'
import { createSharedReads } from '../../src/worker/shared-reads.ts'

/** Reads that end when a test says so. */
function slowReads() {
  const begun: { readonly signal: AbortSignal; end(error?: Error): void }[] = []
  const read = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      begun.push({ signal, end: (error) => (error ? reject(error) : resolve()) })
    })
  return { begun, read }
}

const never = new AbortController().signal

test('who wants the same range waits for one read; later ones read again', async () => {
  const { begun, read } = slowReads()
  const shared = createSharedReads()
  const both = Promise.all([shared('1:0:10', read, never), shared('1:0:10', read, never)])
  void shared('1:10:10', read, never)
  expect(begun).toHaveLength(2)
  begun[0]!.end()
  await both
  void shared('1:0:10', read, never)
  expect(begun).toHaveLength(3)
})

test('a failure reaches all who wait', async () => {
  const { begun, read } = slowReads()
  const shared = createSharedReads()
  const outcomes = Promise.allSettled([shared('a', read, never), shared('a', read, never)])
  begun[0]!.end(new Error('gone'))
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
})

test('a read goes on while someone waits, and is given up when nobody does', async () => {
  const { begun, read } = slowReads()
  const shared = createSharedReads()
  const [first, second] = [new AbortController(), new AbortController()]
  const waiting = [shared('a', read, first.signal), shared('a', read, second.signal)]
  first.abort()
  expect(begun[0]!.signal.aborted).toBe(false)
  second.abort(new Error('enough'))
  expect(begun[0]!.signal.reason).toEqual(new Error('enough'))
  void shared('a', read, never)
  expect(begun).toHaveLength(2) // not the one that was given up
  begun[0]!.end(new Error('aborted'))
  await Promise.allSettled(waiting)
  void shared('a', read, never)
  expect(begun).toHaveLength(2) // its end left the new one alone
})
