// Several files as one table: each is opened and scanned, then the lead makes one of them.
import { ExplorerError, type Openable, type OpenOptions, type Progress } from './api.ts'
import type { Peer } from '../worker/peer.ts'
import type { Opened } from '../worker/protocol.ts'

/** Enough for small files to be read side by side; a large one keeps all helpers busy by itself. */
const AT_ONCE = 4

export type OpenFile = (source: Openable, options: OpenOptions) => Promise<Opened>

export async function openUnion(peer: Peer, sources: readonly Openable[], openFile: OpenFile, options: OpenOptions): Promise<Opened> {
  const { name = `${sources.length} files`, names = [], read, filename = false, signal, onProgress } = options
  if (sources.length === 0) throw new ExplorerError('unsupported', 'there is no file that can be opened')
  const opened = new Map<number, Opened>()
  const failing = new AbortController()
  const either = signal ? AbortSignal.any([signal, failing.signal]) : failing.signal
  const total = createTotal(sources.length, onProgress)

  async function openMember(source: Openable, i: number): Promise<void> {
    const member = await openFile(source, { ...(names[i] !== undefined && { name: names[i] }), ...(read && { read }), signal: either })
    opened.set(i, member)
    const { id, bytes, name: called } = member.info
    total.begin(i, bytes)
    await peer.ask('scan', { table: id }, { signal: either, onEvent: ({ progress }) => total.tell(i, progress) })
      .catch((error: unknown) => { throw named(error, called) })
    total.end(i)
  }

  try {
    await inTurn(sources, AT_ONCE, openMember, (reason) => failing.abort(reason))
    const members = sources.map((_, i) => opened.get(i)!)
    const column = filenameColumn(filename, members)
    return await peer.ask('union', { tables: members.map(({ info }) => info.id), name, ...(column !== undefined && { filename: column }) }, {
      signal, ...(onProgress && { onEvent: onProgress }),
      onUnwanted: ({ info }) => void peer.ask('drop', { table: info.id }).catch(() => undefined),
    })
  } catch (error) {
    for (const { info } of opened.values()) void peer.ask('drop', { table: info.id }).catch(() => undefined)
    throw error
  }
}

/** Works on all items, a few at once; the first failure ends those under way. Settles when none is under way. */
async function inTurn<T>(
  items: readonly T[], atOnce: number, work: (item: T, i: number) => Promise<void>, onFailure: (reason: unknown) => void,
): Promise<void> {
  const failures: unknown[] = []
  let next = 0
  const turns = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    while (next < items.length && failures.length === 0) {
      const i = next++
      await work(items[i]!, i).catch((error: unknown) => {
        failures.push(error)
        onFailure(error)
      })
    }
  })
  await Promise.all(turns)
  if (failures.length > 0) throw failures[0]
}

const named = (error: unknown, file: string): unknown =>
  (error instanceof ExplorerError ? new ExplorerError(error.code, `${file}: ${error.message}`, error.at) : error)

function filenameColumn(filename: boolean | string, members: readonly Opened[]): string | undefined {
  if (typeof filename === 'string') return filename
  if (!filename) return undefined
  const taken = new Set(members.flatMap(({ info }) => info.columns.map(({ name }) => name)))
  let free = 'filename'
  for (let n = 2; taken.has(free); n++) free = `filename_${n}`
  return free
}

/** The progress of all files as that of one: of each the index is the first half, the import the second. */
function createTotal(files: number, tell: ((progress: Progress) => void) | undefined) {
  const parts = Array.from({ length: files }, () => ({ bytes: 0, done: 0, rows: 0 }))
  const sum = (part: (each: (typeof parts)[number]) => number): number => parts.reduce((total, each) => total + part(each), 0)
  const shareOf = ({ phase, doneBytes, totalBytes }: Progress): number => {
    const share = totalBytes > 0 ? doneBytes / totalBytes : 0
    return phase === 'import' ? (1 + share) / 2 : share / 2
  }
  return {
    begin(i: number, bytes: number): void { parts[i]!.bytes = bytes },
    tell(i: number, progress: Progress): void {
      const part = parts[i]!
      part.done = Math.max(part.done, part.bytes * shareOf(progress))
      part.rows = progress.rows
      tell?.({ ...progress, doneBytes: Math.round(sum(({ done }) => done)), totalBytes: totalBytes(), rows: sum(({ rows }) => rows) })
    },
    end(i: number): void { parts[i]!.done = parts[i]!.bytes },
  }

  /** Files that are not open yet are taken to be as large as those that are. */
  function totalBytes(): number {
    const known = parts.filter(({ bytes }) => bytes > 0).length
    return known === 0 ? 0 : Math.round(sum(({ bytes }) => bytes) * (files / known))
  }
}
