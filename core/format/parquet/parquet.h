/* Reading Parquet, sans I/O: pure functions over bytes at hand, after parquet-format 2.11 ("the specification").
 *
 *   the last 8 bytes → pq_tail → the footer's range → pq_footer → columns, row groups
 *   (group, column) → pq_piece: what is needed to read one top-level column of one row group, without the footer
 *   piece → pq_index_ranges, pq_read_page_index → where its pages are, and what is in them
 *   piece, rows → pq_ranges → bytes to bring → pq_read → a vec
 *
 * Offsets and lengths count bytes of the file; all that leave this header lie inside it. Rows of a row group count from 0.
 * Errors: SONDE_CORRUPT (the file contradicts the specification or itself; err->at is the file offset where known),
 * SONDE_UNSUPPORTED (encryption, brotli in wasm, unknown codecs and encodings), SONDE_LIMIT, SONDE_NOMEM. */
#ifndef PARQUET_PARQUET_H
#define PARQUET_PARQUET_H
#include "base/buf.h"
#include "base/number.h"
#include "column/vec.h"

#define PQ_TAIL_BYTES 8u
#define PQ_DEPTH_MAX 64u /* levels of nesting of a schema */

typedef struct {
  uint64_t offset, length; /* length 0: absent */
} pq_range;

/* ---- schema ---- */

typedef enum { /* numbers of the thrift enum Type */
               PQ_BOOLEAN,
               PQ_INT32,
               PQ_INT64,
               PQ_INT96,
               PQ_FLOAT,
               PQ_DOUBLE,
               PQ_BYTE_ARRAY,
               PQ_FIXED
} pq_physical;

/* How a physical value becomes ours. */
typedef enum {
  PQ_AS_NULL,     /* logical type UNKNOWN: every value is null */
  PQ_AS_BOOL,     /* VEC_BITS */
  PQ_AS_INT32,    /* int8…int32, date: VEC_PACKED */
  PQ_AS_UINT32,   /* uint8…uint32 */
  PQ_AS_INT64,    /* int64, times in micro- or nanoseconds */
  PQ_AS_UINT64,   /* VEC_I128 at scale 0 */
  PQ_AS_MILLIS32, /* time(ms) */
  PQ_AS_MILLIS64, /* timestamp(ms) */
  PQ_AS_INT96,    /* nanoseconds of a Julian day: timestamp, cut to microseconds */
  PQ_AS_FLOAT,    /* VEC_F64 from here on */
  PQ_AS_FLOAT16,
  PQ_AS_DOUBLE,
  PQ_AS_WIDE_DECIMAL, /* more than 38 digits: the nearest double */
  PQ_AS_DECIMAL,      /* VEC_I128 from here on */
  PQ_AS_UUID,
  PQ_AS_INTERVAL,
  PQ_AS_BYTES /* text, blob */
} pq_conversion;

/* VARIANT: a struct of metadata, value and typed_value that is read as text: objects and arrays as JSON, others as themselves. */
typedef enum { PQ_LEAF, PQ_STRUCT, PQ_LIST, PQ_MAP, PQ_VARIANT } pq_kind;

/* A schema with the spellings of lists and maps (LogicalTypes.md, "Nested Types", all the legacy rules) brought to one form:
 * a LIST has one child, a MAP a key and a value. */
typedef struct pq_node pq_node;
struct pq_node {
  sonde_str name;
  column_type type;
  uint8_t kind;     /* pq_kind */
  uint8_t def;      /* definition level from which the value is not null */
  uint8_t item_def; /* LIST, MAP: from which there is an item */
  uint8_t slot_def; /* from which there is a place for a value: item_def of the list around, or 0 */
  uint8_t rep;      /* repetition level of the lists around */
  /* leaves: */
  uint8_t physical, conversion; /* pq_physical, pq_conversion */
  uint8_t max_def, max_rep;     /* of its levels as written */
  uint8_t precision;            /* TYPE_DECIMAL: digits, as the schema says */
  uint32_t fixed_bytes;         /* PQ_FIXED */
  uint32_t leaf;                /* number of the leaf in its column; else of the first one below */
  uint32_t n_children;
  const pq_node *children;
};

typedef struct {
  sonde_str name;      /* valid UTF-8 */
  sonde_str type_text; /* "int32", "timestamp(ns)", "decimal(10,2)", "list<struct<a: double>>" */
  column_type type;
  const pq_node *node;
  uint32_t first_leaf, n_leaves;
} pq_column;

/* ---- the footer ---- */

/* Where the footer lies, from the file's last bytes (n >= PQ_TAIL_BYTES unless the file is shorter). SONDE_CORRUPT when this
 * is no Parquet file; SONDE_UNSUPPORTED when its footer is encrypted. */
sonde_code pq_tail(const uint8_t *last, size_t n, uint64_t file_size, pq_range *footer, sonde_error *);

typedef struct {
  uint64_t rows, first_row; /* first_row: of the file */
  uint64_t bytes;           /* compressed, of all columns */
  uint32_t at;              /* of its column chunks, in chunk_at */
} pq_group;

typedef struct {
  uint64_t rows, file_size;
  sonde_str created_by;
  uint32_t n_columns, n_groups, n_leaves;
  const pq_column *columns; /* top-level */
  const pq_group *groups;
  /* Inside: the footer's bytes, and where in them each group's chunks are described (n_groups * n_leaves). */
  const uint8_t *bytes;
  size_t len;
  const uint32_t *chunk_at;
  const uint8_t *ordered; /* per leaf: its statistics' order is defined */
} pq_file;

/* `bytes` is the range that pq_tail named; borrowed by `out`, everything else lies in the arena. Checks every column chunk. */
sonde_code pq_footer(const uint8_t *bytes, size_t len, uint64_t file_size, arena *, pq_file *out,
                     sonde_error *);

/* ---- values and what is known about them ---- */

/* By the column's type: i64 for bool, int64, date, times; f64 for float, double; i128 for decimal, uuid; text for text, blob. */
typedef struct {
  int64_t i64;
  double f64;
  int128 i128;
  sonde_str text;
} pq_value;

/* Limits of the values that are neither null nor NaN: every value lies between, `min` and `max` need not occur. */
typedef struct {
  bool has_min, has_max, has_nulls;
  uint64_t nulls, values; /* values: nulls counted in */
  pq_value min, max;
} pq_bounds;

/* ---- one column of one row group ---- */

/* What the footer says about one leaf. Ranges of length 0 are absent. */
typedef struct {
  uint8_t codec;      /* codec_block_kind */
  uint8_t ordered;    /* the order of min, max and page index is defined, as the specification has it */
  uint8_t deprecated; /* min, max come from the fields before min_value and max_value: in whatever order */
  uint64_t values;    /* nulls and empty lists counted in */
  pq_range pages;     /* with the dictionary page */
  uint64_t nulls;     /* UINT64_MAX: not known */
  sonde_str min, max; /* as written; ptr NULL: not known */
  pq_range column_index, offset_index, bloom;
  uint8_t bloom_guessed; /* the footer does not tell how long it is: bloom is its begin */
} pq_chunk;

typedef struct {
  const pq_node *node; /* the column */
  uint64_t rows, file_size;
  uint32_t n_leaves;
  const pq_chunk *chunks;
  const pq_node *const *leaves;
} pq_piece;

/* Borrows from the file. SONDE_UNSUPPORTED when the column is encrypted or its codec unknown. */
sonde_code pq_piece_of(const pq_file *, uint32_t group, uint32_t column, arena *, pq_piece *out,
                       sonde_error *);
/* A piece as bytes; it travels to helpers that do not have the footer. What is read back borrows from the bytes. */
void pq_piece_put(buf *, const pq_piece *);
sonde_code pq_piece_get(rd *, arena *, pq_piece *out, sonde_error *);

/* The chunk's statistics in the leaf's type; distrusted ones are absent. They are the column's own only where its node is a
 * PQ_LEAF. */
void pq_chunk_bounds(const pq_piece *, uint32_t leaf, pq_bounds *out);

/* ---- page index ---- */

typedef struct {
  uint64_t offset;    /* of the page header */
  uint32_t bytes;     /* header and body */
  uint32_t first_row; /* of the row group; the first page begins at 0 */
  pq_bounds bounds;
} pq_page;

typedef struct {
  uint32_t n; /* 0: the file has none, or a broken one */
  const pq_page *pages;
} pq_leaf_pages;

/* Where the index of every leaf lies; (offset, column) per leaf in turn, 2 * n_leaves ranges, absent ones of length 0. */
void pq_index_ranges(const pq_piece *, pq_range *out);

/* Bytes of the file. */
typedef struct {
  pq_range range;
  const uint8_t *bytes;
} pq_span;

/* The page index of every leaf (n_leaves entries in the arena; texts borrow from the bytes). `spans` hold the bytes of
 * pq_index_ranges, in any order, neighbours merged or not; what is missing or contradicts itself is left out. */
sonde_code pq_read_page_index(const pq_piece *, const pq_span *spans, uint32_t n_spans, arena *,
                              const pq_leaf_pages **out, sonde_error *);

/* ---- reading ---- */

/* The bytes needed for rows [first_row, first_row + n_rows): with a page index (may be NULL) the dictionary page and the pages
 * touched, neighbours merged; without one whole chunks. Ascending within a leaf. */
sonde_code pq_ranges(const pq_piece *, const pq_leaf_pages *index, uint64_t first_row, uint32_t n_rows,
                     arena *, pq_range **out, uint32_t *n, sonde_error *);

/* Decodes rows [first_row, first_row + n_rows). The vec lies in `memory`, nothing of `scratch` or `spans` is referred to
 * afterwards. `spans` may hold less than pq_ranges asked for: pages before and behind the rows are not looked at where
 * their headers tell enough (all but lists in data pages v1). When bytes are missing, more->length > 0, *out is void, the answer
 * is SONDE_OK: bring at least that range as well and call again. Text is repaired to valid UTF-8. */
sonde_code pq_read(const pq_piece *, const pq_leaf_pages *index, const pq_span *spans, uint32_t n_spans,
                   uint64_t first_row, uint32_t n_rows, arena *memory, arena *scratch, vec *out,
                   pq_range *more, sonde_error *);

/* ---- leaving out ---- */

typedef enum {
  PQ_EQ,
  PQ_NE,
  PQ_LT,
  PQ_LE,
  PQ_GT,
  PQ_GE,
  PQ_BETWEEN, /* values[0] <= x <= values[1] */
  PQ_IN,
  PQ_IS_NULL,
  PQ_IS_NOT_NULL,
  PQ_STARTS_WITH /* text, blob; values[0] */
} pq_op;

typedef struct {
  uint8_t op; /* pq_op */
  uint32_t n_values;
  const pq_value *values; /* not null; in the column's type and scale */
} pq_test;

/* Whether some value may pass the test. False only when certain; NaN counts as the largest value, and bounds never tell
 * whether there are any. */
bool pq_may_match(column_type, const pq_bounds *, const pq_test *);

/* The bloom filter of a leaf (BloomFilter.md): `bytes` begin where pq_chunk.bloom does. Whether the value may be there:
 * false only when certain, so true while n is less than the whole filter has. *length (may be NULL): how many bytes that is; 0 when
 * there is no telling, or the header contradicts the footer. */
bool pq_bloom_may_contain(const pq_piece *, uint32_t leaf, const uint8_t *bytes, size_t n, const pq_value *,
                          uint64_t *length);

#endif
