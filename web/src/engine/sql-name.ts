// Names as SQL has them.

/** Words that mean something where a name may stand; more than the parser reserves, as some would only be hard to read. */
const words = new Set(`all and anti any array as asc asof between both by case cast check collate column columns create cross
  default delete desc describe distinct do drop else end escape except exclude exists explain false fetch filter first following for
  foreign from full glob group grouping having if ilike in inner insert intersect interval into is isnull join lambda last lateral
  leading left like limit map natural not notnull null nulls offset on only or order outer over partition pivot placing positional
  preceding primary qualify range recursive references replace returning right row rows sample select semi show similar some struct
  summarize symmetric table tablesample then to trailing true try_cast unbounded union unique unnest unpivot update using values
  variadic view when where window with within`.split(/\s+/))

/** The name as it is written in SQL: in quotes unless it is plain. Names are the same in any case. */
export function quoteName(name: string): string {
  const isPlain = /^[a-z_][a-z0-9_]*$/i.test(name) && !words.has(name.toLowerCase())
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`
}
