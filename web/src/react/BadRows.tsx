// The rows that broke the dialect, in pages: where they are, what is wrong, one click to see them.
import { useEffect, useState } from 'react'
import type { BadRow } from '../engine/api.ts'
import { formatCount, plural, toFailure, type Explorer } from '../model/index.ts'

const pageSize = 100

export function BadRows({ model, count, scanning, table }: {
  readonly model: Explorer
  readonly count: number
  readonly scanning: boolean
  readonly table: number
}) {
  const [limit, setLimit] = useState(pageSize)
  const { rows, problem } = useBadRows(model, Math.min(limit, count), table)
  if (count === 0) return <section className="sonde-bad"><h3>Bad rows</h3><p className="sonde-quiet">{scanning ? 'None so far.' : 'None: every row fits.'}</p></section>
  return (
    <section className="sonde-bad">
      <h3>{plural(count, 'bad row')}{scanning && ' so far'}</h3>
      <p className="sonde-quiet">They are kept in the table as far as they could be read.</p>
      {problem !== '' && <p className="sonde-problem" role="alert">{problem}</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.row}>
            <button type="button" className="sonde-item" onClick={() => model.goToSourceRow(row.row)}>
              <b>row {formatCount(row.row + 1)}</b> <span className="sonde-quiet">{row.file !== undefined && `${row.file}, `}line {formatCount(row.line)}, byte {formatCount(row.offset)}</span>
              <span>{row.message}</span>
            </button>
          </li>
        ))}
      </ul>
      {limit < count && <button type="button" className="sonde-plain" onClick={() => setLimit(limit + pageSize)}>Show more</button>}
    </section>
  )
}

function useBadRows(model: Explorer, count: number, table: number): { readonly rows: readonly BadRow[]; readonly problem: string } {
  const [answer, setAnswer] = useState<{ rows: readonly BadRow[]; problem: string }>({ rows: [], problem: '' })
  useEffect(() => {
    let current = true
    model.badRows(0, count).then(
      (rows) => { if (current) setAnswer({ rows, problem: '' }) },
      (error: unknown) => { if (current) setAnswer({ rows: [], problem: toFailure(error).message }) },
    )
    return () => { current = false }
  }, [model, count, table])
  return answer
}
