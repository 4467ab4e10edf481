/* Any bytes, read as any head under any overrides: an answer whose every field is in range. */
// replay: csv bad
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "format/csv/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD_MAX = 256 << 10 };

static void expect(bool holds) {
  if (!holds) abort();
}

static int compare_names(const void *a, const void *b) {
  const sonde_str *x = a, *y = b;
  size_t n = x->len < y->len ? x->len : y->len;
  int order = n ? memcmp(x->ptr, y->ptr, n) : 0;
  return order ? order : (x->len > y->len) - (x->len < y->len);
}

static void check_names(const csv_sniffed *s) {
  uint32_t n = s->dialect.columns;
  for (uint32_t i = 0; i < n; i++)
    expect(s->names[i].ptr && s->names[i].len > 0 && utf8_valid(s->names[i].ptr, s->names[i].len));
  sonde_str *sorted = malloc(n * sizeof *sorted);
  expect(sorted);
  memcpy(sorted, s->names, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, compare_names);
  for (uint32_t i = 1; i < n; i++) expect(compare_names(&sorted[i - 1], &sorted[i]) < 0);
  free(sorted);
}

static void check_guesses(const csv_sniffed *s, const csv_overrides *o) {
  static const uint32_t bits[CSV_GUESSES] = {CSV_SET_ENCODING, CSV_SET_DELIMITER, CSV_SET_QUOTE,
                                             CSV_SET_ESCAPE,   CSV_SET_COMMENT,   CSV_SET_HEADER,
                                             CSV_SET_SKIP,     CSV_SET_DECIMAL,   CSV_SET_NEWLINE};
  for (int i = 0; i < CSV_GUESSES; i++) {
    const csv_guess *g = &s->guesses[i];
    expect(g->setting && g->value.ptr && g->reason.len > 0);
    expect(g->overridden == ((o->set & bits[i]) != 0));
    expect(g->runner_value.len == 0 || g->runner_reason.len > 0);
  }
}

static void check_dialect(const csv_sniffed *s, csv_span head, const csv_overrides *o) {
  const csv_dialect *d = &s->dialect, *v = &o->value;
  expect(d->encoding <= CSV_WINDOWS_1252 && d->newline <= CSV_MIXED &&
         (d->decimal == '.' || d->decimal == ','));
  expect(d->columns >= 1 && d->columns <= head.len + 1);
  expect(d->bom <= d->header_at && d->header_at <= d->data_at && d->data_at <= head.len);
  expect(d->header || d->header_at == d->data_at);
  expect(s->row_bytes >= 0 && s->row_bytes <= (double)head.len);
  expect(!(o->set & CSV_SET_DELIMITER) || d->delimiter == v->delimiter);
  expect(!(o->set & CSV_SET_QUOTE) || d->quote == v->quote);
  expect(!(o->set & CSV_SET_ESCAPE) || d->escape == v->escape);
  expect(o->set & CSV_SET_COMMENT ? d->comment == v->comment : d->comment == 0);
  expect(!(o->set & CSV_SET_SKIP) || d->skip == v->skip);
  expect(!(o->set & CSV_SET_NEWLINE) || d->newline == v->newline);
  expect(!(o->set & CSV_SET_DECIMAL) || d->decimal == v->decimal);
  expect(!(o->set & CSV_SET_ENCODING) || d->encoding == v->encoding);
}

/* A head that holds anything but line ends has a first row. */
static void check_nothing_dropped(const csv_sniffed *s, csv_span head) {
  if (s->dialect.encoding == CSV_UTF16LE || s->dialect.encoding == CSV_UTF16BE) return;
  size_t i = (size_t)s->dialect.bom;
  while (i < head.len && (head.bytes[i] == '\r' || head.bytes[i] == '\n')) i++;
  expect(i == head.len || s->dialect.header_at < head.len);
}

static void sniff(csv_span head, const csv_overrides *o) {
  mem m;
  arena memory;
  csv_sniffed out;
  mem_init(&m, 256u << 20, NULL, NULL);
  arena_init(&memory, &m);
  expect(csv_sniff(head, o, &memory, &out, NULL) == SONDE_OK);
  check_dialect(&out, head, o);
  check_guesses(&out, o);
  check_names(&out);
  if (o->set == 0) check_nothing_dropped(&out, head);
  arena_free(&memory);
  expect(m.used == 0);
}

static csv_overrides overrides_of(const uint8_t b[12]) {
  csv_overrides o = {.set = (uint32_t)(b[0] | b[1] << 8) & 511};
  o.value = (csv_dialect){.encoding = b[2] & 3,
                          .newline = b[3] & 3,
                          .delimiter = b[4],
                          .quote = b[5],
                          .escape = b[6],
                          .comment = b[7],
                          .decimal = b[8] & 1 ? ',' : '.',
                          .header = b[9] & 1,
                          .skip = b[10]};
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const csv_overrides none = {0};
  if (size > HEAD_MAX) size = HEAD_MAX;
  sniff((csv_span){data, size, 0, true}, &none);
  sniff((csv_span){data, size, 0, false}, &none);
  if (size < 12) return 0;
  csv_overrides o = overrides_of(data);
  sniff((csv_span){data + 12, size - 12, 0, data[11] & 1}, &o);
  return 0;
}
