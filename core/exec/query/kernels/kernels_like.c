/* LIKE, ILIKE and GLOB. Patterns without a wildcard inside are comparisons of ends; others are matched with one point to go
 * back to, which is enough for %. */
#include "base/utf8.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

static size_t point_length(const char *p, const char *end) {
  size_t n = 1;
  while (p + n < end && ((unsigned char)p[n] & 0xC0) == 0x80) n++;
  return n;
}

static bool like(sonde_str s, sonde_str pattern, int escape) {
  const char *p = pattern.ptr, *pe = p + pattern.len, *t = s.ptr, *te = t + s.len, *star = NULL, *back = NULL;
  while (t < te) {
    bool any = p < pe && *p == '%' && escape != '%';
    if (any) {
      star = ++p;
      back = t;
      continue;
    }
    const char *literal = p < pe && escape >= 0 && *p == (char)escape && p + 1 < pe ? p + 1 : p;
    bool one = literal == p && p < pe && *p == '_';
    if (one || (p < pe && *literal == *t)) {
      t += one ? point_length(t, te) : 1;
      p = literal + 1;
      continue;
    }
    if (!star) return false;
    back += point_length(back, te);
    t = back;
    p = star;
  }
  while (p < pe && *p == '%') p++;
  return p == pe;
}

/* A pattern of nothing but texts between %, which most are: how it begins, how it ends, and what is to be found in between. */
typedef struct {
  sonde_str head, middle, tail;
  bool fixed;  /* no % at all: the head is everything */
  bool simple; /* false: there are other wildcards, or escapes */
} wildcard;

static wildcard wildcard_of(sonde_str pattern, int escape) {
  wildcard x = {.head = pattern, .fixed = true};
  if (pattern.len == 0) return x.simple = true, x;
  x.simple =
      !memchr(pattern.ptr, '_', pattern.len) && (escape < 0 || !memchr(pattern.ptr, escape, pattern.len));
  const char *first = memchr(pattern.ptr, '%', pattern.len), *end = pattern.ptr + pattern.len, *last = end;
  if (!first) return x;
  while (last[-1] != '%') last--;
  x.fixed = false;
  x.head.len = (size_t)(first - pattern.ptr);
  x.middle = (sonde_str){first, (size_t)(last - first)};
  x.tail = (sonde_str){last, (size_t)(end - last)};
  return x;
}

static bool same_bytes(const char *a, sonde_str b) { return b.len == 0 || memcmp(a, b.ptr, b.len) == 0; }

/* The texts between %, each behind the one before it: the leftmost place of each leaves most room for the others. */
static bool finds_in_order(sonde_str s, sonde_str pieces) {
  const char *p = pieces.ptr, *end = p + pieces.len;
  for (size_t at = 0; p < end; p++) {
    const char *next = memchr(p, '%', (size_t)(end - p));
    sonde_str piece = {p, (size_t)(next - p)};
    at = text_find(s, piece, at);
    if (at == SIZE_MAX) return false;
    at += piece.len;
    p = next;
  }
  return true;
}

static bool matches(const wildcard *x, sonde_str s, sonde_str pattern, int escape) {
  if (!x->simple) return like(s, pattern, escape);
  if (x->fixed) return str_equal(s, x->head);
  size_t ends = x->head.len + x->tail.len;
  if (s.len < ends || !same_bytes(s.ptr, x->head) || !same_bytes(s.ptr + s.len - x->tail.len, x->tail))
    return false;
  return finds_in_order((sonde_str){s.ptr + x->head.len, s.len - ends}, x->middle);
}

static sonde_code fold(const kernel_call *c, sonde_str s, sonde_str *out) {
  char *p = text_room(c, s.len);
  if (!p) return c->err->code;
  *out = (sonde_str){p, utf8_fold_text(s.ptr, s.len, p)};
  return SONDE_OK;
}

static bool ignores_case(uint16_t fn) {
  return fn == FN_ILIKE || fn == FN_NOT_ILIKE || fn == FN_ILIKE_ESCAPE || fn == FN_NOT_ILIKE_ESCAPE;
}
static bool negated(uint16_t fn) {
  return fn == FN_NOT_LIKE || fn == FN_NOT_ILIKE || fn == FN_NOT_LIKE_ESCAPE || fn == FN_NOT_ILIKE_ESCAPE;
}

static sonde_code escape_of(const kernel_call *c, uint32_t i, int *out) {
  *out = -1;
  if (c->n_args < 3) return SONDE_OK;
  sonde_str s = text_at(c, 2, i);
  SONDE_CHECK(s.len <= 1, c->err, SONDE_VALUE, c->e->at, "ESCAPE is one character");
  if (s.len) *out = (unsigned char)s.ptr[0];
  return SONDE_OK;
}

static sonde_code check_end(const kernel_call *c, sonde_str pattern, int escape) {
  size_t n = 0;
  while (escape >= 0 && n < pattern.len && (unsigned char)pattern.ptr[pattern.len - 1 - n] == escape) n++;
  SONDE_CHECK(n % 2 == 0, c->err, SONDE_VALUE, c->e->at,
              "the pattern of LIKE ends with its escape character");
  return SONDE_OK;
}

typedef struct {
  sonde_str pattern;
  int escape;
  wildcard parts;
} like_pattern;

static sonde_code pattern_at(const kernel_call *c, uint32_t i, like_pattern *x) {
  x->pattern = text_at(c, 1, i);
  SONDE_TRY(escape_of(c, i, &x->escape));
  SONDE_TRY(check_end(c, x->pattern, x->escape));
  if (ignores_case(c->e->function)) SONDE_TRY(fold(c, x->pattern, &x->pattern));
  x->parts = wildcard_of(x->pattern, x->escape);
  return SONDE_OK;
}

/* Texts of a column or a dictionary mostly lie one behind the other. As numbers: that of a NULL may be no pointer. */
static bool are_adjacent(const sonde_str *texts, uint32_t n) {
  bool adjacent = true;
  for (uint32_t i = 1; i < n; i++) {
    adjacent &= (uintptr_t)texts[i - 1].ptr + texts[i - 1].len == (uintptr_t)texts[i].ptr;
  }
  return adjacent;
}

/* The text that a value may have in any place; empty: the pattern is another. */
static sonde_str needle_of(const wildcard *x) {
  sonde_str piece = x->middle;
  if (!x->simple || x->fixed || x->head.len || x->tail.len || piece.len < 3) return (sonde_str){0};
  piece.ptr++;
  piece.len -= 2;
  return memchr(piece.ptr, '%', piece.len) ? (sonde_str){0} : piece;
}

/* The rows that have a text, of adjacent ones: `all` of them are searched as a whole. Where it lies across a border it is in
 * neither. */
static void mark_rows_with(sonde_str needle, sonde_str all, const sonde_str *texts, uint8_t mark,
                           uint8_t *lanes) {
  const char *begin = texts[0].ptr;
  uint32_t row = 0;
  for (size_t at = 0, end; (at = text_find(all, needle, at)) != SIZE_MAX;) {
    while ((end = (size_t)(texts[row].ptr - begin) + texts[row].len) <= at) row++;
    bool within = at + needle.len <= end;
    if (within) lanes[row] = mark;
    at = within ? end : at + 1;
  }
}

/* False: there is something else than ASCII, whose folding may have another length. */
static bool lower_all(sonde_str s, char *out) {
  uint8_t seen = 0;
  for (size_t i = 0; i < s.len; i++) {
    uint8_t b = (uint8_t)s.ptr[i];
    out[i] = (char)(b | ((uint8_t)(b - 'A') < 26) << 5);
    seen |= b;
  }
  return seen < 0x80;
}

/* LIKE '%text%' for all rows at once; *done is false: it is another pattern, or the texts lie apart. */
static sonde_code find_in_all(const kernel_call *c, const like_pattern *x, col *out, bool *done) {
  sonde_str needle = needle_of(&x->parts);
  const sonde_str *texts = c->args[0].data, *last = texts + c->n - 1;
  bool yes = !negated(c->e->function);
  *done = needle.len && c->args[0].form == COL_FLAT && are_adjacent(texts, c->n);
  if (!*done) return SONDE_OK;
  sonde_str all = {texts->ptr, (size_t)(last->ptr - texts->ptr) + last->len};
  if (ignores_case(c->e->function)) {
    char *lower = text_room(c, all.len);
    if (!lower) return c->err->code;
    if (!lower_all(all, lower)) return *done = false, SONDE_OK;
    all.ptr = lower;
  }
  memset(col_lanes(out), !yes, c->n);
  mark_rows_with(needle, all, texts, yes, col_lanes(out));
  return SONDE_OK;
}

static sonde_code like_row(const kernel_call *c, uint32_t i, const like_pattern *x, col *out) {
  sonde_str s = text_at(c, 0, i);
  if (ignores_case(c->e->function)) SONDE_TRY(fold(c, s, &s));
  ((uint8_t *)col_lanes(out))[i] = matches(&x->parts, s, x->pattern, x->escape) != negated(c->e->function);
  return SONDE_OK;
}

sonde_code kernel_like(const kernel_call *c, col *out) {
  bool once = c->args[1].form == COL_CONST && (c->n_args < 3 || c->args[2].form == COL_CONST), ready = false,
       done = false;
  like_pattern x = {0};
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    if (!ready || !once) SONDE_TRY(pattern_at(c, i, &x));
    if (!ready && once) SONDE_TRY(find_in_all(c, &x, out, &done));
    if (done) return SONDE_OK;
    ready = true;
    SONDE_TRY(like_row(c, i, &x, out));
  }
  return SONDE_OK;
}

/* ---- GLOB ---- */

static bool in_set(const char **p, const char *pe, unsigned char ch) {
  const char *q = *p + 1;
  bool not = q < pe && (*q == '!' || *q == '^'), hit = false;
  if (not ) q++;
  for (const char *first = q; q < pe && (*q != ']' || q == first); q++) {
    if (q + 2 < pe && q[1] == '-' && q[2] != ']') {
      hit |= (unsigned char)*q <= ch && ch <= (unsigned char)q[2];
      q += 2;
    } else {
      hit |= (unsigned char)*q == ch;
    }
  }
  *p = q < pe ? q + 1 : pe;
  return hit != not ;
}

static bool glob(sonde_str s, sonde_str pattern) {
  const char *p = pattern.ptr, *pe = p + pattern.len, *t = s.ptr, *te = t + s.len, *star = NULL, *back = NULL;
  while (t < te) {
    if (p < pe && *p == '*') {
      star = ++p;
      back = t;
      continue;
    }
    const char *next = p;
    bool hit = false;
    if (p < pe && *p == '[')
      hit = in_set(&next, pe, (unsigned char)*t);
    else if (p < pe)
      next = p + 1 + (*p == '\\' && p + 1 < pe),
      hit = *p == '?' || (*p == '\\' && p + 1 < pe ? p[1] : *p) == *t;
    if (hit) {
      t += p < pe && *p == '?' ? point_length(t, te) : 1;
      p = next;
      continue;
    }
    if (!star) return false;
    t = ++back;
    p = star;
  }
  while (p < pe && *p == '*') p++;
  return p == pe;
}

sonde_code kernel_glob(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    if (row_valid(out, i)) col_put(out, i, (cell){.b = glob(text_at(c, 0, i), text_at(c, 1, i))});
  return SONDE_OK;
}
