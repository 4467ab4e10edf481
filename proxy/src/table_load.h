/* table_load.h — the jobs that make a table of a source: opened, inflated, indexed, imported. */
#ifndef TABLE_LOAD_H
#define TABLE_LOAD_H
#include "host.h"

/* `read`: ReadOptions as JSON. `info`: TableInfo, whose "table" is the number. */
bool table_load(host *, uint32_t source, sonde_str name, sonde_str read, text *info, sonde_error *);

#endif
