/* See asof.h. */
#include "exec/query/join/asof.h"

#include "exec/query/keys/sort.h"

void asof_free(asof_table *a) {
  if (!a->mem) return;
  mem_free(a->mem, a->order, a->n * sizeof *a->order);
  mem_free(a->mem, a->begin, a->n * sizeof *a->begin);
  mem_free(a->mem, a->end, a->n * sizeof *a->end);
  mem_free(a->mem, a->words, a->n * sizeof *a->words);
}

/* ---- making ---- */

/* The first row of each row's key. */
static void find_heads(const asof_table *a, const join_table *t, uint32_t *heads) {
  memset(heads, t ? 0xFF : 0, a->n * sizeof *heads);
  for (uint32_t i = 0; t && i < a->n; i++) {
    if (heads[i] == NO_ROW) heads[i] = i;
    if (t->next && t->next[i] != NO_ROW) heads[t->next[i]] = heads[i];
  }
}

static bool has_value(const asof_table *a, uint32_t row) { return rowset_valid(a->rows, a->column, row); }

static void lay_out(asof_table *a, const uint32_t *heads) {
  uint32_t at = 0;
  memset(a->end, 0, a->n * sizeof *a->end);
  for (uint32_t i = 0; i < a->n; i++) a->end[heads[i]] += has_value(a, i);
  for (uint32_t i = 0; i < a->n; i++) {
    uint32_t count = a->end[i];
    a->begin[i] = a->end[i] = at;
    at += count;
  }
}

static uint64_t word_of(lane l, cell v) {
  return l == LANE_F64 ? double_order(v.f) : (uint64_t)v.i ^ (uint64_t)1 << 63;
}

static void place_rows(asof_table *a, const uint32_t *heads, const uint32_t *sorted) {
  lane l = sql_lane(a->rows->cols[a->column].type);
  for (uint32_t i = 0; i < a->n; i++) {
    uint32_t row = sorted[i];
    if (!has_value(a, row)) continue;
    uint32_t at = a->end[heads[row]]++;
    a->order[at] = row;
    if (a->words) a->words[at] = word_of(l, rowset_cell(a->rows, a->column, row));
  }
}

static sonde_code reserve(asof_table *a, sonde_error *err) {
  lane l = sql_lane(a->rows->cols[a->column].type);
  bool numbers = l == LANE_I64 || l == LANE_F64;
  if (!(a->order = mem_alloc(a->mem, a->n * sizeof *a->order, err))) return err->code;
  if (!(a->begin = mem_alloc(a->mem, a->n * sizeof *a->begin, err))) return err->code;
  if (!(a->end = mem_alloc(a->mem, a->n * sizeof *a->end, err))) return err->code;
  if (numbers && !(a->words = mem_alloc(a->mem, a->n * sizeof *a->words, err))) return err->code;
  return SONDE_OK;
}

sonde_code asof_make(asof_table *a, mem *m, const rowset *rows, uint32_t column, const join_table *t,
                     sonde_error *err) {
  *a = (asof_table){.mem = m, .rows = rows, .column = column, .n = rows->n};
  if (rows->n == 0) return SONDE_OK;
  SONDE_TRY(reserve(a, err));
  size_t bytes = (size_t)a->n * 2 * sizeof(uint32_t);
  uint32_t *heads = mem_alloc(m, bytes, err), *sorted = heads + a->n;
  if (!heads) return err->code;
  order_by by = {.column = column};
  for (uint32_t i = 0; i < a->n; i++) sorted[i] = i;
  sonde_code code = sort_rows(m, rows, &by, 1, sorted, a->n, NULL, err);
  if (code == SONDE_OK) {
    find_heads(a, t, heads);
    lay_out(a, heads);
    place_rows(a, heads, sorted);
  }
  mem_free(m, heads, bytes);
  return code;
}

/* ---- searching ---- */

typedef struct {
  const asof_table *a;
  uint64_t word;
  cell v;
} wanted;

static int compare_place(const wanted *w, uint32_t place) {
  const asof_table *a = w->a;
  if (a->words) return a->words[place] < w->word ? -1 : a->words[place] > w->word;
  return cell_compare(a->rows->cols[a->column].type, rowset_cell(a->rows, a->column, a->order[place]), w->v);
}

/* The first place that is not before the value; or, behind equals, the first that is after it. */
static uint32_t search(const wanted *w, uint32_t low, uint32_t high, bool behind_equals) {
  while (low < high) {
    uint32_t mid = low + (high - low) / 2;
    int c = compare_place(w, mid);
    if (c < 0 || (c == 0 && behind_equals))
      low = mid + 1;
    else
      high = mid;
  }
  return low;
}

static wanted value_at(const asof_table *a, uint32_t place) {
  if (a->words) return (wanted){.a = a, .word = a->words[place]};
  return (wanted){.a = a, .v = rowset_cell(a->rows, a->column, a->order[place])};
}

static uint32_t nearest(const wanted *w, uint16_t op, uint32_t begin, uint32_t end) {
  uint32_t at = search(w, begin, end, op == FN_GE || op == FN_LT);
  if (op == FN_LE || op == FN_LT) return at < end ? w->a->order[at] : NO_ROW;
  if (at == begin) return NO_ROW;
  wanted same = value_at(w->a, at - 1);
  return w->a->order[search(&same, begin, at, false)];
}

void asof_find(const asof_table *a, uint16_t op, const col *values, uint32_t n, uint32_t *rows) {
  for (uint32_t i = 0; i < n; i++) {
    uint32_t head = rows[i];
    if (head == NO_ROW) continue;
    rows[i] = NO_ROW;
    if (!col_valid(values, i)) continue;
    wanted w = {.a = a, .v = col_cell(values, i)};
    if (a->words) w.word = word_of(values->lane, w.v);
    rows[i] = nearest(&w, op, a->begin[head], a->end[head]);
  }
}
