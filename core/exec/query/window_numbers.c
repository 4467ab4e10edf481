/* See window_numbers.h. */
#include "exec/query/window_numbers.h"

/* More partitions than these are not sorted without a pause, and few rows are left in each. */
#define PARTITIONS_MAX 65536u
#define COLUMNS_MAX 8u

bool window_numbers_pay(const uint32_t *partition, uint32_t n, const sql_type *const *types) {
  bool texts = false;
  for (uint32_t i = 0; i < n; i++) texts |= sql_lane(types[partition[i]]) == LANE_STR;
  return texts && n <= COLUMNS_MAX;
}

sonde_code window_numbers_open(window_numbers *w, mem *m, uint32_t column, const uint32_t *partition,
                               uint32_t n, const sql_type *const *types, sonde_error *err) {
  const sql_type *own[COLUMNS_MAX];
  for (uint32_t i = 0; i < n; i++) own[i] = types[partition[i]];
  w->column = column;
  w->partition = partition;
  w->n_partition = n;
  SONDE_TRY(keyer_init(&w->keyer, m, own, NULL, n, err));
  key_table_init(&w->table, m, &w->keyer);
  return SONDE_OK;
}

void window_numbers_close(window_numbers *w) {
  if (!w->keyer.mem) return;
  mem_free(w->keyer.mem, w->firsts, w->firsts_cap * sizeof *w->firsts);
  key_table_free(&w->table);
  keyer_free(&w->keyer);
}

static bool too_many(const window_numbers *w) { return w->table.n > PARTITIONS_MAX; }

static sonde_code number(window_numbers *w, const batch *b, uint32_t first, uint32_t *entries,
                         sonde_error *err) {
  col cols[COLUMNS_MAX];
  uint32_t known = w->table.n;
  for (uint32_t i = 0; i < w->n_partition; i++) cols[i] = b->cols[w->partition[i]];
  SONDE_TRY(keyer_encode(&w->keyer, cols, b->n, true, err));
  SONDE_TRY(key_table_add(&w->table, &w->keyer, b->n, entries, err));
  SONDE_TRY(grow(w->keyer.mem, &w->firsts, &w->firsts_cap, w->table.n, sizeof *w->firsts, err));
  for (uint32_t i = 0; known < w->table.n; i++)
    if (entries[i] == known) w->firsts[known++] = first + i;
  return SONDE_OK;
}

sonde_code window_numbers_add(window_numbers *w, batch *b, uint32_t first, arena *a, sonde_error *err) {
  static const sql_type bigint = {.id = SQL_BIGINT};
  uint32_t *entries = arena_zero(a, b->n * sizeof *entries, err);
  if (!entries) return err->code;
  SONDE_TRY(col_new(&b->cols[w->column], &bigint, b->n, false, a, err));
  if (!too_many(w)) SONDE_TRY(number(w, b, first, entries, err));
  int64_t *numbers = col_lanes(&b->cols[w->column]);
  for (uint32_t i = 0; i < b->n; i++) numbers[i] = entries[i];
  return SONDE_OK;
}

static void renumber(const window_numbers *w, const rowset *s, const uint32_t *ranks) {
  int64_t *const *pieces = (int64_t *const *)(void *)s->cols[w->column].lanes;
  for (uint32_t row = 0; row < s->n; row++) {
    int64_t *number = &pieces[row / BATCH_ROWS][row % BATCH_ROWS];
    *number = ranks[*number];
  }
}

sonde_code window_numbers_rank(window_numbers *w, const rowset *s, bool *ranked, sonde_error *err) {
  order_by keys[COLUMNS_MAX];
  uint32_t n = w->table.n;
  *ranked = !too_many(w);
  if (!*ranked) return SONDE_OK;
  for (uint32_t i = 0; i < w->n_partition; i++) keys[i] = (order_by){.column = w->partition[i]};
  SONDE_TRY(sort_rows(w->keyer.mem, s, keys, w->n_partition, w->firsts, n, NULL, err));
  uint32_t *ranks = mem_alloc(w->keyer.mem, (n + 1u) * sizeof *ranks, err);
  if (!ranks) return err->code;
  for (uint32_t i = 0; i < n; i++) ranks[KEPT_LANE(&s->cols[w->column], int64_t, w->firsts[i])] = i;
  renumber(w, s, ranks);
  mem_free(w->keyer.mem, ranks, (n + 1u) * sizeof *ranks);
  return SONDE_OK;
}
