/* Encodings: examples of Encodings.md, every bit width, values around the limits, input that ends early. */
#include <stdlib.h>

#include "base/buf.h"
#include "check.h"
#include "format/parquet/bits.h"
#include "format/parquet/convert.h"
#include "format/parquet/delta.h"
#include "format/parquet/hybrid.h"
#include "format/parquet/levels.h"
#include "format/parquet/spread.h"
#include "format/parquet/values.h"
#include "random.h"

enum { COUNT = 1000 };

/* Least significant bit first. */
static size_t pack(uint8_t *out, const uint64_t *values, uint32_t n, uint32_t width) {
  memset(out, 0, (size_t)bits_bytes(n, width));
  for (uint64_t i = 0; i < n; i++)
    for (uint64_t k = 0; k < width; k++)
      if (values[i] >> k & 1) out[(i * width + k) / 8] |= (uint8_t)(1u << (i * width + k) % 8);
  return (size_t)bits_bytes(n, width);
}

static uint64_t random_of_width(random_state *r, uint32_t width) {
  return width == 0 ? 0 : random_next(r) >> (64 - width);
}

static void every_bit_width(void) {
  static uint8_t packed[COUNT * 8];
  static uint64_t values[COUNT], wide[COUNT];
  static uint32_t narrow[COUNT];
  random_state r = {7};
  for (uint32_t width = 0; width <= 64; width++) {
    for (uint32_t i = 0; i < COUNT; i++) values[i] = random_of_width(&r, width);
    size_t bytes = pack(packed, values, COUNT, width);
    uint8_t *exact = malloc(bytes + 1); /* so that a read beyond the end is seen */
    memcpy(exact, packed, bytes);
    for (uint32_t first = 0; first < 20; first += first < 9 ? 1 : 7) {
      bits_unpack64(exact, exact + bytes, width, first, wide, COUNT - first);
      CHECK(memcmp(wide, values + first, (COUNT - first) * sizeof *wide) == 0);
      if (width > 32) continue;
      bits_unpack32(exact, exact + bytes, width, first, narrow, COUNT - first);
      bool same = true;
      for (uint32_t i = 0; i + first < COUNT; i++) same = same && narrow[i] == values[i + first];
      CHECK(same);
    }
    free(exact);
  }
}

static void bitmaps_are_copied_from_any_bit_to_any_bit(void) {
  random_state r = {3};
  uint8_t in[64];
  for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)random_next(&r);
  for (uint32_t first = 0; first < 70; first += 3)
    for (uint32_t at = 0; at < 130; at += 7) {
      uint64_t out[8] = {0};
      uint32_t set = bits_copy(out, at, in, first, 200), expected = 0;
      bool same = true;
      for (uint32_t i = 0; i < 200; i++) {
        bool bit = in[(first + i) / 8] >> (first + i) % 8 & 1;
        expected += bit;
        same = same && bits_get(out, at + i) == bit;
      }
      CHECK(same && set == expected && bits_count(out, at, 200) == expected);
      CHECK_EQ_UINT(bits_count(out, 0, at), 0);
    }
}

/* Encodings.md: 0 to 7 in 3 bits are 0x88 0xC6 0xFA. */
static void the_hybrids_example(void) {
  const uint8_t bytes[] = {3, 0x88, 0xC6, 0xFA, 20, 5};
  uint32_t out[18];
  hybrid h;
  hybrid_begin(&h, bytes, bytes + sizeof bytes, 3);
  REQUIRE(hybrid_read(&h, out, 18));
  for (uint32_t i = 0; i < 18; i++) CHECK_EQ_UINT(out[i], i < 8 ? i : 5);
  CHECK(!hybrid_read(&h, out, 1));
  hybrid_begin(&h, bytes, bytes + 3, 3); /* a packed run that is cut off still gives whole values */
  CHECK(hybrid_read(&h, out, 5));
  CHECK(!hybrid_read(&h, out, 1));
  const uint8_t wide_value[] = {2, 9};
  hybrid_begin(&h, wide_value, wide_value + 2, 3);
  CHECK(!hybrid_read(&h, out, 1)); /* 9 does not fit 3 bits */
}

/* Encodings.md, "Bit-packed (Deprecated)": 0 to 7 in 3 bits are 0x05 0x39 0x77. */
static void the_deprecated_packing(void) {
  const uint8_t bytes[] = {0x05, 0x39, 0x77};
  uint8_t out[8];
  level_bytes l = {bytes, bytes + 3, 7, true};
  REQUIRE(levels_read(&l, out, 8));
  for (uint8_t i = 0; i < 8; i++) CHECK_EQ_UINT(out[i], i);
  l.max = 6;
  CHECK(!levels_read(&l, out, 8));
  l = (level_bytes){bytes, bytes + 2, 7, true};
  CHECK(!levels_read(&l, out, 8));
}

static void levels_as_bits(void) {
  const uint8_t bytes[] = {140, 1, 1, 3, 0x0F}; /* 70 ones, then 1 1 1 1 0 0 0 0 */
  uint64_t bits[3] = {0};
  level_bytes l = {bytes, bytes + sizeof bytes, 1, false};
  CHECK_EQ_UINT(levels_read_bits(&l, bits, 10, 78), 74);
  CHECK_EQ_UINT(bits_count(bits, 0, 10), 0);
  CHECK(bits_get(bits, 83) && !bits_get(bits, 84));
  CHECK_EQ_UINT(levels_read_bits(&l, bits, 0, 79), UINT32_MAX);
}

/* Encodings.md, DELTA_BINARY_PACKED, example 2: 7 5 3 1 2 3 4 5. */
static void the_delta_example(void) {
  const uint8_t bytes[] = {0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0};
  const uint64_t expected[] = {7, 5, 3, 1, 2, 3, 4, 5};
  uint64_t out[8];
  const uint8_t *p = bytes;
  REQUIRE(delta_read(&p, bytes + sizeof bytes, out, 8));
  CHECK(memcmp(out, expected, sizeof out) == 0);
  CHECK(p == bytes + sizeof bytes);
  p = bytes;
  CHECK(!delta_read(&p, bytes + sizeof bytes, out, 7));
  for (size_t n = 0; n < 12; n++) {
    p = bytes;
    CHECK(!delta_read(&p, bytes + n, out, 8));
  }
}

static void put_varint(buf *b, uint64_t v) {
  for (; v >= 0x80; v >>= 7) buf_u8(b, (uint8_t)(v | 0x80));
  buf_u8(b, (uint8_t)v);
}

static void put_zigzag(buf *b, uint64_t v) { put_varint(b, v << 1 ^ (0 - (v >> 63))); }

/* Blocks of 128 values in 4 miniblocks. */
static void put_delta(buf *b, const uint64_t *values, uint32_t n) {
  put_varint(b, 128);
  put_varint(b, 4);
  put_varint(b, n);
  put_zigzag(b, n ? values[0] : 0);
  for (uint32_t at = 1; at < n; at += 128) {
    uint64_t deltas[128] = {0};
    int64_t least = INT64_MAX;
    uint32_t count = n - at < 128 ? n - at : 128;
    for (uint32_t i = 0; i < count; i++) {
      deltas[i] = values[at + i] - values[at + i - 1];
      if ((int64_t)deltas[i] < least) least = (int64_t)deltas[i];
    }
    put_zigzag(b, (uint64_t)least);
    uint8_t widths[4] = {0};
    for (uint32_t i = 0; i < count; i++) {
      deltas[i] -= (uint64_t)least;
      uint32_t width = deltas[i] ? 64 - (uint32_t)__builtin_clzll(deltas[i]) : 0;
      if (width > widths[i / 32]) widths[i / 32] = (uint8_t)width;
    }
    buf_put(b, widths, 4);
    for (uint32_t m = 0; m * 32 < count; m++) {
      uint8_t packed[32 * 8];
      for (uint32_t i = count; i < 128; i++) deltas[i] = 0;
      buf_put(b, packed, pack(packed, deltas + m * 32, 32, widths[m]));
    }
  }
}

static void deltas_of_any_size(void) {
  static uint64_t values[COUNT], out[COUNT];
  mem m;
  buf b;
  random_state r = {11};
  mem_init(&m, 1 << 20, NULL, NULL);
  buf_init(&b, &m, 1 << 20);
  for (uint32_t width = 0; width <= 64; width += 4) {
    uint32_t n = 1 + random_below(&r, COUNT - 1);
    for (uint32_t i = 0; i < n; i++) values[i] = random_of_width(&r, width);
    buf_clear(&b);
    put_delta(&b, values, n);
    const uint8_t *p = b.data;
    CHECK(delta_read(&p, b.data + b.len, out, n));
    CHECK(memcmp(out, values, n * sizeof *out) == 0);
    CHECK(p == b.data + b.len);
  }
  buf_free(&b);
}

/* ---- texts ---- */

typedef struct {
  mem m;
  arena memory;
  buf b;
  texts t;
  uint32_t ends[16];
  sonde_error err;
} text_fixture;

static void begin(text_fixture *x) {
  *x = (text_fixture){0};
  mem_init(&x->m, 1 << 20, NULL, NULL);
  arena_init(&x->memory, &x->m);
  buf_init(&x->b, &x->m, 1 << 16);
  x->t.memory = &x->memory;
}

static void end(text_fixture *x) {
  buf_free(&x->b);
  arena_free(&x->memory);
  CHECK_EQ_UINT(x->m.used, 0);
}

static void delta_length_texts(void) {
  text_fixture x;
  begin(&x);
  put_delta(&x.b, (uint64_t[]){5, 5, 6, 6}, 4);
  buf_put(&x.b, "HelloWorldFoobarABCDEF", 22); /* the example of Encodings.md */
  REQUIRE(texts_delta_length(&x.t, x.b.data, x.b.data + x.b.len, x.ends, 4, &x.memory, &x.err) == SONDE_OK);
  CHECK_STRN(x.t.bytes, x.t.len, "HelloWorldFoobarABCDEF");
  CHECK(x.ends[0] == 5 && x.ends[1] == 10 && x.ends[2] == 16 && x.ends[3] == 22);
  CHECK_EQ_INT(texts_delta_length(&x.t, x.b.data, x.b.data + x.b.len - 1, x.ends, 4, &x.memory, &x.err),
               SONDE_CORRUPT);
  end(&x);
}

static void delta_texts(void) {
  text_fixture x;
  begin(&x);
  put_delta(&x.b, (uint64_t[]){0, 2, 0, 3}, 4); /* axis axle babble babyhood: the example of Encodings.md */
  put_delta(&x.b, (uint64_t[]){4, 2, 6, 5}, 4);
  buf_put(&x.b, "axislebabbleyhood", 17);
  REQUIRE(texts_delta(&x.t, x.b.data, x.b.data + x.b.len, 0, x.ends, 4, &x.memory, &x.err) == SONDE_OK);
  CHECK_STRN(x.t.bytes, x.t.len, "axisaxlebabblebabyhood");
  CHECK(x.ends[0] == 4 && x.ends[1] == 8 && x.ends[2] == 14 && x.ends[3] == 22);
  buf_clear(&x.b);
  put_delta(&x.b, (uint64_t[]){0, 9}, 2); /* a prefix longer than the text before */
  put_delta(&x.b, (uint64_t[]){1, 1}, 2);
  buf_put(&x.b, "ab", 2);
  CHECK_EQ_INT(texts_delta(&x.t, x.b.data, x.b.data + x.b.len, 0, x.ends, 2, &x.memory, &x.err),
               SONDE_CORRUPT);
  end(&x);
}

/* ---- physical values ---- */

static sonde_code one_value(pq_node leaf, page_encoding encoding, const void *bytes, size_t n, uint32_t count,
                            void *out) {
  text_fixture x;
  begin(&x);
  page_values v = {&leaf, encoding, bytes, (const uint8_t *)bytes + n, count, &x.memory, 0};
  sonde_code code = values_fixed(&v, out, &x.err);
  end(&x);
  return code;
}

static void stream_split(void) {
  const uint8_t bytes[] = {0, 0, 0, 0, 0x80, 0x20, 0x3F, 0xC1}; /* 1.0f, -10.0f by their bytes */
  pq_node leaf = {.physical = PQ_FLOAT, .conversion = PQ_AS_FLOAT};
  double out[2];
  CHECK_EQ_INT(one_value(leaf, ENCODING_BYTE_STREAM_SPLIT, bytes, 8, 2, out), SONDE_OK);
  CHECK_EQ_DOUBLE(out[0], 1.0);
  CHECK_EQ_DOUBLE(out[1], -10.0);
  CHECK_EQ_INT(one_value(leaf, ENCODING_BYTE_STREAM_SPLIT, bytes, 7, 2, out), SONDE_CORRUPT);
}

static void conversions(void) {
  int64_t i;
  double d;
  int128 w;
  pq_node int96 = {.physical = PQ_INT96, .conversion = PQ_AS_INT96};
  const uint8_t epoch[] = {0xE8, 3, 0, 0, 0, 0, 0, 0, 0x8C, 0x3D, 0x25, 0}; /* 1000 ns of 1970-01-01 */
  CHECK_EQ_INT(one_value(int96, ENCODING_PLAIN, epoch, 12, 1, &i), SONDE_OK);
  CHECK_EQ_INT(i, 1);
  pq_node half = {.physical = PQ_FIXED, .fixed_bytes = 2, .conversion = PQ_AS_FLOAT16};
  CHECK_EQ_INT(one_value(half, ENCODING_PLAIN, "\x00\xC1", 2, 1, &d), SONDE_OK);
  CHECK_EQ_DOUBLE(d, -2.5);
  CHECK_EQ_INT(one_value(half, ENCODING_PLAIN, "\x01\x00", 2, 1, &d), SONDE_OK);
  CHECK_EQ_DOUBLE(d, 0x1p-24);
  pq_node decimal = {.physical = PQ_FIXED, .fixed_bytes = 3, .conversion = PQ_AS_DECIMAL};
  CHECK_EQ_INT(one_value(decimal, ENCODING_PLAIN, "\xFF\xFE\x0C", 3, 1, &w), SONDE_OK);
  CHECK(w.high == -1 && (int64_t)w.low == -500);
  decimal.fixed_bytes = 18;
  CHECK_EQ_INT(one_value(decimal, ENCODING_PLAIN, "\0\0\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18, 1, &w),
               SONDE_VALUE);
  pq_node uuid = {.physical = PQ_FIXED, .fixed_bytes = 16, .conversion = PQ_AS_UUID};
  CHECK_EQ_INT(one_value(uuid, ENCODING_PLAIN, "\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07", 16, 1, &w), SONDE_OK);
  CHECK(w.high == 0 && w.low == 7);
  pq_node millis = {.physical = PQ_INT64, .conversion = PQ_AS_MILLIS64};
  CHECK_EQ_INT(one_value(millis, ENCODING_PLAIN, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8, 1, &i), SONDE_OK);
  CHECK_EQ_INT(i, -1000);
  CHECK_EQ_INT(one_value(millis, ENCODING_PLAIN, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 8, 1, &i), SONDE_VALUE);
}

static void spreading(void) {
  const uint64_t bits[] = {0x2D << 3, 0}; /* from bit 3 on: 1 0 1 1 0 1 */
  uint32_t narrow[] = {1, 2, 3, 4, 99, 99}, ends[] = {12, 15, 15, 20, 99, 99};
  const uint32_t spread[] = {1, 0, 2, 3, 0, 4}, spread_to[] = {12, 12, 15, 15, 15, 20};
  spread_fixed(narrow, 4, bits, 3, 6, 4);
  CHECK(memcmp(narrow, spread, sizeof spread) == 0);
  spread_ends(ends, 10, bits, 3, 6, 4);
  CHECK(memcmp(ends, spread_to, sizeof spread_to) == 0);
  uint64_t dense = 0x9, out = 0; /* 1 0 0 1 */
  spread_bits(&out, &dense, bits, 3, 6);
  CHECK_EQ_UINT(out, (uint64_t)0x21 << 3);
}

int main(void) {
  RUN(every_bit_width);
  RUN(bitmaps_are_copied_from_any_bit_to_any_bit);
  RUN(the_hybrids_example);
  RUN(the_deprecated_packing);
  RUN(levels_as_bits);
  RUN(the_delta_example);
  RUN(deltas_of_any_size);
  RUN(delta_length_texts);
  RUN(delta_texts);
  RUN(stream_split);
  RUN(conversions);
  RUN(spreading);
  return check_report();
}
