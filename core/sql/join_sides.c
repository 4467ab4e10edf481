/* Which input of a join is kept in a hash table, where the join is not free to exchange them (join_order.c does that for inner
 * joins): a row that is put there is several times the work of one that looks for partners. */
#include "sql/estimate.h"
#include "sql/rewrite.h"

/* What is estimated has to differ by as much to count. */
static const double clearly = 2;

static bool left_is_smaller(const binder *b, const node *n) {
  return noted_rows(b, n->input[0]) * clearly < noted_rows(b, n->input[1]);
}

static void exchange(binder *b, node *n) {
  uint32_t count = n->p.u.join.n_keys;
  join_key *keys = bind_alloc(b, (count + 1) * sizeof *keys);
  if (!keys) return;
  for (uint32_t i = 0; i < count; i++) {
    const join_key *k = &n->p.u.join.keys[i];
    keys[i] = (join_key){.left = k->right, .right = k->left, .null_equal = k->null_equal};
  }
  node *left = n->input[0];
  n->input[0] = n->input[1];
  n->input[1] = left;
  n->p.u.join.keys = keys;
}

static void choose_side(binder *b, node *n) {
  if (n->p.u.join.asof || n->p.u.join.n_keys == 0 || !left_is_smaller(b, n)) return;
  switch (n->p.u.join.kind) {
  case JOIN_SEMI:
  case JOIN_ANTI: n->p.u.join.build_left = true; break;
  case JOIN_FULL: exchange(b, n); break;
  case JOIN_LEFT:
    n->p.u.join.kind = JOIN_RIGHT;
    exchange(b, n);
    break;
  default: break;
  }
}

void choose_sides(binder *b, node *n) {
  if (n->p.kind == PLAN_JOIN) choose_side(b, n);
  for (uint32_t i = 0; i < n->p.n_inputs; i++) choose_sides(b, n->input[i]);
}
