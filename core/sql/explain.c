/* Plans as text: one line a node, inputs indented below it. Columns are written by name where the input has one. */
#include <string.h>

#include "base/number.h"
#include "sql/sql.h"

static void put(buf *b, const char *text) { buf_put(b, text, strlen(text)); }

static void put_str(buf *b, sonde_str s) { buf_put(b, s.ptr, s.len); }

/* ---- expressions ---- */

static void put_expr(buf *, const expr *);

static void put_args(buf *b, const expr *const *args, uint32_t n, const char *between) {
  for (uint32_t i = 0; i < n; i++) {
    if (i) put(b, between);
    put_expr(b, args[i]);
  }
}

static void put_i128(buf *b, i128 v) {
  char digits[48];
  size_t n = sizeof digits;
  bool negative = v < 0;
  u128 left = negative ? 0 - (u128)v : (u128)v;
  do {
    digits[--n] = (char)('0' + (unsigned)(left % 10));
    left /= 10;
  } while (left);
  if (negative) put(b, "-");
  buf_put(b, digits + n, sizeof digits - n);
}

static void put_double(buf *b, double x) {
  char text[32];
  buf_put(b, text, number_format_double(x, text));
}

static void put_constant(buf *b, const expr *e) {
  if (e->constant.null) {
    put(b, "NULL");
    return;
  }
  switch (sql_lane(&e->type)) {
  case LANE_BOOL: put(b, e->constant.v.b ? "true" : "false"); break;
  case LANE_I64: buf_printf(b, "%lld", (long long)e->constant.v.i); break;
  case LANE_F64: put_double(b, e->constant.v.f); break;
  case LANE_I128: put_i128(b, e->constant.v.w); break;
  case LANE_STR:
    put(b, "'");
    put_str(b, e->constant.v.s);
    put(b, "'");
    break;
  case LANE_NESTED: put(b, "[…]"); break;
  }
  if (e->type.id == SQL_DECIMAL && e->type.scale) buf_printf(b, "e-%u", e->type.scale);
}

static void put_named(buf *b, const char *name, const expr *e) {
  put(b, name);
  put(b, "(");
  put_args(b, e->args, e->n_args, ", ");
  put(b, ")");
}

static void put_call(buf *b, const expr *e) {
  const char *name = function_get((function_id)e->function)->name;
  bool sign = e->n_args == 2 && strpbrk(name, "=<>+-*/%|&~");
  if (!sign) {
    put_named(b, name, e);
    return;
  }
  put(b, "(");
  put_expr(b, e->args[0]);
  buf_printf(b, " %s ", name);
  put_expr(b, e->args[1]);
  put(b, ")");
}

static void put_cast(buf *b, const expr *e) {
  put_expr(b, e->args[0]);
  put(b, e->kind == EXPR_CAST ? "::" : "::?");
  sql_type_print(&e->type, b);
}

static void put_connective(buf *b, const expr *e, const char *word) {
  put(b, "(");
  put_args(b, e->args, e->n_args, word);
  put(b, ")");
}

static void put_expr(buf *b, const expr *e) {
  switch (e->kind) {
  case EXPR_CONST: put_constant(b, e); return;
  case EXPR_COLUMN: buf_printf(b, "#%u", e->index); return;
  case EXPR_OUTER: buf_printf(b, "outer%u", e->index); return;
  case EXPR_LAMBDA_ARG: buf_printf(b, "arg%u", e->index); return;
  case EXPR_LAMBDA: put_named(b, "lambda", e); return;
  case EXPR_CALL: put_call(b, e); return;
  case EXPR_CAST:
  case EXPR_TRY_CAST: put_cast(b, e); return;
  case EXPR_CASE: put_named(b, "case", e); return;
  case EXPR_COALESCE: put_named(b, "coalesce", e); return;
  case EXPR_AND: put_connective(b, e, " AND "); return;
  case EXPR_OR: put_connective(b, e, " OR "); return;
  case EXPR_NOT: put_named(b, "not", e); return;
  case EXPR_IS_NULL: put_named(b, "is_null", e); return;
  case EXPR_IS_NOT_NULL: put_named(b, "is_not_null", e); return;
  case EXPR_IN: put_named(b, "in", e); return;
  case EXPR_TRY: put_named(b, "try", e); return;
  default: put(b, "?"); return;
  }
}

static void put_part(buf *b, const char *label, const expr *e) {
  if (!e) return;
  put(b, " ");
  put(b, label);
  put(b, " ");
  put_expr(b, e);
}

static void put_keys(buf *b, const sort_key *keys, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    put(b, i ? ", " : "");
    put_expr(b, keys[i].by);
    if (keys[i].descending) put(b, " desc");
    if (keys[i].nulls_first) put(b, " nulls first");
  }
}

/* ---- nodes ---- */

static void put_columns(buf *b, const plan *p) {
  put(b, "[");
  for (uint32_t i = 0; i < p->n_columns; i++) {
    if (i) put(b, ", ");
    put_str(b, p->columns[i].name);
  }
  put(b, "]");
}

static void put_call_of(buf *b, const aggregate_call *call) {
  buf_printf(b, "%s(%s", function_get((function_id)call->function)->name, call->distinct ? "distinct " : "");
  put_args(b, call->args, call->n_args, ", ");
  if (call->n_keys) put(b, " order by ");
  put_keys(b, call->keys, call->n_keys);
  put(b, ")");
  put_part(b, "filter", call->filter);
}

static void put_aggregate(buf *b, const plan *p) {
  put(b, "aggregate");
  for (uint32_t i = 0; i < p->u.aggregate.n_groups; i++) {
    put(b, i ? ", " : " by ");
    put_expr(b, p->u.aggregate.groups[i]);
  }
  for (uint32_t i = 0; i < p->u.aggregate.n_sets; i++) {
    buf_printf(b, "%s%llx", i ? "," : " sets ", (unsigned long long)p->u.aggregate.sets[i]);
  }
  for (uint32_t i = 0; i < p->u.aggregate.n_calls; i++) {
    put(b, i ? ", " : ": ");
    put_call_of(b, &p->u.aggregate.calls[i]);
  }
  if (p->u.aggregate.n_groupings) buf_printf(b, ", %u groupings", p->u.aggregate.n_groupings);
}

static const char *join_name(join_kind kind) {
  static const char *const names[] = {"inner", "left", "right",  "full",      "semi",
                                      "anti",  "mark", "single", "positional"};
  return names[kind];
}

static void put_join(buf *b, const plan *p) {
  buf_printf(b, "%s%s join", p->u.join.asof ? "asof " : "", join_name(p->u.join.kind));
  if (p->u.join.build_left) put(b, " keeping left");
  for (uint32_t i = 0; i < p->u.join.n_keys; i++) {
    const join_key *key = &p->u.join.keys[i];
    put(b, i ? " and " : " on ");
    put_expr(b, key->left);
    put(b, key->null_equal ? " is " : " = ");
    put_expr(b, key->right);
  }
  if (p->u.join.asof) {
    put(b, " nearest ");
    put_expr(b, p->u.join.asof_left);
    buf_printf(b, " %s ", function_get((function_id)p->u.join.asof)->name);
    put_expr(b, p->u.join.asof_right);
  }
  put_part(b, "where", p->u.join.residual);
}

static void put_apply(buf *b, const plan *p) {
  buf_printf(b, "%s apply", join_name(p->u.apply.kind));
  for (uint32_t i = 0; i < p->u.apply.n_slots; i++) {
    buf_printf(b, "%souter%u = ", i ? ", " : " ", p->u.apply.slots[i]);
    put_expr(b, p->u.apply.values[i]);
  }
  if (p->u.apply.mark) put_part(b, "mark", p->u.apply.mark->left);
  if (p->u.apply.mark) put_part(b, "=", p->u.apply.mark->right);
  put_part(b, "where", p->u.apply.residual);
}

static void put_offset(buf *b, frame_bound bound, const expr *offset) {
  static const char *const names[] = {"start", "preceding", "current", "following", "end"};
  if (offset) put_expr(b, offset);
  if (offset) put(b, " ");
  put(b, names[bound]);
}

static void put_window(buf *b, const plan *p) {
  static const char *const units[] = {"rows", "range", "groups"};
  static const char *const exclusions[] = {"", " exclude current", " exclude group", " exclude ties"};
  for (uint32_t i = 0; i < p->u.window.n; i++) {
    const window_call *w = &p->u.window.calls[i];
    put(b, i ? "; " : "window ");
    put_call_of(b, &w->call);
    if (w->n_partition) put(b, " partition by ");
    put_args(b, w->partition, w->n_partition, ", ");
    if (w->n_order) put(b, " order by ");
    put_keys(b, w->order, w->n_order);
    buf_printf(b, " %s ", units[w->unit]);
    put_offset(b, w->from, w->from_offset);
    put(b, "..");
    put_offset(b, w->to, w->to_offset);
    put(b, exclusions[w->exclude]);
  }
}

static void put_scan(buf *b, const plan *p) {
  buf_printf(b, "scan %u ", p->u.scan.table);
  put_columns(b, p);
  put_part(b, "where", p->u.scan.filter);
}

static void put_sort(buf *b, const plan *p) {
  put(b, "sort ");
  put_keys(b, p->u.sort.keys, p->u.sort.n);
  if (p->u.sort.limit != UINT64_MAX) buf_printf(b, " limit %llu", (unsigned long long)p->u.sort.limit);
  if (p->u.sort.offset) buf_printf(b, " offset %llu", (unsigned long long)p->u.sort.offset);
}

static void put_list(buf *b, const char *label, const expr *const *list, uint32_t n) {
  put(b, label);
  put_args(b, list, n, ", ");
}

static void put_range(buf *b, const plan *p) {
  put(b, p->u.range.inclusive ? "series" : "range");
  put_part(b, "from", p->u.range.start);
  put_part(b, "to", p->u.range.stop);
  put_part(b, "by", p->u.range.step);
}

static void put_line(buf *b, const plan *p) {
  static const char *const sets[] = {"union", "intersect", "except"};
  switch (p->kind) {
  case PLAN_ONE: put(b, "one row"); break;
  case PLAN_NONE: put(b, "no row"); break;
  case PLAN_SCAN: put_scan(b, p); break;
  case PLAN_VALUES: buf_printf(b, "values %u x %u", p->u.values.n_rows, p->n_columns); break;
  case PLAN_FILTER: put_list(b, "filter ", &p->u.filter.condition, 1); break;
  case PLAN_PROJECT: put_list(b, "project ", p->u.project.exprs, p->n_columns); break;
  case PLAN_AGGREGATE: put_aggregate(b, p); break;
  case PLAN_DISTINCT:
    put_list(b, p->u.distinct.n ? "distinct on " : "distinct", p->u.distinct.on, p->u.distinct.n);
    break;
  case PLAN_SORT: put_sort(b, p); break;
  case PLAN_LIMIT:
    put(b, "limit");
    put_part(b, "to", p->u.limit.limit);
    put_part(b, "from", p->u.limit.offset);
    break;
  case PLAN_JOIN: put_join(b, p); break;
  case PLAN_APPLY: put_apply(b, p); break;
  case PLAN_SET: buf_printf(b, "%s%s", sets[p->u.set.kind], p->u.set.all ? " all" : ""); break;
  case PLAN_WINDOW: put_window(b, p); break;
  case PLAN_CTE: buf_printf(b, "with %u", p->u.cte.id); break;
  case PLAN_RECURSIVE: buf_printf(b, "recursive %u%s", p->u.cte.id, p->u.cte.all ? " all" : ""); break;
  case PLAN_CTE_REF: buf_printf(b, "table %u", p->u.cte.id); break;
  case PLAN_UNNEST:
    put_list(b, p->u.unnest.outer ? "outer unnest " : "unnest ", p->u.unnest.lists, p->u.unnest.n);
    break;
  case PLAN_RANGE: put_range(b, p); break;
  case PLAN_SAMPLE:
    put(b, "sample ");
    put_double(b, p->u.sample.size);
    put(b, p->u.sample.percent ? "%" : " rows");
    break;
  default: put(b, "?"); break;
  }
}

static void put_node(buf *b, const plan *p, unsigned depth) {
  for (unsigned i = 0; i < depth; i++) put(b, "  ");
  put_line(b, p);
  put(b, "\n");
  for (uint32_t i = 0; i < p->n_inputs; i++) put_node(b, p->input[i], depth + 1);
}

void sql_explain(const query_plan *q, buf *b) {
  if (q->root) put_node(b, q->root, 0);
}
