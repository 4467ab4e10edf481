// Where a file on a server is. A signed address expires while the file is still being read; whoever signed it gives the
// next one. Plain data goes to every worker: an address that is asked for the next one, or a port to a function of the host.
import { ExplorerError, type RemoteFile } from './api.ts'
import { deferred, orAborted, type Deferred } from './deferred.ts'
import type { UrlSpec } from './source.ts'

export type RefreshSpec = { readonly url: string } | { readonly port: MessagePort }

export interface Address {
  readonly url: string
  /** The address in place of `refused`, if there is one. Who asks while another one does gets the same answer. */
  next(refused: string): Promise<string | undefined>
  share(): { readonly refresh?: RefreshSpec; readonly transfer: Transferable[] }
  close(): void
}

interface Refresher {
  ask(): Promise<string>
  share(): { readonly refresh: RefreshSpec; readonly transfer: Transferable[] }
  close(): void
}

export function addressOf({ name, url, refresh }: UrlSpec): Address {
  if (refresh === undefined) return { url, next: async () => undefined, share: () => ({ transfer: [] }), close: () => {} }
  const refresher = 'url' in refresh ? askSite(refresh.url) : askHost(refresh.port)
  let current = url
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    try {
      return (current = await refresher.ask())
    } catch (error) {
      throw new ExplorerError('bytes', `${name} could not be read: its address is no longer accepted, and there is no new one: ${messageOf(error)}`)
    } finally {
      asking = undefined
    }
  }
  return {
    get url() { return current },
    next: async (refused) => (refused === current ? (asking ??= ask()) : current),
    share: refresher.share,
    close: refresher.close,
  }
}

/** fetch; when the address is refused, at the next one. `beside` is what is asked for, where that is not the address itself. */
export async function fetchAt(address: Address, init: RequestInit & { readonly signal: AbortSignal }, beside = (url: string) => url): Promise<Response> {
  const { url } = address
  const response = await fetch(beside(url), init)
  if (response.status !== 401 && response.status !== 403) return response
  const next = await orAborted(address.next(url), init.signal)
  if (next === undefined) return response
  void response.body?.cancel()
  return fetch(beside(next), init)
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

// --- an address that answers {"url": …} -------------------------------------------------------------------------------

const askSite = (url: string): Refresher => ({
  async ask() {
    const response = await fetch(url, { headers: { accept: 'application/json' }, cache: 'no-store' })
    const said = await response.json().catch(() => ({})) as { url?: unknown; detail?: unknown }
    if (response.ok && typeof said.url === 'string') return new URL(said.url, url).href
    throw new Error(typeof said.detail === 'string' ? said.detail : `the site answered ${response.status} without one; sign in again`)
  },
  share: () => ({ refresh: { url }, transfer: [] }),
  close: () => {},
})

// --- a function of the host -------------------------------------------------------------------------------------------

type Refresh = Extract<RemoteFile['refresh'], () => unknown>
type ToHost = { readonly id: number } | { readonly connect: MessagePort }
type ToWorker = { readonly id: number; readonly url: string } | { readonly id: number; readonly error: string }

/** On the host: answers what arrives at the other end of the port that it returns. */
export function serveRefresh(refresh: Refresh): MessagePort {
  const { port1, port2 } = new MessageChannel()
  serve(refresh, port1)
  return port2
}

function serve(refresh: Refresh, port: MessagePort): void {
  const answer = async (id: number): Promise<ToWorker> => {
    try {
      const url = await refresh()
      return { id, url: new URL(url, typeof location === 'undefined' ? undefined : location.href).href }
    } catch (error) {
      return { id, error: messageOf(error) }
    }
  }
  port.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if ('connect' in data) serve(refresh, data.connect)
    else void answer(data.id).then((message) => port.postMessage(message))
  }
}

function askHost(port: MessagePort): Refresher {
  const waiting = new Map<number, Deferred<string>>()
  let lastId = 0
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('url' in data) asked?.resolve(data.url)
    else asked?.reject(new Error(data.error))
  }
  return {
    ask() {
      const asked = deferred<string>()
      waiting.set(++lastId, asked)
      port.postMessage({ id: lastId } satisfies ToHost)
      return asked.promise
    },
    share() {
      const { port1, port2 } = new MessageChannel()
      port.postMessage({ connect: port1 } satisfies ToHost, [port1])
      return { refresh: { port: port2 }, transfer: [port2] }
    },
    close: () => port.close(),
  }
}
