/* Evaluating a compiled predicate on the vecs of a block. See predicate.h. */
#include "exec/view/condition.h"

#include <string.h>

#include "base/regex.h"
#include "base/utf8.h"
#include "column/page.h"

typedef struct {
  rd *r;
  const column_ref *refs;
  const vec *const *vecs;
  uint32_t n, rows;
  size_t words;
  arena *memory;
  sonde_error *err;
} runner;

typedef struct {
  condition c;
  column_type type;
  const vec *vec;
  sonde_str text; /* of the condition, folded unless it matches case */
  utf8_needle needle;
  regex_search *regex;
  char *folded; /* room for a folded haystack, `folded_cap` bytes */
  size_t folded_cap;
} leaf;

static int compare_text(sonde_str a, sonde_str b) {
  int c = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
  return c ? c : (a.len > b.len) - (a.len < b.len);
}

/* Whether an ordering (-1, 0, 1) of value against operand satisfies the comparison. */
static bool holds(uint8_t op, int order) {
  switch (op) {
  case OP_EQ:
  case OP_IN: return order == 0;
  case OP_NE: return order != 0;
  case OP_LT: return order < 0;
  case OP_LE: return order <= 0;
  case OP_GT: return order > 0;
  default: return order >= 0;
  }
}

static int order_i64(int64_t a, const typed_value *v) {
  if (a == v->i64) return v->whole ? 0 : -1; /* the operand was i64 and a fraction */
  return a < v->i64 ? -1 : 1;
}

static int order_f64(double a, double b) {
  if (a != a || b != b)
    return (a != a) - (b != b); /* NaN is the largest, equal to itself, as PostgreSQL has it */
  return (a > b) - (a < b);
}

static int order_of(const leaf *l, uint32_t row, const typed_value *v) {
  char room[VALUE_TEXT_MAX];
  switch (family_of(l->type)) {
  case FAMILY_DOUBLE: return order_f64(vec_f64(l->vec, row), v->f64);
  case FAMILY_DECIMAL: return int128_compare(vec_i128_as(l->vec, row, l->type), v->i128);
  case FAMILY_WHOLE: return order_i64(vec_i64_as(l->vec, row, l->type), v);
  default: return compare_text(value_text(l->vec, row, l->type, room), v->text);
  }
}

static bool test_order(const leaf *l, uint32_t row) {
  if (l->c.op == OP_BETWEEN)
    return order_of(l, row, &l->c.values[0]) >= 0 && order_of(l, row, &l->c.values[1]) <= 0;
  for (uint32_t i = 0; i < l->c.n_values; i++)
    if (holds(l->c.op, order_of(l, row, &l->c.values[i]))) return true;
  return false;
}

static bool starts(const leaf *l, sonde_str s) {
  return s.len >= l->text.len && memcmp(s.ptr, l->text.ptr, l->text.len) == 0;
}

static bool includes(sonde_str s, sonde_str wanted) {
  if (wanted.len == 0) return true;
  const char *p = s.ptr, *end = s.ptr + s.len;
  while ((size_t)(end - p) >= wanted.len &&
         (p = memchr(p, wanted.ptr[0], (size_t)(end - p) - wanted.len + 1)) != NULL) {
    if (memcmp(p, wanted.ptr, wanted.len) == 0) return true;
    p++;
  }
  return false;
}

static sonde_str fold(leaf *l, sonde_str s, runner *run) {
  if (s.len > l->folded_cap) {
    l->folded = arena_alloc(run->memory, s.len * 2, run->err);
    l->folded_cap = l->folded ? s.len * 2 : 0;
    if (!l->folded) return (sonde_str){"", 0};
  }
  return (sonde_str){l->folded, utf8_fold_text(s.ptr, s.len, l->folded)};
}

static bool test_text(leaf *l, sonde_str s, runner *run) {
  if (l->c.op == OP_REGEX) return regex_contains(l->regex, s);
  if (!l->c.match_case) s = fold(l, s, run);
  if (l->c.op == OP_STARTS) return starts(l, s);
  return l->c.match_case ? includes(s, l->text) : utf8_contains_folded(s, &l->needle);
}

static bool test_row(leaf *l, uint32_t row, runner *run) {
  char room[VALUE_TEXT_MAX];
  return is_text_op(l->c.op) ? test_text(l, value_text(l->vec, row, l->type, room), run) : test_order(l, row);
}

/* Distinct strings are tested once, rows by their code. */
static sonde_code run_dictionary(leaf *l, runner *run, uint64_t *out) {
  uint8_t *hit = arena_alloc(run->memory, l->vec->n_values, run->err);
  if (!hit) return run->err->code;
  vec as_text = {.type = l->type,
                 .form = VEC_TEXT,
                 .rows = l->vec->n_values,
                 .offsets = l->vec->offsets,
                 .bytes = l->vec->bytes};
  leaf once = *l;
  once.vec = &as_text;
  for (uint32_t v = 0; v < l->vec->n_values; v++) hit[v] = test_row(&once, v, run) != l->c.negated;
  for (uint32_t i = 0; i < run->rows; i++)
    if (hit[vec_code(l->vec, i)]) out[i >> 6] |= (uint64_t)1 << (i & 63);
  return SONDE_OK;
}

/* [low, high] of an i64 comparison; false when it is not a range. */
static bool range_of(const leaf *l, int64_t *low, int64_t *high) {
  const typed_value *v = l->c.values;
  *low = INT64_MIN, *high = INT64_MAX;
  switch (l->c.op) {
  case OP_EQ: *low = v->i64, *high = v->i64; return v->whole;
  case OP_LT:
    *high = v->i64;
    if (v->whole) {
      if (*high == INT64_MIN) return false;
      --*high;
    }
    return true;
  case OP_LE: *high = v->i64; return true;
  case OP_GT:
    *low = v->i64;
    if (*low == INT64_MAX) return false;
    ++*low;
    return true;
  case OP_GE:
    *low = v->i64;
    if (!v->whole) {
      if (*low == INT64_MAX) return false;
      ++*low;
    }
    return true;
  case OP_BETWEEN:
    *low = v[0].i64 + !v[0].whole;
    *high = v[1].i64;
    return true;
  default: return false;
  }
}

static void run_range(const leaf *l, uint32_t rows, int64_t low, int64_t high, uint64_t *out) {
  int64_t values[64];
  bool widen = l->vec->type.id == TYPE_DATE && l->type.id == TYPE_TIMESTAMP;
  for (uint32_t at = 0; at < rows; at += 64) {
    uint32_t n = rows - at < 64 ? rows - at : 64;
    vec_i64s(l->vec, at, n, values);
    uint64_t word = 0;
    for (uint32_t i = 0; i < n; i++) {
      int64_t v = widen ? micros_of_days(values[i]) : values[i];
      word |= (uint64_t)((v >= low && v <= high) != l->c.negated) << i;
    }
    out[at >> 6] = word;
  }
}

static void run_doubles(const leaf *l, uint32_t rows, uint64_t *out) {
  double values[64];
  for (uint32_t at = 0; at < rows; at += 64) {
    uint32_t n = rows - at < 64 ? rows - at : 64;
    vec_f64s(l->vec, at, n, values);
    uint64_t word = 0;
    for (uint32_t i = 0; i < n; i++) {
      bool hit = false;
      if (l->c.op == OP_BETWEEN)
        hit = order_f64(values[i], l->c.values[0].f64) >= 0 && order_f64(values[i], l->c.values[1].f64) <= 0;
      else
        for (uint32_t k = 0; k < l->c.n_values; k++)
          hit = hit || holds(l->c.op, order_f64(values[i], l->c.values[k].f64));
      word |= (uint64_t)(hit != l->c.negated) << i;
    }
    out[at >> 6] = word;
  }
}

static sonde_code prepare_text(runner *run, leaf *l) {
  l->text = l->c.text;
  if (l->c.op == OP_REGEX) {
    const regex *compiled;
    uint32_t flags = l->c.match_case ? 0 : REGEX_ICASE;
    SONDE_TRY(regex_compile(l->text, flags, run->memory, &compiled, run->err));
    return regex_search_new(compiled, run->memory, &l->regex, run->err);
  }
  if (!l->c.match_case) l->text = fold(l, l->text, run);
  l->folded = NULL; /* the needle keeps the first room */
  l->folded_cap = 0;
  utf8_needle_init(&l->needle, l->text);
  return SONDE_OK;
}

static sonde_code read_leaf(runner *run, uint8_t op, leaf *l) {
  SONDE_TRY(condition_read(run->r, op, run->memory, &l->c, run->err));
  for (uint32_t i = 0; i < run->n; i++) {
    if (run->refs[i].column != l->c.column) continue;
    l->vec = run->vecs[i];
    l->type = run->refs[i].form.type;
  }
  SONDE_CHECK(l->vec, run->err, SONDE_CORRUPT, 0, "a predicate is broken");
  SONDE_TRY(nested_as_text(&l->vec, run->memory, run->err));
  return is_text_op(op) ? prepare_text(run, l) : SONDE_OK;
}

static void mask_validity(const leaf *l, runner *run, uint64_t *out) {
  for (size_t w = 0; w < run->words; w++) {
    uint64_t valid = l->vec->form == VEC_NULL ? 0 : l->vec->validity ? l->vec->validity[w] : ~(uint64_t)0;
    uint64_t in_range =
        w + 1 == run->words && run->rows % 64 ? ((uint64_t)1 << run->rows % 64) - 1 : ~(uint64_t)0;
    if (l->c.op == OP_NULL)
      out[w] = ~valid & in_range;
    else if (l->c.op == OP_NOT_NULL)
      out[w] = valid & in_range;
    else if (l->c.op == OP_IN && l->c.null_too)
      out[w] = ((out[w] & valid) | (l->c.negated ? 0 : ~valid)) & in_range;
    else
      out[w] &= valid & in_range;
  }
}

static sonde_code run_leaf(runner *run, uint8_t op, uint64_t *out) {
  leaf l = {0};
  SONDE_TRY(read_leaf(run, op, &l));
  memset(out, 0, run->words * 8);
  bool typed = !is_null_op(op) && l.vec->form != VEC_NULL;
  int64_t low, high;
  if (typed && l.vec->form == VEC_DICT) {
    SONDE_TRY(run_dictionary(&l, run, out));
  } else if (typed && !is_text_op(op) && family_of(l.type) == FAMILY_WHOLE && range_of(&l, &low, &high)) {
    run_range(&l, run->rows, low, high, out);
  } else if (typed && !is_text_op(op) && family_of(l.type) == FAMILY_DOUBLE) {
    run_doubles(&l, run->rows, out);
  } else if (typed) {
    for (uint32_t i = 0; i < run->rows; i++)
      if (vec_valid(l.vec, i) && test_row(&l, i, run) != l.c.negated) out[i >> 6] |= (uint64_t)1 << (i & 63);
  }
  mask_validity(&l, run, out);
  return SONDE_OK;
}

static sonde_code run_node(runner *run, uint64_t *out, int depth) {
  uint8_t op = rd_u8(run->r);
  if (op != OP_AND && op != OP_OR) return run_leaf(run, op, out);
  uint32_t n = rd_count(run->r, 5);
  SONDE_CHECK(!run->r->bad && depth < 64, run->err, SONDE_LIMIT, 0, "a filter is nested too deeply");
  uint64_t *child = arena_array(run->memory, run->words, 8, run->err);
  if (!child) return run->err->code;
  memset(out, op == OP_AND ? 0xff : 0, run->words * 8);
  for (uint32_t i = 0; i < n; i++) {
    SONDE_TRY(run_node(run, child, depth + 1));
    for (size_t w = 0; w < run->words; w++) out[w] = op == OP_AND ? out[w] & child[w] : out[w] | child[w];
  }
  if (run->rows % 64) out[run->words - 1] &= ((uint64_t)1 << run->rows % 64) - 1;
  return SONDE_OK;
}

sonde_code predicate_run(rd *r, const column_ref *refs, const vec *const *vecs, uint32_t n, uint32_t rows,
                         uint64_t *out, arena *memory, sonde_error *err) {
  runner run = {.r = r,
                .refs = refs,
                .vecs = vecs,
                .n = n,
                .rows = rows,
                .words = ((size_t)rows + 63) / 64,
                .memory = memory,
                .err = err};
  if (rows == 0) return SONDE_OK;
  err->code = SONDE_OK;
  SONDE_TRY(run_node(&run, out, 0));
  return err->code;
}
