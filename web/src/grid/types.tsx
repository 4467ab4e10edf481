// The types of columns as the grid names and draws them.
import type { ColumnInfo, TypeName } from '../engine/api.ts'

const names: Record<TypeName, string> = {
  bool: 'yes/no', int64: 'whole number', double: 'number', decimal: 'decimal', date: 'date', time: 'time',
  timestamp: 'date and time', timestamptz: 'date and time with zone', text: 'text',
  float: 'number (32 bits)', blob: 'bytes', uuid: 'uuid', interval: 'interval', list: 'list', struct: 'struct', map: 'map',
}

const glyphs: Record<TypeName, string> = {
  bool: 'T/F', int64: '123', double: '1.5', decimal: '.00', date: 'dmy', time: 'h:m', timestamp: 'd h', timestamptz: 'd z', text: 'abc',
  float: '1.5', blob: '0x', uuid: 'id', interval: '±t', list: '[ ]', struct: '{ }', map: '{:}',
}

export const typeName = (type: TypeName): string => names[type]

export const isNumeric = (type: TypeName | undefined): boolean => type === 'int64' || type === 'double' || type === 'decimal' || type === 'float'

export const isNested = (type: TypeName): boolean => type === 'list' || type === 'struct' || type === 'map'

export function TypeIcon({ column }: { readonly column: ColumnInfo }) {
  const scale = column.scale === undefined ? '' : `, ${column.scale} decimal places`
  return <span className="sonde-type" aria-hidden="true" title={column.typeText ?? names[column.type] + scale}>{glyphs[column.type]}</span>
}
