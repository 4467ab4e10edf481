/* From the footer's list of schema elements to columns in one form. */
#ifndef PARQUET_SCHEMA_H
#define PARQUET_SCHEMA_H
#include "format/parquet/parquet.h"
#include "format/parquet/thrift.h"

typedef enum { PQ_REQUIRED, PQ_OPTIONAL, PQ_REPEATED } pq_repetition;

/* Union LogicalType: numbers of its fields; 0: none. */
typedef enum {
  LOGICAL_NONE,
  LOGICAL_STRING,
  LOGICAL_MAP,
  LOGICAL_LIST,
  LOGICAL_ENUM,
  LOGICAL_DECIMAL,
  LOGICAL_DATE,
  LOGICAL_TIME,
  LOGICAL_TIMESTAMP,
  LOGICAL_INTEGER = 10,
  LOGICAL_UNKNOWN,
  LOGICAL_JSON,
  LOGICAL_BSON,
  LOGICAL_UUID,
  LOGICAL_FLOAT16,
  LOGICAL_VARIANT,
  LOGICAL_GEOMETRY,
  LOGICAL_GEOGRAPHY,
  LOGICAL_INTERVAL = 100 /* only as a converted type */
} pq_logical;

typedef enum { UNIT_NONE, UNIT_MILLIS, UNIT_MICROS, UNIT_NANOS } pq_unit;

/* A SchemaElement as written; the converted type is brought to a logical one where no logical one is given. */
typedef struct {
  sonde_str name;
  bool leaf; /* has a physical type */
  uint8_t physical, repetition;
  uint8_t logical, unit, bits;
  bool utc, is_signed, key_value; /* key_value: MAP_KEY_VALUE, which old writers put on maps */
  int64_t fixed_bytes, children, scale, precision;
} pq_element;

void pq_element_read(thrift *, pq_element *out);

/* The leaf's type and how to read it; SONDE_CORRUPT when logical and physical type contradict each other badly. An annotation
 * that does not fit is passed over, as the specification asks. */
sonde_code pq_leaf_type(const pq_element *, pq_node *, sonde_error *);
void pq_leaf_type_text(const pq_element *, const pq_node *, buf *);

/* All columns of `elements` (depth first, the root first). Fills file->columns, n_columns, n_leaves. */
sonde_code pq_schema(const pq_element *elements, uint32_t n, arena *, pq_file *, sonde_error *);

#endif
