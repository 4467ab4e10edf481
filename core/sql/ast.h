/* The syntax tree of a statement, as written: nothing is resolved, names keep their case. Plain data in the arena given to
 * sql_parse; texts lie in the SQL or in that arena. `at` and `end` are bytes of the SQL. */
#ifndef SQL_AST_H
#define SQL_AST_H
#include "base/arena.h"
#include "plan/plan.h"

typedef struct ast_expr ast_expr;
typedef struct ast_query ast_query;
typedef struct ast_table ast_table;
typedef struct ast_type ast_type;

typedef struct {
  ast_expr **items;
  uint32_t count, cap;
} ast_exprs;

typedef struct {
  sonde_str *items;
  uint32_t count, cap;
} ast_names;

/* ---- expressions ---- */

typedef enum {
  AST_NULL,
  AST_TRUE,
  AST_FALSE,
  AST_INTEGER, /* name: digits, or 0x… */
  AST_DECIMAL,
  AST_DOUBLE,
  AST_STRING,
  AST_BLOB,        /* name: hex digits */
  AST_INTERVAL,    /* name: the unit ("" when the text says it); args: amount */
  AST_PARAMETER,   /* name: digits, a name, or "" */
  AST_COLUMN,      /* path: a, t.a, s.t.a, or a struct's fields after them */
  AST_POSITION,    /* #1; name: digits */
  AST_STAR,        /* path: qualifier; star */
  AST_COLUMNS,     /* COLUMNS(…); args: pattern, lambda or list; star when written COLUMNS(* EXCLUDE …) */
  AST_CALL,        /* name(args…); call */
  AST_OPERATOR,    /* name: + - … also "~~" LIKE, "~~*" ILIKE, "~~~" GLOB, "similar to"; one or two args */
  AST_AND,         /* two args or more, never nested in another AST_AND directly */
  AST_OR,          /* likewise */
  AST_NOT,         /* one */
  AST_IS,          /* args: value; name: null, true, false, unknown; negated */
  AST_IS_DISTINCT, /* two; negated: IS NOT DISTINCT FROM */
  AST_BETWEEN,     /* value, low, high; negated */
  AST_IN,          /* value, list…; negated */
  AST_IN_QUERY,    /* value; query; negated */
  AST_QUANTIFIED,  /* value [, list]; name: operator; all; query, or a list as second arg */
  AST_EXISTS,      /* query */
  AST_SCALAR,      /* (query) */
  AST_ARRAY_QUERY, /* ARRAY(query) */
  AST_CASE, /* pairs of condition and result, then the else when there is an odd number; operand of CASE x WHEN: base */
  AST_CAST,      /* one; type; forgiving: TRY_CAST */
  AST_COLLATE,   /* one; path: nocase.noaccent */
  AST_SUBSCRIPT, /* value, index */
  AST_SLICE,     /* value, from, to [, step]; AST_OMITTED where left out */
  AST_OMITTED,
  AST_FIELD,         /* value; name */
  AST_LIST,          /* [args…] */
  AST_ROW,           /* (a, b), ROW(a, b); () is empty */
  AST_STRUCT,        /* {'a': 1}: names are the args' aliases */
  AST_MAP,           /* MAP {k: v}: pairs */
  AST_LAMBDA,        /* path: parameters; body */
  AST_COMPREHENSION, /* [args[0] FOR path IN args[1] IF args[2]] */
  AST_GROUPING       /* in GROUP BY only; name: rollup, cube, sets; args: expressions or rows */
} ast_kind;

/* EXCLUDE, REPLACE and RENAME of a star. */
typedef struct {
  ast_exprs exclude; /* AST_COLUMN */
  ast_exprs replace; /* any, the column's name as alias */
  ast_exprs rename;  /* AST_COLUMN, the new name as alias */
} ast_star;

typedef struct ast_window ast_window;
struct ast_window {
  size_t at;
  sonde_str name; /* in WINDOW: its own name */
  sonde_str base; /* OVER base, OVER (base …) */
  ast_exprs partition, order;
  bool framed; /* whether the next five were written */
  frame_unit unit;
  frame_bound from, to;
  ast_expr *from_value, *to_value; /* of PRECEDING and FOLLOWING */
  frame_exclude exclude;
  ast_window *next; /* in WINDOW */
};

typedef struct {
  bool distinct, star; /* count(*) */
  bool within_group, ignore_nulls, method /* args[0] was written before a point */;
  ast_exprs order;
  ast_expr *filter;
  ast_window *over;
} ast_call;

typedef enum { ORDER_DEFAULT, ORDER_ASC, ORDER_DESC } ast_direction;
typedef enum { NULLS_DEFAULT, NULLS_FIRST, NULLS_LAST } ast_nulls;

struct ast_expr {
  ast_kind kind;
  uint16_t depth; /* levels below and including this one, sub-queries not counted */
  bool negated, all, forgiving;
  ast_direction direction; /* as an element of ORDER BY */
  ast_nulls nulls;
  uint32_t at, end;
  uint32_t parameter; /* AST_PARAMETER: its number from 1; 0 when it has a name */
  sonde_str name;
  sonde_str alias; /* of a SELECT item, a named argument (a := 1), a struct's member */
  ast_names path;
  ast_exprs args;
  ast_expr *base; /* CASE base WHEN …; the body of a lambda */
  ast_query *query;
  const ast_type *type;
  const ast_star *star;
  const ast_call *call;
};

/* DECIMAL(10, 2), T[] ("list"), T[3] ("array", numbers {3}), STRUCT(a T), MAP(K, V), ENUM('a'). */
struct ast_type {
  size_t at;
  sonde_str
      name; /* as written in lower case; several words are one ("timestamp with time zone", "double precision") */
  uint32_t numbers[2], n_numbers;
  ast_names names; /* of members */
  const ast_type **children;
  uint32_t n_children;
};

/* ---- tables ---- */

typedef struct {
  double size;
  bool percent, seeded;
  sonde_str method; /* system, bernoulli, reservoir, "" */
  int64_t seed;
} ast_sample;

typedef enum { TABLE_NAME, TABLE_CALL, TABLE_QUERY, TABLE_JOIN, TABLE_PIVOT, TABLE_UNPIVOT } ast_table_kind;
typedef enum {
  AST_JOIN_INNER,
  AST_JOIN_LEFT,
  AST_JOIN_RIGHT,
  AST_JOIN_FULL,
  AST_JOIN_SEMI,
  AST_JOIN_ANTI,
  AST_JOIN_CROSS,
  AST_JOIN_POSITIONAL
} ast_join;

/* ON a, b IN (1, 2) of a PIVOT: the values of one axis. UNPIVOT: the columns of one group in `values`. */
typedef struct ast_pivot_axis ast_pivot_axis;
struct ast_pivot_axis {
  ast_exprs columns;
  ast_exprs values; /* AST_ROW for several columns; alias: the name wanted */
  ast_query *query; /* IN (SELECT …) */
  ast_pivot_axis *next;
};

typedef struct {
  ast_exprs aggregates; /* USING */
  ast_pivot_axis *axes; /* ON; of UNPIVOT the one after IN */
  ast_exprs groups;
  bool grouped;
  bool include_nulls; /* UNPIVOT */
  sonde_str name;     /* UNPIVOT … INTO NAME name */
  ast_names value;    /* … VALUE value */
} ast_pivot;

struct ast_table {
  ast_table_kind kind;
  size_t at;
  uint16_t depth;
  ast_names path; /* TABLE_NAME */
  bool text;      /* … written as a text: a file */
  ast_expr *call; /* TABLE_CALL */
  ast_query *query;
  bool lateral, ordinality;
  ast_join join;
  bool natural, asof;
  ast_table *left, *right; /* TABLE_JOIN; TABLE_PIVOT, TABLE_UNPIVOT: left */
  ast_expr *on;
  ast_names using_names;
  bool has_using;
  const ast_pivot *pivot;
  sonde_str alias;
  ast_names columns; /* names given to them: t(a, b) */
  const ast_sample *sample;
};

/* ---- queries ---- */

typedef struct {
  size_t at;
  bool distinct;
  ast_exprs distinct_on;
  ast_exprs items;
  ast_table *from;
  ast_expr *where;
  ast_exprs groups; /* AST_GROUPING among them */
  bool grouped, group_all;
  ast_expr *having, *qualify;
  ast_window *windows;
  const ast_sample *sample;
} ast_select;

typedef enum {
  QUERY_SELECT,
  QUERY_VALUES,
  QUERY_UNION,
  QUERY_INTERSECT,
  QUERY_EXCEPT,
  QUERY_DESCRIBE, /* inner; without one (SHOW TABLES): the tables there are */
  QUERY_SUMMARIZE /* inner */
} ast_query_kind;

typedef enum { MATERIALIZED_DEFAULT, MATERIALIZED_YES, MATERIALIZED_NO } ast_materialized;

typedef struct ast_cte ast_cte;
struct ast_cte {
  size_t at;
  sonde_str name;
  ast_names columns;
  ast_names key; /* USING KEY of a recursive one */
  ast_materialized materialized;
  ast_query *query;
  ast_cte *next;
};

struct ast_query {
  ast_query_kind kind;
  size_t at, end;
  uint16_t depth;
  ast_cte *ctes;
  bool recursive;
  ast_select *select;      /* QUERY_SELECT */
  ast_exprs rows;          /* QUERY_VALUES: AST_ROW */
  ast_query *left, *right; /* set operations; inner of DESCRIBE and SUMMARIZE: left */
  bool all, by_name;
  ast_exprs order;
  bool order_all; /* ORDER BY ALL: the one element of `order` says the direction */
  ast_expr *limit, *offset;
  bool percent; /* LIMIT n PERCENT */
};

/* ---- statements ---- */

typedef enum {
  STATEMENT_QUERY,
  STATEMENT_EXPLAIN,
  STATEMENT_CREATE_VIEW,
  STATEMENT_CREATE_TABLE,
  STATEMENT_DROP_VIEW,
  STATEMENT_DROP_TABLE
} ast_statement_kind;

typedef struct {
  ast_statement_kind kind;
  ast_query *query; /* NULL only when dropping */
  bool analyze;     /* EXPLAIN ANALYZE */
  bool replace;     /* OR REPLACE */
  bool if_exists;   /* or IF NOT EXISTS */
  ast_names path;   /* what is created or dropped */
  size_t path_at;
  ast_names columns;
  uint32_t parameters; /* how many ? were numbered, or the highest number written */
} ast_statement;

#endif
