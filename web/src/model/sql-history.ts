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

/** Walks through the history from the text in the editor: 1 is earlier, -1 later. Undefined: there is no further one. */
export function createRecall(history: QueryHistory): (text: string, step: 1 | -1) => string | undefined {
  let at = -1
  let draft = ''
  return (text, step) => {
    const isWalking = at >= 0 && text === history.all[at]
    if (!isWalking) {
      at = history.all.indexOf(text.trim())
      draft = at < 0 ? text : ''
    }
    const next = at + step
    if (next < 0 ? at < 0 || draft === '' : next >= history.all.length) return undefined
    at = next
    return at < 0 ? draft : history.all[at]
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
