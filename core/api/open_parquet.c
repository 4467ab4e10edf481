/* {"job":"open"} of a Parquet file: the footer from the file's end, then the first rows of the first row group. Nothing else is
 * read, however large the file is. */
#include <string.h>

#include "api/job.h"
#include "base/datetime.h"
#include "column/page.h"
#include "exec/read_parquet.h"

#define TAIL_BYTES ((uint64_t)64 << 10) /* holds the whole footer of most files, which saves a request */
#define FIRST_ROWS 200u
#define FIRST_CELLS 200000u
#define INDEX_PAYS                                                                                           \
  ((uint64_t)512 << 10) /* so many bytes of first pages take longer than asking how many are needed */
#define FOOTER_MAX ((uint64_t)1 << 30)

bool parquet_by_name(sonde_str name) {
  static const char *const ends[] = {".parquet", ".parq", ".pq"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    size_t n = strlen(ends[i]);
    bool same = name.len > n;
    for (size_t k = 0; same && k < n; k++) {
      char c = name.ptr[name.len - n + k];
      same = (c >= 'A' && c <= 'Z' ? c + 32 : c) == ends[i][k];
    }
    if (same) return true;
  }
  return false;
}

/* The footer's bytes; NULL: wants are listed, or there is none (*is_parquet), or *err says why. */
static const uint8_t *footer_bytes(task *t, const source *src, pq_range *footer, bool *is_parquet) {
  uint64_t tail = src->size < TAIL_BYTES ? src->size : TAIL_BYTES;
  const uint8_t *last = task_bytes(t, src->id, src->size - tail, src->size);
  if (!last) return NULL;
  bool magic =
      tail >= 4 && (memcmp(last + tail - 4, "PAR1", 4) == 0 || memcmp(last + tail - 4, "PARE", 4) == 0);
  if (!magic && *is_parquet) {
    *is_parquet = false;
    return NULL;
  }
  if (pq_tail(last, (size_t)tail, src->size, footer, t->err) != SONDE_OK) return NULL;
  if (footer->length > FOOTER_MAX) {
    status_set(t->err, SONDE_LIMIT, footer->offset, "the footer has %llu MB",
               (unsigned long long)(footer->length >> 20));
    return NULL;
  }
  return task_bytes(t, src->id, footer->offset, footer->offset + footer->length);
}

/* One block a row group. Types are final at once; statistics come when an import is asked for. */
static sonde_code cut_groups(table *t, sonde_error *err) {
  t->n_blocks = t->n_verified = t->n_imported = t->parquet.n_groups;
  t->blocks = arena_zero(&t->memory, t->n_blocks * sizeof *t->blocks, err);
  if (!t->blocks) return err->code;
  uint64_t at = 0;
  for (uint32_t g = 0; g < t->n_blocks; g++) {
    const pq_group *x = &t->parquet.groups[g];
    SONDE_CHECK(x->rows <= INT32_MAX, err, SONDE_LIMIT, 0,
                "row group %u has %llu rows; more than 2^31 are not read", g, (unsigned long long)x->rows);
    t->blocks[g] = (block){.begin = at,
                           .end = at + x->bytes,
                           .row_begin = at,
                           .next_begin = at + x->bytes,
                           .first_row = x->first_row,
                           .rows = (uint32_t)x->rows,
                           .known = true};
    at += x->bytes;
  }
  t->rows = t->parquet.rows;
  t->indexed = t->imported = true;
  return SONDE_OK;
}

static sonde_code name_columns(table *t, sonde_error *err) {
  uint32_t n = t->columns = t->parquet.n_columns;
  sonde_str *names = arena_array(&t->memory, n, sizeof *names, err);
  t->forms = arena_zero(&t->memory, n * sizeof *t->forms, err);
  t->forced = arena_zero(&t->memory, n * sizeof *t->forced, err);
  t->seen = arena_zero(&t->memory, n * sizeof *t->seen, err);
  t->stats = arena_zero(&t->memory, n * sizeof *t->stats, err);
  if (!names || !t->forms || !t->forced || !t->seen || !t->stats) return err->code;
  for (uint32_t c = 0; c < n; c++) {
    names[c] = t->parquet.columns[c].name;
    t->forms[c] = (csv_form){.type = t->parquet.columns[c].type, .order = DATE_YMD};
  }
  t->names = names;
  return SONDE_OK;
}

static sonde_code make_table(sonde_job *j, const source *src, sonde_str name, const uint8_t *footer,
                             size_t len, sonde_error *err) {
  sonde_engine *e = j->engine;
  table *t = mem_alloc(&e->mem, sizeof *t, err);
  if (!t) return err->code;
  *t = (table){
      .id = e->next_id++, .source = src->id, .size = src->size, .format = FORMAT_PARQUET, .next = e->tables};
  arena_init(&t->memory, &e->mem);
  e->tables = t;
  j->table = t;
  t->name = (sonde_str){arena_copy(&t->memory, name.ptr, name.len, err), name.len};
  const uint8_t *kept = arena_copy(&t->memory, footer, len, err);
  if (!t->name.ptr || !kept) return err->code;
  SONDE_TRY(pq_footer(kept, len, src->size, &t->memory, &t->parquet, err));
  SONDE_CHECK(t->parquet.n_columns > 0, err, SONDE_UNSUPPORTED, 0, "the file has no columns");
  SONDE_TRY(name_columns(t, err));
  return cut_groups(t, err);
}

/* The first row group that has rows; n_blocks when none has. */
static uint32_t first_block(const table *t) {
  uint32_t b = 0;
  while (b < t->n_blocks && t->blocks[b].rows == 0) b++;
  return b;
}

/* False: wants are listed, or *err says why. */
static bool read_first(task *k, const table *t, uint32_t n, vec *vecs, arena *memory) {
  uint32_t b = first_block(t);
  column_ref *refs = arena_zero(k->scratch, t->columns * sizeof *refs, k->err);
  if (!refs) return false;
  for (uint32_t c = 0; c < t->columns; c++) refs[c] = (column_ref){.column = c, .form = t->forms[c]};
  const column_ref *full;
  if (table_refs(t, b, refs, t->columns, &full, k->scratch, k->err) != SONDE_OK) return false;
  fragment_head h;
  table_head(t, FRAGMENT_GATHER, b, &h);
  parquet_columns columns;
  if (!parquet_columns_open(k, full, t->columns, &columns)) return false;
  bool much = parquet_first_bytes(&columns) > INDEX_PAYS;
  if (much && !parquet_columns_index(k, &h, &columns, false)) return false;
  return parquet_read_rows(k, &h, &columns, 0, n, memory, vecs);
}

static uint32_t rows_shown(const table *t) {
  uint32_t b = first_block(t), n = FIRST_CELLS / t->columns;
  if (n < 1) n = 1;
  if (n > FIRST_ROWS) n = FIRST_ROWS;
  if (b == t->n_blocks) return 0;
  return n < t->blocks[b].rows ? n : t->blocks[b].rows;
}

static sonde_code put_page(sonde_job *j, const vec *vecs, uint32_t n, sonde_error *err) {
  const table *t = j->table;
  page_cell *cells = arena_array(&j->scratch, n, sizeof *cells, err);
  if (!cells) return err->code;
  buf_clear(&j->page);
  page_begin(&j->page, t->columns, n, 0, NULL);
  for (uint32_t c = 0; c < t->columns; c++) {
    for (uint32_t r = 0; r < n; r++) cells[r] = (page_cell){&vecs[c], r};
    page_column(&j->page, c, c, t->forms[c].type, cells);
  }
  return buf_status(&j->page, err);
}

static sonde_step show_first(sonde_job *j, sonde_error *err) {
  task t = job_task(j, err);
  uint32_t n = rows_shown(j->table);
  arena memory = {.mem = &j->engine->mem};
  vec *vecs = arena_zero(&j->scratch, j->table->columns * sizeof *vecs, err);
  if (!vecs) return SONDE_FAIL;
  bool read = n == 0 || read_first(&t, j->table, n, vecs, &memory);
  sonde_code code = read ? put_page(j, vecs, n, err) : err->code;
  arena_free(&memory);
  if (code) return SONDE_FAIL;
  if (!read) return SONDE_NEED;
  j->phase = OPEN_SHOWN;
  return SONDE_PAGE;
}

sonde_step parquet_open(sonde_job *j, sonde_source id, sonde_str name, bool *is_parquet, sonde_error *err) {
  err->code = SONDE_OK;
  if (j->table) return show_first(j, err);
  *is_parquet = j->phase != OPEN_PARQUET; /* by its first bytes it is one: then a missing end is an error */
  task t = job_task(j, err);
  const source *src = sources_find(&j->engine->sources, id);
  pq_range footer;
  const uint8_t *bytes = footer_bytes(&t, src, &footer, is_parquet);
  if (!bytes && j->phase == OPEN_PARQUET) *is_parquet = true;
  if (!bytes) return err->code ? SONDE_FAIL : SONDE_NEED;
  *is_parquet = true;
  if (make_table(j, src, name, bytes, (size_t)footer.length, err) != SONDE_OK) return SONDE_FAIL;
  j->phase = OPEN_PARQUET;
  return show_first(j, err);
}
