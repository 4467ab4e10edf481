/* Streams cut everywhere, damaged everywhere, put one after the other; made by the real compressors. */
#define ZSTD_STATIC_LINKING_ONLY
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "check.h"
#include "codec/codec.h"
#include "random.h"

enum { PLAIN = 300000, ROOM = 2 * PLAIN + 1000 };
static uint8_t plain[PLAIN], packed[ROOM], unpacked[ROOM];

static void fill_plain(void) {
  random_state r = {1};
  for (size_t i = 0; i < PLAIN; i++)
    plain[i] = (uint8_t)("abcdefghij,\n"[random_below(&r, i < PLAIN / 2 ? 3 : 12)]);
}

static size_t gzip_into(uint8_t *out, const uint8_t *p, size_t n) {
  z_stream z = {0};
  deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  z.next_in = (z_const Bytef *)(uintptr_t)p;
  z.avail_in = (uInt)n;
  z.next_out = out;
  z.avail_out = ROOM;
  deflate(&z, Z_FINISH);
  size_t length = z.total_out;
  deflateEnd(&z);
  return length;
}

static size_t zstd_into(uint8_t *out, const uint8_t *p, size_t n) {
  return ZSTD_compress(out, ROOM, p, n, 3);
}

typedef struct {
  sonde_code code;
  size_t length;
  bool noted;
  sonde_error err;
} outcome;

/* Feeds at most `in_step` and takes at most `out_step` bytes at a time. */
static outcome unpack(codec_kind kind, const uint8_t *p, size_t n, size_t in_step, size_t out_step,
                      uint64_t limit) {
  mem m;
  mem_init(&m, limit, NULL, NULL);
  outcome o = {0};
  codec *c = NULL;
  o.code = codec_new(kind, &m, &c, &o.err);
  size_t used = 0;
  for (codec_io io = {0}; !o.code && !io.done;) {
    size_t give = n - used < in_step ? n - used : in_step,
           room = ROOM - o.length < out_step ? ROOM - o.length : out_step;
    io = (codec_io){.in = give ? p + used : NULL,
                    .in_len = give,
                    .last = used + give == n,
                    .out = unpacked + o.length,
                    .out_cap = room};
    o.code = codec_step(c, &io, &o.err);
    used += io.in_used;
    o.length += io.out_used;
  }
  o.noted = c && codec_note(c);
  codec_free(c);
  CHECK_EQ_UINT(m.used, 0);
  return o;
}

static outcome unpack_whole(codec_kind kind, size_t n) { return unpack(kind, packed, n, n, ROOM, 1 << 30); }

static bool is_plain(outcome o, size_t times) {
  bool same = o.code == SONDE_OK && o.length == times * PLAIN;
  for (size_t i = 0; same && i < times; i++) same = memcmp(unpacked + i * PLAIN, plain, PLAIN) == 0;
  return same;
}

static void any_step_size_gives_the_same_bytes(void) {
  static const size_t steps[] = {1, 7, 1000, ROOM};
  for (int kind = CODEC_GZIP; kind <= CODEC_ZSTD; kind++) {
    size_t n = kind == CODEC_GZIP ? gzip_into(packed, plain, PLAIN) : zstd_into(packed, plain, PLAIN);
    CHECK_EQ_INT(codec_sniff(packed, n), kind);
    for (size_t i = 0; i < 4; i++) {
      for (size_t k = 0; k < 4; k++)
        CHECK(is_plain(unpack((codec_kind)kind, packed, n, steps[i], steps[k], 1 << 30), 1));
    }
  }
}

static void members_and_frames_follow_each_other(void) {
  size_t n = gzip_into(packed, plain, PLAIN);
  n += gzip_into(packed + n, plain, 0);
  n += gzip_into(packed + n, plain, PLAIN);
  CHECK(is_plain(unpack_whole(CODEC_GZIP, n), 2));
  CHECK(is_plain(unpack(CODEC_GZIP, packed, n, 1, ROOM, 1 << 30), 2));

  static const uint8_t skippable[] = {0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
  CHECK_EQ_INT(codec_sniff(skippable, sizeof skippable), CODEC_ZSTD);
  memcpy(packed, skippable, sizeof skippable);
  n = sizeof skippable;
  n += zstd_into(packed + n, plain, PLAIN);
  memcpy(packed + n, skippable, sizeof skippable);
  n += sizeof skippable;
  n += zstd_into(packed + n, plain, PLAIN);
  CHECK(is_plain(unpack_whole(CODEC_ZSTD, n), 2));
  CHECK(is_plain(unpack(CODEC_ZSTD, packed, n, 1, 4096, 1 << 30), 2));
}

static void bytes_after_the_last_member_are_ignored_with_a_note(void) {
  size_t n = gzip_into(packed, plain, PLAIN);
  CHECK(!unpack_whole(CODEC_GZIP, n).noted);
  memset(packed + n, 0, 100);
  outcome padded = unpack_whole(CODEC_GZIP, n + 100);
  CHECK(is_plain(padded, 1) && !padded.noted);
  memcpy(packed + n, "\x1Fgarbage", 8);
  for (size_t step = 1; step <= 1000; step *= 10) {
    outcome garbage = unpack(CODEC_GZIP, packed, n + 8, step, ROOM, 1 << 30);
    CHECK(is_plain(garbage, 1) && garbage.noted);
  }
  n = zstd_into(packed, plain, PLAIN);
  memcpy(packed + n, "garbage", 7);
  outcome zstd = unpack_whole(CODEC_ZSTD, n + 7);
  CHECK_EQ_INT(zstd.code, SONDE_CORRUPT);
  CHECK_EQ_UINT(zstd.err.at, n);
}

static void a_cut_stream_ends_early_at_its_end(void) {
  for (int kind = CODEC_GZIP; kind <= CODEC_ZSTD; kind++) {
    size_t n = kind == CODEC_GZIP ? gzip_into(packed, plain, 2000) : zstd_into(packed, plain, 2000);
    for (size_t cut = 0; cut < n; cut++) {
      outcome o = unpack((codec_kind)kind, packed, cut, 64, 100, 1 << 30);
      CHECK_EQ_INT(o.code, SONDE_CORRUPT);
      CHECK_EQ_UINT(o.err.at, cut);
      CHECK(strstr(o.err.message, "ends early"));
    }
  }
}

static void a_changed_byte_is_found(void) {
  for (int kind = CODEC_GZIP; kind <= CODEC_ZSTD; kind++) {
    size_t n = kind == CODEC_GZIP ? gzip_into(packed, plain, PLAIN) : zstd_into(packed, plain, PLAIN);
    uint8_t *middle = &packed[n / 2];
    *middle ^= 0x55;
    outcome o = unpack_whole((codec_kind)kind, n);
    bool found = o.code == SONDE_CORRUPT;
    /* zstd(1) adds a checksum, ZSTD_compress does not: then the bytes differ. */
    CHECK(kind == CODEC_ZSTD ? found || !is_plain(o, 1) : found && o.err.at >= n / 2 && o.err.at <= n);
  }
  size_t n = gzip_into(packed, plain, PLAIN);
  packed[n - 6] ^= 1; /* of the CRC */
  CHECK_EQ_INT(unpack_whole(CODEC_GZIP, n).code, SONDE_CORRUPT);
  packed[n - 6] ^= 1;
  packed[n - 1] ^= 1; /* of the length */
  CHECK_EQ_INT(unpack_whole(CODEC_GZIP, n).code, SONDE_CORRUPT);
}

static void a_window_above_the_limit_is_refused_by_name(void) {
  static const uint8_t frame[] = {0x28, 0xB5, 0x2F, 0xFD, 0, (28 - 10) << 3, 1, 0, 0};
  memcpy(packed, frame, sizeof frame);
  outcome o = unpack_whole(CODEC_ZSTD, sizeof frame);
  CHECK_EQ_INT(o.code, SONDE_LIMIT);
  CHECK(strstr(o.err.message, "128 MB"));
  packed[5] = (27 - 10) << 3;
  CHECK_EQ_INT(unpack_whole(CODEC_ZSTD, sizeof frame).code, SONDE_OK);
}

static void a_memory_limit_is_reported_as_such_wherever_it_is_reached(void) {
  for (int kind = CODEC_GZIP; kind <= CODEC_ZSTD; kind++) {
    size_t n = kind == CODEC_GZIP ? gzip_into(packed, plain, PLAIN) : zstd_into(packed, plain, PLAIN);
    for (uint64_t limit = 0; limit < 200000; limit += 5000) {
      outcome o = unpack((codec_kind)kind, packed, n, n, ROOM, limit);
      CHECK(o.code == SONDE_LIMIT || is_plain(o, 1));
    }
  }
}

static void other_formats_are_named(void) {
  CHECK_EQ_INT(codec_sniff((const uint8_t *)"a,b\n", 4), CODEC_NONE);
  CHECK_EQ_INT(codec_sniff((const uint8_t *)"\x1F", 1), CODEC_NONE);
  CHECK_STR(codec_sniff_unsupported((const uint8_t *)"PK\3\4...", 7), "zip");
  CHECK_STR(codec_sniff_unsupported((const uint8_t *)"BZh91AY", 7), "bzip2");
  CHECK(codec_sniff_unsupported((const uint8_t *)"a,b\n", 4) == NULL);
}

int main(void) {
  fill_plain();
  RUN(any_step_size_gives_the_same_bytes);
  RUN(members_and_frames_follow_each_other);
  RUN(bytes_after_the_last_member_are_ignored_with_a_note);
  RUN(a_cut_stream_ends_early_at_its_end);
  RUN(a_changed_byte_is_found);
  RUN(a_window_above_the_limit_is_refused_by_name);
  RUN(a_memory_limit_is_reported_as_such_wherever_it_is_reached);
  RUN(other_formats_are_named);
  return check_report();
}
