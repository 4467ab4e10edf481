// Random tables. `id` tells the rows apart. *Tame* columns hold numbers whose sums are exact in any order and whose products fit;
// the others hold what is awkward: extremes, NaN, negative zero, empty and odd texts. Queries calculate with tame columns only, and
// compare, sort, group and join by all.

/** name: [category, type, values; tame] */
const kinds = [
  ['n', 'int', 'INTEGER', true, (r) => r.between(-50, 50)],
  ['m', 'int', 'BIGINT', true, (r) => r.between(0, 9)],
  ['k', 'int', 'SMALLINT', false, (r) => r.between(0, 6)],
  ['price', 'dec', 'DECIMAL(9,2)', true, (r) => (r.between(-5000, 5000) / 100).toFixed(2)],
  ['q', 'dbl', 'DOUBLE', true, (r) => r.between(-400, 400) / 4],
  ['flag', 'bool', 'BOOLEAN', false, (r) => r.chance(0.5)],
  ['tiny', 'int', 'TINYINT', false, (r) => r.pick([-128, -1, 0, 1, 127])],
  ['big', 'int', 'BIGINT', false, (r) => r.pick(['-9223372036854775808', '-1', '0', '9007199254740993', '9223372036854775807'])],
  ['ubig', 'int', 'UBIGINT', false, (r) => r.pick(['0', '1', '9223372036854775808', '18446744073709551615'])],
  ['wide', 'dec', 'DECIMAL(38,4)', false, (r) => r.pick(['9999999999999999999999999999999999.9999', '-0.0001', '0', '12.5'])],
  ['dbl', 'dbl', 'DOUBLE', false, (r) => quote(r.pick(['NaN', 'Infinity', '-Infinity', '-0.0', '0', '1e-308', '1.7e308', '0.1', '-2.5']))],
  ['flt', 'dbl', 'FLOAT', false, (r) => quote(r.pick(['NaN', '-0.0', '0', '0.1', '3e38', '-1.5', 'Infinity']))],
  ['txt', 'text', 'VARCHAR', false, (r) => quote(r.pick(['', ' ', 'a', 'A', 'ab', 'abc', 'b%', 'a_b', 'ä', 'Zürich', '北京', 'é', '👍', '0', '-7', "o'k", 'x,y', '"', 'long text that fits no word']))],
  ['word', 'text', 'VARCHAR', false, (r) => quote(r.pick(['red', 'green', 'blue']))],
  ['day', 'date', 'DATE', false, (r) => quote(r.pick(['1970-01-01', '1969-12-31', '2000-02-29', '2024-12-31', '1582-10-15', '0001-01-01', '9999-12-31', '2023-07-15']))],
  ['ts', 'ts', 'TIMESTAMP', false, (r) => quote(r.pick(['1970-01-01 00:00:00', '1969-12-31 23:59:59.999999', '2024-02-29 12:34:56.789', '2023-07-15 00:00:00', '1900-01-01 06:00:00']))],
  ['ints', 'list', 'INTEGER[]', false, (r) => `[${r.times(r.below(4), () => (r.chance(0.2) ? 'NULL' : r.between(-5, 5))).join()}]`],
]

const quote = (text) => `'${text.replaceAll("'", "''")}'`
const sizes = [0, 1, 5, 20, 60, 60, 200, 3000]
const poolSize = 40

function column(r, [name, category, type, tame, value]) {
  const empty = r.chance(0.05)
  const nulls = empty ? 1 : r.pick([0, 0, 0.1, 0.5])
  const pool = r.times(poolSize, () => (r.chance(nulls) ? 'NULL' : value(r)))
  return { name, category, type, tame, definition: `([${pool.join()}]::${type}[])[1 + (hash(i, ${r.below(1e6)}) % ${poolSize})::INTEGER]` }
}

/** { name, columns, rows, sql: what makes it }; `columns` begins with id. */
export function randomTable(r, name) {
  const rows = r.pick(sizes)
  const columns = [
    { name: 'id', category: 'int', type: 'INTEGER', tame: true, definition: 'i::INTEGER' },
    ...kinds.filter((_, i) => i < 3 || r.chance(0.6)).map((kind) => column(r, kind)),
  ]
  const sql = `CREATE OR REPLACE TABLE ${name} AS SELECT ${columns.map((c) => `${c.definition} AS ${c.name}`).join(', ')} FROM range(${rows}) t(i)`
  return { name, columns, rows, sql }
}
