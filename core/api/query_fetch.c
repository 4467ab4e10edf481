/* Before a query runs: the columns that it reads here and that other engines keep are brought over, block by block as fragments, and
 * kept. To copy them is many times cheaper than to read them from their file again. */
#include "api/query_job.h"
#include "column/vec_wire.h"
#include "exec/refs.h"

#define VALUE_BYTES 8u /* a guess at what a value takes, when there has to be room for it */

struct fetched_table {
  fetched_table *next;
  const table *table;
  column_ref *refs; /* columns that some block lacks here */
  uint32_t n_refs;
  uint32_t *blocks, n_blocks; /* those that do */
};

/* ---- what is lacking ---- */

static bool is_kept(asking *x, const table *t, uint32_t b, const column_ref *ref) {
  sonde_error err;
  const column_ref *full;
  fragment_head h;
  if (table_refs(t, b, ref, 1, &full, &x->job->scratch, &err) != SONDE_OK) return false;
  table_head(t, FRAGMENT_COLUMNS, b, &h);
  return !ref_is_stored(full) ||
         store_column(&x->job->engine->store, h.table, h.block, full->stored, full->form) != NULL;
}

static bool lacks(asking *x, const table *t, const column_ref *ref) {
  for (uint32_t b = 0; b < t->n_blocks; b++)
    if (!is_kept(x, t, b, ref)) return true;
  return false;
}

bool query_fits(asking *x, uint32_t table_number, uint32_t columns) {
  const table *t = x->tables[table_number];
  uint64_t most = x->job->engine->store.keep_limit / 4 * 3;
  return t->rows * columns <= most / VALUE_BYTES;
}

/* Scans of one table are served together. */
static fetched_table *fetch_of(asking *x, const table *t, sonde_error *err) {
  arena *memory = &x->job->memory;
  for (fetched_table *f = x->fetches; f; f = f->next)
    if (f->table == t) return f;
  fetched_table *f = arena_zero(memory, sizeof *f, err);
  if (!f) return NULL;
  f->table = t;
  f->refs = arena_zero(memory, t->columns * sizeof *f->refs, err);
  f->blocks = arena_array(memory, t->n_blocks, sizeof *f->blocks, err);
  if (!f->refs || !f->blocks) return NULL;
  f->next = x->fetches;
  x->fetches = f;
  return f;
}

static bool brings(const fetched_table *f, uint32_t column) {
  for (uint32_t i = 0; i < f->n_refs; i++)
    if (f->refs[i].column == column) return true;
  return false;
}

static sonde_code add_column(asking *x, const table *t, uint32_t column, sonde_error *err) {
  const column_ref ref = {.column = column, .form = t->forms[column]};
  if (!lacks(x, t, &ref)) return SONDE_OK;
  fetched_table *f = fetch_of(x, t, err);
  if (!f) return err->code;
  if (!brings(f, column)) f->refs[f->n_refs++] = ref;
  return SONDE_OK;
}

static sonde_code add_table(asking *x, const plan *scan, sonde_error *err) {
  const table *t = x->tables[scan->u.scan.table];
  if (t->format == FORMAT_MEMORY || t->n_blocks < 2) return SONDE_OK;
  if (x->everywhere || !query_fits(x, scan->u.scan.table, scan->n_columns)) return SONDE_OK;
  for (uint32_t i = 0; i < scan->n_columns; i++) SONDE_TRY(add_column(x, t, scan->u.scan.columns[i], err));
  return SONDE_OK;
}

/* The scans that run here: not those within stages. */
static sonde_code add_scans(asking *x, const plan *p, sonde_error *err) {
  if (p->kind == PLAN_SCAN) return add_table(x, p, err);
  for (unsigned i = 0; i < p->n_inputs; i++) SONDE_TRY(add_scans(x, p->input[i], err));
  if (p->kind != PLAN_EXCHANGE) return SONDE_OK;
  for (uint32_t i = 0; i < p->u.exchange.n_sides; i++) SONDE_TRY(add_scans(x, p->u.exchange.sides[i], err));
  return p->u.exchange.from ? add_scans(x, p->u.exchange.from, err) : SONDE_OK;
}

static void list_blocks(asking *x, fetched_table *f) {
  for (uint32_t b = 0; b < f->table->n_blocks; b++) {
    uint32_t i = 0;
    while (i < f->n_refs && is_kept(x, f->table, b, &f->refs[i])) i++;
    if (i < f->n_refs) f->blocks[f->n_blocks++] = b;
  }
}

sonde_code query_fetch(asking *x, sonde_error *err) {
  x->fetches = NULL;
  if (!x->in_parts) return SONDE_OK;
  SONDE_TRY(add_scans(x, x->cut.root ? x->cut.root : x->statement.query.root, err));
  for (fetched_table *f = x->fetches; f; f = f->next) list_blocks(x, f);
  return SONDE_OK;
}

/* ---- one table after the other ---- */

sonde_step query_fetch_step(asking *x, sonde_error *err) {
  sonde_job *j = x->job;
  if (!x->fetching) {
    if (split_begin(j, x->fetches->n_blocks, err) != SONDE_OK) return SONDE_FAIL;
    j->split.table = x->fetches->table;
    x->fetching = true;
  }
  sonde_step s = split_step(j, err);
  if (s != SONDE_DONE) return s;
  split_end(j);
  x->fetching = false;
  x->fetches = x->fetches->next;
  return SONDE_YIELD;
}

uint32_t fetch_block_of(sonde_job *j, uint32_t id) { return ((asking *)j->self)->fetches->blocks[id]; }

sonde_code fetch_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  const fetched_table *f = ((asking *)j->self)->fetches;
  fragment_head h;
  table_head(f->table, FRAGMENT_COLUMNS, f->blocks[id], &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(f->table, f->blocks[id], f->refs, f->n_refs, out, &j->scratch, err));
  return buf_status(out, err);
}

/* Columns of a file, ascending and each once, as the store has them. */
static sonde_code take_columns(part *p, const column_ref *full, uint32_t n, uint32_t rows, rd *r,
                               sonde_error *err) {
  arena *memory = &p->chunk.memory;
  p->columns = arena_array(memory, n, sizeof *p->columns, err);
  p->forms = arena_array(memory, n, sizeof *p->forms, err);
  p->chunk.vecs = arena_zero(memory, n * sizeof *p->chunk.vecs, err);
  if (!p->columns || !p->forms || !p->chunk.vecs) return err->code;
  p->chunk.rows = rows;
  for (uint32_t i = 0; i < n; i++) {
    vec v;
    SONDE_TRY(vec_get(r, memory, &v, err));
    SONDE_CHECK(v.rows == rows, err, SONDE_CORRUPT, 0, "a column that another engine sent has %u rows of %u",
                v.rows, rows);
    if (!ref_is_stored(&full[i])) continue;
    uint32_t at = p->n_columns;
    while (at > 0 && p->columns[at - 1] > full[i].stored) at--;
    if (at > 0 && p->columns[at - 1] == full[i].stored) continue;
    memmove(p->columns + at + 1, p->columns + at, (p->n_columns - at) * sizeof *p->columns);
    memmove(p->forms + at + 1, p->forms + at, (p->n_columns - at) * sizeof *p->forms);
    memmove(p->chunk.vecs + at + 1, p->chunk.vecs + at, (p->n_columns - at) * sizeof *p->chunk.vecs);
    p->columns[at] = full[i].stored;
    p->forms[at] = full[i].form;
    p->chunk.vecs[at] = v;
    p->n_columns++;
  }
  p->chunk.columns = p->n_columns;
  return SONDE_OK;
}

sonde_code fetch_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  const fetched_table *f = ((asking *)j->self)->fetches;
  const column_ref *full;
  fragment_head h;
  table_head(f->table, FRAGMENT_COLUMNS, f->blocks[id], &h);
  SONDE_TRY(table_refs(f->table, f->blocks[id], f->refs, f->n_refs, &full, &j->scratch, err));
  part *p = part_new(&j->engine->mem, h.table, h.block, err);
  if (!p) return err->code;
  sonde_code code = take_columns(p, full, f->n_refs, h.rows, r, err);
  if (code == SONDE_OK) store_make_room(&j->engine->store, part_size(p));
  if (code != SONDE_OK || !store_keep(&j->engine->store, p)) part_free(p);
  return code;
}
