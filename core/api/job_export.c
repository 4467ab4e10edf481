/* {"job":"export"}: a table or view as a file, in pages of raw bytes. Every block becomes a part of the file, made by whoever has its
 * columns; parts leave in order, and only a few are made ahead of the host that takes them. Views whose rows are in another order, or few, go
 * by export_merge.c. */
#include <string.h>

#include "api/export.h"

#define AHEAD 6u       /* parts made before the one that leaves next */
#define FEW_ROWS 8192u /* in a block, on average: too few for a part of a file with columns */

static uint64_t selected(const exporting *x, const table *t, uint32_t b) {
  return x->view ? x->view->before[b + 1] - x->view->before[b] : t->blocks[b].rows;
}

/* ---- fragments ---- */

static uint32_t export_block_of(sonde_job *j, uint32_t id) { return ((exporting *)j->self)->blocks[id]; }

static void put_rows(const exporting *x, const table *t, uint32_t b, buf *out) {
  uint64_t n = selected(x, t, b);
  bool whole = n == t->blocks[b].rows;
  buf_u8(out, whole);
  if (whole) return;
  buf_u32(out, (uint32_t)n);
  for (uint32_t w = 0; w < (t->blocks[b].rows + 63) / 64; w++)
    for (uint64_t word = x->view->bits[b][w]; word; word &= word - 1)
      buf_u32(out, w * 64 + (uint32_t)__builtin_ctzll(word));
}

static sonde_code export_encode(sonde_job *j, uint32_t id, buf *out, sonde_error *err) {
  exporting *x = j->self;
  fragment_head h;
  table_head(j->table, FRAGMENT_EXPORT, x->blocks[id], &h);
  fragment_put_head(out, &h);
  SONDE_TRY(table_put_refs(j->table, x->blocks[id], x->refs, x->n, out, &j->scratch, err));
  export_put(out, &x->options, x->shapes, x->n);
  put_rows(x, j->table, x->blocks[id], out);
  return buf_status(out, err);
}

static sonde_code keep_part(part_made *p, mem *m, rd *r, sonde_error *err) {
  p->rows = rd_u32(r);
  sonde_str about = rd_str(r);
  rd_align(r, 8);
  if (r->bad) return SONDE_OK;
  p->about_len = about.len;
  p->about = mem_alloc(m, about.len, err);
  if (about.len && !p->about) return err->code;
  if (about.len) memcpy(p->about, about.ptr, about.len);
  p->len = r->len - r->pos;
  p->bytes = mem_alloc(m, p->len, err);
  if (p->len && !p->bytes) return err->code;
  if (p->len) memcpy(p->bytes, r->data + r->pos, p->len);
  return SONDE_OK;
}

sonde_code export_accept(sonde_job *j, uint32_t id, rd *r, sonde_error *err) {
  exporting *x = j->self;
  return keep_part(&x->parts[id], &j->engine->mem, r, err);
}

/* ---- the file ---- */

void part_made_free(mem *m, part_made *p) {
  mem_free(m, p->bytes, p->len);
  mem_free(m, p->about, p->about_len);
  *p = (part_made){0};
}

sonde_step export_give(sonde_job *j, sonde_code code, sonde_error *err) {
  exporting *x = j->self;
  if (code != SONDE_OK || buf_status(&j->page, err) != SONDE_OK) return SONDE_FAIL;
  x->bytes += j->page.len;
  return j->page.len ? SONDE_PAGE : SONDE_YIELD;
}

static sonde_step give_part(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  part_made *p = &x->parts[x->next];
  buf_clear(&j->page);
  buf_put(&j->page, p->bytes, p->len);
  x->rows += p->rows;
  j->progress.rows = x->rows;
  j->progress.done_bytes +=
      j->table->blocks[x->blocks[x->next]].end - j->table->blocks[x->blocks[x->next]].begin;
  sonde_code code = exporter_add(&x->file, (sonde_str){(const char *)p->about, p->about_len}, p->len, err);
  part_made_free(&j->engine->mem, p);
  x->next++;
  if (j->split.allowed < x->n_parts) j->split.allowed++;
  return export_give(j, code, err);
}

sonde_step export_begin(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  buf_clear(&j->page);
  j->phase = EXPORT_PARTS;
  mem *m = &j->engine->mem;
  return export_give(j, exporter_begin(&x->file, &x->options, x->shapes, x->n, m, &j->page, err), err);
}

sonde_step export_end(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  buf_clear(&j->page);
  j->phase = EXPORT_ENDED;
  return export_give(j, exporter_end(&x->file, &j->page, err), err);
}

static sonde_code begin_parts(sonde_job *j, sonde_error *err) {
  const exporting *x = j->self;
  SONDE_TRY(split_begin(j, x->n_parts, err));
  if (x->n_parts > AHEAD) j->split.allowed = AHEAD;
  return SONDE_OK;
}

static sonde_step export_step(sonde_job *j, sonde_error *err) {
  exporting *x = j->self;
  if (j->phase == EXPORT_ENDED) return SONDE_DONE;
  if (j->phase == EXPORT_HEAD) return begin_parts(j, err) == SONDE_OK ? export_begin(j, err) : SONDE_FAIL;
  if (x->next == x->n_parts) return export_end(j, err);
  if (j->split.state[x->next] == FRAGMENT_DONE) return give_part(j, err);
  return split_step(j, err);
}

void export_info(sonde_job *j, buf *out) {
  const exporting *x = j->self;
  buf_printf(out, "{\"rows\":%llu,\"bytes\":%llu}", (unsigned long long)x->rows,
             (unsigned long long)x->bytes);
}

void export_free(sonde_job *j) {
  exporting *x = j->self;
  for (uint32_t i = 0; i < x->n_parts; i++) part_made_free(&j->engine->mem, &x->parts[i]);
  exporter_free(&x->file);
}

static const job_kind export_kind = {.step = export_step,
                                     .encode = export_encode,
                                     .accept = export_accept,
                                     .block_of = export_block_of,
                                     .info = export_info,
                                     .free = export_free};

/* ---- what is asked for ---- */

static sonde_code one_character(const json *spec, const char *name, uint8_t *out, sonde_error *err) {
  const json *given = json_get(spec, name);
  if (!given) return SONDE_OK;
  sonde_str s = json_str(given);
  SONDE_CHECK(s.len == 1, err, SONDE_VALUE, 0, "'%s' is one character", name);
  *out = (uint8_t)s.ptr[0];
  return SONDE_OK;
}

static sonde_code csv_options(const json *spec, csv_write_options *o, arena *memory, sonde_error *err) {
  *o = csv_write_defaults();
  SONDE_TRY(one_character(spec, "delimiter", &o->delimiter, err));
  SONDE_TRY(one_character(spec, "quote", &o->quote, err));
  o->header = json_bool(json_get(spec, "header"), o->header);
  o->crlf = json_bool(json_get(spec, "crlf"), o->crlf);
  o->always_quote = json_bool(json_get(spec, "alwaysQuote"), o->always_quote);
  o->guard_formulas = json_bool(json_get(spec, "guardFormulas"), o->guard_formulas);
  sonde_str nulls = json_str(json_get(spec, "nullText"));
  o->null_text = (sonde_str){arena_copy(memory, nulls.ptr, nulls.len, err), nulls.len};
  return o->null_text.ptr ? SONDE_OK : err->code;
}

static sonde_code compression_of(const json *spec, bool snappy, uint8_t *codec, sonde_error *err) {
  const json *given = json_get(spec, "compression");
  if (!given || json_text_is(given, "zstd")) return *codec = BLOCK_ZSTD, SONDE_OK;
  if (json_text_is(given, "none")) return *codec = BLOCK_PLAIN, SONDE_OK;
  if (snappy && json_text_is(given, "snappy")) return *codec = BLOCK_SNAPPY, SONDE_OK;
  return status_set(err, SONDE_NAME, 0, "'compression' is \"zstd\"%s or \"none\"",
                    snappy ? ", \"snappy\"" : "");
}

static sonde_code read_options(const json *spec, export_options *o, arena *memory, sonde_error *err) {
  const json *format = json_get(spec, "format");
  o->parquet = pq_write_defaults();
  SONDE_TRY(csv_options(spec, &o->csv, memory, err));
  if (json_text_is(format, "csv")) return o->format = EXPORT_CSV, SONDE_OK;
  if (json_text_is(format, "parquet")) {
    o->format = EXPORT_PARQUET;
    return compression_of(spec, true, &o->parquet.codec, err);
  }
  o->format = EXPORT_ARROW;
  o->arrow.stream = json_text_is(format, "arrow stream");
  SONDE_CHECK(o->arrow.stream || json_text_is(format, "arrow"), err, SONDE_NAME, 0,
              "'format' is \"csv\", \"parquet\", \"arrow\" or \"arrow stream\"");
  return compression_of(spec, false, &o->arrow.codec, err);
}

/* Whether the blocks as they are make good parts of a file. */
static bool by_blocks(const exporting *x) {
  if (!x->view) return true;
  if (x->view->kind == VIEW_ORDER) return false;
  return x->options.format == EXPORT_CSV || x->view->rows >= (uint64_t)x->n_parts * FEW_ROWS;
}

static sonde_code list_blocks(sonde_job *j, exporting *x, sonde_error *err) {
  const table *t = j->table;
  x->blocks = arena_array(&j->memory, t->n_blocks, sizeof *x->blocks, err);
  x->parts = arena_zero(&j->memory, t->n_blocks * sizeof *x->parts, err);
  if (!x->blocks || !x->parts) return err->code;
  for (uint32_t b = 0; b < t->n_blocks; b++) {
    if (selected(x, t, b) == 0) continue;
    x->blocks[x->n_parts++] = b;
    j->progress.total_bytes += t->blocks[b].end - t->blocks[b].begin;
  }
  return SONDE_OK;
}

sonde_code export_start(sonde_job *j, const json *spec, sonde_error *err) {
  exporting *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  j->self = x;
  x->view = engine_view(j->engine, json_u64(json_get(spec, "view"), 0));
  SONDE_CHECK(x->view || !json_get(spec, "view"), err, SONDE_NAME, 0, "the view is not there any more");
  if (x->view) j->table = x->view->table;
  SONDE_CHECK(j->table && j->table->imported, err, SONDE_MISUSE, 0, "the table has to be imported first");
  SONDE_TRY(read_options(spec, &x->options, &j->memory, err));
  SONDE_TRY(table_columns(j->table, json_get(spec, "columns"), &j->memory, &x->refs, &x->n, err));
  SONDE_TRY(table_shapes(j->table, x->refs, x->n, &j->memory, &x->shapes, err));
  bool ordered = x->view && x->view->kind == VIEW_ORDER;
  if (!ordered) SONDE_TRY(list_blocks(j, x, err));
  j->kind = &export_kind;
  return by_blocks(x) ? SONDE_OK : export_merge_start(j, err);
}
