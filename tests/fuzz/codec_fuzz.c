/* Any bytes, as gzip and as zstd: the result does not depend on how input and output are cut, errors name a place inside
 * the source, all memory is given back. The first byte says how to cut. */
#include "codec/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_OUTPUT = 1 << 20 };

static void require(bool holds) {
  if (!holds) abort();
}

typedef struct {
  sonde_code code;
  size_t length;
  uint64_t hash;
} outcome;

static void add(outcome *o, const uint8_t *p, size_t n) {
  for (size_t i = 0; i < n; i++) o->hash = (o->hash ^ p[i]) * 1099511628211u;
  o->length += n;
}

static outcome unpack(codec_kind kind, const uint8_t *p, size_t n, size_t in_step, size_t out_step) {
  static uint8_t out[MOST_OUTPUT];
  mem m;
  mem_init(&m, 160 << 20, NULL, NULL);
  sonde_error err = {0};
  outcome o = {0};
  codec *c = NULL;
  o.code = codec_new(kind, &m, &c, &err);
  size_t used = 0;
  for (codec_io io = {0}; !o.code && !io.done && o.length < MOST_OUTPUT;) {
    size_t give = n - used < in_step ? n - used : in_step, room = MOST_OUTPUT - o.length;
    io = (codec_io){.in = p + used,
                    .in_len = give,
                    .last = used + give == n,
                    .out = out,
                    .out_cap = room < out_step ? room : out_step};
    o.code = codec_step(c, &io, &err);
    require(io.in_used <= give && io.out_used <= io.out_cap);
    used += io.in_used;
    add(&o, out, io.out_used);
  }
  require(o.code == SONDE_OK || (err.code == o.code && err.at <= n && err.message[0]));
  codec_free(c);
  require(m.used == 0);
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  codec_sniff(data, size);
  codec_sniff_unsupported(data, size);
  if (size < 1) return 0;
  size_t in_step = 1 + data[0] % 16, out_step = 1 + data[0] * 5u;
  for (int kind = CODEC_GZIP; kind <= CODEC_ZSTD; kind++) {
    outcome whole = unpack((codec_kind)kind, data + 1, size - 1, size, MOST_OUTPUT);
    outcome cut = unpack((codec_kind)kind, data + 1, size - 1, in_step, out_step);
    require(whole.code == cut.code);
    if (whole.code == SONDE_OK) require(whole.length == cut.length && whole.hash == cut.hash);
  }
  return 0;
}
