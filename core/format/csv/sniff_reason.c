/* The sentences of "How this file was read". */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "format/csv/sniff_parts.h"

bool sniff_say(arena *memory, sonde_str *out, sonde_error *err, const char *format, ...) {
  char text[400];
  va_list args;
  va_start(args, format);
  int n = vsnprintf(text, sizeof text, format, args);
  va_end(args);
  size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
  *out = (sonde_str){arena_copy(memory, text, len, err), len};
  if (!out->ptr) out->len = 0;
  return out->ptr;
}

static const char *byte_name(uint8_t byte, char out[16]) {
  if (byte == '\t') return "tab";
  if (byte == ' ') return "space";
  if (byte == 0) return "no delimiter";
  snprintf(out, 16, byte < 0x20 || byte > 0x7E ? "byte 0x%02X" : "'%c'", byte);
  return out;
}

static sonde_str one_byte(uint8_t byte, arena *memory, sonde_error *err) {
  char c = (char)byte;
  char *p = arena_copy(memory, &c, 1, err);
  return (sonde_str){p ? p : "", byte && p ? 1 : 0};
}

/* "every one of 120 sampled rows has 18 fields with ';'" */
static bool rows_fit(const sniff_trial *t, arena *memory, sonde_str *out, sonde_error *err) {
  char name[16];
  uint32_t columns = t->dialect.columns;
  const char *with = byte_name(t->dialect.delimiter, name), *s = columns == 1 ? "" : "s";
  if (t->rows == 1) return sniff_say(memory, out, err, "the only row has %u field%s with %s", columns, s, with);
  if (t->fit == t->rows) {
    return sniff_say(memory, out, err, "every one of %u sampled rows has %u field%s with %s", t->rows, columns, s, with);
  }
  return sniff_say(memory, out, err, "%u of %u sampled rows have %u field%s with %s, the others %u to %u", t->fit, t->rows,
                   columns, s, with, t->fewest, t->most);
}

static bool explain_delimiter(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best, *runner = &c->runner;
  g->value = one_byte(best->dialect.delimiter, memory, err);
  if (best->rows == 0) return sniff_say(memory, &g->reason, err, "there is no row to judge by");
  if (best->dialect.delimiter == 0) {
    if (!sniff_say(memory, &g->reason, err, "no delimiter splits the %u sampled rows alike: one column", best->rows)) return false;
  } else if (!rows_fit(best, memory, &g->reason, err)) {
    return false;
  }
  if (runner->score <= 0 || runner->dialect.delimiter == 0) return true;
  g->runner_value = one_byte(runner->dialect.delimiter, memory, err);
  return rows_fit(runner, memory, &g->runner_reason, err);
}

static bool explain_quote(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best;
  char name[16];
  uint8_t quote = best->dialect.quote;
  g->value = one_byte(quote, memory, err);
  if (quote == 0) return sniff_say(memory, &g->reason, err, "read as quotes, the '\"' in the sample would break its rows");
  byte_name(quote, name);
  if (best->quoted == 0) return sniff_say(memory, &g->reason, err, "nothing is quoted in the sample; %s is the usual quote", name);
  if (best->stray == 0) return sniff_say(memory, &g->reason, err, "%u fields of the sample are enclosed in %s", best->quoted, name);
  return sniff_say(memory, &g->reason, err, "%u fields of the sample are enclosed in %s; %u of them do not end cleanly",
                   best->quoted, name, best->stray);
}

static bool explain_escape(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best;
  uint8_t escape = best->dialect.escape;
  g->value = one_byte(escape, memory, err);
  if (escape == best->dialect.quote || escape == 0) {
    return sniff_say(memory, &g->reason, err, best->escaped ? "%u fields hold doubled quotes" : "no quote within quotes; doubling is usual",
                     best->escaped);
  }
  return sniff_say(memory, &g->reason, err, "%u fields hold quotes after a '%c'", best->escaped, escape);
}

static bool explain_comment(const csv_dialect *d, arena *memory, csv_guess *g, sonde_error *err) {
  g->value = one_byte(d->comment, memory, err);
  return sniff_say(memory, &g->reason, err, "comments are only left out when asked for");
}

static bool explain_skip(const csv_dialect *d, const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  if (!sniff_say(memory, &g->value, err, "%u", d->skip)) return false;
  if (d->skip == 0) return sniff_say(memory, &g->reason, err, "the table begins with the first line");
  return sniff_say(memory, &g->reason, err, "the first %u line%s blank or %s not have the %u fields of the rows below", d->skip,
                   d->skip == 1 ? " is" : "s are", d->skip == 1 ? "does" : "do", c->best.dialect.columns);
}

static bool explain_decimal(const csv_dialect *d, const sniff_columns *c, arena *memory, csv_guess *g, sonde_error *err) {
  g->value = one_byte(d->decimal, memory, err);
  if (d->delimiter == ',') return sniff_say(memory, &g->reason, err, "',' is the delimiter");
  if (c->comma_columns + c->point_columns == 0) return sniff_say(memory, &g->reason, err, "no number with a fraction is in the sample");
  if (d->decimal == ',') {
    return sniff_say(memory, &g->reason, err, "%u columns are numbers only if ',' is the decimal mark; %u only if '.' is",
                     c->comma_columns, c->point_columns);
  }
  return sniff_say(memory, &g->reason, err, "%u columns are numbers only if '.' is the decimal mark; %u only if ',' is",
                   c->point_columns, c->comma_columns);
}

static const char *const newline_names[] = {[CSV_LF] = "lf", [CSV_CRLF] = "crlf", [CSV_CR] = "cr", [CSV_MIXED] = "mixed"};

static bool explain_newline(const csv_dialect *d, sniff_lines lines, arena *memory, csv_guess *g, sonde_error *err) {
  g->value = (sonde_str){newline_names[d->newline], strlen(newline_names[d->newline])};
  return sniff_say(memory, &g->reason, err, "in the sample %u lines end in \\n, %u in \\r\\n, %u in \\r", lines.lf, lines.crlf, lines.cr);
}

bool sniff_explain(const csv_dialect *d, const sniff_choice *choice, const sniff_columns *columns, sniff_lines lines,
                   arena *memory, csv_guess g[CSV_GUESSES], sonde_error *err) {
  return explain_delimiter(choice, memory, &g[GUESS_DELIMITER], err) && explain_quote(choice, memory, &g[GUESS_QUOTE], err) &&
         explain_escape(choice, memory, &g[GUESS_ESCAPE], err) && explain_comment(d, memory, &g[GUESS_COMMENT], err) &&
         explain_skip(d, choice, memory, &g[GUESS_SKIP], err) &&
         explain_decimal(d, columns, memory, &g[GUESS_DECIMAL], err) &&
         explain_newline(d, lines, memory, &g[GUESS_NEWLINE], err);
}
