/* {"job":"index"}: where every row begins. Blocks are guessed side by side; the chain next_begin → row_begin proves them,
 * and a block that breaks it is done again with the truth. */
#include "api/job.h"

static uint32_t index_block_of(sonde_job *j, uint32_t id) {
  (void)j;
  return id;
}

/* Where a block's first row is known to begin, or CSV_UNKNOWN. */
static uint64_t truth(const table *t, uint32_t b) {
  if (b == 0) return t->sniffed.dialect.data_at;
  return b <= t->n_verified ? t->blocks[b - 1].next_begin : CSV_UNKNOWN;
}

static sonde_code index_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  fragment_head h;
  table_head(j->table, FRAGMENT_INDEX, id, &h);
  fragment_put_head(out, &h);
  buf_u64(out, truth(j->table, id));
  return buf_status(out, err);
}

/* Of the proven blocks, whose rows are counted: how many there may be is guessed from both. */
static void progress(sonde_job *j) {
  const table *t = j->table;
  j->progress = (sonde_progress){.total_bytes = t->size, .rows = t->rows};
  if (t->n_verified) j->progress.done_bytes = t->blocks[t->n_verified - 1].end - t->blocks[0].begin;
}

/* A block wholly inside a row that began earlier: proven without being read. */
static void pass_over(block *x, uint64_t at) {
  x->row_begin = x->next_begin = at;
  x->rows = x->lines = x->n_marks = 0;
  x->known = true;
}

/* Extends the proven chain as far as it goes. */
static void verify(sonde_job *j) {
  table *t = j->table;
  while (t->n_verified < t->n_blocks) {
    uint32_t b = t->n_verified;
    block *x = &t->blocks[b];
    uint64_t at = truth(t, b);
    if (at >= x->end) {
      if (j->split.state[b] == FRAGMENT_OUT)
        return; /* its answer is on the way and will be wrong: wait for it */
      if (j->split.state[b] == FRAGMENT_READY) {
        j->split.state[b] = FRAGMENT_DONE;
        j->split.n_done++;
      }
      pass_over(x, at);
    }
    if (!x->known) return;
    if (x->row_begin != at) {
      x->known = false;
      j->split.state[b] = FRAGMENT_READY;
      j->split.n_done--;
      if (b < j->split.cursor) j->split.cursor = b;
      return;
    }
    x->first_row = t->rows;
    x->first_line = b ? t->blocks[b - 1].first_line + t->blocks[b - 1].lines : t->data_line;
    t->rows += x->rows;
    t->n_verified++;
  }
}

static sonde_code index_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  table *t = j->table;
  block *x = &t->blocks[id];
  x->row_begin = rd_u64(r);
  x->next_begin = rd_u64(r);
  x->rows = rd_u32(r);
  x->lines = rd_u32(r);
  x->n_marks = rd_count(r, 8);
  csv_mark *marks = arena_array(&t->memory, x->n_marks, sizeof *marks, err);
  if (!marks) return err->code;
  for (uint32_t i = 0; i < x->n_marks; i++) marks[i] = (csv_mark){rd_u32(r), rd_u32(r)};
  bool sane = !r->bad && x->row_begin <= x->next_begin && x->next_begin <= t->size;
  SONDE_CHECK(sane, err, SONDE_CORRUPT, 0, "the index of block %u is broken", id);
  x->marks = marks;
  x->known = true;
  verify(j);
  progress(j);
  return SONDE_OK;
}

static sonde_step index_step(sonde_job *j, sonde_error *err) {
  if (j->phase == 0) {
    j->phase = 1;
    table *t = j->table;
    if (split_begin(j, t->n_blocks, err) != SONDE_OK) return SONDE_FAIL;
    for (uint32_t b = 0; b < t->n_blocks; b++) {
      if (!t->blocks[b].known) continue;
      j->split.state[b] = FRAGMENT_DONE;
      j->split.n_done++;
    }
    progress(j);
  }
  sonde_step s = split_step(j, err);
  if (s == SONDE_DONE) {
    verify(j);
    j->table->indexed = j->table->n_verified == j->table->n_blocks;
    if (!j->table->indexed) return SONDE_YIELD;
  }
  return s;
}

static const job_kind index_kind = {
    .step = index_step, .encode = index_encode, .accept = index_accept, .block_of = index_block_of};

sonde_code index_start(sonde_job *j, const json *spec, sonde_error *err) {
  (void)spec;
  SONDE_CHECK(j->table && (j->table->source || j->table->n_blocks == 0), err, SONDE_MISUSE, 0,
              "the table has no source yet");
  j->kind = &index_kind;
  return SONDE_OK;
}
