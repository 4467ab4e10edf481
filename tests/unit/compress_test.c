/* Blocks compressed and unpacked again: sizes around the limits of the formats, what repeats and what does not, one state for all. */
#include <stdlib.h>

#include "check.h"
#include "codec/codec_block.h"
#include "codec/compress.h"
#include "random.h"

enum { LARGEST = 300000 };

typedef struct {
  mem mem;
  arena memory;
  codec_compressor to;
  codec_blocks from;
  buf packed;
  sonde_error err;
} fixture;

static void begin(fixture *x) {
  *x = (fixture){0};
  mem_init(&x->mem, 64 << 20, NULL, NULL);
  arena_init(&x->memory, &x->mem);
  buf_init(&x->packed, &x->mem, 16 << 20);
  buf_u8(&x->packed, 'x');
  x->to.memory = x->from.memory = &x->memory;
}

static void end(fixture *x) {
  buf_free(&x->packed);
  arena_free(&x->memory);
  CHECK_EQ_UINT(x->mem.used, 0);
}

/* Bytes of the compressed block, which stands behind what `packed` held before. */
static size_t round_trip(fixture *x, codec_block_kind kind, int level, const uint8_t *in, size_t n) {
  size_t before = x->packed.len;
  if (!CHECK(codec_compress(&x->to, kind, level, in, n, &x->packed, &x->err) == SONDE_OK)) return 0;
  size_t length = x->packed.len - before;
  uint8_t *out = malloc(n ? n : 1);
  CHECK_EQ_INT(codec_block(&x->from, kind, x->packed.data + before, length, out, n, &x->err), SONDE_OK);
  CHECK_BYTES(out, n, in, n);
  free(out);
  return length;
}

static void all_sizes_come_back(void) {
  static const size_t sizes[] = {0,   1,   3,    4,     5,     59,    60,    61,     64,     65,     255,
                                 256, 257, 4096, 65535, 65536, 65537, 70000, 131072, 131073, LARGEST};
  fixture x;
  random_state r = {3};
  uint8_t *in = malloc(LARGEST);
  begin(&x);
  for (uint32_t alphabet = 1; alphabet <= 256; alphabet *= 4) {
    for (size_t i = 0; i < LARGEST; i++) in[i] = (uint8_t)random_below(&r, alphabet);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      x.packed.len = 1;
      round_trip(&x, BLOCK_PLAIN, 0, in, sizes[i]);
      size_t n = round_trip(&x, BLOCK_SNAPPY, 0, in, sizes[i]);
      CHECK(n <= 32 + sizes[i] + sizes[i] / 6);
      for (int level = 1; level <= CODEC_ZSTD_LEVEL_MAX; level++)
        round_trip(&x, BLOCK_ZSTD, level, in, sizes[i]);
    }
  }
  free(in);
  end(&x);
}

/* A match of any length at any distance, between bytes that do not repeat. */
static void matches_come_back(void) {
  fixture x;
  random_state r = {5};
  uint8_t *in = malloc(LARGEST);
  begin(&x);
  for (uint32_t turn = 0; turn < 60; turn++) {
    size_t n = 0, most = 1 + random_below(&r, LARGEST - 1);
    while (n < most) {
      size_t take = 1 + random_below(&r, turn % 3 ? 200 : 20), back = 1 + random_below(&r, 70000);
      bool copy = back <= n && random_below(&r, 3);
      for (; take > 0 && n < most; take--, n++) in[n] = copy ? in[n - back] : (uint8_t)random_next(&r);
    }
    x.packed.len = 1;
    round_trip(&x, BLOCK_SNAPPY, 0, in, n);
    round_trip(&x, BLOCK_ZSTD, 1 + (int)(turn % 3), in, n);
  }
  free(in);
  end(&x);
}

static void what_repeats_gets_small(void) {
  fixture x;
  static uint8_t in[100000];
  begin(&x);
  for (size_t i = 0; i < sizeof in; i++) in[i] = (uint8_t)("parquet, "[i % 9]);
  CHECK(round_trip(&x, BLOCK_SNAPPY, 0, in, sizeof in) < sizeof in / 15); /* 3 bytes for 64 */
  CHECK(round_trip(&x, BLOCK_ZSTD, 1, in, sizeof in) < 100);
  end(&x);
}

static void others_are_refused(void) {
  fixture x;
  begin(&x);
  CHECK_EQ_INT(codec_compress(&x.to, BLOCK_LZ4_RAW, 1, (const uint8_t *)"abc", 3, &x.packed, &x.err),
               SONDE_UNSUPPORTED);
  CHECK_STR(x.err.message, "lz4 is read, but not written");
  buf tight;
  buf_init(&tight, &x.mem, 10);
  CHECK_EQ_INT(codec_compress(&x.to, BLOCK_SNAPPY, 1, (const uint8_t *)"abc", 3, &tight, &x.err),
               SONDE_LIMIT);
  buf_free(&tight);
  end(&x);
}

int main(void) {
  RUN(all_sizes_come_back);
  RUN(matches_come_back);
  RUN(what_repeats_gets_small);
  RUN(others_are_refused);
  return check_report();
}
