/* See window_numbers.h. */
#include "exec/query/window/window_numbers.h"

/* More partitions than these are not sorted without a pause, and few rows are left in each. */
#define PARTITIONS_MAX 65536u
#define COLUMNS_MAX 8u
#define SLICE_ROWS 262144u /* that are laid out without a pause */

bool window_numbers_pay(const uint32_t *partition, uint32_t n, const sql_type *const *types) {
  bool texts = false;
  for (uint32_t i = 0; i < n; i++) texts |= sql_lane(types[partition[i]]) == LANE_STR;
  return texts && n <= COLUMNS_MAX;
}

sonde_code window_numbers_open(window_numbers *w, mem *m, const uint32_t *partition, uint32_t n,
                               const sql_type *const *types, sonde_error *err) {
  const sql_type *own[COLUMNS_MAX];
  for (uint32_t i = 0; i < n; i++) own[i] = types[partition[i]];
  w->partition = partition;
  w->n_partition = n;
  SONDE_TRY(keyer_init(&w->keyer, m, own, NULL, n, err));
  key_table_init(&w->table, m, &w->keyer);
  return SONDE_OK;
}

void window_numbers_close(window_numbers *w) {
  mem *m = w->keyer.mem;
  if (!m) return;
  mem_free(m, w->numbers, w->numbers_cap * sizeof *w->numbers);
  mem_free(m, w->firsts, w->firsts_cap * sizeof *w->firsts);
  mem_free(m, w->starts, w->starts_cap * sizeof *w->starts);
  mem_free(m, w->ends, w->ends_cap * sizeof *w->ends);
  key_table_free(&w->table);
  keyer_free(&w->keyer);
  *w = (window_numbers){0};
}

static bool too_many(const window_numbers *w) { return w->table.n > PARTITIONS_MAX; }

sonde_code window_numbers_add(window_numbers *w, const batch *b, uint32_t first, sonde_error *err) {
  col cols[COLUMNS_MAX];
  mem *m = w->keyer.mem;
  uint32_t known = w->table.n;
  if (too_many(w)) return SONDE_OK;
  for (uint32_t i = 0; i < w->n_partition; i++) cols[i] = b->cols[w->partition[i]];
  SONDE_TRY(grow(m, &w->numbers, &w->numbers_cap, (uint64_t)first + b->n, sizeof *w->numbers, err));
  SONDE_TRY(keyer_encode(&w->keyer, cols, b->n, true, err));
  SONDE_TRY(key_table_add(&w->table, &w->keyer, b->n, w->numbers + first, err));
  SONDE_TRY(grow(m, &w->firsts, &w->firsts_cap, w->table.n, sizeof *w->firsts, err));
  for (uint32_t i = 0; known < w->table.n; i++)
    if (w->numbers[first + i] == known) w->firsts[known++] = first + i;
  return SONDE_OK;
}

/* In their order: `firsts` and `ends` are by rank from now on. */
static sonde_code rank(window_numbers *w, const rowset *s, sonde_error *err) {
  order_by keys[COLUMNS_MAX];
  for (uint32_t i = 0; i < w->n_partition; i++) keys[i] = (order_by){.column = w->partition[i]};
  SONDE_TRY(sort_rows(w->keyer.mem, s, keys, w->n_partition, w->firsts, w->table.n, NULL, err));
  memset(w->starts, 0, w->table.n * sizeof *w->starts);
  for (uint32_t row = 0; row < s->n; row++) w->starts[w->numbers[row]]++;
  for (uint32_t i = 0, end = 0; i < w->table.n; i++) w->ends[i] = end += w->starts[w->numbers[w->firsts[i]]];
  return SONDE_OK;
}

sonde_code window_numbers_group(window_numbers *w, const rowset *s, bool *grouped, sonde_error *err) {
  mem *m = w->keyer.mem;
  *grouped = s->n > 0 && !too_many(w);
  if (!*grouped) return SONDE_OK;
  SONDE_TRY(grow(m, &w->starts, &w->starts_cap, w->table.n, sizeof *w->starts, err));
  SONDE_TRY(grow(m, &w->ends, &w->ends_cap, w->table.n, sizeof *w->ends, err));
  return rank(w, s, err);
}

void window_numbers_begin(window_numbers *w, sorter *s) {
  w->at = 0;
  for (uint32_t i = 0; i < w->table.n; i++) w->starts[w->numbers[w->firsts[i]]] = i ? w->ends[i - 1] : 0;
  sorter_grouped(s, w->ends, w->table.n);
}

bool window_numbers_place(window_numbers *w, sorter *s) {
  uint32_t end = s->n - w->at < SLICE_ROWS ? s->n : w->at + SLICE_ROWS;
  for (uint32_t n; w->at < end; w->at += n) {
    uint32_t places[SORTER_ROWS];
    n = end - w->at < SORTER_ROWS ? end - w->at : SORTER_ROWS;
    for (uint32_t i = 0; i < n; i++) places[i] = w->starts[w->numbers[w->at + i]]++;
    sorter_lay_out(s, w->at, n, places);
  }
  return w->at == s->n;
}
