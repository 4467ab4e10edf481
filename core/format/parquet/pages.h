/* The pages of a column chunk: headers, and which of them hold the rows wanted. */
#ifndef PARQUET_PAGES_H
#define PARQUET_PAGES_H
#include "format/parquet/parquet.h"

typedef enum { PAGE_DATA, PAGE_INDEX, PAGE_DICTIONARY, PAGE_DATA_V2 } page_type;

typedef enum { /* enum Encoding */
               ENCODING_PLAIN,
               ENCODING_PLAIN_DICTIONARY = 2,
               ENCODING_RLE,
               ENCODING_BIT_PACKED,
               ENCODING_DELTA_BINARY_PACKED,
               ENCODING_DELTA_LENGTH_BYTE_ARRAY,
               ENCODING_DELTA_BYTE_ARRAY,
               ENCODING_RLE_DICTIONARY,
               ENCODING_BYTE_STREAM_SPLIT
} page_encoding;

typedef struct {
  uint64_t at; /* of the header, in the file */
  const uint8_t *body;
  uint32_t packed, plain; /* bytes of the body as it lies there, and unpacked */
  uint32_t values;        /* nulls and empty lists counted in */
  uint32_t wanted;        /* of these, counted from the first: nobody looks at the others */
  uint32_t skipped;       /* of those wanted, counted from the first: they are passed over */
  uint32_t here;          /* bytes of the body at hand: all, or as many as may do for the values wanted */
  uint32_t rows;          /* data pages v2; else 0 */
  uint32_t def_bytes, rep_bytes; /* data pages v2 */
  uint32_t crc;
  uint8_t type, encoding, def_encoding, rep_encoding;
  bool compressed, has_crc;
  uint64_t first_row; /* of the first one that begins in the page and is not skipped; UINT64_MAX: not known */
} page_head;

/* The header that begins at `p`; its bytes. 0: broken, or *at_end (it may go on beyond `end`). */
size_t page_head_read(const uint8_t *p, const uint8_t *end, page_head *, bool *at_end);

/* The dictionary page and the data pages of a leaf. */
typedef struct {
  page_head dictionary; /* body NULL: none */
  page_head *data;
  uint32_t n, cap;
  uint64_t wanted; /* of all data pages listed, without those skipped */
} page_list;

typedef struct {
  const pq_piece *piece;
  uint32_t leaf;
  const pq_leaf_pages *index; /* of this leaf; NULL: none */
  const pq_span *spans;
  uint32_t n_spans;
  uint64_t first_row, n_rows;
  bool whole_pages; /* pages that are here in part have turned out to be not enough */
} page_want;

/* With more->length > 0 bytes are missing and *out is void. */
sonde_code pages_find(const page_want *, arena *scratch, page_list *out, pq_range *more, sonde_error *);

#endif
