/* Inside the reader: a field as it is stored, and the walk over the buffers of one batch. */
#ifndef ARROW_READ_PARTS_H
#define ARROW_READ_PARTS_H
#include "codec/codec_block.h"
#include "format/arrow/flatbuf.h"
#include "format/arrow/metadata.h"
#include "format/arrow/read.h"

struct arrow_field {
  sonde_str name;
  column_type type; /* as which it is read */
  uint8_t kind;     /* arrow_type of what is stored; of the dictionary's values when there is one */
  uint8_t width;    /* bytes of a number or time */
  uint8_t unit;     /* UNIT_*, INTERVAL_*, DATE_UNIT_* */
  bool is_signed;
  uint32_t size; /* FIXED_SIZE_BINARY: bytes; FIXED_SIZE_LIST: items */
  bool coded;    /* dictionary-encoded: */
  bool code_signed;
  uint8_t code_width;
  int64_t dictionary;
  uint32_t n_children;
  const arrow_field *children;
};

typedef struct arrow_dictionary arrow_dictionary;
struct arrow_dictionary {
  int64_t id;
  vec values;    /* VEC_TEXT */
  bool distinct; /* no value is there twice, and none is null */
  arrow_dictionary *next;
};

/* read_schema.c */
sonde_code arrow_read_schema(fb_view, arena *memory, arrow_table *, sonde_error *);
/* read.c: the Message in an encapsulated message of n bytes, all at hand; where its body begins. */
sonde_code arrow_open_message(const uint8_t *bytes, size_t n, fb_bytes *metadata, fb_view *message,
                              size_t *body, sonde_error *);

/* ---- one batch ---- */

typedef struct {
  fb_list nodes, buffers, views;
  uint32_t node, buffer, view; /* the next ones */
  const uint8_t *body;
  size_t length;
  uint64_t body_at; /* in the message, for errors */
  bool packed;
  codec_block_kind codec;
  codec_blocks blocks;
  const arrow_dictionaries *dictionaries;
  arena *memory, *scratch;
  sonde_str column;
  sonde_error *err;
} arrow_in;

typedef struct {
  const uint8_t *bytes;
  size_t len;
} arrow_bytes;

/* "column X: WHY" */
sonde_code arrow_damaged(const arrow_in *, const char *why);
/* The next buffer, decompressed. */
sonde_code arrow_take(arrow_in *, arrow_bytes *);
/* The same; it has to have n * each bytes at least. */
sonde_code arrow_take_values(arrow_in *, uint64_t n, size_t each, arrow_bytes *);
/* The next buffer as the validity of v->rows rows. */
sonde_code arrow_take_validity(arrow_in *, vec *v);
/* n bits as words of ours. */
const uint64_t *arrow_words(arrow_in *, arrow_bytes, uint32_t n);

/* read_values.c: the values of v, whose rows and validity are known. */
sonde_code arrow_read_values(arrow_in *, const arrow_field *, vec *v);
/* read_text.c */
sonde_code arrow_read_text(arrow_in *, const arrow_field *, vec *v);
/* read_dictionary.c */
sonde_code arrow_read_codes(arrow_in *, const arrow_field *, vec *v);
/* Offsets of lists and texts, checked: n + 1 that ascend up to `most`. In `memory`. */
sonde_code arrow_read_offsets(arrow_in *, uint32_t n, bool large, uint64_t most, arrow_bytes, uint32_t **out);
/* read_batch.c: the header of a message of one kind; the nodes and buffers of a RecordBatch; a column with all below it. */
sonde_code arrow_open_batch(arrow_in *, const uint8_t *message, size_t n, uint64_t kind, fb_bytes *metadata,
                            fb_view *header);
sonde_code arrow_open_records(arrow_in *, fb_view records, uint32_t *rows);
void arrow_fresh_scratch(arrow_in *);
sonde_code arrow_read_column(arrow_in *, const arrow_field *, vec *v);

/* A little-endian integer of 1, 2, 4 or 8 bytes. */
static inline int64_t arrow_int(const uint8_t *p, size_t width, bool is_signed) {
  uint64_t v = 0;
  for (size_t i = 0; i < width; i++) v |= (uint64_t)p[i] << (8 * i);
  unsigned shift = (unsigned)(64 - 8 * width);
  return is_signed ? (int64_t)(v << shift) >> shift : (int64_t)v;
}

#endif
