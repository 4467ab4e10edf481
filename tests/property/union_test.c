/* Files as one table: however a table is cut into files, CSV or Parquet, the union of them answers as the table itself. */
#include "../unit/check.h"
#include "../unit/host.h"
#include "format/parquet/write.h"

#define FILES_MAX 6
#define COLUMNS 6
#define ROWS_MAX 900
#define SPEC 1024

static random_state dice = {20261121};

static void put(bytes *f, const char *s) { bytes_put(f, s, strlen(s)); }

static void run_ok(host *h, const char *spec) {
  sonde_code code = host_run(h, spec);
  if (!CHECK(code == SONDE_OK)) fprintf(stderr, "    %s: %s\n", spec, h->err.message);
}

static void open_host(host *h, uint32_t block_bytes, uint32_t helpers, bool surprises) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = (uint64_t)256 << 20,
                         .keep_limit = surprises && random_below(&dice, 3) == 0 ? 20000 : (uint64_t)64 << 20,
                         .block_bytes = block_bytes};
  REQUIRE(host_open(h, &config, helpers, "", 0));
  h->random = surprises ? &dice : NULL;
}

/* How the files are written is not what is tested here: pieces of a few rows may be guessed otherwise than the whole. */
#define WRITTEN                                                                                              \
  "\"read\":{\"delimiter\":\",\",\"quote\":\"\\\"\",\"escape\":\"\",\"comment\":\"\",\"header\":true,"       \
  "\"skip\":0,\"decimal\":\".\",\"newline\":\"lf\",\"encoding\":\"utf-8\"}"

/* Opens and imports a file; the number of its table. */
static uint32_t import_file(host *h, bytes file, const char *name) {
  char spec[SPEC];
  snprintf(spec, sizeof spec, "{\"job\":\"open\",\"source\":%u,\"name\":\"%s\"," WRITTEN "}",
           host_add(h, file), name);
  run_ok(h, spec);
  uint32_t table = (uint32_t)host_number(h, "table");
  snprintf(spec, sizeof spec, "{\"job\":\"index\",\"table\":%u}", table);
  run_ok(h, spec);
  snprintf(spec, sizeof spec, "{\"job\":\"import\",\"table\":%u}", table);
  run_ok(h, spec);
  return table;
}

static sonde_code unite(host *h, const uint32_t *tables, uint32_t n, const char *more) {
  char spec[SPEC];
  int at = snprintf(spec, sizeof spec, "{\"job\":\"union\",\"name\":\"all\"%s,\"tables\":[", more);
  for (uint32_t i = 0; i < n; i++)
    at += snprintf(spec + at, sizeof spec - (size_t)at, "%s%u", i ? "," : "", tables[i]);
  snprintf(spec + at, sizeof spec - (size_t)at, "]}");
  return host_run(h, spec);
}

/* Files "0", "1", … as one imported table; its number. */
static uint32_t import_union(host *h, const bytes *files, uint32_t n, const char *more) {
  uint32_t tables[FILES_MAX];
  char name[16], spec[SPEC];
  for (uint32_t i = 0; i < n; i++) {
    snprintf(name, sizeof name, "%u", i);
    tables[i] = import_file(h, files[i], name);
  }
  if (!CHECK(unite(h, tables, n, more) == SONDE_OK)) fprintf(stderr, "    %s\n", h->err.message);
  uint32_t table = (uint32_t)host_number(h, "table");
  snprintf(spec, sizeof spec, "{\"job\":\"import\",\"table\":%u}", table);
  run_ok(h, spec);
  return table;
}

/* ---- everything that can be asked ---- */

typedef struct {
  char columns[HOST_INFO], bad[HOST_INFO];
  bytes rows, few, matching, sorted, values, csv, csv_sorted;
} answers;

static void answers_free(answers *a) {
  bytes *all[] = {&a->rows, &a->few, &a->matching, &a->sorted, &a->values, &a->csv, &a->csv_sorted};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]->data);
  free(a);
}

/* Removes a member whose value is a number or a text. */
static void forget(char *json, const char *member) {
  for (char *at; (at = strstr(json, member)) != NULL;) {
    char *end = at + strlen(member);
    end += *end == '"' ? strcspn(end + 1, "\"") + 2 : strcspn(end, ",}");
    memmove(at, end, strlen(end) + 1);
  }
}

static void take_columns(const host *h, char *out) {
  const char *begin = strstr(h->info, "\"columns\":"), *end = strstr(h->info, ",\"guesses\":");
  if (!CHECK(begin && end)) return;
  memcpy(out, begin, (size_t)(end - begin));
  out[end - begin] = 0;
  forget(out, ",\"mean\":"); /* adding in another order gives other last digits */
  forget(out, ",\"sum\":");
  forget(out, ",\"typeText\":");
}

/* Only what does not depend on the file that a row is in. */
static void take_bad(const host *h, char *out) {
  for (const char *at = h->info; (at = strstr(at, "{\"row\":")) != NULL; at++) {
    const char *reason = strstr(at, "\"reason\":");
    int row = (int)strcspn(at, ","), why = (int)strcspn(reason, ",");
    out += sprintf(out, "%.*s,%.*s\n", row, at, why, reason);
  }
  sprintf(out, "%llu of %llu", (unsigned long long)host_number(h, "listed"),
          (unsigned long long)host_number(h, "total"));
}

static void ask(host *h, const char *before, uint32_t of, const char *after, bytes *into) {
  char spec[SPEC];
  snprintf(spec, sizeof spec, "{%s%u%s}", before, of, after);
  run_ok(h, spec);
  bytes_put(into, h->pages.data, h->pages.len);
}

static uint32_t view_of(host *h, uint32_t table, const char *spec) {
  bytes none = {0};
  ask(h, "\"job\":\"view\",\"table\":", table, spec, &none);
  free(none.data);
  return (uint32_t)host_number(h, "view");
}

static answers *ask_all(host *h, uint32_t table, const char *filter) {
  answers *a = calloc(1, sizeof *a);
  if (!a) abort();
  take_columns(h, a->columns);
  bytes none = {0};
  ask(h, "\"job\":\"bad\",\"first\":0,\"count\":300,\"table\":", table, "", &none);
  take_bad(h, a->bad);
  ask(h, "\"job\":\"read\",\"row\":0,\"rows\":100000,\"table\":", table, "", &a->rows);
  ask(h, "\"job\":\"read\",\"row\":37,\"rows\":91,\"columns\":[4,1],\"table\":", table, "", &a->few);
  uint32_t matching = view_of(h, table, filter);
  ask(h, "\"job\":\"read\",\"row\":0,\"rows\":100000,\"view\":", matching, "", &a->matching);
  uint32_t sorted = view_of(h, table,
                            ",\"search\":\"1\",\"sort\":[{\"column\":1},{\"column\":0,\"descending\":true},"
                            "{\"column\":4,\"nulls\":\"first\"}]");
  ask(h, "\"job\":\"read\",\"row\":0,\"rows\":100000,\"view\":", sorted, "", &a->sorted);
  ask(h, "\"job\":\"values\",\"column\":1,\"table\":", table, "", &a->values);
  ask(h, "\"job\":\"export\",\"format\":\"csv\",\"table\":", table, "", &a->csv);
  ask(h, "\"job\":\"export\",\"format\":\"csv\",\"view\":", sorted, "", &a->csv_sorted);
  free(none.data);
  return a;
}

static void check_same(const answers *a, const answers *b) {
  CHECK_STR(a->columns, b->columns);
  CHECK_STR(a->bad, b->bad);
  CHECK_BYTES(a->rows.data, a->rows.len, b->rows.data, b->rows.len);
  CHECK_BYTES(a->few.data, a->few.len, b->few.data, b->few.len);
  CHECK_BYTES(a->matching.data, a->matching.len, b->matching.data, b->matching.len);
  CHECK_BYTES(a->sorted.data, a->sorted.len, b->sorted.data, b->sorted.len);
  CHECK_BYTES(a->values.data, a->values.len, b->values.data, b->values.len);
  CHECK_BYTES(a->csv.data, a->csv.len, b->csv.data, b->csv.len);
  CHECK_BYTES(a->csv_sorted.data, a->csv_sorted.len, b->csv_sorted.data, b->csv_sorted.len);
}

/* ---- a table and its pieces ---- */

#define HEADER "whole,number,exact,when,text,sure\n"

typedef struct {
  bytes whole, pieces[FILES_MAX];
  uint32_t n;
} cut_table;

static void cut_table_free(cut_table *t) {
  free(t->whole.data);
  for (uint32_t i = 0; i < t->n; i++) free(t->pieces[i].data);
}

typedef void put_cell(bytes *, uint32_t column, uint32_t phase);

/* Rows of `columns` cells, a few broken ones if `broken`; phases change where the pieces do or not. */
static void make_table(cut_table *t, put_cell *cell, bool broken) {
  uint32_t rows = random_below(&dice, ROWS_MAX), change = random_below(&dice, ROWS_MAX);
  *t = (cut_table){.n = 1 + random_below(&dice, FILES_MAX)};
  put(&t->whole, HEADER);
  for (uint32_t i = 0; i < t->n; i++) put(&t->pieces[i], HEADER);
  for (uint32_t r = 0, piece = 0; r < rows; r++) {
    bytes row = {0};
    uint32_t cells = broken && random_below(&dice, 60) == 0 ? 1 + random_below(&dice, 8) : COLUMNS;
    for (uint32_t c = 0; c < cells; c++) {
      if (c) put(&row, ",");
      cell(&row, c, r >= change);
    }
    if (broken && random_below(&dice, 200) == 0) put(&row, "\xFF");
    put(&row, "\n");
    while (piece + 1 < t->n && random_below(&dice, rows / t->n + 1) == 0) piece++; /* some get no row */
    bytes_put(&t->whole, row.data, row.len);
    bytes_put(&t->pieces[piece], row.data, row.len);
    free(row.data);
  }
}

static void compare(const bytes *whole, const bytes *pieces, uint32_t n, const char *filter) {
  uint32_t block = 200 + random_below(&dice, 20000);
  host one, many;
  open_host(&one, block, 0, false);
  answers *truth = ask_all(&one, import_file(&one, *whole, "whole"), filter);
  for (uint32_t helpers = 0; helpers < 4; helpers += 1 + random_below(&dice, 2)) {
    open_host(&many, block, helpers, helpers > 0);
    answers *other = ask_all(&many, import_union(&many, pieces, n, ""), filter);
    check_same(other, truth);
    answers_free(other);
    host_close(&many);
  }
  answers_free(truth);
  host_close(&one);
}

/* ---- CSV ---- */

/* What a column holds changes with the phase, so that pieces are of other types than the whole. */
static void put_any(bytes *f, uint32_t column, uint32_t phase) {
  static const char *const kinds[][8] = {
      {"7", "-12", "300", "", "41", "5", "1", "9007199254740993"},
      {"1.5", "2", "-0.25", "1e3", "", "3.125", "17", "100.0001"},
      {"12345678901234567890.5", "0.1", "7", "-3", "", "99999999999999999.25", "2", "1"},
      {"2026-11-21", "2024-02-29", "", "1969-12-31", "2000-01-01", "2026-11-21 10:15:00",
       "1999-12-31 23:59:59", "2001-02-03"},
      {"01/02/2003", "04/05/2006", "", "07/08/2009", "11/11/2011", "31/12/1999", "30/06/1980", "13/01/2020"},
      {"\"\"", "", "\"\"", "\"\"", "", "\"\"", "\"\"", ""},
      {"plain", "\"quoted, comma\"", "\"two\nlines\"", "\"say \"\"so\"\"\"", "\xC3\xA9t\xC3\xA9", "", "\"\"",
       "1"},
      {"true", "false", "", "TRUE", "true", "false", "true", "false"}};
  uint32_t kind = (column + phase * 3) % 8, few = phase == 0 ? 5 : 8;
  put(f, kinds[kind][random_below(&dice, few)]);
}

#define FILTER_ANY                                                                                           \
  ",\"filter\":{\"or\":[{\"column\":1,\"op\":\"contains\",\"value\":\"1\"},{\"column\":3,\"op\":\"is null\"}]}"

static void a_csv_cut_into_files_is_the_same_table(void) {
  for (int round = 0; round < 60 && check_failed == 0; round++) {
    cut_table t;
    make_table(&t, put_any, true);
    compare(&t.whole, t.pieces, t.n, FILTER_ANY);
    if (check_failed) fprintf(stderr, "round %d, %u files\n", round, t.n);
    cut_table_free(&t);
  }
}

/* ---- Parquet ---- */

/* Types of pieces differ, but have one in common. */
static void put_typed(bytes *f, uint32_t column, uint32_t phase) {
  static const char *const kinds[][2][4] = {
      {{"7", "-12", "300", ""}, {"41", "5", "1", "0"}},
      {{"2", "17", "-100", ""}, {"1.5", "-0.25", "3.125", "7.5"}},
      {{"7", "2", "-3", ""}, {"12345678901234567.25", "-12345678901234567.75", "", "99999999999999999.50"}},
      {{"2026-11-21", "2024-02-29", "", "1969-12-31"},
       {"2026-11-21 10:15:00", "1999-12-31 00:00:00", "", "2001-02-03 04:05:06"}},
      {{"plain", "one", "x1", ""}, {"\xC3\xA9t\xC3\xA9", "z", "", "a11"}},
      {{"true", "false", "", "true"}, {"", "", "", ""}}};
  put(f, kinds[column][phase][random_below(&dice, 4)]);
}

static void export_parquet(const bytes *csv, bytes *out) {
  host h;
  open_host(&h, 500 + random_below(&dice, 5000), 0, false);
  uint32_t table = import_file(&h, *csv, "csv");
  ask(&h, "\"job\":\"export\",\"format\":\"parquet\",\"table\":", table, "", out);
  host_close(&h);
}

#define FILTER_TYPED                                                                                         \
  ",\"filter\":{\"and\":[{\"or\":[{\"column\":1,\"op\":\">\",\"value\":\"1.25\"},"                           \
  "{\"column\":3,\"op\":\"between\",\"low\":\"1999-01-01\",\"high\":\"2024-12-31\"}]},"                      \
  "{\"column\":2,\"op\":\"<\",\"value\":\"7.5\"}]}"

static void a_table_cut_into_parquet_and_csv_files_is_the_same(void) {
  for (int round = 0; round < 40 && check_failed == 0; round++) {
    cut_table t;
    make_table(&t, put_typed, false);
    bytes files[FILES_MAX];
    bool exported[FILES_MAX];
    for (uint32_t i = 0; i < t.n; i++) {
      exported[i] = random_below(&dice, 4) > 0;
      files[i] = exported[i] ? (bytes){0} : t.pieces[i];
      if (exported[i]) export_parquet(&t.pieces[i], &files[i]);
    }
    compare(&t.whole, files, t.n, FILTER_TYPED);
    if (check_failed) fprintf(stderr, "round %d, %u files\n", round, t.n);
    for (uint32_t i = 0; i < t.n; i++)
      if (exported[i]) free(files[i].data);
    cut_table_free(&t);
  }
}

/* ---- names ---- */

static bytes text(const char *s) { return (bytes){.data = (uint8_t *)(uintptr_t)s, .len = strlen(s)}; }

/* Rows of a table or view as CSV, without its header. */
static void check_rows(host *h, const char *of, uint32_t id, const char *columns, const char *expected) {
  char before[64], after[SPEC];
  bytes csv = {0};
  snprintf(before, sizeof before, "\"job\":\"export\",\"format\":\"csv\",\"header\":false,\"%s\":", of);
  snprintf(after, sizeof after, ",\"columns\":%s", columns);
  ask(h, before, id, after, &csv);
  CHECK_BYTES(csv.data, csv.len, expected, strlen(expected));
  free(csv.data);
}

static void columns_are_matched_by_name(void) {
  const bytes files[] = {text("a,b\n1,x\n2,y\n"), text("b,c,a\nz,2020-01-31,3\n"), text("c\n2021-12-01\n")};
  host h;
  open_host(&h, 0, 0, false);
  uint32_t table = import_union(&h, files, 3, "");
  CHECK(strstr(h.info, "\"name\":\"all\"") && strstr(h.info, "\"files\":[\"0\",\"1\",\"2\"]"));
  CHECK(strstr(h.info, "\"bytes\":46,") && strstr(h.info, "\"rows\":{\"count\":4,\"exact\":true}"));
  CHECK(strstr(h.info,
               "{\"name\":\"a\",\"type\":\"int64\",\"stats\":{\"nulls\":1,\"min\":\"1\",\"max\":\"3\","
               "\"mean\":2,\"sum\":6,\"distinct\":3}}"));
  check_rows(&h, "table", table, "[0,1,2]", "1,x,\n2,y,\n3,z,2020-01-31\n,,2021-12-01\n");
  uint32_t absent = view_of(&h, table, ",\"filter\":{\"column\":2,\"op\":\"is null\"}");
  check_rows(&h, "view", absent, "[1,0]", "x,1\ny,2\n");
  uint32_t sorted =
      view_of(&h, table, ",\"sort\":[{\"column\":2,\"descending\":true},{\"column\":0,\"descending\":true}]");
  check_rows(&h, "view", sorted, "[2,0]", "2021-12-01,\n2020-01-31,3\n,2\n,1\n");
  host_close(&h);
}

static void columns_of_one_name_are_matched_in_their_order(void) {
  bytes parquet[2] = {{0}};
  for (int i = 0; i < 2; i++) { /* in a CSV they would be given other names */
    bytes out = {0};
    export_parquet(&(bytes){.data = (uint8_t *)(uintptr_t) "x,y\n1,2\n", .len = 8}, &out);
    for (size_t at = 0; at + 1 < out.len; at++)
      if (out.data[at] == 1 && out.data[at + 1] == 'y') out.data[at + 1] = 'x';
    parquet[i] = out;
  }
  host h;
  open_host(&h, 0, 0, false);
  uint32_t table = import_union(&h, parquet, 2, "");
  check_rows(&h, "table", table, "[0,1]", "1,2\n1,2\n");
  host_close(&h);
  for (int i = 0; i < 2; i++) free(parquet[i].data);
}

static void the_name_of_the_file_can_be_a_column(void) {
  bytes parquet = {0};
  export_parquet(&(bytes){.data = (uint8_t *)(uintptr_t) "n\n5\n6\n", .len = 6}, &parquet);
  const bytes files[] = {text("n\n4\n1\n"), parquet, text("n\n3\n")};
  host h;
  open_host(&h, 0, 2, false);
  uint32_t table = import_union(&h, files, 3, ",\"filename\":\"from\"");
  CHECK(strstr(h.info,
               "{\"name\":\"from\",\"type\":\"text\",\"stats\":{\"nulls\":0,\"min\":\"0\",\"max\":\"2\","));
  check_rows(&h, "table", table, "[1,0]", "0,4\n0,1\n1,5\n1,6\n2,3\n");
  uint32_t second =
      view_of(&h, table,
              ",\"filter\":{\"column\":1,\"op\":\"in\",\"values\":[\"1\",\"2\"]},\"sort\":[{\"column\":0}]");
  check_rows(&h, "view", second, "[0,1]", "3,2\n5,1\n6,1\n");
  uint32_t either = view_of(
      &h, table,
      ",\"filter\":{\"or\":[{\"column\":0,\"op\":\">\",\"value\":\"5\"},{\"column\":1,\"op\":\"=\",\"value\":\"0\"}]},"
      "\"sort\":[{\"column\":1,\"descending\":true}]");
  check_rows(&h, "view", either, "[0,1]", "6,1\n4,0\n1,0\n");
  bytes none = {0};
  ask(&h, "\"job\":\"values\",\"column\":1,\"table\":", table, "", &none);
  CHECK_EQ_UINT(host_number(&h, "distinct"), 3);
  free(none.data);
  host_close(&h);
  free(parquet.data);
}

/* Many pages, few of them read: what the file lacks is there for these rows as well. */
static void few_rows_of_many_pages_have_all_columns(void) {
  enum { ROWS = 120000 };
  char line[64];
  bytes csv = {0}, parquet = {0}, rows = {0};
  put(&csv, "n,t\n");
  for (int i = 0; i < ROWS; i++) {
    snprintf(line, sizeof line, "%d,%08x%08x\n", i, random_below(&dice, UINT32_MAX),
             random_below(&dice, UINT32_MAX));
    put(&csv, line);
  }
  host h;
  open_host(&h, 1 << 24, 0, false);
  ask(&h, "\"job\":\"export\",\"format\":\"parquet\",\"table\":", import_file(&h, csv, "csv"), "", &parquet);
  host_close(&h);

  open_host(&h, 0, 0, false); /* not imported: nothing is kept */
  char spec[SPEC];
  uint32_t tables[2];
  const bytes files[] = {parquet, text("other\n1\n")};
  for (uint32_t i = 0; i < 2; i++) {
    snprintf(spec, sizeof spec, "{\"job\":\"open\",\"source\":%u,\"name\":\"%u\"}", host_add(&h, files[i]),
             i);
    run_ok(&h, spec);
    tables[i] = (uint32_t)host_number(&h, "table");
  }
  snprintf(spec, sizeof spec, "{\"job\":\"index\",\"table\":%u}", tables[1]);
  run_ok(&h, spec);
  snprintf(spec, sizeof spec, "{\"job\":\"import\",\"table\":%u}", tables[1]);
  run_ok(&h, spec);
  CHECK_EQ_INT(unite(&h, tables, 2, ",\"filename\":\"from\""), SONDE_OK);
  uint32_t all = (uint32_t)host_number(&h, "table");
  uint32_t few =
      view_of(&h, all,
              ",\"filter\":{\"and\":[{\"column\":0,\"op\":\"between\",\"low\":\"70001\",\"high\":\"70003\"},"
              "{\"or\":[{\"column\":1,\"op\":\"is null\"},{\"column\":3,\"op\":\"=\",\"value\":\"0\"}]},"
              "{\"column\":2,\"op\":\"is null\"}]}");
  check_rows(&h, "view", few, "[0,2,3]", "70001,,0\n70002,,0\n70003,,0\n");
  ask(&h, "\"job\":\"read\",\"row\":1,\"rows\":1,\"columns\":[3,0,2],\"view\":", few, "", &rows);
  CHECK(rows.len > 0 && memcmp(rows.data + 8, &(uint32_t){1}, 4) == 0);
  host_close(&h);
  free(rows.data);
  free(csv.data);
  free(parquet.data);
}

static void what_the_name_or_a_missing_column_rules_out_is_not_read(void) {
  bytes parquet = {0};
  export_parquet(&(bytes){.data = (uint8_t *)(uintptr_t) "n\n5\n6\n", .len = 6}, &parquet);
  const bytes files[] = {text("n\n4\n1\n"), parquet, text("n,more\n3,7\n2,\n")};
  static const char *const filters[] = {
      "{\"and\":[{\"column\":0,\"op\":\">\",\"value\":\"0\"},{\"column\":2,\"op\":\"=\",\"value\":\"2\"}]}",
      "{\"and\":[{\"column\":0,\"op\":\">\",\"value\":\"0\"},{\"column\":1,\"op\":\"<>\",\"value\":\"8\"}]}",
      "{\"column\":0,\"op\":\">\",\"value\":\"0\"}"};
  const sonde_config nothing_kept = {.struct_size = sizeof nothing_kept, .keep_limit = 0};
  host h;
  REQUIRE(host_open(&h, &nothing_kept, 0, "", 0));
  uint32_t table = import_union(&h, files, 3, ",\"filename\":\"from\"");
  for (uint32_t i = 0; i < 2; i++) h.more[i].len = 0; /* reading the first two fails from here on */
  for (uint32_t i = 0; i < 3; i++) {
    char spec[SPEC];
    snprintf(spec, sizeof spec, "{\"job\":\"view\",\"table\":%u,\"filter\":%s}", table, filters[i]);
    CHECK_EQ_INT(host_run(&h, spec), i < 2 ? SONDE_OK : SONDE_BYTES);
    if (i < 2) CHECK_EQ_UINT(host_number(&h, "rows"), 2 - i);
  }
  host_close(&h);
  free(parquet.data);
}

static void bad_rows_name_their_file(void) {
  const bytes files[] = {text("a,b\n1,2\n"), text("a,b\n1,2\n3\n")};
  host h;
  open_host(&h, 0, 0, false);
  char spec[SPEC];
  snprintf(spec, sizeof spec, "{\"job\":\"bad\",\"table\":%u,\"first\":0,\"count\":9}",
           import_union(&h, files, 2, ""));
  run_ok(&h, spec);
  CHECK(strstr(h.info, "{\"row\":2,\"offset\":8,\"line\":3,\"reason\":\"too-few-fields\",\"file\":\"1\",") !=
        NULL);
  CHECK_EQ_UINT(host_number(&h, "total"), 1);
  host_close(&h);
}

/* ---- what cannot be one table ---- */

static void check_refused(const bytes *files, uint32_t n, const char *more, sonde_code code,
                          const char *why) {
  host h;
  uint32_t tables[FILES_MAX];
  char name[16];
  open_host(&h, 0, 0, false);
  for (uint32_t i = 0; i < n; i++) {
    snprintf(name, sizeof name, "file %u", i);
    tables[i] = import_file(&h, files[i], name);
  }
  CHECK_EQ_INT(unite(&h, tables, n, more), code);
  CHECK_STR(h.err.message, why);
  for (uint32_t i = 0; i < n; i++) view_of(&h, tables[i], ""); /* they are what they were */
  host_close(&h);
}

static void what_does_not_fit_together_is_refused(void) {
  bytes parquet = {0}, decimals = {0};
  export_parquet(&(bytes){.data = (uint8_t *)(uintptr_t) "n\nx\n", .len = 4}, &parquet);
  export_parquet(&(bytes){.data = (uint8_t *)(uintptr_t) "n\n0.123456789012345678901\n", .len = 26},
                 &decimals);
  check_refused(
      (bytes[]){text("n\n1\n"), parquet}, 2, "", SONDE_TYPE,
      "column 'n' is int64 in file 0 and string in file 1; choose a type that fits for that of the CSV file, or open the files apart");
  check_refused(
      (bytes[]){text("n\n123456789012345678901\n"), decimals}, 2, "", SONDE_TYPE,
      "column 'n' has 21 digits before the point in one file and 21 after it in another: more than the 38 that a "
      "decimal has; open the files apart");
  check_refused((bytes[]){text("n,file\n1,2\n"), text("n\n1\n")}, 2, ",\"filename\":\"file\"", SONDE_NAME,
                "the files have a column 'file' already; choose another name for theirs");
  free(parquet.data);
  free(decimals.data);
}

/* A file of one row, whose nested value comes as JSON. */
static bytes nested_file(const shape *column, const char *json) {
  mem m;
  mem_init(&m, UINT64_MAX, NULL, NULL);
  buf group, about, file;
  buf *all[] = {&group, &about, &file};
  for (int i = 0; i < 3; i++) buf_init(all[i], &m, SIZE_MAX);
  const uint32_t offsets[] = {0, (uint32_t)strlen(json)};
  const vec v = {.type = column->type, .form = VEC_TEXT, .rows = 1, .offsets = offsets, .bytes = json};
  const pq_write_options options = pq_write_defaults();
  pq_writer w;
  pq_writer_init(&w, column, 1, &m);
  pq_writer_begin(&w, &file);
  CHECK_EQ_INT(pq_write_group(column, 1, &v, 1, &options, &m, &group, &about, NULL), SONDE_OK);
  buf_put(&file, group.data, group.len);
  CHECK_EQ_INT(pq_writer_add(&w, about.data, about.len, group.len, NULL), SONDE_OK);
  CHECK_EQ_INT(pq_writer_end(&w, &file, NULL), SONDE_OK);
  bytes out = {0};
  bytes_put(&out, file.data, file.len);
  pq_writer_free(&w);
  for (int i = 0; i < 3; i++) buf_free(all[i]);
  return out;
}

static void nested_columns_have_to_have_the_same_parts(void) {
  const shape whole = {{"x", 1}, {.id = TYPE_INT64}, 0, NULL, {0}},
              number = {{"x", 1}, {.id = TYPE_DOUBLE}, 0, NULL, {0}};
  const shape of_whole = {{"list", 4}, {.id = TYPE_LIST}, 1, &whole, {0}},
              of_number = {{"list", 4}, {.id = TYPE_LIST}, 1, &number, {0}};
  bytes files[] = {nested_file(&of_whole, "[1,2]"), nested_file(&of_whole, "[]"),
                   nested_file(&of_number, "[1.5]")};
  host h;
  open_host(&h, 0, 0, false);
  uint32_t table = import_union(&h, files, 2, ",\"filename\":\"from\"");
  CHECK(strstr(h.info, "\"typeText\":\"list<int64>\"") != NULL);
  check_rows(&h, "table", table, "[0,1]", "\"[1,2]\",0\n[],1\n");
  host_close(&h);
  check_refused((bytes[]){files[1], files[2]}, 2, "", SONDE_TYPE,
                "column 'list' is list<int64> in file 0 and list<double> in file 1; open the files apart");
  for (int i = 0; i < 3; i++) free(files[i].data);
}

static void fields_of_structs_have_to_have_the_same_names(void) {
  const shape a = {{"a", 1}, {.id = TYPE_INT64}, 0, NULL, {0}},
              b = {{"b", 1}, {.id = TYPE_INT64}, 0, NULL, {0}};
  const shape of_a = {{"s", 1}, {.id = TYPE_STRUCT}, 1, &a, {0}},
              of_b = {{"s", 1}, {.id = TYPE_STRUCT}, 1, &b, {0}};
  bytes files[] = {nested_file(&of_a, "{\"a\":1}"), nested_file(&of_b, "{\"b\":1}")};
  check_refused(
      files, 2, "", SONDE_TYPE,
      "column 's' is struct<a: int64> in file 0 and struct<b: int64> in file 1; open the files apart");
  for (int i = 0; i < 2; i++) free(files[i].data);
}

static void only_imported_files_become_one_table(void) {
  host h;
  open_host(&h, 0, 0, false);
  uint32_t a = import_file(&h, text("n\n1\n"), "a"), b = import_file(&h, text("n\n2\n"), "b");
  CHECK_EQ_INT(unite(&h, (uint32_t[]){a, a}, 2, ""), SONDE_MISUSE);
  CHECK_EQ_INT(unite(&h, (uint32_t[]){a, 99}, 2, ""), SONDE_MISUSE);
  CHECK_EQ_INT(host_run(&h, "{\"job\":\"union\",\"tables\":[]}"), SONDE_MISUSE);
  CHECK_EQ_INT(unite(&h, (uint32_t[]){b, a}, 2, ""), SONDE_OK);
  uint32_t both = (uint32_t)host_number(&h, "table");
  check_rows(&h, "table", both, "[0]", "2\n1\n");
  CHECK_EQ_INT(unite(&h, (uint32_t[]){both}, 1, ""), SONDE_MISUSE);
  host_close(&h);
}

static void the_files_go_with_their_union(void) {
  host h;
  open_host(&h, 0, 0, false);
  const bytes file = text("n\n1\n2\n");
  uint64_t before = sonde_engine_memory(h.lead);
  uint32_t a = import_file(&h, file, "a"), b = import_file(&h, file, "b");
  view_of(&h, a, "");
  CHECK_EQ_INT(unite(&h, (uint32_t[]){a, b}, 2, ""), SONDE_OK);
  char spec[SPEC];
  uint32_t both = (uint32_t)host_number(&h, "table");
  snprintf(spec, sizeof spec, "{\"job\":\"read\",\"table\":%u}", a);
  CHECK_EQ_INT(host_run(&h, spec), SONDE_NAME);
  snprintf(spec, sizeof spec, "{\"job\":\"drop\",\"table\":%u}", both);
  run_ok(&h, spec);
  for (sonde_source s = 3; s < 5; s++) sonde_source_drop(h.lead, s);
  CHECK_EQ_UINT(sonde_engine_memory(h.lead), before);
  host_close(&h);
}

int main(void) {
  RUN(columns_are_matched_by_name);
  RUN(columns_of_one_name_are_matched_in_their_order);
  RUN(the_name_of_the_file_can_be_a_column);
  RUN(few_rows_of_many_pages_have_all_columns);
  RUN(what_the_name_or_a_missing_column_rules_out_is_not_read);
  RUN(bad_rows_name_their_file);
  RUN(what_does_not_fit_together_is_refused);
  RUN(nested_columns_have_to_have_the_same_parts);
  RUN(fields_of_structs_have_to_have_the_same_names);
  RUN(only_imported_files_become_one_table);
  RUN(the_files_go_with_their_union);
  RUN(a_csv_cut_into_files_is_the_same_table);
  RUN(a_table_cut_into_parquet_and_csv_files_is_the_same);
  return check_report();
}
