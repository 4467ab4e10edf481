// The explorer for pages without React of their own.
import { createRoot } from 'react-dom/client'
import { DataExplorer, type DataExplorerProps } from './DataExplorer.tsx'

export interface Mounted {
  update(props: DataExplorerProps): void
  unmount(): void
}

export function mountExplorer(element: Element, props: DataExplorerProps): Mounted {
  const root = createRoot(element)
  const update = (next: DataExplorerProps) => root.render(<DataExplorer {...next} />)
  update(props)
  return { update, unmount: () => root.unmount() }
}
