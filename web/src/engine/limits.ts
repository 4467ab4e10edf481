// How the memory of an engine is shared out among its workers.
import type { Start } from '../worker/protocol.ts'

/** What an instance wants to itself: reading and parsing blocks of 16 MB, and something to keep. Less, and fewer helpers do more. */
const WORK_BYTES = 160 * 2 ** 20
const INSTANCE_BYTES = 192 * 2 ** 20
/** With less a helper keeps next to nothing of what it decodes. */
const HELPER_BYTES = 256 * 2 ** 20

export const helpersWithin = (memoryLimit: number): number => Math.max(0, Math.floor(memoryLimit / INSTANCE_BYTES) - 1)

/** Half is the lead's, where a query's columns are brought together beside tables and orders, unless too little were left for helpers. */
export function limitsOf(memoryLimit: number, helpers: number): Pick<Start, 'limits' | 'helperLimits'> {
  const equal = memoryLimit / (helpers + 1)
  const lead = Math.max(equal, Math.min(memoryLimit / 2, memoryLimit - helpers * HELPER_BYTES))
  return { limits: limitsWithin(lead), helperLimits: limitsWithin((memoryLimit - lead) / Math.max(1, helpers)) }
}

/** Columns that are kept make way for what is needed: there may be many of them. */
function limitsWithin(share: number): Start['limits'] {
  const keep = Math.floor(Math.min(share * 3 / 4, Math.max(share / 8, share - WORK_BYTES)))
  return { memory: Math.floor(share), keep }
}
