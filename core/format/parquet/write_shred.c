/* See write_shred.h. */
#include "format/parquet/write_shred.h"

#include <string.h>

#include "format/parquet/write_json.h"

typedef struct {
  arena *memory;
  shredded *out;
  uint32_t n;
  sonde_str column; /* for messages */
  uint8_t rep;      /* of the lists around */
  bool required;    /* a map's key */
  sonde_error *err;
} shredder;

static sonde_code reserve(shredder *s, uint32_t n, shredded *e) {
  *e = (shredded){.n = n};
  e->reps = arena_alloc(s->memory, n, s->err);
  e->defs = arena_alloc(s->memory, n, s->err);
  e->rows = arena_array(s->memory, n, sizeof *e->rows, s->err);
  return e->reps && e->defs && e->rows ? SONDE_OK : s->err->code;
}

static sonde_code copy_entries(shredder *s, const shredded *from, shredded *e) {
  SONDE_TRY(reserve(s, from->n, e));
  memcpy(e->reps, from->reps, from->n);
  memcpy(e->defs, from->defs, from->n);
  memcpy(e->rows, from->rows, (size_t)from->n * sizeof *e->rows);
  return SONDE_OK;
}

/* Values that are there are one level further; nulls have no row from here on. */
static void take_nulls(const vec *v, shredded *e) {
  for (uint32_t i = 0; i < e->n; i++) {
    if (e->rows[i] == ROW_NONE) continue;
    if (v && vec_valid(v, e->rows[i]))
      e->defs[i]++;
    else
      e->rows[i] = ROW_NONE;
  }
}

static sonde_code check_keys(const shredder *s, const vec *v, const shredded *e) {
  for (uint32_t i = 0; i < e->n; i++)
    SONDE_CHECK(
        e->rows[i] == ROW_NONE || (v && vec_valid(v, e->rows[i])), s->err, SONDE_VALUE, 0,
        "column \"%.*s\" has a map with a null as key, which Parquet cannot hold; leave those entries out",
        (int)s->column.len, s->column.ptr);
  return SONDE_OK;
}

static uint32_t items_of(const vec *v, uint32_t row) {
  return row == ROW_NONE ? 0 : v->offsets[row + 1] - v->offsets[row];
}

/* Every item becomes an entry; a list without items stays one. */
static void put_items(const shredder *s, const vec *v, const shredded *from, shredded *to) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < from->n; i++) {
    uint32_t n = items_of(v, from->rows[i]), k = 0;
    do {
      to->reps[at] = k == 0 ? from->reps[i] : s->rep;
      to->defs[at] = (uint8_t)(from->defs[i] + (n > 0));
      to->rows[at++] = n > 0 ? v->offsets[from->rows[i]] + k : ROW_NONE;
    } while (++k < n);
  }
}

static sonde_code expand(shredder *s, const vec *v, const shredded *from, shredded *to) {
  uint64_t n = 0;
  for (uint32_t i = 0; i < from->n; i++) {
    uint32_t items = items_of(v, from->rows[i]);
    n += items ? items : 1;
  }
  SONDE_CHECK(n < ROW_NONE, s->err, SONDE_LIMIT, 0,
              "the lists of column \"%.*s\" have too many items for one row group", (int)s->column.len,
              s->column.ptr);
  SONDE_TRY(reserve(s, (uint32_t)n, to));
  put_items(s, v, from, to);
  return SONDE_OK;
}

static sonde_code shred(shredder *s, const shape *of, const vec *v, shredded *e);

/* Each child walks over entries of its own; `v` NULL: the parent is null everywhere. */
static sonde_code shred_children(shredder *s, const shape *of, const vec *v, const shredded *e) {
  for (uint32_t i = 0; i < of->n_children; i++) {
    shredded own;
    SONDE_TRY(copy_entries(s, e, &own));
    s->required = of->type.id == TYPE_MAP && i == 0;
    SONDE_TRY(shred(s, &of->children[i], v ? &v->children[i] : NULL, &own));
  }
  return SONDE_OK;
}

static sonde_code shred_items(shredder *s, const shape *of, const vec *v, const shredded *e) {
  shredded items;
  s->rep++;
  SONDE_TRY(expand(s, v, e, &items));
  SONDE_TRY(shred_children(s, of, v, &items));
  s->rep--;
  return SONDE_OK;
}

static sonde_code mismatch(const shredder *s, const shape *of, const vec *v) {
  return status_set(s->err, SONDE_MISUSE, 0, "column \"%.*s\" is to be written as %s, but holds %s",
                    (int)s->column.len, s->column.ptr, type_name((type_id)of->type.id),
                    type_name((type_id)v->type.id));
}

static bool fits(const shape *of, const vec *v) {
  bool same = v->type.id == of->type.id && v->type.scale == of->type.scale;
  bool nested = of->type.id >= TYPE_LIST;
  return same && (!nested || v->n_children == of->n_children);
}

static sonde_code shred(shredder *s, const shape *of, const vec *v, shredded *e) {
  vec parsed;
  if (v && v->form == VEC_NULL) v = NULL;
  if (v && v->form == VEC_TEXT && of->type.id >= TYPE_LIST) {
    SONDE_TRY(json_texts_vec(of, v, s->memory, &parsed, s->err));
    v = &parsed;
  }
  if (v && !fits(of, v)) return mismatch(s, of, v);
  if (s->required)
    SONDE_TRY(check_keys(s, v, e));
  else
    take_nulls(v, e);
  s->required = false;
  if (of->type.id == TYPE_STRUCT) return shred_children(s, of, v, e);
  if (of->type.id >= TYPE_LIST) return shred_items(s, of, v, e);
  e->values = v;
  s->out[s->n++] = *e;
  return SONDE_OK;
}

sonde_code shred_column(const shape *of, const vec *v, arena *memory, shredded *out, sonde_error *err) {
  shredder s = {.memory = memory, .out = out, .column = of->name, .err = err};
  shredded rows;
  SONDE_TRY(reserve(&s, v->rows, &rows));
  memset(rows.reps, 0, v->rows);
  memset(rows.defs, 0, v->rows);
  for (uint32_t i = 0; i < v->rows; i++) rows.rows[i] = i;
  return shred(&s, of, v, &rows);
}
