/* Pattern to tree, by recursive descent; see regex.h for the syntax. */
#include <stdlib.h>
#include <string.h>

#include "base/regex_program.h"
#include "base/utf8.h"

#define MAX_CODE_POINT 0x10FFFFu

typedef struct {
  const char *text;
  size_t len, pos;
  uint32_t depth, groups; /* groups: that capture, so far */
  bool icase, dot_all, multiline;
  arena *memory;
  sonde_error *err;
} parser;

static sonde_code fail_at(parser *p, size_t at, const char *what) {
  return status_set(p->err, SONDE_SYNTAX, at, "regular expression: %s at byte %llu", what,
                    (unsigned long long)at);
}

static bool more(const parser *p) { return p->pos < p->len; }

static bool looking_at(const parser *p, const char *what) {
  size_t n = strlen(what);
  return p->len - p->pos >= n && memcmp(p->text + p->pos, what, n) == 0;
}

static bool take(parser *p, const char *what) {
  if (!looking_at(p, what)) return false;
  p->pos += strlen(what);
  return true;
}

static uint32_t take_code_point(parser *p) {
  uint32_t cp;
  p->pos += utf8_decode(p->text + p->pos, p->len - p->pos, &cp, NULL);
  return cp;
}

/* ---- sets of code points ---- */

typedef struct {
  regex_range *ranges;
  size_t n, cap;
} set;

static sonde_code set_add(parser *p, set *s, uint32_t low, uint32_t high) {
  if (s->n == s->cap) {
    size_t cap = s->cap ? s->cap * 2 : 4;
    regex_range *ranges = arena_array(p->memory, cap, sizeof *ranges, p->err);
    if (!ranges) return p->err->code;
    if (s->n) memcpy(ranges, s->ranges, s->n * sizeof *ranges);
    s->ranges = ranges;
    s->cap = cap;
  }
  s->ranges[s->n++] = (regex_range){low, high};
  return SONDE_OK;
}

static int by_low(const void *a, const void *b) {
  uint32_t x = ((const regex_range *)a)->low, y = ((const regex_range *)b)->low;
  return (x > y) - (x < y);
}

/* Ascending, neither touching nor overlapping. */
static void set_normalize(set *s) {
  if (s->n < 2) return;
  qsort(s->ranges, s->n, sizeof *s->ranges, by_low);
  size_t kept = 0;
  for (size_t i = 1; i < s->n; i++) {
    regex_range *last = &s->ranges[kept], r = s->ranges[i];
    if (r.low > last->high + 1) {
      s->ranges[++kept] = r;
    } else if (r.high > last->high) {
      last->high = r.high;
    }
  }
  s->n = kept + 1;
}

static bool set_has(const regex_range *ranges, size_t n, uint32_t cp) {
  size_t low = 0, high = n;
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (ranges[middle].high < cp) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < n && ranges[low].low <= cp;
}

static sonde_code set_negate(parser *p, set *s) {
  set out = {0};
  uint32_t from = 0;
  set_normalize(s);
  for (size_t i = 0; i < s->n; i++) {
    if (s->ranges[i].low > from) SONDE_TRY(set_add(p, &out, from, s->ranges[i].low - 1));
    from = s->ranges[i].high + 1;
  }
  if (from <= MAX_CODE_POINT) SONDE_TRY(set_add(p, &out, from, MAX_CODE_POINT));
  *s = out;
  return SONDE_OK;
}

/* Adds what folds as a member does: first the folded forms, then everything that has one of these. */
static sonde_code set_ignore_case(parser *p, set *s) {
  for (int pass = 0; pass < 2; pass++) {
    set_normalize(s);
    size_t n = s->n;
    regex_range *members = arena_copy(p->memory, s->ranges, n * sizeof *members, p->err);
    if (!members) return p->err->code;
    utf8_fold_pair pair = {0};
    while (utf8_next_fold(&pair)) {
      uint32_t have = pass == 0 ? pair.from : pair.to, add = pass == 0 ? pair.to : pair.from;
      if (set_has(members, n, have)) SONDE_TRY(set_add(p, s, add, add));
    }
  }
  set_normalize(s);
  return SONDE_OK;
}

static const struct {
  const char *name;
  const char *ranges; /* pairs of first and last */
} posix_classes[] = {
    {"alnum", "09AZaz"}, {"alpha", "AZaz"}, {"ascii", NULL},      {"blank", "\t\t  "},  {"cntrl", NULL},
    {"digit", "09"},     {"graph", "!~"},   {"lower", "az"},      {"print", " ~"},      {"punct", "!/:@[`{~"},
    {"space", "\t\r  "}, {"upper", "AZ"},   {"word", "09AZ__az"}, {"xdigit", "09AFaf"},
};

/* The ranges of a class by name, or false. */
static sonde_code set_add_named(parser *p, set *s, const char *name, size_t n, bool negated, bool *known) {
  set named = {0};
  *known = false;
  for (size_t i = 0; i < sizeof posix_classes / sizeof posix_classes[0] && !*known; i++) {
    if (strlen(posix_classes[i].name) != n || memcmp(posix_classes[i].name, name, n) != 0) continue;
    *known = true;
    const char *r = posix_classes[i].ranges;
    for (; r && *r; r += 2) SONDE_TRY(set_add(p, &named, (uint8_t)r[0], (uint8_t)r[1]));
    if (!r) SONDE_TRY(set_add(p, &named, 0, name[0] == 'a' ? 0x7F : 0x1F));
    if (!r && name[0] == 'c') SONDE_TRY(set_add(p, &named, 0x7F, 0x7F));
  }
  if (negated) SONDE_TRY(set_negate(p, &named));
  for (size_t i = 0; i < named.n; i++) SONDE_TRY(set_add(p, s, named.ranges[i].low, named.ranges[i].high));
  return SONDE_OK;
}

/* ---- nodes ---- */

static sonde_code new_node(parser *p, regex_node_kind kind, regex_node **out) {
  *out = arena_zero(p->memory, sizeof **out, p->err);
  if (!*out) return p->err->code;
  (*out)->kind = kind;
  return SONDE_OK;
}

static void add_child(regex_node *parent, regex_node *child) {
  child->next = parent->children;
  parent->children = child;
}

static sonde_code new_assertion(parser *p, regex_assertion which, regex_node **out) {
  SONDE_TRY(new_node(p, NODE_ASSERT, out));
  (*out)->assertion = which;
  return SONDE_OK;
}

/* Case is ignored before a class is negated: [^a] with (?i) has neither a nor A. */
static sonde_code new_class(parser *p, set *s, bool negated, regex_node **out) {
  if (p->icase) SONDE_TRY(set_ignore_case(p, s));
  if (negated) SONDE_TRY(set_negate(p, s));
  set_normalize(s);
  SONDE_TRY(new_node(p, NODE_CLASS, out));
  (*out)->ranges = s->ranges;
  (*out)->n_ranges = s->n;
  return SONDE_OK;
}

static sonde_code new_literal(parser *p, uint32_t cp, regex_node **out) {
  set s = {0};
  SONDE_TRY(set_add(p, &s, cp, cp));
  return new_class(p, &s, false, out);
}

/* ---- escapes ---- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `digits` of them, or with 0 as many as there are before '}'. */
static sonde_code take_hex(parser *p, uint32_t digits, uint32_t *cp) {
  size_t at = p->pos;
  uint32_t n = 0;
  *cp = 0;
  for (; more(p) && (digits == 0 || n < digits) && hex_digit(p->text[p->pos]) >= 0; n++, p->pos++) {
    *cp = *cp << 4 | (uint32_t)hex_digit(p->text[p->pos]);
    if (*cp > MAX_CODE_POINT) return fail_at(p, at, "a number beyond the last code point, 10FFFF,");
  }
  if (n == 0 || (digits && n < digits) || (!digits && !take(p, "}")))
    return fail_at(p, at, "hexadecimal digits are missing");
  return SONDE_OK;
}

/* \d \w \s and their negations. */
static bool perl_class(char c, const char **name, bool *negated) {
  char lower = (char)(c | 0x20);
  *negated = c != lower;
  *name = lower == 'd' ? "digit" : lower == 'w' ? "word" : lower == 's' ? "space" : NULL;
  return *name != NULL;
}

/* The code point of an escape that stands for one; the backslash is at `at`, `c` after it is taken. */
static sonde_code escaped_literal(parser *p, size_t at, char c, uint32_t *cp) {
  static const char from[] = "ntrfva0", to[] = "\n\t\r\f\v\a";
  const char *simple = c ? strchr(from, c) : NULL;
  if (simple) {
    *cp = (uint8_t)to[simple - from];
    return SONDE_OK;
  }
  if (c == 'x') return take(p, "{") ? take_hex(p, 0, cp) : take_hex(p, 2, cp);
  if (c == 'u') return take_hex(p, 4, cp);
  if (c >= '1' && c <= '9')
    return fail_at(p, at, "back-references are not supported (no linear-time search has them);");
  if (c == 'p' || c == 'P')
    return fail_at(p, at, "\\p{...} is not supported (name the characters, as in [a-zA-Z]);");
  bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  if (letter || (uint8_t)c >= 0x80) return fail_at(p, at, "an unknown escape");
  *cp = (uint8_t)c;
  return SONDE_OK;
}

static sonde_code parse_escape(parser *p, regex_node **out) {
  size_t at = p->pos++;
  if (!more(p)) return fail_at(p, at, "a backslash with nothing after it");
  char c = p->text[p->pos++];
  switch (c) {
  case 'b': return new_assertion(p, REGEX_WORD, out);
  case 'B': return new_assertion(p, REGEX_NOT_WORD, out);
  case 'A': return new_assertion(p, REGEX_TEXT_BEGIN, out);
  case 'z': return new_assertion(p, REGEX_TEXT_END, out);
  default: break;
  }
  const char *name;
  bool negated, known;
  if (perl_class(c, &name, &negated)) {
    set s = {0};
    SONDE_TRY(set_add_named(p, &s, name, strlen(name), false, &known));
    return new_class(p, &s, negated, out);
  }
  uint32_t cp;
  SONDE_TRY(escaped_literal(p, at, c, &cp));
  return new_literal(p, cp, out);
}

/* ---- [...] ---- */

static sonde_code take_posix_class(parser *p, set *s) {
  size_t at = p->pos;
  p->pos += 2;
  bool negated = take(p, "^"), known = false;
  size_t begin = p->pos;
  while (more(p) && !looking_at(p, ":]") && !looking_at(p, "]")) p->pos++;
  if (looking_at(p, ":]")) SONDE_TRY(set_add_named(p, s, p->text + begin, p->pos - begin, negated, &known));
  if (!known)
    return fail_at(p, at, "an unknown class name (alpha, digit, alnum, upper, lower, space, punct ...)");
  p->pos += 2;
  return SONDE_OK;
}

/* One member or end of a range; `*whole` when it was a class that is added already. */
static sonde_code take_member(parser *p, set *s, uint32_t *cp, bool *whole) {
  *whole = false;
  if (looking_at(p, "[:")) {
    *whole = true;
    return take_posix_class(p, s);
  }
  size_t at = p->pos;
  if (!take(p, "\\")) {
    *cp = take_code_point(p);
    return SONDE_OK;
  }
  if (!more(p)) return fail_at(p, at, "a backslash with nothing after it");
  char c = p->text[p->pos++];
  const char *name;
  bool negated;
  if (perl_class(c, &name, &negated)) return set_add_named(p, s, name, strlen(name), negated, whole);
  if (c == 'b') {
    *cp = '\b';
    return SONDE_OK;
  }
  return escaped_literal(p, at, c, cp);
}

static sonde_code parse_class(parser *p, regex_node **out) {
  size_t open = p->pos++;
  bool negated = take(p, "^"), whole;
  set s = {0};
  for (bool first = true; first || !looking_at(p, "]"); first = false) {
    if (!more(p)) return fail_at(p, open, "a '[' without its ']'");
    size_t at = p->pos;
    uint32_t low, high;
    SONDE_TRY(take_member(p, &s, &low, &whole));
    if (whole) continue;
    high = low;
    bool range = looking_at(p, "-") && p->len - p->pos > 1 && p->text[p->pos + 1] != ']';
    if (range) {
      p->pos++;
      SONDE_TRY(take_member(p, &s, &high, &whole));
      if (whole || high < low) return fail_at(p, at, "a range whose ends are out of order");
    }
    SONDE_TRY(set_add(p, &s, low, high));
  }
  p->pos++;
  return new_class(p, &s, negated, out);
}

/* ---- groups, repeats, alternatives ---- */

static sonde_code parse_alternatives(parser *p, regex_node **out);

/* After "(?": letters that switch, up to ':' (the group follows) or ')' (until the end of the group around it). */
static sonde_code take_flags(parser *p, size_t at, bool *group) {
  bool on = true;
  while (more(p)) {
    char c = p->text[p->pos++];
    *group = c == ':';
    switch (c) {
    case ':':
    case ')': return SONDE_OK;
    case '-': on = false; break;
    case 'i': p->icase = on; break;
    case 's': p->dot_all = on; break;
    case 'm': p->multiline = on; break;
    default: return fail_at(p, at, "an unknown kind of group (known: (?:...), (?<name>...), flags i, s, m)");
    }
  }
  return fail_at(p, at, "a '(' without its ')'");
}

static sonde_code refuse_group(parser *p, size_t at) {
  if (looking_at(p, "=") || looking_at(p, "!"))
    return fail_at(p, at, "look-ahead is not supported (no linear-time search has it);");
  if (looking_at(p, "<=") || looking_at(p, "<!"))
    return fail_at(p, at, "look-behind is not supported (no linear-time search has it);");
  if (looking_at(p, ">")) return fail_at(p, at, "atomic groups are not supported;");
  return SONDE_OK;
}

static sonde_code take_group_name(parser *p, size_t at) {
  size_t begin = p->pos;
  while (more(p) && p->text[p->pos] != '>' && p->text[p->pos] != ')') p->pos++;
  return p->pos > begin && take(p, ">")
             ? SONDE_OK
             : fail_at(p, at, "a group's name is missing or does not end with '>'");
}

static sonde_code wrap_group(parser *p, uint32_t number, regex_node **inside) {
  regex_node *group;
  SONDE_TRY(new_node(p, NODE_ALL, &group));
  group->group = number;
  add_child(group, *inside);
  *inside = group;
  return SONDE_OK;
}

static sonde_code parse_group(parser *p, regex_node **out) {
  size_t open = p->pos++;
  bool icase = p->icase, dot_all = p->dot_all, multiline = p->multiline, group = true, captures = true;
  if (take(p, "?")) {
    SONDE_TRY(refuse_group(p, open));
    if (take(p, "P<") || take(p, "<")) {
      SONDE_TRY(take_group_name(p, open));
    } else {
      captures = false;
      SONDE_TRY(take_flags(p, open, &group));
    }
  }
  if (!group) return new_node(p, NODE_ALL, out);
  if (++p->depth > REGEX_MOST_NESTING) return fail_at(p, open, "groups nested more than 100 deep");
  uint32_t number = captures ? ++p->groups : 0;
  SONDE_TRY(parse_alternatives(p, out));
  if (!take(p, ")")) return fail_at(p, open, "a '(' without its ')'");
  if (captures) SONDE_TRY(wrap_group(p, number, out));
  p->depth--;
  p->icase = icase;
  p->dot_all = dot_all;
  p->multiline = multiline;
  return SONDE_OK;
}

static sonde_code parse_dot(parser *p, regex_node **out) {
  set s = {0};
  if (!p->dot_all) SONDE_TRY(set_add(p, &s, '\n', '\n'));
  bool icase = p->icase;
  p->icase = false;
  sonde_code code = new_class(p, &s, true, out);
  p->icase = icase;
  return code;
}

static sonde_code parse_atom(parser *p, regex_node **out) {
  size_t at = p->pos;
  switch (p->text[at]) {
  case '(': return parse_group(p, out);
  case '[': return parse_class(p, out);
  case '\\': return parse_escape(p, out);
  case '.': p->pos++; return parse_dot(p, out);
  case '^': p->pos++; return new_assertion(p, p->multiline ? REGEX_LINE_BEGIN : REGEX_TEXT_BEGIN, out);
  case '$': p->pos++; return new_assertion(p, p->multiline ? REGEX_LINE_END : REGEX_TEXT_END, out);
  case '*':
  case '+':
  case '?': return fail_at(p, at, "nothing to repeat");
  default: return new_literal(p, take_code_point(p), out);
  }
}

static bool take_count(parser *p, int32_t *count) {
  size_t begin = p->pos;
  int32_t v = 0;
  for (; more(p) && p->text[p->pos] >= '0' && p->text[p->pos] <= '9'; p->pos++) {
    if (v <= REGEX_MOST_REPEATS) v = v * 10 + (p->text[p->pos] - '0');
  }
  *count = v;
  return p->pos > begin;
}

/* {n} {n,} {n,m}; any other '{' is a character like others. */
static bool take_counts(parser *p, int32_t *least, int32_t *most) {
  size_t begin = p->pos;
  bool fits = take(p, "{") && take_count(p, least);
  if (fits) {
    *most = *least;
    if (take(p, ",") && !take_count(p, most)) *most = REGEX_MANY;
    fits = take(p, "}");
  }
  if (!fits) p->pos = begin;
  return fits;
}

static bool take_quantifier(parser *p, int32_t *least, int32_t *most) {
  *least = 0;
  *most = REGEX_MANY;
  if (take(p, "*")) return true;
  if (take(p, "+")) {
    *least = 1;
    return true;
  }
  if (take(p, "?")) {
    *most = 1;
    return true;
  }
  return take_counts(p, least, most);
}

static sonde_code parse_repeat(parser *p, regex_node **out) {
  SONDE_TRY(parse_atom(p, out));
  size_t at = p->pos;
  int32_t least, most;
  if (!take_quantifier(p, &least, &most)) return SONDE_OK;
  if (least > REGEX_MOST_REPEATS || most > REGEX_MOST_REPEATS) return fail_at(p, at, "a count above 1000");
  if (most != REGEX_MANY && most < least) return fail_at(p, at, "a count whose ends are out of order");
  if (looking_at(p, "+")) return fail_at(p, p->pos, "possessive repeats are not supported;");
  bool lazy = take(p, "?");
  size_t again = p->pos;
  int32_t ignored;
  if (take_quantifier(p, &ignored, &ignored))
    return fail_at(p, again, "a repeat of a repeat (put the first in a group)");

  regex_node *repeat;
  SONDE_TRY(new_node(p, NODE_REPEAT, &repeat));
  repeat->least = least;
  repeat->most = most;
  repeat->lazy = lazy;
  add_child(repeat, *out);
  *out = repeat;
  return SONDE_OK;
}

static sonde_code parse_sequence(parser *p, regex_node **out) {
  SONDE_TRY(new_node(p, NODE_ALL, out));
  while (more(p) && p->text[p->pos] != '|' && p->text[p->pos] != ')') {
    regex_node *item;
    SONDE_TRY(parse_repeat(p, &item));
    add_child(*out, item);
  }
  return SONDE_OK;
}

static sonde_code parse_alternatives(parser *p, regex_node **out) {
  regex_node *choice;
  SONDE_TRY(new_node(p, NODE_ANY, &choice));
  do {
    SONDE_TRY(parse_sequence(p, out));
    add_child(choice, *out);
  } while (take(p, "|"));
  if (choice->children->next) *out = choice;
  return SONDE_OK;
}

sonde_code regex_parse(sonde_str pattern, uint32_t flags, arena *memory, regex_node **out, uint32_t *groups,
                       sonde_error *err) {
  parser p = {
      .text = pattern.ptr, .len = pattern.len, .icase = flags & REGEX_ICASE, .memory = memory, .err = err};
  size_t valid = utf8_valid_prefix(pattern.ptr, pattern.len);
  if (valid < pattern.len) return fail_at(&p, valid, "text that is not UTF-8");
  SONDE_TRY(parse_alternatives(&p, out));
  *groups = p.groups;
  return more(&p) ? fail_at(&p, p.pos, "a ')' without its '('") : SONDE_OK;
}
