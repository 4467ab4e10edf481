// What the reader asked of the rows (sort, one filter per column, search), its reducers, and the ViewSpec it becomes.
import type { Comparison, Filter, SortKey, ViewSpec } from '../engine/api.ts'

/** A filter of one column: the leaves of the engine's Filter. */
export type ColumnFilter = Extract<Filter, { readonly column: number }>
export type FilterOperator = ColumnFilter['op']

export interface ViewState {
  readonly sort: readonly SortKey[]
  /** At most one filter a column, in the order they were added. */
  readonly filters: readonly ColumnFilter[]
  readonly search: string
}

export const noView: ViewState = { sort: [], filters: [], search: '' }

export const isPlain = (view: ViewState): boolean =>
  view.sort.length === 0 && view.filters.length === 0 && view.search === ''

export const isFiltered = (view: ViewState): boolean => view.filters.length > 0 || view.search !== ''

export const sameView = (a: ViewState, b: ViewState): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

export function toViewSpec(view: ViewState): ViewSpec {
  const [first, ...rest] = view.filters
  const filter: Filter | undefined = first && (rest.length === 0 ? first : { and: view.filters })
  return {
    ...(filter && { filter }),
    ...(view.search !== '' && { search: view.search }),
    ...(view.sort.length > 0 && { sort: view.sort }),
  }
}

export const sortOf = (view: ViewState, column: number): SortKey | undefined =>
  view.sort.find((key) => key.column === column)

/** Without what it asks of columns that are not among the first `columns`. */
export const withinColumns = (view: ViewState, columns: number): ViewState => ({
  ...view,
  sort: view.sort.filter(({ column }) => column < columns),
  filters: view.filters.filter(({ column }) => column < columns),
})

/** Ascending → descending → none. `add` keeps the other keys, otherwise this column becomes the only one. */
export function toggleSort(view: ViewState, column: number, add: boolean): ViewState {
  const old = sortOf(view, column)
  const next: SortKey | undefined = !old ? { column } : old.descending ? undefined : { column, descending: true }
  return withSort(view, column, next, add)
}

export function setSort(view: ViewState, column: number, direction: 'ascending' | 'descending' | 'none', add = false): ViewState {
  const next = direction === 'none' ? undefined : direction === 'descending' ? { column, descending: true } : { column }
  return withSort(view, column, next, add || direction === 'none')
}

function withSort(view: ViewState, column: number, next: SortKey | undefined, keepOthers: boolean): ViewState {
  if (!keepOthers) return { ...view, sort: next ? [next] : [] }
  const at = view.sort.findIndex((key) => key.column === column)
  if (at < 0) return { ...view, sort: next ? [...view.sort, next] : view.sort }
  return { ...view, sort: next ? view.sort.with(at, next) : view.sort.toSpliced(at, 1) }
}

export const filterOf = (view: ViewState, column: number): ColumnFilter | undefined =>
  view.filters.find((filter) => filter.column === column)

export function setFilter(view: ViewState, filter: ColumnFilter): ViewState {
  const at = view.filters.findIndex((old) => old.column === filter.column)
  return { ...view, filters: at < 0 ? [...view.filters, filter] : view.filters.with(at, filter) }
}

export const removeFilter = (view: ViewState, column: number): ViewState => ({
  ...view,
  filters: view.filters.filter((filter) => filter.column !== column),
})

export const setSearch = (view: ViewState, search: string): ViewState => ({ ...view, search })

export const clearFilters = (view: ViewState): ViewState => ({ ...view, filters: [], search: '' })

const words: Partial<Record<FilterOperator, string>> = {
  '<>': '≠', '<=': '≤', '>=': '≥', 'contains': 'contains', 'starts with': 'starts with', 'regex': 'matches',
}

export const isComparison = (op: FilterOperator): op is Comparison => /^[=<>]/.test(op)

/** The filter in words, without the column's name: "≤ 12", "one of a, b and 3 more". */
export function describeFilter(filter: ColumnFilter): string {
  switch (filter.op) {
    case 'is null': return 'is missing'
    case 'is not null': return 'is present'
    case 'between': return `between ${filter.low} and ${filter.high}`
    case 'in': return describeIn(filter.values)
    default: return `${words[filter.op] ?? filter.op} ${quoteBlank(filter.value)}`
  }
}

function describeIn(values: readonly (string | null)[]): string {
  const shown = values.slice(0, 2).map((value) => (value === null ? 'missing' : quoteBlank(value))).join(', ')
  if (values.length === 0) return 'none of the values'
  if (values.length === 1) return `= ${shown}`
  return values.length > 2 ? `one of ${shown} and ${values.length - 2} more` : `one of ${shown}`
}

const quoteBlank = (text: string): string => (text.trim() === '' ? `“${text}”` : text)
