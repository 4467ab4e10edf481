/* Aggregates over frames. A frame that only grows goes on with its state; one that is another row's is not computed again;
 * others are gathered from trees of partial states, or row by row when states cannot be merged. */
#include "exec/query/window/window.h"

#define TREE_BRANCH 16u

struct framing {
  partition *p;
  aggregate *a;
  col *args;      /* of the partition, in order, flat */
  uint32_t *list; /* rows of a frame */
  char *state;
  col one;         /* result of a frame */
  char *levels[8]; /* partial states: of 16 rows, of 256, … */
  uint32_t n_levels;
  frame last; /* of the row before, counted from the partition's begin */
  bool began, tree;
  value v; /* result of that frame */
};

static uint32_t size_of(const partition *p) { return p->end - p->begin; }

static bool is_plain(const partition *p) {
  const window_call *c = p->c->call;
  return p->agg.class && !c->call.filter && !c->call.distinct && !c->call.n_keys &&
         c->exclude == EXCLUDE_NONE;
}

static sonde_code load_args(framing *f) {
  partition *p = f->p;
  uint32_t n = p->c->call->call.n_args;
  f->args = arena_array(p->scratch, n + 1u, sizeof *f->args, p->run->err);
  f->list = arena_array(p->scratch, size_of(p) + 1u, sizeof *f->list, p->run->err);
  f->state = f->a->class ? arena_zero(p->scratch, f->a->class->state, p->run->err) : (char *)f->list;
  if (!f->args || !f->list || !f->state) return p->run->err->code;
  SONDE_TRY(col_new(&f->one, &p->c->call->call.type, 1, true, p->scratch, p->run->err));
  for (uint32_t i = 0; i < n; i++)
    SONDE_TRY(rowset_gather(p->rows, p->c->args[i], p->order + p->begin, size_of(p), &f->args[i], p->scratch,
                            p->run->err));
  return SONDE_OK;
}

static sonde_code add_range(framing *f, void *state, uint32_t from, uint32_t to) {
  col part[8];
  uint32_t n_args = f->p->c->call->call.n_args;
  for (uint32_t i = 0; i < n_args && i < 8; i++) part[i] = col_slice(&f->args[i], from);
  return f->a->class->update(f->a, state, NULL, part, to - from);
}

static sonde_code put_result(framing *f, const void *state, uint32_t place) {
  partition *p = f->p;
  col_validity(&f->one)[0] = 1;
  SONDE_TRY(f->a->class->finish(f->a, state, 0, 1, &f->one, p->scratch));
  f->v = col_value(&f->one, 0);
  if (!f->v.null && f->one.lane >= LANE_STR)
    SONDE_TRY(cell_copy(f->one.type, f->v.v, p->keep, &f->v.v, p->run->err));
  window_put(p, place, f->v);
  return SONDE_OK;
}

/* ---- trees ---- */

static sonde_code build_level(framing *f, uint32_t level, uint32_t n) {
  size_t size = f->a->class->state;
  uint32_t parts = (n + TREE_BRANCH - 1) / TREE_BRANCH;
  char *states = arena_zero(f->p->scratch, parts * size, f->p->run->err);
  if (!states) return f->p->run->err->code;
  for (uint32_t i = 0; i < n; i += level ? 1 : TREE_BRANCH) {
    uint32_t to = i + TREE_BRANCH < n ? i + TREE_BRANCH : n;
    if (level == 0)
      SONDE_TRY(add_range(f, states + i / TREE_BRANCH * size, i, to));
    else
      SONDE_TRY(f->a->class->merge(f->a, states + i / TREE_BRANCH * size, f->levels[level - 1] + i * size));
  }
  f->levels[level] = states;
  f->n_levels = level + 1;
  return SONDE_OK;
}

static sonde_code build_tree(framing *f) {
  uint32_t n = size_of(f->p);
  for (uint32_t level = 0; level < 8 && n > TREE_BRANCH; level++) {
    SONDE_TRY(build_level(f, level, n));
    n = (n + TREE_BRANCH - 1) / TREE_BRANCH;
  }
  return SONDE_OK;
}

/* Level 0 stands for rows, level k for parts of 16^k rows. */
static sonde_code add_tree(framing *f, uint32_t level, uint32_t from, uint32_t to) {
  size_t size = f->a->class->state;
  uint32_t inner_from = (from + TREE_BRANCH - 1) / TREE_BRANCH, inner_to = to / TREE_BRANCH;
  bool leaf = level >= f->n_levels || inner_from >= inner_to;
  uint32_t left = leaf ? to : inner_from * TREE_BRANCH, right = leaf ? to : inner_to * TREE_BRANCH;
  if (level == 0 && left > from) SONDE_TRY(add_range(f, f->state, from, left));
  for (uint32_t i = from; level && i < left; i++)
    SONDE_TRY(f->a->class->merge(f->a, f->state, f->levels[level - 1] + i * size));
  if (leaf) return SONDE_OK;
  SONDE_TRY(add_tree(f, level + 1, inner_from, inner_to));
  if (level == 0 && to > right) return add_range(f, f->state, right, to);
  for (uint32_t i = right; level && i < to; i++)
    SONDE_TRY(f->a->class->merge(f->a, f->state, f->levels[level - 1] + i * size));
  return SONDE_OK;
}

/* ---- plain frames ---- */

static sonde_code move_frame(framing *f, frame now) {
  partition *p = f->p;
  if (f->began && now.from == f->last.from && now.to >= f->last.to) {
    p->budget -= now.to - f->last.to;
    return now.to > f->last.to ? add_range(f, f->state, f->last.to, now.to) : SONDE_OK;
  }
  memset(f->state, 0, f->a->class->state);
  if (!f->tree && f->began && f->a->class->merge) SONDE_TRY(build_tree(f));
  f->tree |= f->began;
  p->budget -= f->tree ? TREE_BRANCH : now.to - now.from;
  return now.to > now.from ? add_tree(f, 0, now.from, now.to) : SONDE_OK;
}

static sonde_code plain_frames(framing *f) {
  partition *p = f->p;
  for (; p->row < p->end && p->budget > 0; p->row++, p->budget--) {
    frame now;
    SONDE_TRY(frame_of(p, p->row, &now));
    now.from -= p->begin;
    now.to -= p->begin;
    if (f->began && now.from == f->last.from && now.to == f->last.to) {
      window_put(p, p->row, f->v);
      continue;
    }
    SONDE_TRY(move_frame(f, now));
    SONDE_TRY(put_result(f, f->state, p->row));
    f->last = now;
    f->began = true;
  }
  return SONDE_OK;
}

/* ---- all others: rows of each frame, one by one ---- */

static bool passes_filter(const partition *p, uint32_t row) {
  if (!p->c->call->call.filter) return true;
  return rowset_valid(p->rows, p->c->filter, row) && rowset_cell(p->rows, p->c->filter, row).b;
}

static uint32_t list_rows(framing *f, uint32_t place, frame fr) {
  partition *p = f->p;
  uint32_t n = 0;
  for (uint32_t at = fr.from; at < fr.to; at++) {
    uint32_t row = p->order[at];
    if (is_excluded(p, place, at) || !passes_filter(p, row)) continue;
    bool null = p->c->call->call.n_args && !rowset_valid(p->rows, p->c->args[0], row);
    if (null && ((!f->a->class && !f->a->keeps_nulls) || p->c->call->call.ignore_nulls)) continue;
    f->list[n++] = row;
  }
  return n;
}

/* Each value once: the first row of equal ones, in the order of the frame. */
static sonde_code only_distinct(framing *f, uint32_t *n) {
  partition *p = f->p;
  order_by by[4];
  uint32_t n_args = p->c->call->call.n_args, kept = 0;
  if (n_args > 4) n_args = 4;
  for (uint32_t i = 0; i < n_args; i++) by[i] = (order_by){.column = p->c->args[i]};
  SONDE_TRY(sort_rows(p->run->mem, p->rows, by, n_args, f->list, *n, NULL, p->run->err));
  for (uint32_t i = 0; i < *n; i++)
    if (i == 0 || !same_keys(p->rows, by, n_args, f->list[kept - 1], f->list[i]))
      f->list[kept++] = f->list[i];
  *n = kept;
  return SONDE_OK;
}

static sonde_code in_own_order(framing *f, uint32_t n) {
  partition *p = f->p;
  order_by by[8];
  uint32_t n_keys = p->c->call->call.n_keys < 8 ? p->c->call->call.n_keys : 8;
  for (uint32_t i = 0; i < n_keys; i++)
    by[i] =
        (order_by){p->c->keys[i], p->c->call->call.keys[i].descending, p->c->call->call.keys[i].nulls_first};
  return sort_rows(p->run->mem, p->rows, by, n_keys, f->list, n, NULL, p->run->err);
}

static sonde_code feed_list(framing *f, uint32_t n, arena *m) {
  partition *p = f->p;
  col args[8];
  memset(f->state, 0, f->a->class->state);
  for (uint32_t i = 0; i < p->c->call->call.n_args && i < 8; i++)
    SONDE_TRY(rowset_gather(p->rows, p->c->args[i], f->list, n, &args[i], m, p->run->err));
  return f->a->class->update(f->a, f->state, NULL, args, n);
}

/* Arguments of a holistic aggregate lie from column 0 on, its own sort keys behind them: a view of the rowset that has only these. */
static sonde_code put_holistic(framing *f, uint32_t n, uint32_t place, arena *m) {
  partition *p = f->p;
  const aggregate_call *c = &p->c->call->call;
  rowset args = *p->rows;
  col one;
  args.cols = arena_array(m, c->n_args + c->n_keys + 1u, sizeof *args.cols, p->run->err);
  if (!args.cols) return p->run->err->code;
  for (uint32_t i = 0; i < c->n_args; i++) args.cols[i] = p->rows->cols[p->c->args[i]];
  for (uint32_t i = 0; i < c->n_keys; i++) args.cols[c->n_args + i] = p->rows->cols[p->c->keys[i]];
  SONDE_TRY(col_new(&one, &p->c->call->call.type, 1, true, m, p->run->err));
  SONDE_TRY(f->a->all(f->a, &args, f->list, n, 0, &one, m));
  value v = col_value(&one, 0);
  if (!v.null) SONDE_TRY(cell_copy(one.type, v.v, p->keep, &v.v, p->run->err));
  window_put(p, place, v);
  return SONDE_OK;
}

static sonde_code listed_frames(framing *f) {
  partition *p = f->p;
  arena m;
  arena_init(&m, p->run->mem);
  sonde_code code = SONDE_OK;
  for (; code == SONDE_OK && p->row < p->end && p->budget > 0; p->row++) {
    frame fr;
    uint32_t place = p->row;
    arena_reset(&m);
    code = frame_of(p, place, &fr);
    if (code != SONDE_OK) break;
    p->budget -= 1 + 8 * (int64_t)(fr.to - fr.from);
    uint32_t n = list_rows(f, place, fr);
    if (p->c->call->call.distinct) code = only_distinct(f, &n);
    if (code == SONDE_OK && p->c->call->call.n_keys) code = in_own_order(f, n);
    if (code != SONDE_OK) break;
    code = f->a->class ? feed_list(f, n, &m) : put_holistic(f, n, place, &m);
    if (code == SONDE_OK && f->a->class) code = put_result(f, f->state, place);
  }
  arena_free(&m);
  return code;
}

sonde_code window_aggregate(partition *p) {
  if (p->row == p->begin) {
    p->framing = arena_zero(p->scratch, sizeof *p->framing, p->run->err);
    if (!p->framing) return p->run->err->code;
    p->framing->p = p;
    p->framing->a = &p->agg;
    SONDE_TRY(load_args(p->framing));
  }
  return is_plain(p) ? plain_frames(p->framing) : listed_frames(p->framing);
}
