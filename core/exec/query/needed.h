/* Which columns of its inputs a node looks at, so that those below need not make the others. */
#ifndef QUERY_NEEDED_H
#define QUERY_NEEDED_H
#include "exec/query/operator/op.h"

/* NULL: all of them (or memory is out). `own`: columns of the node itself that are needed; NULL: all. */
const bool *needed_columns(const plan *, const bool *own, unsigned input, arena *, sonde_error *);

#endif
