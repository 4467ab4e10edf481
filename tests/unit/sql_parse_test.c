/* SQL text against its syntax tree written by hand, and against the place and the words of its errors. */
#include "sql/parse.h"

#include "check.h"

static mem memory;
static arena nodes;

static sonde_code parse(const char *sql, ast_statement *out, sonde_error *err) {
  arena_reset(&nodes);
  return sql_parse((sonde_str){sql, strlen(sql)}, &nodes, out, err);
}

static void check_tree(const char *sql, const char *expected, int line) {
  ast_statement s;
  sonde_error err = {0};
  buf b;
  buf_init(&b, &memory, 1 << 20);
  if (parse(sql, &s, &err) == SONDE_OK) {
    sql_ast_dump(&s, &b);
    check_bytes(b.data, b.len, expected, strlen(expected), __FILE__, line, sql);
  } else {
    check_str(err.message, expected, __FILE__, line, sql);
  }
  buf_free(&b);
}

static void check_error(const char *sql, uint64_t at, const char *message, int line) {
  ast_statement s;
  sonde_error err = {0};
  sonde_code code = parse(sql, &s, &err);
  check_int(code, SONDE_SYNTAX, __FILE__, line, sql);
  check_str(err.message, message, __FILE__, line, sql);
  check_uint(err.at, at, __FILE__, line, sql);
}

#define TREE(sql, expected) check_tree(sql, expected, __LINE__)
/* An expression as the only item of a SELECT. */
#define EXPR(sql, expected) check_tree("SELECT " sql, "(select " expected ")", __LINE__)
#define ERROR(sql, at, message) check_error(sql, at, message, __LINE__)

static void literals(void) {
  EXPR("1, 1.50, .5, 1e3, 1_000, 0xFF", "1 1.50 .5 1e3 1000 0xFF");
  EXPR("'it''s', e'a\\tb\\u00e9', x'C0FFEE', $$a'b$$, $t$x$$y$t$",
       "'it's' 'a\tb\xC3\xA9' x'C0FFEE' 'a'b' 'x$$y'");
  EXPR("NULL, true, FALSE", "null true false");
  EXPR("DATE '2020-01-01', TIMESTAMP WITH TIME ZONE 'x'",
       "(to cast '2020-01-01' date) (to cast 'x' timestamptz)");
  EXPR("INTERVAL '1' DAY, INTERVAL 3 months, INTERVAL (a) hour, INTERVAL '1 year'",
       "(interval DAY '1') (interval months 3) (interval hour a) (interval  '1 year')");
  EXPR("?, ?, $5, $name, ?", "$1 $2 $5 $name $6");
  EXPR("-- one\n/* two /* nested */ */ 1", "1");
}

static void precedence(void) {
  EXPR("1 + 2 * 3 - 4", "(- (+ 1 (* 2 3)) 4)");
  EXPR("-2 ^ 2 ** 3", "(** (^ (- 2) 2) 3)");
  EXPR("- x::int", "(- (to cast x int))");
  EXPR("a OR b AND NOT c = d", "(or a (and b (not (= c d))))");
  EXPR("a AND b AND (c AND d)", "(and a b (and c d))");
  EXPR("a = b IS NULL", "(is-null (= a b))");
  EXPR("a + 1 < b || 'x'", "(< (+ a 1) (|| b 'x'))");
  EXPR("x BETWEEN 1 AND 2 + 3 AND y", "(and (between x 1 (+ 2 3)) y)");
  EXPR("NOT a IN (1, 2)", "(not (in a 1 2))");
  EXPR("j->'a'->>'b' = 'c'", "(= (->> (-> j 'a') 'b') 'c')");
  EXPR("a // b % c / d", "(/ (% (// a b) c) d)");
  EXPR("1 - -1, 5!, ~1, @x", "(- 1 (- 1)) (! 5) (~ 1) (@ x)");
}

static void predicates(void) {
  EXPR("a IS NOT DISTINCT FROM b, a IS DISTINCT FROM 1", "(not-distinct-from a b) (distinct-from a 1)");
  EXPR("a IS NOT NULL, a ISNULL, a NOTNULL, a IS TRUE, a IS NOT UNKNOWN",
       "(is-not-null a) (is-null a) (is-not-null a) (is-true a) (is-not-unknown a)");
  EXPR("a NOT BETWEEN 1 AND 2, a NOT IN (1)", "(not-between a 1 2) (not-in a 1)");
  EXPR("a LIKE 'x%', a NOT ILIKE 'y', a LIKE 'z' ESCAPE '!'",
       "(~~ a 'x%') (not (~~* a 'y')) (like_escape a 'z' '!')");
  EXPR("a SIMILAR TO 'x', a ~ 'b', a !~* 'c', a GLOB '*'",
       "(similar to a 'x') (~ a 'b') (!~* a 'c') (~~~ a '*')");
  EXPR("x IN [1, 2]", "(contains (list 1 2) x)");
  EXPR("x IN (SELECT 1), x = ANY (SELECT 2), x > ALL ([1])",
       "(in x (select 1)) (any = x (select 2)) (all > x (list 1))");
  EXPR("EXISTS (FROM t), NOT EXISTS (FROM t)",
       "(exists (select * (from t))) (not (exists (select * (from t))))");
}

static void case_and_casts(void) {
  EXPR("CASE WHEN a THEN 1 ELSE 2 END", "(case a 1 2)");
  EXPR("CASE x WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "(case (base x) 1 'a' 2 'b')");
  EXPR("CAST(a AS DECIMAL(10, 2)), TRY_CAST(b AS INTEGER), c::VARCHAR[]",
       "(to cast a (decimal 10 2)) (try cast b integer) (to cast c (list varchar))");
  EXPR("x::STRUCT(a INT, b MAP(TEXT, DOUBLE PRECISION))[3]",
       "(to cast x (array 3 (struct a int b (map text double))))");
  EXPR("x::ENUM('a', 'b'), y::TIMESTAMP WITH TIME ZONE, z::CHARACTER VARYING(3)",
       "(to cast x (enum a b)) (to cast y timestamptz) (to cast z (varchar 3))");
}

static void calls(void) {
  EXPR("count(*), count(DISTINCT a), sum(a) FILTER (WHERE b > 1)",
       "(count *) (count distinct a) (sum a (filter (> b 1)))");
  EXPR("string_agg(a, ',' ORDER BY b DESC NULLS LAST)", "(string_agg a ',' (order b desc nulls-last))");
  EXPR("quantile_cont(0.5) WITHIN GROUP (ORDER BY x)", "(quantile_cont 0.5 (within-group x))");
  EXPR("list_transform(l, x -> x + 1), list_reduce(l, (a, b) -> a + b), list_filter(l, lambda x: x > 1)",
       "(list_transform l (lambda (names x) (+ x 1))) (list_reduce l (lambda (names a b) (+ a b))) "
       "(list_filter l (lambda (names x) (> x 1)))");
  EXPR("struct_pack(a := 1, b => 2)", "(struct_pack (as 1 a) (as 2 b))");
  EXPR("'ab'.upper().lower(), t.s.trim()", "(.lower (.upper 'ab')) (.trim t.s)");
  EXPR("EXTRACT(year FROM d), SUBSTRING(a FROM 2 FOR 3), POSITION('a' IN b), TRIM(LEADING 'x' FROM y)",
       "(date_part 'year' d) (substring a 2 3) (strpos b 'a') (ltrim y 'x')");
  EXPR("substring(a, 2), trim(a), position(a, b)", "(substring a 2) (trim a) (strpos a b)");
}

static void windows(void) {
  EXPR("row_number() OVER ()", "(row_number (over))");
  EXPR(
      "sum(x) OVER (PARTITION BY a, b ORDER BY c DESC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)",
      "(sum x (over (partition a b) (order c desc) (rows (preceding 1) current-row exclude-ties)))");
  EXPR("sum(x) OVER (w RANGE UNBOUNDED PRECEDING)",
       "(sum x (over w (range unbounded-preceding current-row)))");
  EXPR("lag(x IGNORE NULLS) OVER w", "(lag x ignore-nulls (over w))");
  TREE(
      "SELECT 1 FROM t WINDOW w AS (ORDER BY a), v AS (w GROUPS 2 PRECEDING) QUALIFY x",
      "(select 1 (from t) (window w (order a)) (window v w (groups (preceding 2) current-row)) (qualify x))");
}

static void nested_values(void) {
  EXPR("[1, 2][1], [1, 2, 3][1:2], l[:-:2], l[2:]",
       "(at (list 1 2) 1) (slice (list 1 2 3) 1 2) (slice l - - 2) (slice l 2 -)");
  EXPR("{'a': 1, b: 'x'}.a, s.a.b", "(field a (struct (as 1 a) (as 'x' b))) s.a.b");
  EXPR("MAP {'k': 1, 'l': 2}['k'], MAP {}", "(at (map 'k' 1 'l' 2) 'k') (map)");
  EXPR("[x * 2 FOR x IN l IF x > 1]", "(for (names x) (* x 2) l (> x 1))");
  EXPR("(1, 2), ROW(3), ()", "(row 1 2) (row 3) (row)");
  EXPR("ARRAY[1], ARRAY(SELECT 1)", "(list 1) (array (select 1))");
}

static void stars(void) {
  EXPR("*, t.*, * EXCLUDE (a, t.b)", "* t.* * (exclude a t.b)");
  EXPR("* REPLACE (a + 1 AS a) RENAME (b AS c)", "* (replace (as (+ a 1) a)) (rename (as b c))");
  EXPR("COLUMNS('^a'), min(COLUMNS(*)), COLUMNS(c -> c LIKE 'a%')",
       "(columns '^a') (min (columns *)) (columns (lambda (names c) (~~ c 'a%')))");
  EXPR("* LIKE 'a%', coalesce(*COLUMNS('x'))", "(columns 'a%') (coalesce (*columns 'x'))");
}

static void selects(void) {
  TREE("SELECT DISTINCT a AS b, c d FROM t WHERE x GROUP BY 1, a HAVING y ORDER BY z LIMIT 3 OFFSET 4;",
       "(query (select distinct (as a b) (as c d) (from t) (where x) (group 1 a) (having y)) "
       "(order z) (limit 3) (offset 4))");
  TREE("SELECT DISTINCT ON (a, b) c FROM t", "(select distinct (distinct-on a b) c (from t))");
  TREE("FROM t", "(select * (from t))");
  TREE("FROM t SELECT a WHERE b", "(select a (from t) (where b))");
  TREE("SELECT a: 1, FROM x: t", "(select (as 1 a) (from (as t x)))");
  TREE("SELECT 1 GROUP BY ALL ORDER BY ALL DESC", "(query (select 1 group-all) (order-all * desc))");
  TREE("SELECT 1 GROUP BY ROLLUP (a, (b, c)), CUBE (d), GROUPING SETS ((a), (), CUBE (b))",
       "(select 1 (group (rollup a (row b c)) (cube d) (sets a (row) (cube b))))");
  TREE("SELECT 1 LIMIT 10 PERCENT", "(query (select 1) (limit-percent 10))");
  TREE("SELECT 1 LIMIT 10%", "(query (select 1) (limit-percent 10))");
  TREE("SELECT 1 OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY", "(query (select 1) (limit 3) (offset 2))");
  TREE("VALUES (1, 'a'), (2, 'b')", "(values (row 1 'a') (row 2 'b'))");
  TREE("TABLE s.t", "(select * (from s.t))");
  TREE("SELECT a FROM t USING SAMPLE reservoir(50 ROWS, 7)",
       "(select a (from t) (sample 50 reservoir seed 7))");
}

static void tables(void) {
  TREE("FROM a, b AS x (c, d)", "(select * (from (cross-join a (as b x (names c d)))))");
  TREE("FROM a JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (y, z)",
       "(select * (from (left-join (join a b (on (= a.x b.x))) c (using y z))))");
  TREE("FROM a JOIN b JOIN c ON d ON e", "(select * (from (join a (join b c (on d)) (on e))))");
  TREE("FROM a NATURAL FULL JOIN b POSITIONAL JOIN c",
       "(select * (from (positional-join (natural-full-join a b) c)))");
  TREE("FROM a ASOF LEFT JOIN b ON a.t >= b.t SEMI JOIN c USING (k)",
       "(select * (from (semi-join (asof-left-join a b (on (>= a.t b.t))) c (using k))))");
  TREE("FROM a, LATERAL (SELECT a.x) l", "(select * (from (cross-join a (lateral (select a.x) l))))");
  TREE("FROM range(3) t(i), 'x.csv'", "(select * (from (cross-join (as (range 3) t (names i)) x.csv)))");
  TREE("FROM (a CROSS JOIN b) TABLESAMPLE 10%", "(select * (from (as (cross-join a b) (sample 10%))))");
  TREE("FROM ((SELECT 1) UNION SELECT 2) AS u", "(select * (from (as (union (select 1) (select 2)) u)))");
  TREE(
      "FROM (VALUES (1)) v(a), unnest([1]) WITH ORDINALITY",
      "(select * (from (cross-join (as (values (row 1)) v (names a)) (as (unnest (list 1)) with-ordinality))))");
}

static void set_operations(void) {
  TREE("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4",
       "(except-all (union (select 1) (intersect (select 2) (select 3))) (select 4))");
  TREE("SELECT 1 UNION ALL BY NAME SELECT 2 ORDER BY 1",
       "(query (union-all-by-name (select 1) (select 2)) (order 1))");
  TREE("(SELECT 1 LIMIT 1) LIMIT 2", "(query (select * (from (query (select 1) (limit 1)))) (limit 2))");
  TREE("SELECT ((SELECT 1) + 1), ((SELECT 2))", "(select (+ (select 1) 1) (select 2))");
}

static void common_tables(void) {
  TREE("WITH a AS (SELECT 1), b(x, y) AS MATERIALIZED (FROM a) FROM b",
       "(query (a (select 1)) (b (names x y) materialized (select * (from a))) (select * (from b)))");
  TREE(
      "WITH RECURSIVE r(n) USING KEY (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) TABLE r",
      "(query recursive (r (names n) (key n) (union-all (select 1) (select (+ n 1) (from r)))) (select * (from r)))");
}

static void pivots(void) {
  TREE("PIVOT t ON y IN (1, 2 AS two), z USING sum(v) AS s GROUP BY k",
       "(select * (from (pivot t (on y (in 1 (as 2 two))) (on z) (using (as (sum v) s)) (group k))))");
  TREE(
      "FROM t PIVOT (sum(v) FOR y IN (1, 2) (a, b) IN ((1, 2)) GROUP BY k) p",
      "(select * (from (as (pivot t (on y (in 1 2)) (on a b (in (row 1 2))) (using (sum v)) (group k)) p)))");
  TREE("UNPIVOT t ON a, b INTO NAME n VALUE v", "(select * (from (unpivot t (on (in a b)) n (value v))))");
  TREE("FROM t UNPIVOT INCLUDE NULLS (v FOR n IN (COLUMNS('x')))",
       "(select * (from (unpivot t (on (in (columns 'x'))) n (value v) include-nulls)))");
}

static void statements(void) {
  TREE("EXPLAIN ANALYZE SELECT 1", "(explain analyze (select 1))");
  TREE("DESCRIBE t", "(describe (select * (from t)))");
  TREE("SHOW TABLES", "(describe)");
  TREE("SUMMARIZE SELECT 1", "(summarize (select 1))");
  TREE("FROM (DESCRIBE TABLE t)", "(select * (from (describe (select * (from t)))))");
  TREE("CREATE OR REPLACE TEMP VIEW v(a) AS SELECT 1", "(create-view or-replace v (names a) (select 1))");
  TREE("CREATE TABLE IF NOT EXISTS s.t AS FROM u", "(create-table if-not-exists s.t (select * (from u)))");
  TREE("DROP VIEW IF EXISTS v", "(drop-view if-exists v)");
}

static void names_keep_their_case_and_keywords_may_be_names(void) {
  EXPR("\"a \"\"b\"\"\", Year, FIRST first, \"select\".x", "a \"b\" Year (as FIRST first) select.x");
  EXPR("d\xC3\xA9j\xC3\xA0_vu", "d\xC3\xA9j\xC3\xA0_vu");
}

static void errors_say_what_was_expected_and_found(void) {
  ERROR("SELECT", 6, "expected an expression, found the end of the text");
  ERROR("SELECT 1 +", 10, "expected an expression, found the end of the text");
  ERROR("SELECT (1 + 2", 13, "expected an operator, a comma or ), found the end of the text");
  ERROR("SELECT a FROM t WERE b", 20 + 1, "expected the end of the statement, found b");
  ERROR("SELECT a FROM WHERE b", 14, "expected a table, a function or a sub-query, found WHERE");
  ERROR("SELECT a, FROM t JOIN u", 23, "expected ON or USING, found the end of the text");
  ERROR("SELECT 'abc", 7, "the text that begins here is never closed: ' is missing");
  ERROR("SELECT /* x", 7, "the comment that begins here is never closed: */ is missing");
  ERROR("SELECT 12ab", 9, "a number cannot be followed by a letter: put a blank between them");
  ERROR("SELECT a \\ b", 9, "the character \\ has no place here");
  ERROR("SELECT 1; SELECT 2", 10, "expected the end of the statement, found SELECT");
  ERROR("SELECT CASE a END", 14, "expected WHEN, found END");
  ERROR("SELECT x IS 5", 12,
        "expected NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS, found the number 5");
  ERROR("SELECT sum(x) OVER (ORDER BY y ROWS 1)", 37, "expected PRECEDING or FOLLOWING, found )");
  ERROR(
      "UPDATE t SET a = 1", 0,
      "expected a query (SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, PIVOT), EXPLAIN, CREATE or DROP, found "
      "UPDATE");
  ERROR("SELECT \xFF", 7, "the SQL text is not UTF-8 here");
}

static void repeat(char *out, const char *what, size_t times) {
  for (size_t i = 0; i < times; i++) memcpy(out + i * strlen(what), what, strlen(what));
  out[times * strlen(what)] = '\0';
}

static void check_limit(const char *sql, const char *message) {
  ast_statement s;
  sonde_error err = {0};
  CHECK_EQ_INT(parse(sql, &s, &err), SONDE_LIMIT);
  CHECK_STR(err.message, message);
}

static void depth_is_limited(void) {
  static char sql[200000] = "SELECT ";
  repeat(sql + 7, "(", 100000);
  check_limit(sql, "brackets and sub-queries are nested deeper than 200 levels here");
  repeat(sql + 7, "1+", 90000);
  strcat(sql, "1");
  check_limit(sql, "the expression that begins here applies more than 500 operators to each other");
  repeat(sql + 7, "1 union select ", 2000);
  strcat(sql, "1");
  check_limit(sql, "more than 500 queries are combined here");
}

static void long_lists_are_flat(void) {
  static char sql[500000] = "SELECT x IN (";
  repeat(sql + 13, "12,", 100000);
  strcat(sql, "1) AND ");
  repeat(sql + strlen(sql), "a AND ", 10000);
  strcat(sql, "b");
  ast_statement s;
  sonde_error err = {0};
  REQUIRE(parse(sql, &s, &err) == SONDE_OK);
  const ast_expr *all = s.query->select->items.items[0];
  CHECK_EQ_UINT(all->args.count, 10002);
  CHECK_EQ_UINT(all->args.items[0]->args.count, 100002);
}

static void memory_is_limited(void) {
  static char sql[500000] = "SELECT ";
  repeat(sql + 7, "a,", 200000);
  mem small;
  arena few;
  ast_statement s;
  sonde_error err = {0};
  mem_init(&small, 1 << 20, NULL, NULL);
  arena_init(&few, &small);
  CHECK_EQ_INT(sql_parse((sonde_str){sql, strlen(sql)}, &few, &s, &err), SONDE_LIMIT);
  arena_free(&few);
  CHECK_EQ_UINT(small.used, 0);
}

int main(void) {
  mem_init(&memory, 256 << 20, NULL, NULL);
  arena_init(&nodes, &memory);
  RUN(literals);
  RUN(precedence);
  RUN(predicates);
  RUN(case_and_casts);
  RUN(calls);
  RUN(windows);
  RUN(nested_values);
  RUN(stars);
  RUN(selects);
  RUN(tables);
  RUN(set_operations);
  RUN(common_tables);
  RUN(pivots);
  RUN(statements);
  RUN(names_keep_their_case_and_keywords_may_be_names);
  RUN(errors_say_what_was_expected_and_found);
  RUN(depth_is_limited);
  RUN(long_lists_are_flat);
  RUN(memory_is_limited);
  arena_free(&nodes);
  return check_report();
}
