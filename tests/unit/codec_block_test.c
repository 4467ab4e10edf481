/* Blocks of every codec: right, of a wrong length, cut off at every byte, with a bit turned, in every framing. */
#define ZSTD_STATIC_LINKING_ONLY
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "check.h"
#include "codec/codec_block.h"
#include "random.h"

enum { ROOM = 4096 };
static const char repeated[] = "brotli brotli brotli, a text that repeats; ";
static uint8_t plain[172], packed[ROOM];

static const uint8_t brotli[] = {0x1b, 0xab, 0x00, 0xf8, 0x05, 0x74, 0x63, 0xa9, 0x8e, 0xfe,
                                 0xd0, 0xde, 0x92, 0x36, 0x41, 0x10, 0xd4, 0x26, 0x44, 0x94,
                                 0x78, 0x32, 0xd3, 0x09, 0xe8, 0x70, 0x09, 0x48, 0x3a, 0x77,
                                 0xbe, 0x0b, 0x14, 0xc1, 0x7a, 0x92, 0xf7, 0x19, 0x01};
/* "abcdabcdabcdabcdabcdWXYZ1234567890": literals, a copy that overlaps itself, literals */
static const char pattern[] = "abcdabcdabcdabcdabcdWXYZ1234567890";
static const uint8_t snappy[] = {34,  3 << 2, 'a', 'b', 'c', 'd', 15 << 2 | 2, 4,   0,   13 << 2, 'W', 'X',
                                 'Y', 'Z',    '1', '2', '3', '4', '5',         '6', '7', '8',     '9', '0'};
static const uint8_t lz4[] = {0x4C, 'a', 'b', 'c', 'd', 4,   0,   0xE0, 'W', 'X', 'Y',
                              'Z',  '1', '2', '3', '4', '5', '6', '7',  '8', '9', '0'};

static sonde_code unpack(codec_block_kind kind, const uint8_t *in, size_t n, void *out, size_t room) {
  mem m;
  arena memory;
  sonde_error err = {0};
  mem_init(&m, 1 << 24, NULL, NULL);
  arena_init(&memory, &m);
  codec_blocks b = {.memory = &memory};
  uint8_t *exact = malloc(n + 1),
          *to = malloc(room + 1); /* exactly as long: reads and writes beyond are seen */
  memcpy(exact, in, n);
  exact = realloc(exact, n ? n : 1);
  to = realloc(to, room ? room : 1);
  sonde_code code = codec_block(&b, kind, exact, n, to, room, &err);
  sonde_code again = codec_block(&b, kind, exact, n, to, room, &err);
  CHECK_EQ_INT(code, again); /* what is kept from block to block does no harm */
  if (code == SONDE_OK && out) memcpy(out, to, room);
  free(exact);
  free(to);
  arena_free(&memory);
  CHECK_EQ_UINT(m.used, 0);
  return code;
}

/* The first `least` bytes, with no more room than promised. */
static void check_begin(codec_block_kind kind, const uint8_t *in, size_t n, const uint8_t *expected,
                        size_t least) {
  mem m;
  arena memory;
  sonde_error err = {0};
  mem_init(&m, 1 << 24, NULL, NULL);
  arena_init(&memory, &m);
  codec_blocks b = {.memory = &memory};
  size_t room = least + codec_begin_room(kind);
  uint8_t *out = malloc(room);
  for (int again = 0; again < 2; again++) {
    REQUIRE(codec_block_begin(&b, kind, in, n, out, room, least, &err) == SONDE_OK);
    CHECK_BYTES(out, least, expected, least);
  }
  CHECK_EQ_INT(codec_block_begin(&b, kind, in, 1, out, room, least, &err), SONDE_CORRUPT);
  free(out);
  arena_free(&memory);
}

static void check_block(codec_block_kind kind, const uint8_t *in, size_t n, const void *expected,
                        size_t size) {
  uint8_t out[ROOM];
  REQUIRE(unpack(kind, in, n, out, size) == SONDE_OK);
  CHECK_BYTES(out, size, expected, size);
  CHECK_EQ_INT(unpack(kind, in, n, NULL, size + 1), SONDE_CORRUPT);
  CHECK_EQ_INT(unpack(kind, in, n, NULL, size - 1), SONDE_CORRUPT);
  for (size_t cut = 0; cut < n; cut++) CHECK_EQ_INT(unpack(kind, in, cut, NULL, size), SONDE_CORRUPT);
  uint8_t *turned = malloc(n);
  for (size_t bit = 0; bit < n * 8; bit++) { /* not every error can be seen; none may do harm */
    memcpy(turned, in, n);
    turned[bit / 8] ^= (uint8_t)(1u << bit % 8);
    unpack(kind, turned, n, NULL, size);
  }
  free(turned);
}

static size_t deflate_into(uint8_t *out, int window) {
  z_stream z = {0};
  deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  z.next_in = plain;
  z.avail_in = sizeof plain;
  z.next_out = out;
  z.avail_out = ROOM;
  deflate(&z, Z_FINISH);
  size_t n = z.total_out;
  deflateEnd(&z);
  return n;
}

static void gzip_zlib_and_zstd(void) {
  check_block(BLOCK_GZIP, packed, deflate_into(packed, 31), plain, sizeof plain);
  check_block(BLOCK_GZIP, packed, deflate_into(packed, 15), plain, sizeof plain);
  check_block(BLOCK_ZSTD, packed, ZSTD_compress(packed, ROOM, plain, sizeof plain, 3), plain, sizeof plain);
}

static void members_and_frames_follow_each_other(void) {
  uint8_t out[2 * sizeof plain];
  size_t n = deflate_into(packed, 31);
  n += deflate_into(packed + n, 31);
  CHECK_EQ_INT(unpack(BLOCK_GZIP, packed, n, out, sizeof out), SONDE_OK);
  CHECK_BYTES(out + sizeof plain, sizeof plain, plain, sizeof plain);
  n = ZSTD_compress(packed, ROOM, plain, sizeof plain, 3);
  n += ZSTD_compress(packed + n, ROOM - n, plain, sizeof plain, 3);
  CHECK_EQ_INT(unpack(BLOCK_ZSTD, packed, n, out, sizeof out), SONDE_OK);
  CHECK_BYTES(out + sizeof plain, sizeof plain, plain, sizeof plain);
}

static void brotli_snappy_and_lz4(void) {
  check_block(BLOCK_BROTLI, brotli, sizeof brotli, plain, sizeof plain);
  check_block(BLOCK_SNAPPY, snappy, sizeof snappy, pattern, sizeof pattern - 1);
  check_block(BLOCK_LZ4_RAW, lz4, sizeof lz4, pattern, sizeof pattern - 1);
}

/* Many blocks of zstd, copies and literals cut in their middle. */
static void the_first_bytes(void) {
  enum { SIZE = 700000 };
  uint8_t *text = malloc(SIZE), *into = malloc(SIZE);
  uint32_t state = 1;
  for (size_t i = 0; i < SIZE; i++) {
    state = state * 1664525 + 1013904223;
    text[i] = i % 3 ? (uint8_t)repeated[i % 40] : (uint8_t)(state >> 24);
  }
  static const size_t leasts[] = {1, 9, 4096, 131072, 300001};
  for (size_t i = 0; i < sizeof leasts / sizeof *leasts; i++) {
    size_t n = ZSTD_compress(into, SIZE, text, SIZE, 3);
    check_begin(BLOCK_ZSTD, into, n, text, leasts[i]);
    uLongf zlib_size = SIZE;
    compress2(into, &zlib_size, text, SIZE, 6);
    check_begin(BLOCK_GZIP, into, zlib_size, text, leasts[i]);
  }
  for (size_t least = 1; least < sizeof pattern; least++) {
    check_begin(BLOCK_SNAPPY, snappy, sizeof snappy, (const uint8_t *)pattern, least);
    check_begin(BLOCK_LZ4_RAW, lz4, sizeof lz4, (const uint8_t *)pattern, least);
  }
  free(text);
  free(into);
}

/* The codec that Parquet calls LZ4 came in three framings. */
static void lz4_framings(void) {
  uint8_t out[64];
  size_t size = sizeof pattern - 1;
  CHECK_EQ_INT(unpack(BLOCK_LZ4, lz4, sizeof lz4, out, size), SONDE_OK);
  uint8_t hadoop[8 + sizeof lz4] = {0, 0, 0, 34, 0, 0, 0, sizeof lz4};
  memcpy(hadoop + 8, lz4, sizeof lz4);
  check_block(BLOCK_LZ4, hadoop, sizeof hadoop, pattern, size);
  uint8_t frame[7 + 4 + sizeof lz4 + 4] = {0x04, 0x22, 0x4D, 0x18, 0x40, 0x40, 0xC0, sizeof lz4};
  memcpy(frame + 11, lz4, sizeof lz4);
  check_block(BLOCK_LZ4, frame, sizeof frame, pattern, size);
}

static void nothing_and_plain(void) {
  CHECK_EQ_INT(unpack(BLOCK_SNAPPY, (const uint8_t *)"\0", 1, NULL, 0), SONDE_OK);
  CHECK_EQ_INT(unpack(BLOCK_PLAIN, plain, 0, NULL, 0), SONDE_OK);
  CHECK_EQ_INT(unpack(BLOCK_PLAIN, plain, 5, NULL, 4), SONDE_CORRUPT);
  CHECK_EQ_UINT(codec_crc32((const uint8_t *)"123456789", 9), 0xCBF43926u);
}

/* Against a register that takes one bit after the other, as RFC 1952 describes it. */
static uint32_t crc_by_bits(const uint8_t *p, size_t n) {
  uint32_t crc = 0xFFFFFFFF;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
  }
  return ~crc;
}

static void checksums_of_any_length(void) {
  random_state r = {32};
  uint8_t bytes[700];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)random_next(&r);
  for (size_t n = 0; n < 600; n++)
    for (size_t at = 0; at < 20; at += 7)
      CHECK_EQ_UINT(codec_crc32(bytes + at, n), crc_by_bits(bytes + at, n));
}

int main(void) {
  for (size_t i = 0; i < sizeof plain; i++) plain[i] = (uint8_t)repeated[i % (sizeof repeated - 1)];
  RUN(checksums_of_any_length);
  RUN(gzip_zlib_and_zstd);
  RUN(members_and_frames_follow_each_other);
  RUN(brotli_snappy_and_lz4);
  RUN(the_first_bytes);
  RUN(lz4_framings);
  RUN(nothing_and_plain);
  return check_report();
}
