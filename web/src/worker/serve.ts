// Makes a worker of a port: after hello it serves whatever it is asked, as the lead or as a helper of one.
import { ExplorerError } from '../engine/api.ts'
import { helperHandlers } from './helper.ts'
import { startInstance } from './instance.ts'
import { leadHandlers } from './lead.ts'
import { createPeer, type Handlers, type Port } from './peer.ts'
import { PROTOCOL, type Start } from './protocol.ts'

/** Answers how to end it (a worker is simply terminated). */
export function serve(port: Port): () => void {
  let closeLead = (): void => {}
  const handlers: Handlers = {
    async hello(start) {
      if (start.protocol !== PROTOCOL) throw wrongProtocol(start)
      const instance = await startInstance(start)
      const { close, ...lead } = leadHandlers(instance, start)
      Object.assign(handlers, lead, helperHandlers(instance))
      closeLead = close
      return { protocol: PROTOCOL }
    },
  }
  const peer = createPeer(port, handlers)
  return () => {
    closeLead()
    peer.close()
  }
}

const wrongProtocol = ({ protocol }: Start): ExplorerError =>
  new ExplorerError('unsupported', `the page speaks protocol ${protocol}, the worker ${PROTOCOL}: reload so that both come from one release`)
