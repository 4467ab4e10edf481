// The functions of SQL: find one by its name or by what it does, read its example, put it into the text.
import { useEffect, useRef, useState } from 'react'
import type { SqlFunction } from '../engine/api.ts'
import { findFunctions, formatCount, type Explorer } from '../model/index.ts'
import { Popover } from './Popover.tsx'

const shownAtOnce = 100

export function FunctionHelp({ model, onChoose }: { readonly model: Explorer; readonly onChoose: (text: string) => void }) {
  const button = useRef<HTMLButtonElement>(null)
  const [open, setOpen] = useState(false)
  return (
    <>
      <button ref={button} type="button" className="sonde-plain" aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>Functions</button>
      {open && button.current && (
        <Popover anchor={button.current} label="Functions of SQL" onClose={() => setOpen(false)}>
          <FunctionList model={model} onChoose={(text) => { setOpen(false); onChoose(text) }} />
        </Popover>
      )}
    </>
  )
}

function FunctionList({ model, onChoose }: { readonly model: Explorer; readonly onChoose: (text: string) => void }) {
  const [all, setAll] = useState<readonly SqlFunction[]>([])
  const [search, setSearch] = useState('')
  useEffect(() => {
    let closed = false
    model.functions().then((functions) => { if (!closed) setAll(functions) }, () => {}) // the list stays empty
    return () => { closed = true }
  }, [model])
  const found = findFunctions(all, search)
  return (
    <div className="sonde-functions">
      <input
        type="search" data-autofocus aria-label="Find a function" placeholder="Find a function, or what it does" value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {found.slice(0, shownAtOnce).map(({ name, parameters, description, example }) => (
          <li key={`${name} ${parameters} ${example}`}>
            <button type="button" className="sonde-item" title="Puts the example into the text" onClick={() => onChoose(example)}>
              <code>{example}</code><span className="sonde-quiet">{description}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="sonde-quiet">{formatCount(found.length)} of {formatCount(all.length)} functions{found.length > shownAtOnce && `, the first ${shownAtOnce} listed`}</p>
    </div>
  )
}
