/* {"job":"inflate"}: a compressed source as pages of raw bytes for a spool; {"job":"spool"}: that spool is the table's source. */
#include "api/job.h"
#include "codec/codec.h"

#define INPUT_BYTES ((uint32_t)4 << 20)
#define OUTPUT_BYTES ((size_t)8 << 20)

typedef struct {
  sonde_source source;
  codec *codec;
  uint64_t at; /* source bytes used */
  bool done;
} inflating;

static sonde_code inflate_some(sonde_job *j, source *src, const uint8_t *in, uint32_t n, sonde_error *err) {
  inflating *x = j->self;
  uint8_t *out = buf_extend(&j->page, OUTPUT_BYTES);
  if (!out) return buf_status(&j->page, err);
  codec_io io = {.in = in, .in_len = n, .last = x->at + n == src->size, .out = out, .out_cap = OUTPUT_BYTES};
  sonde_code code = codec_step(x->codec, &io, err);
  if (code != SONDE_OK) err->source = x->source;
  j->page.len = io.out_used;
  x->at += io.in_used;
  x->done = io.done;
  j->progress.done_bytes = x->at;
  return code;
}

static sonde_step inflate_step(sonde_job *j, sonde_error *err) {
  inflating *x = j->self;
  if (x->done) return SONDE_DONE;
  source *src = sources_find(&j->engine->sources, x->source);
  if (!src) return status_set(err, SONDE_MISUSE, 0, "source %u is gone", x->source), SONDE_FAIL;
  uint64_t left = src->size - x->at;
  uint64_t page =
      x->at / INPUT_BYTES * INPUT_BYTES; /* whole windows are wanted, so that one is fetched once */
  uint64_t end = page + INPUT_BYTES < src->size ? page + INPUT_BYTES : src->size;
  task t = job_task(j, err);
  const uint8_t *bytes = left ? task_bytes(&t, x->source, page, end) : (const uint8_t *)"";
  if (!bytes) return err->code ? SONDE_FAIL : SONDE_NEED;
  buf_clear(&j->page);
  if (inflate_some(j, src, left ? bytes + (x->at - page) : bytes, left ? (uint32_t)(end - x->at) : 0, err) !=
      SONDE_OK)
    return SONDE_FAIL;
  if (x->at >= end) source_release(&j->engine->sources, src, page, end);
  return j->page.len ? SONDE_PAGE : SONDE_YIELD;
}

static void inflate_free(sonde_job *j) { codec_free(((inflating *)j->self)->codec); }

static const job_kind inflate_kind = {.step = inflate_step, .free = inflate_free};

sonde_code inflate_start(sonde_job *j, const json *spec, sonde_error *err) {
  inflating *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  x->source = (sonde_source)json_u64(json_get(spec, "source"), 0);
  source *src = sources_find(&j->engine->sources, x->source);
  SONDE_CHECK(src && j->table && j->table->compression, err, SONDE_NAME, 0, "there is nothing to inflate");
  j->progress.total_bytes = src->size;
  SONDE_TRY(codec_new((codec_kind)j->table->compression, &j->engine->mem, &x->codec, err));
  j->self = x;
  j->kind = &inflate_kind;
  return SONDE_OK;
}

static sonde_step done_step(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static const job_kind spool_kind = {.step = done_step};

sonde_code spool_start(sonde_job *j, const json *spec, sonde_error *err) {
  sonde_source id = (sonde_source)json_u64(json_get(spec, "source"), 0);
  source *src = sources_find(&j->engine->sources, id);
  SONDE_CHECK(src && j->table, err, SONDE_NAME, 0, "the spool's source is not known");
  j->table->source = id;
  j->table->size = src->size;
  j->kind = &spool_kind;
  return table_cut(j->engine, j->table, err);
}
