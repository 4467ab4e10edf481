// The shown rows written as a file, one file at a time.
import { ExplorerError } from '../../engine/api.ts'
import type { ExportSettings, SaveBytes } from './api.ts'
import type { Desk } from './desk.ts'

export function createExporting(desk: Desk) {
  const { state, update } = desk
  let writing: AbortController | undefined

  return {
    async run(name: string, settings: ExportSettings, save: SaveBytes): Promise<void> {
      if (!desk.rows || writing) throw new Error('Another file is being written. Wait for it or stop it.')
      const { signal } = (writing = new AbortController())
      update({ exporting: { name, progress: null } })
      try {
        await save(desk.rows.export({
          columns: state().layout.visible, ...settings, signal,
          onProgress: (progress) => signal.aborted || update({ exporting: { name, progress } }),
        }))
      } finally {
        writing = undefined
        update({ exporting: null })
      }
    },

    cancel: () => writing?.abort(new ExplorerError('cancelled', 'The file was not written: it was stopped.')),
    stop: () => writing?.abort(),
  }
}

export type Exporting = ReturnType<typeof createExporting>
