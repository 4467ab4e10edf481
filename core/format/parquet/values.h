/* Encoded values of one page as fixed-width values, bits or texts; dense: nulls are not among them. */
#ifndef PARQUET_VALUES_H
#define PARQUET_VALUES_H
#include "format/parquet/pages.h"
#include "format/parquet/text.h"

typedef struct {
  const pq_node *leaf;
  page_encoding encoding; /* not a dictionary's */
  const uint8_t *p, *end;
  uint32_t n;
  arena *scratch; /* of this page */
  uint32_t skip;  /* values before these n, in the encodings PLAIN and dictionary; else 0 */
} page_values;

/* To converted_bytes each. */
sonde_code values_fixed(const page_values *, void *out, sonde_error *);
/* PQ_AS_BOOL: as bits from `at` on, which are zero before. */
sonde_code values_bits(const page_values *, uint64_t *bits, uint64_t at, sonde_error *);
/* PQ_AS_BYTES: appended; ends has room for n. */
sonde_code values_texts(const page_values *, texts *, uint32_t *ends, sonde_error *);

bool is_dictionary_encoding(uint8_t);

/* The values of a dictionary page. */
typedef struct {
  uint32_t n;
  void *fixed;       /* converted */
  uint32_t *offsets; /* texts: n + 1 */
  char *bytes;
} dictionary;

/* The words of codes of a page. False: broken, or a code beyond the dictionary. */
bool codes_gather(const dictionary *, uint32_t width, const page_values *, void *out);
/* The codes themselves, as `width` (1, 2, 4) bytes. */
bool codes_narrow(uint32_t n_values, uint32_t width, const page_values *, void *out);

#endif
