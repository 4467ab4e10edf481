/* Batches: up to 2048 rows of columns on their way through a query. A column is flat (one lane a row), constant (one lane
 * for all) or a dictionary (codes into a flat column); null rows hold anything. What a batch points to is valid until its
 * operator is asked for the next one. */
#ifndef QUERY_BATCH_H
#define QUERY_BATCH_H
#include <string.h>

#include "base/arena.h"
#include "plan/plan.h"

#define BATCH_ROWS 2048u

typedef enum { COL_FLAT, COL_CONST, COL_DICT } col_form;

typedef struct col col;
struct col {
  uint8_t lane; /* of sql_type.h */
  uint8_t form; /* col_form */
  const sql_type *type;
  const uint8_t *valid; /* one byte a row (COL_CONST: one in all), 1: there; NULL: none is null */
  const void *data;     /* lanes; COL_DICT: uint32_t codes */
  const col *dict;      /* COL_DICT: flat; may hold nulls of its own */
  uint32_t dict_rows;
  uint64_t dict_id; /* equal ids within one query: equal dictionaries; 0: unknown */
};

typedef struct {
  uint32_t n, n_cols;
  col *cols;
} batch;

/* Lane i of a flat or constant column, without asking which it is: COL_AT(c, int64_t, i). */
static inline size_t col_mask(const col *c) { return c->form == COL_CONST ? 0 : SIZE_MAX; }
#define COL_AT(c, T, i) (((T const *)(c)->data)[(i)&col_mask(c)])

static inline bool col_valid(const col *c, uint32_t i) {
  if (c->form == COL_CONST) return !c->valid || c->valid[0];
  if (c->valid && !c->valid[i]) return false;
  return c->form != COL_DICT || !c->dict->valid || c->dict->valid[((const uint32_t *)c->data)[i]];
}

/* Any form; the row is not null. */
cell col_cell(const col *, uint32_t row);
value col_value(const col *, uint32_t row);

/* A flat column with room for n rows and, if asked for, for validity (all 1 at first). */
sonde_code col_new(col *, const sql_type *, uint32_t n, bool nullable, arena *, sonde_error *);
static inline void *col_lanes(col *c) { return (void *)(uintptr_t)c->data; }
static inline uint8_t *col_validity(col *c) { return (uint8_t *)(uintptr_t)c->valid; }
void col_put(col *, uint32_t row, cell); /* of a column made by col_new */
void col_put_null(col *, uint32_t row);  /* made nullable */
sonde_code col_constant(col *, const sql_type *, const value *, arena *, sonde_error *);

/* The same values, flat. */
sonde_code col_flatten(const col *, uint32_t n, col *out, arena *, sonde_error *);
/* Dictionaries flattened, constants left: what kernels take. */
sonde_code col_plain(const col *, uint32_t n, col *out, arena *, sonde_error *);
/* Rows `rows[0..n)` of a column. Constants and dictionaries stay what they are. */
sonde_code col_gather(const col *, const uint32_t *rows, uint32_t n, col *out, arena *, sonde_error *);
/* Rows [first, first + n). */
col col_slice(const col *, uint32_t first);
/* Lane by lane: from[rows[i]] for each i. */
void lanes_gather(lane, const void *from, const uint32_t *rows, uint32_t n, void *to);

/* A copy of a value that lives as long as the arena. */
sonde_code cell_copy(const sql_type *, cell, arena *, cell *out, sonde_error *);
/* Room for n items; nested values are made by filling it. `valid` is NULL unless asked for (all 1 then). */
nested *nested_new(uint32_t n, bool nullable, arena *, sonde_error *);
static inline cell *nested_cells(nested *x) { return (cell *)(uintptr_t)x->cells; }
/* The type of item i of a value of a nested type. */
const sql_type *nested_item_type(const sql_type *, uint32_t i);
static inline uint8_t *nested_validity(nested *x) { return (uint8_t *)(uintptr_t)x->valid; }

/* Values compared as SQL orders them: NaN is the greatest and equal to itself, -0 = 0, texts by bytes, lists item by item,
 * nulls inside of nested values are the greatest. */
int cell_compare(const sql_type *, cell, cell);
/* How long an interval is: a month counts 30 days, a day 24 hours, as DuckDB compares them. */
i128 interval_micros(i128 packed);

static inline int str_compare(sonde_str a, sonde_str b) {
  size_t n = a.len < b.len ? a.len : b.len;
  int c = n ? memcmp(a.ptr, b.ptr, n) : 0;
  return c ? c : (a.len > b.len) - (a.len < b.len);
}
static inline bool str_equal(sonde_str a, sonde_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Bits whose unsigned order is the order of doubles; one for all NaN, one for both zeros. */
static inline uint64_t double_order(double x) {
  uint64_t bits;
  if (x == 0) x = 0;
  if (x != x) return UINT64_MAX;
  memcpy(&bits, &x, 8);
  return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}
static inline double double_of_order(uint64_t bits) {
  double x;
  bits = bits >> 63 ? bits & ~((uint64_t)1 << 63) : ~bits;
  memcpy(&x, &bits, 8);
  return x;
}

#endif
