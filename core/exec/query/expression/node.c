/* Making the nodes of an expression: what does not depend on rows is evaluated once. */
#include "exec/query/expression/node.h"

static sonde_code use_column(node *x, uint32_t column) {
  for (uint32_t i = 0; i < x->n_used; i++)
    if (x->used[i] == column) return SONDE_OK;
  uint32_t *used = arena_array(&x->run->memory, x->n_used + 1u, sizeof *used, x->run->err);
  if (!used) return x->run->err->code;
  if (x->n_used) memcpy(used, x->used, x->n_used * sizeof *used);
  used[x->n_used++] = column;
  x->used = used;
  return SONDE_OK;
}

static bool casts_safely(const sql_type *from, const sql_type *to) {
  if (to->id == SQL_TEXT || from->id == SQL_NULL) return true;
  return sql_lane(from) != LANE_STR && sql_cast_cost(from, to) >= 0;
}

static void note_properties(node *x) {
  const expr *e = x->e;
  x->can_fail = e->kind == EXPR_CALL && !(x->kernel->flags & KERNEL_SAFE);
  x->row_bound = (e->kind == EXPR_CALL && x->kernel->flags & KERNEL_VOLATILE) || e->kind == EXPR_LAMBDA ||
                 e->kind == EXPR_LAMBDA_ARG || e->kind == EXPR_OUTER;
  if (e->kind == EXPR_CAST) x->can_fail = !casts_safely(&e->args[0]->type, &e->type);
  for (uint32_t i = 0; i < e->n_args; i++) {
    x->can_fail |= x->args[i]->can_fail;
    x->row_bound |= x->args[i]->row_bound;
  }
}

static sonde_code make_args(node *x) {
  const expr *e = x->e;
  x->args = arena_array(&x->run->memory, e->n_args + 1u, sizeof *x->args, x->run->err);
  if (!x->args) return x->run->err->code;
  for (uint32_t i = 0; i < e->n_args; i++) {
    x->args[i] = node_make(x->run, e->args[i]);
    if (!x->args[i]) return x->run->err->code;
    for (uint32_t u = 0; u < x->args[i]->n_used; u++) SONDE_TRY(use_column(x, x->args[i]->used[u]));
  }
  return SONDE_OK;
}

static bool all_constant(const node *x) {
  for (uint32_t i = 0; i < x->e->n_args; i++)
    if (!x->args[i]->is_constant) return false;
  return x->e->n_args > 0 || x->e->kind == EXPR_CALL;
}

/* What does not depend on rows is evaluated once. What fails stays as it is: perhaps no row ever gets there. */
static sonde_code fold(node *x) {
  if (x->is_constant || x->row_bound || x->n_used || !all_constant(x)) return SONDE_OK;
  batch one = {.n = 1};
  col out;
  sonde_error kept = *x->run->err;
  if (node_eval(x, &one, &x->run->memory, &out) == SONDE_OK) {
    value v = col_value(&out, 0);
    SONDE_TRY(col_constant(&x->constant, &x->e->type, &v, &x->run->memory, x->run->err));
    x->is_constant = true;
  } else {
    *x->run->err = kept;
  }
  return SONDE_OK;
}

static sonde_code fill_node(node *x) {
  const expr *e = x->e;
  if (e->kind == EXPR_COLUMN) SONDE_TRY(use_column(x, e->index));
  if (e->kind == EXPR_CONST) {
    x->is_constant = true;
    return col_constant(&x->constant, &e->type, &e->constant, &x->run->memory, x->run->err);
  }
  SONDE_TRY(make_args(x));
  if (e->kind == EXPR_CALL) {
    x->kernel = kernel_get((function_id)e->function);
    SONDE_CHECK(x->kernel->run, x->run->err, SONDE_UNSUPPORTED, e->at, "the function %s cannot be run yet",
                function_get((function_id)e->function)->name);
  }
  note_properties(x);
  return fold(x);
}

node *node_make(run *r, const expr *e) {
  node *x = arena_zero(&r->memory, sizeof *x, r->err);
  if (!x) return NULL;
  x->run = r;
  x->e = e;
  arena_init(&x->dict_memory, r->mem);
  x->next = r->nodes;
  r->nodes = x;
  return fill_node(x) == SONDE_OK ? x : NULL;
}

void run_at_end(run *r, arena *a) {
  if (grow(r->mem, &r->arenas, &r->arenas_cap, r->n_arenas + 1u, sizeof *r->arenas, r->err) == SONDE_OK)
    r->arenas[r->n_arenas++] = a;
}

void nodes_free(run *r) {
  for (uint32_t i = 0; i < r->n_arenas; i++) arena_free(r->arenas[i]);
  mem_free(r->mem, r->arenas, r->arenas_cap * sizeof *r->arenas);
  r->arenas = NULL;
  r->n_arenas = r->arenas_cap = 0;
  for (node *x = r->nodes; x; x = x->next) arena_free(&x->dict_memory);
  r->nodes = NULL;
}

void run_begin_within(run *r, const run *around) {
  *r = *around;
  r->nodes = NULL;
  r->arenas = NULL;
  r->n_arenas = r->arenas_cap = 0;
  arena_init(&r->memory, around->mem);
}

void run_leave(run *r) {
  nodes_free(r);
  arena_free(&r->memory);
}

const uint32_t *node_columns(const node *x, uint32_t *n) {
  *n = x->n_used;
  return x->used;
}

sonde_code expr_value(run *r, const expr *e, value *out) {
  node *x = node_make(r, e);
  if (!x) return r->err->code;
  batch one = {.n = 1};
  col c;
  SONDE_TRY(node_eval(x, &one, &r->memory, &c));
  *out = col_value(&c, 0);
  return SONDE_OK;
}
