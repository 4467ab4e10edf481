/* Functions of regular expressions: tests run as a DFA, everything that needs to know where by the finder. A constant pattern
 * is compiled once for the query. */
#include "base/regex.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

typedef struct {
  sonde_str pattern, options; /* that were compiled; in `memory` */
  bool ready, global, whole;
  arena memory;
  regex_search *search;
  regex_finder *finder;
} compiled;

/* Options: i ignores case, c does not, s lets a dot match line ends, m, n and p make ^ and $ match at lines, l takes the pattern
 * literally, g replaces every match. */
static sonde_code read_options(const kernel_call *c, sonde_str options, compiled *x, uint32_t *flags,
                               bool *dot, bool *lines, bool *literal) {
  for (size_t i = 0; i < options.len; i++) {
    switch (options.ptr[i]) {
    case 'i': *flags |= REGEX_ICASE; break;
    case 'c': *flags &= ~(uint32_t)REGEX_ICASE; break;
    case 's': *dot = true; break;
    case 'm':
    case 'n':
    case 'p': *lines = true; break;
    case 'l': *literal = true; break;
    case 'g': x->global = true; break;
    case ' ': break;
    default:
      return status_set(c->err, SONDE_VALUE, c->e->at, "'%c' is no option of regular expressions",
                        options.ptr[i]);
    }
  }
  return SONDE_OK;
}

static void put_literal(buf *b, sonde_str s) {
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] && strchr("\\.+*?()|[]{}^$-", s.ptr[i])) buf_u8(b, '\\');
    buf_u8(b, (uint8_t)s.ptr[i]);
  }
}

static sonde_code compile(const kernel_call *c, compiled *x, sonde_str pattern, sonde_str options,
                          bool finder) {
  uint32_t flags = 0;
  bool dot = false, lines = false, literal = false;
  const regex *program;
  buf b;
  arena_free(&x->memory);
  x->ready = x->global = false;
  SONDE_TRY(read_options(c, options, x, &flags, &dot, &lines, &literal));
  buf_init(&b, c->run->mem, 1 << 20);
  if (dot || lines) buf_printf(&b, "(?%s%s)", dot ? "s" : "", lines ? "m" : "");
  if (x->whole) buf_put(&b, "\\A(?:", 5);
  if (literal)
    put_literal(&b, pattern);
  else
    buf_put(&b, pattern.ptr, pattern.len);
  if (x->whole) buf_put(&b, ")\\z", 3);
  sonde_str text = {arena_copy(&x->memory, b.data, b.len, c->err), b.len};
  sonde_code code = text.ptr ? buf_status(&b, c->err) : c->err->code;
  if (code == SONDE_OK && finder) code = regex_finder_new(text, flags, &x->memory, &x->finder, c->err);
  if (code == SONDE_OK && !finder) code = regex_compile(text, flags, &x->memory, &program, c->err);
  if (code == SONDE_OK && !finder) code = regex_search_new(program, &x->memory, &x->search, c->err);
  buf_free(&b);
  if (code != SONDE_OK) c->err->at = c->e->at;
  x->pattern = (sonde_str){arena_copy(&x->memory, pattern.ptr, pattern.len, c->err), pattern.len};
  x->options = (sonde_str){arena_copy(&x->memory, options.ptr, options.len, c->err), options.len};
  x->ready = code == SONDE_OK && x->pattern.ptr && x->options.ptr;
  return code;
}

static bool same(sonde_str a, sonde_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The pattern of a row, compiled. `options`: which argument they are, if it was given. */
static sonde_code pattern_of(const kernel_call *c, uint32_t i, uint32_t options, bool finder,
                             compiled **out) {
  compiled *x = *c->state;
  if (!x) {
    x = *c->state = arena_zero(&c->run->memory, sizeof *x, c->err);
    if (!x) return c->err->code;
    arena_init(&x->memory, c->run->mem);
    x->whole = c->e->function == FN_REGEXP_FULL;
    run_at_end(c->run, &x->memory);
  }
  sonde_str pattern = text_at(c, 1, i),
            given = c->n_args > options ? text_at(c, options, i) : (sonde_str){"", 0};
  *out = x;
  if (x->ready && same(x->pattern, pattern) && same(x->options, given)) return SONDE_OK;
  return compile(c, x, pattern, given, finder);
}

/* ---- tests ---- */

sonde_code kernel_regex_test(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    compiled *x;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(pattern_of(c, i, 2, false, &x));
    col_put(out, i, (cell){.b = regex_contains(x->search, text_at(c, 0, i))});
  }
  return SONDE_OK;
}

/* ---- finding ---- */

typedef struct {
  bool found;
  const size_t *spans;
} match;

static sonde_code find(const kernel_call *c, compiled *x, sonde_str s, size_t from, match *m) {
  m->found = false;
  return from > s.len ? SONDE_OK : regex_find(x->finder, s, from, &m->found, &m->spans, c->err);
}

static sonde_str group_of(sonde_str s, const match *m, uint32_t group) {
  size_t begin = m->spans[2 * group], end = m->spans[2 * group + 1];
  return begin == SIZE_MAX || end == SIZE_MAX ? (sonde_str){s.ptr, 0}
                                              : (sonde_str){s.ptr + begin, end - begin};
}

/* Where to look on behind a match; an empty one is passed over by a code point. */
static size_t behind(sonde_str s, const match *m) {
  size_t end = m->spans[1];
  if (end > m->spans[0]) return end;
  end++;
  while (end < s.len && ((unsigned char)s.ptr[end] & 0xC0) == 0x80) end++;
  return end;
}

/* \0 is the whole match, \1 to \9 its groups. */
static sonde_code put_replacement(const kernel_call *c, const compiled *x, sonde_str s, sonde_str with,
                                  const match *m, buf *b) {
  for (size_t i = 0; i < with.len; i++) {
    if (with.ptr[i] != '\\' || i + 1 >= with.len) {
      buf_u8(b, (uint8_t)with.ptr[i]);
      continue;
    }
    char next = with.ptr[++i];
    if (next < '0' || next > '9') {
      buf_u8(b, (uint8_t)next);
      continue;
    }
    uint32_t group = (uint32_t)(next - '0');
    SONDE_CHECK(group <= regex_groups(x->finder), c->err, SONDE_VALUE, c->e->at,
                "the regular expression has no group %u", group);
    sonde_str part = group_of(s, m, group);
    buf_put(b, part.ptr, part.len);
  }
  return SONDE_OK;
}

static sonde_code replace_row(const kernel_call *c, uint32_t i, buf *b) {
  compiled *x;
  match m;
  sonde_str s = text_at(c, 0, i), with = text_at(c, 2, i);
  size_t copied = 0, from = 0;
  SONDE_TRY(pattern_of(c, i, 3, true, &x));
  do {
    SONDE_TRY(find(c, x, s, from, &m));
    if (!m.found) break;
    buf_put(b, s.ptr + copied, m.spans[0] - copied);
    copied = m.spans[1];
    from = behind(s, &m);
    SONDE_TRY(put_replacement(c, x, s, with, &m, b));
  } while (x->global);
  buf_put(b, s.ptr + copied, s.len - copied);
  return SONDE_OK;
}

sonde_code kernel_regex_replace(const kernel_call *c, col *out) { return each_text(c, replace_row, out); }

static sonde_code group_asked(const kernel_call *c, const compiled *x, uint32_t i, uint32_t *out) {
  int64_t group = c->n_args > 2 ? whole_at(c, 2, i) : 0;
  SONDE_CHECK(group >= 0 && group <= regex_groups(x->finder), c->err, SONDE_VALUE, c->e->at,
              "the regular expression has no group %lld", (long long)group);
  *out = (uint32_t)group;
  return SONDE_OK;
}

sonde_code kernel_regex_extract(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    compiled *x;
    match m;
    uint32_t group;
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i);
    SONDE_TRY(pattern_of(c, i, 3, true, &x));
    SONDE_TRY(group_asked(c, x, i, &group));
    SONDE_TRY(find(c, x, s, 0, &m));
    col_put(out, i, (cell){.s = m.found ? group_of(s, &m, group) : (sonde_str){s.ptr, 0}});
  }
  return SONDE_OK;
}

sonde_code kernel_regex_extract_named(const kernel_call *c, col *out) {
  uint32_t n = c->e->type.n_children;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    compiled *x;
    match m;
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i);
    SONDE_TRY(pattern_of(c, i, 3, true, &x));
    SONDE_CHECK(n <= regex_groups(x->finder), c->err, SONDE_VALUE, c->e->at,
                "there are more names than groups");
    SONDE_TRY(find(c, x, s, 0, &m));
    nested *y = nested_new(n, false, c->a, c->err);
    if (!y) return c->err->code;
    for (uint32_t g = 0; g < n; g++)
      nested_cells(y)[g].s = m.found ? group_of(s, &m, g + 1) : (sonde_str){s.ptr, 0};
    col_put(out, i, (cell){.n = y});
  }
  return SONDE_OK;
}

/* ---- lists of parts ---- */

typedef struct {
  nested *x;
  uint32_t cap;
} parts;

static sonde_code add_part(const kernel_call *c, parts *p, sonde_str s) {
  if (p->x && p->x->n < p->cap) return nested_cells(p->x)[p->x->n++].s = s, SONDE_OK;
  uint32_t n = p->x ? p->x->n : 0;
  nested *larger = nested_new(p->cap = p->cap ? p->cap * 2 : 8, false, c->a, c->err);
  if (!larger) return c->err->code;
  if (n) memcpy(nested_cells(larger), p->x->cells, n * sizeof(cell));
  larger->n = n;
  p->x = larger;
  return add_part(c, p, s);
}

static sonde_code all_matches(const kernel_call *c, compiled *x, sonde_str s, uint32_t group, parts *p) {
  match m;
  for (size_t from = 0;; from = behind(s, &m)) {
    SONDE_TRY(find(c, x, s, from, &m));
    if (!m.found) return SONDE_OK;
    SONDE_TRY(add_part(c, p, group_of(s, &m, group)));
  }
}

/* Empty matches cut between code points, but not at the ends. */
static sonde_code split(const kernel_call *c, compiled *x, sonde_str s, parts *p) {
  size_t begin = 0, from = 0;
  for (match m;; from = behind(s, &m)) {
    SONDE_TRY(find(c, x, s, from, &m));
    if (!m.found) break;
    bool empty = m.spans[1] == m.spans[0];
    if (empty && (m.spans[0] == begin || m.spans[0] >= s.len)) {
      if (m.spans[0] >= s.len) break;
      continue;
    }
    SONDE_TRY(add_part(c, p, (sonde_str){s.ptr + begin, m.spans[0] - begin}));
    begin = m.spans[1];
  }
  return add_part(c, p, (sonde_str){s.ptr + begin, s.len - begin});
}

sonde_code kernel_regex_list(const kernel_call *c, col *out) {
  bool splits = c->e->function == FN_REGEXP_SPLIT;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    compiled *x;
    parts p = {NULL, 0};
    uint32_t group = 0;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(pattern_of(c, i, splits ? 2 : 3, true, &x));
    if (!splits) SONDE_TRY(group_asked(c, x, i, &group));
    SONDE_TRY(splits ? split(c, x, text_at(c, 0, i), &p) : all_matches(c, x, text_at(c, 0, i), group, &p));
    if (!p.x && !(p.x = nested_new(0, false, c->a, c->err))) return c->err->code;
    col_put(out, i, (cell){.n = p.x});
  }
  return SONDE_OK;
}

static sonde_code escape_row(const kernel_call *c, uint32_t i, buf *b) {
  put_literal(b, text_at(c, 0, i));
  return SONDE_OK;
}

sonde_code kernel_regex_escape(const kernel_call *c, col *out) { return each_text(c, escape_row, out); }
