/* See sql_type.h. */
#include "plan/sql_type.h"

#include <string.h>

static const char *const printed[] = {[SQL_NULL] = "\"NULL\"",
                                      [SQL_BOOL] = "BOOLEAN",
                                      [SQL_TINYINT] = "TINYINT",
                                      [SQL_SMALLINT] = "SMALLINT",
                                      [SQL_INTEGER] = "INTEGER",
                                      [SQL_BIGINT] = "BIGINT",
                                      [SQL_HUGEINT] = "HUGEINT",
                                      [SQL_UTINYINT] = "UTINYINT",
                                      [SQL_USMALLINT] = "USMALLINT",
                                      [SQL_UINTEGER] = "UINTEGER",
                                      [SQL_UBIGINT] = "UBIGINT",
                                      [SQL_UHUGEINT] = "UHUGEINT",
                                      [SQL_DECIMAL] = "DECIMAL",
                                      [SQL_FLOAT] = "FLOAT",
                                      [SQL_DOUBLE] = "DOUBLE",
                                      [SQL_TEXT] = "VARCHAR",
                                      [SQL_BLOB] = "BLOB",
                                      [SQL_DATE] = "DATE",
                                      [SQL_TIME] = "TIME",
                                      [SQL_TIMESTAMP] = "TIMESTAMP",
                                      [SQL_TIMESTAMPTZ] = "TIMESTAMP WITH TIME ZONE",
                                      [SQL_INTERVAL] = "INTERVAL",
                                      [SQL_UUID] = "UUID",
                                      [SQL_ENUM] = "ENUM",
                                      [SQL_LIST] = "LIST",
                                      [SQL_STRUCT] = "STRUCT",
                                      [SQL_MAP] = "MAP",
                                      [SQL_LAMBDA] = "LAMBDA"};

/* ---- lanes ---- */

lane sql_lane(const sql_type *t) {
  switch (t->id) {
  case SQL_NULL:
  case SQL_BOOL: return LANE_BOOL;
  case SQL_HUGEINT:
  case SQL_UBIGINT:
  case SQL_UHUGEINT:
  case SQL_UUID:
  case SQL_INTERVAL: return LANE_I128;
  case SQL_DECIMAL: return t->precision > 18 ? LANE_I128 : LANE_I64;
  case SQL_FLOAT:
  case SQL_DOUBLE: return LANE_F64;
  case SQL_TEXT:
  case SQL_BLOB: return LANE_STR;
  case SQL_LIST:
  case SQL_STRUCT:
  case SQL_MAP:
  case SQL_LAMBDA: return LANE_NESTED;
  default: return LANE_I64;
  }
}

size_t lane_size(lane l) {
  static const uint8_t sizes[] = {[LANE_BOOL] = 1, [LANE_I64] = 8, [LANE_F64] = 8, [LANE_I128] = 16};
  if (l == LANE_STR) return sizeof(sonde_str);
  return l == LANE_NESTED ? sizeof(void *) : sizes[l];
}

/* ---- kinds ---- */

bool sql_is_integer(const sql_type *t) { return t->id >= SQL_TINYINT && t->id <= SQL_UHUGEINT; }
bool sql_is_numeric(const sql_type *t) { return t->id >= SQL_TINYINT && t->id <= SQL_DOUBLE; }
bool sql_is_temporal(const sql_type *t) {
  return t->id == SQL_DATE || t->id == SQL_TIMESTAMP || t->id == SQL_TIMESTAMPTZ;
}
bool sql_is_nested(const sql_type *t) { return t->id == SQL_LIST || t->id == SQL_STRUCT || t->id == SQL_MAP; }
bool sql_is_signed(const sql_type *t) { return t->id < SQL_UTINYINT || t->id > SQL_UHUGEINT; }

unsigned sql_integer_digits(const sql_type *t) {
  static const uint8_t digits[] = {
      [SQL_TINYINT] = 3,  [SQL_SMALLINT] = 5,  [SQL_INTEGER] = 10,  [SQL_BIGINT] = 19,  [SQL_HUGEINT] = 38,
      [SQL_UTINYINT] = 3, [SQL_USMALLINT] = 5, [SQL_UINTEGER] = 10, [SQL_UBIGINT] = 20, [SQL_UHUGEINT] = 38};
  return sql_is_integer(t) ? digits[t->id] : 0;
}

static bool names_equal(const sql_type *a, const sql_type *b) {
  uint32_t n = a->id == SQL_ENUM ? a->n_labels : a->n_children;
  if (!a->names || !b->names) return a->names == b->names;
  for (uint32_t i = 0; i < n; i++)
    if (a->names[i].len != b->names[i].len || memcmp(a->names[i].ptr, b->names[i].ptr, a->names[i].len) != 0)
      return false;
  return true;
}

bool sql_type_equal(const sql_type *a, const sql_type *b) {
  if (a->id != b->id || a->precision != b->precision || a->scale != b->scale || a->unit != b->unit ||
      a->n_children != b->n_children || a->n_labels != b->n_labels)
    return false;
  for (uint32_t i = 0; i < a->n_children; i++)
    if (!sql_type_equal(&a->children[i], &b->children[i])) return false;
  return (a->id != SQL_STRUCT && a->id != SQL_ENUM) || names_equal(a, b);
}

/* ---- making ---- */

static bool with_children(arena *a, sql_type_id id, const sql_type *children, uint32_t n, sql_type *out,
                          sonde_error *err) {
  sql_type *copies = arena_copy(a, children, n * sizeof *children, err);
  if (!copies) return false;
  for (uint32_t i = 0; i < n; i++) copies[i].literal = 0;
  *out = (sql_type){.id = (uint8_t)id, .n_children = n, .children = copies};
  return true;
}

bool sql_list_of(arena *a, const sql_type *item, sql_type *out, sonde_error *err) {
  return with_children(a, SQL_LIST, item, 1, out, err);
}

bool sql_map_of(arena *a, const sql_type *key, const sql_type *val, sql_type *out, sonde_error *err) {
  return with_children(a, SQL_MAP, (sql_type[]){*key, *val}, 2, out, err);
}

sql_type sql_type_of_column(column_type t) {
  static const uint8_t ids[] = {[TYPE_NONE] = SQL_TEXT,
                                [TYPE_BOOL] = SQL_BOOL,
                                [TYPE_INT64] = SQL_BIGINT,
                                [TYPE_DOUBLE] = SQL_DOUBLE,
                                [TYPE_DECIMAL] = SQL_DECIMAL,
                                [TYPE_DATE] = SQL_DATE,
                                [TYPE_TIME] = SQL_TIME,
                                [TYPE_TIMESTAMP] = SQL_TIMESTAMP,
                                [TYPE_TIMESTAMPTZ] = SQL_TIMESTAMPTZ,
                                [TYPE_TEXT] = SQL_TEXT,
                                [TYPE_FLOAT] = SQL_FLOAT,
                                [TYPE_BLOB] = SQL_BLOB,
                                [TYPE_UUID] = SQL_UUID,
                                [TYPE_INTERVAL] = SQL_INTERVAL,
                                [TYPE_LIST] = SQL_LIST,
                                [TYPE_STRUCT] = SQL_STRUCT,
                                [TYPE_MAP] = SQL_MAP};
  if (t.id == TYPE_DECIMAL) return sql_decimal(38, t.scale);
  sql_type out = sql_simple(ids[t.id]);
  if (out.unit && t.scale == SCALE_NANOS) out.unit = 9;
  return out;
}

/* ---- names ---- */

typedef struct {
  const char *name;
  uint8_t id, unit;
} spelling;

static const spelling spellings[] = {{"boolean", SQL_BOOL, 0},
                                     {"bool", SQL_BOOL, 0},
                                     {"logical", SQL_BOOL, 0},
                                     {"tinyint", SQL_TINYINT, 0},
                                     {"int1", SQL_TINYINT, 0},
                                     {"smallint", SQL_SMALLINT, 0},
                                     {"int2", SQL_SMALLINT, 0},
                                     {"int16", SQL_SMALLINT, 0},
                                     {"short", SQL_SMALLINT, 0},
                                     {"integer", SQL_INTEGER, 0},
                                     {"int", SQL_INTEGER, 0},
                                     {"int4", SQL_INTEGER, 0},
                                     {"int32", SQL_INTEGER, 0},
                                     {"signed", SQL_INTEGER, 0},
                                     {"integral", SQL_INTEGER, 0},
                                     {"bigint", SQL_BIGINT, 0},
                                     {"int8", SQL_BIGINT, 0},
                                     {"int64", SQL_BIGINT, 0},
                                     {"long", SQL_BIGINT, 0},
                                     {"oid", SQL_BIGINT, 0},
                                     {"hugeint", SQL_HUGEINT, 0},
                                     {"int128", SQL_HUGEINT, 0},
                                     {"utinyint", SQL_UTINYINT, 0},
                                     {"uint8", SQL_UTINYINT, 0},
                                     {"usmallint", SQL_USMALLINT, 0},
                                     {"uint16", SQL_USMALLINT, 0},
                                     {"uinteger", SQL_UINTEGER, 0},
                                     {"uint32", SQL_UINTEGER, 0},
                                     {"ubigint", SQL_UBIGINT, 0},
                                     {"uint64", SQL_UBIGINT, 0},
                                     {"uhugeint", SQL_UHUGEINT, 0},
                                     {"uint128", SQL_UHUGEINT, 0},
                                     {"decimal", SQL_DECIMAL, 0},
                                     {"dec", SQL_DECIMAL, 0},
                                     {"numeric", SQL_DECIMAL, 0},
                                     {"float", SQL_FLOAT, 0},
                                     {"float4", SQL_FLOAT, 0},
                                     {"real", SQL_FLOAT, 0},
                                     {"double", SQL_DOUBLE, 0},
                                     {"float8", SQL_DOUBLE, 0},
                                     {"double precision", SQL_DOUBLE, 0},
                                     {"varchar", SQL_TEXT, 0},
                                     {"text", SQL_TEXT, 0},
                                     {"string", SQL_TEXT, 0},
                                     {"char", SQL_TEXT, 0},
                                     {"bpchar", SQL_TEXT, 0},
                                     {"nvarchar", SQL_TEXT, 0},
                                     {"character varying", SQL_TEXT, 0},
                                     {"json", SQL_TEXT, 0},
                                     {"blob", SQL_BLOB, 0},
                                     {"bytea", SQL_BLOB, 0},
                                     {"binary", SQL_BLOB, 0},
                                     {"varbinary", SQL_BLOB, 0},
                                     {"date", SQL_DATE, 0},
                                     {"time", SQL_TIME, 6},
                                     {"time without time zone", SQL_TIME, 6},
                                     {"time_ns", SQL_TIME, 9},
                                     {"timestamp", SQL_TIMESTAMP, 6},
                                     {"datetime", SQL_TIMESTAMP, 6},
                                     {"timestamp without time zone", SQL_TIMESTAMP, 6},
                                     {"timestamp_us", SQL_TIMESTAMP, 6},
                                     {"timestamp_ms", SQL_TIMESTAMP, 3},
                                     {"timestamp_s", SQL_TIMESTAMP, 0},
                                     {"timestamp_ns", SQL_TIMESTAMP, 9},
                                     {"timestamptz", SQL_TIMESTAMPTZ, 6},
                                     {"timestamp with time zone", SQL_TIMESTAMPTZ, 6},
                                     {"interval", SQL_INTERVAL, 0},
                                     {"uuid", SQL_UUID, 0},
                                     {"guid", SQL_UUID, 0},
                                     {"list", SQL_LIST, 0},
                                     {"struct", SQL_STRUCT, 0},
                                     {"row", SQL_STRUCT, 0},
                                     {"map", SQL_MAP, 0},
                                     {"lambda", SQL_LAMBDA, 0},
                                     {"null", SQL_NULL, 0}};

static bool spelled(sonde_str s, const char *name) {
  size_t i = 0;
  for (; i < s.len && name[i]; i++)
    if ((char)(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z' ? s.ptr[i] + 32 : s.ptr[i]) != name[i]) return false;
  return i == s.len && !name[i];
}

void sql_type_nearest(nearest_name *nearest) {
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++)
    nearest_try(nearest, (sonde_str){spellings[i].name, strlen(spellings[i].name)});
}

bool sql_type_of_name(sonde_str name, sql_type *out) {
  for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
    if (!spelled(name, spellings[i].name)) continue;
    *out = (sql_type){.id = spellings[i].id, .unit = spellings[i].unit};
    if (out->id == SQL_DECIMAL) *out = sql_decimal(18, 3);
    return true;
  }
  return false;
}

static void put_cstr(buf *b, const char *s) { buf_put(b, s, strlen(s)); }

static bool plain_name(sonde_str s) {
  if (s.len == 0 || (s.ptr[0] >= '0' && s.ptr[0] <= '9')) return false;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

static void put_name(buf *b, sonde_str s) {
  bool quoted = !plain_name(s);
  if (quoted) put_cstr(b, "\"");
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] == '"') put_cstr(b, "\"");
    buf_put(b, s.ptr + i, 1);
  }
  if (quoted) put_cstr(b, "\"");
}

static void print_struct(const sql_type *t, buf *b) {
  put_cstr(b, "STRUCT(");
  for (uint32_t i = 0; i < t->n_children; i++) {
    if (i) put_cstr(b, ", ");
    if (t->names && t->names[i].len) {
      put_name(b, t->names[i]);
      put_cstr(b, " ");
    }
    sql_type_print(&t->children[i], b);
  }
  put_cstr(b, ")");
}

static void print_enum(const sql_type *t, buf *b) {
  put_cstr(b, "ENUM(");
  for (uint32_t i = 0; i < t->n_labels; i++) {
    put_cstr(b, i ? ", '" : "'");
    for (size_t k = 0; k < t->names[i].len; k++) {
      if (t->names[i].ptr[k] == '\'') put_cstr(b, "'");
      buf_put(b, t->names[i].ptr + k, 1);
    }
    put_cstr(b, "'");
  }
  put_cstr(b, ")");
}

void sql_type_print(const sql_type *t, buf *b) {
  switch (t->id) {
  case SQL_DECIMAL: buf_printf(b, "DECIMAL(%u,%u)", t->precision, t->scale); return;
  case SQL_TIMESTAMP:
    put_cstr(b, t->unit == 0   ? "TIMESTAMP_S"
                : t->unit == 3 ? "TIMESTAMP_MS"
                : t->unit == 9 ? "TIMESTAMP_NS"
                               : "TIMESTAMP");
    return;
  case SQL_TIME: put_cstr(b, t->unit == 9 ? "TIME_NS" : "TIME"); return;
  case SQL_LIST:
    sql_type_print(&t->children[0], b);
    put_cstr(b, "[]");
    return;
  case SQL_STRUCT: print_struct(t, b); return;
  case SQL_ENUM: print_enum(t, b); return;
  case SQL_MAP:
    put_cstr(b, "MAP(");
    sql_type_print(&t->children[0], b);
    put_cstr(b, ", ");
    sql_type_print(&t->children[1], b);
    put_cstr(b, ")");
    return;
  default: put_cstr(b, printed[t->id]);
  }
}
