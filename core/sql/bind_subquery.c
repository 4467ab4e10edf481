/* Sub-queries in expressions, and how they and lateral tables are joined onto what surrounds them. Whoever depends on an
 * outer row is decorrelated where predicates can be pulled up (decorrelate.c); else PLAN_APPLY runs it for each row. */
#include <string.h>

#include "sql/decorrelate.h"

/* ---- binding ---- */

static ex subquery_of(binder *b, subquery_kind kind, node *root, sql_type type, size_t at,
                      const ex_list *sought) {
  expr *e = ex_new(b, BIND_SUBQUERY, type, at, sought ? sought->count : 0);
  for (uint32_t i = 0; i < e->n_args; i++) e->args[i] = sought->items[i];
  e->index = b->subqueries.count;
  subquery s = {.kind = kind, .root = root};
  PUSH(b, &b->subqueries, s);
  return e;
}

static void check_one_column(binder *b, const node *root, size_t at) {
  if (root->p.n_columns == 1 || b->failed) return;
  bind_fail(b, SONDE_TYPE, at, "a sub-query has one column here; this one has %u", root->p.n_columns);
}

static ex bind_scalar_subquery(binder *b, const ast_expr *ast) {
  node *root = bind_query(b, ast->query, b->scope);
  check_one_column(b, root, ast->at);
  if (b->failed) return &b->no_expr;
  return subquery_of(b, SUBQUERY_SCALAR, root, root->p.columns[0].type, ast->at, NULL);
}

static ex bind_exists(binder *b, const ast_expr *ast) {
  node *root = bind_query(b, ast->query, b->scope);
  return subquery_of(b, SUBQUERY_EXISTS, root, sql_simple(SQL_BOOL), ast->at, NULL);
}

/* The columns of a query cast to types; unchanged where they have them. */
static node *cast_columns(binder *b, node *root, const sql_type *types, size_t at) {
  ex_list list = {0};
  bool same = true;
  for (uint32_t i = 0; i < root->p.n_columns && !b->failed; i++) {
    same &= sql_type_equal(&root->p.columns[i].type, &types[i]);
    PUSH(b, &list, ex_cast(b, node_column(b, root, i, at), types[i]));
  }
  return same || b->failed ? root : node_project(b, root, &list, NULL);
}

static ex in_subquery(binder *b, ex_list sought, node *root, size_t at) {
  if (sought.count != root->p.n_columns) {
    bind_fail(b, SONDE_TYPE, at, "%u values are sought in a sub-query of %u columns", sought.count,
              root->p.n_columns);
  }
  sql_type *types = bind_alloc(b, (sought.count + 1) * sizeof *types);
  if (!types) return &b->no_expr;
  for (uint32_t i = 0; i < sought.count; i++) {
    types[i] = plain(ex_unify(b, at, "what is sought and the sub-query", &sought.items[i]->type,
                              &root->p.columns[i].type));
    sought.items[i] = ex_cast(b, sought.items[i], types[i]);
  }
  root = cast_columns(b, root, types, at);
  return subquery_of(b, SUBQUERY_IN, root, sql_simple(SQL_BOOL), at, &sought);
}

static ex bind_in_query(binder *b, const ast_expr *ast) {
  const ast_expr *left = ast->args.items[0];
  ex_list sought = {0};
  node *root = bind_query(b, ast->query, b->scope);
  if (left->kind == AST_ROW && root->p.n_columns > 1) {
    bind_exprs(b, &left->args, &sought);
  } else {
    PUSH(b, &sought, bind_expr(b, left));
  }
  if (b->failed) return &b->no_expr;
  ex e = in_subquery(b, sought, root, ast->at);
  return ast->negated ? ex_not(b, e) : e;
}

/* ---- ANY, ALL ---- */

static node *aggregate_of(binder *b, node *input, const char *const *names, uint32_t n, size_t at) {
  node *out = node_new(b, PLAN_AGGREGATE, n);
  aggregate_call *calls = bind_alloc(b, n * sizeof *calls);
  if (!calls || b->failed) return out;
  ex_list column = {0}, none = {0};
  PUSH(b, &column, node_column(b, input, 0, at));
  for (uint32_t i = 0; i < n; i++) {
    bool star = name_is(str_of(names[i]), "count_star");
    ex bound = ex_function(b, str_of(names[i]), FUNCTION_AGGREGATE, at, star ? &none : &column, NULL);
    calls[i] = (aggregate_call){.function = bound->function,
                                .n_args = bound->n_args,
                                .args = bound->args,
                                .at = (uint32_t)at,
                                .type = bound->type};
    node_set_column(b, out, i, str_of(names[i]), bound->type);
  }
  out->p.n_inputs = 1;
  out->input[0] = input;
  out->p.u.aggregate.n_calls = n;
  out->p.u.aggregate.calls = calls;
  return out;
}

static ex case_of(binder *b, size_t at, uint32_t n, const ex *args) {
  expr *e = ex_new(b, EXPR_CASE, sql_simple(SQL_BOOL), at, n);
  for (uint32_t i = 0; i < e->n_args; i++) e->args[i] = args[i];
  return e;
}

/* x < ANY (q) is x < max(q), x < ALL (q) is x < min(q); = ALL and <> ANY look at both. */
static ex compare_extremes(binder *b, const ast_expr *ast, ex x, ex least, ex most) {
  char first = ast->name.len ? ast->name.ptr[0] : 0;
  bool not_equal = name_is(ast->name, "<>") || first == '!';
  bool greater = first == '>', less = first == '<' && !not_equal;
  ex low[] = {x, least}, high[] = {x, most};
  const char *op = not_equal ? "<>"
                   : greater ? (ast->name.len > 1 ? ">=" : ">")
                   : less    ? (ast->name.len > 1 ? "<=" : "<")
                             : "=";
  if (less) return ex_call(b, op, ast->at, 2, ast->all ? low : high);
  if (greater) return ex_call(b, op, ast->at, 2, ast->all ? high : low);
  ex a = ex_call(b, op, ast->at, 2, low), c = ex_call(b, op, ast->at, 2, high);
  return not_equal ? ex_not(b, ex_and(b, ex_not(b, a), ex_not(b, c))) : ex_and(b, a, c);
}

/* Three-valued: an empty query decides, then a comparison that does, then nulls. */
static ex bind_extremes(binder *b, const ast_expr *ast, ex x, node *root) {
  static const char *const names[] = {"min", "max", "count_star", "count"};
  node *extremes = aggregate_of(b, root, names, 4, ast->at);
  ex rows = node_column(b, extremes, 2, ast->at), values = node_column(b, extremes, 3, ast->at);
  ex test =
      compare_extremes(b, ast, x, node_column(b, extremes, 0, ast->at), node_column(b, extremes, 1, ast->at));
  ex empty[] = {rows, ex_integer(b, 0, ast->at)}, fewer[] = {values, rows};
  ex decided = ast->all ? ex_not(b, test) : test;
  ex unknown = ex_cast(b, ex_null(b, ast->at), sql_simple(SQL_BOOL));
  ex args[] = {ex_call(b, "=", ast->at, 2, empty),
               ex_bool(b, ast->all, ast->at),
               decided,
               ex_bool(b, !ast->all, ast->at),
               ex_call(b, "<", ast->at, 2, fewer),
               unknown,
               ex_is_null(b, x, false),
               unknown,
               ex_bool(b, ast->all, ast->at)};
  ex_list result = {0};
  PUSH(b, &result, case_of(b, ast->at, 9, args));
  node *answer = node_project(b, extremes, &result, NULL);
  return subquery_of(b, SUBQUERY_SCALAR, answer, sql_simple(SQL_BOOL), ast->at, NULL);
}

/* x = ANY (list): the list as rows. */
static node *list_rows(binder *b, ex list, size_t at) {
  node *out = node_over_more(b, PLAN_UNNEST, node_one(b), 1);
  ex *lists = bind_alloc(b, sizeof *lists);
  if (!lists || list->type.id != SQL_LIST) {
    bind_fail(b, SONDE_TYPE, at, "ANY and ALL take a list or a sub-query");
    return out;
  }
  lists[0] = list;
  out->p.u.unnest.n = 1;
  out->p.u.unnest.lists = lists;
  node_set_column(b, out, 0, str_of("unnest"), list->type.children[0]);
  return out;
}

static ex bind_quantified(binder *b, const ast_expr *ast) {
  ex x = bind_expr(b, ast->args.items[0]);
  node *root = ast->query ? bind_query(b, ast->query, b->scope)
                          : list_rows(b, bind_expr(b, ast->args.items[1]), ast->at);
  check_one_column(b, root, ast->at);
  if (b->failed) return &b->no_expr;
  bool equal = name_is(ast->name, "=") || name_is(ast->name, "=="),
       unequal = name_is(ast->name, "<>") || name_is(ast->name, "!=");
  ex_list sought = {0};
  PUSH(b, &sought, x);
  if (equal && !ast->all) return in_subquery(b, sought, root, ast->at);
  if (unequal && ast->all) return ex_not(b, in_subquery(b, sought, root, ast->at));
  bool ordered = equal || unequal || name_is(ast->name, "<") || name_is(ast->name, "<=") ||
                 name_is(ast->name, ">") || name_is(ast->name, ">=");
  if (!ordered) bind_fail(b, SONDE_UNSUPPORTED, ast->at, "ANY and ALL are for comparisons");
  return bind_extremes(b, ast, x, root);
}

/* ARRAY(SELECT x …): a list, empty when there is no row. */
static ex bind_array_query(binder *b, const ast_expr *ast) {
  static const char *const names[] = {"list"};
  node *root = bind_query(b, ast->query, b->scope);
  check_one_column(b, root, ast->at);
  node *all = aggregate_of(b, root, names, 1, ast->at);
  if (b->failed) return &b->no_expr;
  ex list = subquery_of(b, SUBQUERY_SCALAR, all, all->p.columns[0].type, ast->at, NULL);
  expr *e = ex_new(b, EXPR_COALESCE, list->type, ast->at, 2);
  if (e->n_args) e->args[0] = list;
  if (e->n_args) e->args[1] = ex_cast(b, ex_call(b, "list_value", ast->at, 0, NULL), list->type);
  return e;
}

ex bind_subquery_expr(binder *b, const ast_expr *ast) {
  switch (ast->kind) {
  case AST_SCALAR: return bind_scalar_subquery(b, ast);
  case AST_EXISTS: return bind_exists(b, ast);
  case AST_IN_QUERY: return bind_in_query(b, ast);
  case AST_QUANTIFIED: return bind_quantified(b, ast);
  default: return bind_array_query(b, ast);
  }
}

/* ---- attaching: scalar ---- */

/* Exactly one row, whatever the input holds. */
static bool one_row(const node *n) {
  switch (n->p.kind) {
  case PLAN_ONE: return true;
  case PLAN_AGGREGATE: return n->p.u.aggregate.n_groups == 0 && n->p.u.aggregate.n_sets == 0;
  case PLAN_PROJECT:
  case PLAN_SORT: return one_row(n->input[0]);
  case PLAN_JOIN: return n->p.u.join.kind == JOIN_SINGLE && one_row(n->input[0]);
  default: return false;
  }
}

typedef struct {
  const node *project;
} substitution;

static ex substitute(void *user, ex e) {
  const node *project = ((substitution *)user)->project;
  for (uint32_t i = 0; ex_is_column(e) && i < project->p.n_columns; i++) {
    if (project->ids[i] == e->index) return project->p.u.project.exprs[i];
  }
  return NULL;
}

ex through_project(binder *b, const node *project, ex e) {
  substitution s = {project};
  return ex_map(b, e, substitute, &s);
}

/* Projections of a single row are computed above the join, where outer columns are at hand. */
static node *peel(binder *b, node *n, ex *list, uint32_t count) {
  while (!b->failed && n->p.n_inputs == 1 && one_row(n) &&
         (n->p.kind == PLAN_PROJECT || n->p.kind == PLAN_SORT)) {
    for (uint32_t i = 0; n->p.kind == PLAN_PROJECT && i < count; i++)
      list[i] = through_project(b, n, list[i]);
    n = n->input[0];
  }
  return n;
}

typedef struct {
  binder *b;
  const id_set *zeros;
} zero_change;

/* Counts of no rows are 0, where the join gives null. */
static ex count_or_zero(void *user, ex e) {
  zero_change *z = user;
  if (!ex_is_column(e) || !id_set_has(z->zeros, e->index)) return NULL;
  expr *c = ex_new(z->b, EXPR_COALESCE, e->type, e->at, 2);
  if (c->n_args) c->args[0] = e;
  if (c->n_args) c->args[1] = ex_cast(z->b, ex_integer(z->b, 0, e->at), e->type);
  return c;
}

/* Joins a right side of at most one row for each left row; adapts expressions over its columns. */
static void join_single(binder *b, node **input, node *right, ex *list, uint32_t count) {
  id_set outer = outer_ids(b, *input, right);
  bool single = one_row(right);
  if (right->p.kind == PLAN_ONE) return;
  if (id_set_empty(&outer)) {
    *input = node_join(b, single ? JOIN_INNER : JOIN_SINGLE, *input, right);
    return;
  }
  pulled p = pull_predicates(b, right, &outer);
  if (!p.root) {
    *input = node_apply(b, single ? JOIN_LEFT : JOIN_SINGLE, *input, right, &outer);
    return;
  }
  *input = node_join(b, single ? JOIN_LEFT : JOIN_SINGLE, *input, p.root);
  node_join_on(b, *input, p.condition);
  zero_change z = {b, &p.zeros};
  for (uint32_t i = 0; i < count; i++) list[i] = ex_map(b, list[i], count_or_zero, &z);
}

static ex attach_scalar(binder *b, node **input, node *root, size_t at) {
  ex result = node_column(b, root, 0, at);
  node *right = peel(b, root, &result, 1);
  join_single(b, input, right, &result, 1);
  return result;
}

/* ---- attaching: EXISTS and IN ---- */

/* What does not change whether there is a row. */
static node *strip_for_exists(node *n) {
  for (;;) {
    bool limit = n->p.kind == PLAN_LIMIT && !n->p.u.limit.offset && n->p.u.limit.limit &&
                 n->p.u.limit.limit->kind == EXPR_CONST && n->p.u.limit.limit->type.id == SQL_BIGINT &&
                 n->p.u.limit.limit->constant.v.i > 0;
    bool sort = n->p.kind == PLAN_SORT, distinct = n->p.kind == PLAN_DISTINCT;
    if (!limit && !sort && !distinct && n->p.kind != PLAN_PROJECT) return n;
    n = n->input[0];
  }
}

/* left (SEMI, ANTI, MARK) right, by the keys sought and by what correlates them; NULL when that cannot be pulled up. */
static node *join_sought(binder *b, join_kind kind, node *left, node *right, ex sought, const id_set *outer) {
  ex condition = sought;
  if (!id_set_empty(outer)) {
    pulled p = pull_predicates(b, right, outer);
    if (!p.root) return NULL;
    if (!id_set_empty(&p.zeros)) return NULL;
    right = p.root;
    condition = ex_and(b, sought, p.condition);
  }
  node *join = node_join(b, kind, left, right);
  node_join_on(b, join, condition);
  return join;
}

static ex sought_condition(binder *b, ex in, const node *root) {
  ex condition = NULL;
  for (uint32_t i = 0; i < in->n_args && !b->failed; i++) {
    ex args[] = {in->args[i], node_column(b, root, i, in->at)};
    condition = ex_and(b, condition, ex_call(b, "=", in->at, 2, args));
  }
  return condition;
}

static ex coalesce_false(binder *b, ex e) {
  expr *c = ex_new(b, EXPR_COALESCE, e->type, e->at, 2);
  if (c->n_args) c->args[0] = e;
  if (c->n_args) c->args[1] = ex_bool(b, false, e->at);
  return c;
}

static ex mark_of(binder *b, const node *n, size_t at) { return node_column(b, n, n->p.n_columns - 1, at); }

static ex apply_mark(binder *b, node **input, node *right, ex in, const id_set *outer) {
  node *apply = node_apply(b, JOIN_MARK, *input, right, outer);
  join_key *key = bind_alloc(b, sizeof *key);
  if (in && key) {
    *key = (join_key){.left = in->args[0], .right = node_column(b, right, 0, in->at)};
    apply->p.u.apply.mark = key;
  }
  *input = apply;
  return mark_of(b, apply, in ? in->at : 0);
}

/* With a residual, EXISTS is `true IN (SELECT true …)`: what correlates it is then looked up, as keys behind the mark's. */
static void mark_truth(binder *b, node *join, size_t at) {
  uint32_t n = join->p.u.join.n_keys;
  if (n == 0 || !join->p.u.join.residual) return;
  join_key *keys = bind_alloc(b, (n + 1) * sizeof *keys);
  if (!keys) return;
  keys[0] = (join_key){.left = ex_bool(b, true, at), .right = ex_bool(b, true, at)};
  memcpy(keys + 1, join->p.u.join.keys, n * sizeof *keys);
  join->p.u.join.keys = keys;
  join->p.u.join.n_keys = n + 1;
}

static ex attach_exists(binder *b, node **input, node *root, size_t at) {
  static const char *const count[] = {"count_star"};
  node *right = strip_for_exists(root);
  if (one_row(right)) return ex_bool(b, true, at);
  id_set outer = outer_ids(b, *input, right);
  if (id_set_empty(&outer)) {
    node *first = node_limit(b, right, ex_integer(b, 1, at), NULL);
    node *counted = aggregate_of(b, first, count, 1, at);
    *input = node_join(b, JOIN_INNER, *input, counted);
    ex args[] = {node_column(b, counted, 0, at), ex_integer(b, 0, at)};
    return ex_call(b, ">", at, 2, args);
  }
  node *join = join_sought(b, JOIN_MARK, *input, right, NULL, &outer);
  if (!join) return coalesce_false(b, apply_mark(b, input, right, NULL, &outer));
  mark_truth(b, join, at);
  *input = join;
  return coalesce_false(b, mark_of(b, join, at));
}

static ex attach_in(binder *b, node **input, node *root, ex in) {
  id_set outer = outer_ids(b, *input, root);
  if (!id_set_empty(&outer)) {
    if (in->n_args > 1)
      bind_fail(b, SONDE_UNSUPPORTED, in->at, "rows cannot be sought in a correlated sub-query here");
    return apply_mark(b, input, root, in, &outer);
  }
  node *join = node_join(b, JOIN_MARK, *input, root);
  for (uint32_t i = 0; i < in->n_args && !b->failed; i++) {
    join_key key = {.left = in->args[i], .right = node_column(b, root, i, in->at)};
    node_add_key(b, join, key);
  }
  *input = join;
  return mark_of(b, join, in->at);
}

/* ---- attaching ---- */

typedef struct {
  binder *b;
  node **input;
} attachment;

static ex attach_one(void *user, ex e) {
  attachment *a = user;
  binder *b = a->b;
  if (e->kind != BIND_SUBQUERY || b->failed) return NULL;
  subquery *s = &b->subqueries.items[e->index];
  if (s->joined) {
    if (!ex_is_column(s->joined) || node_has_id(*a->input, s->joined->index)) return s->joined;
    bind_fail(b, SONDE_UNSUPPORTED, e->at, "the sub-query is used in two places: give it a name with WITH");
    return s->joined;
  }
  expr *in = ex_new(b, BIND_SUBQUERY, e->type, e->at, e->n_args);
  for (uint32_t i = 0; i < in->n_args; i++) in->args[i] = ex_map(b, e->args[i], attach_one, a);
  node *root = b->subqueries.items[e->index].root;
  ex joined = s->kind == SUBQUERY_SCALAR   ? attach_scalar(b, a->input, root, e->at)
              : s->kind == SUBQUERY_EXISTS ? attach_exists(b, a->input, root, e->at)
                                           : attach_in(b, a->input, root, in);
  b->subqueries.items[e->index].joined = joined;
  return joined;
}

ex attach_subqueries(binder *b, node **input, ex e) {
  attachment a = {b, input};
  return e ? ex_map(b, e, attach_one, &a) : NULL;
}

typedef struct {
  binder *b;
  node **left, **right;
} two_sides;

static ex attach_to_one(void *user, ex e) {
  two_sides *sides = user;
  binder *b = sides->b;
  if (e->kind != BIND_SUBQUERY || b->failed) return NULL;
  id_set needed = node_free_ids(b, b->subqueries.items[e->index].root), left = id_set_new(b),
         right = id_set_new(b);
  for (uint32_t i = 0; i < e->n_args; i++) id_set_add_expr(&needed, e->args[i]);
  for (uint32_t i = 0; i < (*sides->left)->p.n_columns; i++) id_set_add(&left, (*sides->left)->ids[i]);
  for (uint32_t i = 0; i < (*sides->right)->p.n_columns; i++) id_set_add(&right, (*sides->right)->ids[i]);
  bool of_left = false, of_right = false;
  for (uint32_t i = 0; i < needed.n; i++) {
    of_left |= i < left.n && (needed.words[i] & left.words[i]);
    of_right |= i < right.n && (needed.words[i] & right.words[i]);
  }
  if (of_left && of_right) {
    bind_fail(b, SONDE_UNSUPPORTED, e->at,
              "a sub-query in ON of an outer join can depend on one of its tables only");
  }
  return attach_subqueries(b, of_left ? sides->left : sides->right, e);
}

ex attach_to_sides(binder *b, node **left, node **right, ex condition) {
  two_sides sides = {b, left, right};
  return ex_map(b, condition, attach_to_one, &sides);
}

/* ---- filters ---- */

static bool is_membership(const binder *b, ex e) {
  return e->kind == BIND_SUBQUERY && b->subqueries.items[e->index].kind != SUBQUERY_SCALAR &&
         !b->subqueries.items[e->index].joined;
}

/* EXISTS and IN that decide about a row: semi-joins. NOT IN minds nulls and stays a mark. */
static node *filter_by_membership(binder *b, node *n, ex e, bool negated) {
  subquery *s = &b->subqueries.items[e->index];
  bool in = s->kind == SUBQUERY_IN;
  if (in && negated) return NULL;
  node *right = in ? s->root : strip_for_exists(s->root);
  ex sought = NULL;
  if (!in && one_row(right)) return NULL;
  if (in) {
    expr *copy = ex_new(b, BIND_SUBQUERY, e->type, e->at, e->n_args);
    for (uint32_t i = 0; i < copy->n_args; i++) copy->args[i] = attach_subqueries(b, &n, e->args[i]);
    sought = sought_condition(b, copy, right);
  }
  id_set outer = outer_ids(b, n, right);
  return join_sought(b, negated ? JOIN_ANTI : JOIN_SEMI, n, right, sought, &outer);
}

static node *filter_by_part(binder *b, node *n, ex part) {
  bool negated = part->kind == EXPR_NOT;
  ex inner = negated ? part->args[0] : part;
  node *joined = is_membership(b, inner) ? filter_by_membership(b, n, inner, negated) : NULL;
  if (joined) return joined;
  ex condition = attach_subqueries(b, &n, part);
  return node_filter(b, n, condition);
}

node *filter_with_subqueries(binder *b, node *n, ex condition) {
  if (!condition || b->failed) return n;
  ex_list parts = {0};
  ex_split(b, condition, &parts);
  ex_list plain_parts = {0};
  for (uint32_t i = 0; i < parts.count; i++) {
    if (!ex_has_kind(parts.items[i], BIND_SUBQUERY)) PUSH(b, &plain_parts, parts.items[i]);
  }
  n = node_filter(b, n, ex_all(b, &plain_parts));
  for (uint32_t i = 0; i < parts.count && !b->failed; i++) {
    if (ex_has_kind(parts.items[i], BIND_SUBQUERY)) n = filter_by_part(b, n, parts.items[i]);
  }
  return n;
}

/* ---- lateral tables ---- */

/* unnest(l.items) beside l: rows come straight from l. */
static node *unnest_left(binder *b, join_kind kind, node *left, const node *right) {
  node *out = node_over_more(b, PLAN_UNNEST, left, right->p.n_columns);
  if (b->failed) return out;
  out->p.u.unnest = right->p.u.unnest;
  out->p.u.unnest.outer = kind == JOIN_LEFT;
  for (uint32_t i = 0; i < right->p.n_columns; i++) {
    uint32_t at = left->p.n_columns + i;
    node_set_column(b, out, at, right->p.columns[i].name, right->p.columns[i].type);
    out->ids[at] = right->ids[i];
  }
  return out;
}

static bool is_true(ex e) { return !e || (e->kind == EXPR_CONST && !e->constant.null && e->constant.v.b); }

/* A lateral query of one row: joined like a scalar sub-query, its columns computed above the join under their own ids. */
static node *join_single_row(binder *b, node *left, node *right, ex condition) {
  ex_list columns = {0};
  uint32_t n_left = left->p.n_columns;
  for (uint32_t i = 0; i < n_left; i++) PUSH(b, &columns, node_column(b, left, i, 0));
  for (uint32_t i = 0; i < right->p.n_columns; i++) PUSH(b, &columns, node_column(b, right, i, 0));
  if (b->failed) return left;
  node *joined = left;
  node *inner = peel(b, right, columns.items + n_left, right->p.n_columns);
  join_single(b, &joined, inner, columns.items + n_left, right->p.n_columns);
  node *out = node_project(b, joined, &columns, NULL);
  for (uint32_t i = 0; i < right->p.n_columns && !b->failed; i++) {
    out->ids[n_left + i] = right->ids[i];
  }
  return node_filter(b, out, condition);
}

node *join_dependent(binder *b, join_kind kind, node *left, node *right, ex condition) {
  if (b->failed) return left;
  id_set outer = outer_ids(b, left, right);
  if (id_set_empty(&outer)) {
    node *join = node_join(b, kind, left, right);
    node_join_on(b, join, condition);
    return join;
  }
  if (kind != JOIN_INNER && kind != JOIN_LEFT) {
    bind_fail(b, SONDE_UNSUPPORTED, 0, "only inner and left joins may refer to the tables on their left");
    return left;
  }
  bool unnest = right->p.kind == PLAN_UNNEST && right->input[0]->p.kind == PLAN_ONE;
  if (unnest && (kind == JOIN_INNER || is_true(condition))) {
    return node_filter(b, unnest_left(b, kind, left, right), is_true(condition) ? NULL : condition);
  }
  if (one_row(right) && kind == JOIN_INNER)
    return join_single_row(b, left, right, is_true(condition) ? NULL : condition);
  pulled p = pull_predicates(b, right, &outer);
  if (p.root && id_set_empty(&p.zeros) && !one_row(right)) {
    node *join = node_join(b, kind, left, p.root);
    node_join_on(b, join, ex_and(b, p.condition, is_true(condition) ? NULL : condition));
    return join;
  }
  node *apply = node_apply(b, kind, left, right, &outer);
  apply->p.u.apply.residual = is_true(condition) ? NULL : condition;
  return apply;
}
