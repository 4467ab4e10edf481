// Arithmetic scrolling: every row can be reached, small movements are exact, nothing is taller than the cap.
import { describe, expect, test } from 'vitest'
import {
  jumpTo, makeAxis, maxTrack, positionAround, positionShowing, positionToThumb, rowsBetween, scrolled, settle, thumbToPosition, trackRange, type ScrollState,
} from '../../src/grid/scroll.ts'

const rowHeight = 28
const view = 700
const sizes = [1, 20, 1000, 285_714, 10_000_000, 100_000_000, 2_000_000_000]

describe.each(sizes)('%i rows', (rows) => {
  const axis = makeAxis(rows * rowHeight, view)
  const last = Math.max(0, rows * rowHeight - view)

  test('the track is never taller than 8,000,000 px', () => expect(axis.track).toBeLessThanOrEqual(maxTrack))

  test('the ends of the track are the ends of the content', () => {
    expect(thumbToPosition(axis, 0)).toBe(0)
    expect(thumbToPosition(axis, trackRange(axis))).toBe(last)
    expect(rowsBetween(axis, last, rowHeight, rows, 0).end).toBe(rows)
  })

  test('the map is monotone and its inverse is true', () => {
    let before = -1
    for (let i = 0; i <= 1000; i++) {
      const thumb = (trackRange(axis) * i) / 1000
      const position = thumbToPosition(axis, thumb)
      expect(position).toBeGreaterThanOrEqual(before)
      expect(positionToThumb(axis, position)).toBeCloseTo(thumb, 2)
      before = position
    }
  })

  test('a small wheel movement moves by exactly as many px, anywhere', () => {
    for (const share of [0, 0.1, 0.5, 0.77, 0.999]) {
      let state = jumpTo(axis, Math.floor(last * share))
      const from = state.position
      for (let i = 0; i < 10 && state.thumb + 100 < trackRange(axis); i++) {
        const next = scrolled(axis, state, state.thumb + 100)
        expect(next.position - state.position).toBeCloseTo(100, 4)
        state = next
      }
      expect(settle(axis, state).position).toBe(state.position)
      expect(state.position).toBeGreaterThanOrEqual(from)
    }
  })

  test('settling puts the thumb back where the position says, and moves nothing', () => {
    let state = jumpTo(axis, last / 2)
    for (let i = 0; i < 50; i++) state = scrolled(axis, state, state.thumb + 33)
    const settled = settle(axis, state)
    expect(settled.position).toBe(state.position)
    expect(settled.thumb).toBeCloseTo(positionToThumb(axis, state.position), 6)
    expect(scrolled(axis, settled, settled.thumb)).toEqual(settled)
  })

  test('scrolling up by wheel from the last row reaches every row above', () => {
    let state: ScrollState = jumpTo(axis, last)
    for (let i = 0; i < 200 && state.position > 0; i++) {
      const next = scrolled(axis, state, Math.max(0, state.thumb - 60))
      expect(state.position - next.position).toBeLessThanOrEqual(60 + 1e-3)
      expect(next.position).toBeLessThan(state.position)
      state = next
    }
  })
})

test('dragging the thumb jumps across a scaled table', () => {
  const axis = makeAxis(2_000_000_000 * rowHeight, view)
  const state = scrolled(axis, jumpTo(axis, 0), 4_000_000)
  expect(state.position / axis.content).toBeCloseTo(0.5, 2)
})

test('a long way of small movements in the middle never sticks at the end of the track', () => {
  const axis = makeAxis(100_000_000 * rowHeight, view)
  let state: ScrollState = { position: axis.content / 2, thumb: trackRange(axis) - 50 }
  for (let i = 0; i < 20; i++) {
    const next = scrolled(axis, state, Math.min(trackRange(axis), state.thumb + 40))
    expect(next.position - state.position).toBeGreaterThan(0)
    expect(next.position - state.position).toBeLessThanOrEqual(40 + 1e-3)
    state = next
  }
})

test('showing a row moves as little as possible', () => {
  const axis = makeAxis(1000 * rowHeight, view)
  expect(positionShowing(axis, 280, 280, 308)).toBe(280)
  expect(positionShowing(axis, 280, 252, 280)).toBe(252)
  expect(positionShowing(axis, 280, 980, 1008)).toBe(308)
})

test('what is gone to has rows around it, unless it is in sight or at an end', () => {
  const axis = makeAxis(1000 * rowHeight, view)
  expect(positionAround(axis, 280, 280, 308)).toBe(280)
  expect(positionAround(axis, 280, 14_000, 14_028)).toBe(14_000 - (view - rowHeight) / 2)
  expect(positionAround(axis, 280, 28, 56)).toBe(0)
  expect(positionAround(axis, 280, 999 * rowHeight, 1000 * rowHeight)).toBe(1000 * rowHeight - view)
})
