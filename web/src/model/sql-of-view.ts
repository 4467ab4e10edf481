// The SQL of what was clicked: a view's filters, search and sort as a SELECT that answers the same rows in the same order.
import type { ColumnInfo, SortKey, TypeName } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import type { ExplorerState } from './explorer-state.ts'
import type { ColumnFilter, ViewState } from './view-state.ts'

export interface SqlSource {
  /** As it stands behind FROM. */
  readonly from: string
  readonly columns: readonly ColumnInfo[]
  /** Those that are shown, in their order; all when absent. */
  readonly visible?: readonly number[]
}

export function viewToSql({ filters, search, sort }: ViewState, { from, columns, visible }: SqlSource): string {
  const conditions = filters.map((filter) => conditionOf(filter, columns[filter.column]!))
  if (search !== '') conditions.push(searchOf(search, columns))
  return [
    `SELECT ${selectList(columns, visible)}`,
    `FROM ${from}`,
    ...(conditions.length > 0 ? [`WHERE ${conditions.join('\n  AND ')}`] : []),
    ...(sort.length > 0 ? [`ORDER BY ${sort.map((key) => orderOf(key, columns)).join(', ')}`] : []),
  ].join('\n')
}

/** The SQL that answers what is on screen; `file` is what SQL calls the open file. */
export function sqlOnScreen({ info, shown, result, layout }: ExplorerState, file: string): string {
  const from = result ? resultSource(result.sql) : file
  return info ? viewToSql(shown, { from, columns: info.columns, visible: layout.visible }) : ''
}

const resultSource = (sql: string): string => `(\n${sql.replace(/[;\s]+$/, '')}\n) AS result`

function selectList(columns: readonly ColumnInfo[], visible: readonly number[] | undefined): string {
  const isAll = !visible || (visible.length === columns.length && visible.every((column, i) => column === i))
  return isAll ? '*' : visible.map((column) => quoteName(columns[column]!.name)).join(', ')
}

/** Missing values are last in a view whichever the direction; SQL dialects differ, so it is said. */
function orderOf({ column, descending, nulls = 'last' }: SortKey, columns: readonly ColumnInfo[]): string {
  return `${quoteName(columns[column]!.name)}${descending ? ' DESC' : ''} NULLS ${nulls.toUpperCase()}`
}

// --- conditions ------------------------------------------------------------------------------------------------------

function conditionOf(filter: ColumnFilter, column: ColumnInfo): string {
  const name = quoteName(column.name)
  const literal = (value: string): string => literalOf(value, column.type)
  switch (filter.op) {
    case 'is null': return `${name} IS NULL`
    case 'is not null': return `${name} IS NOT NULL`
    case 'between': return `${name} BETWEEN ${literal(filter.low)} AND ${literal(filter.high)}`
    case 'in': return oneOf(name, filter.values, literal)
    case 'contains': return likeOf(column, `%${escapePattern(filter.value)}%`, filter.matchCase)
    case 'starts with': return likeOf(column, `${escapePattern(filter.value)}%`, filter.matchCase)
    case 'regex': return `regexp_matches(${shownText(column)}, ${quoteText(filter.value)}${filter.matchCase ? '' : ", 'i'"})`
    default: return `${name} ${filter.op} ${literal(filter.value)}`
  }
}

function oneOf(name: string, values: readonly (string | null)[], literal: (value: string) => string): string {
  const present = values.filter((value) => value !== null)
  const parts = [
    ...(present.length > 0 ? [`${name} IN (${present.map(literal).join(', ')})`] : []),
    ...(present.length < values.length ? [`${name} IS NULL`] : []),
  ]
  if (parts.length === 0) return 'false'
  return parts.length === 1 ? parts[0]! : `(${parts.join(' OR ')})`
}

function searchOf(search: string, columns: readonly ColumnInfo[]): string {
  const pattern = `%${escapePattern(search)}%`
  const parts = columns.map((column) => likeOf(column, pattern, false))
  return parts.length === 1 ? parts[0]! : `(${parts.join('\n    OR ')})`
}

function likeOf(column: ColumnInfo, pattern: string, matchCase = false): string {
  const escape = pattern.includes('\\') ? " ESCAPE '\\'" : ''
  return `${shownText(column)} ${matchCase ? 'LIKE' : 'ILIKE'} ${quoteText(pattern)}${escape}`
}

/** The text that the grid shows: whole doubles without a point, which SQL would write as 1.0. */
function shownText({ name, type }: ColumnInfo): string {
  if (type === 'text') return quoteName(name)
  const text = `CAST(${quoteName(name)} AS VARCHAR)`
  return type === 'double' || type === 'float' ? `regexp_replace(${text}, '\\.0$', '')` : text
}

// --- literals --------------------------------------------------------------------------------------------------------

const numeric = new Set<TypeName>(['int64', 'double', 'float', 'decimal'])

/** Numbers as they are; everything else as a text, which takes the type of the column beside it. */
function literalOf(value: string, type: TypeName): string {
  const isNumber = numeric.has(type) && /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value)
  if (isNumber) return value
  if (type === 'bool' && /^(true|false)$/i.test(value)) return value.toLowerCase()
  return quoteText(value)
}

const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
const escapePattern = (text: string): string => text.replace(/[\\%_]/g, '\\$&')
