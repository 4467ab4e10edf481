/* Decides whether the first row holds the names of the columns. */
#include "format/csv/sniff_parts.h"

/* Columns by what the first row has above what the others hold. */
typedef struct {
  uint32_t contrast; /* text above numbers, dates, ... */
  uint32_t alike;    /* a number above numbers, a date above dates, ... */
  uint32_t typed;    /* a number, date, ... above text or nothing */
  uint32_t words;    /* text above text or nothing */
  uint32_t plain;    /* text without a digit above texts that all have one: codes, amounts, padded numbers */
  uint32_t empty;    /* nothing in the first row */
  uint32_t repeated; /* the first row's text comes again below */
} votes;

static type_id type_of(sonde_str v, char decimal) {
  csv_seen seen;
  csv_seen_init(&seen);
  csv_seen_add(&seen, v.ptr, v.len, decimal);
  return csv_resolve(&seen).type.id;
}

/* Years are usual names of columns whose values are none. */
static bool is_year_as_name(sonde_str s, type_id below, const csv_seen *seen) {
  if (seen->kinds == 0 || s.len != 4 || (s.ptr[0] != '1' && s.ptr[0] != '2')) return false;
  for (int i = 1; i < 4; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
  }
  return below == TYPE_TEXT || below == TYPE_DOUBLE || (below == TYPE_INT64 && seen->int_digits != 4);
}

/* What the values below mostly are: a few stray words do not make a column of numbers one of texts. */
static type_id type_below(const sniff_columns *c, uint32_t i) {
  if (c->values[i] == 0) return TYPE_TEXT;
  if (c->values[i] < 10 || c->typed[i] == c->values[i] || c->typed[i] < c->values[i] - c->values[i] / 10) {
    return csv_resolve(&c->seen[i]).type.id;
  }
  csv_seen mostly = c->seen[i];
  mostly.kinds &= ~(uint32_t)CSV_SAW_TEXT;
  return csv_resolve(&mostly).type.id;
}

static void vote(const sniff_columns *c, uint32_t i, votes *v) {
  sonde_str above = c->first[i];
  type_id below = type_below(c, i);
  v->repeated += c->repeats[i] > 0;
  if (above.len == 0 || sniff_means_missing(above)) {
    v->empty++;
    return;
  }
  bool text = type_of(above, (char)c->decimal) == TYPE_TEXT || is_year_as_name(above, below, &c->seen[i]);
  bool codes = below == TYPE_TEXT && c->values[i] > 1 && c->digits[i] == c->values[i];
  v->plain += text && codes && !sniff_has_digit(above);
  v->contrast += text && below != TYPE_TEXT;
  v->alike += !text && below != TYPE_TEXT;
  v->words += text && below == TYPE_TEXT;
  v->typed += !text && below == TYPE_TEXT;
}

static votes count_votes(const sniff_columns *c) {
  votes v = {0};
  for (uint32_t i = 0; i < c->columns; i++) vote(c, i, &v);
  return v;
}

static bool decide(const sniff_columns *c, const votes *v) {
  if (c->first_unclosed) return false;
  if (v->empty == c->columns) return c->first_fields > 0;
  if (c->rows == 0) return v->typed == 0 && v->empty <= v->words;
  if (v->contrast > 0) return v->contrast > v->alike;
  if (v->alike == 0 && v->plain > 0) return true;
  if (v->alike > 0 || v->typed > v->words || c->echoes > 0) return false;
  return v->repeated * 2 <= v->words && v->empty <= v->words;
}

static bool say_contrast(const sniff_columns *c, const votes *v, arena *memory, sonde_str *out,
                         sonde_error *err) {
  return sniff_say(memory, out, err,
                   "the first row has text above values of another type in %u of %u column%s", v->contrast,
                   c->columns, sniff_s(c->columns));
}

static bool say_alike(const sniff_columns *c, const votes *v, arena *memory, sonde_str *out,
                      sonde_error *err) {
  return sniff_say(memory, out, err, "the first row holds values like those below it in %u of %u column%s",
                   v->alike, c->columns, sniff_s(c->columns));
}

static bool say_header(const sniff_columns *c, const votes *v, arena *memory, sonde_str *out,
                       sonde_error *err) {
  if (v->empty == c->columns) return sniff_say(memory, out, err, "the first row is empty: it gives no names");
  if (c->rows == 0) return sniff_say(memory, out, err, "the only row holds words, no values");
  if (v->contrast) return say_contrast(c, v, memory, out, err);
  if (v->plain) {
    return sniff_say(memory, out, err,
                     "the first row has no digit where all values below have some in %u of %u column%s",
                     v->plain, c->columns, sniff_s(c->columns));
  }
  return sniff_say(memory, out, err,
                   "all columns are text, and the first row's texts do not come again below");
}

static bool say_no_header(const sniff_columns *c, const votes *v, arena *memory, sonde_str *out,
                          sonde_error *err) {
  if (c->first_fields == 0) return sniff_say(memory, out, err, "there is no row");
  if (c->first_unclosed)
    return sniff_say(memory, out, err,
                     "a quote in the first row does not close: what follows it are no names");
  if (v->alike) return say_alike(c, v, memory, out, err);
  if (c->echoes || v->repeated)
    return sniff_say(memory, out, err, "texts of the first row come again below it");
  return sniff_say(memory, out, err, "the first row has numbers or nothing where names would be");
}

static bool explain(const sniff_columns *c, const votes *v, bool header, arena *memory, csv_guess *why,
                    sonde_error *err) {
  if (!(header ? say_header : say_no_header)(c, v, memory, &why->reason, err)) return false;
  if (v->contrast == 0 || v->alike == 0) return true;
  why->runner_value = sniff_text_of(header ? "false" : "true");
  return (header ? say_alike : say_contrast)(c, v, memory, &why->runner_reason, err);
}

bool sniff_header_contrasts(const sniff_columns *c) {
  votes v = count_votes(c);
  return v.contrast > 0 && v.alike == 0;
}

bool sniff_header(const sniff_columns *c, bool *header, arena *memory, csv_guess *why, sonde_error *err) {
  votes v = count_votes(c);
  *header = decide(c, &v);
  return explain(c, &v, *header, memory, why, err);
}
