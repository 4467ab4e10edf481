/* Any bytes: a tree, or an error that lies in the text; a tree can be written. All memory comes back. */
#include <stdlib.h>

#include "sql/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena nodes;
  sonde_error err = {0};
  ast_statement statement;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&nodes, &m);
  if (sql_parse((sonde_str){(const char *)data, size}, &nodes, &statement, &err) == SONDE_OK) {
    buf b;
    buf_init(&b, &m, 16 << 20);
    sql_ast_dump(&statement, &b);
    require(b.len > 0 || b.failed);
    buf_free(&b);
  } else {
    require(err.code == SONDE_LIMIT || (err.code == SONDE_SYNTAX && err.at <= size && err.message[0]));
  }
  arena_free(&nodes);
  require(m.used == 0);
  return 0;
}
