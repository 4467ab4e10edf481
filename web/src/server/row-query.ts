// A view as /v1/tables/{t}/rows is asked for it. The server keeps the order for the next page, so this is what is
// asked as long as it can be said; else it is SQL (server-rows.ts).
import type { ColumnInfo, SortKey, ViewSpec } from '../engine/api.ts'
import type { ColumnFilter } from '../model/view-state.ts'
import { leavesOf } from './leaves.ts'

/** Longer addresses are not passed on by every server in front. */
const queryLength = 4000

type Parameter = readonly [name: string, value: string]

/** The query string, without columns and place; undefined where only SQL can say it. */
export function rowQuery({ filter, search, sort = [] }: ViewSpec, columns: readonly ColumnInfo[]): string | undefined {
  const filters = leavesOf(filter).map((leaf) => filterParameters(leaf, columns[leaf.column]!.name))
  const order = sortParameter(sort, columns)
  if (search || !order || !filters.every((parameters) => parameters !== undefined)) return undefined
  const query = new URLSearchParams([...filters.flat(), ...order].map(([name, value]) => [name, value])).toString()
  return query.length <= queryLength ? query : undefined
}

const operators = {
  '=': 'eq', '<>': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte', 'contains': 'contains', 'starts with': 'starts', 'regex': 'regex',
} as const

function filterParameters(filter: ColumnFilter, name: string): Parameter[] | undefined {
  const parameter = (operator: string, value: string): Parameter => [`filter[${name}]${operator}`, value]
  switch (filter.op) {
    case 'is null': return [parameter('null', 'true')]
    case 'is not null': return [parameter('null', 'false')]
    case 'between': return [parameter('gte', filter.low), parameter('lte', filter.high)]
    case 'in': {
      const isList = filter.values.length > 0 && filter.values.every((value) => value !== null && !value.includes(','))
      return isList ? [parameter('in', filter.values.join())] : undefined
    }
    default: return 'matchCase' in filter && filter.matchCase ? undefined : [parameter(operators[filter.op], filter.value)]
  }
}

function sortParameter(sort: readonly SortKey[], columns: readonly ColumnInfo[]): Parameter[] | undefined {
  const keys = sort.map(({ column, descending, nulls }) => {
    const { name } = columns[column]!
    const isSaid = nulls !== 'first' && !name.startsWith('-') && !name.includes(',')
    return isSaid ? `${descending ? '-' : ''}${name}` : undefined
  })
  if (keys.includes(undefined)) return undefined
  return keys.length > 0 ? [['sort', keys.join()]] : []
}
