/* FRAGMENT_VALUES: the distinct values of one column of the selected rows of a block, with their counts.
 * body: refs (one), u8 has_bits, words; result: u32 n, n × (u8 null, u64 count, str text) */
#include <string.h>

#include "column/sketch.h"
#include "exec/blob_text.h"
#include "exec/refs.h"
#include "exec/value_text.h"

typedef struct {
  uint64_t key; /* bits of the value, or its code */
  uint64_t count;
  uint32_t row; /* where it was first seen */
  uint8_t null;
} tally;

typedef struct {
  tally *slots;
  uint32_t n_slots, count;
} tallies;

static bool grow(tallies *s, arena *a, sonde_error *err) {
  tallies bigger = {.n_slots = s->n_slots ? s->n_slots * 4 : 1024, .count = s->count};
  bigger.slots = arena_zero(a, bigger.n_slots * sizeof(tally), err);
  if (!bigger.slots) return false;
  for (uint32_t i = 0; i < s->n_slots; i++) {
    if (!s->slots[i].count) continue;
    uint32_t at = (uint32_t)hash_u64(s->slots[i].key) & (bigger.n_slots - 1);
    while (bigger.slots[at].count) at = (at + 1) & (bigger.n_slots - 1);
    bigger.slots[at] = s->slots[i];
  }
  *s = bigger;
  return true;
}

static bool same_text(const vec *v, uint32_t a, uint32_t b) {
  sonde_str x = vec_str(v, a), y = vec_str(v, b);
  return x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0;
}

static uint64_t key_of(const vec *v, uint32_t row) {
  uint64_t key;
  if (v->form == VEC_DICT) return vec_code(v, row);
  if (v->form == VEC_TEXT) {
    sonde_str s = vec_str(v, row);
    return hash_bytes(s.ptr, s.len);
  }
  if (v->form == VEC_I128) return hash_bytes((const uint8_t *)v->data + (size_t)row * 16, 16);
  if (v->form == VEC_F64 || v->form == VEC_SCALED) {
    double d = vec_f64(v, row);
    memcpy(&key, &d, 8);
    return key;
  }
  return (uint64_t)vec_i64(v, row);
}

static sonde_code add(tallies *s, const vec *v, uint32_t row, arena *a, sonde_error *err) {
  if (s->count * 2 >= s->n_slots && !grow(s, a, err)) return err->code;
  bool null = !vec_valid(v, row);
  uint64_t key = null ? 0x6E756C6C : key_of(v, row);
  uint32_t at = (uint32_t)hash_u64(key) & (s->n_slots - 1);
  for (; s->slots[at].count; at = (at + 1) & (s->n_slots - 1)) {
    tally *x = &s->slots[at];
    if (x->key != key || x->null != null) continue;
    if (!null && v->form == VEC_TEXT && !same_text(v, x->row, row)) continue;
    x->count++;
    return SONDE_OK;
  }
  s->slots[at] = (tally){.key = key, .count = 1, .row = row, .null = null};
  s->count++;
  return SONDE_OK;
}

/* As pages show it, and filters take it. */
static sonde_str shown(const vec *v, uint32_t row, column_type type, char *room, arena *a, sonde_error *err) {
  sonde_str text = value_text(v, row, type, room);
  return type.id == TYPE_BLOB ? blob_text(text, a, err) : text;
}

sonde_code run_values(task *t, const fragment_head *h, rd *r, buf *out) {
  const column_ref *refs;
  uint32_t n;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n, t->err));
  bool has_bits = rd_u8(r) != 0;
  const uint8_t *bits = has_bits ? rd_bytes(r, ((size_t)h->rows + 63) / 64 * 8) : NULL;
  SONDE_CHECK(!r->bad && n == 1, t->err, SONDE_CORRUPT, 0, "a values fragment is broken");
  const vec *v;
  part *held;
  if (!task_columns(t, h, refs, 1, &v, &held)) return t->err->code;
  tallies s = {0};
  sonde_code code = nested_as_text(&v, t->scratch, t->err);
  for (uint32_t i = 0; i < h->rows && code == SONDE_OK; i++)
    if (!bits || (bits[i >> 3] >> (i & 7) & 1)) code = add(&s, v, i, t->scratch, t->err);
  buf_u32(out, s.count);
  for (uint32_t i = 0; i < s.n_slots && code == SONDE_OK; i++) {
    const tally *x = &s.slots[i];
    if (!x->count) continue;
    char room[VALUE_TEXT_MAX];
    buf_u8(out, x->null);
    buf_u64(out, x->count);
    buf_str(out,
            x->null ? (sonde_str){"", 0} : shown(v, x->row, refs[0].form.type, room, t->scratch, t->err));
    code = t->err->code;
  }
  part_free(held);
  return code;
}
