/* pager.h — pages of large CSV files in the order of the file, without bringing them into memory: the first rows as soon as the head
 * is read, any others when the rows are counted, which goes on in the background from the first question about a table on, on
 * threads that take what others leave of the processor. The file is then read once more for its exact types; until then types are
 * those of the rows seen so far. What was found out is kept in the cache folder (kept_index.h). */
#ifndef SERVE_PAGER_H
#define SERVE_PAGER_H
#include "../host.h"
#include "cache_folder.h"
#include "seats.h"

typedef struct pagers pagers;
/* `memory`: of all together. `threads`: of each, at most. */
pagers *pagers_new(uint64_t memory, unsigned threads, cache_folder);
void pagers_free(pagers *); /* ends their threads; NULL is fine */

typedef struct pager pager;
/* Of a table of one file, begun if there is none; to be released. What goes on for another version of the file is given up. NULL: it
 * cannot be read. */
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
  unsigned seconds;        /* until `needed` rows may be counted; 0: they are */
} pager_about;
/* How many milliseconds it may still take until so many rows are counted, or all, if it goes on as in those that were spent; at least 1. */
double pager_rest_ms(const sonde_progress *, uint64_t needed, uint64_t spent_ms);
/* Waits until `needed` rows are counted, or all, if that can be expected within a second. To be freed. */
void pager_tell(pager *, uint64_t needed, pager_about *out);
/* A member of a JSON object that tells how far the reading is: see README.md, "reading". */
void pager_about_put(text *out, const pager_about *);
void pager_about_free(pager_about *);

/* The first rows, with all columns, as a page block. */
sonde_page pager_head(const pager *);
/* Of rows that are counted; `columns` are a JSON list of numbers. */
bool pager_read(pager *, uint64_t first, uint64_t rows, sonde_str columns, host_page_fn, void *user,
                sonde_error *);
bool pager_is_unchanged(const pager *);

#endif
