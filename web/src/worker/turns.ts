// Between two steps of a job the thread's messages get a chance, and the most urgent waiting job steps next. A turn is
// a message to oneself: setTimeout would cost 4 ms each, a promise would let no message through. Only one such message is
// under way at a time; a queue of them would keep those of others (the next fragment, whose bytes could be on their way)
// waiting for all steps before it.
import type { Urgency } from './protocol.ts'

export interface Turns {
  next(urgency: Urgency): Promise<void>
}

function poster(onTurn: () => void): () => void {
  const immediate = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate
  if (immediate) return () => immediate(onTurn) // Node, where an open channel would keep the process alive
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = onTurn
  return () => port2.postMessage(null)
}

export function createTurns(): Turns {
  const waiting: (() => void)[][] = [[], [], []]
  let isPosted = false
  const post = poster(() => {
    const next = waiting.find((queue) => queue.length > 0)?.shift()
    isPosted = waiting.some((queue) => queue.length > 0)
    if (isPosted) post()
    next?.()
  })
  return {
    next: (urgency) => new Promise((resolve) => {
      waiting[urgency]!.push(resolve)
      if (isPosted) return
      isPosted = true
      post()
    }),
  }
}
