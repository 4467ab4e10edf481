/* The index of random CSVs, most of whose rows are passed over 64 bytes at a time, is the one that is found row by row. */
#include "../unit/check.h"
#include "../unit/csv_walk.h"
#include "../unit/random.h"

enum { TEXT_MAX = 150000, PIECE_MAX = 64 };

static random_state source = {20261122};
static mem memory;
static char text[TEXT_MAX + PIECE_MAX];
static size_t text_len;

static void add(const char *piece, size_t n) {
  if (text_len + n > TEXT_MAX) n = TEXT_MAX - text_len;
  memcpy(text + text_len, piece, n);
  text_len += n;
}

static void add_any(const char *const *pieces, size_t n) {
  const char *piece = pieces[random_below(&source, (uint32_t)n)];
  add(piece, strlen(piece));
}
#define ADD_ANY(pieces) add_any(pieces, sizeof(pieces) / sizeof *(pieces))

static void add_plain_field(uint32_t longest) {
  for (uint32_t n = random_below(&source, longest + 1); n > 0; n--)
    add(&"abc\t 1\r"[random_below(&source, 7)], 1);
}

static void add_quoted_field(char quote, const char *line_end) {
  add(&quote, 1);
  for (uint32_t n = random_below(&source, 9); n > 0; n--) {
    char doubled[] = {quote, quote, 0};
    const char *const inner[] = {"a", "bcd", ",", line_end, line_end, doubled, ",\n", "\r"};
    ADD_ANY(inner);
  }
  add(&quote, 1);
}

static void add_row(const csv_dialect *d, const char *line_end) {
  uint32_t quoted = random_below(&source, 3), longest = random_below(&source, 100) ? 20 : 4000;
  char delimiter = (char)d->delimiter;
  for (uint32_t c = 0; c < d->columns; c++) {
    if (c > 0) add(&delimiter, 1);
    if (d->quote && random_below(&source, 4) < quoted)
      add_quoted_field((char)d->quote, line_end);
    else
      add_plain_field(longest);
  }
  add(line_end, strlen(line_end));
}

/* What is no plain row: quotes anywhere, blank lines, comments, other line ends. */
static void add_odd(void) {
  static const char *const odd[] = {"\"",       "a\"b",         ",\"",  "\",",           "\n",   "\n\n",
                                    "\r\n\r\n", "\r",           "\"\"", "#\n",           "\\\"", "'",
                                    "x\n",      "\"a\"b,\"c\n", "\" ,", ",\"a\" \"b\"\n"};
  for (uint32_t n = 1 + random_below(&source, 3); n > 0; n--) ADD_ANY(odd);
}

static csv_dialect make_text(void) {
  static const uint32_t rarities[] = {2, 40, 2000, 1000000};
  static const uint8_t delimiters[] = {',', ',', '\t', ' '}, quotes[] = {'"', '"', '\'', 0};
  csv_dialect d = {.newline = (uint8_t)random_below(&source, 4),
                   .delimiter = delimiters[random_below(&source, 4)],
                   .quote = quotes[random_below(&source, 4)],
                   .escape = random_below(&source, 8) ? 0 : '\\',
                   .comment = random_below(&source, 8) ? 0 : '#',
                   .columns = 1 + random_below(&source, 5)};
  if (d.columns == 1 && random_below(&source, 2)) d.delimiter = 0;
  const char *line_end = d.newline == CSV_CR ? "\r" : d.newline == CSV_CRLF ? "\r\n" : "\n";
  uint32_t rarity = rarities[random_below(&source, 4)];
  size_t most = random_below(&source, random_below(&source, 10) ? 1000 : TEXT_MAX);
  for (text_len = 0; text_len < most;) {
    if (random_below(&source, rarity) == 0) add_odd();
    add_row(&d, line_end);
  }
  return d;
}

/* Bytes up to where the last row of the block is known to end. */
static void check_block(const csv_dialect *d, size_t begin, size_t end, uint64_t *row_begin, arena *a) {
  csv_index x;
  bool more = true;
  sonde_error err;
  for (size_t margin = 1 + random_below(&source, 300); more; margin *= 4) {
    size_t to = text_len - end < margin ? text_len : end + margin;
    csv_span span = {(const uint8_t *)text + begin, to - begin, begin, to == text_len};
    CHECK_EQ_INT(csv_index_block(d, span, end, *row_begin, a, a, &x, &more, &err), SONDE_OK);
    if (!more) CHECK(csv_walk_finds(d, span, end, &x, a));
    if (to == text_len) REQUIRE(!more);
  }
  *row_begin = x.next_begin;
}

static void check_blocks(const csv_dialect *d, arena *a) {
  uint64_t proven = 0;
  uint32_t most = 1 + random_below(&source, TEXT_MAX);
  for (size_t begin = 0, end; begin < text_len && check_failed == 0; begin = end) {
    uint64_t guessed = CSV_UNKNOWN;
    end = begin + 1 + random_below(&source, most);
    if (end > text_len) end = text_len;
    check_block(d, begin, end, &guessed, a);
    if (proven < end) check_block(d, begin, end, &proven, a);
  }
}

static void rows_passed_over_are_those_found_one_by_one(void) {
  arena a = {.mem = &memory};
  for (int round = 0; round < 1500 && check_failed == 0; round++) {
    csv_dialect d = make_text();
    check_blocks(&d, &a);
    arena_reset(&a);
  }
  arena_free(&a);
}

int main(void) {
  mem_init(&memory, (uint64_t)1 << 30, NULL, NULL);
  RUN(rows_passed_over_are_those_found_one_by_one);
  CHECK_EQ_UINT(memory.used, 0);
  return check_report();
}
