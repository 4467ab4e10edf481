/* Operators that look at one batch at a time: values, filter, project, limit, sample, range. */
#include "exec/query/operator/op.h"
#include "exec/query/time/calendar.h"

#include <math.h>

/* ---- values ---- */

typedef struct {
  node **cells;
  uint32_t at;
} values_op;

static sonde_code value_columns(op *o, uint32_t n, batch *b) {
  values_op *x = o->self;
  batch one = {.n = 1};
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t c = 0; c < b->n_cols; c++) {
    SONDE_TRY(col_new(&o->cols[c], &o->plan->columns[c].type, n, true, &o->scratch, o->run->err));
    for (uint32_t r = 0; r < n; r++) {
      col v;
      SONDE_TRY(node_eval(x->cells[(x->at + r) * b->n_cols + c], &one, &o->scratch, &v));
      if (col_valid(&v, 0))
        col_put(&o->cols[c], r, col_cell(&v, 0));
      else
        col_put_null(&o->cols[c], r);
    }
  }
  x->at += n;
  return SONDE_OK;
}

static step next_values(op *o, batch *b) {
  values_op *x = o->self;
  uint32_t left = o->plan->u.values.n_rows - x->at;
  if (left == 0) return STEP_END;
  arena_reset(&o->scratch);
  return rows_or_fail(value_columns(o, left < BATCH_ROWS ? left : BATCH_ROWS, b));
}
static const op_class values_class = {.next = next_values};

sonde_code op_values(op *o) {
  o->class = &values_class;
  values_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  return op_nodes(o, o->plan->u.values.cells, o->plan->u.values.n_rows * o->plan->n_columns, &x->cells);
}

/* ---- filter ---- */

static step next_filter(op *o, batch *b) {
  node *condition = o->self;
  for (;;) {
    batch in;
    step s = op_next(o->in[0], &in);
    if (s != STEP_ROWS) return s;
    arena_reset(&o->scratch);
    uint32_t *rows = arena_array(&o->scratch, in.n + 1u, sizeof *rows, o->run->err), n;
    if (!rows || node_select(condition, &in, &o->scratch, rows, &n) != SONDE_OK) return STEP_FAIL;
    if (n) return rows_or_fail(op_keep_rows(o, &in, rows, n, b));
  }
}
static const op_class filter_class = {.next = next_filter};

sonde_code op_filter(op *o) {
  o->class = &filter_class;
  o->self = node_make(o->run, o->plan->u.filter.condition);
  return o->self ? SONDE_OK : o->run->err->code;
}

/* ---- project ---- */

static step next_project(op *o, batch *b) {
  node **exprs = o->self;
  batch in;
  step s = op_next(o->in[0], &in);
  if (s != STEP_ROWS) return s;
  arena_reset(&o->scratch);
  *b = (batch){.n = in.n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t i = 0; i < b->n_cols; i++)
    if (node_eval(exprs[i], &in, &o->scratch, &o->cols[i]) != SONDE_OK) return STEP_FAIL;
  return STEP_ROWS;
}
static const op_class project_class = {.next = next_project};

sonde_code op_project(op *o) {
  node **exprs;
  SONDE_TRY(op_nodes(o, o->plan->u.project.exprs, o->plan->n_columns, &exprs));
  o->class = &project_class;
  o->self = exprs;
  return SONDE_OK;
}

/* ---- limit ---- */

typedef struct {
  uint64_t skip, left;
  double percent; /* < 0: none; then rows are gathered first */
  rowset all;
  uint32_t at;
  bool gathered;
} limit_op;

static step gather_percent(op *o, limit_op *x) {
  step s = op_collect(o->in[0], &x->all, o->run->err);
  if (s != STEP_END) return s;
  x->left = (uint64_t)floor((double)x->all.n * x->percent / 100);
  x->gathered = true;
  return STEP_ROWS;
}

static step next_limit(op *o, batch *b) {
  limit_op *x = o->self;
  arena_reset(&o->scratch);
  if (x->percent >= 0 && !x->gathered) {
    step s = gather_percent(o, x);
    if (s != STEP_ROWS) return s;
  }
  while (x->left) {
    batch in;
    step s = x->gathered ? op_emit(o, &x->all, &x->at, &in) : op_next(o->in[0], &in);
    if (s != STEP_ROWS) return s;
    uint32_t skip = x->skip < in.n ? (uint32_t)x->skip : in.n;
    x->skip -= skip;
    if (skip == in.n) continue;
    uint32_t n = in.n - skip;
    if (n > x->left) n = (uint32_t)x->left;
    x->left -= n;
    *b = (batch){.n = n, .n_cols = in.n_cols, .cols = o->cols};
    for (uint32_t i = 0; i < in.n_cols; i++) o->cols[i] = col_slice(&in.cols[i], skip);
    return STEP_ROWS;
  }
  return STEP_END;
}

static void close_limit(op *o) { rowset_free(&((limit_op *)o->self)->all); }
static const op_class limit_class = {.next = next_limit, .close = close_limit};

static sonde_code count_of(op *o, const expr *e, uint64_t fallback, uint64_t *out) {
  value v;
  *out = fallback;
  if (!e) return SONDE_OK;
  SONDE_TRY(expr_value(o->run, e, &v));
  SONDE_CHECK(v.null || v.v.i >= 0, o->run->err, SONDE_VALUE, e->at, "LIMIT and OFFSET cannot be negative");
  if (!v.null) *out = (uint64_t)v.v.i;
  return SONDE_OK;
}

sonde_code op_limit(op *o) {
  const expr *limit = o->plan->u.limit.limit;
  o->class = &limit_class;
  limit_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  x->percent = -1;
  SONDE_TRY(count_of(o, o->plan->u.limit.offset, 0, &x->skip));
  if (!limit || limit->type.id != SQL_DOUBLE) return count_of(o, limit, UINT64_MAX, &x->left);
  value v;
  SONDE_TRY(expr_value(o->run, limit, &v));
  SONDE_CHECK(v.null || (v.v.f >= 0 && v.v.f <= 100), o->run->err, SONDE_VALUE, limit->at,
              "LIMIT is from 0 to 100 percent");
  x->percent = v.null ? 100 : v.v.f;
  const sql_type **types = column_types(o, o->plan);
  return types ? rowset_init(&x->all, o->run->mem, types, o->plan->n_columns, o->run->err)
               : o->run->err->code;
}

/* ---- sample ---- */

typedef struct {
  run random;
  rowset kept; /* reservoir of a fixed size */
  uint64_t seen;
  uint32_t *slots, n, at;
  bool full;
} sample_op;

static double fraction(sample_op *x) { return (double)(random_next_u64(&x->random) >> 11) * 0x1p-53; }

static step next_percent(op *o, batch *b) {
  sample_op *x = o->self;
  for (;;) {
    batch in;
    step s = op_next(o->in[0], &in);
    if (s != STEP_ROWS) return s;
    arena_reset(&o->scratch);
    uint32_t *rows = arena_array(&o->scratch, in.n, sizeof *rows, o->run->err), n = 0;
    if (!rows) return STEP_FAIL;
    double p = o->plan->u.sample.size / 100;
    bool whole = o->plan->u.sample.blocks, taken = whole && fraction(x) < p;
    for (uint32_t i = 0; i < in.n; i++)
      if (whole ? taken : fraction(x) < p) rows[n++] = i;
    if (n) return rows_or_fail(op_keep_rows(o, &in, rows, n, b));
  }
}

/* Algorithm R: row k of n seen takes a random slot with probability size / k. */
static sonde_code reservoir(op *o, sample_op *x, const batch *in) {
  uint32_t size = (uint32_t)o->plan->u.sample.size;
  for (uint32_t i = 0; i < in->n; i++) {
    uint64_t at = x->seen++ < size ? x->seen - 1 : random_next_u64(&x->random) % x->seen;
    if (at >= size) continue;
    x->slots[at] = x->kept.n;
    if (x->n < size) x->n++;
    SONDE_TRY(rowset_append_rows(&x->kept, in, &i, 1, o->run->err));
  }
  return SONDE_OK;
}

static step next_reservoir(op *o, batch *b) {
  sample_op *x = o->self;
  while (!x->full) {
    batch in;
    step s = op_next(o->in[0], &in);
    x->full = s == STEP_END;
    if (s == STEP_FAIL || s == STEP_WAIT) return s;
    if (s == STEP_ROWS && reservoir(o, x, &in) != SONDE_OK) return STEP_FAIL;
  }
  uint32_t n = x->n - x->at < BATCH_ROWS ? x->n - x->at : BATCH_ROWS;
  if (n == 0) return STEP_END;
  arena_reset(&o->scratch);
  *b = (batch){.n = n, .n_cols = o->plan->n_columns, .cols = o->cols};
  for (uint32_t i = 0; i < b->n_cols; i++)
    if (rowset_gather(&x->kept, i, x->slots + x->at, n, &o->cols[i], &o->scratch, o->run->err) != SONDE_OK)
      return STEP_FAIL;
  x->at += n;
  return STEP_ROWS;
}

static void close_sample(op *o) { rowset_free(&((sample_op *)o->self)->kept); }
static const op_class percent_class = {.next = next_percent, .close = close_sample},
                      reservoir_class = {.next = next_reservoir, .close = close_sample};

sonde_code op_sample(op *o) {
  bool percent = o->plan->u.sample.percent;
  o->class = percent ? &percent_class : &reservoir_class;
  sample_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  x->random.random = o->plan->u.sample.seeded ? o->plan->u.sample.seed : random_next_u64(o->run);
  if (percent) return SONDE_OK;
  SONDE_CHECK(o->plan->u.sample.size <= 1e7, o->run->err, SONDE_LIMIT, 0,
              "a sample has at most 10,000,000 rows");
  x->slots = arena_array(&o->memory, (size_t)o->plan->u.sample.size + 1, sizeof *x->slots, o->run->err);
  const sql_type **types = column_types(o, o->plan);
  if (!x->slots || !types) return o->run->err->code;
  return rowset_init(&x->kept, o->run->mem, types, o->plan->n_columns, o->run->err);
}

/* ---- range ---- */

typedef struct {
  bool empty, by_interval;
  int64_t next, stop, step;
  interval by;
} range_op;

static bool range_goes_on(const range_op *x, bool inclusive) {
  bool down = x->by_interval ? (x->by.months < 0 || x->by.days < 0 || x->by.micros < 0) : x->step < 0;
  if (x->empty) return false;
  if (inclusive && x->next == x->stop) return true;
  return down ? x->next > x->stop : x->next < x->stop;
}

static void range_advance(range_op *x) {
  int64_t days;
  if (!x->by_interval) {
    x->empty = __builtin_add_overflow(x->next, x->step, &x->next);
    return;
  }
  if (x->by.months) {
    int64_t day = x->next / 86400000000 - (x->next % 86400000000 < 0), rest = x->next - day * 86400000000;
    x->empty = !date_add_months(day, x->by.months, &days);
    x->next = days * 86400000000 + rest;
  }
  x->next += x->by.days * (int64_t)86400000000 + x->by.micros;
}

static step next_range(op *o, batch *b) {
  range_op *x = o->self;
  uint32_t n = 0;
  arena_reset(&o->scratch);
  if (col_new(&o->cols[0], &o->plan->columns[0].type, BATCH_ROWS, false, &o->scratch, o->run->err) !=
      SONDE_OK)
    return STEP_FAIL;
  int64_t *lanes = col_lanes(&o->cols[0]);
  for (; n < o->run->batch_rows && range_goes_on(x, o->plan->u.range.inclusive); range_advance(x))
    lanes[n++] = x->next;
  *b = (batch){.n = n, .n_cols = 1, .cols = o->cols};
  return n ? STEP_ROWS : STEP_END;
}
static const op_class range_class = {.next = next_range};

sonde_code op_range(op *o) {
  value start, stop, by;
  o->class = &range_class;
  range_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  SONDE_TRY(expr_value(o->run, o->plan->u.range.start, &start));
  SONDE_TRY(expr_value(o->run, o->plan->u.range.stop, &stop));
  SONDE_TRY(expr_value(o->run, o->plan->u.range.step, &by));
  x->empty = start.null || stop.null || by.null;
  if (x->empty) return SONDE_OK;
  x->next = start.v.i;
  x->stop = stop.v.i;
  x->by_interval = o->plan->u.range.step->type.id == SQL_INTERVAL;
  if (x->by_interval)
    x->by = interval_of(by.v.w);
  else
    x->step = by.v.i;
  bool stands = x->by_interval ? !x->by.months && !x->by.days && !x->by.micros : !x->step;
  SONDE_CHECK(!stands, o->run->err, SONDE_VALUE, o->plan->u.range.step->at,
              "the step of a range cannot be 0");
  return SONDE_OK;
}

/* ---- one row without columns, and no row ---- */

static step next_one(op *o, batch *b) {
  bool *done = o->self;
  if (*done) return STEP_END;
  *done = true;
  *b = (batch){.n = 1, .cols = o->cols};
  return STEP_ROWS;
}
static step next_none(op *o, batch *b) {
  (void)o;
  (void)b;
  return STEP_END;
}
static const op_class one_class = {.next = next_one}, none_class = {.next = next_none};

sonde_code op_one(op *o) {
  o->class = &one_class;
  return op_self(o, sizeof(bool)) ? SONDE_OK : o->run->err->code;
}
sonde_code op_none(op *o) {
  o->class = &none_class;
  return SONDE_OK;
}
