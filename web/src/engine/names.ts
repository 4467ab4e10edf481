// What SQL calls the tables that are open: each by its file's name without endings, made different where two are the same.
import type { Table } from './api.ts'
import type { TableHost } from './table.ts'
import { quoteName } from './sql-name.ts'

export interface NamedTable {
  readonly name: string
  readonly table: Table
}

export interface Names {
  readonly all: readonly NamedTable[]
  /** The table that `create` makes, under a name of its own until it is closed. */
  add(fileName: string, create: (host: TableHost) => Table): Table
}

export function createNames(): Names {
  const tables = new Map<string, NamedTable>()

  function free(stem: string): string {
    const isTaken = (name: string): boolean => tables.has(name.toLowerCase())
    if (!isTaken(stem)) return stem
    for (let n = 2; ; n++) if (!isTaken(`${stem}_${n}`)) return `${stem}_${n}`
  }

  return {
    get all() { return [...tables.values()] },
    add(fileName, create) {
      const name = free(stemOf(fileName))
      const key = name.toLowerCase()
      const table = create({ sqlName: quoteName(name), onClose: () => void tables.delete(key) })
      tables.set(key, { name, table })
      return table
    },
  }
}

/** "trips.csv.gz" is trips, ".hidden" stays. */
export function stemOf(fileName: string): string {
  const packed = fileName.replace(/(.)\.(gz|zst|zstd)$/i, '$1')
  return packed.replace(/(.)\.[a-z0-9]{1,8}$/i, '$1') || 'data'
}
