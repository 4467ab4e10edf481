// What is known of a column's values, as SQL asks for it and as its answer tells it.
import type { ColumnInfo, ColumnStats, TypeName } from '../engine/api.ts'
import { quoteName } from '../engine/sql-name.ts'
import { shownText, type CellText } from './records.ts'

/** Code points of a text among statistics, as the engine has it. */
const textLength = 64

const numeric: readonly TypeName[] = ['int64', 'double', 'float', 'decimal']
const nested: readonly TypeName[] = ['list', 'struct', 'map']

/** One row with five fields a column. */
export const statsSql = (columns: readonly ColumnInfo[], from: string): string =>
  `SELECT ${columns.map(columnSql).join(',\n  ')}\nFROM ${from}`

function columnSql({ name, type }: ColumnInfo): string {
  const column = quoteName(name)
  const [least, most] = nested.includes(type) ? ['NULL', 'NULL'] : [`min(${column})`, `max(${column})`]
  const mean = numeric.includes(type) ? `avg(${column})` : 'NULL'
  return `count(*) - count(${column}), ${least}, ${most}, ${mean}, approx_count_distinct(${column})`
}

export const statsOf = (row: readonly CellText[], columns: readonly ColumnInfo[]): ColumnStats[] =>
  columns.map(({ type }, i) => {
    const [nulls, min = null, max = null, mean, distinct] = row.slice(5 * i, 5 * i + 5)
    const shown = (text: CellText): CellText => shorten(shownText(text, type))
    return { nulls: Number(nulls), min: shown(min), max: shown(max), mean: mean == null ? null : Number(mean), distinct: Number(distinct) }
  })

const shorten = (text: CellText): CellText => text && [...text.slice(0, 2 * textLength)].slice(0, textLength).join('')
