/* Tries the dialects that a sample could be written in and keeps the best. */
#include <string.h>

#include "format/csv/sniff_parts.h"

enum {
  SAMPLE_BYTES = 32 << 10, /* of the head, unless that holds only a few rows */
  SAMPLE_ROWS = 5,
};

typedef struct {
  const char *p;
  size_t n;
  bool whole;
  uint32_t fixed;
  csv_dialect start;               /* what is fixed, and the usual for the rest */
  bool seen[128];                  /* ASCII bytes that occur */
  bool single_quotes, backslashes; /* 'field' between delimiters; backslash before a quote */
  bool newlines[4];                /* to be tried */
  arena *scratch;
  sniff_choice *choice;
} search;

/* ---- what is worth trying ---- */

static bool edge(char c) { return c == ',' || c == ';' || c == '\t' || c == '|' || c == '\n' || c == '\r'; }

static void look_at_bytes(search *s) {
  for (size_t i = 0; i < s->n; i++) {
    uint8_t c = (uint8_t)s->p[i];
    if (c < 128) s->seen[c] = true;
    if (c == '\'' && (i == 0 || edge(s->p[i - 1]))) s->single_quotes = true;
    if (c == '\\' && i + 1 < s->n && (s->p[i + 1] == '"' || s->p[i + 1] == '\'')) s->backslashes = true;
  }
}

/* Lone \r beside \n may be data or line ends: then both are tried. */
static void newlines_to_try(search *s) {
  sniff_lines lines = sniff_count_lines(s->p, s->n);
  bool lf = lines.lf + lines.crlf > 0;
  s->newlines[lines.crlf > lines.lf ? CSV_CRLF : CSV_LF] = lf || lines.cr == 0;
  s->newlines[CSV_CR] = lines.cr > lines.lf + lines.crlf;
  s->newlines[CSV_MIXED] = lf && lines.cr > 0;
  if (!(s->fixed & CSV_SET_NEWLINE)) return;
  memset(s->newlines, 0, sizeof s->newlines);
  s->newlines[s->start.newline] = true;
}

/* ---- trying ---- */

static void keep(search *s, const sniff_trial *t) {
  sniff_choice *c = s->choice;
  if (t->score > c->best.score || (c->best.rows == 0 && t->rows > 0)) {
    if (c->best.dialect.delimiter != t->dialect.delimiter) {
      c->runner = c->best;
      c->runner_quote = (sniff_trial){0};
    } else if (c->best.dialect.quote != t->dialect.quote) {
      c->runner_quote = c->best;
    }
    c->best = *t;
  } else if (t->dialect.delimiter != c->best.dialect.delimiter) {
    if (t->score > c->runner.score) c->runner = *t;
  } else if (t->dialect.quote != c->best.dialect.quote && t->score > c->runner_quote.score) {
    c->runner_quote = *t;
  }
}

static sonde_code try_one(search *s, const csv_dialect *d, sonde_error *err) {
  sniff_trial t;
  SONDE_TRY(sniff_try(d, s->p, s->n, s->whole, s->fixed, s->scratch, &t, err));
  keep(s, &t);
  return SONDE_OK;
}

static sonde_code try_newlines(search *s, csv_dialect d, sonde_error *err) {
  for (uint8_t i = 0; i < 4; i++) {
    d.newline = i;
    if (s->newlines[i]) SONDE_TRY(try_one(s, &d, err));
  }
  return SONDE_OK;
}

static sonde_code try_escapes(search *s, csv_dialect d, sonde_error *err) {
  if (!(s->fixed & CSV_SET_ESCAPE)) d.escape = d.quote;
  SONDE_TRY(try_newlines(s, d, err));
  if (s->fixed & CSV_SET_ESCAPE || !s->backslashes || !d.quote) return SONDE_OK;
  d.escape = '\\';
  return try_newlines(s, d, err);
}

static sonde_code try_quotes(search *s, csv_dialect d, sonde_error *err) {
  if (s->fixed & CSV_SET_QUOTE) return try_escapes(s, d, err);
  d.quote = '"';
  SONDE_TRY(try_escapes(s, d, err));
  d.quote = '\'';
  if (s->single_quotes) SONDE_TRY(try_escapes(s, d, err));
  d.quote = 0;
  return s->seen['"'] ? try_escapes(s, d, err) : SONDE_OK;
}

/* The first of equals is kept, so the order is by how common they are. */
static sonde_code try_delimiters(search *s, sonde_error *err) {
  static const char delimiters[] = ",;\t|\x01\x1f\x1e^~: ";
  csv_dialect d = s->start;
  if (s->fixed & CSV_SET_DELIMITER) return try_quotes(s, d, err);
  for (const char *c = delimiters; *c; c++) {
    d.delimiter = (uint8_t)*c;
    if (s->seen[d.delimiter]) SONDE_TRY(try_quotes(s, d, err));
  }
  d.delimiter = 0;
  return try_quotes(s, d, err);
}

static sonde_code search_sample(search *s, sonde_error *err) {
  memset(s->choice, 0, sizeof *s->choice);
  s->choice->best.dialect = s->start;
  s->choice->best.dialect.columns = 1;
  look_at_bytes(s);
  newlines_to_try(s);
  return try_delimiters(s, err);
}

sonde_code sniff_dialect(const sniff_text *text, size_t from, uint32_t fixed, const csv_dialect *start,
                         arena *scratch, sniff_choice *out, sonde_error *err) {
  search s = {.p = text->p + from,
              .n = text->n - from,
              .whole = text->whole,
              .fixed = fixed,
              .start = *start,
              .scratch = scratch,
              .choice = out};
  bool part = s.n > SAMPLE_BYTES;
  if (part) s.n = SAMPLE_BYTES, s.whole = false;
  SONDE_TRY(search_sample(&s, err));
  if (part && out->best.rows < SAMPLE_ROWS) {
    s.n = text->n - from, s.whole = text->whole;
    SONDE_TRY(search_sample(&s, err));
  }
  out->best.first_at += from;
  out->best.full_at += from;
  return SONDE_OK;
}
