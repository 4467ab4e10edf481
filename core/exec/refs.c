/* See refs.h. */
#include "exec/refs.h"

#include "base/datetime.h"
#include "base/number.h"

static bool has_piece(uint8_t format, const column_ref *ref) {
  return ref->stored == REF_CONSTANT || (format == FORMAT_PARQUET && ref_is_stored(ref));
}

void refs_put(buf *b, uint8_t format, const column_ref *refs, uint32_t n) {
  buf_u32(b, n);
  for (uint32_t i = 0; i < n; i++) {
    buf_u32(b, refs[i].column);
    buf_u32(b, refs[i].stored);
    put_form(b, refs[i].form);
    if (has_piece(format, &refs[i])) buf_str(b, refs[i].piece);
  }
}

static bool is_sound(const fragment_head *h, const column_ref *ref) {
  bool in_file = h->format != FORMAT_CSV || ref->stored < h->dialect.columns || !ref_is_stored(ref);
  int64_t number;
  bool typed = ref->stored != REF_CONSTANT || ref->form.type.id == TYPE_TEXT ||
               ref_number((type_id)ref->form.type.id, ref->piece, &number);
  return ref->column < h->columns && in_file && typed;
}

sonde_code refs_get(rd *r, const fragment_head *h, arena *a, const column_ref **out, uint32_t *n,
                    sonde_error *err) {
  *n = rd_count(r, 11);
  column_ref *refs = arena_zero(a, *n * sizeof *refs, err);
  if (!refs) return err->code;
  for (uint32_t i = 0; i < *n; i++) {
    refs[i].column = rd_u32(r);
    refs[i].stored = rd_u32(r);
    refs[i].form = get_form(r);
    if (has_piece(h->format, &refs[i])) refs[i].piece = rd_str(r);
    if (!is_sound(h, &refs[i])) r->bad = true;
  }
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "a fragment names broken columns");
  *out = refs;
  return SONDE_OK;
}

sonde_code refs_stored(const column_ref *refs, uint32_t n, arena *memory, column_ref **out, uint32_t *n_out,
                       sonde_error *err) {
  *n_out = 0;
  *out = arena_array(memory, n, sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < n; i++)
    if (ref_is_stored(&refs[i])) (*out)[(*n_out)++] = refs[i];
  return SONDE_OK;
}

static bool whole_number(sonde_str s, int64_t *out) {
  number_text n;
  bool plain = number_scan(s.ptr, s.len, '.', &n) && !n.padded && !n.point && !n.e && !n.plus;
  return plain && number_to_int64(&n, s.ptr, s.len, out);
}

bool ref_number(type_id type, sonde_str s, int64_t *out) {
  int32_t days;
  bool zoned = false, known = false;
  switch (type) {
  case TYPE_INT64: return whole_number(s, out);
  case TYPE_DATE:
    known = date_parse(s.ptr, s.len, DATE_YMD, &days);
    if (known) *out = days;
    return known;
  case TYPE_TIMESTAMP: known = timestamp_parse(s.ptr, s.len, DATE_YMD, out, &zoned); return known && !zoned;
  default: return false;
  }
}

/* A dictionary of the one text, to which every row refers. */
static sonde_code repeat(sonde_str text, uint32_t rows, arena *memory, vec *out, sonde_error *err) {
  uint32_t *offsets = arena_array(memory, 2, sizeof *offsets, err);
  out->data = arena_zero(memory, rows, err);
  if (!offsets || !out->data) return err->code;
  offsets[0] = 0;
  offsets[1] = (uint32_t)text.len;
  out->form = VEC_DICT;
  out->width = 1;
  out->nulls = 0;
  out->n_values = 1;
  out->offsets = offsets;
  out->bytes = text.ptr;
  return SONDE_OK;
}

const vec *ref_vec(const column_ref *ref, uint32_t rows, arena *memory, sonde_error *err) {
  vec *out = arena_alloc(memory, sizeof *out, err);
  if (!out) return NULL;
  *out = (vec){.type = ref->form.type, .form = VEC_NULL, .rows = rows, .nulls = rows};
  if (ref->stored == REF_ABSENT) return out;
  if (ref_number((type_id)ref->form.type.id, ref->piece, &out->base)) {
    out->form = VEC_PACKED; /* of no bytes a row */
    out->nulls = 0;
    return out;
  }
  return repeat(ref->piece, rows, memory, out, err) == SONDE_OK ? out : NULL;
}
