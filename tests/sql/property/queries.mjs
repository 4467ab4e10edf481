// Random queries over random tables: { sql, ordered }. Ordered ones sort by every column of their answer, so that only rows that are alike
// could change places; LIMIT stands only there. What depends on the order of rows (first, list, row_number …) is told an order by id.
import { createExpressions } from './expressions.mjs'

const aliased = (table, alias) => table.columns.map((c) => ({ ...c, ref: `${alias}.${c.name}`, bare: c.name }))
const ordinals = (n) => Array.from({ length: n }, (_, i) => i + 1)

export function randomQuery(r, tables) {
  return r.one([plain, plain, grouped, grouped, joined, joined, windowed, combined, nested, common, correlated, unnested, distinct, distinctOn, recursive,
    latest, pivoted, unpivoted, structured, sets, lateral])

  function source() {
    const table = r.pick(tables)
    return { from: `${table.name} AS a`, columns: aliased(table, 'a') }
  }

  function joinedSource() {
    const [left, right] = [small(), small()]
    const columns = [...aliased(left, 'a'), ...aliased(right, 'b')]
    const e = createExpressions(r, columns)
    const kind = r.pick(['JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN', 'SEMI JOIN', 'ANTI JOIN', 'LEFT JOIN', 'JOIN'])
    const keys = r.times(r.between(1, 2), () => equality(left, right))
    const residual = r.chance(0.3) ? [e.bool(1)] : []
    const from = `${left.name} AS a ${kind} ${right.name} AS b ON ${[...keys, ...residual].join(' AND ')}`
    return { from, columns: /SEMI|ANTI/.test(kind) ? aliased(left, 'a') : columns }
  }

  function small() {
    return r.pick(tables.filter(({ rows }) => rows <= 200))
  }

  function equality(left, right) {
    const pairs = left.columns.flatMap((a) => right.columns.filter((b) => b.category === a.category && a.category !== 'list' && a.category !== 'bool').map((b) => [a.name, b.name]))
    const alike = pairs.filter(([a, b]) => a === b && a !== 'id')
    const [a, b] = r.pick(r.chance(0.6) && alike.length > 0 ? alike : pairs)
    return `a.${a} = b.${b}`
  }

  function where(e, depth = 2) {
    return r.chance(0.6) ? ` WHERE ${e.bool(depth)}` : ''
  }

  /** The end of a query of n columns. */
  function end(sql, n) {
    if (r.chance(0.5)) return { sql, ordered: false }
    const keys = ordinals(n).map((i) => `${i}${r.pick(['', ' ASC', ' DESC', ' DESC NULLS FIRST', ' NULLS FIRST', ' NULLS LAST'])}`)
    const limit = r.chance(0.6) ? ` LIMIT ${r.between(0, 30)}${r.chance(0.4) ? ` OFFSET ${r.between(0, 10)}` : ''}` : ''
    return { sql: `${sql} ORDER BY ${keys.join(', ')}${limit}`, ordered: true }
  }

  function select(items, from, rest, modifier = '') {
    return end(`SELECT ${modifier}${items.map((item, i) => `${item} AS c${i}`).join(', ')} FROM ${from}${rest}`, items.length)
  }

  function plain() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    return select(r.times(r.between(1, 4), () => e.any(3)), from, where(e))
  }

  function distinct() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    return select(r.times(r.between(1, 2), () => e.any(1)), from, where(e), 'DISTINCT ')
  }

  function joined() {
    const { from, columns } = joinedSource()
    const e = createExpressions(r, columns)
    return r.chance(0.4) ? aggregated(from, columns) : select(r.times(r.between(1, 4), () => e.any(1)), from, where(e, 1))
  }

  function distinctOn() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    const key = r.pick(columns).ref
    return { sql: `SELECT DISTINCT ON (${key}) ${key} AS c0, a.id AS c1, ${e.any(1)} AS c2 FROM ${from}${where(e, 1)} ORDER BY ${key}${r.pick(['', ' DESC'])}, a.id DESC`, ordered: true }
  }

  function structured() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    const inside = `SELECT {'x': ${e.column('int')}, 'y': ${e.column('text')}} AS s, a.id FROM ${from}${where(e, 1)}`
    return r.one([
      () => end(`SELECT s, s.x AS x, s['y'] AS y FROM (${inside}) AS t`, 3),
      () => end(`SELECT s, count(*) AS n FROM (${inside}) AS t GROUP BY s`, 2),
      () => end(`SELECT max(s.x) AS c0, list(s ORDER BY id) AS c1 FROM (${inside}) AS t WHERE s.x IS NOT NULL`, 2),
    ])
  }

  // ---- joins of other kinds ----

  /** Of each row the last one before it: unique in the other table, as ties would be decided by chance; without nulls, which DuckDB lets meet. */
  function latest() {
    const [left, right] = [small(), small()]
    const e = createExpressions(r, aliased(left, 'a'))
    const by = r.pick(right.columns.filter(({ category, name }) => category === 'int' && name !== 'id'))
    const other = `(SELECT n, ${by.name} AS at, min(id) AS id FROM ${right.name} WHERE ${by.name} IS NOT NULL GROUP BY ALL)`
    const own = left.columns.some(({ name }) => name === by.name) ? by.name : 'id'
    const on = `a.n = b.n AND a.${own} ${r.pick(['>=', '>', '<=', '<'])} b.at`
    return select(['a.id', e.any(1), 'b.id'], `${left.name} AS a ASOF ${r.pick(['', 'LEFT '])}JOIN ${other} AS b ON ${on}`, ` WHERE a.${own} IS NOT NULL`)
  }

  function lateral() {
    const [outer, other] = [small(), small()]
    const both = createExpressions(r, [...aliased(outer, 'a'), ...aliased(other, 'b')])
    const e = createExpressions(r, aliased(outer, 'a'))
    const inside = r.pick([`SELECT count(*) AS v, max(b.id) AS w`, `SELECT b.id AS v, ${both.column('int')} AS w`])
    const [join, on] = r.pick([[', LATERAL', ''], [' LEFT JOIN LATERAL', ' ON true']])
    return select(['a.id', 'l.v', 'l.w'], `${outer.name} AS a${join} (${inside} FROM ${other.name} AS b WHERE ${equality(outer, other)}) AS l${on}`, where(e, 1))
  }

  function recursive() {
    const table = small()
    const e = createExpressions(r, aliased(table, 'a'))
    const step = r.pick(['w.n + 1', 'w.n * 2', '-w.n'])
    return end(`WITH RECURSIVE w(n, d) AS (SELECT ${e.column('int')}::HUGEINT, 0 FROM ${table.name} AS a${where(e, 1)} UNION ${r.pick(['ALL ', ''])}SELECT ${step}, d + 1 FROM w WHERE d < ${r.between(1, 4)}) SELECT n, d, count(*) AS times FROM w GROUP BY ALL`, 3)
  }

  // ---- columns from values ----

  function pivoted() {
    const table = r.pick(tables)
    const e = createExpressions(r, aliased(table, 'a'))
    const call = r.pick(['sum(v)', 'count(*)', 'max(v)', 'list(v ORDER BY v)'])
    const values = r.pick(['', " IN ('red', 'green')", " IN ('blue', 'none')"])
    return { sql: `PIVOT (SELECT ${e.column('text')} AS k, a.n AS v, a.m AS g FROM ${table.name} AS a${where(e, 1)}) ON k${values} USING ${call} GROUP BY g ORDER BY g`, ordered: true }
  }

  function unpivoted() {
    const table = r.pick(tables)
    return end(`SELECT * FROM (SELECT id, n AS x, m::INTEGER AS y FROM ${table.name}) UNPIVOT ${r.pick(['', 'INCLUDE NULLS '])}(v FOR which IN (x, y))`, 3)
  }

  function sets() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    const keys = [...new Set(r.times(3, () => e.column(r.pick(e.categories))))].filter((key) => key.startsWith('a.'))
    if (keys.length < 2) return plain()
    const lists = r.times(r.between(1, 3), () => `(${r.chance(0.2) ? '' : r.some(keys).join(', ')})`)
    const named = new Set(lists.flatMap((list) => list.slice(1, -1).split(', ').filter(Boolean)))
    const shown = keys.filter((key) => named.has(key))
    if (shown.length === 0) return plain()
    return select([...shown, `grouping(${shown.join(', ')})`, aggregate(e, 'a.id')], from, `${where(e, 1)} GROUP BY GROUPING SETS (${lists.join(', ')})`)
  }

  // ---- aggregates ----

  function aggregate(e, id) {
    const any = () => e.value(r.pick(e.categories), 1)
    const filter = r.chance(0.2) ? ` FILTER (WHERE ${e.bool(1)})` : ''
    const unique = r.chance(0.2) ? 'DISTINCT ' : ''
    return r.one([
      () => 'count(*)', () => `count(${unique}${any()})`, () => `sum(${unique}${e.tame(1)})`, () => `avg(${e.tame(1)})`,
      () => `${r.pick(['min', 'max'])}(${any()})`, () => `${r.pick(['min', 'max'])}(${any()})`,
      () => `${r.pick(['bool_and', 'bool_or', 'count_if'])}(${e.bool(1)})`, () => `${r.pick(['stddev', 'var_pop', 'stddev_pop', 'variance'])}(${e.tame(1)})`,
      () => `${r.pick(['median', 'mad'])}(${e.tame(1)})`, () => `quantile_${r.pick(['cont', 'disc'])}(${e.tame(0)}, ${r.pick(['0', '0.25', '0.5', '1'])})`,
      () => `string_agg(${e.value('text', 1)}, ',' ORDER BY ${id})`, () => `list(${any()} ORDER BY ${id})`,
      () => `${r.pick(['first', 'last'])}(${any()} ORDER BY ${id}${r.pick(['', ' DESC'])})`, () => `${r.pick(['arg_min', 'arg_max'])}(${any()}, ${id})`,
      () => `bit_xor(${e.column('int')})`, () => `list_sort(list(DISTINCT ${any()}))`,
    ]) + filter
  }

  function aggregated(from, columns) {
    const e = createExpressions(r, columns)
    const ids = columns.filter((c) => c.bare === 'id').map(({ ref }) => ref).join(', ')
    const keys = [...new Set(r.times(r.between(0, 3), () => (r.chance(0.7) ? e.column(r.pick([...e.categories, 'bool'])) : e.any(1))))]
    const calls = r.times(r.between(1, 3), () => aggregate(e, columns.some((c) => c.ref === 'b.id') ? `row(${ids})` : ids))
    const n = keys.length
    const by = n === 0 ? '' : ` GROUP BY ${grouping(n)}`
    const having = n > 0 && r.chance(0.2) ? ' HAVING count(*) > 1' : ''
    return select([...keys, ...calls], from, where(e, 1) + by + having)
  }

  function grouping(n) {
    const list = ordinals(n).join(', ')
    return r.pick([list, list, list, `ROLLUP (${list})`, `CUBE (${list})`])
  }

  function grouped() {
    const { from, columns } = source()
    return aggregated(from, columns)
  }

  // ---- windows ----

  function windowed() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    const calls = r.times(r.between(1, 2), () => windowCall(e))
    const qualify = r.chance(0.15) ? ' QUALIFY row_number() OVER (ORDER BY a.id) <= 5' : ''
    return select(['a.id', ...calls], from, where(e, 1) + qualify)
  }

  function windowCall(e) {
    const any = () => e.value(r.pick(e.categories), 1)
    const parts = r.chance(0.7) ? `PARTITION BY ${r.times(r.between(1, 2), () => e.column(r.pick([...e.categories, 'bool']))).join(', ')} ` : ''
    const order = `ORDER BY ${r.chance(0.5) ? `${any()}${r.pick(['', ' DESC', ' NULLS FIRST'])}, ` : ''}a.id${r.pick(['', ' DESC'])}`
    const peers = `ORDER BY ${e.column(r.pick(e.categories))}${r.pick(['', ' DESC'])}`
    return r.one([
      () => `${r.pick(['row_number', 'rank', 'percent_rank'])}() OVER (${parts}${order})`,
      () => `${r.pick(['rank', 'dense_rank', 'percent_rank', 'cume_dist'])}() OVER (${parts}${peers})`,
      () => `ntile(${r.between(1, 5)}) OVER (${parts}${order})`,
      () => `${r.pick(['lag', 'lead'])}(${any()}${r.chance(0.5) ? `, ${r.between(0, 3)}` : ''}) OVER (${parts}${order})`,
      () => `${r.pick(['first_value', 'last_value'])}(${any()}${r.pick(['', ' IGNORE NULLS'])}) OVER (${parts}${order}${frame()})`,
      () => `nth_value(${any()}, ${r.between(1, 3)}) OVER (${parts}${order}${frame()})`,
      () => `${r.pick(['sum', 'avg', 'min', 'max', 'count', 'median'])}(${e.tame(1)}) OVER (${parts}${order}${frame()})`,
      () => `${r.pick(['sum', 'count', 'max'])}(${e.tame(1)}) OVER (${parts}${peers}${r.pick(['', ' RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW', ' GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING'])})`,
      () => `${r.pick(['sum', 'count', 'min'])}(${e.tame(1)}) OVER (${parts}ORDER BY ${e.value('ts', 1)} RANGE BETWEEN INTERVAL ${r.between(0, 40)} ${r.pick(['DAY', 'MONTH', 'HOUR'])} PRECEDING AND INTERVAL ${r.between(0, 40)} DAY FOLLOWING)`,
      () => `${r.pick(['string_agg', 'list'])}(${e.value('text', 1)}${r.pick([", ','", ''])}) OVER (${parts}ORDER BY a.id${frame()})`.replace(/^list\((.*), ','\) OVER/, 'list($1) OVER'),
      () => `sum(${e.tame(1)}) OVER (${parts}ORDER BY a.n RANGE BETWEEN ${r.between(0, 9)} PRECEDING AND ${r.between(0, 9)} FOLLOWING)`,
      () => `${r.pick(['sum', 'count', 'min'])}(${e.tame(1)}) OVER (${parts.trim()})`,
      () => `list(a.id) OVER (${parts}ORDER BY a.id${frame()})`,
    ])
  }

  function frame() {
    if (r.chance(0.3)) return ''
    const bounds = ['UNBOUNDED PRECEDING', `${r.between(1, 3)} PRECEDING`, 'CURRENT ROW', `${r.between(1, 3)} FOLLOWING`, 'UNBOUNDED FOLLOWING']
    const from = r.below(4)
    const to = Math.max(1, r.between(from, 4))
    const exclude = r.chance(0.3) ? ` EXCLUDE ${r.pick(['CURRENT ROW', 'GROUP', 'TIES', 'NO OTHERS'])}` : ''
    return ` ${r.pick(['ROWS', 'ROWS', 'GROUPS'])} BETWEEN ${bounds[from]} AND ${from === to ? bounds[to].replace(/^\d/, '3') : bounds[to]}${exclude}`
  }

  // ---- queries within queries ----

  /** A query whose columns are of these categories. */
  function shaped(categories) {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    return `SELECT ${categories.map((c, i) => `${e.value(c, 1)} AS x${i}`).join(', ')} FROM ${from}${where(e, 1)}`
  }

  function combined() {
    const categories = r.times(r.between(1, 3), () => r.pick(['int', 'text', 'date', 'dbl', 'dec', 'ts', 'list', 'bool']))
    const word = () => r.pick(['UNION ALL', 'UNION', 'EXCEPT', 'INTERSECT', 'EXCEPT ALL', 'INTERSECT ALL'])
    const sql = r.times(r.between(2, 3), () => `(${shaped(categories)})`).reduce((left, right) => `${left} ${word()} ${right}`)
    return end(sql, categories.length)
  }

  function inner() {
    const categories = r.times(r.between(1, 3), () => r.pick(['int', 'text', 'date', 'dbl']))
    const columns = categories.map((category, i) => ({ category, tame: false, ref: `s.x${i}` }))
    return { sql: shaped(categories), columns }
  }

  function nested() {
    const { sql, columns } = inner()
    const e = createExpressions(r, columns)
    if (r.chance(0.4)) return select([e.any(1), 'count(*)'], `(${sql}) AS s`, `${where(e, 1)} GROUP BY 1`)
    return select(r.times(r.between(1, 3), () => e.any(1)), `(${sql}) AS s`, where(e))
  }

  function common() {
    const { sql, columns } = inner()
    const e = createExpressions(r, columns)
    const inside = `SELECT ${e.any(1)} AS c0, (SELECT count(*) FROM s) AS c1 FROM s${where(e, 1)}`
    const { sql: body, ordered } = end(inside, 2)
    return { sql: `WITH s AS ${r.pick(['', 'MATERIALIZED ', 'NOT MATERIALIZED '])}(${sql}) ${body}`, ordered }
  }

  function correlated() {
    const [outer, other] = [small(), small()]
    const e = createExpressions(r, aliased(outer, 'a'))
    const both = createExpressions(r, [...aliased(outer, 'a'), ...aliased(other, 'b')])
    const link = `${equality(outer, other)}${r.chance(0.3) ? ` AND ${both.bool(1)}` : ''}`
    const value = r.pick(['int', 'text', 'date'])
    const own = createExpressions(r, aliased(other, 'b'))
    const condition = () => r.one([
      () => `${r.pick(['', 'NOT '])}EXISTS (SELECT 1 FROM ${other.name} AS b WHERE ${link})`,
      () => `${e.value(value, 1)} ${r.pick(['', 'NOT '])}IN (SELECT ${own.value(value, 1)} FROM ${other.name} AS b${r.pick(['', ` WHERE ${link}`])})`,
      () => `${e.value(value, 1)} ${r.pick(['=', '<', '>='])} ${r.pick(['ANY', 'ALL'])} (SELECT ${own.value(value, 1)} FROM ${other.name} AS b)`,
    ])
    const scalar = () => `(SELECT ${r.pick([`count(*)`, `max(${own.value(value, 1)})`, `sum(${own.tame(1)})`])} FROM ${other.name} AS b${r.pick(['', ` WHERE ${link}`])})`
    return select(['a.id', ...r.times(r.between(1, 2), () => (r.chance(0.5) ? scalar() : condition()))], `${outer.name} AS a`, r.chance(0.6) ? ` WHERE ${condition()}` : '')
  }

  function unnested() {
    const { from, columns } = source()
    const e = createExpressions(r, columns)
    return r.one([
      () => select(['a.id', `unnest(${e.value('list', 1)})`], from, where(e, 1)),
      () => select(['a.id', 'u.v'], `${from}, unnest(${e.value('list', 1)}) AS u(v)`, ''),
      () => select(['a.id', 'u.v'], `${from}, LATERAL (SELECT a.id + g AS v FROM range(${r.between(0, 3)}) AS t(g)) AS u`, where(e, 1)),
    ])
  }
}
