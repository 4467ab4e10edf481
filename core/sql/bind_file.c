/* A file in FROM is the table that the host opened for it; or, where nobody opens files for a statement, one that is open already. */
#include <string.h>

#include "base/print.h"
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
    len += (size_t)print_text(out + len, size - len, "%s%.*s", len ? ", " : "", (int)file.len, file.ptr);
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

/* ---- columns as the call wants them ---- */

static sql_type wanted_type(binder *b, const sql_file_type *t, size_t at) {
  const ast_type *ast;
  sonde_error err = {0};
  if (!b->failed && sql_parse_type(t->sql, b->memory, &ast, &err) != SONDE_OK)
    bind_fail(b, err.code, at, "the type '%.*s': %.150s", (int)t->sql.len, t->sql.ptr, err.message);
  if (b->failed) return sql_simple(SQL_NULL);
  ast_type placed = *ast;
  placed.at = at;
  return bind_type(b, &placed);
}

static const sql_file_type *type_of_column(const sql_file *f, uint32_t i, sonde_str name) {
  if (f->typed == FILE_TYPES_ALL) return f->types;
  if (f->typed == FILE_TYPES_IN_ORDER) return i < f->n_types ? &f->types[i] : NULL;
  for (uint32_t k = 0; k < f->n_types; k++) {
    sonde_str own = f->types[k].column; /* as it is written: columns of a file may differ in case only */
    if (own.len == name.len && memcmp(own.ptr, name.ptr, name.len) == 0) return &f->types[k];
  }
  return NULL;
}

static ex as_wanted(binder *b, const sql_file *f, const sql_file_type *t, ex column, size_t at) {
  sql_type type = wanted_type(b, t, at);
  sonde_str format = type.id == SQL_DATE        ? f->date_format
                     : type.id == SQL_TIMESTAMP ? f->timestamp_format
                                                : str_of("");
  const char *parse = f->forgiving ? "try_strptime" : "strptime";
  if (format.len) column = ex_call(b, parse, at, 2, (ex[]){column, ex_text(b, format, at)});
  return f->forgiving ? ex_try_cast(b, column, type) : ex_cast(b, column, type);
}

static void check_names(binder *b, const sql_file *f, const node *n, const sonde_str *names, size_t at) {
  if (f->n_names > n->p.n_columns)
    bind_fail(b, SONDE_VALUE, at, "there are more names than the %u columns", n->p.n_columns);
  for (uint32_t i = 1; i < n->p.n_columns && f->n_names; i++)
    for (uint32_t k = 0; k < i; k++)
      if (same_name(names[i], names[k]))
        bind_fail(b, SONDE_NAME, at, "two columns would be called %.*s", (int)names[i].len, names[i].ptr);
}

static node *with_types(binder *b, const sql_file *f, node *n, size_t at) {
  ex_list columns = {0};
  sonde_str *names = bind_alloc(b, (n->p.n_columns + 1) * sizeof *names);
  for (uint32_t i = 0; i < n->p.n_columns && !b->failed; i++) {
    const sql_file_type *t = type_of_column(f, i, n->p.columns[i].name);
    ex column = node_column(b, n, i, at);
    PUSH(b, &columns, t ? as_wanted(b, f, t, column, at) : column);
    names[i] = i < f->n_names ? f->names[i] : t && t->column.len ? t->column : n->p.columns[i].name;
  }
  if (!b->failed) check_names(b, f, n, names, at);
  return b->failed ? n : node_project(b, n, &columns, names);
}

node *bind_file(binder *b, const ast_table *t) {
  sql_file file;
  uint32_t number = find_file(b, t);
  if (number == UINT32_MAX) {
    fail_no_file(b, t);
    return &b->no_node;
  }
  node *n = bind_table(b, number, t->at);
  if (b->failed) return n;
  b->failed = file_read(t, b->sql, b->memory, &file, b->err);
  return (file.n_types || file.n_names) && !b->failed ? with_types(b, &file, n, t->at) : n;
}
