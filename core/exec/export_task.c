/* FRAGMENT_EXPORT: rows of a block as a part of a file.
 * body: refs, options and shapes (export_put), u8 whole, [not whole: u32 n × u32 row, in any order]
 * result: u32 rows, str about, up to a multiple of 8, the part's bytes */
#include "column/take.h"
#include "exec/refs.h"
#include "format/export.h"

#define PART_MAX ((size_t)1 << 30)

typedef struct {
  task *t;
  const fragment_head *h;
  const column_ref *refs;
  uint32_t n;
  export_options options;
  const shape *shapes;
  bool whole;
  const uint32_t *rows;
  uint32_t n_rows;
} exporting;

static sonde_code parse(exporting *x, rd *r) {
  sonde_error *err = x->t->err;
  uint32_t shapes;
  SONDE_TRY(refs_get(r, x->h, x->t->scratch, &x->refs, &x->n, err));
  SONDE_TRY(export_get(r, x->t->scratch, &x->options, &x->shapes, &shapes, err));
  x->whole = rd_u8(r) != 0;
  x->n_rows = x->whole ? x->h->rows : rd_count(r, 4);
  uint32_t *rows = arena_array(x->t->scratch, x->whole ? 0 : x->n_rows, 4, err);
  if (!rows) return err->code;
  for (uint32_t i = 0; !x->whole && i < x->n_rows; i++) {
    rows[i] = rd_u32(r);
    if (rows[i] >= x->h->rows) r->bad = true;
  }
  x->rows = rows;
  SONDE_CHECK(!r->bad && shapes == x->n, err, SONDE_CORRUPT, 0, "an export fragment is broken");
  return SONDE_OK;
}

/* Whole columns that have the type already are written from where they lie. */
static sonde_code column_of(const exporting *x, uint32_t c, const vec *v, arena *memory, vec *out) {
  bool as_is = x->whole && v->type.id == x->shapes[c].type.id && v->type.scale == x->shapes[c].type.scale;
  if (as_is) return *out = *v, SONDE_OK;
  bool readable = vec_readable_as(v, x->shapes[c].type);
  page_cell *cells = arena_array(memory, x->n_rows, sizeof *cells, x->t->err);
  if (!cells) return x->t->err->code;
  for (uint32_t i = 0; i < x->n_rows; i++)
    cells[i] = (page_cell){readable ? v : NULL, x->whole ? i : x->rows[i]};
  return vec_take(&x->shapes[c], cells, x->n_rows, memory, out, x->t->err);
}

static sonde_code write_part(const exporting *x, const vec *const *columns, arena *memory, buf *out) {
  sonde_error *err = x->t->err;
  vec *vecs = arena_array(memory, x->n, sizeof *vecs, err);
  if (!vecs) return err->code;
  for (uint32_t c = 0; c < x->n; c++) SONDE_TRY(column_of(x, c, columns[c], memory, &vecs[c]));
  buf bytes, about;
  buf_init(&bytes, x->t->mem, PART_MAX);
  buf_init(&about, x->t->mem, PART_MAX);
  sonde_code code =
      export_part(&x->options, x->shapes, x->n, vecs, x->n_rows, x->t->mem, &bytes, &about, err);
  buf_u32(out, x->n_rows);
  buf_str(out, (sonde_str){(const char *)about.data, about.len});
  buf_align(out, 8);
  buf_put(out, bytes.data, bytes.len);
  buf_free(&bytes);
  buf_free(&about);
  return code;
}

sonde_code run_export(task *t, const fragment_head *h, rd *r, buf *out) {
  exporting x = {.t = t, .h = h};
  arena memory = {.mem = t->mem};
  part *held;
  SONDE_TRY(parse(&x, r));
  const vec **columns = arena_array(t->scratch, x.n, sizeof *columns, t->err);
  if (!columns || !task_columns(t, h, x.refs, x.n, columns, &held)) return t->err->code;
  sonde_code code = write_part(&x, columns, &memory, out);
  arena_free(&memory);
  part_free(held);
  return code;
}
