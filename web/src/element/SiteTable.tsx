// A table of a site: says how it is opened and why, lets the reader choose another way, and opens it.
import { useEffect, useState } from 'react'
import type { EngineOptions } from '../engine/api.ts'
import { formatBytes, type Source } from '../model/index.ts'
import { DataExplorer, type Theme } from '../react/index.ts'
import { fetchOffer, type Offer, type Way } from './offer.ts'
import { ServerSql } from './ServerSql.tsx'
import { fetchWhole } from './transfer.ts'

export interface SiteTableProps {
  /** Answers an Offer. */
  readonly url: string
  readonly theme: Theme
  readonly engineOptions?: EngineOptions
}

export function SiteTable({ url, theme: first, engineOptions }: SiteTableProps) {
  const [theme, setTheme] = useState(first)
  const [offer, setOffer] = useState<Offer>()
  const [chosen, choose] = useState<Way>()
  const [opened, setOpened] = useState<{ readonly way: Way; readonly source: Source }>()
  const [problem, setProblem] = useState('')
  const way = chosen ?? offer?.way
  const source = opened?.way === way ? opened?.source : undefined

  useTask(setProblem, async (signal) => setOffer(await fetchOffer(url, signal)), [url])
  return (
    <div className="sonde sonde-site" data-theme={theme}>
      {offer && way && <WayBar offer={offer} way={way} onChoose={choose} />}
      {problem !== '' && <p className="sonde-banner" role="alert">{problem}</p>}
      {offer && way === 'ranges' && <Ranges offer={offer} onOpened={(source) => setOpened({ way, source })} />}
      {offer && way === 'whole' && <Whole offer={offer} onProblem={setProblem} onOpened={(source) => setOpened({ way, source })} />}
      {offer && way === 'server' && <ServerSql offer={offer} onOpened={(source) => setOpened({ way, source })} />}
      {source !== undefined && <DataExplorer source={source} theme={theme} onThemeChange={setTheme} {...(engineOptions && { engineOptions })} />}
    </div>
  )
}

/** Runs while the component shows what it was given, and is stopped when that changes. */
function useTask(onProblem: (message: string) => void, run: (signal: AbortSignal) => Promise<void>, given: readonly unknown[]): void {
  useEffect(() => {
    const controller = new AbortController()
    onProblem('')
    run(controller.signal).catch((error: unknown) => {
      if (!controller.signal.aborted) onProblem(error instanceof Error ? error.message : String(error))
    })
    return () => controller.abort()
  }, given)
}

const names: Record<Way, string> = { whole: 'in the browser', ranges: 'by ranges', server: 'SQL on the server' }
const meanings: Record<Way, string> = {
  whole: 'All of it is fetched once; from then on nothing is asked of the server.',
  ranges: 'Your browser fetches the parts that it needs.',
  server: 'The server answers SQL; only answers are sent.',
}

function WayBar({ offer, way, onChoose }: { readonly offer: Offer; readonly way: Way; readonly onChoose: (way: Way) => void }) {
  return (
    <div className="sonde-way">
      <strong>{offer.title}</strong>
      <span className="sonde-quiet">{way === offer.way ? offer.reason : meanings[way]}</span>
      <label>
        Open <select aria-label="How to open it" value={way} onChange={(event) => onChoose(event.target.value as Way)}>
          {offer.ways.map((each) => <option key={each} value={each}>{names[each]}{each === offer.way ? ' (advised)' : ''}</option>)}
        </select>
      </label>
    </div>
  )
}

interface WayProps {
  readonly offer: Offer
  readonly onOpened: (source: Source) => void
}

function Ranges({ offer, onOpened }: WayProps) {
  useEffect(() => {
    const files = offer.files.map(({ name, url, refresh }) => ({ name, url, refresh }))
    onOpened(files.length === 1 ? files[0]! : files)
  }, [offer])
  return null
}

function Whole({ offer, onOpened, onProblem }: WayProps & { readonly onProblem: (message: string) => void }) {
  const [bytes, setBytes] = useState<number | undefined>(0)
  useTask(onProblem, async (signal) => {
    const files = await fetchWhole(offer, setBytes, signal)
    onOpened(files.length === 1 ? files[0]! : files)
    setBytes(undefined)
  }, [offer])
  if (bytes === undefined) return null
  return (
    <p className="sonde-way" role="status">
      Fetching {offer.title} <progress aria-label="Fetching" max={offer.bytes} value={bytes} /> {formatBytes(bytes)} of {formatBytes(offer.bytes)}
    </p>
  )
}
