/* What all fragments share: heads, bytes, columns, dispatch. See task.h. */
#include "exec/task.h"

#include <string.h>

#define FIELD_MAX ((uint32_t)256 << 20)

void put_form(buf *b, csv_form f) {
  buf_u8(b, f.type.id);
  buf_u8(b, f.type.scale);
  buf_u8(b, f.order);
}

csv_form get_form(rd *r) {
  csv_form f;
  f.type.id = rd_u8(r);
  f.type.scale = rd_u8(r);
  f.order = rd_u8(r);
  if (f.type.id > TYPE_TEXT || f.type.scale > 38) r->bad = true;
  return f;
}

void put_seen(buf *b, const csv_seen *s) {
  buf_u32(b, s->kinds);
  buf_u8(b, s->orders);
  buf_u8(b, s->int_digits);
  buf_u8(b, s->frac_digits);
}

csv_seen get_seen(rd *r) {
  csv_seen s = {.kinds = rd_u32(r)};
  s.orders = rd_u8(r);
  s.int_digits = rd_u8(r);
  s.frac_digits = rd_u8(r);
  return s;
}

void fragment_put_head(buf *b, const fragment_head *h) {
  const csv_dialect *d = &h->dialect;
  buf_u8(b, h->kind);
  uint8_t bytes[] = {d->encoding, d->newline, d->delimiter, d->quote,
                     d->escape,   d->comment, d->decimal,   d->header};
  buf_put(b, bytes, sizeof bytes);
  buf_u32(b, d->skip);
  buf_u32(b, d->columns);
  buf_u64(b, d->bom);
  buf_u64(b, d->header_at);
  buf_u64(b, d->data_at);
  buf_u32(b, h->table);
  buf_u32(b, h->source);
  buf_u32(b, h->block);
  buf_u32(b, h->rows);
  buf_u64(b, h->begin);
  buf_u64(b, h->end);
}

sonde_code fragment_get_head(rd *r, fragment_head *h, sonde_error *err) {
  csv_dialect *d = &h->dialect;
  h->kind = rd_u8(r);
  const uint8_t *bytes = rd_bytes(r, 8);
  SONDE_CHECK(bytes, err, SONDE_CORRUPT, 0, "a fragment is cut short");
  *d = (csv_dialect){bytes[0],      bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6],
                     bytes[7] != 0, 0,        0,        0,        0,        0};
  d->skip = rd_u32(r);
  d->columns = rd_u32(r);
  d->bom = rd_u64(r);
  d->header_at = rd_u64(r);
  d->data_at = rd_u64(r);
  h->table = rd_u32(r);
  h->source = rd_u32(r);
  h->block = rd_u32(r);
  h->rows = rd_u32(r);
  h->begin = rd_u64(r);
  h->end = rd_u64(r);
  SONDE_CHECK(!r->bad && h->begin <= h->end && d->columns > 0, err, SONDE_CORRUPT, 0,
              "a fragment has a broken head");
  return SONDE_OK;
}

void fragment_put_refs(buf *b, const column_ref *refs, uint32_t n) {
  buf_u32(b, n);
  for (uint32_t i = 0; i < n; i++) {
    buf_u32(b, refs[i].column);
    put_form(b, refs[i].form);
  }
}

sonde_code fragment_get_refs(rd *r, const fragment_head *h, arena *a, const column_ref **out, uint32_t *n,
                             sonde_error *err) {
  *n = rd_count(r, 7);
  column_ref *refs = arena_array(a, *n, sizeof *refs, err);
  if (!refs) return err->code;
  for (uint32_t i = 0; i < *n; i++) {
    refs[i].column = rd_u32(r);
    refs[i].form = get_form(r);
    if (refs[i].column >= h->dialect.columns) r->bad = true;
  }
  SONDE_CHECK(!r->bad, err, SONDE_CORRUPT, 0, "a fragment names broken columns");
  *out = refs;
  return SONDE_OK;
}

const uint8_t *task_bytes(task *t, sonde_source id, uint64_t begin, uint64_t end) {
  source *src = sources_find(t->sources, id);
  if (!src) {
    status_set(t->err, SONDE_MISUSE, begin, "source %u is not known to this engine", id);
    return NULL;
  }
  if (src->failed) {
    status_set(t->err, SONDE_BYTES, begin, "%s", src->reason);
    t->err->source = id;
    return NULL;
  }
  if (end > src->size || end - begin > UINT32_MAX) {
    status_set(t->err, SONDE_LIMIT, begin, "a row of more than 4 GB begins at byte %llu",
               (unsigned long long)begin);
    return NULL;
  }
  if (begin == end) return (const uint8_t *)"";
  const uint8_t *bytes = source_bytes(src, begin, (uint32_t)(end - begin));
  if (!bytes) wants_add(t->wants, id, begin, (uint32_t)(end - begin));
  return bytes;
}

bool task_goes_on(const task *t, sonde_source id, uint64_t end) {
  const source *src = sources_find(t->sources, id);
  return src && end < src->size;
}

/* Reads the columns listed in `p` from the block's bytes. */
static sonde_code read_part(task *t, const fragment_head *h, const uint8_t *bytes, part *p) {
  uint32_t columns = h->dialect.columns;
  csv_plan *plan = arena_zero(t->scratch, columns * sizeof *plan, t->err);
  if (!plan) return t->err->code;
  for (uint32_t i = 0; i < p->n_columns; i++)
    plan[p->columns[i]] = (csv_plan){.mode = CSV_FIXED, .form = p->forms[i]};
  arena keep = {.mem = t->mem};
  chunk wide = {.memory = p->chunk.memory};
  csv_rows rows;
  csv_span span = {bytes, (size_t)(h->end - h->begin), h->begin, true};
  csv_want want = {.rows = h->rows, .whole = task_goes_on(t, h->source, h->end), .field_max = FIELD_MAX};
  sonde_code code = csv_read(&h->dialect, span, want, plan, &wide, &keep, t->scratch, &rows, t->err);
  p->chunk.memory = wide.memory;
  arena_free(&keep);
  if (code) return code;
  SONDE_CHECK(rows.rows == h->rows, t->err, SONDE_BYTES, h->begin,
              "the file changed while it was being read: %u rows at byte %llu where there were %u", rows.rows,
              (unsigned long long)h->begin, h->rows);
  p->chunk.rows = rows.rows;
  p->chunk.columns = p->n_columns;
  p->chunk.vecs = arena_array(&p->chunk.memory, p->n_columns, sizeof(vec), t->err);
  if (!p->chunk.vecs) return t->err->code;
  for (uint32_t i = 0; i < p->n_columns; i++) p->chunk.vecs[i] = wide.vecs[p->columns[i]];
  return SONDE_OK;
}

static int by_column(const column_ref *a, const column_ref *b) {
  return a->column < b->column ? -1 : a->column > b->column;
}

/* The refs not in the store, ascending and each once, as the columns of a new part. */
static part *missing_part(task *t, const fragment_head *h, const column_ref *refs, uint32_t n) {
  part *p = part_new(t->mem, h->table, h->block, t->err);
  if (!p) return NULL;
  p->columns = arena_array(&p->chunk.memory, n, sizeof *p->columns, t->err);
  p->forms = p->columns ? arena_array(&p->chunk.memory, n, sizeof *p->forms, t->err) : NULL;
  if (!p->forms) {
    part_free(p);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) { /* few columns: insertion into a sorted list */
    if (store_column(t->store, h->table, h->block, refs[i].column, refs[i].form)) continue;
    uint32_t at = p->n_columns;
    while (at > 0 && by_column(&(column_ref){p->columns[at - 1], refs[i].form}, &refs[i]) > 0) at--;
    if (at > 0 && p->columns[at - 1] == refs[i].column) continue;
    memmove(p->columns + at + 1, p->columns + at, (p->n_columns - at) * sizeof *p->columns);
    memmove(p->forms + at + 1, p->forms + at, (p->n_columns - at) * sizeof *p->forms);
    p->columns[at] = refs[i].column;
    p->forms[at] = refs[i].form;
    p->n_columns++;
  }
  return p;
}

static const vec *in_part(const part *p, uint32_t column) {
  for (uint32_t i = 0; p && i < p->n_columns; i++)
    if (p->columns[i] == column) return &p->chunk.vecs[i];
  return NULL;
}

bool task_columns(task *t, const fragment_head *h, const column_ref *refs, uint32_t n, const vec **out,
                  part **held) {
  *held = NULL;
  part *p = missing_part(t, h, refs, n);
  if (!p) return false;
  if (p->n_columns > 0) {
    const uint8_t *bytes = task_bytes(t, h->source, h->begin, h->end);
    if (!bytes || read_part(t, h, bytes, p) != SONDE_OK) {
      part_free(p);
      return false;
    }
    source *src = sources_find(t->sources, h->source);
    source_release(t->sources, src, h->begin, h->end);
  }
  for (uint32_t i = 0; i < n; i++) {
    out[i] = in_part(p, refs[i].column);
    if (!out[i]) out[i] = store_column(t->store, h->table, h->block, refs[i].column, refs[i].form);
  }
  if (p->n_columns == 0)
    part_free(p);
  else if (!store_keep(t->store, p))
    *held = p;
  return true;
}

sonde_code fragment_run(task *t, const uint8_t *bytes, size_t len, buf *out) {
  rd r = {.data = bytes, .len = len};
  fragment_head h;
  t->err->code = SONDE_OK;
  SONDE_TRY(fragment_get_head(&r, &h, t->err));
  sonde_code code;
  switch (h.kind) {
  case FRAGMENT_INDEX: code = run_index(t, &h, &r, out); break;
  case FRAGMENT_IMPORT: code = run_import(t, &h, &r, out); break;
  case FRAGMENT_FILTER: code = run_filter(t, &h, &r, out); break;
  case FRAGMENT_KEYS: code = run_keys(t, &h, &r, out); break;
  case FRAGMENT_GATHER: code = run_gather(t, &h, &r, out); break;
  case FRAGMENT_VALUES: code = run_values(t, &h, &r, out); break;
  default: return status_set(t->err, SONDE_CORRUPT, 0, "fragment kind %u is not known", h.kind);
  }
  if (code == SONDE_OK && t->wants->count == 0) code = buf_status(out, t->err);
  return code;
}
