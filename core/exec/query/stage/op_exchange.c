/* A stage seen from what is left of its plan (cut.h): first its sides are run and the parts gathered that it is over, then whoever runs
 * stages is given them, and the answers come as rows, in the order of the blocks or parts. And, within a stage, the rows of a side or
 * of a part. */
#include "exec/query/batch/rows_wire.h"
#include "exec/query/operator/op.h"
#include "exec/query/stage/stage.h"

#define BYTES_MAX ((size_t)1 << 30) /* of sides, of a part */

typedef struct {
  op **sides;
  uint32_t side; /* being run */
  bool side_open, began, in_block;
  size_t side_at;
  rows_writer writer;
  arena writing; /* of the writer */
  buf shared;
  op *from; /* the exchange that deals out the parts; NULL: there is none, or all are dealt */
  buf parts[QUERY_PARTS];
  rd block;
  rows_reader reader;
  arena reading; /* of the reader, for a block */
  const sql_type **types;
} exchange_op;

#define NODE(o) (&(o)->plan->u.exchange)

/* ---- sides ---- */

static sonde_code begin_side(op *o, exchange_op *x) {
  x->side_open = true;
  x->side_at = stage_put_side(&x->shared);
  arena_reset(&x->writing);
  return rows_writer_init(&x->writer, NODE(o)->sides[x->side]->n_columns, &x->writing, o->run->err);
}

static step run_side(op *o, exchange_op *x) {
  batch b;
  if (!x->side_open && begin_side(o, x) != SONDE_OK) return STEP_FAIL;
  for (;;) {
    step s = op_next(x->sides[x->side], &b);
    if (s == STEP_ROWS) rows_put(&x->writer, &b, &x->shared);
    if (buf_status(&x->shared, o->run->err) != SONDE_OK) return STEP_FAIL;
    if (s == STEP_END) break;
    if (s != STEP_ROWS) return s;
  }
  stage_end_side(&x->shared, x->side_at);
  op_close(x->sides[x->side]);
  x->sides[x->side++] = NULL;
  x->side_open = false;
  return STEP_ROWS;
}

/* ---- parts ---- */

static sonde_code add_to_parts(exchange_op *x, rd *dealt, sonde_error *err) {
  for (uint32_t p = 0; p < QUERY_PARTS; p++) {
    buf_str(&x->parts[p], rd_str(dealt));
    SONDE_TRY(buf_status(&x->parts[p], err));
  }
  SONDE_CHECK(!dealt->bad, err, SONDE_CORRUPT, 0, "parts of a fragment are broken");
  return SONDE_OK;
}

static step gather_parts(op *o, exchange_op *x) {
  rd dealt;
  step s;
  while ((s = exchange_next(x->from, &dealt)) == STEP_ROWS)
    if (add_to_parts(x, &dealt, o->run->err) != SONDE_OK) return STEP_FAIL;
  if (s != STEP_END) return s;
  op_close(x->from);
  x->from = NULL;
  return STEP_ROWS;
}

static step begin(op *o, exchange_op *x) {
  const query_stages *stages = o->run->stages;
  while (x->side < NODE(o)->n_sides) {
    step s = run_side(o, x);
    if (s != STEP_ROWS) return s;
  }
  if (x->from) {
    step s = gather_parts(o, x);
    if (s != STEP_ROWS) return s;
  }
  sonde_str shared = {(const char *)x->shared.data, x->shared.len};
  const buf *parts = NODE(o)->from ? x->parts : NULL;
  if (stages->begin(stages->self, o->plan, shared, parts, o->run->err) != SONDE_OK) return STEP_FAIL;
  x->began = true;
  return STEP_ROWS;
}

/* ---- answers ---- */

step exchange_next(op *o, rd *out) {
  exchange_op *x = o->self;
  if (!x->began) {
    step s = begin(o, x);
    if (s != STEP_ROWS) return s;
  }
  return o->run->stages->next(o->run->stages->self, o->plan, out, o->run->err);
}

static step next_block(op *o, exchange_op *x) {
  step s = exchange_next(o, &x->block);
  if (s != STEP_ROWS) return s;
  x->in_block = true;
  arena_reset(&x->reading);
  return rows_or_fail(rows_reader_init(&x->reader, o->run, x->types, o->plan->n_columns, &x->reading));
}

static step next_exchange(op *o, batch *b) {
  exchange_op *x = o->self;
  arena_reset(&o->scratch);
  while (!x->in_block || x->block.pos == x->block.len) {
    x->in_block = false;
    step s = next_block(o, x);
    if (s != STEP_ROWS) return s;
  }
  return rows_or_fail(rows_get(&x->reader, &x->block, &o->scratch, b));
}

static void close_exchange(op *o) {
  exchange_op *x = o->self;
  if (x->began) o->run->stages->end(o->run->stages->self, o->plan);
  for (uint32_t i = 0; x->sides && i < NODE(o)->n_sides; i++) op_close(x->sides[i]);
  op_close(x->from);
  for (uint32_t p = 0; p < QUERY_PARTS; p++) buf_free(&x->parts[p]);
  buf_free(&x->shared);
  arena_free(&x->writing);
  arena_free(&x->reading);
}
static const op_class exchange_class = {.next = next_exchange, .close = close_exchange};

sonde_code op_exchange(op *o) {
  sonde_error *err = o->run->err;
  o->class = &exchange_class;
  exchange_op *x = op_self(o, sizeof *x);
  if (!x) return err->code;
  buf_init(&x->shared, o->run->mem, BYTES_MAX);
  for (uint32_t p = 0; p < QUERY_PARTS; p++) buf_init(&x->parts[p], o->run->mem, BYTES_MAX);
  arena_init(&x->writing, o->run->mem);
  arena_init(&x->reading, o->run->mem);
  SONDE_CHECK(o->run->stages, err, SONDE_MISUSE, 0, "nobody runs the stages of a query");
  x->types = column_types(o, o->plan);
  x->sides = arena_zero(&o->memory, (NODE(o)->n_sides + 1u) * sizeof *x->sides, err);
  if (!x->types || !x->sides) return err->code;
  for (uint32_t i = 0; i < NODE(o)->n_sides; i++)
    if (!(x->sides[i] = op_open(o->run, NODE(o)->sides[i], NULL))) return err->code;
  if (NODE(o)->from && !(x->from = op_open(o->run, NODE(o)->from, NULL))) return err->code;
  stage_put(&x->shared, o->run, o->plan, err);
  return buf_status(&x->shared, err);
}

/* ---- a side ---- */

typedef struct {
  rd bytes;
  rows_reader reader;
} side_op;

static step next_side(op *o, batch *b) {
  side_op *x = o->self;
  if (x->bytes.pos == x->bytes.len) return STEP_END;
  arena_reset(&o->scratch);
  return rows_or_fail(rows_get(&x->reader, &x->bytes, &o->scratch, b));
}
static const op_class side_class = {.next = next_side};

sonde_code op_side(op *o) {
  o->class = &side_class;
  side_op *x = op_self(o, sizeof *x);
  const sql_type **types = x ? column_types(o, o->plan) : NULL;
  if (!types) return o->run->err->code;
  SONDE_CHECK(o->run->sides, o->run->err, SONDE_MISUSE, 0, "a side of a stage is not there");
  x->bytes = o->run->sides[o->plan->u.side];
  return rows_reader_init(&x->reader, o->run, types, o->plan->n_columns, &o->memory);
}

/* ---- a part ---- */

typedef struct {
  rd block; /* what of the part came from one block */
  rows_reader reader;
  arena reading;
  const sql_type **types;
} part_op;

static sonde_code open_block(op *o, part_op *x) {
  sonde_str block = rd_str(o->run->part);
  SONDE_CHECK(!o->run->part->bad, o->run->err, SONDE_CORRUPT, 0, "a part of rows is broken");
  x->block = (rd){.data = (const uint8_t *)block.ptr, .len = block.len};
  arena_reset(&x->reading);
  return rows_reader_init(&x->reader, o->run, x->types, o->plan->n_columns, &x->reading);
}

static step next_of_part(op *o, batch *b) {
  part_op *x = o->self;
  arena_reset(&o->scratch);
  while (x->block.pos == x->block.len) {
    if (o->run->part->pos == o->run->part->len) return STEP_END;
    if (open_block(o, x) != SONDE_OK) return STEP_FAIL;
  }
  return rows_or_fail(rows_get(&x->reader, &x->block, &o->scratch, b));
}

static void close_part(op *o) { arena_free(&((part_op *)o->self)->reading); }
static const op_class part_class = {.next = next_of_part, .close = close_part};

sonde_code op_part(op *o) {
  o->class = &part_class;
  part_op *x = op_self(o, sizeof *x);
  if (!x) return o->run->err->code;
  arena_init(&x->reading, o->run->mem);
  x->types = column_types(o, o->plan);
  if (!x->types) return o->run->err->code;
  SONDE_CHECK(o->run->part, o->run->err, SONDE_MISUSE, 0, "a part of a stage is not there");
  return SONDE_OK;
}

/* ---- one of two ways ---- */

static step next_of_either(op *o, batch *b) {
  step s = op_next(o->in[0], b);
  if (s != STEP_FAIL || !o->run->refused) return s;
  o->run->refused = false;
  op_close(o->in[0]);
  o->in[0] = op_open(o->run, o->plan->input[1], NULL);
  return o->in[0] ? STEP_WAIT : STEP_FAIL;
}
static const op_class either_class = {.next = next_of_either};

sonde_code op_either(op *o) {
  o->class = &either_class;
  o->in[0] = op_open(o->run, o->plan->input[0], NULL);
  return o->in[0] ? SONDE_OK : o->run->err->code;
}
