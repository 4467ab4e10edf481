/* The leaves of the columns to be written, and their schema. */
#ifndef PARQUET_WRITE_SCHEMA_H
#define PARQUET_WRITE_SCHEMA_H
#include "base/arena.h"
#include "column/shape.h"
#include "format/parquet/thrift_write.h"

enum { WRITE_DEPTH_MAX = 31 }; /* a list takes two of the reader's PQ_DEPTH_MAX levels */

/* How values are ordered, as bounds and indexes need it (parquet.thrift, "ColumnOrder"). */
typedef enum {
  ORDER_NONE, /* INTERVAL has none that the specification defines */
  ORDER_BOOL,
  ORDER_INT32,
  ORDER_INT64,
  ORDER_UNSIGNED, /* of 4 or 8 bytes */
  ORDER_FLOAT,
  ORDER_DOUBLE,
  ORDER_SIGNED, /* big-endian two's complement */
  ORDER_BYTES,
  ORDER_TEXT /* by bytes as well; bounds stay UTF-8 when they are cut */
} write_order;

typedef struct {
  const shape *of;
  uint8_t physical; /* pq_physical */
  uint8_t width;    /* bytes of a value written PLAIN; bool: 1, as it is held; 0: they vary */
  uint8_t order;    /* write_order */
  uint8_t max_def, max_rep;
  uint32_t n_path;
  const sonde_str *path; /* names from the column to the leaf */
} write_leaf;

typedef struct {
  const write_leaf *leaves;
  uint32_t n;
} write_leaves;

uint32_t shape_leaves(const shape *);
/* SONDE_UNSUPPORTED: what Parquet has no schema for. */
sonde_code write_leaves_of(const shape *columns, uint32_t n_columns, arena *, write_leaves *out,
                           sonde_error *);
/* The list of all schema elements. */
void write_schema(thrift_out *, int16_t id, const shape *columns, uint32_t n_columns);

#endif
