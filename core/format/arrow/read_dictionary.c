/* Dictionaries of texts, and columns that are codes into them. See read.h. */
#include <string.h>

#include "format/arrow/read_parts.h"
#include "format/parquet/text_check.h"

static arrow_dictionary *find(const arrow_dictionaries *all, int64_t id) {
  arrow_dictionary *d = all ? all->first : NULL;
  while (d && d->id != id) d = d->next;
  return d;
}

/* ---- batches of them ---- */

static const arrow_field *field_of(const arrow_field *fields, uint32_t n, int64_t id) {
  for (uint32_t i = 0; i < n; i++) {
    if (fields[i].coded && fields[i].dictionary == id) return &fields[i];
    const arrow_field *below = field_of(fields[i].children, fields[i].n_children, id);
    if (below) return below;
  }
  return NULL;
}

static uint32_t bytes_of(const vec *v) { return v->offsets[v->rows] - v->offsets[0]; }

/* Puts the values of `more` at row `row` and byte `at` of what becomes the longer dictionary. */
static void append(const vec *more, uint32_t row, uint32_t at, uint32_t *offsets, char *bytes,
                   uint64_t *validity) {
  for (uint32_t i = 0; i < more->rows; i++) {
    sonde_str s = vec_valid(more, i) ? vec_str(more, i) : (sonde_str){"", 0};
    if (vec_valid(more, i)) validity[(row + i) >> 6] |= (uint64_t)1 << ((row + i) & 63);
    memcpy(bytes + at, s.ptr, s.len);
    offsets[row + i] = at;
    at += (uint32_t)s.len;
    offsets[row + i + 1] = at;
  }
}

/* A delta: the old values, then the new ones. */
static sonde_code join(const vec *old, vec *more, arena *memory, sonde_error *err) {
  uint64_t rows = (uint64_t)old->rows + more->rows, size = (uint64_t)bytes_of(old) + bytes_of(more);
  SONDE_CHECK(rows <= INT32_MAX && size <= UINT32_MAX, err, SONDE_LIMIT, 0,
              "an Arrow dictionary is too large");
  uint32_t *offsets = arena_zero(memory, (size_t)(rows + 1) * 4, err);
  char *bytes = arena_alloc(memory, (size_t)size, err);
  uint64_t *validity = arena_zero(memory, (size_t)(rows + 63) / 64 * 8, err);
  if (!offsets || !bytes || !validity) return err->code;
  append(old, 0, 0, offsets, bytes, validity);
  append(more, old->rows, offsets[old->rows], offsets, bytes, validity);
  more->rows = (uint32_t)rows;
  more->nulls += old->nulls;
  more->validity = more->nulls ? validity : NULL;
  more->offsets = offsets;
  more->bytes = bytes;
  return SONDE_OK;
}

static sonde_code keep_dictionary(arrow_in *in, arrow_dictionaries *all, int64_t id, bool delta,
                                  vec *values) {
  const arrow_dictionary *d = find(all, id);
  if (d && delta) SONDE_TRY(join(&d->values, values, in->memory, in->err));
  bool distinct = false;
  if (values->nulls == 0)
    SONDE_TRY(texts_distinct(values->bytes, values->offsets, values->rows, in->scratch, &distinct, in->err));
  /* One that is replaced stays for batches read before: it lies in the same arena as they, or was dropped with them. */
  arrow_dictionary *made = arena_zero(in->memory, sizeof *made, in->err);
  if (!made) return in->err->code;
  *made = (arrow_dictionary){.id = id, .values = *values, .distinct = distinct, .next = all->first};
  all->first = made;
  return SONDE_OK;
}

sonde_code arrow_read_dictionary(const arrow_table *t, const uint8_t *message, size_t n, arena *memory,
                                 arena *scratch, arrow_dictionaries *all, sonde_error *err) {
  arrow_in in = {.memory = memory, .scratch = scratch, .err = err};
  fb_bytes metadata;
  fb_view header;
  uint32_t rows;
  arrow_fresh_scratch(&in);
  SONDE_TRY(arrow_open_batch(&in, message, n, HEADER_DICTIONARY, &metadata, &header));
  SONDE_TRY(arrow_open_records(&in, fb_child(header, DICTIONARY_BATCH_DATA), &rows));
  int64_t id = fb_int(header, DICTIONARY_BATCH_ID, 8, 0);
  const arrow_field *f = field_of(t->fields, t->n, id);
  if (!f) return SONDE_OK; /* nobody refers to it */
  in.column = f->name;
  arrow_field plain = *f;
  plain.coded = false;
  vec values;
  SONDE_TRY(arrow_read_column(&in, &plain, &values));
  return keep_dictionary(&in, all, id, fb_uint(header, DICTIONARY_BATCH_IS_DELTA, 1, 0) != 0, &values);
}

/* ---- columns of codes ---- */

/* Codes as u32; rows that are null, or whose value is, become null. */
static sonde_code load_codes(arrow_in *in, const arrow_field *f, const vec *values, vec *v, uint32_t *codes,
                             uint64_t *validity) {
  arrow_bytes b;
  SONDE_TRY(arrow_take_values(in, v->rows, f->code_width, &b));
  v->form = VEC_DICT;
  v->nulls = 0;
  for (uint32_t i = 0; i < v->rows; i++) {
    uint64_t code = (uint64_t)arrow_int(b.bytes + (size_t)i * f->code_width, f->code_width, f->code_signed);
    bool valid = !v->validity || vec_valid(v, i);
    if (valid && code >= values->rows) return arrow_damaged(in, "a code is in no dictionary");
    valid = valid && vec_valid(values, (uint32_t)code);
    codes[i] = valid ? (uint32_t)code : 0;
    v->nulls += !valid;
    validity[i >> 6] |= (uint64_t)valid << (i & 63);
  }
  v->validity = v->nulls ? validity : NULL;
  return SONDE_OK;
}

/* A dictionary that names a value twice is none of ours: its texts are written out. */
static sonde_code write_out(arrow_in *in, const vec *values, const uint32_t *codes, vec *v) {
  uint32_t *offsets = arena_array(in->memory, (size_t)v->rows + 1, 4, in->err);
  uint64_t total = 0;
  if (!offsets) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++) {
    offsets[i] = (uint32_t)total;
    if (vec_valid(v, i)) total += vec_value(values, codes[i]).len;
    SONDE_CHECK(total <= UINT32_MAX, in->err, SONDE_LIMIT, in->body_at,
                "a batch with more than 4 GB of one column is not supported");
  }
  offsets[v->rows] = (uint32_t)total;
  char *bytes = arena_alloc(in->memory, (size_t)total, in->err);
  if (!bytes) return in->err->code;
  for (uint32_t i = 0; i < v->rows; i++) {
    sonde_str s = vec_valid(v, i) ? vec_value(values, codes[i]) : (sonde_str){"", 0};
    memcpy(bytes + offsets[i], s.ptr, s.len);
  }
  v->form = VEC_TEXT;
  v->bytes = bytes;
  v->offsets = offsets;
  return SONDE_OK;
}

sonde_code arrow_read_codes(arrow_in *in, const arrow_field *f, vec *v) {
  const arrow_dictionary *d = find(in->dictionaries, f->dictionary);
  if (!d) return arrow_damaged(in, "its dictionary is missing");
  if (d->values.type.id != f->type.id) return arrow_damaged(in, "its dictionary is of another type");
  uint32_t *codes = arena_array(in->memory, v->rows, 4, in->err);
  uint64_t *validity = arena_zero(in->memory, ((size_t)v->rows + 63) / 64 * 8, in->err);
  if (!codes || !validity) return in->err->code;
  SONDE_TRY(load_codes(in, f, &d->values, v, codes, validity));
  if (v->nulls == v->rows) {
    v->form = VEC_NULL;
    return SONDE_OK;
  }
  if (!d->distinct) return write_out(in, &d->values, codes, v);
  v->width = 4;
  v->data = codes;
  v->n_values = d->values.rows;
  v->offsets = d->values.offsets;
  v->bytes = d->values.bytes;
  return SONDE_OK;
}
