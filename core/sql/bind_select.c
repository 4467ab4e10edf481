/* One SELECT: its clauses are bound over the columns of FROM, then cut into the nodes that compute them: filter, aggregate,
 * window, unnest, projection, distinct, sort. */
#include <string.h>

#include "sql/bind.h"

typedef struct {
  binder *b;
  const ast_query *query;
  select_state s;
  node *n;                /* what is planned so far */
  LIST_OF(uint64_t) sets; /* of GROUPING SETS: masks over groups */
  ex_list groups;
  ex having, qualify;
  ex_list distinct_on;
  LIST_OF(sort_key) order;
  id_set from_ids;
} selection;

static void enter_clause(selection *q, const char *clause, bool aggregates, bool windows, uint32_t visible) {
  q->s.clause = clause;
  q->s.aggregates = aggregates;
  q->s.windows = windows;
  q->s.unnests = false;
  q->s.visible = visible;
  q->s.items_first = false;
}

/* ---- items ---- */

/* What is selected keeps its case and accents: a collation only compares. */
static const ast_expr *shown_value(const ast_expr *ast) {
  while (ast->kind == AST_COLLATE) ast = ast->args.items[0];
  return ast;
}

typedef LIST_OF(select_item) item_list;

static void add_fields(binder *b, ex e, uint32_t depth, const select_item *as, item_list *out) {
  for (uint32_t i = 0; i < e->type.n_children && !b->failed; i++) {
    bool named = e->type.names && e->type.names[i].len > 0;
    ex key = named ? ex_text(b, e->type.names[i], e->at) : ex_integer(b, (int64_t)i + 1, e->at);
    ex field = ex_call(b, "struct_extract", e->at, 2, (ex[]){e, key});
    select_item item = *as;
    if (named) item.name = e->type.names[i];
    item.named = named;
    item.bound = field;
    if (depth > 1 && field->type.id == SQL_STRUCT)
      add_fields(b, field, depth - 1, as, out);
    else
      PUSH(b, out, item);
  }
}

/* The i-th item is unnest(struct): its fields come in its place. How many there are. */
static uint32_t spread_fields(selection *q, uint32_t i, ex fields) {
  binder *b = q->b;
  item_list out = {0};
  for (uint32_t k = 0; k < i; k++) PUSH(b, &out, q->s.items.items[k]);
  add_fields(b, fields->args[0], fields->index, &q->s.items.items[i], &out);
  uint32_t n = out.count - i;
  for (uint32_t k = i + 1; k < q->s.items.count; k++) PUSH(b, &out, q->s.items.items[k]);
  if (b->failed) return 1;
  q->s.items.items = out.items;
  q->s.items.count = out.count;
  q->s.items.cap = out.cap;
  return n;
}

static ex bind_item(selection *q, uint32_t i) {
  binder *b = q->b;
  const select_item *item = &q->s.items.items[i];
  enter_clause(q, "SELECT", true, true, i);
  q->s.unnests = true;
  b->each = item->each;
  ex e = bind_expr(b, shown_value(item->ast));
  b->each = NULL;
  if (e->kind != BIND_FIELDS && ex_has_kind(e, BIND_FIELDS))
    bind_fail(b, SONDE_UNSUPPORTED, e->at, "unnest of a struct makes columns: it has to stand alone");
  return e->type.literal ? ex_cast(b, e, plain(e->type)) : e;
}

static void bind_select_items(selection *q) {
  for (uint32_t i = 0; i < q->s.items.count && !q->b->failed; i++) {
    if (q->s.items.items[i].bound) continue;
    ex e = bind_item(q, i);
    if (e->kind == BIND_FIELDS && e->n_args)
      i += spread_fields(q, i, e) - 1;
    else
      q->s.items.items[i].bound = e;
  }
}

/* ---- COLUMNS outside of the list ---- */

/* What COLUMNS in an expression stands for, one column after the other; just one NULL where it has none. */
typedef LIST_OF(const scope_column *) each_list;

static each_list each_column(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list out = {0};
  const ast_expr *columns = ast_find(ast, AST_COLUMNS);
  select_state chosen = {.from = q->s.from};
  ast_expr *items[] = {(ast_expr *)(uintptr_t)ast};
  bool several = columns && !columns->all;
  if (several) bind_items(b, &(ast_exprs){items, 1, 1}, &chosen);
  for (uint32_t i = 0; i < chosen.items.count; i++) PUSH(b, &out, chosen.items.items[i].each);
  if (!several) PUSH(b, &out, NULL);
  return out;
}

/* WHERE COLUMNS(*) > 0: for every column. */
static ex bind_where(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list each = each_column(q, ast);
  ex all = NULL;
  for (uint32_t i = 0; i < each.count && !b->failed; i++) {
    b->each = each.items[i];
    all = ex_and(b, all, bind_bool(b, ast));
  }
  b->each = NULL;
  return all ? all : &b->no_expr;
}

/* ---- GROUP BY ---- */

static bool ordinal_of(binder *b, const ast_expr *ast, uint32_t count, uint32_t *out) {
  if (ast->kind != AST_INTEGER) return false;
  uint64_t n = 0;
  for (size_t i = 0; i < ast->name.len && n < 1000000; i++) n = n * 10 + (uint64_t)(ast->name.ptr[i] - '0');
  if (n < 1 || n > count) {
    bind_fail(b, SONDE_NAME, ast->at, "there is no column %.*s: the query has %u", (int)ast->name.len,
              ast->name.ptr, count);
    return true;
  }
  *out = (uint32_t)n - 1;
  return true;
}

static uint32_t add_group(selection *q, ex e, size_t at) {
  binder *b = q->b;
  if (ex_has_kind(e, BIND_AGGREGATE) || ex_has_kind(e, BIND_WINDOW)) {
    bind_fail(b, SONDE_TYPE, at, "an aggregate cannot be used in GROUP BY");
  }
  for (uint32_t i = 0; i < q->groups.count; i++) {
    if (ex_equal(q->groups.items[i], e)) return i;
  }
  PUSH(b, &q->groups, e);
  return q->groups.count ? q->groups.count - 1 : 0;
}

static uint32_t bind_group(selection *q, const ast_expr *ast) {
  uint32_t item;
  if (ordinal_of(q->b, ast, q->s.items.count, &item)) {
    return q->b->failed ? 0 : add_group(q, q->s.items.items[item].bound, ast->at);
  }
  enter_clause(q, "GROUP BY", false, false, ast->kind == AST_COLUMN ? q->s.items.count : 0);
  ex e = bind_expr(q->b, ast);
  return add_group(q, e->type.literal ? ex_cast(q->b, e, plain(e->type)) : e, ast->at);
}

/* The masks that one element of GROUP BY stands for. */
typedef LIST_OF(uint64_t) mask_list;

static uint64_t bind_group_row(selection *q, const ast_expr *ast) {
  uint64_t mask = 0;
  uint32_t n = ast->kind == AST_ROW ? ast->args.count : 1;
  for (uint32_t i = 0; i < n && !q->b->failed; i++) {
    uint32_t group = bind_group(q, ast->kind == AST_ROW ? ast->args.items[i] : ast);
    if (group > 63) bind_fail(q->b, SONDE_LIMIT, ast->at, "grouping sets are for at most 64 expressions");
    mask |= (uint64_t)1 << (group & 63);
  }
  return mask;
}

static void bind_group_element(selection *q, const ast_expr *ast, mask_list *out);

static void bind_grouping_sets(selection *q, const ast_expr *ast, mask_list *out) {
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++)
    bind_group_element(q, ast->args.items[i], out);
}

static void bind_rollup(selection *q, const ast_expr *ast, mask_list *out) {
  uint64_t mask = 0;
  mask_list prefixes = {0};
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++) {
    mask |= bind_group_row(q, ast->args.items[i]);
    PUSH(q->b, &prefixes, mask);
  }
  for (uint32_t i = prefixes.count; i > 0; i--) PUSH(q->b, out, prefixes.items[i - 1]);
  PUSH(q->b, out, (uint64_t)0);
}

static void bind_cube(selection *q, const ast_expr *ast, mask_list *out) {
  mask_list parts = {0};
  if (ast->args.count > 12) bind_fail(q->b, SONDE_LIMIT, ast->at, "CUBE is for at most 12 expressions");
  for (uint32_t i = 0; i < ast->args.count && !q->b->failed; i++)
    PUSH(q->b, &parts, bind_group_row(q, ast->args.items[i]));
  for (uint32_t choice = 1u << parts.count; choice > 0 && !q->b->failed; choice--) {
    uint64_t mask = 0;
    for (uint32_t i = 0; i < parts.count; i++) {
      if ((choice - 1) >> i & 1) mask |= parts.items[i];
    }
    PUSH(q->b, out, mask);
  }
}

static void bind_group_element(selection *q, const ast_expr *ast, mask_list *out) {
  if (ast->kind != AST_GROUPING) {
    uint64_t mask = bind_group_row(q, ast);
    PUSH(q->b, out, mask);
  } else if (name_is(ast->name, "sets")) {
    bind_grouping_sets(q, ast, out);
  } else if (name_is(ast->name, "rollup")) {
    bind_rollup(q, ast, out);
  } else {
    bind_cube(q, ast, out);
  }
}

/* Elements side by side are multiplied: each set of one with each set of the other. */
static void multiply_sets(selection *q, const mask_list *more) {
  mask_list product = {0};
  if (q->sets.count == 0) PUSH(q->b, &q->sets, (uint64_t)0);
  for (uint32_t i = 0; i < q->sets.count; i++) {
    for (uint32_t j = 0; j < more->count && !q->b->failed; j++)
      PUSH(q->b, &product, q->sets.items[i] | more->items[j]);
  }
  if (product.count > 65536)
    bind_fail(q->b, SONDE_LIMIT, q->s.ast->at, "there are more than 65536 grouping sets");
  memcpy(&q->sets, &product, sizeof product);
}

static void bind_group_by(selection *q) {
  const ast_exprs *list = &q->s.ast->groups;
  bool sets = false;
  for (uint32_t i = 0; i < list->count; i++) sets |= list->items[i]->kind == AST_GROUPING;
  for (uint32_t i = 0; i < list->count && !q->b->failed; i++) {
    mask_list masks = {0};
    if (sets) {
      bind_group_element(q, list->items[i], &masks);
      multiply_sets(q, &masks);
    } else if (list->items[i]->kind == AST_ROW) {
      for (uint32_t j = 0; j < list->items[i]->args.count; j++) bind_group(q, list->items[i]->args.items[j]);
    } else {
      bind_group(q, list->items[i]);
    }
  }
}

static bool varies(ex e) {
  static const int kinds[] = {EXPR_COLUMN, BIND_SUBQUERY, BIND_UNNEST};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (ex_has_kind(e, kinds[i])) return true;
  return false;
}

/* GROUP BY ALL: every item that varies and is without an aggregate; without any there is one group, also of no rows. */
static void group_by_items(selection *q) {
  for (uint32_t i = 0; i < q->s.items.count && !q->b->failed; i++) {
    ex e = q->s.items.items[i].bound;
    if (varies(e) && !ex_has_kind(e, BIND_AGGREGATE) && !ex_has_kind(e, BIND_WINDOW) &&
        !ex_has_kind(e, BIND_GROUPING)) {
      add_group(q, e, q->s.ast->at);
    }
  }
}

/* ---- ORDER BY ---- */

static void add_order(selection *q, ex e, const ast_expr *ast) {
  sort_key key = sort_by(e, ast);
  PUSH(q->b, &q->order, key);
}

static void bind_order_key(selection *q, const ast_expr *ast) {
  binder *b = q->b;
  each_list each = each_column(q, ast);
  for (uint32_t i = 0; i < each.count && !b->failed; i++) {
    enter_clause(q, "ORDER BY", true, true, q->s.items.count);
    q->s.items_first = true;
    b->each = each.items[i];
    ex e = bind_expr(b, ast);
    add_order(q, ex_cast(b, e, plain(e->type)), ast);
  }
  b->each = NULL;
}

static void bind_order_by(selection *q) {
  const ast_exprs *list = &q->query->order;
  for (uint32_t i = 0; i < list->count && !q->b->failed; i++) {
    const ast_expr *ast = list->items[i];
    uint32_t item;
    if (q->query->order_all) {
      for (uint32_t j = 0; j < q->s.items.count; j++) add_order(q, q->s.items.items[j].bound, ast);
      return;
    }
    if (ordinal_of(q->b, ast, q->s.items.count, &item)) {
      if (!q->b->failed) add_order(q, q->s.items.items[item].bound, ast);
      continue;
    }
    if (ast->kind == AST_OPERATOR && ast->args.count == 1 && ast->args.items[0]->kind == AST_INTEGER) {
      bind_fail(q->b, SONDE_NAME, ast->at, "columns are numbered from 1 to %u", q->s.items.count);
    }
    bind_order_key(q, ast);
  }
}

/* ---- from the columns of FROM to what an aggregate leaves ---- */

static bool is_own_column(const selection *q, ex e) {
  return ex_is_column(e) && id_set_has(&q->from_ids, e->index);
}

static void fail_ungrouped(selection *q, ex e) {
  const scope_column *c = column_of_id(&q->s.from, e->index);
  sonde_str name = c ? c->name : str_of("a column");
  bind_fail(q->b, SONDE_TYPE, e->at,
            "%.*s has to be in GROUP BY or inside an aggregate, such as any_value(%.*s)", (int)name.len,
            name.ptr, (int)name.len, name.ptr);
}

/* A sub-query above the aggregate may refer to grouped columns only. */
static void check_subquery_groups(selection *q, ex e) {
  id_set free_ids = node_free_ids(q->b, q->b->subqueries.items[e->index].root);
  for (uint32_t i = 0; i < q->s.from.columns.count && !q->b->failed; i++) {
    ex column = q->s.from.columns.items[i].column;
    if (!ex_is_column(column) || !id_set_has(&free_ids, column->index)) continue;
    bool grouped = false;
    for (uint32_t g = 0; g < q->groups.count; g++) grouped |= ex_equal(q->groups.items[g], column);
    if (!grouped) {
      expr at = *column;
      at.at = e->at;
      fail_ungrouped(q, &at);
    }
  }
}

static ex over_aggregate(void *user, ex e) {
  selection *q = user;
  binder *b = q->b;
  for (uint32_t i = 0; i < q->groups.count; i++) {
    if (ex_equal(q->groups.items[i], e)) return node_column(b, q->n, i, e->at);
  }
  if (e->kind == BIND_AGGREGATE && b->aggregates.items[e->index].select == &q->s) {
    return ex_column(b, b->aggregates.items[e->index].id, e->type, e->at);
  }
  if (e->kind == BIND_GROUPING) return ex_column(b, b->groupings.items[e->index].id, e->type, e->at);
  if (e->kind == BIND_SUBQUERY) check_subquery_groups(q, e);
  if (is_own_column(q, e)) fail_ungrouped(q, e);
  return NULL;
}

/* ---- the aggregate ---- */

static uint32_t count_groupings(const selection *q) {
  uint32_t n = 0;
  for (uint32_t i = q->s.first_grouping; i < q->b->groupings.count; i++)
    n += q->b->groupings.items[i].select == &q->s;
  return n;
}

static bool is_aggregated(const selection *q) {
  bool nothing = q->s.ast->group_all && q->groups.count == 0;
  bool any = (q->s.ast->grouped && !nothing) || q->having;
  for (uint32_t i = q->s.first_aggregate; i < q->b->aggregates.count; i++) {
    any |= q->b->aggregates.items[i].select == &q->s;
  }
  return any || count_groupings(q) > 0;
}

static grouping_call grouping_of(selection *q, const bound_grouping *g) {
  grouping_call call = {.n = g->args.count};
  uint32_t *groups = bind_alloc(q->b, (g->args.count + 1) * sizeof *groups);
  call.groups = groups;
  for (uint32_t i = 0; groups && i < g->args.count; i++) {
    bool found = false;
    for (uint32_t j = 0; j < q->groups.count && !found; j++) {
      found = ex_equal(q->groups.items[j], g->args.items[i]);
      groups[i] = j;
    }
    if (!found) bind_fail(q->b, SONDE_TYPE, g->ast->at, "the arguments of grouping() have to be in GROUP BY");
  }
  return call;
}

static void prepare_call(selection *q, aggregate_call *call) {
  ex *args = bind_alloc(q->b, (call->n_args + 1) * sizeof *args);
  if (!args) return;
  for (uint32_t i = 0; i < call->n_args; i++) args[i] = attach_subqueries(q->b, &q->n, call->args[i]);
  call->args = args;
  call->filter = attach_subqueries(q->b, &q->n, call->filter);
}

/* A grouped column keeps its id, so that what stands above can go on referring to it. */
static void set_group_columns(selection *q, node *n) {
  for (uint32_t i = 0; i < q->groups.count && !q->b->failed; i++) {
    ex e = q->groups.items[i];
    node_set_column(q->b, n, i, str_of(""), e->type);
    if (ex_is_column(e) && node_has_id(q->n, e->index)) n->ids[i] = e->index;
  }
}

static void fill_calls(selection *q, node *n, aggregate_call *calls) {
  uint32_t used = 0;
  for (uint32_t i = q->s.first_aggregate; i < q->b->aggregates.count; i++) {
    bound_aggregate *a = &q->b->aggregates.items[i];
    if (a->select != &q->s) continue;
    uint32_t at = q->groups.count + used;
    calls[used++] = a->call;
    node_set_column(q->b, n, at, str_of(""), a->call.type);
    n->ids[at] = a->id;
  }
}

static void fill_groupings(selection *q, node *n, grouping_call *groupings, uint32_t at) {
  for (uint32_t i = q->s.first_grouping; i < q->b->groupings.count && !q->b->failed; i++) {
    bound_grouping *g = &q->b->groupings.items[i];
    if (g->select != &q->s) continue;
    *groupings++ = grouping_of(q, g);
    node_set_column(q->b, n, at, str_of(""), sql_simple(SQL_BIGINT));
    g->id = n->ids[at++];
  }
}

/* Groups and arguments over the input; answers how many calls there are. */
static uint32_t prepare_calls(selection *q, ex *groups) {
  binder *b = q->b;
  uint32_t n_calls = 0;
  for (uint32_t i = 0; i < q->groups.count; i++) groups[i] = attach_subqueries(b, &q->n, q->groups.items[i]);
  for (uint32_t i = q->s.first_aggregate; i < b->aggregates.count && !b->failed; i++) {
    if (b->aggregates.items[i].select != &q->s) continue;
    aggregate_call call = b->aggregates.items[i].call;
    prepare_call(q, &call);
    b->aggregates.items[i].call = call;
    n_calls++;
  }
  return n_calls;
}

static void plan_aggregate(selection *q) {
  binder *b = q->b;
  uint32_t n_groupings = count_groupings(q), n_groups = q->groups.count;
  ex *groups = bind_alloc(b, (n_groups + 1) * sizeof *groups);
  uint32_t n_calls = groups ? prepare_calls(q, groups) : 0;
  node *n = node_new(b, PLAN_AGGREGATE, n_groups + n_calls + n_groupings);
  aggregate_call *calls = bind_alloc(b, (n_calls + 1) * sizeof *calls);
  grouping_call *groupings = bind_alloc(b, (n_groupings + 1) * sizeof *groupings);
  if (b->failed || !calls || !groupings) return;
  n->p.n_inputs = 1;
  n->input[0] = q->n;
  set_group_columns(q, n);
  fill_calls(q, n, calls);
  fill_groupings(q, n, groupings, n_groups + n_calls);
  const uint64_t *sets = q->sets.count ? q->sets.items : NULL;
  n->p.u.aggregate.n_groups = n_groups;
  n->p.u.aggregate.groups = groups;
  n->p.u.aggregate.n_calls = n_calls;
  n->p.u.aggregate.calls = calls;
  n->p.u.aggregate.n_groupings = n_groupings;
  n->p.u.aggregate.groupings = groupings;
  n->p.u.aggregate.n_sets = q->sets.count;
  n->p.u.aggregate.sets = sets;
  q->n = n;
}

/* ---- changing everything that stands above a node ---- */

static void change_all(selection *q, ex_change change) {
  binder *b = q->b;
  for (uint32_t i = 0; i < q->s.items.count; i++) {
    select_item *item = &q->s.items.items[i];
    item->bound = ex_map(b, item->bound, change, q);
  }
  for (uint32_t i = 0; i < q->order.count; i++)
    q->order.items[i].by = ex_map(b, q->order.items[i].by, change, q);
  for (uint32_t i = 0; i < q->distinct_on.count; i++) {
    q->distinct_on.items[i] = ex_map(b, q->distinct_on.items[i], change, q);
  }
  if (q->having) q->having = ex_map(b, q->having, change, q);
  if (q->qualify) q->qualify = ex_map(b, q->qualify, change, q);
}

typedef struct {
  selection *q;
  ex_change change;
} window_change;

static ex change_in_window(void *user, ex e) {
  window_change *w = user;
  ex changed = ex_map(w->q->b, e, w->change, w->q);
  return attach_subqueries(w->q->b, &w->q->n, changed);
}

static ex unchanged(void *user, ex e) {
  (void)user;
  (void)e;
  return NULL;
}

/* ---- windows, unnest ---- */

static ex over_window(void *user, ex e) {
  selection *q = user;
  if (e->kind != BIND_WINDOW || !q->b->windows.items[e->index].id) return NULL;
  return ex_column(q->b, q->b->windows.items[e->index].id, e->type, e->at);
}

/* Window functions of this SELECT: those bound while its sub-queries were are theirs, and have an id already. */
static void plan_windows(selection *q, ex_change over) {
  binder *b = q->b;
  LIST_OF(window_call) calls = {0};
  LIST_OF(uint32_t) which = {0};
  for (uint32_t i = q->s.first_window; i < b->windows.count; i++) {
    if (b->windows.items[i].id || b->windows.items[i].select != &q->s) continue;
    PUSH(b, &calls, b->windows.items[i].call);
    PUSH(b, &which, i);
  }
  if (calls.count == 0 || b->failed) return;
  node holder = {.p = {.kind = PLAN_WINDOW, .u = {.window = {calls.count, calls.items}}}};
  window_change change = {q, over};
  node_map(b, &holder, change_in_window, &change);
  node *n = node_over_more(b, PLAN_WINDOW, q->n, calls.count);
  n->p.u.window = holder.p.u.window;
  for (uint32_t i = 0; i < calls.count && !b->failed; i++) {
    uint32_t at = q->n->p.n_columns + i;
    node_set_column(b, n, at, str_of(""), calls.items[i].call.type);
    b->windows.items[which.items[i]].id = n->ids[at];
  }
  q->n = n;
  change_all(q, over_window);
}

static ex over_unnest(void *user, ex e) {
  selection *q = user;
  if (e->kind != BIND_UNNEST || !q->b->unnests.items[e->index].id) return NULL;
  return ex_column(q->b, q->b->unnests.items[e->index].id, e->type, e->at);
}

static bool is_planned(void *user, ex e) {
  const selection *q = user;
  return e->kind != BIND_UNNEST || q->b->unnests.items[e->index].id;
}

/* Lists whose own lists are unnested already. False: none is left. */
static bool plan_unnest(selection *q, ex_change over) {
  binder *b = q->b;
  LIST_OF(uint32_t) which = {0};
  for (uint32_t i = q->s.first_unnest; i < b->unnests.count; i++) {
    const bound_unnest *u = &b->unnests.items[i];
    if (!u->id && u->select == &q->s && ex_walk(u->of, is_planned, q)) PUSH(b, &which, i);
  }
  ex *lists = bind_alloc(b, (which.count + 1) * sizeof *lists);
  if (which.count == 0 || !lists) return false;
  for (uint32_t i = 0; i < which.count; i++) {
    window_change change = {q, over};
    ex e = change_in_window(&change, b->unnests.items[which.items[i]].of);
    lists[i] = ex_map(b, ex_map(b, e, over_window, q), over_unnest, q);
  }
  node *n = node_over_more(b, PLAN_UNNEST, q->n, which.count);
  n->p.u.unnest.n = which.count;
  n->p.u.unnest.lists = lists;
  for (uint32_t i = 0; i < which.count && !b->failed; i++) {
    uint32_t at = q->n->p.n_columns + i;
    const sql_type *list = &lists[i]->type;
    node_set_column(b, n, at, str_of("unnest"),
                    list->id == SQL_LIST ? list->children[0] : sql_simple(SQL_NULL));
    b->unnests.items[which.items[i]].id = n->ids[at];
  }
  q->n = n;
  change_all(q, over_unnest);
  return !b->failed;
}

/* Lists unnested by one SELECT go side by side; nested ones one after the other, inner ones first. */
static void plan_unnests(selection *q, ex_change over) {
  while (plan_unnest(q, over)) continue;
}

/* ---- the end: projection, distinct, sort ---- */

static uint32_t item_index(ex_list *list, binder *b, ex e) {
  for (uint32_t i = 0; i < list->count; i++) {
    if (ex_equal(list->items[i], e)) return i;
  }
  PUSH(b, list, e);
  return list->count ? list->count - 1 : 0;
}

static void name_columns(selection *q, node *n) {
  plan_column *columns = (plan_column *)(uintptr_t)n->p.columns;
  for (uint32_t i = 0; i < q->s.items.count && i < n->p.n_columns && !q->b->failed; i++) {
    columns[i].name = q->s.items.items[i].name;
  }
}

static void plan_sort(selection *q, const uint32_t *positions) {
  if (q->order.count == 0 || q->b->failed) return;
  sort_key *keys = bind_alloc(q->b, q->order.count * sizeof *keys);
  for (uint32_t i = 0; keys && i < q->order.count; i++) {
    keys[i] = q->order.items[i];
    keys[i].by = node_column(q->b, q->n, positions[i], keys[i].by->at);
  }
  node *n = node_over(q->b, PLAN_SORT, q->n);
  n->p.u.sort.n = q->order.count;
  n->p.u.sort.keys = keys;
  n->p.u.sort.limit = UINT64_MAX;
  q->n = n;
}

static void plan_distinct(selection *q, const ex_list *on) {
  node *n = node_over(q->b, PLAN_DISTINCT, q->n);
  if (on) {
    n->p.u.distinct.n = on->count;
    n->p.u.distinct.on = on->items;
  }
  q->n = n;
}

static void attach_list(selection *q, ex_list *list) {
  for (uint32_t i = 0; i < list->count && !q->b->failed; i++) {
    list->items[i] = attach_subqueries(q->b, &q->n, list->items[i]);
  }
}

static void plan_projection(selection *q) {
  binder *b = q->b;
  bool distinct = q->s.ast->distinct, on = q->distinct_on.count > 0;
  uint32_t visible = q->s.items.count;
  ex_list list = {0}, on_columns = {0};
  for (uint32_t i = 0; i < visible; i++) PUSH(b, &list, q->s.items.items[i].bound);
  uint32_t *positions = bind_alloc(b, (q->order.count + 1) * sizeof *positions);
  uint32_t *on_positions = bind_alloc(b, (q->distinct_on.count + 1) * sizeof *on_positions);
  if (!positions || !on_positions) return;
  for (uint32_t i = 0; i < q->order.count; i++) positions[i] = item_index(&list, b, q->order.items[i].by);
  for (uint32_t i = 0; i < q->distinct_on.count; i++)
    on_positions[i] = item_index(&list, b, q->distinct_on.items[i]);
  attach_list(q, &list);
  q->n = node_project(b, q->n, &list, NULL);
  name_columns(q, q->n);
  for (uint32_t i = 0; i < q->distinct_on.count; i++)
    PUSH(b, &on_columns, node_column(b, q->n, on_positions[i], 0));
  for (uint32_t i = 0; distinct && !on && list.count > visible && i < visible; i++) {
    PUSH(b, &on_columns, node_column(b, q->n, i, 0));
  }
  if (distinct && !on) plan_distinct(q, on_columns.count ? &on_columns : NULL);
  plan_sort(q, positions);
  if (on) plan_distinct(q, &on_columns);
  if (list.count == visible || b->failed) return;
  ex_list kept = {0};
  for (uint32_t i = 0; i < visible; i++) PUSH(b, &kept, node_column(b, q->n, i, 0));
  q->n = node_project(b, q->n, &kept, NULL);
  name_columns(q, q->n);
}

/* ---- a SELECT ---- */

static void check_window_names(binder *b, const ast_window *first) {
  for (const ast_window *w = first; w; w = w->next) {
    for (const ast_window *other = first; other != w; other = other->next) {
      if (same_name(w->name, other->name)) {
        bind_fail(b, SONDE_NAME, w->at, "the window %.*s is there twice", (int)w->name.len, w->name.ptr);
      }
    }
  }
}

static void bind_clauses(selection *q) {
  binder *b = q->b;
  check_window_names(b, q->s.ast->windows);
  bind_items(b, &q->s.ast->items, &q->s);
  if (q->s.items.count == 0) bind_fail(b, SONDE_SYNTAX, q->s.ast->at, "no column is left to select");
  bind_select_items(q);
  if (q->s.ast->where) {
    enter_clause(q, "WHERE", false, false, q->s.items.count);
    q->n = filter_with_subqueries(b, q->n, bind_where(q, q->s.ast->where));
  }
  bind_group_by(q);
  if (q->s.ast->group_all) group_by_items(q);
  if (q->s.ast->having) {
    enter_clause(q, "HAVING", true, false, q->s.items.count);
    q->having = bind_bool(b, q->s.ast->having);
  }
  if (q->s.ast->qualify) {
    enter_clause(q, "QUALIFY", true, true, q->s.items.count);
    q->qualify = bind_bool(b, q->s.ast->qualify);
  }
  for (uint32_t i = 0; i < q->s.ast->distinct_on.count && !b->failed; i++) {
    enter_clause(q, "DISTINCT ON", true, true, q->s.items.count);
    PUSH(b, &q->distinct_on, bind_expr(b, q->s.ast->distinct_on.items[i]));
  }
  bind_order_by(q);
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
