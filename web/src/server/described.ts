// What a server says of a table. A large CSV file is still being read over there when it is opened: it is asked again how far that is.
import { ExplorerError, type ColumnInfo, type TableInfo } from '../engine/api.ts'
import type { Snapshot } from '../engine/scan.ts'
import { pause, type Client } from './client.ts'
import { tablePath } from './server-rows.ts'

/** Between two questions; for types nobody waits. */
const everyMs = { index: 150, import: 1500 }

/** What /v1/tables/{t} says. */
export interface Described {
  readonly bytes: number
  /** Null while rows are counted. */
  readonly count: number | null
  readonly badRows: number
  readonly columns: readonly ColumnInfo[]
  /** Until types are exact. */
  readonly reading?: {
    /** Rows are counted, types are found out. */
    readonly phase: 'index' | 'import'
    /** Counted so far: these can be had. */
    readonly rows: number
    /** How many there may be. */
    readonly about: number
    readonly doneBytes: number
    readonly totalBytes: number
  }
}

export const describeTable = async (client: Client, name: string, signal?: AbortSignal): Promise<Described> =>
  JSON.parse(await client.text(await client.get(tablePath(name), '', signal))) as Described

export const infoOf = ({ id, name }: Pick<TableInfo, 'id' | 'name'>, { bytes, count, badRows, columns, reading }: Described): TableInfo => ({
  id, name, bytes, columns, format: 'server', compression: 'none', guesses: [], badRows: 0,
  rows: { count: count ?? reading?.about ?? 0, exact: count !== null },
  state: count === null ? 'sniffed' : reading ? 'indexed' : 'imported',
  ...(badRows > 0 && { notes: [`${badRows} of its rows do not fit; open it in the browser or by ranges to see which.`] }),
})

/** Until nothing is left to be found out: a Scanning of this table. */
export async function follow(client: Client, first: TableInfo, signal: AbortSignal, tell: (next: Snapshot) => void): Promise<TableInfo> {
  for (;;) {
    const described = await describeTable(client, first.name, signal)
    const info = infoOf(first, described)
    if (!sameNames(info, first)) throw new ExplorerError('bytes', `${first.name} changed on the server; open it again`)
    if (!described.reading) return info
    const { phase, rows, doneBytes, totalBytes } = described.reading
    tell({ info, progress: { ...client.cost, phase, rows, doneBytes, totalBytes } })
    await pause(everyMs[phase], signal)
  }
}

const sameNames = (a: TableInfo, b: TableInfo): boolean =>
  a.columns.length === b.columns.length && a.columns.every(({ name }, i) => name === b.columns[i]!.name)
