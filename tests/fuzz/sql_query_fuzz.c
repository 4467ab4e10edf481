/* Any bytes as SQL statements, each ended by ; and a line's end, over two small tables that have several blocks: parsed, bound, run, and
 * answered as text and as a table. The text is JSON, both ways find the same rows or the same error, and all memory comes back.
 * Fuzz with -dict=tests/fuzz/sql.dict. */
#include "base/json.h"
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY = 48 << 20, BLOCK = 256, STEPS = 300, STATEMENTS = 8 };

static const char people[] = "id,name,team,boss,salary,born\n"
                             "1,Ada,core,,9500.5,1975-12-10\n"
                             "2,Bert,core,1,7200,1980-02-29\n"
                             "3,\xc3\x87"
                             "elik,web,1,7200,\n"
                             "4,Dora,web,3,,1999-12-31\n"
                             "5,\"O'Neil, \"\"Nes\"\"\",,1,-0.0,2001-01-01\n"
                             "6,,ops,2,1e300,0001-01-01\n"
                             "7,ada,ops,2,7200,9999-12-31\n";
static const char sales[] = "id,day,shop,amount,at,done\n"
                            "1,2024-01-01,north,9223372036854775807,2024-01-01 10:00:00,true\n"
                            "2,2024-01-02,south,-3,2024-01-01 10:00:00.25,false\n"
                            "3,2024-02-29,,0,,\n"
                            "4,2024-02-29,north,,1969-12-31 23:59:59,true\n"
                            "5,,east,12,2024-06-01 00:00:00,false\n";

static void require(bool holds) {
  if (!holds) abort();
}

static bytes file_of(const char *text) {
  return (bytes){.data = (uint8_t *)(uintptr_t)text, .len = strlen(text)};
}

/* As table `id`, the first that is opened being 1. */
static void open_table(host *h, const char *text, unsigned id) {
  char spec[128];
  sonde_source source = host_add(h, file_of(text));
  snprintf(spec, sizeof spec, "{\"job\":\"open\",\"source\":%u,\"name\":\"t.csv\"}", source);
  require(source && host_run(h, spec) == SONDE_OK && host_number(h, "table") == id);
  snprintf(spec, sizeof spec, "{\"job\":\"index\",\"table\":%u}", id);
  require(host_run(h, spec) == SONDE_OK);
  snprintf(spec, sizeof spec, "{\"job\":\"import\",\"table\":%u}", id);
  require(host_run(h, spec) == SONDE_OK);
}

static void put_query(buf *spec, sonde_str sql, bool keep) {
  buf_clear(spec);
  buf_printf(
      spec,
      "{\"job\":\"query\",\"keep\":%s,\"now\":1700000000000000,\"tables\":[{\"table\":1,\"name\":\"people\"},"
      "{\"table\":2,\"name\":\"sales\"}],\"params\":[7,\"x\"],\"sql\":",
      keep ? "true" : "false");
  json_put_str(spec, sql);
  buf_put(spec, "}\0", 2);
}

static void check_answer(const host *h, mem *m) {
  arena nodes;
  const json *answer;
  sonde_error err = {0};
  arena_init(&nodes, m);
  require(json_parse((sonde_str){(const char *)h->pages.data, h->pages.len}, &nodes, &answer, &err) ==
          SONDE_OK);
  require(json_is(json_get(answer, "columns"), JSON_ARRAY) && json_is(json_get(answer, "rows"), JSON_ARRAY));
  arena_free(&nodes);
}

/* An invalid byte becomes three before the engine sees it. */
static void check_error(const host *h, sonde_str sql) {
  require(h->err.message[0] && memchr(h->err.message, 0, sizeof h->err.message));
  require(h->err.at <= 3 * sql.len);
}

/* Ended early: too much work, or too little memory for one of the ways. */
static bool was_cut(const host *h, sonde_code code) {
  return h->steps > h->steps_max || code == SONDE_LIMIT || code == SONDE_NOMEM;
}

static void run_statement(host *h, sonde_str sql, mem *m, buf *spec) {
  char drop[64];
  put_query(spec, sql, false);
  sonde_code code = host_run(h, (const char *)spec->data);
  if (was_cut(h, code)) return;
  uint64_t rows = host_number(h, "rows");
  if (code == SONDE_OK)
    check_answer(h, m);
  else
    check_error(h, sql);
  put_query(spec, sql, true);
  sonde_code kept = host_run(h, (const char *)spec->data);
  bool changes = sql.len > 3 && strchr("cCdD", sql.ptr[0]); /* CREATE and DROP fail the second time */
  if (was_cut(h, kept) || changes) return;
  require(kept == code);
  if (kept != SONDE_OK) return;
  require(host_number(h, "count") == rows);
  snprintf(drop, sizeof drop, "{\"job\":\"drop\",\"table\":%llu}",
           (unsigned long long)host_number(h, "table"));
  require(host_run(h, drop) == SONDE_OK);
}

static size_t statement_end(const uint8_t *data, size_t size, size_t at) {
  while (at < size && !(data[at] == ';' && (at + 1 == size || data[at + 1] == '\n'))) at++;
  return at;
}

static void run_all(host *h, const uint8_t *data, size_t size) {
  mem m;
  buf spec;
  mem_init(&m, 256 << 20, NULL, NULL);
  buf_init(&spec, &m, 16 << 20);
  unsigned left = STATEMENTS;
  for (size_t at = 0; at < size && left--;) {
    size_t end = statement_end(data, size, at);
    while (at < end && (data[at] == '\n' || data[at] == ' ')) at++;
    run_statement(h, (sonde_str){(const char *)data + at, end - at}, &m, &spec);
    at = end + 1;
  }
  buf_free(&spec);
  require(m.used == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  heap held = {0};
  host h;
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = MEMORY,
                         .keep_limit = MEMORY / 2,
                         .block_bytes = BLOCK,
                         .resize = heap_resize,
                         .user = &held};
  require(host_open(&h, &config, 0, "", 0));
  open_table(&h, people, 1);
  open_table(&h, sales, 2);
  h.steps_max = STEPS;
  h.patient = true;
  run_all(&h, data, size);
  host_close(&h);
  require(held.held == 0);
  return 0;
}
