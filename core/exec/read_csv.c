/* Columns of a block of a CSV, read again from its bytes in their final forms. */
#include "exec/task.h"

#define FIELD_MAX ((uint32_t)256 << 20)

/* Reads the columns listed in `p` from the block's bytes. */
static sonde_code read_block(task *t, const fragment_head *h, const uint8_t *bytes, part *p) {
  uint32_t columns = h->dialect.columns;
  csv_plan *plan = arena_zero(t->scratch, columns * sizeof *plan, t->err);
  if (!plan) return t->err->code;
  for (uint32_t i = 0; i < p->n_columns; i++)
    plan[p->columns[i]] = (csv_plan){.mode = CSV_FIXED, .form = p->forms[i]};
  arena keep = {.mem = t->mem};
  chunk wide = {.memory = p->chunk.memory};
  csv_rows rows;
  csv_span span = {bytes, (size_t)(h->end - h->begin), h->begin, true};
  csv_want want = {.rows = h->rows, .whole = task_goes_on(t, h->source, h->end), .field_max = FIELD_MAX};
  sonde_code code = csv_read(&h->dialect, span, want, plan, &wide, &keep, t->scratch, &rows, t->err);
  p->chunk.memory = wide.memory;
  arena_free(&keep);
  if (code) return code;
  SONDE_CHECK(rows.rows == h->rows, t->err, SONDE_BYTES, h->begin,
              "the file changed while it was being read: %u rows at byte %llu where there were %u", rows.rows,
              (unsigned long long)h->begin, h->rows);
  p->chunk.rows = rows.rows;
  p->chunk.columns = p->n_columns;
  p->chunk.vecs = arena_array(&p->chunk.memory, p->n_columns, sizeof(vec), t->err);
  if (!p->chunk.vecs) return t->err->code;
  for (uint32_t i = 0; i < p->n_columns; i++) p->chunk.vecs[i] = wide.vecs[p->columns[i]];
  return SONDE_OK;
}

bool csv_read_part(task *t, const fragment_head *h, part *p) {
  const uint8_t *bytes = task_bytes(t, h->source, h->begin, h->end);
  if (!bytes || read_block(t, h, bytes, p) != SONDE_OK) return false;
  source_release(t->sources, sources_find(t->sources, h->source), h->begin, h->end);
  return true;
}
