// What every worker holds: an instance of the engine, the sources it may read, and turns for its jobs.
import { ExplorerError } from '../engine/api.ts'
import { createCore, type Core, type Limits, type Want } from '../engine/core.ts'
import type { Source } from '../engine/source.ts'
import { instantiate } from '../engine/wasm.ts'
import type { Usage } from './protocol.ts'
import { createTurns, type Turns } from './turns.ts'

export interface Instance {
  readonly core: Core
  readonly turns: Turns
  addSource(id: number, source: Source): void
  dropSource(id: number): void
  bring(want: Want, signal: AbortSignal): Promise<void>
  readonly usage: Usage
}

export const startInstance = async (module: WebAssembly.Module, limits: Limits): Promise<Instance> =>
  createInstance(createCore(await instantiate(module), limits))

export function createInstance(core: Core): Instance {
  const sources = new Map<number, Source>()
  let closedBytesRead = 0
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
      closedBytesRead += source.bytesRead
      source.close()
    },
    async bring(want, signal) {
      const source = sources.get(want.source)
      if (!source) throw new ExplorerError('bytes', `source ${want.source} is closed`)
      const bytes = await source.read(want.offset, want.length, signal)
      if (signal.aborted || sources.get(want.source) !== source) return
      core.bring(want, bytes)
    },
    get usage() {
      let bytesRead = closedBytesRead
      for (const source of sources.values()) bytesRead += source.bytesRead
      return { bytesRead, memoryBytes: core.memoryBytes }
    },
  }
}
