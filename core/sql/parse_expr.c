/* Expressions: operators by precedence, and what stands between them. Levels are PostgreSQL's (sql-syntax-lexical,
 * operator precedence), where DuckDB follows them. */
#include <string.h>

#include "sql/parser.h"

enum {
  LEVEL_OR = 1,
  LEVEL_AND,
  LEVEL_NOT,
  LEVEL_IS,
  LEVEL_COMPARISON,
  LEVEL_MEMBER, /* BETWEEN, IN, LIKE */
  LEVEL_OTHER,  /* || -> & << and every operator without a level of its own */
  LEVEL_SUM,
  LEVEL_PRODUCT,
  LEVEL_POWER,
  LEVEL_AT, /* AT TIME ZONE */
  LEVEL_COLLATE,
  LEVEL_SIGN
};

static ast_expr *parse_level(parser *, int level);
static ast_expr *parse_postfix(parser *, ast_expr *);
static ast_expr *parse_primary(parser *);

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

static ast_expr *unary(parser *p, ast_kind kind, sonde_str name, size_t at, ast_expr *arg) {
  ast_expr *e = new_expr(p, kind, at);
  e->name = name;
  add_arg(p, e, arg);
  return e;
}

static ast_expr *binary(parser *p, ast_kind kind, sonde_str name, ast_expr *left, ast_expr *right) {
  ast_expr *e = unary(p, kind, name, left->at, left);
  add_arg(p, e, right);
  return e;
}

static ast_expr *negate(parser *p, ast_expr *e) { return unary(p, AST_NOT, str("not"), e->at, e); }

static ast_expr *call(parser *p, const char *name, ast_expr *first, ast_expr *second) {
  ast_expr *e = binary(p, AST_CALL, str(name), first, second);
  e->call = parser_alloc(p, sizeof(ast_call));
  return e;
}

/* ---- binary operators ---- */

static int operator_level(const token *t) {
  static const struct {
    const char *name;
    int level;
  } levels[] = {
      {"=", LEVEL_COMPARISON}, {"==", LEVEL_COMPARISON}, {"<>", LEVEL_COMPARISON}, {"!=", LEVEL_COMPARISON},
      {"<", LEVEL_COMPARISON}, {">", LEVEL_COMPARISON},  {"<=", LEVEL_COMPARISON}, {">=", LEVEL_COMPARISON},
      {"+", LEVEL_SUM},        {"-", LEVEL_SUM},         {"*", LEVEL_PRODUCT},     {"/", LEVEL_PRODUCT},
      {"//", LEVEL_PRODUCT},   {"%", LEVEL_PRODUCT},     {"^", LEVEL_POWER},       {"**", LEVEL_POWER},
      {"||", LEVEL_OTHER},     {"->", LEVEL_OTHER},      {"->>", LEVEL_OTHER},     {"&", LEVEL_OTHER},
      {"|", LEVEL_OTHER},      {"<<", LEVEL_OTHER},      {">>", LEVEL_OTHER},      {"~", LEVEL_OTHER},
      {"!~", LEVEL_OTHER},     {"~*", LEVEL_OTHER},      {"!~*", LEVEL_OTHER},     {"~~", LEVEL_OTHER},
      {"!~~", LEVEL_OTHER},    {"~~*", LEVEL_OTHER},     {"!~~*", LEVEL_OTHER},    {"~~~", LEVEL_OTHER},
      {"&&", LEVEL_OTHER},     {"@>", LEVEL_OTHER},      {"<@", LEVEL_OTHER},      {"^@", LEVEL_OTHER},
      {"<=>", LEVEL_OTHER}};
  if (t->kind != TOKEN_OPERATOR) return 0;
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
    if (operator_is(t, levels[i].name)) return levels[i].level;
  }
  return 0;
}

/* LIMIT 10 %: the sign divides nothing. */
static bool at_percent_sign(const parser *p) {
  const token *next = peek_at(p, 1);
  return at_operator(p, "%") && (next->kind == TOKEN_END || operator_is(next, ")") ||
                                 operator_is(next, ";") || word_is(next, "offset"));
}

static bool at_quantifier(const parser *p) {
  return (at_word(p, "any") || at_word(p, "some") || at_word(p, "all")) && operator_is(peek_at(p, 1), "(");
}

/* operand = ANY (query or list) */
static ast_expr *parse_quantified(parser *p, ast_expr *operand, sonde_str op) {
  ast_expr *e = unary(p, AST_QUANTIFIED, op, operand->at, operand);
  e->all = at_word(p, "all");
  advance(p);
  expect_operator(p, "(");
  if (at_query(p)) {
    e->query = parse_query(p);
  } else {
    add_arg(p, e, parse_expr(p));
  }
  expect_operator(p, ")");
  return finish(p, e);
}

static ast_expr *parse_operator(parser *p, ast_expr *left, int level) {
  sonde_str op = advance(p)->text;
  if (at_quantifier(p)) return parse_quantified(p, left, op);
  return binary(p, AST_OPERATOR, op, left, parse_level(p, level + 1));
}

/* a AND b AND c is one node, so that long filters stay flat. */
static ast_expr *parse_connective(parser *p, ast_kind kind, const char *word, int level, ast_expr *first) {
  ast_expr *e = unary(p, kind, str(word), first->at, first);
  while (take_word(p, word)) add_arg(p, e, parse_level(p, level + 1));
  return e;
}

/* ---- IS ---- */

static ast_expr *parse_is(parser *p, ast_expr *operand) {
  bool negated = take_word(p, "not");
  if (take_word(p, "distinct")) {
    expect_word(p, "from");
    ast_expr *e = binary(p, AST_IS_DISTINCT, str("is distinct from"), operand, parse_level(p, LEVEL_IS + 1));
    e->negated = negated;
    return e;
  }
  static const char *const states[] = {"null", "true", "false", "unknown"};
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    if (!take_word(p, states[i])) continue;
    ast_expr *e = unary(p, AST_IS, str(states[i]), operand->at, operand);
    e->negated = negated;
    return e;
  }
  fail_expected(p, "NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM after IS");
  return operand;
}

static ast_expr *null_test(parser *p, ast_expr *operand, bool negated) {
  ast_expr *e = unary(p, AST_IS, str("null"), operand->at, operand);
  e->negated = negated;
  return e;
}

/* ---- BETWEEN, IN, LIKE ---- */

static ast_expr *parse_between(parser *p, ast_expr *operand, bool negated) {
  take_word(p, "asymmetric");
  ast_expr *e = unary(p, AST_BETWEEN, str("between"), operand->at, operand);
  e->negated = negated;
  add_arg(p, e, parse_level(p, LEVEL_OTHER));
  expect_word(p, "and");
  add_arg(p, e, parse_level(p, LEVEL_OTHER));
  return e;
}

static ast_expr *parse_in(parser *p, ast_expr *operand, bool negated) {
  if (!at_operator(p, "(")) {
    ast_expr *e = call(p, "contains", parse_level(p, LEVEL_OTHER), operand);
    e->at = operand->at;
    return negated ? negate(p, e) : e;
  }
  advance(p);
  bool query = at_query(p);
  ast_expr *e = unary(p, query ? AST_IN_QUERY : AST_IN, str("in"), operand->at, operand);
  e->negated = negated;
  if (query) {
    e->query = parse_query(p);
  } else {
    ast_exprs list = parse_exprs(p);
    for (uint32_t i = 0; i < list.count; i++) add_arg(p, e, list.items[i]);
  }
  expect_operator(p, ")");
  return finish(p, e);
}

/* A pattern match is an operator, with ESCAPE a function of three arguments. */
static ast_expr *parse_match(parser *p, ast_expr *operand, const char *op, const char *escaping,
                             bool negated) {
  if (at_quantifier(p)) {
    ast_expr *any = parse_quantified(p, operand, str(op));
    return negated ? negate(p, any) : any;
  }
  ast_expr *pattern = parse_level(p, LEVEL_OTHER);
  ast_expr *e;
  if (escaping && take_word(p, "escape")) {
    e = call(p, escaping, operand, pattern);
    add_arg(p, e, parse_level(p, LEVEL_OTHER));
  } else {
    e = binary(p, AST_OPERATOR, str(op), operand, pattern);
  }
  return negated ? negate(p, e) : e;
}

static bool at_member(const parser *p) {
  static const char *const words[] = {"between", "in", "like", "ilike", "glob", "similar"};
  size_t ahead = at_word(p, "not") ? 1 : 0;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (word_is(peek_at(p, ahead), words[i])) return true;
  }
  return false;
}

static ast_expr *parse_member(parser *p, ast_expr *operand) {
  bool negated = take_word(p, "not");
  if (take_word(p, "between")) return parse_between(p, operand, negated);
  if (take_word(p, "in")) return parse_in(p, operand, negated);
  if (take_word(p, "like")) return parse_match(p, operand, "~~", "like_escape", negated);
  if (take_word(p, "ilike")) return parse_match(p, operand, "~~*", "ilike_escape", negated);
  if (take_word(p, "glob")) return parse_match(p, operand, "~~~", NULL, negated);
  expect_word(p, "similar");
  expect_word(p, "to");
  return parse_match(p, operand, "similar to", NULL, negated);
}

/* ---- levels ---- */

/* AT TIME ZONE is a function whose zone comes first. */
static ast_expr *parse_time_zone(parser *p, ast_expr *operand) {
  advance(p);
  expect_word(p, "time");
  expect_word(p, "zone");
  ast_expr *e = call(p, "timezone", parse_level(p, LEVEL_AT + 1), operand);
  e->at = operand->at;
  return e;
}

static ast_expr *parse_collate(parser *p, ast_expr *operand) {
  ast_names path = parse_path(p, "the name of a collation");
  ast_expr *e = unary(p, AST_COLLATE, path.count ? path.items[0] : str(""), operand->at, operand);
  e->path = path;
  return e;
}

/* Goes on with `left` by one operator of at least the level; NULL when there is none. */
static ast_expr *parse_infix(parser *p, ast_expr *left, int level) {
  int own = operator_level(peek(p));
  if (own) return own >= level && !at_percent_sign(p) ? parse_operator(p, left, own) : NULL;
  if (level <= LEVEL_OR && at_word(p, "or")) return parse_connective(p, AST_OR, "or", LEVEL_OR, left);
  if (level <= LEVEL_AND && at_word(p, "and")) return parse_connective(p, AST_AND, "and", LEVEL_AND, left);
  if (level <= LEVEL_IS && take_word(p, "is")) return parse_is(p, left);
  if (level <= LEVEL_IS && take_word(p, "isnull")) return null_test(p, left, false);
  if (level <= LEVEL_IS && take_word(p, "notnull")) return null_test(p, left, true);
  if (level <= LEVEL_IS && take_words(p, "not", "null")) return null_test(p, left, true);
  if (level <= LEVEL_MEMBER && at_member(p)) return parse_member(p, left);
  if (level <= LEVEL_OTHER && take_operator(p, "!")) return unary(p, AST_OPERATOR, str("!"), left->at, left);
  if (level <= LEVEL_AT && at_words(p, "at", "time")) return parse_time_zone(p, left);
  if (level <= LEVEL_COLLATE && take_word(p, "collate")) return parse_collate(p, left);
  return NULL;
}

static bool at_not_exists(const parser *p) { return at_words(p, "not", "exists"); }

static ast_expr *parse_prefix(parser *p) {
  size_t at = peek(p)->at;
  if (at_operator(p, "-") || at_operator(p, "+")) {
    sonde_str sign = advance(p)->text;
    return unary(p, AST_OPERATOR, sign, at, parse_level(p, LEVEL_SIGN));
  }
  if (at_operator(p, "~") || at_operator(p, "@")) {
    sonde_str op = advance(p)->text;
    return unary(p, AST_OPERATOR, op, at, parse_level(p, LEVEL_OTHER));
  }
  return parse_postfix(p, parse_primary(p));
}

static ast_expr *parse_not(parser *p) {
  size_t at = advance(p)->at;
  return unary(p, AST_NOT, str("not"), at, parse_level(p, LEVEL_NOT));
}

static ast_expr *parse_level(parser *p, int level) {
  ast_expr *left;
  if (!enter(p)) {
    left = new_expr(p, AST_NULL, 0);
  } else if (at_word(p, "not") && (level <= LEVEL_NOT || at_not_exists(p))) {
    left = parse_not(p);
  } else {
    left = parse_prefix(p);
  }
  for (ast_expr *more = left; more; more = parse_infix(p, left, level)) left = more;
  leave(p);
  return left;
}

ast_expr *parse_expr(parser *p) { return parse_level(p, LEVEL_OR); }
ast_expr *parse_restricted_expr(parser *p) { return parse_level(p, LEVEL_OTHER); }

ast_exprs parse_exprs(parser *p) {
  ast_exprs list = {0};
  do {
    push_expr(p, &list, parse_expr(p));
  } while (take_operator(p, ",") && !at_operator(p, ")") && !at_operator(p, "]"));
  return list;
}

/* ---- after an operand ---- */

/* A bound of [a:b:c] that is left out; - says so explicitly. */
static ast_expr *parse_slice_bound(parser *p) {
  const token *next = peek_at(p, 1);
  bool dash = at_operator(p, "-") && (operator_is(next, ":") || operator_is(next, "]"));
  if (dash) advance(p);
  if (dash || at_operator(p, ":") || at_operator(p, "]")) return new_expr(p, AST_OMITTED, peek(p)->at);
  return parse_expr(p);
}

static ast_expr *parse_subscript(parser *p, ast_expr *operand) {
  ast_expr *first = parse_slice_bound(p);
  bool slice = at_operator(p, ":");
  if (!slice && first->kind == AST_OMITTED) fail_expected(p, "an index");
  ast_expr *e = binary(p, slice ? AST_SLICE : AST_SUBSCRIPT, str(""), operand, first);
  for (int bounds = 1; bounds < 3 && take_operator(p, ":"); bounds++) add_arg(p, e, parse_slice_bound(p));
  expect_operator(p, "]");
  return finish(p, e);
}

static ast_expr *parse_cast_to(parser *p, ast_expr *operand, bool forgiving, size_t at) {
  ast_expr *e = unary(p, AST_CAST, str("cast"), at, operand);
  e->type = parse_type(p);
  e->forgiving = forgiving;
  return finish(p, e);
}

static ast_expr *parse_member_access(parser *p, ast_expr *operand) {
  sonde_str name = parse_label(p, "a field or a function after the point");
  if (at_operator(p, "(")) return parse_call(p, name, operand->at, operand);
  ast_expr *e = unary(p, AST_FIELD, name, operand->at, operand);
  return finish(p, e);
}

static ast_expr *parse_postfix(parser *p, ast_expr *operand) {
  for (;;) {
    if (take_operator(p, "[")) {
      operand = parse_subscript(p, operand);
    } else if (take_operator(p, "::")) {
      operand = parse_cast_to(p, operand, false, operand->at);
    } else if (at_operator(p, ".") && operand->kind != AST_STAR) {
      advance(p);
      operand = parse_member_access(p, operand);
    } else {
      return operand;
    }
  }
}

/* ---- operands ---- */

static ast_expr *parse_case(parser *p, size_t at) {
  ast_expr *e = new_expr(p, AST_CASE, at);
  if (!at_word(p, "when")) {
    ast_expr *base = parse_expr(p);
    e->base = base;
    if (e->depth <= base->depth) e->depth = (uint16_t)(base->depth + 1);
  }
  do {
    expect_word(p, "when");
    add_arg(p, e, parse_expr(p));
    expect_word(p, "then");
    add_arg(p, e, parse_expr(p));
  } while (at_word(p, "when"));
  if (take_word(p, "else")) add_arg(p, e, parse_expr(p));
  expect_word(p, "end");
  return finish(p, e);
}

static ast_expr *parse_cast(parser *p, size_t at, bool forgiving) {
  expect_operator(p, "(");
  ast_expr *operand = parse_expr(p);
  expect_word(p, "as");
  ast_expr *e = parse_cast_to(p, operand, forgiving, at);
  expect_operator(p, ")");
  return finish(p, e);
}

/* A query after its opening bracket. */
static ast_expr *parse_query_operand(parser *p, ast_kind kind, size_t at) {
  ast_expr *e = new_expr(p, kind, at);
  e->query = parse_query(p);
  expect_operator(p, ")");
  return finish(p, e);
}

/* ( … ): a sub-query, a row, or only brackets. */
static ast_expr *parse_parenthesised(parser *p, size_t at) {
  advance(p);
  if (at_query(p)) return parse_query_operand(p, AST_SCALAR, at);
  if (take_operator(p, ")")) return finish(p, new_expr(p, AST_ROW, at));
  ast_expr *first = parse_expr(p);
  if (take_operator(p, ")")) {
    first->at = (uint32_t)at;
    return finish(p, first);
  }
  ast_expr *row = unary(p, AST_ROW, str(""), at, first);
  while (take_operator(p, ",") && !at_operator(p, ")")) add_arg(p, row, parse_expr(p));
  if (!at_operator(p, ")")) fail_expected(p, "an operator, a comma or )");
  advance(p);
  return finish(p, row);
}

/* [x + 1 FOR x IN list IF x > 2] */
static ast_expr *parse_comprehension(parser *p, ast_expr *body, size_t at) {
  ast_expr *e = unary(p, AST_COMPREHENSION, str(""), at, body);
  do {
    push_name(p, &e->path, parse_name(p, "the name of an element"));
  } while (take_operator(p, ","));
  expect_word(p, "in");
  add_arg(p, e, parse_expr(p));
  if (take_word(p, "if")) add_arg(p, e, parse_expr(p));
  expect_operator(p, "]");
  return finish(p, e);
}

static ast_expr *parse_list(parser *p, size_t at) {
  ast_expr *e = new_expr(p, AST_LIST, at);
  if (!at_operator(p, "]")) {
    ast_expr *first = parse_expr(p);
    if (take_word(p, "for")) return parse_comprehension(p, first, at);
    add_arg(p, e, first);
    while (take_operator(p, ",") && !at_operator(p, "]")) add_arg(p, e, parse_expr(p));
  }
  if (!at_operator(p, "]")) fail_expected(p, "an operator, a comma or ]");
  advance(p);
  return finish(p, e);
}

static ast_expr *parse_struct(parser *p, size_t at) {
  ast_expr *e = new_expr(p, AST_STRUCT, at);
  do {
    sonde_str name = parse_label(p, "the name of a field");
    expect_operator(p, ":");
    ast_expr *operand = parse_expr(p);
    operand->alias = name;
    add_arg(p, e, operand);
  } while (take_operator(p, ",") && !at_operator(p, "}"));
  expect_operator(p, "}");
  return finish(p, e);
}

static ast_expr *parse_map(parser *p, size_t at) {
  ast_expr *e = new_expr(p, AST_MAP, at);
  expect_operator(p, "{");
  while (!at_operator(p, "}") && !p->failed) {
    add_arg(p, e, parse_expr(p));
    expect_operator(p, ":");
    add_arg(p, e, parse_expr(p));
    if (!take_operator(p, ",")) break;
  }
  expect_operator(p, "}");
  return finish(p, e);
}

static ast_expr *literal(parser *p, ast_kind kind) {
  const token *t = advance(p);
  ast_expr *e = new_expr(p, kind, t->at);
  e->name = t->text;
  return finish(p, e);
}

/* Marks without a number are numbered in the order they stand in. */
static ast_expr *parse_parameter(parser *p) {
  if (p->arguments) return p->arguments[advance(p)->text.ptr[0] - '1'];
  ast_expr *e = literal(p, AST_PARAMETER);
  uint32_t number = 0;
  for (size_t i = 0; i < e->name.len && e->name.ptr[i] >= '0' && e->name.ptr[i] <= '9' && number < 100000;
       i++) {
    number = number * 10 + (uint32_t)(e->name.ptr[i] - '0');
  }
  if (e->name.len == 0) number = p->parameters + 1;
  if (number > p->parameters) p->parameters = number;
  e->parameter = number;
  return e;
}

static ast_expr *parse_typed_literal(parser *p) {
  size_t at = peek(p)->at;
  ast_expr *e = new_expr(p, AST_CAST, at);
  e->type = parse_type(p);
  e->name = str("cast");
  add_arg(p, e, literal(p, AST_STRING));
  return e;
}

static bool at_interval(const parser *p) {
  const token *next = peek_at(p, 1);
  return at_word(p, "interval") &&
         (next->kind == TOKEN_STRING || next->kind == TOKEN_INTEGER || operator_is(next, "("));
}

static bool at_unit(const parser *p) {
  static const char *const units[] = {
      "year",         "month",        "week",        "day",       "hour",      "minute",     "second",
      "quarter",      "millisecond",  "microsecond", "decade",    "century",   "millennium", "years",
      "months",       "weeks",        "days",        "hours",     "minutes",   "seconds",    "quarters",
      "milliseconds", "microseconds", "decades",     "centuries", "millennia", "millenniums"};
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (at_word(p, units[i])) return true;
  }
  return false;
}

static ast_expr *parse_interval(parser *p) {
  size_t at = advance(p)->at;
  ast_expr *e = new_expr(p, AST_INTERVAL, at);
  add_arg(p, e, parse_primary(p));
  if (at_unit(p)) e->name = advance(p)->text;
  return finish(p, e);
}

/* A column, a function, or a star behind a table's name. */
static ast_expr *parse_named(parser *p) {
  size_t at = peek(p)->at;
  ast_expr *e = new_expr(p, AST_COLUMN, at);
  push_name(p, &e->path, advance(p)->text);
  if (at_operator(p, "(")) return parse_call(p, e->path.count ? e->path.items[0] : str(""), at, NULL);
  finish(p, e);
  while (take_operator(p, ".")) {
    if (take_operator(p, "*")) return parse_star(p, e->path, at);
    sonde_str name = parse_label(p, "a name or * after the point");
    if (at_operator(p, "(")) return parse_call(p, name, at, e);
    push_name(p, &e->path, name);
    finish(p, e);
  }
  return e;
}

static ast_expr *parse_reserved_operand(parser *p) {
  size_t at = peek(p)->at;
  if (at_word(p, "null")) return literal(p, AST_NULL);
  if (at_word(p, "true")) return literal(p, AST_TRUE);
  if (at_word(p, "false")) return literal(p, AST_FALSE);
  if (take_word(p, "case")) return parse_case(p, at);
  if (take_word(p, "cast")) return parse_cast(p, at, false);
  if (take_word(p, "array")) {
    if (take_operator(p, "[")) return parse_list(p, at);
    expect_operator(p, "(");
    return parse_query_operand(p, AST_ARRAY_QUERY, at);
  }
  fail_expected(p, "an expression");
  return new_expr(p, AST_NULL, at);
}

static ast_expr *parse_word_operand(parser *p) {
  size_t at = peek(p)->at;
  const token *next = peek_at(p, 1);
  if (at_interval(p)) return parse_interval(p);
  if (at_typed_literal(p)) return parse_typed_literal(p);
  if (at_word(p, "map") && operator_is(next, "{")) return advance(p), parse_map(p, at);
  if (!operator_is(next, "(")) return parse_named(p);
  if (take_word(p, "try_cast")) return parse_cast(p, at, true);
  if (take_word(p, "exists")) return advance(p), parse_query_operand(p, AST_EXISTS, at);
  ast_expr *special = parse_special_call(p);
  return special ? special : parse_named(p);
}

static ast_expr *parse_mark_operand(parser *p) {
  size_t at = peek(p)->at;
  if (at_operator(p, "(")) return parse_parenthesised(p, at);
  if (take_operator(p, "[")) return parse_list(p, at);
  if (take_operator(p, "{")) return parse_struct(p, at);
  if (take_operator(p, "*")) return parse_star(p, (ast_names){0}, at);
  if (at_operator(p, "#") && peek_at(p, 1)->kind == TOKEN_INTEGER)
    return advance(p), literal(p, AST_POSITION);
  fail_expected(p, "an expression");
  return new_expr(p, AST_NULL, at);
}

static ast_expr *parse_primary(parser *p) {
  switch (peek(p)->kind) {
  case TOKEN_INTEGER: return literal(p, AST_INTEGER);
  case TOKEN_DECIMAL: return literal(p, AST_DECIMAL);
  case TOKEN_DOUBLE: return literal(p, AST_DOUBLE);
  case TOKEN_STRING: return literal(p, AST_STRING);
  case TOKEN_BLOB: return literal(p, AST_BLOB);
  case TOKEN_PARAMETER: return parse_parameter(p);
  case TOKEN_QUOTED: return parse_named(p);
  case TOKEN_WORD: return at_name(p) ? parse_word_operand(p) : parse_reserved_operand(p);
  default: return parse_mark_operand(p);
  }
}
