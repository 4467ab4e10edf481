// React's view of the headless explorer.
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Engine, EngineOptions } from '../engine/api.ts'
import { createMeasure } from '../grid/index.ts'
import { createExplorer, emptyState, type Explorer, type ExplorerState, type ViewState } from '../model/index.ts'

/** Loaded on demand: a host that brings its own engine does not pay for ours. */
export const startEngine = (options?: EngineOptions): Promise<Engine> =>
  import('../engine/index.ts').then(({ createEngine }) => createEngine(options))

interface ExplorerChoices {
  /** One that the host made and closes. */
  readonly model?: Explorer | undefined
  readonly engineOptions?: EngineOptions | undefined
  readonly defaultView?: ViewState | undefined
}

/** A model for as long as the component lives. The engine is closed with it only when it was made here. */
export function useExplorer(engine: Engine | undefined, options: ExplorerChoices = {}): Explorer | null {
  const { model: given } = options
  const [made, setMade] = useState<Explorer | null>(null)
  const first = useRef(options)
  useEffect(() => {
    if (given) return
    const { engineOptions, defaultView } = first.current
    const own = engine === undefined ? startEngine(engineOptions) : undefined
    own?.catch(() => {}) // told by the first opening
    const model = createExplorer({ engine: own ?? engine!, measure: createMeasure(), ...(defaultView && { defaultView }) })
    setMade(model)
    return () => {
      void model.close().then(() => own?.then((e) => e.close(), () => {}))
    }
  }, [engine, given])
  return given ?? made
}

const never = () => () => {}
const empty = () => emptyState

export const useExplorerState = (model: Explorer | null): ExplorerState =>
  useSyncExternalStore(model?.subscribe ?? never, model?.getSnapshot ?? empty)

/** The last function given, behind one that never changes. */
export function useLatest<A extends readonly unknown[]>(call: ((...args: A) => void) | undefined): (...args: A) => void {
  const latest = useRef(call)
  useEffect(() => { latest.current = call })
  return useRef((...args: A) => latest.current?.(...args)).current
}
