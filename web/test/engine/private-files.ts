// The origin-private file system and the locks of a browser, in memory: what FileSystemSyncAccessHandle and LockManager promise,
// as far as spools ask for it.
import { vi } from 'vitest'

export interface PrivateFiles {
  /** Paths with their bytes. */
  readonly files: Map<string, Uint8Array>
  /** The largest each file became, in the order they were made. */
  readonly made: { readonly path: string; size: number }[]
  readonly locked: Set<string>
  /** Bytes that may be written to one file. */
  quota: number
}

/** Until vi.unstubAllGlobals. */
export function stubPrivateFiles(): PrivateFiles {
  const disk: PrivateFiles = { files: new Map(), made: [], locked: new Set(), quota: Infinity }
  vi.stubGlobal('FileSystemFileHandle', class { createSyncAccessHandle(): void {} })
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => folder(disk, '') }, locks: locks(disk) })
  return disk
}

const folder = (disk: PrivateFiles, path: string): object => ({
  getDirectoryHandle: async (name: string) => folder(disk, `${path}${name}/`),
  getFileHandle: async (name: string) => ({ createSyncAccessHandle: async () => accessHandle(disk, path + name) }),
  async removeEntry(name: string) {
    if (!disk.files.delete(path + name)) throw new DOMException('no such file', 'NotFoundError')
  },
  async* keys() { for (const each of [...disk.files.keys()]) if (each.startsWith(path)) yield each.slice(path.length) },
})

function accessHandle(disk: PrivateFiles, path: string): object {
  const entry = { path, size: 0 }
  let isOpen = true
  disk.made.push(entry)
  disk.files.set(path, new Uint8Array(0))
  const content = (): Uint8Array => {
    if (!isOpen) throw new DOMException('the handle is closed', 'InvalidStateError')
    return disk.files.get(path)!
  }
  return {
    write(bytes: Uint8Array, { at }: { at: number }) {
      const grown = new Uint8Array(Math.max(content().length, at + bytes.length))
      if (grown.length > disk.quota) throw new DOMException('no space left', 'QuotaExceededError')
      grown.set(content())
      grown.set(bytes, at)
      disk.files.set(path, grown)
      entry.size = grown.length
      return bytes.length
    },
    read(bytes: Uint8Array, { at }: { at: number }) {
      const found = content().subarray(at, at + bytes.length)
      bytes.set(found)
      return found.length
    },
    close: () => { isOpen = false },
  }
}

type Held<T> = (lock: object | null) => Promise<T> | T

const locks = ({ locked }: PrivateFiles): object => ({
  async request<T>(name: string, ...rest: [Held<T>] | [{ ifAvailable: boolean }, Held<T>]): Promise<T> {
    const work = rest.at(-1) as Held<T>
    if (locked.has(name)) return work(null)
    locked.add(name)
    try {
      return await work({ name })
    } finally {
      locked.delete(name)
    }
  },
})
