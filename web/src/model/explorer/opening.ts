// Opening a source, and reading it again in another way.
import type { ReadOptions, Table } from '../../engine/api.ts'
import { emptyState, nameOf, type Source } from '../explorer-state.ts'
import { toFailure } from '../failure.ts'
import { newHistory } from '../history.ts'
import { noView, withinColumns } from '../view-state.ts'
import type { OpenAs } from './api.ts'
import { sameNames, type Desk, type Reading } from './desk.ts'
import type { Scan } from './scan.ts'
import type { Screen } from './screen.ts'
import { createTurn } from './turn.ts'

export function createOpening(desk: Desk, scan: Scan, screen: Screen) {
  const { state, update } = desk
  const turn = createTurn()
  let source: Source | undefined
  let names: readonly string[] | undefined
  /** Of the table on screen; the state has what was asked for. */
  let shownFilename = false
  let last: Reading = { name: '', read: {}, filename: false }

  async function run(next: Source, reading: Reading, again: boolean): Promise<void> {
    const signal = turn.begin()
    last = reading
    try {
      const engine = await desk.engine
      const opened = await engine.open(next, {
        ...reading, ...(names && { names }), signal, onProgress: (progress) => signal.aborted || scan.takeProgress(progress),
      })
      if (signal.aborted) return void opened.close()
      install(opened, reading, again)
    } catch (error) {
      if (signal.aborted) return
      const failure = toFailure(error, next instanceof Blob ? next.size : undefined)
      update({ failure, rereading: false, ...(again ? { filename: shownFilename } : { status: 'failed' }) })
    }
  }

  function install(opened: Table, reading: Reading, again: boolean): void {
    const before = state()
    const old = { table: desk.table, rows: desk.rows, file: desk.shelf?.table }
    const sameColumns = again && before.info !== null && sameNames(before.info, opened.info)
    if (again && !sameColumns) {
      const isRefit = reading.filename !== shownFilename
      desk.history = newHistory(isRefit ? withinColumns(desk.history.present, opened.info.columns.length) : noView)
    }
    shownFilename = reading.filename
    desk.shelf = undefined
    screen.show(opened, reading, desk.controlled.columns ?? (sameColumns ? before.columns : screen.firstColumns(opened)))
    void old.rows?.close()
    void old.table?.close()
    void old.file?.close()
  }

  async function reread(read: ReadOptions, filename = state().filename): Promise<void> {
    if (source === undefined) return
    const again = desk.table !== undefined
    if (again) update({ rereading: true, failure: null, filename })
    else update({ status: 'opening', failure: null, read })
    await run(source, { name: state().name, read, filename }, again)
  }

  return {
    reread,

    async open(next: Source, { name = nameOf(next), names: called, read = {} }: OpenAs): Promise<void> {
      source = next
      names = called
      desk.history = newHistory(desk.controlled.view ?? desk.firstView)
      desk.store.set({ ...emptyState, status: 'opening', name, read, session: state().session })
      await run(next, { name, read, filename: false }, false)
    },

    async retry(): Promise<void> {
      await reread(last.read, last.filename)
    },

    cancel(): void {
      turn.stop()
      if (desk.table) update({ rereading: false, filename: shownFilename })
      else desk.store.set({ ...emptyState, session: state().session })
    },

    stop: () => turn.stop(),

    forget(): void {
      source = undefined
    },
  }
}
