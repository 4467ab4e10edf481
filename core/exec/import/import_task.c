/* FRAGMENT_IMPORT: types, statistics and bad rows of a block, its columns kept.
 * body: u8 keep, u8 typed; types are final: refs; else u32 n, n × (u32 column, u8 mode, form, seen); columns not listed are skipped.
 * result: u32 rows, n × (u8 mode, seen, form, statistics), u32 n_bad, u32 listed × (row, line, offset, reason, found), u8 kept */
#include "column/take.h"
#include "exec/import/stats.h"
#include "exec/import/vec_stats.h"
#include "exec/refs.h"
#include "format/csv/empty.h"

#define FIELD_MAX ((uint32_t)256 << 20)

static sonde_code read_plan(rd *r, task *t, const fragment_head *h, csv_plan **plan, uint32_t **columns,
                            uint32_t *n) {
  *n = rd_count(r, 15);
  *plan = arena_zero(t->scratch, (size_t)h->dialect.columns * sizeof **plan, t->err);
  *columns = arena_array(t->scratch, *n, sizeof **columns, t->err);
  if (!*plan || !*columns) return t->err->code;
  for (uint32_t i = 0; i < *n; i++) {
    uint32_t column = rd_u32(r);
    csv_plan p = {.mode = rd_u8(r), .form = get_form(r)};
    p.seen = get_seen(r);
    SONDE_CHECK(!r->bad && column < h->dialect.columns, t->err, SONDE_CORRUPT, 0,
                "an import fragment is broken");
    (*plan)[column] = p;
    (*columns)[i] = column;
  }
  return SONDE_OK;
}

static void put_result(buf *out, const csv_rows *rows, const csv_plan *plan, const uint32_t *columns,
                       uint32_t n, const vec *const *vecs, const bool *unsure) {
  buf_u32(out, rows->rows);
  for (uint32_t i = 0; i < n; i++) {
    const csv_column *c = &rows->columns[columns[i]];
    buf_u8(out, plan[columns[i]].mode);
    put_seen(out, &c->seen);
    put_form(out, c->form);
    stats_put(out, c, vecs[i], unsure[columns[i]]);
  }
  buf_u32(out, rows->n_bad);
  buf_u32(out, rows->n_bad_listed);
  for (uint32_t i = 0; i < rows->n_bad_listed; i++) {
    const csv_bad *b = &rows->bad[i];
    buf_u32(out, b->row);
    buf_u32(out, b->line);
    buf_u64(out, b->offset);
    buf_u8(out, b->reason);
    buf_u32(out, b->found);
  }
}

/* Moves the columns read into a part for the store, all but the unsure ones. */
static sonde_code fill_part(task *t, part *p, const csv_rows *rows, const uint32_t *columns, uint32_t n,
                            const bool *unsure) {
  arena *a = &p->chunk.memory;
  vec *wide = p->chunk.vecs;
  p->columns = arena_array(a, n, sizeof *p->columns, t->err);
  p->forms = arena_array(a, n, sizeof *p->forms, t->err);
  p->chunk.vecs = arena_array(a, n, sizeof *p->chunk.vecs, t->err);
  if (!p->columns || !p->forms || !p->chunk.vecs) return t->err->code;
  for (uint32_t i = 0; i < n; i++) {
    if (unsure[columns[i]]) continue;
    p->columns[p->n_columns] = columns[i];
    p->forms[p->n_columns] = rows->columns[columns[i]].form;
    p->chunk.vecs[p->n_columns++] = wide[columns[i]];
  }
  p->chunk.rows = rows->rows;
  p->chunk.columns = p->n_columns;
  return SONDE_OK;
}

static sonde_code import_into(task *t, const fragment_head *h, const uint8_t *bytes, rd *r, part *p,
                              bool keep_columns, arena *keep, buf *out) {
  csv_plan *plan;
  uint32_t *columns, n;
  SONDE_TRY(read_plan(r, t, h, &plan, &columns, &n));
  csv_span span = {bytes, (size_t)(h->end - h->begin), h->begin, true};
  csv_want want = {
      .rows = h->rows, .stats = true, .whole = task_goes_on(t, h->source, h->end), .field_max = FIELD_MAX};
  csv_rows rows;
  SONDE_TRY(csv_read(&h->dialect, span, want, plan, &p->chunk, keep, t->scratch, &rows, t->err));
  SONDE_CHECK(rows.rows == h->rows, t->err, SONDE_BYTES, h->begin,
              "the file changed while it was being read: %u rows at byte %llu where the index has %u",
              rows.rows, (unsigned long long)h->begin, h->rows);
  bool *unsure = arena_array(t->scratch, h->dialect.columns, sizeof *unsure, t->err);
  const vec **vecs = arena_array(t->scratch, n, sizeof *vecs, t->err);
  if (!unsure || !vecs) return t->err->code;
  for (uint32_t i = 0; i < n; i++) vecs[i] = &p->chunk.vecs[columns[i]];
  csv_unsure_of_empty(&h->dialect, span, &rows, plan, unsure);
  put_result(out, &rows, plan, columns, n, vecs, unsure);
  return keep_columns ? fill_part(t, p, &rows, columns, n, unsure) : SONDE_OK;
}

/* A vec that is readable as a type, as one of that type. */
static const vec *in_type(const vec *v, column_type type, arena *memory, sonde_error *err) {
  if (v->form == VEC_NULL || (v->type.id == type.id && v->type.scale == type.scale)) return v;
  const shape as = {.type = type};
  vec *out = arena_alloc(memory, sizeof *out, err);
  page_cell *cells = arena_array(memory, v->rows, sizeof *cells, err);
  if (!out || !cells) return NULL;
  for (uint32_t i = 0; i < v->rows; i++) cells[i] = (page_cell){v, i};
  return vec_take(&as, cells, v->rows, memory, out, err) == SONDE_OK ? out : NULL;
}

/* All columns at once: a task that began with one and then lacked bytes of the next would have to begin again for ever where
 * nothing is kept. */
static sonde_code import_typed(task *t, const fragment_head *h, rd *r, arena *keep, buf *out) {
  const column_ref *refs;
  uint32_t n;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n, t->err));
  csv_rows rows = {.rows = h->rows};
  rows.columns = arena_zero(t->scratch, h->columns * sizeof *rows.columns, t->err);
  csv_plan *plan = arena_zero(t->scratch, h->columns * sizeof *plan, t->err);
  uint32_t *columns = arena_array(t->scratch, n, sizeof *columns, t->err);
  const vec **vecs = arena_array(t->scratch, n, sizeof *vecs, t->err);
  bool *unsure = arena_zero(t->scratch, h->columns, t->err);
  if (!rows.columns || !plan || !columns || !vecs || !unsure) return t->err->code;
  part *held;
  if (!task_columns(t, h, refs, n, vecs, &held)) return t->err->code;
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; i < n && code == SONDE_OK; i++) {
    columns[i] = refs[i].column;
    plan[columns[i]].mode = CSV_FIXED;
    rows.columns[columns[i]].form = refs[i].form;
    vecs[i] = in_type(vecs[i], refs[i].form.type, keep, t->err);
    code = vecs[i] ? vec_stats(vecs[i], &rows.columns[columns[i]], keep, t->err) : t->err->code;
  }
  if (code == SONDE_OK) put_result(out, &rows, plan, columns, n, vecs, unsure);
  buf_u8(out, held == NULL);
  part_free(held);
  return code;
}

sonde_code run_import(task *t, const fragment_head *h, rd *r, buf *out) {
  bool keep_columns = rd_u8(r) != 0, typed = rd_u8(r) != 0;
  SONDE_CHECK(typed || h->format == FORMAT_CSV, t->err, SONDE_CORRUPT, 0, "an import fragment is broken");
  if (typed) {
    arena kept = {.mem = t->mem};
    sonde_code read = import_typed(t, h, r, &kept, out);
    arena_free(&kept);
    return read;
  }
  const uint8_t *bytes = task_bytes(t, h->source, h->begin, h->end);
  if (!bytes) return t->err->code;
  part *p = part_new(t->mem, h->table, h->block, t->err);
  if (!p) return t->err->code;
  arena keep = {.mem = t->mem};
  sonde_code code = import_into(t, h, bytes, r, p, keep_columns, &keep, out);
  bool kept = code == SONDE_OK && keep_columns && store_keep(t->store, p);
  if (!kept) part_free(p);
  arena_free(&keep);
  buf_u8(out, kept);
  source *src = sources_find(t->sources, h->source);
  if (code == SONDE_OK && src)
    source_release(t->sources, src, h->begin > (1u << 20) ? h->begin - (1u << 20) : 0, h->end + (1u << 20));
  return code;
}
