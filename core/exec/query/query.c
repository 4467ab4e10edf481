/* See query.h. */
#include "exec/query/query.h"
#include "exec/query/operator/spill.h"

#define SHARES 8u /* of memory: what one operator may keep, as several do at a time */

void query_init(query *q, const query_plan *p, const query_tables *tables, zones *z, mem *m, int64_t now,
                uint64_t seed) {
  *q = (query){.plan = p};
  q->run = (run){.mem = m, .tables = tables, .zones = z, .now = now, .random = seed};
  q->run.share = mem_share(m) / SHARES;
  q->run.batch_rows = BATCH_ROWS;
  arena_init(&q->run.memory, m);
}

static sonde_code open_query(query *q) {
  run *r = &q->run;
  const query_plan *p = q->plan;
  r->outer = arena_zero(&r->memory, (p->n_outer_slots + 1u) * sizeof *r->outer, r->err);
  r->lambda = arena_zero(&r->memory, (p->n_lambda_slots + 1u) * sizeof *r->lambda, r->err);
  r->n_lambda = p->n_lambda_slots;
  r->ctes = arena_zero(&r->memory, (p->n_ctes + 1u) * sizeof *r->ctes, r->err);
  r->cte_rests = arena_zero(&r->memory, (p->n_ctes + 1u) * sizeof *r->cte_rests, r->err);
  if (!r->outer || !r->lambda || !r->ctes || !r->cte_rests) return r->err->code;
  q->opened = true;
  q->root = op_open(r, p->root, NULL);
  return q->root ? SONDE_OK : r->err->code;
}

/* Where the host has no file for what memory does not hold. */
static step explain_limit(const query *q, uint64_t refused, sonde_error *err) {
  const mem *m = q->run.mem;
  if (err->code == SONDE_LIMIT && m->refused > refused && !q->run.spool)
    status_set(
        err, SONDE_LIMIT, 0,
        "the memory budget of %llu MB does not hold the rows that the query has to keep, and there is no file "
        "to keep them in, as in private windows of browsers; ask for fewer rows or columns, or raise the budget",
        (unsigned long long)(m->limit >> 20));
  return STEP_FAIL;
}

step query_next(query *q, batch *b, sonde_error *err) {
  uint64_t refused = q->run.mem->refused;
  q->run.err = err;
  if (!q->opened && open_query(q) != SONDE_OK) return STEP_FAIL;
  step s = op_next(q->root, b);
  return s == STEP_FAIL ? explain_limit(q, refused, err) : s;
}

void query_close(query *q) {
  sonde_error ignored;
  q->run.err = &ignored;
  op_close(q->root);
  nodes_free(&q->run);
  arena_free(&q->run.memory);
  q->root = NULL;
}
