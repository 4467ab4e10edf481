// The selected range as text: at once when all of it is in memory, or read page by page.
import { createRangeWriter, maxCopyCells, maxHtmlCells, type Copied } from '../copy.ts'
import { formatCount } from '../format.ts'
import { cellCount, rangeOf } from '../selection.ts'
import type { CopyOptions } from './api.ts'
import type { Desk } from './desk.ts'

const pageRows = 4096

export function createCopying(desk: Desk) {
  function plan({ headers }: CopyOptions) {
    const { selection, layout, info } = desk.state()
    const range = rangeOf(selection, layout)
    if (!range || !info) return undefined
    const cells = cellCount(range)
    const columns = layout.visible.slice(range.positionBegin, range.positionEnd)
    const infos = columns.map((column) => info.columns[column]!)
    const writer = createRangeWriter(infos, headers ?? cells > 1, cells <= maxHtmlCells)
    return { range, cells, columns, writer }
  }

  return {
    copyNow(how: CopyOptions = {}): Copied | undefined {
      const planned = plan(how)
      if (!planned || planned.cells > maxHtmlCells) return undefined
      const { range, columns, writer } = planned
      for (let row = range.rowBegin; row < range.rowEnd; row++) {
        const cells = columns.map((column) => desk.cache.cell(row, column))
        if (cells.includes(undefined)) return undefined
        writer.addRow(cells.map((cell) => cell!.text))
      }
      return writer.finish()
    },

    async copy(how: CopyOptions = {}): Promise<Copied> {
      const planned = plan(how)
      if (!planned || !desk.rows) throw new Error('Nothing is selected. Select cells first.')
      const { range, cells, columns, writer } = planned
      if (cells > maxCopyCells) {
        throw new Error(`${formatCount(cells)} cells are selected; at most ${formatCount(maxCopyCells)} can be copied at once. Select fewer rows or hide columns.`)
      }
      const { read } = desk.rows
      const signal = how.signal ?? new AbortController().signal
      for (let row = range.rowBegin; row < range.rowEnd; row += pageRows) {
        writer.add(await read(row, Math.min(pageRows, range.rowEnd - row), columns, signal), columns)
      }
      return writer.finish()
    },
  }
}
