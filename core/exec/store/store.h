/* Decoded columns kept between tasks, by table and block, within a byte budget. What fits is kept until its table is
 * dropped or its memory is needed; what does not is read again from the source when it is wanted: no thrashing, and a
 * memory bound that holds. The store owns its parts; a vec found in it is valid until the task that asked for it ends. */
#ifndef EXEC_STORE_H
#define EXEC_STORE_H
#include "column/vec.h"
#include "format/csv/infer.h"

typedef struct part part;
struct part {
  part *next;
  uint32_t table, block;
  bool in_use;   /* by the task that runs now: never given up */
  uint32_t pins; /* by queries under way: the same, from one task to the next */
  bool
      only; /* there is no source to read it from again: it stays until its table is dropped, and is not counted in `held` */
  uint32_t n_columns;
  uint32_t *columns; /* which columns of the file, ascending; in chunk.memory, like all below */
  csv_form *forms;   /* how each was read */
  chunk chunk;       /* vecs: one per entry of `columns` */
};

typedef struct {
  mem *mem;
  part *parts;
  uint64_t held;
  uint64_t limit;      /* not above this, so that what was given up is not kept again and again */
  uint64_t keep_limit; /* `limit` before anything had to be given up */
} store;

void store_init(store *, mem *, uint64_t limit);
void store_free(store *);
/* A part of its own memory, empty, owned by the caller until kept or freed. */
part *part_new(mem *, uint32_t table, uint32_t block, sonde_error *);
void part_free(part *);
uint64_t part_size(const part *); /* bytes it takes */
/* Takes the part when there is room (true), for the task that runs to use; else the caller still owns it. */
bool store_keep(store *, part *);
/* Gives up the parts kept longest, as far as they are not in use, until so many bytes more fit: for copies of columns that another
 * engine keeps, which are had again for little. */
void store_make_room(store *, uint64_t size);
/* Takes a part that is the only copy of its rows, whatever the budget. */
void store_own(store *, part *);
void store_drop(store *, uint32_t table);
/* Whether columns that take about so many bytes in their file would be kept. */
bool store_has_room(const store *, uint64_t packed_bytes);
/* A kept column stays until it was unpinned as often. Vecs that are not kept are passed over. */
void store_pin(store *, const vec *);
void store_unpin(store *, const vec *);
/* A task has ended: nothing is in use. */
void store_rest(store *);
/* Gives up the part kept longest that is not in use. False: there is none. */
bool store_reclaim(store *);
/* A kept column that can be read as `form`, or NULL. */
const vec *store_column(store *, uint32_t table, uint32_t block, uint32_t column, csv_form form);

/* Whether a vec read as `have` serves where `want` is asked, without its text. */
bool form_serves(const vec *, csv_form have, csv_form want);

#endif
