/* Tables that are the rows of a query. They are like imported ones, but their columns are in the engine's store only. */
#ifndef API_MEMORY_TABLE_H
#define API_MEMORY_TABLE_H
#include "api/engine.h"
#include "exec/store/collect.h"

/* An empty table that the engine does not know of yet; names and types are copied. */
sonde_code memory_table_new(sonde_engine *, const plan_column *, uint32_t n, table **out, sonde_error *);
/* The collector's rows as the next block. */
sonde_code memory_table_add(sonde_engine *, table *, collector *, sonde_error *);
/* From here on the engine owns it. */
void memory_table_publish(sonde_engine *, table *);
/* Its first rows. */
sonde_code memory_table_page(sonde_engine *, const table *, arena *scratch, buf *out, sonde_error *);

/* The same columns, wholly in the arena. */
sonde_code columns_copy(const plan_column *, uint32_t n, arena *, plan_column **out, sonde_error *);

#endif
