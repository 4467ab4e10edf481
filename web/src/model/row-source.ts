// Where rows come from at the moment: the table in file order, or a view of it.
import type { ExportOptions, RunOptions, Table } from '../engine/api.ts'
import type { PageReader } from './pages.ts'
import { isPlain, toViewSpec, type ViewState } from './view-state.ts'

export interface RowSource {
  readonly rows: number
  readonly read: PageReader
  export(options: ExportOptions): ReadableStream<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

export const tableRows = (table: Table): RowSource => ({
  rows: table.info.rows.count,
  read: (firstRow, rows, columns, signal) => table.page(firstRow, rows, { columns, signal }),
  export: (options) => table.export(options),
  close: async () => {},
})

/** Filters and sorts unless there is nothing to do. */
export async function openRows(table: Table, view: ViewState, options: RunOptions): Promise<RowSource> {
  if (isPlain(view)) return tableRows(table)
  const opened = await table.view(toViewSpec(view), options)
  return {
    rows: opened.rows,
    read: (firstRow, rows, columns, signal) => opened.page(firstRow, rows, { columns, signal }),
    export: (options) => opened.export(options),
    close: () => opened.close(),
  }
}
