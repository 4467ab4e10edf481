// Before there is a table: choose, drop, type a URL or take the sample. Also while opening, and when that failed.
import { useId, type FormEvent, type ReactNode } from 'react'
import { formatBytes, formatCount, type Explorer, type ExplorerState, type Source } from '../model/index.ts'
import { useFileInput } from './file-input.tsx'
import { choices, settingNames, valueName, withSetting, type Setting } from './read-form.ts'
import { sampleFile } from './sample.ts'

export function EmptyState({ onOpen, children }: { readonly onOpen: (source: Source) => void; readonly children?: ReactNode }) {
  return (
    <div className="sonde-empty">
      <div className="sonde-empty-box">
        {children ?? (
          <>
            <h2>Open a table</h2>
            <p>Drop a CSV or Parquet file of any size anywhere on this page, or several to see them as one table. They stay on your machine: nothing is uploaded.</p>
          </>
        )}
        <OpenForm onOpen={onOpen} main={children === undefined} />
        <p className="sonde-quiet">CSV, TSV and their kin, also .gz and .zst; Parquet; folders of them.</p>
      </div>
    </div>
  )
}

/** `main`: choosing a file is what the page is about, not the way out of an error. */
function OpenForm({ onOpen, main }: { readonly onOpen: (source: Source) => void; readonly main: boolean }) {
  const id = useId()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const input = event.currentTarget.elements.namedItem('url') as HTMLInputElement
    const url = input.value.trim()
    if (URL.canParse(url, location.href)) return onOpen(new URL(url, location.href))
    input.setCustomValidity('This is not a URL.')
    input.reportValidity()
  }
  return (
    <>
      <div className="sonde-actions">
        <FileButton className={main ? 'sonde-primary' : 'sonde-plain'} onOpen={onOpen}>{main ? 'Choose files' : 'Choose other files'}</FileButton>
        <button type="button" className="sonde-plain" onClick={() => onOpen(sampleFile())}>Try a sample</button>
      </div>
      <form className="sonde-url" onSubmit={submit}>
        <label htmlFor={id}>or from a URL</label>
        <div>
          <input id={id} name="url" type="text" inputMode="url" placeholder="https://…/table.csv" autoComplete="off" spellCheck={false} required onInput={(event) => event.currentTarget.setCustomValidity('')} />
          <button type="submit" className="sonde-plain">Open</button>
        </div>
      </form>
    </>
  )
}

function FileButton({ onOpen, className, children }: { readonly onOpen: (source: Source) => void; readonly className: string; readonly children: ReactNode }) {
  const { choose, input } = useFileInput('file', onOpen)
  return <><button type="button" className={className} onClick={choose}>{children}</button>{input}</>
}

export function OpeningState({ model, state }: { readonly model: Explorer; readonly state: ExplorerState }) {
  const { progress } = state
  return (
    <div className="sonde-empty" role="status">
      <div className="sonde-empty-box sonde-appear">
        <h2>Opening {state.name}</h2>
        <progress aria-label="Opening" max={1} {...(progress && progress.totalBytes > 0 && { value: progress.doneBytes / progress.totalBytes })} />
        {progress && <p className="sonde-quiet">{formatBytes(progress.bytesRead)} read</p>}
        <div className="sonde-actions"><button type="button" className="sonde-plain" onClick={model.cancelOpening}>Cancel</button></div>
      </div>
    </div>
  )
}

/** How it is read stands in the file itself. Where bytes do not come at all, nothing is to be chosen either. */
const isParquet = (name: string): boolean => /\.(parquet|parq|pq)$/i.test(name)

const overridable: readonly Setting[] = ['encoding', 'delimiter', 'quote', 'compression']

export function FailedState({ model, state, onOpen }: { readonly model: Explorer; readonly state: ExplorerState; readonly onOpen: (source: Source) => void }) {
  const { failure, read } = state
  if (!failure) return null
  return (
    <EmptyState onOpen={onOpen}>
      <h2>{state.name} could not be opened</h2>
      <div role="alert">
        <p className="sonde-problem">{failure.message}{!!failure.at && ` (at byte ${formatCount(failure.at)})`}</p>
        <p>{failure.advice}</p>
      </div>
      {failure.code !== 'bytes' && !isParquet(state.name) && <div className="sonde-overrides">
        {overridable.map((setting) => (
          <label key={setting}>
            <span>{settingNames[setting]}</span>
            <select value={String(read[setting] ?? 'guess')} onChange={(event) => void model.reread(withSetting(read, setting, event.target.value === 'guess' ? undefined : event.target.value))}>
              <option value="guess">guess</option>
              {choices[setting]?.map((value) => <option key={value} value={value}>{valueName(setting, value)}</option>)}
            </select>
          </label>
        ))}
      </div>}
      <div className="sonde-actions">
        <button type="button" className="sonde-primary" onClick={model.retry}>Try again</button>
      </div>
    </EmptyState>
  )
}
