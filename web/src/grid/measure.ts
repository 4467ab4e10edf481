// Widths of texts in the grid's fonts, by a canvas that is never shown.
import type { MeasureText } from '../model/index.ts'

/** The same families as --sonde-font in theme.css. */
const family = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif'
const fonts = { cell: `13px ${family}`, header: `600 13px ${family}` }

export function createMeasure(): MeasureText {
  const context = document.createElement('canvas').getContext('2d')
  if (!context) return (text) => text.length * 7.2
  return (text, part) => {
    context.font = fonts[part]
    return context.measureText(text).width
  }
}
