/* {"job":"query"}: SQL over open tables. Runs here, one block of a table after the other; pages are the text of the result. */
#include <string.h>

#include "api/job.h"
#include "api/sql_types.h"
#include "exec/query/query.h"
#include "exec/query/result_json.h"
#include "sql/sql.h"

#define PAGE_BYTES ((size_t)1 << 20)
#define PIVOTS_MAX 8

enum { BEGIN, ROWS, PAGE_FULL, FINISHED, PIVOT_VALUES };

typedef struct {
  sonde_job *job;
  sonde_str sql;
  table **tables; /* of the catalog */
  sql_catalog catalog;
  sql_statement statement;
  sql_pivot pivots[PIVOTS_MAX]; /* what earlier runs found the columns of PIVOT to be */
  sql_parameters given;
  sonde_str *texts; /* of the pivot that is being found */
  uint32_t n_texts, texts_cap;
  query_tables source;
  query query;
  uint64_t rows;
  int64_t now;
  uint64_t seed;
  bool ran;
} asking;

/* ---- tables for the executor ---- */

static uint32_t table_blocks(void *self, uint32_t t) { return ((asking *)self)->tables[t]->n_blocks; }
static uint32_t block_rows(void *self, uint32_t t, uint32_t b) {
  return ((asking *)self)->tables[t]->blocks[b].rows;
}

static step block_columns(void *self, uint32_t number, uint32_t b, const uint32_t *columns, uint32_t n,
                          const vec **out, part **held, sonde_error *err) {
  asking *x = self;
  const table *t = x->tables[number];
  task k = job_task(x->job, err);
  column_ref *refs = arena_array(&x->job->scratch, n, sizeof *refs, err);
  const column_ref *full;
  if (!refs) return STEP_FAIL;
  for (uint32_t i = 0; i < n; i++) refs[i] = (column_ref){.column = columns[i], .form = t->forms[columns[i]]};
  if (table_refs(t, b, refs, n, &full, &x->job->scratch, err) != SONDE_OK) return STEP_FAIL;
  fragment_head h;
  table_head(t, FRAGMENT_GATHER, b, &h);
  err->code = SONDE_OK;
  if (!task_columns(&k, &h, full, n, out, held)) return err->code ? STEP_FAIL : STEP_WAIT;
  for (uint32_t i = 0; i < n; i++) store_pin(&x->job->engine->store, out[i]);
  return STEP_ROWS;
}

static void release_columns(void *self, const vec *const *vecs, uint32_t n, part *held) {
  asking *x = self;
  for (uint32_t i = 0; i < n; i++) store_unpin(&x->job->engine->store, vecs[i]);
  if (held) part_free(held);
}

/* ---- running ---- */

static sonde_code begin(sonde_job *j, sonde_error *err) {
  asking *x = j->self;
  SONDE_TRY(sql_bind(x->sql, &x->catalog, &x->given, &j->memory, &x->statement, err));
  SONDE_CHECK(x->statement.query.root, err, SONDE_UNSUPPORTED, 0, "this statement has no rows");
  x->source = (query_tables){x, table_blocks, block_rows, block_columns, release_columns};
  query_init(&x->query, &x->statement.query, &x->source, &j->engine->mem, x->now, x->seed);
  x->ran = true;
  if (x->statement.kind == SQL_PIVOT_VALUES) {
    j->phase = PIVOT_VALUES;
    return SONDE_OK;
  }
  buf_clear(&j->page);
  buf_u8(&j->page, '{');
  result_columns(&j->page, x->statement.query.root);
  buf_put(&j->page, ",\"rows\":[", 9);
  j->phase = ROWS;
  return buf_status(&j->page, err);
}

static sonde_step finish(sonde_job *j, sonde_error *err) {
  buf_put(&j->page, "]}\n", 3);
  j->phase = FINISHED;
  return buf_status(&j->page, err) == SONDE_OK ? SONDE_PAGE : SONDE_FAIL;
}

/* ---- the values of a PIVOT, which are columns of what comes out ---- */

static sonde_code keep_text(asking *x, const col *c, uint32_t row, sonde_error *err) {
  arena *a = &x->job->memory;
  if (x->n_texts == x->texts_cap) {
    uint32_t cap = x->texts_cap ? x->texts_cap * 2 : 64;
    sonde_str *more = arena_array(a, cap, sizeof *more, err);
    if (!more) return err->code;
    if (x->n_texts) memcpy(more, x->texts, x->n_texts * sizeof *more);
    x->texts = more;
    x->texts_cap = cap;
  }
  sonde_str text = col_valid(c, row) ? col_cell(c, row).s : (sonde_str){"NULL", 4};
  const char *copy = arena_copy(a, text.ptr, text.len, err);
  if (!copy) return err->code;
  x->texts[x->n_texts++] = (sonde_str){copy, text.len};
  return SONDE_OK;
}

/* All its values are there: the statement is bound again, with them. */
static sonde_step end_pivot(sonde_job *j, sonde_error *err) {
  asking *x = j->self;
  uint32_t width = x->statement.query.root->n_columns;
  if (x->given.n_pivots == PIVOTS_MAX) {
    status_set(err, SONDE_LIMIT, 0, "a query can hold at most %d pivots without values", PIVOTS_MAX);
    return SONDE_FAIL;
  }
  x->pivots[x->given.n_pivots++] = (sql_pivot){x->texts, x->n_texts / width, width};
  x->given.pivots = x->pivots;
  x->texts = NULL;
  x->n_texts = x->texts_cap = 0;
  query_close(&x->query);
  x->ran = false;
  j->phase = BEGIN;
  return SONDE_YIELD;
}

static sonde_step find_pivot(sonde_job *j, sonde_error *err) {
  asking *x = j->self;
  batch b;
  for (;;) {
    switch (query_next(&x->query, &b, err)) {
    case STEP_END: return end_pivot(j, err);
    case STEP_FAIL: return SONDE_FAIL;
    case STEP_WAIT: return j->wants.count ? SONDE_NEED : SONDE_YIELD;
    default: break;
    }
    for (uint32_t r = 0; r < b.n; r++)
      for (uint32_t c = 0; c < b.n_cols; c++)
        if (keep_text(x, &b.cols[c], r, err) != SONDE_OK) return SONDE_FAIL;
  }
}

/* ---- rows ---- */

/* Batches until a page is full, bytes are missing or a block is done. */
static sonde_step run_on(sonde_job *j, sonde_error *err) {
  asking *x = j->self;
  batch b;
  while (j->page.len < PAGE_BYTES) {
    switch (query_next(&x->query, &b, err)) {
    case STEP_END: return finish(j, err);
    case STEP_FAIL: return SONDE_FAIL;
    case STEP_WAIT: return j->wants.count ? SONDE_NEED : SONDE_YIELD;
    default: break;
    }
    result_rows(&j->page, &b, x->rows == 0);
    x->rows += b.n;
    if (buf_status(&j->page, err) != SONDE_OK) return SONDE_FAIL;
  }
  j->phase = PAGE_FULL;
  return SONDE_PAGE;
}

static sonde_step query_step(sonde_job *j, sonde_error *err) {
  if (j->phase == FINISHED) return SONDE_DONE;
  if (j->phase == PAGE_FULL) {
    buf_clear(&j->page);
    j->phase = ROWS;
  }
  if (j->phase == BEGIN && begin(j, err) != SONDE_OK) return SONDE_FAIL;
  return j->phase == PIVOT_VALUES ? find_pivot(j, err) : run_on(j, err);
}

static void query_info(sonde_job *j, buf *out) {
  buf_printf(out, "{\"rows\":%llu}", (unsigned long long)((asking *)j->self)->rows);
}

static void query_free(sonde_job *j) {
  asking *x = j->self;
  if (x->ran) query_close(&x->query);
}

static const job_kind query_kind = {.step = query_step, .info = query_info, .free = query_free};

/* ---- starting ---- */

static sonde_code add_table(sonde_job *j, const json *spec, sql_table *out, table **t, sonde_error *err) {
  *t = engine_table(j->engine, json_u64(json_get(spec, "table"), 0));
  SONDE_CHECK(*t, err, SONDE_NAME, 0, "a table of the query is not open");
  SONDE_CHECK((*t)->imported, err, SONDE_MISUSE, 0, "the table has to be imported first");
  plan_column *columns = arena_zero(&j->memory, ((*t)->columns + 1u) * sizeof *columns, err);
  if (!columns) return err->code;
  for (uint32_t c = 0; c < (*t)->columns; c++) {
    columns[c].name = (*t)->names[c];
    SONDE_TRY(table_sql_type(*t, c, &j->memory, &columns[c].type, err));
  }
  *out = (sql_table){.name = json_str(json_get(spec, "name")),
                     .columns = columns,
                     .n_columns = (*t)->columns,
                     .rows = (double)(*t)->rows};
  return SONDE_OK;
}

sonde_code query_start(sonde_job *j, const json *spec, sonde_error *err) {
  const json *list = json_get(spec, "tables");
  asking *x = arena_zero(&j->memory, sizeof *x, err);
  uint32_t n = 0;
  if (!x) return err->code;
  for (const json *t = list ? list->first : NULL; t; t = t->next) n++;
  sql_table *tables = arena_zero(&j->memory, (n + 1u) * sizeof *tables, err);
  x->tables = arena_zero(&j->memory, (n + 1u) * sizeof *x->tables, err);
  if (!tables || !x->tables) return err->code;
  uint32_t i = 0;
  for (const json *t = list ? list->first : NULL; t; t = t->next, i++)
    SONDE_TRY(add_table(j, t, &tables[i], &x->tables[i], err));
  x->job = j;
  x->catalog = (sql_catalog){tables, n};
  x->sql = json_str(json_get(spec, "sql"));
  x->now = (int64_t)json_u64(json_get(spec, "now"), 0);
  x->seed = json_u64(json_get(spec, "seed"), 1);
  j->self = x;
  j->kind = &query_kind;
  return SONDE_OK;
}
