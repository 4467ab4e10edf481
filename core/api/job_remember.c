/* {"job":"remember"}: what was found out about a CSV file, as bytes; {"job":"recall"}: takes them back from a source, so that
 * neither rows nor types are looked for again. Statistics are not among them.
 *
 *   u32 version, str of what it is about (`put_subject`), u32 blocks, u8 whether types are exact, that of each column if so (put_seen);
 *   then groups of GROUP blocks, the last of fewer: u32 bytes, that many bytes: for each block u64 row_begin, u64 next_begin,
 *   u32 rows, u32 lines, u32 marks × (u32 row, u32 offset) */
#include "api/job.h"

#include <string.h>

#define VERSION 1u
#define GROUP 256u
#define GROUP_BYTES_MAX ((uint32_t)64 << 20)
#define SUBJECT_MAX ((size_t)1 << 20)
enum { LENGTH_BYTES = 4, BLOCK_LEAST = 28 };

/* All that the bytes depend on but for what is in the file: how it is read, and how it was cut. */
static void put_subject(const table *t, buf *out) {
  fragment_head h = {.kind = FRAGMENT_INDEX,
                     .format = t->format,
                     .dialect = t->sniffed.dialect,
                     .columns = t->columns,
                     .end = t->size};
  if (t->n_blocks) h.begin = t->blocks[0].end;
  fragment_put_head(out, &h);
  for (uint32_t c = 0; c < t->columns; c++) {
    buf_u8(out, t->forced[c]);
    if (t->forced[c]) put_form(out, t->forms[c]);
  }
}

static uint32_t groups_of(const table *t) { return (t->n_blocks + GROUP - 1) / GROUP; }

static uint32_t end_of_group(const table *t, uint32_t g) {
  return t->n_blocks - g * GROUP < GROUP ? t->n_blocks : (g + 1) * GROUP;
}

static sonde_code check_table(const sonde_job *j, sonde_error *err) {
  const table *t = j->table;
  SONDE_CHECK(t && t->format == FORMAT_CSV && t->source && !t->n_members, err, SONDE_MISUSE, 0,
              "only CSV files are remembered");
  return SONDE_OK;
}

/* ---- to bytes ---- */

static sonde_code put_start(sonde_job *j, sonde_error *err) {
  const table *t = j->table;
  buf subject;
  buf_init(&subject, &j->engine->mem, SUBJECT_MAX);
  put_subject(t, &subject);
  buf_u32(&j->page, VERSION);
  buf_str(&j->page, (sonde_str){(const char *)subject.data, subject.len});
  buf_u32(&j->page, t->n_blocks);
  buf_u8(&j->page, t->imported);
  for (uint32_t c = 0; t->imported && c < t->columns; c++) put_seen(&j->page, &t->seen[c]);
  sonde_code code = buf_status(&subject, err);
  buf_free(&subject);
  return code;
}

static void put_block(const block *b, buf *out) {
  buf_u64(out, b->row_begin);
  buf_u64(out, b->next_begin);
  buf_u32(out, b->rows);
  buf_u32(out, b->lines);
  buf_u32(out, b->n_marks);
  for (uint32_t i = 0; i < b->n_marks; i++) {
    buf_u32(out, b->marks[i].row);
    buf_u32(out, b->marks[i].offset);
  }
}

static void put_group(const table *t, uint32_t g, buf *out) {
  buf_u32(out, 0);
  for (uint32_t b = g * GROUP; b < end_of_group(t, g); b++) put_block(&t->blocks[b], out);
  uint32_t bytes = (uint32_t)(out->len - LENGTH_BYTES);
  for (unsigned i = 0; !out->failed && i < LENGTH_BYTES; i++) out->data[i] = (uint8_t)(bytes >> 8 * i);
}

/* Phase 0 is the start, phase n the group before n. */
static sonde_step remember_step(sonde_job *j, sonde_error *err) {
  uint32_t phase = j->phase++;
  if (phase > groups_of(j->table)) return SONDE_DONE;
  buf_clear(&j->page);
  if (phase) put_group(j->table, phase - 1, &j->page);
  if (!phase && put_start(j, err) != SONDE_OK) return SONDE_FAIL;
  return buf_status(&j->page, err) == SONDE_OK ? SONDE_PAGE : SONDE_FAIL;
}

static const job_kind remember_kind = {.step = remember_step, .info = no_info};

sonde_code remember_start(sonde_job *j, const json *spec, sonde_error *err) {
  (void)spec;
  SONDE_TRY(check_table(j, err));
  SONDE_CHECK(j->table->indexed, err, SONDE_MISUSE, 0, "the table has to be indexed first");
  j->kind = &remember_kind;
  return SONDE_OK;
}

/* ---- from bytes ---- */

typedef struct {
  sonde_source source;
  uint64_t at, end;
  uint32_t group;
  bool typed;
  csv_seen *seen; /* if it is */
} recalling;

static sonde_code broken(sonde_error *err, uint64_t at) {
  return status_set(err, SONDE_CORRUPT, at, "what was remembered of the table is damaged");
}

/* The next bytes, which stay for this step. NULL: they are wanted, or it has failed. */
static const uint8_t *next_bytes(sonde_job *j, uint64_t before, uint64_t n, sonde_error *err) {
  recalling *x = j->self;
  task t = job_task(j, err);
  if (before > x->end - x->at || n > x->end - x->at - before) return broken(err, x->at), NULL;
  return task_bytes(&t, x->source, x->at + before, x->at + before + n);
}

/* Marks divide the rows of a block from its first one on, before which comments may be. */
static bool marks_are_sane(const block *b) {
  uint64_t length = b->next_begin - b->row_begin;
  if (b->rows > length || (b->n_marks == 0) != (b->rows == 0)) return false;
  for (uint32_t i = 0; i < b->n_marks; i++) {
    const csv_mark *m = &b->marks[i];
    bool follows = i ? m->row > m[-1].row && m->offset > m[-1].offset : m->row == 0;
    if (!follows || m->row >= b->rows || m->offset >= length) return false;
  }
  return true;
}

static sonde_code get_block(table *t, uint32_t number, rd *r, sonde_error *err) {
  block *b = &t->blocks[number];
  b->row_begin = rd_u64(r);
  b->next_begin = rd_u64(r);
  b->rows = rd_u32(r);
  b->lines = rd_u32(r);
  b->n_marks = rd_count(r, sizeof(csv_mark));
  csv_mark *marks = arena_array(&t->memory, b->n_marks, sizeof *marks, err);
  if (!marks) return err->code;
  for (uint32_t i = 0; i < b->n_marks; i++) {
    marks[i].row = rd_u32(r);
    marks[i].offset = rd_u32(r);
  }
  b->marks = marks;
  uint64_t begin = number ? t->blocks[number - 1].next_begin : t->sniffed.dialect.data_at;
  bool chained = b->row_begin == begin && begin <= b->next_begin && b->next_begin <= t->size;
  return !r->bad && chained && marks_are_sane(b) ? SONDE_OK : broken(err, number);
}

/* Rows and lines are counted as by an index. */
static void count(table *t, uint32_t number) {
  block *b = &t->blocks[number];
  b->known = true;
  b->first_row = t->rows;
  b->first_line = number ? b[-1].first_line + b[-1].lines : t->data_line;
  t->rows += b->rows;
  t->n_verified = number + 1;
}

static sonde_code get_group(sonde_job *j, rd *r, sonde_error *err) {
  const recalling *x = j->self;
  table *t = j->table;
  for (uint32_t b = x->group * GROUP; b < end_of_group(t, x->group); b++) {
    SONDE_TRY(get_block(t, b, r, err));
    count(t, b);
  }
  return r->pos == r->len ? SONDE_OK : broken(err, x->at);
}

/* A length, then so many bytes: the answer is false when they are not there yet. */
static bool take_group(sonde_job *j, rd *out, sonde_error *err) {
  const uint8_t *length = next_bytes(j, 0, LENGTH_BYTES, err);
  if (!length) return false;
  rd head = {.data = length, .len = LENGTH_BYTES};
  uint32_t bytes = rd_u32(&head);
  if (bytes > GROUP_BYTES_MAX) return broken(err, 0), false;
  const uint8_t *group = next_bytes(j, LENGTH_BYTES, bytes, err);
  *out = (rd){.data = group, .len = bytes};
  return group != NULL;
}

static sonde_code get_seens(sonde_job *j, rd *r, sonde_error *err) {
  recalling *x = j->self;
  x->seen = arena_zero(&j->memory, j->table->columns * sizeof *x->seen, err);
  if (!x->seen) return err->code;
  for (uint32_t c = 0; x->typed && c < j->table->columns; c++) x->seen[c] = get_seen(r);
  return r->bad ? broken(err, 0) : SONDE_OK;
}

/* What the bytes begin with, if they are about this table. */
static sonde_code get_start(sonde_job *j, sonde_str subject, rd *r, sonde_error *err) {
  recalling *x = j->self;
  uint32_t version = rd_u32(r);
  sonde_str about = rd_str(r);
  bool same = !r->bad && version == VERSION && about.len == subject.len &&
              memcmp(about.ptr, subject.ptr, about.len) == 0 && rd_u32(r) == j->table->n_blocks;
  SONDE_CHECK(same, err, SONDE_VALUE, 0, "what was remembered is about another table");
  x->typed = rd_u8(r) != 0;
  SONDE_TRY(get_seens(j, r, err));
  x->at += r->pos;
  x->group = 0;
  return SONDE_OK;
}

static sonde_step begin(sonde_job *j, sonde_error *err) {
  const recalling *x = j->self;
  buf subject;
  buf_init(&subject, &j->engine->mem, SUBJECT_MAX);
  put_subject(j->table, &subject);
  /* No start is longer, nor shorter than a group's length less. */
  uint64_t most = subject.len + (uint64_t)j->table->columns * 7 + 13;
  const uint8_t *bytes = next_bytes(j, 0, x->end < most ? x->end : most, err);
  rd r = {.data = bytes, .len = (size_t)(x->end < most ? x->end : most)};
  sonde_code code = buf_status(&subject, err);
  if (code == SONDE_OK && bytes)
    code = get_start(j, (sonde_str){(const char *)subject.data, subject.len}, &r, err);
  buf_free(&subject);
  if (code != SONDE_OK || err->code != SONDE_OK) return SONDE_FAIL;
  if (!bytes) return SONDE_NEED;
  j->phase = 1;
  return SONDE_YIELD;
}

static sonde_step finish(sonde_job *j, sonde_error *err) {
  const recalling *x = j->self;
  table *t = j->table;
  if (x->at != x->end) return broken(err, x->at), SONDE_FAIL;
  for (uint32_t c = 0; x->typed && c < t->columns; c++) {
    t->seen[c] = x->seen[c];
    if (!t->forced[c]) t->forms[c] = csv_resolve(&t->seen[c]);
  }
  t->indexed = true;
  t->imported = x->typed;
  return SONDE_DONE;
}

static sonde_step next_group(sonde_job *j, sonde_error *err) {
  recalling *x = j->self;
  rd r;
  if (!take_group(j, &r, err)) return err->code == SONDE_OK ? SONDE_NEED : SONDE_FAIL;
  if (get_group(j, &r, err) != SONDE_OK) return SONDE_FAIL;
  x->at += LENGTH_BYTES + r.len;
  x->group++;
  return SONDE_YIELD;
}

static sonde_step recall_step(sonde_job *j, sonde_error *err) {
  const recalling *x = j->self;
  if (j->phase == 0) return begin(j, err);
  return x->group < groups_of(j->table) ? next_group(j, err) : finish(j, err);
}

/* Half an index is none. */
static void forget_half(sonde_job *j) {
  table *t = j->table;
  if (t->indexed) return;
  for (uint32_t b = 0; b < t->n_blocks; b++) t->blocks[b].known = false;
  t->n_verified = 0;
  t->rows = 0;
}

static const job_kind recall_kind = {.step = recall_step, .free = forget_half};

sonde_code recall_start(sonde_job *j, const json *spec, sonde_error *err) {
  SONDE_TRY(check_table(j, err));
  SONDE_CHECK(!j->table->n_verified, err, SONDE_MISUSE, 0, "the table is indexed already");
  recalling *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  x->source = (sonde_source)json_u64(json_get(spec, "source"), 0);
  const source *from = sources_find(&j->engine->sources, x->source);
  SONDE_CHECK(from, err, SONDE_NAME, 0, "there is no source %u", x->source);
  x->end = json_u64(json_get(spec, "length"), from->size);
  SONDE_CHECK(x->end <= from->size, err, SONDE_VALUE, 0, "the source is shorter than that");
  j->self = x;
  j->kind = &recall_kind;
  return SONDE_OK;
}
