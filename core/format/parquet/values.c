/* See values.h. */
#include "format/parquet/values.h"

#include <string.h>

#include "format/parquet/bits.h"
#include "format/parquet/convert.h"
#include "format/parquet/delta.h"
#include "format/parquet/hybrid.h"

bool is_dictionary_encoding(uint8_t encoding) {
  return encoding == ENCODING_PLAIN_DICTIONARY || encoding == ENCODING_RLE_DICTIONARY;
}

static sonde_code damaged(sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, 0, "a page's values are damaged or fewer than it says");
}

static sonde_code unknown(const page_values *v, sonde_error *err) {
  return status_set(err, SONDE_UNSUPPORTED, 0, "encoding %u is not used for physical type %u",
                    (unsigned)v->encoding, v->leaf->physical);
}

/* Four bytes of value i, each out of its own stream. */
static uint32_t four(const uint8_t *in, size_t stride, size_t i) {
  return (uint32_t)in[i] | (uint32_t)in[stride + i] << 8 | (uint32_t)in[2 * stride + i] << 16 |
         (uint32_t)in[3 * stride + i] << 24;
}

/* Stream s holds byte s of every value. */
static void join_streams(const uint8_t *in, size_t stride, uint32_t width, uint32_t n, uint8_t *out) {
  uint32_t s = 0;
  for (; width - s >= 4; s += 4, in += 4 * stride)
    for (size_t i = 0; i < n; i++) {
      uint32_t part = four(in, stride, i);
      memcpy(out + i * width + s, &part, 4);
    }
  for (; s < width; s++, in += stride)
    for (size_t i = 0; i < n; i++) out[i * width + s] = in[i];
}

static sonde_code split_raw(const page_values *v, uint32_t width, const uint8_t **raw, sonde_error *err) {
  size_t bytes = (size_t)(v->end - v->p), stride = bytes / width;
  if (stride < v->n) return damaged(err);
  uint8_t *out = arena_array(v->scratch, v->n, width, err);
  if (!out) return err->code;
  join_streams(v->p, stride, width, v->n, out);
  *raw = out;
  return SONDE_OK;
}

static sonde_code delta_raw(const page_values *v, const uint8_t **raw, sonde_error *err) {
  const uint8_t *p = v->p;
  uint64_t *values = arena_array(v->scratch, v->n, sizeof *values, err);
  if (!values) return err->code;
  if (!delta_read(&p, v->end, values, v->n)) return damaged(err);
  uint8_t *out = (uint8_t *)values;
  if (v->leaf->physical == PQ_INT32)
    for (size_t i = 0; i < v->n; i++)
      memcpy(out + i * 4, &values[i], 4); /* the low half; never ahead of the read */
  *raw = out;
  return SONDE_OK;
}

/* Byte arrays into a place of their own. */
static sonde_code scratch_texts(const page_values *v, texts *t, uint32_t **offsets, sonde_error *err) {
  *t = (texts){.memory = v->scratch};
  *offsets = arena_array(v->scratch, (size_t)v->n + 1, sizeof **offsets, err);
  if (!*offsets) return err->code;
  (*offsets)[0] = 0;
  return values_texts(v, t, *offsets + 1, err);
}

/* PLAIN from the first value that is not skipped. */
static sonde_code pass_over(page_values *v, uint32_t width, sonde_error *err) {
  uint64_t left = (uint64_t)(v->end - v->p);
  if (width > 0 && (uint64_t)v->skip * width > left) return damaged(err);
  if (width > 0) v->p += (size_t)v->skip * width;
  for (uint32_t i = 0; width == 0 && i < v->skip; i++) {
    uint32_t length;
    if (v->end - v->p < 4) return damaged(err);
    memcpy(&length, v->p, 4);
    if (length > (size_t)(v->end - v->p) - 4) return damaged(err);
    v->p += 4 + (size_t)length;
  }
  v->skip = 0;
  return SONDE_OK;
}

/* The values as written, one behind the other. */
static sonde_code raw_values(const page_values *v, uint32_t width, const uint8_t **raw, sonde_error *err) {
  bool whole = v->leaf->physical == PQ_INT32 || v->leaf->physical == PQ_INT64;
  if (v->encoding == ENCODING_PLAIN) {
    *raw = v->p;
    return (uint64_t)v->n * width <= (uint64_t)(v->end - v->p) ? SONDE_OK : damaged(err);
  }
  if (v->encoding == ENCODING_BYTE_STREAM_SPLIT) return split_raw(v, width, raw, err);
  if (v->encoding == ENCODING_DELTA_BINARY_PACKED && whole) return delta_raw(v, raw, err);
  if (v->encoding != ENCODING_DELTA_BYTE_ARRAY || v->leaf->physical != PQ_FIXED) return unknown(v, err);
  texts t;
  uint32_t *offsets;
  SONDE_TRY(scratch_texts(v, &t, &offsets, err));
  *raw = (const uint8_t *)t.bytes;
  return SONDE_OK;
}

static sonde_code fixed_from(const page_values *v, uint32_t width, void *out, sonde_error *err) {
  if (v->encoding == ENCODING_DELTA_BINARY_PACKED && v->leaf->conversion == PQ_AS_INT64) {
    const uint8_t *p = v->p;
    return delta_read(&p, v->end, out, v->n) ? SONDE_OK : damaged(err);
  }
  if (width > 0) {
    const uint8_t *raw = NULL;
    SONDE_TRY(raw_values(v, width, &raw, err));
    return convert_fixed(v->leaf, raw, v->n, out, err);
  }
  texts t;
  uint32_t *offsets;
  SONDE_TRY(scratch_texts(v, &t, &offsets, err));
  return convert_varying(v->leaf, t.bytes, offsets, v->n, out, err);
}

sonde_code values_fixed(const page_values *v, void *out, sonde_error *err) {
  uint32_t width = physical_bytes(v->leaf);
  page_values rest = *v;
  if (v->n == 0) return SONDE_OK;
  if (v->skip) SONDE_TRY(pass_over(&rest, width, err));
  return fixed_from(&rest, width, out, err);
}

static sonde_code rle_bits(const page_values *v, uint64_t *bits, uint64_t at, sonde_error *err) {
  uint32_t length;
  if (v->end - v->p < 4) return damaged(err);
  memcpy(&length, v->p, 4);
  if (length > (size_t)(v->end - v->p - 4)) return damaged(err);
  hybrid h;
  hybrid_begin(&h, v->p + 4, v->p + 4 + length, 1);
  return hybrid_read_bits(&h, bits, at, v->n) == UINT32_MAX ? damaged(err) : SONDE_OK;
}

sonde_code values_bits(const page_values *v, uint64_t *bits, uint64_t at, sonde_error *err) {
  if (v->n == 0) return SONDE_OK;
  if (v->encoding == ENCODING_RLE) return rle_bits(v, bits, at, err);
  if (v->encoding != ENCODING_PLAIN) return unknown(v, err); /* BIT_PACKED is for levels only */
  if (bits_bytes((uint64_t)v->skip + v->n, 1) > (uint64_t)(v->end - v->p)) return damaged(err);
  bits_copy(bits, at, v->p, v->skip, v->n);
  return SONDE_OK;
}

static sonde_code texts_from(const page_values *v, uint32_t fixed, texts *t, uint32_t *ends,
                             sonde_error *err) {
  if (v->encoding == ENCODING_PLAIN) return texts_plain(t, v->p, v->end, fixed, ends, v->n, err);
  if (v->encoding == ENCODING_DELTA_BYTE_ARRAY)
    return texts_delta(t, v->p, v->end, fixed, ends, v->n, v->scratch, err);
  if (v->encoding == ENCODING_DELTA_LENGTH_BYTE_ARRAY && !fixed)
    return texts_delta_length(t, v->p, v->end, ends, v->n, v->scratch, err);
  if (v->encoding != ENCODING_BYTE_STREAM_SPLIT || !fixed) return unknown(v, err);
  const uint8_t *raw = NULL;
  SONDE_TRY(split_raw(v, fixed, &raw, err));
  return texts_plain(t, raw, raw + (size_t)v->n * fixed, fixed, ends, v->n, err);
}

sonde_code values_texts(const page_values *v, texts *t, uint32_t *ends, sonde_error *err) {
  uint32_t fixed = v->leaf->physical == PQ_FIXED ? v->leaf->fixed_bytes : 0;
  page_values rest = *v;
  if (v->n == 0) return SONDE_OK;
  if (v->skip) SONDE_TRY(pass_over(&rest, fixed, err));
  return texts_from(&rest, fixed, t, ends, err);
}
