// SQL over the open file: its result takes the file's place on screen until the reader goes back.
import { ExplorerError, type Progress, type Table } from '../../engine/api.ts'
import { quoteName } from '../../engine/sql-name.ts'
import { toFailure } from '../failure.ts'
import { newHistory } from '../history.ts'
import { changesNames } from '../sql-statement.ts'
import { noView } from '../view-state.ts'
import type { SqlTable } from './api.ts'
import type { Desk } from './desk.ts'
import type { Scan } from './scan.ts'
import type { Screen } from './screen.ts'
import { createTurn } from './turn.ts'

export function createAsking(desk: Desk, scan: Scan, screen: Screen) {
  const { state, update } = desk
  const turn = createTurn()

  async function run(text: string): Promise<void> {
    const signal = turn.begin()
    update({ sql: { status: 'running', text, progress: null } })
    const onProgress = (progress: Progress): void => {
      if (signal.aborted) return
      if (progress.phase === 'query') update({ sql: { status: 'running', text, progress } })
      else scan.takeProgress(progress)
    }
    try {
      const engine = await desk.engine
      const result = await engine.view(text, { signal, onProgress })
      if (!changesNames(text) && !signal.aborted) return showResult(result, text)
      void result.close()
      if (!changesNames(text)) return
      const session = await engine.session()
      update(signal.aborted ? { session } : { session, sql: { status: 'made', text } })
    } catch (error) {
      if (!signal.aborted) update({ sql: { status: 'failed', text, failure: toFailure(error) } })
    }
  }

  function showResult(result: Table, sql: string): void {
    const { table, rows, history } = desk
    const { name, read, filename, columns } = state()
    if (!desk.shelf && table) desk.shelf = { table, history, reading: { name, read, filename }, columns }
    desk.history = newHistory(noView)
    screen.show(result, { name: 'result', read: {}, filename: false }, screen.firstColumns(result))
    update({ result: { sql } })
    void rows?.close()
    if (table !== desk.shelf?.table) void table?.close()
  }

  return {
    run,

    cancel(): void {
      turn.stop(new ExplorerError('cancelled', 'The query was stopped.'))
      update({ sql: { status: 'idle' } })
    },

    backToFile(): void {
      const { table, rows, shelf: file } = desk
      if (!file) return
      desk.shelf = undefined
      desk.history = file.history
      screen.show(file.table, file.reading, file.columns)
      void rows?.close()
      void table?.close()
    },

    schema(): readonly SqlTable[] {
      const file = desk.shelf?.table ?? desk.table
      const made = state().session.map(({ name, kind, columns }): SqlTable => ({ name: quoteName(name), kind, columns }))
      return file ? [{ name: file.sqlName, kind: 'file', columns: file.info.columns }, ...made] : made
    },

    stop: () => turn.stop(),
  }
}
