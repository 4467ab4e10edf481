// The one entry file of all workers, in browsers and in Node: the first message brings the port to serve.
import { builtin } from '../engine/platform.ts'
import { serve } from './serve.ts'

interface First {
  readonly port: MessagePort
}

const parent = builtin('node:worker_threads')?.parentPort
if (parent) parent.once('message', ({ port }: First) => serve(port))
else addEventListener('message', ({ data }: MessageEvent<First>) => serve(data.port), { once: true })
