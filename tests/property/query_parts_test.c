/* A query gives the same bytes whether it runs block after block on one engine or in parts on several, which run and return in any order,
 * lose fragments and forget what they kept: the queries of the SQL suites, and some over a table that is meant to show differences. */
#include <dirent.h>

#include "../unit/check.h"
#include "../unit/host.h"

#define TABLES_MAX 4
#define SQL_MAX 16384
#define SPEC_MAX (2 * SQL_MAX)

static random_state dice = {20261122};

static void put(bytes *f, const char *s) { bytes_put(f, s, strlen(s)); }

/* ---- engines ---- */

typedef struct {
  host host;
  char names[TABLES_MAX][32];
  uint32_t tables[TABLES_MAX];
  uint32_t n;
  bool parallel;
} engines;

static void run_ok(host *h, const char *spec) {
  sonde_code code = host_run(h, spec);
  if (!CHECK(code == SONDE_OK)) fprintf(stderr, "    %s: %s\n", spec, h->err.message);
}

static void open_engines(engines *e, uint32_t block_bytes, uint32_t helpers) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = (uint64_t)256 << 20,
                         .keep_limit = helpers && random_below(&dice, 3) == 0 ? 20000 : (uint64_t)64 << 20,
                         .block_bytes = block_bytes};
  *e = (engines){.parallel = helpers > 0};
  REQUIRE(host_open(&e->host, &config, helpers, "", 0));
  e->host.random = helpers ? &dice : NULL;
}

static void add_table(engines *e, const char *name, bytes file) {
  char spec[256];
  host *h = &e->host;
  snprintf(
      spec, sizeof spec,
      "{\"job\":\"open\",\"source\":%u,\"name\":\"%s.csv\",\"read\":{\"delimiter\":\",\",\"header\":true}}",
      host_add(h, file), name);
  run_ok(h, spec);
  uint32_t table = e->tables[e->n] = (uint32_t)host_number(h, "table");
  snprintf(e->names[e->n++], sizeof e->names[0], "%s", name);
  snprintf(spec, sizeof spec, "{\"job\":\"index\",\"table\":%u}", table);
  run_ok(h, spec);
  snprintf(spec, sizeof spec, "{\"job\":\"import\",\"table\":%u}", table);
  run_ok(h, spec);
}

static void put_json(char *out, const char *text) {
  out += strlen(out);
  *out++ = '"';
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') *out++ = '\\';
    *out++ = *text == '\n' ? ' ' : *text;
  }
  strcpy(out, "\"");
}

static sonde_code ask_so(engines *e, const char *sql, bool everywhere) {
  static char spec[SPEC_MAX];
  int at = snprintf(
      spec, sizeof spec,
      "{\"job\":\"query\",\"now\":1700000000000000,\"seed\":3,\"parallel\":%s,\"everywhere\":%s,\"tables\":[",
      e->parallel ? "true" : "false", everywhere ? "true" : "false");
  for (uint32_t i = 0; i < e->n; i++)
    at += snprintf(spec + at, sizeof spec - (size_t)at, "%s{\"table\":%u,\"name\":\"%s\"}", i ? "," : "",
                   e->tables[i], e->names[i]);
  strcat(spec, "],\"sql\":");
  put_json(spec, sql);
  strcat(spec, "}");
  return host_run(&e->host, spec);
}

static sonde_code ask(engines *e, const char *sql) { return ask_so(e, sql, random_below(&dice, 3) > 0); }

/* ---- comparing ---- */

static void check_same(engines *whole, engines *parts, const char *sql) {
  sonde_code code = ask(whole, sql);
  CHECK_EQ_UINT(ask(parts, sql), code);
  const bytes *a = &whole->host.pages, *b = &parts->host.pages;
  bool same = code == SONDE_OK ? a->len == b->len && memcmp(a->data, b->data, a->len) == 0
                               : strcmp(whole->host.err.message, parts->host.err.message) == 0;
  if (CHECK(same)) return;
  fprintf(stderr, "    %s\n    whole: %.*s %s\n    parts: %.*s %s\n", sql, (int)(a->len < 600 ? a->len : 600),
          (char *)a->data, whole->host.err.message, (int)(b->len < 600 ? b->len : 600), (char *)b->data,
          parts->host.err.message);
}

/* ---- the suites ---- */

static char *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  char *text = calloc(1, 1 << 20);
  if (!f || !text) abort();
  *len = fread(text, 1, (1 << 20) - 1, f);
  fclose(f);
  return text;
}

typedef struct {
  engines whole, parts;
  char *files[TABLES_MAX];
  uint32_t n_files, queries;
} suite;

static void suite_table(suite *s, char *line) {
  char path[1024], name[32], file[64];
  bytes content;
  if (sscanf(line, "table %31s %63s", name, file) != 2) abort();
  snprintf(path, sizeof path, SONDE_SOURCE_DIR "/tests/sql/data/%s", file);
  s->files[s->n_files] = (char *)(content.data = (uint8_t *)read_file(path, &content.len));
  s->n_files++;
  add_table(&s->whole, name, content);
  add_table(&s->parts, name, content);
}

/* Reads a line of the text, without its end; NULL after the last. */
static char *next_line(char **at) {
  char *line = *at, *end = strchr(line, '\n');
  if (!*line) return NULL;
  *at = end ? end + 1 : line + strlen(line);
  if (end) *end = 0;
  return line;
}

static void suite_query(suite *s, char **at) {
  char sql[SQL_MAX] = "";
  char *line;
  while ((line = next_line(at)) && *line && strcmp(line, "----") != 0) {
    strcat(sql, line);
    strcat(sql, " ");
  }
  check_same(&s->whole, &s->parts, sql);
  s->queries++;
}

static uint32_t run_suite(const char *path, uint32_t block_bytes, uint32_t helpers) {
  suite s = {0};
  size_t len;
  char *text = read_file(path, &len), *at = text, *line;
  open_engines(&s.whole, block_bytes, 0);
  open_engines(&s.parts, block_bytes, helpers);
  while ((line = next_line(&at))) {
    if (strncmp(line, "table ", 6) == 0) suite_table(&s, line);
    if (strncmp(line, "query ", 6) == 0 || strncmp(line, "statement ", 10) == 0) suite_query(&s, &at);
  }
  host_close(&s.whole.host);
  host_close(&s.parts.host);
  while (s.n_files) free(s.files[--s.n_files]);
  free(text);
  return s.queries;
}

static void the_suites_answer_the_same_in_parts(void) {
  const char *folder = SONDE_SOURCE_DIR "/tests/sql/suites";
  DIR *all = opendir(folder);
  REQUIRE(all != NULL);
  uint32_t queries = 0;
  for (struct dirent *each; (each = readdir(all));) {
    char path[1024];
    if (!strstr(each->d_name, ".test")) continue;
    snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
    queries += run_suite(path, 150, 2);
  }
  closedir(all);
  CHECK(queries > 300);
}

/* ---- a table that is meant to show differences ---- */

/* Sizes of x that lose digits in each other, -0.0, nulls, texts that are empty, long or alike, few and many values a block. */
static bytes awkward(uint32_t rows) {
  static const char *const texts[] = {
      "", "a", "\"a \"", "\"\"", "b,", "\xC3\xA9", "a longer text than fits a short slot"};
  bytes f = {0};
  put(&f, "id,g,s,x,day,unlike\n");
  for (uint32_t i = 0; i < rows; i++) {
    char line[256];
    const char *s = texts[random_below(&dice, 7)];
    int power = (int)random_below(&dice, 33) - 16;
    snprintf(line, sizeof line, "%u,%u,%s%s%s,%s%u.%ue%d,20%02u-0%u-1%u,%u-%u\n", i,
             random_below(&dice, i < rows / 2 ? 4 : 40), strchr(s, ',') ? "\"" : "", s,
             strchr(s, ',') ? "\"" : "", random_below(&dice, 2) ? "-" : "", random_below(&dice, 10),
             random_below(&dice, 100000), power, i * 90 / rows, 1 + random_below(&dice, 9),
             random_below(&dice, 10), i * 7919 % rows, random_below(&dice, 3));
    put(&f, line);
  }
  return f;
}

static const char *const queries[] = {
    "SELECT g, count(*), sum(x), avg(x), fsum(x), min(x), max(x), sum(id), avg(id) FROM t GROUP BY g",
    "SELECT s, first(id), last(x), any_value(s), arg_min(s, x), arg_max(id, x), min(s), max(s), min(day) FROM t GROUP BY s",
    "SELECT g, count(DISTINCT s), sum(DISTINCT x), list(DISTINCT g), string_agg(s, '|'), list(id ORDER BY x, id) FROM t GROUP BY g",
    "SELECT s, median(x), quantile_cont(x, 0.3), mode(g), stddev(x), corr(x, id), product(x), skewness(x) FROM t GROUP BY s",
    "SELECT count(DISTINCT s), count(DISTINCT x), count(DISTINCT id % 9), count(DISTINCT day) FILTER (WHERE g > 1), sum(DISTINCT g) FROM t",
    "SELECT g, count(DISTINCT s), count(DISTINCT unlike), count(DISTINCT x::HUGEINT) FILTER (WHERE abs(x) < 9), count(DISTINCT x > 0) FROM t GROUP BY g",
    "SELECT stddev(x), var_pop(id), sem(x), var_samp(g), stddev_pop(x) FROM t",
    "SELECT count(*), sum(x), max(s), list(id)[1:9] FROM t WHERE id % 11 = 3",
    "SELECT count(*), sum(x), min(s) FROM t WHERE id < 0",
    "SELECT unlike, count(*), sum(x) FROM t GROUP BY unlike",
    "SELECT g, s, median(x) + 1 AS m, count(*) FROM t GROUP BY g, s HAVING count(*) > 1 ORDER BY count(*) DESC, m IS NULL LIMIT 9 OFFSET 2",
    "SELECT s, count(*) AS n FROM t GROUP BY s ORDER BY n % 2 LIMIT 4",
    "SELECT g, s, day, count(*), grouping(g, s) FROM t GROUP BY GROUPING SETS ((g, s), (day), ())",
    "SELECT DISTINCT g, s FROM t",
    "SELECT DISTINCT ON (s, g % 2) id, s FROM t",
    "SELECT * FROM t ORDER BY x LIMIT 7 OFFSET 2",
    "SELECT id, s FROM t ORDER BY s NULLS FIRST, day DESC LIMIT 20",
    "SELECT * FROM t LIMIT 5 OFFSET 200",
    "SELECT * FROM t WHERE x > 1e9",
    "SELECT id, x, sum(x) OVER (PARTITION BY g ORDER BY id) FROM t ORDER BY id",
    "SELECT a.g, count(*), sum(b.x) FROM t a JOIN t b ON a.id = b.id + 3 GROUP BY a.g",
    "SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.id * 2 AND a.g < b.g WHERE a.id < 100",
    "SELECT count(*) FROM t a FULL JOIN t b ON a.id = b.id + 100",
    "SELECT id, s IN (SELECT s FROM t WHERE g = 1), (SELECT max(x) FROM t u WHERE u.g = t.g) FROM t",
    "SELECT count(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM t u WHERE u.id = t.id + 1 AND u.x > t.x)",
    "SELECT g, x FROM t WHERE id < 9 UNION ALL SELECT g, -x FROM t WHERE id > 300",
    "(SELECT id FROM t LIMIT 2) UNION ALL (SELECT g FROM t LIMIT 2) UNION ALL SELECT count(*) FROM t",
    "WITH c AS (SELECT g, sum(x) AS v FROM t GROUP BY g) SELECT * FROM c a JOIN c b ON a.g = b.g + 1",
    "SELECT u, count(*) FROM (SELECT unnest([g, id % 5, NULL]) AS u FROM t) GROUP BY u",
    "SELECT {'g': g, 's': s} AS both, [s, 'x'] AS l, count(*) FROM t GROUP BY ALL",
    "SELECT list_transform([g, 2], v -> v + g) AS l, count(*) FROM t GROUP BY l",
    "SELECT id, random() < 2 FROM t",
    "SELECT CAST(s AS INTEGER) FROM t WHERE id > 100",
    "SELECT id FROM t WHERE CAST(unlike || 'z' AS INTEGER) > 0 LIMIT 1",
    "SELECT CASE WHEN id = 390 THEN CAST(s AS DATE) END FROM t LIMIT 3",
    "SELECT g FROM t a POSITIONAL JOIN (SELECT id AS k FROM t WHERE id < 50) b",
    "SELECT s FROM t EXCEPT SELECT s FROM t WHERE g > 3"};

static void awkward_tables_answer_the_same_in_parts(void) {
  for (uint32_t round = 0; round < 6; round++) {
    static const uint32_t helpers[] = {1, 2, 3, 7};
    engines whole, parts;
    bytes file = awkward(400);
    uint32_t block_bytes = 300 + random_below(&dice, 4000);
    open_engines(&whole, block_bytes, 0);
    open_engines(&parts, block_bytes, helpers[round % 4]);
    add_table(&whole, "t", file);
    add_table(&parts, "t", file);
    uint64_t taken = parts.host.n_taken;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) check_same(&whole, &parts, queries[i]);
    CHECK(parts.host.n_taken > taken + sizeof queries / sizeof *queries);
    host_close(&whole.host);
    host_close(&parts.host);
    free(file.data);
  }
}

/* So many groups that a stage refuses to gather them, in a table large enough to notice. */
static void groups_that_hardly_repeat_answer_the_same(void) {
  static const char *const many[] = {
      "SELECT k, count(*), sum(v), min(t) FROM u GROUP BY k",
      "SELECT k, count(*) AS n, first(v) FROM u WHERE v % 3 > 0 GROUP BY k ORDER BY n DESC, k % 10 LIMIT 12 OFFSET 3",
      "SELECT t, sum(v) AS s FROM u GROUP BY t ORDER BY s LIMIT 7"};
  engines whole, parts;
  bytes file = {0};
  put(&file, "k,v,t\n");
  for (uint32_t i = 0; i < 60000; i++) {
    char line[64];
    snprintf(line, sizeof line, "%u,%u,x%u\n", random_below(&dice, 900000), random_below(&dice, 100),
             random_below(&dice, 70000));
    put(&file, line);
  }
  open_engines(&whole, 350000, 0);
  open_engines(&parts, 350000, 3);
  add_table(&whole, "u", file);
  add_table(&parts, "u", file);
  for (size_t i = 0; i < sizeof many / sizeof *many; i++) check_same(&whole, &parts, many[i]);
  host_close(&whole.host);
  host_close(&parts.host);
  free(file.data);
}

/* A helper that cannot hold the side of a join leaves the query to the lead. */
static void a_helper_with_little_memory_does_not_matter(void) {
  engines whole, parts;
  bytes file = {0};
  sonde_config little = {.struct_size = sizeof little, .memory_limit = 2 << 20};
  put(&file, "k,t\n");
  for (uint32_t i = 0; i < 60000; i++) {
    char line[64];
    snprintf(line, sizeof line, "%u,some text %u\n", i, random_below(&dice, 1000000));
    put(&file, line);
  }
  open_engines(&whole, 300000, 0);
  open_engines(&parts, 300000, 1);
  add_table(&whole, "u", file);
  add_table(&parts, "u", file);
  sonde_engine_free(parts.host.helpers[0]);
  parts.host.helpers[0] = sonde_engine_new(&little, &parts.host.err);
  REQUIRE(parts.host.helpers[0] != NULL);
  CHECK_EQ_INT(sonde_source_add(parts.host.helpers[0], 3, file.len, &parts.host.err), SONDE_OK);
  uint64_t taken = parts.host.n_taken;
  check_same(&whole, &parts, "SELECT count(*), min(b.t) FROM u a JOIN u b ON a.k = b.k + 1");
  CHECK(parts.host.n_taken > taken);
  host_close(&whole.host);
  host_close(&parts.host);
  free(file.data);
}

/* Other blocks, the same sums: rounding does not show where they meet. */
static void sums_do_not_depend_on_the_blocks(void) {
  const char *sql = "SELECT g, sum(x), avg(x), fsum(x) FROM t GROUP BY g ORDER BY g";
  engines one, many;
  bytes file = awkward(1500);
  open_engines(&one, 1 << 20, 0);
  add_table(&one, "t", file);
  for (uint32_t block_bytes = 200; block_bytes < 20000; block_bytes *= 3) {
    open_engines(&many, block_bytes, 2);
    add_table(&many, "t", file);
    check_same(&one, &many, sql);
    host_close(&many.host);
  }
  host_close(&one.host);
  free(file.data);
}

static uint64_t fragments_for(engines *e, const char *sql) {
  uint64_t before = e->host.n_taken;
  CHECK_EQ_INT(ask_so(e, sql, false), SONDE_OK);
  return e->host.n_taken - before;
}

/* Of two scans of a table the blocks are asked once, for what neither has; what was brought is not asked again. */
static void columns_are_brought_once(void) {
  const sonde_config config = {.struct_size = sizeof config,
                               .memory_limit = (uint64_t)64 << 20,
                               .keep_limit = (uint64_t)32 << 20,
                               .block_bytes = 2000};
  engines e = {.parallel = true};
  bytes file = awkward(400);
  REQUIRE(host_open(&e.host, &config, 2, "", 0));
  add_table(&e, "t", file);
  uint64_t blocks = fragments_for(&e, "SELECT sum(id) FROM t");
  CHECK(blocks > 3);
  CHECK_EQ_UINT(fragments_for(&e, "SELECT max(id), min(id) FROM t"), 0);
  CHECK_EQ_UINT(fragments_for(&e, "SELECT count(*) FROM t a JOIN t b ON a.id = b.id + 3 AND a.g < b.x"),
                blocks);
  CHECK_EQ_UINT(fragments_for(&e, "SELECT sum(id + g + x) FROM t"), 0);
  host_close(&e.host);
  free(file.data);
}

int main(void) {
  RUN(the_suites_answer_the_same_in_parts);
  RUN(awkward_tables_answer_the_same_in_parts);
  RUN(groups_that_hardly_repeat_answer_the_same);
  RUN(a_helper_with_little_memory_does_not_matter);
  RUN(sums_do_not_depend_on_the_blocks);
  RUN(columns_are_brought_once);
  return check_report();
}
