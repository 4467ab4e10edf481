/* The aggregate of a SELECT: its groups and calls become columns, and what stands above refers to those. */
#include "sql/select.h"

static uint32_t count_groupings(const selection *q) {
  uint32_t n = 0;
  for (uint32_t i = q->s.first_grouping; i < q->b->groupings.count; i++)
    n += q->b->groupings.items[i].select == &q->s;
  return n;
}

bool is_aggregated(const selection *q) {
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

void plan_aggregate(selection *q) {
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

/* ---- from the columns of FROM to what the aggregate leaves ---- */

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

ex over_aggregate(void *user, ex e) {
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
