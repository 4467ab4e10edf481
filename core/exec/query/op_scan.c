/* Tables, block by block: compact columns become lanes 2048 rows at a time, dictionaries stay dictionaries. */
#include "column/page.h"
#include "exec/query/op.h"
#include "exec/query/vec_read.h"

typedef struct {
  node *filter;
  bool *in_filter; /* these columns are decoded first: often no row is left */
  uint32_t block, row, rows;
  bool open;
  struct part *held;
  const vec **vecs;
  dictionary *dicts; /* of the open block; in `block_memory` */
  arena block_memory;
} scan_op;

static const query_tables *tables_of(const op *o) { return o->run->tables; }

static step open_block(op *o, scan_op *x) {
  const query_tables *t = tables_of(o);
  uint32_t table = o->plan->u.scan.table;
  step s = STEP_ROWS;
  if (o->plan->n_columns)
    s = t->columns(t->self, table, x->block, o->plan->u.scan.columns, o->plan->n_columns, x->vecs, &x->held,
                   o->run->err);
  if (s != STEP_ROWS) return s;
  x->open = true;
  x->row = 0;
  x->rows = t->rows(t->self, table, x->block);
  arena_reset(&x->block_memory);
  for (uint32_t i = 0; i < o->plan->n_columns; i++)
    if (dictionary_open(o->run, x->vecs[i], &o->plan->columns[i].type, &x->block_memory, &x->dicts[i]) !=
        SONDE_OK)
      return STEP_FAIL;
  return STEP_ROWS;
}

static void close_block(op *o, scan_op *x) {
  if (!x->open) return;
  if (o->plan->n_columns) tables_of(o)->release(tables_of(o)->self, x->vecs, o->plan->n_columns, x->held);
  x->open = false;
}

static sonde_code decode(op *o, scan_op *x, uint32_t n, bool wanted) {
  for (uint32_t i = 0; i < o->plan->n_columns; i++)
    if (!x->filter || x->in_filter[i] == wanted)
      SONDE_TRY(vec_read(x->vecs[i], x->row, n, &o->plan->columns[i].type, &x->dicts[i], &o->cols[i],
                         &o->scratch, o->run->err));
  return SONDE_OK;
}

/* Rows that the filter kept, of a column that it did not look at. */
static sonde_code read_kept(op *o, scan_op *x, uint32_t i, uint32_t n, const uint32_t *rows, uint32_t kept) {
  const sql_type *t = &o->plan->columns[i].type;
  col all;
  if (kept < n / 4 && vec_reads_rows(x->vecs[i], t))
    return vec_read_rows(x->vecs[i], x->row, rows, kept, t, &o->cols[i], &o->scratch, o->run->err);
  SONDE_TRY(vec_read(x->vecs[i], x->row, n, t, &x->dicts[i], &all, &o->scratch, o->run->err));
  return col_gather(&all, rows, kept, &o->cols[i], &o->scratch, o->run->err);
}

static sonde_code keep_rows(op *o, scan_op *x, const uint32_t *rows, uint32_t kept, batch *b) {
  batch all = *b;
  b->n = kept;
  if (kept == 0) return SONDE_OK;
  if (kept == all.n) return decode(o, x, kept, false);
  SONDE_TRY(op_keep_rows(o, &all, rows, kept, b));
  for (uint32_t i = 0; i < o->plan->n_columns; i++)
    if (!x->in_filter[i]) SONDE_TRY(read_kept(o, x, i, all.n, rows, kept));
  return SONDE_OK;
}

static sonde_code read_rows(op *o, scan_op *x, uint32_t n, batch *b) {
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  arena_reset(&o->scratch);
  SONDE_TRY(decode(o, x, n, true));
  if (!x->filter) return SONDE_OK;
  for (uint32_t i = 0; i < b->n_cols; i++) /* they come later */
    if (!x->in_filter[i]) o->cols[i] = (col){.form = COL_CONST, .type = &o->plan->columns[i].type};
  uint32_t *rows = arena_array(&o->scratch, n, sizeof *rows, o->run->err), kept;
  if (!rows) return o->run->err->code;
  SONDE_TRY(node_select(x->filter, b, &o->scratch, rows, &kept));
  return keep_rows(o, x, rows, kept, b);
}

static step next_scan(op *o, batch *b) {
  scan_op *x = o->self;
  for (;;) {
    if (!x->open && x->block >= tables_of(o)->blocks(tables_of(o)->self, o->plan->u.scan.table))
      return STEP_END;
    if (!x->open) {
      step s = open_block(o, x);
      if (s != STEP_ROWS) return s;
    }
    uint32_t left = x->rows - x->row, n = left < BATCH_ROWS ? left : BATCH_ROWS;
    if (n == 0) {
      close_block(o, x);
      x->block++;
      return STEP_WAIT;
    }
    if (read_rows(o, x, n, b) != SONDE_OK) return STEP_FAIL;
    x->row += n;
    if (b->n) return STEP_ROWS;
  }
}

static void close_scan(op *o) {
  scan_op *x = o->self;
  close_block(o, x);
  arena_free(&x->block_memory);
}
static const op_class scan_class = {.next = next_scan, .close = close_scan};

sonde_code op_scan(op *o) {
  uint32_t n = o->plan->n_columns;
  o->class = &scan_class;
  scan_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  arena_init(&x->block_memory, o->run->mem);
  x->vecs = arena_array(&o->memory, n + 1u, sizeof *x->vecs, o->run->err);
  x->dicts = arena_zero(&o->memory, (n + 1u) * sizeof *x->dicts, o->run->err);
  x->in_filter = arena_zero(&o->memory, n + 1u, o->run->err);
  if (!x->vecs || !x->dicts || !x->in_filter) return o->run->err->code;
  if (!o->plan->u.scan.filter) return SONDE_OK;
  x->filter = node_make(o->run, o->plan->u.scan.filter);
  if (!x->filter) return o->run->err->code;
  uint32_t n_used;
  const uint32_t *used = node_columns(x->filter, &n_used);
  for (uint32_t i = 0; i < n_used; i++) x->in_filter[used[i]] = true;
  return SONDE_OK;
}
