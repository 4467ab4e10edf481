/* Values and functions of SQL: results that can be looked up or worked out by hand. */
#include "query_host.h"

static void arithmetic_keeps_its_type_or_fails(void) {
  CHECK_SQL("SELECT 2147483647 + 0, 7 // 2, -7 // 2, -7 % 3, 1 / 4", "[2147483647,3,-3,-1,0.25]");
  CHECK_SQL("SELECT 2147483647 + 1",
            "error 9: 2147483647 + 1 is out of range for INTEGER; cast to a wider type");
  CHECK_SQL("SELECT 9223372036854775807::BIGINT * 2",
            "error 9: 9223372036854775807 * 2 is out of range for BIGINT; cast to a wider type");
  CHECK_SQL("SELECT 170141183460469231731687303715884105727::HUGEINT - 1",
            "[170141183460469231731687303715884105726]");
  CHECK_SQL("SELECT 1 / 0, 1 // 0, 1 % 0", "[null,null,null]");
  CHECK_SQL("SELECT -(-128)::TINYINT::SMALLINT", "[128]");
}

/* The ends of a type, from columns, so that nothing is folded. */
static void sums_stop_at_the_ends_of_their_type(void) {
#define ENDS                                                                                                 \
  " FROM (VALUES ((-9223372036854775808)::BIGINT, 9223372036854775807::BIGINT, 0::BIGINT)) t(low, high, zero)"
  CHECK_SQL("SELECT low + high, high - high, zero - high, low - low, -1 - low" ENDS,
            "[-1,0,-9223372036854775807,0,9223372036854775807]");
  CHECK_SQL("SELECT zero - low" ENDS,
            "error 9: 0 - -9223372036854775808 is out of range for BIGINT; cast to a wider type");
  CHECK_SQL("SELECT high + 1" ENDS,
            "error 9: 9223372036854775807 + 1 is out of range for BIGINT; cast to a wider type");
  CHECK_SQL("SELECT low - 1" ENDS,
            "error 9: -9223372036854775808 - 1 is out of range for BIGINT; cast to a wider type");
#undef ENDS
  CHECK_SQL("SELECT a + b, b - a FROM (VALUES (100::TINYINT, 27::TINYINT), (NULL, 127)) t(a, b)",
            "[127,-73], [null,null]");
  CHECK_SQL("SELECT a + b FROM (VALUES (1::TINYINT, 1::TINYINT), (100, 28)) t(a, b)",
            "error 9: 100 + 28 is out of range for TINYINT; cast to a wider type");
  CHECK_SQL("SELECT a - b FROM (VALUES (1::UTINYINT, 2::UTINYINT)) t(a, b)",
            "error 9: 1 - 2 is out of range for UTINYINT; cast to a wider type");
  CHECK_SQL("SELECT sum(x), sum(-x) FROM (VALUES (-5::BIGINT), (3), (9223372036854775807)) t(x)",
            "[9223372036854775805,-9223372036854775805]");
}

static void decimals_are_exact(void) {
  CHECK_SQL("SELECT 0.1 + 0.2, 1.10 * 1.10, 1.00::DECIMAL(4,2) / 3", "[0.3,1.2100,0.3333333333333333]");
  CHECK_SQL("SELECT 12345678901234567890123456789012345678::DECIMAL(38,0) + 0",
            "[12345678901234567890123456789012345678]");
  CHECK_SQL("SELECT round(2.345, 2), round(-2.5::DECIMAL(3,1), 0), round(1234, -2)", "[2.35,-3,1200]");
  CHECK_SQL("SELECT 2.5::DECIMAL(2,1)::INT, 2.5::DOUBLE::INT, '2.5'::INT", "[3,2,3]");
}

static void nan_is_the_greatest_and_zeros_are_equal(void) {
  CHECK_SQL("SELECT 'nan'::DOUBLE = 'nan'::DOUBLE, 'nan'::DOUBLE > 'inf'::DOUBLE, -0.0::DOUBLE = 0.0::DOUBLE",
            "[true,true,true]");
  CHECK_SQL("SELECT x FROM (VALUES ('nan'::DOUBLE), (1), ('inf'), (NULL), ('-inf')) t(x) ORDER BY x",
            "[\"-Infinity\"], [1.0], [\"Infinity\"], [\"NaN\"], [null]");
  CHECK_SQL(
      "SELECT count(*) FROM (SELECT DISTINCT x FROM (VALUES ('nan'::DOUBLE), ('nan'), (-0.0), (0.0)) t(x))",
      "[2]");
}

static void logic_has_three_values(void) {
  CHECK_SQL("SELECT NULL AND false, NULL AND true, NULL OR true, NULL OR false, NOT NULL",
            "[false,null,true,null,null]");
  CHECK_SQL("SELECT 1 IN (2, NULL), 1 IN (1, NULL), NULL IN (1), 1 NOT IN (2, 3)", "[null,true,null,true]");
  CHECK_SQL("SELECT NULL = NULL, NULL IS NOT DISTINCT FROM NULL, 1 IS DISTINCT FROM NULL",
            "[null,true,true]");
  CHECK_SQL("SELECT 2 BETWEEN 1 AND NULL, 0 BETWEEN 1 AND NULL", "[null,false]");
}

/* What is not needed is not evaluated: a cast that would fail stays untouched. */
static void branches_are_evaluated_where_they_are_taken(void) {
  CHECK_SQL("SELECT CASE WHEN x = 'a' THEN 0 ELSE x::INT END FROM (VALUES ('a'), ('7')) t(x)", "[0], [7]");
  CHECK_SQL("SELECT coalesce(TRY_CAST(x AS INT), -1) FROM (VALUES ('a'), ('7')) t(x)", "[-1], [7]");
  CHECK_SQL("SELECT x <> 'a' AND x::INT > 5 FROM (VALUES ('a'), ('7')) t(x)", "[false], [true]");
}

static void texts_count_code_points(void) {
  CHECK_SQL(
      "SELECT length('héllo'), strlen('héllo'), substring('héllo', 2, 3), reverse('añb'), upper('straße é'), lower('ÀB')",
      "[5,6,\"éll\",\"bña\",\"STRAẞE É\",\"àb\"]");
  CHECK_SQL(
      "SELECT substring('hello', -3), substring('hello', 0, 3), left('hello', -2), right('hello', -2), 'hello'[2:3]",
      "[\"llo\",\"he\",\"hel\",\"llo\",\"el\"]");
  CHECK_SQL(
      "SELECT trim('  a '), ltrim('xxa', 'x'), lpad('7', 3, '0'), rpad('abcd', 2, '-'), repeat('ab', 3), translate('abc', 'ab', 'x')",
      "[\"a\",\"a\",\"007\",\"ab\",\"ababab\",\"xc\"]");
  CHECK_SQL(
      "SELECT split_part('a-b-c', '-', -1), string_split('a,b,', ','), instr('hello', 'l'), replace('aaa', 'aa', 'b')",
      "[\"c\",[\"a\",\"b\",\"\"],3,\"ba\"]");
  CHECK_SQL("SELECT concat('a', NULL, 1), 'a' || NULL, concat_ws('-', 'a', NULL, 'b')",
            "[\"a1\",null,\"a-b\"]");
}

static void like_matches_whole_texts(void) {
  CHECK_SQL(
      "SELECT 'hello' LIKE 'h%o', 'hello' LIKE 'h_llo', 'hello' LIKE 'ell', 'hello' LIKE '%ell%', 'HELLO' ILIKE 'hel%'",
      "[true,true,false,true,true]");
  CHECK_SQL(
      "SELECT 'a%b' LIKE 'a\\%b' ESCAPE '\\', 'axb' LIKE 'a\\%b' ESCAPE '\\', 'é' LIKE '_', '' LIKE '%'",
      "[true,false,true,true]");
  CHECK_SQL("SELECT 'mississippi' LIKE '%iss%ip%', 'mississippi' LIKE '%iss%ix%', 'abc' GLOB 'a[b-c]?'",
            "[true,false,true]");
}

static void regular_expressions_find_the_leftmost_match(void) {
  CHECK_SQL(
      "SELECT regexp_extract('ab12cd345', '([a-z]+)([0-9]+)', 2), regexp_extract('aaa', 'a+?'), regexp_extract('b', 'a')",
      "[\"12\",\"a\",\"\"]");
  CHECK_SQL(
      "SELECT regexp_replace('hello', 'l', 'L'), regexp_replace('hello', 'l', 'L', 'g'), regexp_replace('a-b', '(.)-(.)', '\\2-\\1')",
      "[\"heLlo\",\"heLLo\",\"b-a\"]");
  CHECK_SQL(
      "SELECT regexp_matches('ABC', 'b', 'i'), regexp_full_match('abc', 'b'), regexp_extract_all('a1b22', '[0-9]+')",
      "[true,false,[\"1\",\"22\"]]");
  /* Exponential for a matcher that forgets what it tried. */
  CHECK_SQL("SELECT regexp_replace(repeat('a', 200), '(a*)*b', 'x') = repeat('a', 200)", "[true]");
}

static void dates_follow_the_calendar(void) {
  CHECK_SQL(
      "SELECT DATE '2024-01-31' + INTERVAL 1 MONTH, DATE '2024-02-29' - INTERVAL 1 YEAR, DATE '2024-03-01' - DATE '2024-02-01'",
      "[\"2024-02-29 00:00:00\",\"2023-02-28 00:00:00\",29]");
  CHECK_SQL(
      "SELECT week(DATE '2021-01-03'), isoyear(DATE '2021-01-03'), dayofweek(DATE '2024-02-04'), isodow(DATE '2024-02-04'), dayofyear(DATE '2024-12-31')",
      "[53,2020,0,7,366]");
  CHECK_SQL(
      "SELECT date_diff('month', DATE '2024-01-31', DATE '2024-02-01'), date_sub('month', DATE '2024-01-31', DATE '2024-02-29'), date_diff('hour', TIMESTAMP '2024-01-01 00:59', TIMESTAMP '2024-01-01 01:01')",
      "[1,1,1]");
  CHECK_SQL(
      "SELECT strftime(TIMESTAMP '2024-02-09 07:08:09.5', '%d.%m.%y %H:%M:%S.%f %a %-d %j'), strptime('9 Feb 2024 7PM', '%d %b %Y %I%p')",
      "[\"09.02.24 07:08:09.500000 Fri 9 040\",\"2024-02-09 19:00:00\"]");
  CHECK_SQL(
      "SELECT time_bucket(INTERVAL 2 WEEK, DATE '2024-02-01'), date_trunc('quarter', TIMESTAMP '2024-05-06 07:08:09'), last_day(DATE '2024-02-01')",
      "[\"2024-01-29\",\"2024-04-01 00:00:00\",\"2024-02-29\"]");
  CHECK_SQL("SELECT DATE '2024-02-30'",
            "error 9: '2024-02-30' does not fit DATE; TRY_CAST gives NULL instead");
  CHECK_SQL(
      "SELECT '-0044-03-15'::DATE, 'infinity'::DATE > DATE '9999-12-31', TIMESTAMP '2024-01-01 12:00:00+02:00'",
      "[\"0045-03-15 (BC)\",true,\"2024-01-01 10:00:00\"]");
}

static void intervals_are_parts(void) {
  CHECK_SQL(
      "SELECT INTERVAL '1 year 2 months 3 days 04:05:06.5', INTERVAL '-1 month', INTERVAL 'P1Y2M3DT4H', INTERVAL '1.5 days'",
      "[\"1 year 2 months 3 days 04:05:06.5\",\"-1 month\",\"1 year 2 months 3 days 04:00:00\",\"1 day 12:00:00\"]");
  CHECK_SQL(
      "SELECT INTERVAL 30 DAY = INTERVAL 1 MONTH, INTERVAL 25 HOUR > INTERVAL 1 DAY, age(TIMESTAMP '2024-03-01', TIMESTAMP '2024-01-31')",
      "[true,true,\"1 month 1 day\"]");
}

static void nested_values_compare_and_print(void) {
  CHECK_SQL("SELECT [1, NULL, 3], {'a': 1, 'b': 'x'}, map(['k'], [2]), [1, 2] < [1, 3], [1] < [1, 0]",
            "[[1,null,3],{\"a\":1,\"b\":\"x\"},[{\"key\":\"k\",\"value\":2}],true,true]");
  CHECK_SQL("SELECT ([1, 2, 3])[2], ([1, 2, 3])[-1], ([1, 2, 3])[4], {'a': 7}.a, map(['k'], [2])['k']",
            "[2,3,null,7,2]");
  CHECK_SQL(
      "SELECT list_sort([3, NULL, 1]), list_distinct([1, 1, 2]), list_contains([1, 2], 2), list_position(['a', 'b'], 'b'), flatten([[1], [2, 3]])",
      "[[1,3,null],[1,2],true,2,[1,2,3]]");
  CHECK_SQL(
      "SELECT '[1, 2]'::INT[], '{''a'': 1}'::STRUCT(a INT), [1, 2]::VARCHAR, {'a': 'x y', 'b': ''}::VARCHAR",
      "[[1,2],{\"a\":1},\"[1, 2]\",\"{'a': x y, 'b': ''}\"]");
}

static void lambdas_see_items_positions_and_columns(void) {
  CHECK_SQL(
      "SELECT list_transform([1, 2, 3], lambda x: x + n), list_filter([1, 2, 3], lambda x, i: i > 1) FROM (VALUES (10), (20)) t(n)",
      "[[11,12,13],[2,3]], [[21,22,23],[2,3]]");
  CHECK_SQL(
      "SELECT list_reduce([1, 2, 3], lambda a, x: a * 10 + x), list_transform([[1], [2, 3]], lambda l: list_transform(l, lambda x: x * len(l)))",
      "[123,[[1],[4,6]]]");
  CHECK_SQL("SELECT list_sum([1, 2, NULL]), list_aggregate([3, 1], 'min'), list_avg([]::INT[])",
            "[3,1,null]");
}

static void digests_are_those_of_the_standards(void) {
  /* RFC 1321 appendix A.5, FIPS 180-2 appendix A.1 and B.1. */
  CHECK_SQL("SELECT md5('message digest'), sha1('abc')",
            "[\"f96b697d7cb7938d525a2f31aaf161d0\",\"a9993e364706816aba3e25717850c26c9cd0d89d\"]");
  CHECK_SQL("SELECT sha256('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')",
            "[\"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1\"]");
  CHECK_SQL("SELECT base64('foob'::BLOB), from_base64('Zm9vYg=='), hex('ab'), unhex('6162')",
            "[\"Zm9vYg==\",\"foob\",\"6162\",\"ab\"]");
}

static void numbers_are_written_by_patterns(void) {
  CHECK_SQL(
      "SELECT printf('%05d|%-4s|%.2f', 42, 'ab', 1.5), format('{1} {0:>4} {2:.1f}', 'a', 'b', 2.25::DOUBLE), format('{:,}', 1234567)",
      "[\"00042|ab  |1.50\",\"b    a 2.2\",\"1,234,567\"]");
}

int main(void) {
  RUN(arithmetic_keeps_its_type_or_fails);
  RUN(sums_stop_at_the_ends_of_their_type);
  RUN(decimals_are_exact);
  RUN(nan_is_the_greatest_and_zeros_are_equal);
  RUN(logic_has_three_values);
  RUN(branches_are_evaluated_where_they_are_taken);
  RUN(texts_count_code_points);
  RUN(like_matches_whole_texts);
  RUN(regular_expressions_find_the_leftmost_match);
  RUN(dates_follow_the_calendar);
  RUN(intervals_are_parts);
  RUN(nested_values_compare_and_print);
  RUN(lambdas_see_items_positions_and_columns);
  RUN(digests_are_those_of_the_standards);
  RUN(numbers_are_written_by_patterns);
  return check_report();
}
