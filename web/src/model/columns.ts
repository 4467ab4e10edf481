// Which columns are shown, in which order and how wide; and the layout (positions in px) that follows from it.
// Columns are named by their index in the table. Everything is linear in the number of columns, for 100,000 of them.

export interface ColumnsState {
  /** Every column of the table once, in display order (before pinning). */
  readonly order: readonly number[]
  readonly hidden: ReadonlySet<number>
  /** Shown first, always in sight, in this order. */
  readonly pinned: readonly number[]
  /** Widths in px of the columns that were measured or resized. */
  readonly widths: ReadonlyMap<number, number>
}

export const defaultWidth = 120
export const minWidth = 44
export const maxWidth = 1600

export const newColumns = (count: number): ColumnsState => ({
  order: Array.from({ length: count }, (_, i) => i),
  hidden: new Set(),
  pinned: [],
  widths: new Map(),
})

export const widthOf = (columns: ColumnsState, column: number): number => columns.widths.get(column) ?? defaultWidth

export const clampWidth = (width: number): number => Math.round(Math.min(maxWidth, Math.max(minWidth, width)))

export function setWidths(columns: ColumnsState, widths: Iterable<readonly [number, number]>): ColumnsState {
  const next = new Map(columns.widths)
  for (const [column, width] of widths) next.set(column, clampWidth(width))
  return { ...columns, widths: next }
}

export function setHidden(columns: ColumnsState, column: number, hide: boolean): ColumnsState {
  if (columns.hidden.has(column) === hide) return columns
  const hidden = new Set(columns.hidden)
  if (hide) hidden.add(column)
  else hidden.delete(column)
  return { ...columns, hidden }
}

export const showAll = (columns: ColumnsState): ColumnsState => ({ ...columns, hidden: new Set() })

export function setPinned(columns: ColumnsState, column: number, pin: boolean): ColumnsState {
  const others = columns.pinned.filter((other) => other !== column)
  return { ...columns, pinned: pin ? [...others, column] : others }
}

/** Move a column to just before `before` (to the end when null). Pinned columns move among the pinned ones. */
export function moveBefore(columns: ColumnsState, column: number, before: number | null): ColumnsState {
  if (before === column) return columns
  const pinned = columns.pinned.includes(column)
  if (before !== null && columns.pinned.includes(before) !== pinned) return columns
  const place = (list: readonly number[]): readonly number[] => {
    const rest = list.filter((other) => other !== column)
    const at = before === null ? -1 : rest.indexOf(before)
    return at < 0 ? [...rest, column] : rest.toSpliced(at, 0, column)
  }
  return pinned ? { ...columns, pinned: place(columns.pinned) } : { ...columns, order: place(columns.order) }
}

/** Move a column by one visible place to the left (-1) or right (+1). */
export function moveBy(columns: ColumnsState, column: number, step: -1 | 1): ColumnsState {
  const group = columns.pinned.includes(column)
    ? columns.pinned.filter((other) => !columns.hidden.has(other))
    : unpinned(columns)
  const at = group.indexOf(column)
  const neighbour = group[at + step]
  if (at < 0 || neighbour === undefined) return columns
  return step < 0 ? moveBefore(columns, column, neighbour) : moveBefore(columns, column, group[at + 2] ?? null)
}

function unpinned(columns: ColumnsState): number[] {
  const pinned = new Set(columns.pinned)
  return columns.order.filter((column) => !columns.hidden.has(column) && !pinned.has(column))
}

/** Positions of the visible columns. `lefts[i]` is where the i-th visible column starts, within its own half. */
export interface ColumnLayout {
  /** Table indices of the visible columns, pinned ones first. */
  readonly visible: readonly number[]
  readonly pinnedCount: number
  /** visible.length + 1 numbers; pinned columns start at 0, the others start at 0 again in the scrolled half. */
  readonly lefts: Float64Array
  readonly pinnedWidth: number
  readonly scrolledWidth: number
  /** Display position of a column, or -1 when it is hidden. */
  position(column: number): number
  left(position: number): number
  width(position: number): number
}

export function layoutColumns(columns: ColumnsState): ColumnLayout {
  const pinned = columns.pinned.filter((column) => !columns.hidden.has(column))
  const visible = [...pinned, ...unpinned(columns)]
  const lefts = new Float64Array(visible.length + 1)
  const positions = new Map<number, number>()
  let left = 0
  let pinnedWidth = 0
  visible.forEach((column, i) => {
    if (i === pinned.length) left = 0
    lefts[i] = left
    left += widthOf(columns, column)
    if (i < pinned.length) pinnedWidth = left
    positions.set(column, i)
  })
  const scrolledWidth = visible.length > pinned.length ? left : 0
  lefts[visible.length] = left
  return {
    visible, pinnedCount: pinned.length, lefts, pinnedWidth, scrolledWidth,
    position: (column) => positions.get(column) ?? -1,
    left: (position) => lefts[position] ?? 0,
    width: (position) => widthOf(columns, visible[position] ?? -1),
  }
}

/** The half-open range of positions in the scrolled half that touch [from, to) px. */
export function columnsBetween(layout: ColumnLayout, from: number, to: number): { readonly begin: number; readonly end: number } {
  const begin = Math.max(layout.pinnedCount, lastAtOrBefore(layout, from))
  let end = begin
  while (end < layout.visible.length && layout.left(end) < to) end++
  return { begin, end }
}

function lastAtOrBefore(layout: ColumnLayout, x: number): number {
  let low = layout.pinnedCount
  let high = layout.visible.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (layout.left(middle) <= x) low = middle
    else high = middle - 1
  }
  return low
}
