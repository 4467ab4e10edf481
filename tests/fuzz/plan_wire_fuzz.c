/* Any bytes as a plan: none, or one that is sound, can be shown, and comes back the same from its own bytes. */
#include <stdlib.h>
#include <string.h>

#include "plan/wire.h"
#include "sql/sql.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_again(const query_plan *q, mem *m, arena *nodes) {
  sonde_error err = {0};
  query_plan again;
  buf bytes, text, text_again;
  buf_init(&bytes, m, 64 << 20);
  buf_init(&text, m, 16 << 20);
  buf_init(&text_again, m, 16 << 20);
  require(plan_put(&bytes, q, &err) == SONDE_OK);
  rd in = {.data = bytes.data, .len = bytes.len};
  require(plan_get(&in, nodes, &again, &err) == SONDE_OK && in.pos == in.len);
  sql_explain(q, NULL, NULL, &text);
  sql_explain(&again, NULL, NULL, &text_again);
  require(text.failed || (text.len == text_again.len && memcmp(text.data, text_again.data, text.len) == 0));
  buf_free(&bytes);
  buf_free(&text);
  buf_free(&text_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena nodes;
  sonde_error err = {0};
  query_plan q;
  rd in = {.data = data, .len = size};
  mem_init(&m, 256 << 20, NULL, NULL);
  arena_init(&nodes, &m);
  if (plan_get(&in, &nodes, &q, &err) == SONDE_OK)
    check_again(&q, &m, &nodes);
  else
    require(err.code != SONDE_OK && err.message[0]);
  arena_free(&nodes);
  require(m.used == 0);
  return 0;
}
