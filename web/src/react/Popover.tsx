// A small window beside its anchor, in the browser's top layer: Escape and a click elsewhere close it, focus returns.
import { useEffect, useRef, type ReactNode } from 'react'

const gap = 4

export function Popover({ anchor, label, onClose, className = '', children }: {
  readonly anchor: HTMLElement
  readonly label: string
  readonly onClose: () => void
  readonly className?: string
  readonly children: ReactNode
}) {
  const box = useRef<HTMLDivElement>(null)
  const close = useRef(onClose)
  useEffect(() => { close.current = onClose })

  useEffect(() => {
    const element = box.current
    if (!element) return
    const back = document.activeElement
    element.showPopover()
    place(element, anchor)
    const first = element.querySelector<HTMLElement>('[data-autofocus]') ?? element.querySelector<HTMLElement>('button, input, select')
    first?.focus()
    const onToggle = (event: Event) => { if ((event as ToggleEvent).newState === 'closed') close.current() }
    const onResize = () => place(element, anchor)
    const observer = new ResizeObserver(onResize)
    observer.observe(element)
    element.addEventListener('toggle', onToggle)
    addEventListener('resize', onResize)
    return () => {
      observer.disconnect()
      element.removeEventListener('toggle', onToggle)
      removeEventListener('resize', onResize)
      if (element.contains(document.activeElement) || document.activeElement === document.body) (back as HTMLElement | null)?.focus?.()
    }
  }, [anchor])

  return <div ref={box} popover="auto" role="dialog" aria-label={label} className={`sonde-popover ${className}`}>{children}</div>
}

/** Below the anchor when there is room, and inside the window; the style sheet makes it a sheet on small screens. */
function place(element: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect()
  const { offsetWidth, offsetHeight } = element
  const left = Math.max(gap, Math.min(at.left, innerWidth - offsetWidth - gap))
  const below = at.bottom + gap
  const top = below + offsetHeight <= innerHeight ? below : Math.max(gap, Math.min(at.top - offsetHeight - gap, innerHeight - offsetHeight - gap))
  element.style.setProperty('--left', `${left}px`)
  element.style.setProperty('--top', `${top}px`)
}
