/* See codec.h. What is alike for all kinds: sniffing, counted memory, the source's end. */
#include "codec/codec.h"

#include <string.h>

#include "codec/stream.h"

/* ---- sniffing ---- */

typedef struct {
  uint8_t n, bytes[7];
  const char *name;
} magic;

static bool begins_with(const uint8_t *head, size_t n, const magic *m) {
  return n >= m->n && memcmp(head, m->bytes, m->n) == 0;
}

codec_kind codec_sniff(const uint8_t *head, size_t n) {
  static const magic gzip = {3, {0x1F, 0x8B, 8}, ""}, zstd = {4, {0x28, 0xB5, 0x2F, 0xFD}, ""};
  static const uint8_t skippable[3] = {0x2A, 0x4D, 0x18}; /* after 50 to 5F */
  if (begins_with(head, n, &gzip)) return CODEC_GZIP;
  if (begins_with(head, n, &zstd)) return CODEC_ZSTD;
  bool skip = n >= 8 && (head[0] & 0xF0) == 0x50 && memcmp(head + 1, skippable, 3) == 0;
  return skip ? CODEC_ZSTD : CODEC_NONE;
}

const char *codec_sniff_unsupported(const uint8_t *head, size_t n) {
  static const magic others[] = {
      {4, {'P', 'K', 3, 4}, "zip"},
      {6, {0xFD, '7', 'z', 'X', 'Z', 0}, "xz"},
      {3, {'B', 'Z', 'h'}, "bzip2"},
      {6, {'7', 'z', 0xBC, 0xAF, 0x27, 0x1C}, "7-Zip"},
      {6, {'R', 'a', 'r', '!', 0x1A, 7}, "RAR"},
      {4, {4, 0x22, 0x4D, 0x18}, "lz4"},
  };
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    if (begins_with(head, n, &others[i])) return others[i].name;
  }
  return NULL;
}

/* ---- memory ---- */

/* Before each block lies its size, for mem_free; 16 bytes keep the alignment. */
enum { SIZE_BYTES = 16 };

void *stream_alloc(stream_memory *m, size_t size) {
  if (size > SIZE_MAX - SIZE_BYTES) return NULL;
  uint8_t *block = mem_alloc(m->mem, size + SIZE_BYTES, &m->refused);
  if (!block) return NULL;
  size += SIZE_BYTES;
  memcpy(block, &size, sizeof size);
  return block + SIZE_BYTES;
}

void stream_release(stream_memory *m, void *p) {
  if (!p) return;
  uint8_t *block = (uint8_t *)p - SIZE_BYTES;
  size_t size;
  memcpy(&size, block, sizeof size);
  mem_free(m->mem, block, size);
}

sonde_code stream_refusal(const stream_memory *m, sonde_error *err) {
  if (m->refused.code && err) *err = m->refused;
  return m->refused.code ? m->refused.code
                         : status_set(err, SONDE_NOMEM, 0, "the decompressor got no memory");
}

/* ---- steps ---- */

struct codec {
  const stream_kind *kind;
  void *state;
  stream_memory memory;
  uint64_t offset; /* source bytes used */
};

sonde_code codec_new(codec_kind kind, mem *m, codec **out, sonde_error *err) {
  SONDE_CHECK(kind == CODEC_GZIP || kind == CODEC_ZSTD, err, SONDE_UNSUPPORTED, 0, "unknown compression");
  stream_memory memory = {.mem = m};
  codec *c = mem_alloc(m, sizeof *c, &memory.refused);
  if (!c) return stream_refusal(&memory, err);
  *c = (codec){.kind = kind == CODEC_GZIP ? &gzip_stream : &zstd_stream, .memory = memory};
  c->state = c->kind->open(&c->memory, err);
  if (!c->state) {
    sonde_code code = stream_refusal(&c->memory, err);
    mem_free(m, c, sizeof *c);
    return code;
  }
  *out = c;
  return SONDE_OK;
}

void codec_free(codec *c) {
  if (!c) return;
  c->kind->close(c->state, &c->memory);
  mem_free(c->memory.mem, c, sizeof *c);
}

sonde_code codec_step(codec *c, codec_io *io, sonde_error *err) {
  if (io->in_len == 0) io->in = (const uint8_t *)""; /* may be NULL, which no pointer may be counted from */
  io->in_used = io->out_used = 0;
  io->done = false;
  SONDE_TRY(c->kind->step(c->state, io, c->offset, &c->memory, err));
  c->offset += io->in_used;
  bool drained = io->in_used == io->in_len && io->out_used < io->out_cap;
  if (!io->last || !drained) return SONDE_OK;
  SONDE_CHECK(c->kind->may_end(c->state), err, SONDE_CORRUPT, c->offset,
              "the %s data ends early, at byte %llu: the file was cut off or is still being written",
              c->kind->name, (unsigned long long)c->offset);
  io->done = true;
  return SONDE_OK;
}

const char *codec_note(const codec *c) { return c->kind->note(c->state); }
