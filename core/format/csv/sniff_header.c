/* Decides whether the first row holds the names of the columns. */
#include "format/csv/sniff_parts.h"

/* Columns by what the first row has above what the others hold. */
typedef struct {
  uint32_t contrast; /* text above numbers, dates, ... */
  uint32_t alike;    /* a number above numbers, a date above dates, ... */
  uint32_t typed;    /* a number, date, ... above text or nothing */
  uint32_t words;    /* text above text or nothing */
  uint32_t plain;    /* text without a digit above texts that all have one: codes, amounts, padded numbers */
  uint32_t empty, repeated;
  uint32_t contrast_at, alike_at; /* first column of these */
} votes;

static type_id type_of(sonde_str v, char decimal) {
  csv_seen seen;
  csv_seen_init(&seen);
  csv_seen_add(&seen, v.ptr, v.len, decimal);
  return csv_resolve(&seen).type.id;
}

/* Years are usual names of columns, above values that are none. */
static bool looks_like_year(sonde_str s) {
  return s.len == 4 && (s.ptr[0] == '1' || s.ptr[0] == '2') && s.ptr[1] >= '0' && s.ptr[1] <= '9' && s.ptr[2] >= '0' &&
         s.ptr[2] <= '9' && s.ptr[3] >= '0' && s.ptr[3] <= '9';
}

static void vote(const sniff_columns *c, uint32_t i, votes *v) {
  sonde_str above = c->first[i];
  type_id below = c->values[i] ? csv_resolve(&c->seen[i]).type.id : TYPE_TEXT;
  v->repeated += c->repeats[i] > 0;
  if (above.len == 0 || sniff_means_missing(above)) {
    v->empty++;
    return;
  }
  bool text = type_of(above, (char)c->decimal) == TYPE_TEXT || (looks_like_year(above) && (below == TYPE_TEXT || below == TYPE_DOUBLE));
  bool codes = below == TYPE_TEXT && c->values[i] > 1 && c->digits[i] == c->values[i];
  v->plain += text && codes && !sniff_has_digit(above);
  if (below == TYPE_TEXT) {
    v->words += text;
    v->typed += !text;
  } else if (text) {
    if (v->contrast++ == 0) v->contrast_at = i;
  } else {
    if (v->alike++ == 0) v->alike_at = i;
  }
}

static bool decide(const sniff_columns *c, const votes *v) {
  if (v->empty == c->columns) return c->first_fields > 0;
  if (c->rows == 0) return v->typed == 0 && v->empty <= v->words;
  if (v->contrast > 0) return v->contrast > v->alike;
  if (v->alike == 0 && v->plain > 0) return true;
  if (v->alike > 0 || v->typed > v->words || c->echoes > 0) return false;
  return v->repeated * 2 <= v->words && v->empty <= v->words;
}

static bool explain(const sniff_columns *c, const votes *v, bool header, arena *memory, csv_guess *why, sonde_error *err) {
  if (v->empty == c->columns) return sniff_say(memory, &why->reason, err, "the first row is empty: it gives no names");
  if (c->rows == 0 && header) return sniff_say(memory, &why->reason, err, "the only row holds names, no values");
  if (header && v->contrast) {
    return sniff_say(memory, &why->reason, err, "the first row has text above values of another type in %u of %u columns",
                     v->contrast, c->columns);
  }
  if (header) return sniff_say(memory, &why->reason, err, "every column is text, and the first row's texts do not come again below");
  if (v->alike) {
    return sniff_say(memory, &why->reason, err, "the first row holds values like those below it in %u of %u columns", v->alike,
                     c->columns);
  }
  if (v->repeated) return sniff_say(memory, &why->reason, err, "texts of the first row come again below it");
  return sniff_say(memory, &why->reason, err, "the first row does not look like names");
}

bool sniff_header_contrasts(const sniff_columns *c) {
  votes v = {0};
  for (uint32_t i = 0; i < c->columns; i++) vote(c, i, &v);
  return v.contrast > 0 && v.alike == 0;
}

bool sniff_header(const sniff_columns *c, bool *header, arena *memory, csv_guess *why, sonde_error *err) {
  votes v = {0};
  for (uint32_t i = 0; i < c->columns; i++) vote(c, i, &v);
  *header = decide(c, &v);
  return explain(c, &v, *header, memory, why, err);
}
