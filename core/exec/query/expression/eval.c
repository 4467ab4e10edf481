/* Evaluation of expressions; see eval.h. */
#include "exec/query/expression/eval.h"

/* Dictionaries up to this size are looked at once as a whole instead of row by row. */
#define DICT_ROWS_MAX 32768u

struct node {
  run *run;
  node *next;
  const expr *e;
  node **args;
  const kernel_entry *kernel;
  void *state;
  col constant; /* EXPR_CONST, and what was found to be constant */
  bool is_constant, can_fail;
  bool row_bound;  /* volatile or lambda: not the same for equal arguments */
  uint32_t n_used; /* input columns that it refers to */
  uint32_t *used;
  uint64_t dict_id; /* `of_dict` is its value for this dictionary */
  col of_dict;
  arena dict_memory;
};

/* ---- making ---- */

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

const uint32_t *node_columns(const node *x, uint32_t *n) {
  *n = x->n_used;
  return x->used;
}

/* ---- part of a batch ---- */

/* The rows `rows` of the columns that a node looks at. */
static sonde_code sub_batch(const node *x, const batch *b, const uint32_t *rows, uint32_t n, arena *a,
                            batch *out) {
  *out = (batch){.n = n, .n_cols = b->n_cols};
  out->cols = arena_zero(a, (b->n_cols + 1u) * sizeof *out->cols, x->run->err);
  if (!out->cols) return x->run->err->code;
  for (uint32_t i = 0; i < x->n_used; i++)
    SONDE_TRY(col_gather(&b->cols[x->used[i]], rows, n, &out->cols[x->used[i]], a, x->run->err));
  return SONDE_OK;
}

/* Evaluates for some rows only. Inside of a lambda everything is evaluated, because its arguments are no columns of the batch. */
static sonde_code eval_rows(node *x, const batch *b, const uint32_t *rows, uint32_t n, arena *a, col *out) {
  batch part;
  if (x->is_constant || n == b->n) return node_eval(x, b, a, out);
  if (x->row_bound) {
    col all;
    SONDE_TRY(node_eval(x, b, a, &all));
    return col_gather(&all, rows, n, out, a, x->run->err);
  }
  SONDE_TRY(sub_batch(x, b, rows, n, a, &part));
  return node_eval(x, &part, a, out);
}

static uint32_t *row_list(run *r, uint32_t n, arena *a) {
  return arena_array(a, n, sizeof(uint32_t), r->err);
}

/* ---- calls ---- */

static sonde_code merge_nulls(const kernel_call *c, col *out, bool nullable) {
  for (uint32_t i = 0; i < c->n_args; i++) nullable |= c->args[i].valid != NULL;
  SONDE_TRY(col_new(out, &c->e->type, c->n, nullable, c->a, c->err));
  uint8_t *valid = col_validity(out);
  for (uint32_t i = 0; i < c->n_args; i++) {
    const uint8_t *from = c->args[i].valid;
    if (!from) continue;
    if (c->args[i].form == COL_CONST && !from[0]) memset(valid, 0, c->n);
    for (uint32_t r = 0; c->args[i].form == COL_FLAT && r < c->n; r++) valid[r] &= from[r];
  }
  return SONDE_OK;
}

static bool is_strict(const kernel_call *c) {
  return kernel_get((function_id)c->e->function)->flags & KERNEL_STRICT;
}

sonde_code kernel_out(const kernel_call *c, col *out) {
  if (is_strict(c)) return merge_nulls(c, out, false);
  return col_new(out, &c->e->type, c->n, false, c->a, c->err);
}

sonde_code kernel_out_nullable(const kernel_call *c, col *out) {
  if (is_strict(c)) return merge_nulls(c, out, true);
  return col_new(out, &c->e->type, c->n, true, c->a, c->err);
}

static bool all_null(const col *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (args[i].form == COL_CONST && args[i].valid && !args[i].valid[0]) return true;
  return false;
}

static sonde_code null_constant(const node *x, arena *a, col *out) {
  value none = {.null = true};
  return col_constant(out, &x->e->type, &none, a, x->run->err);
}

static sonde_code run_kernel(node *x, const batch *b, const col *args, uint32_t n_args, uint32_t n, arena *a,
                             col *out) {
  kernel_call c = {x->run, x->e, args, n_args, n, a, x->run->err, &x->state, NULL, NULL, b};
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (x->e->args[i]->kind != EXPR_LAMBDA) continue;
    c.lambda = x->args[i]->args[0];
    c.lambda_args = x->e->args[i];
  }
  if (x->kernel->flags & KERNEL_STRICT && all_null(args, n_args)) return null_constant(x, a, out);
  return x->kernel->run(&c, out);
}

/* The one argument that is a dictionary while all others are constant; UINT32_MAX: it is not so. */
static uint32_t only_dict(const node *x, const col *args) {
  uint32_t found = UINT32_MAX;
  if (x->row_bound) return UINT32_MAX;
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (args[i].form == COL_CONST) continue;
    if (args[i].form != COL_DICT || !args[i].dict_id || found != UINT32_MAX) return UINT32_MAX;
    found = i;
  }
  return found != UINT32_MAX && args[found].dict_rows <= DICT_ROWS_MAX ? found : UINT32_MAX;
}

/* The value for each entry of the dictionary; false when one of them fails, which then is perhaps no row's. */
static bool eval_dictionary(node *x, const batch *b, const col *args, uint32_t which) {
  col whole[16];
  const col *dict = &args[which];
  if (x->dict_id == dict->dict_id) return true;
  arena_reset(&x->dict_memory);
  for (uint32_t i = 0; i < x->e->n_args; i++) whole[i] = i == which ? *dict->dict : args[i];
  sonde_error kept = *x->run->err;
  col out;
  sonde_code code = x->e->kind == EXPR_CALL
                        ? run_kernel(x, b, whole, x->e->n_args, dict->dict_rows, &x->dict_memory, &out)
                        : cast_col(x->run, whole, &x->e->type, x->e->kind == EXPR_TRY_CAST, dict->dict_rows,
                                   x->e->at, &x->dict_memory, &out);
  if (code == SONDE_OK) code = col_flatten(&out, dict->dict_rows, &x->of_dict, &x->dict_memory, x->run->err);
  x->dict_id = code == SONDE_OK ? dict->dict_id : 0;
  if (code != SONDE_OK) *x->run->err = kept;
  return code == SONDE_OK;
}

static sonde_code on_dictionary(node *x, const col *from, uint32_t n, arena *a, col *out) {
  *out = *from;
  out->type = &x->e->type;
  out->lane = x->of_dict.lane;
  out->dict = &x->of_dict;
  if (out->lane == LANE_STR) {
    out->dict_id = 0; /* other texts than those of the id */
    return SONDE_OK;
  }
  col flat;
  SONDE_TRY(col_flatten(out, n, &flat, a, x->run->err));
  *out = flat;
  return SONDE_OK;
}

static bool every_constant(const col *args, uint32_t n) {
  for (uint32_t i = 0; i < n; i++)
    if (args[i].form != COL_CONST) return false;
  return true;
}

/* Constants in, a constant out. A lambda may look at columns besides. */
static bool answers_once(const node *x, const col *args) {
  if (x->kernel->flags & KERNEL_VOLATILE || !every_constant(args, x->e->n_args)) return false;
  for (uint32_t i = 0; i < x->e->n_args; i++)
    if (x->e->args[i]->kind == EXPR_LAMBDA) return false;
  return true;
}

static sonde_code eval_args(node *x, const batch *b, arena *a, col *args) {
  for (uint32_t i = 0; i < x->e->n_args; i++) {
    if (x->e->args[i]->kind == EXPR_LAMBDA) {
      args[i] = (col){.form = COL_CONST, .lane = LANE_NESTED, .type = &x->e->args[i]->type};
      continue;
    }
    SONDE_TRY(node_eval(x->args[i], b, a, &args[i]));
  }
  return SONDE_OK;
}

static sonde_code eval_call(node *x, const batch *b, arena *a, col *out) {
  uint32_t n_args = x->e->n_args;
  col *args = arena_array(a, n_args + 1u, sizeof *args, x->run->err);
  if (!args) return x->run->err->code;
  SONDE_TRY(eval_args(x, b, a, args));
  uint32_t dict = n_args <= 16 ? only_dict(x, args) : UINT32_MAX;
  if (dict != UINT32_MAX && x->kernel->flags & KERNEL_STRICT && eval_dictionary(x, b, args, dict))
    return on_dictionary(x, &args[dict], b->n, a, out);
  for (uint32_t i = 0; i < n_args; i++) {
    col plain;
    SONDE_TRY(col_plain(&args[i], b->n, &plain, a, x->run->err));
    args[i] = plain;
  }
  bool once = answers_once(x, args);
  SONDE_TRY(run_kernel(x, b, args, n_args, once ? 1 : b->n, a, out));
  if (once) out->form = COL_CONST;
  return SONDE_OK;
}

static sonde_code eval_cast(node *x, const batch *b, arena *a, col *out) {
  col arg, plain;
  bool try_cast = x->e->kind == EXPR_TRY_CAST;
  SONDE_TRY(node_eval(x->args[0], b, a, &arg));
  if (only_dict(x, &arg) == 0 && eval_dictionary(x, b, &arg, 0)) return on_dictionary(x, &arg, b->n, a, out);
  SONDE_TRY(col_plain(&arg, b->n, &plain, a, x->run->err));
  bool once = plain.form == COL_CONST;
  SONDE_TRY(cast_col(x->run, &plain, &x->e->type, try_cast, once ? 1 : b->n, x->e->at, a, out));
  if (once) out->form = COL_CONST;
  return SONDE_OK;
}

/* ---- CASE, COALESCE ---- */

static void scatter_lanes(const col *part, const uint32_t *rows, uint32_t n, void *out) {
  const uint32_t *codes = part->form == COL_DICT ? part->data : NULL;
  const void *lanes = codes ? part->dict->data : part->data;
  size_t mask = col_mask(part);
#define SCATTER(T)                                                                                           \
  for (uint32_t i = 0; i < n; i++) ((T *)out)[rows[i]] = ((T const *)lanes)[codes ? codes[i] : i & mask]
  switch (part->lane) {
  case LANE_BOOL: SCATTER(uint8_t); break;
  case LANE_I64:
  case LANE_F64: SCATTER(uint64_t); break;
  case LANE_I128: SCATTER(i128); break;
  case LANE_STR: SCATTER(sonde_str); break;
  default: SCATTER(const nested *);
  }
#undef SCATTER
}

/* Writes a part's value into the rows it belongs to. */
static void scatter(const col *part, const uint32_t *rows, uint32_t n, col *out) {
  uint8_t *valid = col_validity(out);
  for (uint32_t i = 0; i < n; i++) valid[rows[i]] = col_valid(part, i);
  scatter_lanes(part, rows, n, col_lanes(out));
}

/* Splits the rows left by a condition that was evaluated for them. */
static void split_rows(const col *condition, uint32_t *left, uint32_t *n_left, uint32_t *hit,
                       uint32_t *n_hit) {
  uint32_t rest = 0;
  *n_hit = 0;
  for (uint32_t i = 0; i < *n_left; i++) {
    bool truth = col_valid(condition, i) && col_cell(condition, i).b;
    if (truth)
      hit[(*n_hit)++] = left[i];
    else
      left[rest++] = left[i];
  }
  *n_left = rest;
}

static sonde_code begin_parts(node *x, const batch *b, arena *a, col *out, uint32_t **left, uint32_t **hit) {
  *left = row_list(x->run, b->n, a);
  *hit = row_list(x->run, b->n, a);
  if (!*left || !*hit) return x->run->err->code;
  for (uint32_t i = 0; i < b->n; i++) (*left)[i] = i;
  return col_new(out, &x->e->type, b->n, true, a, x->run->err);
}

static sonde_code eval_case(node *x, const batch *b, arena *a, col *out) {
  uint32_t *left, *hit, n_left = b->n, n_hit;
  col part;
  SONDE_TRY(begin_parts(x, b, a, out, &left, &hit));
  for (uint32_t i = 0; i + 1 < x->e->n_args && n_left; i += 2) {
    SONDE_TRY(eval_rows(x->args[i], b, left, n_left, a, &part));
    split_rows(&part, left, &n_left, hit, &n_hit);
    if (!n_hit) continue;
    SONDE_TRY(eval_rows(x->args[i + 1], b, hit, n_hit, a, &part));
    scatter(&part, hit, n_hit, out);
  }
  if (!n_left) return SONDE_OK;
  SONDE_TRY(eval_rows(x->args[x->e->n_args - 1], b, left, n_left, a, &part));
  scatter(&part, left, n_left, out);
  return SONDE_OK;
}

static sonde_code eval_coalesce(node *x, const batch *b, arena *a, col *out) {
  uint32_t *left, *hit, n_left = b->n;
  SONDE_TRY(begin_parts(x, b, a, out, &left, &hit));
  for (uint32_t i = 0; i < x->e->n_args && n_left; i++) {
    col part;
    SONDE_TRY(eval_rows(x->args[i], b, left, n_left, a, &part));
    scatter(&part, left, n_left, out);
    uint32_t rest = 0;
    for (uint32_t r = 0; r < n_left; r++)
      if (!out->valid[left[r]]) left[rest++] = left[r];
    n_left = rest;
  }
  return SONDE_OK;
}

/* ---- AND, OR, NOT ---- */

/* Truth of rows: 0 false, 1 true, 2 null. */
typedef struct {
  uint8_t *rows;
  bool nulls; /* some may be 2 */
} truth;

static sonde_code truths(node *x, const col *c, uint32_t n, arena *a, truth *out) {
  col plain;
  SONDE_TRY(col_plain(c, n, &plain, a, x->run->err));
  *out = (truth){arena_array(a, n, 1, x->run->err), plain.valid != NULL};
  if (!out->rows) return x->run->err->code;
  const uint8_t *lanes = plain.data;
  if (plain.form == COL_CONST)
    memset(out->rows, plain.valid && !plain.valid[0] ? 2 : lanes[0], n);
  else if (!plain.valid)
    memcpy(out->rows, lanes, n);
  for (uint32_t i = 0; plain.form == COL_FLAT && plain.valid && i < n; i++)
    out->rows[i] = plain.valid[i] ? lanes[i] : 2;
  return SONDE_OK;
}

static sonde_code from_truths(node *x, const truth *t, uint32_t n, arena *a, col *out) {
  SONDE_TRY(col_new(out, &x->e->type, n, t->nulls, a, x->run->err));
  uint8_t *lanes = col_lanes(out), *valid = col_validity(out);
  if (!t->nulls) return memcpy(lanes, t->rows, n), SONDE_OK;
  for (uint32_t i = 0; i < n; i++) {
    lanes[i] = t->rows[i] == 1;
    valid[i] = t->rows[i] != 2;
  }
  return SONDE_OK;
}

/* Combines what is known with a further operand: `decided` (0 for AND, 1 for OR) wins, then null. */
static uint8_t combine(uint8_t a, uint8_t b, uint8_t decided) {
  if (a == decided || b == decided) return decided;
  return a == 2 || b == 2 ? 2 : a;
}

static void combine_all(truth *t, const truth *more, uint32_t n, uint8_t decided) {
  uint8_t *a = t->rows;
  const uint8_t *b = more->rows;
  if (t->nulls || more->nulls)
    for (uint32_t i = 0; i < n; i++) a[i] = combine(a[i], b[i], decided);
  else if (decided)
    for (uint32_t i = 0; i < n; i++) a[i] |= b[i];
  else
    for (uint32_t i = 0; i < n; i++) a[i] &= b[i];
  t->nulls |= more->nulls;
}

static uint32_t count_undecided(const truth *t, uint32_t n, uint8_t decided) {
  uint32_t found = 0;
  for (uint32_t i = 0; i < n; i++) found += t->rows[i] != decided;
  return found;
}

static void list_undecided(const truth *t, uint32_t n, uint8_t decided, uint32_t *open) {
  for (uint32_t i = 0, found = 0; i < n; i++) {
    open[found] = i;
    found += t->rows[i] != decided;
  }
}

/* Without nulls what is open says nothing yet, so that the operand alone decides. */
static void combine_some(truth *t, const truth *more, const uint32_t *open, uint32_t n, uint8_t decided) {
  uint8_t *rows = t->rows;
  for (uint32_t i = 0; i < n; i++)
    rows[open[i]] = t->nulls ? combine(rows[open[i]], more->rows[i], decided) : more->rows[i];
  t->nulls |= more->nulls;
}

static sonde_code further_operand(node *x, node *arg, const batch *b, uint8_t decided, truth *t,
                                  uint32_t *open, arena *a) {
  uint32_t n = count_undecided(t, b->n, decided);
  if (!n) return SONDE_OK;
  col part;
  truth more;
  if (n == b->n || (!arg->can_fail && n * 4 >= b->n)) {
    SONDE_TRY(node_eval(arg, b, a, &part));
    SONDE_TRY(truths(x, &part, b->n, a, &more));
    return combine_all(t, &more, b->n, decided), SONDE_OK;
  }
  list_undecided(t, b->n, decided, open);
  SONDE_TRY(eval_rows(arg, b, open, n, a, &part));
  SONDE_TRY(truths(x, &part, n, a, &more));
  combine_some(t, &more, open, n, decided);
  return SONDE_OK;
}

static sonde_code eval_logic(node *x, const batch *b, arena *a, col *out) {
  uint8_t decided = x->e->kind == EXPR_OR;
  uint32_t *open = row_list(x->run, b->n + 1, a);
  if (!open) return x->run->err->code;
  col first;
  truth t;
  SONDE_TRY(node_eval(x->args[0], b, a, &first));
  SONDE_TRY(truths(x, &first, b->n, a, &t));
  for (uint32_t i = 1; i < x->e->n_args; i++)
    SONDE_TRY(further_operand(x, x->args[i], b, decided, &t, open, a));
  return from_truths(x, &t, b->n, a, out);
}

static sonde_code eval_not(node *x, const batch *b, arena *a, col *out) {
  col arg;
  SONDE_TRY(node_eval(x->args[0], b, a, &arg));
  SONDE_TRY(col_flatten(&arg, b->n, out, a, x->run->err));
  uint8_t *lanes = arena_array(a, b->n, 1, x->run->err);
  if (!lanes) return x->run->err->code;
  for (uint32_t i = 0; i < b->n; i++) lanes[i] = !((const uint8_t *)out->data)[i];
  out->data = lanes;
  return SONDE_OK;
}

static sonde_code eval_is_null(node *x, const batch *b, arena *a, col *out) {
  bool want_null = x->e->kind == EXPR_IS_NULL;
  col arg;
  SONDE_TRY(node_eval(x->args[0], b, a, &arg));
  SONDE_TRY(col_new(out, &x->e->type, b->n, false, a, x->run->err));
  uint8_t *lanes = col_lanes(out);
  if (!arg.valid && arg.form != COL_DICT) return memset(lanes, !want_null, b->n), SONDE_OK;
  for (uint32_t i = 0; i < b->n; i++) lanes[i] = col_valid(&arg, i) != want_null;
  return SONDE_OK;
}

/* ---- IN ---- */

/* Numbers with one number: most lists are of these. */
static void in_number(const col *needle, int64_t item, uint32_t n, uint8_t *found) {
  const int64_t *lanes = needle->data;
  for (uint32_t i = 0; i < n; i++) found[i] = lanes[i] == item ? 1 : found[i];
  for (uint32_t i = 0; needle->valid && i < n; i++)
    if (!needle->valid[i]) found[i] = 2;
}

static void in_one(node *x, const col *needle, const col *item, uint32_t n, uint8_t *found) {
  const sql_type *t = &x->e->args[0]->type;
  bool numbers = needle->form == COL_FLAT && needle->lane == LANE_I64 && item->lane == LANE_I64;
  if (numbers && item->form == COL_CONST && !item->valid) {
    in_number(needle, *(const int64_t *)item->data, n, found);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (found[i] == 1) continue;
    if (!col_valid(needle, i) || !col_valid(item, i))
      found[i] = 2;
    else if (cell_compare(t, col_cell(needle, i), col_cell(item, i)) == 0)
      found[i] = 1;
  }
}

static sonde_code in_list(node *x, const col *needle, const batch *b, uint32_t n, arena *a, col *out) {
  uint8_t *found = arena_zero(a, n, x->run->err);
  if (!found) return x->run->err->code;
  for (uint32_t i = 1; i < x->e->n_args; i++) {
    col item;
    SONDE_TRY(node_eval(x->args[i], b, a, &item));
    in_one(x, needle, &item, n, found);
  }
  return from_truths(x, &(const truth){found, true}, n, a, out);
}

static bool constant_items(const node *x) {
  for (uint32_t i = 1; i < x->e->n_args; i++)
    if (!x->args[i]->is_constant) return false;
  return true;
}

static sonde_code eval_in(node *x, const batch *b, arena *a, col *out) {
  col needle;
  SONDE_TRY(node_eval(x->args[0], b, a, &needle));
  bool whole =
      needle.form == COL_DICT && needle.dict_id && needle.dict_rows <= DICT_ROWS_MAX && constant_items(x);
  if (!whole) return in_list(x, &needle, b, b->n, a, out);
  if (x->dict_id != needle.dict_id) {
    arena_reset(&x->dict_memory);
    x->dict_id = 0;
    SONDE_TRY(in_list(x, needle.dict, b, needle.dict_rows, &x->dict_memory, &x->of_dict));
    x->dict_id = needle.dict_id;
  }
  return on_dictionary(x, &needle, b->n, a, out);
}

/* ---- TRY ---- */

/* When something in the batch fails, row by row. */
/* What is no fault of a value. */
static bool is_lack(sonde_code code) {
  return code == SONDE_ZONE || code == SONDE_NOMEM || code == SONDE_LIMIT;
}

static sonde_code eval_try(node *x, const batch *b, arena *a, col *out) {
  sonde_error kept = *x->run->err;
  sonde_code code = node_eval(x->args[0], b, a, out);
  if (code == SONDE_OK || is_lack(code)) return code;
  SONDE_TRY(col_new(out, &x->e->type, b->n, true, a, x->run->err));
  memset(col_validity(out), 0, b->n);
  for (uint32_t i = 0; b->n > 1 && i < b->n; i++) {
    col one;
    code = eval_rows(x->args[0], b, &i, 1, a, &one);
    if (code == SONDE_OK) scatter(&one, &i, 1, out);
    if (is_lack(code)) return code;
  }
  *x->run->err = kept;
  return SONDE_OK;
}

/* ---- dispatch ---- */

sonde_code node_eval(node *x, const batch *b, arena *a, col *out) {
  if (x->is_constant) return *out = x->constant, SONDE_OK;
  switch (x->e->kind) {
  case EXPR_COLUMN: *out = b->cols[x->e->index]; return SONDE_OK;
  case EXPR_OUTER: return col_constant(out, &x->e->type, &x->run->outer[x->e->index], a, x->run->err);
  case EXPR_LAMBDA_ARG: *out = *x->run->lambda[x->e->index]; return SONDE_OK;
  case EXPR_CALL: return eval_call(x, b, a, out);
  case EXPR_CAST:
  case EXPR_TRY_CAST: return eval_cast(x, b, a, out);
  case EXPR_CASE: return eval_case(x, b, a, out);
  case EXPR_COALESCE: return eval_coalesce(x, b, a, out);
  case EXPR_AND:
  case EXPR_OR: return eval_logic(x, b, a, out);
  case EXPR_NOT: return eval_not(x, b, a, out);
  case EXPR_IS_NULL:
  case EXPR_IS_NOT_NULL: return eval_is_null(x, b, a, out);
  case EXPR_IN: return eval_in(x, b, a, out);
  case EXPR_TRY: return eval_try(x, b, a, out);
  default:
    return status_set(x->run->err, SONDE_MISUSE, x->e->at, "a lambda is only an argument of a function");
  }
}

/* The rows that are 1. Conditions that many rows fail leave out eight at a time. */
static uint32_t list_true(const uint8_t *lanes, uint32_t n, uint32_t *rows) {
  uint32_t found = 0, i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t eight;
    memcpy(&eight, lanes + i, 8);
    for (uint32_t k = 0; eight && k < 8; k++) {
      rows[found] = i + k;
      found += lanes[i + k];
    }
  }
  for (; i < n; i++) {
    rows[found] = i;
    found += lanes[i];
  }
  return found;
}

sonde_code node_select(node *x, const batch *b, arena *a, uint32_t *rows, uint32_t *n) {
  col condition, plain;
  SONDE_TRY(node_eval(x, b, a, &condition));
  SONDE_TRY(col_flatten(&condition, b->n, &plain, a, x->run->err));
  const uint8_t *lanes = plain.data;
  uint8_t *there = plain.valid ? arena_array(a, b->n, 1, x->run->err) : NULL;
  if (plain.valid && !there) return x->run->err->code;
  for (uint32_t i = 0; there && i < b->n; i++) there[i] = lanes[i] & plain.valid[i];
  *n = list_true(there ? there : lanes, b->n, rows);
  return SONDE_OK;
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
