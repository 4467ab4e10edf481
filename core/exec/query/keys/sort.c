/* See sort.h. */
#include "exec/query/keys/sort.h"

#define SPREAD_MIN 64u
#define PARTS_MAX 2048u
#define AT_ONCE 65536u       /* rows sorted without a pause: some milliseconds */
#define SLICE_ROWS 262144u   /* that one pass over more rows takes at a time */
#define BY_LENGTH UINT32_MAX /* as depth: texts that are equal but for zero bytes at their ends */

typedef sort_entry entry;
enum { TAKE, NULLS, FILL, COUNT, MOVE, PUT, RUNS, GROUPS };

/* Work on rows[i] happens in a[i], b[i] and spare[i], whichever part of the rows is at hand: a run that is refined leaves its
 * neighbours' entries alone. */
static entry *entries_of(const sorter *s, const uint32_t *rows) { return s->a + (rows - s->all); }
static entry *second_of(const sorter *s, const uint32_t *rows) { return s->b + (rows - s->all); }
/* While runs are walked through, their entries may lie in the second half. Else its begin will do for all, which stays in the cache. */
static entry *second_at_hand(const sorter *s, const uint32_t *rows) {
  return s->phase == RUNS ? second_of(s, rows) : s->b;
}
static uint32_t *spare_of(const sorter *s, const uint32_t *rows) { return s->spare + (rows - s->all); }

/* From here on rows differ from those before in this key. */
static void note(const sorter *s, const uint32_t *rows, uint32_t key) {
  if (s->differ && rows > s->all && s->differ[rows - s->all] > key) s->differ[rows - s->all] = (uint8_t)key;
}

static const sql_type *type_of(const sorter *s, uint32_t key) {
  return s->rows->cols[s->keys[key].column].type;
}

/* ---- words ---- */

/* Eight bytes of a text from `depth` * 8 on, so that words compare as the texts do; the length breaks ties among zero bytes. */
static uint64_t text_word(sonde_str s, uint32_t depth) {
  uint64_t w = 0;
  size_t from = (size_t)depth * 8;
  for (size_t i = 0; i < 8; i++) w = w << 8 | (from + i < s.len ? (uint8_t)s.ptr[from + i] : 0);
  return w;
}

static uint64_t wide_word(i128 w, uint32_t depth) {
  return depth ? (uint64_t)(u128)w : (uint64_t)((u128)w >> 64) ^ (uint64_t)1 << 63;
}

static uint64_t word_of(const sql_type *t, cell v, uint32_t depth) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return v.b;
  case LANE_I64: return (uint64_t)v.i ^ (uint64_t)1 << 63;
  case LANE_F64: return double_order(v.f);
  case LANE_I128: return wide_word(t->id == SQL_INTERVAL ? interval_micros(v.w) : v.w, depth);
  default: return depth == BY_LENGTH ? v.s.len : text_word(v.s, depth);
  }
}

uint64_t sort_word(const sql_type *t, cell v, bool descending) {
  uint64_t word = sql_lane(t) == LANE_NESTED ? 0 : word_of(t, v, 0);
  return descending ? ~word : word;
}

static bool by_words(const sql_type *t) { return sql_lane(t) != LANE_NESTED; }

/* ---- sorting entries ---- */

static void insertion(entry *a, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    entry x = a[i];
    uint32_t j = i;
    for (; j > 0 && a[j - 1].word > x.word; j--) a[j] = a[j - 1];
    a[j] = x;
  }
}

static void merge_words(entry *a, entry *b, uint32_t n) {
  if (n <= 24) {
    insertion(a, n);
    return;
  }
  uint32_t half = n / 2, i = 0, j = half;
  merge_words(a, b, half);
  merge_words(a + half, b + half, n - half);
  if (a[half - 1].word <= a[half].word) return;
  memcpy(b, a, n * sizeof *a);
  for (uint32_t k = 0; k < n; k++) a[k] = j >= n || (i < half && b[i].word <= b[j].word) ? b[i++] : b[j++];
}

static void sort_entries(entry *a, entry *b, uint32_t n);

/* One counting pass by the leading bits in which words differ, to about as many parts as there are rows: few are left in each. */
static void spread(entry *a, entry *b, uint32_t n) {
  uint64_t least = a[0].word, most = least;
  for (uint32_t i = 1; i < n; i++) {
    uint64_t word = a[i].word;
    least = word < least ? word : least;
    most = word > most ? word : most;
  }
  uint32_t ends[PARTS_MAX], parts = PARTS_MAX, from = 0;
  unsigned shift = 0;
  while (parts > n) parts /= 2;
  memset(ends, 0, parts * sizeof *ends);
  while ((most - least) >> shift >= parts) shift++;
  for (uint32_t i = 0; i < n; i++) ends[(a[i].word - least) >> shift]++;
  for (uint32_t d = 0, sum = 0; d < parts; d++) {
    uint32_t count = ends[d];
    ends[d] = sum;
    sum += count;
  }
  for (uint32_t i = 0; i < n; i++) b[ends[(a[i].word - least) >> shift]++] = a[i];
  memcpy(a, b, n * sizeof *a);
  for (uint32_t d = 0; d < parts && shift; from = ends[d++]) sort_entries(a + from, b + from, ends[d] - from);
}

static void sort_entries(entry *a, entry *b, uint32_t n) {
  if (n < SPREAD_MIN)
    merge_words(a, b, n);
  else
    spread(a, b, n);
}

/* ---- refining ---- */

static bool has_more(const sorter *s, uint32_t key, const uint32_t *rows, uint32_t n, uint32_t depth) {
  const sql_type *t = type_of(s, key);
  if (sql_lane(t) == LANE_I128) return depth == 0;
  if (sql_lane(t) != LANE_STR || depth == BY_LENGTH) return false;
  for (uint32_t i = 0; i < n; i++)
    if (rowset_cell(s->rows, s->keys[key].column, rows[i]).s.len > ((size_t)depth + 1) * 8) return true;
  return false;
}

static void sort_range(sorter *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth);

/* Few rows are sorted now, many wait for their turn. */
static void sort_by(sorter *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  if (n < 2) return;
  if (n <= AT_ONCE)
    sort_range(s, rows, n, key, depth);
  else
    s->waiting[s->n_waiting++] = (sort_part){(uint32_t)(rows - s->all), n, key, depth};
}

static void next_keys(sorter *s, uint32_t *rows, uint32_t n, uint32_t key) {
  if (key + 1 < s->n_keys) sort_by(s, rows, n, key + 1, 0);
}

/* Rows whose words are equal. */
static void refine(sorter *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  if (n < 2) return;
  if (has_more(s, key, rows, n, depth))
    sort_by(s, rows, n, key, depth + 1);
  else if (sql_lane(type_of(s, key)) == LANE_STR && depth != BY_LENGTH)
    sort_by(s, rows, n, key, BY_LENGTH);
  else
    next_keys(s, rows, n, key);
}

/* The commonest lanes as plain loops. */
static void fill_words(const sorter *s, const order_by *k, const uint32_t *rows, uint32_t n, uint32_t depth,
                       entry *a) {
  const kept_col *c = &s->rows->cols[k->column];
  uint64_t flip = k->descending ? UINT64_MAX : 0, sign = (uint64_t)1 << 63;
  switch (sql_lane(c->type)) {
  case LANE_I64:
    for (uint32_t i = 0; i < n; i++)
      a[i] = (entry){(uint64_t)KEPT_LANE(c, int64_t, rows[i]) ^ sign ^ flip, rows[i]};
    break;
  case LANE_F64:
    for (uint32_t i = 0; i < n; i++)
      a[i] = (entry){double_order(KEPT_LANE(c, double, rows[i])) ^ flip, rows[i]};
    break;
  default:
    for (uint32_t i = 0; i < n; i++)
      a[i] = (entry){word_of(c->type, rowset_cell(s->rows, k->column, rows[i]), depth) ^ flip, rows[i]};
  }
}

/* Whether rows with equal words may still have an order, or somebody wants to know where words change. */
static bool looks_at_runs(const sorter *s, uint32_t key) {
  lane l = sql_lane(type_of(s, key));
  return s->differ || key + 1 < s->n_keys || l == LANE_STR || l == LANE_I128;
}

/* Goes through runs of equal words from *at on, until some rows are behind it. */
static void walk_runs(sorter *s, uint32_t *rows, const entry *sorted, uint32_t n, const sort_part *p,
                      uint32_t *at, uint32_t stop) {
  while (*at < stop) {
    uint32_t i = *at, j = i + 1;
    uint64_t word = sorted[i].word;
    while (j < n && sorted[j].word == word) j++;
    if (i) note(s, rows + i, p->key);
    refine(s, rows + i, j - i, p->key, p->depth);
    *at = j;
  }
}

static void sort_words(sorter *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  entry *a = entries_of(s, rows);
  sort_part p = {.key = key, .depth = depth};
  uint32_t at = 0;
  if (!s->laid_out || key != 1 || depth) fill_words(s, &s->keys[key], rows, n, depth, a);
  sort_entries(a, second_at_hand(s, rows), n);
  for (uint32_t i = 0; i < n; i++) rows[i] = a[i].row;
  if (looks_at_runs(s, key)) walk_runs(s, rows, a, n, &p, &at, n);
}

/* Values that no word stands for: a merge sort that compares them. */
static int compare_at(const sorter *s, uint32_t key, uint32_t a, uint32_t b) {
  const order_by *k = &s->keys[key];
  int c = cell_compare(s->rows->cols[k->column].type, rowset_cell(s->rows, k->column, a),
                       rowset_cell(s->rows, k->column, b));
  return k->descending ? -c : c;
}

static void merge_compared(sorter *s, uint32_t *rows, uint32_t *spare, uint32_t n, uint32_t key) {
  if (n < 2) return;
  uint32_t half = n / 2, i = 0, j = half;
  merge_compared(s, rows, spare, half, key);
  merge_compared(s, rows + half, spare + half, n - half, key);
  memcpy(spare, rows, n * sizeof *rows);
  for (uint32_t k = 0; k < n; k++)
    rows[k] = j >= n || (i < half && compare_at(s, key, spare[i], spare[j]) <= 0) ? spare[i++] : spare[j++];
}

static void sort_compared(sorter *s, uint32_t *rows, uint32_t n, uint32_t key) {
  merge_compared(s, rows, spare_of(s, rows), n, key);
  for (uint32_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && compare_at(s, key, rows[i], rows[j]) == 0;) j++;
    if (i) note(s, rows + i, key);
    next_keys(s, rows + i, j - i, key);
  }
}

/* ---- nulls ---- */

/* Rows [from, to) of a part: those with a value move up, the others aside. */
static void part_rows(sorter *s, uint32_t *rows, uint32_t from, uint32_t to, uint32_t column, uint32_t *kept,
                      uint32_t *nulls) {
  uint32_t *spare = spare_of(s, rows);
  for (uint32_t i = from; i < to; i++) {
    if (rowset_valid(s->rows, column, rows[i]))
      rows[(*kept)++] = rows[i];
    else
      spare[(*nulls)++] = rows[i];
  }
}

/* The rows set aside go to their end, in the order they came, and on to the next key. Answers where the others begin. */
static uint32_t settle_nulls(sorter *s, uint32_t *rows, uint32_t kept, uint32_t nulls, uint32_t key) {
  const order_by *k = &s->keys[key];
  uint32_t first = k->nulls_first ? 0 : kept;
  if (nulls == 0) return 0;
  if (k->nulls_first) memmove(rows + nulls, rows, kept * sizeof *rows);
  memcpy(rows + first, spare_of(s, rows), nulls * sizeof *rows);
  if (kept) note(s, rows + (k->nulls_first ? nulls : kept), key);
  next_keys(s, rows + first, nulls, key);
  return k->nulls_first ? nulls : 0;
}

static bool has_nulls(const sorter *s, uint32_t key, uint32_t depth) {
  return depth == 0 && s->rows->cols[s->keys[key].column].nullable;
}

static void sort_range(sorter *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  if (has_nulls(s, key, depth)) {
    uint32_t kept = 0, nulls = 0;
    part_rows(s, rows, 0, n, s->keys[key].column, &kept, &nulls);
    rows += settle_nulls(s, rows, kept, nulls, key);
    n = kept;
  }
  if (by_words(type_of(s, key)))
    sort_words(s, rows, n, key, depth);
  else
    sort_compared(s, rows, n, key);
}

/* ---- many rows: pass by pass, each in slices ---- */

static uint32_t slice_end(const sorter *s) {
  return s->now.n - s->at < SLICE_ROWS ? s->now.n : s->at + SLICE_ROWS;
}

static void begin_pass(sorter *s, uint8_t phase) {
  s->phase = phase;
  s->at = 0;
}

static void take_part(sorter *s) {
  s->now = s->waiting[--s->n_waiting];
  const sort_part *p = &s->now;
  if (p->n <= AT_ONCE || !by_words(type_of(s, p->key))) {
    sort_range(s, s->all + p->from, p->n, p->key, p->depth);
    return;
  }
  s->kept = s->nulls = 0;
  s->differing = 0;
  begin_pass(s, has_nulls(s, p->key, p->depth) ? NULLS : FILL);
}

static void pass_nulls(sorter *s) {
  uint32_t end = slice_end(s), *rows = s->all + s->now.from;
  part_rows(s, rows, s->at, end, s->keys[s->now.key].column, &s->kept, &s->nulls);
  s->at = end;
  if (end < s->now.n) return;
  s->now.from += settle_nulls(s, rows, s->kept, s->nulls, s->now.key);
  s->now.n = s->kept;
  begin_pass(s, s->kept > 1 ? FILL : TAKE);
}

/* The next byte in which words differ; 64: none. */
static unsigned digit_from(const sorter *s, unsigned shift) {
  while (shift < 64 && !(s->differing >> shift & 255)) shift += 8;
  return shift;
}

static void pass_fill(sorter *s) {
  uint32_t *rows = s->all + s->now.from, end = slice_end(s);
  entry *a = entries_of(s, rows);
  fill_words(s, &s->keys[s->now.key], rows + s->at, end - s->at, s->now.depth, a + s->at);
  for (; s->at < end; s->at++) s->differing |= a[s->at].word ^ a[0].word;
  if (end < s->now.n) return;
  s->from = a;
  s->to = second_of(s, rows);
  s->shift = digit_from(s, 0);
  memset(s->counts, 0, sizeof s->counts);
  begin_pass(s, s->shift < 64 ? COUNT : PUT);
}

/* Where the entries of each value of the digit go. */
static void begin_moving(sorter *s) {
  uint32_t sum = 0;
  for (unsigned d = 0; d < 256; d++) {
    uint32_t count = s->counts[0][d];
    s->counts[0][d] = sum;
    sum += count;
  }
  memset(s->counts[1], 0, sizeof s->counts[1]);
  begin_pass(s, MOVE);
}

static void pass_count(sorter *s) {
  uint32_t end = slice_end(s);
  for (; s->at < end; s->at++) s->counts[0][s->from[s->at].word >> s->shift & 255]++;
  if (end == s->now.n) begin_moving(s);
}

/* The next digit is counted by the way. */
static void pass_move(sorter *s) {
  uint32_t end = slice_end(s);
  unsigned shift = s->shift, then = digit_from(s, shift + 8), counted = then < 64 ? then : 0;
  for (; s->at < end; s->at++) {
    entry e = s->from[s->at];
    s->to[s->counts[0][e.word >> shift & 255]++] = e;
    s->counts[1][e.word >> counted & 255]++;
  }
  if (end < s->now.n) return;
  entry *swap = s->from;
  s->from = s->to;
  s->to = swap;
  s->shift = then;
  memcpy(s->counts[0], s->counts[1], sizeof s->counts[0]);
  if (then < 64)
    begin_moving(s);
  else
    begin_pass(s, PUT);
}

static void pass_put(sorter *s) {
  uint32_t *rows = s->all + s->now.from, end = slice_end(s);
  for (; s->at < end; s->at++) rows[s->at] = s->from[s->at].row;
  if (end == s->now.n) begin_pass(s, looks_at_runs(s, s->now.key) ? RUNS : TAKE);
}

static void pass_runs(sorter *s) {
  walk_runs(s, s->all + s->now.from, s->from, s->now.n, &s->now, &s->at, slice_end(s));
  if (s->at == s->now.n) s->phase = TAKE;
}

/* The large ones wait until all have been looked at. */
static void pass_groups(sorter *s) {
  uint32_t stop = s->at + AT_ONCE;
  for (; s->group < s->n_ends && s->at < stop; s->at = s->ends[s->group++]) {
    uint32_t *rows = s->all + s->at;
    note(s, rows, 0);
    next_keys(s, rows, s->ends[s->group] - s->at, 0);
  }
  if (s->group == s->n_ends) s->phase = TAKE;
}

bool sorter_step(sorter *s) {
  switch (s->phase) {
  case TAKE:
    if (s->n_waiting) take_part(s);
    break;
  case NULLS: pass_nulls(s); break;
  case FILL: pass_fill(s); break;
  case COUNT: pass_count(s); break;
  case MOVE: pass_move(s); break;
  case PUT: pass_put(s); break;
  case RUNS: pass_runs(s); break;
  default: pass_groups(s);
  }
  return s->phase == TAKE && s->n_waiting == 0;
}

/* ---- from outside ---- */

/* Parts that wait are larger than AT_ONCE and do not overlap. */
static uint32_t waiting_cap(uint32_t n) { return n / AT_ONCE + 1; }

static size_t bytes_for(uint32_t n) {
  return (size_t)n * (2 * sizeof(entry) + sizeof(uint32_t)) + waiting_cap(n) * sizeof(sort_part);
}

sonde_code sorter_open(sorter *s, mem *m, const rowset *set, const order_by *keys, uint32_t n_keys,
                       uint32_t *rows, uint32_t n, uint8_t *differ, sonde_error *err) {
  if (differ) memset(differ, 255, n);
  *s = (sorter){.mem = m, .rows = set, .keys = keys, .n_keys = n_keys, .all = rows, .n = n, .differ = differ};
  if (n < 2 || n_keys == 0) return SONDE_OK;
  s->a = mem_alloc(m, bytes_for(n), err);
  if (!s->a) return err->code;
  s->b = s->a + n;
  s->waiting = (sort_part *)(void *)(s->b + n);
  s->spare = (uint32_t *)(void *)(s->waiting + waiting_cap(n));
  s->waiting[s->n_waiting++] = (sort_part){.n = n};
  return SONDE_OK;
}

void sorter_grouped(sorter *s, const uint32_t *ends, uint32_t n) {
  s->ends = ends;
  s->n_ends = n;
  s->n_waiting = 0;
  s->phase = s->a ? GROUPS : TAKE;
  s->laid_out = s->a && s->n_keys > 1 && by_words(type_of(s, 1)) && !has_nulls(s, 1, 0);
}

/* Words are read as they lie and go with their rows, which costs less than to look for them row by row later. */
void sorter_lay_out(sorter *s, uint32_t first, uint32_t n, const uint32_t *places) {
  entry words[SORTER_ROWS];
  uint32_t rows[SORTER_ROWS];
  for (uint32_t i = 0; i < n; i++) s->all[places[i]] = rows[i] = first + i;
  if (n == 0 || !s->laid_out) return;
  fill_words(s, &s->keys[1], rows, n, 0, words);
  for (uint32_t i = 0; i < n; i++) s->a[places[i]] = words[i];
}

void sorter_close(sorter *s) {
  if (s->mem) mem_free(s->mem, s->a, bytes_for(s->n));
  s->mem = NULL;
}

sonde_code sort_rows(mem *m, const rowset *set, const order_by *keys, uint32_t n_keys, uint32_t *rows,
                     uint32_t n, uint8_t *differ, sonde_error *err) {
  sorter s;
  SONDE_TRY(sorter_open(&s, m, set, keys, n_keys, rows, n, differ, err));
  while (!sorter_step(&s)) {
  }
  sorter_close(&s);
  return SONDE_OK;
}

int compare_keys(const rowset *s, const order_by *keys, uint32_t n_keys, uint32_t a, uint32_t b) {
  for (uint32_t i = 0; i < n_keys; i++) {
    const order_by *k = &keys[i];
    bool x = rowset_valid(s, k->column, a), y = rowset_valid(s, k->column, b);
    if (x != y) return x == k->nulls_first ? 1 : -1;
    int c =
        x ? cell_compare(s->cols[k->column].type, rowset_cell(s, k->column, a), rowset_cell(s, k->column, b))
          : 0;
    if (c) return k->descending ? -c : c;
  }
  return 0;
}

bool same_keys(const rowset *s, const order_by *keys, uint32_t n_keys, uint32_t a, uint32_t b) {
  return compare_keys(s, keys, n_keys, a, b) == 0;
}
