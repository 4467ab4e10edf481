// The scan of the table on screen, which goes on in the background, and what it finds out.
import { ExplorerError, type Progress, type Table, type TableInfo } from '../../engine/api.ts'
import { toFailure } from '../failure.ts'
import { clampSelection } from '../selection.ts'
import { isPlain } from '../view-state.ts'
import type { Desk } from './desk.ts'
import type { Jumping } from './jumping.ts'
import { createTurn } from './turn.ts'

export function createScan(desk: Desk, jumping: Jumping) {
  const { cache, state, update } = desk
  const scanning = createTurn()
  const profiling = createTurn()

  async function follow(table: Table): Promise<void> {
    const signal = scanning.begin()
    update({ scan: 'running', scanFailure: null })
    try {
      for await (const { info, progress } of table.progress({ signal })) {
        if (signal.aborted) return
        if (progress.phase !== 'idle' || progress.memoryBytes > 0) update({ progress }) // else nothing was scanned: what opening cost stays
        takeInfo(info)
        if (progress.phase === 'index') desk.counted = Math.max(desk.counted, progress.rows)
        jumping.goOn()
      }
      if (signal.aborted) return
      takeInfo(table.info)
      jumping.goOn()
      update({ scan: table.info.state === 'imported' ? 'done' : 'cancelled' })
    } catch (error) {
      if (!signal.aborted) update({ scan: 'failed', scanFailure: toFailure(error) })
    }
  }

  /** Exact types may show a value differently than the guess did, so the cells are read again once they are known. */
  function takeInfo(info: TableInfo): void {
    const before = state()
    if (info === before.info) return
    const plain = isPlain(before.shown)
    update({ info, ...(plain && { rows: info.rows.count, exact: info.rows.exact }) })
    if (!plain || !desk.rows) return
    if (info.state === 'imported' && before.info?.state !== 'imported') {
      cache.reset(desk.rows.read, info.rows.count, info.columns.length, { keep: true })
      cache.want(desk.window)
    } else cache.setRows(info.rows.count)
    const selection = info.rows.exact ? clampSelection(before.selection, info.rows.count) : before.selection
    if (selection !== before.selection) desk.changeSelection(selection)
  }

  return {
    follow,

    /** What a page has cost does not hide how far the scan is. */
    takeProgress(progress: Progress): void {
      const { progress: before, scan } = state()
      const { bytesRead, requests, memoryBytes } = progress
      const goesOn = progress.phase === 'idle' && scan === 'running' && before !== null
      update({ progress: goesOn ? { ...before, bytesRead, requests, memoryBytes } : progress })
    },

    resume(): void {
      const { table } = desk
      if (!table || (state().scan !== 'cancelled' && state().scan !== 'failed')) return
      table.resumeScan()
      void follow(table)
    },

    async profile(): Promise<void> {
      const { table } = desk
      const before = state().scan
      if (!table || before === 'running') return
      const signal = profiling.begin()
      update({ scan: 'running', scanFailure: null })
      try {
        takeInfo(await table.profile({ signal, onProgress: (progress) => signal.aborted || update({ progress }) }))
      } catch (error) {
        if (desk.table === table && !signal.aborted) update({ scanFailure: toFailure(error) })
      }
      if (desk.table === table) update({ scan: before })
    },

    async cancel(): Promise<void> {
      profiling.stop(new ExplorerError('cancelled', 'The statistics were stopped.'))
      await desk.table?.cancelScan()
    },

    stop(): void {
      scanning.stop()
      profiling.stop()
    },
  }
}

export type Scan = ReturnType<typeof createScan>
