// The grid: real DOM rows for what is in sight, positions by arithmetic, one focus for the whole (the active cell is
// told through aria-activedescendant). It asks the model for cells and never waits for them.
import {
  useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore,
  type ClipboardEvent, type KeyboardEvent, type MouseEvent, type PointerEvent,
} from 'react'
import {
  cellCount, columnsBetween, extendTo, layoutColumns, maxHtmlCells, rangeOf, selectAll, selectCell, sortOf, toggleSort, filterOf,
  type CellRef, type ColumnLayout, type Copied, type Explorer, type ExplorerState,
} from '../model/index.ts'
import { HeaderCell } from './HeaderCell.tsx'
import { headerAction, headerRow, moved } from './keyboard.ts'
import { cellId, Row } from './Row.tsx'
import { positionAround, positionShowing, rowsBetween } from './scroll.ts'
import { track, useHeaderPointer } from './use-pointer.ts'
import { useScroll, useSize } from './use-scroll.ts'
import './grid.css'

export interface DataGridProps {
  readonly model: Explorer
  /** Name of the grid for screen readers. */
  readonly label?: string
  /** The menu of a column was asked for. */
  readonly onColumnMenu?: (column: number, anchor: HTMLElement) => void
  /** A cell's whole text was asked for (Enter, double click). */
  readonly onOpenCell?: (cell: CellRef) => void
  /** A range was copied, or why not. */
  readonly onCopied?: (copied: Copied) => void
  readonly onCopyError?: (error: unknown) => void
}

export const rowHeight = 28
const headerHeight = 54
const overscanRows = 6
const overscanPx = 240
/** Pinned columns that would take more of the width than this scroll with the others. */
const pinnedShare = 0.6
const resizeStep = 16

export function DataGrid(props: DataGridProps) {
  const { model, label = 'Table' } = props
  const state = useSyncExternalStore(model.subscribe, model.getSnapshot)
  const revision = useSyncExternalStore(model.cells.subscribe, model.cells.getSnapshot)
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const size = useSize(box)
  const [header, setHeader] = useState<number | null>(null)

  const gutter = gutterWidth(state)
  const layout = useFittingLayout(state.layout, state, size.width - gutter)
  const fixedWidth = gutter + layout.pinnedWidth
  const scroll = useScroll(
    box, size,
    { width: layout.scrolledWidth, height: state.rows * rowHeight },
    { width: fixedWidth, height: headerHeight },
  )
  const { axisX, axisY, x, y } = scroll
  const sight = rowsBetween(axisY, y, rowHeight, state.rows, 0)
  const drawn = rowsBetween(axisY, y, rowHeight, state.rows, overscanRows)
  const { begin, end } = columnsBetween(layout, x - overscanPx, x + axisX.view + overscanPx)

  // --- what is in sight is what the model fetches --------------------------------------------------------------
  useEffect(() => {
    const columns = [...layout.visible.slice(0, layout.pinnedCount), ...layout.visible.slice(begin, end)]
    model.look({ firstRow: sight.begin, rows: sight.end - sight.begin, columns })
  }, [model, layout, sight.begin, sight.end, begin, end, state.shown, state.rows])

  // --- bringing cells into sight -------------------------------------------------------------------------------
  const show = useCallback((row: number, column: number | null, vertically = positionShowing) => {
    const position = column === null ? -1 : layout.position(column)
    const toY = row < 0 ? y : vertically(axisY, y, row * rowHeight, (row + 1) * rowHeight)
    const left = layout.left(position)
    const toX = position < layout.pinnedCount ? x : positionShowing(axisX, x, left, left + layout.width(position))
    scroll.scrollTo(toX, toY)
  }, [layout, axisX, axisY, x, y, scroll])
  const showLatest = useRef(show)
  useLayoutEffect(() => { showLatest.current = show })
  useLayoutEffect(() => {
    if (state.reveal) showLatest.current(state.reveal.row, state.reveal.column, positionAround)
  }, [state.reveal])

  // --- selection -----------------------------------------------------------------------------------------------
  const range = useMemo(() => rangeOf(state.selection, layout), [state.selection, layout])
  const active: CellRef | null = header !== null ? { row: headerRow, column: header } : (state.selection?.focus ?? null)

  const goTo = (cell: CellRef, extend: boolean) => {
    setHeader(cell.row === headerRow ? cell.column : null)
    if (cell.row !== headerRow) model.select(extend ? extendTo(state.selection, cell) : selectCell(cell))
    show(cell.row, cell.column)
  }

  const onFocus = () => {
    const column = layout.visible[0]
    if (active === null && column !== undefined) goTo({ row: state.rows > 0 ? Math.max(0, Math.ceil(y / rowHeight)) : headerRow, column }, false)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current) return
    if (!active) return
    const handled = active.row === headerRow ? headerKey(event, active.column) : bodyKey(event, active)
    if (handled) event.preventDefault()
  }

  const bodyKey = (event: KeyboardEvent, cell: CellRef): boolean => {
    const ctrl = event.ctrlKey || event.metaKey
    if (ctrl && event.key === 'a') return model.select(selectAll(state.rows, layout)), true
    if (event.key === ' ' && (ctrl || event.shiftKey)) return selectLine(cell, ctrl), true
    if (event.key === 'Enter' || event.key === 'F2') return props.onOpenCell?.(cell), true
    return moveKey(event, cell)
  }

  const moveKey = (event: KeyboardEvent, cell: CellRef): boolean => {
    const pageRows = Math.max(1, Math.floor(axisY.view / rowHeight) - 1)
    const next = moved(cell, event, { rows: state.rows, pageRows, layout })
    if (!next || (event.shiftKey && next.row === headerRow)) return next !== undefined
    goTo(next, event.shiftKey)
    return true
  }

  const selectLine = (cell: CellRef, wholeColumn: boolean) => {
    const [first, last] = [layout.visible[0], layout.visible.at(-1)]
    if (first === undefined || last === undefined) return
    model.select(wholeColumn
      ? { anchor: { row: state.rows - 1, column: cell.column }, focus: { row: 0, column: cell.column } }
      : { anchor: { row: cell.row, column: last }, focus: { row: cell.row, column: first } })
  }

  const headerKey = (event: KeyboardEvent, column: number): boolean => {
    switch (headerAction(event)) {
      case 'sort': return sort(column, false), true
      case 'add sort': return sort(column, true), true
      case 'menu': return openMenu(column), true
      case 'narrower': return model.resize(column, model.widthOf(column) - resizeStep), true
      case 'wider': return model.resize(column, model.widthOf(column) + resizeStep), true
      case 'move left': return model.moveBy(column, -1), true
      case 'move right': return model.moveBy(column, 1), true
      case 'fit': return model.fit(column), true
      case undefined: return moveKey(event, { row: headerRow, column })
    }
  }

  const openMenu = (column: number) => {
    const anchor = document.getElementById(headId(id, column))
    if (anchor) props.onColumnMenu?.(column, anchor)
  }

  const sort = (column: number, add: boolean) => model.setView((view) => toggleSort(view, column, add))

  // --- the mouse -----------------------------------------------------------------------------------------------
  const cellAt = (clientX: number, clientY: number): CellRef | null => {
    const at = box.current?.getBoundingClientRect()
    if (!at || state.rows === 0) return null
    const row = Math.floor((clientY - at.top - headerHeight + latestY.current) / rowHeight)
    const column = columnAt(layout, clientX - at.left - gutter, latestX.current)
    return column === undefined ? null : { row: Math.max(0, Math.min(state.rows - 1, row)), column }
  }
  const latestX = useRef(x)
  const latestY = useRef(y)
  latestX.current = x
  latestY.current = y

  const onPointerDown = (event: PointerEvent) => {
    const target = event.target as HTMLElement
    if (event.button !== 0 || target.closest('button')) return
    const head = target.closest<HTMLElement>('[data-header]')
    if (head) {
      const column = Number(head.dataset.column)
      setHeader(column)
      return headerPointer.startHeader(column, event)
    }
    if (event.pointerType === 'touch') return
    const line = target.closest<HTMLElement>('.sonde-gutter[data-row]')
    if (line) return setHeader(null), selectLine({ row: Number(line.dataset.row), column: layout.visible[0] ?? 0 }, false)
    const cell = target.closest('.sonde-cell') ? cellAt(event.clientX, event.clientY) : null
    if (!cell) return
    setHeader(null)
    const anchor = event.shiftKey && state.selection ? state.selection.anchor : cell
    model.select({ anchor, focus: cell })
    let last = cell
    track(event, (clientX, clientY) => {
      const focus = cellAt(clientX, clientY)
      if (!focus || (focus.row === last.row && focus.column === last.column)) return
      last = focus
      model.select({ anchor, focus })
      showLatest.current(focus.row, focus.column)
    }, () => {}, 40)
  }

  const onClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement
    const cell = target.closest('.sonde-cell') ? cellAt(event.clientX, event.clientY) : null
    // The mouse has selected when it went down; a finger only selects when it did not scroll.
    if (cell && (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch') goTo(cell, event.shiftKey)
  }

  const onDoubleClick = (event: MouseEvent) => {
    const target = event.target as HTMLElement
    const cell = target.closest('.sonde-cell') ? cellAt(event.clientX, event.clientY) : null
    if (cell) props.onOpenCell?.(cell)
  }

  const headerPointer = useHeaderPointer({
    widthOf: model.widthOf,
    resize: model.resize,
    move: model.move,
    click: sort,
    dropTarget(clientX) {
      const at = box.current?.getBoundingClientRect()
      if (!at) return null
      return dropBefore(layout, clientX - at.left - gutter, latestX.current)
    },
  })

  // --- copying: at once when the cells are here, otherwise when they have come -----------------------------------
  const onCopy = (event: ClipboardEvent) => {
    if (event.target !== box.current || !range) return
    event.preventDefault()
    const copied = model.copyNow()
    if (!copied) return void copyLater(model).then(props.onCopied, props.onCopyError)
    event.clipboardData.setData('text/plain', copied.text)
    if (copied.html) event.clipboardData.setData('text/html', copied.html)
    props.onCopied?.(copied)
  }

  // --- drawing -------------------------------------------------------------------------------------------------
  const rows = []
  for (let row = drawn.begin; row < drawn.end; row++) {
    const inRange = range !== null && row >= range.rowBegin && row < range.rowEnd
    rows.push(
      <Row
        key={row} model={model} id={id} row={row} top={(row - drawn.begin) * rowHeight} columns={state.info?.columns ?? []}
        layout={layout} begin={begin} end={end} gutter={gutter} revision={revision}
        selectedBegin={inRange ? range.positionBegin : 0} selectedEnd={inRange ? range.positionEnd : 0}
        active={active?.row === row ? layout.position(active.column) : -1}
      />,
    )
  }
  const activeIn = active && isDrawn(active, layout, drawn, begin, end)
    ? (active.row === headerRow ? headId(id, active.column) : cellId(id, active.row, active.column))
    : undefined
  const heads = (from: number, to: number, offset: number) => {
    const cells = []
    for (let position = from; position < to; position++) {
      const column = layout.visible[position]!
      const info = state.info?.columns[column]
      const key = sortOf(state.view, column)
      if (info) cells.push(
        <HeaderCell
          key={column} id={headId(id, column)} column={column} info={info} position={position}
          left={layout.left(position) - offset} width={layout.width(position)} sort={key}
          rank={key && state.view.sort.length > 1 ? state.view.sort.indexOf(key) + 1 : 0}
          filtered={filterOf(state.view, column) !== undefined} active={header === column}
          rows={state.info?.rows.count ?? 0} onMenu={props.onColumnMenu ?? (() => {})}
          onResizeStart={headerPointer.startResize} onFit={model.fit}
        />,
      )
    }
    return cells
  }
  const base = layout.left(begin)
  const dropLine = headerPointer.drag && dropX(layout, headerPointer.drag.before, x)

  return (
    <div
      ref={box} role="grid" tabIndex={0} className="sonde-grid" aria-label={label}
      aria-rowcount={state.exact ? state.rows + 1 : -1} aria-colcount={layout.visible.length + 1} aria-multiselectable="true"
      aria-busy={state.query.status === 'running'} aria-activedescendant={activeIn}
      onFocus={(event) => { if (event.target === box.current && event.target.matches(':focus-visible')) onFocus() }}
      onKeyDown={onKeyDown} onPointerDown={onPointerDown} onClick={onClick} onDoubleClick={onDoubleClick} onCopy={onCopy}
      data-dragging={headerPointer.drag ? '' : undefined}
    >
      <div role="presentation" className="sonde-track" style={{ width: fixedWidth + axisX.track, height: headerHeight + axisY.track }}>
        <div
          role="presentation" className="sonde-stage"
          style={{ width: size.width, height: size.height, ['--x' as string]: `${base - x}px` }}
        >
          <div role="rowgroup" className="sonde-header" style={{ height: headerHeight }}>
            <div role="row" aria-rowindex={1} className="sonde-row">
              <div role="columnheader" aria-colindex={1} className="sonde-gutter" style={{ width: gutter }}>row</div>
              {layout.pinnedCount > 0 && (
                <div role="presentation" className="sonde-pinned" style={{ left: gutter, width: layout.pinnedWidth }}>
                  {heads(0, layout.pinnedCount, 0)}
                </div>
              )}
              <div role="presentation" className="sonde-cells" style={{ left: fixedWidth }}>{heads(begin, end, base)}</div>
            </div>
          </div>
          <div role="rowgroup" className="sonde-body" style={{ top: headerHeight, height: axisY.view }}>
            <div role="presentation" className="sonde-rows" style={{ transform: `translateY(${drawn.begin * rowHeight - y}px)` }}>{rows}</div>
          </div>
          {dropLine !== null && dropLine !== undefined && <div className="sonde-drop-line" style={{ left: gutter + dropLine }} />}
        </div>
      </div>
    </div>
  )
}

const headId = (id: string, column: number): string => `${id}-head-${column}`

/** Wide enough for the longest row number there is. */
function gutterWidth({ info }: ExplorerState): number {
  const digits = String(info?.rows.count ?? 0).length
  return Math.max(40, digits * 7 + Math.floor((digits - 1) / 3) * 4 + 17)
}

/** The same columns at the same positions, but none of them pinned where they would leave too little room. */
function useFittingLayout(layout: ColumnLayout, { columns }: ExplorerState, room: number): ColumnLayout {
  const tooWide = layout.pinnedWidth > room * pinnedShare
  return useMemo(
    () => (tooWide ? layoutColumns({ ...columns, order: layout.visible, pinned: [] }) : layout),
    [layout, columns, tooWide],
  )
}

function isDrawn(cell: CellRef, layout: ColumnLayout, rows: { begin: number; end: number }, begin: number, end: number): boolean {
  const position = layout.position(cell.column)
  const columnDrawn = (position >= 0 && position < layout.pinnedCount) || (position >= begin && position < end)
  return columnDrawn && (cell.row === headerRow || (cell.row >= rows.begin && cell.row < rows.end))
}

/** The column under `left` px from the first pinned one; the nearest when there is none. */
function columnAt(layout: ColumnLayout, left: number, x: number): number | undefined {
  if (left < layout.pinnedWidth) {
    let position = 0
    while (position + 1 < layout.pinnedCount && layout.left(position + 1) <= left) position++
    return layout.visible[position]
  }
  return layout.visible[columnsBetween(layout, left - layout.pinnedWidth + x, left - layout.pinnedWidth + x + 1).begin] ?? layout.visible.at(-1)
}

function dropBefore(layout: ColumnLayout, left: number, x: number): number | null {
  const column = columnAt(layout, left, x)
  if (column === undefined) return null
  const position = layout.position(column)
  const start = position < layout.pinnedCount ? layout.left(position) : layout.left(position) - x + layout.pinnedWidth
  return left < start + layout.width(position) / 2 ? column : (layout.visible[position + 1] ?? null)
}

function dropX(layout: ColumnLayout, before: number | null | undefined, x: number): number | null {
  if (before === undefined) return null
  const position = before === null ? layout.visible.length : layout.position(before)
  if (before === null) return layout.pinnedWidth + layout.scrolledWidth - x
  return position < layout.pinnedCount ? layout.left(position) : layout.pinnedWidth + layout.left(position) - x
}

/** Writes to the clipboard from promises, so that the permission of the key press still holds when the cells come. */
export async function copyLater(model: Explorer, headers?: boolean): Promise<Copied> {
  if (!('clipboard' in navigator)) throw new Error('Only pages on https or localhost may do this. Ctrl+C copies what is on screen.')
  const { selection, layout } = model.getSnapshot()
  const range = rangeOf(selection, layout)
  const copied = model.copy(headers === undefined ? {} : { headers })
  const part = (type: string, pick: (copied: Copied) => string) => copied.then((c) => new Blob([pick(c)], { type }))
  const withHtml = range !== null && cellCount(range) > 1 && cellCount(range) <= maxHtmlCells
  const item = new ClipboardItem({
    'text/plain': part('text/plain', (c) => c.text),
    ...(withHtml && { 'text/html': part('text/html', (c) => c.html ?? '') }),
  })
  const [result] = await Promise.all([copied, navigator.clipboard.write([item])])
  return result
}
