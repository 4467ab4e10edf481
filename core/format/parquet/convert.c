/* See convert.h. */
#include "format/parquet/convert.h"

#include <math.h>
#include <string.h>

#define MICROS_PER_DAY 86400000000LL
#define JULIAN_EPOCH 2440588 /* the Julian day of 1970-01-01 */

uint32_t physical_bytes(const pq_node *leaf) {
  switch (leaf->physical) {
  case PQ_INT32:
  case PQ_FLOAT: return 4;
  case PQ_INT64:
  case PQ_DOUBLE: return 8;
  case PQ_INT96: return 12;
  case PQ_FIXED: return leaf->fixed_bytes;
  default: return 0;
  }
}

uint32_t converted_bytes(const pq_node *leaf) {
  switch (leaf->conversion) {
  case PQ_AS_INT32:
  case PQ_AS_UINT32: return 4;
  case PQ_AS_UINT64:
  case PQ_AS_DECIMAL:
  case PQ_AS_UUID:
  case PQ_AS_INTERVAL: return 16;
  case PQ_AS_NULL:
  case PQ_AS_BOOL:
  case PQ_AS_BYTES: return 0;
  default: return 8;
  }
}

vec converted_vec(const pq_node *leaf) {
  vec v = {.type = leaf->type, .form = VEC_PACKED, .width = (uint8_t)converted_bytes(leaf)};
  switch (leaf->conversion) {
  case PQ_AS_BOOL: v.form = VEC_BITS; break;
  case PQ_AS_BYTES: v.form = VEC_TEXT; break;
  case PQ_AS_INT32: v.base = INT32_MIN; break;
  case PQ_AS_FLOAT:
  case PQ_AS_FLOAT16:
  case PQ_AS_DOUBLE:
  case PQ_AS_WIDE_DECIMAL: v.form = VEC_F64; break;
  default:
    if (v.width == 16) v.form = VEC_I128;
    break;
  }
  if (v.form != VEC_PACKED) v.width = 0;
  if (leaf->conversion == PQ_AS_WIDE_DECIMAL) v.type.scale = 0;
  return v;
}

static int32_t load_i32(const uint8_t *p) {
  int32_t v;
  memcpy(&v, p, 4);
  return v;
}

static int64_t load_i64(const uint8_t *p) {
  int64_t v;
  memcpy(&v, p, 8);
  return v;
}

/* Packed values are unsigned above their base, which is -2^31. */
static void from_int32(const uint8_t *raw, uint32_t n, uint32_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (uint32_t)load_i32(raw + (size_t)i * 4) ^ 0x80000000u;
}

static void from_float(const uint8_t *raw, uint32_t n, double *out) {
  for (uint32_t i = 0; i < n; i++) {
    float f;
    memcpy(&f, raw + (size_t)i * 4, 4);
    out[i] = (double)f;
  }
}

/* IEEE 754 binary16. */
static double from_half(uint16_t h) {
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
             : exponent     ? ldexp(1024 + fraction, exponent - 25)
                            : ldexp(fraction, -24);
  return h >> 15 ? -v : v;
}

static void from_float16(const uint8_t *raw, uint32_t n, double *out) {
  for (uint32_t i = 0; i < n; i++)
    out[i] = from_half((uint16_t)(raw[(size_t)i * 2] | raw[(size_t)i * 2 + 1] << 8));
}

static sonde_code too_far(sonde_error *err) {
  return status_set(err, SONDE_VALUE, 0,
                    "a time lies too far from 1970 for 64 bits of microseconds (about 292,000 years)");
}

static void from_millis32(const uint8_t *raw, uint32_t n, int64_t *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (int64_t)load_i32(raw + (size_t)i * 4) * 1000;
}

static sonde_code from_millis64(const uint8_t *raw, uint32_t n, int64_t *out, sonde_error *err) {
  bool far = false;
  for (uint32_t i = 0; i < n; i++) {
    int64_t ms = load_i64(raw + (size_t)i * 8);
    far |= ms > INT64_MAX / 1000 || ms < INT64_MIN / 1000;
    out[i] = (int64_t)((uint64_t)ms * 1000);
  }
  return far ? too_far(err) : SONDE_OK;
}

static sonde_code from_int96(const uint8_t *raw, uint32_t n, int64_t *out, sonde_error *err) {
  bool far = false;
  for (uint32_t i = 0; i < n; i++, raw += 12) {
    int64_t of_day = load_i64(raw) / 1000 - (load_i64(raw) % 1000 < 0);
    int64_t days = (int64_t)load_i32(raw + 8) - JULIAN_EPOCH, day_start;
    far |= __builtin_mul_overflow(days, MICROS_PER_DAY, &day_start) ||
           __builtin_add_overflow(day_start, of_day, &out[i]);
  }
  return far ? too_far(err) : SONDE_OK;
}

static int128 wide(int64_t v) { return (int128){(uint64_t)v, v < 0 ? -1 : 0}; }

static void from_uint64(const uint8_t *raw, uint32_t n, int128 *out) {
  for (uint32_t i = 0; i < n; i++) out[i] = (int128){(uint64_t)load_i64(raw + (size_t)i * 8), 0};
}

static uint64_t big_endian(const uint8_t *p, size_t n, uint64_t v) {
  for (size_t i = 0; i < n; i++) v = v << 8 | p[i];
  return v;
}

/* Two's complement, big endian. False when it takes more than 128 bits. */
static bool from_big_endian(const uint8_t *p, size_t n, int128 *out) {
  uint64_t sign = n > 0 && p[0] >> 7 ? UINT64_MAX : 0;
  for (; n > 16; n--, p++)
    if (*p != (uint8_t)sign || (uint8_t)(p[1] >> 7) != (uint8_t)(sign & 1)) return false;
  size_t high = n > 8 ? n - 8 : 0;
  out->high = (int64_t)big_endian(p, high, sign);
  out->low = big_endian(p + high, n - high, sign);
  return true;
}

static double wide_to_double(const uint8_t *p, size_t n, uint32_t scale) {
  double v = n > 0 && p[0] >> 7 ? -1 : 0;
  for (size_t i = 0; i < n; i++) v = v * 256 + p[i];
  return v / pow(10, scale);
}

static sonde_code from_bytes(const pq_node *leaf, const uint8_t *p, size_t n, uint32_t i, void *out,
                             sonde_error *err) {
  if (leaf->conversion == PQ_AS_WIDE_DECIMAL) {
    ((double *)out)[i] = wide_to_double(p, n, leaf->type.scale);
    return SONDE_OK;
  }
  SONDE_CHECK(from_big_endian(p, n, (int128 *)out + i), err, SONDE_VALUE, 0,
              "a decimal does not fit 128 bits");
  return SONDE_OK;
}

static sonde_code from_decimal(const pq_node *leaf, const uint8_t *raw, uint32_t n, int128 *out,
                               sonde_error *err) {
  size_t width = physical_bytes(leaf);
  for (uint32_t i = 0; i < n; i++, raw += width) {
    if (leaf->physical == PQ_INT32)
      out[i] = wide(load_i32(raw));
    else if (leaf->physical == PQ_INT64)
      out[i] = wide(load_i64(raw));
    else
      SONDE_TRY(from_bytes(leaf, raw, width, i, out, err));
  }
  return SONDE_OK;
}

static sonde_code from_wide(const pq_node *leaf, const uint8_t *raw, uint32_t n, void *out,
                            sonde_error *err) {
  size_t width = leaf->fixed_bytes;
  for (uint32_t i = 0; i < n; i++) SONDE_TRY(from_bytes(leaf, raw + i * width, width, i, out, err));
  return SONDE_OK;
}

static void from_uuid(const uint8_t *raw, uint32_t n, int128 *out) {
  for (uint32_t i = 0; i < n; i++, raw += 16) {
    out[i].high = (int64_t)(big_endian(raw, 8, 0) ^ (uint64_t)1 << 63);
    out[i].low = big_endian(raw + 8, 8, 0);
  }
}

/* Months, days, milliseconds: three unsigned little-endian 32-bit integers. */
static void from_interval(const uint8_t *raw, uint32_t n, int128 *out) {
  for (uint32_t i = 0; i < n; i++, raw += 12) {
    uint32_t months = (uint32_t)load_i32(raw), days = (uint32_t)load_i32(raw + 4);
    out[i].high = (int64_t)((uint64_t)months << 32 | days);
    out[i].low = (uint64_t)(uint32_t)load_i32(raw + 8) * 1000;
  }
}

sonde_code convert_fixed(const pq_node *leaf, const uint8_t *raw, uint32_t n, void *out, sonde_error *err) {
  switch (leaf->conversion) {
  case PQ_AS_INT32: from_int32(raw, n, out); break;
  case PQ_AS_UINT32: memcpy(out, raw, (size_t)n * 4); break;
  case PQ_AS_INT64:
  case PQ_AS_DOUBLE: memcpy(out, raw, (size_t)n * 8); break;
  case PQ_AS_UINT64: from_uint64(raw, n, out); break;
  case PQ_AS_MILLIS32: from_millis32(raw, n, out); break;
  case PQ_AS_MILLIS64: return from_millis64(raw, n, out, err);
  case PQ_AS_INT96: return from_int96(raw, n, out, err);
  case PQ_AS_FLOAT: from_float(raw, n, out); break;
  case PQ_AS_FLOAT16: from_float16(raw, n, out); break;
  case PQ_AS_WIDE_DECIMAL: return from_wide(leaf, raw, n, out, err);
  case PQ_AS_DECIMAL: return from_decimal(leaf, raw, n, out, err);
  case PQ_AS_UUID: from_uuid(raw, n, out); break;
  case PQ_AS_INTERVAL: from_interval(raw, n, out); break;
  default: break;
  }
  return SONDE_OK;
}

sonde_code convert_varying(const pq_node *leaf, const char *bytes, const uint32_t *offsets, uint32_t n,
                           void *out, sonde_error *err) {
  for (uint32_t i = 0; i < n; i++)
    SONDE_TRY(
        from_bytes(leaf, (const uint8_t *)bytes + offsets[i], offsets[i + 1] - offsets[i], i, out, err));
  return SONDE_OK;
}
