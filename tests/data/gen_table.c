/* gen_table: writes a deterministic CSV table of 19 mixed columns, for benchmarks and end-to-end tests.
 *   gen_table ROWS OUT.csv [--seed N]   the table (about 154 bytes a row: 650,000 rows are 100 MB)
 *   gen_table --row N [--seed N]        row N, counted from 0, as a JSON array of texts (null where it is missing)
 * Every cell is a function of (seed, row) alone, so a test can ask for any row without reading the table. */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MAX = 256, BUFFER_SIZE = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

typedef struct {
  uint64_t row;
  uint64_t seed;
  uint64_t hash; /* of (seed, row); each column mixes its own number in */
} row_key;

/* Writes a cell's text and returns its end; a cell without text is missing. */
typedef char *(*write_cell)(char *out, row_key key, uint64_t bits);

/* The finalizer of SplitMix64: a bijection in which every input bit reaches every output bit. */
static uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/* Spends `bits`: answers a number in [0, n) and leaves the rest for the next draw. */
static uint64_t draw(uint64_t *bits, uint64_t n) {
  uint64_t value = *bits % n;
  *bits /= n;
  return value;
}

static int one_in(uint64_t *bits, uint64_t n) { return draw(bits, n) == 0; }

static char *put_text(char *out, const char *text) {
  size_t length = strlen(text);
  memcpy(out, text, length);
  return out + length;
}

static char *put_padded(char *out, uint64_t value, int digits) {
  for (int i = digits; i-- > 0; value /= 10) out[i] = (char)('0' + value % 10);
  return out + digits;
}

static char *put_number(char *out, uint64_t value) {
  int digits = 1;
  for (uint64_t rest = value / 10; rest > 0; rest /= 10) digits++;
  return put_padded(out, value, digits);
}

static char *put_hex(char *out, uint64_t value, int digits) {
  for (int i = digits; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
  return out + digits;
}

/* Days since 2016-01-01, for the ten years 2016-2025. */
static char *put_date(char *out, uint64_t day) {
  static const uint8_t month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  uint64_t year = day / 1461 * 4;
  day %= 1461;
  if (day >= 366) {
    year += 1 + (day - 366) / 365;
    day = (day - 366) % 365;
  }
  uint64_t month = 0;
  for (;; month++) {
    uint64_t days = month_days[month] + (month == 1 && year % 4 == 0 ? 1U : 0U);
    if (day < days) break;
    day -= days;
  }
  out = put_padded(out, 2016 + year, 4);
  *out++ = '-';
  out = put_padded(out, month + 1, 2);
  *out++ = '-';
  return put_padded(out, day + 1, 2);
}

static char *put_time(char *out, uint64_t second) {
  out = put_padded(out, second / 3600, 2);
  *out++ = ':';
  out = put_padded(out, second / 60 % 60, 2);
  *out++ = ':';
  return put_padded(out, second % 60, 2);
}

enum { DAYS = 3653, DAY_SECONDS = 86400 };

static char *put_id(char *out, row_key key, uint64_t bits) {
  (void)bits;
  return put_number(out, key.row + 1);
}

/* Beyond 2^53, where doubles skip integers. */
static char *put_account(char *out, row_key key, uint64_t bits) {
  (void)key;
  return put_number(out, 9007199254740993U + bits % 900000000000000U);
}

static char *put_quantity(char *out, row_key key, uint64_t bits) {
  (void)key;
  return one_in(&bits, 16) ? out : put_number(out, bits % 100);
}

static char *put_balance(char *out, row_key key, uint64_t bits) {
  (void)key;
  if (one_in(&bits, 2)) *out++ = '-';
  return put_number(out, 1 + bits % 99999);
}

static char *put_price(char *out, row_key key, uint64_t bits) {
  (void)key;
  out = put_number(out, draw(&bits, 1000));
  *out++ = '.';
  return put_padded(out, bits % 100, 2);
}

/* Thirteen digits, so that sorting by it meets hardly any ties; one in 100 is written with an exponent. */
static char *put_score(char *out, row_key key, uint64_t bits) {
  (void)key;
  if (one_in(&bits, 100)) {
    out = put_number(out, 1 + draw(&bits, 9));
    *out++ = '.';
    out = put_padded(out, bits % 10000000000U, 10);
    return put_text(out, "e-05");
  }
  return put_padded(put_text(out, "0."), bits % 10000000000000U, 13);
}

static char *put_reading(char *out, row_key key, uint64_t bits) {
  (void)key;
  if (one_in(&bits, 10)) return out;
  if (one_in(&bits, 4)) *out++ = '-';
  out = put_number(out, draw(&bits, 50));
  *out++ = '.';
  return put_padded(out, 1 + bits % 9, 1);
}

static char *put_created_at(char *out, row_key key, uint64_t bits) {
  (void)key;
  out = put_date(out, draw(&bits, DAYS));
  *out++ = ' ';
  return put_time(out, bits % DAY_SECONDS);
}

/* With a fraction and a zone; missing in two rows of three. */
static char *put_shipped_at(char *out, row_key key, uint64_t bits) {
  (void)key;
  if (!one_in(&bits, 3)) return out;
  out = put_date(out, draw(&bits, DAYS));
  *out++ = 'T';
  out = put_time(out, draw(&bits, DAY_SECONDS));
  *out++ = '.';
  out = put_padded(out, bits % 1000, 3);
  *out++ = 'Z';
  return out;
}

static char *put_due(char *out, row_key key, uint64_t bits) {
  (void)key;
  return put_date(out, bits % DAYS);
}

static char *put_paid(char *out, row_key key, uint64_t bits) {
  (void)key;
  return put_text(out, one_in(&bits, 3) ? "false" : "true");
}

/* Each of the eight once in every eight rows, in shuffled order: a table of 8 n rows has exactly n of each. */
static char *put_status(char *out, row_key key, uint64_t bits) {
  static const char *const names[8] = {"new", "open", "held", "packed", "sent", "back", "lost", "done"};
  (void)bits;
  uint64_t shift = mix(key.seed ^ (key.row / 8)); /* an odd step and a shift permute 0..7 */
  return put_text(out, names[((key.row % 8) * (1 + 2 * (shift >> 3 & 3)) + shift) % 8]);
}

/* 50 x 40 = 2,000 towns. */
static char *put_city(char *out, row_key key, uint64_t bits) {
  static const char *const heads[50] = {"Ad",  "Al",  "An",  "Ar",  "Bel", "Ber", "Bor", "Bra", "Cal", "Car",
                                        "Cor", "Dal", "Del", "Dor", "Ed",  "El",  "Er",  "Fal", "Far", "Gal",
                                        "Gla", "Gor", "Ha",  "Hel", "Is",  "Jo",  "Kal", "Kön", "Lan", "Li",
                                        "Lun", "Mal", "Mar", "Mol", "Nor", "Ol",  "Or",  "Pa",  "Pol", "Ros",
                                        "Sal", "San", "Ta",  "Tor", "Ul",  "Ur",  "Val", "Ver", "Wes", "Zü"};
  static const char *const tails[40] = {
      "bach", "beck", "berg", "brook", "burg",  "by",   "chester", "dale", "den",  "dorf",
      "feld", "fors", "ford", "gate",  "ham",   "hill", "holm",    "ia",   "land", "ley",
      "lin",  "lund", "mar",  "minde", "mouth", "nes",  "ona",     "ora",  "os",   "pool",
      "port", "sele", "stad", "stein", "ton",   "vik",  "ville",   "wald", "wick", "worth"};
  (void)key;
  out = put_text(out, heads[draw(&bits, COUNT(heads))]);
  return put_text(out, tails[bits % COUNT(tails)]);
}

static char *put_customer(char *out, row_key key, uint64_t bits) {
  (void)key;
  out = put_hex(out, bits >> 32, 4);
  *out++ = '-';
  return put_hex(out, bits & 0xffffff, 6);
}

static const char *const words[64] = {
    "after",  "again", "all",   "any",   "as",    "asked", "at",     "bag",   "before", "blue",  "box",
    "broken", "by",    "call",  "can",   "check", "code",  "cold",   "day",   "door",   "early", "extra",
    "fast",   "first", "for",   "found", "from",  "gift",  "good",   "green", "hold",   "in",    "it",
    "late",   "left",  "light", "list",  "long",  "mail",  "more",   "new",   "no",     "note",  "now",
    "of",     "old",   "on",    "order", "paid",  "part",  "please", "red",   "return", "same",  "see",
    "sent",   "small", "still", "the",   "to",    "two",   "was",    "with",  "you"};

static char *put_words(char *out, uint64_t *bits, uint64_t count) {
  for (uint64_t i = 0; i < count; i++) {
    if (i > 0) *out++ = ' ';
    out = put_text(out, words[draw(bits, COUNT(words))]);
  }
  return out;
}

/* What quoting is for, in 4 of 64 rows: commas, quotes, line breaks (LF and CRLF). Otherwise a word or nothing. */
static char *put_note(char *out, row_key key, uint64_t bits) {
  (void)key;
  uint64_t kind = draw(&bits, 64);
  if (kind >= 24) return out;
  out = put_words(out, &bits, 1);
  if (kind >= 4) return out;
  static const char *const separators[4] = {", ", " \"", "\n", "\r\n"};
  out = put_text(out, separators[kind]);
  out = put_words(out, &bits, 2);
  return kind == 1 ? put_text(out, "\"") : out;
}

static char *put_zip(char *out, row_key key, uint64_t bits) {
  (void)key;
  return put_padded(out, bits % 40000, 5);
}

static char *put_comment(char *out, row_key key, uint64_t bits) {
  (void)key;
  if (!one_in(&bits, 4)) return out;
  uint64_t count = 2 + draw(&bits, 6);
  return put_words(out, &bits, count);
}

static char *put_category(char *out, row_key key, uint64_t bits) {
  static const char *const names[16] = {"art",  "baby", "bike",  "books", "food",  "garden", "home", "kids",
                                        "lamp", "mode", "music", "pets",  "shoes", "sport",  "tech", "toys"};
  (void)key;
  return one_in(&bits, 3) ? out : put_text(out, names[bits % COUNT(names)]);
}

static char *put_link(char *out, row_key key, uint64_t bits) {
  (void)key;
  out = put_text(out, one_in(&bits, 8) ? "//a.io/" : "/p/");
  return put_number(out, bits % 100000);
}

static const struct {
  const char *name;
  write_cell write;
} columns[] = {
    {"id", put_id},
    {"account", put_account},
    {"quantity", put_quantity},
    {"balance", put_balance},
    {"price", put_price},
    {"score", put_score},
    {"reading", put_reading},
    {"created_at", put_created_at},
    {"shipped_at", put_shipped_at},
    {"due", put_due},
    {"paid", put_paid},
    {"status", put_status},
    {"city", put_city},
    {"customer", put_customer},
    {"note", put_note},
    {"zip", put_zip},
    {"comment", put_comment},
    {"category", put_category},
    {"link", put_link},
};

static row_key key_of(uint64_t seed, uint64_t row) {
  return (row_key){.row = row, .seed = seed, .hash = mix(mix(seed) ^ row)};
}

static char *put_cell(char *out, row_key key, size_t column) {
  return columns[column].write(out, key, mix(key.hash + column));
}

static int needs_quotes(const char *text, const char *end) {
  for (; text < end; text++)
    if (*text == ',' || *text == '"' || *text == '\n' || *text == '\r') return 1;
  return 0;
}

/* Quotes the cell that was just written to [text, end), doubling the quotes in it. */
static char *quote(char *text, char *end) {
  char cell[FIELD_MAX];
  size_t length = (size_t)(end - text);
  memcpy(cell, text, length);
  *text++ = '"';
  for (size_t i = 0; i < length; i++) {
    if (cell[i] == '"') *text++ = '"';
    *text++ = cell[i];
  }
  *text++ = '"';
  return text;
}

static char *put_csv_row(char *out, row_key key) {
  for (size_t column = 0; column < COUNT(columns); column++) {
    if (column > 0) *out++ = ',';
    char *end = put_cell(out, key, column);
    out = columns[column].write == put_note && needs_quotes(out, end) ? quote(out, end) : end;
  }
  *out++ = '\n';
  return out;
}

static char *put_header(char *out) {
  for (size_t column = 0; column < COUNT(columns); column++) {
    if (column > 0) *out++ = ',';
    out = put_text(out, columns[column].name);
  }
  *out++ = '\n';
  return out;
}

static int write_rows(FILE *file, uint64_t rows, uint64_t seed) {
  static char buffer[BUFFER_SIZE + COUNT(columns) * FIELD_MAX];
  char *out = put_header(buffer);
  for (uint64_t row = 0; row < rows; row++) {
    out = put_csv_row(out, key_of(seed, row));
    if (out < buffer + BUFFER_SIZE) continue;
    if (fwrite(buffer, 1, (size_t)(out - buffer), file) != (size_t)(out - buffer)) return 0;
    out = buffer;
  }
  return fwrite(buffer, 1, (size_t)(out - buffer), file) == (size_t)(out - buffer);
}

static int write_table(const char *path, uint64_t rows, uint64_t seed) {
  FILE *file = fopen(path, "wb");
  int written = file != NULL;
  if (file != NULL) {
    setvbuf(file, NULL, _IONBF, 0); /* write_rows has a buffer of its own */
    written = write_rows(file, rows, seed);
    if (fclose(file) != 0) written = 0;
  }
  if (!written) fprintf(stderr, "gen_table: cannot write %s: %s\n", path, strerror(errno));
  return written ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void print_json_text(const char *text, const char *end) {
  putchar('"');
  for (; text < end; text++) {
    if (*text == '"' || *text == '\\') putchar('\\');
    if (*text == '\n')
      fputs("\\n", stdout);
    else if (*text == '\r')
      fputs("\\r", stdout);
    else
      putchar(*text);
  }
  putchar('"');
}

static int print_row(uint64_t row, uint64_t seed) {
  row_key key = key_of(seed, row);
  for (size_t column = 0; column < COUNT(columns); column++) {
    char cell[FIELD_MAX];
    char *end = put_cell(cell, key, column);
    putchar(column == 0 ? '[' : ',');
    if (end == cell)
      fputs("null", stdout);
    else
      print_json_text(cell, end);
  }
  puts("]");
  return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int parse_number(const char *text, uint64_t *value) {
  char *end;
  errno = 0;
  *value = strtoull(text, &end, 10);
  return errno == 0 && end != text && *end == '\0' && *text != '-';
}

int main(int argc, char **argv) {
  const char *plain[2] = {NULL, NULL};
  int count = 0, understood = 1;
  uint64_t seed = 1, row = 0, rows = 0;
  int one_row = 0;
  for (int i = 1; i < argc && understood; i++) {
    if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
      understood = parse_number(argv[++i], &seed);
    else if (strcmp(argv[i], "--row") == 0 && i + 1 < argc)
      understood = one_row = parse_number(argv[++i], &row);
    else if (count < 2)
      plain[count++] = argv[i];
    else
      understood = 0;
  }
  if (understood && one_row && count == 0) return print_row(row, seed);
  if (understood && !one_row && count == 2 && parse_number(plain[0], &rows))
    return write_table(plain[1], rows, seed);
  fprintf(stderr, "usage: gen_table ROWS OUT.csv [--seed N]\n       gen_table --row N [--seed N]\n");
  return EXIT_FAILURE;
}
