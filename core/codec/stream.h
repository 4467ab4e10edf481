/* Inside codec: what the decompressors share. */
#ifndef CODEC_STREAM_H
#define CODEC_STREAM_H
#include "codec/codec.h"

/* Gives a library's allocator memory from `mem`; what was refused is kept, for the library only says "no memory". */
typedef struct {
  mem *mem;
  sonde_error refused;
} stream_memory;

void *stream_alloc(stream_memory *, size_t size);
void stream_release(stream_memory *, void *);
/* The kept refusal. */
sonde_code stream_refusal(const stream_memory *, sonde_error *);

/* A decompressor. `step` as codec_step, but it never sees an end: it says whether the source may end here. */
typedef struct {
  void *(*open)(stream_memory *, sonde_error *);
  void (*close)(void *state, stream_memory *);
  sonde_code (*step)(void *state, codec_io *, uint64_t offset, stream_memory *, sonde_error *);
  bool (*may_end)(const void *state);
  const char *(*note)(void *state);
  const char *name;
} stream_kind;

extern const stream_kind gzip_stream, zstd_stream;

#endif
