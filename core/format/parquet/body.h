/* The body of a page, unpacked and taken apart. */
#ifndef PARQUET_BODY_H
#define PARQUET_BODY_H
#include "codec/codec_block.h"
#include "format/parquet/levels.h"
#include "format/parquet/pages.h"

typedef struct {
  level_bytes reps, defs; /* max 0: none */
  const uint8_t *p, *end; /* the values */
  bool cut;               /* values follow that were not unpacked */
} page_body;

/* Room that page after page unpacks into. */
typedef struct {
  codec_blocks codecs;
  uint8_t *room;
  size_t cap;
} unpacker;

/* Checks the checksum where there is one. What is answered holds until the next page is opened. Where fewer values
 * than all are wanted, only about as many bytes are unpacked unless `whole`: with b->cut set, SONDE_CORRUPT here or from the values
 * may mean that they were too few. */
sonde_code body_open(unpacker *, codec_block_kind, const page_head *, const pq_node *leaf, bool whole,
                     page_body *, sonde_error *);

#endif
