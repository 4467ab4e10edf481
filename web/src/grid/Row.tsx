// One row of cells. It is drawn again only when its cells, its columns or its part of the selection changed.
import { memo } from 'react'
import type { ColumnInfo } from '../engine/api.ts'
import { displayText, formatCount, nestedToken, type Cell, type ColumnLayout, type Explorer } from '../model/index.ts'

import { isNested, isNumeric } from './types.tsx'

export interface RowProps {
  readonly model: Explorer
  readonly id: string
  readonly row: number
  readonly top: number
  readonly columns: readonly ColumnInfo[]
  readonly layout: ColumnLayout
  /** Display positions drawn in the scrolled half. */
  readonly begin: number
  readonly end: number
  /** Selected display positions, empty when equal. */
  readonly selectedBegin: number
  readonly selectedEnd: number
  /** Display position of the active cell, or -1. */
  readonly active: number
  readonly gutter: number
  /** Changes when cells arrived. */
  readonly revision: number
}

export const cellId = (id: string, row: number, column: number): string => `${id}-${row}-${column}`

export const Row = memo(function Row(props: RowProps) {
  const { model, row, top, layout, begin, end, gutter } = props
  const base = layout.left(begin)
  const source = model.sourceRow(row)
  const cells = (from: number, to: number, offset: number) => {
    const drawn = []
    for (let position = from; position < to; position++) drawn.push(drawCell(props, position, layout.left(position) - offset))
    return drawn
  }
  return (
    <div role="row" className="sonde-row" aria-rowindex={row + 2} style={{ transform: `translateY(${top}px)` }}>
      <div role="rowheader" aria-colindex={1} className="sonde-gutter" data-row={row} style={{ width: gutter }}>
        {source === undefined ? '' : formatCount(source + 1)}
      </div>
      {layout.pinnedCount > 0 && (
        <div role="presentation" className="sonde-pinned" style={{ left: gutter, width: layout.pinnedWidth }}>
          {cells(0, layout.pinnedCount, 0)}
        </div>
      )}
      <div role="presentation" className="sonde-cells" style={{ left: gutter + layout.pinnedWidth }}>
        {cells(begin, end, base)}
      </div>
    </div>
  )
})

function drawCell({ model, id, row, columns, layout, selectedBegin, selectedEnd, active }: RowProps, position: number, left: number) {
  const column = layout.visible[position]!
  const cell = model.cell(row, column)
  const selected = position >= selectedBegin && position < selectedEnd
  return (
    <div
      key={column} role="gridcell" id={cellId(id, row, column)} aria-colindex={position + 2} aria-selected={selected}
      className="sonde-cell" data-row={row} data-column={column}
      data-numeric={isNumeric(columns[column]?.type) || undefined} data-active={position === active || undefined}
      style={{ left, width: layout.width(position) }}
    >
      {drawText(cell, columns[column])}
    </div>
  )
}

function drawText(cell: Cell | undefined, column: ColumnInfo | undefined) {
  if (cell === undefined) return <span className="sonde-pending" aria-label="not loaded yet" role="img" />
  if (cell.isNull) return <span className="sonde-null">null</span>
  return column && isNested(column.type) ? <span className="sonde-nested">{nestedToken(cell.text)}</span> : displayText(cell.text)
}
