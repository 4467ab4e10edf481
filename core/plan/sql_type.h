/* The types of SQL expressions: exact widths, nested types with their children. Plain data; children lie in the arena of
 * the plan. The names are DuckDB's. */
#ifndef PLAN_SQL_TYPE_H
#define PLAN_SQL_TYPE_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/nearest.h"
#include "column/type.h"

typedef enum {
  SQL_NULL, /* of NULL itself: casts to anything */
  SQL_BOOL,
  SQL_TINYINT,
  SQL_SMALLINT,
  SQL_INTEGER,
  SQL_BIGINT,
  SQL_HUGEINT,
  SQL_UTINYINT,
  SQL_USMALLINT,
  SQL_UINTEGER,
  SQL_UBIGINT,
  SQL_UHUGEINT,
  SQL_DECIMAL, /* precision 1 to 38, scale <= precision */
  SQL_FLOAT,
  SQL_DOUBLE,
  SQL_TEXT,
  SQL_BLOB,
  SQL_DATE,
  SQL_TIME,        /* unit 6 or 9 */
  SQL_TIMESTAMP,   /* unit 0, 3, 6 or 9: digits of a second that it keeps */
  SQL_TIMESTAMPTZ, /* unit 6 or 9 */
  SQL_INTERVAL,
  SQL_UUID,
  SQL_ENUM,   /* names: its values, in their order */
  SQL_LIST,   /* children[0]: the item */
  SQL_STRUCT, /* children with names */
  SQL_MAP,    /* children[0]: key, children[1]: value */
  SQL_LAMBDA, /* only as an argument: children[0] is its result */
  SQL_TYPE_IDS
} sql_type_id;

typedef struct sql_type sql_type;
struct sql_type {
  uint8_t id;        /* sql_type_id */
  uint8_t precision; /* SQL_DECIMAL */
  uint8_t scale;     /* SQL_DECIMAL */
  uint8_t unit;      /* SQL_TIME, SQL_TIMESTAMP, SQL_TIMESTAMPTZ */
  /* A constant as it was written ('2020-01-01', 17) takes the type of what it stands beside: 0, or SQL_TEXT, or the narrowest
   * integer type that holds it. Only of arguments of function_bind and sql_type_unify; never of columns. */
  uint8_t literal;
  uint32_t n_children;
  uint32_t n_labels; /* SQL_ENUM: names */
  const sql_type *children;
  const sonde_str *names; /* SQL_STRUCT, SQL_ENUM */
};

/* How values lie in batches: lanes of one C type each. */
typedef enum {
  LANE_BOOL, /* uint8_t, 0 or 1 */
  LANE_I64, /* int64_t: integers up to BIGINT and UINTEGER, decimals up to 18 digits, dates (days), times and timestamps
                 (microseconds, nanoseconds at unit 9) */
  LANE_F64,   /* double: DOUBLE, and FLOAT as the double of equal value */
  LANE_I128,  /* UBIGINT, HUGEINT, UHUGEINT, longer decimals, UUID and INTERVAL as column/type.h has them */
  LANE_STR,   /* sonde_str: TEXT, BLOB */
  LANE_NESTED /* const nested *: LIST, STRUCT, MAP */
} lane;

lane sql_lane(const sql_type *); /* of an enum LANE_I64: the position of its value, from 0 */
size_t lane_size(lane);

static inline sql_type sql_simple(sql_type_id id) {
  bool timed = id == SQL_TIME || id == SQL_TIMESTAMP || id == SQL_TIMESTAMPTZ;
  return (sql_type){.id = (uint8_t)id, .unit = timed ? 6 : 0};
}
static inline sql_type sql_decimal(unsigned precision, unsigned scale) {
  return (sql_type){.id = SQL_DECIMAL, .precision = (uint8_t)precision, .scale = (uint8_t)scale};
}
/* False: the arena is full, err says so. */
bool sql_list_of(arena *, const sql_type *item, sql_type *out, sonde_error *);
bool sql_map_of(arena *, const sql_type *key, const sql_type *value, sql_type *out, sonde_error *);

bool sql_type_equal(const sql_type *, const sql_type *); /* `literal` does not matter */
bool sql_is_integer(const sql_type *);
bool sql_is_numeric(const sql_type *);
bool sql_is_temporal(const sql_type *); /* date, timestamps */
bool sql_is_nested(const sql_type *);
bool sql_is_signed(const sql_type *);
/* Decimal digits that hold every value of an integer type. */
unsigned sql_integer_digits(const sql_type *);

/* Names without children: INTEGER and its many other spellings (int4, signed, …), any case. DECIMAL is (18,3). False:
 * there is no such type. */
bool sql_type_of_name(sonde_str name, sql_type *out);
/* Tries all of them. */
void sql_type_nearest(nearest_name *);
/* As DuckDB prints it: DECIMAL(18,3), INTEGER[], STRUCT(a INTEGER, b VARCHAR), MAP(VARCHAR, INTEGER). */
void sql_type_print(const sql_type *, buf *);

/* How dear it is to cast without being asked: 0 the same type, -1 not done. */
int sql_cast_cost(const sql_type *from, const sql_type *to);
/* The type that both are cast to when they meet (in CASE, UNION, comparisons, lists). False: there is none. */
bool sql_type_unify(const sql_type *, const sql_type *, arena *, sql_type *out, sonde_error *);

/* The type that a table's column has in SQL. Nested columns are completed by exec's adapter from their shape. */
sql_type sql_type_of_column(column_type);

#endif
