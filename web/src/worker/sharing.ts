// What the fragments of a stage share: each helper is told once, and told to forget it when its job has gone on or ended.
import type { Shared } from '../engine/core.ts'
import type { Peer } from './peer.ts'

export interface Sharing {
  /** Resolves when the helper has it. */
  tell(peer: Peer, shared: Shared, job: AbortSignal): Promise<void>
}

export function createSharing(onForgotten: (id: number) => void): Sharing {
  const told = new Map<number, Map<Peer, Promise<void>>>()
  const current = new WeakMap<AbortSignal, number>()

  function forget(id: number): void {
    for (const peer of told.get(id)?.keys() ?? []) peer.ask('unshare', { shared: id }).catch(() => undefined)
    told.delete(id)
    onForgotten(id)
  }

  /** A job needs one number at a time, and none once it has ended. */
  function follow(id: number, job: AbortSignal): void {
    const before = current.get(job)
    if (before === id) return
    current.set(job, id)
    if (before === undefined) job.addEventListener('abort', () => forget(current.get(job)!), { once: true })
    else forget(before)
  }

  return {
    async tell(peer, shared, job) {
      if (job.aborted) return
      follow(shared.id, job)
      const peers = told.get(shared.id) ?? new Map<Peer, Promise<void>>()
      told.set(shared.id, peers)
      const telling = peers.get(peer) ?? peer.ask('share', { shared: shared.id, bytes: shared.bytes })
      peers.set(peer, telling)
      await telling
    },
  }
}
