// What can be completed: tables, columns, functions. Keywords are the dialect's.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { SqlFunction } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import type { SqlTable } from '../model/index.ts'

export interface Names {
  readonly tables: readonly SqlTable[]
  readonly functions: readonly SqlFunction[]
}

const word = /[\p{L}_][\p{L}\p{N}_]*$/u

export const completeNames = (names: () => Names) => (context: CompletionContext): CompletionResult | null => {
  const typed = context.matchBefore(word)
  if (!typed && !context.explicit) return null
  const { tables, functions } = names()
  const isMember = typed !== null && context.state.sliceDoc(typed.from - 1, typed.from) === '.'
  const options = isMember ? columnsOf(tables) : [...tablesOf(tables), ...columnsOf(tables), ...functionsOf(functions)]
  return { from: typed?.from ?? context.pos, options, validFor: /^[\p{L}\p{N}_]*$/u }
}

const tablesOf = (tables: readonly SqlTable[]): Completion[] =>
  tables.map(({ name, kind }) => ({ label: name, type: 'class', detail: kind, boost: 3 }))

const columnsOf = (tables: readonly SqlTable[]): Completion[] =>
  tables.flatMap(({ columns }) => columns.map(({ name, type, typeText }): Completion =>
    ({ label: name, apply: quoteName(name), type: 'property', detail: typeText ?? type, boost: 2 })))

/** One for each name, however many overloads it has; signs of operators are not completed. */
function functionsOf(functions: readonly SqlFunction[]): Completion[] {
  const byName = new Map<string, SqlFunction>()
  for (const each of functions) if (/^[a-z_]\w*$/.test(each.name) && !byName.has(each.name)) byName.set(each.name, each)
  return [...byName.values()].map(({ name, kind, description, example }) =>
    ({ label: name, apply: `${name}(`, type: 'function', detail: kind, info: `${description} Example: ${example}` }))
}
