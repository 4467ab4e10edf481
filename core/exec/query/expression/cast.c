/* Casts over columns, and of single values between types other than text. */
#include "exec/query/expression/cast.h"

#include <math.h>

#include "base/number.h"

#define DAY_MICROS 86400000000

/* ---- numbers ---- */

static i128 whole_of(const sql_type *t, cell v) { return sql_lane(t) == LANE_I64 ? (i128)v.i : v.w; }

static bool put_whole(const sql_type *to, i128 w, cell *out) {
  limits l = limits_of(to);
  if (w < l.min || w > l.max) return false;
  *out = sql_lane(to) == LANE_I64 ? (cell){.i = (int64_t)w} : (cell){.w = w};
  return true;
}

/* Halves away from zero. */
static i128 divide_rounded(i128 w, i128 by) {
  i128 half = by / 2;
  return (w < 0 ? w - half : w + half) / by;
}

static bool rescale(const sql_type *to, i128 w, unsigned from_scale, unsigned to_scale, cell *out) {
  if (from_scale > to_scale)
    return put_whole(to, divide_rounded(w, power_of_ten(from_scale - to_scale)), out);
  i128 by = power_of_ten(to_scale - from_scale);
  limits l = limits_of(to);
  if (w > l.max / by || w < l.min / by) return false;
  return put_whole(to, w * by, out);
}

static double to_double(i128 w, unsigned scale) { return int128_to_double(int128_of(w), scale); }

static bool floating_to_whole(const sql_type *to, double x, cell *out) {
  unsigned scale = to->id == SQL_DECIMAL ? to->scale : 0;
  if (!(fabs(x) < 1.8e38)) return false;
  double scaled = to->id == SQL_DECIMAL ? round(x * pow(10, scale)) : nearbyint(x);
  if (!(fabs(scaled) < 1.7e38)) return false;
  return put_whole(to, (i128)scaled, out);
}

static bool number_to_number(const sql_type *from, const sql_type *to, cell v, cell *out) {
  unsigned from_scale = from->id == SQL_DECIMAL ? from->scale : 0,
           to_scale = to->id == SQL_DECIMAL ? to->scale : 0;
  bool from_floating = sql_lane(from) == LANE_F64, to_floating = sql_lane(to) == LANE_F64;
  if (from_floating && to_floating) {
    out->f = to->id == SQL_FLOAT ? (double)(float)v.f : v.f;
    return !isinf(out->f) || isinf(v.f);
  }
  if (from_floating) return floating_to_whole(to, v.f, out);
  i128 w = whole_of(from, v);
  if (!to_floating) return rescale(to, w, from_scale, to_scale, out);
  out->f = to_double(w, from_scale);
  if (to->id == SQL_FLOAT) out->f = (double)(float)out->f;
  return true;
}

static bool bool_to_number(const sql_type *to, bool b, cell *out) {
  sql_type one = sql_simple(SQL_TINYINT);
  return number_to_number(&one, to, (cell){.i = b}, out);
}

static bool number_to_bool(const sql_type *from, cell v, cell *out) {
  *out = (cell){.b = sql_lane(from) == LANE_F64 ? v.f != 0 : whole_of(from, v) != 0};
  return true;
}

/* ---- dates and times ---- */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

static bool is_infinite(const sql_type *t, int64_t v) {
  int64_t most = t->id == SQL_DATE ? INT32_MAX : INT64_MAX;
  return v == most || v == -most;
}

static int64_t digits_kept(int64_t micros, unsigned unit) {
  int64_t grain = unit == 0 ? 1000000 : unit == 3 ? 1000 : 1;
  return floor_div(micros, grain) * grain;
}

static bool change_unit(const sql_type *from, const sql_type *to, int64_t v, int64_t *out) {
  *out = v;
  if (is_infinite(from, v)) return true;
  if (from->unit != 9 && to->unit == 9) return !__builtin_mul_overflow(v, (int64_t)1000, out);
  if (from->unit == 9 && to->unit != 9) *out = floor_div(v, 1000);
  if (to->unit < 6) *out = digits_kept(*out, to->unit);
  return true;
}

static bool date_to_timestamp(const sql_type *to, int64_t days, int64_t *out) {
  int64_t day = to->unit == 9 ? DAY_MICROS * 1000 : DAY_MICROS;
  if (days == INT32_MAX || days == -INT32_MAX) return *out = days > 0 ? INT64_MAX : -INT64_MAX, true;
  return !__builtin_mul_overflow(days, day, out);
}

static bool timestamp_to(const sql_type *from, const sql_type *to, int64_t v, int64_t *out) {
  int64_t day = from->unit == 9 ? DAY_MICROS * 1000 : DAY_MICROS;
  if (to->id == SQL_TIMESTAMP || to->id == SQL_TIMESTAMPTZ) return change_unit(from, to, v, out);
  if (to->id == SQL_DATE && is_infinite(from, v)) return *out = v > 0 ? INT32_MAX : -INT32_MAX, true;
  if (is_infinite(from, v)) return false;
  *out = to->id == SQL_DATE ? floor_div(v, day) : v - floor_div(v, day) * day;
  sql_type time = {.id = SQL_TIME, .unit = from->unit};
  return to->id == SQL_DATE || change_unit(&time, to, *out, out);
}

static bool temporal_value(const sql_type *from, const sql_type *to, cell v, cell *out) {
  if (from->id == SQL_DATE && to->id == SQL_DATE) return *out = v, true;
  if (from->id == SQL_DATE) return to->id != SQL_TIME && date_to_timestamp(to, v.i, &out->i);
  if (from->id == SQL_TIME) return to->id == SQL_TIME && change_unit(from, to, v.i, &out->i);
  return timestamp_to(from, to, v.i, &out->i);
}

static bool is_time(const sql_type *t) { return sql_is_temporal(t) || t->id == SQL_TIME; }

/* ---- nested values ---- */

static bool child_value(const sql_type *from, const sql_type *to, cell v, arena *a, cell *out,
                        sonde_error *err);

static const sql_type *child_type(const sql_type *t, uint32_t i) {
  return t->id == SQL_STRUCT ? &t->children[i] : t->id == SQL_MAP ? &t->children[i & 1] : &t->children[0];
}

static bool nested_value(const sql_type *from, const sql_type *to, const nested *x, arena *a, cell *out,
                         sonde_error *err) {
  nested *y = nested_new(x->n, x->valid != NULL, a, err);
  if (!y) return false;
  for (uint32_t i = 0; i < x->n; i++) {
    if (!nested_valid(x, i))
      nested_validity(y)[i] = 0;
    else if (!child_value(child_type(from, i), child_type(to, i), x->cells[i], a, &nested_cells(y)[i], err))
      return false;
  }
  out->n = y;
  return true;
}

static bool text_of(const sql_type *from, cell v, arena *a, cell *out, sonde_error *err) {
  buf b;
  buf_init(&b, a->mem, (size_t)1 << 30);
  value_print(&b, from, v);
  bool done = buf_status(&b, err) == SONDE_OK && (out->s.ptr = arena_copy(a, b.data, b.len, err)) != NULL;
  out->s.len = b.len;
  buf_free(&b);
  return done;
}

static bool child_value(const sql_type *from, const sql_type *to, cell v, arena *a, cell *out,
                        sonde_error *err) {
  if (sql_type_equal(from, to)) return *out = v, true;
  if (to->id == SQL_TEXT) return text_of(from, v, a, out, err);
  if (from->id == SQL_TEXT) return text_value(to, v.s, a, out, err);
  return plain_value(from, to, v, a, out, err);
}

/* ---- UUIDs as their bytes, big end first ---- */

static bool uuid_bytes(cell v, arena *a, cell *out, sonde_error *err) {
  u128 w = (u128)v.w ^ (u128)1 << 127;
  char *p = arena_alloc(a, 16, err);
  for (unsigned i = 0; p && i < 16; i++) p[i] = (char)(w >> (120 - 8 * i));
  out->s = (sonde_str){p, 16};
  return p != NULL;
}

static bool bytes_uuid(sonde_str s, cell *out) {
  u128 w = 0;
  for (unsigned i = 0; i < 16 && i < s.len; i++) w = w << 8 | (unsigned char)s.ptr[i];
  out->w = (i128)(w ^ (u128)1 << 127);
  return s.len == 16;
}

/* ---- any two types ---- */

bool plain_value(const sql_type *from, const sql_type *to, cell v, arena *a, cell *out, sonde_error *err) {
  *out = v;
  if (sql_is_numeric(from) && sql_is_numeric(to)) return number_to_number(from, to, v, out);
  if (from->id == SQL_BOOL && sql_is_numeric(to)) return bool_to_number(to, v.b, out);
  if (sql_is_numeric(from) && to->id == SQL_BOOL) return number_to_bool(from, v, out);
  if (is_time(from) && is_time(to)) return temporal_value(from, to, v, out);
  if (from->id == SQL_TIME && to->id == SQL_INTERVAL) {
    out->w = interval_pack((interval){0, 0, from->unit == 9 ? v.i / 1000 : v.i});
    return true;
  }
  if (sql_is_nested(from) && from->id == to->id &&
      (from->id != SQL_STRUCT || from->n_children == to->n_children))
    return nested_value(from, to, v.n, a, out, err);
  if (from->id == SQL_ENUM && to->id == SQL_ENUM) return text_value(to, from->names[v.i], a, out, err);
  if (from->id == SQL_UUID && to->id == SQL_BLOB) return uuid_bytes(v, a, out, err);
  if (from->id == SQL_BLOB && to->id == SQL_UUID) return bytes_uuid(v.s, out);
  if (from->id == SQL_UUID && to->id == SQL_UHUGEINT) return out->w ^= (i128)((u128)1 << 127), out->w >= 0;
  return false;
}

static bool castable(const sql_type *from, const sql_type *to) {
  if (from->id == to->id || from->id == SQL_NULL || from->id == SQL_TEXT || to->id == SQL_TEXT) return true;
  bool numbers = (sql_is_numeric(from) || from->id == SQL_BOOL) && (sql_is_numeric(to) || to->id == SQL_BOOL);
  if (from->id == SQL_TIME && to->id == SQL_INTERVAL) return true;
  if ((from->id == SQL_UUID && to->id == SQL_BLOB) || (from->id == SQL_BLOB && to->id == SQL_UUID))
    return true;
  return numbers || (is_time(from) && is_time(to) && (from->id != SQL_TIME || to->id == SQL_TIME) &&
                     (from->id != SQL_DATE || to->id != SQL_TIME));
}

static sonde_code cannot(const run *r, const sql_type *from, const sql_type *to, uint32_t at) {
  buf b;
  buf_init(&b, r->mem, 4096);
  sql_type_print(from, &b);
  buf_put(&b, " cannot be cast to ", 19);
  sql_type_print(to, &b);
  status_set(r->err, SONDE_TYPE, at, "%.*s", (int)b.len, b.len ? (const char *)b.data : "");
  buf_free(&b);
  return SONDE_TYPE;
}

sonde_code cast_kernel_error(run *r, const col *from, uint32_t row, const sql_type *to, uint32_t at) {
  buf b;
  if (r->err->code == SONDE_LIMIT || r->err->code == SONDE_NOMEM) return r->err->code;
  buf_init(&b, r->mem, 1 << 20);
  bool text = from->type->id == SQL_TEXT;
  if (text) buf_put(&b, "'", 1);
  value_print(&b, from->type, col_cell(from, row));
  if (b.len > 80) b.len = 80;
  if (text) buf_put(&b, "'", 1);
  buf_put(&b, " does not fit ", 14);
  sql_type_print(to, &b);
  status_set(r->err, SONDE_VALUE, at, "%.*s; TRY_CAST gives NULL instead", (int)b.len,
             b.len ? (const char *)b.data : "");
  buf_free(&b);
  return SONDE_VALUE;
}

/* ---- columns ---- */

/* The commonest casts as plain loops; false: not one of them. Values always fit. */
static bool widened(const col *from, const sql_type *to, uint32_t n, col *out) {
  bool whole = from->lane == LANE_I64 && sql_is_integer(from->type);
  const int64_t *in = from->data;
  if (whole && to->id == SQL_DOUBLE) {
    double *lanes = col_lanes(out);
    for (uint32_t i = 0; i < n; i++) lanes[i] = (double)in[i];
    return true;
  }
  bool wider = whole && sql_is_integer(to) && sql_is_signed(to) &&
               sql_integer_digits(to) > sql_integer_digits(from->type);
  if (wider && out->lane == LANE_I64) return memcpy(col_lanes(out), in, n * sizeof *in), true;
  if (wider) {
    i128 *lanes = col_lanes(out);
    for (uint32_t i = 0; i < n; i++) lanes[i] = in[i];
    return true;
  }
  return false;
}

/* Decimals of 18 digits that only grow: one multiplication each. */
static bool scaled_up(const col *from, const sql_type *to, uint32_t n, col *out) {
  bool decimal = from->type->id == SQL_DECIMAL, whole = sql_is_integer(from->type);
  if (from->lane != LANE_I64 || out->lane != LANE_I64 || to->id != SQL_DECIMAL || (!decimal && !whole))
    return false;
  unsigned digits = decimal ? from->type->precision : sql_integer_digits(from->type),
           scale = decimal ? from->type->scale : 0;
  if (to->scale < scale || digits - scale > (unsigned)(to->precision - to->scale)) return false;
  int64_t by = (int64_t)power_of_ten(to->scale - scale), *lanes = col_lanes(out);
  const int64_t *in = from->data;
  for (uint32_t i = 0; i < n; i++) lanes[i] = (int64_t)((uint64_t)in[i] * (uint64_t)by);
  return true;
}

static bool cast_row(const col *from, uint32_t i, const sql_type *to, arena *a, col *out, sonde_error *err) {
  cell v;
  if (!child_value(from->type, to, col_cell(from, i), a, &v, err)) return false;
  col_put(out, i, v);
  return true;
}

static sonde_code cast_rows(run *r, const col *from, const sql_type *to, bool try_cast, uint32_t n,
                            uint32_t at, arena *a, col *out) {
  for (uint32_t i = 0; i < n; i++) {
    if (!col_valid(from, i) || cast_row(from, i, to, a, out, r->err)) continue;
    if (!try_cast || r->err->code == SONDE_LIMIT || r->err->code == SONDE_NOMEM)
      return cast_kernel_error(r, from, i, to, at);
    col_put_null(out, i);
  }
  return SONDE_OK;
}

sonde_code cast_col(run *r, const col *from, const sql_type *to, bool try_cast, uint32_t n, uint32_t at,
                    arena *a, col *out) {
  if (sql_type_equal(from->type, to)) {
    *out = *from;
    out->type = to;
    return SONDE_OK;
  }
  if (!castable(from->type, to)) return cannot(r, from->type, to, at);
  SONDE_TRY(col_new(out, to, n, from->valid || try_cast || from->type->id == SQL_NULL, a, r->err));
  if (from->type->id == SQL_NULL) return memset(col_validity(out), 0, n), SONDE_OK;
  if (from->valid) memcpy(col_validity(out), from->valid, from->form == COL_CONST ? 1 : n);
  if (widened(from, to, n, out) || scaled_up(from, to, n, out)) return SONDE_OK;
  return cast_rows(r, from, to, try_cast, n, at, a, out);
}
