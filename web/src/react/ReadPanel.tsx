// "How this file was read": every guess with its reason and runner-up, the means to overrule it, and the bad rows.
import { useState } from 'react'
import type { Guess, ReadOptions, TableInfo } from '../engine/api.ts'
import { typeName } from '../grid/index.ts'
import { formatBytes, plural, type Explorer, type ExplorerState } from '../model/index.ts'
import { BadRows } from './BadRows.tsx'
import { withType } from './ColumnMenu.tsx'
import { IconButton } from './icons.tsx'
import { choices, plainValue, sameRead, settingNames, settings, valueName, valueOf, withSetting, type Setting } from './read-form.ts'

export function ReadPanel({ model, state, onClose }: {
  readonly model: Explorer
  readonly state: ExplorerState
  readonly onClose: () => void
}) {
  const { info, read } = state
  const [draft, setDraft] = useState<ReadOptions>(read)
  const [base, setBase] = useState(read)
  if (base !== read) { // read again meanwhile: start from what holds now
    setBase(read)
    setDraft(read)
  }
  if (!info) return null
  const changed = !sameRead(draft, read)
  const use = (setting: Setting, value: string) => void model.reread(withSetting(draft, setting, value))
  return (
    <aside className="sonde-panel" aria-label="How this file was read">
      <header>
        <h2>How this file was read</h2>
        <IconButton icon="close" label="Close panel" onClick={onClose} />
      </header>
      <div className="sonde-panel-body">
        <p className="sonde-quiet">{info.name} · {formatBytes(info.bytes)}{info.compression !== 'none' && ` · ${info.compression}`}</p>
        {info.files && <Files model={model} files={info.files} filename={state.filename} />}
        {info.notes?.map((note) => <p key={note}>{note}</p>)}
        {state.failure && <p className="sonde-problem" role="alert">{state.failure.message} {state.failure.advice}</p>}
        {info.format !== 'csv' ? <WrittenFacts info={info} /> : <form onSubmit={(event) => { event.preventDefault(); void model.reread(draft) }}>
          {settings.map((setting) => (
            <SettingRow
              key={setting} setting={setting} guess={info.guesses.find((guess) => guess.setting === setting)}
              value={valueOf(draft, info.guesses, setting)} given={draft[setting] !== undefined}
              onChange={(value) => setDraft((old) => withSetting(old, setting, value))} onUse={(value) => use(setting, value)}
            />
          ))}
          <GivenTypes draft={draft} onChange={setDraft} />
          <div className="sonde-actions sonde-sticky">
            <button type="submit" className="sonde-primary" disabled={!changed || state.rereading}>{state.rereading ? 'Reading…' : 'Read again'}</button>
            {changed && <button type="button" className="sonde-plain" onClick={() => setDraft(read)}>Discard changes</button>}
            {!changed && Object.keys(read).length > 0 && (
              <button type="button" className="sonde-plain" onClick={() => void model.reread({})}>Back to the guesses</button>
            )}
          </div>
        </form>}
        {(info.format === 'csv' || info.badRows > 0) && <BadRows model={model} count={info.badRows} scanning={state.scan === 'running'} table={info.id} />}
      </div>
    </aside>
  )
}

function Files({ model, files, filename }: {
  readonly model: Explorer
  readonly files: readonly string[]
  readonly filename: boolean
}) {
  return (
    <section className="sonde-setting">
      <p>{plural(files.length, 'file')}, one behind the other, columns matched by name. What is said below is of the first.</p>
      <details>
        <summary>Their names</summary>
        <ol className="sonde-files">{files.map((file, i) => <li key={i}>{file}</li>)}</ol>
      </details>
      <label className="sonde-check">
        <input type="checkbox" checked={filename} onChange={(event) => void model.showFilename(event.target.checked)} /> File name as a column
      </label>
    </section>
  )
}

/** Where there was nothing to guess: a Parquet file says how it is to be read, a server has read it. */
function WrittenFacts({ info }: { readonly info: TableInfo }) {
  const { columns, parquet } = info
  return (
    <section className="sonde-setting">
      <p>{info.format === 'server' ? 'A table on a server, which has read it; only answers travel.' : 'A Parquet file: names, types and where everything lies are written in it.'}</p>
      {parquet && <p className="sonde-quiet">{parquet.rowGroups} row groups{parquet.createdBy && ` · written by ${parquet.createdBy}`}</p>}
      <dl className="sonde-schema">
        {columns.map(({ name, type, typeText }, i) => [<dt key={`n${i}`}>{name}</dt>, <dd key={`t${i}`}>{typeText ?? typeName(type)}</dd>])}
      </dl>
    </section>
  )
}

function SettingRow({ setting, guess, value, given, onChange, onUse }: {
  readonly setting: Setting
  readonly guess: Guess | undefined
  readonly value: string
  readonly given: boolean
  readonly onChange: (value: string | undefined) => void
  readonly onUse: (value: string) => void
}) {
  const other = guess?.runnerUp
  return (
    <section className="sonde-setting" data-given={given || undefined}>
      <label>
        <span>{settingNames[setting]}</span>
        <SettingInput setting={setting} value={value} onChange={onChange} />
      </label>
      {guess && !guess.overridden && !given && <p>{guess.reason}</p>}
      {given && <p>given by you · <button type="button" className="sonde-link" onClick={() => onChange(undefined)}>guess instead</button></p>}
      {other && !given && (
        <p>
          runner-up <b>{valueName(setting, other.value)}</b>: {other.reason}{' '}
          <button type="button" className="sonde-link" aria-label={`Use ${valueName(setting, other.value)} as ${settingNames[setting]} instead`} onClick={() => onUse(other.value)}>use this instead</button>
        </p>
      )}
    </section>
  )
}

function SettingInput({ setting, value, onChange }: { readonly setting: Setting; readonly value: string; readonly onChange: (value: string) => void }) {
  const offered = choices[setting]
  if (!offered) return <input type="number" min={0} max={1_000_000} value={value === '' ? '0' : value} onChange={(event) => onChange(event.target.value)} />
  const list = offered.includes(value) ? offered : [...offered, value]
  return (
    <select value={value} onChange={(event) => onChange(plainValue(event.target.value))}>
      {list.map((each) => <option key={each} value={each}>{valueName(setting, each)}</option>)}
    </select>
  )
}

function GivenTypes({ draft, onChange }: { readonly draft: ReadOptions; readonly onChange: (read: ReadOptions) => void }) {
  const given = Object.entries(draft.types ?? {})
  return (
    <section className="sonde-setting">
      <span>Column types</span>
      <p>Decided from every value of the column. To give one, open the column’s menu and choose “Read as”.</p>
      {given.map(([name, type]) => (
        <p key={name}><b>{name}</b> as {typeName(type)} · <button type="button" className="sonde-link" onClick={() => onChange(withType(draft, name, ''))}>decide from the values</button></p>
      ))}
    </section>
  )
}
