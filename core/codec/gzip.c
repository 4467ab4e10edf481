/* gzip by zlib's inflate, which reads headers and checks both checksums; the members after the first are ours. */
#include <string.h>

#include <zlib.h>

#include "base/print.h"
#include "codec/stream.h"

typedef enum { IN_MEMBER, BETWEEN, FIRST_MAGIC_SEEN, IGNORING } gzip_place;

typedef struct {
  z_stream z;
  gzip_place place;
  bool ended_once; /* a member is complete */
  uint64_t ignored;
  char note[96];
} gzip;

static voidpf zlib_alloc(voidpf memory, uInt items, uInt size) {
  return items > SIZE_MAX / (size ? size : 1) ? NULL : stream_alloc(memory, (size_t)items * size);
}

static void zlib_free(voidpf memory, voidpf p) { stream_release(memory, p); }

static void *gzip_open(stream_memory *memory, sonde_error *err) {
  (void)err;
  gzip *g = stream_alloc(memory, sizeof *g);
  if (!g) return NULL;
  memset(g, 0, sizeof *g);
  g->z.zalloc = zlib_alloc;
  g->z.zfree = zlib_free;
  g->z.opaque = memory;
  if (inflateInit2(&g->z, 16 + MAX_WBITS) == Z_OK) return g;
  stream_release(memory, g);
  return NULL;
}

static void gzip_close(void *state, stream_memory *memory) {
  gzip *g = state;
  inflateEnd(&g->z);
  stream_release(memory, g);
}

static sonde_code inflate_failed(const gzip *g, int result, uint64_t at, const stream_memory *memory,
                                 sonde_error *err) {
  if (result == Z_MEM_ERROR) return stream_refusal(memory, err);
  return status_set(err, SONDE_CORRUPT, at, "the gzip data is damaged at byte %llu (%s)",
                    (unsigned long long)at, g->z.msg ? g->z.msg : "not gzip");
}

static uInt clip(size_t n) { return n > 1u << 30 ? 1u << 30 : (uInt)n; }

/* One call of inflate, with what is left of `in` and `out`. */
static sonde_code inflate_more(gzip *g, codec_io *io, uint64_t offset, const stream_memory *memory,
                               sonde_error *err) {
  uInt in = clip(io->in_len - io->in_used), out = clip(io->out_cap - io->out_used);
  g->z.next_in = (z_const Bytef *)(uintptr_t)(io->in + io->in_used);
  g->z.avail_in = in;
  g->z.next_out = io->out + io->out_used;
  g->z.avail_out = out;
  int result = inflate(&g->z, Z_NO_FLUSH);
  io->in_used += in - g->z.avail_in;
  io->out_used += out - g->z.avail_out;
  if (result == Z_STREAM_END) {
    g->place = BETWEEN;
    g->ended_once = true;
    return SONDE_OK;
  }
  if (result == Z_OK || result == Z_BUF_ERROR) return SONDE_OK;
  return inflate_failed(g, result, offset + io->in_used, memory, err);
}

static void ignore_rest(gzip *g, codec_io *io, uint64_t already) {
  g->place = IGNORING;
  g->ignored += already + (io->in_len - io->in_used);
  io->in_used = io->in_len;
}

/* The two magic bytes were taken to see what follows; inflate gets them again. */
static sonde_code begin_member(gzip *g, uint64_t offset, const stream_memory *memory, sonde_error *err) {
  static const uint8_t magic[2] = {0x1F, 0x8B};
  codec_io io = {.in = magic, .in_len = sizeof magic, .out = (uint8_t[1]){0}, .out_cap = 1};
  inflateReset(&g->z);
  g->place = IN_MEMBER;
  return inflate_more(g, &io, offset, memory, err);
}

/* Between members: 1F 8B begins another one; zeros are padding (tapes); anything else is ignored up to the end. */
static sonde_code look_for_member(gzip *g, codec_io *io, uint64_t offset, const stream_memory *memory,
                                  sonde_error *err) {
  uint8_t b = io->in[io->in_used];
  if (g->place == BETWEEN) {
    if (b == 0x1F) g->place = FIRST_MAGIC_SEEN;
    if (b == 0x1F || b == 0) {
      io->in_used++;
    } else {
      ignore_rest(g, io, 0);
    }
    return SONDE_OK;
  }
  if (b != 0x8B) {
    ignore_rest(g, io, 1);
    return SONDE_OK;
  }
  io->in_used++;
  return begin_member(g, offset + io->in_used, memory, err);
}

static sonde_code gzip_step(void *state, codec_io *io, uint64_t offset, stream_memory *memory,
                            sonde_error *err) {
  gzip *g = state;
  for (;;) {
    size_t in_before = io->in_used, out_before = io->out_used;
    if (g->place == IN_MEMBER) {
      SONDE_TRY(inflate_more(g, io, offset, memory, err));
    } else if (io->in_used < io->in_len && g->place == IGNORING) {
      ignore_rest(g, io, 0);
    } else if (io->in_used < io->in_len) {
      SONDE_TRY(look_for_member(g, io, offset, memory, err));
    }
    if (io->in_used == in_before && io->out_used == out_before) return SONDE_OK;
  }
}

static bool gzip_may_end(const void *state) {
  const gzip *g = state;
  return g->ended_once && g->place != IN_MEMBER;
}

static const char *gzip_note(void *state) {
  gzip *g = state;
  uint64_t ignored = g->ignored + (g->place == FIRST_MAGIC_SEEN);
  if (ignored == 0) return NULL;
  print_text(g->note, sizeof g->note, "%llu bytes after the last gzip member were ignored",
             (unsigned long long)ignored);
  return g->note;
}

const stream_kind gzip_stream = {gzip_open, gzip_close, gzip_step, gzip_may_end, gzip_note, "gzip"};
