/* See sniff.h. The steps: encoding, then dialect, then what the columns hold, then header and names. */
#include "format/csv/sniff.h"

#include <string.h>

#include "format/csv/sniff_parts.h"

static const struct {
  const char *setting;
  uint32_t bit;
} settings[CSV_GUESSES] = {[GUESS_ENCODING] = {"encoding", CSV_SET_ENCODING},
                           [GUESS_DELIMITER] = {"delimiter", CSV_SET_DELIMITER},
                           [GUESS_QUOTE] = {"quote", CSV_SET_QUOTE},
                           [GUESS_ESCAPE] = {"escape", CSV_SET_ESCAPE},
                           [GUESS_COMMENT] = {"comment", CSV_SET_COMMENT},
                           [GUESS_HEADER] = {"header", CSV_SET_HEADER},
                           [GUESS_SKIP] = {"skip", CSV_SET_SKIP},
                           [GUESS_DECIMAL] = {"decimal", CSV_SET_DECIMAL},
                           [GUESS_NEWLINE] = {"newline", CSV_SET_NEWLINE}};

/* What the search starts from: the overrides, and the usual elsewhere. */
static csv_dialect start_dialect(const csv_overrides *o) {
  csv_dialect d = {
      .newline = CSV_LF, .delimiter = ',', .quote = '"', .escape = '"', .decimal = '.', .columns = 1};
  const csv_dialect *v = &o->value;
  if (o->set & CSV_SET_DELIMITER) d.delimiter = v->delimiter;
  if (o->set & CSV_SET_QUOTE) d.quote = v->quote;
  if (o->set & CSV_SET_ESCAPE) d.escape = v->escape;
  if (o->set & CSV_SET_COMMENT) d.comment = v->comment;
  if (o->set & CSV_SET_DECIMAL) d.decimal = v->decimal == ',' ? ',' : '.';
  if (o->set & CSV_SET_NEWLINE) d.newline = v->newline & 3;
  return d;
}

typedef struct {
  const csv_overrides *overrides;
  arena *scratch, *memory;
  sniff_text text;
  sniff_choice choice;
  sniff_columns columns;
} sniffer;

/* A text without a row: nothing in it is data. */
static void place_without_rows(sniffer *s) {
  if (s->choice.best.rows == 0 && s->text.whole) s->choice.best.first_at = s->text.n;
}

/* Titles may be padded to the table's width ("Report,,,"), or have a comma of their own. They are passed over only if
 * what then comes first is sure to be the header, else they are data. */
static sonde_code pass_over_titles(sniffer *s, sonde_error *err) {
  sniff_trial below = s->choice.best;
  sniff_columns columns;
  if (below.full_at == below.first_at) return SONDE_OK;
  below.first_at = below.full_at;
  SONDE_TRY(sniff_read_columns(&s->text, &below, s->overrides->set, s->scratch, &columns, err));
  if (!sniff_header_contrasts(&columns)) return SONDE_OK;
  s->choice.best.first_at = below.full_at;
  s->columns = columns;
  return SONDE_OK;
}

static sonde_code find_table(sniffer *s, sonde_error *err) {
  const csv_overrides *o = s->overrides;
  const csv_dialect start = start_dialect(o);
  size_t from = o->set & CSV_SET_SKIP ? sniff_after_lines(s->text.p, s->text.n, o->value.skip) : 0;
  SONDE_TRY(sniff_dialect(&s->text, from, o->set, &start, s->scratch, &s->choice, err));
  if (o->set & CSV_SET_SKIP && s->choice.best.rows > 0) s->choice.best.first_at = from;
  place_without_rows(s);
  SONDE_TRY(sniff_read_columns(&s->text, &s->choice.best, o->set, s->scratch, &s->columns, err));
  return o->set & CSV_SET_SKIP ? SONDE_OK : pass_over_titles(s, err);
}

static void place(const sniffer *s, csv_dialect *d) {
  size_t first = s->columns.first_at;
  d->encoding = s->text.encoding;
  d->bom = s->text.bom;
  d->decimal = s->columns.decimal;
  d->skip = s->overrides->set & CSV_SET_SKIP ? s->overrides->value.skip : sniff_lines_in(s->text.p, first);
  d->header_at = sniff_source(&s->text, first);
  d->data_at = d->header ? sniff_source(&s->text, s->columns.second_at) : d->header_at;
}

static double row_bytes(const sniffer *s) {
  size_t n = s->text.n;
  double scale = n ? (double)sniff_source(&s->text, n) / (double)n : 1;
  return s->columns.row_bytes * scale;
}

static sonde_code describe(sniffer *s, csv_sniffed *out, sonde_error *err) {
  csv_dialect *d = &out->dialect;
  const csv_overrides *o = s->overrides;
  *d = s->choice.best.dialect;
  if (!sniff_header(&s->columns, &d->header, s->memory, &out->guesses[GUESS_HEADER], err)) return SONDE_NOMEM;
  if (o->set & CSV_SET_HEADER) d->header = o->value.header && s->choice.best.rows > 0;
  out->guesses[GUESS_HEADER].value = sniff_text_of(d->header ? "true" : "false");
  place(s, d);
  out->row_bytes = row_bytes(s);
  sniff_lines lines = sniff_count_lines(s->text.p, s->text.n);
  if (!sniff_explain(d, &s->choice, &s->columns, lines, s->memory, out->guesses, err)) return SONDE_NOMEM;
  return sniff_names(&s->columns, d->header, s->scratch, s->memory, &out->names, err);
}

static void mark_overridden(const csv_overrides *o, csv_guess guesses[CSV_GUESSES]) {
  for (int i = 0; i < CSV_GUESSES; i++) {
    guesses[i].setting = settings[i].setting;
    guesses[i].overridden = o->set & settings[i].bit;
    if (!guesses[i].overridden) continue;
    guesses[i].reason = sniff_text_of("chosen by you");
    guesses[i].runner_value = guesses[i].runner_reason = sniff_text_of("");
  }
}

sonde_code csv_sniff(csv_span head, const csv_overrides *overrides, arena *memory, csv_sniffed *out,
                     sonde_error *err) {
  static const csv_overrides none = {0};
  arena scratch;
  sonde_error why = {0};
  arena_init(&scratch, memory->mem);
  sniffer s = {.overrides = overrides ? overrides : &none, .scratch = &scratch, .memory = memory};
  memset(out, 0, sizeof *out);
  sonde_code code =
      sniff_decode(head, s.overrides, &scratch, memory, &s.text, &out->guesses[GUESS_ENCODING], &why);
  if (code == SONDE_OK) code = find_table(&s, &why);
  if (code == SONDE_OK) code = describe(&s, out, &why);
  mark_overridden(s.overrides, out->guesses);
  arena_free(&scratch);
  if (code == SONDE_OK) return code;
  if (err) *err = why;
  return why.code; /* the arena knows whether the budget or the system ran out */
}
