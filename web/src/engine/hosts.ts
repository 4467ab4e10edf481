// Starts workers: module workers in browsers, worker threads in Node, and where neither can start, the page itself.
import { ExplorerError } from './api.ts'
import { builtin, type NodeWorker } from './platform.ts'

/** A worker that answers at `port`. */
export interface Host {
  readonly port: MessagePort
  /** At most once, when it died by itself. */
  onDeath(listener: (reason: string) => void): void
  terminate(): void
}

/** In Node, a constructor like that of browsers. */
function nodeWorkers(): typeof Worker | undefined {
  const { Worker: Thread } = builtin('node:worker_threads') ?? {}
  return Thread as unknown as typeof Worker | undefined
}

export function startHost(workerUrl?: URL | string): Host {
  const Worker = globalThis.Worker ?? nodeWorkers()
  if (Worker === undefined) throw new ExplorerError('unsupported', 'there are no workers here')
  const worker = workerUrl === undefined
    ? new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'sonde' })
    : new Worker(reachable(workerUrl), { type: 'module', name: 'sonde' })
  const { port1, port2 } = new MessageChannel()
  worker.postMessage({ port: port2 }, [port2])
  return {
    port: port1,
    onDeath: (listener) => watch(worker, listener),
    terminate() {
      port1.close()
      void worker.terminate()
    },
  }
}

function watch(worker: Worker | NodeWorker, listener: (reason: string) => void): void {
  if ('on' in worker) {
    worker.once('error', (error: unknown) => listener(`a worker failed: ${String(error)}`))
    worker.once('exit', () => listener('a worker ended'))
  } else {
    worker.onerror = (event) => {
      event.preventDefault()
      listener(`a worker failed: ${event.message || 'its script could not be loaded'}`)
    }
  }
}

/** A script of another origin may not be a worker, but one of our own may import it (which asks for CORS there, and for
 * blob: in the Content-Security-Policy here). */
function reachable(url: URL | string): URL | string {
  if (typeof location === 'undefined') return url
  const { href, origin } = new URL(url, location.href)
  if (origin === location.origin || origin === 'null') return href
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(href)}`], { type: 'text/javascript' }))
}

/** No worker at all: the engine shares the page's thread, in short steps. */
export async function hostOnPage(): Promise<Host> {
  const { serve } = await import('../worker/serve.ts')
  const { port1, port2 } = new MessageChannel()
  const end = serve(port2)
  return {
    port: port1,
    onDeath: () => undefined,
    terminate() {
      end()
      port1.close()
    },
  }
}
