// The grid component and what its neighbours draw with.
export { copyLater, DataGrid, type DataGridProps } from './DataGrid.tsx'
export { createMeasure } from './measure.ts'
export { isNested, isNumeric, TypeIcon, typeName } from './types.tsx'
