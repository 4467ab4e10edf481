/* FRAGMENT_KEYS: sort keys of the selected rows of a block.
 * body: refs (one per key), u8 has_bits, words of the selection
 * result per key: u8 kind (0: u64, 1: two u64 high then low, 2: text), u32 n, validity words,
 *   kind 0: n u64; kind 1: n u64 high, n u64 low; kind 2: u32 n_values, n_values str ascending, n u32 ranks */
#include <stdlib.h>
#include <string.h>

#include "column/page.h"
#include "exec/refs.h"
#include "exec/value_text.h"

#define SIGN ((uint64_t)1 << 63)

typedef struct {
  const vec *v;
  column_type type;
  const uint32_t *rows;
  uint32_t n;
} key_source;

static uint64_t order_bits(double d) {
  uint64_t u;
  if (d == 0) d = 0; /* -0 sorts as 0 */
  memcpy(&u, &d, 8);
  if (d != d) return UINT64_MAX;
  return u & SIGN ? ~u : u | SIGN;
}

static void put_validity(const key_source *k, buf *out) {
  size_t words = ((size_t)k->n + 63) / 64;
  uint8_t *at = buf_extend(out, words * 8);
  if (!at) return;
  memset(at, 0, words * 8);
  for (uint32_t i = 0; i < k->n; i++)
    if (vec_valid(k->v, k->rows[i])) at[i >> 3] |= (uint8_t)(1u << (i & 7));
}

static void put_words(const key_source *k, int half, buf *out) {
  uint8_t *at = buf_extend(out, (size_t)k->n * 8);
  if (!at) return;
  for (uint32_t i = 0; i < k->n; i++, at += 8) {
    uint64_t key = 0;
    if (vec_valid(k->v, k->rows[i])) {
      if (family_of(k->type) == FAMILY_DECIMAL) {
        int128 x = vec_i128_as(k->v, k->rows[i], k->type);
        key = half == 0 ? (uint64_t)x.high ^ SIGN : x.low;
      } else if (family_of(k->type) == FAMILY_DOUBLE) {
        key = order_bits(vec_f64(k->v, k->rows[i]));
      } else {
        key = (uint64_t)vec_i64_as(k->v, k->rows[i], k->type) ^ SIGN;
      }
    }
    memcpy(at, &key, 8);
  }
}

typedef struct {
  sonde_str s;
  uint32_t code;
} ranked;

static int by_text(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  int c = memcmp(x->s.ptr, y->s.ptr, x->s.len < y->s.len ? x->s.len : y->s.len);
  return c ? c : (x->s.len > y->s.len) - (x->s.len < y->s.len);
}

/* Strings of the rows (or of the whole dictionary), sorted; equal ones share a rank. */
static sonde_code put_text(task *t, const key_source *k, buf *out) {
  bool dict = k->v->form == VEC_DICT;
  uint32_t n = dict ? k->v->n_values : k->n, n_values = 0;
  ranked *list = arena_array(t->scratch, n, sizeof *list, t->err);
  uint32_t *rank = arena_array(t->scratch, n, sizeof *rank, t->err);
  if (!list || !rank) return t->err->code;
  for (uint32_t i = 0; i < n; i++) {
    bool valid = dict || vec_valid(k->v, k->rows[i]);
    list[i] = (ranked){valid ? dict ? vec_value(k->v, i) : vec_str(k->v, k->rows[i]) : (sonde_str){"", 0}, i};
  }
  qsort(list, n, sizeof *list, by_text);
  size_t count_at = out->len;
  buf_u32(out, 0);
  for (uint32_t i = 0; i < n; i++) {
    if (i == 0 || by_text(&list[i - 1], &list[i]) != 0) {
      buf_str(out, list[i].s);
      n_values++;
    }
    rank[list[i].code] = n_values - 1;
  }
  if (!out->failed) memcpy(out->data + count_at, &n_values, 4);
  for (uint32_t i = 0; i < k->n; i++) {
    bool valid = vec_valid(k->v, k->rows[i]);
    buf_u32(out, !valid ? 0 : rank[dict ? vec_code(k->v, k->rows[i]) : i]);
  }
  return SONDE_OK;
}

static sonde_code put_key(task *t, const key_source *k, buf *out) {
  value_family family = family_of(k->type);
  uint8_t kind = family == FAMILY_TEXT ? 2 : family == FAMILY_DECIMAL ? 1 : 0;
  buf_u8(out, kind);
  buf_u32(out, k->n);
  put_validity(k, out);
  if (kind == 2 && k->v->form != VEC_NULL) return put_text(t, k, out);
  if (kind == 2) {
    buf_u32(out, 0);
    for (uint32_t i = 0; i < k->n; i++) buf_u32(out, 0);
    return SONDE_OK;
  }
  put_words(k, 0, out);
  if (kind == 1) put_words(k, 1, out);
  return SONDE_OK;
}

static uint32_t *selected_rows(task *t, const fragment_head *h, rd *r, uint32_t *n) {
  uint32_t *rows = arena_array(t->scratch, h->rows, sizeof *rows, t->err);
  bool has_bits = rd_u8(r) != 0;
  const uint8_t *bits = has_bits ? rd_bytes(r, ((size_t)h->rows + 63) / 64 * 8) : NULL;
  *n = 0;
  if (!rows || r->bad) return rows;
  for (uint32_t i = 0; i < h->rows; i++)
    if (!bits || (bits[i >> 3] >> (i & 7) & 1)) rows[(*n)++] = i;
  return rows;
}

sonde_code run_keys(task *t, const fragment_head *h, rd *r, buf *out) {
  const column_ref *refs;
  uint32_t n_keys, n;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n_keys, t->err));
  uint32_t *rows = selected_rows(t, h, r, &n);
  const vec **vecs = arena_array(t->scratch, n_keys, sizeof *vecs, t->err);
  if (!rows || !vecs) return t->err->code;
  SONDE_CHECK(!r->bad, t->err, SONDE_CORRUPT, 0, "a keys fragment is cut short");
  part *held;
  if (!task_columns(t, h, refs, n_keys, vecs, &held)) return t->err->code;
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; i < n_keys && code == SONDE_OK; i++)
    code = put_key(t, &(key_source){vecs[i], refs[i].form.type, rows, n}, out);
  part_free(held);
  return code;
}
