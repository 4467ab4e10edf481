/* What answers true, false or null: AND, OR, NOT, IS NULL, IN. */
#include "exec/query/expression/node.h"

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

sonde_code eval_logic(node *x, const batch *b, arena *a, col *out) {
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

sonde_code eval_not(node *x, const batch *b, arena *a, col *out) {
  col arg;
  SONDE_TRY(node_eval(x->args[0], b, a, &arg));
  SONDE_TRY(col_flatten(&arg, b->n, out, a, x->run->err));
  uint8_t *lanes = arena_array(a, b->n, 1, x->run->err);
  if (!lanes) return x->run->err->code;
  for (uint32_t i = 0; i < b->n; i++) lanes[i] = !((const uint8_t *)out->data)[i];
  out->data = lanes;
  return SONDE_OK;
}

sonde_code eval_is_null(node *x, const batch *b, arena *a, col *out) {
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

sonde_code eval_in(node *x, const batch *b, arena *a, col *out) {
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
