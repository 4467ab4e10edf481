/* FRAGMENT_GATHER: given rows of a block, as a page. Rows of columns that are not kept are read from the source, only the
 * stretches between the marks around them.
 * body: refs, u8 infer (CSV), [infer: seen per ref], u32 n_groups × (u64 begin, u64 end, u32 first_row, u32 n × u32 row ascending)
 * result: infer: seen per ref; then a page block, rows in the order given */
#include "column/page.h"
#include "exec/read_parquet.h"
#include "exec/refs.h"

#define FIELD_MAX ((uint32_t)256 << 20)
#define FEW_GROUPS 2u
#define FEW_ROWS 8u
/* Of a row group without a page index, as packed: rather read and kept whole, as scrolling comes back to it, than decoded for each page. */
#define KEPT_BYTES ((uint64_t)32 << 20)

typedef struct {
  uint64_t begin, end;
  uint32_t first_row, n;
  const uint32_t *rows;
  const vec **vecs; /* one per ref */
  uint32_t shift;   /* row r of the block is row r - shift of the vecs */
} group;

typedef struct {
  task *t;
  const fragment_head *h;
  const column_ref *refs;
  const vec **made; /* per ref: the column if the file does not have it, else NULL */
  uint32_t n_refs, n_groups, n_rows;
  bool infer;
  csv_seen *seen;
  group *groups;
  arena keep;
  chunk *chunks; /* one per group read from the source */
  uint32_t n_chunks;
  part *held; /* columns of the whole block that are not kept */
} gather;

static sonde_code parse_groups(gather *g, rd *r) {
  task *t = g->t;
  g->n_groups = rd_count(r, 24);
  g->groups = arena_zero(t->scratch, g->n_groups * sizeof *g->groups, t->err);
  g->chunks = arena_zero(t->scratch, g->n_groups * sizeof *g->chunks, t->err);
  if (!g->groups || !g->chunks) return t->err->code;
  for (uint32_t i = 0; i < g->n_groups; i++) {
    group *x = &g->groups[i];
    x->begin = rd_u64(r);
    x->end = rd_u64(r);
    x->first_row = rd_u32(r);
    x->n = rd_count(r, 4);
    uint32_t *rows = arena_array(t->scratch, x->n, 4, t->err);
    x->vecs = arena_zero(t->scratch, g->n_refs * sizeof *x->vecs, t->err);
    if (!rows || !x->vecs) return t->err->code;
    for (uint32_t k = 0; k < x->n; k++) rows[k] = rd_u32(r);
    x->rows = rows;
    x->shift = 0;
    g->n_rows += x->n;
    SONDE_CHECK(!r->bad && x->n > 0 && x->begin <= x->end && rows[0] >= x->first_row &&
                    rows[x->n - 1] < g->h->rows,
                t->err, SONDE_CORRUPT, 0, "a gather fragment is broken");
  }
  return SONDE_OK;
}

static sonde_code make_others(gather *g) {
  g->made = arena_zero(g->t->scratch, g->n_refs * sizeof *g->made, g->t->err);
  if (!g->made) return g->t->err->code;
  for (uint32_t c = 0; c < g->n_refs; c++) {
    if (ref_is_stored(&g->refs[c])) continue;
    g->made[c] = ref_vec(&g->refs[c], g->h->rows, g->t->scratch, g->t->err);
    if (!g->made[c]) return g->t->err->code;
  }
  return SONDE_OK;
}

static const vec *at_hand(const gather *g, uint32_t c) {
  if (g->made[c] || g->infer) return g->made[c];
  return store_column(g->t->store, g->h->table, g->h->block, g->refs[c].stored, g->refs[c].form);
}

static bool all_at_hand(gather *g) {
  for (uint32_t c = 0; c < g->n_refs; c++) {
    const vec *v = at_hand(g, c);
    if (!v) return false;
    for (uint32_t i = 0; i < g->n_groups; i++) g->groups[i].vecs[c] = v;
  }
  return true;
}

static chunk *new_chunk(gather *g) {
  chunk *c = &g->chunks[g->n_chunks++];
  arena_init(&c->memory, g->t->mem);
  return c;
}

/* Rows [first, end) of the row group: only their pages are read. */
static chunk *read_window(gather *g, const parquet_columns *columns, uint32_t first, uint32_t end) {
  chunk *into = new_chunk(g);
  into->vecs = arena_array(&into->memory, columns->n, sizeof(vec), g->t->err);
  bool read =
      into->vecs && parquet_read_rows(g->t, g->h, columns, first, end - first, &into->memory, into->vecs);
  return read ? into : NULL;
}

static void take_from(const gather *g, group *x, const chunk *c, uint32_t first) {
  x->shift = first;
  for (uint32_t i = 0, read = 0; i < g->n_refs; i++) x->vecs[i] = g->made[i] ? g->made[i] : &c->vecs[read++];
}

static uint32_t first_of(const group *x) { return x->rows[0]; }
static uint32_t end_of(const group *x) { return x->rows[x->n - 1] + 1; }

/* All groups ask for what they lack before anything is waited for. */
static sonde_code read_windows(gather *g, const parquet_columns *columns) {
  for (uint32_t i = 0; i < g->n_groups && g->t->err->code == SONDE_OK; i++) {
    group *x = &g->groups[i];
    const chunk *c = read_window(g, columns, first_of(x), end_of(x));
    if (c) take_from(g, x, c, first_of(x));
  }
  return g->t->err->code;
}

static sonde_code read_span(gather *g, const parquet_columns *columns) {
  uint32_t first = first_of(&g->groups[0]), end = end_of(&g->groups[g->n_groups - 1]);
  const chunk *c = read_window(g, columns, first, end);
  for (uint32_t i = 0; c && i < g->n_groups; i++) take_from(g, &g->groups[i], c, first);
  return g->t->err->code;
}

/* Decodes the columns once, to be kept. */
static sonde_code read_whole(gather *g) {
  const vec **vecs = arena_array(g->t->scratch, g->n_refs, sizeof *vecs, g->t->err);
  if (!vecs || !task_columns(g->t, g->h, g->refs, g->n_refs, vecs, &g->held)) return g->t->err->code;
  for (uint32_t i = 0; i < g->n_groups; i++)
    for (uint32_t c = 0; c < g->n_refs; c++) g->groups[i].vecs[c] = vecs[c];
  return SONDE_OK;
}

static uint64_t packed_bytes(const parquet_columns *columns) {
  uint64_t bytes = 0;
  for (uint32_t c = 0; c < columns->n; c++)
    for (uint32_t leaf = 0; leaf < columns->pieces[c].n_leaves; leaf++)
      bytes += columns->pieces[c].chunks[leaf].pages.length;
  return bytes;
}

/* A window decodes about a page of each column. With a page index that is little. Without one a page may be the whole chunk: few
 * rows of many row groups (a sorted view) are decoded and forgotten, as keeping all columns of all row groups would fill the
 * memory; more of them, or neighbours, are worth keeping, as scrolling comes back to them. */
static sonde_code read_parquet_groups(gather *g) {
  parquet_columns columns;
  column_ref *stored;
  uint32_t n_stored;
  SONDE_TRY(refs_stored(g->refs, g->n_refs, g->t->scratch, &stored, &n_stored, g->t->err));
  bool ready = parquet_columns_open(g->t, stored, n_stored, &columns) &&
               parquet_columns_index(g->t, g->h, &columns, false);
  if (!ready) return g->t->err->code;
  if (columns.pages > 1) return g->n_groups <= columns.pages / 2 ? read_windows(g, &columns) : read_whole(g);
  bool early = end_of(&g->groups[g->n_groups - 1]) <= PARQUET_EARLY_ROWS;
  if (g->n_rows <= FEW_ROWS || early) return read_span(g, &columns);
  uint64_t bytes = packed_bytes(&columns);
  bool keep = bytes <= KEPT_BYTES && store_has_room(g->t->store, bytes);
  return keep || g->n_groups > FEW_GROUPS ? read_whole(g) : read_windows(g, &columns);
}

static sonde_code read_group(gather *g, group *x, const csv_plan *plan) {
  task *t = g->t;
  const uint8_t *bytes = task_bytes(t, g->h->source, x->begin, x->end);
  if (!bytes) return t->err->code;
  if (t->wants->count) return SONDE_OK;
  chunk *into = new_chunk(g);
  csv_rows rows;
  csv_want want = {.skip = x->rows[0] - x->first_row,
                   .rows = x->rows[x->n - 1] - x->rows[0] + 1,
                   .whole = task_goes_on(t, g->h->source, x->end),
                   .field_max = FIELD_MAX};
  csv_span span = {bytes, (size_t)(x->end - x->begin), x->begin, true};
  SONDE_TRY(csv_read(&g->h->dialect, span, want, plan, into, &g->keep, t->scratch, &rows, t->err));
  SONDE_CHECK(rows.rows == want.rows, t->err, SONDE_BYTES, x->begin,
              "the file changed while it was being read: rows are missing at byte %llu",
              (unsigned long long)x->begin);
  x->shift = x->rows[0];
  for (uint32_t c = 0; c < g->n_refs; c++) {
    x->vecs[c] = g->made[c] ? g->made[c] : &into->vecs[g->refs[c].stored];
    if (g->infer && !g->made[c]) csv_seen_join(&g->seen[c], &rows.columns[g->refs[c].stored].seen);
  }
  return SONDE_OK;
}

static sonde_code read_groups(gather *g) {
  task *t = g->t;
  csv_plan *plan = arena_zero(t->scratch, g->h->dialect.columns * sizeof *plan, t->err);
  if (!plan) return t->err->code;
  for (uint32_t c = 0; c < g->n_refs; c++)
    if (!g->made[c])
      plan[g->refs[c].stored] = g->infer ? (csv_plan){.mode = CSV_INFER, .seen = g->seen[c]}
                                         : (csv_plan){.mode = CSV_FIXED, .form = g->refs[c].form};
  for (uint32_t i = 0; i < g->n_groups; i++) SONDE_TRY(read_group(g, &g->groups[i], plan));
  return SONDE_OK;
}

static sonde_code put_page(gather *g, buf *out) {
  task *t = g->t;
  buf page;
  buf_init(&page, t->mem, SIZE_MAX / 2);
  page_cell *cells = arena_array(t->scratch, g->n_rows, sizeof *cells, t->err);
  if (!cells) return t->err->code;
  page_begin(&page, g->n_refs, g->n_rows, 0, NULL);
  for (uint32_t c = 0; c < g->n_refs; c++) {
    uint32_t at = 0;
    column_type type = g->infer ? csv_resolve(&g->seen[c]).type : g->refs[c].form.type;
    for (uint32_t i = 0; i < g->n_groups; i++)
      for (uint32_t k = 0; k < g->groups[i].n; k++) {
        const vec *v = g->groups[i].vecs[c];
        cells[at++] =
            (page_cell){vec_readable_as(v, type) ? v : NULL, g->groups[i].rows[k] - g->groups[i].shift};
      }
    page_column(&page, c, g->refs[c].column, type, cells);
  }
  buf_align(out, 8);
  buf_put(out, page.data, page.len);
  sonde_code code = buf_status(&page, t->err);
  buf_free(&page);
  return code;
}

static sonde_code read_rows(gather *g) {
  switch (g->h->format) {
  case FORMAT_CSV: return read_groups(g);
  case FORMAT_PARQUET: return read_parquet_groups(g);
  default: return read_whole(g);
  }
}

static sonde_code gather_rows(gather *g, rd *r, buf *out) {
  task *t = g->t;
  g->infer = rd_u8(r) != 0;
  g->seen = arena_array(t->scratch, g->n_refs, sizeof *g->seen, t->err);
  if (!g->seen) return t->err->code;
  for (uint32_t c = 0; g->infer && c < g->n_refs; c++) g->seen[c] = get_seen(r);
  SONDE_TRY(parse_groups(g, r));
  SONDE_TRY(make_others(g));
  if (!all_at_hand(g)) SONDE_TRY(read_rows(g));
  if (t->wants->count) return SONDE_OK;
  for (uint32_t c = 0; g->infer && c < g->n_refs; c++) put_seen(out, &g->seen[c]);
  return put_page(g, out);
}

sonde_code run_gather(task *t, const fragment_head *h, rd *r, buf *out) {
  gather g = {.t = t, .h = h, .keep = {.mem = t->mem}};
  SONDE_TRY(refs_get(r, h, t->scratch, &g.refs, &g.n_refs, t->err));
  sonde_code code = gather_rows(&g, r, out);
  for (uint32_t i = 0; i < g.n_chunks; i++) arena_free(&g.chunks[i].memory);
  part_free(g.held);
  arena_free(&g.keep);
  return code;
}
