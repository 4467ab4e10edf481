/* seats.h — engines that answer: one for each thread of the workers, which keeps the tables it has opened. Whoever answers takes a seat and
 * gives it back; of those that are free, the one that knows most of the tables asked for. */
#ifndef SERVE_SEATS_H
#define SERVE_SEATS_H
#include "../host.h"
#include "catalog.h"
#include "version.h"

/* Files of a table as they are now, opened. */
typedef struct {
  const catalog_table *table;
  int *fds;      /* of its files */
  text identity; /* name and version of every file: the same identity, the same rows */
} table_now;

/* False: a file is not there, or no file; `err` says which table. What was opened is closed by table_now_close. */
bool table_now_open(table_now *, const catalog_table *, sonde_error *);
void table_now_close(table_now *);

typedef struct seats seats;
seats *seats_new(unsigned count, uint64_t memory); /* of all together */
void seats_free(seats *);

typedef struct seat seat;
seat *seats_take(seats *, const table_now *, unsigned count); /* waits while none is free */
void seats_give_back(seats *, seat *); /* whatever its host was told to heed is forgotten */

host *seat_host(const seat *);
/* A table in the seat's engine; valid until it is given back. */
typedef struct {
  unsigned id;
  uint64_t rows;
  sonde_str columns; /* as table_columns_put makes them */
  sonde_str info;    /* TableInfo */
} seat_table;
/* Names and types of a TableInfo's columns, [{"name","type"}]: what every page says, without looking for it between statistics. */
void table_columns_put(text *out, sonde_str info);

/* Opens and imports what the seat does not know yet, and for its sake forgets other tables when memory does not hold them all;
 * `out` has room for `count`. What was begun is for everybody: only the server's end (`draining`) breaks it off. */
bool seat_open(seat *, table_now *, unsigned count, seat_table *out, const atomic_bool *draining,
               sonde_error *);
/* Whether the files of these tables are still as they were opened. Those of any table that are not are forgotten. */
bool seat_is_unchanged(seat *, const seat_table *, unsigned count);

/* Rows in an order, as {"job":"view"} makes them; `spec` has the members "filter" and "sort". Kept for the next page. */
typedef struct {
  unsigned id;
  uint64_t rows;
} seat_view;
bool seat_see(seat *, const seat_table *, sonde_str spec, seat_view *out, sonde_error *);

#endif
