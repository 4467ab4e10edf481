/* Grouping: keys to words, words to group numbers, group numbers to states. One table for each grouping set. */
#include "exec/query/group/grouping.h"

/* So many rows tell how often groups repeat: on the way, and of a whole block. */
#define TELLING_ROWS 16384u
#define TELLING_BLOCK_ROWS 1024u

#define NODE(o) (&(o)->plan->u.aggregate)

static bool in_set(const group_set *s, uint32_t group) { return group >= 64 || s->mask >> group & 1; }

/* ---- when memory does not hold them ---- */

/* Without groups there is one row also of no input; a set that leaves all groups out behaves so too. */
static bool is_total(const op *o, const group_set *s) {
  if (NODE(o)->n_groups == 0) return true;
  uint64_t all = NODE(o)->n_groups >= 64 ? UINT64_MAX : ((uint64_t)1 << NODE(o)->n_groups) - 1;
  return NODE(o)->sets && (s->mask & all) == 0;
}

static bool may_spill(const op *o, const group_set *s) {
  return NODE(o)->role == AGGREGATE_WHOLE && !is_total(o, s) && spill_may(o->in[0]);
}

static bool is_due(const op *o, const group_set *s) {
  uint64_t held = keyer_held(&s->keys) + key_table_held(&s->table) + groups_dealt_held(s);
  uint64_t growth = keyer_held(&s->keys) + key_table_growth(&s->table, BATCH_ROWS);
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    held += aggregate_held(&s->calls[i]);
    growth += aggregate_growth(&s->calls[i], s->table.n + UINT64_C(1) * BATCH_ROWS);
  }
  return may_spill(o, s) && spill_is_tight(o->run, held, growth);
}

/* What is kept of each row grows with rows of groups that are there already: where that may be too much all rows are dealt out. */
static bool begins_full(const op *o, const group_set *s) {
  bool grows = false;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) grows |= aggregate_grows(&s->calls[i]);
  return grows && may_spill(o, s) && spill_is_sure(o->in[0]);
}

/* ---- opening ---- */

static sonde_code open_set(op *o, group_set *s, const sql_type *const *types) {
  SONDE_TRY(keyer_init(&s->keys, o->run->mem, types, NULL, NODE(o)->n_groups, o->run->err));
  key_table_init(&s->table, o->run->mem, &s->keys);
  s->calls = arena_zero(&o->memory, (NODE(o)->n_calls + 1u) * sizeof *s->calls, o->run->err);
  if (!s->calls) return o->run->err->code;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    SONDE_TRY(aggregate_open(&s->calls[i], o->run, &NODE(o)->calls[i], NODE(o)->n_groups > 0));
    SONDE_TRY(quantile_open(&s->calls[i]));
  }
  sums_share(s->calls, NODE(o)->n_calls);
  s->full = begins_full(o, s);
  return SONDE_OK;
}

static sonde_code open_sets(op *o, aggregate_op *x) {
  const sql_type **types = arena_array(&o->memory, NODE(o)->n_groups + 1u, sizeof *types, o->run->err);
  x->n_sets = NODE(o)->sets ? NODE(o)->n_sets : 1;
  x->sets = arena_zero(&o->memory, (x->n_sets + 1u) * sizeof *x->sets, o->run->err);
  if (!types || !x->sets) return o->run->err->code;
  for (uint32_t i = 0; i < NODE(o)->n_groups; i++) types[i] = &NODE(o)->groups[i]->type;
  for (uint32_t i = 0; i < x->n_sets; i++) {
    x->sets[i].mask = NODE(o)->sets ? NODE(o)->sets[i] : UINT64_MAX;
    SONDE_TRY(open_set(o, &x->sets[i], types));
  }
  return SONDE_OK;
}

/* ---- gathering ---- */

static sonde_code set_columns(op *o, const group_set *s, const col *groups, col **out) {
  uint32_t n = NODE(o)->n_groups;
  *out = arena_array(&o->scratch, n + 1u, sizeof **out, o->run->err);
  if (!*out) return o->run->err->code;
  value none = {.null = true};
  for (uint32_t i = 0; i < n; i++) {
    if (in_set(s, i))
      (*out)[i] = groups[i];
    else
      SONDE_TRY(col_constant(&(*out)[i], &NODE(o)->groups[i]->type, &none, &o->scratch, o->run->err));
  }
  return SONDE_OK;
}

static sonde_code number_groups(op *o, group_set *s, const batch *b, const col *cols, uint32_t *numbers) {
  SONDE_TRY(keyer_encode(&s->keys, cols, b->n, !s->full, o->run->err));
  if (!s->full && !s->dealt.parts) return key_table_add(&s->table, &s->keys, b->n, numbers, o->run->err);
  SONDE_TRY(key_table_follow(&s->table, &s->keys, o->run->err));
  key_table_find(&s->table, &s->keys, b->n, numbers);
  return SONDE_OK;
}

/* Whether a row without a group in the table is dealt out in memory; not if the keys do not know one of its values. */
static bool is_dealt(const group_set *s, uint32_t row) {
  return s->dealt.parts && !(s->keys.any_skip && s->keys.skip[row]);
}

/* Only the rows of groups that the set's table has stay in the batch; those of others are dealt out, in their order. */
static sonde_code deal_others(op *o, group_set *s, const col *cols, batch *b, uint32_t *numbers) {
  uint32_t known = 0, dealt = 0, strange = 0;
  uint32_t *rows = arena_array(&o->scratch, b->n, 3 * sizeof *rows, o->run->err);
  if (!rows) return o->run->err->code;
  uint32_t *dealt_rows = rows + b->n, *strange_rows = dealt_rows + b->n;
  for (uint32_t i = 0; i < b->n; i++) {
    bool there = numbers[i] != UINT32_MAX, here = !there && is_dealt(s, i);
    rows[known] = dealt_rows[dealt] = strange_rows[strange] = i;
    numbers[known] = numbers[i];
    known += there;
    dealt += here;
    strange += !there && !here;
  }
  if (dealt) SONDE_TRY(groups_deal(o, s, b, dealt_rows, dealt));
  SONDE_TRY(spill_put(&s->rest, o, 0, b, cols, NODE(o)->n_groups, strange_rows, strange));
  if (known == b->n) return SONDE_OK;
  col *kept = arena_array(&o->scratch, b->n_cols + 1u, sizeof *kept, o->run->err);
  if (!kept) return o->run->err->code;
  for (uint32_t i = 0; i < b->n_cols; i++) {
    if (o->in[0]->needed && !o->in[0]->needed[i])
      kept[i] = b->cols[i];
    else
      SONDE_TRY(col_gather(&b->cols[i], rows, known, &kept[i], &o->scratch, o->run->err));
  }
  *b = (batch){.n = known, .n_cols = b->n_cols, .cols = kept};
  return SONDE_OK;
}

static sonde_code deal_all(op *o, group_set *s, uint32_t *numbers, uint32_t n) {
  key_table_clear(&s->table);
  memset(numbers, 0xFF, n * sizeof *numbers);
  return groups_begin_dealing(o, s);
}

static sonde_code add_to_set(op *o, group_set *s, batch b, const col *groups) {
  const aggregate_op *x = o->self;
  uint32_t *numbers = NULL;
  if (NODE(o)->n_groups) {
    col *cols;
    SONDE_TRY(set_columns(o, s, groups, &cols));
    numbers = arena_array(&o->scratch, b.n, sizeof *numbers, o->run->err);
    if (!numbers) return o->run->err->code;
    SONDE_TRY(number_groups(o, s, &b, cols, numbers));
    if (x->rows == 0 && groups_may_deal_all(o, s)) SONDE_TRY(deal_all(o, s, numbers, b.n));
    if (s->full || s->dealt.parts) SONDE_TRY(deal_others(o, s, cols, &b, numbers));
  }
  uint32_t n_groups = NODE(o)->n_groups ? s->table.n : 1;
  for (uint32_t i = 0; b.n && i < NODE(o)->n_calls; i++)
    if (!s->calls[i].base) SONDE_TRY(aggregate_update(&s->calls[i], &b, numbers, n_groups, &o->scratch));
  if (groups_may_deal(o, s, x->rows)) SONDE_TRY(groups_begin_dealing(o, s));
  s->full = s->full || is_due(o, s);
  return SONDE_OK;
}

static sonde_code add_batch(op *o, aggregate_op *x, const batch *b) {
  arena_reset(&o->scratch);
  col *groups = arena_array(&o->scratch, NODE(o)->n_groups + 1u, sizeof *groups, o->run->err);
  if (!groups) return o->run->err->code;
  for (uint32_t i = 0; i < NODE(o)->n_groups; i++)
    SONDE_TRY(node_eval(x->groups[i], b, &o->scratch, &groups[i]));
  for (uint32_t i = 0; i < x->n_sets; i++) SONDE_TRY(add_to_set(o, &x->sets[i], *b, groups));
  return SONDE_OK;
}

static sonde_code end_set(op *o, group_set *s) {
  if (NODE(o)->n_groups == 0) {
    s->table.n = 1;
  } else if (s->table.n == 0 && is_total(o, s)) {
    col *cols;
    uint32_t number;
    SONDE_TRY(set_columns(o, s, NULL, &cols));
    SONDE_TRY(keyer_encode(&s->keys, cols, 1, true, o->run->err));
    SONDE_TRY(key_table_add(&s->table, &s->keys, 1, &number, o->run->err));
  }
  uint64_t keys = s->table.n + s->dealt.rows;
  keyer_seal(&s->keys, keys < UINT32_MAX ? (uint32_t)keys : UINT32_MAX, &o->run->next_dict_id);
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) SONDE_TRY(aggregate_end(&s->calls[i], s->table.n));
  return SONDE_OK;
}

/* Groups, or values of a DISTINCT, are hardly fewer than rows. */
static bool refuses(const op *o, uint32_t telling_rows) {
  const aggregate_op *x = o->self;
  uint64_t most = x->sets[0].table.n;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    const aggregate *a = &x->sets[0].calls[i];
    if (a->seen_keys && a->seen.n > most) most = a->seen.n;
  }
  return x->rows >= telling_rows && most > x->rows / 2;
}

step aggregate_gather(op *o) {
  batch b;
  for (;;) {
    step s = op_next(o->in[0], &b);
    if (s != STEP_ROWS) return s;
    if (add_batch(o, o->self, &b) != SONDE_OK) return STEP_FAIL;
    ((aggregate_op *)o->self)->rows += b.n;
    if (NODE(o)->may_refuse && refuses(o, TELLING_ROWS)) return STEP_END;
  }
}

bool aggregate_refuses(const op *o) { return refuses(o, TELLING_BLOCK_ROWS); }

sonde_code aggregate_put_states(op *o, buf *out) { return groups_put(o, o->self, out); }

static step merge(op *o) {
  rd states;
  for (;;) {
    step s = exchange_next(o->in[0], &states);
    if (s != STEP_ROWS) return s;
    if (states.len == 0) return o->run->refused = true, STEP_FAIL;
    if (groups_merge(o, o->self, &states) != SONDE_OK) return STEP_FAIL;
  }
}

static step gather(op *o, aggregate_op *x) {
  step s = NODE(o)->role == AGGREGATE_MERGES ? merge(o) : aggregate_gather(o);
  if (s != STEP_END) return s;
  for (uint32_t i = 0; i < x->n_sets; i++)
    if (end_set(o, &x->sets[i]) != SONDE_OK) return STEP_FAIL;
  x->gathered = true;
  return STEP_ROWS;
}

/* ---- answering ---- */

static sonde_code put_groupings(op *o, const group_set *s, uint32_t n, col *out) {
  for (uint32_t g = 0; g < NODE(o)->n_groupings; g++) {
    const grouping_call *c = &NODE(o)->groupings[g];
    value bits = {.v.i = 0};
    for (uint32_t i = 0; i < c->n; i++) bits.v.i = bits.v.i << 1 | !in_set(s, c->groups[i]);
    SONDE_TRY(col_constant(&out[g], &o->plan->columns[NODE(o)->n_groups + NODE(o)->n_calls + g].type, &bits,
                           &o->scratch, o->run->err));
  }
  (void)n;
  return SONDE_OK;
}

static sonde_code answer(op *o, group_set *s, uint32_t first, uint32_t n, batch *b) {
  uint32_t n_groups = NODE(o)->n_groups, n_calls = NODE(o)->n_calls;
  arena_reset(&o->scratch);
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  const uint64_t *words = n_groups ? s->table.words + (size_t)first * s->table.n_words : NULL;
  for (uint32_t i = 0; i < n_groups; i++)
    SONDE_TRY(keyer_decode(&s->keys, i, words, n, &o->cols[i], &o->scratch, o->run->err));
  for (uint32_t i = 0; i < n_calls; i++)
    SONDE_TRY(aggregate_result(&s->calls[i], first, n, &o->cols[n_groups + i], &o->scratch));
  return put_groupings(o, s, n, o->cols + n_groups + n_calls);
}

static void free_sets(op *o, aggregate_op *x) {
  for (uint32_t i = 0; x->sets && i < x->n_sets; i++) {
    for (uint32_t k = 0; x->sets[i].calls && k < NODE(o)->n_calls; k++) aggregate_close(&x->sets[i].calls[k]);
    groups_free_dealt(o, &x->sets[i]);
    keyer_free(&x->sets[i].keys);
    key_table_free(&x->sets[i].table);
  }
  x->freed = true;
}

/* The same over one grouping set only. */
static const plan *plan_of_set(op *o, group_set *s) {
  if (!NODE(o)->sets) return o->plan;
  plan *p = arena_copy(&o->memory, o->plan, sizeof *p, o->run->err);
  if (!p) return NULL;
  p->u.aggregate.sets = &s->mask;
  p->u.aggregate.n_sets = 1;
  return p;
}

static step next_of_rest(op *o, aggregate_op *x, batch *b) {
  if (!x->freed) {
    free_sets(o, x);
    x->set = 0;
  }
  for (; x->set < x->n_sets; x->set++) {
    group_set *s = &x->sets[x->set];
    if (!spill_has(&s->rest)) continue;
    const plan *p = s->rest.child ? s->rest.child->plan : plan_of_set(o, s);
    step answer = p ? spill_next(&s->rest, o, p, NULL, b) : STEP_FAIL;
    if (answer != STEP_END) return answer;
  }
  return STEP_END;
}

static step next_aggregate(op *o, batch *b) {
  aggregate_op *x = o->self;
  if (!x->gathered) {
    step s = gather(o, x);
    if (s != STEP_ROWS) return s;
  }
  if (x->freed) return next_of_rest(o, x, b);
  while (x->set < x->n_sets && x->at >= x->sets[x->set].table.n) {
    x->at = 0;
    if (groups_next_part(o, &x->sets[x->set]) != SONDE_OK) return STEP_FAIL;
    x->set += x->sets[x->set].table.n == 0;
  }
  if (x->set == x->n_sets) return next_of_rest(o, x, b);
  group_set *s = &x->sets[x->set];
  uint32_t left = s->table.n - x->at, n = left < o->run->batch_rows ? left : o->run->batch_rows;
  if (answer(o, s, x->at, n, b) != SONDE_OK) return STEP_FAIL;
  x->at += n;
  return STEP_ROWS;
}

static void close_aggregate(op *o) {
  aggregate_op *x = o->self;
  free_sets(o, x);
  for (uint32_t i = 0; x->sets && i < x->n_sets; i++) spill_close(&x->sets[i].rest);
}
static const op_class aggregate_op_class = {.next = next_aggregate, .close = close_aggregate};

sonde_code op_aggregate(op *o) {
  o->class = &aggregate_op_class;
  aggregate_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  SONDE_TRY(op_nodes(o, NODE(o)->groups, NODE(o)->n_groups, &x->groups));
  return open_sets(o, x);
}
