/* table_ask.h — one table, asked for by its address: found, permitted, opened, on a seat. */
#ifndef SERVE_TABLE_ASK_H
#define SERVE_TABLE_ASK_H
#include "answers.h"
#include "reply.h"

typedef struct {
  answers *all;
  catalog *catalog;
  const catalog_table *table;
  table_now now;
  reply reply;
  seat *seat;
  seat_table opened;
  pager *pager; /* instead of a seat */
} table_ask;

/* False: it was answered. End it in any case. */
bool table_ask_begin(table_ask *, work *, const work_request *, void *context, sonde_str name);
/* After reply.tag was set; false: it was answered. */
bool table_ask_open(table_ask *);
/* Instead of that: true if it is one CSV file, too large to be brought into memory for a stretch of it. What is known of it is to be
 * freed whatever the answer is; see pager_tell. */
bool table_ask_page(table_ask *, uint64_t needed, pager_about *out);
/* Whether its files are as they were; says so if not. */
bool table_ask_holds(table_ask *);
void table_ask_end(table_ask *);

/* GET /v1/tables/{t}/rows */
void answer_rows(work *, const work_request *, void *context, sonde_str name);
/* GET /v1/tables/{t}/values */
void answer_values(work *, const work_request *, void *context, sonde_str name);

#endif
