/* See window_numbers.h. */
#include "exec/query/window_numbers.h"

/* More partitions than these are not sorted without a pause, and few rows are left in each. */
#define PARTITIONS_MAX 65536u
/* Rows are there twice while they move, and without a pause. */
#define ROWS_MAX 4194304u
#define COLUMNS_MAX 8u

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
  key_table_free(&w->table);
  keyer_free(&w->keyer);
  *w = (window_numbers){0};
}

static bool too_many(const window_numbers *w, uint32_t rows) {
  return w->table.n > PARTITIONS_MAX || rows > ROWS_MAX;
}

sonde_code window_numbers_add(window_numbers *w, const batch *b, uint32_t first, sonde_error *err) {
  col cols[COLUMNS_MAX];
  mem *m = w->keyer.mem;
  uint32_t known = w->table.n;
  if (too_many(w, first + b->n)) return SONDE_OK;
  for (uint32_t i = 0; i < w->n_partition; i++) cols[i] = b->cols[w->partition[i]];
  SONDE_TRY(grow(m, &w->numbers, &w->numbers_cap, (uint64_t)first + b->n, sizeof *w->numbers, err));
  SONDE_TRY(keyer_encode(&w->keyer, cols, b->n, true, err));
  SONDE_TRY(key_table_add(&w->table, &w->keyer, b->n, w->numbers + first, err));
  SONDE_TRY(grow(m, &w->firsts, &w->firsts_cap, w->table.n, sizeof *w->firsts, err));
  for (uint32_t i = 0; known < w->table.n; i++)
    if (w->numbers[first + i] == known) w->firsts[known++] = first + i;
  return SONDE_OK;
}

/* In their order: `ranks` of the partitions, by number. */
static sonde_code rank(window_numbers *w, const rowset *s, uint32_t *ranks, sonde_error *err) {
  order_by keys[COLUMNS_MAX];
  for (uint32_t i = 0; i < w->n_partition; i++) keys[i] = (order_by){.column = w->partition[i]};
  SONDE_TRY(sort_rows(w->keyer.mem, s, keys, w->n_partition, w->firsts, w->table.n, NULL, err));
  for (uint32_t i = 0; i < w->table.n; i++) ranks[w->numbers[w->firsts[i]]] = i;
  return SONDE_OK;
}

/* A counting sort: numbers become places. `ends` of the partitions, by rank, are filled on the way. */
static void find_places(window_numbers *w, uint32_t n_rows, const uint32_t *ranks, uint32_t *ends) {
  uint32_t sum = 0;
  memset(ends, 0, w->table.n * sizeof *ends);
  for (uint32_t row = 0; row < n_rows; row++) ends[ranks[w->numbers[row]]]++;
  for (uint32_t i = 0; i < w->table.n; i++) {
    uint32_t count = ends[i];
    ends[i] = sum;
    sum += count;
  }
  for (uint32_t row = 0; row < n_rows; row++) w->numbers[row] = ends[ranks[w->numbers[row]]]++;
}

sonde_code window_numbers_group(window_numbers *w, rowset *s, bool *grouped, sonde_error *err) {
  mem *m = w->keyer.mem;
  size_t bytes = (w->table.n + 1u) * sizeof(uint32_t);
  *grouped = s->n > 0 && !too_many(w, s->n);
  if (!*grouped) return SONDE_OK;
  uint32_t *ranks = mem_alloc(m, bytes, err);
  if (!ranks) return err->code;
  sonde_code code = rank(w, s, ranks, err);
  if (code == SONDE_OK) find_places(w, s->n, ranks, w->firsts);
  mem_free(m, ranks, bytes);
  return code == SONDE_OK ? rowset_reorder(s, w->numbers, err) : code;
}
