/* Which files a statement reads: read_csv('…') and its like, and texts where a table stands. A walk over the syntax tree. */
#include "sql/file_call.h"

#include <string.h>

typedef struct {
  sonde_str sql;
  arena *memory;
  sonde_error *err;
  sonde_code failed; /* the first failure; what comes later is not looked at */
  sql_file *files;
  uint32_t count, cap;
} file_list;

static void walk_query(file_list *, const ast_query *);

static bool is_listed(const file_list *f, sonde_str name) {
  for (uint32_t i = 0; i < f->count; i++)
    if (f->files[i].name.len == name.len && memcmp(f->files[i].name.ptr, name.ptr, name.len) == 0)
      return true;
  return false;
}

static sonde_code make_room(file_list *f) {
  if (f->count < f->cap) return SONDE_OK;
  uint32_t cap = f->cap ? f->cap * 2 : 8;
  sql_file *more = arena_array(f->memory, cap, sizeof *more, f->err);
  if (!more) return f->err->code;
  if (f->count) memcpy(more, f->files, f->count * sizeof *more);
  f->files = more;
  f->cap = cap;
  return SONDE_OK;
}

static void add_file(file_list *f, const ast_table *t) {
  if (f->failed || is_listed(f, file_name(t, f->sql))) return;
  f->failed = make_room(f);
  if (!f->failed) f->failed = file_read(t, f->sql, f->memory, &f->files[f->count], f->err);
  if (!f->failed) f->count++;
}

/* ---- expressions ---- */

static void walk_expr(file_list *, const ast_expr *);

static void walk_exprs(file_list *f, const ast_exprs *list) {
  for (uint32_t i = 0; i < list->count; i++) walk_expr(f, list->items[i]);
}

static void walk_call(file_list *f, const ast_call *call) {
  walk_exprs(f, &call->order);
  if (call->filter) walk_expr(f, call->filter);
  if (!call->over) return;
  walk_exprs(f, &call->over->partition);
  walk_exprs(f, &call->over->order);
}

static void walk_expr(file_list *f, const ast_expr *e) {
  walk_exprs(f, &e->args);
  if (e->base) walk_expr(f, e->base);
  if (e->query) walk_query(f, e->query);
  if (e->call) walk_call(f, e->call);
  if (e->star) walk_exprs(f, &e->star->replace);
}

/* ---- tables, queries ---- */

static void walk_table(file_list *f, const ast_table *t) {
  if (is_file(t)) add_file(f, t);
  if (t->call) walk_exprs(f, &t->call->args);
  if (t->query) walk_query(f, t->query);
  if (t->left) walk_table(f, t->left);
  if (t->right) walk_table(f, t->right);
  if (t->on) walk_expr(f, t->on);
  for (const ast_pivot_axis *axis = t->pivot ? t->pivot->axes : NULL; axis; axis = axis->next) {
    if (axis->query) walk_query(f, axis->query);
  }
}

static void walk_select(file_list *f, const ast_select *s) {
  if (s->from) walk_table(f, s->from);
  walk_exprs(f, &s->items);
  walk_exprs(f, &s->groups);
  walk_exprs(f, &s->distinct_on);
  if (s->where) walk_expr(f, s->where);
  if (s->having) walk_expr(f, s->having);
  if (s->qualify) walk_expr(f, s->qualify);
}

static void walk_query(file_list *f, const ast_query *q) {
  for (const ast_cte *c = q->ctes; c; c = c->next) walk_query(f, c->query);
  if (q->select) walk_select(f, q->select);
  if (q->left) walk_query(f, q->left);
  if (q->right) walk_query(f, q->right);
  walk_exprs(f, &q->rows);
  walk_exprs(f, &q->order);
}

sonde_code sql_files(sonde_str text, arena *memory, const sql_file **files, uint32_t *n, sonde_error *err) {
  ast_statement s;
  file_list f = {.sql = text, .memory = memory, .err = err};
  SONDE_TRY(sql_parse(text, memory, &s, err));
  if (s.query) walk_query(&f, s.query);
  *files = f.files;
  *n = f.count;
  return f.failed;
}
