// Random expressions over the columns of a scope, by category: int, dec, dbl, text, date, ts, bool, list. Each is without error for all
// values, as engines differ in what they calculate that nobody needs; and its value depends on nothing but the row.

/** `columns`: [{ ref, category, tame }]. Answers makers of expressions. */
export function createExpressions(r, columns) {
  const of = (category, tame = false) => columns.filter((c) => c.category === category && (c.tame || !tame)).map(({ ref }) => ref)
  const column = (category, otherwise, tame) => {
    const refs = of(category, tame)
    return refs.length > 0 && r.chance(0.85) ? r.pick(refs) : otherwise()
  }
  const literals = {
    int: () => String(r.between(-9, 9)),
    dec: () => `${r.between(-99, 99)}.${r.between(0, 9)}`,
    dbl: () => `${r.between(-40, 40) / 4}::DOUBLE`,
    text: () => r.pick(["''", "'a'", "'ab'", "'red'", "'ä'", "'北京'", "'b%'", "'A'"]),
    date: () => `DATE '${r.pick(['1970-01-01', '2000-02-29', '2024-12-31'])}'`,
    ts: () => `TIMESTAMP '${r.pick(['1970-01-01 00:00:00', '2024-02-29 12:34:56.789'])}'`,
    bool: () => r.pick(['true', 'false']),
    list: () => `([${r.times(r.below(4), () => r.between(-3, 3)).join()}]::INTEGER[])`,
  }
  const leaf = (category, tame = false) => {
    if (category in nullTypes && r.chance(0.04)) return `NULL::${nullTypes[category]}`
    return column(category, literals[category], tame)
  }

  /** Where a constant is null DuckDB forgets that it is a decimal, and so its digits: only of columns. */
  const tryDecimal = (of) => (/\b[a-z]+\.[a-z]/.test(of) ? `TRY_CAST(${of} AS DECIMAL(9,2))` : literals.dec())

  // Numbers that may be calculated with.
  const tame = (category, depth) => {
    if (depth <= 0) return leaf(category, true)
    const a = () => tame(category, depth - 1)
    const numbers = {
      int: [
        () => `(${a()} + ${a()})`, () => `(${a()} - ${a()})`, () => `(${leaf('int', true)} * ${leaf('int', true)})`,
        () => `abs(${a()})`, () => `sign(${a()})`, () => `(-${a()})`,
        () => `(${a()} % ${r.pick(['7', '-3', '10'])})`, () => `(${a()} // ${r.pick(['7', '-3', '10'])})`,
        () => `length(${text(depth - 1)})`, () => `strpos(${text(depth - 1)}, ${leaf('text')})`, () => `len(${list(depth - 1)})`,
        () => `${r.pick(['year', 'month', 'day', 'quarter', 'dayofweek', 'dayofyear', 'isodow', 'week'])}(${date(depth - 1)})`,
        () => `extract(${r.pick(['hour', 'minute', 'second', 'year', 'epoch'])} FROM ${leaf('ts')})::BIGINT`,
        () => `(${leaf('date')} - ${leaf('date')})`,
        () => `CASE WHEN ${nullable()} THEN 0 ELSE ${list(depth - 1)}[${r.between(-2, 3)}] END`,
        () => `date_${r.pick(['diff', 'sub'])}('${r.pick(['day', 'month', 'year', 'week', 'quarter'])}', ${date(depth - 1)}, ${literals.date()})`,
        () => `date_part('${r.pick(['decade', 'century', 'era', 'isoyear', 'yearweek', 'day', 'dow'])}', ${leaf('date')})`,
        () => `${r.pick(['length', 'strlen', 'bit_length', 'ascii', 'unicode'])}(${leaf('text')})`, () => `instr(${text(depth - 1)}, ${leaf('text')})`,
        () => `TRY_CAST(${text(depth - 1)} AS INTEGER)`, () => `(${tame('dec', 0)})::INTEGER`, () => `(${bool(depth - 1)})::INTEGER`,
        () => `${r.pick(['list_sum', 'list_min', 'list_max', 'list_count', 'list_unique'])}(${list(depth - 1)})::BIGINT`,
        () => `list_position(${list(depth - 1)}, ${literals.int()})`, () => `levenshtein(${leaf('text')}, ${leaf('text')})`,
        () => `len(string_split(${text(depth - 1)}, ${r.pick(["'a'", "','", "''"])}))`,
        () => `{'a': ${a()}, 'b': ${leaf('text')}}.a`, () => `MAP {${literals.text()}: ${a()}}[${literals.text()}]`,
        () => `(${a()} ${r.pick(['&', '|'])} ${r.between(0, 7)})`,
      ],
      dec: [
        () => `(${a()} + ${a()})`, () => `(${a()} - ${tame('int', 0)})`, () => `(${leaf('dec', true)} * ${leaf('dec', true)})`,
        () => `abs(${a()})`, () => `round(${a()}, ${r.between(0, 3)})`, () => `(-${a()})`,
        () => `${r.pick(['floor', 'ceil', 'trunc'])}(${leaf('dec', true)})`, () => `(${tame('int', 0)})::DECIMAL(24,3)`, () => `(${leaf('dec', true)})::DECIMAL(22,1)`,
        () => tryDecimal(text(depth - 1)),
      ],
      dbl: [
        () => `(${a()} + ${a()})`, () => `(${a()} - ${tame('int', 0)})`, () => `(${leaf('dbl', true)} * ${leaf('dbl', true)})`,
        () => `abs(${a()})`, () => `(${a()} / ${r.pick(['4', '8', '-2'])})`, () => `sqrt(abs(${a()}))`, () => `floor(${a()})`, () => `ceil(${a()})`,
        () => `round(${a()})`, () => `trunc(${a()})`, () => `(${tame('int', depth - 1)} / 4)`, () => `(${tame('dec', depth - 1)})::DOUBLE`,
      ],
    }
    return r.one([...numbers[category], () => choice(category, () => tame(category, depth - 1), depth)])
  }

  const nullable = () => `${r.pick(columns).ref} IS NULL`

  const choice = (category, value, depth) => r.one([
    () => `CASE WHEN ${bool(depth - 1)} THEN ${value()} ELSE ${value()} END`,
    () => `CASE WHEN ${bool(depth - 1)} OR ${nullable()} THEN ${value()} END`,
    () => `coalesce(${value()}, ${value()})`,
    () => `CASE WHEN ${nullable()} THEN ${value()} ELSE nullif(${value()}, ${value()}) END`,
    () => `${r.pick(['greatest', 'least'])}(${value()}, ${value()})`,
    () => `if(${bool(depth - 1)}, ${value()}, ${value()})`,
  ])

  const text = (depth) => {
    if (depth <= 0) return leaf('text')
    const a = () => text(depth - 1)
    return r.one([
      () => `${r.pick(['upper', 'lower', 'trim', 'ltrim', 'rtrim', 'reverse'])}(${a()})`,
      () => `(${a()} || ${a()})`, () => `concat(${a()}, ${tame('int', depth - 1)}, ${a()})`,
      () => `substring(${a()}, ${r.pick([`${r.between(1, 4)}, ${r.between(0, 4)}`, r.between(-4, 4)])})`, () => `${r.pick(['left', 'right'])}(${a()}, ${r.between(-2, 3)})`,
      () => `replace(${a()}, ${r.pick(["'a'", "'ä'", "'r'"])}, ${a()})`, () => `repeat(${leaf('text')}, ${r.between(0, 3)})`,
      () => `${r.pick(['lpad', 'rpad'])}(${a()}, ${r.between(0, 6)}, '*-')`, () => `split_part(${a()}, 'a', ${r.between(1, 3)})`,
      () => `(${tame('int', depth - 1)})::VARCHAR`, () => `(${tame('dec', depth - 1)})::VARCHAR`, () => `(${date(depth - 1)})::VARCHAR`,
      () => `strftime(${leaf('ts')}, '%Y/%m/%d %H-%M-%S')`, () => `array_to_string(${list(depth - 1)}, ';')`,
      () => `regexp_replace(${a()}, '[a-c]+', '<\\0>')`, () => `concat_ws('|', ${a()}, ${a()})`,
      () => `regexp_extract(${a()}, ${r.pick(["'[a-z]+'", "'(.)(.)'", "'b*$'"])}${r.pick(['', ', 0'])})`, () => `translate(${a()}, 'abä', ${r.pick(["'xyz'", "'x'", "''"])})`,
      () => `string_split(${a()}, 'a')[${r.pick([1, 2, -1])}]`, () => `${r.pick(['dayname', 'monthname'])}(${leaf('date')})`,
      () => `(${bool(depth - 1)})::VARCHAR`, () => `(${leaf('ts')})::VARCHAR`, () => `(${list(depth - 1)})::VARCHAR`, () => `chr(${r.between(65, 90)})`,
      () => `strftime(${leaf('date')}, ${r.pick(["'%a %d %b %y'", "'%j|%U|%W'", "'%A, %B'"])})`, () => `${r.pick(['md5', 'hex'])}(${leaf('text')})`,
      () => `{'a': ${a()}, 'b': 1}['a']`, () => `format('{}-{}', ${a()}, ${leaf('int')})`, () => `printf('%5d|%s', ${tame('int', 0)}, ${a()})`,
      () => `array_to_string(list_transform(${list(depth - 1)}, lambda x: x::VARCHAR || 'x'), ',')`,
      () => choice('text', a, depth),
    ])
  }

  const date = (depth) => {
    if (depth <= 0) return leaf('date')
    const near = () => literals.date()
    return r.one([
      () => `(${near()} + (${tame('int', depth - 1)})::INTEGER)`, () => `(${near()} - ${r.between(0, 400)})`,
      () => `date_trunc('${r.pick(['month', 'year', 'week', 'quarter'])}', ${leaf('date')})::DATE`,
      () => `TRY_CAST(${text(depth - 1)} AS DATE)`, () => `strptime(strftime(${near()}, '%d.%m.%Y'), '%d.%m.%Y')::DATE`,
      () => `last_day(${near()})`, () => `(${leaf('ts')})::DATE`, () => `make_date(2024, ${r.between(1, 12)}, ${r.between(1, 28)})`,
      () => choice('date', () => date(depth - 1), depth),
    ])
  }

  const timestamp = (depth) => {
    if (depth <= 0) return leaf('ts')
    return r.one([
      () => `(${leaf('ts')} + INTERVAL ${r.between(-40, 40)} ${r.pick(['DAY', 'MONTH', 'HOUR', 'SECOND', 'YEAR'])})`,
      () => `date_trunc('${r.pick(['hour', 'day', 'minute', 'month', 'second', 'week'])}', ${leaf('ts')})`,
      () => `(${leaf('date')})::TIMESTAMP`, () => `time_bucket(INTERVAL ${r.pick(['3 DAY', '2 MONTH', '5 HOUR'])}, ${literals.ts()})`,
      () => `(${literals.date()} + INTERVAL ${r.between(0, 100)} ${r.pick(['DAY', 'MONTH', 'HOUR'])})`,
      () => choice('ts', () => timestamp(depth - 1), depth),
    ])
  }

  const list = (depth) => {
    if (depth <= 0) return leaf('list')
    const a = () => list(depth - 1)
    return r.one([
      () => `list_sort(${a()})`, () => `list_reverse(${a()})`, () => `list_concat(${a()}, ${a()})`, () => `list_append(${a()}, ${literals.int()})`,
      () => `(${a()})[${r.between(1, 2)}:${r.between(1, 3)}]`, () => `list_transform(${a()}, lambda x: x + ${r.between(1, 5)})`,
      () => `list_filter(${a()}, lambda x: x > ${r.between(-2, 2)})`, () => `list_sort(list_distinct(${a()}))`,
      () => `range(${r.between(0, 4)})::INTEGER[]`,
      () => `list_resize(${a()}, ${r.between(0, 4)})`, () => `list_prepend(${literals.int()}, ${a()})`, () => `list_slice(${a()}, ${r.between(-3, 2)}, ${r.between(-1, 3)})`,
      () => `[x * 2 FOR x IN (${a()}) IF x > 0]`, () => `flatten([${a()}, ${a()}])`, () => `list_intersect(list_sort(${leaf('list')}), [${r.between(-2, 2)}])`,
    ])
  }

  const makers = {
    int: (d) => tame('int', d), dec: (d) => tame('dec', d), dbl: (d) => tame('dbl', d), text, date, ts: timestamp, list, bool,
  }
  /** Any value, also one that cannot be calculated with. */
  const value = (category, depth) => (depth <= 0 || r.chance(0.4) ? leaf(category) : makers[category](depth))
  const categories = ['int', 'dec', 'dbl', 'text', 'date', 'ts']

  function bool(depth) {
    const any = r.pick(categories)
    const a = () => value(any, depth - 1)
    if (depth <= 0) return r.chance(0.3) ? leaf('bool') : `${leaf(any)} ${r.pick(comparisons)} ${leaf(any)}`
    return r.one([
      () => `(${a()} ${r.pick(comparisons)} ${a()})`, () => `(${a()} ${r.pick(comparisons)} ${a()})`,
      () => `(${a()} IS ${r.pick(['', 'NOT '])}NULL)`, () => `(${a()} IS ${r.pick(['', 'NOT '])}DISTINCT FROM ${a()})`,
      () => `(${a()} ${r.pick(['', 'NOT '])}BETWEEN ${a()} AND ${a()})`,
      () => `(${a()} ${r.pick(['', 'NOT '])}IN (${r.times(r.between(1, 4), () => leaf(any)).join(', ')}))`,
      () => `(${bool(depth - 1)} ${r.pick(['AND', 'OR'])} ${bool(depth - 1)})`, () => `(NOT ${bool(depth - 1)})`,
      () => `(${text(depth - 1)} ${r.pick(['', 'NOT '])}${r.pick(['LIKE', 'ILIKE'])} ${r.pick(["'a%'", "'%b%'", "'_'", "'%'", "'r_d'", "'%ä%'", "''"])})`,
      () => `${r.pick(['starts_with', 'contains', 'suffix'])}(${text(depth - 1)}, ${leaf('text')})`,
      () => `regexp_matches(${text(depth - 1)}, ${r.pick(["'^[a-c]'", "'e+d'", "'.'", "'^$'"])})`,
      () => `list_contains(${list(depth - 1)}, ${literals.int()})`, () => `list_has_any(${list(depth - 1)}, ${literals.list()})`,
      () => `({'a': ${a()}, 'b': ${leaf('int')}} ${r.pick(comparisons)} {'a': ${a()}, 'b': ${leaf('int')}})`, () => `(${text(depth - 1)} SIMILAR TO ${r.pick(["'a.*'", "'[a-z]+'", "'(a|b)%?'"])})`,
      () => `((${leaf(any)}, ${leaf('int')}) ${r.pick(['=', '<>', '<', '>='])} (${leaf(any)}, ${leaf('int')}))`,
      () => `(${list(0)} ${r.pick(comparisons)} ${list(0)})`,
    ])
  }

  return {
    value, bool, categories,
    any: (depth) => value(r.pick([...categories, 'bool', 'list']), depth),
    tame: (depth) => tame(r.pick(['int', 'dec', 'dbl']), depth),
    column: (category) => leaf(category),
  }
}

const comparisons = ['=', '<>', '<', '<=', '>', '>=']
// DuckDB forgets the type of what it makes of a number, text or list that is null whatever the row: so there are only nulls of other types,
// and what may become null depends on a column (`nullable`).
const nullTypes = { date: 'DATE', ts: 'TIMESTAMP', bool: 'BOOLEAN' }
