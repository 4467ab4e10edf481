/* The thrift compact protocol (thrift-compact-protocol.md), writing: appends to a buf, which latches what fails. */
#ifndef PARQUET_THRIFT_WRITE_H
#define PARQUET_THRIFT_WRITE_H
#include "base/buf.h"
#include "format/parquet/thrift.h"

/* Zero but for `out`: the outermost struct is open. Fields come in ascending order of their ids. */
typedef struct {
  buf *out;
  int16_t last[THRIFT_DEPTH]; /* id of the field before, of each struct that is open */
  uint32_t depth;
} thrift_out;

void thrift_put_int(thrift_out *, int16_t id, thrift_type, int64_t); /* THRIFT_I8, I16, I32, I64 */
void thrift_put_bool(thrift_out *, int16_t id, bool);
void thrift_put_str(thrift_out *, int16_t id, sonde_str);
/* Its n elements follow: the items below, or structs. */
void thrift_put_list(thrift_out *, int16_t id, thrift_type element, uint32_t n);
void thrift_item_int(thrift_out *, int64_t);
void thrift_item_bool(thrift_out *, bool);
void thrift_item_str(thrift_out *, sonde_str);
/* A struct as a field, or as an element of a list; its end, which the outermost one needs as well. */
void thrift_begin(thrift_out *, int16_t id);
void thrift_begin_item(thrift_out *);
void thrift_end(thrift_out *);
/* A struct without fields: unions say with it which one they are. */
void thrift_put_empty(thrift_out *, int16_t id);

#endif
