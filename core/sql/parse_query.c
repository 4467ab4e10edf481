/* Queries: WITH, set operations, SELECT and what stands in its place, ORDER BY and LIMIT; and whole statements. */
#include <string.h>

#include "sql/parser.h"

static ast_query *parse_set_operations(parser *, int level);
static ast_exprs parse_group_elements(parser *);

/* ---- where a query begins ---- */

static bool begins_query(const parser *p, size_t n) {
  static const char *const words[] = {"select", "with",      "from",  "table",  "describe",
                                      "show",   "summarize", "pivot", "unpivot"};
  const token *t = peek_at(p, n);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (word_is(t, words[i])) return true;
  }
  return word_is(t, "values") && operator_is(peek_at(p, n + 1), "(");
}

static size_t after_bracket(const parser *p, size_t n) {
  size_t open = 0;
  do {
    const token *t = peek_at(p, n++);
    if (t->kind == TOKEN_END) return n;
    if (operator_is(t, "(")) open++;
    if (operator_is(t, ")")) open--;
  } while (open > 0);
  return n;
}

/* ((SELECT …) UNION …) is a query, ((SELECT …) + 1) an expression: what follows the inner bracket tells. */
bool at_query(const parser *p) {
  if (!at_operator(p, "(")) return begins_query(p, 0);
  size_t inner = 0;
  while (operator_is(peek_at(p, inner), "(")) inner++;
  if (!begins_query(p, inner)) return false;
  static const char *const words[] = {"union", "except", "intersect", "order", "limit", "offset"};
  const token *next = peek_at(p, after_bracket(p, 0));
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (word_is(next, words[i])) return true;
  }
  return operator_is(next, ")");
}

/* ---- ORDER BY, LIMIT ---- */

static void parse_direction(parser *p, ast_expr *e) {
  if (take_word(p, "asc")) {
    e->direction = ORDER_ASC;
  } else if (take_word(p, "desc")) {
    e->direction = ORDER_DESC;
  }
  if (take_words(p, "nulls", "first")) {
    e->nulls = NULLS_FIRST;
  } else if (take_words(p, "nulls", "last")) {
    e->nulls = NULLS_LAST;
  }
}

ast_exprs parse_order_by(parser *p) {
  ast_exprs list = {0};
  do {
    ast_expr *e = parse_expr(p);
    parse_direction(p, e);
    push_expr(p, &list, e);
  } while (take_operator(p, ",") && !at_operator(p, ")"));
  return list;
}

static void parse_query_order(parser *p, ast_query *q) {
  if (!at_word(p, "all") && !operator_is(peek(p), "*")) {
    q->order = parse_order_by(p);
    return;
  }
  ast_expr *all = new_expr(p, AST_STAR, advance(p)->at);
  parse_direction(p, all);
  push_expr(p, &q->order, all);
  q->order_all = true;
}

static void parse_limit(parser *p, ast_query *q) {
  if (take_word(p, "all")) return;
  q->limit = parse_expr(p);
  q->percent = take_operator(p, "%") || take_word(p, "percent");
}

/* FETCH FIRST 10 ROWS ONLY */
static void parse_fetch(parser *p, ast_query *q) {
  if (!take_word(p, "first")) expect_word(p, "next");
  q->limit = parse_expr(p);
  if (!take_word(p, "rows")) expect_word(p, "row");
  expect_word(p, "only");
}

static void parse_offset(parser *p, ast_query *q) {
  q->offset = parse_expr(p);
  if (!take_word(p, "rows")) take_word(p, "row");
}

static void parse_modifiers(parser *p, ast_query *q) {
  if (take_words(p, "order", "by")) parse_query_order(p, q);
  for (;;) {
    if (!q->limit && take_word(p, "limit")) {
      parse_limit(p, q);
    } else if (!q->limit && take_word(p, "fetch")) {
      parse_fetch(p, q);
    } else if (!q->offset && take_word(p, "offset")) {
      parse_offset(p, q);
    } else {
      return;
    }
  }
}

static bool is_modified(const ast_query *q) { return q->ctes || q->order.count > 0 || q->limit || q->offset; }
static bool at_modifier(const parser *p) {
  return at_word(p, "order") || at_word(p, "limit") || at_word(p, "offset") || at_word(p, "fetch");
}

/* ---- WITH ---- */

static ast_cte *parse_cte(parser *p) {
  ast_cte *cte = parser_alloc(p, sizeof *cte);
  if (!cte) cte = &p->no_cte;
  cte->at = peek(p)->at;
  cte->name = parse_name(p, "the name of a common table expression");
  if (at_operator(p, "(")) cte->columns = parse_name_list(p, "the name of a column");
  if (take_words(p, "using", "key")) cte->key = parse_name_list(p, "the name of a column");
  expect_word(p, "as");
  if (take_word(p, "materialized")) {
    cte->materialized = MATERIALIZED_YES;
  } else if (take_words(p, "not", "materialized")) {
    cte->materialized = MATERIALIZED_NO;
  }
  expect_operator(p, "(");
  cte->query = parse_query(p);
  expect_operator(p, ")");
  return cte;
}

static void parse_ctes(parser *p, bool *recursive, ast_cte **first) {
  if (!take_word(p, "with")) return;
  *recursive = take_word(p, "recursive");
  do {
    ast_cte *cte = parse_cte(p);
    *first = cte;
    first = &cte->next;
  } while (take_operator(p, ","));
}

/* ---- SELECT ---- */

static ast_expr *parse_select_item(parser *p) {
  sonde_str alias = {"", 0};
  if ((at_name(p) || peek(p)->kind == TOKEN_STRING) && operator_is(peek_at(p, 1), ":")) {
    alias = advance(p)->text;
    advance(p);
  }
  ast_expr *e = parse_expr(p);
  if (take_word(p, "as")) {
    alias = parse_label(p, "an alias");
  } else if (at_alias(p)) {
    alias = advance(p)->text;
  }
  if (alias.len > 0) e->alias = alias;
  return e;
}

static bool at_end_of_items(const parser *p) {
  const token *t = peek(p);
  return t->kind == TOKEN_END || operator_is(t, ")") || operator_is(t, ";") || word_is(t, "from") ||
         word_is(t, "where") || word_is(t, "group") || word_is(t, "order");
}

ast_exprs parse_select_items(parser *p) {
  ast_exprs list = {0};
  do {
    push_expr(p, &list, parse_select_item(p));
  } while (take_operator(p, ",") && !at_end_of_items(p));
  return list;
}

static void parse_distinct(parser *p, ast_select *s) {
  s->distinct = take_word(p, "distinct");
  if (!s->distinct) {
    take_word(p, "all");
  } else if (take_words(p, "on", "(") || (at_word(p, "on") && operator_is(peek_at(p, 1), "("))) {
    advance(p);
    advance(p);
    s->distinct_on = parse_exprs(p);
    expect_operator(p, ")");
  }
}

static ast_expr *parse_group_element(parser *p) {
  ast_expr *e = new_expr(p, AST_GROUPING, peek(p)->at);
  if (take_words(p, "grouping", "sets")) {
    e->name = (sonde_str){"sets", 4};
  } else if (at_word(p, "rollup") || at_word(p, "cube")) {
    e->name = at_word(p, "cube") ? (sonde_str){"cube", 4} : (sonde_str){"rollup", 6};
    advance(p);
  } else {
    return parse_expr(p);
  }
  expect_operator(p, "(");
  ast_exprs elements = parse_group_elements(p);
  for (uint32_t i = 0; i < elements.count; i++) add_arg(p, e, elements.items[i]);
  expect_operator(p, ")");
  return finish(p, e);
}

static ast_exprs parse_group_elements(parser *p) {
  ast_exprs list = {0};
  if (!enter(p)) return leave(p), list;
  do {
    push_expr(p, &list, parse_group_element(p));
  } while (take_operator(p, ",") && !at_operator(p, ")"));
  leave(p);
  return list;
}

static void parse_group_by(parser *p, ast_select *s) {
  s->grouped = true;
  s->group_all = take_word(p, "all") || take_operator(p, "*");
  if (!s->group_all) s->groups = parse_group_elements(p);
}

static void parse_windows(parser *p, ast_window **first) {
  do {
    sonde_str name = parse_name(p, "the name of a window");
    expect_word(p, "as");
    ast_window *w = parse_window_spec(p);
    *first = w;
    w->name = name;
    first = &w->next;
  } while (take_operator(p, ","));
}

static void parse_select_clauses(parser *p, ast_select *s) {
  if (take_word(p, "where")) s->where = parse_expr(p);
  if (take_words(p, "group", "by")) parse_group_by(p, s);
  if (take_word(p, "having")) s->having = parse_expr(p);
  if (take_word(p, "window")) parse_windows(p, &s->windows);
  if (take_word(p, "qualify")) s->qualify = parse_expr(p);
  if (take_words(p, "using", "sample")) s->sample = parse_sample(p);
}

static ast_query *new_select(parser *p) {
  ast_query *q = new_query(p, QUERY_SELECT);
  ast_select *s = parser_alloc(p, sizeof *s);
  if (!s) s = &p->no_select;
  s->at = q->at;
  q->select = s;
  return q;
}

static void select_everything(parser *p, ast_select *s) {
  push_expr(p, &s->items, finish(p, new_expr(p, AST_STAR, s->at)));
}

/* SELECT … FROM …, or FROM … SELECT …, or only FROM … */
static ast_query *parse_select(parser *p) {
  ast_query *q = new_select(p);
  ast_select *s = q->select;
  bool from_first = take_word(p, "from");
  if (from_first) s->from = parse_from(p);
  if (take_word(p, "select")) {
    parse_distinct(p, s);
    s->items = parse_select_items(p);
  } else if (from_first) {
    select_everything(p, s);
  } else {
    expect_word(p, "select");
  }
  if (!from_first && take_word(p, "from")) s->from = parse_from(p);
  parse_select_clauses(p, s);
  return q;
}

static ast_query *select_from(parser *p, ast_table *from) {
  ast_query *q = new_select(p);
  q->select->from = from;
  select_everything(p, q->select);
  return q;
}

static ast_query *parse_values(parser *p) {
  ast_query *q = new_query(p, QUERY_VALUES);
  expect_word(p, "values");
  do {
    ast_expr *row = new_expr(p, AST_ROW, peek(p)->at);
    expect_operator(p, "(");
    ast_exprs values = parse_exprs(p);
    expect_operator(p, ")");
    row->args = values;
    push_expr(p, &q->rows, finish(p, row));
  } while (take_operator(p, ",") && at_operator(p, "("));
  return q;
}

/* ---- DESCRIBE, SUMMARIZE ---- */

static ast_query *parse_table_query(parser *p) {
  ast_table *t = new_table(p, TABLE_NAME);
  if (peek(p)->kind == TOKEN_STRING) {
    push_name(p, &t->path, advance(p)->text);
    t->text = !p->failed;
  } else {
    t->path = parse_path(p, "the name of a table or a query");
  }
  return select_from(p, t);
}

static ast_query *parse_about(parser *p, ast_query_kind kind) {
  ast_query *q = new_query(p, kind);
  bool show = at_word(p, "show");
  advance(p);
  if (show && (take_word(p, "tables") || take_words(p, "all", "tables"))) return q;
  bool table = take_word(p, "table");
  q->left = !table && at_query(p) ? parse_query(p) : parse_table_query(p);
  return q;
}

/* ---- set operations ---- */

static ast_query *parse_primary_query(parser *p) {
  if (take_operator(p, "(")) {
    ast_query *q = parse_query(p);
    expect_operator(p, ")");
    return q;
  }
  if (at_word(p, "values")) return parse_values(p);
  if (take_word(p, "table")) return parse_table_query(p);
  if (at_word(p, "describe") || at_word(p, "show")) return parse_about(p, QUERY_DESCRIBE);
  if (at_word(p, "summarize")) return parse_about(p, QUERY_SUMMARIZE);
  if (at_word(p, "pivot") || at_word(p, "unpivot")) return select_from(p, parse_pivot_statement(p));
  return parse_select(p);
}

/* What has an ORDER BY or a LIMIT of its own becomes a table before more is done to it. */
static ast_query *as_operand(parser *p, ast_query *q) {
  if (!is_modified(q)) return q;
  ast_table *t = new_table(p, TABLE_QUERY);
  t->query = q;
  t->at = q->at;
  ast_query *outer = select_from(p, t);
  outer->depth = (uint16_t)(q->depth + 1);
  outer->at = q->at;
  return outer;
}

static bool take_set_operator(parser *p, int level, ast_query_kind *kind) {
  if (level == 1 && take_word(p, "intersect")) return *kind = QUERY_INTERSECT, true;
  if (level == 0 && take_word(p, "union")) return *kind = QUERY_UNION, true;
  if (level == 0 && take_word(p, "except")) return *kind = QUERY_EXCEPT, true;
  return false;
}

/* Level 0 holds UNION and EXCEPT, level 1 INTERSECT, which binds closer. */
static ast_query *parse_set_operations(parser *p, int level) {
  ast_query *left = level == 1 ? parse_primary_query(p) : parse_set_operations(p, 1);
  ast_query_kind kind;
  while (take_set_operator(p, level, &kind)) {
    ast_query *q = new_query(p, kind);
    q->at = left->at;
    q->all = take_word(p, "all");
    if (!q->all) take_word(p, "distinct");
    q->by_name = take_words(p, "by", "name");
    q->left = left;
    q->right = level == 1 ? parse_primary_query(p) : parse_set_operations(p, 1);
    q->depth = (uint16_t)(1 + (left->depth > q->right->depth ? left->depth : q->right->depth));
    if (q->depth > SQL_TREE_DEPTH_MAX) {
      fail_at(p, SONDE_LIMIT, q->at, "more than %d queries are combined here", SQL_TREE_DEPTH_MAX);
    }
    left = q;
  }
  return left;
}

static ast_query *parse_whole_query(parser *p) {
  size_t at = peek(p)->at;
  bool recursive = false;
  ast_cte *ctes = NULL;
  parse_ctes(p, &recursive, &ctes);
  ast_query *q = parse_set_operations(p, 0);
  if ((ctes || at_modifier(p)) && is_modified(q)) q = as_operand(p, q);
  if (ctes) {
    q->ctes = ctes;
    q->recursive = recursive;
  }
  parse_modifiers(p, q);
  q->at = at;
  q->end = previous_end(p);
  return q;
}

ast_query *parse_query(parser *p) {
  ast_query *q = &p->no_query;
  if (enter(p)) q = parse_whole_query(p);
  leave(p);
  return q;
}

/* ---- statements ---- */

static void parse_create(parser *p, ast_statement *s) {
  if (take_words(p, "or", "replace")) s->replace = true;
  if (!take_word(p, "temp")) take_word(p, "temporary");
  if (take_word(p, "view")) {
    s->kind = STATEMENT_CREATE_VIEW;
  } else if (take_word(p, "table")) {
    s->kind = STATEMENT_CREATE_TABLE;
  } else {
    fail_expected(p, "VIEW or TABLE");
  }
  if (take_words(p, "if", "not")) {
    expect_word(p, "exists");
    s->if_exists = true;
  }
  s->path_at = peek(p)->at;
  s->path = parse_path(p, "a name");
  if (at_operator(p, "(")) s->columns = parse_name_list(p, "the name of a column");
  expect_word(p, "as");
  s->query = parse_query(p);
}

static void parse_drop(parser *p, ast_statement *s) {
  if (take_word(p, "view")) {
    s->kind = STATEMENT_DROP_VIEW;
  } else if (take_word(p, "table")) {
    s->kind = STATEMENT_DROP_TABLE;
  } else {
    fail_expected(p, "VIEW or TABLE");
  }
  s->if_exists = take_words(p, "if", "exists");
  s->path_at = peek(p)->at;
  s->path = parse_path(p, "a name");
}

static void parse_explain(parser *p, ast_statement *s) {
  s->kind = STATEMENT_EXPLAIN;
  s->analyze = take_word(p, "analyze");
  s->query = parse_query(p);
}

static void parse_statement(parser *p, ast_statement *s) {
  if (take_word(p, "create")) {
    parse_create(p, s);
  } else if (take_word(p, "drop")) {
    parse_drop(p, s);
  } else if (take_word(p, "explain")) {
    parse_explain(p, s);
  } else if (at_query(p) || at_operator(p, "(")) {
    s->query = parse_query(p);
  } else {
    fail_expected(
        p, "a query (SELECT, WITH, FROM, VALUES, DESCRIBE, SUMMARIZE, PIVOT), EXPLAIN, CREATE or DROP");
  }
  while (take_operator(p, ";")) continue;
  if (peek(p)->kind != TOKEN_END) fail_expected(p, "the end of the statement");
}

sonde_code sql_parse(sonde_str sql, arena *memory, ast_statement *out, sonde_error *err) {
  sonde_error unread;
  parser p = {.sql = sql, .memory = memory, .err = err ? err : &unread};
  token *tokens;
  SONDE_TRY(sql_lex(sql, memory, &tokens, &p.count, p.err));
  p.tokens = tokens;
  *out = (ast_statement){.kind = STATEMENT_QUERY};
  parse_statement(&p, out);
  out->parameters = p.parameters;
  return p.failed;
}
