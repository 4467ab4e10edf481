// Column widths that are right the first time: from the header and the longest texts among the first rows.
import type { ColumnInfo, Page } from '../engine/api.ts'
import { clampWidth } from './columns.ts'
import { displayText } from './display.ts'

/** Width of a text in px. The grid brings one that knows the font. */
export type MeasureText = (text: string, part: 'cell' | 'header') => number

export const estimateText: MeasureText = (text, part) => text.length * (part === 'header' ? 7.4 : 7)

/** Padding on both sides of a cell; the header also holds the type icon, the menu button and the sort mark. */
const cellRoom = 22
const headerRoom = 88
const widestAtFirst = 360
const sampledRows = 100
/** Beyond this many columns measuring every one would be felt; the estimate is good to a few px. */
const measuredColumns = 1000

export function firstWidths(columns: readonly ColumnInfo[], page: Page, measure: MeasureText): [number, number][] {
  const byIndex = new Map(page.columns.map((column) => [column.index, column]))
  const measureAll = columns.length <= measuredColumns ? measure : estimateText
  const rows = Math.min(page.rows, columns.length <= measuredColumns ? sampledRows : 10)
  const widest = columns.length === 1 ? Infinity : widestAtFirst // alone, it may be read whole: a plan, a text
  return columns.map((info, index) => {
    const column = byIndex.get(index)
    const texts = column ? Array.from({ length: rows }, (_, row) => column.text(row)) : []
    return [index, Math.min(widest, fitWidth(info.name, texts, measureAll))]
  })
}

/** The width that shows every text whole, up to the widest column there may be. */
export function fitWidth(name: string, texts: readonly string[], measure: MeasureText): number {
  const longest = texts.map((text) => displayText(text)).sort((a, b) => b.length - a.length).slice(0, 4)
  const cells = longest.map((text) => measure(text, 'cell') + cellRoom)
  return clampWidth(Math.ceil(Math.max(64, measure(name, 'header') + headerRoom, ...cells)))
}
