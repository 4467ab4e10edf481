/* See spill.h. Parts are written in chunks: the rows of each batch as their number and a piece of the spool (spool.c). */
#include "exec/query/operator/spill.h"
#include "exec/query/spool/deal.h"

/* Of a part, before they go to the spool: a 64th of the share within these. */
#define CHUNK_LEAST 4096u
#define CHUNK_MOST 65536u
#define CHUNK_MAX ((size_t)256 << 20)
#define LEVELS 3u         /* of parts of parts: 4,096 in all */
#define BYTES_A_VALUE 16u /* in a table, roughly */
#define ROOM_SHARE 3u     /* of memory: what an operator that keeps growing leaves to others */

typedef struct {
  uint64_t offset;
  uint32_t length;
} written;

typedef struct {
  buf out; /* not yet in the spool */
  written *chunks;
  uint32_t n, cap;
  double rows;
} dealt_part;

struct spill {
  run *run;
  const plan *plan; /* of the input */
  const bool *needed;
  const sql_type **types; /* of the columns that are needed */
  uint32_t n_columns;
  row_hasher hasher;
  unsigned level;
  dealt_part parts[QUERY_PARTS];
  arena memory, scratch;
};

/* ---- reading: an operator over one part ---- */

typedef struct {
  spill *from;
  const dealt_part *part;
  uint32_t chunk, at; /* at: byte in the chunk */
} source;

static sonde_code read_rows(op *o, source *x, rd *r, batch *b) {
  const spill *s = x->from;
  batch stored = {.n = rd_u32(r), .n_cols = s->n_columns};
  arena_reset(&o->scratch);
  stored.cols = arena_array(&o->scratch, stored.n_cols + 1u, sizeof(col), o->run->err);
  if (!stored.cols) return o->run->err->code;
  SONDE_TRY(spool_get_rows(r, s->types, &stored, &o->scratch, o->run->err));
  for (uint32_t i = 0, k = 0; i < s->plan->n_columns; i++)
    o->cols[i] = !s->needed || s->needed[i] ? stored.cols[k++]
                                            : (col){.form = COL_CONST, .type = &s->plan->columns[i].type};
  *b = (batch){.n = stored.n, .n_cols = s->plan->n_columns, .cols = o->cols};
  return SONDE_OK;
}

static step next_of_part(op *o, batch *b) {
  source *x = o->self;
  spool *s = o->run->spool;
  if (s->out.len) return STEP_WAIT;
  if (x->chunk == x->part->n) return STEP_END;
  const written *c = &x->part->chunks[x->chunk];
  o->run->err->code = SONDE_OK;
  const uint8_t *bytes = s->bytes(s->self, c->offset + x->at, c->length - x->at, o->run->err);
  if (!bytes) return o->run->err->code ? STEP_FAIL : STEP_WAIT;
  rd r = {.data = bytes, .len = c->length - x->at};
  if (read_rows(o, x, &r, b) != SONDE_OK) return STEP_FAIL;
  x->at += (uint32_t)r.pos;
  if (x->at < c->length) return STEP_ROWS;
  s->release(s->self, c->offset, c->length);
  x->chunk++;
  x->at = 0;
  return STEP_ROWS;
}
static const op_class source_class = {.next = next_of_part};

static op *open_source(spill *s, const dealt_part *p) {
  plan *rows = arena_copy(&s->memory, s->plan, sizeof *rows, s->run->err);
  if (!rows) return NULL;
  rows->kind = PLAN_PART;
  rows->n_inputs = 0;
  rows->rows = p->rows;
  op *o = op_new(s->run, rows);
  if (!o) return NULL;
  o->class = &source_class;
  o->needed = s->needed;
  source *x = op_self(o, sizeof *x);
  o->cols = arena_zero(&o->memory, (rows->n_columns + 1u) * sizeof *o->cols, s->run->err);
  if (!x || !o->cols) return op_close(o), NULL;
  *x = (source){.from = s, .part = p};
  return o;
}

/* ---- when ---- */

static unsigned level_of(const op *input) {
  return input->class == &source_class ? ((const source *)input->self)->from->level + 1 : 0;
}

bool spill_may(const op *input) { return input->run->spool && level_of(input) < LEVELS; }

/* Columns that are kept for the next query are given up sooner than rows are written: reading those again costs more. */
bool spill_is_tight(const run *r, uint64_t bytes, uint64_t growth) {
  if (bytes <= r->share) return false;
  return r->spills_early || !mem_has_room(r->mem, growth + mem_share(r->mem) / ROOM_SHARE);
}

static double bytes_expected(const op *input) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < input->plan->n_columns; i++) n += !input->needed || input->needed[i];
  return input->plan->rows * BYTES_A_VALUE * n;
}

bool spill_is_expected(const op *input, double times) {
  return spill_may(input) && times * bytes_expected(input) > (double)input->run->share;
}

bool spill_is_sure(const op *input) {
  double expected = bytes_expected(input), all = (double)mem_share(input->run->mem);
  uint64_t bytes = (uint64_t)(expected < all ? expected : all);
  return spill_may(input) && spill_is_tight(input->run, bytes, bytes);
}

/* ---- writing ---- */

static void spill_free(spill *s) {
  if (!s) return;
  mem *m = s->run->mem;
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    buf_free(&s->parts[p].out);
    mem_free(m, s->parts[p].chunks, s->parts[p].cap * sizeof(written));
  }
  row_hasher_free(&s->hasher);
  arena_free(&s->memory);
  arena_free(&s->scratch);
  mem_free(m, s, sizeof *s);
}

static sonde_code fill_spill(spill *s, const op *input, uint32_t n_keys) {
  sonde_error *err = s->run->err;
  s->types = arena_array(&s->memory, s->plan->n_columns + 1u, sizeof *s->types, err);
  if (!s->types) return err->code;
  for (uint32_t i = 0; i < s->plan->n_columns; i++)
    if (!input->needed || input->needed[i]) s->types[s->n_columns++] = &s->plan->columns[i].type;
  return row_hasher_init(&s->hasher, s->run->mem, n_keys, &s->memory, err);
}

static spill *spill_open(const op *input, uint32_t n_keys) {
  run *r = input->run;
  spill *s = mem_alloc(r->mem, sizeof *s, r->err);
  if (!s) return NULL;
  *s = (spill){.run = r, .plan = input->plan, .needed = input->needed, .level = level_of(input)};
  arena_init(&s->memory, r->mem);
  arena_init(&s->scratch, r->mem);
  for (uint32_t p = 0; p < QUERY_PARTS; p++) buf_init(&s->parts[p].out, r->mem, CHUNK_MAX);
  if (fill_spill(s, input, n_keys) == SONDE_OK) return s;
  spill_free(s);
  return NULL;
}

static sonde_code flush(spill *s, dealt_part *p) {
  spool *to = s->run->spool;
  if (p->out.len == 0) return SONDE_OK;
  SONDE_TRY(grow(s->run->mem, &p->chunks, &p->cap, p->n + 1u, sizeof *p->chunks, s->run->err));
  buf_put(&to->out, p->out.data, p->out.len);
  SONDE_TRY(buf_status(&to->out, s->run->err));
  p->chunks[p->n++] = (written){to->size, (uint32_t)p->out.len};
  to->size += p->out.len;
  buf_clear(&p->out);
  return SONDE_OK;
}

static size_t chunk_bytes(const run *r) {
  uint64_t some = r->share / 64;
  return some < CHUNK_LEAST ? CHUNK_LEAST : some > CHUNK_MOST ? CHUNK_MOST : (size_t)some;
}

static sonde_code put_part(spill *s, dealt_part *p, const batch *in, const uint32_t *rows, uint32_t n) {
  batch b = {.n = n, .cols = arena_array(&s->scratch, s->n_columns + 1u, sizeof(col), s->run->err)};
  if (!b.cols) return s->run->err->code;
  for (uint32_t i = 0; i < s->plan->n_columns; i++)
    if (!s->needed || s->needed[i])
      SONDE_TRY(col_gather(&in->cols[i], rows, n, &b.cols[b.n_cols++], &s->scratch, s->run->err));
  p->rows += n;
  buf_u32(&p->out, n);
  SONDE_TRY(spool_put_rows(&p->out, &b, &s->scratch, s->run->err));
  return p->out.len < chunk_bytes(s->run) ? SONDE_OK : flush(s, p);
}

static sonde_code deal_batch(spill *s, const batch *in, const col *keys, const uint32_t *rows, uint32_t n) {
  deal dealt;
  arena_reset(&s->scratch);
  uint64_t *hashes = row_hashes(&s->hasher, keys, in->n, &s->scratch, s->run->err);
  if (!hashes) return s->run->err->code;
  for (uint32_t i = 0; rows && i < n; i++) hashes[i] = hashes[rows[i]];
  deal_out(hashes, n, 60 - 4 * s->level, &dealt);
  for (uint32_t i = 0; rows && i < n; i++) dealt.rows[i] = rows[dealt.rows[i]];
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    uint32_t first = dealt.begins[p], count = dealt.begins[p + 1] - first;
    if (count) SONDE_TRY(put_part(s, &s->parts[p], in, dealt.rows + first, count));
  }
  return SONDE_OK;
}

sonde_code spill_put(spilled *x, const op *o, unsigned input, const batch *in, const col *keys,
                     uint32_t n_keys, const uint32_t *rows, uint32_t n) {
  if (n == 0) return SONDE_OK;
  if (!x->in[input]) x->in[input] = spill_open(o->in[input], n_keys);
  return x->in[input] ? deal_batch(x->in[input], in, keys, rows, n) : o->run->err->code;
}

/* ---- part after part ---- */

sonde_code spill_end(spilled *x) {
  for (unsigned i = 0; i < 2; i++)
    if (x->in[i]) SONDE_TRY(flush(x->in[i], &x->in[i]->parts[x->part]));
  return SONDE_OK;
}

static const dealt_part nothing;

static const dealt_part *part_of(const spilled *x, unsigned input) {
  return x->in[input] ? &x->in[input]->parts[x->part] : &nothing;
}

static op *open_child(spilled *x, op *o, const plan *p) {
  op *in[2] = {NULL, NULL};
  for (unsigned i = 0; i < p->n_inputs; i++) {
    if (!x->in[i]) x->in[i] = spill_open(o->in[i], 0);
    if (x->in[i]) in[i] = open_source(x->in[i], part_of(x, i));
    if (!in[i]) return op_close(in[0]), NULL;
  }
  op *child = op_open_over(o->run, p, o->needed, in);
  for (unsigned i = 0; !child && i < 2; i++) op_close(in[i]);
  return child;
}

step spill_next(spilled *x, op *o, const plan *p, void (*opened)(op *child, const op *), batch *b) {
  for (; x->part < QUERY_PARTS; x->part++) {
    if (!x->child && part_of(x, 0)->rows + part_of(x, 1)->rows == 0) continue;
    if (!x->child) {
      if (spill_end(x) != SONDE_OK || !(x->child = open_child(x, o, p))) return STEP_FAIL;
      if (opened) opened(x->child, o);
    }
    step s = op_next(x->child, b);
    if (s != STEP_END) return s;
    op_close(x->child);
    x->child = NULL;
  }
  return STEP_END;
}

op *spill_read(spilled *x) { return open_source(x->in[0], &x->in[0]->parts[0]); }

void spill_close(spilled *x) {
  op_close(x->child);
  for (unsigned i = 0; i < 2; i++) spill_free(x->in[i]);
  *x = (spilled){0};
}
