/* {"job":"import"}: exact types, statistics, bad rows; columns are kept where memory allows. Columns whose blocks turned out
 * to be of types that do not merge are read a second time in their final form; of a union of imported files only that is left to do. */
#include "api/job.h"

typedef struct {
  bool keep;
  bool second;
  uint32_t n_stale;
  uint32_t *stale; /* columns of the second round */
} importing;

static uint32_t import_block_of(sonde_job *j, uint32_t id) {
  (void)j;
  return id;
}

static void put_plan(const table *t, uint32_t c, bool second, buf *out) {
  bool fixed = second || t->forced[c];
  buf_u32(out, c);
  buf_u8(out, fixed ? CSV_FIXED : CSV_INFER);
  put_form(out, t->forms[c]);
  put_seen(out, &t->seen[c]);
}

static uint32_t columns_of(const sonde_job *j) {
  const importing *x = j->self;
  return x->second ? x->n_stale : j->table->columns;
}

static uint32_t column_of(const importing *x, uint32_t i) { return x->second ? x->stale[i] : i; }

static sonde_code put_refs(sonde_job *j, uint32_t b, buf *out, sonde_error *err) {
  const table *t = j->table;
  uint32_t n = columns_of(j);
  column_ref *refs = arena_zero(&j->scratch, n * sizeof *refs, err);
  if (!refs) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t c = column_of(j->self, i);
    refs[i] = (column_ref){.column = c, .form = t->forms[c]};
  }
  return table_put_refs(t, b, refs, n, out, &j->scratch, err);
}

static sonde_code import_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  importing *x = j->self;
  fragment_head h;
  table_head(j->table, FRAGMENT_IMPORT, id, &h);
  fragment_put_head(out, &h);
  bool typed = j->table->imported;
  buf_u8(out, x->keep);
  buf_u8(out, typed);
  if (typed) return put_refs(j, id, out, err);
  buf_u32(out, columns_of(j));
  for (uint32_t i = 0; i < columns_of(j); i++) put_plan(j->table, column_of(x, i), x->second, out);
  return buf_status(out, err);
}

static sonde_code accept_bad(sonde_job *j, const block *b, rd *r, bool listed, sonde_error *err) {
  uint32_t total = rd_u32(r), n = rd_count(r, 21);
  if (listed) j->table->n_bad += total;
  for (uint32_t i = 0; i < n; i++) {
    bad_row x = {.row = b->first_row + rd_u32(r)};
    x.line = b->first_line + rd_u32(r) + 1;
    x.offset = rd_u64(r);
    x.reason = rd_u8(r);
    x.found = rd_u32(r);
    if (listed) SONDE_TRY(table_list_bad(j->engine, j->table, x, err));
  }
  return SONDE_OK;
}

static sonde_code accept_columns(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  importing *x = j->self;
  table *t = j->table;
  double *sum = sums_of(&t->sums, id, err);
  if (!sum) return err->code;
  for (uint32_t i = 0; i < t->sums.width; i++) {
    uint32_t c = column_of(x, i);
    uint8_t mode = rd_u8(r);
    csv_seen seen = get_seen(r);
    get_form(r);
    if (mode == CSV_INFER) {
      csv_seen_join(&t->seen[c], &seen);
      t->forms[c] = csv_resolve(&t->seen[c]);
    }
    SONDE_TRY(stats_merge(&t->stats[c], r, &sum[i], &t->memory, err));
  }
  return SONDE_OK;
}

static void add_sums(sonde_job *j) {
  table *t = j->table;
  for (const double *sum; (sum = sums_next(&t->sums)) != NULL; sums_pass(&t->sums))
    for (uint32_t i = 0; i < t->sums.width; i++) stats_add(&t->stats[column_of(j->self, i)], sum[i]);
}

static sonde_code accept_block(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  importing *x = j->self;
  block *b = &j->table->blocks[id];
  uint32_t rows = rd_u32(r);
  SONDE_CHECK(rows == b->rows, err, SONDE_BYTES, b->row_begin, "the file changed while it was being read");
  SONDE_TRY(accept_columns(j, id, r, err));
  add_sums(j);
  SONDE_TRY(accept_bad(j, b, r, !x->second, err));
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "the result of an import is cut short");
  b->imported = true;
  j->progress.done_bytes += b->end - b->begin;
  j->progress.rows += rows;
  return SONDE_OK;
}

/* Nothing of the import is there any more: half a block may have been merged. */
static void forget(table *t) {
  for (uint32_t b = 0; b < t->n_blocks; b++) t->blocks[b].imported = false;
  for (uint32_t c = 0; c < t->columns; c++) {
    stats_clear(&t->stats[c]);
    t->stats[c].stale = false;
  }
  t->n_bad = t->n_bad_listed = 0;
  sums_free(&t->sums);
}

static sonde_code import_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  sonde_code code = accept_block(j, id, r, err);
  if (code != SONDE_OK && !((importing *)j->self)->second) forget(j->table);
  return code;
}

static sonde_code find_stale(sonde_job *j, sonde_error *err) {
  importing *x = j->self;
  table *t = j->table;
  uint32_t n = t->columns;
  x->stale = arena_array(&j->memory, n, 4, err);
  if (!x->stale) return err->code;
  for (uint32_t c = 0; c < n; c++) {
    if (stats_hold(&t->stats[c], t->forms[c])) continue;
    x->stale[x->n_stale++] = c;
    stats_clear(&t->stats[c]);
  }
  return SONDE_OK;
}

static sonde_step finish(sonde_job *j) {
  importing *x = j->self;
  table *t = j->table;
  for (uint32_t i = 0; x->second && i < x->n_stale; i++) t->stats[x->stale[i]].stale = false;
  sums_free(&t->sums);
  table_sort_bad(t);
  t->imported = t->profiled = true;
  return SONDE_DONE;
}

static sonde_code begin_round(sonde_job *j, sonde_error *err) {
  importing *x = j->self;
  table *t = j->table;
  bool goes_on = !x->second && t->sums.waiting; /* after an import that was cancelled */
  if (!goes_on) SONDE_TRY(sums_begin(&t->sums, &j->engine->mem, t->n_blocks, columns_of(j), err));
  return split_begin(j, t->n_blocks, err);
}

static sonde_code begin_first(sonde_job *j, sonde_error *err) {
  const table *t = j->table;
  SONDE_TRY(begin_round(j, err));
  for (uint32_t b = 0; b < t->n_blocks; b++) {
    if (!t->blocks[b].imported) continue;
    j->split.state[b] = FRAGMENT_DONE;
    j->split.n_done++;
    j->progress.done_bytes += t->blocks[b].end - t->blocks[b].begin;
    j->progress.rows += t->blocks[b].rows;
  }
  return SONDE_OK;
}

static sonde_step begin_second(sonde_job *j, sonde_error *err) {
  importing *x = j->self;
  if (find_stale(j, err) != SONDE_OK) return SONDE_FAIL;
  if (x->n_stale == 0) return finish(j);
  x->second = true;
  return begin_round(j, err) == SONDE_OK ? SONDE_YIELD : SONDE_FAIL;
}

static sonde_step import_step(sonde_job *j, sonde_error *err) {
  const importing *x = j->self;
  const table *t = j->table;
  if (j->phase == 0) {
    j->phase = 1;
    j->progress.total_bytes = t->size - t->sniffed.dialect.data_at;
    if (t->n_members) return begin_second(j, err);
    if (begin_first(j, err) != SONDE_OK) return SONDE_FAIL;
  }
  sonde_step s = split_step(j, err);
  if (s != SONDE_DONE) return s;
  return x->second ? finish(j) : begin_second(j, err);
}

static const job_kind import_kind = {
    .step = import_step, .encode = import_encode, .accept = import_accept, .block_of = import_block_of};

sonde_code import_start(sonde_job *j, const json *spec, sonde_error *err) {
  SONDE_CHECK(j->table && j->table->indexed, err, SONDE_MISUSE, 0, "the table has to be indexed first");
  importing *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  x->keep = json_bool(json_get(spec, "keep"), true);
  j->self = x;
  j->kind = &import_kind;
  return SONDE_OK;
}
