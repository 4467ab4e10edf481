/* See query.h. */
#include "exec/query/query.h"

void query_init(query *q, const query_plan *p, const query_tables *tables, zones *z, mem *m, int64_t now,
                uint64_t seed) {
  *q = (query){.plan = p};
  q->run = (run){.mem = m, .tables = tables, .zones = z, .now = now, .random = seed};
  arena_init(&q->run.memory, m);
}

static sonde_code open_query(query *q) {
  run *r = &q->run;
  const query_plan *p = q->plan;
  r->outer = arena_zero(&r->memory, (p->n_outer_slots + 1u) * sizeof *r->outer, r->err);
  r->lambda = arena_zero(&r->memory, (p->n_lambda_slots + 1u) * sizeof *r->lambda, r->err);
  r->n_lambda = p->n_lambda_slots;
  r->ctes = arena_zero(&r->memory, (p->n_ctes + 1u) * sizeof *r->ctes, r->err);
  if (!r->outer || !r->lambda || !r->ctes) return r->err->code;
  q->opened = true;
  q->root = op_open(r, p->root, NULL);
  return q->root ? SONDE_OK : r->err->code;
}

step query_next(query *q, batch *b, sonde_error *err) {
  q->run.err = err;
  if (!q->opened && open_query(q) != SONDE_OK) return STEP_FAIL;
  return op_next(q->root, b);
}

void query_close(query *q) {
  sonde_error ignored;
  q->run.err = &ignored;
  op_close(q->root);
  nodes_free(&q->run);
  arena_free(&q->run.memory);
  q->root = NULL;
}
