// One cell's whole text, as it is in the file.
import { useEffect, useRef, useState } from 'react'
import { formatCount, parseNested, plural, type CellRef, type Explorer, type ExplorerState } from '../model/index.ts'
import { isNested, typeName } from '../grid/index.ts'
import { IconButton } from './icons.tsx'
import { ValueTree } from './ValueTree.tsx'

/** Longer texts are cut on screen (a browser lays out a million characters in seconds), never in the copy. */
const shownCharacters = 200_000

export function CellDialog({ model, state, cell, onClose, onNotice }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly cell: CellRef
  readonly onClose: () => void
  readonly onNotice: (text: string) => void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [content] = useState(() => model.cell(cell.row, cell.column))
  useEffect(() => dialog.current?.showModal(), [])
  const info = state.info?.columns[cell.column]
  const text = content?.text ?? ''
  const tree = info && isNested(info.type) && content && !content.isNull ? parseNested(text) : undefined
  const copy = () => navigator.clipboard.writeText(text).then(
    () => onNotice('Copied the cell'),
    (error: unknown) => onNotice(`Not copied: ${String(error)}`),
  )
  return (
    <dialog ref={dialog} className="sonde-dialog" aria-label={`Cell of ${info?.name}`} onClose={onClose} onClick={(event) => { if (event.target === dialog.current) dialog.current.close() }}>
      <div className="sonde-dialog-body">
        <header>
          <h2>{info?.name}</h2>
          <span className="sonde-quiet">
            row {formatCount((content?.sourceRow ?? cell.row) + 1)} · {info && (info.typeText ?? typeName(info.type))}
            {content && !content.isNull && ` · ${plural(text.length, 'character')}`}
          </span>
          <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
        </header>
        {content?.isNull ? <p className="sonde-null">null: there is no value here</p> : tree ? <ValueTree node={tree} />
          : <pre tabIndex={0} aria-label="Text of the cell">{text.slice(0, shownCharacters)}{text.length > shownCharacters && '…'}</pre>}
        {text.length > shownCharacters && <p className="sonde-quiet">The first {formatCount(shownCharacters)} characters; Copy takes all.</p>}
        <div className="sonde-actions">
          <button type="button" className="sonde-primary" onClick={() => void copy()}>Copy</button>
        </div>
      </div>
    </dialog>
  )
}
