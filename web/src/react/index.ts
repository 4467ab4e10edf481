// What a React host imports.
export { DataGrid, type DataGridProps } from '../grid/index.ts'
export * from '../model/index.ts'
export { DataExplorer, type DataExplorerProps } from './DataExplorer.tsx'
export { startEngine, useExplorer, useExplorerState } from './hooks.ts'
export { mountExplorer, type Mounted } from './mount.tsx'
export type { Theme } from './theme.ts'
