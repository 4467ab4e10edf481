/* Writing Arrow IPC (Arrow columnar format 1.4): batches are made anywhere, in any order, by a pure function; a writer frames
 * them as a stream or as a file. Nothing is ever held whole: each call adds its bytes to a buffer that the caller empties.
 *
 *   arrow_writer_begin → bytes;  for each batch: arrow_write_batch → bytes, arrow_writer_add;  arrow_writer_end → bytes
 *
 * How types are written:
 *   bool bool | int64 int64, or what the shape's narrow_type says | double double | float float
 *   decimal decimal128(38 or as narrow_type says, scale), or uint64 | date date32
 *   time time64(us, ns) | timestamp timestamp(us, ns) | timestamptz the same with zone "UTC" | text utf8 | blob binary
 *   uuid fixed_size_binary(16), extension arrow.uuid | interval interval(month_day_nano)
 *   list list | map map | struct struct | type none null
 *   list, map and struct without children in their shape: JSON as utf8
 * Text of few distinct values is written out as well: the file format allows no dictionary to be replaced, so that batches made
 * apart from each other could not each have their own. */
#ifndef ARROW_WRITE_H
#define ARROW_WRITE_H
#include "base/buf.h"
#include "codec/codec_block.h"
#include "column/shape.h"
#include "column/vec.h"

typedef struct {
  uint8_t codec; /* BLOCK_PLAIN or BLOCK_ZSTD */
  int level;     /* of the codec; 0: its own default */
  bool stream;   /* else a file, with a footer */
  bool
      large_offsets; /* text and blobs as large_utf8 and large_binary: a column of a batch may take more than 2 GB */
} arrow_write_options;

/* Adds one batch of `rows` rows of n columns (vecs, each readable as its shape's type) to `bytes`, whose length is a multiple
 * of 8 before and after. `*metadata_length` is for arrow_writer_add. SONDE_LIMIT: a column's text needs large offsets, or
 * memory; SONDE_VALUE: a value that Arrow cannot hold (an interval, a null key of a map); SONDE_MISUSE: a vec is not what its
 * shape says. `bytes` is as it was before when it fails. */
sonde_code arrow_write_batch(const shape *, uint32_t n, const vec *, uint32_t rows,
                             const arrow_write_options *, mem *, buf *bytes, uint32_t *metadata_length,
                             sonde_error *);

typedef struct {
  const shape *shapes; /* borrowed until the end */
  uint32_t n;
  arrow_write_options options;
  uint64_t at; /* bytes so far */
  buf blocks;  /* where each batch of a file is, as the footer has it */
} arrow_writer;

/* Adds the begin to `out` (its length a multiple of 8). */
sonde_code arrow_writer_begin(arrow_writer *, const shape *, uint32_t n, const arrow_write_options *, mem *,
                              buf *out, sonde_error *);
/* The batch that was written next: its length and that of its metadata. */
sonde_code arrow_writer_add(arrow_writer *, uint64_t length, uint32_t metadata_length, sonde_error *);
/* Adds the end to `out` (its length a multiple of 8). */
sonde_code arrow_writer_end(arrow_writer *, buf *out, sonde_error *);
void arrow_writer_free(arrow_writer *);

#endif
