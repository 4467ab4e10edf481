/* See row_ask.h. */
#include "row_ask.h"
#include "json_check.h"
#include "params.h"
#include "peek.h"
#include "tag.h"
#include "target.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef enum { TAKES_VALUE, TAKES_VALUES, TAKES_TRUTH } operand;

static const struct {
  const char *name, *engine;
  operand operand;
} ops[] = {
    {"eq", "=", TAKES_VALUE},
    {"ne", "<>", TAKES_VALUE},
    {"lt", "<", TAKES_VALUE},
    {"lte", "<=", TAKES_VALUE},
    {"gt", ">", TAKES_VALUE},
    {"gte", ">=", TAKES_VALUE},
    {"in", "in", TAKES_VALUES},
    {"null", "", TAKES_TRUTH},
    {"contains", "contains", TAKES_VALUE},
    {"regex", "regex", TAKES_VALUE},
    {"starts", "starts with", TAKES_VALUE},
};
enum { OPS = sizeof ops / sizeof *ops };

__attribute__((format(printf, 3, 4))) static bool wrong(row_ask *a, const char *code, const char *format,
                                                        ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(a->wrong, sizeof a->wrong, format, args);
  va_end(args);
  a->code = code;
  return false;
}

/* ---- the query ---- */

static int op_named(sonde_str name) {
  int i = 0;
  while (i < OPS && !str_is(name, ops[i].name)) i++;
  return i;
}

/* "filter[COLUMN]OP"; a column's name may have brackets of its own. */
static bool take_filter(row_ask *a, sonde_str name, sonde_str value) {
  size_t at = name.len, begin = sizeof "filter[" - 1;
  while (at > begin && name.ptr[at - 1] != ']') at--;
  if (at <= begin) return wrong(a, "request", "A filter is written filter[COLUMN]OPERATOR=VALUE.");
  int op = op_named((sonde_str){name.ptr + at, name.len - at});
  if (op == OPS)
    return wrong(a, "operator",
                 "Operators are eq, ne, lt, lte, gt, gte, contains, starts, regex, in and null.");
  if (a->filter_count == ROW_FILTERS_MAX)
    return wrong(a, "request", "More than %d filters.", ROW_FILTERS_MAX);
  row_filter *f = &a->filters[a->filter_count++];
  f->op = op;
  text_add(&f->column, name.ptr + begin, at - 1 - begin);
  text_add(&f->value, value.ptr, value.len);
  if (ops[op].operand != TAKES_TRUTH || str_is(value, "true") || str_is(value, "false")) return true;
  return wrong(a, "request", "The operator null takes true or false.");
}

static bool replace(text *with, sonde_str value) {
  text_clear(with);
  text_add(with, value.ptr, value.len);
  return true;
}

static bool take_view(row_ask *a, sonde_str json) {
  size_t at;
  if (json.len && *json.ptr == '{' && json_check(json, &at)) return replace(&a->view, json);
  return wrong(a, "request", "view is a JSON object with filter, search and sort.");
}

static bool take_named(row_ask *a, sonde_str name, sonde_str value) {
  if (name.len > 7 && memcmp(name.ptr, "filter[", 7) == 0) return take_filter(a, name, value);
  if (str_is(name, "columns")) return a->all_columns = false, replace(&a->columns, value);
  if (str_is(name, "sort")) return replace(&a->sort, value);
  if (str_is(name, "view")) return take_view(a, value);
  if (str_is(name, "after")) return replace(&a->after, value);
  if (str_is(name, "format")) {
    a->form = form_named(value);
    bool text_form = a->form != FORM_NONE && !form_is_exported(a->form);
    return text_form || wrong(a, "format", "Rows come as json, ndjson or csv; /v1/sql has other formats.");
  }
  if (str_is(name, "first"))
    return param_number(value, 0, UINT64_MAX, &a->first) ||
           wrong(a, "request", "first is the number of a row.");
  if (str_is(name, "limit"))
    return param_number(value, 1, ROWS_MAX, &a->limit) ||
           wrong(a, "request", "limit is a number from 1 to %d.", ROWS_MAX);
  return wrong(a, "request", "There is no parameter %.*s.", (int)(name.len < 60 ? name.len : 60), name.ptr);
}

static bool take_param(row_ask *a, sonde_str name, sonde_str value) {
  text plain_name = {0}, plain_value = {0};
  text_add(&plain_name, "", 0);
  text_add(&plain_value, "", 0);
  bool taken = param_text(name, &plain_name) && param_text(value, &plain_value)
                   ? take_named(a, text_str(&plain_name), text_str(&plain_value))
                   : wrong(a, "request", "The query string is malformed, or no UTF-8.");
  text_free(&plain_name);
  text_free(&plain_value);
  return taken;
}

/* Filters add up. Their brackets may be escaped, as browsers do. */
static bool may_repeat(sonde_str name) { return name.len > 7 && memcmp(name.ptr, "filter", 6) == 0; }

bool row_ask_query(row_ask *a, sonde_str query, sonde_str accept) {
  sonde_str name, value;
  *a = (row_ask){.limit = ROWS_BY_DEFAULT, .form = FORM_NONE, .all_columns = true};
  while (param_next(&query, &name, &value)) {
    if (param_is_of_signature(name)) continue;
    if (!may_repeat(name) && param_comes_again(query, name))
      return wrong(a, "request", "A parameter stands twice.");
    if (!take_param(a, name, value)) return false;
  }
  if (a->view.len && (a->filter_count || a->sort.len))
    return wrong(a, "request", "Either view, or filters and sort.");
  if (a->first && a->after.len) return wrong(a, "request", "Either first or after.");
  if (a->form == FORM_NONE) a->form = form_accepted(accept);
  if (a->form != FORM_NONE && !form_is_exported(a->form)) return true;
  return wrong(a, "not_acceptable", "Rows come as JSON, NDJSON or CSV; /v1/sql has other formats.");
}

void row_ask_free(row_ask *a) {
  text_free(&a->columns);
  text_free(&a->sort);
  text_free(&a->view);
  text_free(&a->after);
  for (unsigned i = 0; i < a->filter_count; i++)
    text_free(&a->filters[i].column), text_free(&a->filters[i].value);
}

void row_ask_put_order(const row_ask *a, text *parts) {
  tag_add(parts, text_str(&a->sort));
  tag_add(parts, text_str(&a->view));
  for (unsigned i = 0; i < a->filter_count; i++) {
    tag_add(parts, str_from(ops[a->filters[i].op].name));
    tag_add(parts, text_str(&a->filters[i].column));
    tag_add(parts, text_str(&a->filters[i].value));
  }
}

/* ---- against a table ---- */

/* Answers whether there is such a column. */
static bool find_column(sonde_str columns, sonde_str wanted, unsigned *number) {
  text name = {0};
  sonde_str column;
  bool found = false;
  *number = 0;
  for (size_t at = 0; !found && peek_next(columns, &at, &column);) {
    text_clear(&name);
    peek_add_text(&name, peek_member(column, "name"));
    found = name.len == wanted.len && memcmp(name.len ? name.ptr : "", wanted.ptr, wanted.len) == 0;
    if (!found) ++*number;
  }
  text_free(&name);
  return found;
}

static bool resolve(row_ask *a, sonde_str columns, sonde_str name, unsigned *number) {
  if (find_column(columns, name, number)) return true;
  return wrong(a, "name", "There is no column %.*s.", (int)(name.len < 120 ? name.len : 120), name.ptr);
}

/* The next item of a list with commas, blanks included; false at its end. */
static bool next_item(sonde_str *list, sonde_str *item) {
  if (!list->ptr) return false;
  const char *comma = list->len ? memchr(list->ptr, ',', list->len) : NULL;
  *item = (sonde_str){list->ptr, comma ? (size_t)(comma - list->ptr) : list->len};
  *list = comma ? (sonde_str){comma + 1, list->len - item->len - 1} : (sonde_str){0};
  return true;
}

static void put_values(text *out, sonde_str list) {
  sonde_str item;
  text_print(out, ",\"values\":");
  for (char before = '['; next_item(&list, &item); before = ',') {
    text_add(out, &before, 1);
    text_add_json(out, item);
  }
  text_add(out, "]", 1);
}

static void put_condition(const row_filter *f, unsigned column, text *out) {
  operand takes = ops[f->op].operand;
  const char *op = takes != TAKES_TRUTH   ? ops[f->op].engine
                   : *f->value.ptr == 't' ? "is null"
                                          : "is not null";
  text_print(out, "{\"column\":%u,\"op\":\"%s\"", column, op);
  if (takes == TAKES_VALUES) put_values(out, text_str(&f->value));
  if (takes == TAKES_VALUE) {
    text_print(out, ",\"value\":");
    text_add_json(out, text_str(&f->value));
  }
  text_add(out, "}", 1);
}

static bool put_filters(row_ask *a, sonde_str columns, text *view) {
  unsigned column;
  text_print(view, "\"filter\":{\"and\":[");
  for (unsigned i = 0; i < a->filter_count; i++) {
    if (!resolve(a, columns, text_str(&a->filters[i].column), &column)) return false;
    if (i) text_add(view, ",", 1);
    put_condition(&a->filters[i], column, view);
  }
  text_print(view, "]}");
  return true;
}

/* A minus before a name that has none itself: descending. */
static bool put_key(row_ask *a, sonde_str columns, sonde_str item, text *view) {
  unsigned column;
  bool down = item.len && *item.ptr == '-' && !find_column(columns, item, &column);
  if (down) item.ptr++, item.len--;
  if (!resolve(a, columns, item, &column)) return false;
  text_print(view, "{\"column\":%u,\"descending\":%s}", column, down ? "true" : "false");
  return true;
}

static bool put_sort(row_ask *a, sonde_str columns, text *view) {
  sonde_str list = text_str(&a->sort), item;
  text_print(view, "\"sort\":[");
  for (bool first = true; next_item(&list, &item); first = false) {
    if (!first) text_add(view, ",", 1);
    if (!put_key(a, columns, item, view)) return false;
  }
  text_add(view, "]", 1);
  return true;
}

static bool put_columns(row_ask *a, sonde_str table_columns, text *out) {
  sonde_str list = text_str(&a->columns), item;
  unsigned column;
  text_add(out, "[", 1);
  for (bool first = true; next_item(&list, &item); first = false) {
    if (!resolve(a, table_columns, item, &column)) return false;
    text_print(out, "%s%u", first ? "" : ",", column);
  }
  text_add(out, "]", 1);
  return true;
}

static bool put_column(row_ask *a, sonde_str table_columns, text *out) {
  unsigned column;
  if (!resolve(a, table_columns, text_str(&a->columns), &column)) return false;
  text_print(out, "[%u]", column);
  return true;
}

static void put_all_columns(sonde_str table_columns, text *out) {
  size_t n = peek_count(table_columns);
  text_add(out, "[", 1);
  for (size_t i = 0; i < n; i++) text_print(out, "%s%zu", i ? "," : "", i);
  text_add(out, "]", 1);
}

/* Only what a view has: the job has members of its own. */
static void put_view(sonde_str given, text *view) {
  static const char *const members[] = {"filter", "search", "sort"};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    sonde_str value = peek_member(given, members[i]);
    if (!value.len) continue;
    text_print(view, "%s\"%s\":%.*s", view->len ? "," : "", members[i], (int)value.len, value.ptr);
  }
}

bool row_ask_resolve(row_ask *a, sonde_str table_columns, text *view, text *columns) {
  if (a->view.len) put_view(text_str(&a->view), view);
  if (a->filter_count && !put_filters(a, table_columns, view)) return false;
  if (a->filter_count && a->sort.len) text_add(view, ",", 1);
  if (a->sort.len && !put_sort(a, table_columns, view)) return false;
  if (a->one_column) return put_column(a, table_columns, columns);
  if (!a->all_columns) return put_columns(a, table_columns, columns);
  put_all_columns(table_columns, columns);
  return true;
}
