// One cell, whole: its text as it is in the file, or the tree of a list, struct or map. It follows the selection.
import { useEffect, useRef, useSyncExternalStore, type KeyboardEvent } from 'react'
import { formatCount, parseNested, plural, type CellRef, type Explorer, type ExplorerState } from '../model/index.ts'
import { isNested, typeName } from '../grid/index.ts'
import { IconButton } from './icons.tsx'
import { ValueTree } from './ValueTree.tsx'

/** Longer texts are cut on screen (a browser lays out a million characters in seconds), never in the copy. */
const shownCharacters = 200_000

export function CellPanel({ model, state, opened, onClose, onNotice }: {
  readonly model: Explorer
  readonly state: ExplorerState
  /** The cell it was opened for; a new object each time. */
  readonly opened: CellRef
  readonly onClose: () => void
  readonly onNotice: (text: string) => void
}) {
  const panel = useRef<HTMLElement>(null)
  useSyncExternalStore(model.cells.subscribe, model.cells.getSnapshot) // a cell may arrive later
  useEffect(() => panel.current?.focus(), [opened])
  const { row, column } = state.selection?.focus ?? opened
  const content = model.cell(row, column)
  const info = state.info?.columns[column]
  const text = content?.text ?? ''
  const copy = () => navigator.clipboard.writeText(text).then(
    () => onNotice('Copied the cell'),
    (error: unknown) => onNotice(`Not copied: ${String(error)}`),
  )
  const close = () => {
    const grid = panel.current?.closest('.sonde')?.querySelector<HTMLElement>('[role=grid]')
    onClose()
    grid?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    close()
  }
  return (
    <aside ref={panel} className="sonde-panel sonde-cell-panel" aria-label={`Cell of ${info?.name}`} tabIndex={-1} onKeyDown={onKeyDown}>
      <header>
        <h2>{info?.name}</h2>
        <IconButton icon="close" label="Close panel" onClick={close} />
      </header>
      <div className="sonde-panel-body">
        <p className="sonde-quiet">
          row {formatCount((content?.sourceRow ?? row) + 1)} · {info && (info.typeText ?? typeName(info.type))}
          {content && !content.isNull && ` · ${plural(text.length, 'character')}`}
        </p>
        <Content text={text} isNull={content?.isNull ?? false} nested={info !== undefined && isNested(info.type)} />
        <div className="sonde-actions"><button type="button" className="sonde-primary" onClick={() => void copy()}>Copy</button></div>
      </div>
    </aside>
  )
}

function Content({ text, isNull, nested }: { readonly text: string; readonly isNull: boolean; readonly nested: boolean }) {
  if (isNull) return <p className="sonde-null">null: there is no value here</p>
  const tree = nested ? parseNested(text) : undefined
  if (tree) return <ValueTree node={tree} />
  return (
    <>
      <pre tabIndex={0} aria-label="Text of the cell">{text.slice(0, shownCharacters)}{text.length > shownCharacters && '…'}</pre>
      {text.length > shownCharacters && <p className="sonde-quiet">The first {formatCount(shownCharacters)} characters; Copy takes all.</p>}
    </>
  )
}
