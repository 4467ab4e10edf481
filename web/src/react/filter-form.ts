// The filter form as data: which operators a type offers, and the filter that a form stands for.
import type { TypeName } from '../engine/api.ts'
import type { ColumnFilter, FilterOperator } from '../model/index.ts'

export const operatorNames: Record<FilterOperator, string> = {
  'in': 'is one of', '=': '= equals', '<>': '≠ differs from', '<': '< less than', '<=': '≤ at most', '>': '> more than', '>=': '≥ at least',
  'between': 'between', 'contains': 'contains', 'starts with': 'starts with', 'regex': 'matches pattern', 'is null': 'is missing', 'is not null': 'is present',
}

const orderedTypes: ReadonlySet<TypeName> = new Set(['int64', 'double', 'float', 'decimal', 'date', 'time', 'timestamp', 'timestamptz'])
const ordered: readonly FilterOperator[] = ['in', '=', '<>', '<', '<=', '>', '>=', 'between', 'is null', 'is not null']
const textual: readonly FilterOperator[] = ['in', 'contains', 'starts with', 'regex', '=', '<>', '<', '<=', '>', '>=', 'between', 'is null', 'is not null']
const yesNo: readonly FilterOperator[] = ['in', 'is null', 'is not null']

export const operatorsOf = (type: TypeName): readonly FilterOperator[] =>
  type === 'bool' ? yesNo : orderedTypes.has(type) ? ordered : textual

export interface FilterForm {
  readonly op: FilterOperator
  readonly value: string
  readonly high: string
  readonly values: readonly (string | null)[]
  readonly matchCase: boolean
}

export function formOf(filter: ColumnFilter | undefined): FilterForm {
  const blank: FilterForm = { op: 'in', value: '', high: '', values: [], matchCase: false }
  if (!filter) return blank
  switch (filter.op) {
    case 'in': return { ...blank, values: filter.values }
    case 'between': return { ...blank, op: 'between', value: filter.low, high: filter.high }
    case 'is null': case 'is not null': return { ...blank, op: filter.op }
    case 'contains': case 'starts with': case 'regex':
      return { ...blank, op: filter.op, value: filter.value, matchCase: filter.matchCase ?? false }
    default: return { ...blank, op: filter.op, value: filter.value }
  }
}

/** Undefined while the form is not complete. */
export function filterOfForm(column: number, form: FilterForm): ColumnFilter | undefined {
  const { op, value, high, values, matchCase } = form
  switch (op) {
    case 'in': return values.length > 0 ? { column, op, values } : undefined
    case 'is null': case 'is not null': return { column, op }
    case 'between': return value !== '' && high !== '' ? { column, op, low: value, high } : undefined
    case 'contains': case 'starts with': case 'regex':
      return value !== '' ? { column, op, value, ...(matchCase && { matchCase }) } : undefined
    default: return value !== '' ? { column, op, value } : undefined
  }
}
