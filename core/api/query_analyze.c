/* EXPLAIN ANALYZE: the query is run, as a whole and by this engine, and the rows that each node of its plan answers are counted; the
 * answer is the plan, a row for each of its lines. */
#include "api/query_job.h"

#define TEXT_MAX ((size_t)1 << 26)

static uint32_t nodes_in(const plan *p) {
  uint32_t n = 1;
  for (unsigned i = 0; i < p->n_inputs; i++) n += nodes_in(p->input[i]);
  return n;
}

/* In the order that the plan is written in. */
static plan_count *list_nodes(const plan *p, plan_count *next) {
  next++->node = p;
  for (unsigned i = 0; i < p->n_inputs; i++) next = list_nodes(p->input[i], next);
  return next;
}

static sonde_code begin(asking *x, const plan_column *columns, uint32_t n, sonde_error *err) {
  (void)columns;
  (void)n;
  const plan *root = x->statement.query.root;
  x->n_counts = nodes_in(root);
  x->counts = arena_zero(&x->job->memory, x->n_counts * sizeof *x->counts, err);
  if (!x->counts) return err->code;
  list_nodes(root, x->counts);
  return SONDE_OK;
}

static sonde_code rows(asking *x, const batch *b, sonde_error *err) {
  (void)x;
  (void)b;
  (void)err;
  return SONDE_OK;
}

static sonde_code put_line(asking *x, const sql_type *type, sonde_str line, sonde_error *err) {
  col c;
  value v = {.v = {.s = line}};
  SONDE_TRY(col_constant(&c, type, &v, &x->job->scratch, err));
  SONDE_TRY(x->answer->rows(x, &(batch){1, 1, &c}, err));
  x->rows++;
  return SONDE_OK;
}

static sonde_code put_lines(asking *x, const buf *text, sonde_error *err) {
  const plan_column column = {.name = {"plan", 4}, .type = sql_simple(SQL_TEXT)};
  const char *at = (const char *)text->data, *end = at + text->len;
  SONDE_TRY(x->answer->begin(x, &column, 1, err));
  x->rows = 0;
  while (at < end) {
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    SONDE_TRY(put_line(x, &column.type, (sonde_str){at, (size_t)(newline - at)}, err));
    at = newline + 1;
  }
  return SONDE_OK;
}

static sonde_step end(asking *x, sonde_error *err) {
  buf text;
  buf_init(&text, &x->job->engine->mem, TEXT_MAX);
  sql_explain(&x->statement.query, &x->catalog, x->counts, &text);
  sonde_code code = buf_status(&text, err);
  if (code == SONDE_OK) code = put_lines(x, &text, err);
  buf_free(&text);
  return code == SONDE_OK ? x->answer->end(x, err) : SONDE_FAIL;
}

const sink query_analyze_sink = {begin, rows, end};
