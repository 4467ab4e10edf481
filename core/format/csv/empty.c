/* See empty.h. */
#include "format/csv/empty.h"

#include <string.h>

/* Bytes of UTF-16 are not looked at. */
static bool may_hold_empty_text(const csv_dialect *d, csv_span span) {
  if (d->encoding == CSV_UTF16LE || d->encoding == CSV_UTF16BE) return true;
  const uint8_t *p = span.bytes, *end = span.bytes + span.len;
  if (!d->quote || !p) return false;
  while ((p = memchr(p, d->quote, (size_t)(end - p))) != NULL)
    if (++p == end || *p == d->quote) return p < end;
  return false;
}

/* A block without values is kept as nothing but nulls, which serves any type, so it is in doubt whatever form was tried. */
static bool in_doubt(const csv_column *c, const csv_plan *plan, uint32_t rows) {
  if (plan->mode != CSV_INFER || c->nulls == 0) return false;
  if (c->nulls == rows && c->form.type.id != TYPE_TEXT) return true;
  bool text_now = c->form.type.id == TYPE_TEXT, text_before = csv_resolve(&plan->seen).type.id == TYPE_TEXT;
  return c->form.type.id == TYPE_NONE || (text_now && !text_before);
}

bool csv_unsure_of_empty(const csv_dialect *d, csv_span span, const csv_rows *rows, const csv_plan *plan,
                         bool *unsure) {
  bool any = false;
  if (unsure) memset(unsure, 0, d->columns * sizeof *unsure);
  for (uint32_t c = 0; c < d->columns; c++) {
    if (!in_doubt(&rows->columns[c], &plan[c], rows->rows)) continue;
    if (!any && !may_hold_empty_text(d, span)) return false;
    any = true;
    if (unsure) unsure[c] = true;
  }
  return any;
}
