/* See page.h. */
#include "column/page.h"

#include <string.h>

#include "column/value_format.h"

#define HEADER_BYTES 32u
#define RECORD_BYTES 64u
#define MICROS_PER_DAY 86400000000LL

bool vec_readable_as(const vec *v, column_type t) {
  if (v->form == VEC_NULL || v->type.id == TYPE_NONE) return true;
  if (v->type.id == t.id) return t.id == TYPE_DECIMAL ? v->type.scale <= t.scale : v->type.scale == t.scale;
  if (v->type.id == TYPE_INT64) return t.id == TYPE_DOUBLE || t.id == TYPE_DECIMAL;
  if (v->type.id == TYPE_FLOAT) return t.id == TYPE_DOUBLE;
  return v->type.id == TYPE_DATE && t.id == TYPE_TIMESTAMP && t.scale == 0;
}

int64_t micros_of_days(int64_t days) {
  int64_t micros;
  if (!__builtin_mul_overflow(days, MICROS_PER_DAY, &micros)) return micros;
  return days < 0 ? INT64_MIN : INT64_MAX;
}

int64_t vec_i64_as(const vec *v, uint32_t row, column_type t) {
  int64_t x = vec_i64(v, row);
  return v->type.id == TYPE_DATE && t.id == TYPE_TIMESTAMP ? micros_of_days(x) : x;
}

static int128 times10(int128 v, uint32_t n) {
  for (; n > 0; n--) { /* v * 8 + v * 2, modulo 2^128: the caller knows that it fits */
    uint64_t low8 = v.low << 3, high8 = (uint64_t)v.high << 3 | v.low >> 61;
    uint64_t low2 = v.low << 1, high2 = (uint64_t)v.high << 1 | v.low >> 63;
    v.low = low8 + low2;
    v.high = (int64_t)(high8 + high2 + (v.low < low8));
  }
  return v;
}

int128 vec_i128_as(const vec *v, uint32_t row, column_type t) {
  if (v->type.id == TYPE_INT64) {
    int64_t x = vec_i64(v, row);
    return times10((int128){(uint64_t)x, x < 0 ? -1 : 0}, t.scale);
  }
  int128 x;
  memcpy(&x, (const uint8_t *)v->data + (size_t)row * 16, 16);
  return times10(x, (uint32_t)(t.scale - v->type.scale));
}

static void store_u32(buf *b, size_t at, uint32_t v) {
  if (!b->failed) memcpy(b->data + at, &v, 4);
}

static void store_u64(buf *b, size_t at, uint64_t v) {
  if (!b->failed) memcpy(b->data + at, &v, 8);
}

void page_begin(buf *b, uint32_t n_columns, uint32_t n_rows, uint64_t first_row, const uint64_t *row_ids) {
  buf_u32(b, PAGE_MAGIC);
  buf_u32(b, n_columns);
  buf_u32(b, n_rows);
  buf_u32(b, 0);
  buf_u64(b, first_row);
  size_t ids = HEADER_BYTES + (size_t)n_columns * RECORD_BYTES;
  buf_u64(b, row_ids ? ids : 0);
  uint8_t *records = buf_extend(b, (size_t)n_columns * RECORD_BYTES);
  if (records) memset(records, 0, (size_t)n_columns * RECORD_BYTES);
  if (row_ids) buf_put(b, row_ids, (size_t)n_rows * 8);
}

static bool cell_valid(const page_cell *c) { return c->vec && vec_valid(c->vec, c->row); }

static uint32_t put_validity(buf *b, size_t record, const page_cell *cells, uint32_t n) {
  uint32_t nulls = 0;
  for (uint32_t i = 0; i < n; i++) nulls += !cell_valid(&cells[i]);
  if (nulls == 0) return 0;
  size_t at = b->len;
  uint8_t *bits = buf_extend(b, (n + 7) / 8);
  if (!bits) return nulls;
  memset(bits, 0, (n + 7) / 8);
  for (uint32_t i = 0; i < n; i++)
    if (cell_valid(&cells[i])) bits[i >> 3] |= (uint8_t)(1u << (i & 7));
  store_u64(b, record + 16, at);
  return nulls;
}

static void put_bool(buf *b, const page_cell *cells, uint32_t n) {
  uint8_t *bits = buf_extend(b, (n + 7) / 8);
  if (!bits) return;
  memset(bits, 0, (n + 7) / 8);
  for (uint32_t i = 0; i < n; i++)
    if (cell_valid(&cells[i]) && vec_i64(cells[i].vec, cells[i].row))
      bits[i >> 3] |= (uint8_t)(1u << (i & 7));
}

static void put_fixed(buf *b, column_type t, const page_cell *cells, uint32_t n) {
  size_t width = t.id == TYPE_DECIMAL ? 16 : t.id == TYPE_DATE ? 4 : 8;
  uint8_t *out = buf_extend(b, (size_t)n * width);
  if (!out) return;
  memset(out, 0, (size_t)n * width);
  for (uint32_t i = 0; i < n; i++, out += width) {
    if (!cell_valid(&cells[i])) continue;
    const vec *v = cells[i].vec;
    uint32_t row = cells[i].row;
    if (t.id == TYPE_DECIMAL) {
      int128 x = vec_i128_as(v, row, t);
      memcpy(out, &x, 16);
    } else if (t.id == TYPE_DOUBLE || t.id == TYPE_FLOAT) {
      double x = vec_f64(v, row);
      memcpy(out, &x, 8);
    } else {
      int64_t x = vec_i64_as(v, row, t);
      memcpy(out, &x, width); /* little endian: the low bytes of a day count */
    }
  }
}

static void put_text(buf *b, size_t record, const page_cell *cells, uint32_t n) {
  size_t begin = b->len;
  for (uint32_t i = 0; i < n; i++) {
    if (!cell_valid(&cells[i])) continue;
    sonde_str s = vec_str(cells[i].vec, cells[i].row);
    buf_put(b, s.ptr, s.len);
  }
  store_u64(b, record + 24, begin);
  store_u64(b, record + 32, b->len - begin);
  buf_align(b, 8);
  store_u64(b, record + 40, b->len);
  uint32_t end = 0;
  buf_u32(b, 0);
  for (uint32_t i = 0; i < n; i++) {
    if (cell_valid(&cells[i])) end += (uint32_t)vec_str(cells[i].vec, cells[i].row).len;
    buf_u32(b, end);
  }
}

/* Types that travel as text: their bytes, or what the grid shows of them. */
static bool is_textual(type_id id) { return id == TYPE_TEXT || id == TYPE_BLOB; }
static bool is_rendered(type_id id) { return id >= TYPE_UUID && id <= TYPE_LAST; }

static void put_rendered_cell(buf *b, const vec *v, uint32_t row) {
  char text[VALUE_TEXT_MAX];
  if (v->form == VEC_TEXT || v->form == VEC_DICT) {
    sonde_str s = vec_str(v, row);
    buf_put(b, s.ptr, s.len);
  } else if (v->type.id == TYPE_UUID || v->type.id == TYPE_INTERVAL) {
    buf_put(b, text, scalar_format(v, row, text));
  } else {
    cell_json(b, v, row);
  }
}

/* Offsets first: how long a cell's text is shows when it is written. */
static void put_rendered(buf *b, size_t record, const page_cell *cells, uint32_t n) {
  size_t offsets = b->len;
  if (!buf_extend(b, ((size_t)n + 1) * 4)) return;
  store_u32(b, offsets, 0);
  buf_align(b, 8);
  size_t begin = b->len;
  for (uint32_t i = 0; i < n; i++) {
    if (cell_valid(&cells[i])) put_rendered_cell(b, cells[i].vec, cells[i].row);
    store_u32(b, offsets + ((size_t)i + 1) * 4, (uint32_t)(b->len - begin));
  }
  store_u64(b, record + 24, begin);
  store_u64(b, record + 32, b->len - begin);
  store_u64(b, record + 40, offsets);
}

void page_column(buf *b, uint32_t i, uint32_t index, column_type type, const page_cell *cells) {
  if (b->failed) return;
  uint32_t n;
  memcpy(&n, b->data + 8, 4);
  size_t record = HEADER_BYTES + (size_t)i * RECORD_BYTES;
  store_u32(b, record, index);
  store_u32(b, record + 4, type.id);
  store_u32(b, record + 8, type.scale);
  buf_align(b, 8);
  store_u32(b, record + 12, put_validity(b, record, cells, n));
  buf_align(b, 8);
  if (type.id == TYPE_NONE) return;
  if (is_textual(type.id)) {
    put_text(b, record, cells, n);
  } else if (is_rendered(type.id)) {
    put_rendered(b, record, cells, n);
  } else {
    size_t begin = b->len;
    if (type.id == TYPE_BOOL)
      put_bool(b, cells, n);
    else
      put_fixed(b, type, cells, n);
    store_u64(b, record + 24, begin);
    store_u64(b, record + 32, b->len - begin);
  }
  buf_align(b, 8);
}

/* A buffer inside the page, or NULL when it does not lie in it. */
static const uint8_t *part(const uint8_t *page, size_t len, uint64_t offset, uint64_t bytes) {
  return offset <= len && bytes <= len - offset && offset % 8 == 0 ? page + offset : NULL;
}

static bool text_ok(const vec *v, uint64_t data_bytes) {
  for (uint32_t r = 0; r < v->rows; r++)
    if (v->offsets[r] > v->offsets[r + 1]) return false;
  return v->offsets[v->rows] <= data_bytes;
}

static bool open_column(const uint8_t *page, size_t len, const uint8_t *record, uint32_t rows, vec *v,
                        arena *a, sonde_error *err) {
  uint32_t type, scale, nulls;
  uint64_t at[4];
  memcpy(&type, record + 4, 4);
  memcpy(&scale, record + 8, 4);
  memcpy(&nulls, record + 12, 4);
  memcpy(at, record + 16, sizeof at);
  static const uint8_t widths[] = {0, 0, 8, 8, 16, 4, 8, 8, 8, 0, 8};
  if (type > TYPE_LAST) return false;
  *v = (vec){.type = {(uint8_t)type, (uint8_t)scale}, .rows = rows, .nulls = nulls, .form = VEC_NULL};
  if (type == TYPE_NONE) return true;
  if (at[0]) { /* Arrow validity is bytes; our words want whole u64s, and the page pads every buffer to 8 */
    v->validity = (const uint64_t *)(const void *)part(page, len, at[0], (rows + 63) / 64 * 8);
    if (!v->validity) return false;
  }
  v->data = part(page, len, at[1], at[2]);
  if (!v->data) return false;
  if (is_textual(type) || is_rendered(type)) {
    v->form = VEC_TEXT;
    v->bytes = v->data;
    v->offsets = (const uint32_t *)(const void *)part(page, len, at[3], ((uint64_t)rows + 1) * 4);
    return v->offsets && text_ok(v, at[2]);
  }
  if (type == TYPE_BOOL) {
    v->form = VEC_BITS;
    return at[2] >= (rows + 7) / 8 && part(page, len, at[1], (rows + 63) / 64 * 8);
  }
  if (at[2] < (uint64_t)rows * widths[type]) return false;
  v->form = type == TYPE_DOUBLE || type == TYPE_FLOAT ? VEC_F64
            : type == TYPE_DECIMAL                    ? VEC_I128
                                                      : VEC_PACKED;
  v->width = 8;
  if (type == TYPE_DATE) { /* signed days: widened, because packed values are unsigned */
    int64_t *wide = arena_array(a, rows, 8, err);
    if (!wide) return false;
    for (uint32_t r = 0; r < rows; r++) {
      int32_t day;
      memcpy(&day, (const uint8_t *)v->data + (size_t)r * 4, 4);
      wide[r] = day;
    }
    v->data = wide;
  }
  return true;
}

sonde_code page_open(const uint8_t *bytes, size_t len, arena *a, page_view *out, sonde_error *err) {
  rd r = {.data = bytes, .len = len};
  uint32_t magic = rd_u32(&r);
  *out = (page_view){.n_columns = rd_u32(&r), .n_rows = rd_u32(&r)};
  rd_u32(&r);
  out->first_row = rd_u64(&r);
  uint64_t ids = rd_u64(&r);
  bool ok = !r.bad && magic == PAGE_MAGIC && out->n_columns <= (len - HEADER_BYTES) / RECORD_BYTES;
  SONDE_CHECK(ok, err, SONDE_CORRUPT, 0, "a page block has a broken head");
  if (ids) {
    out->row_ids = (const uint64_t *)(const void *)part(bytes, len, ids, (uint64_t)out->n_rows * 8);
    SONDE_CHECK(out->row_ids, err, SONDE_CORRUPT, ids, "a page block has broken row ids");
  }
  out->vecs = arena_array(a, out->n_columns, sizeof *out->vecs, err);
  out->indexes = arena_array(a, out->n_columns, sizeof *out->indexes, err);
  if (!out->vecs || !out->indexes) return err->code;
  for (uint32_t c = 0; c < out->n_columns; c++) {
    const uint8_t *record = bytes + HEADER_BYTES + (size_t)c * RECORD_BYTES;
    memcpy(&out->indexes[c], record, 4);
    err->code = SONDE_CORRUPT;
    if (!open_column(bytes, len, record, out->n_rows, &out->vecs[c], a, err))
      return err->code == SONDE_CORRUPT
                 ? status_set(err, SONDE_CORRUPT, 0, "column %u of a page block is broken", c)
                 : err->code;
  }
  return SONDE_OK;
}
