/* The rows of a query as a table: for the host, or for the session. */
#include "api/memory_table.h"
#include "api/query_job.h"
#include "api/session.h"

static sonde_code begin(asking *x, const plan_column *columns, uint32_t n, sonde_error *err) {
  sonde_engine *e = x->job->engine;
  SONDE_TRY(memory_table_new(e, columns, n, &x->made, err));
  return collector_open(&x->collector, &e->mem, x->made->sql_types, n, err);
}

static sonde_code keep_rows(asking *x, sonde_error *err) {
  sonde_engine *e = x->job->engine;
  if (x->collector.rows == 0) return SONDE_OK;
  return memory_table_add(e, x->made, &x->collector, err);
}

/* Memory ran out for the result, not for finding it: people can ask for less. */
static sonde_code explain_limit(const asking *x, sonde_code code, sonde_error *err) {
  if (code != SONDE_LIMIT) return code;
  return status_set(
      err, SONDE_LIMIT, 0,
      "the memory budget of %llu MB does not hold the result, of which there are %llu rows so far; "
      "add a LIMIT, choose fewer columns, or raise the budget",
      (unsigned long long)(x->job->engine->mem.limit >> 20), (unsigned long long)x->rows);
}

static sonde_code rows(asking *x, const batch *b, sonde_error *err) {
  sonde_code code = collector_add(&x->collector, b, err);
  if (code == SONDE_OK && collector_is_full(&x->collector)) code = keep_rows(x, err);
  return explain_limit(x, code, err);
}

static sonde_step end(asking *x, sonde_error *err) {
  sonde_job *j = x->job;
  if (explain_limit(x, keep_rows(x, err), err) != SONDE_OK) return SONDE_FAIL;
  collector_close(&x->collector);
  buf_clear(&j->page);
  if (memory_table_page(j->engine, x->made, &j->scratch, &j->page, err) != SONDE_OK) return SONDE_FAIL;
  j->table = x->made;
  if (job_answer(j, err) != SONDE_OK) return j->table = NULL, SONDE_FAIL;
  memory_table_publish(j->engine, x->made);
  x->made = NULL;
  return query_last_page(x, err);
}

const sink query_table_sink = {begin, rows, end};

static sonde_step end_create(asking *x, sonde_error *err) {
  uint64_t n = x->rows;
  if (explain_limit(x, keep_rows(x, err), err) != SONDE_OK) return SONDE_FAIL;
  collector_close(&x->collector);
  query_release_tables(x); /* perhaps it takes the place of one that was read */
  if (session_add_table(x->job->engine, &x->statement, x->made, err) != SONDE_OK) return SONDE_FAIL;
  x->made = NULL;
  return query_answer_count(x, n, true, err);
}

const sink query_create_table_sink = {begin, rows, end_create};

void query_table_free(asking *x) {
  collector_close(&x->collector);
  if (x->made) table_free(x->job->engine, x->made);
}
