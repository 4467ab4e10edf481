/* Patterns by table, then random ones against a matcher that tries everything, working on the tree the pattern was
 * written from. */
#include "base/regex.h"

#include <stdlib.h>

#include "check.h"
#include "random.h"

typedef struct {
  mem mem;
  arena arena;
} memory;

static memory *memory_new(void) {
  memory *m = malloc(sizeof *m);
  mem_init(&m->mem, 64 << 20, NULL, NULL);
  arena_init(&m->arena, &m->mem);
  return m;
}

static void memory_free(memory *m) {
  arena_free(&m->arena);
  free(m);
}

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

static bool contains_flags(const char *pattern, const char *text, uint32_t flags) {
  memory *m = memory_new();
  const regex *r;
  regex_search *s;
  sonde_error err = {0};
  bool found = false;
  if (regex_compile(str(pattern), flags, &m->arena, &r, &err) || regex_search_new(r, &m->arena, &s, &err)) {
    fprintf(stderr, "%s: %s\n", pattern, err.message);
    CHECK_EQ_INT(err.code, SONDE_OK);
  } else {
    found = regex_contains(s, str(text));
    CHECK(regex_contains(s, str(text)) == found); /* with the states made by the first run */
  }
  memory_free(m);
  return found;
}

static bool contains(const char *pattern, const char *text) { return contains_flags(pattern, text, 0); }

static void texts_contain_what_the_table_says(void) {
  static const struct {
    const char *pattern, *yes, *no;
  } table[] = {
      {"", "", NULL},
      {"abc", "xxabcxx", "ab c"},
      {"a.c",
       "a\xE2\x82\xAC"
       "c",
       "a\nc"},
      {"(?s)a.c", "a\nc", "ac"},
      {"^abc$", "abc", "xabc"},
      {"^abc$", "abc", "abc\n"},
      {"(?m)^abc$", "x\nabc\ny", "xabc"},
      {"\\Aab\\z", "ab", "ab\n"},
      {"^(a|b)+$", "abba", "abca"},
      {"(^a|b)c", "xbc", "xac"},
      {"$^", "", "a"},
      {"a*", "", NULL},
      {"a+", "ba", "b"},
      {"^ab?c$", "ac", "abbc"},
      {"^a{3}$", "aaa", "aa"},
      {"^a{2,3}$", "aaa", "aaaa"},
      {"^a{2,}$", "aaaaa", "a"},
      {"^a{0}b$", "b", "ab"},
      {"a{,3}", "a{,3}", "aaa"},
      {"a{", "a{", "a"},
      {"x{1a}", "x{1a}", "x"},
      {"a+?b*?c??", "a", "b"},
      {"[a-c]x", "bx", "dx"},
      {"[^a-c]x", "dx", "bx"},
      {"[]a]", "]", "b"},
      {"[^]a]", "b", "]"},
      {"[a-]", "-", "b"},
      {"[\\d.]+x", "1.5x", "a x"},
      {"[\\W]", "-", "a"},
      {"\\d\\d:\\d\\d", "at 10:15", "1:15"},
      {"^\\w+$", "a_1", "a-1"},
      {"\\s", "a\tb", "ab"},
      {"^\\S+$", "ab", "a b"},
      {"\\D", "1a", "12"},
      {"\\bcat\\b", "a cat.", "concat"},
      {"\\Bcat", "concat", "a cat"},
      {"\\b", "a", "..."},
      {"^\\B$", "", "a"},
      {"[[:alpha:]]+[[:digit:]]", "ab1", "1ab"},
      {"^[[:^alpha:]]+$", "123", "12a"},
      {"[[:punct:]]", "a!", "a1"},
      {"\\x41\\x{20AC}\\u00e9", "A\xE2\x82\xAC\xC3\xA9", "A"},
      {"[\xC3\xA0-\xC3\xBC]", "\xC3\xA9", "e"},
      {"[^\xC3\xA9]", "e", "\xC3\xA9"},
      {"^.$", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80x"},
      {"(?i)stra\xC3\x9F"
       "e",
       "STRA\xE1\xBA\x9E"
       "E",
       "strasse"},
      {"(?i)[k]", "\xE2\x84\xAA", "j"},
      {"(?i)[^k]", "j", "K"},
      {"(?i:ab)c", "ABc", "ABC"},
      {"a(?i)b(?-i)c", "aBc", "aBC"},
      {"(a(?i)b)c", "aBc", "aBC"},
      {"(?P<year>\\d{4})-(?<month>\\d\\d)", "2026-11", "26-11"},
      {"(?:ab|cd)+e", "abcde", "abcd"},
      {"foo|bar|", "", NULL},
      {"\\.\\*\\\\", ".*\\", "x"},
      {"(a*)*b", "aaab", "aaa"},
      {"(a|aa)+$", "aaaa", "b"},
      {"\\n\\t", "\n\t", "nt"},
      {"[\\n\\]]", "]", "n"},
      {"[^\\x{0}-\\x{10FFFF}]|b", "b", "a"},
  };
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    bool yes = contains(table[i].pattern, table[i].yes),
         no = table[i].no && contains(table[i].pattern, table[i].no);
    if (!CHECK(yes && !no)) fprintf(stderr, "    %s\n", table[i].pattern);
  }
  CHECK(contains_flags("\xC3\x89T\xC3\x89", "\xC3\xA9t\xC3\xA9", REGEX_ICASE));
}

static void faults_are_named_with_their_position(void) {
  static const struct {
    const char *pattern;
    uint64_t at;
    const char *says;
  } table[] = {
      {"(a)\\1", 3, "back-reference"},
      {"x(?=y)", 1, "look-ahead"},
      {"x(?!y)", 1, "look-ahead"},
      {"x(?<=y)", 1, "look-behind"},
      {"x(?<!y)", 1, "look-behind"},
      {"(?>a)", 0, "atomic"},
      {"a++", 2, "possessive"},
      {"a**", 2, "repeat of a repeat"},
      {"*a", 0, "nothing to repeat"},
      {"a|*", 2, "nothing to repeat"},
      {"(a", 0, "without its ')'"},
      {"a)", 1, "without its '('"},
      {"ab[c", 2, "without its ']'"},
      {"a{1001}", 1, "above 1000"},
      {"a{3,2}", 1, "out of order"},
      {"[z-a]", 1, "out of order"},
      {"[a-\\d]", 1, "out of order"},
      {"[[:foo:]]", 1, "class name"},
      {"\\p{L}", 0, "\\p"},
      {"\\q", 0, "unknown escape"},
      {"a\\", 1, "nothing after"},
      {"\\x{110000}", 3, "10FFFF"},
      {"\\xZ", 2, "hexadecimal"},
      {"(?z)", 0, "kind of group"},
      {"a\xFF", 1, "UTF-8"},
      {"(?<n", 0, "name"},
  };
  memory *m = memory_new();
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
    const regex *r;
    sonde_error err = {0};
    CHECK_EQ_INT(regex_compile(str(table[i].pattern), 0, &m->arena, &r, &err), SONDE_SYNTAX);
    bool said = strstr(err.message, table[i].says) && err.at == table[i].at;
    if (!CHECK(said)) fprintf(stderr, "    %s: %s\n", table[i].pattern, err.message);
  }
  memory_free(m);
}

static void programs_that_would_grow_too_large_are_refused(void) {
  static const char *patterns[] = {"((a{100}){100}){100}",
                                   "(((((((){1000}){1000}){1000}){1000}){1000}){1000})"};
  memory *m = memory_new();
  for (size_t i = 0; i < 2; i++) {
    const regex *r;
    CHECK_EQ_INT(regex_compile(str(patterns[i]), 0, &m->arena, &r, NULL), SONDE_LIMIT);
  }
  char deep[400];
  memset(deep, '(', 200);
  memset(deep + 200, ')', 199);
  deep[399] = 0;
  const regex *r;
  CHECK_EQ_INT(regex_compile(str(deep), 0, &m->arena, &r, NULL), SONDE_SYNTAX);
  memory_free(m);
}

/* (x+x+)+y and its like take exponential time in backtracking engines; and 2^20 subsets overflow the state cache. */
static void time_and_memory_stay_bounded(void) {
  size_t n = 200000;
  char *text = malloc(n + 1);
  random_state random = {5};
  for (size_t i = 0; i < n; i++) text[i] = "xy"[random_below(&random, 2)];
  text[n] = 0;
  CHECK(!contains("(x+x+)+(y+y+)+z", text));
  CHECK(!contains("(x|y)*x(x|y){18}z", text));
  CHECK(contains("x(x|y){18}x", text));
  free(text);
}

/* ---- random patterns ---- */

typedef struct tree tree;
struct tree {
  char kind; /* a-c: literal, '.', 'K' class, '^', '$', 'b', 'B', '&' and, '|' or, '*' repeat, '0' nothing */
  uint8_t set; /* 'K': bit 0 a, 1 b, 2 c, 3 space */
  int least, most;
  const tree *left, *right;
};

static random_state source = {42};

static const tree *random_tree(arena *a, int depth) {
  tree *t = arena_zero(a, sizeof *t, NULL);
  static const char leaves[] = "aaabbbccc..KKK^$bB0";
  uint32_t choice = depth == 0 ? 0 : random_below(&source, 10);
  if (choice < 3) {
    uint32_t i = random_below(&source, sizeof leaves - 1);
    t->kind = leaves[i] == 'b' && i > 12 ? 'w' : leaves[i];
    t->set = (uint8_t)(1 + random_below(&source, 15));
    return t;
  }
  t->kind = choice < 6 ? '&' : choice < 8 ? '|' : '*';
  t->left = random_tree(a, depth - 1);
  t->right = random_tree(a, depth - 1);
  static const int counts[][2] = {{0, -1}, {1, -1}, {0, 1}, {2, 2}, {1, 3}, {2, -1}, {0, 0}};
  uint32_t count = random_below(&source, 7);
  t->least = counts[count][0];
  t->most = counts[count][1];
  return t;
}

static size_t put(char *out, size_t n, const char *s) { return n + (size_t)sprintf(out + n, "%s", s); }

static size_t write_tree(const tree *t, char *out, size_t n) {
  char small[32];
  switch (t->kind) {
  case '&': return write_tree(t->right, out, write_tree(t->left, out, n));
  case '|':
    n = write_tree(t->left, out, put(out, n, "(?:"));
    return put(out, write_tree(t->right, out, put(out, n, "|")), ")");
  case '*':
    n = put(out, write_tree(t->left, out, put(out, n, "(")), ")");
    snprintf(small, sizeof small, t->most < 0 ? "{%d,}" : "{%d,%d}", t->least, t->most);
    return put(out, n, t->least == 0 && t->most < 0 ? "*" : small);
  case 'K':
    snprintf(small, sizeof small, "[%s%s%s%s]", t->set & 1 ? "a" : "", t->set & 2 ? "b" : "",
             t->set & 4 ? "c" : "", t->set & 8 ? " " : "");
    return put(out, n, small);
  case 'w': return put(out, n, "\\b");
  case 'B': return put(out, n, "\\B");
  case '0': return n;
  default:
    out[n] = t->kind;
    out[n + 1] = 0;
    return n + 1;
  }
}

/* Sets of positions as bits: where matches of the tree that begin at `from` can end. Texts are shorter than 32. */
static uint32_t ends(const tree *t, const char *s, size_t n, uint32_t from);

static uint32_t ends_of_one(const tree *t, const char *s, size_t n, size_t at) {
  bool before = at > 0 && s[at - 1] != ' ', after = at < n && s[at] != ' ';
  uint32_t here = 1u << at, next = at < n ? here << 1 : 0;
  switch (t->kind) {
  case '.': return next;
  case 'K': return at < n && (t->set & (s[at] == ' ' ? 8 : 1 << (s[at] - 'a'))) ? next : 0;
  case '^': return at == 0 ? here : 0;
  case '$': return at == n ? here : 0;
  case 'w': return before != after ? here : 0;
  case 'B': return before == after ? here : 0;
  case '0': return here;
  default: return at < n && s[at] == t->kind ? next : 0;
  }
}

static uint32_t ends_of_repeat(const tree *t, const char *s, size_t n, uint32_t from) {
  for (int i = 0; i < t->least; i++) from = ends(t->left, s, n, from);
  int more = t->most < 0 ? 40 : t->most - t->least;
  for (int i = 0; i < more; i++) from |= ends(t->left, s, n, from);
  return from;
}

static uint32_t ends(const tree *t, const char *s, size_t n, uint32_t from) {
  if (t->kind == '&') return ends(t->right, s, n, ends(t->left, s, n, from));
  if (t->kind == '|') return ends(t->left, s, n, from) | ends(t->right, s, n, from);
  if (t->kind == '*') return ends_of_repeat(t, s, n, from);
  uint32_t to = 0;
  for (size_t at = 0; at <= n; at++) {
    if (from >> at & 1) to |= ends_of_one(t, s, n, at);
  }
  return to;
}

static void random_patterns_match_as_a_matcher_that_tries_everything(void) {
  int wrong = 0, matched = 0, tried = 0;
  for (int i = 0; i < 4000; i++) {
    memory *m = memory_new();
    const tree *t = random_tree(&m->arena, 4);
    char pattern[4096] = "";
    write_tree(t, pattern, 0);
    const regex *r;
    regex_search *search;
    sonde_error err;
    if (regex_compile(str(pattern), 0, &m->arena, &r, &err) ||
        regex_search_new(r, &m->arena, &search, &err)) {
      fprintf(stderr, "    %s: %s\n", pattern, err.message);
      wrong++;
    } else {
      for (int k = 0; k < 20; k++, tried++) {
        char text[32];
        size_t n = random_below(&source, 13);
        for (size_t c = 0; c < n; c++) text[c] = "abc "[random_below(&source, 4)];
        bool expected = ends(t, text, n, (2u << n) - 1) != 0;
        matched += expected;
        if (regex_contains(search, (sonde_str){text, n}) == expected) continue;
        if (wrong++ < 5)
          fprintf(stderr, "    %s on \"%.*s\": expected %d\n", pattern, (int)n, text, expected);
      }
    }
    memory_free(m);
  }
  CHECK_EQ_INT(wrong, 0);
  CHECK(matched > tried / 10 && matched < tried - tried / 10); /* both answers occur */
}

/* "match|group 1|…", '-' for a group that took no part; "" for no match. */
static void find_as_text(const char *pattern, const char *text, size_t from, char *out) {
  memory *m = memory_new();
  sonde_error err = {0};
  regex_finder *f;
  const size_t *spans;
  bool found = false;
  *out = 0;
  CHECK_EQ_INT(regex_finder_new(str(pattern), 0, &m->arena, &f, &err), SONDE_OK);
  CHECK_EQ_INT(regex_find(f, str(text), from, &found, &spans, &err), SONDE_OK);
  for (uint32_t g = 0; found && g <= regex_groups(f); g++) {
    bool took_part = spans[2 * g] != SIZE_MAX && spans[2 * g + 1] != SIZE_MAX;
    out += sprintf(out, "%s", g ? "|" : "");
    out += took_part ? sprintf(out, "%.*s", (int)(spans[2 * g + 1] - spans[2 * g]), text + spans[2 * g])
                     : sprintf(out, "-");
  }
  memory_free(m);
}

static void matches_are_leftmost_and_groups_hold_what_perl_says(void) {
  static const struct {
    const char *pattern, *text;
    size_t from;
    const char *expected;
  } cases[] = {{"a+", "xaaay", 0, "aaa"},
               {"a+?", "xaaay", 0, "a"},
               {"(a|ab)(c|bcd)", "abcd", 0, "abcd|a|bcd"},
               {"(a*)(ab)*(b*)", "abb", 0, "abb|a|-|bb"},
               {"(a)|(b)", "zb", 0, "b|-|b"},
               {"(?:x)(y)", "xy", 0, "xy|y"},
               {"(?P<n>\\d+)-(\\d+)", "a12-34", 0, "12-34|12|34"},
               {"((a)(b)?)+", "aba", 0, "aba|a|a|b"},
               {"b", "abab", 2, "b"},
               {"^b", "ab", 1, ""},
               {"\\bb", "ab b", 0, "b"},
               {"é.", "xéñ", 0, "éñ"},
               {"x{2,3}", "xxxx", 0, "xxx"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char got[256];
    find_as_text(cases[i].pattern, cases[i].text, cases[i].from, got);
    CHECK_STR(got, cases[i].expected);
  }
}

int main(void) {
  RUN(matches_are_leftmost_and_groups_hold_what_perl_says);
  RUN(texts_contain_what_the_table_says);
  RUN(faults_are_named_with_their_position);
  RUN(programs_that_would_grow_too_large_are_refused);
  RUN(time_and_memory_stay_bounded);
  RUN(random_patterns_match_as_a_matcher_that_tries_everything);
  return check_report();
}
