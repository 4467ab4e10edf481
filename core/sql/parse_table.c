/* What stands after FROM: tables, functions, sub-queries, joins, PIVOT and UNPIVOT, samples. */
#include <string.h>

#include "base/number.h"
#include "sql/parser.h"

static ast_table *parse_joined(parser *);

/* ---- samples ---- */

static double parse_sample_size(parser *p) {
  const token *t = peek(p);
  number_text n;
  if ((t->kind == TOKEN_INTEGER || t->kind == TOKEN_DECIMAL) &&
      number_scan(t->text.ptr, t->text.len, '.', &n)) {
    advance(p);
    return number_to_double(&n, t->text.ptr, t->text.len, '.');
  }
  fail_expected(p, "the size of the sample");
  return 0;
}

static void parse_sample_unit(parser *p, ast_sample *s) {
  s->percent = take_operator(p, "%") || take_word(p, "percent");
  if (!s->percent) take_word(p, "rows");
}

static void parse_seed(parser *p, ast_sample *s) {
  const token *t = peek(p);
  number_text n;
  s->seeded = t->kind == TOKEN_INTEGER && number_scan(t->text.ptr, t->text.len, '.', &n) &&
              number_to_int64(&n, t->text.ptr, t->text.len, &s->seed);
  if (s->seeded) {
    advance(p);
  } else {
    fail_expected(p, "the seed, an integer");
  }
}

/* method(10 PERCENT, 42) */
static void parse_method(parser *p, ast_sample *s) {
  s->method = parse_name(p, "the method of sampling");
  if (!take_operator(p, "(")) return;
  s->size = parse_sample_size(p);
  parse_sample_unit(p, s);
  if (take_operator(p, ",")) parse_seed(p, s);
  expect_operator(p, ")");
}

const ast_sample *parse_sample(parser *p) {
  ast_sample *s = parser_alloc(p, sizeof *s);
  if (!s) s = &p->no_sample;
  if (at_name(p)) {
    parse_method(p, s);
  } else {
    bool bracket = take_operator(p, "(");
    s->size = parse_sample_size(p);
    parse_sample_unit(p, s);
    if (bracket) expect_operator(p, ")");
    if (take_operator(p, "(")) {
      s->method = parse_name(p, "the method of sampling");
      if (take_operator(p, ",")) parse_seed(p, s);
      expect_operator(p, ")");
    }
  }
  if (take_word(p, "repeatable")) {
    expect_operator(p, "(");
    parse_seed(p, s);
    expect_operator(p, ")");
  }
  return s;
}

/* ---- PIVOT, UNPIVOT ---- */

static ast_pivot_axis *new_axis(parser *p) {
  ast_pivot_axis *axis = parser_alloc(p, sizeof *axis);
  return axis ? axis : &p->no_axis;
}

/* (1, 2 AS two) or (SELECT …) */
static void parse_axis_values(parser *p, ast_pivot_axis *axis) {
  expect_operator(p, "(");
  if (at_query(p)) {
    axis->query = parse_query(p);
  } else {
    axis->values = parse_select_items(p);
  }
  expect_operator(p, ")");
}

/* A row of columns, or one column. */
static ast_exprs parse_axis_columns(parser *p) {
  ast_exprs columns = {0};
  ast_expr *e = parse_restricted_expr(p);
  if (e->kind == AST_ROW) {
    columns = e->args;
  } else {
    push_expr(p, &columns, e);
  }
  return columns;
}

static void parse_axes(parser *p, ast_pivot_axis **link, bool commas) {
  do {
    ast_pivot_axis *axis = new_axis(p);
    axis->columns = parse_axis_columns(p);
    if (take_word(p, "in")) {
      parse_axis_values(p, axis);
    } else if (!commas) {
      fail_expected(p, "IN and the values in brackets");
    }
    *link = axis;
    link = &axis->next;
  } while (commas ? take_operator(p, ",") : !p->failed && !at_operator(p, ")") && !at_word(p, "group"));
}

static ast_table *new_pivot(parser *p, ast_table_kind kind, ast_table *source, ast_pivot **pivot) {
  ast_table *t = new_table(p, kind);
  *pivot = parser_alloc(p, sizeof **pivot);
  if (!*pivot) *pivot = &p->no_pivot;
  t->pivot = *pivot;
  t->left = source;
  t->depth = (uint16_t)(source->depth + 1);
  return t;
}

static void parse_pivot_groups(parser *p, ast_pivot *pivot) {
  if (!take_words(p, "group", "by")) return;
  pivot->grouped = true;
  pivot->groups = parse_exprs(p);
}

/* FROM t PIVOT (sum(x) FOR y IN (1, 2) GROUP BY z) */
static ast_table *parse_pivot(parser *p, ast_table *source) {
  ast_pivot *pivot;
  ast_table *t = new_pivot(p, TABLE_PIVOT, source, &pivot);
  expect_operator(p, "(");
  pivot->aggregates = parse_select_items(p);
  expect_word(p, "for");
  parse_axes(p, &pivot->axes, false);
  parse_pivot_groups(p, pivot);
  expect_operator(p, ")");
  return t;
}

static void take_include_nulls(parser *p, ast_pivot *pivot) {
  if (take_words(p, "include", "nulls")) {
    pivot->include_nulls = true;
  } else {
    take_words(p, "exclude", "nulls");
  }
}

/* FROM t UNPIVOT (value FOR name IN (a, b)) */
static ast_table *parse_unpivot(parser *p, ast_table *source) {
  ast_pivot *pivot;
  ast_table *t = new_pivot(p, TABLE_UNPIVOT, source, &pivot);
  take_include_nulls(p, pivot);
  expect_operator(p, "(");
  if (at_operator(p, "(")) {
    pivot->value = parse_name_list(p, "the name of a column");
  } else {
    push_name(p, &pivot->value, parse_name(p, "the name of a column"));
  }
  expect_word(p, "for");
  pivot->name = parse_name(p, "the name of a column");
  expect_word(p, "in");
  bool bracket = take_operator(p, "(");
  ast_exprs columns = parse_select_items(p);
  if (bracket) expect_operator(p, ")");
  expect_operator(p, ")");
  pivot->axes = new_axis(p);
  pivot->axes->values = columns;
  return t;
}

/* PIVOT t ON y IN (1, 2), z USING sum(x) GROUP BY a */
static void parse_pivot_clauses(parser *p, ast_pivot *pivot) {
  if (take_word(p, "on")) parse_axes(p, &pivot->axes, true);
  if (take_word(p, "using")) pivot->aggregates = parse_select_items(p);
  parse_pivot_groups(p, pivot);
}

/* UNPIVOT t ON a, b INTO NAME n VALUE v */
static void parse_unpivot_clauses(parser *p, ast_pivot *pivot) {
  take_include_nulls(p, pivot);
  expect_word(p, "on");
  ast_exprs columns = parse_select_items(p);
  pivot->axes = new_axis(p);
  pivot->axes->values = columns;
  if (!take_word(p, "into")) return;
  expect_word(p, "name");
  pivot->name = parse_name(p, "the name of a column");
  expect_word(p, "value");
  do {
    push_name(p, &pivot->value, parse_name(p, "the name of a column"));
  } while (take_operator(p, ","));
}

ast_table *parse_pivot_statement(parser *p) {
  bool pivots = at_word(p, "pivot");
  advance(p);
  ast_pivot *pivot;
  ast_table *t = new_pivot(p, pivots ? TABLE_PIVOT : TABLE_UNPIVOT, parse_joined(p), &pivot);
  if (pivots) {
    parse_pivot_clauses(p, pivot);
  } else {
    parse_unpivot_clauses(p, pivot);
  }
  return t;
}

/* ---- one table ---- */

static ast_table *parse_named_table(parser *p) {
  ast_table *t = new_table(p, TABLE_NAME);
  if (peek(p)->kind == TOKEN_STRING) {
    push_name(p, &t->path, advance(p)->text);
    t->text = !p->failed;
    return t;
  }
  size_t at = peek(p)->at;
  t->path = parse_path(p, "a table, a function or a sub-query");
  if (!at_operator(p, "(") || t->path.count == 0) return t;
  t->kind = TABLE_CALL;
  t->call = parse_call(p, t->path.items[t->path.count - 1], at, NULL);
  t->depth = t->call->depth;
  t->ordinality = take_words(p, "with", "ordinality");
  return t;
}

/* A sub-query, or joined tables. */
static ast_table *parse_bracketed(parser *p) {
  ast_table *t = new_table(p, TABLE_QUERY);
  advance(p);
  if (at_query(p)) {
    t->query = parse_query(p);
  } else {
    t = parse_joined(p);
  }
  expect_operator(p, ")");
  return t;
}

static void parse_table_alias(parser *p, ast_table *t) {
  if (take_word(p, "as")) {
    t->alias = parse_label(p, "an alias");
  } else if (at_alias(p)) {
    t->alias = advance(p)->text;
  }
  if (t->alias.len > 0 && at_operator(p, "(")) t->columns = parse_name_list(p, "the name of a column");
}

static ast_table *parse_core_table(parser *p) {
  if (at_operator(p, "(")) return parse_bracketed(p);
  if (at_word(p, "values") && operator_is(peek_at(p, 1), "(")) {
    ast_table *t = new_table(p, TABLE_QUERY);
    t->query = parse_query(p);
    return t;
  }
  return parse_named_table(p);
}

static ast_table *parse_table(parser *p) {
  sonde_str alias = {"", 0};
  if (at_name(p) && operator_is(peek_at(p, 1), ":")) {
    alias = advance(p)->text;
    advance(p);
  }
  bool lateral = take_word(p, "lateral");
  ast_table *t = parse_core_table(p);
  t->lateral = lateral;
  parse_table_alias(p, t);
  if (alias.len > 0) t->alias = alias;
  if (take_word(p, "tablesample")) t->sample = parse_sample(p);
  for (;;) {
    if (at_word(p, "pivot") && operator_is(peek_at(p, 1), "(")) {
      advance(p);
      t = parse_pivot(p, t);
    } else if (at_word(p, "unpivot")) {
      advance(p);
      t = parse_unpivot(p, t);
    } else {
      return t;
    }
    parse_table_alias(p, t);
  }
}

/* ---- joins ---- */

/* The words before JOIN; false, and nothing taken, when no join follows. */
static bool take_join_words(parser *p, ast_table *t) {
  static const struct {
    const char *word;
    ast_join join;
  } joins[] = {{"inner", AST_JOIN_INNER}, {"left", AST_JOIN_LEFT},
               {"right", AST_JOIN_RIGHT}, {"full", AST_JOIN_FULL},
               {"semi", AST_JOIN_SEMI},   {"anti", AST_JOIN_ANTI},
               {"cross", AST_JOIN_CROSS}, {"positional", AST_JOIN_POSITIONAL}};
  size_t pos = p->pos;
  t->natural = take_word(p, "natural");
  t->asof = take_word(p, "asof");
  for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
    if (!take_word(p, joins[i].word)) continue;
    t->join = joins[i].join;
    break;
  }
  if (t->join >= AST_JOIN_LEFT && t->join <= AST_JOIN_FULL) take_word(p, "outer");
  if (take_word(p, "join")) return true;
  p->pos = pos;
  return false;
}

static bool at_join(const parser *p) {
  static const char *const words[] = {"join", "inner", "left",       "right",   "full", "semi",
                                      "anti", "cross", "positional", "natural", "asof"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (at_word(p, words[i])) return true;
  }
  return false;
}

static bool needs_condition(const ast_table *t) {
  return !t->natural && t->join != AST_JOIN_CROSS && t->join != AST_JOIN_POSITIONAL;
}

static ast_table *parse_join(parser *p, ast_table *left);

static void parse_condition(parser *p, ast_table *t) {
  if (take_word(p, "on")) {
    t->on = parse_expr(p);
  } else if (take_word(p, "using")) {
    t->has_using = true;
    t->using_names = parse_name_list(p, "the name of a column");
  } else {
    fail_expected(p, "ON or USING");
  }
}

static void check_join_depth(parser *p, ast_table *t) {
  uint16_t deeper = t->left->depth > t->right->depth ? t->left->depth : t->right->depth;
  t->depth = (uint16_t)(deeper + 1);
  if (deeper >= SQL_TREE_DEPTH_MAX) {
    fail_at(p, SONDE_LIMIT, t->at, "more than %d tables are joined here", SQL_TREE_DEPTH_MAX);
  }
}

static ast_table *parse_join(parser *p, ast_table *left) {
  ast_table *t = new_table(p, TABLE_JOIN);
  if (!enter(p) || !take_join_words(p, t)) {
    leave(p);
    fail_expected(p, "JOIN");
    return left;
  }
  t->left = left;
  t->right = parse_table(p);
  if (needs_condition(t)) {
    while (at_join(p)) t->right = parse_join(p, t->right);
    parse_condition(p, t);
  }
  leave(p);
  check_join_depth(p, t);
  return t;
}

static ast_table *parse_joined(parser *p) {
  ast_table *t = &p->no_table;
  if (enter(p)) t = parse_table(p);
  while (at_join(p)) t = parse_join(p, t);
  leave(p);
  return t;
}

/* Tables with commas between them are a cross join. */
ast_table *parse_from(parser *p) {
  ast_table *left = parse_joined(p);
  while (take_operator(p, ",") &&
         (at_name(p) || at_operator(p, "(") || at_word(p, "lateral") || peek(p)->kind == TOKEN_STRING)) {
    ast_table *t = new_table(p, TABLE_JOIN);
    t->join = AST_JOIN_CROSS;
    t->left = left;
    t->right = parse_joined(p);
    check_join_depth(p, t);
    left = t;
  }
  return left;
}
