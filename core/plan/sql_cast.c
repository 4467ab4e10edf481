/* Which types meet in which: implicit casts and their cost, and the type that two become. DuckDB's order: narrower integers
 * into wider ones, integers into decimals, those into floating-point numbers; a literal takes what it stands beside. */
#include <string.h>

#include "plan/sql_type.h"

/* ---- cost ---- */

/* Wider is dearer, so that the nearest type wins. */
static int number_rank(const sql_type *t) {
  static const uint8_t ranks[] = {
      [SQL_TINYINT] = 1,  [SQL_UTINYINT] = 2, [SQL_SMALLINT] = 3, [SQL_USMALLINT] = 4, [SQL_INTEGER] = 5,
      [SQL_UINTEGER] = 6, [SQL_BIGINT] = 7,   [SQL_UBIGINT] = 8,  [SQL_HUGEINT] = 9,   [SQL_UHUGEINT] = 10,
      [SQL_DECIMAL] = 11, [SQL_FLOAT] = 12,   [SQL_DOUBLE] = 13};
  return sql_is_numeric(t) ? ranks[t->id] : 0;
}

static bool integer_fits(const sql_type *from, const sql_type *to) {
  unsigned a = sql_integer_digits(from), b = sql_integer_digits(to);
  if (sql_is_signed(from) == sql_is_signed(to)) return a <= b;
  return sql_is_signed(to) && a < b;
}

static bool literal_fits(const sql_type *from, const sql_type *to) {
  sql_type narrowest = sql_simple((sql_type_id)from->literal);
  return from->literal && integer_fits(&narrowest, to);
}

static int number_cost(const sql_type *from, const sql_type *to) {
  if (sql_is_integer(to) && sql_is_integer(from) && integer_fits(from, to))
    return number_rank(to) - number_rank(from);
  if (sql_is_integer(to) && literal_fits(from, to)) return 2;
  if (sql_is_integer(to)) return -1;
  if (to->id == SQL_DECIMAL) {
    if (sql_is_integer(from)) return 20 + number_rank(to) - number_rank(from);
    return from->id != SQL_DECIMAL                                                                  ? -1
           : from->precision - from->scale <= to->precision - to->scale && from->scale <= to->scale ? 1
                                                                                                    : -1;
  }
  if (to->id == SQL_FLOAT && from->id == SQL_DOUBLE) return -1;
  return to->id == SQL_DOUBLE ? 30 + (from->id == SQL_FLOAT ? 0 : 5) : 40;
}

static int nested_cost(const sql_type *from, const sql_type *to) {
  int cost = 1;
  if (from->n_children != to->n_children) return -1;
  for (uint32_t i = 0; i < from->n_children; i++) {
    int c = sql_cast_cost(&from->children[i], &to->children[i]);
    if (c < 0) return -1;
    cost += c;
  }
  return cost;
}

static int temporal_cost(const sql_type *from, const sql_type *to) {
  if (from->id == to->id) return 1; /* units differ */
  if (from->id == SQL_DATE && to->id == SQL_TIMESTAMP) return to->unit == 6 ? 2 : 4;
  if (from->id == SQL_DATE && to->id == SQL_TIMESTAMPTZ) return 5;
  if (from->id == SQL_TIMESTAMP && to->id == SQL_TIMESTAMPTZ) return 4;
  return -1;
}

int sql_cast_cost(const sql_type *from, const sql_type *to) {
  if (sql_type_equal(from, to)) return 0;
  if (from->id == SQL_NULL) return 1;
  if (from->id == SQL_TEXT && from->literal) return to->id == SQL_TEXT ? 0 : sql_is_nested(to) ? 60 : 50;
  if (to->id == SQL_TEXT) return 149;
  if (sql_is_numeric(from) && sql_is_numeric(to)) return number_cost(from, to);
  if (sql_is_temporal(from) && sql_is_temporal(to)) return temporal_cost(from, to);
  if (from->id == SQL_TIME && to->id == SQL_TIME) return 1;
  if (sql_is_nested(from) && from->id == to->id) return nested_cost(from, to);
  return -1;
}

/* ---- what two become ---- */

static sql_type unify_integers(const sql_type *a, const sql_type *b) {
  static const uint8_t signed_ids[] = {SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT, SQL_HUGEINT};
  if (a->literal && !b->literal && literal_fits(a, b)) return *b;
  if (b->literal && !a->literal && literal_fits(b, a)) return *a;
  if (integer_fits(a, b)) return *b;
  if (integer_fits(b, a)) return *a;
  for (size_t i = 0; i < sizeof signed_ids; i++) {
    sql_type t = sql_simple(signed_ids[i]);
    if (integer_fits(a, &t) && integer_fits(b, &t)) return t;
  }
  return sql_simple(SQL_DOUBLE);
}

static sql_type decimal_for(const sql_type *t) {
  return t->id == SQL_DECIMAL ? *t : sql_decimal(sql_integer_digits(t), 0);
}

static sql_type unify_decimals(const sql_type *a, const sql_type *b) {
  sql_type x = decimal_for(a), y = decimal_for(b);
  unsigned scale = x.scale > y.scale ? x.scale : y.scale;
  unsigned whole_x = (unsigned)(x.precision - x.scale), whole_y = (unsigned)(y.precision - y.scale);
  unsigned precision = scale + (whole_x > whole_y ? whole_x : whole_y);
  return sql_decimal(precision > 38 ? 38 : precision, scale);
}

static sql_type unify_numbers(const sql_type *a, const sql_type *b) {
  if (sql_is_integer(a) && sql_is_integer(b)) return unify_integers(a, b);
  if (a->id == SQL_DOUBLE || b->id == SQL_DOUBLE) return sql_simple(SQL_DOUBLE);
  if (a->id == SQL_FLOAT || b->id == SQL_FLOAT) return sql_simple(SQL_FLOAT);
  return unify_decimals(a, b);
}

static bool same_name(sonde_str a, sonde_str b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

/* Fields meet by position when either has no names, else by name in the order of the first; missing ones are an error. */
static bool unify_children(const sql_type *a, const sql_type *b, arena *keep, sql_type *out,
                           sonde_error *err) {
  if (a->n_children != b->n_children) return false;
  sql_type *children = arena_array(keep, a->n_children, sizeof *children, err);
  if (!children) return false;
  for (uint32_t i = 0; i < a->n_children; i++) {
    if (a->names && b->names && a->names[i].len && !same_name(a->names[i], b->names[i])) return false;
    if (!sql_type_unify(&a->children[i], &b->children[i], keep, &children[i], err)) return false;
    children[i].literal = 0;
  }
  *out = *a;
  if (!out->names) out->names = b->names;
  out->children = children;
  return true;
}

static bool unify_temporal(const sql_type *a, const sql_type *b, sql_type *out) {
  if (a->id == b->id) {
    *out = a->unit > b->unit ? *a : *b;
    return true;
  }
  if (sql_cast_cost(a, b) > 0)
    *out = *b;
  else if (sql_cast_cost(b, a) > 0)
    *out = *a;
  else
    return false;
  return true;
}

bool sql_type_unify(const sql_type *a, const sql_type *b, arena *keep, sql_type *out, sonde_error *err) {
  if (sql_type_equal(a, b)) {
    *out = *a;
    out->literal = !a->literal || !b->literal ? 0 : a->literal > b->literal ? a->literal : b->literal;
    return true;
  }
  if (a->id == SQL_NULL || b->id == SQL_NULL) {
    *out = a->id == SQL_NULL ? *b : *a;
    return true;
  }
  bool enums = (a->id == SQL_ENUM && (b->id == SQL_ENUM || b->id == SQL_TEXT)) ||
               (b->id == SQL_ENUM && a->id == SQL_TEXT);
  if (enums) return *out = sql_simple(SQL_TEXT), true;
  if (a->id == SQL_TEXT && a->literal) return *out = *b, true;
  if (b->id == SQL_TEXT && b->literal) return *out = *a, true;
  if (a->id == SQL_TEXT || b->id == SQL_TEXT) return *out = sql_simple(SQL_TEXT), true;
  if (sql_is_numeric(a) && sql_is_numeric(b)) return *out = unify_numbers(a, b), true;
  if (sql_is_temporal(a) && sql_is_temporal(b)) return unify_temporal(a, b, out);
  if (a->id == SQL_TIME && b->id == SQL_TIME) return *out = a->unit > b->unit ? *a : *b, true;
  if (a->id == SQL_BOOL && sql_is_numeric(b)) return *out = *b, true;
  if (b->id == SQL_BOOL && sql_is_numeric(a)) return *out = *a, true;
  return sql_is_nested(a) && a->id == b->id && unify_children(a, b, keep, out, err);
}
