/* Plans as text: one line a node, inputs indented below it, with the rows that are expected or came. Columns and tables are written
 * by name where a catalog is given, else by number. */
#include <string.h>

#include "base/datetime.h"
#include "base/number.h"
#include "sql/sql.h"

/* Aggregates of aggregates of … would be written again and again. */
#define CALLS_MAX 8u

typedef struct {
  buf *out;
  const sql_catalog *names; /* NULL: numbers */
  const plan_count *counts; /* of the node that comes next; NULL: it was not run */
  const plan *of[2];        /* whose columns an expression counts through; or NULL */
  unsigned depth;           /* calls within calls */
} writer;

static void put(writer *w, const char *text) { buf_put(w->out, text, strlen(text)); }

static void put_str(writer *w, sonde_str s) { buf_put(w->out, s.ptr, s.len); }

static void put_expr(writer *, const expr *);
static void put_part(writer *, const char *label, const expr *);

/* ---- columns ---- */

static void read_from(writer *w, const plan *left, const plan *right) {
  w->of[0] = left;
  w->of[1] = right;
}

static void read_inputs(writer *w, const plan *p) {
  if (p->kind == PLAN_SCAN)
    read_from(w, p, NULL);
  else
    read_from(w, p->n_inputs > 0 ? p->input[0] : NULL, p->n_inputs > 1 ? p->input[1] : NULL);
}

static bool goes_on(const plan **p, unsigned input) {
  *p = (*p)->input[input];
  return true;
}

static bool goes_through(const plan **p, uint32_t *column, const expr *e) {
  if (e->kind != EXPR_COLUMN) return false;
  *column = e->index;
  return goes_on(p, 0);
}

static bool is_marking(const plan *p) {
  return (p->kind == PLAN_JOIN ? p->u.join.kind : p->u.apply.kind) == JOIN_MARK;
}

/* To the column of an input that this one is; false: the node makes it. */
static bool follow(const plan **at, uint32_t *column) {
  const plan *p = *at;
  uint32_t left = p->n_inputs ? p->input[0]->n_columns : 0;
  switch (p->kind) {
  case PLAN_FILTER:
  case PLAN_SORT:
  case PLAN_LIMIT:
  case PLAN_DISTINCT: return goes_on(at, 0);
  case PLAN_PROJECT: return goes_through(at, column, p->u.project.exprs[*column]);
  case PLAN_AGGREGATE:
    return *column < p->u.aggregate.n_groups && goes_through(at, column, p->u.aggregate.groups[*column]);
  case PLAN_WINDOW: return *column < left && goes_on(at, 0);
  case PLAN_JOIN:
  case PLAN_APPLY:
    if (*column < left) return goes_on(at, 0);
    if (is_marking(p)) return false;
    *column -= left;
    return goes_on(at, 1);
  default: return false;
  }
}

/* The node that names or makes a column. */
static const plan *origin_of(const plan *p, uint32_t *column) {
  while (p->columns[*column].name.len == 0 && follow(&p, column)) continue;
  return p;
}

static const aggregate_call *call_at(const plan *p, uint32_t column) {
  if (p->kind == PLAN_WINDOW) return &p->u.window.calls[column - p->input[0]->n_columns].call;
  if (p->kind != PLAN_AGGREGATE || column < p->u.aggregate.n_groups) return NULL;
  column -= p->u.aggregate.n_groups;
  return column < p->u.aggregate.n_calls ? &p->u.aggregate.calls[column] : NULL;
}

static void put_call_of(writer *, const aggregate_call *);

/* What an aggregate or a window computes is called as it is computed. */
static void put_column_of(writer *w, const plan *p, uint32_t column) {
  p = origin_of(p, &column);
  sonde_str name = p->columns[column].name;
  const aggregate_call *call = name.len || w->depth == CALLS_MAX ? NULL : call_at(p, column);
  if (call) {
    const plan *left = w->of[0], *right = w->of[1];
    w->depth++;
    read_inputs(w, p);
    put_call_of(w, call);
    read_from(w, left, right);
    w->depth--;
  } else if (name.len) {
    put_str(w, name);
  } else {
    buf_printf(w->out, "#%u", column);
  }
}

static void put_column(writer *w, uint32_t column) {
  uint32_t left = column;
  for (int i = 0; w->names && i < 2 && w->of[i]; i++) {
    if (left < w->of[i]->n_columns) {
      put_column_of(w, w->of[i], left);
      return;
    }
    left -= w->of[i]->n_columns;
  }
  buf_printf(w->out, "#%u", column);
}

/* ---- expressions ---- */

static void put_args(writer *w, const expr *const *args, uint32_t n, const char *between) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(w, between);
    put_expr(w, args[i]);
  }
}

static size_t format_wide(i128 v, uint32_t scale, char out[48]) {
  return number_format_int128(int128_of(v), scale, out);
}

static size_t format_whole(const expr *e, char out[48]) {
  int64_t v = e->constant.v.i;
  switch (e->type.id) {
  case SQL_DATE: return date_format((int32_t)v, out);
  case SQL_TIMESTAMP:
  case SQL_TIMESTAMPTZ: return timestamp_format(v, e->type.id == SQL_TIMESTAMPTZ, out);
  case SQL_DECIMAL: return format_wide(v, e->type.scale, out);
  default: return number_format_int64(v, out);
  }
}

static void put_double(writer *w, double x) {
  char text[32];
  buf_put(w->out, text, number_format_double(x, text));
}

static void put_constant(writer *w, const expr *e) {
  if (e->constant.null) {
    put(w, "NULL");
    return;
  }
  char text[48];
  switch (sql_lane(&e->type)) {
  case LANE_BOOL: put(w, e->constant.v.b ? "true" : "false"); break;
  case LANE_I64: buf_put(w->out, text, format_whole(e, text)); break;
  case LANE_F64: put_double(w, e->constant.v.f); break;
  case LANE_I128: buf_put(w->out, text, format_wide(e->constant.v.w, e->type.scale, text)); break;
  case LANE_STR:
    put(w, "'");
    put_str(w, e->constant.v.s);
    put(w, "'");
    break;
  case LANE_NESTED: put(w, "[…]"); break;
  }
}

static void put_named(writer *w, const char *name, const expr *e) {
  put(w, name);
  put(w, "(");
  put_args(w, e->args, e->n_args, ", ");
  put(w, ")");
}

/* Operators that are written as words; NULL: their function's name is what is written. */
static const char *words_of(uint16_t function) {
  switch (function) {
  case FN_LIKE: return "LIKE";
  case FN_NOT_LIKE: return "NOT LIKE";
  case FN_ILIKE: return "ILIKE";
  case FN_NOT_ILIKE: return "NOT ILIKE";
  case FN_GLOB: return "GLOB";
  default: return NULL;
  }
}

static void put_call(writer *w, const expr *e) {
  const char *words = words_of(e->function);
  const char *name = words ? words : function_get((function_id)e->function)->name;
  bool sign = e->n_args == 2 && (words || strpbrk(name, "=<>+-*/%|&~"));
  if (!sign) {
    put_named(w, name, e);
    return;
  }
  put(w, "(");
  put_expr(w, e->args[0]);
  buf_printf(w->out, " %s ", name);
  put_expr(w, e->args[1]);
  put(w, ")");
}

static void put_cast(writer *w, const expr *e) {
  bool forgiving = e->kind == EXPR_TRY_CAST;
  if (forgiving) put(w, "TRY_CAST(");
  put_expr(w, e->args[0]);
  put(w, forgiving ? " AS " : "::");
  sql_type_print(&e->type, w->out);
  if (forgiving) put(w, ")");
}

static void put_case(writer *w, const expr *e) {
  put(w, "CASE");
  for (uint32_t i = 0; i < e->n_args; i += 2) {
    bool otherwise = i + 1 == e->n_args;
    put_part(w, otherwise ? "ELSE" : "WHEN", e->args[i]);
    if (!otherwise) put_part(w, "THEN", e->args[i + 1]);
  }
  put(w, " END");
}

static void put_in(writer *w, const expr *e) {
  put_expr(w, e->args[0]);
  put(w, " IN (");
  put_args(w, e->args + 1, e->n_args - 1, ", ");
  put(w, ")");
}

static void put_not(writer *w, const expr *e) {
  put(w, "NOT (");
  put_expr(w, e->args[0]);
  put(w, ")");
}

static void put_tested(writer *w, const expr *e, const char *test) {
  put_expr(w, e->args[0]);
  put(w, test);
}

static void put_connective(writer *w, const expr *e, const char *word) {
  put(w, "(");
  put_args(w, e->args, e->n_args, word);
  put(w, ")");
}

static void put_expr(writer *w, const expr *e) {
  switch (e->kind) {
  case EXPR_CONST: put_constant(w, e); return;
  case EXPR_COLUMN: put_column(w, e->index); return;
  case EXPR_OUTER: buf_printf(w->out, "outer%u", e->index); return;
  case EXPR_LAMBDA_ARG: buf_printf(w->out, "arg%u", e->index); return;
  case EXPR_LAMBDA: put_named(w, "lambda", e); return;
  case EXPR_CALL: put_call(w, e); return;
  case EXPR_CAST:
  case EXPR_TRY_CAST: put_cast(w, e); return;
  case EXPR_CASE: put_case(w, e); return;
  case EXPR_COALESCE: put_named(w, "coalesce", e); return;
  case EXPR_AND: put_connective(w, e, " AND "); return;
  case EXPR_OR: put_connective(w, e, " OR "); return;
  case EXPR_NOT: put_not(w, e); return;
  case EXPR_IS_NULL: put_tested(w, e, " IS NULL"); return;
  case EXPR_IS_NOT_NULL: put_tested(w, e, " IS NOT NULL"); return;
  case EXPR_IN: put_in(w, e); return;
  case EXPR_TRY: put_named(w, "try", e); return;
  default: put(w, "?"); return;
  }
}

static void put_part(writer *w, const char *label, const expr *e) {
  if (!e) return;
  put(w, " ");
  put(w, label);
  put(w, " ");
  put_expr(w, e);
}

static void put_keys(writer *w, const sort_key *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    put(w, i ? ", " : "");
    put_expr(w, keys[i].by);
    if (keys[i].descending) put(w, " desc");
    if (keys[i].nulls_first) put(w, " nulls first");
  }
}

/* ---- nodes ---- */

static void put_columns(writer *w, const plan *p) {
  put(w, "[");
  for (uint32_t i = 0; i < p->n_columns; i++) {
    if (i) put(w, ", ");
    put_str(w, p->columns[i].name);
  }
  put(w, "]");
}

static void put_call_of(writer *w, const aggregate_call *call) {
  bool star = call->function == FN_COUNT_STAR;
  const char *name = star ? "count" : function_get((function_id)call->function)->name;
  buf_printf(w->out, "%s(%s", name, star ? "*" : call->distinct ? "distinct " : "");
  put_args(w, call->args, call->n_args, ", ");
  if (call->n_keys) put(w, " order by ");
  put_keys(w, call->keys, call->n_keys);
  put(w, ")");
  put_part(w, "filter", call->filter);
}

static void put_aggregate(writer *w, const plan *p) {
  put(w, "aggregate");
  for (uint32_t i = 0; i < p->u.aggregate.n_groups; i++) {
    put(w, i ? ", " : " by ");
    put_expr(w, p->u.aggregate.groups[i]);
  }
  for (uint32_t i = 0; i < p->u.aggregate.n_sets; i++) {
    buf_printf(w->out, "%s%llx", i ? "," : " sets ", (unsigned long long)p->u.aggregate.sets[i]);
  }
  for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) {
    put(w, i ? ", " : ": ");
    put_call_of(w, &p->u.aggregate.calls[i]);
  }
  if (p->u.aggregate.n_groupings) buf_printf(w->out, ", %u groupings", p->u.aggregate.n_groupings);
}

static const char *join_name(join_kind kind) {
  static const char *const names[] = {"inner", "left", "right",  "full",      "semi",
                                      "anti",  "mark", "single", "positional"};
  return names[kind];
}

static void put_over(writer *w, const plan *input, const expr *e) {
  read_from(w, input, NULL);
  put_expr(w, e);
}

static void put_join(writer *w, const plan *p) {
  buf_printf(w->out, "%s%s join", p->u.join.asof ? "asof " : "", join_name(p->u.join.kind));
  if (p->u.join.build_left) put(w, " keeping left");
  for (uint32_t i = 0; i < p->u.join.n_keys; i++) {
    const join_key *key = &p->u.join.keys[i];
    put(w, i ? " and " : " on ");
    put_over(w, p->input[0], key->left);
    put(w, key->null_equal ? " is " : " = ");
    put_over(w, p->input[1], key->right);
  }
  if (p->u.join.asof) {
    put(w, " nearest ");
    put_over(w, p->input[0], p->u.join.asof_left);
    buf_printf(w->out, " %s ", function_get((function_id)p->u.join.asof)->name);
    put_over(w, p->input[1], p->u.join.asof_right);
  }
  read_inputs(w, p);
  put_part(w, "where", p->u.join.residual);
}

static void put_apply(writer *w, const plan *p) {
  buf_printf(w->out, "%s apply", join_name(p->u.apply.kind));
  for (uint32_t i = 0; i < p->u.apply.n_slots; i++) {
    buf_printf(w->out, "%souter%u = ", i ? ", " : " ", p->u.apply.slots[i]);
    put_over(w, p->input[0], p->u.apply.values[i]);
  }
  read_from(w, p->input[0], NULL);
  if (p->u.apply.mark) put_part(w, "mark", p->u.apply.mark->left);
  read_from(w, p->input[1], NULL);
  if (p->u.apply.mark) put_part(w, "=", p->u.apply.mark->right);
  read_inputs(w, p);
  put_part(w, "where", p->u.apply.residual);
}

static void put_offset(writer *w, frame_bound bound, const expr *offset) {
  static const char *const names[] = {"start", "preceding", "current", "following", "end"};
  if (offset) put_expr(w, offset);
  if (offset) put(w, " ");
  put(w, names[bound]);
}

static void put_window(writer *w, const plan *p) {
  static const char *const units[] = {"rows", "range", "groups"};
  static const char *const exclusions[] = {"", " exclude current", " exclude group", " exclude ties"};
  for (uint32_t i = 0; i < p->u.window.n; i++) {
    const window_call *call = &p->u.window.calls[i];
    put(w, i ? "; " : "window ");
    put_call_of(w, &call->call);
    if (call->n_partition) put(w, " partition by ");
    put_args(w, call->partition, call->n_partition, ", ");
    if (call->n_order) put(w, " order by ");
    put_keys(w, call->order, call->n_order);
    buf_printf(w->out, " %s ", units[call->unit]);
    put_offset(w, call->from, call->from_offset);
    put(w, "..");
    put_offset(w, call->to, call->to_offset);
    put(w, exclusions[call->exclude]);
  }
}

static void put_scan(writer *w, const plan *p) {
  put(w, "scan ");
  if (w->names)
    put_str(w, w->names->tables[p->u.scan.table].name);
  else
    buf_printf(w->out, "%u", p->u.scan.table);
  put(w, " ");
  put_columns(w, p);
  put_part(w, "where", p->u.scan.filter);
}

static void put_sort(writer *w, const plan *p) {
  put(w, "sort ");
  put_keys(w, p->u.sort.keys, p->u.sort.n);
  if (p->u.sort.limit != UINT64_MAX) buf_printf(w->out, " limit %llu", (unsigned long long)p->u.sort.limit);
  if (p->u.sort.offset) buf_printf(w->out, " offset %llu", (unsigned long long)p->u.sort.offset);
}

static void put_list(writer *w, const char *label, const expr *const *list, uint32_t n) {
  put(w, label);
  put_args(w, list, n, ", ");
}

static void put_range(writer *w, const plan *p) {
  put(w, p->u.range.inclusive ? "series" : "range");
  put_part(w, "from", p->u.range.start);
  put_part(w, "to", p->u.range.stop);
  put_part(w, "by", p->u.range.step);
}

static void put_line(writer *w, const plan *p) {
  static const char *const sets[] = {"union", "intersect", "except"};
  switch (p->kind) {
  case PLAN_ONE: put(w, "one row"); break;
  case PLAN_NONE: put(w, "no row"); break;
  case PLAN_SCAN: put_scan(w, p); break;
  case PLAN_VALUES: buf_printf(w->out, "values %u x %u", p->u.values.n_rows, p->n_columns); break;
  case PLAN_FILTER: put_list(w, "filter ", &p->u.filter.condition, 1); break;
  case PLAN_PROJECT: put_list(w, "project ", p->u.project.exprs, p->n_columns); break;
  case PLAN_AGGREGATE: put_aggregate(w, p); break;
  case PLAN_DISTINCT:
    put_list(w, p->u.distinct.n ? "distinct on " : "distinct", p->u.distinct.on, p->u.distinct.n);
    break;
  case PLAN_SORT: put_sort(w, p); break;
  case PLAN_LIMIT:
    put(w, "limit");
    put_part(w, "to", p->u.limit.limit);
    put_part(w, "from", p->u.limit.offset);
    break;
  case PLAN_JOIN: put_join(w, p); break;
  case PLAN_APPLY: put_apply(w, p); break;
  case PLAN_SET: buf_printf(w->out, "%s%s", sets[p->u.set.kind], p->u.set.all ? " all" : ""); break;
  case PLAN_WINDOW: put_window(w, p); break;
  case PLAN_CTE: buf_printf(w->out, "with %u", p->u.cte.id); break;
  case PLAN_RECURSIVE: buf_printf(w->out, "recursive %u%s", p->u.cte.id, p->u.cte.all ? " all" : ""); break;
  case PLAN_CTE_REF: buf_printf(w->out, "table %u", p->u.cte.id); break;
  case PLAN_UNNEST:
    put_list(w, p->u.unnest.outer ? "outer unnest " : "unnest ", p->u.unnest.lists, p->u.unnest.n);
    break;
  case PLAN_RANGE: put_range(w, p); break;
  case PLAN_SAMPLE:
    put(w, "sample ");
    put_double(w, p->u.sample.size);
    put(w, p->u.sample.percent ? "%" : " rows");
    break;
  default: put(w, "?"); break;
  }
}

/* ---- rows ---- */

static void put_count(writer *w, const char *before, uint64_t rows, const char *after) {
  buf_printf(w->out, "%s%llu %s%s", before, (unsigned long long)rows, rows == 1 ? "row" : "rows", after);
}

static void put_rows(writer *w, const plan *p) {
  double expected = p->kind == PLAN_SCAN && p->u.scan.filter ? p->u.scan.passing : p->rows;
  bool known = expected >= 0.5 && expected < 1e18;
  if (w->counts) put_count(w, ": ", w->counts++->rows, "");
  if (known)
    put_count(w, w->counts ? ", about " : ": about ", (uint64_t)(expected + 0.5),
              w->counts ? " expected" : "");
}

static void put_node(writer *w, const plan *p, unsigned depth) {
  for (unsigned i = 0; i < depth; i++) put(w, "  ");
  read_inputs(w, p);
  put_line(w, p);
  if (w->names) put_rows(w, p);
  put(w, "\n");
  for (uint32_t i = 0; i < p->n_inputs; i++) put_node(w, p->input[i], depth + 1);
}

void sql_explain(const query_plan *q, const sql_catalog *names, const plan_count *counts, buf *b) {
  writer w = {.out = b, .names = names, .counts = counts};
  if (q->root) put_node(&w, q->root, 0);
}
