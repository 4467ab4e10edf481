// Files for what queries spill (sonde.h, SONDE_SPILL), in the origin-private file system. A query's file is made when the first
// rows come and removed with its query. A lock of the file's name lasts no longer than its worker, so a file that nobody has
// locked was left by a tab that ended early.
import { ExplorerError } from '../engine/api.ts'
import type { Source } from '../engine/source.ts'

const FOLDER = 'sonde-spilled'

/** A source that grows. Nobody else reads it. */
export interface Spool extends Source {
  append(rows: Uint8Array<ArrayBuffer>): Promise<void>
}

export type MakeSpool = () => Spool

/** Of FileSystemSyncAccessHandle, which only workers have. */
interface FileHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  read(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number
  close(): void
}

interface File {
  readonly handle: FileHandle
  remove(): void
}

type Openable = FileSystemFileHandle & { createSyncAccessHandle(): Promise<FileHandle> }

/** Undefined where no files are to be had: in private windows of some browsers, on the page's own thread, in Node. */
export async function findSpools(): Promise<MakeSpool | undefined> {
  if (typeof FileSystemFileHandle === 'undefined' || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return undefined
  try {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle(FOLDER, { create: true })
    removeLeftOvers(folder).catch(() => undefined) // the next worker tries again
    return () => createSpool(folder)
  } catch {
    return undefined
  }
}

async function removeLeftOvers(folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const name of folder.keys())
    await navigator.locks.request(lockOf(name), { ifAvailable: true }, (lock) => lock && folder.removeEntry(name))
}

const lockOf = (name: string): string => `${FOLDER}/${name}`

/** Answers how to let go of it. */
const lock = (name: string): Promise<() => void> => new Promise((locked, reject) => {
  navigator.locks.request(lockOf(name), () => new Promise<void>(locked)).catch(reject)
})

async function createFile(folder: FileSystemDirectoryHandle): Promise<File> {
  const name = crypto.randomUUID()
  const unlock = await lock(name) // before the file is there, so that nobody takes it for left over
  const remove = (): void => void folder.removeEntry(name).catch(() => undefined).finally(unlock)
  try {
    const file = await folder.getFileHandle(name, { create: true }) as Openable
    const handle = await file.createSyncAccessHandle()
    return { handle, remove: () => (handle.close(), remove()) }
  } catch (error) {
    remove()
    throw error
  }
}

function createSpool(folder: FileSystemDirectoryHandle): Spool {
  let file: File | undefined
  let size = 0

  async function append(rows: Uint8Array<ArrayBuffer>): Promise<void> {
    file ??= await createFile(folder)
    const written = file.handle.write(rows, { at: size })
    if (written < rows.length) throw new Error(`${written} of ${rows.length} bytes were written`)
    size += rows.length
  }

  return {
    name: 'rows that memory does not hold',
    notes: [],
    requests: 0,
    bytesRead: 0, // they are not the user's
    get size() { return size },
    append: (rows) => append(rows).catch((error: unknown) => { throw cannotKeep(error) }),
    async read(offset, length) {
      const bytes = new Uint8Array(length)
      const read = file?.handle.read(bytes, { at: offset }) ?? 0
      if (read < length) throw new ExplorerError('bytes', `rows that were kept in a file end at byte ${offset + read}`, offset + read)
      return bytes
    },
    share: () => { throw new ExplorerError('misuse', 'what a query spilled is read by its own worker only') },
    close: () => file?.remove(),
  }
}

const cannotKeep = (error: unknown): ExplorerError => new ExplorerError('bytes',
  `rows that memory does not hold cannot be kept in a private file of the browser: ${String(error)}; free some space on the disk, or ask for fewer rows or columns`)
