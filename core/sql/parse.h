/* SQL text → syntax tree. */
#ifndef SQL_PARSE_H
#define SQL_PARSE_H
#include "base/buf.h"
#include "sql/ast.h"

enum {
  SQL_NESTING_MAX = 200,   /* brackets and sub-queries within each other */
  SQL_TREE_DEPTH_MAX = 500 /* operators applied to each other's results, a + b + c + … */
};

/* Reads one statement, a semicolon after it is allowed. SONDE_SYNTAX says what was expected and what was found at err->at;
 * SONDE_LIMIT when it nests deeper than the limits above. */
sonde_code sql_parse(sonde_str sql, arena *, ast_statement *out, sonde_error *);

/* A type that stands alone in a text: 'DECIMAL(10, 2)'. err->at is a byte of that text. */
sonde_code sql_parse_type(sonde_str, arena *, const ast_type **out, sonde_error *);

/* The tree as one line of nested lists, for tests and for people who debug. */
void sql_ast_dump(const ast_statement *, buf *);

#endif
