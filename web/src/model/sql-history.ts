// The queries that were run, the newest first, each once; kept where the host says.

export interface QueryHistory {
  readonly all: readonly string[]
  add(sql: string): void
}

/** What localStorage has; it may throw where storage is forbidden. */
export type TextStorage = Pick<Storage, 'getItem' | 'setItem'>

const key = 'sonde.sql.history'
const length = 100

export function createQueryHistory(storage: () => TextStorage): QueryHistory {
  let all = readAll(storage)
  return {
    get all() { return all },
    add(sql) {
      const text = sql.trim()
      if (text === '') return
      all = [text, ...all.filter((old) => old !== text)].slice(0, length)
      try {
        storage().setItem(key, JSON.stringify(all))
      } catch {
        // forbidden or full: then it lasts as long as the page
      }
    },
  }
}

function readAll(storage: () => TextStorage): readonly string[] {
  try {
    const read: unknown = JSON.parse(storage().getItem(key) ?? '[]')
    return Array.isArray(read) ? read.filter((text) => typeof text === 'string') : []
  } catch {
    return []
  }
}
