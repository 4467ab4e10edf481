/* The syntax tree as nested lists: (select (items …) (from …) …). Names are written as they are, texts in quotes. */
#include <string.h>

#include "base/number.h"
#include "sql/parse.h"

static void put_expr(buf *, const ast_expr *);
static void put_query(buf *, const ast_query *);
static void put_table(buf *, const ast_table *);
static void put_type(buf *, const ast_type *);

static void put(buf *b, const char *text) { buf_put(b, text, strlen(text)); }
static void put_str(buf *b, sonde_str s) { buf_put(b, s.ptr, s.len); }
static void put_word(buf *b, const char *text) {
  put(b, " ");
  put(b, text);
}
static void put_name(buf *b, sonde_str s) {
  put(b, " ");
  put_str(b, s);
}

static void put_path(buf *b, ast_names path) {
  for (uint32_t i = 0; i < path.count; i++) {
    if (i) put(b, ".");
    put_str(b, path.items[i]);
  }
}

static void put_names(buf *b, const char *label, ast_names names) {
  if (names.count == 0) return;
  put(b, " (");
  put(b, label);
  for (uint32_t i = 0; i < names.count; i++) put_name(b, names.items[i]);
  put(b, ")");
}

/* An element of a list, with what only lists give it. */
static void put_item(buf *b, const ast_expr *e) {
  put(b, " ");
  if (e->alias.len > 0) put(b, "(as ");
  put_expr(b, e);
  if (e->alias.len > 0) {
    put_name(b, e->alias);
    put(b, ")");
  }
  if (e->direction) put_word(b, e->direction == ORDER_ASC ? "asc" : "desc");
  if (e->nulls) put_word(b, e->nulls == NULLS_FIRST ? "nulls-first" : "nulls-last");
}

static void put_items(buf *b, ast_exprs list) {
  for (uint32_t i = 0; i < list.count; i++) put_item(b, list.items[i]);
}

static void put_clause(buf *b, const char *label, ast_exprs list) {
  if (list.count == 0) return;
  put(b, " (");
  put(b, label);
  put_items(b, list);
  put(b, ")");
}

static void put_part(buf *b, const char *label, const ast_expr *e) {
  if (!e) return;
  put(b, " (");
  put(b, label);
  put(b, " ");
  put_expr(b, e);
  put(b, ")");
}

/* ---- expressions ---- */

static void put_bound(buf *b, frame_bound bound, const ast_expr *offset) {
  static const char *const names[] = {"unbounded-preceding", "preceding", "current-row", "following",
                                      "unbounded-following"};
  if (offset) {
    put_part(b, names[bound], offset);
  } else {
    put_word(b, names[bound]);
  }
}

static void put_frame(buf *b, const ast_window *w) {
  static const char *const units[] = {"rows", "range", "groups"};
  static const char *const exclusions[] = {"", "exclude-current-row", "exclude-group", "exclude-ties"};
  put(b, " (");
  put(b, units[w->unit]);
  put_bound(b, w->from, w->from_value);
  put_bound(b, w->to, w->to_value);
  if (w->exclude) put_word(b, exclusions[w->exclude]);
  put(b, ")");
}

static void put_window(buf *b, const char *label, const ast_window *w) {
  put(b, " (");
  put(b, label);
  if (w->name.len > 0) put_name(b, w->name);
  if (w->base.len > 0) put_name(b, w->base);
  put_clause(b, "partition", w->partition);
  put_clause(b, "order", w->order);
  if (w->framed) put_frame(b, w);
  put(b, ")");
}

static void put_call(buf *b, const ast_expr *e) {
  const ast_call *c = e->call;
  put(b, c->method ? "(." : "(");
  put_str(b, e->name);
  if (c->distinct) put_word(b, "distinct");
  if (c->star) put_word(b, "*");
  put_items(b, e->args);
  put_clause(b, c->within_group ? "within-group" : "order", c->order);
  if (c->ignore_nulls) put_word(b, "ignore-nulls");
  put_part(b, "filter", c->filter);
  if (c->over) put_window(b, "over", c->over);
  put(b, ")");
}

static void put_star(buf *b, const ast_expr *e) {
  if (e->path.count) {
    put_path(b, e->path);
    put(b, ".");
  }
  put(b, "*");
  if (!e->star) return;
  put_clause(b, "exclude", e->star->exclude);
  put_clause(b, "replace", e->star->replace);
  put_clause(b, "rename", e->star->rename);
}

static void put_list(buf *b, const char *label, const ast_expr *e) {
  put(b, e->negated ? "(not-" : "(");
  put(b, label);
  put_items(b, e->args);
  if (e->query) {
    put(b, " ");
    put_query(b, e->query);
  }
  put(b, ")");
}

static void put_labelled(buf *b, const char *label, const ast_expr *e) {
  put(b, "(");
  put(b, label);
  put_names(b, "names", e->path);
  if (e->kind != AST_LAMBDA) put_name(b, e->name);
  put_items(b, e->args);
  if (e->type) {
    put(b, " ");
    put_type(b, e->type);
  }
  if (e->base) {
    put(b, " ");
    put_expr(b, e->base);
  }
  put(b, ")");
}

static void put_quoted(buf *b, const char *prefix, sonde_str s) {
  put(b, prefix);
  put(b, "'");
  put_str(b, s);
  put(b, "'");
}

static void put_operator(buf *b, const ast_expr *e) {
  put(b, "(");
  put_str(b, e->name);
  put_items(b, e->args);
  put(b, ")");
}

static void put_is(buf *b, const ast_expr *e) {
  put(b, e->negated ? "(is-not-" : "(is-");
  put_str(b, e->name);
  put_items(b, e->args);
  put(b, ")");
}

static void put_case(buf *b, const ast_expr *e) {
  put(b, "(case");
  put_part(b, "base", e->base);
  put_items(b, e->args);
  put(b, ")");
}

static void put_quantified(buf *b, const ast_expr *e) {
  put(b, e->all ? "(all " : "(any ");
  put_str(b, e->name);
  put_items(b, e->args);
  if (e->query) {
    put(b, " ");
    put_query(b, e->query);
  }
  put(b, ")");
}

static void put_comprehension(buf *b, const ast_expr *e) {
  put(b, "(for");
  put_names(b, "names", e->path);
  put_items(b, e->args);
  put(b, ")");
}

static void put_parameter(buf *b, const ast_expr *e) {
  put(b, "$");
  if (e->parameter) {
    buf_printf(b, "%u", e->parameter);
  } else {
    put_str(b, e->name);
  }
}

static void put_expr(buf *b, const ast_expr *e) {
  switch (e->kind) {
  case AST_NULL: put(b, "null"); return;
  case AST_TRUE: put(b, "true"); return;
  case AST_FALSE: put(b, "false"); return;
  case AST_INTEGER:
  case AST_DECIMAL:
  case AST_DOUBLE: put_str(b, e->name); return;
  case AST_STRING: put_quoted(b, "", e->name); return;
  case AST_BLOB: put_quoted(b, "x", e->name); return;
  case AST_INTERVAL: put_labelled(b, "interval", e); return;
  case AST_PARAMETER: put_parameter(b, e); return;
  case AST_COLUMN: put_path(b, e->path); return;
  case AST_POSITION: put(b, "#"), put_str(b, e->name); return;
  case AST_STAR: put_star(b, e); return;
  case AST_COLUMNS: put_list(b, e->all ? "*columns" : "columns", e); return;
  case AST_CALL: put_call(b, e); return;
  case AST_OPERATOR: put_operator(b, e); return;
  case AST_AND: put_list(b, "and", e); return;
  case AST_OR: put_list(b, "or", e); return;
  case AST_NOT: put_list(b, "not", e); return;
  case AST_IS: put_is(b, e); return;
  case AST_IS_DISTINCT: put_list(b, "distinct-from", e); return;
  case AST_BETWEEN: put_list(b, "between", e); return;
  case AST_IN:
  case AST_IN_QUERY: put_list(b, "in", e); return;
  case AST_QUANTIFIED: put_quantified(b, e); return;
  case AST_EXISTS: put_list(b, "exists", e); return;
  case AST_SCALAR: put_query(b, e->query); return;
  case AST_ARRAY_QUERY: put_list(b, "array", e); return;
  case AST_CASE: put_case(b, e); return;
  case AST_CAST: put_labelled(b, e->forgiving ? "try" : "to", e); return;
  case AST_COLLATE: put_labelled(b, "collate", e); return;
  case AST_SUBSCRIPT: put_list(b, "at", e); return;
  case AST_SLICE: put_list(b, "slice", e); return;
  case AST_OMITTED: put(b, "-"); return;
  case AST_FIELD: put_labelled(b, "field", e); return;
  case AST_LIST: put_list(b, "list", e); return;
  case AST_ROW: put_list(b, "row", e); return;
  case AST_STRUCT: put_list(b, "struct", e); return;
  case AST_MAP: put_list(b, "map", e); return;
  case AST_LAMBDA: put_labelled(b, "lambda", e); return;
  case AST_COMPREHENSION: put_comprehension(b, e); return;
  case AST_GROUPING: put_operator(b, e); return;
  }
}

static void put_type(buf *b, const ast_type *t) {
  bool bare = t->n_numbers == 0 && t->n_children == 0 && t->names.count == 0;
  if (bare) {
    put_str(b, t->name);
    return;
  }
  put(b, "(");
  put_str(b, t->name);
  for (uint32_t i = 0; i < t->n_numbers; i++) buf_printf(b, " %u", t->numbers[i]);
  for (uint32_t i = 0; i < t->names.count && t->n_children == 0; i++) put_name(b, t->names.items[i]);
  for (uint32_t i = 0; i < t->n_children; i++) {
    if (t->names.count) put_name(b, t->names.items[i]);
    put(b, " ");
    put_type(b, t->children[i]);
  }
  put(b, ")");
}

/* ---- tables ---- */

static void put_sample(buf *b, const ast_sample *s) {
  if (!s) return;
  char size[32];
  int length = (int)number_format_double(s->size, size);
  buf_printf(b, " (sample %.*s%s", length, size, s->percent ? "%" : "");
  if (s->method.len > 0) put_name(b, s->method);
  if (s->seeded) buf_printf(b, " seed %lld", (long long)s->seed);
  put(b, ")");
}

static void put_join(buf *b, const ast_table *t) {
  static const char *const joins[] = {"join",      "left-join", "right-join", "full-join",
                                      "semi-join", "anti-join", "cross-join", "positional-join"};
  put(b, t->natural ? "(natural-" : "(");
  put(b, t->asof ? "asof-" : "");
  put(b, joins[t->join]);
  put(b, " ");
  put_table(b, t->left);
  put(b, " ");
  put_table(b, t->right);
  put_part(b, "on", t->on);
  put_names(b, "using", t->using_names);
  put(b, ")");
}

static void put_axes(buf *b, const ast_pivot_axis *axis) {
  for (; axis; axis = axis->next) {
    put(b, " (on");
    put_items(b, axis->columns);
    put_clause(b, "in", axis->values);
    if (axis->query) {
      put(b, " ");
      put_query(b, axis->query);
    }
    put(b, ")");
  }
}

static void put_pivot(buf *b, const ast_table *t) {
  put(b, t->kind == TABLE_PIVOT ? "(pivot " : "(unpivot ");
  put_table(b, t->left);
  put_axes(b, t->pivot->axes);
  put_clause(b, "using", t->pivot->aggregates);
  put_clause(b, "group", t->pivot->groups);
  if (t->pivot->name.len > 0) put_name(b, t->pivot->name);
  put_names(b, "value", t->pivot->value);
  if (t->pivot->include_nulls) put_word(b, "include-nulls");
  put(b, ")");
}

static void put_bare_table(buf *b, const ast_table *t) {
  switch (t->kind) {
  case TABLE_NAME: put_path(b, t->path); return;
  case TABLE_CALL: put_expr(b, t->call); return;
  case TABLE_QUERY: put_query(b, t->query); return;
  case TABLE_JOIN: put_join(b, t); return;
  case TABLE_PIVOT:
  case TABLE_UNPIVOT: put_pivot(b, t); return;
  }
}

static void put_table(buf *b, const ast_table *t) {
  bool decorated = t->alias.len > 0 || t->sample || t->lateral || t->ordinality;
  if (!decorated) {
    put_bare_table(b, t);
    return;
  }
  put(b, t->lateral ? "(lateral " : "(as ");
  put_bare_table(b, t);
  if (t->ordinality) put_word(b, "with-ordinality");
  if (t->alias.len > 0) put_name(b, t->alias);
  put_names(b, "names", t->columns);
  put_sample(b, t->sample);
  put(b, ")");
}

/* ---- queries ---- */

static void put_select(buf *b, const ast_select *s) {
  put(b, "(select");
  if (s->distinct) put_word(b, "distinct");
  put_clause(b, "distinct-on", s->distinct_on);
  put_items(b, s->items);
  if (s->from) {
    put(b, " (from ");
    put_table(b, s->from);
    put(b, ")");
  }
  put_part(b, "where", s->where);
  put_clause(b, "group", s->groups);
  if (s->group_all) put_word(b, "group-all");
  put_part(b, "having", s->having);
  for (const ast_window *w = s->windows; w; w = w->next) put_window(b, "window", w);
  put_part(b, "qualify", s->qualify);
  put_sample(b, s->sample);
  put(b, ")");
}

static void put_two(buf *b, const char *name, const ast_query *q) {
  put(b, "(");
  put(b, name);
  put(b, q->all ? "-all" : "");
  if (q->by_name) put(b, "-by-name");
  if (q->left) put(b, " ");
  if (q->left) put_query(b, q->left);
  if (q->right) {
    put(b, " ");
    put_query(b, q->right);
  }
  put(b, ")");
}

static void put_body(buf *b, const ast_query *q) {
  switch (q->kind) {
  case QUERY_SELECT: put_select(b, q->select); return;
  case QUERY_VALUES: put(b, "(values"); break;
  case QUERY_UNION: put_two(b, "union", q); return;
  case QUERY_INTERSECT: put_two(b, "intersect", q); return;
  case QUERY_EXCEPT: put_two(b, "except", q); return;
  case QUERY_DESCRIBE: put_two(b, "describe", q); return;
  case QUERY_SUMMARIZE: put_two(b, "summarize", q); return;
  }
  put_items(b, q->rows);
  put(b, ")");
}

static void put_ctes(buf *b, const ast_query *q) {
  for (const ast_cte *c = q->ctes; c; c = c->next) {
    put(b, "(");
    put_str(b, c->name);
    put_names(b, "names", c->columns);
    put_names(b, "key", c->key);
    if (c->materialized)
      put_word(b, c->materialized == MATERIALIZED_YES ? "materialized" : "not-materialized");
    put(b, " ");
    put_query(b, c->query);
    put(b, ") ");
  }
}

static void put_query(buf *b, const ast_query *q) {
  bool modified = q->ctes || q->order.count > 0 || q->limit || q->offset;
  if (!modified) {
    put_body(b, q);
    return;
  }
  put(b, q->recursive ? "(query recursive " : "(query ");
  put_ctes(b, q);
  put_body(b, q);
  put_clause(b, q->order_all ? "order-all" : "order", q->order);
  put_part(b, q->percent ? "limit-percent" : "limit", q->limit);
  put_part(b, "offset", q->offset);
  put(b, ")");
}

void sql_ast_dump(const ast_statement *s, buf *b) {
  static const char *const names[] = {"",          "explain",   "create-view", "create-table",
                                      "drop-view", "drop-table"};
  if (s->kind == STATEMENT_QUERY) {
    put_query(b, s->query);
    return;
  }
  put(b, "(");
  put(b, names[s->kind]);
  if (s->analyze) put_word(b, "analyze");
  if (s->replace) put_word(b, "or-replace");
  if (s->if_exists) put_word(b, s->kind >= STATEMENT_DROP_VIEW ? "if-exists" : "if-not-exists");
  if (s->path.count) put(b, " ");
  put_path(b, s->path);
  put_names(b, "names", s->columns);
  if (s->query) put(b, " ");
  if (s->query) put_query(b, s->query);
  put(b, ")");
}
