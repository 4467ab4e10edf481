/* See row.h. */
#include "format/csv/row.h"

#include <string.h>

#include "base/arena.h"
#include "base/simd.h"
#include "base/utf8.h"

typedef struct {
  const csv_dialect *d;
  const uint8_t *begin, *end, *p;
  bool last;
  uint8_t eol1, eol2; /* bytes that may end a row */
  csv_field *fields;
  uint32_t cap;
  csv_row *row;
} cursor;

/* Whether *p ends the row, and how many bytes the end takes; 0 when it does not. SHORT when the next byte decides. */
static uint32_t line_end(const cursor *c, const uint8_t *p, bool *needs_more) {
  if (*p == '\n') return c->d->newline == CSV_CR ? 0 : 1;
  if (*p != '\r') return 0;
  switch (c->d->newline) {
  case CSV_CR: return 1;
  case CSV_MIXED:
    if (p + 1 < c->end) return p[1] == '\n' ? 2 : 1;
    *needs_more = !c->last;
    return 1;
  default:
    if (p + 1 < c->end) return p[1] == '\n' ? 2 : 0;
    *needs_more = !c->last;
    return c->last ? 1 : 0;
  }
}

static void put_field(cursor *c, const uint8_t *from, const uint8_t *to, uint8_t flags) {
  if (c->row->fields < c->cap)
    c->fields[c->row->fields] = (csv_field){(uint32_t)(from - c->begin), (uint32_t)(to - from), flags};
  c->row->fields++;
}

static uint32_t count_lines(const csv_dialect *d, const uint8_t *p, const uint8_t *end) {
  uint32_t n = 0;
  uint8_t eol = d->newline == CSV_CR ? '\r' : '\n';
  while ((p = memchr(p, eol, (size_t)(end - p))) != NULL) n++, p++;
  return n;
}

/* From behind an opening quote to behind its closing one; NULL when it does not close. */
static const uint8_t *close_quote(const cursor *c, const uint8_t *p, uint8_t *flags) {
  uint8_t quote = c->d->quote, escape = c->d->escape ? c->d->escape : quote;
  while ((p = simd_find3(p, c->end, quote, escape, quote)) < c->end) {
    if (*p == escape && escape != quote) {
      *flags |= FIELD_ESCAPED;
      p += p + 1 < c->end ? 2 : 1;
    } else if (p + 1 < c->end && p[1] == quote) {
      *flags |= FIELD_ESCAPED;
      p += 2;
    } else {
      return p + 1;
    }
  }
  return NULL;
}

typedef enum { AT_DELIMITER, AT_END, AT_SHORT } stop;

/* Unquoted text from p to a delimiter or line end. */
static stop plain_until(cursor *c, const uint8_t *p) {
  uint8_t delimiter = c->d->delimiter ? c->d->delimiter : c->eol1;
  for (;;) {
    p = simd_find3(p, c->end, delimiter, c->eol1, c->eol2);
    c->p = p;
    if (p == c->end) return c->last ? AT_END : AT_SHORT;
    if (*p == c->d->delimiter && c->d->delimiter) return AT_DELIMITER;
    bool needs_more = false;
    uint32_t n = line_end(c, p, &needs_more);
    if (needs_more) return AT_SHORT;
    if (n) return AT_END;
    p++;
  }
}

static stop quoted_field(cursor *c) {
  const uint8_t *open = c->p;
  uint8_t flags = FIELD_QUOTED;
  const uint8_t *after = close_quote(c, open + 1, &flags);
  if (!after || (after == c->end && !c->last)) {
    if (!c->last) return AT_SHORT;
    c->row->unclosed = true;
    c->row->lines += count_lines(c->d, open, c->end);
    put_field(c, open + 1, c->end, flags);
    c->p = c->end;
    return AT_END;
  }
  stop at = plain_until(c, after);
  if (at == AT_SHORT) return at;
  c->row->lines += count_lines(c->d, open, after);
  if (c->p == after) {
    put_field(c, open + 1, after - 1, flags);
  } else {
    bool spaces = true;
    for (const uint8_t *q = after; q < c->p; q++)
      spaces = spaces && (*q == ' ' || *q == '\t' || (*q == '\r' && q + 1 == c->p && at == AT_END));
    c->row->stray = c->row->stray || !spaces;
    if (spaces)
      put_field(c, open + 1, after - 1, flags);
    else
      put_field(c, open, c->p, FIELD_STRAY);
  }
  return at;
}

static stop next_field(cursor *c) {
  if (c->p < c->end && c->d->quote && *c->p == c->d->quote) return quoted_field(c);
  const uint8_t *from = c->p;
  stop at = plain_until(c, from);
  if (at != AT_SHORT) put_field(c, from, c->p, 0);
  return at;
}

/* Past the line end at c->p, if there is one. */
static void finish(cursor *c) {
  bool needs_more = false;
  if (c->p < c->end) {
    c->p += line_end(c, c->p, &needs_more);
    c->row->lines++;
  }
  c->row->next = (uint32_t)(c->p - c->begin);
}

static bool skipped(cursor *c, row_kind *kind) {
  const uint8_t *from = c->p;
  bool comment = c->d->comment && *from == c->d->comment, needs_more = false;
  bool blank = c->d->columns > 1 && line_end(c, from, &needs_more) > 0;
  if (needs_more) return *kind = ROW_SHORT, true;
  if (!comment && !blank) return false;
  for (const uint8_t *p = from;; p++) {
    p = simd_find3(p, c->end, c->eol1, c->eol2, c->eol2);
    c->p = p;
    if (p == c->end || line_end(c, p, &needs_more)) break;
  }
  *kind = needs_more || (c->p == c->end && !c->last) ? ROW_SHORT : ROW_SKIPPED;
  finish(c);
  return true;
}

row_kind csv_next_row(const csv_dialect *d, const uint8_t *text, uint32_t len, bool last, uint32_t pos,
                      csv_field *fields, uint32_t cap, csv_row *row) {
  bool cr = d->newline == CSV_CR;
  cursor c = {.d = d,
              .begin = text,
              .end = text + len,
              .p = text + pos,
              .last = last,
              .fields = fields,
              .cap = cap,
              .row = row,
              .eol1 = cr ? '\r' : '\n',
              .eol2 = d->newline == CSV_MIXED ? '\r'
                      : cr                    ? '\r'
                                              : '\n'};
  *row = (csv_row){.begin = pos, .next = pos};
  if (d->newline == CSV_CRLF || d->newline == CSV_LF) c.eol2 = '\n';
  row_kind kind;
  if (skipped(&c, &kind)) return kind;
  stop at;
  while ((at = next_field(&c)) == AT_DELIMITER) c.p++;
  if (at == AT_SHORT) return ROW_SHORT;
  bool lf = c.eol1 == '\n' && (c.p == c.end || *c.p == '\n');
  if (lf && row->fields <= cap && row->fields > 0 && d->newline != CSV_MIXED) {
    csv_field *f = &fields[row->fields - 1]; /* the \r of \r\n belongs to the line end */
    if (f->len && !(f->flags & FIELD_QUOTED) && text[f->begin + f->len - 1] == '\r') f->len--;
  }
  finish(&c);
  return ROW_DATA;
}

sonde_code csv_text_open(csv_text *t, const csv_dialect *d, csv_span span, arena *a, sonde_error *err) {
  SONDE_CHECK(span.len < UINT32_MAX / 3, err, SONDE_LIMIT, span.offset,
              "a row of more than 1.3 GB begins at byte %llu", (unsigned long long)span.offset);
  *t = (csv_text){.dialect = d,
                  .text = span.bytes,
                  .len = (uint32_t)span.len,
                  .offset = span.offset,
                  .known_at = span.offset,
                  .end = span.offset + span.len};
  if (d->encoding == CSV_UTF8 || span.len == 0) return SONDE_OK;
  text_encoding from = (text_encoding)d->encoding;
  char *out = arena_alloc(a, text_to_utf8_max(from, span.len), err);
  if (!out) return err->code;
  size_t used;
  t->len = (uint32_t)text_to_utf8(from, span.bytes, span.len, span.last, out, &used);
  t->text = (const uint8_t *)out;
  t->end = span.offset + used;
  return SONDE_OK;
}

uint64_t csv_text_source(csv_text *t, uint32_t pos) {
  if (t->dialect->encoding == CSV_UTF8) return t->offset + pos;
  if (pos < t->known) {
    t->known = 0;
    t->known_at = t->offset;
  }
  t->known_at += text_source_bytes((text_encoding)t->dialect->encoding, (const char *)t->text + t->known,
                                   pos - t->known);
  t->known = pos;
  return t->known_at < t->end ? t->known_at : t->end;
}
