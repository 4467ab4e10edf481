/* Where the blocks of a table lie: in its own file, or in those of its members. */
#include "api/engine.h"
#include "exec/refs.h"
#include "exec/view/prune.h"

#define PIECE_MAX ((size_t)64 << 20)

/* NULL: the table is one file. */
static const member *member_of(const table *t, uint32_t b) {
  uint32_t low = 0, high = t->n_members;
  while (low + 1 < high) {
    uint32_t mid = low + (high - low) / 2;
    if (t->members[mid].first_block <= b)
      low = mid;
    else
      high = mid;
  }
  return t->n_members ? &t->members[low] : NULL;
}

const table *table_at(const table *t, uint32_t *b) {
  const member *m = member_of(t, *b);
  if (!m) return t;
  *b -= m->first_block;
  return m->table;
}

void table_head(const table *t, uint8_t kind, uint32_t b, fragment_head *h) {
  const table *file = table_at(t, &b);
  const block *x = &file->blocks[b];
  bool index = kind == FRAGMENT_INDEX;
  *h = (fragment_head){.kind = kind,
                       .table = file->id,
                       .source = file->source,
                       .format = file->format,
                       .dialect = file->sniffed.dialect,
                       .columns = t->columns,
                       .block = b,
                       .rows = x->rows,
                       .begin = index ? x->begin : x->row_begin,
                       .end = index ? x->end : x->next_begin};
}

static sonde_code put_piece(const table *file, uint32_t b, column_ref *ref, arena *scratch,
                            sonde_error *err) {
  pq_piece piece;
  SONDE_TRY(pq_piece_of(&file->parquet, b, ref->stored, scratch, &piece, err));
  buf bytes;
  buf_init(&bytes, scratch->mem, PIECE_MAX);
  pq_piece_put(&bytes, &piece);
  sonde_code code = buf_status(&bytes, err);
  if (code == SONDE_OK) ref->piece = (sonde_str){arena_copy(scratch, bytes.data, bytes.len, err), bytes.len};
  buf_free(&bytes);
  return code ? code : ref->piece.ptr ? SONDE_OK : err->code;
}

static column_ref ref_in(const member *m, const column_ref *ref) {
  if (m) return m->refs[ref->column];
  column_ref own = *ref;
  own.stored = ref->column;
  return own;
}

/* An import that met no value in any block knows that there is none; not all of those blocks are kept. */
static bool is_without_values(const table *file, const column_ref *ref) {
  return file->format == FORMAT_CSV && file->imported && ref->form.type.id == TYPE_NONE;
}

sonde_code table_refs(const table *t, uint32_t b, const column_ref *refs, uint32_t n, const column_ref **out,
                      arena *scratch, sonde_error *err) {
  const member *m = member_of(t, b);
  const table *file = table_at(t, &b);
  column_ref *full = arena_array(scratch, n, sizeof *full, err);
  if (!full) return err->code;
  for (uint32_t i = 0; i < n; i++) {
    full[i] = ref_in(m, &refs[i]);
    if (is_without_values(file, &full[i])) full[i].stored = REF_ABSENT;
    if (file->format == FORMAT_PARQUET && ref_is_stored(&full[i]))
      SONDE_TRY(put_piece(file, b, &full[i], scratch, err));
  }
  *out = full;
  return SONDE_OK;
}

sonde_code table_put_refs(const table *t, uint32_t b, const column_ref *refs, uint32_t n, buf *out,
                          arena *scratch, sonde_error *err) {
  SONDE_TRY(table_refs(t, b, refs, n, &refs, scratch, err));
  refs_put(out, table_at(t, &b)->format, refs, n);
  return SONDE_OK;
}

/* In whole numbers, as they lie in the file. */
static bool compares_as(const pq_piece *p, column_type type) {
  const pq_node *n = p->node;
  bool whole = type.id == TYPE_INT64 || (type.id >= TYPE_DATE && type.id <= TYPE_TIMESTAMPTZ);
  return whole && n->kind == PQ_LEAF && n->max_rep == 0 && n->type.id == type.id &&
         n->type.scale == type.scale;
}

static bool constant_misses(const column_ref *ref, column_type type, int64_t least, int64_t most) {
  int64_t value;
  bool known = ref->form.type.id == type.id && ref_number((type_id)type.id, ref->piece, &value);
  return known && (value < least || value > most);
}

bool table_block_misses(const table *t, uint32_t b, uint32_t column, column_type type, int64_t least,
                        int64_t most, arena *scratch) {
  const column_ref asked = {.column = column}, ref = ref_in(member_of(t, b), &asked);
  const table *file = table_at(t, &b);
  const pq_value ends[] = {{.i64 = least}, {.i64 = most}};
  const pq_test inside = {.op = PQ_BETWEEN, .n_values = 2, .values = ends};
  sonde_error unread;
  pq_piece piece;
  pq_bounds bounds;
  if (ref.stored == REF_CONSTANT) return constant_misses(&ref, type, least, most);
  if (file->format != FORMAT_PARQUET || !ref_is_stored(&ref)) return false;
  if (pq_piece_of(&file->parquet, b, ref.stored, scratch, &piece, &unread) != SONDE_OK) return false;
  pq_chunk_bounds(&piece, 0, &bounds);
  return compares_as(&piece, type) && !pq_may_match(type, &bounds, &inside);
}

/* A piece that cannot be understood is for the fragment to complain about. */
static sonde_code exclude(const table *file, uint32_t b, const column_ref *refs, uint32_t n,
                          sonde_str predicate, bool *out, arena *scratch, sonde_error *err) {
  column_ref *stored;
  known_columns known = {.rows = file->blocks[b].rows, .all = refs, .n_all = n};
  rd r = {.data = (const uint8_t *)predicate.ptr, .len = predicate.len};
  row_ranges left;
  sonde_error unread;
  SONDE_TRY(refs_stored(refs, n, scratch, &stored, &known.n, err));
  pq_piece *pieces = arena_array(scratch, known.n, sizeof *pieces, err);
  if (!pieces) return err->code;
  for (uint32_t i = 0; i < known.n; i++)
    if (pq_piece_of(&file->parquet, b, stored[i].stored, scratch, &pieces[i], &unread)) return SONDE_OK;
  known.refs = stored;
  known.pieces = pieces;
  SONDE_TRY(prune_rows(&known, &r, scratch, &left, err));
  *out = left.n == 0;
  return SONDE_OK;
}

sonde_code table_block_excluded(const table *t, uint32_t b, const column_ref *refs, uint32_t n,
                                sonde_str predicate, bool *out, arena *scratch, sonde_error *err) {
  const member *m = member_of(t, b);
  const table *file = table_at(t, &b);
  *out = false;
  if (file->format != FORMAT_PARQUET) return SONDE_OK;
  column_ref *in_file = arena_array(scratch, n, sizeof *in_file, err);
  if (!in_file) return err->code;
  for (uint32_t i = 0; i < n; i++) in_file[i] = ref_in(m, &refs[i]);
  return exclude(file, b, in_file, n, predicate, out, scratch, err);
}
