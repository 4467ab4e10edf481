/* Failures, memory and names of the binder, and sql_bind itself. */
#include "sql/bind.h"

#include <stdarg.h>
#include <string.h>

#include "base/print.h"

/* ---- failures, memory ---- */

void bind_fail(binder *b, sonde_code code, size_t at, const char *format, ...) {
  if (b->failed) return;
  char message[sizeof b->err->message];
  va_list args;
  va_start(args, format);
  print_list(message, sizeof message, format, args);
  va_end(args);
  b->failed = status_set(b->err, code, at, "%s", message);
}

void *bind_alloc(binder *b, size_t size) {
  if (b->failed) return NULL;
  void *p = arena_zero(b->memory, size, b->err);
  if (!p) b->failed = b->err->code;
  return p;
}

void *bind_room(binder *b, void *items, uint32_t count, uint32_t *cap, size_t size) {
  if (b->failed) return NULL;
  if (count < *cap) return items;
  uint32_t wanted = *cap ? *cap * 2 : 4;
  void *more = arena_array(b->memory, wanted, size, b->err);
  if (!more) {
    b->failed = b->err->code;
    return NULL;
  }
  if (count) memcpy(more, items, count * size);
  *cap = wanted;
  return more;
}

/* Trees that the parser lets through fit; views and common tables nest beyond what it saw. A megabyte of stack is enough. */
enum { BIND_NESTING_MAX = SQL_TREE_DEPTH_MAX + SQL_NESTING_MAX / 2 };

bool bind_enter(binder *b, size_t at) {
  if (++b->nesting <= BIND_NESTING_MAX && !b->failed) return true;
  bind_fail(b, SONDE_LIMIT, at, "queries, views and expressions are nested too deeply here");
  return false;
}

void bind_leave(binder *b) { b->nesting--; }

/* ---- names ---- */

static char lower_char(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

bool same_name(sonde_str a, sonde_str b) {
  if (a.len != b.len) return false;
  for (size_t i = 0; i < a.len; i++) {
    if (lower_char(a.ptr[i]) != lower_char(b.ptr[i])) return false;
  }
  return true;
}

sonde_str str_of(const char *s) { return (sonde_str){s, strlen(s)}; }

bool name_is(sonde_str name, const char *lower_name) { return same_name(name, str_of(lower_name)); }

/* ---- statements ---- */

enum { EXPLAIN_BYTES_MAX = 16 << 20 };

static sql_statement_kind statement_kind(const ast_statement *s) {
  switch (s->kind) {
  case STATEMENT_EXPLAIN: return s->analyze ? SQL_EXPLAIN_ANALYZE : SQL_EXPLAIN;
  case STATEMENT_CREATE_VIEW: return SQL_CREATE_VIEW;
  case STATEMENT_CREATE_TABLE: return SQL_CREATE_TABLE;
  case STATEMENT_DROP_VIEW: return SQL_DROP_VIEW;
  case STATEMENT_DROP_TABLE: return SQL_DROP_TABLE;
  default: return SQL_QUERY;
  }
}

/* CREATE VIEW v(a, b): the first columns get these names. */
static void rename_columns(binder *b, node *root, const ast_statement *s) {
  if (s->columns.count > root->p.n_columns) {
    bind_fail(b, SONDE_NAME, s->path_at, "%u names were given to %u columns", s->columns.count,
              root->p.n_columns);
    return;
  }
  plan_column *columns = (plan_column *)(uintptr_t)root->p.columns;
  for (uint32_t i = 0; i < s->columns.count && !b->failed; i++) columns[i].name = s->columns.items[i];
}

static bool settle_type(binder *b, const sql_type *t, sql_type *out) {
  *out = *t;
  if (t->id == SQL_NULL) *out = sql_simple(SQL_INTEGER);
  if (t->id == SQL_ENUM) *out = sql_simple(SQL_TEXT);
  bool changed = t->id == SQL_NULL || t->id == SQL_ENUM;
  sql_type *children = t->n_children ? bind_alloc(b, t->n_children * sizeof *children) : NULL;
  for (uint32_t i = 0; children && i < t->n_children; i++)
    changed |= settle_type(b, &t->children[i], &children[i]);
  if (children) out->children = children;
  return changed;
}

/* What is only NULL leaves a statement as INTEGER, an enum as its text. */
static node *settle_types(binder *b, node *root) {
  ex_list list = {0};
  LIST_OF(sonde_str) names = {0};
  bool changed = false;
  for (uint32_t i = 0; i < root->p.n_columns && !b->failed; i++) {
    sql_type type;
    changed |= settle_type(b, &root->p.columns[i].type, &type);
    PUSH(b, &list, ex_cast(b, node_column(b, root, i, 0), type));
    PUSH(b, &names, root->p.columns[i].name);
  }
  return changed && !b->failed ? node_project(b, root, &list, names.items) : root;
}

static void finish_plan(binder *b, node *root, sql_statement *out) {
  if (!b->failed) root = rewrite(b, root);
  out->query.root = b->failed ? NULL : lower(b, root);
  out->query.n_outer_slots = b->outer_slots;
  out->query.n_lambda_slots = b->lambda_slots;
  out->query.n_ctes = b->cte_ids;
}

static void bind_root(binder *b, const ast_statement *s, sql_statement *out) {
  node *root = settle_types(b, bind_query(b, s->query, NULL));
  rename_columns(b, root, s);
  finish_plan(b, root, out);
  out->text = (sonde_str){b->sql.ptr + s->query->at, s->query->end - s->query->at};
}

/* EXPLAIN: the plan's lines are the rows. */
static void explain_plan(binder *b, sql_statement *out) {
  buf text;
  buf_init(&text, b->memory->mem, EXPLAIN_BYTES_MAX);
  sql_explain(&out->query, b->catalog, NULL, &text);
  uint32_t lines = 0, line = 0;
  for (size_t i = 0; i < text.len; i++) lines += text.data[i] == '\n';
  char *copy = bind_alloc(b, text.len + 1);
  node *n = node_new(b, PLAN_VALUES, 1);
  ex *cells = bind_alloc(b, (lines + 1) * sizeof *cells);
  if (buf_status(&text, b->err) != SONDE_OK) b->failed = b->err->code;
  node_set_column(b, n, 0, str_of("plan"), sql_simple(SQL_TEXT));
  if (copy && cells && text.len) memcpy(copy, text.data, text.len);
  for (size_t i = 0, begin = 0; i < text.len && !b->failed; i++) {
    if (copy[i] != '\n') continue;
    cells[line++] = ex_cast(b, ex_text(b, (sonde_str){copy + begin, i - begin}, 0), sql_simple(SQL_TEXT));
    begin = i + 1;
  }
  buf_free(&text);
  n->p.u.values.n_rows = line;
  n->p.u.values.cells = cells;
  out->query.root = b->failed ? NULL : lower(b, n);
}

/* Binding stopped where the values of a pivot are needed: the statement is the query for them. */
static void ask_for_values(binder *b, sql_statement *out) {
  b->failed = SONDE_OK;
  b->nesting = 0;
  out->kind = SQL_PIVOT_VALUES;
  finish_plan(b, b->pivot_values, out);
}

sonde_code sql_bind(sonde_str text, const sql_catalog *catalog, const sql_parameters *parameters,
                    arena *memory, sql_statement *out, sonde_error *err) {
  sonde_error unread;
  ast_statement statement;
  if (!err) err = &unread;
  SONDE_TRY(sql_parse(text, memory, &statement, err));
  binder b = {
      .memory = memory, .err = err, .sql = text, .catalog = catalog, .parameters = parameters, .ids = 1};
  if (parameters && parameters->zone.len) {
    b.zone = parameters->zone;
    note_zone(&b, b.zone, 0);
  }
  b.no_node = (node){.ids = b.no_ids, .p = {.columns = b.no_columns}};
  *out = (sql_statement){
      .kind = statement_kind(&statement), .replace = statement.replace, .if_exists = statement.if_exists};
  if (statement.path.count) out->name = statement.path.items[statement.path.count - 1];
  if (statement.query) bind_root(&b, &statement, out);
  if (b.pivot_values) ask_for_values(&b, out);
  if (out->kind == SQL_EXPLAIN && !b.failed) explain_plan(&b, out);
  out->zones = b.zones.items;
  out->n_zones = b.zones.count;
  return b.failed;
}
