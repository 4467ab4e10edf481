/* What the binder's files share. A plan under construction refers to columns by *ids*, unique in the statement, wherever
 * they come from: so predicates and sub-queries move between nodes unchanged, and a column of an outer query is simply an id
 * that nothing below produces. lower.c turns ids into positions at last, and leaves out what nobody reads.
 *
 * A failure is latched as in the parser: the first error is kept, and nodes keep being made until the end. */
#ifndef SQL_BIND_H
#define SQL_BIND_H
#include "base/nearest.h"
#include "sql/ast.h"
#include "sql/parse.h"
#include "sql/sql.h"

typedef const expr *ex;

typedef struct {
  ex *items;
  uint32_t count, cap;
} ex_list;

/* Expressions that exist only until the SELECT they stand in is finished; `index` counts in the binder's lists. */
enum {
  BIND_AGGREGATE = 100, /* binder.aggregates */
  BIND_GROUPING,        /* binder.groupings */
  BIND_WINDOW,          /* binder.windows */
  BIND_SUBQUERY,        /* binder.subqueries; args: what is sought in it */
  BIND_UNNEST,          /* binder.unnests */
  BIND_FIELDS /* args[0]: a struct whose fields become columns, structs in it too, `index` levels deep */
};

/* A relational node: `p` as it will be, but its expressions refer to ids and its inputs are these. */
typedef struct node node;
struct node {
  plan p;
  node *input[2];
  uint32_t *ids; /* of p.columns; nodes that pass columns on answer for which, not for their order */
  /* SET, CTE, RECURSIVE: the columns of each input that count, in order. */
  uint32_t *input_ids[2];
  const struct scope
      *labels; /* further names of its columns, for ORDER BY around combined queries; or NULL */
};

typedef enum { SUBQUERY_SCALAR, SUBQUERY_EXISTS, SUBQUERY_IN } subquery_kind;

typedef struct {
  subquery_kind kind;
  node *root;
  ex joined; /* what stands for it where it was attached */
} subquery;

typedef struct {
  aggregate_call call;
  const struct select_state *select; /* whose it is */
  uint32_t id;                       /* of its result */
} bound_aggregate;

typedef struct {
  const ast_expr *ast; /* GROUPING(…), its arguments */
  const struct select_state *select;
  ex_list args;
  uint32_t id;
} bound_grouping;

typedef struct {
  window_call call;
  const struct select_state *select;
  uint32_t id;
} bound_window;

typedef struct {
  ex of; /* a list */
  const struct select_state *select;
  uint32_t id;
} bound_unnest;

#define LIST_OF(type)                                                                                        \
  struct {                                                                                                   \
    type *items;                                                                                             \
    uint32_t count, cap;                                                                                     \
  }

/* ---- names ---- */

typedef struct {
  sonde_str table, name;
  ex column;      /* an EXPR_COLUMN, or what USING made of two */
  bool qualified; /* found only behind its table's name: the other column of USING */
  bool merged;    /* what USING made: not in table.* */
} scope_column;

typedef struct scope scope;
struct scope {
  LIST_OF(scope_column) columns;
  const scope *outer; /* of the query around this one, or of the tables to the left (LATERAL) */
};

typedef struct lambda_scope lambda_scope;
struct lambda_scope {
  ast_names names;
  const sql_type *types;
  uint32_t slot;
  const lambda_scope *outer;
};

typedef struct cte cte;
struct cte {
  sonde_str name;
  ast_names columns;
  const ast_cte *ast;
  uint32_t id;
  bool step;  /* while its own step is being bound: a reference is to the rows found last */
  node *root; /* bound once, and materialised */
  const plan_column *shape;
  uint32_t n_shape;
  uint32_t references;
  node *only_reference;
  cte *next;
};

/* ---- one SELECT ---- */

typedef struct {
  const ast_expr *ast;      /* NULL: made from a star */
  const scope_column *each; /* what COLUMNS stands for in it; or NULL */
  sonde_str name;
  bool named;   /* by AS, or a column: others can be referred to only from outside */
  bool aliased; /* by AS */
  ex bound;
} select_item;

/* Expressions see the columns of FROM and, where the dialect allows it, the aliases of items. */
typedef struct select_state {
  const ast_select *ast;
  struct select_state *outer; /* whose expression this is a sub-query of; or NULL */
  scope from;
  LIST_OF(select_item) items;
  uint32_t visible;                  /* items before this one may be named */
  bool items_first;                  /* ORDER BY: an alias goes before a column */
  const char *clause;                /* what is being bound, for people: WHERE, GROUP BY, … */
  bool aggregates, windows, unnests; /* what that clause may hold */
  uint32_t first_aggregate, first_grouping, first_window, first_unnest; /* its own in the binder's lists */
} select_state;

/* Of column ids. */
typedef struct {
  uint64_t *words;
  uint32_t n;
} id_set;

typedef struct {
  arena *memory;
  sonde_error *err;
  sonde_code failed;
  sonde_str sql;
  const sql_catalog *catalog;
  const sql_parameters *parameters;
  sonde_str zone; /* of the session; empty: UTC */
  uint32_t ids;   /* next column id */
  uint32_t outer_slots, lambda_slots, cte_ids;
  unsigned nesting;
  cte *ctes;
  const scope *scope;   /* where names are looked up */
  select_state *select; /* NULL outside of SELECT */
  const lambda_scope *lambdas;
  const scope_column *each; /* the column that COLUMNS stands for now */
  /* A table that is bound already: what bind_from answers for it. */
  struct {
    const ast_table *table;
    node *n;
    const scope *names;
  } given;
  uint32_t pivots;    /* asked for so far */
  node *pivot_values; /* the query that has to be run first; binding stopped there */
  LIST_OF(bound_aggregate) aggregates;
  LIST_OF(bound_grouping) groupings;
  LIST_OF(bound_window) windows;
  LIST_OF(bound_unnest) unnests;
  LIST_OF(subquery) subqueries;
  LIST_OF(sql_zone) zones;
  id_set read; /* while plans are rewritten: what the statement reads at all */
  expr no_expr;
  node no_node;
  uint32_t no_ids[1];
  plan_column no_columns[1];
} binder;

/* ---- failures, memory ---- */

void bind_fail(binder *, sonde_code, size_t at, const char *format, ...) SONDE_PRINTF(4, 5);
void *bind_alloc(binder *, size_t); /* cleared; NULL after a failure */
/* Room for one more in a list whose items have `size` bytes; NULL after a failure. */
void *bind_room(binder *, void *items, uint32_t count, uint32_t *cap, size_t size);
#define PUSH(b, list, item)                                                                                  \
  do {                                                                                                       \
    void *room_ = bind_room((b), (list)->items, (list)->count, &(list)->cap, sizeof *(list)->items);         \
    if (room_) {                                                                                             \
      (list)->items = room_;                                                                                 \
      (list)->items[(list)->count++] = (item);                                                               \
    }                                                                                                        \
  } while (0)
bool bind_enter(binder *, size_t at);
void bind_leave(binder *);

bool same_name(sonde_str, sonde_str); /* in any case of ASCII letters */
bool name_is(sonde_str, const char *lower);
sonde_str str_of(const char *);

/* ---- expressions (expr.c) ---- */

expr *ex_new(binder *, int kind, sql_type, size_t at, uint32_t n_args);
ex ex_column(binder *, uint32_t id, sql_type, size_t at);
ex ex_null(binder *, size_t at);
ex ex_bool(binder *, bool, size_t at);
ex ex_integer(binder *, int64_t, size_t at); /* BIGINT */
ex ex_text(binder *, sonde_str, size_t at);
ex ex_cast(binder *, ex, sql_type);
ex ex_try_cast(binder *, ex, sql_type);
ex ex_try(binder *, ex); /* null where it fails */
ex ex_not(binder *, ex);
ex ex_and(binder *, ex, ex);          /* either may be NULL */
ex ex_all(binder *, const ex_list *); /* NULL: of none */
ex ex_is_null(binder *, ex, bool negated);
/* A scalar function or an operator by its name, arguments cast as it asks. */
ex ex_call(binder *, const char *name, size_t at, uint32_t n, const ex *args);
ex ex_function(binder *, sonde_str name, function_kind, size_t at, const ex_list *args,
               const sonde_str *names);
sql_type ex_unify(binder *, size_t at, const char *what, const sql_type *, const sql_type *);
sql_type plain(sql_type); /* without `literal` */
bool ex_equal(ex, ex);
bool ex_is_column(ex);
bool ex_has_kind(ex, int kind);
bool ex_is_larger(ex, uint32_t nodes); /* parts that are shared count each time */
/* The ANDed parts. */
void ex_split(binder *, ex, ex_list *);
/* A copy in which `change` has replaced what it answers non-NULL for; shared where nothing changes. */
typedef ex (*ex_change)(void *user, ex);
ex ex_map(binder *, ex, ex_change, void *user);
typedef bool (*ex_visit)(void *user, ex); /* false: stop */
bool ex_walk(ex, ex_visit, void *user);

/* ---- nodes (node.c) ---- */

node *node_new(binder *, plan_kind, uint32_t n_columns);
node *node_over(binder *, plan_kind, node *input);                     /* with the columns of its input */
node *node_over_more(binder *, plan_kind, node *input, uint32_t more); /* and room for more */
void node_set_column(binder *, node *, uint32_t i, sonde_str name, sql_type); /* gives it a fresh id */
node *node_filter(binder *, node *, ex condition);                            /* NULL: none */
node *node_project(binder *, node *, const ex_list *, const sonde_str *names);
node *node_two(binder *, plan_kind, join_kind, node *left, node *right); /* JOIN or APPLY */
node *node_join(binder *, join_kind, node *left, node *right);
void node_add_key(binder *, node *join, join_key);
/* Splits a condition over both inputs into keys and residual. */
void node_join_on(binder *, node *join, ex condition);
node *node_one(binder *);
node *node_limit(binder *, node *, ex limit, ex offset); /* below a projection, beside the sort */
ex node_column(binder *, const node *, uint32_t i, size_t at);
bool node_has_id(const node *, uint32_t id);
/* Replaces every expression of the node itself by what `change` makes of it. */
typedef ex (*node_change)(void *user, ex);
void node_map(binder *, node *, node_change, void *user);
id_set id_set_new(binder *);
void id_set_add(id_set *, uint32_t id);
bool id_set_has(const id_set *, uint32_t id);
void id_set_add_expr(id_set *, ex);
bool expr_within(ex, const id_set *);  /* all of its columns */
bool expr_touches(ex, const id_set *); /* one of its columns */
/* Ids that expressions of the tree refer to and that no node of it produces. */
id_set node_free_ids(binder *, const node *);
/* Ids that expressions of the tree refer to, and those of what comes out of it. */
id_set node_read_ids(binder *, const node *);

/* ---- binding ---- */

ex bind_expr(binder *, const ast_expr *);
/* bind_zone.c. A cast, or a call, as the session's time zone has it; NULL, or the call itself: it does not matter. */
ex zone_cast(binder *, ex, sql_type, bool try_cast);
ex zone_call(binder *, expr *);
void note_zone(binder *, sonde_str name, size_t at); /* the statement needs it */
ex bind_bool(binder *, const ast_expr *);
ex bind_call(binder *, const ast_expr *);
ex bind_type_call(binder *, const ast_expr *); /* NULL: it is none of these */
ex bind_name(binder *, const ast_expr *);
ex bind_literal(binder *, const ast_expr *);
ex bind_number(binder *, const ast_expr *, bool negative, size_t at);
ex fold_number(binder *, ex, sql_type); /* NULL: not a constant, or it does not fit */
sql_type bind_type(binder *, const ast_type *);
ex bind_subquery_expr(binder *, const ast_expr *);
ex bind_comprehension(binder *, const ast_expr *);
void bind_arguments(binder *, const ast_expr *call, ex_list *);
ex bind_aggregate(binder *, const ast_expr *call);
ex bind_grouping(binder *, const ast_expr *call);
ex bind_window(binder *, const ast_expr *call);
/* Casts all to the type they have in common, which is answered. `what` names them for people. */
sql_type bind_common_type(binder *, size_t at, const char *what, ex_list *);
void bind_exprs(binder *, const ast_exprs *, ex_list *);
void share_collation(binder *, const ast_expr *, ex_list *args); /* of a comparison */
sort_key sort_by(ex, const ast_expr *); /* with the direction and the place of nulls that are written */
/* Fills select->items: stars become columns, an item with COLUMNS one item for each. */
void bind_items(binder *, const ast_exprs *, select_state *);
const ast_expr *ast_find(const ast_expr *, ast_kind); /* within this query; NULL: none */
sonde_str ast_text(const binder *, const ast_expr *); /* the name of a column without an alias */
const scope_column *find_column(binder *, const scope *, sonde_str table, sonde_str name, size_t at);
const scope_column *column_of_id(const scope *, uint32_t id);

/* Names that it does not know are looked up in `outer`. */
node *bind_query(binder *, const ast_query *, const scope *outer);
node *bind_select(binder *, const ast_query *, const scope *outer);
node *bind_from(binder *, const ast_table *, scope *);
/* As it is written if there is one, since files may differ in case only; else in any case. UINT32_MAX: none. */
uint32_t find_table(const sql_catalog *, sonde_str name);
node *bind_table(binder *, uint32_t number, size_t at); /* of the catalog: a scan, or a view's query */
node *bind_file(binder *, const ast_table *);
node *bind_pivot(binder *, const ast_table *, scope *);
node *bind_describe(binder *, const ast_query *, const scope *outer);
node *bind_summarize(binder *, const ast_query *, const scope *outer);
void scope_add(binder *, scope *, sonde_str table, const node *);
void scope_add_all(binder *, scope *, const scope *);
cte *find_cte(const binder *, sonde_str name);
node *bind_sample(binder *, node *, const ast_sample *);
node *bind_cte_reference(binder *, cte *);
node *close_ctes(binder *, node *,
                 const cte *until); /* materialises or inlines the common tables it refers to */

/* Joins the sub-queries that the expression refers to onto the node; answers the expression over it. */
ex attach_subqueries(binder *, node **, ex);
/* Joins each onto the side whose columns it depends on. */
ex attach_to_sides(binder *, node **left, node **right, ex condition);
/* A filter; EXISTS and IN among the ANDed parts become semi-joins. */
node *filter_with_subqueries(binder *, node *, ex condition);
/* left ⟕ or ⋈ of a right side that may refer to columns of the left. */
node *join_dependent(binder *, join_kind, node *left, node *right, ex condition);

node *rewrite(binder *, node *);
const plan *lower(binder *, node *);

#endif
