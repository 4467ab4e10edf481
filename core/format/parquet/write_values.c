/* See write_values.h. */
#include "format/parquet/write_values.h"

#include <string.h>

#include "base/number.h"
#include "format/parquet/bits.h"

/* ---- from vec to physical values ---- */

typedef struct {
  const write_leaf *leaf;
  const vec *from;
  const uint32_t *rows; /* of the values, ascending */
  uint32_t n;
  uint8_t *out;
  sonde_error *err;
} gather;

static void put_big_endian(uint64_t v, uint8_t *out) {
  for (int i = 7; i >= 0; i--, v >>= 8) out[i] = (uint8_t)v;
}

static int128 wide_at(const vec *v, uint32_t row) {
  int128 x;
  memcpy(&x, (const uint8_t *)v->data + (size_t)row * 16, 16);
  return x;
}

/* A row for each value means that no row is left out. */
static void gather_int64(const gather *g) {
  if (g->n == g->from->rows) {
    vec_i64s(g->from, 0, g->n, (int64_t *)(void *)g->out);
    return;
  }
  for (uint32_t i = 0; i < g->n; i++) {
    int64_t v = vec_i64(g->from, g->rows[i]);
    memcpy(g->out + (size_t)i * 8, &v, 8);
  }
}

static void gather_double(const gather *g) {
  if (g->n == g->from->rows) {
    vec_f64s(g->from, 0, g->n, (double *)(void *)g->out);
    return;
  }
  for (uint32_t i = 0; i < g->n; i++) {
    double v = vec_f64(g->from, g->rows[i]);
    memcpy(g->out + (size_t)i * 8, &v, 8);
  }
}

static void gather_float(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++) {
    float v = (float)vec_f64(g->from, g->rows[i]);
    memcpy(g->out + (size_t)i * 4, &v, 4);
  }
}

/* Dates; whole numbers of at most 32 bits. */
static void gather_int32(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++) {
    int32_t v = (int32_t)vec_i64(g->from, g->rows[i]);
    memcpy(g->out + (size_t)i * 4, &v, 4);
  }
}

static void gather_uint64(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++)
    memcpy(g->out + (size_t)i * 8, &(uint64_t){wide_at(g->from, g->rows[i]).low}, 8);
}

static void gather_millis(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++) {
    int64_t v = vec_i64(g->from, g->rows[i]) / 1000;
    memcpy(g->out + (size_t)i * 8, &v, 8);
  }
}

static void gather_bool(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++) g->out[i] = (uint8_t)vec_i64(g->from, g->rows[i]);
}

/* Big endian; a UUID's top bit is flipped in ours (column/type.h). */
static void gather_wide(const gather *g) {
  uint64_t flip = g->leaf->order == ORDER_BYTES ? (uint64_t)1 << 63 : 0;
  for (uint32_t i = 0; i < g->n; i++) {
    int128 v = wide_at(g->from, g->rows[i]);
    put_big_endian((uint64_t)v.high ^ flip, g->out + (size_t)i * 16);
    put_big_endian(v.low, g->out + (size_t)i * 16 + 8);
  }
}

/* Months, days, milliseconds: little endian, 32 bits each. */
static sonde_code gather_interval(const gather *g) {
  for (uint32_t i = 0; i < g->n; i++) {
    int128 v = wide_at(g->from, g->rows[i]);
    uint64_t millis = v.low / 1000;
    SONDE_CHECK(
        v.low % 1000 == 0 && millis <= UINT32_MAX, g->err, SONDE_VALUE, 0,
        "column \"%.*s\" has an interval of %llu microseconds besides its days, and Parquet holds whole "
        "milliseconds up to 49 days; make it a text or a number before",
        (int)g->leaf->path[0].len, g->leaf->path[0].ptr, (unsigned long long)v.low);
    uint32_t parts[3] = {(uint32_t)((uint64_t)v.high >> 32), (uint32_t)v.high, (uint32_t)millis};
    memcpy(g->out + (size_t)i * 12, parts, 12);
  }
  return SONDE_OK;
}

static sonde_code gather_fixed(const gather *g) {
  const shape *s = g->leaf->of;
  if (s->narrow.unit) return gather_millis(g), SONDE_OK;
  if (s->narrow.bits) return s->narrow.bits == 64 ? gather_uint64(g) : gather_int32(g), SONDE_OK;
  switch (s->type.id) {
  case TYPE_BOOL: gather_bool(g); break;
  case TYPE_DOUBLE: gather_double(g); break;
  case TYPE_FLOAT: gather_float(g); break;
  case TYPE_DATE: gather_int32(g); break;
  case TYPE_DECIMAL:
  case TYPE_UUID: gather_wide(g); break;
  case TYPE_INTERVAL: return gather_interval(g);
  default: gather_int64(g); break;
  }
  return SONDE_OK;
}

static sonde_code gather_codes(const gather *g, arena *memory, write_values *out) {
  uint32_t *codes = arena_array(memory, g->n, sizeof *codes, g->err);
  if (!codes) return g->err->code;
  for (uint32_t i = 0; i < g->n; i++) codes[i] = vec_code(g->from, g->rows[i]);
  out->codes = codes;
  out->n_words = g->from->n_values;
  return SONDE_OK;
}

static sonde_code gather_texts(const gather *g, arena *memory, write_values *out) {
  sonde_str *texts = arena_array(memory, g->n, sizeof *texts, g->err);
  if (!texts) return g->err->code;
  for (uint32_t i = 0; i < g->n; i++) texts[i] = vec_str(g->from, g->rows[i]);
  out->texts = texts;
  return g->from->form == VEC_DICT ? gather_codes(g, memory, out) : SONDE_OK;
}

static uint32_t take_rows(const shredded *s, uint32_t *rows) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n; i++)
    if (s->rows[i] != ROW_NONE) rows[n++] = s->rows[i];
  return n;
}

sonde_code write_values_of(const write_leaf *leaf, const shredded *s, arena *memory, write_values *out,
                           sonde_error *err) {
  *out = (write_values){.leaf = leaf};
  uint32_t *rows = arena_array(memory, s->n, sizeof *rows, err);
  if (!rows) return err->code;
  gather g = {.leaf = leaf, .from = s->values, .rows = rows, .n = take_rows(s, rows), .err = err};
  out->n = g.n;
  if (g.n == 0) return SONDE_OK;
  if (leaf->width == 0) return gather_texts(&g, memory, out);
  g.out = arena_array(memory, g.n, leaf->width, err);
  out->fixed = g.out;
  return g.out ? gather_fixed(&g) : err->code;
}

/* ---- plain ---- */

static void put_bools(buf *b, const uint8_t *values, uint32_t n) {
  for (uint32_t i = 0; i < n; i += 8) {
    uint32_t byte = 0;
    for (uint32_t k = 0; k < 8 && i + k < n; k++) byte |= (uint32_t)values[i + k] << k;
    buf_u8(b, (uint8_t)byte);
  }
}

static void put_texts(buf *b, const sonde_str *texts, uint32_t n) {
  size_t bytes = 0;
  for (uint32_t i = 0; i < n; i++) bytes += 4 + texts[i].len;
  uint8_t *out = buf_extend(b, bytes);
  for (uint32_t i = 0; out && i < n; i++) {
    uint32_t len = (uint32_t)texts[i].len;
    memcpy(out, &len, 4);
    if (len) memcpy(out + 4, texts[i].ptr, len);
    out += 4 + len;
  }
}

void put_plain(buf *b, const write_values *v, uint32_t first, uint32_t n) {
  if (n == 0) return;
  if (v->leaf->order == ORDER_BOOL)
    put_bools(b, v->fixed + first, n);
  else if (v->leaf->width)
    buf_put(b, v->fixed + (size_t)first * v->leaf->width, (size_t)n * v->leaf->width);
  else
    put_texts(b, v->texts + first, n);
}

uint64_t plain_bytes(const write_values *v) {
  uint64_t bytes = 0;
  if (v->leaf->order == ORDER_BOOL) return bits_bytes(v->n, 1);
  if (v->leaf->width) return (uint64_t)v->n * v->leaf->width;
  for (uint32_t i = 0; i < v->n; i++) bytes += plain_value_bytes(v, i);
  return bytes;
}
