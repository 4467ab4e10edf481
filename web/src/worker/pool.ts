// The helpers of a lead: who runs which fragment. A block's fragments go to the helper that ran one of it before,
// because it keeps the decoded columns; the rest to whoever has room. Each helper has a few under way, so that one is
// read while another is computed.
import { ExplorerError } from '../engine/api.ts'
import type { Fragment } from '../engine/core.ts'
import type { Source } from '../engine/source.ts'
import type { Peer } from './peer.ts'
import { createSharing } from './sharing.ts'
import { PAGE, type Start, type Urgency, type Usage } from './protocol.ts'

const UNDER_WAY = 3
/** ...and no more than two of large blocks: their bytes are most of the memory at the peak. */
const LARGE_BYTES = 12 * 2 ** 20
/** Browsers open six connections to a server that speaks HTTP/1.1: what someone looks at is to find one free. */
const LARGE_FROM_SERVER = 4
/** Starting a worker takes some 50 ms; a host that is slower than this is not waited for. */
const START_MS = 1000

interface Helper {
  readonly peer: Peer
  underWay: number
  usage: Usage
}

interface Task {
  readonly fragment: Fragment
  readonly urgency: Urgency
  readonly signal: AbortSignal
  /** Helpers that died over it. */
  deaths: number
  resolve(result: Uint8Array | 'not run'): void
  reject(error: unknown): void
}

export interface Pool {
  readonly isEmpty: boolean
  readonly usage: readonly Usage[]
  /** Greets a helper; it takes part once it has answered. */
  add(id: number, peer: Peer, start: Start): Promise<void>
  lose(id: number, reason: string): void
  /** When there is a helper, or none is to be expected any more. */
  ready(): Promise<void>
  addSource(id: number, source: Source): void
  forget(source: number, table: number): void
  /** Undefined: no helper would be of use, so the lead runs it. 'not run': the helpers are gone. */
  run(fragment: Fragment, urgency: Urgency, signal: AbortSignal): Promise<Uint8Array | 'not run'> | undefined
  close(): void
}

const isLarge = ({ cost }: Fragment): boolean => cost > LARGE_BYTES

export function createPool(): Pool {
  const helpers = new Map<number, Helper>()
  const greeting = new Map<number, { readonly peer: Peer; readonly answer: Promise<unknown> }>()
  const sources = new Map<number, Source>()
  const owners = new Map<string, Helper>()
  const queue: Task[] = []
  let largeUnderWay = 0
  const sharing = createSharing(disown)

  async function add(id: number, peer: Peer, start: Start): Promise<void> {
    const answer = peer.ask('hello', start).finally(() => greeting.delete(id))
    greeting.set(id, { peer, answer })
    await answer
    const helper: Helper = { peer, underWay: 0, usage: { bytesRead: 0, requests: 0, memoryBytes: 0 } }
    for (const [number, source] of sources) tell(helper, number, source)
    helpers.set(id, helper)
    dispatch()
  }

  function tell(helper: Helper, number: number, source: Source): void {
    const { spec, transfer } = source.share()
    // A helper that cannot open it will fail the fragments that need it, with the reason.
    helper.peer.ask('source', { source: number, spec }, { transfer }).catch(() => undefined)
  }

  function lose(id: number, reason: string): void {
    const error = new ExplorerError('nomem', reason)
    greeting.get(id)?.peer.fail(error)
    const helper = helpers.get(id)
    if (!helper) return
    remove(helper)
    helper.peer.fail(error) // its tasks come back through their rejections
    if (helpers.size === 0) for (const task of queue.splice(0)) task.resolve('not run')
    else dispatch()
  }

  async function ready(): Promise<void> {
    if (helpers.size > 0 || greeting.size === 0) return
    const late = new Promise((resolve) => setTimeout(resolve, START_MS))
    await Promise.race([late, Promise.any([...greeting.values()].map(({ answer }) => answer)).catch(() => undefined)])
  }

  function remove(helper: Helper): void {
    for (const [id, other] of helpers) if (other === helper) helpers.delete(id)
    for (const [affinity, owner] of owners) if (owner === helper) owners.delete(affinity)
  }

  /** Of a table, or of the parts of a stage. */
  function disown(id: number): void {
    for (const affinity of owners.keys()) if (affinity.startsWith(`${id}:`)) owners.delete(affinity)
  }

  function run(fragment: Fragment, urgency: Urgency, signal: AbortSignal): Promise<Uint8Array | 'not run'> | undefined {
    if (helpers.size === 0) return undefined
    // A page is small: sending it to a helper pays only where the columns are at hand.
    if (urgency === PAGE && !owners.has(fragment.affinity)) return undefined
    return new Promise((resolve, reject) => {
      enqueue({ fragment, urgency, signal, deaths: 0, resolve, reject })
    })
  }

  function enqueue(task: Task): void {
    queue.push(task)
    dispatch()
  }

  function dispatch(): void {
    dropAborted()
    for (let pair = nextPair(); pair; pair = nextPair()) {
      queue.splice(queue.indexOf(pair.task), 1)
      void send(pair.helper, pair.task)
    }
  }

  function dropAborted(): void {
    for (const task of queue.filter(({ signal }) => signal.aborted)) {
      queue.splice(queue.indexOf(task), 1)
      task.reject(task.signal.reason)
    }
  }

  /** The helper with the least to do for which there is a task. */
  function nextPair(): { helper: Helper; task: Task } | undefined {
    for (const helper of [...helpers.values()].sort((a, b) => a.underWay - b.underWay)) {
      const task = taskFor(helper)
      if (task) return { helper, task }
    }
    return undefined
  }

  /** Pages do not wait for room: the helper takes them before its other work. */
  function taskFor(helper: Helper): Task | undefined {
    let best: Task | undefined
    for (const task of queue) {
      const owner = owners.get(task.fragment.affinity)
      if ((owner && owner !== helper) || (!hasRoom(helper, task) && task.urgency !== PAGE)) continue
      if (!best || isBefore(task, best)) best = task
    }
    return best
  }

  /** Fragments are numbered from the table's first row on. One that has to be run again is waited for by all behind it. */
  const isBefore = (a: Task, b: Task): boolean =>
    a.urgency === b.urgency ? a.fragment.id < b.fragment.id : a.urgency < b.urgency

  function hasRoom({ underWay }: Helper, { fragment }: Task): boolean {
    if (!isLarge(fragment)) return underWay < UNDER_WAY
    const isFromServer = [...sources.values()].some(({ requests }) => requests > 0)
    return underWay < UNDER_WAY - 1 && !(isFromServer && largeUnderWay >= LARGE_FROM_SERVER)
  }

  async function send(helper: Helper, task: Task): Promise<void> {
    const { fragment, urgency, signal } = task
    owners.set(fragment.affinity, helper)
    helper.underWay++
    largeUnderWay += Number(isLarge(fragment))
    try {
      // One message after the other on one port: what is shared is there when the fragment is looked at.
      const told = fragment.shared && sharing.tell(helper.peer, fragment.shared, signal)
      const [answer] = await Promise.all([helper.peer.ask('fragment', { bytes: fragment.bytes, urgency }, { signal }), told])
      helper.usage = answer.usage
      task.resolve(new Uint8Array(answer.bytes))
    } catch (error) {
      failed(helper, task, error)
    } finally {
      helper.underWay--
      largeUnderWay -= Number(isLarge(fragment))
      dispatch()
    }
  }

  /** An error of the fragment is the job's; the death of its helper gives it one more chance elsewhere. */
  function failed(helper: Helper, task: Task, error: unknown): void {
    if (helper.peer.dead) remove(helper)
    if (!helper.peer.dead || task.signal.aborted || task.deaths > 0) return task.reject(error)
    task.deaths++
    if (helpers.size === 0) task.resolve('not run')
    else enqueue(task)
  }

  return {
    get isEmpty() { return helpers.size === 0 },
    get usage() { return [...helpers.values()].map(({ usage }) => usage) },
    add,
    lose,
    ready,
    run,
    addSource(id, source) {
      sources.set(id, source)
      for (const helper of helpers.values()) tell(helper, id, source)
    },
    forget(source, table) {
      if (!sources.delete(source)) return
      disown(table)
      for (const { peer } of helpers.values()) peer.ask('forget', { source, table }).catch(() => undefined)
    },
    close() {
      for (const { peer } of helpers.values()) peer.close()
      for (const { peer } of greeting.values()) peer.close()
      helpers.clear()
    },
  }
}
