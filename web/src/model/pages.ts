// The cells that are in memory: blocks of rows × groups of columns, fetched newest window first, forgotten oldest
// first. Reading is synchronous and never waits; what belongs to an older generation is shown until it is replaced.
import type { Column, Page } from '../engine/api.ts'

export interface Cell {
  /** Exact text; "" for a missing value. */
  readonly text: string
  readonly isNull: boolean
  /** Row number in the table, from 0. */
  readonly sourceRow: number
}

export interface PageReader {
  (firstRow: number, rows: number, columns: readonly number[], signal: AbortSignal): Promise<Page>
}

export interface Window {
  readonly firstRow: number
  readonly rows: number
  /** Table indices of the columns in sight. */
  readonly columns: readonly number[]
}

export interface PageCacheOptions {
  readonly blockRows?: number
  readonly groupColumns?: number
  /** How many block × group pieces are kept. */
  readonly capacity?: number
  /** Blocks asked for at the same time. */
  readonly inFlight?: number
  readonly onChange: () => void
  readonly onError: (error: unknown) => void
}

interface Piece {
  readonly page: Page
  readonly columns: ReadonlyMap<number, Column>
  readonly generation: number
}

export interface PageCache {
  /** Read from `read` from now on. `keep` shows the old pieces until new ones arrive. */
  reset(read: PageReader, rows: number, columns: number, options?: { readonly keep?: boolean }): void
  setRows(rows: number): void
  add(page: Page): void
  /** Fetch what is missing of a window, and drop requests that no window needs any more. */
  want(window: Window): void
  /** The columns that a read for these would fetch: whole groups. `add` expects such pages. */
  wholeGroups(columns: readonly number[]): number[]
  cell(row: number, column: number): Cell | undefined
  sourceRow(row: number): number | undefined
  /** Try again what failed. */
  retry(): void
  stop(): void
}

const indexColumns = (page: Page): Map<number, Column> => new Map(page.columns.map((column) => [column.index, column]))

export function createPageCache(options: PageCacheOptions): PageCache {
  const blockRows = options.blockRows ?? 128
  const groupColumns = options.groupColumns ?? 64
  const capacity = options.capacity ?? 512
  const limit = options.inFlight ?? 3

  let read: PageReader | undefined
  let totalRows = 0
  let generation = 0
  let columnCount = 0
  let wanted: Window | undefined
  /** Insertion order is age: a piece that is wanted again moves to the end. */
  const pieces = new Map<string, Piece>()
  const running = new Map<number, AbortController>()
  const failed = new Set<number>()

  const key = (block: number, group: number): string => `${block}/${group}`
  const groupOf = (column: number): number => Math.floor(column / groupColumns)
  const rowsOf = (block: number): number => Math.min(blockRows, totalRows - block * blockRows)

  function find(row: number, column: number): Piece | undefined {
    return pieces.get(key(Math.floor(row / blockRows), groupOf(column)))
  }

  /** A piece is good when it is of this generation and as long as its block is by now. */
  const isFresh = (piece: Piece | undefined, block: number): boolean =>
    piece !== undefined && piece.generation === generation && piece.page.rows >= rowsOf(block)

  function missingGroups(block: number, window: Window): number[] {
    const groups = new Set(window.columns.map(groupOf))
    return [...groups].filter((group) => !isFresh(pieces.get(key(block, group)), block))
  }

  /** Blocks in sight first, then one on either side. */
  function blocksOf(window: Window): number[] {
    const last = Math.floor((totalRows - 1) / blockRows)
    const begin = Math.max(0, Math.floor(window.firstRow / blockRows))
    const end = Math.min(last, Math.floor((window.firstRow + Math.max(1, window.rows) - 1) / blockRows))
    const blocks: number[] = []
    for (let block = begin; block <= end; block++) blocks.push(block)
    if (end + 1 <= last) blocks.push(end + 1)
    if (begin > 0) blocks.push(begin - 1)
    return blocks
  }

  function store(block: number, group: number, page: Page, columns: ReadonlyMap<number, Column>): void {
    const name = key(block, group)
    pieces.delete(name)
    pieces.set(name, { page, columns, generation })
    for (const oldest of pieces.keys()) {
      if (pieces.size <= capacity) break
      pieces.delete(oldest)
    }
  }

  async function fetchBlock(block: number, groups: readonly number[]): Promise<void> {
    const controller = new AbortController()
    const mine = generation
    running.set(block, controller)
    try {
      const columns = columnsIn(groups)
      const page = await read!(block * blockRows, rowsOf(block), columns, controller.signal)
      if (mine !== generation) return
      const indexed = indexColumns(page)
      for (const group of groups) store(block, group, page, indexed)
      options.onChange()
    } catch (error) {
      if (mine !== generation || controller.signal.aborted) return
      failed.add(block)
      options.onError(error)
    } finally {
      if (running.get(block) === controller) running.delete(block)
      if (mine === generation) pump()
    }
  }

  function columnsIn(groups: Iterable<number>): number[] {
    const columns: number[] = []
    for (const group of groups) {
      const end = Math.min(columnCount, (group + 1) * groupColumns)
      for (let column = group * groupColumns; column < end; column++) columns.push(column)
    }
    return columns
  }

  function pump(): void {
    if (!wanted || !read || totalRows === 0) return
    const blocks = blocksOf(wanted)
    for (const [block, controller] of running) if (!blocks.includes(block)) controller.abort()
    for (const block of blocks) {
      if (running.has(block) || failed.has(block)) continue
      if (running.size >= limit) return
      const groups = missingGroups(block, wanted)
      if (groups.length > 0) void fetchBlock(block, groups)
    }
  }

  function stopRunning(): void {
    for (const controller of running.values()) controller.abort()
    running.clear()
  }

  return {
    reset(nextRead, rows, columns, { keep = false } = {}) {
      stopRunning()
      failed.clear()
      generation++
      read = nextRead
      totalRows = rows
      columnCount = columns
      if (!keep) pieces.clear()
    },
    setRows(rows) {
      if (rows === totalRows) return
      totalRows = rows
      pump()
    },
    add(page) {
      const groups = [...new Set(page.columns.map(({ index }) => groupOf(index)))]
      const first = Math.ceil(page.firstRow / blockRows)
      const last = Math.floor((page.firstRow + page.rows - 1) / blockRows)
      // The first rows and columns last: they are the newest, and stay when there are more pieces than room.
      for (let block = last; block >= first; block--) {
        const part = block * blockRows === page.firstRow ? page : slice(page, block * blockRows - page.firstRow)
        const columns = indexColumns(part)
        for (const group of groups.toReversed()) store(block, group, part, columns)
      }
    },
    want(window) {
      wanted = window
      pump()
    },
    wholeGroups: (columns) => columnsIn(new Set(columns.map(groupOf))),
    cell(row, column) {
      const piece = find(row, column)
      const at = piece ? row - piece.page.firstRow : -1
      const values = piece?.columns.get(column)
      if (!piece || !values || at < 0 || at >= piece.page.rows) return undefined
      return { text: values.text(at), isNull: values.isNull(at), sourceRow: piece.page.sourceRow(at) }
    },
    sourceRow(row) {
      const block = Math.floor(row / blockRows)
      for (const column of wanted?.columns ?? []) {
        const page = pieces.get(key(block, groupOf(column)))?.page
        if (page && row < page.firstRow + page.rows) return page.sourceRow(row - page.firstRow)
      }
      return undefined
    },
    retry() {
      failed.clear()
      pump()
    },
    stop() {
      stopRunning()
      generation++
      read = undefined
    },
  }
}

/** A page that starts `skip` rows later, over the same buffers. */
function slice(page: Page, skip: number): Page {
  return {
    firstRow: page.firstRow + skip,
    rows: page.rows - skip,
    columns: page.columns.map((column) => ({
      index: column.index,
      type: column.type,
      isNull: (row) => column.isNull(row + skip),
      at: (row) => column.at(row + skip),
      text: (row) => column.text(row + skip),
    })),
    sourceRow: (i) => page.sourceRow(i + skip),
  }
}
