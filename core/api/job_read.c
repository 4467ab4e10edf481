/* {"job":"read"}: one page of a table or a view. Rows are grouped by block; consecutive rows of a table are read here at
 * once, scattered rows of a view go as fragments to whoever keeps the block's columns. */
#include <string.h>

#include "api/job.h"
#include "column/page.h"

#define LOCAL_ROWS 4096u

typedef struct {
  uint32_t block, begin, end; /* positions in `by_row` */
  uint8_t *page;              /* its answer */
  size_t len;
} piece;

typedef struct {
  uint64_t first;
  uint32_t n;
  bool infer, again;
  column_ref *refs;
  uint32_t n_refs;
  uint64_t *ids;    /* table row of each page row */
  uint32_t *by_row; /* page rows in the order of their table rows */
  bool scattered;
  piece *pieces;
  uint32_t n_pieces;
} reading;

static uint32_t read_block_of(sonde_job *j, uint32_t id) { return ((reading *)j->self)->pieces[id].block; }

/* ---- which rows ---- */

static void ids_of_bits(const view *v, uint64_t first, uint32_t n, uint64_t *ids) {
  const table *t = v->table;
  uint32_t b = 0;
  while (b + 1 < t->n_blocks && v->before[b + 1] <= first) b++;
  uint64_t skip = first - v->before[b];
  for (uint32_t at = 0; at < n && b < t->n_blocks; b++, skip = 0)
    for (size_t w = 0; at < n && w < ((size_t)t->blocks[b].rows + 63) / 64; w++) {
      uint64_t word = v->bits[b][w];
      uint32_t count = (uint32_t)__builtin_popcountll(word);
      if (skip >= count) {
        skip -= count;
        continue;
      }
      for (; word && at < n; word &= word - 1) {
        if (skip) {
          skip--;
          continue;
        }
        ids[at++] = t->blocks[b].first_row + w * 64 + (unsigned)__builtin_ctzll(word);
      }
    }
}

static void find_ids(reading *x, const view *v) {
  for (uint32_t i = 0; i < x->n; i++) {
    if (!v) x->ids[i] = x->first + i;
    if (v && v->kind == VIEW_ORDER) x->ids[i] = v->order[x->first + i];
  }
  if (v && v->kind == VIEW_BITS && x->n) ids_of_bits(v, x->first, x->n, x->ids);
}

/* Page rows ordered by table row: merge sort, for the order of a sorted view. */
static void order_rows(reading *x, uint32_t *room) {
  uint32_t *from = x->by_row, *to = room;
  for (uint32_t i = 0; i < x->n; i++) from[i] = i;
  for (uint32_t width = 1; width < x->n; width *= 2) {
    for (uint32_t low = 0; low < x->n; low += 2 * width) {
      uint32_t mid = low + width < x->n ? low + width : x->n,
               high = low + 2 * width < x->n ? low + 2 * width : x->n;
      for (uint32_t a = low, b = mid, k = low; k < high; k++)
        to[k] = b >= high || (a < mid && x->ids[from[a]] <= x->ids[from[b]]) ? from[a++] : from[b++];
    }
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != x->by_row) memcpy(x->by_row, from, x->n * sizeof *from);
}

static void cut_pieces(sonde_job *j) {
  reading *x = j->self;
  for (uint32_t i = 0; i < x->n; i++) {
    uint32_t b = table_block_of(j->table, x->ids[x->by_row[i]]);
    while (x->ids[x->by_row[i]] >= j->table->blocks[b].first_row + j->table->blocks[b].rows)
      b++; /* over empty blocks */
    if (!x->n_pieces || x->pieces[x->n_pieces - 1].block != b)
      x->pieces[x->n_pieces++] = (piece){.block = b, .begin = i};
    x->pieces[x->n_pieces - 1].end = i + 1;
  }
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
static void put_groups(const reading *x, const piece *p, const block *b, buf *out) {
  size_t count_at = out->len;
  uint32_t groups = 0;
  buf_u32(out, 0);
  for (uint32_t i = p->begin; i < p->end; groups++) {
    uint32_t first = (uint32_t)(x->ids[x->by_row[i]] - b->first_row), mark = mark_of(b, first), last = mark,
             end = i + 1;
    for (; end < p->end; end++) {
      uint32_t m = mark_of(b, (uint32_t)(x->ids[x->by_row[end]] - b->first_row));
      if (m > last + 1) break;
      last = m;
    }
    bool marked = b->n_marks > 0;
    buf_u64(out, marked ? b->row_begin + b->marks[mark].offset : b->row_begin);
    buf_u64(out, last + 1 < b->n_marks ? b->row_begin + b->marks[last + 1].offset : b->next_begin);
    buf_u32(out, marked ? b->marks[mark].row : first);
    buf_u32(out, end - i);
    for (; i < end; i++) buf_u32(out, (uint32_t)(x->ids[x->by_row[i]] - b->first_row));
  }
  if (!out->failed) memcpy(out->data + count_at, &groups, 4);
}

static sonde_code read_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  reading *x = j->self;
  const piece *p = &x->pieces[id];
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
  x->pieces[id].len = r->len - r->pos;
  x->pieces[id].page = arena_copy(&j->memory, r->data + r->pos, x->pieces[id].len, err);
  return x->pieces[id].page ? SONDE_OK : err->code;
}

/* ---- the page ---- */

static sonde_code merge(sonde_job *j, bool *again, sonde_error *err) {
  reading *x = j->self;
  page_view *pages = arena_array(&j->scratch, x->n_pieces, sizeof *pages, err);
  page_cell *cells = arena_array(&j->scratch, x->n, sizeof *cells, err);
  if (!pages || !cells) return err->code;
  for (uint32_t p = 0; p < x->n_pieces; p++) {
    SONDE_TRY(page_open(x->pieces[p].page, x->pieces[p].len, &j->scratch, &pages[p], err));
    bool whole = pages[p].n_rows == x->pieces[p].end - x->pieces[p].begin && pages[p].n_columns == x->n_refs;
    SONDE_CHECK(whole, err, SONDE_CORRUPT, 0, "a piece of a page has the wrong size");
  }
  buf_clear(&j->page);
  page_begin(&j->page, x->n_refs, x->n, x->first, x->scattered ? x->ids : NULL);
  for (uint32_t c = 0; c < x->n_refs; c++) {
    column_type type = x->refs[c].form.type;
    if (x->infer) type = j->table->forms[x->refs[c].column].type;
    for (uint32_t p = 0; p < x->n_pieces; p++) {
      const vec *v = &pages[p].vecs[c];
      *again = *again || !vec_readable_as(v, type);
      for (uint32_t i = x->pieces[p].begin; i < x->pieces[p].end; i++)
        cells[x->by_row[i]] = (page_cell){v, i - x->pieces[p].begin};
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
    if (split_begin(j, x->n_pieces, err) != SONDE_OK) return SONDE_FAIL;
    j->split.local = !x->scattered && x->n <= LOCAL_ROWS;
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

static const job_kind read_kind = {
    .step = read_step, .encode = read_encode, .accept = read_accept, .block_of = read_block_of};

static sonde_code read_columns(sonde_job *j, const json *columns, sonde_error *err) {
  reading *x = j->self;
  uint32_t all = j->table->columns, n = all;
  if (json_is(columns, JSON_ARRAY)) {
    n = 0;
    for (const json *c = columns->first; c; c = c->next) n++;
  }
  x->refs = arena_array(&j->memory, n, sizeof *x->refs, err);
  if (!x->refs) return err->code;
  const json *c = json_is(columns, JSON_ARRAY) ? columns->first : NULL;
  for (uint32_t i = 0; i < n; i++, c = c ? c->next : NULL) {
    uint64_t column = c ? json_u64(c, UINT64_MAX) : i;
    SONDE_CHECK(column < all, err, SONDE_NAME, 0, "column %llu is not there; the table has %u",
                (unsigned long long)column, all);
    x->refs[i] = (column_ref){.column = (uint32_t)column, .form = j->table->forms[column]};
  }
  x->n_refs = n;
  return SONDE_OK;
}

static uint64_t verified_rows(const table *t) { return t->rows; }

sonde_code read_start(sonde_job *j, const json *spec, sonde_error *err) {
  view *v = engine_view(j->engine, json_u64(json_get(spec, "view"), 0));
  SONDE_CHECK(v || !json_get(spec, "view"), err, SONDE_NAME, 0, "the view is not there any more");
  if (v) j->table = v->table;
  SONDE_CHECK(j->table, err, SONDE_NAME, 0, "name a table or a view");
  reading *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  j->self = x;
  j->kind = &read_kind;
  uint64_t rows = v ? v->rows : verified_rows(j->table), row = json_u64(json_get(spec, "row"), 0),
           n = json_u64(json_get(spec, "rows"), 100);
  x->first = row < rows ? row : rows;
  if (n > rows - x->first) n = rows - x->first;
  SONDE_CHECK(n <= 1u << 20, err, SONDE_LIMIT, 0, "a page has at most 1,048,576 rows");
  x->n = (uint32_t)n;
  x->infer = !j->table->imported;
  for (uint32_t c = 0; c < j->table->columns; c++) x->infer = x->infer && !j->table->forced[c];
  x->scattered = v != NULL;
  SONDE_TRY(read_columns(j, json_get(spec, "columns"), err));
  x->ids = arena_array(&j->memory, x->n, sizeof *x->ids, err);
  x->by_row = arena_array(&j->memory, x->n, sizeof *x->by_row, err);
  uint32_t *room = arena_array(&j->memory, x->n, sizeof *room, err);
  x->pieces = arena_array(&j->memory, x->n, sizeof *x->pieces, err);
  if (!x->ids || !x->by_row || !room || !x->pieces) return err->code;
  find_ids(x, v);
  order_rows(x, room);
  cut_pieces(j);
  return SONDE_OK;
}
