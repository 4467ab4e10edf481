// A table of a site: says how it is opened and why, lets the reader choose another way, and opens it.
import { useEffect, useMemo, useState } from 'react'
import type { Engine, EngineOptions } from '../engine/api.ts'
import { formatBytes, type Source } from '../model/index.ts'
import { DataExplorer, startEngine, type Theme } from '../react/index.ts'
import { createServerEngine } from '../server/index.ts'
import { fetchOffer, type Offer, type Way } from './offer.ts'
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
  const [whole, setWhole] = useState<Source>()
  const [problem, setProblem] = useState('')
  const engine = useEngine(engineOptions)
  const way = chosen ?? offer?.way
  const there = useMemo(() => offer && way && sourceThere(offer, way), [offer, way])
  const source = way === 'whole' ? whole : there

  useTask(setProblem, async (signal) => setOffer(await fetchOffer(url, signal)), [url])
  return (
    <div className="sonde sonde-site" data-theme={theme}>
      {offer && way && <WayBar offer={offer} way={way} onChoose={choose} />}
      {problem !== '' && <p className="sonde-banner" role="alert">{problem}</p>}
      {offer && way === 'whole' && !whole && <Whole offer={offer} onProblem={setProblem} onFetched={setWhole} />}
      {engine && source !== undefined && <DataExplorer engine={engine} source={source} theme={theme} onThemeChange={setTheme} />}
    </div>
  )
}

/** For as long as the component lives. */
function useEngine(options: EngineOptions | undefined): Engine | undefined {
  const [engine, setEngine] = useState<Engine>()
  useEffect(() => {
    const made = createServerEngine(() => startEngine(options))
    setEngine(made)
    return () => void made.close()
  }, [options])
  return engine
}

/** What is opened where it is. */
function sourceThere({ name, files, sql }: Offer, way: Way): Source | undefined {
  if (way === 'whole') return undefined
  if (way === 'server') return { table: name, sql }
  const remote = files.map(({ name, url, refresh }) => ({ name, url, refresh }))
  return remote.length === 1 ? remote[0]! : remote
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

const names: Record<Way, string> = { whole: 'in the browser', ranges: 'by ranges', server: 'on the server' }
const meanings: Record<Way, string> = {
  whole: 'all of it is fetched once; from then on nothing is asked of the server.',
  ranges: 'your browser fetches the parts that it needs.',
  server: 'questions are answered on the server; only answers travel.',
}

function WayBar({ offer, way, onChoose }: { readonly offer: Offer; readonly way: Way; readonly onChoose: (way: Way) => void }) {
  return (
    <div className="sonde-way">
      <strong>{offer.title}</strong>
      <span className="sonde-quiet">{way === offer.way ? offer.reason : `${formatBytes(offer.bytes)}: ${meanings[way]}`}</span>
      <label>
        Open <select aria-label="How to open it" value={way} onChange={(event) => onChoose(event.target.value as Way)}>
          {offer.ways.map((each) => <option key={each} value={each}>{names[each]}{each === offer.way ? ' (advised)' : ''}</option>)}
        </select>
      </label>
    </div>
  )
}

function Whole({ offer, onFetched, onProblem }: {
  readonly offer: Offer
  readonly onFetched: (source: Source) => void
  readonly onProblem: (message: string) => void
}) {
  const [bytes, setBytes] = useState(0)
  useTask(onProblem, async (signal) => {
    const files = await fetchWhole(offer, setBytes, signal)
    onFetched(files.length === 1 ? files[0]! : files)
  }, [offer])
  return (
    <p className="sonde-way" role="status">
      Fetching {offer.title} <progress aria-label="Fetching" max={offer.bytes} value={bytes} /> {formatBytes(bytes)} of {formatBytes(offer.bytes)}
    </p>
  )
}
