/* Any bytes as a request for rows or for SQL, as a query string and as a body: what the engine is then given is JSON that says the
 * same, and what is refused says why. The server's own check of JSON agrees with the engine's reader. */
#include "base/json.h"
#include "json_check.h"
#include "peek.h"
#include "row_ask.h"
#include "sql_ask.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static bool is_json(sonde_str s) {
  size_t at;
  return json_check(s, &at);
}

static bool engine_reads(sonde_str s) {
  const json *root;
  sonde_error err;
  mem m;
  arena a;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&a, &m);
  bool read = json_parse(s, &a, &root, &err) == SONDE_OK;
  arena_free(&a);
  return read;
}

static const char columns[] = "[{\"name\":\"a\"},{\"name\":\"b]c\"},{\"name\":\"-d\"},{\"name\":\"\"}]";

static void check_rows(sonde_str query) {
  row_ask ask;
  text view = {0}, numbers = {0}, whole = {0};
  if (!row_ask_query(&ask, query, (sonde_str){0})) {
    require(ask.code && *ask.wrong);
  } else if (row_ask_resolve(&ask, str_from(columns), &view, &numbers)) {
    text_print(&whole, "{%s%s\"columns\":%s}", view.len ? view.ptr : "", view.len ? "," : "", numbers.ptr);
    require(is_json(text_str(&whole)));
    require(ask.view.len ||
            peek_count(peek_member(peek_member(text_str(&whole), "filter"), "and")) == ask.filter_count);
  } else {
    require(ask.code && *ask.wrong);
  }
  row_ask_free(&ask);
  text_free(&view), text_free(&numbers), text_free(&whole);
}

static void check_asked(sql_ask *ask, bool understood) {
  text back = {0};
  if (understood) {
    require(is_json(text_str(&ask->sql_json)) && (!ask->params.len || is_json(text_str(&ask->params))));
    peek_add_text(&back, text_str(&ask->sql_json));
    require(back.len == ask->sql.len && memcmp(back.ptr, ask->sql.ptr, back.len) == 0);
  } else {
    require(ask->code && *ask->wrong);
  }
  text_free(&back);
  sql_ask_free(ask);
}

static void check_sql(sonde_str bytes) {
  static http_request q;
  sql_ask ask;
  q.query = bytes;
  check_asked(&ask, sql_ask_query(&ask, &q));
  q.fields[FIELD_CONTENT_TYPE] = str_from("application/json");
  check_asked(&ask, sql_ask_body(&ask, &q, bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sonde_str bytes = {(const char *)data, size};
  check_rows(bytes);
  check_sql(bytes);
  require(is_json(bytes) == engine_reads(bytes));
  return 0;
}
