/* Joins: one input is kept and found by key, the other one is probed. Without equal keys every pair is looked at. */
#include "exec/query/join/asof.h"
#include "exec/query/join/join.h"
#include "exec/query/operator/spill.h"
#include "exec/query/scan/key_filter.h"

typedef struct {
  prober p;
  uint32_t n_keys;       /* compared by hash; of a MARK with several keys all but the first */
  node **probed, **kept; /* keys of either side, all of them, then the ASOF expression */
  keyer keys;
  join_table table;
  asof_table asof;
  bool collected, built, any_null; /* any_null: a right key is null (MARK) */
  bool some;                       /* right rows were met (MARK) */
  bool numbers;                    /* the only key is a number, which needs no keyer to be looked up */
  bool dealt;                      /* all rows of both sides are in `parts` */
  spilled parts;
  uint32_t n_hashed, first_hashed;
  uint32_t at; /* POSITIONAL */
} join_op;

#define NODE(o) (&(o)->plan->u.join)

static unsigned kept_side(const join_op *x) { return x->p.mirrored ? 0 : 1; }
static op *kept_input(const op *o, const join_op *x) { return o->in[kept_side(x)]; }
static op *probed_input(const op *o, const join_op *x) { return o->in[1 - kept_side(x)]; }

/* ---- building ---- */

static sonde_code eval_keys(op *o, join_op *x, node **exprs, const batch *in, arena *a, col **out) {
  *out = arena_array(a, x->n_keys + 1u, sizeof **out, o->run->err);
  if (!*out) return o->run->err->code;
  for (uint32_t i = 0; i < x->n_keys; i++) SONDE_TRY(node_eval(exprs[i], in, a, &(*out)[i]));
  return SONDE_OK;
}

/* Rows that equal nothing are kept only where they come out, or where it counts that there are any. */
static bool keeps_all(const join_op *x) {
  join_kind k = x->p.kind;
  return k == JOIN_RIGHT || k == JOIN_FULL || k == JOIN_MARK || (k == JOIN_ANTI && x->p.mirrored);
}

static uint32_t keyed_rows(const join_op *x, uint32_t n, uint32_t *rows) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++)
    if (!x->keys.skip[i]) rows[kept++] = i;
  return kept;
}

static void note_marks(join_op *x, const col *keys, uint32_t n) {
  x->some = true;
  for (uint32_t i = 0; x->p.kind == JOIN_MARK && x->n_keys && i < n; i++)
    x->any_null |= !col_valid(&keys[0], i);
}

static sonde_code build_batch(op *o, join_op *x, const batch *in) {
  col *keys, own;
  uint32_t *rows = NULL, n = in->n;
  arena_reset(&o->scratch);
  SONDE_TRY(eval_keys(o, x, x->kept, in, &o->scratch, &keys));
  note_marks(x, keys, in->n);
  if (x->p.marked) own = keys[0];
  if (NODE(o)->asof) SONDE_TRY(node_eval(x->kept[x->n_keys], in, &o->scratch, &own));
  if (x->n_hashed) SONDE_TRY(keyer_encode(&x->keys, keys + x->first_hashed, in->n, true, o->run->err));
  if (x->n_hashed && x->keys.any_skip && !keeps_all(x)) {
    rows = arena_array(&o->scratch, in->n, sizeof *rows, o->run->err);
    if (!rows) return o->run->err->code;
    n = keyed_rows(x, in->n, rows);
  }
  if (x->n_hashed) SONDE_TRY(join_table_add(&x->table, &x->keys, rows, n, o->run->err));
  return prober_keep(&x->p, o, in, &own, rows, n);
}

/* Without keys every row is a partner of every other. */
static sonde_code chain_all(op *o, join_op *x) {
  uint32_t n = x->p.rows.n;
  uint32_t *next = arena_array(&o->memory, n, sizeof *next, o->run->err);
  if (!next) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) next[i] = i + 1 < n ? i + 1 : NO_ROW;
  x->p.next = next;
  return SONDE_OK;
}

/* Rows that cannot match need not come: where such rows do not come out, the scan leaves them away. */
static void filter_probed(op *o, join_op *x) {
  join_kind k = x->p.kind;
  bool drops = k == JOIN_INNER || k == JOIN_RIGHT || k == JOIN_SEMI || (k == JOIN_ANTI && x->p.mirrored);
  const expr *key = x->p.mirrored ? NODE(o)->keys[0].right : NODE(o)->keys[0].left;
  if (drops && x->numbers && key->kind == EXPR_COLUMN)
    key_filter_offer(probed_input(o, x), key->index, &x->table);
}

static step make_table(op *o, join_op *x) {
  bool done = true;
  if (x->n_hashed && join_table_make(&x->table, &done, o->run->err) != SONDE_OK) return STEP_FAIL;
  if (!done) return STEP_WAIT;
  const join_table *t = x->n_hashed ? &x->table : NULL;
  x->built = true;
  if (t) filter_probed(o, x);
  if (NODE(o)->asof)
    return rows_or_fail(asof_make(&x->asof, o->run->mem, &x->p.rows, x->p.n_kept, t, o->run->err));
  if (!t) return rows_or_fail(chain_all(o, x));
  x->p.next = t->next;
  return STEP_ROWS;
}

/* ---- more kept rows than memory holds ---- */

#define BYTES_A_ROW 24u /* of the table, once it is made */
#define SURPRISE 8.0    /* so many more rows than were estimated do not come as one */

/* Rows that may be dealt out later keep all columns that the join looks at. */
static bool may_spill(const op *o, const join_op *x) {
  const op *kept = kept_input(o, x);
  return NODE(o)->n_keys > x->first_hashed && spill_may(probed_input(o, x)) &&
         (kept->plan->rows == 0 || spill_is_expected(kept, SURPRISE));
}

static uint64_t bytes_at_hand(const join_op *x) {
  return arena_held(&x->p.rows.memory) + arena_held(&x->table.words.memory) + keyer_held(&x->keys) +
         (uint64_t)x->p.rows.n * BYTES_A_ROW;
}

static sonde_code deal_rows(op *o, join_op *x, unsigned side, const batch *in) {
  col *keys;
  bool kept = side == kept_side(x);
  arena_reset(&o->scratch);
  SONDE_TRY(eval_keys(o, x, kept ? x->kept : x->probed, in, &o->scratch, &keys));
  if (kept) note_marks(x, keys, in->n);
  return spill_put(&x->parts, o, side, in, keys + x->first_hashed, x->n_hashed, NULL, in->n);
}

static sonde_code deal_kept(op *o, join_op *x) {
  prober *p = &x->p;
  const plan *side = kept_input(o, x)->plan;
  col *kept = arena_array(&o->memory, p->rows.n_cols + 1u, sizeof *kept, o->run->err);
  batch b, in = {.n_cols = side->n_columns};
  in.cols = arena_array(&o->memory, side->n_columns + 1u, sizeof *in.cols, o->run->err);
  if (!kept || !in.cols) return o->run->err->code;
  for (uint32_t i = 0; i < in.n_cols; i++)
    in.cols[i] = (col){.form = COL_CONST, .type = &side->columns[i].type};
  for (uint32_t at = 0; at < p->rows.n; at += b.n) {
    rowset_batch(&p->rows, at, &b, kept);
    for (uint32_t i = 0; i < p->n_kept; i++) in.cols[p->kept[i]] = kept[i];
    in.n = b.n;
    SONDE_TRY(deal_rows(o, x, kept_side(x), &in));
  }
  rowset_free(&p->rows);
  keyer_free(&x->keys);
  join_table_free(&x->table);
  return SONDE_OK;
}

static sonde_code take_kept(op *o, join_op *x, const batch *in) {
  if (spill_has(&x->parts)) return deal_rows(o, x, kept_side(x), in);
  SONDE_TRY(build_batch(o, x, in));
  bool full = x->p.whole && x->p.rows.n && spill_is_due(kept_input(o, x), bytes_at_hand(x));
  return full ? deal_kept(o, x) : SONDE_OK;
}

/* What `NOT IN` asks of all rows is not to be seen in a part. */
static void pass_on(op *child, const op *o) {
  join_op *to = child->self;
  const join_op *x = o->self;
  to->any_null = x->any_null;
  to->some = x->some;
}

static step next_in_parts(op *o, join_op *x, batch *b) {
  while (!x->dealt) {
    batch in;
    step s = op_next(probed_input(o, x), &in);
    x->dealt = s == STEP_END;
    if (s == STEP_WAIT || s == STEP_FAIL) return s;
    if (s == STEP_ROWS && deal_rows(o, x, 1 - kept_side(x), &in) != SONDE_OK) return STEP_FAIL;
  }
  return spill_next(&x->parts, o, o->plan, pass_on, b);
}

static step build(op *o, join_op *x) {
  batch in;
  while (!x->collected) {
    step s = op_next(kept_input(o, x), &in);
    x->collected = s == STEP_END;
    if (s == STEP_WAIT || s == STEP_FAIL) return s;
    if (s == STEP_ROWS && take_kept(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
  x->built = spill_has(&x->parts);
  return x->built ? STEP_ROWS : make_table(o, x);
}

/* ---- probing ---- */

/* `left IN (right)` is unknown where nothing matched and either side is null; of no rows it is false. */
static void unknown_marks(join_op *x, const col *key) {
  for (uint32_t i = 0; i < x->p.probed.n; i++)
    if (x->some && (x->any_null || !col_valid(key, i))) x->p.found[i] = 2;
}

static sonde_code look_up(op *o, join_op *x, const col *keys, uint32_t n) {
  if (x->n_hashed == 0)
    memset(x->p.first, x->p.rows.n ? 0 : 0xFF, n * sizeof *x->p.first);
  else if (x->numbers && keys[0].form == COL_FLAT)
    join_table_find_numbers(&x->table, &keys[0], n, x->p.first);
  else {
    SONDE_TRY(keyer_encode(&x->keys, keys + x->first_hashed, n, false, o->run->err));
    join_table_find(&x->table, &x->keys, n, x->p.first);
  }
  return SONDE_OK;
}

static sonde_code begin_probing(op *o, join_op *x, const batch *in) {
  col *keys, nearest;
  SONDE_TRY(prober_begin(&x->p, o, in));
  SONDE_TRY(eval_keys(o, x, x->probed, in, &x->p.held, &keys));
  SONDE_TRY(look_up(o, x, keys, in->n));
  if (x->p.kind == JOIN_MARK && x->n_keys == 1) unknown_marks(x, &keys[0]);
  x->p.mark_left = &keys[0];
  if (!NODE(o)->asof) return SONDE_OK;
  SONDE_TRY(node_eval(x->probed[x->n_keys], in, &x->p.held, &nearest));
  asof_find(&x->asof, NODE(o)->asof, &nearest, in->n, x->p.first);
  return SONDE_OK;
}

static step next_join(op *o, batch *b) {
  join_op *x = o->self;
  if (!x->built) {
    step s = build(o, x);
    if (s != STEP_ROWS) return s;
  }
  if (spill_has(&x->parts)) return next_in_parts(o, x, b);
  for (;;) {
    if (x->p.open) {
      step s = prober_next(&x->p, o, b);
      if (s != STEP_END) return s;
      x->p.open = false;
    }
    batch in;
    step s = x->p.ended ? STEP_END : op_next(probed_input(o, x), &in);
    if (s == STEP_END) {
      x->p.ended =
          prober_notes_hits(&x->p); /* else there may be more another time: the next block of a stage */
      return prober_last(&x->p, o, b);
    }
    if (s != STEP_ROWS) return s;
    if (begin_probing(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
}

/* ---- POSITIONAL: row beside row, the shorter side filled with nulls ---- */

static sonde_code beside(op *o, join_op *x, const batch *left, batch *b) {
  uint32_t n_left = x->p.n_left, kept = x->p.rows.n, n = left ? left->n : kept - x->at;
  uint32_t rows[BATCH_ROWS];
  value none = {.null = true};
  if (n > BATCH_ROWS) n = BATCH_ROWS;
  arena_reset(&o->scratch);
  for (uint32_t i = 0; i < n; i++) rows[i] = x->at + i < kept ? x->at + i : NO_ROW;
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  if (left) memcpy(o->cols, left->cols, n_left * sizeof(col));
  for (uint32_t i = 0; !left && i < n_left; i++)
    SONDE_TRY(col_constant(&o->cols[i], &o->plan->columns[i].type, &none, &o->scratch, o->run->err));
  for (uint32_t i = 0; i < x->p.n_kept; i++)
    SONDE_TRY(
        rowset_gather(&x->p.rows, i, rows, n, &o->cols[n_left + x->p.kept[i]], &o->scratch, o->run->err));
  x->at += n;
  return SONDE_OK;
}

static step collect_right(op *o, join_op *x) {
  while (!x->built) {
    batch in;
    step s = op_next(o->in[1], &in);
    x->built = s == STEP_END;
    if (s == STEP_WAIT || s == STEP_FAIL) return s;
    arena_reset(&o->scratch);
    if (s == STEP_ROWS && prober_keep(&x->p, o, &in, NULL, NULL, in.n) != SONDE_OK) return STEP_FAIL;
  }
  return STEP_ROWS;
}

static step next_positional(op *o, batch *b) {
  join_op *x = o->self;
  batch in;
  step s = collect_right(o, x);
  if (s != STEP_ROWS) return s;
  s = x->p.ended ? STEP_END : op_next(o->in[0], &in);
  if (s == STEP_ROWS) return rows_or_fail(beside(o, x, &in, b));
  if (s != STEP_END) return s;
  x->p.ended = true;
  return x->at < x->p.rows.n ? rows_or_fail(beside(o, x, NULL, b)) : STEP_END;
}

/* ---- opening ---- */

static void close_join(op *o) {
  join_op *x = o->self;
  prober_free(&x->p, o);
  asof_free(&x->asof);
  keyer_free(&x->keys);
  join_table_free(&x->table);
  spill_close(&x->parts);
}
static const op_class join_class = {.next = next_join, .close = close_join},
                      positional_class = {.next = next_positional, .close = close_join};

static sonde_code make_nodes(op *o, join_op *x) {
  uint32_t n = x->n_keys;
  node **left = arena_array(&o->memory, n + 1u, sizeof *left, o->run->err);
  node **right = arena_array(&o->memory, n + 1u, sizeof *right, o->run->err);
  if (!left || !right) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    if (!(left[i] = node_make(o->run, NODE(o)->keys[i].left)) ||
        !(right[i] = node_make(o->run, NODE(o)->keys[i].right)))
      return o->run->err->code;
  if (NODE(o)->asof && (!(left[n] = node_make(o->run, NODE(o)->asof_left)) ||
                        !(right[n] = node_make(o->run, NODE(o)->asof_right))))
    return o->run->err->code;
  x->probed = x->p.mirrored ? right : left;
  x->kept = x->p.mirrored ? left : right;
  return SONDE_OK;
}

/* SEMI and ANTI without a residual ask only whether a key is there. */
static bool asks_members(const op *o, const join_op *x) {
  join_kind k = NODE(o)->kind;
  bool plain = !NODE(o)->residual && !NODE(o)->asof && !x->p.mirrored && !x->p.marked;
  return plain && (k == JOIN_SEMI || k == JOIN_ANTI || k == JOIN_MARK);
}

static sonde_code open_keys(op *o, join_op *x) {
  uint32_t n = x->n_keys, first = x->first_hashed;
  const sql_type **types = arena_array(&o->memory, n + 1u, sizeof *types, o->run->err);
  bool *strict = arena_array(&o->memory, n + 1u, sizeof *strict, o->run->err);
  if (!types || !strict) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    types[i] = &NODE(o)->keys[i].left->type;
    strict[i] = !NODE(o)->keys[i].null_equal;
  }
  SONDE_TRY(make_nodes(o, x));
  x->n_hashed = n - first;
  if (x->n_hashed == 0) return SONDE_OK;
  x->numbers = x->n_hashed == 1 && n == 1 && strict[first] && sql_lane(types[first]) == LANE_I64;
  SONDE_TRY(keyer_init(&x->keys, o->run->mem, types + first, strict + first, x->n_hashed, o->run->err));
  return join_table_init(&x->table, o->run->mem, &x->keys, asks_members(o, x), o->run->err);
}

sonde_code op_join(op *o) {
  o->class = NODE(o)->kind == JOIN_POSITIONAL ? &positional_class : &join_class;
  join_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  x->n_keys = NODE(o)->n_keys;
  x->p.mirrored = NODE(o)->build_left && (NODE(o)->kind == JOIN_SEMI || NODE(o)->kind == JOIN_ANTI) &&
                  !NODE(o)->asof && x->n_keys;
  x->p.marked = NODE(o)->kind == JOIN_MARK && x->n_keys > 0 && (x->n_keys > 1 || NODE(o)->residual);
  x->first_hashed = x->p.marked;
  const sql_type *own = x->p.marked     ? &NODE(o)->keys[0].right->type
                        : NODE(o)->asof ? &NODE(o)->asof_right->type
                                        : NULL;
  x->p.whole = may_spill(o, x);
  SONDE_TRY(prober_init(&x->p, o, NODE(o)->kind, NODE(o)->residual, &own, own != NULL));
  x->p.mark_right = x->p.n_kept;
  return open_keys(o, x);
}
