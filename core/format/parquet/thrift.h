/* The thrift compact protocol (thrift-compact-protocol.md), reading. Never past the end, at most THRIFT_DEPTH structs deep;
 * latches what went wrong and answers zeros. */
#ifndef PARQUET_THRIFT_H
#define PARQUET_THRIFT_H
#include "base/status.h"

#include <stdbool.h>

enum { THRIFT_DEPTH = 32 };

typedef enum {
  THRIFT_STOP,
  THRIFT_TRUE,
  THRIFT_FALSE,
  THRIFT_I8,
  THRIFT_I16,
  THRIFT_I32,
  THRIFT_I64,
  THRIFT_DOUBLE,
  THRIFT_BINARY,
  THRIFT_LIST,
  THRIFT_SET,
  THRIFT_MAP,
  THRIFT_STRUCT
} thrift_type;

typedef struct {
  const uint8_t *p, *end;
  bool bad;    /* the bytes are no thrift */
  bool at_end; /* the bytes end early (bad is set as well) */
  uint32_t depth;
} thrift;

/* A field of a struct: begin with {0}; false at its end or when bad. Every field is then read or skipped. */
typedef struct {
  int16_t id;
  uint8_t type;
} thrift_field;
bool thrift_next(thrift *, thrift_field *);
void thrift_skip(thrift *, uint8_t type);
/* A struct inside a field or list: enter, thrift_next…, leave. */
void thrift_enter(thrift *);
void thrift_leave(thrift *);

/* Field values. One of another type is skipped, and the answer zero. */
int64_t thrift_int(thrift *, uint8_t type);
bool thrift_bool(thrift *, uint8_t type);
sonde_str thrift_str(thrift *, uint8_t type); /* borrowed; ptr NULL only when it is no string */
/* Head of a list: the number of its elements, each at least a byte of what is left; elements of another type are skipped and
 * the answer is 0. Booleans in lists are bytes of their own. */
uint32_t thrift_list(thrift *, uint8_t type, uint8_t element);

#endif
