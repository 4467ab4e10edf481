/* EXPLAIN ANALYZE: the query is run, its rows are only counted; the answer is the plan and what came of it. */
#include "api/query_job.h"

static sonde_code begin(asking *x, const plan_column *columns, uint32_t n, sonde_error *err) {
  (void)x;
  (void)columns;
  (void)n;
  (void)err;
  return SONDE_OK;
}

static sonde_code rows(asking *x, const batch *b, sonde_error *err) {
  (void)x;
  (void)b;
  (void)err;
  return SONDE_OK;
}

static sonde_step answer(asking *x, sonde_str text, sonde_error *err) {
  const plan_column column = {.name = {"plan", 4}, .type = sql_simple(SQL_TEXT)};
  col c;
  value v = {.v = {.s = text}};
  if (x->answer->begin(x, &column, 1, err) != SONDE_OK) return SONDE_FAIL;
  if (col_constant(&c, &column.type, &v, &x->job->scratch, err) != SONDE_OK) return SONDE_FAIL;
  if (x->answer->rows(x, &(batch){1, 1, &c}, err) != SONDE_OK) return SONDE_FAIL;
  x->rows = 1;
  return x->answer->end(x, err);
}

static sonde_step end(asking *x, sonde_error *err) {
  buf text;
  buf_init(&text, &x->job->engine->mem, (size_t)1 << 26);
  sql_explain(&x->statement.query, &text);
  buf_printf(&text, "Rows: %llu", (unsigned long long)x->rows);
  x->rows = 0;
  sonde_step s = SONDE_FAIL;
  if (buf_status(&text, err) == SONDE_OK) s = answer(x, (sonde_str){(const char *)text.data, text.len}, err);
  buf_free(&text);
  return s;
}

const sink query_analyze_sink = {begin, rows, end};
