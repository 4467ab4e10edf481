/* What is to be said in the footer and the page index about the leaves of one row group; as bytes it travels from where the group
 * was encoded to who writes the file. Offsets count from the group's first byte. */
#ifndef PARQUET_WRITE_ABOUT_H
#define PARQUET_WRITE_ABOUT_H
#include "base/arena.h"
#include "base/buf.h"

/* Limits of the values of a page or chunk, as statistics have them. */
typedef struct {
  bool known, min_exact, max_exact;
  sonde_str min, max;
} about_bounds;

typedef struct {
  uint64_t offset;         /* of the page header */
  uint32_t bytes;          /* header and body */
  uint32_t first_row;      /* of the group */
  uint32_t entries, nulls; /* nulls: entries without a value */
  about_bounds bounds;
} about_page;

typedef struct {
  uint8_t codec;             /* codec_block_kind */
  uint8_t encoding;          /* page_encoding of the data pages */
  uint8_t boundary_order;    /* of the pages' bounds: about_order */
  uint64_t entries, nulls;   /* nulls and empty lists are entries */
  uint64_t begin;            /* offset of its first page */
  uint64_t plain, packed;    /* bytes of all pages with their headers, before and after compression */
  uint32_t dictionary_bytes; /* of the dictionary page, the first one; 0: there is none */
  about_bounds bounds;
  uint32_t n_pages; /* data pages */
  about_page *pages;
} about_leaf;

typedef enum { ABOUT_UNORDERED, ABOUT_ASCENDING, ABOUT_DESCENDING } about_order; /* enum BoundaryOrder */

typedef struct {
  uint32_t rows, n_leaves; /* the leaves follow */
} about_group;

void about_group_put(buf *, const about_group *);
void about_leaf_put(buf *, const about_leaf *);
/* Latch r->bad. Texts borrow from the bytes. */
about_group about_group_get(rd *);
sonde_code about_leaf_get(rd *, arena *, about_leaf *out, sonde_error *);

#endif
