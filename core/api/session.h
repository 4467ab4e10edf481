/* What CREATE VIEW and CREATE TEMP TABLE left behind: names that all later queries of the engine know. */
#ifndef API_SESSION_H
#define API_SESSION_H
#include "api/engine.h"
#include "sql/sql.h"

/* How many tables and views a session has. */
uint32_t session_count(const sonde_engine *);
/* All of them: `out` and `tables` (NULL for a view) have room for session_count. What a view is made of is copied to the
 * arena, as another query may drop it; tables have to be kept by their `readers`. */
sonde_code session_tables(const sonde_engine *, arena *, sql_table *out, table **tables, sonde_error *);

/* CREATE VIEW, once its query is bound. */
sonde_code session_add_view(sonde_engine *, const sql_statement *, const sql_catalog *, sonde_error *);
/* Whether CREATE TABLE may go on; *there: it is there already and nothing is to be done. */
sonde_code session_may_create(sonde_engine *, const sql_statement *, const sql_catalog *, bool *there,
                              sonde_error *);
/* The finished rows of CREATE TABLE; the engine owns the table from here on, the session's old one is dropped. */
sonde_code session_add_table(sonde_engine *, const sql_statement *, table *, sonde_error *);
/* DROP VIEW, DROP TABLE. */
sonde_code session_drop(sonde_engine *, const sql_statement *, sonde_error *);
void session_free(sonde_engine *);

#endif
