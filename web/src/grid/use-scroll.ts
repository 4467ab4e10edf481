// Arithmetic scrolling bound to a scrolled element: both axes, the element's size, and jumping to positions.
import { useCallback, useEffect, useLayoutEffect, useReducer, useRef, type RefObject } from 'react'
import { flushSync } from 'react-dom'
import { jumpTo, makeAxis, scrolled, settle, type Axis, type ScrollState } from './scroll.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Scroll {
  readonly axisX: Axis
  readonly axisY: Axis
  readonly x: number
  readonly y: number
  scrollTo(x: number, y: number): void
}

export function useSize(element: RefObject<HTMLElement | null>): Size {
  const size = useRef<Size>({ width: 0, height: 0 })
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  useLayoutEffect(() => {
    const box = element.current
    if (!box) return
    const read = () => {
      if (size.current.width === box.clientWidth && size.current.height === box.clientHeight) return
      size.current = { width: box.clientWidth, height: box.clientHeight }
      redraw()
    }
    read()
    const observer = new ResizeObserver(read)
    observer.observe(box)
    return () => observer.disconnect()
  }, [element])
  return size.current
}

const start: ScrollState = { position: 0, thumb: 0 }

/** `fixed` is the part of the element that does not scroll: header above, pinned columns on the left. */
export function useScroll(element: RefObject<HTMLElement | null>, size: Size, content: Size, fixed: Size): Scroll {
  const axisX = makeAxis(content.width, Math.max(0, size.width - fixed.width))
  const axisY = makeAxis(content.height, Math.max(0, size.height - fixed.height))
  const axes = useRef({ axisX, axisY })
  axes.current = { axisX, axisY }
  const at = useRef({ x: start, y: start })
  const [, redraw] = useReducer((n: number) => n + 1, 0)

  /** What the browser made of the thumb (it rounds) is what the next event is compared with. */
  const put = useCallback((x: ScrollState, y: ScrollState) => {
    const box = element.current
    if (!box) return
    if (box.scrollLeft !== x.thumb) box.scrollLeft = x.thumb
    if (box.scrollTop !== y.thumb) box.scrollTop = y.thumb
    const before = at.current
    at.current = { x: { ...x, thumb: box.scrollLeft }, y: { ...y, thumb: box.scrollTop } }
    if (before.x.position !== x.position || before.y.position !== y.position) redraw()
  }, [element])

  useEffect(() => {
    const box = element.current
    if (!box) return
    const onScroll = () => flushSync(() => {
      const { x, y } = at.current
      put(scrolled(axes.current.axisX, x, box.scrollLeft), scrolled(axes.current.axisY, y, box.scrollTop))
    })
    const onEnd = () => put(settle(axes.current.axisX, at.current.x), settle(axes.current.axisY, at.current.y))
    box.addEventListener('scroll', onScroll, { passive: true })
    box.addEventListener('scrollend', onEnd, { passive: true })
    return () => {
      box.removeEventListener('scroll', onScroll)
      box.removeEventListener('scrollend', onEnd)
    }
  }, [element, put])

  // Rows were counted, columns resized: the reader stays where they are, the thumb moves.
  useLayoutEffect(() => {
    put(settle(axes.current.axisX, at.current.x), settle(axes.current.axisY, at.current.y))
  }, [axisX.content, axisX.view, axisY.content, axisY.view, put])

  const scrollTo = useCallback((x: number, y: number) => {
    put(jumpTo(axes.current.axisX, x), jumpTo(axes.current.axisY, y))
  }, [put])

  return { axisX, axisY, x: at.current.x.position, y: at.current.y.position, scrollTo }
}
