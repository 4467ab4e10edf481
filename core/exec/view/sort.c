/* See sort.h. */
#include "exec/view/sort.h"

#include <string.h>

typedef struct {
  const uint8_t *strings; /* u32 length, bytes; n_values of them, ascending */
  size_t len;
  uint32_t n_values, first, n;
} dictionary;

typedef struct {
  uint8_t kind;
  bool any_null;
  uint64_t *high, *low;     /* per row; text: high holds the block's code until ranks are known */
  uint64_t *valid;          /* bitmap over rows */
  dictionary *dictionaries; /* text: per block */
} key;

struct sorter {
  arena *memory;
  mem *mem;
  const sort_order *orders;
  uint32_t n_keys, total, n_blocks;
  key *keys;
};

sorter *sorter_new(arena *a, mem *m, const sort_order *orders, uint32_t n_keys, uint32_t total,
                   uint32_t n_blocks, sonde_error *err) {
  sorter *s = arena_zero(a, sizeof *s, err);
  if (!s) return NULL;
  *s = (sorter){
      .memory = a, .mem = m, .orders = orders, .n_keys = n_keys, .total = total, .n_blocks = n_blocks};
  s->keys = arena_zero(a, n_keys * sizeof *s->keys, err);
  for (uint32_t k = 0; s->keys && k < n_keys; k++) {
    s->keys[k].high = arena_array(a, total, 8, err);
    s->keys[k].valid = arena_zero(a, ((size_t)total + 63) / 64 * 8, err);
    if (!s->keys[k].high || !s->keys[k].valid) return NULL;
  }
  return s->keys ? s : NULL;
}

static sonde_code add_text(sorter *s, key *k, uint32_t b, uint32_t first, uint32_t n, rd *r,
                           sonde_error *err) {
  if (!k->dictionaries) k->dictionaries = arena_zero(s->memory, s->n_blocks * sizeof *k->dictionaries, err);
  if (!k->dictionaries) return err->code;
  dictionary *d = &k->dictionaries[b];
  *d = (dictionary){.n_values = rd_count(r, 4), .first = first, .n = n};
  size_t begin = r->pos;
  for (uint32_t i = 0; i < d->n_values; i++) rd_str(r);
  d->len = r->pos - begin;
  if (r->bad) return SONDE_OK;
  d->strings = arena_copy(s->memory, r->data + begin, d->len, err);
  if (!d->strings) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    k->high[first + i] = rd_u32(r);
    if (d->n_values && k->high[first + i] >= d->n_values) r->bad = true;
  }
  return SONDE_OK;
}

sonde_code sorter_add(sorter *s, uint32_t b, uint32_t first, uint32_t n, rd *r, sonde_error *err) {
  for (uint32_t i = 0; i < s->n_keys; i++) {
    key *k = &s->keys[i];
    k->kind = rd_u8(r);
    bool fits = rd_u32(r) == n && first <= s->total && n <= s->total - first;
    const uint8_t *bits = rd_bytes(r, ((size_t)n + 63) / 64 * 8);
    SONDE_CHECK(fits && bits, err, SONDE_CORRUPT, 0, "the sort keys of block %u are broken", b);
    for (uint32_t x = 0; x < n; x++) {
      bool valid = (bits[x >> 3] >> (x & 7) & 1) != 0;
      if (valid) k->valid[(first + x) >> 6] |= (uint64_t)1 << ((first + x) & 63);
      k->any_null = k->any_null || !valid;
    }
    if (k->kind == 2) {
      SONDE_TRY(add_text(s, k, b, first, n, r, err));
      continue;
    }
    const uint8_t *words = rd_bytes(r, (size_t)n * 8);
    if (words) memcpy(k->high + first, words, (size_t)n * 8);
    if (k->kind != 1) continue;
    if (!k->low) k->low = arena_array(s->memory, s->total, 8, err);
    if (!k->low) return err->code;
    words = rd_bytes(r, (size_t)n * 8);
    if (words) memcpy(k->low + first, words, (size_t)n * 8);
  }
  return SONDE_OK;
}

/* ---- ranks of strings over all blocks: a heap of the blocks' ascending lists ---- */

typedef struct {
  rd r;
  sonde_str s;
  uint64_t prefix; /* first 8 bytes, big endian: decides most comparisons */
  uint32_t left, code;
  uint64_t *ranks;
} list;

static uint64_t prefix_of(sonde_str s) {
  uint8_t b[8] = {0};
  memcpy(b, s.ptr, s.len < 8 ? s.len : 8);
  uint64_t x = 0;
  for (int i = 0; i < 8; i++) x = x << 8 | b[i];
  return x;
}

static int compare(const list *a, const list *b) {
  if (a->prefix != b->prefix) return a->prefix < b->prefix ? -1 : 1;
  int c = memcmp(a->s.ptr, b->s.ptr, a->s.len < b->s.len ? a->s.len : b->s.len);
  return c ? c : (a->s.len > b->s.len) - (a->s.len < b->s.len);
}

static void sift(list **heap, uint32_t n, uint32_t i) {
  for (;;) {
    uint32_t least = i, l = 2 * i + 1;
    for (uint32_t c = l; c < l + 2 && c < n; c++)
      if (compare(heap[c], heap[least]) < 0) least = c;
    if (least == i) return;
    list *x = heap[i];
    heap[i] = heap[least];
    heap[least] = x;
    i = least;
  }
}

static bool advance(list *l) {
  if (l->left == 0) return false;
  l->left--;
  l->code++;
  l->s = rd_str(&l->r);
  l->prefix = prefix_of(l->s);
  return true;
}

static sonde_code rank_strings(sorter *s, key *k, sonde_error *err) {
  list *lists = arena_zero(s->memory, s->n_blocks * sizeof *lists, err);
  list **heap = arena_array(s->memory, s->n_blocks, sizeof *heap, err);
  if (!lists || !heap) return err->code;
  uint32_t n = 0;
  for (uint32_t b = 0; b < s->n_blocks; b++) {
    dictionary *d = &k->dictionaries[b];
    if (!d->n_values) continue;
    list *l = &lists[b];
    *l = (list){.r = {.data = d->strings, .len = d->len}, .left = d->n_values, .code = UINT32_MAX};
    l->ranks = arena_array(s->memory, d->n_values, 8, err);
    if (!l->ranks) return err->code;
    advance(l);
    heap[n++] = l;
  }
  for (uint32_t i = n; i-- > 0;) sift(heap, n, i);
  uint64_t rank = 0;
  list last = {0};
  for (bool any = false; n > 0; any = true) {
    list *l = heap[0];
    if (any && compare(&last, l) != 0) rank++;
    last.s = l->s;
    last.prefix = l->prefix;
    l->ranks[l->code] = rank;
    if (!advance(l)) heap[0] = heap[--n];
    sift(heap, n, 0);
  }
  for (uint32_t b = 0; b < s->n_blocks; b++)
    for (uint32_t i = 0; lists[b].ranks && i < k->dictionaries[b].n; i++) {
      uint32_t row = k->dictionaries[b].first + i;
      bool valid = (k->valid[row >> 6] >> (row & 63) & 1) != 0;
      k->high[row] = valid ? lists[b].ranks[k->high[row]] : 0; /* nulls are equal: later keys order them */
    }
  return SONDE_OK;
}

/* ---- radix ---- */

typedef struct {
  uint32_t *order, *other;
  uint64_t *keys, *other_keys;
} radix;

/* One stable pass by the byte at `shift`. */
static void pass(radix *x, uint32_t n, unsigned shift, const uint32_t *counts) {
  uint32_t at[256], sum = 0;
  for (unsigned i = 0; i < 256; i++) {
    at[i] = sum;
    sum += counts[i];
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t to = at[x->keys[i] >> shift & 255]++;
    x->other[to] = x->order[i];
    x->other_keys[to] = x->keys[i];
  }
  radix swapped = {x->other, x->order, x->other_keys, x->keys};
  *x = swapped;
}

/* Uses up `words`: once they are in order they serve as room. */
static void sort_by(radix *x, uint32_t n, uint64_t *words, bool descending) {
  static const unsigned bytes = 8;
  uint64_t *keys = x->keys;
  uint32_t counts[8][256];
  memset(counts, 0, sizeof counts);
  for (uint32_t i = 0; i < n; i++) {
    uint64_t w = words[x->order[i]];
    if (descending) w = ~w;
    x->keys[i] = w;
    for (unsigned b = 0; b < bytes; b++) counts[b][w >> (8 * b) & 255]++;
  }
  x->other_keys = words;
  for (unsigned b = 0; b < bytes; b++) {
    bool constant = n == 0 || counts[b][x->keys[0] >> (8 * b) & 255] == n;
    if (!constant) pass(x, n, 8 * b, counts[b]);
  }
  x->keys = keys;
}

/* Nulls to their end, in the order they have. */
static void place_nulls(radix *x, uint32_t n, const uint64_t *valid, bool first) {
  uint32_t present = 0;
  for (uint32_t i = 0; i < n; i++) present += (uint32_t)(valid[x->order[i] >> 6] >> (x->order[i] & 63) & 1);
  uint32_t v = first ? n - present : 0, z = first ? 0 : present;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t row = x->order[i];
    bool there = (valid[row >> 6] >> (row & 63) & 1) != 0;
    x->other[there ? v++ : z++] = row;
  }
  uint32_t *swap = x->order;
  x->order = x->other;
  x->other = swap;
}

sonde_code sorter_run(sorter *s, uint32_t *order, sonde_error *err) {
  size_t n = s->total;
  radix x = {
      .order = order, .other = arena_array(s->memory, n, 4, err), .keys = arena_array(s->memory, n, 8, err)};
  if (!x.other || !x.keys) return err->code;
  for (uint32_t i = 0; i < n; i++) x.order[i] = i;
  for (uint32_t i = s->n_keys; i-- > 0;) {
    key *k = &s->keys[i];
    if (k->dictionaries) SONDE_TRY(rank_strings(s, k, err));
    if (k->low) sort_by(&x, (uint32_t)n, k->low, s->orders[i].descending);
    sort_by(&x, (uint32_t)n, k->high, s->orders[i].descending);
    if (k->any_null) place_nulls(&x, (uint32_t)n, k->valid, s->orders[i].nulls_first);
  }
  if (n && x.order != order) memcpy(order, x.order, n * 4);
  return SONDE_OK;
}
