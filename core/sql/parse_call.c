/* Function calls: arguments, what may follow them (FILTER, OVER, …), functions with a grammar of their own, and stars. */
#include <string.h>

#include "sql/parser.h"

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

/* ---- arguments ---- */

/* x -> …, (x, y) -> …: only where an argument begins; elsewhere -> reaches into JSON. */
static bool at_lambda(const parser *p) {
  if (at_name(p)) return operator_is(peek_at(p, 1), "->");
  if (!at_operator(p, "(")) return false;
  size_t n = 1;
  for (; peek_at(p, n)->kind == TOKEN_WORD || peek_at(p, n)->kind == TOKEN_QUOTED; n += 2) {
    if (!operator_is(peek_at(p, n + 1), ",")) {
      return operator_is(peek_at(p, n + 1), ")") && operator_is(peek_at(p, n + 2), "->");
    }
  }
  return false;
}

static ast_expr *parse_lambda_body(parser *p, ast_expr *lambda) {
  ast_expr *body = parse_expr(p);
  lambda->base = body;
  if (lambda->depth <= body->depth) lambda->depth = (uint16_t)(body->depth + 1);
  return finish(p, lambda);
}

static ast_expr *parse_arrow_lambda(parser *p) {
  ast_expr *e = new_expr(p, AST_LAMBDA, peek(p)->at);
  if (at_operator(p, "(")) {
    e->path = parse_name_list(p, "a parameter's name");
  } else {
    push_name(p, &e->path, parse_name(p, "a parameter's name"));
  }
  expect_operator(p, "->");
  return parse_lambda_body(p, e);
}

/* lambda x, y: … */
static ast_expr *parse_word_lambda(parser *p) {
  ast_expr *e = new_expr(p, AST_LAMBDA, advance(p)->at);
  do {
    push_name(p, &e->path, parse_name(p, "a parameter's name"));
  } while (take_operator(p, ","));
  expect_operator(p, ":");
  return parse_lambda_body(p, e);
}

static ast_expr *parse_argument(parser *p) {
  const token *next = peek_at(p, 1);
  bool named = at_name(p) && (operator_is(next, ":=") || operator_is(next, "=>"));
  sonde_str name = {"", 0};
  if (named) {
    name = advance(p)->text;
    advance(p);
  }
  ast_expr *e = at_lambda(p)           ? parse_arrow_lambda(p)
                : at_word(p, "lambda") ? parse_word_lambda(p)
                                       : parse_expr(p);
  if (named) e->alias = name;
  return e;
}

static bool is_plain_star(const ast_expr *e) { return e->kind == AST_STAR && e->path.count == 0 && !e->star; }

static bool take_null_treatment(parser *p, ast_call *call) {
  if (take_words(p, "ignore", "nulls")) return call->ignore_nulls = true;
  return take_words(p, "respect", "nulls");
}

/* IGNORE NULLS OVER; in first_value(upper(x) IGNORE NULLS) it is not upper's. */
static bool is_before_over(const parser *p) {
  return word_is(peek_at(p, 1), "nulls") && word_is(peek_at(p, 2), "over");
}

static void parse_arguments(parser *p, ast_expr *e, ast_call *call) {
  expect_operator(p, "(");
  call->distinct = take_word(p, "distinct");
  if (!call->distinct) take_word(p, "all");
  while (!at_operator(p, ")") && !at_word(p, "order") && !p->failed) {
    add_arg(p, e, parse_argument(p));
    if (!take_operator(p, ",")) break;
  }
  if (take_words(p, "order", "by")) call->order = parse_order_by(p);
  take_null_treatment(p, call);
  if (!at_operator(p, ")")) fail_expected(p, "an operator, a comma or )");
  advance(p);
  call->star = !call->method && e->args.count == 1 && is_plain_star(e->args.items[0]);
  if (call->star) e->args.count = 0;
}

/* ---- after the arguments ---- */

static void parse_filter(parser *p, ast_call *call) {
  expect_operator(p, "(");
  take_word(p, "where");
  call->filter = parse_expr(p);
  expect_operator(p, ")");
}

static void parse_over(parser *p, ast_call *call) {
  if (at_operator(p, "(")) {
    call->over = parse_window_spec(p);
    return;
  }
  ast_window *w = parser_alloc(p, sizeof *w);
  sonde_str base = parse_name(p, "( or the name of a window");
  if (!w) return;
  w->at = p->tokens[p->pos - 1].at;
  w->base = base;
  call->over = w;
}

ast_expr *parse_call(parser *p, sonde_str name, size_t at, ast_expr *method_of) {
  ast_expr *e = new_expr(p, AST_CALL, at);
  ast_call *call = parser_alloc(p, sizeof *call);
  if (!call) call = &p->no_call;
  e->name = name;
  call->method = method_of != NULL;
  if (method_of) add_arg(p, e, method_of);
  parse_arguments(p, e, call);
  if (take_words(p, "within", "group")) {
    call->within_group = true;
    expect_operator(p, "(");
    expect_word(p, "order");
    expect_word(p, "by");
    call->order = parse_order_by(p);
    expect_operator(p, ")");
  }
  if (at_word(p, "filter") && operator_is(peek_at(p, 1), "(")) advance(p), parse_filter(p, call);
  if (is_before_over(p)) take_null_treatment(p, call);
  if (take_word(p, "over")) parse_over(p, call);
  e->call = call;
  return expand_macro(p, finish(p, e));
}

/* ---- windows ---- */

static void parse_bound(parser *p, frame_bound *bound, ast_expr **offset) {
  if (take_words(p, "current", "row")) {
    *bound = BOUND_CURRENT;
    return;
  }
  bool unbounded = take_word(p, "unbounded");
  if (!unbounded) *offset = parse_expr(p);
  if (take_word(p, "preceding")) {
    *bound = unbounded ? BOUND_UNBOUNDED_PRECEDING : BOUND_PRECEDING;
  } else if (take_word(p, "following")) {
    *bound = unbounded ? BOUND_UNBOUNDED_FOLLOWING : BOUND_FOLLOWING;
  } else {
    fail_expected(p, "PRECEDING or FOLLOWING");
  }
}

static void parse_exclude(parser *p, ast_window *w) {
  if (take_words(p, "current", "row")) {
    w->exclude = EXCLUDE_CURRENT;
  } else if (take_word(p, "group")) {
    w->exclude = EXCLUDE_GROUP;
  } else if (take_word(p, "ties")) {
    w->exclude = EXCLUDE_TIES;
  } else if (!take_words(p, "no", "others")) {
    fail_expected(p, "CURRENT ROW, GROUP, TIES or NO OTHERS after EXCLUDE");
  }
}

static void check_bounds(parser *p, const ast_window *w, size_t at) {
  if (w->from == BOUND_UNBOUNDED_FOLLOWING)
    fail_at(p, SONDE_SYNTAX, at, "a frame cannot begin at UNBOUNDED FOLLOWING");
  if (w->to == BOUND_UNBOUNDED_PRECEDING)
    fail_at(p, SONDE_SYNTAX, at, "a frame cannot end at UNBOUNDED PRECEDING");
  if (w->from > w->to) fail_at(p, SONDE_SYNTAX, at, "the frame ends before it begins: exchange its bounds");
}

static void parse_frame(parser *p, ast_window *w) {
  size_t at = peek(p)->at;
  if (take_word(p, "rows")) {
    w->unit = FRAME_ROWS;
  } else if (take_word(p, "range")) {
    w->unit = FRAME_RANGE;
  } else if (take_word(p, "groups")) {
    w->unit = FRAME_GROUPS;
  } else {
    return;
  }
  w->framed = true;
  w->to = BOUND_CURRENT;
  if (take_word(p, "between")) {
    parse_bound(p, &w->from, &w->from_value);
    expect_word(p, "and");
    parse_bound(p, &w->to, &w->to_value);
  } else {
    parse_bound(p, &w->from, &w->from_value);
  }
  if (take_word(p, "exclude")) parse_exclude(p, w);
  check_bounds(p, w, at);
}

static bool at_window_clause(const parser *p) {
  static const char *const words[] = {"partition", "order", "rows", "range", "groups"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (at_word(p, words[i])) return true;
  }
  return false;
}

ast_window *parse_window_spec(parser *p) {
  ast_window *w = parser_alloc(p, sizeof *w);
  if (!w) w = &p->no_window;
  w->at = peek(p)->at;
  expect_operator(p, "(");
  if (at_name(p) && !at_window_clause(p)) w->base = parse_name(p, "the name of a window");
  if (take_word(p, "partition")) {
    expect_word(p, "by");
    w->partition = parse_exprs(p);
  }
  if (take_words(p, "order", "by")) w->order = parse_order_by(p);
  parse_frame(p, w);
  if (!take_operator(p, ")")) fail_expected(p, "PARTITION BY, ORDER BY, ROWS, RANGE, GROUPS or )");
  return w;
}

/* ---- functions with a grammar of their own ---- */

static ast_expr *begin_call(parser *p, const char *name) {
  ast_expr *e = new_expr(p, AST_CALL, peek(p)->at);
  e->name = str(name);
  e->call = parser_alloc(p, sizeof(ast_call));
  advance(p);
  expect_operator(p, "(");
  return e;
}

static ast_expr *end_call(parser *p, ast_expr *e) {
  expect_operator(p, ")");
  return finish(p, e);
}

/* EXTRACT(year FROM x) → date_part('year', x) */
static ast_expr *parse_extract(parser *p) {
  ast_expr *e = begin_call(p, "date_part");
  ast_expr *field = new_expr(p, AST_STRING, peek(p)->at);
  field->name = parse_label(p, "a part of a date, such as YEAR");
  add_arg(p, e, finish(p, field));
  expect_word(p, "from");
  add_arg(p, e, parse_expr(p));
  return end_call(p, e);
}

/* SUBSTRING(x FROM 2 FOR 3) → substring(x, 2, 3) */
static ast_expr *parse_substring(parser *p) {
  ast_expr *e = begin_call(p, "substring");
  add_arg(p, e, parse_expr(p));
  if (take_word(p, "from")) {
    add_arg(p, e, parse_expr(p));
  } else if (at_word(p, "for")) {
    ast_expr *one = new_expr(p, AST_INTEGER, peek(p)->at);
    one->name = str("1");
    add_arg(p, e, one);
  }
  if (take_word(p, "for")) add_arg(p, e, parse_expr(p));
  while (take_operator(p, ",")) add_arg(p, e, parse_expr(p));
  return end_call(p, e);
}

/* POSITION(a IN b) → strpos(b, a) */
static ast_expr *parse_position(parser *p) {
  ast_expr *e = begin_call(p, "strpos");
  ast_expr *wanted = parse_restricted_expr(p);
  bool in = take_word(p, "in");
  if (!in) expect_operator(p, ",");
  ast_expr *other = parse_expr(p);
  add_arg(p, e, in ? other : wanted);
  add_arg(p, e, in ? wanted : other);
  return end_call(p, e);
}

/* TRIM(LEADING 'x' FROM y) → ltrim(y, 'x') */
static ast_expr *parse_trim(parser *p) {
  ast_expr *e = begin_call(p, "trim");
  if (take_word(p, "leading")) {
    e->name = str("ltrim");
  } else if (take_word(p, "trailing")) {
    e->name = str("rtrim");
  } else {
    take_word(p, "both");
  }
  ast_expr *first = at_word(p, "from") ? NULL : parse_expr(p);
  if (take_word(p, "from")) {
    add_arg(p, e, parse_expr(p));
    if (first) add_arg(p, e, first);
  } else {
    add_arg(p, e, first ? first : new_expr(p, AST_NULL, peek(p)->at));
    if (take_operator(p, ",")) add_arg(p, e, parse_expr(p));
  }
  return end_call(p, e);
}

/* OVERLAY(x PLACING y FROM 2 FOR 3) → overlay(x, y, 2, 3) */
static ast_expr *parse_overlay(parser *p) {
  ast_expr *e = begin_call(p, "overlay");
  add_arg(p, e, parse_expr(p));
  bool words = take_word(p, "placing");
  if (!words) expect_operator(p, ",");
  add_arg(p, e, parse_expr(p));
  if (words ? take_word(p, "from") : take_operator(p, ",")) add_arg(p, e, parse_expr(p));
  if (words ? take_word(p, "for") : take_operator(p, ",")) add_arg(p, e, parse_expr(p));
  return end_call(p, e);
}

static ast_expr *parse_row(parser *p) {
  ast_expr *e = begin_call(p, "");
  e->kind = AST_ROW;
  e->call = NULL;
  while (!at_operator(p, ")") && !p->failed) {
    add_arg(p, e, parse_expr(p));
    if (!take_operator(p, ",")) break;
  }
  return end_call(p, e);
}

/* COLUMNS('regex'), COLUMNS(* EXCLUDE (a)), COLUMNS(c -> …), COLUMNS([…]) */
static ast_expr *parse_columns(parser *p) {
  ast_expr *e = begin_call(p, "columns");
  e->kind = AST_COLUMNS;
  e->call = NULL;
  add_arg(p, e, parse_argument(p));
  return end_call(p, e);
}

/* EXTRACT and its like can be called like any other function as well, when the arguments are so written. */
static bool has_word_arguments(const parser *p, const char *word) {
  return at_word(p, word) && !operator_is(peek_at(p, 2), ")");
}

ast_expr *parse_special_call(parser *p) {
  if (has_word_arguments(p, "extract")) return parse_extract(p);
  if (has_word_arguments(p, "substring")) return parse_substring(p);
  if (has_word_arguments(p, "position")) return parse_position(p);
  if (has_word_arguments(p, "trim")) return parse_trim(p);
  if (has_word_arguments(p, "overlay")) return parse_overlay(p);
  if (at_word(p, "row")) return parse_row(p);
  if (at_word(p, "columns")) return parse_columns(p);
  return NULL;
}

/* ---- stars ---- */

/* One name or several in brackets; each may be qualified, or be a text. */
static void parse_exclude_list(parser *p, ast_exprs *list) {
  bool several = take_operator(p, "(");
  do {
    ast_expr *e = new_expr(p, AST_COLUMN, peek(p)->at);
    if (peek(p)->kind == TOKEN_STRING) {
      push_name(p, &e->path, advance(p)->text);
    } else {
      e->path = parse_path(p, "the name of a column");
    }
    push_expr(p, list, finish(p, e));
  } while (several && take_operator(p, ",") && !at_operator(p, ")"));
  if (several) expect_operator(p, ")");
}

static void parse_replace_list(parser *p, ast_exprs *list) {
  bool several = take_operator(p, "(");
  do {
    ast_expr *e = parse_expr(p);
    expect_word(p, "as");
    e->alias = parse_label(p, "the name of a column");
    push_expr(p, list, e);
  } while (several && take_operator(p, ",") && !at_operator(p, ")"));
  if (several) expect_operator(p, ")");
}

/* * LIKE 'x%' is COLUMNS of the names that are like it. */
static ast_expr *parse_star_pattern(parser *p, size_t at) {
  static const char *const words[] = {"like", "ilike", "glob", "similar"};
  static const char *const operators[] = {"~~", "~~*", "~~~", "similar to"};
  bool negated = at_word(p, "not") && advance(p);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!take_word(p, words[i])) continue;
    if (i == 3) expect_word(p, "to");
    ast_expr *e = new_expr(p, AST_COLUMNS, at);
    e->name = str(operators[i]);
    e->negated = negated;
    add_arg(p, e, parse_restricted_expr(p));
    return finish(p, e);
  }
  fail_expected(p, "LIKE, ILIKE, GLOB or SIMILAR TO");
  return new_expr(p, AST_NULL, at);
}

static bool at_star_pattern(const parser *p) {
  size_t n = at_word(p, "not") ? 1 : 0;
  const token *t = peek_at(p, n);
  return word_is(t, "like") || word_is(t, "ilike") || word_is(t, "glob") || word_is(t, "similar");
}

ast_expr *parse_star(parser *p, ast_names qualifier, size_t at) {
  if (at_word(p, "columns") && operator_is(peek_at(p, 1), "(")) {
    ast_expr *unpacked = parse_columns(p);
    unpacked->all = true;
    return unpacked;
  }
  if (at_star_pattern(p)) return parse_star_pattern(p, at);
  ast_expr *e = new_expr(p, AST_STAR, at);
  e->path = qualifier;
  ast_star star = {0};
  if (take_word(p, "exclude")) parse_exclude_list(p, &star.exclude);
  if (take_word(p, "replace")) parse_replace_list(p, &star.replace);
  if (take_word(p, "rename")) parse_replace_list(p, &star.rename);
  if (star.exclude.count + star.replace.count + star.rename.count > 0) {
    ast_star *kept = parser_alloc(p, sizeof *kept);
    if (kept) *kept = star;
    e->star = kept;
  }
  return finish(p, e);
}
