/* A table that is a file: 'x.csv' in place of a name, read_csv('x.csv', header = true), read_parquet(['a', 'b']). */
#ifndef SQL_FILE_CALL_H
#define SQL_FILE_CALL_H
#include "sql/bind.h"

bool is_file(const ast_table *);
/* What it is called in the catalog: a single path without options by the path, else the call as it is written. */
sonde_str file_name(const ast_table *, sonde_str sql);
/* The one path, when it needs nothing else; len 0: it says more. */
sonde_str file_path(const ast_table *);
sonde_str file_stem(sonde_str path); /* 'data/fruit.csv.gz' is fruit */
sonde_code file_read(const ast_table *, sonde_str sql, arena *, sql_file *, sonde_error *);

#endif
