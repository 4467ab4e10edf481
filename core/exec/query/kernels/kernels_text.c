/* Functions of texts. Positions count code points from 1. */
#include "base/utf8.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

#define TEXT_MAX ((size_t)1 << 30)

sonde_code put_texts(const kernel_call *c, text_row row, col *out) {
  buf b;
  buf_init(&b, c->run->mem, TEXT_MAX);
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    sonde_str s;
    if (!row_valid(out, i)) continue;
    code = row(c, i, &b);
    if (code == SONDE_OK) code = text_take(c, &b, &s);
    if (code == SONDE_OK) col_put(out, i, (cell){.s = s});
  }
  buf_free(&b);
  return code;
}

sonde_code each_text(const kernel_call *c, text_row row, col *out) {
  SONDE_TRY(kernel_out(c, out));
  return put_texts(c, row, out);
}

/* The needle among the `n` places from p on, or NULL. */
static const char *find_plainly(const char *p, size_t n, sonde_str needle) {
  for (const char *end = p + n; p < end; p++) {
    p = memchr(p, needle.ptr[0], (size_t)(end - p));
    if (!p || memcmp(p, needle.ptr, needle.len) == 0) return p;
  }
  return NULL;
}

#ifdef SIMD_16
/* 16 places at a time are asked for the needle's first and its last byte, which seldom are both there by chance. */
static const char *find_by_ends(const char *p, size_t n, sonde_str needle) {
  simd16 first = simd_splat((uint8_t)needle.ptr[0]), last = simd_splat((uint8_t)needle.ptr[needle.len - 1]);
  for (size_t at = 0; at < n; at += 16) {
    const char *q = p + (at + 16 <= n ? at : n - 16);
    uint32_t hits = simd_mask(simd_and(simd_eq(simd_load((const uint8_t *)q), first),
                                       simd_eq(simd_load((const uint8_t *)q + needle.len - 1), last)));
    for (; hits; hits &= hits - 1) {
      const char *hit = q + __builtin_ctz(hits);
      if (needle.len <= 2 || memcmp(hit, needle.ptr, needle.len) == 0) return hit;
    }
  }
  return NULL;
}
#endif

size_t text_find(sonde_str s, sonde_str needle, size_t from) {
  if (needle.len == 0) return from;
  if (from > s.len || needle.len > s.len - from) return SIZE_MAX;
  size_t places = s.len - from - needle.len + 1;
#ifdef SIMD_16
  const char *hit =
      places < 16 ? find_plainly(s.ptr + from, places, needle) : find_by_ends(s.ptr + from, places, needle);
#else
  const char *hit = find_plainly(s.ptr + from, places, needle);
#endif
  return hit ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

static void put_str(buf *b, sonde_str s) { buf_put(b, s.ptr, s.len); }

/* ---- joining ---- */

static sonde_code concat_lists(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *a = COL_AT(&c->args[0], const nested *, i), *b = COL_AT(&c->args[1], const nested *, i);
    nested *x = nested_new(a->n + b->n, true, c->a, c->err);
    if (!x) return c->err->code;
    memcpy(nested_cells(x), a->cells, a->n * sizeof(cell));
    memcpy(nested_cells(x) + a->n, b->cells, b->n * sizeof(cell));
    for (uint32_t k = 0; k < x->n; k++)
      nested_validity(x)[k] = k < a->n ? nested_valid(a, k) : nested_valid(b, k - a->n);
    col_put(out, i, (cell){.n = x});
  }
  return SONDE_OK;
}

static sonde_code concat_row(const kernel_call *c, uint32_t i, buf *b) {
  put_str(b, text_at(c, 0, i));
  put_str(b, text_at(c, 1, i));
  return SONDE_OK;
}

sonde_code kernel_concat_op(const kernel_call *c, col *out) {
  return sql_lane(&c->e->type) == LANE_NESTED ? concat_lists(c, out) : each_text(c, concat_row, out);
}

static sonde_code concat_texts(const kernel_call *c, uint32_t i, buf *b) {
  bool separated = c->e->function == FN_CONCAT_WS, any = false;
  for (uint32_t k = separated; k < c->n_args; k++) {
    if (!col_valid(&c->args[k], i)) continue;
    if (separated && any) put_str(b, text_at(c, 0, i));
    any = true;
    value_print(b, c->args[k].type, col_cell(&c->args[k], i));
  }
  return SONDE_OK;
}

static sonde_code concat_all_lists(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < c->n_args; k++)
      if (col_valid(&c->args[k], i)) n += COL_AT(&c->args[k], const nested *, i)->n;
    nested *x = nested_new(n, true, c->a, c->err);
    if (!x) return c->err->code;
    n = 0;
    for (uint32_t k = 0; k < c->n_args; k++) {
      const nested *part = col_valid(&c->args[k], i) ? COL_AT(&c->args[k], const nested *, i) : NULL;
      for (uint32_t j = 0; part && j < part->n; j++, n++) {
        nested_cells(x)[n] = part->cells[j];
        nested_validity(x)[n] = nested_valid(part, j);
      }
    }
    col_put(out, i, (cell){.n = x});
  }
  return SONDE_OK;
}

/* concat_ws is null with a null separator; concat never is. */
sonde_code kernel_concat(const kernel_call *c, col *out) {
  if (sql_lane(&c->e->type) == LANE_NESTED) return concat_all_lists(c, out);
  bool separated = c->e->function == FN_CONCAT_WS;
  buf b;
  buf_init(&b, c->run->mem, TEXT_MAX);
  sonde_code code = kernel_out_nullable(c, out);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    sonde_str s;
    if (separated && !col_valid(&c->args[0], i)) {
      col_put_null(out, i);
      continue;
    }
    concat_texts(c, i, &b);
    code = text_take(c, &b, &s);
    if (code == SONDE_OK) col_put(out, i, (cell){.s = s});
  }
  buf_free(&b);
  return code;
}

/* ---- measuring ---- */

static int64_t length_of(const kernel_call *c, uint32_t i) {
  const col *x = &c->args[0];
  if (x->lane == LANE_NESTED) {
    const nested *l = COL_AT(x, const nested *, i);
    return x->type->id == SQL_MAP ? l->n / 2 : l->n;
  }
  sonde_str s = COL_AT(x, sonde_str, i);
  switch (c->e->function) {
  case FN_STRLEN:
  case FN_OCTET_LENGTH: return (int64_t)s.len;
  case FN_BIT_LENGTH: return (int64_t)s.len * 8;
  default: return x->type->id == SQL_BLOB ? (int64_t)s.len : count_points(s);
  }
}

sonde_code kernel_length(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    if (row_valid(out, i))
      col_put(out, i, out->lane == LANE_I64 ? (cell){.i = length_of(c, i)} : (cell){.w = length_of(c, i)});
  return SONDE_OK;
}

/* ---- case ---- */

/* The other case of the letters that utf8_fold knows, found once from its pairs. */
typedef struct {
  uint32_t n, from[1600], to[1600]; /* lower case to upper case, ascending */
} upper_table;

static sonde_code make_upper(const kernel_call *c, upper_table **out) {
  upper_table *t = *c->state;
  utf8_fold_pair pair = {0};
  if (!t) {
    t = *c->state = arena_zero(&c->run->memory, sizeof *t, c->err);
    if (!t) return c->err->code;
    while (t->n < 1600 && utf8_next_fold(&pair)) {
      uint32_t at = t->n;
      while (at > 0 && t->from[at - 1] > pair.to) at--;
      if (at > 0 && t->from[at - 1] == pair.to) continue; /* the first spelling is the usual one */
      memmove(t->from + at + 1, t->from + at, (t->n - at) * 4);
      memmove(t->to + at + 1, t->to + at, (t->n - at) * 4);
      t->from[at] = pair.to;
      t->to[at] = pair.from;
      t->n++;
    }
  }
  *out = t;
  return SONDE_OK;
}

static uint32_t upper_point(const upper_table *t, uint32_t cp) {
  uint32_t low = 0, high = t->n;
  if (cp == 0xB5) return 0x39C;  /* the micro sign */
  if (cp == 0x3C2) return 0x3A3; /* a final sigma */
  if (cp == 0xDF || cp == 0x131) return cp == 0xDF ? 0x1E9E : 'I';
  if (cp == 's') return 'S';
  if (cp == 'k') return 'K';
  if (cp == 0xE5) return 0xC5;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (t->from[mid] < cp)
      low = mid + 1;
    else
      high = mid;
  }
  return low < t->n && t->from[low] == cp ? t->to[low] : cp;
}

/* Lower case folds simply, but for letters whose folded form is another letter. */
static uint32_t lower_point(uint32_t cp) {
  return cp == 0xDF || cp == 0x3C2 || cp == 0x17F || cp == 0xB5 ? cp : utf8_fold(cp);
}

static sonde_code case_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  const upper_table *t = *c->state;
  bool up = c->e->function == FN_UPPER;
  for (size_t at = 0; at < s.len;) {
    uint32_t cp = (unsigned char)s.ptr[at];
    if (cp < 128) {
      buf_u8(b, (uint8_t)(up ? cp - (cp >= 'a' && cp <= 'z' ? 32 : 0) : (uint32_t)lower_ascii((char)cp)));
      at++;
      continue;
    }
    char bytes[4];
    at += utf8_decode(s.ptr + at, s.len - at, &cp, NULL);
    buf_put(b, bytes, utf8_encode(up ? upper_point(t, cp) : lower_point(cp), bytes));
  }
  return SONDE_OK;
}

sonde_code kernel_case(const kernel_call *c, col *out) {
  upper_table *t;
  if (c->e->function == FN_UPPER) SONDE_TRY(make_upper(c, &t));
  return each_text(c, case_row, out);
}

/* ---- cutting ---- */

static bool has_point(sonde_str set, const char *p, size_t n) {
  for (size_t at = 0; at < set.len;) {
    uint32_t cp;
    size_t len = utf8_decode(set.ptr + at, set.len - at, &cp, NULL);
    if (len == n && memcmp(set.ptr + at, p, n) == 0) return true;
    at += len;
  }
  return false;
}

static size_t point_length(const char *p, const char *end) {
  size_t n = 1;
  while (p + n < end && ((unsigned char)p[n] & 0xC0) == 0x80) n++;
  return n;
}

static sonde_str trim(sonde_str s, sonde_str set, bool left, bool right) {
  const char *p = s.ptr, *end = p + s.len;
  while (left && p < end && has_point(set, p, point_length(p, end))) p += point_length(p, end);
  while (right && end > p) {
    const char *last = end - 1;
    while (last > p && ((unsigned char)*last & 0xC0) == 0x80) last--;
    if (!has_point(set, last, (size_t)(end - last))) break;
    end = last;
  }
  return (sonde_str){p, (size_t)(end - p)};
}

sonde_code kernel_trim(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str set = c->n_args > 1 ? text_at(c, 1, i) : (sonde_str){" ", 1};
    col_put(out, i, (cell){.s = trim(text_at(c, 0, i), set, fn != FN_RTRIM, fn != FN_LTRIM)});
  }
  return SONDE_OK;
}

/* Code points (bytes of a blob) [from, to) counted from 0, cut to the text. */
static sonde_str points(sonde_str s, bool bytes, int64_t from, int64_t to) {
  if (from < 0) from = 0;
  if (to <= from) return (sonde_str){s.ptr, 0};
  int64_t skip = from, take = to - from;
  if (bytes) {
    size_t start = (uint64_t)from < s.len ? (size_t)from : s.len, left = s.len - start;
    return (sonde_str){s.ptr + start, (uint64_t)take < left ? (size_t)take : left};
  }
  size_t start = skip_points(s, &skip);
  sonde_str rest = {s.ptr + start, s.len - start};
  rest.len = skip_points(rest, &take);
  return rest;
}

static int64_t size_of(sonde_str s, bool bytes) { return bytes ? (int64_t)s.len : count_points(s); }

/* substring(text, from, length): 1 is the first; a negative start counts from the end, a negative length goes back. */
static sonde_str substring(sonde_str s, bool bytes, int64_t from, bool limited, int64_t length) {
  const int64_t far = INT32_MAX;
  if (from > far * 2) from = far * 2;
  if (from < -far * 2) from = -far * 2;
  if (!limited || length > far) length = far;
  if (length < -far) length = -far;
  int64_t begin = from > 0 ? from - 1 : from < 0 ? size_of(s, bytes) + from : -1;
  if (from < 0 && begin < 0 && !limited) begin = 0;
  int64_t end = begin + length;
  if (length < 0) {
    int64_t swap = begin;
    begin = end;
    end = swap;
  }
  return points(s, bytes, begin, end);
}

static sonde_str left_of(sonde_str s, int64_t n) {
  if (n < 0) n = n < -INT32_MAX ? 0 : count_points(s) + n;
  return points(s, false, 0, n);
}

static sonde_str right_of(sonde_str s, int64_t n) {
  int64_t size = count_points(s);
  int64_t from = n < 0 ? (n < -size ? size : -n) : n > size ? 0 : size - n;
  return points(s, false, from, size);
}

sonde_code kernel_substring(const kernel_call *c, col *out) {
  bool bytes = c->args[0].type->id == SQL_BLOB;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i), part;
    int64_t n = whole_at(c, 1, i);
    if (c->e->function == FN_LEFT)
      part = left_of(s, n);
    else if (c->e->function == FN_RIGHT)
      part = right_of(s, n);
    else if (c->e->function == FN_EXTRACT_AT)
      part = substring(s, bytes, n, true, n == 0 ? 0 : 1);
    else
      part = substring(s, bytes, n, c->n_args > 2, c->n_args > 2 ? whole_at(c, 2, i) : 0);
    col_put(out, i, (cell){.s = part});
  }
  return SONDE_OK;
}

/* ---- slices: [from:to:step], both included, of lists too ---- */

typedef struct {
  int64_t from, to, step; /* counted from 0; to: behind the last */
} slice;

static slice slice_of(const kernel_call *c, uint32_t i, int64_t size) {
  slice s = {0, size, 1};
  bool from = col_valid(&c->args[1], i), to = col_valid(&c->args[2], i);
  if (c->n_args > 3 && col_valid(&c->args[3], i)) s.step = whole_at(c, 3, i);
  if (from) {
    int64_t v = whole_at(c, 1, i);
    s.from = v > 0 ? v - 1 : v < 0 ? (v < -size ? 0 : size + v) : 0;
  }
  if (to) {
    int64_t v = whole_at(c, 2, i);
    s.to = v >= 0 ? v : v < -size ? 0 : size + v + 1;
  }
  if (s.to > size) s.to = size;
  if (s.from > s.to) s.from = s.to;
  return s;
}

static sonde_code slice_list(const kernel_call *c, uint32_t i, col *out) {
  const nested *l = COL_AT(&c->args[0], const nested *, i);
  slice s = slice_of(c, i, l->n);
  SONDE_CHECK(s.step != 0, c->err, SONDE_VALUE, c->e->at, "the step of a slice cannot be 0");
  int64_t by = s.step < 0 ? -s.step : s.step, n = (s.to - s.from + by - 1) / by;
  nested *x = nested_new((uint32_t)n, true, c->a, c->err);
  if (!x) return c->err->code;
  for (int64_t k = 0; k < n; k++) {
    int64_t at = s.step > 0 ? s.from + k * by : s.to - 1 - k * by;
    nested_cells(x)[k] = l->cells[at];
    nested_validity(x)[k] = nested_valid(l, (uint32_t)at);
  }
  col_put(out, i, (cell){.n = x});
  return SONDE_OK;
}

sonde_code kernel_slice(const kernel_call *c, col *out) {
  bool bytes = c->args[0].type->id == SQL_BLOB;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!col_valid(&c->args[0], i)) {
      col_put_null(out, i);
    } else if (out->lane == LANE_NESTED) {
      SONDE_TRY(slice_list(c, i, out));
    } else {
      sonde_str s = text_at(c, 0, i);
      slice part = slice_of(c, i, size_of(s, bytes));
      col_put(out, i, (cell){.s = points(s, bytes, part.from, part.to)});
    }
  }
  return SONDE_OK;
}

/* ---- rewriting ---- */

static sonde_code replace_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i), from = text_at(c, 1, i), to = text_at(c, 2, i);
  size_t at = 0, hit;
  while (from.len && (hit = text_find(s, from, at)) != SIZE_MAX) {
    buf_put(b, s.ptr + at, hit - at);
    put_str(b, to);
    at = hit + from.len;
  }
  buf_put(b, s.ptr + at, s.len - at);
  return SONDE_OK;
}

sonde_code kernel_replace(const kernel_call *c, col *out) { return each_text(c, replace_row, out); }

/* The n-th code point of a text; empty: there is none. */
static sonde_str nth_point(sonde_str s, int64_t n) { return points(s, false, n, n + 1); }

static int64_t index_of(sonde_str set, const char *p, size_t n) {
  int64_t index = 0;
  for (size_t at = 0; at < set.len; index++) {
    size_t len = point_length(set.ptr + at, set.ptr + set.len);
    if (len == n && memcmp(set.ptr + at, p, n) == 0) return index;
    at += len;
  }
  return -1;
}

static sonde_code translate_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i), from = text_at(c, 1, i), to = text_at(c, 2, i);
  for (const char *p = s.ptr, *end = p + s.len; p < end;) {
    size_t len = point_length(p, end);
    int64_t at = index_of(from, p, len);
    put_str(b, at < 0 ? (sonde_str){p, len} : nth_point(to, at));
    p += len;
  }
  return SONDE_OK;
}

sonde_code kernel_translate(const kernel_call *c, col *out) { return each_text(c, translate_row, out); }

static sonde_code reverse_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  for (const char *end = s.ptr + s.len; end > s.ptr;) {
    const char *p = end - 1;
    while (p > s.ptr && ((unsigned char)*p & 0xC0) == 0x80) p--;
    buf_put(b, p, (size_t)(end - p));
    end = p;
  }
  return SONDE_OK;
}

sonde_code kernel_reverse(const kernel_call *c, col *out) { return each_text(c, reverse_row, out); }

static sonde_code repeat_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  int64_t n = s.len ? whole_at(c, 1, i) : 0;
  SONDE_CHECK(n < (int64_t)TEXT_MAX, c->err, SONDE_LIMIT, c->e->at, "a text repeated %lld times is too long",
              (long long)n);
  while (n-- > 0 && !b->failed) put_str(b, s);
  return SONDE_OK;
}

static sonde_code repeat_list(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *l = COL_AT(&c->args[0], const nested *, i);
    int64_t times = whole_at(c, 1, i);
    if (times < 0) times = 0;
    SONDE_CHECK(times * l->n < 1 << 26, c->err, SONDE_LIMIT, c->e->at, "the repeated list is too long");
    nested *x = nested_new((uint32_t)times * l->n, true, c->a, c->err);
    if (!x) return c->err->code;
    for (uint32_t k = 0; k < x->n; k++) {
      nested_cells(x)[k] = l->cells[k % l->n];
      nested_validity(x)[k] = nested_valid(l, k % l->n);
    }
    col_put(out, i, (cell){.n = x});
  }
  return SONDE_OK;
}

sonde_code kernel_repeat(const kernel_call *c, col *out) {
  return sql_lane(&c->e->type) == LANE_NESTED ? repeat_list(c, out) : each_text(c, repeat_row, out);
}

static sonde_code pad_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i), with = text_at(c, 2, i);
  int64_t want = whole_at(c, 1, i), have = count_points(s), missing = want - have, each = count_points(with);
  if (want <= have) return put_str(b, points(s, false, 0, want)), SONDE_OK;
  SONDE_CHECK(each > 0, c->err, SONDE_VALUE, c->e->at, "there is nothing to pad with");
  SONDE_CHECK(want < (int64_t)TEXT_MAX, c->err, SONDE_LIMIT, c->e->at,
              "a text of %lld characters is too long", (long long)want);
  if (c->e->function == FN_RPAD) put_str(b, s);
  for (; missing > 0 && !b->failed; missing -= each) put_str(b, points(with, false, 0, missing));
  if (c->e->function == FN_LPAD) put_str(b, s);
  return SONDE_OK;
}

sonde_code kernel_pad(const kernel_call *c, col *out) { return each_text(c, pad_row, out); }

/* ---- searching ---- */

sonde_code kernel_position(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i);
    size_t at = text_find(s, text_at(c, 1, i), 0);
    col_put(out, i, (cell){.i = at == SIZE_MAX ? 0 : count_points((sonde_str){s.ptr, at}) + 1});
  }
  return SONDE_OK;
}

static bool holds(uint16_t fn, sonde_str s, sonde_str part) {
  if (part.len > s.len) return false;
  if (fn == FN_CONTAINS) return text_find(s, part, 0) != SIZE_MAX;
  return part.len == 0 ||
         memcmp(fn == FN_STARTS_WITH ? s.ptr : s.ptr + s.len - part.len, part.ptr, part.len) == 0;
}

sonde_code kernel_contains(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    if (row_valid(out, i))
      col_put(out, i, (cell){.b = holds(c->e->function, text_at(c, 0, i), text_at(c, 1, i))});
  return SONDE_OK;
}

/* ---- parts ---- */

/* The next part of a text cut at a separator; every code point is one when that is empty. */
static bool next_part(sonde_str s, sonde_str separator, size_t *at, sonde_str *part) {
  if (*at == SIZE_MAX) return false;
  size_t from = *at, hit = separator.len ? text_find(s, separator, from)
                                         : from + point_length(s.ptr + from, s.ptr + s.len);
  if (!separator.len && from >= s.len) return false;
  bool last = separator.len ? hit == SIZE_MAX : hit >= s.len;
  *part = (sonde_str){s.ptr + from, (last ? s.len : hit) - from};
  *at = last ? SIZE_MAX : hit + separator.len;
  return true;
}

/* Without a separator (null) the whole text is the one part. */
sonde_code kernel_split(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!col_valid(&c->args[0], i)) {
      col_put_null(out, i);
      continue;
    }
    sonde_str s = text_at(c, 0, i), part;
    bool cuts = col_valid(&c->args[1], i);
    sonde_str separator = cuts ? text_at(c, 1, i) : (sonde_str){s.ptr, 0};
    uint32_t n = 0;
    for (size_t at = 0; cuts && next_part(s, separator, &at, &part);) n++;
    if (!cuts || (s.len == 0 && !separator.len)) n = 1;
    nested *x = nested_new(n, false, c->a, c->err);
    if (!x) return c->err->code;
    n = 0;
    nested_cells(x)[0].s = cuts ? (sonde_str){s.ptr, 0} : s;
    for (size_t at = 0; cuts && next_part(s, separator, &at, &part);) nested_cells(x)[n++].s = part;
    col_put(out, i, (cell){.n = x});
  }
  return SONDE_OK;
}

sonde_code kernel_split_part(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i), separator = text_at(c, 1, i), part, found = {s.ptr, 0};
    int64_t want = whole_at(c, 2, i), n = 0;
    for (size_t at = 0; want < 0 && next_part(s, separator, &at, &part);) n++;
    if (want < 0) want = n + want + 1;
    n = 0;
    for (size_t at = 0; next_part(s, separator, &at, &part);)
      if (++n == want) found = part;
    col_put(out, i, (cell){.s = found});
  }
  return SONDE_OK;
}

/* ---- code points ---- */

sonde_code kernel_code_point(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i);
    uint32_t cp = 0;
    if (s.len) utf8_decode(s.ptr, s.len, &cp, NULL);
    col_put(out, i, (cell){.i = s.len ? (int64_t)cp : c->e->function == FN_ASCII ? 0 : -1});
  }
  return SONDE_OK;
}

sonde_code kernel_chr(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t cp = whole_at(c, 0, i);
    bool valid = cp >= 0 && cp <= 0x10FFFF && (cp < 0xD800 || cp > 0xDFFF);
    SONDE_CHECK(valid, c->err, SONDE_VALUE, c->e->at, "%lld is no code point", (long long)cp);
    char *p = text_room(c, 4);
    if (!p) return c->err->code;
    col_put(out, i, (cell){.s = {p, utf8_encode((uint32_t)cp, p)}});
  }
  return SONDE_OK;
}
