// Arithmetic scrolling of one axis. Browsers cap the height of an element (16.7 million px in Chromium), so a long
// table gets a track of at most `maxTrack` px and its true position is computed:
//
//   track     0 ── edge ─────────────────── track-edge ── track      (what the browser scrolls)
//   content   0 ── edge ─── × ratio ───── content-edge ── content    (what the reader scrolls)
//
// Both ends are 1:1, so the first and the last rows scroll like any page. In between a small movement (wheel, touch,
// keys) moves the content by the same number of px, exactly, and a large one (the thumb) is looked up on the map.
// After small movements the thumb is a little off; `settle` puts it back once the scrolling has ended.

export const maxTrack = 8_000_000
const maxEdge = 1_000_000

export interface Axis {
  /** Px of everything, of the scrolled element and of the window onto it. */
  readonly content: number
  readonly track: number
  readonly view: number
}

export interface ScrollState {
  /** Px of the content above the window. */
  readonly position: number
  /** The browser's scrollTop that belongs to it, or did before small movements. */
  readonly thumb: number
}

export const makeAxis = (content: number, view: number): Axis => ({
  content, view, track: Math.min(content, Math.max(maxTrack, view)),
})

const contentRange = (axis: Axis): number => Math.max(0, axis.content - axis.view)
export const trackRange = (axis: Axis): number => Math.max(0, axis.track - axis.view)
const isScaled = (axis: Axis): boolean => contentRange(axis) > trackRange(axis)
const edgeOf = (axis: Axis): number => Math.min(maxEdge, trackRange(axis) / 4)

const clamp = (x: number, max: number): number => Math.min(max, Math.max(0, x))

export function thumbToPosition(axis: Axis, thumb: number): number {
  const range = trackRange(axis)
  if (!isScaled(axis)) return clamp(thumb, contentRange(axis))
  const edge = edgeOf(axis)
  if (thumb <= edge) return Math.max(0, thumb)
  if (thumb >= range - edge) return contentRange(axis) - Math.max(0, range - thumb)
  return edge + ((thumb - edge) * (contentRange(axis) - 2 * edge)) / (range - 2 * edge)
}

export function positionToThumb(axis: Axis, position: number): number {
  const range = contentRange(axis)
  const at = clamp(position, range)
  if (!isScaled(axis)) return at
  const edge = edgeOf(axis)
  if (at <= edge) return at
  if (at >= range - edge) return trackRange(axis) - (range - at)
  return edge + ((at - edge) * (trackRange(axis) - 2 * edge)) / (range - 2 * edge)
}

/** The thumb moves in steps of track ÷ view px for each px of mouse; a quarter of that is certainly no thumb. */
const smallMove = (axis: Axis): number => axis.track / Math.max(1, axis.view) / 4

/** The browser scrolled to `thumb`. */
export function scrolled(axis: Axis, state: ScrollState, thumb: number): ScrollState {
  const move = thumb - state.thumb
  if (!isScaled(axis)) return { thumb, position: thumbToPosition(axis, thumb) }
  if (thumb <= 0 || thumb >= trackRange(axis)) {
    // The track has ended but the content has not: go on from where the content is.
    const position = clamp(state.position + move, contentRange(axis))
    const nearEnd = Math.abs(thumbToPosition(axis, thumb) - position) <= edgeOf(axis)
    return nearEnd || Math.abs(move) > smallMove(axis) ? { thumb, position: thumbToPosition(axis, thumb) } : jumpTo(axis, position)
  }
  if (Math.abs(move) > smallMove(axis)) return { thumb, position: thumbToPosition(axis, thumb) }
  return { thumb, position: clamp(state.position + move, contentRange(axis)) }
}

/** Go to a position; the browser's thumb is to be set to the answer's. */
export function jumpTo(axis: Axis, position: number): ScrollState {
  const at = clamp(position, contentRange(axis))
  return { position: at, thumb: positionToThumb(axis, at) }
}

/** The scrolling has ended: where the thumb belongs. */
export const settle = (axis: Axis, state: ScrollState): ScrollState => jumpTo(axis, state.position)

/** The smallest movement that shows [begin, end) px of the content. */
export function positionShowing(axis: Axis, position: number, begin: number, end: number): number {
  if (begin < position || end - begin > axis.view) return clamp(begin, contentRange(axis))
  if (end > position + axis.view) return clamp(end - axis.view, contentRange(axis))
  return position
}

/** [begin, end) px of the content with as much before it as behind it, unless it is in sight already. */
export function positionAround(axis: Axis, position: number, begin: number, end: number): number {
  const inSight = begin >= position && end <= position + axis.view
  return inSight ? position : clamp(begin - Math.max(0, axis.view - (end - begin)) / 2, contentRange(axis))
}

/** Rows that touch the window: half-open, with `overscan` more on either side. */
export function rowsBetween(axis: Axis, position: number, rowHeight: number, rows: number, overscan: number): { begin: number; end: number } {
  const begin = Math.floor(position / rowHeight) - overscan
  const end = Math.ceil((position + axis.view) / rowHeight) + overscan
  return { begin: clamp(begin, rows), end: clamp(end, rows) }
}
