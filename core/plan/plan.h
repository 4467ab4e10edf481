/* Bound plans: typed expressions and relational nodes, plain data in one arena. core/sql makes them, core/exec/query runs
 * them; neither knows the other. Every implicit cast is a node of its own: an operand has exactly the type that the
 * operation asks for. Column references count from 0 over the columns of the node's input (of a join: left, then right). */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H
#include "plan/functions.h"
#include "plan/sql_type.h"
#include "plan/value.h"

typedef enum {
  EXPR_CONST,      /* `constant` */
  EXPR_COLUMN,     /* `index` into the input's columns */
  EXPR_OUTER,      /* `index`: slot of a value bound by an enclosing PLAN_APPLY */
  EXPR_LAMBDA_ARG, /* `index`: slot of a lambda's parameter, unique within the plan */
  EXPR_LAMBDA, /* args[0]: body; slots [index, index + n_slots) are its parameters. Only an argument of a call */
  EXPR_CALL,     /* `function` over args; arguments that were left out are left out */
  EXPR_CAST,     /* args[0] to `type`; an error when a value does not fit */
  EXPR_TRY_CAST, /* null when a value does not fit */
  EXPR_CASE,     /* args: condition, value, condition, value, …, else: n_args is odd */
  EXPR_COALESCE, /* the first argument that is not null; later ones are evaluated only where needed */
  EXPR_AND,      /* over any number of BOOLs, three-valued; later ones are evaluated only where needed */
  EXPR_OR,
  EXPR_NOT,
  EXPR_IS_NULL,
  EXPR_IS_NOT_NULL,
  EXPR_IN, /* args[0] among the others, all of one type; three-valued */
  EXPR_TRY /* args[0], null where it fails */
} expr_kind;

typedef struct expr expr;
struct expr {
  uint8_t kind;      /* expr_kind */
  uint16_t function; /* function_id of EXPR_CALL */
  uint32_t index, n_slots;
  uint32_t at; /* byte of the SQL text that errors point to */
  uint32_t n_args;
  sql_type type;
  const expr **args;
  value constant;
};

/* Where the rows of an aggregate are. */
typedef enum {
  AGGREGATE_WHOLE,
  AGGREGATE_STATES, /* in a stage: it answers groups with their states instead of rows */
  AGGREGATE_MERGES  /* its input is the exchange of such a stage */
} aggregate_role;

typedef struct plan plan;

typedef struct {
  const expr *by;
  bool descending, nulls_first;
} sort_key;

/* An aggregate, also as a window function. */
typedef struct {
  uint16_t function; /* function_id */
  bool distinct;
  bool ignore_nulls; /* window functions: IGNORE NULLS */
  uint32_t n_args, n_keys, at;
  const expr **args;    /* constant parameters (fractions, separators) are arguments too */
  const expr *filter;   /* BOOL, or NULL */
  const sort_key *keys; /* ORDER BY inside of the call */
  sql_type type;
} aggregate_call;

/* GROUPING(a, b): one bit for each group named, the first most significant, set where its set leaves it out; BIGINT. */
typedef struct {
  uint32_t n;
  const uint32_t *groups;
} grouping_call;

typedef enum { FRAME_ROWS, FRAME_RANGE, FRAME_GROUPS } frame_unit;
typedef enum {
  BOUND_UNBOUNDED_PRECEDING,
  BOUND_PRECEDING, /* by `from` / `to` */
  BOUND_CURRENT,
  BOUND_FOLLOWING,
  BOUND_UNBOUNDED_FOLLOWING
} frame_bound;
typedef enum { EXCLUDE_NONE, EXCLUDE_CURRENT, EXCLUDE_GROUP, EXCLUDE_TIES } frame_exclude;

typedef struct {
  aggregate_call call; /* an aggregate or a function of kind FUNCTION_WINDOW; `keys`: its own ORDER BY */
  uint32_t n_partition, n_order;
  const expr **partition;
  const sort_key *order;
  frame_unit unit;
  frame_bound from, to;
  frame_exclude exclude;
  /* BIGINT for ROWS and GROUPS; for RANGE what can be added to the order key (a number of its type, or INTERVAL). */
  const expr *from_offset, *to_offset;
} window_call;

typedef enum {
  JOIN_INNER,
  JOIN_LEFT,
  JOIN_RIGHT,
  JOIN_FULL,
  JOIN_SEMI, /* left rows with a match; only the left columns come out */
  JOIN_ANTI, /* left rows without a match: NOT EXISTS; only the left columns */
  JOIN_MARK, /* left columns and a BOOL: three-valued `first left key IN (first right keys)`, among the right rows
                  that are equal in all further keys and for which the residual is true */
  JOIN_SINGLE, /* LEFT, but more than one match is an error: a scalar sub-query */
  JOIN_POSITIONAL
} join_kind;

typedef struct {
  const expr *left, *right; /* each over its own input, of one type */
  bool null_equal;          /* IS NOT DISTINCT FROM */
} join_key;

typedef enum { SET_UNION, SET_INTERSECT, SET_EXCEPT } set_kind;

typedef enum {
  PLAN_ONE,  /* one row without columns: SELECT 1 */
  PLAN_NONE, /* no row */
  PLAN_SCAN,
  PLAN_VALUES,
  PLAN_FILTER,
  PLAN_PROJECT,
  PLAN_AGGREGATE, /* out: groups, calls, groupings */
  PLAN_DISTINCT,
  PLAN_SORT,
  PLAN_LIMIT,
  PLAN_JOIN,   /* out: left columns, right columns; see join_kind */
  PLAN_APPLY,  /* for each left row the right input is run anew; out: as PLAN_JOIN */
  PLAN_SET,    /* inputs have equal types */
  PLAN_WINDOW, /* out: the input's columns, calls */
  PLAN_CTE,    /* input[0] is materialised as `id`, then input[1] runs */
  PLAN_RECURSIVE, /* input[0]: where it begins, input[1]: the step, which reads PLAN_CTE_REF `id` (the rows found last) */
  PLAN_CTE_REF,
  PLAN_UNNEST, /* out: the input's columns, one column for each list */
  PLAN_RANGE,  /* one column: range, generate_series */
  PLAN_SAMPLE,
  /* Made by exec/query/stage/cut.h, not by core/sql: */
  PLAN_SIDE, /* within a stage: the rows of one of its sides */
  PLAN_PART, /* within a stage over parts: the rows of one */
  PLAN_PARTITION, /* at the top of a stage: its rows, dealt out by their keys; out: the input's columns, their order (BIGINT) */
  PLAN_EXCHANGE, /* what a stage, run for each block of a table or for each part, answers: in their order */
  PLAN_EITHER /* input[0]; or input[1], when a stage in it found out that its groups hardly make fewer rows */
} plan_kind;

typedef struct {
  sonde_str name;
  sql_type type;
} plan_column;

struct plan {
  uint8_t kind; /* plan_kind */
  uint8_t n_inputs;
  uint32_t n_columns;
  const plan_column *columns; /* that come out */
  const plan *input[2];
  double rows; /* estimated; 0: not */
  union {
    struct {
      uint32_t table;          /* number in the catalog that was bound against */
      const uint32_t *columns; /* of the table, n_columns of them */
      const expr *filter;      /* over the columns that come out; or NULL */
      double passing;          /* rows that pass it, estimated; 0: not */
    } scan;
    struct {
      uint32_t n_rows;
      const expr **cells; /* n_rows * n_columns */
    } values;
    struct {
      const expr *condition;
    } filter;
    struct {
      const expr **exprs; /* n_columns */
    } project;
    struct {
      uint32_t n_groups, n_calls, n_sets, n_groupings;
      aggregate_role role;
      bool may_refuse; /* AGGREGATE_STATES: answers nothing where groups hardly make fewer rows */
      const expr **groups;
      const aggregate_call *calls;
      const uint64_t *sets; /* n_sets masks over groups (at most 64 then); NULL: all groups in one */
      const grouping_call *groupings;
    } aggregate;
    struct {
      uint32_t n;      /* 0: whole rows */
      const expr **on; /* the first row of each, in the order they come */
    } distinct;
    struct {
      uint32_t n;
      const sort_key *keys;
      uint64_t offset, limit; /* UINT64_MAX: none */
    } sort;
    struct {
      const expr *offset, *limit; /* BIGINT (limit: DOUBLE is a percentage) without columns; NULL: none */
    } limit;
    struct {
      join_kind kind;
      uint32_t n_keys;
      const join_key *keys;
      const expr *residual; /* BOOL over left columns, right columns; or NULL */
      /* ASOF: of the matches of a left row the one whose asof_right is nearest. `asof` is one of FN_GE, FN_GT, FN_LE, FN_LT (left
       * op right), 0 for other joins; kinds INNER, LEFT, RIGHT, FULL, SEMI, ANTI. */
      uint16_t asof;
      /* SEMI and ANTI with keys: the left input is the smaller one. It is kept, rows that meet a right one are marked, and what
       * is wanted comes out at the end. */
      bool build_left;
      const expr *asof_left, *asof_right;
    } join;
    struct {
      join_kind kind; /* INNER, LEFT, SEMI, ANTI, MARK, SINGLE */
      uint32_t n_slots;
      const uint32_t *slots; /* EXPR_OUTER indexes that are set … */
      const expr **values;   /* … to these, over the left columns */
      const join_key *mark;  /* JOIN_MARK: its key; or NULL */
      const expr *residual;  /* as of a join */
    } apply;
    struct {
      set_kind kind;
      bool all;
    } set;
    struct {
      uint32_t n;
      const window_call *calls;
    } window;
    struct {
      uint32_t id; /* CTE, RECURSIVE, CTE_REF: unique within the plan */
      bool all;    /* RECURSIVE: UNION ALL */
    } cte;
    struct {
      uint32_t n;
      const expr **lists; /* LIST; the shorter ones are filled with nulls */
      bool outer;         /* a row without items is kept, with nulls */
      bool ordinality;    /* a last column BIGINT counts from 1 */
    } unnest;
    struct {
      const expr *start, *stop, *step; /* without columns; BIGINT, or TIMESTAMP(TZ) with an INTERVAL */
      bool inclusive;
    } range;
    struct {
      bool percent, blocks; /* blocks: SYSTEM; else single rows */
      double size;          /* rows, or of 100 */
      bool seeded;
      uint64_t seed;
    } sample;
    uint32_t side; /* number among the exchange's sides */
    struct {
      uint32_t n;
      const expr **keys; /* rows with equal ones go to the same part */
    } partition;
    struct {
      const plan *stage;  /* over its one scan or part */
      const plan **sides; /* run before, their rows are given to every engine */
      uint32_t n_sides;
      uint32_t table;   /* of the scan */
      const plan *from; /* an exchange whose stage deals out the parts; NULL: it is over blocks */
    } exchange;
  } u;
};

/* Rows that came out of a node. */
typedef struct {
  const plan *node;
  uint64_t rows;
} plan_count;

/* A whole statement. */
typedef struct {
  const plan *root;
  uint32_t n_outer_slots, n_lambda_slots, n_ctes;
} query_plan;

#endif
