/* Inside the writer: the body of a batch. Buffers follow each other; where each is, the metadata in front of them says. */
#ifndef ARROW_WRITE_BODY_H
#define ARROW_WRITE_BODY_H
#include "codec/compress.h"
#include "format/arrow/layout.h"

/* Rows [first, first + n) of a vec. */
typedef struct {
  const vec *vec;
  uint32_t first, n;
} arrow_rows;

typedef struct {
  const arrow_write_options *options;
  buf *out;            /* the message */
  size_t begin;        /* of the body in it */
  size_t opened;       /* of the buffer being written */
  size_t node, buffer; /* positions of the next FieldNode and Buffer in the metadata */
  buf plain;           /* a buffer that is compressed when it is complete */
  buf text;            /* cells that have to become text first */
  sonde_str column;    /* being written, for messages */
  arena memory;        /* of the compressor */
  codec_compressor compressor;
  sonde_error *err;
} arrow_body;

void arrow_body_node(arrow_body *, uint64_t rows, uint64_t nulls);
/* Where to put the bytes of the next buffer (beginning at a multiple of 8), and its end. */
buf *arrow_body_open(arrow_body *);
sonde_code arrow_body_close(arrow_body *);
/* A buffer of no bytes. */
void arrow_body_empty(arrow_body *);
/* The node and the validity of rows, which is empty when none is null. */
sonde_code arrow_body_validity(arrow_body *, arrow_rows);

/* ---- write_buffers.c: one buffer's values; rows that are null become zeros ---- */

/* Bits [first, first + n), from bit 0 on; zeros when `bits` is NULL. */
void arrow_put_bits(buf *, const uint64_t *bits, uint32_t first, uint32_t n);
uint32_t arrow_count_nulls(arrow_rows);
/* Fixed width values of a shape; the vec's form holds such. False: one is beyond what Arrow's type holds. */
bool arrow_put_values(buf *, arrow_rows, const shape *);
/* rows + 1 offsets, from 0 on, of lists, maps and VEC_TEXT; of the texts of VEC_DICT. The last one, which need not fit. */
uint64_t arrow_put_offsets(buf *, arrow_rows, bool large);
uint64_t arrow_put_code_offsets(buf *, arrow_rows, bool large);
/* `bytes` of texts of VEC_DICT, one behind the other. */
void arrow_put_code_texts(buf *, arrow_rows, size_t bytes);

#endif
