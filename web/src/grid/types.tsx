// The types of columns as the grid names and draws them.
import type { ColumnInfo, TypeName } from '../engine/api.ts'

const names: Record<TypeName, string> = {
  bool: 'yes/no', int64: 'whole number', double: 'number', decimal: 'decimal', date: 'date', time: 'time',
  timestamp: 'date and time', timestamptz: 'date and time with zone', text: 'text',
}

const glyphs: Record<TypeName, string> = {
  bool: 'T/F', int64: '123', double: '1.5', decimal: '.00', date: 'dmy', time: 'h:m', timestamp: 'd h', timestamptz: 'd z', text: 'abc',
}

export const typeName = (type: TypeName): string => names[type]

export const isNumeric = (type: TypeName | undefined): boolean => type === 'int64' || type === 'double' || type === 'decimal'

export function TypeIcon({ column }: { readonly column: ColumnInfo }) {
  const scale = column.scale === undefined ? '' : `, ${column.scale} decimal places`
  return <span className="sonde-type" aria-hidden="true" title={names[column.type] + scale}>{glyphs[column.type]}</span>
}
