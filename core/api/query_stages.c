/* The stages of a query as fragments, one for each block. Their answers are handed on in the order of the blocks; a few are made ahead of
 * it, so that memory holds what waits. */
#include <string.h>

#include "api/query_job.h"
#include "exec/query/stage/cut.h"
#include "exec/refs.h"

#define AHEAD 16u /* blocks under way or waiting behind the one that is next */

typedef struct {
  uint8_t *bytes;
  size_t len;
  bool there;
  sonde_error *failure; /* in the job's memory; NULL: none */
} block_answer;

struct running_stage {
  running_stage *next;
  const plan *exchange;
  const table *table; /* NULL: it is over parts */
  const buf *parts;
  uint32_t n; /* blocks or parts */
  uint32_t shared;
  sonde_str shared_bytes;
  column_ref *refs;
  uint32_t n_refs;
  uint32_t first; /* block that the split's fragment 0 is of */
  uint32_t at;    /* block that is handed on next */
  block_answer *answers;
};

/* ---- cutting ---- */

static bool in_parts(void *self, uint32_t number) {
  const table *t = ((asking *)self)->tables[number];
  return t->format != FORMAT_MEMORY && t->n_blocks > 1;
}

/* A copy of the columns here makes later queries fast, and many rows are better not sent at all. */
static bool stays(void *self, uint32_t number, uint32_t columns) {
  return !((const asking *)self)->everywhere && query_fits(self, number, columns);
}

static double rows_of(void *self, uint32_t number) { return (double)((asking *)self)->tables[number]->rows; }

sonde_code query_cut(asking *x, sonde_error *err) {
  const cut_tables tables = {x, in_parts, stays, rows_of};
  uint32_t n_cuts;
  if (!x->in_parts || x->counts) return SONDE_OK; /* rows are counted where the whole plan runs */
  SONDE_TRY(plan_cut(&x->statement.query, &tables, &x->job->memory, &x->cut, &n_cuts, err));
  if (n_cuts == 0) x->cut.root = NULL;
  return SONDE_OK;
}

/* ---- a stage begins and ends ---- */

static running_stage *stage_of(const asking *x, const plan *exchange) {
  for (running_stage *s = x->stages; s; s = s->next)
    if (s->exchange == exchange) return s;
  return NULL;
}

static const plan *scan_of(const plan *p) {
  while (p->kind != PLAN_SCAN) p = p->input[0];
  return p;
}

static sonde_code list_columns(running_stage *s, arena *memory, sonde_error *err) {
  const plan *scan = scan_of(s->exchange->u.exchange.stage);
  s->n_refs = scan->n_columns;
  s->refs = arena_zero(memory, s->n_refs * sizeof *s->refs, err);
  if (!s->refs) return err->code;
  for (uint32_t i = 0; i < s->n_refs; i++) {
    uint32_t column = scan->u.scan.columns[i];
    s->refs[i] = (column_ref){.column = column, .form = s->table->forms[column]};
  }
  return SONDE_OK;
}

static uint64_t bytes_of(const running_stage *s, uint32_t i) {
  return s->table ? s->table->blocks[i].end - s->table->blocks[i].begin : s->parts[i].len;
}

static sonde_code begin(void *self, const plan *exchange, sonde_str shared, const buf *parts,
                        sonde_error *err) {
  asking *x = self;
  sonde_job *j = x->job;
  running_stage *s = arena_zero(&j->memory, sizeof *s, err);
  if (!s) return err->code;
  s->exchange = exchange;
  s->parts = parts;
  s->table = parts ? NULL : x->tables[exchange->u.exchange.table];
  s->n = parts ? QUERY_PARTS : s->table->n_blocks;
  s->shared = j->engine->next_id++;
  s->shared_bytes = shared;
  s->answers = arena_zero(&j->memory, s->n * sizeof *s->answers, err);
  if (!s->answers) return err->code;
  if (s->table) SONDE_TRY(list_columns(s, &j->memory, err));
  SONDE_TRY(shares_add(&j->engine->shares, s->shared, shared, true, err));
  for (uint32_t i = 0; i < s->n; i++) j->progress.total_bytes += bytes_of(s, i);
  s->next = x->stages;
  x->stages = s;
  return SONDE_OK;
}

static void free_answer(asking *x, block_answer *a) {
  mem_free(&x->job->engine->mem, a->bytes, a->len);
  *a = (block_answer){0};
}

static void retire(asking *x, running_stage *s) {
  if (x->given == s) {
    split_end(x->job);
    x->given = NULL;
  }
  for (uint32_t i = 0; i < s->n; i++) free_answer(x, &s->answers[i]);
  shares_drop(&x->job->engine->shares, s->shared);
}

static void end(void *self, const plan *exchange) {
  asking *x = self;
  for (running_stage **link = &x->stages; *link; link = &(*link)->next) {
    running_stage *s = *link;
    if (s->exchange != exchange) continue;
    *link = s->next;
    retire(x, s);
    return;
  }
}

/* After the query was closed, which ends them all. */
void query_stages_free(asking *x) {
  while (x->stages) end(x, x->stages->exchange);
}

/* ---- fragments ---- */

uint32_t stage_block_of(sonde_job *j, uint32_t id) { return ((asking *)j->self)->given->first + id; }

static sonde_code put_block(sonde_job *j, const running_stage *s, uint32_t b, buf *out, sonde_error *err) {
  fragment_head h;
  table_head(s->table, FRAGMENT_QUERY, b, &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(s->table, b, s->refs, s->n_refs, out, &j->scratch, err));
  buf_u32(out, s->shared);
  buf_u32(out, b);
  buf_u8(out, false);
  return SONDE_OK;
}

static void put_part(const running_stage *s, uint32_t p, buf *out) {
  const fragment_head h = {.kind = FRAGMENT_QUERY, .format = FORMAT_MEMORY, .columns = 1, .block = p};
  fragment_put_head(out, &h);
  refs_put(out, FORMAT_MEMORY, NULL, 0);
  buf_u32(out, s->shared);
  buf_u32(out, p);
  buf_u8(out, true);
  buf_str(out, (sonde_str){(const char *)s->parts[p].data, s->parts[p].len});
}

sonde_code stage_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  const running_stage *s = ((asking *)j->self)->given;
  if (s->table)
    SONDE_TRY(put_block(j, s, s->first + id, out, err));
  else
    put_part(s, s->first + id, out);
  return buf_status(out, err);
}

sonde_code stage_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  const running_stage *s = ((asking *)j->self)->given;
  block_answer *a = &s->answers[s->first + id];
  a->bytes = mem_alloc(&j->engine->mem, r->len, err);
  if (r->len && !a->bytes) return err->code;
  if (r->len) memcpy(a->bytes, r->data, r->len);
  a->len = r->len;
  a->there = true;
  j->progress.done_bytes += bytes_of(s, s->first + id);
  return SONDE_OK;
}

bool stage_refuse(sonde_job *j, uint32_t id, const sonde_error *err) {
  const running_stage *s = ((asking *)j->self)->given;
  block_answer *a = &s->answers[s->first + id];
  sonde_error no_room;
  a->failure = arena_copy(&j->memory, err, sizeof *err, &no_room);
  a->there = a->failure != NULL;
  return a->there;
}

/* ---- answers in order ---- */

/* The rest of a stage's blocks is given away, instead of what another stage was about. */
static sonde_code give_away(asking *x, running_stage *s, sonde_error *err) {
  split *given = &x->job->split;
  s->first = s->at;
  shares_abandon(&x->job->engine->shares, x->job); /* what it was in the middle of */
  SONDE_TRY(split_begin(x->job, s->n - s->first, err));
  given->table = s->table;
  given->shared = s->shared;
  given->shared_bytes = s->shared_bytes;
  if (given->allowed > AHEAD) given->allowed = AHEAD;
  x->given = s;
  for (uint32_t i = s->first; i < s->n; i++) free_answer(x, &s->answers[i]);
  return SONDE_OK;
}

static step next(void *self, const plan *exchange, rd *out, sonde_error *err) {
  asking *x = self;
  split *given = &x->job->split;
  running_stage *s = stage_of(x, exchange);
  if (s->at > s->first) free_answer(x, &s->answers[s->at - 1]);
  if (s->at == s->n) return STEP_END;
  if (x->given != s && give_away(x, s, err) != SONDE_OK) return STEP_FAIL;
  const block_answer *a = &s->answers[s->at];
  x->waiting = !a->there;
  if (x->waiting) return STEP_WAIT;
  if (a->failure) {
    *err = *a->failure;
    return STEP_FAIL;
  }
  *out = (rd){.data = a->bytes, .len = a->len};
  s->at++;
  if (given->allowed < given->n) given->allowed++;
  return STEP_ROWS;
}

const query_stages query_stage_functions = {NULL, begin, next, end};
