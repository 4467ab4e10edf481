/* The sentences of "How this file was read". */
#include <stdarg.h>
#include <string.h>

#include "base/print.h"
#include "format/csv/sniff_parts.h"

bool sniff_say(arena *memory, sonde_str *out, sonde_error *err, const char *format, ...) {
  char text[400];
  va_list args;
  va_start(args, format);
  int n = print_list(text, sizeof text, format, args);
  va_end(args);
  size_t len = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
  *out = (sonde_str){arena_copy(memory, text, len, err), len};
  if (!out->ptr) out->len = 0;
  return out->ptr;
}

const char *sniff_s(uint32_t n) { return n == 1 ? "" : "s"; }

sonde_str sniff_text_of(const char *constant) { return (sonde_str){constant, strlen(constant)}; }

static const char *byte_name(uint8_t byte, char out[16]) {
  if (byte == '\t') return "tab";
  if (byte == ' ') return "space";
  if (byte == 0) return "no delimiter";
  print_text(out, 16, byte < 0x20 || byte > 0x7E ? "byte 0x%02X" : "'%c'", byte);
  return out;
}

static bool put_byte(uint8_t byte, arena *memory, sonde_str *out, sonde_error *err) {
  *out = (sonde_str){arena_copy(memory, &byte, 1, err), byte != 0};
  return out->ptr;
}

/* ---- delimiter ---- */

/* "every one of 120 sampled rows has 18 fields with ';'" */
static bool say_fit(const sniff_trial *t, arena *memory, sonde_str *out, sonde_error *err) {
  char name[16];
  uint32_t columns = t->dialect.columns;
  const char *with = byte_name(t->dialect.delimiter, name), *s = sniff_s(columns);
  if (t->rows == 1)
    return sniff_say(memory, out, err, "the only row has %u field%s with %s", columns, s, with);
  if (t->fit == t->rows) {
    return sniff_say(memory, out, err, "every one of %u sampled rows has %u field%s with %s", t->rows,
                     columns, s, with);
  }
  return sniff_say(memory, out, err, "%u of %u sampled rows have %u field%s with %s; all have %u to %u",
                   t->fit, t->rows, columns, s, with, t->fewest, t->most);
}

static bool explain_delimiter(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best, *runner = &c->runner;
  if (!put_byte(best->dialect.delimiter, memory, &g->value, err)) return false;
  if (best->rows == 0) return sniff_say(memory, &g->reason, err, "there is no row to judge by");
  bool one_column = best->dialect.delimiter == 0;
  if (one_column &&
      !sniff_say(memory, &g->reason, err, "no delimiter splits the %u sampled row%s alike: one column",
                 best->rows, sniff_s(best->rows)))
    return false;
  if (!one_column && !say_fit(best, memory, &g->reason, err)) return false;
  if (runner->score <= 0 || runner->dialect.delimiter == 0) return true;
  return put_byte(runner->dialect.delimiter, memory, &g->runner_value, err) &&
         say_fit(runner, memory, &g->runner_reason, err);
}

/* ---- quote and escape ---- */

static bool say_quoted(const sniff_trial *t, arena *memory, sonde_str *out, sonde_error *err) {
  char name[16];
  const char *quote = byte_name(t->dialect.quote, name), *s = sniff_s(t->quoted);
  if (t->dialect.quote == 0)
    return sniff_say(memory, out, err, "quotes could be data: %u of %u rows then fit", t->fit, t->rows);
  if (t->quoted == 0)
    return sniff_say(memory, out, err, "nothing is quoted in the sample; %s is the usual quote", quote);
  if (t->unclosed)
    return sniff_say(memory, out, err, "%u field%s with %s, the last of them does not end", t->quoted,
                     t->quoted == 1 ? " begins" : "s begin", quote);
  const char *are = t->quoted == 1 ? "is" : "are";
  if (t->stray == 0)
    return sniff_say(memory, out, err, "%u field%s of the sample %s enclosed in %s", t->quoted, s, are,
                     quote);
  return sniff_say(memory, out, err,
                   "%u field%s of the sample %s enclosed in %s; text follows the closing one in %u more",
                   t->quoted, s, are, quote, t->stray);
}

static bool explain_quote(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best, *runner = &c->runner_quote;
  if (!put_byte(best->dialect.quote, memory, &g->value, err)) return false;
  if (!say_quoted(best, memory, &g->reason, err)) return false;
  if (runner->score <= 0 || (runner->quoted == 0 && best->quoted == 0)) return true;
  return put_byte(runner->dialect.quote, memory, &g->runner_value, err) &&
         say_quoted(runner, memory, &g->runner_reason, err);
}

static bool explain_escape(const sniff_choice *c, arena *memory, csv_guess *g, sonde_error *err) {
  const sniff_trial *best = &c->best;
  uint8_t escape = best->dialect.escape;
  const char *s = sniff_s(best->escaped);
  if (!put_byte(escape, memory, &g->value, err)) return false;
  if (best->escaped == 0)
    return sniff_say(memory, &g->reason, err, "no quote within quotes in the sample; doubling is usual");
  if (escape == best->dialect.quote || escape == 0) {
    return sniff_say(memory, &g->reason, err, "%u field%s with doubled quotes", best->escaped, s);
  }
  return sniff_say(memory, &g->reason, err, "%u field%s with '%c' before quotes", best->escaped, s, escape);
}

/* ---- the rest ---- */

static bool explain_comment(const csv_dialect *d, arena *memory, csv_guess *g, sonde_error *err) {
  return put_byte(d->comment, memory, &g->value, err) &&
         sniff_say(memory, &g->reason, err, "lines are only left out as comments when asked for");
}

static bool explain_skip(const csv_dialect *d, arena *memory, csv_guess *g, sonde_error *err) {
  if (!sniff_say(memory, &g->value, err, "%u", d->skip)) return false;
  if (d->skip == 0) return sniff_say(memory, &g->reason, err, "the table begins with the first line");
  return sniff_say(memory, &g->reason, err,
                   "rows of %u field%s begin at line %u; before it are only titles or blank lines",
                   d->columns, sniff_s(d->columns), d->skip + 1);
}

static bool explain_decimal(const csv_dialect *d, const sniff_columns *c, arena *memory, csv_guess *g,
                            sonde_error *err) {
  bool comma = d->decimal == ',';
  uint32_t with = comma ? c->comma_columns : c->point_columns,
           without = comma ? c->point_columns : c->comma_columns;
  if (!put_byte(d->decimal, memory, &g->value, err)) return false;
  if (d->delimiter == ',') return sniff_say(memory, &g->reason, err, "',' is the delimiter");
  if (with + without == 0)
    return sniff_say(memory, &g->reason, err, "no column of fractions is in the sample");
  return sniff_say(memory, &g->reason, err,
                   "with '%c' %u column%s numbers that are none with '%c'; the other way round %u",
                   d->decimal, with, with == 1 ? " holds" : "s hold", comma ? '.' : ',', without);
}

static bool explain_newline(const csv_dialect *d, sniff_lines lines, arena *memory, csv_guess *g,
                            sonde_error *err) {
  static const char *const names[] = {
      [CSV_LF] = "lf", [CSV_CRLF] = "crlf", [CSV_CR] = "cr", [CSV_MIXED] = "mixed"};
  g->value = sniff_text_of(names[d->newline]);
  int kinds = (lines.lf > 0) + (lines.crlf > 0) + (lines.cr > 0);
  if (kinds == 0) return sniff_say(memory, &g->reason, err, "no line ends in the sample");
  if (kinds > 1) {
    return sniff_say(memory, &g->reason, err, "%u lines of the sample end in \\n, %u in \\r\\n, %u in \\r",
                     lines.lf, lines.crlf, lines.cr);
  }
  uint32_t n = lines.lf + lines.crlf + lines.cr;
  return sniff_say(memory, &g->reason, err, "%u line%s of the sample end%s in %s", n, sniff_s(n),
                   n == 1 ? "s" : "",
                   lines.lf     ? "\\n"
                   : lines.crlf ? "\\r\\n"
                                : "\\r");
}

bool sniff_explain(const csv_dialect *d, const sniff_choice *choice, const sniff_columns *columns,
                   sniff_lines lines, arena *memory, csv_guess g[CSV_GUESSES], sonde_error *err) {
  return explain_delimiter(choice, memory, &g[GUESS_DELIMITER], err) &&
         explain_quote(choice, memory, &g[GUESS_QUOTE], err) &&
         explain_escape(choice, memory, &g[GUESS_ESCAPE], err) &&
         explain_comment(d, memory, &g[GUESS_COMMENT], err) && explain_skip(d, memory, &g[GUESS_SKIP], err) &&
         explain_decimal(d, columns, memory, &g[GUESS_DECIMAL], err) &&
         explain_newline(d, lines, memory, &g[GUESS_NEWLINE], err);
}
