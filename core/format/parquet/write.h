/* Writing Parquet, sans I/O, after parquet-format 2.11 ("the specification"). Row groups are encoded apart from each other, by
 * pure functions, in whatever engine or thread; who writes the file puts them behind one another, in the order it likes:
 *
 *   shapes, vecs of some rows → pq_write_group → the group's bytes, and what is to be said about them
 *   pq_writer_begin, per group: its bytes and pq_writer_add, pq_writer_end → the file
 *
 * How types are written (all columns optional, lists and maps with the three levels of LogicalTypes.md):
 *
 *   bool BOOLEAN · int64 INT64 · double DOUBLE · float FLOAT · text STRING · blob BYTE_ARRAY · uuid UUID · date DATE
 *   whole numbers of a narrow_type INTEGER(bits, signed) on INT32 or, of 64 bits unsigned, INT64
 *   decimal DECIMAL(38 or as narrow_type says, scale) on 16 bytes: a file's schema is fixed before all of its values are known
 *   time, timestamp, timestamptz TIME and TIMESTAMP in micro- or (scale 9) nanoseconds, milliseconds where a narrow_type keeps
 *   no more; only timestamptz is adjusted to UTC
 *   interval INTERVAL, which has milliseconds: SONDE_VALUE when a value has more digits, rather than losing them in silence
 *   none INT32 with the logical type UNKNOWN, as Arrow has it: whoever does not know UNKNOWN reads whole numbers, all null
 *
 * Data pages are of version 1: every reader has them, and what version 2 adds (levels that are not compressed, pages that begin with
 * a row) is known here from the offset index. */
#ifndef PARQUET_WRITE_H
#define PARQUET_WRITE_H
#include "base/buf.h"
#include "codec/compress.h"
#include "column/shape.h"
#include "column/vec.h"

typedef struct {
  uint8_t codec;       /* codec_block_kind: BLOCK_PLAIN, BLOCK_SNAPPY, BLOCK_ZSTD */
  int level;           /* of zstd: 1 to CODEC_ZSTD_LEVEL_MAX */
  uint32_t page_rows;  /* a page has at most so many rows, */
  uint32_t page_bytes; /* and ends with the row that brings it to so many bytes before compression */
  bool dictionary;     /* where it makes a column smaller */
} pq_write_options;

/* zstd, pages of 4,096 rows or 1 MB, dictionaries. Who shows a few rows unpacks one page of each column: a fifth of what the pages of
 * other writers (20,000 rows) cost him, in files 0.8 % larger that take as long to be written and read whole. */
pq_write_options pq_write_defaults(void);

/* One row group. vecs[i] has the type of columns[i] and `rows` rows; VEC_NULL has any type. Nested values may come as VEC_TEXT:
 * JSON, as cell_json writes it. Appends to `bytes` the pages of all columns, and to `about` their description for pq_writer_add,
 * whose offsets count from the group's first byte. Everything else is taken from `mem` and given back.
 * SONDE_VALUE: a value that Parquet does not hold (a null as a map's key); SONDE_UNSUPPORTED: a struct without fields;
 * SONDE_MISUSE: a vec of another type; SONDE_LIMIT, SONDE_NOMEM. After an error, cut both bufs to where they were. */
sonde_code pq_write_group(const shape *columns, uint32_t n_columns, const vec *vecs, uint32_t rows,
                          const pq_write_options *, mem *, buf *bytes, buf *about, sonde_error *);

/* The file around the groups. What is known about them stays in memory until the end: some 60 bytes a page and column. */
typedef struct pq_writer_group pq_writer_group;
typedef struct {
  arena memory;
  const shape *columns; /* borrowed */
  uint32_t n_columns;
  uint64_t position; /* bytes of the file so far */
  uint64_t rows;
  pq_writer_group *first, *last;
  uint32_t n_groups;
} pq_writer;

void pq_writer_init(pq_writer *, const shape *columns, uint32_t n_columns, mem *);
void pq_writer_free(pq_writer *);
/* The file's first bytes. */
void pq_writer_begin(pq_writer *, buf *out);
/* The group of `length` bytes stands next in the file; `about` is copied. A group without rows is passed over: it has no bytes. */
sonde_code pq_writer_add(pq_writer *, const uint8_t *about, size_t about_len, uint64_t length, sonde_error *);
/* The file's last bytes: column indexes, offset indexes, footer. */
sonde_code pq_writer_end(pq_writer *, buf *out, sonde_error *);

#endif
