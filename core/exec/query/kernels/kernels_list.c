/* Functions of lists. Positions count from 1. */
#include <math.h>

#include "exec/query/expression/cast.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"
#include "exec/query/time/calendar.h"

#define LIST_MAX ((uint32_t)1 << 28)

static const nested *list_at(const kernel_call *c, uint32_t arg, uint32_t row) {
  return COL_AT(&c->args[arg], const nested *, row);
}
static const sql_type *item_type(const kernel_call *c, uint32_t arg) {
  const sql_type *t = c->args[arg].type;
  return t->n_children ? &t->children[0] : t;
}

static sonde_code put_list(const kernel_call *c, nested *x, uint32_t row, col *out) {
  if (!x) return c->err->code;
  col_put(out, row, (cell){.n = x});
  return SONDE_OK;
}

static void set_item(nested *x, uint32_t at, const nested *from, uint32_t i) {
  nested_validity(x)[at] = nested_valid(from, i);
  nested_cells(x)[at] = from->cells[i];
}

/* ---- making and taking ---- */

sonde_code kernel_list_value(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    nested *x = nested_new(c->n_args, true, c->a, c->err);
    for (uint32_t k = 0; x && k < c->n_args; k++) {
      bool there = col_valid(&c->args[k], i);
      nested_validity(x)[k] = there;
      if (there) nested_cells(x)[k] = col_cell(&c->args[k], i);
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_list_extract(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *l = list_at(c, 0, i);
    int64_t at = whole_at(c, 1, i);
    if (at < 0) at += (int64_t)l->n + 1;
    if (at < 1 || at > l->n || !nested_valid(l, (uint32_t)at - 1))
      col_put_null(out, i);
    else
      col_put(out, i, l->cells[at - 1]);
  }
  return SONDE_OK;
}

/* ---- finding ---- */

static bool same_item(const sql_type *t, const nested *a, uint32_t i, const nested *b, uint32_t k) {
  bool x = nested_valid(a, i), y = nested_valid(b, k);
  return x == y && (!x || cell_compare(t, a->cells[i], b->cells[k]) == 0);
}

static int64_t find_item(const sql_type *t, const nested *l, bool there, cell v) {
  for (uint32_t i = 0; i < l->n; i++)
    if (nested_valid(l, i) == there && (!there || cell_compare(t, l->cells[i], v) == 0)) return i;
  return -1;
}

sonde_code kernel_list_find(const kernel_call *c, col *out) {
  bool position = c->e->function == FN_LIST_POSITION;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    bool there = col_valid(&c->args[1], i);
    if (!col_valid(&c->args[0], i) || (!there && !position)) {
      col_put_null(out, i);
      continue;
    }
    cell v = there ? col_cell(&c->args[1], i) : (cell){.i = 0};
    int64_t at = find_item(item_type(c, 0), list_at(c, 0, i), there, v);
    col_put(out, i, position ? (cell){.i = at + 1} : (cell){.b = at >= 0});
    if (position && at < 0) col_put_null(out, i);
  }
  return SONDE_OK;
}

static bool contains(const sql_type *t, const nested *l, const nested *from, uint32_t k) {
  for (uint32_t i = 0; i < l->n; i++)
    if (same_item(t, l, i, from, k)) return true;
  return false;
}

static sonde_code intersection(const kernel_call *c, uint32_t row, const nested *a, const nested *b,
                               col *out) {
  const sql_type *t = item_type(c, 0);
  nested *x = nested_new(a->n, true, c->a, c->err);
  if (!x) return c->err->code;
  x->n = 0;
  for (uint32_t i = 0; i < a->n; i++)
    if (nested_valid(a, i) && contains(t, b, a, i) && !contains(t, x, a, i)) set_item(x, x->n, a, i), x->n++;
  return put_list(c, x, row, out);
}

sonde_code kernel_list_sets(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *a = list_at(c, 0, i), *b = list_at(c, 1, i);
    uint32_t hits = 0, wanted = 0;
    if (fn == FN_LIST_INTERSECT) {
      SONDE_TRY(intersection(c, i, a, b, out));
      continue;
    }
    for (uint32_t k = 0; k < b->n; k++) {
      if (!nested_valid(b, k)) continue;
      wanted++;
      hits += contains(item_type(c, 0), a, b, k);
    }
    col_put(out, i, (cell){.b = fn == FN_LIST_HAS_ANY ? hits > 0 : hits == wanted});
  }
  return SONDE_OK;
}

/* ---- putting together ---- */

/* list_concat leaves null lists out; only nulls that are of no list type either make a null. */
sonde_code kernel_list_concat(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    uint32_t n = 0, lists = 0;
    for (uint32_t k = 0; k < c->n_args; k++)
      if (col_valid(&c->args[k], i)) n += list_at(c, k, i)->n, lists++;
    if (!lists && item_type(c, 0)->id == SQL_NULL) {
      col_put_null(out, i);
      continue;
    }
    nested *x = nested_new(n, true, c->a, c->err);
    n = 0;
    for (uint32_t k = 0; x && k < c->n_args; k++)
      for (uint32_t m = 0; col_valid(&c->args[k], i) && m < list_at(c, k, i)->n; m++)
        set_item(x, n++, list_at(c, k, i), m);
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_list_edit(const kernel_call *c, col *out) {
  bool append = c->e->function == FN_LIST_APPEND;
  const col *list = &c->args[append ? 0 : 1], *item = &c->args[append ? 1 : 0];
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    const nested *l = col_valid(list, i) ? COL_AT(list, const nested *, i) : NULL;
    uint32_t n = l ? l->n : 0, at = append ? n : 0;
    nested *x = nested_new(n + 1, true, c->a, c->err);
    for (uint32_t k = 0; x && k < n; k++) set_item(x, k + !append, l, k);
    if (x) {
      nested_validity(x)[at] = col_valid(item, i);
      if (x->valid[at]) nested_cells(x)[at] = col_cell(item, i);
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

/* ---- rearranging ---- */

typedef struct {
  const sql_type *t;
  const nested *l;
  bool descending, nulls_first;
} ordering;

static int compare_items(const ordering *o, uint32_t a, uint32_t b) {
  bool x = nested_valid(o->l, a), y = nested_valid(o->l, b);
  if (x != y) return x == o->nulls_first ? 1 : -1;
  int c = x ? cell_compare(o->t, o->l->cells[a], o->l->cells[b]) : 0;
  return o->descending ? -c : c;
}

static void merge_sort(const ordering *o, uint32_t *items, uint32_t *spare, uint32_t n) {
  if (n < 2) return;
  uint32_t half = n / 2, i = 0, j = half;
  merge_sort(o, items, spare, half);
  merge_sort(o, items + half, spare + half, n - half);
  memcpy(spare, items, n * sizeof *items);
  for (uint32_t k = 0; k < n; k++)
    items[k] = j >= n || (i < half && compare_items(o, spare[i], spare[j]) <= 0) ? spare[i++] : spare[j++];
}

static sonde_code sorted_items(const kernel_call *c, const ordering *o, uint32_t **out) {
  uint32_t n = o->l->n, *spare = arena_array(c->a, n, sizeof *spare, c->err);
  *out = arena_array(c->a, n, sizeof **out, c->err);
  if (!spare || !*out) return c->err->code;
  for (uint32_t i = 0; i < n; i++) (*out)[i] = i;
  merge_sort(o, *out, spare, n);
  return SONDE_OK;
}

static bool word_is(sonde_str s, const char *word) {
  size_t i = 0;
  while (i < s.len && word[i] && lower_ascii(s.ptr[i]) == word[i]) i++;
  return i == s.len && !word[i];
}

static sonde_code read_order(const kernel_call *c, uint32_t row, ordering *o) {
  bool reverse = c->e->function == FN_LIST_REVERSE_SORT;
  uint32_t nulls = reverse ? 1 : 2;
  o->descending = reverse;
  o->nulls_first = reverse;
  if (!reverse && c->n_args > 1) {
    sonde_str s = text_at(c, 1, row);
    o->descending = word_is(s, "desc") || word_is(s, "descending");
    SONDE_CHECK(o->descending || word_is(s, "asc") || word_is(s, "ascending") || word_is(s, "default"),
                c->err, SONDE_VALUE, c->e->at, "the order of a list is 'ASC' or 'DESC'");
  }
  if (c->n_args > nulls) {
    sonde_str s = text_at(c, nulls, row);
    bool first = word_is(s, "nulls first");
    SONDE_CHECK(first || word_is(s, "nulls last"), c->err, SONDE_VALUE, c->e->at,
                "nulls of a list are sorted 'NULLS FIRST' or 'NULLS LAST'");
    o->nulls_first = first;
  }
  return SONDE_OK;
}

sonde_code kernel_list_sort(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    ordering o = {.t = item_type(c, 0), .l = list_at(c, 0, i)};
    uint32_t *items;
    SONDE_TRY(read_order(c, i, &o));
    SONDE_TRY(sorted_items(c, &o, &items));
    nested *x = nested_new(o.l->n, true, c->a, c->err);
    for (uint32_t k = 0; x && k < x->n; k++) {
      if (c->e->function == FN_LIST_GRADE_UP)
        nested_cells(x)[k].i = (int64_t)items[k] + 1;
      else
        set_item(x, k, o.l, items[k]);
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_list_distinct(const kernel_call *c, col *out) {
  bool count = c->e->function == FN_LIST_UNIQUE;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    ordering o = {.t = item_type(c, 0), .l = list_at(c, 0, i)};
    uint32_t *items, n = 0;
    uint8_t *keep = arena_zero(c->a, o.l->n, c->err);
    if (!keep) return c->err->code;
    SONDE_TRY(sorted_items(c, &o, &items));
    for (uint32_t k = 0; k < o.l->n; k++) { /* the sort is stable: of equal items the first leads */
      bool fresh = nested_valid(o.l, items[k]) && (k == 0 || compare_items(&o, items[k - 1], items[k]) != 0);
      keep[items[k]] = fresh;
      n += fresh;
    }
    if (count) {
      col_put(out, i, (cell){.w = n});
      continue;
    }
    nested *x = nested_new(n, true, c->a, c->err);
    n = 0;
    for (uint32_t k = 0; x && k < o.l->n; k++)
      if (keep[k]) set_item(x, n++, o.l, k);
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_list_reverse(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *l = list_at(c, 0, i);
    nested *x = nested_new(l->n, true, c->a, c->err);
    for (uint32_t k = 0; x && k < l->n; k++) set_item(x, k, l, l->n - 1 - k);
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_list_resize(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!col_valid(&c->args[0], i)) {
      col_put_null(out, i);
      continue;
    }
    const nested *l = list_at(c, 0, i);
    int64_t n = col_valid(&c->args[1], i) ? whole_at(c, 1, i) : 0;
    SONDE_CHECK(n >= 0 && n < LIST_MAX, c->err, SONDE_VALUE, c->e->at, "a list cannot have %lld items",
                (long long)n);
    bool fill = c->n_args > 2 && col_valid(&c->args[2], i);
    nested *x = nested_new((uint32_t)n, true, c->a, c->err);
    for (uint32_t k = 0; x && k < x->n; k++) {
      if (k < l->n)
        set_item(x, k, l, k);
      else if (fill)
        nested_cells(x)[k] = col_cell(&c->args[2], i);
      else
        nested_validity(x)[k] = 0;
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

/* list_select: the items at positions; list_where: those where a mask is true. */
sonde_code kernel_list_select(const kernel_call *c, col *out) {
  bool where = c->e->function == FN_LIST_WHERE;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *l = list_at(c, 0, i), *by = list_at(c, 1, i);
    nested *x = nested_new(by->n, true, c->a, c->err);
    if (!x) return c->err->code;
    x->n = 0;
    for (uint32_t k = 0; k < by->n; k++) {
      if (where && !(nested_valid(by, k) && by->cells[k].b)) continue;
      int64_t at = where ? k : nested_valid(by, k) ? by->cells[k].i - 1 : -1;
      nested_validity(x)[x->n] = at >= 0 && at < l->n && nested_valid(l, (uint32_t)at);
      if (x->valid[x->n]) nested_cells(x)[x->n] = l->cells[at];
      x->n++;
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

static sonde_code zip_row(const kernel_call *c, uint32_t i, uint32_t n_lists, uint32_t n, nested **out) {
  nested *x = *out = nested_new(n, false, c->a, c->err);
  if (!x) return c->err->code;
  for (uint32_t k = 0; k < n; k++) {
    nested *s = nested_new(n_lists, true, c->a, c->err);
    if (!s) return c->err->code;
    for (uint32_t a = 0; a < n_lists; a++) {
      const nested *l = col_valid(&c->args[a], i) ? list_at(c, a, i) : NULL;
      if (l && k < l->n)
        set_item(s, a, l, k);
      else
        nested_validity(s)[a] = 0;
    }
    nested_cells(x)[k].n = s;
  }
  return SONDE_OK;
}

sonde_code kernel_list_zip(const kernel_call *c, col *out) {
  uint32_t n_lists = c->n_args;
  bool cut_given = n_lists && c->args[n_lists - 1].type->id == SQL_BOOL;
  n_lists -= cut_given;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    bool cut = cut_given && col_valid(&c->args[n_lists], i) && COL_AT(&c->args[n_lists], uint8_t, i);
    uint32_t n = cut ? UINT32_MAX : 0;
    for (uint32_t a = 0; a < n_lists; a++) {
      uint32_t have = col_valid(&c->args[a], i) ? list_at(c, a, i)->n : 0;
      if (cut ? have < n : have > n) n = have;
    }
    nested *x;
    SONDE_TRY(zip_row(c, i, n_lists, n == UINT32_MAX ? 0 : n, &x));
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

sonde_code kernel_flatten(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *lists = list_at(c, 0, i);
    uint32_t n = 0;
    for (uint32_t k = 0; k < lists->n; k++)
      if (nested_valid(lists, k)) n += lists->cells[k].n->n;
    nested *x = nested_new(n, true, c->a, c->err);
    n = 0;
    for (uint32_t k = 0; x && k < lists->n; k++)
      for (uint32_t m = 0; nested_valid(lists, k) && m < lists->cells[k].n->n; m++)
        set_item(x, n++, lists->cells[k].n, m);
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

/* ---- ranges ---- */

static bool next_time(int64_t *at, interval by) {
  int64_t day = *at / 86400000000 - (*at % 86400000000 < 0), rest = *at - day * 86400000000, days;
  if (!date_add_months(day, by.months, &days)) return false;
  return !__builtin_add_overflow(days * 86400000000 + rest, by.days * (int64_t)86400000000 + by.micros, at);
}

static bool before(int64_t at, int64_t stop, bool down, bool inclusive) {
  if (inclusive && at == stop) return true;
  return down ? at > stop : at < stop;
}

static sonde_code range_row(const kernel_call *c, uint32_t i, bool times, nested **out) {
  bool inclusive = c->e->function == FN_SERIES || c->e->function == FN_SERIES_TIME;
  int64_t at = c->n_args > 1 ? whole_at(c, 0, i) : 0, stop = whole_at(c, c->n_args > 1 ? 1 : 0, i),
          number = c->n_args > 2 && !times ? whole_at(c, 2, i) : 1;
  interval by = times ? interval_of(COL_AT(&c->args[2], i128, i)) : (interval){0, 0, 0};
  bool down = times ? by.months < 0 || by.days < 0 || by.micros < 0 : number < 0, goes_on = true;
  SONDE_CHECK(times ? by.months || by.days || by.micros : number != 0, c->err, SONDE_VALUE, c->e->at,
              "the step of a range cannot be 0");
  nested *x = *out = nested_new(16, false, c->a, c->err);
  if (!x) return c->err->code;
  uint32_t n = 0, cap = 16;
  while (goes_on && before(at, stop, down, inclusive)) {
    if (n == cap) {
      SONDE_CHECK(cap < LIST_MAX, c->err, SONDE_LIMIT, c->e->at, "the range has too many items");
      nested *larger = nested_new(cap *= 2, false, c->a, c->err);
      if (!larger) return c->err->code;
      memcpy(nested_cells(larger), x->cells, n * sizeof(cell));
      x = *out = larger;
    }
    nested_cells(x)[n++].i = at;
    goes_on = times ? next_time(&at, by) : !__builtin_add_overflow(at, number, &at);
  }
  x->n = n;
  return SONDE_OK;
}

sonde_code kernel_range(const kernel_call *c, col *out) {
  bool times = c->e->function == FN_RANGE_TIME || c->e->function == FN_SERIES_TIME;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    nested *x;
    if (!row_valid(out, i)) continue;
    SONDE_TRY(range_row(c, i, times, &x));
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}

/* ---- texts, vectors ---- */

static sonde_code join_row(const kernel_call *c, uint32_t i, buf *b) {
  const nested *l = list_at(c, 0, i);
  sonde_str separator = text_at(c, 1, i);
  bool any = false;
  for (uint32_t k = 0; k < l->n; k++) {
    if (!nested_valid(l, k)) continue;
    if (any) buf_put(b, separator.ptr, separator.len);
    value_print(b, item_type(c, 0), l->cells[k]);
    any = true;
  }
  return SONDE_OK;
}

static bool holds_nulls_only(const nested *l) {
  uint32_t nulls = 0;
  while (nulls < l->n && !nested_valid(l, nulls)) nulls++;
  return l->n && nulls == l->n;
}

sonde_code kernel_array_to_string(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++)
    if (row_valid(out, i) && holds_nulls_only(list_at(c, 0, i))) col_put_null(out, i);
  return put_texts(c, join_row, out);
}

sonde_code kernel_vector_math(const kernel_call *c, col *out) {
  uint16_t fn = c->e->function;
  SONDE_TRY(kernel_out_nullable(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    const nested *a = list_at(c, 0, i), *b = list_at(c, 1, i);
    double dot = 0, aa = 0, bb = 0, far = 0;
    SONDE_CHECK(a->n == b->n, c->err, SONDE_VALUE, c->e->at,
                "the lists have %u and %u items; they need equally many", a->n, b->n);
    for (uint32_t k = 0; k < a->n; k++) {
      SONDE_CHECK(nested_valid(a, k) && nested_valid(b, k), c->err, SONDE_VALUE, c->e->at,
                  "the lists cannot hold NULL");
      double x = a->cells[k].f, y = b->cells[k].f;
      dot += x * y;
      aa += x * x;
      bb += y * y;
      far += (x - y) * (x - y);
    }
    double v = fn == FN_LIST_DOT ? dot : fn == FN_LIST_DISTANCE ? sqrt(far) : dot / sqrt(aa * bb);
    col_put(out, i, (cell){.f = v});
  }
  return SONDE_OK;
}

/* Upper bounds of bins between two numbers. */
sonde_code kernel_equi_width(const kernel_call *c, col *out) {
  const sql_type *t = item_type(c, 0)->n_children ? item_type(c, 0) : c->args[0].type;
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    int64_t n = whole_at(c, 2, i);
    SONDE_CHECK(n > 0 && n < 1000000, c->err, SONDE_VALUE, c->e->at,
                "the number of bins is from 1 to 999,999");
    nested *x = nested_new((uint32_t)n, false, c->a, c->err);
    if (!x) return c->err->code;
    for (int64_t k = 0; k < n; k++) {
      cell low = col_cell(&c->args[0], i), high = col_cell(&c->args[1], i);
      if (sql_lane(t) == LANE_F64)
        nested_cells(x)[k].f = low.f + (high.f - low.f) * (double)(k + 1) / (double)n;
      else if (sql_lane(t) == LANE_I64)
        nested_cells(x)[k].i = low.i + (int64_t)((i128)(high.i - low.i) * (k + 1) / n);
      else
        nested_cells(x)[k] = high;
    }
    SONDE_TRY(put_list(c, x, i, out));
  }
  return SONDE_OK;
}
