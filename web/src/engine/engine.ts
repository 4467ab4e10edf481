// createEngine: the first worker starts while the module is compiled; helpers start once rows are on screen.
import { ExplorerError, type Engine, type EngineOptions, type Openable, type OpenOptions, type Table } from './api.ts'
import { hostOnPage, startHost, type Host } from './hosts.ts'
import { helpersWithin, limitsOf } from './limits.ts'
import { createNames } from './names.ts'
import { builtin, defaultMemoryLimit, defaultWorkers } from './platform.ts'
import { createQueries } from './queries.ts'
import { specOf } from './spec.ts'
import { createTable } from './table.ts'
import { openUnion } from './union.ts'
import { absolute, compileModule, type WasmSource } from './wasm.ts'
import { createPeer, type Peer } from '../worker/peer.ts'
import { PROTOCOL, type Opened, type Start } from '../worker/protocol.ts'

/** Helpers start when a file has been opened, or this long after the engine is ready, when the page has drawn itself. */
const IDLE_MS = 100
/** Functions where bundlers find the files and copy them beside the script. */
const besideScript = {
  wasm: (): URL => new URL('./sonde.wasm', import.meta.url),
  brotli: (): URL => new URL('./sonde-brotli.wasm', import.meta.url),
}

export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { signal, workers = 'auto' } = options
  signal?.throwIfAborted()
  const memory = options.memoryLimit ?? defaultMemoryLimit()
  const helpers = workers === 'auto' ? Math.min(defaultWorkers(), helpersWithin(memory)) : workers
  const lead = await startLead(options, helpers)
  try {
    const module = await compileModule('wasm', options.wasm ?? besideScript.wasm(), signal)
    const brotli = sendable(options.brotli ?? besideScript.brotli())
    const start = { protocol: PROTOCOL, module, brotli, warmUp: lead.runsOn === 'worker', ...limitsOf(memory, helpers) }
    return runningEngine(await greet(lead, start, signal), options, helpers)
  } catch (error) {
    lead.host.terminate()
    throw error
  }
}

/** Workers resolve addresses against their own. */
const sendable = (source: WasmSource): Start['brotli'] =>
  (typeof source === 'string' || source instanceof URL ? absolute(source).href : source)

// --- the lead --------------------------------------------------------------------------------------------------------

interface Lead {
  readonly host: Host
  readonly peer: Peer
  readonly runsOn: 'worker' | 'page'
}

function leadAt(host: Host, runsOn: Lead['runsOn']): Lead {
  const peer = createPeer(host.port, {})
  host.onDeath((reason) => peer.fail(new ExplorerError('nomem', reason)))
  return { host, peer, runsOn }
}

async function startLead({ workerUrl }: EngineOptions, helpers: number): Promise<Lead> {
  const isNode = builtin('node:worker_threads') !== undefined
  if (isNode && helpers === 0) return leadAt(await hostOnPage(), 'page')
  try {
    return leadAt(startHost(workerUrl), 'worker')
  } catch (error) {
    return fallBack(error)
  }
}

async function fallBack(reason: unknown): Promise<Lead> {
  console.warn(`sonde: no worker could start (${String(reason)}), so the engine runs on the page's own thread. Check workerUrl and the Content-Security-Policy (worker-src).`)
  return leadAt(await hostOnPage(), 'page')
}

async function greet(lead: Lead, start: Start, signal: AbortSignal | undefined): Promise<Lead> {
  try {
    await lead.peer.ask('hello', start, { signal })
    return lead
  } catch (error) {
    const neverStarted = lead.peer.dead && lead.runsOn === 'worker'
    if (!neverStarted) throw error
    lead.host.terminate()
    return greet(await fallBack(error), start, signal)
  }
}

// --- helpers ---------------------------------------------------------------------------------------------------------

/** Workers are made here and handed to the lead by their ports: nested workers are not to be had everywhere. */
function startHelpers({ peer }: Lead, count: number, workerUrl: URL | string | undefined): Host[] {
  return Array.from({ length: count }, (_, helper) => {
    const host = startHost(workerUrl)
    host.onDeath((reason) => void peer.ask('lost', { helper, reason }).catch(() => undefined))
    // A helper that cannot start is no loss: the others, or the lead, do its work.
    peer.ask('helper', { helper, port: host.port }, { transfer: [host.port] }).catch(() => host.terminate())
    return host
  })
}

// --- the engine ------------------------------------------------------------------------------------------------------

function runningEngine(lead: Lead, { workerUrl }: EngineOptions, count: number): Engine {
  const { host, peer, runsOn } = lead
  let helpers: Host[] | undefined = runsOn === 'page' ? [] : undefined
  const start = (): void => void (helpers ??= startHelpers(lead, count, workerUrl))
  const names = createNames()
  const queries = createQueries(peer, names)
  const idle = setTimeout(start, IDLE_MS)

  async function openFile(source: Openable, { name, read = {}, signal, onProgress }: OpenOptions): Promise<Opened> {
    const { spec, transfer } = specOf(source, name)
    return peer.ask('open', { source: spec, name: spec.name, read }, {
      signal, transfer, ...(onProgress && { onEvent: onProgress }),
      onUnwanted: ({ info }) => void peer.ask('drop', { table: info.id }).catch(() => undefined),
    }).finally(start)
  }

  /** A list of one is a file, unless its name is wanted beside its rows. */
  async function openFiles(sources: readonly Openable[], { name, ...options }: OpenOptions): Promise<Opened> {
    const [only, ...others] = sources
    if (only === undefined || others.length > 0 || options.filename) return openUnion(peer, sources, openFile, { ...options, ...(name !== undefined && { name }) })
    const called = options.names?.[0] ?? name
    return openFile(only, { ...options, ...(called !== undefined && { name: called }) })
  }

  async function open(source: Openable | readonly Openable[], options: OpenOptions = {}): Promise<Table> {
    const { scan = true, signal, onProgress } = options
    signal?.throwIfAborted()
    const opened = await (isList(source) ? openFiles(source, options) : openFile(source, options))
    const table = names.add(opened.info.name, (host) => createTable(peer, opened, { ...host, onProgress }))
    if (scan) table.resumeScan()
    return table
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    helpers ??= []
    peer.close()
    for (const worker of [host, ...helpers]) worker.terminate()
  }

  return { runsOn, open, ...queries, close, [Symbol.asyncDispose]: close }
}

const isList = (source: Openable | readonly Openable[]): source is readonly Openable[] => Array.isArray(source)
