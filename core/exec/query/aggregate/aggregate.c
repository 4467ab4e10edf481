/* Aggregates over groups: FILTER, DISTINCT and ORDER BY inside of calls; see aggregate.h. */
#include "exec/query/aggregate/aggregate.h"

/* ---- opening ---- */

static sonde_code make_nodes(aggregate *a) {
  const aggregate_call *c = a->call;
  run *r = a->run;
  a->args = arena_array(&r->memory, c->n_args + 1u, sizeof *a->args, r->err);
  a->keys = arena_array(&r->memory, c->n_keys + 1u, sizeof *a->keys, r->err);
  if (!a->args || !a->keys) return r->err->code;
  for (uint32_t i = 0; i < c->n_args; i++)
    if (!(a->args[i] = node_make(r, c->args[i]))) return r->err->code;
  for (uint32_t i = 0; i < c->n_keys; i++)
    if (!(a->keys[i] = node_make(r, c->keys[i].by))) return r->err->code;
  if (c->filter && !(a->filter = node_make(r, c->filter))) return r->err->code;
  return SONDE_OK;
}

static bool only_counts_values(const aggregate *a) {
  const aggregate_call *c = a->call;
  return c->function == FN_COUNT && c->n_args == 1 && value_set_takes(&c->args[0]->type, a->grouped);
}

static sonde_code open_values(aggregate *a) {
  a->values = arena_alloc(&a->run->memory, sizeof *a->values, a->run->err);
  if (!a->values) return a->run->err->code;
  value_set_init(a->values, a->run->mem);
  return SONDE_OK;
}

static sonde_code open_distinct(aggregate *a) {
  static const sql_type group = {.id = SQL_BIGINT};
  const sql_type *types[KEYER_COLS_MAX];
  uint32_t n = a->call->n_args < KEYER_COLS_MAX - 1 ? a->call->n_args : KEYER_COLS_MAX - 1, at = 0;
  a->seen_keys = arena_alloc(&a->run->memory, sizeof *a->seen_keys, a->run->err);
  if (!a->seen_keys) return a->run->err->code;
  if (a->grouped) types[at++] = &group;
  for (uint32_t i = 0; i < n; i++) types[at++] = &a->call->args[i]->type;
  SONDE_TRY(keyer_init(a->seen_keys, a->run->mem, types, NULL, at, a->run->err));
  key_table_init(&a->seen, a->run->mem, a->seen_keys);
  return SONDE_OK;
}

static sonde_code open_buffer(aggregate *a) {
  uint32_t n = a->call->n_args + a->call->n_keys;
  const sql_type **types = arena_array(&a->run->memory, n + 1u, sizeof *types, a->run->err);
  if (!types) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    types[i] = i < a->call->n_args ? &a->call->args[i]->type : &a->call->keys[i - a->call->n_args].by->type;
  return rowset_init(&a->kept, a->run->mem, types, n, a->run->err);
}

static void find_class(aggregate *a) {
  a->class = simple_class(a->call);
  if (!a->class) a->class = moments_class(a->call);
  if (!a->class) a->class = cell_class(a->call);
  if (!a->class) a->all = holistic_of(a->call, &a->keeps_nulls);
}

/* For these the order of values does not matter. */
static bool order_matters(const aggregate *a) {
  return !a->class || a->class->keeps || a->class->state > 64 || a->call->function == FN_FIRST;
}

sonde_code aggregate_open(aggregate *a, run *r, const aggregate_call *c, bool grouped) {
  *a = (aggregate){.run = r, .call = c, .grouped = grouped};
  arena_init(&a->memory, r->mem);
  find_class(a);
  SONDE_CHECK(a->class || a->all, r->err, SONDE_UNSUPPORTED, c->at, "the aggregate %s cannot be run yet",
              function_get((function_id)c->function)->name);
  SONDE_TRY(make_nodes(a));
  if (c->distinct) SONDE_TRY(only_counts_values(a) ? open_values(a) : open_distinct(a));
  a->buffered = !a->class || (c->n_keys && order_matters(a));
  return a->buffered ? open_buffer(a) : SONDE_OK;
}

void aggregate_close(aggregate *a) {
  if (!a->run) return;
  mem *m = a->run->mem;
  if (a->class) mem_free(m, a->states, a->states_cap * a->class->state);
  if (a->seen_keys) keyer_free(a->seen_keys);
  if (a->values) value_set_free(a->values);
  key_table_free(&a->seen);
  rowset_free(&a->kept);
  quantile_close(a);
  mem_free(m, a->groups, a->groups_cap * sizeof *a->groups);
  arena_free(&a->memory);
  a->run = NULL;
}

/* ---- rows ---- */

sonde_code aggregate_reserve(aggregate *a, uint32_t n) {
  if (!a->class || n <= a->n_states) return SONDE_OK;
  size_t each = a->class->state;
  SONDE_TRY(grow(a->run->mem, &a->states, &a->states_cap, n, each, a->run->err));
  memset((char *)a->states + a->n_states * each, 0, (n - a->n_states) * each);
  a->n_states = n;
  return SONDE_OK;
}

typedef struct {
  batch cols; /* arguments and sort keys */
  const uint32_t *groups;
} part;

static sonde_code eval_part(aggregate *a, const batch *b, const uint32_t *groups, arena *m, part *p) {
  uint32_t n = a->call->n_args + a->call->n_keys;
  *p = (part){.cols = {.n = b->n, .n_cols = n}, .groups = groups};
  p->cols.cols = arena_array(m, n + 1u, sizeof(col), a->run->err);
  if (!p->cols.cols) return a->run->err->code;
  for (uint32_t i = 0; i < n; i++)
    SONDE_TRY(
        node_eval(i < a->call->n_args ? a->args[i] : a->keys[i - a->call->n_args], b, m, &p->cols.cols[i]));
  return SONDE_OK;
}

/* Only some rows of a part. */
static sonde_code keep_part(aggregate *a, part *p, const uint32_t *rows, uint32_t n, arena *m) {
  if (n == p->cols.n) return SONDE_OK;
  for (uint32_t i = 0; i < p->cols.n_cols; i++) {
    col kept;
    SONDE_TRY(col_gather(&p->cols.cols[i], rows, n, &kept, m, a->run->err));
    p->cols.cols[i] = kept;
  }
  if (p->groups) {
    uint32_t *groups = arena_array(m, n, sizeof *groups, a->run->err);
    if (!groups) return a->run->err->code;
    for (uint32_t i = 0; i < n; i++) groups[i] = p->groups[rows[i]];
    p->groups = groups;
  }
  p->cols.n = n;
  return SONDE_OK;
}

static sonde_code group_column(const part *p, col *out, arena *m, sonde_error *err) {
  static const sql_type whole = {.id = SQL_BIGINT};
  SONDE_TRY(col_new(out, &whole, p->cols.n, false, m, err));
  for (uint32_t i = 0; i < p->cols.n; i++) ((int64_t *)col_lanes(out))[i] = p->groups ? p->groups[i] : 0;
  return SONDE_OK;
}

/* The rows whose group and arguments were not there before. Nulls do not count as values. */
static sonde_code only_new(aggregate *a, part *p, arena *m) {
  uint32_t n = p->cols.n, n_args = a->seen_keys->n_cols - a->grouped, fresh = 0, before = a->seen.n;
  col *keys = arena_array(m, n_args + 1u, sizeof *keys, a->run->err);
  uint32_t *entries = arena_array(m, n, sizeof *entries, a->run->err),
           *rows = arena_array(m, n, sizeof *rows, a->run->err);
  if (!keys || !entries || !rows) return a->run->err->code;
  if (a->grouped) SONDE_TRY(group_column(p, keys, m, a->run->err));
  memcpy(keys + a->grouped, p->cols.cols, n_args * sizeof *keys);
  SONDE_TRY(keyer_encode(a->seen_keys, keys, n, true, a->run->err));
  SONDE_TRY(key_table_add(&a->seen, a->seen_keys, n, entries, a->run->err));
  for (uint32_t i = 0; i < n; i++)
    if (entries[i] == before + fresh) rows[fresh++] = i; /* entries are numbered in the order they come */
  return keep_part(a, p, rows, fresh, m);
}

static sonde_code only_filtered(aggregate *a, const batch *b, part *p, arena *m) {
  uint32_t *rows = arena_array(m, b->n, sizeof *rows, a->run->err), n;
  if (!rows) return a->run->err->code;
  SONDE_TRY(node_select(a->filter, b, m, rows, &n));
  return keep_part(a, p, rows, n, m);
}

static sonde_code only_values(aggregate *a, part *p, arena *m) {
  const col *x = &p->cols.cols[0];
  if (a->keeps_nulls || a->call->n_args == 0 || (!x->valid && x->form != COL_DICT)) return SONDE_OK;
  uint32_t *rows = arena_array(m, p->cols.n, sizeof *rows, a->run->err), n = 0;
  if (!rows) return a->run->err->code;
  for (uint32_t i = 0; i < p->cols.n; i++)
    if (col_valid(x, i)) rows[n++] = i;
  return keep_part(a, p, rows, n, m);
}

static sonde_code feed_numbers(aggregate *a, const part *p, arena *m) {
  col plain;
  SONDE_TRY(col_plain(&p->cols.cols[0], p->cols.n, &plain, m, a->run->err));
  return quantile_add(a, &plain, p->groups, p->cols.n);
}

static sonde_code buffer_part(aggregate *a, part *p, arena *m) {
  if (a->numbers) return feed_numbers(a, p, m);
  if (a->all) SONDE_TRY(only_values(a, p, m));
  uint32_t at = a->kept.n;
  SONDE_TRY(rowset_append(&a->kept, &p->cols, a->run->err));
  SONDE_TRY(grow(a->run->mem, &a->groups, &a->groups_cap, a->kept.n, sizeof *a->groups, a->run->err));
  for (uint32_t i = 0; i < p->cols.n; i++) a->groups[at + i] = p->groups ? p->groups[i] : 0;
  return SONDE_OK;
}

static sonde_code feed(aggregate *a, part *p, arena *m) {
  for (uint32_t i = 0; i < a->call->n_args; i++) {
    col plain;
    SONDE_TRY(col_plain(&p->cols.cols[i], p->cols.n, &plain, m, a->run->err));
    p->cols.cols[i] = plain;
  }
  return a->class->update(a, a->states, p->groups, p->cols.cols, p->cols.n);
}

sonde_code aggregate_update(aggregate *a, const batch *b, const uint32_t *groups, uint32_t n_groups,
                            arena *m) {
  part p;
  SONDE_TRY(aggregate_reserve(a, n_groups));
  SONDE_TRY(eval_part(a, b, groups, m, &p));
  if (a->filter) SONDE_TRY(only_filtered(a, b, &p, m));
  if (a->values) return value_set_add(a->values, p.cols.cols, p.groups, p.cols.n, m, a->run->err);
  if (a->seen_keys) SONDE_TRY(only_new(a, &p, m));
  return a->buffered ? buffer_part(a, &p, m) : feed(a, &p, m);
}

sonde_code aggregate_take(aggregate *a, const batch *b, const uint32_t *groups, uint32_t n_groups, arena *m) {
  part p = {.cols = *b, .groups = groups};
  SONDE_TRY(aggregate_reserve(a, n_groups));
  if (a->seen_keys) SONDE_TRY(only_new(a, &p, m));
  return a->buffered ? buffer_part(a, &p, m) : feed(a, &p, m);
}

bool aggregate_takes_words(const aggregate *a) {
  if (!a->class || a->class->keeps || a->buffered || a->seen_keys || a->filter) return false;
  for (uint32_t i = 0; i < a->call->n_args; i++) {
    lane l = sql_lane(&a->call->args[i]->type);
    if (l != LANE_I64 && l != LANE_F64) return false;
  }
  return true;
}

sonde_code aggregate_args(aggregate *a, const batch *b, col *out, arena *m) {
  for (uint32_t i = 0; i < a->call->n_args; i++) {
    col any;
    SONDE_TRY(node_eval(a->args[i], b, m, &any));
    SONDE_TRY(col_plain(&any, b->n, &out[i], m, a->run->err));
  }
  return SONDE_OK;
}

/* ---- the end ---- */

/* Rows by group, in the order they came: a counting sort. */
static sonde_code by_group(aggregate *a, uint32_t n_groups) {
  run *r = a->run;
  a->begins = arena_zero(&r->memory, (n_groups + 1u) * sizeof *a->begins, r->err);
  a->order = arena_array(&r->memory, a->kept.n, sizeof *a->order, r->err);
  uint32_t *at = arena_array(&r->memory, n_groups + 1u, sizeof *at, r->err);
  if (!a->begins || !a->order || !at) return r->err->code;
  for (uint32_t i = 0; i < a->kept.n; i++) a->begins[a->groups[i] + 1]++;
  for (uint32_t g = 0; g < n_groups; g++) a->begins[g + 1] += a->begins[g];
  memcpy(at, a->begins, (n_groups + 1u) * sizeof *at);
  for (uint32_t i = 0; i < a->kept.n; i++) a->order[at[a->groups[i]]++] = i;
  return SONDE_OK;
}

static sonde_code order_groups(aggregate *a, uint32_t n_groups) {
  order_by keys[KEYER_COLS_MAX];
  uint32_t n = a->call->n_keys < KEYER_COLS_MAX ? a->call->n_keys : KEYER_COLS_MAX;
  for (uint32_t i = 0; i < n; i++)
    keys[i] = (order_by){a->call->n_args + i, a->call->keys[i].descending, a->call->keys[i].nulls_first};
  for (uint32_t g = 0; n && g < n_groups; g++)
    SONDE_TRY(sort_rows(a->run->mem, &a->kept, keys, n, a->order + a->begins[g],
                        a->begins[g + 1] - a->begins[g], NULL, a->run->err));
  return SONDE_OK;
}

/* An aggregate of fixed state that wanted its rows in order gets them now. */
static sonde_code feed_in_order(aggregate *a) {
  arena scratch;
  arena_init(&scratch, a->run->mem);
  sonde_code code = SONDE_OK;
  for (uint32_t first = 0; code == SONDE_OK && first < a->kept.n; first += BATCH_ROWS) {
    uint32_t n = a->kept.n - first < BATCH_ROWS ? a->kept.n - first : BATCH_ROWS;
    col args[8];
    uint32_t groups[BATCH_ROWS];
    arena_reset(&scratch);
    for (uint32_t i = 0; code == SONDE_OK && i < a->call->n_args && i < 8; i++)
      code = rowset_gather(&a->kept, i, a->order + first, n, &args[i], &scratch, a->run->err);
    for (uint32_t i = 0; i < n; i++) groups[i] = a->groups[a->order[first + i]];
    if (code == SONDE_OK) code = a->class->update(a, a->states, groups, args, n);
  }
  arena_free(&scratch);
  return code;
}

sonde_code aggregate_end(aggregate *a, uint32_t n_groups) {
  SONDE_TRY(aggregate_reserve(a, n_groups));
  if (a->values) return value_set_count(a->values, a->grouped, a->states, a->run->err);
  if (!a->buffered) return SONDE_OK;
  if (a->numbers) return quantile_end(a, n_groups);
  SONDE_TRY(by_group(a, n_groups));
  SONDE_TRY(order_groups(a, n_groups));
  return a->class ? feed_in_order(a) : SONDE_OK;
}

sonde_code aggregate_result(aggregate *a, uint32_t first, uint32_t n, col *out, arena *m) {
  SONDE_TRY(col_new(out, &a->call->type, n, true, m, a->run->err));
  if (a->base) return shifted_sums(a, first, n, out, m);
  if (a->class) return a->class->finish(a, a->states, first, n, out, m);
  if (a->numbers) return quantile_result(a, first, n, out), SONDE_OK;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t begin = a->begins[first + i];
    SONDE_TRY(a->all(a, &a->kept, a->order + begin, a->begins[first + i + 1] - begin, i, out, m));
  }
  return SONDE_OK;
}
