/* Exporting rows that are in another order than their blocks, or few in each: a part at a time, its rows gathered from the blocks as Arrow
 * batches, brought into order here. */
#include <string.h>

#include "api/export.h"
#include "column/take.h"

#define PART_ROWS 122880u
#define PART_ROWS_LEAST 1024u
#define PART_CELLS (8u << 20)

static uint32_t merge_block_of(sonde_job *j, uint32_t id) {
  return ((exporting *)j->self)->rows_now.pieces[id].block;
}

static sonde_code merge_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  exporting *x = j->self;
  const pick *p = &x->rows_now;
  uint32_t b = p->pieces[id].block;
  fragment_head h;
  table_head(j->table, FRAGMENT_EXPORT, b, &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(j->table, b, x->refs, x->n, out, &j->scratch, err));
  export_put(out, &x->as_transport, x->shapes, x->n);
  buf_u8(out, false);
  buf_u32(out, p->pieces[id].end - p->pieces[id].begin);
  for (uint32_t i = p->pieces[id].begin; i < p->pieces[id].end; i++)
    buf_u32(out, (uint32_t)(p->ids[p->by_row[i]] - j->table->blocks[b].first_row));
  return buf_status(out, err);
}

/* ---- a part ---- */

static sonde_code read_pieces(sonde_job *j, arena *memory, vec **out, sonde_error *err) {
  exporting *x = j->self;
  const arrow_dictionaries none = {0};
  arena scratch = {.mem = &j->engine->mem};
  sonde_code code = SONDE_OK;
  for (uint32_t p = 0; p < x->rows_now.n_pieces && code == SONDE_OK; p++) {
    uint32_t rows = 0, expected = x->rows_now.pieces[p].end - x->rows_now.pieces[p].begin;
    out[p] = arena_array(memory, x->n, sizeof(vec), err);
    code = out[p] ? arrow_read_batch(&x->transport, &none, x->parts[p].bytes, x->parts[p].len, NULL, memory,
                                     &scratch, out[p], &rows, err)
                  : err->code;
    if (code == SONDE_OK && rows != expected)
      code = status_set(err, SONDE_CORRUPT, 0, "a piece of an export has the wrong size");
    part_made_free(&j->engine->mem, &x->parts[p]);
  }
  arena_free(&scratch);
  return code;
}

static sonde_code merge_rows(sonde_job *j, arena *memory, vec *out, sonde_error *err) {
  exporting *x = j->self;
  const pick *rows = &x->rows_now;
  vec **pieces = arena_array(memory, rows->n_pieces, sizeof *pieces, err);
  page_cell *cells = arena_array(memory, rows->n, sizeof *cells, err);
  if (!pieces || !cells) return err->code;
  SONDE_TRY(read_pieces(j, memory, pieces, err));
  for (uint32_t c = 0; c < x->n; c++) {
    for (uint32_t p = 0; p < rows->n_pieces; p++)
      for (uint32_t i = rows->pieces[p].begin; i < rows->pieces[p].end; i++)
        cells[rows->by_row[i]] = (page_cell){&pieces[p][c], i - rows->pieces[p].begin};
    SONDE_TRY(vec_take(&x->shapes[c], cells, rows->n, memory, &out[c], err));
  }
  return SONDE_OK;
}

static sonde_code write_part(sonde_job *j, arena *memory, sonde_error *err) {
  exporting *x = j->self;
  buf about;
  vec *vecs = arena_array(memory, x->n, sizeof *vecs, err);
  if (!vecs) return err->code;
  SONDE_TRY(merge_rows(j, memory, vecs, err));
  buf_init(&about, &j->engine->mem, SIZE_MAX / 2);
  buf_clear(&j->page);
  sonde_code code =
      export_part(&x->options, x->shapes, x->n, vecs, x->rows_now.n, &j->engine->mem, &j->page, &about, err);
  sonde_str said = {(const char *)about.data, about.len};
  if (code == SONDE_OK) code = exporter_add(&x->file, said, j->page.len, err);
  buf_free(&about);
  return code;
}

static sonde_step give_part(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  arena memory = {.mem = &j->engine->mem};
  sonde_code code = write_part(j, &memory, err);
  arena_free(&memory);
  x->rows += x->rows_now.n;
  j->progress.rows = x->rows;
  j->progress.done_bytes = j->table->size * x->rows / x->view->rows;
  j->phase = EXPORT_PARTS;
  return export_give(j, code, err);
}

static sonde_step next_part(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  uint64_t left = x->view->rows - x->rows;
  if (left == 0) return export_end(j, err);
  pick_rows(&x->rows_now, j->table, x->view, x->rows, left < x->most ? (uint32_t)left : x->most);
  j->phase = EXPORT_MERGING;
  return split_begin(j, x->rows_now.n_pieces, err) == SONDE_OK ? SONDE_YIELD : SONDE_FAIL;
}

static sonde_step merge_step(sonde_job *j, sonde_error *err) {
  if (j->phase == EXPORT_ENDED) return SONDE_DONE;
  if (j->phase == EXPORT_HEAD) return export_begin(j, err);
  if (j->phase == EXPORT_PARTS) return next_part(j, err);
  sonde_step s = split_step(j, err);
  return s == SONDE_DONE ? give_part(j, err) : s;
}

static const job_kind merge_kind = {.step = merge_step,
                                    .encode = merge_encode,
                                    .accept = export_accept,
                                    .block_of = merge_block_of,
                                    .info = export_info,
                                    .free = export_free};

/* ---- before the first part ---- */

/* Batches are read against the schema that their stream would begin with. */
static sonde_code open_transport(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  arrow_writer w = {0};
  buf schema;
  x->as_transport = x->options;
  x->as_transport.format = EXPORT_ARROW;
  x->as_transport.arrow = (arrow_write_options){.codec = BLOCK_PLAIN, .stream = true, .large_offsets = true};
  buf_init(&schema, &j->engine->mem, SIZE_MAX / 2);
  sonde_code code =
      arrow_writer_begin(&w, x->shapes, x->n, &x->as_transport.arrow, &j->engine->mem, &schema, err);
  if (code == SONDE_OK) code = arrow_open_stream(schema.data, schema.len, &j->memory, &x->transport, err);
  arrow_writer_free(&w);
  buf_free(&schema);
  return code;
}

sonde_code export_merge_start(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  uint32_t most = PART_CELLS / (x->n ? x->n : 1);
  x->most = most > PART_ROWS ? PART_ROWS : most < PART_ROWS_LEAST ? PART_ROWS_LEAST : most;
  if (x->most > x->view->rows) x->most = (uint32_t)x->view->rows;
  x->n_parts = j->table->n_blocks;
  x->parts = arena_zero(&j->memory, x->n_parts * sizeof *x->parts, err);
  if (!x->parts) return err->code;
  j->progress.total_bytes = j->table->size;
  j->kind = &merge_kind;
  SONDE_TRY(pick_room(&x->rows_now, x->most, &j->memory, err));
  return open_transport(j, err);
}
