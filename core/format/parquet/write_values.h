/* The values of a leaf, nulls left out, in Parquet's physical form; and their encodings. */
#ifndef PARQUET_WRITE_VALUES_H
#define PARQUET_WRITE_VALUES_H
#include "format/parquet/write_schema.h"
#include "format/parquet/write_shred.h"

typedef struct {
  const write_leaf *leaf;
  uint32_t n;
  const uint8_t *fixed;   /* leaf->width bytes each, as PLAIN has them; bool: one byte */
  const sonde_str *texts; /* leaf->width 0 */
  const uint32_t *codes;  /* of the vec's own dictionary, which has n_words; NULL: none */
  uint32_t n_words;
} write_values;

sonde_code write_values_of(const write_leaf *, const shredded *, arena *, write_values *out, sonde_error *);

/* Values [first, first + n) PLAIN, and the bytes that all would take. */
void put_plain(buf *, const write_values *, uint32_t first, uint32_t n);
uint64_t plain_bytes(const write_values *);
static inline uint64_t plain_value_bytes(const write_values *v, uint32_t at) {
  return v->leaf->width ? v->leaf->width : 4 + (uint64_t)v->texts[at].len;
}

/* Which values a column chunk has: codes into those of them that came first. */
typedef struct {
  uint32_t n; /* 0: the chunk has no dictionary */
  uint32_t *codes;
  uint32_t *first; /* code → the value that had it first */
  uint64_t bytes;  /* of the dictionary page */
} write_dictionary;

/* Leaves out->n == 0 when a dictionary would not make the chunk smaller than `others` bytes. */
sonde_code write_dictionary_of(const write_values *, uint64_t others, arena *, write_dictionary *out,
                               sonde_error *);

#endif
