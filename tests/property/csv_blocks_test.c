/* Random CSVs: every way of cutting the bytes into blocks finds the same rows (guess, verify, redo), and the values are those of a
 * plain reference parser. */
#include <stdlib.h>
#include <string.h>

#include "../unit/check.h"
#include "../unit/random.h"
#include "base/datetime.h"
#include "base/number.h"
#include "format/csv/block.h"

#define TEXT_MAX 400
#define ROWS_MAX 512
#define COLUMNS 3u

static random_state source = {20261121};

/* ---- the reference: one state machine, written to be obvious ---- */

typedef struct {
  char text[TEXT_MAX];
  size_t len;
  bool null;
} cell;

static struct {
  cell cells[ROWS_MAX][COLUMNS];
  uint32_t rows;
} truth;

static bool ends_line(const char *s, size_t n, size_t i, size_t *len) {
  *len = 1;
  if (s[i] == '\n') return true;
  *len = 2;
  if (s[i] == '\r' && i + 1 < n && s[i + 1] == '\n') return true;
  *len = 1;
  return s[i] == '\r' && i + 1 == n;
}

static size_t reference_field(const char *s, size_t n, size_t i, cell *out) {
  size_t eol;
  *out = (cell){.len = 0};
  size_t begin = i;
  if (i < n && s[i] == '"') {
    bool closed = false;
    for (i++; i < n; i++) {
      if (s[i] == '"' && i + 1 < n && s[i + 1] == '"') {
        out->text[out->len++] = '"';
        i++;
      } else if (s[i] == '"') {
        closed = true;
        i++;
        break;
      } else {
        out->text[out->len++] = s[i];
      }
    }
    size_t after = i;
    while (after < n && s[after] == ' ') after++; /* spaces behind a closing quote are no part of the value */
    if (!closed || after == n || s[after] == ',' || ends_line(s, n, after, &eol)) return after;
    out->len = i - begin; /* stray: all as it is written */
    memcpy(out->text, s + begin, out->len);
  }
  while (i < n && s[i] != ',' && !ends_line(s, n, i, &eol)) out->text[out->len++] = s[i++];
  out->null = out->len == 0;
  return i;
}

static void reference(const char *s, size_t n) {
  truth.rows = 0;
  size_t eol;
  for (size_t i = 0; i < n;) {
    if (ends_line(s, n, i, &eol)) { /* blank lines are no rows of a table of several columns */
      i += eol;
      continue;
    }
    cell *row = truth.cells[truth.rows++];
    for (uint32_t c = 0; c < COLUMNS; c++) row[c] = (cell){.null = true};
    for (uint32_t c = 0;; c++) {
      cell extra;
      i = reference_field(s, n, i, c < COLUMNS ? &row[c] : &extra);
      if (i < n && s[i] == ',') {
        i++;
        continue;
      }
      if (i < n && ends_line(s, n, i, &eol)) i += eol;
      break;
    }
  }
}

/* ---- the subject ---- */

static mem memory;
static const csv_dialect dialect = {.delimiter = ',', .quote = '"', .decimal = '.', .columns = COLUMNS};

typedef struct {
  uint64_t begin, end;
  uint32_t rows;
} found_block;

/* Indexes [begin, end) with a margin that grows until it suffices. */
static found_block index_block(const char *s, size_t n, size_t begin, size_t end, uint64_t row_begin,
                               arena *a) {
  for (size_t margin = 1;; margin *= 2) {
    size_t to = n - end < margin ? n : end + margin;
    csv_span span = {(const uint8_t *)s + begin, to - begin, begin, to == n};
    csv_index x;
    bool more;
    sonde_error err;
    CHECK_EQ_INT(csv_index_block(&dialect, span, end, row_begin, a, a, &x, &more, &err), SONDE_OK);
    if (!more) return (found_block){x.row_begin, x.next_begin, x.rows};
    CHECK(to < n);
    if (to == n) return (found_block){0};
  }
}

/* How many values of [begin, end) are not as they should be, the rows from first_row on. */
static uint32_t cells_differ(const char *s, size_t begin, size_t end, bool last, uint32_t first_row,
                             csv_rows *rows, arena *a) {
  csv_plan plan[COLUMNS];
  for (uint32_t c = 0; c < COLUMNS; c++)
    plan[c] = (csv_plan){.mode = CSV_FIXED, .form = {.type = {.id = TYPE_TEXT}}};
  chunk into = {.memory = {.mem = &memory}};
  sonde_error err;
  csv_span span = {(const uint8_t *)s + begin, end - begin, begin, last};
  csv_want want = {.rows = UINT32_MAX, .field_max = UINT32_MAX, .stats = true};
  uint32_t wrong = csv_read(&dialect, span, want, plan, &into, a, a, rows, &err) != SONDE_OK;
  for (uint32_t r = 0; !wrong && r < rows->rows; r++)
    for (uint32_t c = 0; c < COLUMNS; c++) {
      const cell *t = &truth.cells[first_row + r][c];
      bool valid = vec_valid(&into.vecs[c], r);
      sonde_str got = valid ? vec_str(&into.vecs[c], r) : (sonde_str){"", 0};
      wrong += valid == t->null || got.len != t->len || memcmp(got.ptr, t->text, t->len) != 0;
    }
  arena_free(&into.memory);
  return wrong;
}

static uint32_t block_differs(const char *s, found_block b, uint32_t first_row, arena *a) {
  csv_rows rows;
  uint32_t wrong = cells_differ(s, (size_t)b.begin, (size_t)b.end, true, first_row, &rows, a);
  return wrong + (rows.rows != b.rows);
}

/* Bytes up to anywhere: whole rows are read, and the rest from where that ended. */
static void check_prefix(const char *s, size_t n, arena *a) {
  csv_rows first, rest;
  size_t cut = random_below(&source, (uint32_t)n + 1);
  CHECK_EQ_INT(cells_differ(s, 0, cut, false, 0, &first, a), 0);
  CHECK(first.end <= cut);
  CHECK_EQ_INT(cells_differ(s, (size_t)first.end, n, true, first.rows, &rest, a), 0);
  CHECK_EQ_INT(first.rows + rest.rows, truth.rows);
}

/* Cuts at random, guesses every block, verifies the chain, redoes what was guessed wrong. */
static void check_cut(const char *s, size_t n, arena *a) {
  uint64_t at = 0;
  uint32_t rows = 0, wrong = 0;
  for (size_t begin = 0; begin < n;) {
    size_t end = begin + 1 + random_below(&source, 60);
    if (end > n) end = n;
    found_block b = index_block(s, n, begin, end, CSV_UNKNOWN, a);
    if (at >= end) {
      begin = end;
      continue;
    }
    if (begin == 0 || b.begin != at) b = index_block(s, n, begin, end, at, a);
    if (rows + b.rows <= truth.rows) wrong += block_differs(s, b, rows, a);
    rows += b.rows;
    at = b.end;
    begin = end;
  }
  CHECK_EQ_UINT(rows, truth.rows);
  CHECK_EQ_UINT(wrong, 0);
  if (check_failed && (rows != truth.rows || wrong)) fprintf(stderr, "input: <<%.*s>>\n", (int)n, s);
}

static void any_cut_gives_the_rows_of_the_reference(void) {
  static const char *const pieces[] = {"a",  "bc",   ",", ",", ",", "\n", "\n",      "\r\n",     "\"",
                                       "\"", "\"\"", "1", "é", " ", "\r", "\"x,y\"", "\"p\nq\"", ",\"\","};
  char text[TEXT_MAX];
  arena a = {.mem = &memory};
  for (int round = 0; round < 3000 && check_failed == 0; round++) {
    size_t n = 0, most = random_below(&source, TEXT_MAX - 8);
    while (n < most) {
      const char *piece = pieces[random_below(&source, sizeof pieces / sizeof *pieces)];
      size_t len = strlen(piece);
      memcpy(text + n, piece, len);
      n += len;
    }
    reference(text, n);
    check_cut(text, n, &a);
    check_prefix(text, n, &a);
    arena_reset(&a);
  }
  arena_free(&a);
}

/* A type is a function of the values, whichever came first and however they were grouped. */
static void types_do_not_depend_on_order_or_grouping(void) {
  static const char *const values[] = {"1",
                                       "-7",
                                       "007",
                                       "2.5",
                                       "1e9",
                                       "9007199254740993",
                                       "123456789012345678901",
                                       "0.1234567890123456789",
                                       "true",
                                       "2026-11-21",
                                       "11/12/2026",
                                       "25/12/2026",
                                       "10:15",
                                       "2026-11-21 10:15:00",
                                       "2026-11-21T10:15:00Z",
                                       "x",
                                       "nan"};
  enum { N = sizeof values / sizeof *values };
  uint32_t wrong = 0;
  for (int round = 0; round < 20000; round++) {
    uint32_t picks[6], n = 1 + random_below(&source, 6);
    csv_seen forward, left, right;
    csv_seen_init(&forward);
    csv_seen_init(&left);
    csv_seen_init(&right);
    for (uint32_t i = 0; i < n; i++) {
      picks[i] = random_below(&source, N);
      csv_seen_add(&forward, values[picks[i]], strlen(values[picks[i]]), '.');
    }
    for (uint32_t i = n; i-- > 0;)
      csv_seen_add(i % 2 ? &left : &right, values[picks[i]], strlen(values[picks[i]]), '.');
    csv_seen_join(&right, &left);
    csv_form a = csv_resolve(&forward), b = csv_resolve(&right);
    wrong += a.type.id != b.type.id || a.type.scale != b.type.scale || a.order != b.order;
  }
  CHECK_EQ_UINT(wrong, 0);
}

/* ---- values of numbers ---- */

static size_t put_number(char *out, uint32_t kind) {
  double x = (double)(int64_t)random_next(&source) / (double)(1ULL << random_below(&source, 62));
  switch (kind) {
  case 0: return (size_t)sprintf(out, "%d", (int)random_below(&source, 2000) - 1000);
  case 1: return (size_t)sprintf(out, "%lld", (long long)random_next(&source) >> random_below(&source, 60));
  case 2: return (size_t)sprintf(out, "%.*f", (int)random_below(&source, 4), x / 1e9);
  case 3: return (size_t)sprintf(out, "%.*g", (int)random_below(&source, 18) + 1, x);
  case 4: return (size_t)sprintf(out, "-0.%u", random_below(&source, 2));
  case 5: return (size_t)sprintf(out, " %u.%u ", random_below(&source, 100), random_below(&source, 100));
  default: return 0;
  }
}

/* A column of numbers, some missing, is of the type its values make it, and every value is what the general reader of
 * numbers says. */
static void numbers_are_what_their_texts_mean(void) {
  enum { ROWS = 300 };
  static char text[ROWS * 48];
  csv_dialect one = {.delimiter = ',', .quote = '"', .decimal = '.', .columns = 1};
  arena a = {.mem = &memory};
  for (int round = 0; round < 400 && check_failed == 0; round++) {
    size_t n = 0, begins[ROWS], ends[ROWS];
    uint32_t kinds = 1 + random_below(&source, 7);
    csv_seen seen;
    csv_seen_init(&seen);
    for (uint32_t r = 0; r < ROWS; r++) {
      begins[r] = n;
      n += put_number(text + n, random_below(&source, kinds));
      ends[r] = n;
      if (ends[r] > begins[r]) csv_seen_add(&seen, text + begins[r], ends[r] - begins[r], '.');
      text[n++] = '\n';
    }
    chunk into = {.memory = {.mem = &memory}};
    csv_plan plan = {.mode = CSV_INFER};
    csv_seen_init(&plan.seen);
    csv_rows rows;
    sonde_error err;
    csv_want want = {.rows = UINT32_MAX, .field_max = UINT32_MAX, .stats = true};
    csv_span span = {(const uint8_t *)text, n, 0, true};
    CHECK_EQ_INT(csv_read(&one, span, want, &plan, &into, &a, &a, &rows, &err), SONDE_OK);
    csv_form form = csv_resolve(&seen);
    const vec *v = &into.vecs[0];
    CHECK_EQ_INT(rows.rows, ROWS);
    CHECK_EQ_INT(rows.columns[0].form.type.id, form.type.id);
    CHECK_EQ_INT(rows.columns[0].form.type.scale, form.type.scale);
    uint32_t wrong = 0;
    for (uint32_t r = 0; r < ROWS; r++) {
      const char *p = text + begins[r];
      size_t len = ends[r] - begins[r];
      wrong += vec_valid(v, r) != (len > 0);
      while (len && *p == ' ') p++, len--;
      while (len && p[len - 1] == ' ') len--;
      number_text t;
      if (len == 0 || !number_scan(p, len, '.', &t)) continue;
      int64_t whole;
      double x = number_to_double(&t, p, len, '.'), got = 0;
      if (form.type.id == TYPE_INT64) {
        wrong += !number_to_int64(&t, p, len, &whole) || vec_i64(v, r) != whole;
      } else if (form.type.id == TYPE_DOUBLE) {
        vec_f64s(v, r, 1, &got);
        wrong += memcmp(&got, &x, 8) != 0;
      }
    }
    CHECK_EQ_INT(wrong, 0);
    arena_free(&into.memory);
    arena_reset(&a);
  }
  arena_free(&a);
}

/* ---- texts ---- */

static vec read_texts(const char *text, size_t n, chunk *into, arena *a) {
  csv_dialect one = {.delimiter = ',', .quote = '"', .decimal = '.', .columns = 1};
  csv_plan plan = {.mode = CSV_INFER};
  csv_rows rows;
  sonde_error err;
  csv_seen_init(&plan.seen);
  csv_want want = {.rows = UINT32_MAX, .field_max = UINT32_MAX, .stats = true};
  CHECK_EQ_INT(
      csv_read(&one, (csv_span){(const uint8_t *)text, n, 0, true}, want, &plan, into, a, a, &rows, &err),
      SONDE_OK);
  return into->vecs[0];
}

/* Texts of which each comes about three times are a dictionary, also where their codes take four bytes; texts that come once are not. */
static void many_texts_that_repeat_are_a_dictionary(void) {
  enum { ROWS = 270000, TEXTS = 90000, TEXT_BYTES = 6 };
  static char text[ROWS * (TEXT_BYTES + 1) + 1];
  for (uint32_t texts = TEXTS; texts <= ROWS; texts += ROWS - TEXTS) {
    arena a = {.mem = &memory};
    chunk into = {.memory = {.mem = &memory}};
    for (uint64_t r = 0; r < ROWS; r++)
      sprintf(text + r * (TEXT_BYTES + 1), "t%05x\n",
              texts < ROWS ? random_below(&source, texts) : (unsigned)r);
    vec v = read_texts(text, sizeof text - 1, &into, &a);
    CHECK_EQ_INT(v.form, texts < ROWS ? VEC_DICT : VEC_TEXT);
    uint32_t wrong = v.rows != ROWS;
    for (uint32_t r = 0; !wrong && r < ROWS; r++) {
      sonde_str s = vec_str(&v, r);
      wrong += s.len != TEXT_BYTES || memcmp(s.ptr, text + (size_t)r * (TEXT_BYTES + 1), s.len) != 0;
    }
    CHECK_EQ_INT(wrong, 0);
    arena_free(&into.memory);
    arena_free(&a);
  }
}

int main(void) {
  mem_init(&memory, (uint64_t)1 << 30, NULL, NULL);
  RUN(any_cut_gives_the_rows_of_the_reference);
  RUN(numbers_are_what_their_texts_mean);
  RUN(many_texts_that_repeat_are_a_dictionary);
  RUN(types_do_not_depend_on_order_or_grouping);
  CHECK_EQ_UINT(memory.used, 0);
  return check_report();
}
