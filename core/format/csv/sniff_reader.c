/* Reads the rows of a sample field by field under a trial dialect, and notes what a well-formed row would not have. */
#include <string.h>

#include "format/csv/sniff_parts.h"

void sniff_reader_init(sniff_reader *r, const csv_dialect *d, const char *p, size_t n, bool whole) {
  *r = (sniff_reader){.p = p, .n = n, .whole = whole, .dialect = *d};
  r->stops['\n'] = d->newline != CSV_CR;
  r->stops['\r'] = d->newline == CSV_CR || d->newline == CSV_MIXED;
  if (d->delimiter) r->stops[d->delimiter] = true;
  if (d->quote) r->quote_stops[d->quote] = true;
  if (d->escape) r->quote_stops[d->escape] = true;
}

static size_t scan(const sniff_reader *r, const bool stops[256], size_t at) {
  while (at < r->n && !stops[(uint8_t)r->p[at]]) at++;
  return at;
}

/* Length of the line end at `at`; 0: none. LF and CRLF rows end at \n alone, see csv_newline. */
static size_t line_end(const sniff_reader *r, size_t at) {
  if (at >= r->n) return 0;
  char c = r->p[at];
  if (c == '\n') return r->dialect.newline != CSV_CR;
  if (c != '\r') return 0;
  if (r->dialect.newline == CSV_CR) return 1;
  if (r->dialect.newline == CSV_MIXED) return at + 1 < r->n && r->p[at + 1] == '\n' ? 2 : 1;
  return at + 1 < r->n && r->p[at + 1] == '\n' ? 2 : 0;
}

bool sniff_skip_blank(sniff_reader *r) {
  size_t end = line_end(r, r->pos);
  r->pos += end;
  return end > 0;
}

bool sniff_next_row(sniff_reader *r) {
  uint8_t comment = r->dialect.comment;
  while (comment && r->pos < r->n && (uint8_t)r->p[r->pos] == comment) {
    size_t end = r->pos;
    while (end < r->n && !line_end(r, end)) end++;
    r->pos = end + line_end(r, end);
  }
  return r->pos < r->n;
}

/* Where a quoted field's content begins: at a quote, spaces before it allowed. SIZE_MAX: the field is not quoted. */
static size_t quoted_begin(const sniff_reader *r) {
  if (!r->dialect.quote) return SIZE_MAX;
  size_t at = r->pos;
  while (r->dialect.delimiter != ' ' && at < r->n && r->p[at] == ' ') at++;
  return at < r->n && (uint8_t)r->p[at] == r->dialect.quote ? at + 1 : SIZE_MAX;
}

/* Answers the position of the closing quote, or the text's end. */
static size_t quoted_end(const sniff_reader *r, size_t at, sniff_field *f) {
  uint8_t quote = r->dialect.quote;
  for (;;) {
    at = scan(r, r->quote_stops, at);
    if (at >= r->n) {
      f->open = true;
      return r->n;
    }
    bool doubled = at + 1 < r->n && (uint8_t)r->p[at + 1] == quote;
    if ((uint8_t)r->p[at] == quote && !doubled) return at;
    f->escaped = true;
    at = r->n - at < 2 ? r->n : at + 2;
  }
}

static bool only_spaces(const char *p, size_t n) {
  while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\r')) n--;
  return n == 0;
}

/* Takes the delimiter or line end that the field ended at. */
static void take_stop(sniff_reader *r, size_t stop, sniff_field *f) {
  bool delimited = stop < r->n && r->dialect.delimiter && (uint8_t)r->p[stop] == r->dialect.delimiter;
  f->last = !delimited;
  f->cut = stop >= r->n && !r->whole;
  r->pos = stop + (delimited ? 1 : line_end(r, stop));
}

void sniff_next_field(sniff_reader *r, sniff_field *f) {
  *f = (sniff_field){.begin = quoted_begin(r)};
  f->quoted = f->begin != SIZE_MAX;
  if (!f->quoted) {
    size_t stop = scan(r, r->stops, r->pos);
    f->begin = r->pos;
    f->end = stop;
    if (stop < r->n && r->p[stop] == '\n' && stop > r->pos && r->p[stop - 1] == '\r') f->end--;
    take_stop(r, stop, f);
    return;
  }
  f->end = quoted_end(r, f->begin, f);
  size_t after = f->open ? r->n : f->end + 1, stop = scan(r, r->stops, after);
  f->stray = !only_spaces(r->p + after, stop - after);
  if (f->stray) f->end = stop;
  take_stop(r, stop, f);
}

sonde_code sniff_value(const sniff_reader *r, const sniff_field *f, arena *memory, sonde_str *out, sonde_error *err) {
  *out = (sonde_str){r->p + f->begin, f->end - f->begin};
  if (!f->escaped || out->len == 0) return SONDE_OK;
  char *text = arena_alloc(memory, out->len, err);
  if (!text) return SONDE_NOMEM;
  size_t n = 0;
  for (size_t i = 0; i < out->len; i++) {
    bool takes_next = r->quote_stops[(uint8_t)out->ptr[i]] && i + 1 < out->len;
    if (takes_next) i++;
    text[n++] = out->ptr[i];
  }
  *out = (sonde_str){text, n};
  return SONDE_OK;
}
