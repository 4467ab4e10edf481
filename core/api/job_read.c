/* {"job":"read"}: one page of a table or a view. Rows are grouped by block; consecutive rows of a table are read here at
 * once, scattered rows of a view go as fragments to whoever keeps the block's columns. */
#include <string.h>

#include "api/job.h"
#include "api/pick.h"
#include "column/page.h"

#define LOCAL_ROWS 4096u

typedef struct {
  uint8_t *page;
  size_t len;
} answer;

typedef struct {
  pick rows;
  bool infer, scattered;
  column_ref *refs;
  uint32_t n_refs;
  answer *answers; /* per piece */
} reading;

static uint32_t read_block_of(sonde_job *j, uint32_t id) {
  return ((reading *)j->self)->rows.pieces[id].block;
}

/* ---- fragments ---- */

#define NEAR_ROWS 1024u /* rows of a row group that are read together rather than apart */

static uint32_t mark_of(const block *b, uint32_t row) {
  if (b->n_marks == 0) return row / NEAR_ROWS; /* Parquet */
  uint32_t low = 0, high = b->n_marks;
  while (low + 1 < high) {
    uint32_t mid = low + (high - low) / 2;
    if (b->marks[mid].row <= row)
      low = mid;
    else
      high = mid;
  }
  return low;
}

/* Groups of rows that lie between the same or adjacent marks. */
static void put_groups(const reading *x, const pick_piece *p, const block *b, buf *out) {
  size_t count_at = out->len;
  uint32_t groups = 0;
  buf_u32(out, 0);
  for (uint32_t i = p->begin; i < p->end; groups++) {
    uint32_t first = (uint32_t)(x->rows.ids[x->rows.by_row[i]] - b->first_row), mark = mark_of(b, first),
             last = mark, end = i + 1;
    for (; end < p->end; end++) {
      uint32_t m = mark_of(b, (uint32_t)(x->rows.ids[x->rows.by_row[end]] - b->first_row));
      if (m > last + 1) break;
      last = m;
    }
    bool marked = b->n_marks > 0;
    buf_u64(out, marked ? b->row_begin + b->marks[mark].offset : b->row_begin);
    buf_u64(out, last + 1 < b->n_marks ? b->row_begin + b->marks[last + 1].offset : b->next_begin);
    buf_u32(out, marked ? b->marks[mark].row : first);
    buf_u32(out, end - i);
    for (; i < end; i++) buf_u32(out, (uint32_t)(x->rows.ids[x->rows.by_row[i]] - b->first_row));
  }
  if (!out->failed) memcpy(out->data + count_at, &groups, 4);
}

static sonde_code read_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  reading *x = j->self;
  const pick_piece *p = &x->rows.pieces[id];
  fragment_head h;
  table_head(j->table, FRAGMENT_GATHER, p->block, &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(j->table, p->block, x->refs, x->n_refs, out, &j->scratch, err));
  buf_u8(out, x->infer);
  for (uint32_t c = 0; x->infer && c < x->n_refs; c++) put_seen(out, &j->table->seen[x->refs[c].column]);
  put_groups(x, p, &j->table->blocks[p->block], out);
  return buf_status(out, err);
}

static sonde_code read_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  reading *x = j->self;
  for (uint32_t c = 0; x->infer && c < x->n_refs; c++) {
    csv_seen seen = get_seen(r);
    uint32_t column = x->refs[c].column;
    if (r->bad || j->table->forced[column]) continue;
    csv_seen_join(&j->table->seen[column], &seen);
    j->table->forms[column] = csv_resolve(&j->table->seen[column]);
  }
  rd_align(r, 8);
  if (r->bad) return SONDE_OK;
  x->answers[id].len = r->len - r->pos;
  x->answers[id].page = arena_copy(&j->memory, r->data + r->pos, x->answers[id].len, err);
  return x->answers[id].page ? SONDE_OK : err->code;
}

/* ---- the page ---- */

static sonde_code merge(sonde_job *j, bool *again, sonde_error *err) {
  reading *x = j->self;
  page_view *pages = arena_array(&j->scratch, x->rows.n_pieces, sizeof *pages, err);
  page_cell *cells = arena_array(&j->scratch, x->rows.n, sizeof *cells, err);
  if (!pages || !cells) return err->code;
  for (uint32_t p = 0; p < x->rows.n_pieces; p++) {
    SONDE_TRY(page_open(x->answers[p].page, x->answers[p].len, &j->scratch, &pages[p], err));
    bool whole =
        pages[p].n_rows == x->rows.pieces[p].end - x->rows.pieces[p].begin && pages[p].n_columns == x->n_refs;
    SONDE_CHECK(whole, err, SONDE_CORRUPT, 0, "a piece of a page has the wrong size");
  }
  buf_clear(&j->page);
  page_begin(&j->page, x->n_refs, x->rows.n, x->rows.first, x->scattered ? x->rows.ids : NULL);
  for (uint32_t c = 0; c < x->n_refs; c++) {
    column_type type = x->refs[c].form.type;
    if (x->infer) type = j->table->forms[x->refs[c].column].type;
    for (uint32_t p = 0; p < x->rows.n_pieces; p++) {
      const vec *v = &pages[p].vecs[c];
      *again = *again || !vec_readable_as(v, type);
      for (uint32_t i = x->rows.pieces[p].begin; i < x->rows.pieces[p].end; i++)
        cells[x->rows.by_row[i]] = (page_cell){v, i - x->rows.pieces[p].begin};
    }
    if (*again) return SONDE_OK;
    page_column(&j->page, c, x->refs[c].column, type, cells);
  }
  return buf_status(&j->page, err);
}

static sonde_step read_step(sonde_job *j, sonde_error *err) {
  reading *x = j->self;
  if (j->phase == 2) return SONDE_DONE;
  if (j->phase == 0) {
    j->phase = 1;
    if (split_begin(j, x->rows.n_pieces, err) != SONDE_OK) return SONDE_FAIL;
    j->split.local |= !x->scattered && x->rows.n <= LOCAL_ROWS;
  }
  sonde_step s = split_step(j, err);
  if (s != SONDE_DONE) return s;
  bool again = false;
  if (merge(j, &again, err) != SONDE_OK) return SONDE_FAIL;
  if (again) { /* pieces disagree on a type: read them all in the one that was found out */
    for (uint32_t c = 0; c < x->n_refs; c++) x->refs[c].form = j->table->forms[x->refs[c].column];
    x->infer = false;
    j->phase = 0;
    return SONDE_YIELD;
  }
  j->phase = 2;
  return SONDE_PAGE;
}

static const job_kind read_kind = {.step = read_step,
                                   .encode = read_encode,
                                   .accept = read_accept,
                                   .block_of = read_block_of,
                                   .info = no_info};

sonde_code read_start(sonde_job *j, const json *spec, sonde_error *err) {
  view *v = engine_view(j->engine, json_u64(json_get(spec, "view"), 0));
  SONDE_CHECK(v || !json_get(spec, "view"), err, SONDE_NAME, 0, "the view is not there any more");
  if (v) j->table = v->table;
  SONDE_CHECK(j->table, err, SONDE_NAME, 0, "name a table or a view");
  reading *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  j->self = x;
  j->kind = &read_kind;
  uint64_t rows = v ? v->rows : j->table->rows, row = json_u64(json_get(spec, "row"), 0),
           n = json_u64(json_get(spec, "rows"), 100);
  if (row > rows) row = rows;
  if (n > rows - row) n = rows - row;
  SONDE_CHECK(n <= 1u << 20, err, SONDE_LIMIT, 0, "a page has at most 1,048,576 rows");
  x->infer = !j->table->imported;
  for (uint32_t c = 0; c < j->table->columns; c++) x->infer = x->infer && !j->table->forced[c];
  x->scattered = v != NULL;
  SONDE_TRY(table_columns(j->table, json_get(spec, "columns"), &j->memory, &x->refs, &x->n_refs, err));
  SONDE_TRY(pick_room(&x->rows, (uint32_t)n, &j->memory, err));
  pick_rows(&x->rows, j->table, v, row, (uint32_t)n);
  x->answers = arena_zero(&j->memory, x->rows.n_pieces * sizeof *x->answers, err);
  if (!x->answers) return err->code;
  return SONDE_OK;
}
