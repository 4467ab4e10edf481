/* Groups as bytes: how the aggregates of a table's blocks become one. For each grouping set: u32 groups, batches of their keys, then
 * what each aggregate knows about them. */
#include "exec/query/batch/rows_wire.h"
#include "exec/query/group/grouping.h"

#define NODE(o) (&(o)->plan->u.aggregate)

static const sql_type **key_types(op *o, arena *a) {
  const sql_type **types = arena_array(a, NODE(o)->n_groups + 1u, sizeof *types, o->run->err);
  for (uint32_t i = 0; types && i < NODE(o)->n_groups; i++) types[i] = &NODE(o)->groups[i]->type;
  return types;
}

/* ---- putting ---- */

static sonde_code put_keys(op *o, const group_set *s, rows_writer *w, uint32_t first, uint32_t n, buf *out) {
  uint32_t n_keys = NODE(o)->n_groups;
  arena_reset(&o->scratch);
  batch b = {
      .n = n, .n_cols = n_keys, .cols = arena_array(&o->scratch, n_keys + 1u, sizeof(col), o->run->err)};
  if (!b.cols) return o->run->err->code;
  const uint64_t *words = s->table.words + (size_t)first * s->table.n_words;
  for (uint32_t i = 0; i < n_keys; i++)
    SONDE_TRY(keyer_decode(&s->keys, i, words, n, &b.cols[i], &o->scratch, o->run->err));
  rows_put(w, &b, out);
  return SONDE_OK;
}

static sonde_code put_set(op *o, group_set *s, buf *out) {
  rows_writer w;
  uint32_t n = NODE(o)->n_groups ? s->table.n : 1;
  buf_u32(out, n);
  keyer_seal(&s->keys, n, &o->run->next_dict_id);
  SONDE_TRY(rows_writer_init(&w, NODE(o)->n_groups, &o->memory, o->run->err));
  w.rows = n;
  for (uint32_t first = 0; NODE(o)->n_groups && first < n; first += BATCH_ROWS)
    SONDE_TRY(put_keys(o, s, &w, first, n - first < BATCH_ROWS ? n - first : BATCH_ROWS, out));
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) SONDE_TRY(aggregate_put(&s->calls[i], n, out, &o->scratch));
  return buf_status(out, o->run->err);
}

sonde_code groups_put(op *o, const aggregate_op *x, buf *out) {
  for (uint32_t i = 0; i < x->n_sets; i++) SONDE_TRY(put_set(o, &x->sets[i], out));
  return SONDE_OK;
}

/* ---- merging ---- */

/* Which groups here those of the bytes are. */
static sonde_code number_keys(op *o, group_set *s, rd *in, uint32_t n, arena *a, uint32_t *numbers) {
  rows_reader r;
  const sql_type **types = key_types(o, a);
  if (!types) return o->run->err->code;
  SONDE_TRY(rows_reader_init(&r, o->run, types, NODE(o)->n_groups, a));
  for (uint32_t done = 0; done < n;) {
    batch b;
    arena_reset(&o->scratch);
    SONDE_TRY(rows_get(&r, in, &o->scratch, &b));
    SONDE_CHECK(b.n <= n - done, o->run->err, SONDE_CORRUPT, 0, "groups of a fragment are broken");
    SONDE_TRY(keyer_encode(&s->keys, b.cols, b.n, true, o->run->err));
    SONDE_TRY(key_table_add(&s->table, &s->keys, b.n, numbers + done, o->run->err));
    done += b.n;
  }
  return SONDE_OK;
}

static sonde_code merge_set(op *o, group_set *s, rd *in, arena *a) {
  uint32_t n = rd_u32(in);
  bool grouped = NODE(o)->n_groups > 0;
  /* A batch of up to 2048 keys takes some bytes. */
  bool sound = !in->bad && (grouped ? n / BATCH_ROWS <= in->len : n == 1);
  SONDE_CHECK(sound, o->run->err, SONDE_CORRUPT, 0, "groups of a fragment are broken");
  uint32_t *numbers = arena_zero(a, (n + (size_t)1) * sizeof *numbers, o->run->err);
  if (!numbers) return o->run->err->code;
  if (grouped) SONDE_TRY(number_keys(o, s, in, n, a, numbers));
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    const known_groups here = {numbers, n, grouped ? s->table.n : 1};
    SONDE_TRY(aggregate_merge(&s->calls[i], in, &here, &o->scratch));
  }
  return SONDE_OK;
}

sonde_code groups_merge(op *o, aggregate_op *x, rd *in) {
  arena memory;
  arena_init(&memory, o->run->mem);
  sonde_code code = SONDE_OK;
  for (uint32_t i = 0; code == SONDE_OK && i < x->n_sets; i++) {
    arena_reset(&memory);
    code = merge_set(o, &x->sets[i], in, &memory);
  }
  arena_free(&memory);
  return code;
}
