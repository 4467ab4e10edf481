/* Functions that apply a lambda, or an aggregate, to the items of lists. All items of a batch are laid side by side in one
 * column, so that the body is evaluated as any expression is. */
#include "exec/query/aggregate/aggregate.h"
#include "exec/query/kernels/kernels.h"

static const nested *list_at(const kernel_call *c, uint32_t row) {
  return col_valid(&c->args[0], row) ? COL_AT(&c->args[0], const nested *, row) : NULL;
}

static const sql_type position_type = {.id = SQL_BIGINT};

/* Items of all rows: their row, their position, their value. */
typedef struct {
  uint32_t n;
  uint32_t *rows;
  col values, positions;
} items;

static sonde_code new_items(const kernel_call *c, const sql_type *t, uint32_t n, items *x) {
  x->n = n;
  x->rows = arena_array(c->a, n + 1u, sizeof *x->rows, c->err);
  if (!x->rows) return c->err->code;
  SONDE_TRY(col_new(&x->values, t, n + 1u, true, c->a, c->err));
  return col_new(&x->positions, &position_type, n + 1u, false, c->a, c->err);
}

static void put_item(items *x, uint32_t at, uint32_t row, const nested *l, uint32_t k) {
  x->rows[at] = row;
  col_put(&x->positions, at, (cell){.i = (int64_t)k + 1});
  if (nested_valid(l, k))
    col_put(&x->values, at, l->cells[k]);
  else
    col_put_null(&x->values, at);
}

static const sql_type *item_type(const kernel_call *c) {
  const sql_type *t = c->args[0].type;
  return t->n_children ? &t->children[0] : t;
}

static sonde_code all_items(const kernel_call *c, items *x) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < c->n; i++) n += list_at(c, i) ? list_at(c, i)->n : 0;
  SONDE_CHECK(n < UINT32_MAX / 64, c->err, SONDE_LIMIT, c->e->at,
              "the lists of one batch have too many items");
  SONDE_TRY(new_items(c, item_type(c), (uint32_t)n, x));
  uint32_t at = 0;
  for (uint32_t i = 0; i < c->n; i++)
    for (uint32_t k = 0; list_at(c, i) && k < list_at(c, i)->n; k++) put_item(x, at++, i, list_at(c, i), k);
  return SONDE_OK;
}

/* The columns of the batch around, and the arguments of lambdas around, for each item. */
static sonde_code spread(const kernel_call *c, const items *x, batch *out, const col **kept) {
  run *r = c->run;
  const batch *b = c->input;
  *out = (batch){.n = x->n, .n_cols = b->n_cols};
  out->cols = arena_array(c->a, b->n_cols + 1u, sizeof(col), c->err);
  if (!out->cols) return c->err->code;
  for (uint32_t i = 0; i < b->n_cols; i++) {
    out->cols[i] = b->cols[i];
    if (b->cols[i].data) SONDE_TRY(col_gather(&b->cols[i], x->rows, x->n, &out->cols[i], c->a, c->err));
  }
  for (uint32_t i = 0; i < r->n_lambda; i++) {
    kept[i] = r->lambda[i];
    if (!kept[i]) continue;
    col *part = arena_alloc(c->a, sizeof *part, c->err);
    if (!part) return c->err->code;
    SONDE_TRY(col_gather(kept[i], x->rows, x->n, part, c->a, c->err));
    r->lambda[i] = part;
  }
  return SONDE_OK;
}

/* The body's value for each item; `first` (may be NULL) goes before the item among the lambda's arguments. */
static sonde_code eval_body(const kernel_call *c, const items *x, const col *first, col *out) {
  run *r = c->run;
  batch b;
  const col **kept = arena_array(c->a, r->n_lambda + 1u, sizeof *kept, c->err);
  if (!kept) return c->err->code;
  SONDE_TRY(spread(c, x, &b, kept));
  uint32_t slot = c->lambda_args->index, n = c->lambda_args->n_slots, at = 0;
  const col *given[3] = {first ? first : &x->values, first ? &x->values : &x->positions, &x->positions};
  for (; at < n && at < 3; at++) r->lambda[slot + at] = given[at];
  sonde_code code = node_eval(c->lambda, &b, c->a, out);
  for (uint32_t i = 0; i < r->n_lambda; i++) r->lambda[i] = kept[i];
  if (code != SONDE_OK) return code;
  col flat;
  SONDE_TRY(col_flatten(out, x->n, &flat, c->a, c->err));
  *out = flat;
  return SONDE_OK;
}

static sonde_code lists_out(const kernel_call *c, col *out) {
  SONDE_TRY(col_new(out, &c->e->type, c->n, true, c->a, c->err));
  for (uint32_t i = 0; i < c->n; i++)
    if (!list_at(c, i)) col_put_null(out, i);
  return SONDE_OK;
}

sonde_code kernel_list_transform(const kernel_call *c, col *out) {
  items x;
  col v;
  SONDE_TRY(all_items(c, &x));
  SONDE_TRY(eval_body(c, &x, NULL, &v));
  SONDE_TRY(lists_out(c, out));
  for (uint32_t i = 0, at = 0; i < c->n; i++) {
    const nested *l = list_at(c, i);
    if (!l) continue;
    nested *y = nested_new(l->n, true, c->a, c->err);
    if (!y) return c->err->code;
    for (uint32_t k = 0; k < l->n; k++, at++) {
      nested_validity(y)[k] = col_valid(&v, at);
      if (y->valid[k]) nested_cells(y)[k] = col_cell(&v, at);
    }
    col_put(out, i, (cell){.n = y});
  }
  return SONDE_OK;
}

sonde_code kernel_list_filter(const kernel_call *c, col *out) {
  items x;
  col keep;
  SONDE_TRY(all_items(c, &x));
  SONDE_TRY(eval_body(c, &x, NULL, &keep));
  SONDE_TRY(lists_out(c, out));
  for (uint32_t i = 0, at = 0; i < c->n; i++) {
    const nested *l = list_at(c, i);
    if (!l) continue;
    nested *y = nested_new(l->n, true, c->a, c->err);
    if (!y) return c->err->code;
    y->n = 0;
    for (uint32_t k = 0; k < l->n; k++, at++) {
      if (!col_valid(&keep, at) || !col_cell(&keep, at).b) continue;
      nested_validity(y)[y->n] = nested_valid(l, k);
      nested_cells(y)[y->n++] = l->cells[k];
    }
    col_put(out, i, (cell){.n = y});
  }
  return SONDE_OK;
}

/* ---- reduce: item by item, for all rows that have one more ---- */

static bool has_begin(const kernel_call *c) { return c->n_args > 2; }

static sonde_code first_values(const kernel_call *c, col *out) {
  SONDE_TRY(col_new(out, &c->e->type, c->n, true, c->a, c->err));
  for (uint32_t i = 0; i < c->n; i++) {
    const nested *l = list_at(c, i);
    value v = {.null = true};
    if (has_begin(c) && l) v = col_value(&c->args[2], i);
    SONDE_CHECK(!l || l->n || has_begin(c), c->err, SONDE_VALUE, c->e->at,
                "an empty list cannot be reduced without a first value");
    if (!has_begin(c) && l) v = (value){.null = !nested_valid(l, 0), .v = l->cells[0]};
    if (v.null)
      col_put_null(out, i);
    else
      col_put(out, i, v.v);
  }
  return SONDE_OK;
}

sonde_code kernel_list_reduce(const kernel_call *c, col *out) {
  bool more = true;
  SONDE_TRY(first_values(c, out));
  for (uint32_t k = has_begin(c) ? 0 : 1; more; k++) {
    items x;
    col gathered, v;
    uint32_t n = 0;
    SONDE_TRY(new_items(c, item_type(c), c->n, &x));
    for (uint32_t i = 0; i < c->n; i++)
      if (list_at(c, i) && k < list_at(c, i)->n) put_item(&x, n++, i, list_at(c, i), k);
    x.n = n;
    more = n > 0;
    if (!more) break;
    SONDE_TRY(col_gather(out, x.rows, n, &gathered, c->a, c->err));
    SONDE_TRY(eval_body(c, &x, &gathered, &v));
    for (uint32_t i = 0; i < n; i++) {
      col_validity(out)[x.rows[i]] = col_valid(&v, i);
      if (col_valid(&v, i)) col_put(out, x.rows[i], col_cell(&v, i));
    }
  }
  return SONDE_OK;
}

/* ---- aggregates ---- */

typedef struct {
  aggregate_call call;
  expr item;
} list_call;

/* The aggregate's name is the second argument, or what follows "@agg:" in the registry. */
static sonde_code bind_aggregate(const kernel_call *c, sonde_str name, uint32_t from, list_call **out) {
  arena *a = &c->run->memory;
  list_call *x = arena_zero(a, sizeof *x, c->err);
  function_argument *args = arena_zero(a, (c->n_args + 1u) * sizeof *args, c->err);
  const expr **exprs = arena_zero(a, (c->n_args + 1u) * sizeof *exprs, c->err);
  function_binding b;
  if (!x || !args || !exprs) return c->err->code;
  uint32_t n = c->n_args - from + 1;
  x->item = (expr){.kind = EXPR_COLUMN, .type = *item_type(c), .at = c->e->at};
  exprs[0] = &x->item;
  args[0].type = x->item.type;
  for (uint32_t i = 1; i < n; i++) {
    exprs[i] = c->e->args[from + i - 1];
    args[i].type = exprs[i]->type;
    args[i].constant = exprs[i]->kind == EXPR_CONST ? &exprs[i]->constant : NULL;
  }
  SONDE_TRY(function_bind(name, FUNCTION_AGGREGATE, args, n, c->e->at, a, &b, c->err));
  x->call = (aggregate_call){
      .function = (uint16_t)b.id, .n_args = n, .args = exprs, .type = b.result, .at = c->e->at};
  *c->state = *out = x;
  return SONDE_OK;
}

static sonde_code run_aggregate(const kernel_call *c, const list_call *call, col *out) {
  items x;
  SONDE_TRY(all_items(c, &x));
  batch b = {.n = x.n, .n_cols = 1, .cols = &x.values};
  aggregate agg;
  sonde_code code = aggregate_open(&agg, c->run, &call->call, true);
  if (code == SONDE_OK) code = aggregate_update(&agg, &b, x.rows, c->n, c->a);
  if (code == SONDE_OK) code = aggregate_end(&agg, c->n);
  if (code == SONDE_OK) code = aggregate_result(&agg, 0, c->n, out, c->a);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    cell v;
    if (!list_at(c, i)) col_put_null(out, i);
    if (!col_valid(out, i) || out->lane < LANE_STR) continue;
    code = cell_copy(out->type, col_cell(out, i), c->a, &v, c->err);
    col_put(out, i, v);
  }
  aggregate_close(&agg);
  return code;
}

sonde_code kernel_list_aggregate(const kernel_call *c, col *out) {
  list_call *call = *c->state;
  bool named = c->e->function == FN_LIST_AGGREGATE;
  const char *rule = function_get((function_id)c->e->function)->result + 5;
  if (item_type(c)->id == SQL_NULL && !c->args[0].type->n_children) {
    value none = {.null = true};
    return col_constant(out, &c->e->type, &none, c->a, c->err);
  }
  if (!call) {
    sonde_str name = named ? COL_AT(&c->args[1], sonde_str, 0) : (sonde_str){rule, strlen(rule)};
    SONDE_TRY(bind_aggregate(c, name, named ? 2 : 1, &call));
  }
  return run_aggregate(c, call, out);
}
