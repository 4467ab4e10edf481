// What the mouse does on the grid: selecting by dragging, resizing and reordering columns, sorting by a click.
import { useEffect, useRef, useState, type PointerEvent } from 'react'

export interface Drag {
  readonly column: number
  /** Where the column would land: before this one, null for the end; undefined while it was not moved. */
  readonly before: number | null | undefined
}

/** Follows the pointer until it is released. `repeat` also calls back while it rests, for scrolling at the edges. */
export function track(start: { readonly clientX: number; readonly clientY: number }, onMove: (x: number, y: number) => void, onEnd: (cancelled: boolean) => void, repeat = 0): void {
  let last = { x: start.clientX, y: start.clientY }
  const timer = repeat > 0 ? setInterval(() => onMove(last.x, last.y), repeat) : undefined
  const move = (event: globalThis.PointerEvent) => {
    last = { x: event.clientX, y: event.clientY }
    onMove(last.x, last.y)
  }
  const end = (event: Event) => {
    if (event instanceof KeyboardEvent && event.key !== 'Escape') return
    if (event.type === 'blur' && event.target !== window) return // an element's, on its way to the window
    clearInterval(timer)
    removeEventListener('pointermove', move)
    for (const name of ends) removeEventListener(name, end, true)
    onEnd(event.type !== 'pointerup')
  }
  const ends = ['pointerup', 'pointercancel', 'blur', 'keydown']
  addEventListener('pointermove', move)
  for (const name of ends) addEventListener(name, end, true)
}

export interface HeaderPointer {
  readonly drag: Drag | null
  readonly startResize: (column: number, event: PointerEvent) => void
  readonly startHeader: (column: number, event: PointerEvent) => void
}

interface HeaderActions {
  widthOf(column: number): number
  resize(column: number, width: number): void
  /** The column before which something dropped at this x would land. */
  dropTarget(clientX: number): number | null
  move(column: number, before: number | null): void
  click(column: number, add: boolean): void
}

const dragAfter = 6

export function useHeaderPointer(actions: HeaderActions): HeaderPointer {
  const [drag, setDrag] = useState<Drag | null>(null)
  const latest = useRef(actions)
  useEffect(() => { latest.current = actions })

  const startResize = (column: number, event: PointerEvent) => {
    event.stopPropagation()
    event.preventDefault()
    const from = event.clientX
    const width = latest.current.widthOf(column)
    track(event, (x) => { if (x !== from) latest.current.resize(column, width + x - from) }, () => {})
  }

  const startHeader = (column: number, event: PointerEvent) => {
    const from = event.clientX
    const add = event.shiftKey
    let before: number | null | undefined
    track(
      event,
      (x) => {
        if (before === undefined && Math.abs(x - from) < dragAfter) return
        if (event.pointerType === 'touch') return
        before = latest.current.dropTarget(x)
        setDrag({ column, before })
      },
      (cancelled) => {
        setDrag(null)
        if (cancelled) return
        if (before === undefined) latest.current.click(column, add)
        else latest.current.move(column, before)
      },
    )
  }

  return { drag, startResize, startHeader }
}
