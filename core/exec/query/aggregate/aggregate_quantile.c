/* Quantiles of numbers: values are kept as words of the same order beside their groups, brought together by group in the end, and
 * selected from without sorting. */
#include <math.h>

#include "exec/query/aggregate/aggregate.h"

struct quantile_values {
  uint64_t *words; /* as they came; in the end by group */
  uint32_t n, cap;
  double q;
  bool continuous;
};

static lane value_lane(const aggregate *a) { return sql_lane(&a->call->args[0]->type); }

/* ---- selecting ---- */

/* Words for which `test` holds to the front, without a branch that could be guessed wrong; the answer is how many. */
#define PARTITION(words, n, test)                                                                            \
  uint32_t front = 0;                                                                                        \
  for (uint32_t i = 0; i < (n); i++) {                                                                       \
    uint64_t w = (words)[i];                                                                                 \
    (words)[i] = (words)[front];                                                                             \
    (words)[front] = w;                                                                                      \
    front += (test);                                                                                         \
  }                                                                                                          \
  return front

static uint32_t less_first(uint64_t *words, uint32_t n, uint64_t pivot) { PARTITION(words, n, w < pivot); }
static uint32_t equal_first(uint64_t *words, uint32_t n, uint64_t pivot) { PARTITION(words, n, w == pivot); }

static uint64_t middle(uint64_t x, uint64_t y, uint64_t z) {
  return x < y ? (y < z ? y : x < z ? z : x) : x < z ? x : y < z ? z : y;
}

static uint64_t pivot_of(const uint64_t *w, uint32_t n) {
  const uint32_t eighth = n / 8;
  if (n < 64) return middle(w[0], w[n / 2], w[n - 1]);
  return middle(middle(w[0], w[eighth], w[2 * eighth]), middle(w[3 * eighth], w[4 * eighth], w[5 * eighth]),
                middle(w[6 * eighth], w[7 * eighth], w[n - 1]));
}

/* Hoare's selection: afterwards words[k] is where sorting would put it, none before it is greater. */
static void select_word(uint64_t *words, uint32_t n, uint32_t k) {
  while (n > 1) {
    uint64_t pivot = pivot_of(words, n);
    uint32_t less = less_first(words, n, pivot);
    if (k < less) {
      n = less;
      continue;
    }
    uint32_t upto = less + equal_first(words + less, n - less, pivot);
    if (k < upto) return;
    words += upto;
    n -= upto;
    k -= upto;
  }
}

/* Numbers as words of the same order. */
static uint64_t order_word(lane l, const void *lanes, size_t i) {
  if (l == LANE_F64) return double_order(((const double *)lanes)[i]);
  return ((const uint64_t *)lanes)[i] ^ (uint64_t)1 << 63;
}
static cell word_value(lane l, uint64_t w) {
  return l == LANE_F64 ? (cell){.f = double_of_order(w)} : (cell){.i = (int64_t)(w ^ (uint64_t)1 << 63)};
}

static cell selected(const aggregate *a, uint64_t *words, uint32_t n, uint32_t k, double part) {
  lane l = value_lane(a);
  select_word(words, n, k);
  cell low = word_value(l, words[k]);
  if (part == 0) return low;
  uint64_t next = UINT64_MAX;
  for (uint32_t i = k + 1; i < n; i++)
    if (words[i] < next) next = words[i];
  return cell_between(&a->call->args[0]->type, low, word_value(l, next), part);
}

static cell quantile_of(const aggregate *a, uint64_t *words, uint32_t n) {
  const quantile_values *v = a->numbers;
  if (v->continuous) {
    double at = v->q * (double)(n - 1), low = floor(at);
    return selected(a, words, n, (uint32_t)low, at - low);
  }
  double at = ceil(v->q * (double)n) - 1;
  return selected(a, words, n, at < 0 ? 0 : at >= n ? n - 1 : (uint32_t)at, 0);
}

/* ---- gathering ---- */

/* One fraction that is the same for all groups: none is given, or it depends on no row. */
static sonde_code find_fraction(aggregate *a, double *q) {
  uint32_t n_columns = 0;
  value v = {.v.f = 0.5};
  if (a->call->n_args > 1) node_columns(a->args[1], &n_columns);
  *q = -1;
  if (n_columns || (a->call->n_args > 1 && a->call->args[1]->type.id != SQL_DOUBLE)) return SONDE_OK;
  if (a->call->n_args > 1) SONDE_TRY(expr_value(a->run, a->call->args[1], &v));
  if (!v.null) *q = v.v.f;
  return SONDE_OK;
}

sonde_code quantile_open(aggregate *a) {
  lane l = a->call->n_args ? value_lane(a) : LANE_STR;
  double q;
  if (!aggregate_is_quantile(a) || a->call->n_keys || (l != LANE_I64 && l != LANE_F64)) return SONDE_OK;
  SONDE_TRY(find_fraction(a, &q));
  if (!(q >= 0 && q <= 1)) return SONDE_OK;
  quantile_values *v = a->numbers = arena_zero(&a->memory, sizeof *v, a->run->err);
  if (!v) return a->run->err->code;
  v->q = q;
  v->continuous = aggregate_is_continuous(a);
  return SONDE_OK;
}

void quantile_close(aggregate *a) {
  quantile_values *v = a->numbers;
  if (v) mem_free(a->run->mem, v->words, v->cap * sizeof *v->words);
}

sonde_code quantile_add(aggregate *a, const col *x, const uint32_t *groups, uint32_t n) {
  quantile_values *v = a->numbers;
  mem *m = a->run->mem;
  if (n == 0) return SONDE_OK;
  SONDE_CHECK(n <= UINT32_MAX - v->n, a->run->err, SONDE_LIMIT, 0, "more than 2^32 values in a quantile");
  SONDE_TRY(grow(m, &v->words, &v->cap, v->n + n, sizeof *v->words, a->run->err));
  SONDE_TRY(grow(m, &a->groups, &a->groups_cap, v->n + n, sizeof *a->groups, a->run->err));
  uint64_t *to = v->words + v->n;
  uint32_t *to_groups = a->groups + v->n, kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    size_t at = i & col_mask(x);
    to[kept] = order_word((lane)x->lane, x->data, at);
    to_groups[kept] = groups ? groups[i] : 0;
    kept += !x->valid || x->valid[at];
  }
  v->n += kept;
  return SONDE_OK;
}

/* ---- the end ---- */

static void count_groups(const aggregate *a, uint32_t n_values, uint32_t n_groups) {
  for (uint32_t i = 0; i < n_values; i++) a->begins[a->groups[i] + 1]++;
  for (uint32_t g = 0; g < n_groups; g++) a->begins[g + 1] += a->begins[g];
}

sonde_code quantile_end(aggregate *a, uint32_t n_groups) {
  quantile_values *v = a->numbers;
  a->begins = arena_zero(&a->memory, (n_groups + (size_t)1) * sizeof *a->begins, a->run->err);
  uint32_t *at = arena_array(&a->memory, n_groups + (size_t)1, sizeof *at, a->run->err);
  uint64_t *words = mem_alloc(a->run->mem, v->n * sizeof *words, a->run->err);
  if (!a->begins || !at || (v->n && !words)) {
    mem_free(a->run->mem, words, v->n * sizeof *words);
    return a->run->err->code;
  }
  count_groups(a, v->n, n_groups);
  memcpy(at, a->begins, (n_groups + (size_t)1) * sizeof *at);
  for (uint32_t i = 0; i < v->n; i++) words[at[a->groups[i]]++] = v->words[i];
  mem_free(a->run->mem, v->words, v->cap * sizeof *v->words);
  v->words = words;
  v->cap = v->n;
  return SONDE_OK;
}

void quantile_result(aggregate *a, uint32_t first, uint32_t n, col *out) {
  const quantile_values *v = a->numbers;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t begin = a->begins[first + i], size = a->begins[first + i + 1] - begin;
    if (size)
      col_put(out, i, quantile_of(a, v->words + begin, size));
    else
      col_put_null(out, i);
  }
}
