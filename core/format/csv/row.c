/* See row.h. */
#include "format/csv/row.h"

#include <string.h>

#include "base/arena.h"
#include "base/simd.h"
#include "base/utf8.h"

/* ---- looking for marks ---- */

static uint64_t marks_at(const csv_scan *s, uint32_t base) {
  uint32_t rest = s->len - base;
  uint8_t delimiter = s->ends_only ? s->eol : s->delimiter;
  if (rest >= 64) return simd_find4_in_64(s->text + base, delimiter, s->eol, s->eol2, s->quote);
  uint8_t room[64] = {0};
  memcpy(room, s->text + base, rest);
  uint64_t hits = simd_find4_in_64(room, delimiter, s->eol, s->eol2, s->quote);
  return hits & (((uint64_t)1 << rest) - 1);
}

/* What lies before `pos` is passed. */
static void seek(csv_scan *s, uint32_t pos) {
  if (pos - s->base >= 64) {
    s->base = pos;
    s->marks = pos < s->len ? marks_at(s, pos) : 0;
  } else {
    s->marks &= ~(uint64_t)0 << (pos - s->base);
  }
}

/* The next mark, which is passed with that; len when there is none. */
static inline uint32_t next_mark(csv_scan *s) {
  while (s->marks == 0) {
    if (s->len - s->base <= 64) return s->len;
    s->base += 64;
    s->marks = marks_at(s, s->base);
  }
  uint32_t at = s->base + (uint32_t)__builtin_ctzll(s->marks);
  s->marks &= s->marks - 1;
  return at;
}

void csv_scan_open(csv_scan *s, const csv_dialect *d, const uint8_t *text, uint32_t len, bool last,
                   uint32_t pos, scan_what what) {
  uint8_t eol = d->newline == CSV_CR ? '\r' : '\n';
  *s = (csv_scan){.dialect = d,
                  .text = text,
                  .len = len,
                  .last = last,
                  .ends_only = what == SCAN_ENDS,
                  .delimiter = d->delimiter ? d->delimiter : eol,
                  .eol = eol,
                  .eol2 = d->newline == CSV_MIXED ? '\r' : eol,
                  .quote = d->quote ? d->quote : eol};
  csv_scan_seek(s, pos);
}

void csv_scan_seek(csv_scan *s, uint32_t pos) {
  s->pos = s->base = pos;
  s->marks = pos < s->len ? marks_at(s, pos) : 0;
}

/* ---- line ends ---- */

/* Whether text[pos] begins a row's end, and how many bytes that takes; 0 when it does not. *more when the next byte,
 * which is not there yet, decides. */
static uint32_t line_end(const csv_scan *s, uint32_t pos, bool *more) {
  uint8_t newline = s->dialect->newline;
  if (s->text[pos] == '\n') return newline == CSV_CR ? 0 : 1;
  if (s->text[pos] != '\r') return 0;
  if (newline == CSV_CR) return 1;
  if (pos + 1 < s->len) return s->text[pos + 1] == '\n' ? 2 : newline == CSV_MIXED ? 1 : 0;
  *more = !s->last;
  return newline == CSV_MIXED || s->last ? 1 : 0;
}

static uint32_t count_lines(const csv_scan *s, uint32_t pos, uint32_t end) {
  uint32_t n = 0;
  const uint8_t *p = s->text + pos;
  while ((p = memchr(p, s->eol, (size_t)(s->text + end - p))) != NULL) n++, p++;
  return n;
}

/* ---- one row ---- */

/* A row while it is read. */
typedef struct {
  csv_scan *s;
  csv_field *fields;
  uint32_t cap, n; /* fields delivered at most; counted */
  uint32_t begin;  /* of the field being read */
  csv_row *row;
} reading;

static inline void put_field(reading *r, uint32_t from, uint32_t to, uint8_t flags) {
  if (r->n < r->cap) r->fields[r->n] = (csv_field){from, to - from, flags};
  r->n++;
}

/* Where a quote that opens before `pos` has to close at the latest. */
static uint32_t quote_limit(const csv_scan *s, uint32_t pos) {
  return s->len - pos > CSV_QUOTED_MAX ? pos + CSV_QUOTED_MAX : s->len;
}

/* From behind an opening quote to behind its closing one; 0 when it does not close. */
static uint32_t close_quote(const csv_scan *s, uint32_t pos, uint8_t *flags) {
  uint8_t quote = s->quote, escape = s->dialect->escape ? s->dialect->escape : quote;
  const uint8_t *p = s->text + pos, *end = s->text + quote_limit(s, pos);
  while ((p = simd_find3(p, end, quote, escape, quote)) < end) {
    if (*p == escape && escape != quote) {
      *flags |= FIELD_ESCAPED;
      p += p + 1 < end ? 2 : 1;
    } else if (p + 1 < s->text + s->len && p[1] == quote) {
      *flags |= FIELD_ESCAPED;
      p += 2;
    } else {
      return (uint32_t)(p - s->text) + 1;
    }
  }
  return 0;
}

/* Whether a quote at `pos` opens a field: only as its first byte. */
static inline bool opens(const reading *r, uint32_t pos) {
  const csv_scan *s = r->s;
  if (!s->dialect->quote || s->text[pos] != s->quote) return false;
  if (!s->ends_only) return pos == r->begin;
  return pos == r->row->begin || (s->dialect->delimiter && s->text[pos - 1] == s->delimiter);
}

typedef enum { AT_DELIMITER, AT_END, AT_QUOTE, AT_SHORT } stop;

/* Passes marks up to the end of unquoted text or to a quote that opens a field; *at says where that is. */
static inline stop plain_until(reading *r, uint32_t *at) {
  csv_scan *s = r->s;
  for (;;) {
    uint32_t pos = *at = next_mark(s);
    if (pos == s->len) return s->last ? AT_END : AT_SHORT;
    uint8_t c = s->text[pos];
    if (c == s->delimiter && s->dialect->delimiter) return AT_DELIMITER;
    if (opens(r, pos)) return AT_QUOTE;
    bool more = false;
    bool ends = (c == s->eol || c == s->eol2) && line_end(s, pos, &more) > 0;
    if (more) return AT_SHORT;
    if (ends) return AT_END;
  }
}

/* Whether only spaces lie between a closing quote and the end of the field (the \r of \r\n too). */
static bool only_spaces(const csv_scan *s, uint32_t pos, uint32_t end, stop at) {
  for (; pos < end; pos++) {
    uint8_t c = s->text[pos];
    bool cr = c == '\r' && pos + 1 == end && at == AT_END;
    if (c != ' ' && c != '\t' && !cr) return false;
  }
  return true;
}

static stop unclosed(reading *r, uint32_t open, uint8_t flags, uint32_t *end) {
  csv_scan *s = r->s;
  if (!s->last) return AT_SHORT;
  r->row->unclosed = true;
  r->row->lines += count_lines(s, open, s->len);
  put_field(r, open + 1, s->len, flags);
  seek(s, s->len);
  *end = s->len;
  return AT_END;
}

/* A field that opens with a quote at `open`, up to the delimiter or line end behind it. */
static stop quoted_field(reading *r, uint32_t open, uint32_t *end) {
  csv_scan *s = r->s;
  uint8_t flags = FIELD_QUOTED;
  uint32_t after = close_quote(s, open + 1, &flags);
  if (!after && (s->whole || quote_limit(s, open + 1) < s->len)) {
    r->row->unclosed = true;
    return AT_QUOTE; /* a byte like any other */
  }
  if (!after || (after == s->len && !s->last)) return unclosed(r, open, flags, end);
  seek(s, after);
  r->row->lines += count_lines(s, open, after);
  if (s->ends_only) return AT_DELIMITER; /* or anything else behind the quote: the marks tell */
  r->begin = UINT32_MAX;                 /* no quote opens in what follows */
  stop at = plain_until(r, end);
  if (at == AT_SHORT) return at;
  if (*end == after || only_spaces(s, after, *end, at)) {
    put_field(r, open + 1, after - 1, flags);
  } else {
    r->row->stray = true;
    put_field(r, open, *end, FIELD_STRAY);
  }
  return at;
}

/* Blank lines of a table of several columns, and comments. */
static bool skipped(csv_scan *s, csv_row *row, row_kind *kind) {
  uint32_t pos = s->pos;
  uint8_t first = s->text[pos];
  bool more = false;
  bool comment = s->dialect->comment && first == s->dialect->comment;
  bool blank = s->dialect->columns > 1 && line_end(s, pos, &more) > 0;
  if (more) return *kind = ROW_SHORT, true;
  if (!comment && !blank) return false;
  uint32_t n = 0;
  const uint8_t *p = s->text + pos, *end = s->text + s->len;
  for (;; p++) {
    p = simd_find3(p, end, s->eol, s->eol2, s->eol2);
    if (p == end || (n = line_end(s, (uint32_t)(p - s->text), &more)) > 0 || more) break;
  }
  *kind = more || (p == end && !s->last) ? ROW_SHORT : ROW_SKIPPED;
  row->lines += n > 0;
  row->next = (uint32_t)(p - s->text) + n;
  return true;
}

/* The \r of \r\n belongs to the line end. */
static void cut_return(reading *r) {
  const csv_scan *s = r->s;
  if (s->eol != '\n' || s->eol2 != '\n' || r->n > r->cap || r->n == 0) return;
  csv_field *f = &r->fields[r->n - 1];
  if (f->len && !(f->flags & FIELD_QUOTED) && s->text[f->begin + f->len - 1] == '\r') f->len--;
}

/* Delivers plain fields, delimiter after delimiter, up to the row's end or a quote that opens a field: the loop that most
 * bytes of most files go through, so it keeps the marks in a register. */
static stop plain_fields(reading *r, uint32_t *at) {
  csv_scan *s = r->s;
  const uint8_t *text = s->text;
  uint32_t delimiter = s->dialect->delimiter && !s->ends_only ? s->delimiter : 256;
  uint64_t marks = s->marks;
  while (marks) {
    uint32_t pos = s->base + (uint32_t)__builtin_ctzll(marks);
    if (text[pos] != delimiter) break;
    marks &= marks - 1;
    put_field(r, r->begin, pos, 0);
    r->begin = pos + 1;
  }
  s->marks = marks;
  stop end = plain_until(r, at);
  if (!s->ends_only && (end == AT_DELIMITER || end == AT_END)) {
    put_field(r, r->begin, *at, 0);
    r->begin = *at + 1;
  }
  return end;
}

/* The same row is found again. */
static row_kind stay(csv_scan *s) {
  csv_scan_seek(s, s->pos);
  return ROW_SHORT;
}

row_kind csv_scan_row(csv_scan *s, csv_field *fields, uint32_t cap, csv_row *row) {
  reading r = {.s = s, .fields = fields, .cap = cap, .begin = s->pos, .row = row};
  *row = (csv_row){.begin = s->pos, .next = s->pos};
  uint8_t first = s->text[s->pos];
  row_kind kind = ROW_DATA;
  bool special = first == '\n' || first == '\r' || (s->dialect->comment && first == s->dialect->comment);
  if (!special || !skipped(s, row, &kind)) {
    uint32_t end;
    stop at;
    do {
      at = plain_fields(&r, &end);
      if (at != AT_QUOTE) continue;
      at = quoted_field(&r, end, &end);
      if (at != AT_QUOTE) r.begin = end + 1;
    } while (at == AT_DELIMITER || at == AT_QUOTE);
    if (at == AT_SHORT) return stay(s);
    bool more = false;
    cut_return(&r);
    row->fields = r.n;
    row->lines += end < s->len;
    row->next = end < s->len ? end + line_end(s, end, &more) : end;
  }
  if (kind == ROW_SHORT) return stay(s);
  seek(s, row->next);
  s->pos = row->next;
  return kind;
}

row_kind csv_next_row(const csv_dialect *d, const uint8_t *text, uint32_t len, bool last, uint32_t pos,
                      csv_field *fields, uint32_t cap, csv_row *row) {
  csv_scan s;
  csv_scan_open(&s, d, text, len, last, pos, SCAN_FIELDS);
  return csv_scan_row(&s, fields, cap, row);
}

/* ---- spans as UTF-8 ---- */

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
