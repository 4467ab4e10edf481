/* Tables, block by block: compact columns become lanes 2048 rows at a time, dictionaries stay dictionaries. */
#include "column/page.h"
#include "exec/query/batch/vec_read.h"
#include "exec/query/scan/fetch.h"
#include "exec/query/scan/key_filter.h"
#include "exec/query/scan/span_filter.h"

#define FEW 4u /* less than a quarter of the rows are read one by one */
#define VAIN_MAX 16u
#define SPANS_MAX 4u

typedef struct {
  node *filter;
  node *first, *rest;    /* conditions of the filter; `rest` is NULL if there is only one */
  span spans[SPANS_MAX]; /* that the filter begins with */
  uint32_t n_spans;
  key_filter *keys; /* from joins further up */
  /* Which of the columns loaded are decoded when: often no row is left after the first condition, or after the others. */
  bool *in_first, *in_rest, *outside;
  uint32_t vain;              /* batches of which the first condition left many rows */
  uint32_t *loaded, n_loaded; /* columns that are looked at at all */
  uint32_t *numbers;          /* theirs in the table */
  const vec **loaded_vecs;
  const uint32_t *picked; /* rows of the last answer, counted from `from`; NULL: all from there on */
  uint32_t from, n_picked;
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
  if (x->n_loaded)
    s = t->columns(t->self, table, x->block, x->numbers, x->n_loaded, x->loaded_vecs, &x->held, o->run->err);
  if (s != STEP_ROWS) return s;
  x->open = true;
  x->row = 0;
  x->vain = 0;
  x->rows = t->rows(t->self, table, x->block);
  arena_reset(&x->block_memory);
  for (uint32_t k = 0; k < x->n_loaded; k++) {
    uint32_t i = x->loaded[k];
    x->vecs[i] = x->loaded_vecs[k];
    if (dictionary_open(o->run, x->vecs[i], &o->plan->columns[i].type, &x->block_memory, &x->dicts[i]) !=
        SONDE_OK)
      return STEP_FAIL;
  }
  return STEP_ROWS;
}

static void close_block(op *o, scan_op *x) {
  if (!x->open) return;
  if (x->n_loaded) tables_of(o)->release(tables_of(o)->self, x->loaded_vecs, x->n_loaded, x->held);
  x->open = false;
}

static sonde_code decode(op *o, scan_op *x, uint32_t n, const bool *which) {
  for (uint32_t i = 0; i < o->plan->n_columns; i++)
    if (which[i])
      SONDE_TRY(vec_read(x->vecs[i], x->row, n, &o->plan->columns[i].type, &x->dicts[i], &o->cols[i],
                         &o->scratch, o->run->err));
  return SONDE_OK;
}

/* Rows of a column that the filter did not look at. */
static sonde_code read_kept(op *o, scan_op *x, uint32_t i, uint32_t n, const uint32_t *rows, uint32_t kept) {
  const sql_type *t = &o->plan->columns[i].type;
  col all;
  if (kept < n / FEW && vec_reads_rows(x->vecs[i], t))
    return vec_read_rows(x->vecs[i], x->row, rows, kept, t, &o->cols[i], &o->scratch, o->run->err);
  SONDE_TRY(vec_read(x->vecs[i], x->row, n, t, &x->dicts[i], &all, &o->scratch, o->run->err));
  return col_gather(&all, rows, kept, &o->cols[i], &o->scratch, o->run->err);
}

/* `rows` are of the n rows read, `places` the same ones in the batch, which has the filter's columns so far. */
static sonde_code keep_rows(op *o, scan_op *x, uint32_t n, const uint32_t *rows, const uint32_t *places,
                            uint32_t kept, batch *b) {
  batch all = *b;
  b->n = kept;
  x->picked = rows;
  x->n_picked = kept;
  if (kept == 0) return SONDE_OK;
  if (kept == n) return decode(o, x, kept, x->outside);
  SONDE_TRY(op_keep_rows(o, &all, places, kept, b));
  for (uint32_t i = 0; i < o->plan->n_columns; i++)
    if (x->outside[i]) SONDE_TRY(read_kept(o, x, i, n, rows, kept));
  return SONDE_OK;
}

/* The other conditions, for the rows that the first one left. */
static sonde_code read_few(op *o, scan_op *x, uint32_t n, uint32_t *rows, uint32_t few, batch *b) {
  uint32_t *places = arena_array(&o->scratch, few, sizeof *places, o->run->err), kept;
  if (!places) return o->run->err->code;
  for (uint32_t i = 0; i < o->plan->n_columns; i++) {
    const col all = o->cols[i];
    if (x->in_rest[i]) SONDE_TRY(read_kept(o, x, i, n, rows, few));
    if (x->in_first[i]) SONDE_TRY(col_gather(&all, rows, few, &o->cols[i], &o->scratch, o->run->err));
  }
  b->n = few;
  SONDE_TRY(node_select(x->rest, b, &o->scratch, places, &kept));
  kept = key_filter_apply(x->keys, b, places, kept);
  for (uint32_t i = 0; i < kept; i++) rows[i] = rows[places[i]];
  return keep_rows(o, x, n, rows, places, kept, b);
}

/* The filter, then the keys of joins. */
static sonde_code select_rows(op *o, scan_op *x, const batch *b, uint32_t *rows, uint32_t *n) {
  if (x->filter) SONDE_TRY(node_select(x->filter, b, &o->scratch, rows, n));
  for (uint32_t i = 0; !x->filter && i < b->n; i++) rows[i] = i;
  *n = key_filter_apply(x->keys, b, rows, x->filter ? *n : b->n);
  return SONDE_OK;
}

static bool spans_miss_rows(const op *o, const scan_op *x, uint32_t n) {
  for (uint32_t i = 0; i < x->n_spans; i++) {
    uint32_t column = x->spans[i].column;
    if (span_misses_rows(&x->spans[i], x->vecs[column], &o->plan->columns[column].type, x->row, n))
      return true;
  }
  return false;
}

static sonde_code filter_rows(op *o, scan_op *x, uint32_t n, uint32_t *rows, batch *b) {
  uint32_t kept;
  if (spans_miss_rows(o, x, n)) return b->n = 0, SONDE_OK;
  SONDE_TRY(decode(o, x, n, x->in_first));
  if (x->rest && x->vain < VAIN_MAX) {
    SONDE_TRY(node_select(x->first, b, &o->scratch, rows, &kept));
    if (kept == 0) return b->n = 0, SONDE_OK;
    if (kept < n / FEW) return read_few(o, x, n, rows, kept, b);
    x->vain++;
  }
  SONDE_TRY(decode(o, x, n, x->in_rest));
  SONDE_TRY(select_rows(o, x, b, rows, &kept));
  return keep_rows(o, x, n, rows, rows, kept, b);
}

static sonde_code read_rows(op *o, scan_op *x, uint32_t n, batch *b) {
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  arena_reset(&o->scratch);
  x->picked = NULL;
  x->from = x->row;
  x->n_picked = n;
  if (!x->filter && !x->keys) return decode(o, x, n, x->outside);
  for (uint32_t i = 0; i < b->n_cols; i++) /* until they are read */
    o->cols[i] = (col){.form = COL_CONST, .type = &o->plan->columns[i].type};
  uint32_t *rows = arena_array(&o->scratch, n, sizeof *rows, o->run->err);
  return rows ? filter_rows(o, x, n, rows, b) : o->run->err->code;
}

/* A block whose numbers all lie outside of the keys' span has no row that a join would keep. */
static bool lies_outside(const vec *v, const sql_type *t, const join_table *keys) {
  if (v->form == VEC_NULL) return v->rows > 0;
  if (v->form != VEC_PACKED || v->width > 4 || v->type.id != column_type_of(t).id ||
      v->type.scale != column_type_of(t).scale)
    return false;
  int64_t most;
  if (__builtin_add_overflow(v->base, ((int64_t)1 << (8 * v->width)) - 1, &most)) return false;
  return join_table_excludes(keys, v->base, most);
}

static bool is_excluded(const op *o, const scan_op *x) {
  const plan_column *columns = o->plan->columns;
  for (const span *s = x->spans; s < x->spans + x->n_spans; s++)
    if (span_misses_block(s, x->vecs[s->column], &columns[s->column].type)) return true;
  for (const key_filter *f = x->keys; f; f = f->next)
    if (lies_outside(x->vecs[f->column], &columns[f->column].type, f->table)) return true;
  return false;
}

static bool is_ruled_out(const op *o, const scan_op *x) {
  const query_tables *t = tables_of(o);
  for (const span *s = x->spans; t->misses && s < x->spans + x->n_spans; s++) {
    column_type type = column_type_of(&o->plan->columns[s->column].type);
    if (t->misses(t->self, o->plan->u.scan.table, x->block, o->plan->u.scan.columns[s->column], type,
                  s->least, s->most))
      return true;
  }
  return false;
}

static void pass_over(const op *o, scan_op *x) {
  uint32_t blocks = tables_of(o)->blocks(tables_of(o)->self, o->plan->u.scan.table);
  while (x->block < blocks && is_ruled_out(o, x)) x->block++;
}

static step next_scan(op *o, batch *b) {
  scan_op *x = o->self;
  for (;;) {
    if (!x->open) pass_over(o, x);
    if (!x->open && x->block >= tables_of(o)->blocks(tables_of(o)->self, o->plan->u.scan.table))
      return STEP_END;
    if (!x->open) {
      step s = open_block(o, x);
      if (s != STEP_ROWS) return s;
    }
    if (x->row == 0 && is_excluded(o, x)) x->row = x->rows;
    uint32_t left = x->rows - x->row, n = left < o->run->batch_rows ? left : o->run->batch_rows;
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

sonde_code op_scan_places(const op *o, col *out, arena *a) {
  static const sql_type bigint = {.id = SQL_BIGINT};
  const scan_op *x = o->self;
  SONDE_TRY(col_new(out, &bigint, x->n_picked, false, a, o->run->err));
  int64_t *places = col_lanes(out), block = (int64_t)x->block << 32;
  for (uint32_t i = 0; i < x->n_picked; i++) places[i] = block | (x->from + (x->picked ? x->picked[i] : i));
  return SONDE_OK;
}

void op_scan_filter(op *o, uint32_t column, const join_table *t) {
  scan_op *x = o->self;
  if (o->needed && !o->needed[column]) return;
  key_filter *f = arena_alloc(&o->memory, sizeof *f, o->run->err);
  if (!f) return; /* nothing but time is lost */
  *f = (key_filter){.table = t, .column = column, .next = x->keys};
  x->keys = f;
  x->in_rest[column] |= x->outside[column];
  x->outside[column] = false;
}

static void mark_columns(scan_op *x, const node *condition, bool *which) {
  uint32_t n;
  const uint32_t *used = node_columns(condition, &n);
  for (uint32_t i = 0; i < n; i++) {
    which[used[i]] |= x->outside[used[i]];
    x->outside[used[i]] = false;
  }
}

static sonde_code open_filter(op *o, scan_op *x) {
  const expr *e = o->plan->u.scan.filter;
  bool several = e->kind == EXPR_AND && e->n_args > 1;
  if (!(x->filter = node_make(o->run, e))) return o->run->err->code;
  x->first = x->filter;
  x->n_spans = spans_of(e, x->spans, SPANS_MAX);
  if (several) {
    expr *others = arena_copy(&o->memory, e, sizeof *e, o->run->err);
    if (!others || !(x->first = node_make(o->run, e->args[0]))) return o->run->err->code;
    others->n_args--;
    others->args++;
    x->rest = node_make(o->run, others);
    if (!x->rest) return o->run->err->code;
  }
  mark_columns(x, x->first, x->in_first);
  if (several) mark_columns(x, x->rest, x->in_rest);
  return SONDE_OK;
}

static void choose_loaded(op *o, scan_op *x) {
  for (uint32_t i = 0; i < o->plan->n_columns; i++) {
    o->cols[i] = (col){.form = COL_CONST, .type = &o->plan->columns[i].type};
    if (o->needed && !o->needed[i]) x->outside[i] = false;
    if (!x->in_first[i] && !x->in_rest[i] && !x->outside[i]) continue;
    x->numbers[x->n_loaded] = o->plan->u.scan.columns[i];
    x->loaded[x->n_loaded++] = i;
  }
}

sonde_code op_scan(op *o) {
  uint32_t n = o->plan->n_columns;
  o->class = &scan_class;
  scan_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  arena_init(&x->block_memory, o->run->mem);
  x->vecs = arena_array(&o->memory, n + 1u, sizeof *x->vecs, o->run->err);
  x->dicts = arena_zero(&o->memory, (n + 1u) * sizeof *x->dicts, o->run->err);
  x->in_first = arena_zero(&o->memory, n + 1u, o->run->err);
  x->in_rest = arena_zero(&o->memory, n + 1u, o->run->err);
  x->outside = arena_zero(&o->memory, n + 1u, o->run->err);
  x->loaded = arena_array(&o->memory, n + 1u, sizeof *x->loaded, o->run->err);
  x->numbers = arena_array(&o->memory, n + 1u, sizeof *x->numbers, o->run->err);
  x->loaded_vecs = arena_array(&o->memory, n + 1u, sizeof *x->loaded_vecs, o->run->err);
  if (!x->vecs || !x->dicts || !x->in_first || !x->in_rest || !x->outside || !x->loaded || !x->numbers ||
      !x->loaded_vecs)
    return o->run->err->code;
  memset(x->outside, 1, n);
  if (o->plan->u.scan.filter) SONDE_TRY(open_filter(o, x));
  choose_loaded(o, x);
  return SONDE_OK;
}
