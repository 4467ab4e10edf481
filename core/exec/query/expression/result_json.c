/* See result_json.h. */
#include "exec/query/expression/result_json.h"

#include <math.h>

#include "base/json.h"
#include "base/number.h"
#include "exec/query/expression/eval.h"

static void put(buf *b, const char *s) { buf_put(b, s, strlen(s)); }

void result_columns(buf *b, const plan *p) {
  put(b, "\"columns\":[");
  for (uint32_t i = 0; i < p->n_columns; i++) {
    put(b, i ? ",{\"name\":" : "{\"name\":");
    json_put_str(b, p->columns[i].name);
    put(b, ",\"type\":");
    buf type;
    buf_init(&type, b->mem, 1 << 20);
    sql_type_print(&p->columns[i].type, &type);
    json_put_str(b, (sonde_str){type.len ? (const char *)type.data : "", type.len});
    buf_free(&type);
    put(b, "}");
  }
  put(b, "]");
}

static void put_number(buf *b, const sql_type *t, cell v) {
  if (sql_lane(t) == LANE_F64 && !isfinite(v.f)) {
    put(b, isnan(v.f) ? "\"NaN\"" : v.f < 0 ? "\"-Infinity\"" : "\"Infinity\"");
    return;
  }
  value_print(b, t, v);
}

static void put_text(buf *b, const sql_type *t, cell v, const time_zone *z) {
  buf text;
  buf_init(&text, b->mem, (size_t)1 << 30);
  if (z && t->id == SQL_TIMESTAMPTZ)
    value_print_zoned(&text, t, v.i, z);
  else
    value_print(&text, t, v);
  json_put_str(b, (sonde_str){text.len ? (const char *)text.data : "", text.len});
  buf_free(&text);
}

static void put_child(buf *b, const sql_type *t, const nested *x, uint32_t i, const time_zone *z) {
  if (nested_valid(x, i))
    result_value(b, t, x->cells[i], z);
  else
    put(b, "null");
}

static void put_struct(buf *b, const sql_type *t, const nested *x, const time_zone *z) {
  put(b, "{");
  for (uint32_t i = 0; i < x->n; i++) {
    if (i) put(b, ",");
    if (t->names && t->names[i].len)
      json_put_str(b, t->names[i]);
    else
      buf_printf(b, "\"%u\"", i + 1);
    put(b, ":");
    put_child(b, &t->children[i], x, i, z);
  }
  put(b, "}");
}

static void put_map(buf *b, const sql_type *t, const nested *x, const time_zone *z) {
  put(b, "[");
  for (uint32_t i = 0; i + 1 < x->n; i += 2) {
    put(b, i ? ",{\"key\":" : "{\"key\":");
    put_child(b, &t->children[0], x, i, z);
    put(b, ",\"value\":");
    put_child(b, &t->children[1], x, i + 1, z);
    put(b, "}");
  }
  put(b, "]");
}

static void put_list(buf *b, const sql_type *t, const nested *x, const time_zone *z) {
  put(b, "[");
  for (uint32_t i = 0; i < x->n; i++) {
    if (i) put(b, ",");
    put_child(b, &t->children[0], x, i, z);
  }
  put(b, "]");
}

void result_value(buf *b, const sql_type *t, cell v, const time_zone *z) {
  switch (t->id) {
  case SQL_BOOL: json_put_bool(b, v.b); return;
  case SQL_TEXT: json_put_str(b, v.s); return;
  case SQL_LIST: put_list(b, t, v.n, z); return;
  case SQL_STRUCT: put_struct(b, t, v.n, z); return;
  case SQL_MAP: put_map(b, t, v.n, z); return;
  default:
    if (sql_is_numeric(t))
      put_number(b, t, v);
    else
      put_text(b, t, v, z);
  }
}

void result_rows(buf *b, const batch *rows, bool first, const time_zone *z) {
  for (uint32_t r = 0; r < rows->n; r++) {
    put(b, first && r == 0 ? "[" : ",\n[");
    for (uint32_t i = 0; i < rows->n_cols; i++) {
      if (i) put(b, ",");
      if (col_valid(&rows->cols[i], r))
        result_value(b, rows->cols[i].type, col_cell(&rows->cols[i], r), z);
      else
        put(b, "null");
    }
    put(b, "]");
  }
}
