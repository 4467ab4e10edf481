// What a helper worker does: runs fragments over sources that it reads itself.
import { holdForSecondRead } from '../engine/source-held.ts'
import { openSource } from '../engine/source.ts'
import type { Instance } from './instance.ts'
import type { Handlers } from './peer.ts'
import { SCAN } from './protocol.ts'
import { runJob } from './run-job.ts'

export function helperHandlers(instance: Instance): Handlers {
  const { core } = instance
  return {
    async source({ source, spec }, { signal }) {
      instance.addSource(source, holdForSecondRead(await openSource(spec, signal)))
    },
    async forget({ source, table }, { signal }) {
      instance.dropSource(source)
      await runJob(core.start({ job: 'drop', table }), instance, { urgency: SCAN, signal }) // its columns
    },
    share: ({ shared, bytes }) => core.share(shared, bytes),
    unshare: ({ shared }) => core.unshare(shared),
    async fragment({ bytes, urgency }, { signal, transfer }) {
      let result = new Uint8Array(0)
      await runJob(core.startFragment(bytes), instance, {
        urgency, signal, onDone: (job) => { result = job.page() },
      })
      transfer(result.buffer)
      return { bytes: result.buffer, usage: instance.usage }
    },
  }
}
