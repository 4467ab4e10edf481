/* See sort.h. */
#include "exec/query/sort.h"

#define RADIX_MIN 256u

typedef struct {
  uint64_t word;
  uint32_t row;
} entry;

/* Work on rows[i] happens in a[i], b[i] and spare[i], whichever part of the rows is at hand: a run that is refined leaves its
 * neighbours' entries alone. */
typedef struct {
  const rowset *rows;
  const order_by *keys;
  uint32_t n_keys;
  uint32_t *all; /* the whole of what is sorted */
  entry *a, *b;
  uint32_t *spare;
  uint8_t *differ; /* or NULL */
} sorting;

static entry *entries_of(const sorting *s, const uint32_t *rows) { return s->a + (rows - s->all); }
static entry *second_of(const sorting *s, const uint32_t *rows) { return s->b + (rows - s->all); }
static uint32_t *spare_of(const sorting *s, const uint32_t *rows) { return s->spare + (rows - s->all); }

/* From here on rows differ from those before in this key. */
static void note(const sorting *s, const uint32_t *rows, uint32_t key) {
  if (s->differ && rows > s->all && s->differ[rows - s->all] > key) s->differ[rows - s->all] = (uint8_t)key;
}

/* ---- words ---- */

/* Eight bytes of a text from `depth` * 8 on, so that words compare as the texts do; the length breaks ties among zero bytes. */
static uint64_t text_word(sonde_str s, uint32_t depth) {
  uint64_t w = 0;
  size_t from = (size_t)depth * 8;
  for (size_t i = 0; i < 8; i++) w = w << 8 | (from + i < s.len ? (uint8_t)s.ptr[from + i] : 0);
  return w;
}

static uint64_t word_of(const sql_type *t, cell v, uint32_t depth) {
  switch (sql_lane(t)) {
  case LANE_BOOL: return v.b;
  case LANE_I64: return (uint64_t)v.i ^ (uint64_t)1 << 63;
  case LANE_F64: return double_order(v.f);
  case LANE_I128: return depth ? (uint64_t)(u128)v.w : (uint64_t)((u128)v.w >> 64) ^ (uint64_t)1 << 63;
  default: return text_word(v.s, depth);
  }
}

static bool by_words(const sql_type *t) { return sql_lane(t) != LANE_NESTED && t->id != SQL_INTERVAL; }

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

/* One counting pass for each byte in which words differ. */
static void radix(entry *a, entry *b, uint32_t n) {
  uint64_t differ = 0;
  entry *from = a, *to = b;
  for (uint32_t i = 1; i < n; i++) differ |= a[i].word ^ a[0].word;
  for (unsigned shift = 0; shift < 64; shift += 8) {
    if (!(differ >> shift & 255)) continue;
    uint32_t at[256] = {0}, sum = 0;
    for (uint32_t i = 0; i < n; i++) at[from[i].word >> shift & 255]++;
    for (unsigned d = 0; d < 256; d++) {
      uint32_t count = at[d];
      at[d] = sum;
      sum += count;
    }
    for (uint32_t i = 0; i < n; i++) to[at[from[i].word >> shift & 255]++] = from[i];
    entry *swap = from;
    from = to;
    to = swap;
  }
  if (from != a) memcpy(a, from, n * sizeof *a);
}

static void sort_entries(entry *a, entry *b, uint32_t n) {
  if (n < RADIX_MIN)
    merge_words(a, b, n);
  else
    radix(a, b, n);
}

/* ---- refining ---- */

static void sort_by(sorting *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth);

static bool has_more(const sorting *s, uint32_t key, const uint32_t *rows, uint32_t n, uint32_t depth) {
  uint32_t column = s->keys[key].column;
  const sql_type *t = s->rows->cols[column].type;
  if (sql_lane(t) == LANE_I128) return depth == 0;
  if (sql_lane(t) != LANE_STR) return false;
  for (uint32_t i = 0; i < n; i++)
    if (rowset_cell(s->rows, column, rows[i]).s.len > ((size_t)depth + 1) * 8) return true;
  return false;
}

static void take_rows(const entry *a, uint32_t *rows, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) rows[i] = a[i].row;
}

static void next_keys(sorting *s, uint32_t *rows, uint32_t n, uint32_t key) {
  if (n > 1 && key + 1 < s->n_keys) sort_by(s, rows, n, key + 1, 0);
}

/* Texts whose words are equal to their ends differ at most in zero bytes, by their length. */
static void ties_by_length(sorting *s, uint32_t *rows, uint32_t n, uint32_t key) {
  const order_by *k = &s->keys[key];
  entry *a = entries_of(s, rows);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t len = rowset_cell(s->rows, k->column, rows[i]).s.len;
    a[i] = (entry){k->descending ? ~len : len, rows[i]};
  }
  sort_entries(a, second_of(s, rows), n);
  take_rows(a, rows, n);
  for (uint32_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && a[j].word == a[i].word;) j++;
    if (i) note(s, rows + i, key);
    next_keys(s, rows + i, j - i, key);
  }
}

static void refine(sorting *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  if (n < 2) return;
  if (has_more(s, key, rows, n, depth))
    sort_by(s, rows, n, key, depth + 1);
  else if (sql_lane(s->rows->cols[s->keys[key].column].type) == LANE_STR)
    ties_by_length(s, rows, n, key);
  else
    next_keys(s, rows, n, key);
}

/* The commonest lanes as plain loops. */
static void fill_words(const sorting *s, const order_by *k, const uint32_t *rows, uint32_t n, uint32_t depth,
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

static void sort_words(sorting *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  const order_by *k = &s->keys[key];
  lane l = sql_lane(s->rows->cols[k->column].type);
  entry *a = entries_of(s, rows);
  fill_words(s, k, rows, n, depth, a);
  sort_entries(a, second_of(s, rows), n);
  take_rows(a, rows, n);
  bool last = key + 1 == s->n_keys && l != LANE_STR && l != LANE_I128;
  if (last && !s->differ) return;
  for (uint32_t i = 0, j; i < n; i = j) {
    uint64_t word = a[i].word;
    for (j = i + 1; j < n && a[j].word == word;) j++;
    if (i) note(s, rows + i, key);
    if (!last) refine(s, rows + i, j - i, key, depth);
  }
}

/* Values that no word stands for: a merge sort that compares them. */
static int compare_at(const sorting *s, uint32_t key, uint32_t a, uint32_t b) {
  const order_by *k = &s->keys[key];
  int c = cell_compare(s->rows->cols[k->column].type, rowset_cell(s->rows, k->column, a),
                       rowset_cell(s->rows, k->column, b));
  return k->descending ? -c : c;
}

static void merge_compared(sorting *s, uint32_t *rows, uint32_t *spare, uint32_t n, uint32_t key) {
  if (n < 2) return;
  uint32_t half = n / 2, i = 0, j = half;
  merge_compared(s, rows, spare, half, key);
  merge_compared(s, rows + half, spare + half, n - half, key);
  memcpy(spare, rows, n * sizeof *rows);
  for (uint32_t k = 0; k < n; k++)
    rows[k] = j >= n || (i < half && compare_at(s, key, spare[i], spare[j]) <= 0) ? spare[i++] : spare[j++];
}

static void sort_compared(sorting *s, uint32_t *rows, uint32_t n, uint32_t key) {
  merge_compared(s, rows, spare_of(s, rows), n, key);
  for (uint32_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && compare_at(s, key, rows[i], rows[j]) == 0;) j++;
    if (i) note(s, rows + i, key);
    next_keys(s, rows + i, j - i, key);
  }
}

/* Nulls to one end, in the order they came; answers how many rows are left and where they begin. */
static uint32_t part_nulls(sorting *s, uint32_t *rows, uint32_t n, const order_by *k, uint32_t *first) {
  uint32_t nulls = 0, kept = 0, *spare = spare_of(s, rows);
  for (uint32_t i = 0; i < n; i++) {
    if (rowset_valid(s->rows, k->column, rows[i]))
      rows[kept++] = rows[i];
    else
      spare[nulls++] = rows[i];
  }
  *first = k->nulls_first ? nulls : 0;
  if (nulls && k->nulls_first) memmove(rows + nulls, rows, kept * sizeof *rows);
  if (nulls) memcpy(rows + (k->nulls_first ? 0 : kept), spare, nulls * sizeof *rows);
  return kept;
}

static void sort_by(sorting *s, uint32_t *rows, uint32_t n, uint32_t key, uint32_t depth) {
  const order_by *k = &s->keys[key];
  uint32_t first = 0, kept = n;
  if (depth == 0) kept = part_nulls(s, rows, n, k, &first);
  uint32_t nulls = n - kept;
  if (nulls && kept) note(s, rows + (k->nulls_first ? nulls : kept), key);
  if (nulls) next_keys(s, rows + (k->nulls_first ? 0 : kept), nulls, key);
  if (by_words(s->rows->cols[k->column].type))
    sort_words(s, rows + first, kept, key, depth);
  else
    sort_compared(s, rows + first, kept, key);
}

sonde_code sort_rows(mem *m, const rowset *set, const order_by *keys, uint32_t n_keys, uint32_t *rows,
                     uint32_t n, uint8_t *differ, sonde_error *err) {
  if (differ) memset(differ, 255, n);
  if (n < 2 || n_keys == 0) return SONDE_OK;
  sorting s = {.rows = set, .keys = keys, .n_keys = n_keys, .all = rows, .differ = differ};
  size_t bytes = (size_t)n * (2 * sizeof(entry) + sizeof(uint32_t));
  s.a = mem_alloc(m, bytes, err);
  if (!s.a) return err->code;
  s.b = s.a + n;
  s.spare = (uint32_t *)(void *)(s.b + n);
  sort_by(&s, rows, n, 0, 0);
  mem_free(m, s.a, bytes);
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
