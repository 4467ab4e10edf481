/* What an aggregate knows about the groups of a block, as bytes: its states, where putting them together rounds nowhere that it shows; the
 * value that a state has kept, or the values of a DISTINCT, as rows that are taken in again where the blocks meet, in their order. */
#include "exec/query/aggregate/aggregate.h"
#include "exec/query/batch/rows_wire.h"

static const sql_type number_type = {.id = SQL_BIGINT};

static bool adds_exactly(const aggregate_call *c) {
  const aggregate_class *class = is_variance(c) ? moments_class(c) : simple_class(c);
  return class && class->merge && class->state <= AGGREGATE_STATE_MAX && c->function != FN_PRODUCT;
}

bool aggregate_in_parts(const aggregate_call *c) {
  if (c->distinct) return c->n_keys == 0 && (simple_class(c) || moments_class(c) || cell_class(c));
  return adds_exactly(c) || (cell_class(c) && c->n_keys == 0);
}

static bool travels_as_state(const aggregate *a) {
  return !a->seen_keys && !a->values && adds_exactly(a->call);
}

/* ---- putting ---- */

typedef struct {
  aggregate *a;
  buf *out;
  arena *memory;
  rows_writer writer;
} putting;

/* A batch of group numbers and the columns behind them. */
static sonde_code new_batch(const putting *p, uint32_t n, uint32_t n_cols, batch *b) {
  *b = (batch){.n = n, .n_cols = n_cols + 1};
  b->cols = arena_array(p->memory, n_cols + 1u, sizeof(col), p->a->run->err);
  return b->cols ? col_new(&b->cols[0], &number_type, n, false, p->memory, p->a->run->err)
                 : p->a->run->err->code;
}

static void put_batch(putting *p, const batch *b) {
  buf_u8(p->out, 1);
  rows_put(&p->writer, b, p->out);
}

static sonde_code put_seen(putting *p) {
  aggregate *a = p->a;
  p->writer.rows = a->seen.n;
  keyer_seal(a->seen_keys, a->seen.n, &a->run->next_dict_id);
  for (uint32_t first = 0; first < a->seen.n; first += BATCH_ROWS) {
    batch b;
    uint32_t n = a->seen.n - first < BATCH_ROWS ? a->seen.n - first : BATCH_ROWS;
    const uint64_t *words = a->seen.words + (size_t)first * a->seen.n_words;
    arena_reset(p->memory);
    SONDE_TRY(new_batch(p, n, a->seen_keys->n_cols - a->grouped, &b));
    memset(col_lanes(&b.cols[0]), 0, n * sizeof(int64_t));
    for (uint32_t i = 0; i < a->seen_keys->n_cols; i++)
      SONDE_TRY(keyer_decode(a->seen_keys, i, words, n, &b.cols[i + !a->grouped], p->memory, a->run->err));
    put_batch(p, &b);
  }
  return SONDE_OK;
}

/* A state that keeps a value, with what it was chosen by, as the row of arguments that it is. */
static sonde_code put_values(putting *p, uint32_t n_groups) {
  aggregate *a = p->a;
  const kept_state *states = a->states;
  uint32_t n_args = a->call->n_args;
  for (uint32_t g = 0; g < n_groups;) {
    batch b;
    uint32_t n = 0;
    arena_reset(p->memory);
    SONDE_TRY(new_batch(p, BATCH_ROWS, n_args, &b));
    for (uint32_t i = 0; i < n_args; i++)
      SONDE_TRY(col_new(&b.cols[i + 1], &a->call->args[i]->type, BATCH_ROWS, true, p->memory, a->run->err));
    for (; g < n_groups && n < BATCH_ROWS; g++) {
      if (!states[g].seen) continue;
      col_put(&b.cols[0], n, (cell){.i = g});
      if (states[g].null)
        col_put_null(&b.cols[1], n);
      else
        col_put(&b.cols[1], n, states[g].v);
      if (n_args > 1) col_put(&b.cols[2], n, states[g].by);
      n++;
    }
    b.n = n;
    if (n) put_batch(p, &b);
  }
  return SONDE_OK;
}

sonde_code aggregate_put(aggregate *a, uint32_t n_groups, buf *out, arena *scratch) {
  SONDE_TRY(aggregate_reserve(a, n_groups));
  if (a->values) return value_set_put(a->values, out, a->run->err);
  if (travels_as_state(a)) {
    buf_put(out, a->states, n_groups * a->class->state);
    return SONDE_OK;
  }
  putting p = {.a = a, .out = out, .memory = scratch};
  SONDE_TRY(rows_writer_init(&p.writer, a->call->n_args + 1, &a->run->memory, a->run->err));
  SONDE_TRY(a->seen_keys ? put_seen(&p) : put_values(&p, n_groups));
  buf_u8(out, 0);
  return SONDE_OK;
}

/* ---- merging ---- */

static sonde_code merge_states(aggregate *a, rd *in, const known_groups *here) {
  size_t size = a->class->state;
  SONDE_TRY(aggregate_reserve(a, here->n_here));
  for (uint32_t i = 0; i < here->n; i++) {
    max_align_t aligned[(AGGREGATE_STATE_MAX + sizeof(max_align_t) - 1) / sizeof(max_align_t)];
    const uint8_t *state = rd_bytes(in, size);
    if (!state) break;
    memcpy(aligned, state, size);
    SONDE_TRY(a->class->merge(a, (char *)a->states + here->numbers[i] * size, aligned));
  }
  SONDE_CHECK(!in->bad, a->run->err, SONDE_CORRUPT, 0, "states of a fragment are broken");
  return SONDE_OK;
}

static sonde_code number_rows(aggregate *a, const batch *b, const known_groups *here, arena *m,
                              uint32_t **out) {
  *out = arena_array(m, b->n, sizeof **out, a->run->err);
  if (!*out) return a->run->err->code;
  for (uint32_t i = 0; i < b->n; i++) {
    int64_t group = col_cell(&b->cols[0], i).i;
    SONDE_CHECK(group >= 0 && group < here->n && col_valid(&b->cols[0], i), a->run->err, SONDE_CORRUPT, 0,
                "rows of a fragment belong to no group");
    (*out)[i] = here->numbers[group];
  }
  return SONDE_OK;
}

static sonde_code row_types(const aggregate *a, arena *m, const sql_type ***out) {
  const aggregate_call *c = a->call;
  const sql_type **types = *out = arena_array(m, c->n_args + 1u, sizeof *types, a->run->err);
  if (!types) return a->run->err->code;
  *types++ = &number_type;
  for (uint32_t i = 0; i < c->n_args; i++) *types++ = &c->args[i]->type;
  return SONDE_OK;
}

static sonde_code merge_rows(aggregate *a, rd *in, const known_groups *here, arena *memory, arena *scratch) {
  rows_reader r;
  const sql_type **types;
  SONDE_TRY(row_types(a, memory, &types));
  SONDE_TRY(rows_reader_init(&r, a->run, types, 1 + a->call->n_args, memory));
  while (rd_u8(in)) {
    batch b;
    uint32_t *groups;
    arena_reset(scratch);
    SONDE_TRY(rows_get(&r, in, scratch, &b));
    SONDE_TRY(number_rows(a, &b, here, scratch, &groups));
    const batch rows = {b.n, b.n_cols - 1, b.cols + 1};
    SONDE_TRY(aggregate_take(a, &rows, groups, here->n_here, scratch));
  }
  SONDE_CHECK(!in->bad, a->run->err, SONDE_CORRUPT, 0, "rows of a fragment are broken");
  return SONDE_OK;
}

sonde_code aggregate_merge(aggregate *a, rd *in, const known_groups *here, arena *scratch) {
  if (a->values) return value_set_get(a->values, in, a->run->err);
  if (travels_as_state(a)) return merge_states(a, in, here);
  arena memory;
  arena_init(&memory, a->run->mem);
  sonde_code code = merge_rows(a, in, here, &memory, scratch);
  arena_free(&memory);
  return code;
}
