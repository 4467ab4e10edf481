/* The rows of a sample, by the reader that the engine itself uses (row.h): what was sniffed is what will be read. */
#include <string.h>

#include "format/csv/sniff_parts.h"

void sniff_rows_init(sniff_rows *r, const csv_dialect *d, const char *p, size_t n, bool whole,
                     csv_field *fields, uint32_t cap) {
  bool too_long = n > UINT32_MAX / 4; /* positions of row.h have 32 bits; no head is as long as that */
  *r = (sniff_rows){.dialect = *d,
                    .text = (const uint8_t *)p,
                    .n = too_long ? UINT32_MAX / 4 : (uint32_t)n,
                    .whole = whole && !too_long,
                    .fields = fields,
                    .cap = cap};
}

static bool blank(const sniff_rows *r) {
  uint32_t content = r->row.begin;
  while (content < r->row.next && (r->text[content] == '\r' || r->text[content] == '\n')) content++;
  return content == r->row.next;
}

bool sniff_next_row(sniff_rows *r) {
  while (r->pos < r->n) {
    row_kind kind = csv_next_row(&r->dialect, r->text, r->n, r->whole, r->pos, r->fields, r->cap, &r->row);
    if (kind == ROW_SHORT) return false;
    r->pos = r->row.next;
    if (kind == ROW_DATA && !blank(r)) return true;
  }
  return false;
}

bool sniff_next_cut_row(sniff_rows *r) {
  bool whole = r->whole;
  r->whole = true;
  bool found = sniff_next_row(r);
  r->whole = whole;
  return found;
}

uint32_t sniff_fields(const sniff_rows *r) { return r->row.fields < r->cap ? r->row.fields : r->cap; }

sonde_code sniff_value(const sniff_rows *r, const csv_field *f, arena *memory, sonde_str *out,
                       sonde_error *err) {
  const csv_dialect *d = &r->dialect;
  *out = (sonde_str){(const char *)r->text + f->begin, f->len};
  if (!(f->flags & FIELD_ESCAPED) || f->flags & FIELD_STRAY) return SONDE_OK;
  char *text = arena_alloc(memory, f->len, err);
  if (!text) return SONDE_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < f->len; i++) {
    uint8_t c = (uint8_t)out->ptr[i];
    if ((c == d->quote || (d->escape && c == d->escape)) && i + 1 < f->len) i++;
    text[n++] = out->ptr[i];
  }
  *out = (sonde_str){text, n};
  return SONDE_OK;
}
