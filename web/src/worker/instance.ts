// What every worker holds: an instance of the engine, the sources it may read, and turns for its jobs.
import { ExplorerError } from '../engine/api.ts'
import { createBrotli, type Brotli } from '../engine/brotli.ts'
import { createCore, type Core, type Want } from '../engine/core.ts'
import type { Source } from '../engine/source.ts'
import { instantiateEngine } from '../engine/wasm.ts'
import { zoneSpec } from '../engine/zones.ts'
import type { Start, Usage } from './protocol.ts'
import { createSharedReads } from './shared-reads.ts'
import { createTurns, type Turns } from './turns.ts'

export interface Instance {
  readonly core: Core
  readonly turns: Turns
  /** Again with a source that has grown. */
  addSource(id: number, source: Source): void
  dropSource(id: number): void
  bring(want: Want, signal: AbortSignal): Promise<void>
  tellZones(names: readonly string[]): void
  readonly usage: Usage
}

/** Wanted bytes of this source are no bytes but the brotli decoder (sonde.h, sonde_want). */
const BROTLI = 0

export async function startInstance(start: Pick<Start, 'module' | 'limits' | 'brotli'>): Promise<Instance> {
  const brotli = createBrotli(start.brotli)
  return createInstance(createCore(await instantiateEngine(start.module, brotli), start.limits), brotli)
}

export function createInstance(core: Core, brotli: Pick<Brotli, 'load' | 'memoryBytes'>): Instance {
  const sources = new Map<number, Source>()
  const shared = createSharedReads()
  const closed = { bytesRead: 0, requests: 0 }

  async function read(want: Want, signal: AbortSignal): Promise<void> {
    const source = sources.get(want.source)
    if (!source) throw new ExplorerError('bytes', `source ${want.source} is closed`)
    const bytes = await source.read(want.offset, want.length, signal)
    if (signal.aborted || sources.get(want.source) !== source) return
    core.bring(want, bytes)
  }

  return {
    core,
    turns: createTurns(),
    addSource(id, source) {
      core.addSource(id, source.size)
      sources.set(id, source)
    },
    dropSource(id) {
      const source = sources.get(id)
      if (!source) return
      sources.delete(id)
      core.dropSource(id)
      closed.bytesRead += source.bytesRead
      closed.requests += source.requests
      source.close()
    },
    bring(want, signal) {
      if (want.source === BROTLI) return brotli.load()
      return shared(`${want.source}:${want.offset}:${want.length}`, (ending) => read(want, ending), signal)
    },
    tellZones(names) {
      for (const name of names) core.start(zoneSpec(name)).free()
    },
    get usage() {
      const all = [closed, ...sources.values()]
      const sum = (key: keyof typeof closed): number => all.reduce((total, each) => total + each[key], 0)
      return { bytesRead: sum('bytesRead'), requests: sum('requests'), memoryBytes: core.memoryBytes + brotli.memoryBytes }
    },
  }
}
