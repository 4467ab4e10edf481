/* {"job":"query"}: SQL over open tables and what the session has made. Runs here, one block of a table after the other; where the host
 * takes fragments, what can be cut into parts runs as such (query_stages.c). */
#include "api/query_job.h"

#include "api/session.h"
#include "api/sql_types.h"
#include "exec/refs.h"

#define SPILL_MAX ((size_t)256 << 20) /* one piece of rows with large values */
#define BATCHES_A_STEP 8u             /* of up to 2048 rows: a step stays within some milliseconds */

/* ---- tables for the executor ---- */

static uint32_t table_blocks(void *self, uint32_t t) { return ((asking *)self)->tables[t]->n_blocks; }
static uint32_t block_rows(void *self, uint32_t t, uint32_t b) {
  return ((asking *)self)->tables[t]->blocks[b].rows;
}

/* Columns that the block's file does not have lie in the step's memory: made once more, to last as long as the block. */
static bool keep_made(asking *x, const column_ref *refs, uint32_t n, uint32_t rows, const vec **out,
                      sonde_error *err) {
  if (x->blocks_out == 0) arena_reset(&x->made_columns);
  for (uint32_t i = 0; i < n; i++) {
    if (ref_is_stored(&refs[i])) continue;
    out[i] = ref_vec(&refs[i], rows, &x->made_columns, err);
    if (!out[i]) return false;
  }
  return true;
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
  if (!keep_made(x, full, n, h.rows, out, err)) {
    if (*held) part_free(*held);
    return STEP_FAIL;
  }
  for (uint32_t i = 0; i < n; i++) store_pin(&x->job->engine->store, out[i]);
  x->blocks_out++;
  return STEP_ROWS;
}

static void release_columns(void *self, const vec *const *vecs, uint32_t n, part *held) {
  asking *x = self;
  for (uint32_t i = 0; i < n; i++) store_unpin(&x->job->engine->store, vecs[i]);
  x->blocks_out--;
  if (held) part_free(held);
}

static bool block_misses(void *self, uint32_t number, uint32_t b, uint32_t column, column_type type,
                         int64_t least, int64_t most) {
  asking *x = self;
  return table_block_misses(x->tables[number], b, column, type, least, most, &x->job->scratch);
}

static const uint8_t *spooled_bytes(void *self, uint64_t offset, uint32_t length, sonde_error *err) {
  asking *x = self;
  task k = job_task(x->job, err);
  return task_bytes(&k, x->spooled, offset, offset + length);
}

static void release_spooled(void *self, uint64_t offset, uint32_t length) {
  asking *x = self;
  sources *all = &x->job->engine->sources;
  source *src = sources_find(all, x->spooled);
  if (src) source_release(all, src, offset, offset + length);
}

void query_release_tables(asking *x) {
  for (uint32_t i = 0; i < x->catalog.n_tables; i++)
    if (x->tables[i]) x->tables[i]->readers--;
  x->catalog.n_tables = 0;
}

/* ---- binding ---- */

static const sink *sink_for(const asking *x) {
  switch (x->statement.kind) {
  case SQL_CREATE_TABLE: return &query_create_table_sink;
  case SQL_PIVOT_VALUES: return &query_pivot_sink;
  case SQL_EXPLAIN_ANALYZE: return &query_analyze_sink;
  default: return x->answer;
  }
}

static void begin_query(asking *x) {
  sonde_engine *e = x->job->engine;
  const query_plan *p = x->cut.root ? &x->cut : &x->statement.query;
  query_init(&x->query, p, &x->source, &e->zones, &e->mem, x->now, x->seed);
  query_use_stages(&x->query, &x->stage_source);
  x->query.run.spool = x->spooled ? &x->spool : NULL;
  if (x->share) x->query.run.share = x->share, x->query.run.spills_early = true;
  if (x->batch_rows) x->query.run.batch_rows = x->batch_rows;
  for (uint32_t i = 0; i < x->n_counts; i++) x->counts[i].rows = 0;
  x->query.run.counts = x->counts;
  x->query.run.n_counts = x->n_counts;
  x->batches = 0;
  x->running = true;
}

static sonde_step start_query(asking *x, sonde_error *err) {
  const plan *root = x->statement.query.root;
  x->sink = sink_for(x);
  if (x->sink->begin(x, root->columns, root->n_columns, err) != SONDE_OK) return SONDE_FAIL;
  x->source = (query_tables){x, table_blocks, block_rows, block_columns, release_columns, block_misses};
  x->stage_source = query_stage_functions;
  x->stage_source.self = x;
  if (query_cut(x, err) != SONDE_OK) return SONDE_FAIL;
  if (query_fetch(x, err) != SONDE_OK) return SONDE_FAIL;
  x->taken = 0;
  x->job->phase = QUERY_FETCH;
  return SONDE_YIELD;
}

static sonde_step fetch(asking *x, sonde_error *err) {
  if (x->fetches) return query_fetch_step(x, err);
  begin_query(x);
  x->job->phase = QUERY_RUN;
  return SONDE_YIELD;
}

static void stop_query(asking *x) {
  if (x->running) query_close(&x->query);
  x->running = false;
  query_stages_free(x);
}

/* The zones that the statement names as constants, so that they are there before anything has been computed. */
static sonde_code know_zones(asking *x, sonde_error *err) {
  const time_zone *found_zone;
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; i < x->statement.n_zones; i++) {
    const sql_zone *z = &x->statement.zones[i];
    sonde_code found = zones_find(&x->job->engine->zones, z->name, z->at, &found_zone, err);
    if (found != SONDE_OK && found != SONDE_ZONE) return found;
    if (found == SONDE_ZONE) code = found;
    if (found == SONDE_OK && i == 0 && x->parameters.zone.len)
      x->zone = found_zone; /* the session's is the first */
  }
  return code;
}

/* What the next query of the session would see. */
static bool leaves_something(const sql_statement *s) {
  return s->kind == SQL_CREATE_VIEW || s->kind == SQL_CREATE_TABLE || s->kind == SQL_DROP_VIEW ||
         s->kind == SQL_DROP_TABLE;
}

static sonde_step refuse_change(sonde_error *err) {
  status_set(err, SONDE_UNSUPPORTED, 0, "only queries are answered here; nothing can be created or dropped");
  return SONDE_FAIL;
}

static sonde_step bind(asking *x, sonde_error *err) {
  sonde_job *j = x->job;
  sonde_engine *e = j->engine;
  sql_statement *s = &x->statement;
  bool there = false;
  if (sql_bind(x->sql, &x->catalog, &x->parameters, &j->memory, s, err) != SONDE_OK) return SONDE_FAIL;
  if (know_zones(x, err) != SONDE_OK) return SONDE_FAIL;
  if (x->read_only && leaves_something(s)) return refuse_change(err);
  switch (s->kind) {
  case SQL_CREATE_VIEW:
    if (session_add_view(e, s, &x->catalog, err) != SONDE_OK) return SONDE_FAIL;
    return query_answer_count(x, 0, false, err);
  case SQL_DROP_VIEW:
  case SQL_DROP_TABLE:
    query_release_tables(x);
    if (session_drop(e, s, err) != SONDE_OK) return SONDE_FAIL;
    return query_answer_count(x, 0, false, err);
  case SQL_CREATE_TABLE:
    if (session_may_create(e, s, &x->catalog, &there, err) != SONDE_OK) return SONDE_FAIL;
    return there ? query_answer_count(x, 0, false, err) : start_query(x, err);
  default: return start_query(x, err);
  }
}

/* ---- running ---- */

sonde_step query_last_page(asking *x, sonde_error *err) {
  x->job->phase = QUERY_LAST_PAGE;
  return buf_status(&x->job->page, err) == SONDE_OK ? SONDE_PAGE : SONDE_FAIL;
}

sonde_step query_answer_count(asking *x, uint64_t count, bool has_count, sonde_error *err) {
  const plan_column column = {.name = {"Count", 5}, .type = sql_simple(SQL_BIGINT)};
  col c;
  value v = {.v = {.i = (int64_t)count}};
  x->rows = 0;
  if (x->answer->begin(x, &column, 1, err) != SONDE_OK) return SONDE_FAIL;
  if (col_constant(&c, &column.type, &v, &x->job->scratch, err) != SONDE_OK) return SONDE_FAIL;
  if (has_count && x->answer->rows(x, &(batch){1, 1, &c}, err) != SONDE_OK) return SONDE_FAIL;
  x->rows = has_count;
  return x->answer->end(x, err);
}

static sonde_step end(asking *x, sonde_error *err) {
  stop_query(x);
  return x->sink->end(x, err);
}

/* Engines that run parts have less memory than there is in all, and each keeps the sides of joins. What they cannot hold may still run
 * here as a whole, if no row has left yet. */
static bool gives_up_parts(asking *x, const sonde_error *err) {
  bool memory = err->code == SONDE_LIMIT || err->code == SONDE_NOMEM;
  if (!memory || !x->cut.root || x->taken) return false;
  x->cut.root = NULL;
  stop_query(x);
  begin_query(x);
  return true;
}

/* Nothing can go on: bytes are missing, the host has to take what was spilled, an answer of a stage is not there, or others get a turn. */
static sonde_step wait(asking *x, sonde_error *err) {
  sonde_job *j = x->job;
  bool for_stage = x->waiting;
  x->waiting = false;
  if (j->wants.count) return SONDE_NEED;
  if (x->spool.out.len) {
    j->spill = &x->spool.out;
    return SONDE_SPILL;
  }
  sonde_step s = for_stage ? split_step(j, err) : SONDE_YIELD;
  return s == SONDE_FAIL && gives_up_parts(x, err) ? SONDE_YIELD : s;
}

/* A zone that only a row names is lacking. Once the host has told it the query begins anew, which answers the same batches,
 * and passes over those that were taken. */
static sonde_step begin_anew(asking *x) {
  stop_query(x);
  begin_query(x);
  return SONDE_FAIL;
}

/* Batches until a page is full, bytes are missing, a block is done or others should have a turn. */
static sonde_step run_on(asking *x, sonde_error *err) {
  sonde_job *j = x->job;
  uint64_t limit = x->sink == x->answer ? x->limit : UINT64_MAX;
  batch b;
  for (uint32_t i = 0; i < BATCHES_A_STEP; i++) {
    if (x->rows == limit) return end(x, err);
    switch (query_next(&x->query, &b, err)) {
    case STEP_END: return end(x, err);
    case STEP_FAIL:
      if (err->code == SONDE_ZONE) return begin_anew(x);
      return gives_up_parts(x, err) ? SONDE_YIELD : SONDE_FAIL;
    case STEP_WAIT: return wait(x, err);
    default: break;
    }
    if (x->batches++ < x->taken) continue;
    x->taken++;
    if (b.n > limit - x->rows) b.n = (uint32_t)(limit - x->rows);
    if (x->sink->rows(x, &b, err) != SONDE_OK) return SONDE_FAIL;
    j->progress.rows = x->rows += b.n;
    if (j->phase == QUERY_PAGE) return SONDE_PAGE;
  }
  return SONDE_YIELD;
}

static sonde_step query_step(sonde_job *j, sonde_error *err) {
  asking *x = j->self;
  if (j->spill) buf_clear(j->spill);
  j->spill = NULL;
  switch (j->phase) {
  case QUERY_BIND: return bind(x, err);
  case QUERY_FETCH: return fetch(x, err);
  case QUERY_LAST_PAGE: return SONDE_DONE;
  case QUERY_PAGE:
    buf_clear(&j->page);
    j->phase = QUERY_RUN;
    return run_on(x, err);
  default: return run_on(x, err);
  }
}

static void query_info(sonde_job *j, buf *out) {
  if (j->table)
    table_info(j->table, out);
  else
    buf_printf(out, "{\"rows\":%llu}", (unsigned long long)((asking *)j->self)->rows);
}

static void query_free(sonde_job *j) {
  asking *x = j->self;
  stop_query(x);
  query_table_free(x);
  arena_free(&x->made_columns);
  buf_free(&x->spool.out);
  query_release_tables(x);
}

/* ---- fragments: of columns that are fetched, or of stages ---- */

static bool fetches(const sonde_job *j) { return j->phase == QUERY_FETCH; }

static sonde_code encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  return fetches(j) ? fetch_encode(j, id, out, err) : stage_encode(j, id, out, err);
}

static sonde_code accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  return fetches(j) ? fetch_accept(j, id, r, err) : stage_accept(j, id, r, err);
}

/* A column that could not be fetched is read here; what is wrong with its file shows then. */
static bool refuse(sonde_job *j, uint32_t id, const sonde_error *err) {
  return fetches(j) || stage_refuse(j, id, err);
}

static uint32_t block_of(sonde_job *j, uint32_t id) {
  return fetches(j) ? fetch_block_of(j, id) : stage_block_of(j, id);
}

static const job_kind query_kind = {.step = query_step,
                                    .encode = encode,
                                    .accept = accept,
                                    .refuse = refuse,
                                    .block_of = block_of,
                                    .info = query_info,
                                    .free = query_free};

/* ---- starting ---- */

static sonde_code add_table(sonde_job *j, const json *spec, sql_table *out, table **t, sonde_error *err) {
  table *found = engine_table(j->engine, json_u64(json_get(spec, "table"), 0));
  SONDE_CHECK(found, err, SONDE_NAME, 0, "a table of the query is not open");
  SONDE_CHECK(found->imported, err, SONDE_MISUSE, 0, "the table has to be imported first");
  *t = found;
  return table_in_sql(found, json_str(json_get(spec, "name")), &j->memory, out, err);
}

static sonde_code list_tables(asking *x, const json *list, sonde_error *err) {
  sonde_job *j = x->job;
  uint32_t given = 0, i = 0, n;
  for (const json *t = list ? list->first : NULL; t; t = t->next) given++;
  n = given + session_count(j->engine);
  sql_table *names = arena_zero(&j->memory, n * sizeof *names, err);
  x->tables = arena_zero(&j->memory, n * sizeof *x->tables, err);
  if (!names || !x->tables) return err->code;
  for (const json *t = list ? list->first : NULL; t; t = t->next, i++)
    SONDE_TRY(add_table(j, t, &names[i], &x->tables[i], err));
  SONDE_TRY(session_tables(j->engine, &j->memory, names + given, x->tables + given, err));
  x->catalog = (sql_catalog){names, n};
  for (i = 0; i < n; i++)
    if (x->tables[i]) x->tables[i]->readers++;
  return SONDE_OK;
}

sonde_code query_start(sonde_job *j, const json *spec, sonde_error *err) {
  asking *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  *x = (asking){.job = j,
                .made_columns = {.mem = &j->engine->mem},
                .sql = json_str(json_get(spec, "sql")),
                .answer = json_bool(json_get(spec, "keep"), false) ? &query_table_sink : &query_text_sink,
                .limit = json_u64(json_get(spec, "limit"), UINT64_MAX),
                .read_only = json_bool(json_get(spec, "readOnly"), false),
                .in_parts = json_bool(json_get(spec, "parallel"), false),
                .everywhere = json_bool(json_get(spec, "everywhere"), false),
                .share = json_u64(json_get(spec, "share"), 0),
                .now = (int64_t)json_u64(json_get(spec, "now"), 0),
                .seed = json_u64(json_get(spec, "seed"), 1)};
  uint64_t batch_rows = json_u64(json_get(spec, "batch"), 0);
  x->batch_rows = batch_rows < BATCH_ROWS ? (uint32_t)batch_rows : BATCH_ROWS;
  x->spooled = (sonde_source)json_u64(json_get(spec, "spool"), 0);
  x->spool = (spool){.self = x, .bytes = spooled_bytes, .release = release_spooled};
  buf_init(&x->spool.out, &j->engine->mem, SPILL_MAX);
  j->self = x;
  j->table = NULL;
  SONDE_TRY(query_parameters(json_get(spec, "params"), &j->memory, &x->parameters, err));
  x->parameters.zone = json_str(json_get(spec, "timezone"));
  SONDE_TRY(list_tables(x, json_get(spec, "tables"), err));
  j->kind = &query_kind;
  return SONDE_OK;
}
