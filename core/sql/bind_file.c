/* A file in FROM is the table that the host opened for it; or, where nobody opens files for a statement, one that is open already. */
#include <stdio.h>
#include <string.h>

#include "sql/file_call.h"

sonde_str file_stem(sonde_str path) {
  size_t start = path.len, end;
  while (start && path.ptr[start - 1] != '/') start--;
  for (end = start + 1; end < path.len && path.ptr[end] != '.';) end++;
  return end > path.len ? path : (sonde_str){path.ptr + start, end - start};
}

static uint32_t find_file(const binder *b, const ast_table *t) {
  const sql_catalog *catalog = b->catalog;
  sonde_str path = file_path(t);
  uint32_t found = find_table(catalog, file_name(t, b->sql));
  for (uint32_t i = 0; catalog && i < catalog->n_tables && path.len && found == UINT32_MAX; i++)
    if (same_name(catalog->tables[i].file, path)) found = i;
  return found;
}

/* As many as there is room for. */
static size_t list_open(const sql_catalog *catalog, char *out, size_t size) {
  size_t len = 0;
  for (uint32_t i = 0; catalog && i < catalog->n_tables; i++) {
    sonde_str file = catalog->tables[i].file;
    if (file.len == 0 || len + file.len + 3 > size) continue;
    len += (size_t)snprintf(out + len, size - len, "%s%.*s", len ? ", " : "", (int)file.len, file.ptr);
  }
  return len;
}

static void fail_no_file(binder *b, const ast_table *t) {
  sonde_str path = file_path(t);
  char open[120] = "";
  size_t len = list_open(b->catalog, open, sizeof open);
  if (path.len == 0) {
    bind_fail(
        b, SONDE_NAME, t->at,
        "how files are read, and several as one table, is chosen here when they are opened: name one file");
    return;
  }
  int shown = path.len < 60 ? (int)path.len : 60;
  bind_fail(b, SONDE_NAME, t->at, "the file %.*s is not open%s%s", shown, path.ptr,
            len ? "; open are: " : ", and no other is", open);
}

node *bind_file(binder *b, const ast_table *t) {
  uint32_t number = find_file(b, t);
  if (number != UINT32_MAX) return bind_table(b, number, t->at);
  fail_no_file(b, t);
  return &b->no_node;
}
