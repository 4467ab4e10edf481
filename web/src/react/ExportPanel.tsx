// What is shown, as a file: rows that are filtered and sorted, columns that are not hidden, in their order.
import { useId, useState, type FormEvent } from 'react'
import type { ExportFormat } from '../engine/api.ts'
import { isFiltered, plural, type Explorer, type ExplorerState, type ExportSettings } from '../model/index.ts'
import { saveFile } from './save-file.ts'

type Kind = Exclude<ExportFormat, 'arrow stream'>

const kinds: Record<Kind, { readonly title: string; readonly about: string; readonly ending: string; readonly type: string }> = {
  csv: { title: 'CSV', about: 'Text that everything reads. Types are not part of it.', ending: 'csv', type: 'text/csv' },
  parquet: { title: 'Parquet', about: 'Small, typed, with statistics: for DuckDB, pandas, Spark.', ending: 'parquet', type: 'application/vnd.apache.parquet' },
  arrow: { title: 'Arrow', about: 'Typed and fast to load: for notebooks and Observable.', ending: 'arrow', type: 'application/vnd.apache.arrow.file' },
}
const delimiters = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' } as const
const knownEndings = /\.(csv|tsv|txt|parquet|parq|pq|gz|zst|arrow|feather)$/i

/** The table's name without what says how it was packed. */
function stemOf(name: string): string {
  let stem = name
  while (knownEndings.test(stem)) stem = stem.replace(knownEndings, '')
  return stem === '' ? 'table' : stem
}

export function ExportPanel({ model, state, onDone, onNotice }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly onDone: () => void
  readonly onNotice: (text: string) => void
}) {
  const [kind, setKind] = useState<Kind>('csv')
  const [delimiter, setDelimiter] = useState<keyof typeof delimiters>(',')
  const [header, setHeader] = useState(true)
  const [guardFormulas, setGuard] = useState(false)
  const id = useId()
  const { rows, layout, info } = state
  const onServer = info?.format === 'server'
  const settings: ExportSettings = kind === 'csv' && !onServer ? { format: kind, delimiter, header, guardFormulas } : { format: kind }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onDone()
    const { ending, type } = kinds[kind]
    const name = `${stemOf(state.name)}${isFiltered(state.shown) ? '-filtered' : ''}.${ending}`
    const share = info && info.rows.count > 0 ? rows / info.rows.count : 1
    const save = async (bytes: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      if (await saveFile(name, type, (info?.bytes ?? 0) * share, bytes)) onNotice(`${name} is written: ${plural(rows, 'row')}`)
    }
    model.exportRows(name, settings, save).catch((error: unknown) => onNotice(error instanceof Error ? error.message : String(error)))
  }
  return (
    <form className="sonde-export" onSubmit={submit}>
      <h2>Export {plural(rows, 'row')} × {plural(layout.visible.length, 'column')}</h2>
      <fieldset>
        <legend className="sonde-hidden">Format</legend>
        {(Object.keys(kinds) as Kind[]).filter((each) => !onServer || each !== 'arrow').map((each, i) => (
          <label key={each} htmlFor={`${id}-${each}`} className="sonde-choice">
            <input
              id={`${id}-${each}`} type="radio" name={id} checked={kind === each} data-autofocus={i === 0 || undefined}
              onChange={() => setKind(each)}
            />
            <span><b>{kinds[each].title}</b> <span className="sonde-quiet">{kinds[each].about}</span></span>
          </label>
        ))}
      </fieldset>
      {kind === 'csv' && !onServer && (
        <>
          <label className="sonde-pair">Fields separated by
            <select value={delimiter} onChange={(event) => setDelimiter(event.target.value as keyof typeof delimiters)}>
              {Object.entries(delimiters).map(([character, name]) => <option key={character} value={character}>{name}</option>)}
            </select>
          </label>
          <Check label="Names in the first row" checked={header} onChange={setHeader} />
          <Check
            label="Guard against formulas" checked={guardFormulas} onChange={setGuard}
            title="Puts ' before texts that begin with = + - or @, so that no spreadsheet runs them. Such texts change."
          />
        </>
      )}
      <div className="sonde-actions"><button type="submit" className="sonde-primary">Save file</button></div>
    </form>
  )
}

function Check({ label, title, checked, onChange }: {
  readonly label: string
  readonly title?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}) {
  const id = useId()
  return (
    <label htmlFor={id} className="sonde-check" title={title}>
      <input id={id} type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} /> {label}
    </label>
  )
}
