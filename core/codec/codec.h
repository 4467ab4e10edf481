/* Streaming decompression of whole files, as state machines: bytes in, bytes out, no I/O. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H
#include <stdbool.h>

#include "base/mem.h"

typedef enum { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD } codec_kind;

enum { CODEC_SNIFF_BYTES = 8, CODEC_ZSTD_WINDOW_LOG = 27 /* 128 MB, as zstd(1) without --long=28 */ };

/* By the first bytes of a file. */
codec_kind codec_sniff(const uint8_t *head, size_t n);
/* "zip", "xz", "bzip2", "7-Zip", "RAR", "lz4" when the first bytes say so, to tell why the file cannot be read; else NULL. */
const char *codec_sniff_unsupported(const uint8_t *head, size_t n);

typedef struct codec codec;

/* gzip (RFC 1952): any number of members; zeros or other bytes after the last one are ignored as gzip(1) does, see codec_note.
 * zstd (RFC 8878): any number of frames and skippable frames; none with a dictionary or a window above 128 MB. */
sonde_code codec_new(codec_kind, mem *, codec **out, sonde_error *);
void codec_free(codec *); /* NULL is fine */

typedef struct {
  /* given: */
  const uint8_t *in;
  size_t in_len;
  bool last; /* the source ends with `in` */
  uint8_t *out;
  size_t out_cap;
  /* answered: */
  size_t in_used, out_used;
  bool done;
} codec_io;

/* Decompresses until `in` is used up or `out` is full; `in` bytes not used are given again. After the last input, step on
 * with what is left (or nothing), and room in `out`, until done. SONDE_CORRUPT with the source offset in err->at: contradicts
 * its format, or ends early; SONDE_UNSUPPORTED: a zstd dictionary; SONDE_LIMIT: a zstd window above 128 MB, or memory.
 * After an error the codec can only be freed. */
sonde_code codec_step(codec *, codec_io *, sonde_error *);
/* Something the user should know although all went well ("12 bytes after ... were ignored"); NULL: nothing. Valid until the
 * next step. */
const char *codec_note(const codec *);

#endif
