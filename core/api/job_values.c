/* {"job":"values"}: distinct values of a column with their counts, the most frequent first. */
#include <stdlib.h>
#include <string.h>

#include "api/job.h"
#include "column/page.h"
#include "exec/value_text.h"

typedef struct {
  sonde_str text;
  uint64_t hash, count;
  bool null, used;
} counted;

typedef struct {
  const view *view;
  column_ref ref;
  uint32_t limit;
  counted *slots;
  uint32_t n_slots, n;
  sonde_str *texts;
} counting;

static uint32_t values_block_of(sonde_job *j, uint32_t id) {
  (void)j;
  return id;
}

/* The rows of a sorted view are the same set as those of its bits, or all of them. Blocks without any have no bits. */
static const uint64_t *bits_of(const view *v, uint32_t b) { return v && v->bits ? v->bits[b] : NULL; }

static sonde_code values_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  counting *x = j->self;
  fragment_head h;
  table_head(j->table, FRAGMENT_VALUES, id, &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(j->table, id, &x->ref, 1, out, &j->scratch, err));
  const uint64_t *bits = bits_of(x->view, id);
  buf_u8(out, bits != NULL);
  if (bits) buf_put(out, bits, ((size_t)h.rows + 63) / 64 * 8);
  return buf_status(out, err);
}

static sonde_code grow(sonde_job *j, sonde_error *err) {
  counting *x = j->self;
  uint32_t n = x->n_slots ? x->n_slots * 2 : 4096;
  counted *slots = arena_zero(&j->memory, n * sizeof *slots, err);
  if (!slots) return err->code;
  for (uint32_t i = 0; i < x->n_slots; i++) {
    if (!x->slots[i].used) continue;
    uint32_t at = (uint32_t)x->slots[i].hash & (n - 1);
    while (slots[at].used) at = (at + 1) & (n - 1);
    slots[at] = x->slots[i];
  }
  x->slots = slots;
  x->n_slots = n;
  return SONDE_OK;
}

static sonde_code count(sonde_job *j, sonde_str s, bool null, uint64_t n, sonde_error *err) {
  counting *x = j->self;
  if (x->n * 2 >= x->n_slots) SONDE_TRY(grow(j, err));
  uint64_t hash = hash_bytes(s.ptr, s.len) ^ (null ? 0x9E3779B9u : 0);
  uint32_t at = (uint32_t)hash & (x->n_slots - 1);
  for (; x->slots[at].used; at = (at + 1) & (x->n_slots - 1)) {
    counted *c = &x->slots[at];
    if (c->hash != hash || c->null != null || c->text.len != s.len || memcmp(c->text.ptr, s.ptr, s.len) != 0)
      continue;
    c->count += n;
    return SONDE_OK;
  }
  char *copy = arena_copy(&j->memory, s.ptr, s.len, err);
  if (!copy) return err->code;
  x->slots[at] = (counted){{copy, s.len}, hash, n, null, true};
  x->n++;
  return SONDE_OK;
}

static sonde_code values_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  uint32_t n = rd_count(r, 13);
  for (uint32_t i = 0; i < n; i++) {
    bool null = rd_u8(r) != 0;
    uint64_t times = rd_u64(r);
    sonde_str s = rd_str(r);
    if (!r->bad) SONDE_TRY(count(j, s, null, times, err));
  }
  j->progress.done_bytes += j->table->blocks[id].end - j->table->blocks[id].begin;
  return SONDE_OK;
}

static int by_count(const void *a, const void *b) {
  const counted *x = a, *y = b;
  if (x->used != y->used) return x->used ? -1 : 1;
  if (!x->used) return 0;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  int c = memcmp(x->text.ptr, y->text.ptr, x->text.len < y->text.len ? x->text.len : y->text.len);
  return c ? c : (x->text.len > y->text.len) - (x->text.len < y->text.len);
}

/* The values as a page of text and counts; the host reads the texts as the column's type. */
static sonde_code put_page(sonde_job *j, sonde_error *err) {
  counting *x = j->self;
  if (x->n_slots) qsort(x->slots, x->n_slots, sizeof *x->slots, by_count);
  uint32_t n = x->n < x->limit ? x->n : x->limit;
  page_cell *cells = arena_array(&j->scratch, n, sizeof *cells, err);
  vec *texts = arena_array(&j->scratch, n, sizeof *texts, err),
      *counts = arena_array(&j->scratch, n, sizeof *counts, err);
  uint32_t *offsets = arena_array(&j->scratch, n, 8, err);
  if (!cells || !texts || !counts || !offsets) return err->code;
  buf_clear(&j->page);
  page_begin(&j->page, 2, n, 0, NULL);
  for (uint32_t i = 0; i < n; i++) {
    const counted *c = &x->slots[i];
    offsets[2 * i] = 0;
    offsets[2 * i + 1] = (uint32_t)c->text.len;
    texts[i] = (vec){.type = {.id = TYPE_TEXT},
                     .form = VEC_TEXT,
                     .rows = 1,
                     .offsets = offsets + 2 * i,
                     .bytes = c->text.ptr};
    counts[i] = (vec){.type = {.id = TYPE_INT64}, .form = VEC_PACKED, .rows = 1, .base = (int64_t)c->count};
    cells[i] = (page_cell){c->null ? NULL : &texts[i], 0};
  }
  page_column(&j->page, 0, 0, (column_type){.id = TYPE_TEXT}, cells);
  for (uint32_t i = 0; i < n; i++) cells[i] = (page_cell){&counts[i], 0};
  page_column(&j->page, 1, 1, (column_type){.id = TYPE_INT64}, cells);
  return buf_status(&j->page, err);
}

static sonde_code begin(sonde_job *j, sonde_error *err) {
  const view *v = ((counting *)j->self)->view;
  SONDE_TRY(split_begin(j, j->table->n_blocks, err));
  for (uint32_t b = 0; v && v->bits && b < j->table->n_blocks; b++)
    if (!v->bits[b]) split_skip(j, b);
  return SONDE_OK;
}

static sonde_step values_step(sonde_job *j, sonde_error *err) {
  if (j->phase == 2) return SONDE_DONE;
  if (j->phase == 0) {
    j->phase = 1;
    j->progress.total_bytes = j->table->size;
    if (begin(j, err) != SONDE_OK) return SONDE_FAIL;
  }
  sonde_step s = split_step(j, err);
  if (s != SONDE_DONE) return s;
  if (put_page(j, err) != SONDE_OK) return SONDE_FAIL;
  j->phase = 2;
  return SONDE_PAGE;
}

static void values_info(sonde_job *j, buf *out) {
  buf_printf(out, "{\"distinct\":%u}", ((counting *)j->self)->n);
}

static const job_kind values_kind = {.step = values_step,
                                     .encode = values_encode,
                                     .accept = values_accept,
                                     .block_of = values_block_of,
                                     .info = values_info};

sonde_code values_start(sonde_job *j, const json *spec, sonde_error *err) {
  view *v = engine_view(j->engine, json_u64(json_get(spec, "view"), 0));
  SONDE_CHECK(v || !json_get(spec, "view"), err, SONDE_NAME, 0, "the view is not there any more");
  if (v) j->table = v->table;
  SONDE_CHECK(j->table && j->table->imported, err, SONDE_MISUSE, 0, "the table has to be imported first");
  uint64_t column = json_index(json_get(spec, "column"));
  SONDE_CHECK(column < j->table->columns, err, SONDE_NAME, 0, "column %llu is not there",
              (unsigned long long)column);
  counting *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  *x = (counting){.view = v,
                  .ref = {.column = (uint32_t)column, .form = j->table->forms[column]},
                  .limit = (uint32_t)json_u64(json_get(spec, "limit"), 1000)};
  j->self = x;
  j->kind = &values_kind;
  return SONDE_OK;
}
