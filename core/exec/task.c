/* What all fragments share: heads, bytes, columns, dispatch. See task.h. */
#include "exec/task.h"

#include <string.h>

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
  if (f.type.id > TYPE_LAST || f.type.scale > 38) r->bad = true;
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

static void put_dialect(buf *b, const csv_dialect *d) {
  uint8_t bytes[] = {d->encoding, d->newline, d->delimiter, d->quote,
                     d->escape,   d->comment, d->decimal,   d->header};
  buf_put(b, bytes, sizeof bytes);
  buf_u32(b, d->skip);
  buf_u32(b, d->columns);
  buf_u64(b, d->bom);
  buf_u64(b, d->header_at);
  buf_u64(b, d->data_at);
  buf_str(b, (sonde_str){(const char *)d->nulls, d->nulls_len});
}

static csv_dialect get_dialect(rd *r) {
  const uint8_t *bytes = rd_bytes(r, 8);
  if (!bytes) return (csv_dialect){0};
  csv_dialect d = {.encoding = bytes[0],
                   .newline = bytes[1],
                   .delimiter = bytes[2],
                   .quote = bytes[3],
                   .escape = bytes[4],
                   .comment = bytes[5],
                   .decimal = bytes[6],
                   .header = bytes[7] != 0};
  d.skip = rd_u32(r);
  d.columns = rd_u32(r);
  d.bom = rd_u64(r);
  d.header_at = rd_u64(r);
  d.data_at = rd_u64(r);
  sonde_str nulls = rd_str(r);
  if (nulls.len > CSV_NULLS_MAX) r->bad = true;
  if (r->bad || nulls.len == 0) return d;
  memcpy(d.nulls, nulls.ptr, nulls.len);
  d.nulls_len = (uint8_t)nulls.len;
  return d;
}

void fragment_put_head(buf *b, const fragment_head *h) {
  buf_u8(b, h->kind);
  buf_u8(b, h->format);
  if (h->format == FORMAT_CSV) put_dialect(b, &h->dialect);
  buf_u32(b, h->columns);
  buf_u32(b, h->table);
  buf_u32(b, h->source);
  buf_u32(b, h->block);
  buf_u32(b, h->rows);
  buf_u64(b, h->begin);
  buf_u64(b, h->end);
}

sonde_code fragment_get_head(rd *r, fragment_head *h, sonde_error *err) {
  *h = (fragment_head){.kind = rd_u8(r)}; /* one read a statement: initialisers have no order */
  h->format = rd_u8(r);
  if (h->format == FORMAT_CSV) h->dialect = get_dialect(r);
  h->columns = rd_u32(r);
  h->table = rd_u32(r);
  h->source = rd_u32(r);
  h->block = rd_u32(r);
  h->rows = rd_u32(r);
  h->begin = rd_u64(r);
  h->end = rd_u64(r);
  bool known = h->format == FORMAT_CSV ? h->dialect.columns > 0 : h->format <= FORMAT_MEMORY;
  SONDE_CHECK(!r->bad && h->begin <= h->end && h->columns > 0 && known, err, SONDE_CORRUPT, 0,
              "a fragment has a broken head");
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
  case FRAGMENT_EXPORT: code = run_export(t, &h, &r, out); break;
  case FRAGMENT_COLUMNS: code = run_columns(t, &h, &r, out); break;
  case FRAGMENT_QUERY: code = run_query(t, &h, &r, out); break;
  default: return status_set(t->err, SONDE_CORRUPT, 0, "fragment kind %u is not known", h.kind);
  }
  if (code == SONDE_OK && t->wants->count == 0 && !t->again) code = buf_status(out, t->err);
  return code;
}
