/* One SELECT: its clauses are bound over the columns of FROM, then cut into the nodes that compute them: filter, aggregate,
 * window, unnest, projection, distinct, sort. */
#include "sql/select.h"

void enter_clause(selection *q, const char *clause, bool aggregates, bool windows, uint32_t visible) {
  q->s.clause = clause;
  q->s.aggregates = aggregates;
  q->s.windows = windows;
  q->s.unnests = false;
  q->s.visible = visible;
  q->s.items_first = false;
}

static void check_window_names(binder *b, const ast_window *first) {
  for (const ast_window *w = first; w; w = w->next) {
    for (const ast_window *other = first; other != w; other = other->next) {
      if (same_name(w->name, other->name)) {
        bind_fail(b, SONDE_NAME, w->at, "the window %.*s is there twice", (int)w->name.len, w->name.ptr);
      }
    }
  }
}

static void bind_distinct_on(selection *q) {
  const ast_exprs *on = &q->s.ast->distinct_on;
  for (uint32_t i = 0; i < on->count && !q->b->failed; i++) {
    enter_clause(q, "DISTINCT ON", true, true, q->s.items.count);
    PUSH(q->b, &q->distinct_on, bind_expr(q->b, on->items[i]));
  }
}

/* A clause that decides about rows; NULL: it is not there. */
static ex bind_condition(selection *q, const char *clause, const ast_expr *ast, bool windows) {
  if (!ast) return NULL;
  enter_clause(q, clause, true, windows, q->s.items.count);
  return bind_bool(q->b, ast);
}

static void bind_clauses(selection *q) {
  binder *b = q->b;
  const ast_select *ast = q->s.ast;
  check_window_names(b, ast->windows);
  bind_items(b, &ast->items, &q->s);
  if (q->s.items.count == 0) bind_fail(b, SONDE_SYNTAX, ast->at, "no column is left to select");
  bind_select_items(q);
  if (ast->where) {
    enter_clause(q, "WHERE", false, false, q->s.items.count);
    q->n = filter_with_subqueries(b, q->n, bind_where(q, ast->where));
  }
  bind_group_by(q);
  q->having = bind_condition(q, "HAVING", ast->having, false);
  q->qualify = bind_condition(q, "QUALIFY", ast->qualify, true);
  bind_distinct_on(q);
  bind_order_by(q);
}

/* Where there is no aggregate the columns are still those of FROM. */
static ex unchanged(void *user, ex e) {
  (void)user;
  (void)e;
  return NULL;
}

static void plan_select(selection *q) {
  binder *b = q->b;
  ex_change over = unchanged;
  if (is_aggregated(q)) {
    plan_aggregate(q);
    if (b->failed) return;
    over = over_aggregate;
    change_all(q, over);
  }
  if (q->having) q->n = filter_with_subqueries(b, q->n, q->having);
  plan_windows(q, over);
  if (q->qualify) q->n = filter_with_subqueries(b, q->n, q->qualify);
  plan_unnests(q, over);
  if (!b->failed) plan_projection(q);
}

static void note_from_ids(selection *q) {
  q->from_ids = id_set_new(q->b);
  for (uint32_t i = 0; i < q->s.from.columns.count; i++)
    id_set_add_expr(&q->from_ids, q->s.from.columns.items[i].column);
}

/* The names that ORDER BY around combined queries may use for the columns: with their tables. */
static const scope *label_columns(selection *q) {
  scope *labels = bind_alloc(q->b, sizeof *labels);
  for (uint32_t i = 0; labels && i < q->s.items.count && i < q->n->p.n_columns && !q->b->failed; i++) {
    ex column = node_column(q->b, q->n, i, 0);
    const scope_column *from = column_of_id(&q->s.from, column->index);
    scope_column label = {.name = from ? from->name : q->s.items.items[i].name, .column = column};
    if (from) label.table = from->table;
    PUSH(q->b, &labels->columns, label);
    scope_column alias = {.name = q->s.items.items[i].name, .column = column};
    if (q->s.items.items[i].aliased) PUSH(q->b, &labels->columns, alias);
  }
  return labels;
}

static void begin_select(selection *q, binder *b, const ast_query *ast, const scope *outer) {
  q->b = b;
  q->query = ast;
  q->s.ast = ast->select;
  q->s.from.outer = outer;
  q->s.outer = b->select;
  q->s.first_aggregate = b->aggregates.count;
  q->s.first_grouping = b->groupings.count;
  q->s.first_window = b->windows.count;
  q->s.first_unnest = b->unnests.count;
}

static void bind_tables(selection *q) {
  binder *b = q->b;
  const ast_select *ast = q->s.ast;
  b->each = NULL;
  b->select = NULL;
  b->scope = &q->s.from;
  q->n = bind_sample(b, ast->from ? bind_from(b, ast->from, &q->s.from) : node_one(b), ast->sample);
  note_from_ids(q);
}

node *bind_select(binder *b, const ast_query *ast, const scope *outer) {
  selection *q = bind_alloc(b, sizeof *q);
  if (!q) return &b->no_node;
  select_state *select_around = b->select;
  const scope *scope_around = b->scope;
  const scope_column *each_around = b->each;
  begin_select(q, b, ast, outer);
  bind_tables(q);
  b->select = &q->s;
  bind_clauses(q);
  if (!b->failed) plan_select(q);
  b->select = select_around;
  b->scope = scope_around;
  b->each = each_around;
  if (b->failed) return &b->no_node;
  q->n->labels = label_columns(q);
  return q->n;
}
