/* The nodes of a SELECT above its aggregate: windows, unnested lists, the projection with DISTINCT and ORDER BY. */
#include "sql/select.h"

/* ---- changing everything that stands above a node ---- */

void change_all(selection *q, ex_change change) {
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

/* ---- windows, unnest ---- */

static ex over_window(void *user, ex e) {
  selection *q = user;
  if (e->kind != BIND_WINDOW || !q->b->windows.items[e->index].id) return NULL;
  return ex_column(q->b, q->b->windows.items[e->index].id, e->type, e->at);
}

/* Window functions of this SELECT: those bound while its sub-queries were are theirs, and have an id already. */
void plan_windows(selection *q, ex_change over) {
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
void plan_unnests(selection *q, ex_change over) {
  while (plan_unnest(q, over)) continue;
}

/* ---- projection, DISTINCT, ORDER BY ---- */

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

/* The items, and behind them what only ORDER BY and DISTINCT ON ask for. */
typedef struct {
  ex_list list;
  uint32_t visible;
  uint32_t *order, *on; /* places of their keys in the list */
} projected;

static bool list_columns(selection *q, projected *x) {
  binder *b = q->b;
  x->visible = q->s.items.count;
  x->order = bind_alloc(b, (q->order.count + 1) * sizeof *x->order);
  x->on = bind_alloc(b, (q->distinct_on.count + 1) * sizeof *x->on);
  if (!x->order || !x->on) return false;
  for (uint32_t i = 0; i < x->visible; i++) PUSH(b, &x->list, q->s.items.items[i].bound);
  for (uint32_t i = 0; i < q->order.count; i++) x->order[i] = item_index(&x->list, b, q->order.items[i].by);
  for (uint32_t i = 0; i < q->distinct_on.count; i++)
    x->on[i] = item_index(&x->list, b, q->distinct_on.items[i]);
  return true;
}

/* Columns of what is planned so far; `places` NULL: the first n. */
static ex_list columns_at(selection *q, const uint32_t *places, uint32_t n) {
  ex_list out = {0};
  for (uint32_t i = 0; i < n && !q->b->failed; i++)
    PUSH(q->b, &out, node_column(q->b, q->n, places ? places[i] : i, 0));
  return out;
}

/* DISTINCT comes before ORDER BY, DISTINCT ON keeps the first rows in its order. */
static void plan_distinct_and_sort(selection *q, const projected *x) {
  ex_list on = columns_at(q, x->on, q->distinct_on.count);
  if (q->s.ast->distinct && !on.count) {
    bool hides = x->list.count > x->visible;
    ex_list shown = columns_at(q, NULL, hides ? x->visible : 0);
    plan_distinct(q, hides ? &shown : NULL);
  }
  plan_sort(q, x->order);
  if (on.count) plan_distinct(q, &on);
}

static void project(selection *q, ex_list *list) {
  q->n = node_project(q->b, q->n, list, NULL);
  name_columns(q, q->n);
}

void plan_projection(selection *q) {
  projected x = {0};
  if (!list_columns(q, &x)) return;
  attach_list(q, &x.list);
  project(q, &x.list);
  plan_distinct_and_sort(q, &x);
  if (x.list.count == x.visible || q->b->failed) return;
  ex_list shown = columns_at(q, NULL, x.visible);
  project(q, &shown);
}
