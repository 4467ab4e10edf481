/* LIKE over columns whose texts lie one behind the other or apart, short and long, beside a matcher by recursion. */
#include <stdlib.h>

#include "check.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"
#include "random.h"

#define ROWS 64u
#define LENGTH_MAX 40u

static const sql_type bool_type = {.id = SQL_BOOL}, text_type = {.id = SQL_TEXT};

static bool matches(sonde_str s, sonde_str p) {
  if (p.len == 0) return s.len == 0;
  sonde_str rest = {p.ptr + 1, p.len - 1}, behind = {s.len ? s.ptr + 1 : s.ptr, s.len ? s.len - 1 : 0};
  if (*p.ptr == '%') return matches(s, rest) || (s.len && matches(behind, p));
  return s.len && (*p.ptr == '_' || *p.ptr == *s.ptr) && matches(behind, rest);
}

/* Of two letters mostly, so that texts are nearly found in many places. */
static size_t any_text(random_state *r, char *to, uint32_t most, const char *letters) {
  size_t n = random_below(r, most + 1);
  for (size_t i = 0; i < n; i++) to[i] = letters[random_below(r, (uint32_t)strlen(letters))];
  return n;
}

/* With a gap of some bytes between one text and the next; the gap looks like text. */
static void any_column(random_state *r, size_t gap, char *bytes, sonde_str *texts) {
  memset(bytes, 'a', ROWS * (LENGTH_MAX + gap));
  for (uint32_t i = 0; i < ROWS; i++) {
    texts[i] = (sonde_str){bytes, any_text(r, bytes, LENGTH_MAX, "aaab")};
    bytes += texts[i].len + gap;
  }
}

static void check_pattern(const sonde_str *texts, sonde_str pattern, uint16_t function, arena *a) {
  uint8_t valid[ROWS];
  for (uint32_t i = 0; i < ROWS; i++) valid[i] = i % 7 != 3;
  const expr e = {.kind = EXPR_CALL, .function = function, .n_args = 2, .type = bool_type};
  const col args[] = {{.lane = LANE_STR, .form = COL_FLAT, .type = &text_type, .data = texts, .valid = valid},
                      {.lane = LANE_STR, .form = COL_CONST, .type = &text_type, .data = &pattern}};
  sonde_error err = {0};
  col out;
  REQUIRE(kernel_like(&(kernel_call){.e = &e, .args = args, .n_args = 2, .n = ROWS, .a = a, .err = &err},
                      &out) == SONDE_OK);
  for (uint32_t i = 0; i < ROWS; i++) {
    CHECK_EQ_INT(col_valid(&out, i), valid[i]);
    if (valid[i]) CHECK_EQ_INT(col_cell(&out, i).b, matches(texts[i], pattern) == (function == FN_LIKE));
  }
}

static void likes_what_a_plain_matcher_likes(void) {
  random_state r = {1};
  mem m;
  arena a;
  mem_init(&m, (size_t)1 << 24, NULL, NULL);
  arena_init(&a, &m);
  static char bytes[ROWS * (LENGTH_MAX + 2)];
  sonde_str texts[ROWS];
  for (uint32_t trial = 0; trial < 2000; trial++) {
    char pattern[16] = "%";
    size_t n = 1 + any_text(&r, pattern + 1, 6, trial % 4 ? "ab" : "ab%_");
    if (trial % 3) pattern[n++] = '%';
    any_column(&r, trial % 2, bytes, texts);
    check_pattern(texts, (sonde_str){pattern + trial % 5 / 4, n - trial % 5 / 4},
                  trial % 8 ? FN_LIKE : FN_NOT_LIKE, &a);
    arena_reset(&a);
  }
  arena_free(&a);
}

static void finds_the_first_place_of_a_text(void) {
  random_state r = {2};
  for (uint32_t trial = 0; trial < 20000; trial++) {
    char text[80], needle[8];
    size_t n = any_text(&r, text, 80, "aaaab"), m = any_text(&r, needle, 6, "ab"),
           from = random_below(&r, 90);
    if (from > n) from = n;
    size_t expected = from;
    while (expected + m <= n && memcmp(text + expected, needle, m) != 0) expected++;
    if (expected + m > n) expected = SIZE_MAX;
    CHECK_EQ_UINT(text_find((sonde_str){text, n}, (sonde_str){needle, m}, from), expected);
  }
}

int main(void) {
  RUN(likes_what_a_plain_matcher_likes);
  RUN(finds_the_first_place_of_a_text);
  return check_report();
}
