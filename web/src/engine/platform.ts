// The few differences between a page, a worker and Node. Node's modules are asked for by name at run time, so that no
// bundler meets an import it cannot resolve.
export type { Worker as NodeWorker, MessagePort as NodePort } from 'node:worker_threads'

interface Builtins {
  'node:fs/promises': typeof import('node:fs/promises')
  'node:worker_threads': typeof import('node:worker_threads')
}

interface NodeProcess {
  getBuiltinModule?<K extends keyof Builtins>(name: K): Builtins[K]
}

/** A module of Node, or undefined where this is not Node. */
export const builtin = <K extends keyof Builtins>(name: K): Builtins[K] | undefined =>
  (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.(name)

const isAppleMobile = (agent: string, touchPoints: number): boolean =>
  /iPhone|iPad|iPod/.test(agent) || (agent.includes('Macintosh') && touchPoints > 1)

const MiB = 2 ** 20

/** A quarter of the device's memory where it is told, at most 4 GiB; 256 MB on iOS, which ends tabs early; 1 GiB elsewhere. */
export function defaultMemoryLimit(): number {
  if (typeof navigator === 'undefined') return 1024 * MiB
  if (isAppleMobile(navigator.userAgent ?? '', navigator.maxTouchPoints ?? 0)) return 256 * MiB
  const { deviceMemory } = navigator as { deviceMemory?: number }
  return deviceMemory === undefined ? 1024 * MiB : Math.min(4096, deviceMemory * 256) * MiB
}

export function defaultWorkers(): number {
  const cores = typeof navigator === 'undefined' ? 2 : (navigator.hardwareConcurrency ?? 2)
  return Math.max(1, Math.min(8, cores))
}
