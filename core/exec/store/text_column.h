/* The texts of one column of a block under way: codes into a dictionary while texts come as codes and repeat, one text a row
 * otherwise. */
#ifndef EXEC_TEXT_COLUMN_H
#define EXEC_TEXT_COLUMN_H
#include "base/buf.h"
#include "column/vec.h"
#include "exec/query/keys/keys.h"

/* What a code of the dictionary that came last is called here. */
typedef struct {
  uint32_t epoch; /* it says something only in its own */
  uint32_t code;
} known_code;

typedef struct {
  mem *mem;
  uint32_t rows;
  bool plain;
  /* a dictionary: */
  uint32_t *codes, codes_cap;
  intern texts;
  known_code *known;
  uint32_t known_cap, epoch;
  uint64_t dict_id; /* whose codes are known */
  uint64_t coded_bytes;
  /* plain: */
  uint32_t *ends, ends_cap; /* of each row's text, in bytes */
  buf bytes;
} text_column;

void text_column_init(text_column *, mem *);
void text_column_free(text_column *);
/* n more rows, of any form. */
sonde_code text_column_add(text_column *, const col *, uint32_t n, arena *scratch, sonde_error *);
/* Form and values of a vec, whose rows and validity are there. */
sonde_code text_column_store(const text_column *, vec *, arena *keep, arena *scratch, sonde_error *);
/* The next block begins; room is kept. */
void text_column_clear(text_column *);
/* Bytes of the block's text. */
static inline uint64_t text_column_bytes(const text_column *t) {
  return t->plain ? t->bytes.len : t->coded_bytes;
}

#endif
