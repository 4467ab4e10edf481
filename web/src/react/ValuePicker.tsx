// The distinct values of a column with their counts: search them, tick them.
import { useEffect, useState } from 'react'
import type { ValueCount } from '../engine/api.ts'

import { displayText, formatCount, toFailure, type Explorer } from '../model/index.ts'

type Answer =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'there'; readonly values: readonly ValueCount[]; readonly distinct: number }

const shownAtOnce = 200
const typingPause = 250

export function ValuePicker({ model, column, picked, onPick }: {
  readonly model: Explorer
  readonly column: number
  readonly picked: readonly (string | null)[]
  readonly onPick: (values: readonly (string | null)[]) => void
}) {
  const [search, setSearch] = useState('')
  const answer = useValues(model, column, search)
  const toggle = (value: string | null) =>
    onPick(picked.includes(value) ? picked.filter((other) => other !== value) : [...picked, value])
  return (
    <div className="sonde-values">
      <input type="search" data-autofocus aria-label="Search values" placeholder="Search values" value={search} onChange={(event) => setSearch(event.target.value)} />
      {answer.status === 'loading' && <p className="sonde-quiet" role="status">Collecting values…</p>}
      {answer.status === 'failed' && <p className="sonde-problem" role="alert">{answer.message}</p>}
      {answer.status === 'there' && <ValueList answer={answer} search={search} picked={picked} toggle={toggle} />}
    </div>
  )
}

function ValueList({ answer, search, picked, toggle }: {
  readonly answer: Extract<Answer, { status: 'there' }>
  readonly search: string
  readonly picked: readonly (string | null)[]
  readonly toggle: (value: string | null) => void
}) {
  const needle = search.toLowerCase()
  const found = answer.values.filter(({ text }) => text.toLowerCase().includes(needle))
  const most = Math.max(1, ...found.map(({ count }) => count))
  return (
    <>
      <ul className="sonde-value-list" aria-label="Values">
        {found.slice(0, shownAtOnce).map(({ value, text, count }) => {
          const key = value === null ? null : text
          return (
            <li key={key ?? '\u0000'}>
              <label>
                <input type="checkbox" checked={picked.includes(key)} onChange={() => toggle(key)} />
                <span className="sonde-value-text">
                  {key === null ? <i>missing</i> : text === '' ? <i>empty text</i> : displayText(text)}
                </span>
                <span className="sonde-value-count">{formatCount(count)}</span>
                <span className="sonde-value-bar" aria-hidden="true"><span style={{ width: `${(100 * count) / most}%` }} /></span>
              </label>
            </li>
          )
        })}
      </ul>
      <p className="sonde-quiet">
        {found.length > shownAtOnce ? `the ${shownAtOnce} most frequent of ` : ''}{formatCount(Math.max(found.length, search === '' ? answer.distinct : 0))} values
      </p>
    </>
  )
}

/** Asks again for a search only where the first answer did not hold every value. */
function useValues(model: Explorer, column: number, search: string): Answer {
  const [answer, setAnswer] = useState<Answer>({ status: 'loading' })
  const [partial, setPartial] = useState(false)
  const containing = partial ? search : ''
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const ask = () => model.values(column, { containing, signal }).then(
      ({ values, distinct }) => {
        if (signal.aborted) return
        if (containing === '') setPartial(distinct > values.length)
        setAnswer({ status: 'there', values, distinct })
      },
      (error: unknown) => signal.aborted || setAnswer({ status: 'failed', message: toFailure(error).message }),
    )
    const timer = setTimeout(() => void ask(), containing === '' ? 0 : typingPause)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [model, column, containing])
  return answer
}
