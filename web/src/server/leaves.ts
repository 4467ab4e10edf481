// What the explorer asks of rows is a conjunction of filters of one column each; other trees are not sent to a server.
import { ExplorerError, type Filter } from '../engine/api.ts'
import type { ColumnFilter } from '../model/view-state.ts'

export function leavesOf(filter: Filter | undefined): readonly ColumnFilter[] {
  if (!filter) return []
  if ('and' in filter) return filter.and.flatMap(leavesOf)
  if ('column' in filter) return [filter]
  throw new ExplorerError('unsupported', 'a server is asked for filters of columns that hold together; write the rest in SQL')
}
