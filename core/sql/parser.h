/* What the parser's files share. A failure is latched: the first error is kept, and from then on the parser sees only the
 * end of the text, so that loops end and the grammar's functions need not check each other. They always return a node. */
#ifndef SQL_PARSER_H
#define SQL_PARSER_H
#include "sql/ast.h"
#include "sql/lex.h"
#include "sql/parse.h"

typedef struct {
  const token *tokens;
  size_t count, pos;
  sonde_str sql;
  arena *memory;
  sonde_error *err;
  sonde_code failed;
  unsigned nesting;
  uint32_t parameters;
  ast_expr *const *arguments; /* what $1, $2, … are in the definition of a function; NULL outside of one */
  /* Where nodes that could not be allocated are written. */
  ast_expr no_expr;
  ast_query no_query;
  ast_select no_select;
  ast_table no_table;
  ast_type no_type;
  ast_call no_call;
  ast_window no_window;
  ast_cte no_cte;
  ast_sample no_sample;
  ast_pivot no_pivot;
  ast_pivot_axis no_axis;
} parser;

/* ---- tokens ---- */

const token *peek(const parser *);
const token *peek_at(const parser *, size_t n);
bool at_word(const parser *, const char *lower);
bool at_words(const parser *, const char *first, const char *second);
bool at_operator(const parser *, const char *);
bool word_is(const token *, const char *lower);
bool operator_is(const token *, const char *);
bool take_word(parser *, const char *lower);
bool take_words(parser *, const char *first, const char *second);
bool take_operator(parser *, const char *);
void expect_word(parser *, const char *lower);
void expect_operator(parser *, const char *);
const token *advance(parser *);
size_t previous_end(const parser *);

/* ---- names ---- */

/* Whether a name can stand here without quotes. */
bool at_name(const parser *);
/* An alias without AS: fewer words, since most could go on with the clause. */
bool at_alias(const parser *);
sonde_str parse_name(parser *, const char *what);
/* After AS or a point: any word. */
sonde_str parse_label(parser *, const char *what);
ast_names parse_path(parser *, const char *what);
/* (a, b, …) */
ast_names parse_name_list(parser *, const char *what);

/* ---- failures ---- */

sonde_code fail_expected(parser *, const char *what);
void fail_at(parser *, sonde_code, size_t at, const char *format, ...) SONDE_PRINTF(4, 5);
/* Counts a level of nesting; false and a failure when there are too many. leave() undoes it in either case. */
bool enter(parser *);
void leave(parser *);

/* ---- nodes ---- */

void *parser_alloc(parser *, size_t); /* cleared; NULL after a failure */
ast_expr *new_expr(parser *, ast_kind, size_t at);
ast_query *new_query(parser *, ast_query_kind);
ast_table *new_table(parser *, ast_table_kind);
void push_expr(parser *, ast_exprs *, ast_expr *);
void push_name(parser *, ast_names *, sonde_str);
/* Adds an operand: counts its depth and moves the end. */
void add_arg(parser *, ast_expr *, ast_expr *arg);
ast_expr *finish(parser *, ast_expr *);

/* ---- the grammar ---- */

ast_expr *parse_expr(parser *);
/* Without AND, OR, NOT, comparisons and IN: the bounds of BETWEEN, what POSITION(… IN …) looks for. */
ast_expr *parse_restricted_expr(parser *);
ast_exprs parse_exprs(parser *); /* one or more, commas between; one comma after the last is allowed */
ast_expr *parse_call(parser *, sonde_str name, size_t at, ast_expr *method_of);
/* A call, or what the registry says that it stands for. */
ast_expr *expand_macro(parser *, ast_expr *call);
ast_expr *parse_special_call(parser *); /* EXTRACT(… FROM …) and the like; NULL when there is none here */
ast_exprs parse_order_by(parser *);     /* after ORDER BY */
ast_window *parse_window_spec(parser *); /* ( … ) */
const ast_type *parse_type(parser *);
bool at_typed_literal(const parser *); /* DATE '…' */
ast_expr *parse_star(parser *, ast_names qualifier, size_t at);
ast_query *parse_query(parser *);
bool at_query(const parser *);
ast_exprs parse_select_items(parser *);
ast_table *parse_from(parser *); /* after FROM */
ast_table *parse_pivot_statement(parser *);
const ast_sample *parse_sample(parser *);

#endif
