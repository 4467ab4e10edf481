/* pager.h — pages of large CSV files in the order of the file, without bringing them into memory: the first rows as soon as the head
 * is read, any others when the rows are counted, which a thread of each such table does in the background. The same thread then
 * reads the file once more for its exact types; until then types are those of the rows seen so far. */
#ifndef SERVE_PAGER_H
#define SERVE_PAGER_H
#include "host.h"
#include "seats.h"

typedef struct pagers pagers;
pagers *pagers_new(uint64_t memory); /* of all together */
void pagers_free(pagers *);          /* ends their threads; NULL is fine */

typedef struct pager pager;
/* Of a table of one file, begun if there is none; to be released. NULL: it cannot be read. */
pager *pager_take(pagers *, const table_now *, sonde_error *);
void pager_release(pagers *, pager *);

typedef enum {
  PAGER_OPENED,  /* its first rows are there, and more by and by */
  PAGER_COUNTED, /* all rows can be read */
  PAGER_EXACT,   /* and the types are those that an import finds */
  PAGER_UNFIT    /* it is no plain CSV file, or counting failed: somebody else is to read it */
} pager_state;

typedef struct {
  pager_state state;
  uint64_t rows;           /* counted so far: these can be read */
  sonde_progress progress; /* of what goes on in the background; nothing when it has just begun, or ended */
  text info;               /* TableInfo, as far as it is known */
  text columns;            /* as in seat_table */
} pager_about;
/* Waits for a while until `needed` rows are counted, or all. To be freed. */
void pager_tell(pager *, uint64_t needed, pager_about *out);
void pager_about_free(pager_about *);

/* The first rows, with all columns, as a page block. */
sonde_page pager_head(const pager *);
/* Of rows that are counted; `columns` are a JSON list of numbers. */
bool pager_read(pager *, uint64_t first, uint64_t rows, sonde_str columns, host_page_fn, void *user,
                sonde_error *);
bool pager_is_unchanged(const pager *);

#endif
