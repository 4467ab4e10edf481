/* Rows of one column: find pages, read leaves, put them together. */
#include "format/parquet/leaf.h"

typedef struct {
  const pq_piece *piece;
  const pq_leaf_pages *index;
  const pq_span *spans;
  uint32_t n_spans;
  uint64_t first_row;
  uint32_t n_rows;
  arena *memory, *scratch;
  pq_range *more;
  sonde_error *err;
} reading;

/* Rows of the leaf's entries, and how many of them come before the first one wanted. */
static sonde_code count_rows(const reading *r, const page_list *pages, const leaf_data *l, uint32_t *rows,
                             uint32_t *skip) {
  uint64_t first = pages->n ? pages->data[0].first_row : 0;
  *rows = l->reps ? 0 : l->entries;
  for (uint32_t i = 0; l->reps && i < l->entries; i++) *rows += l->reps[i] == 0;
  bool begins = !l->reps || l->entries == 0 || l->reps[0] == 0;
  SONDE_CHECK(begins, r->err, SONDE_CORRUPT, 0, "a page begins inside of a row");
  bool fits = first <= r->first_row && r->first_row - first + r->n_rows <= *rows;
  SONDE_CHECK(fits, r->err, SONDE_CORRUPT, 0, "the column has %llu rows here, fewer than its row group says",
              (unsigned long long)(first + *rows));
  *skip = (uint32_t)(r->first_row - first);
  return SONDE_OK;
}

static sonde_code read_leaf(const reading *r, uint32_t leaf, bool nested, leaf_data *out, uint32_t *rows,
                            uint32_t *skip) {
  page_list pages;
  page_want want = {.piece = r->piece,
                    .leaf = leaf,
                    .index = r->index ? &r->index[leaf] : NULL,
                    .spans = r->spans,
                    .n_spans = r->n_spans,
                    .first_row = r->first_row,
                    .n_rows = r->n_rows};
  bool too_few = false;
  do {
    want.whole_pages = too_few;
    SONDE_TRY(pages_find(&want, r->scratch, &pages, r->more, r->err));
    if (r->more->length) return SONDE_OK;
    SONDE_TRY(leaf_read(r->piece, leaf, &pages, nested, r->memory, r->scratch, out, &too_few, r->err));
  } while (too_few); /* once more at most: then the missing bytes are asked for */
  return count_rows(r, &pages, out, rows, skip);
}

static sonde_code read_flat(const reading *r, vec *out) {
  leaf_data l;
  uint32_t rows, skip;
  SONDE_TRY(read_leaf(r, 0, false, &l, &rows, &skip));
  if (r->more->length) return SONDE_OK;
  return slice_vec(&l.values, skip, r->n_rows, r->memory, out, r->err);
}

/* Leaves may have read different pages, so each is brought to the rows wanted before they meet. */
static void trim_levels(leaf_data *l, uint32_t skip, uint32_t n_rows, uint32_t *slot, uint32_t *slots) {
  uint32_t i = 0, begin, row = 0, before = 0, kept = 0;
  uint8_t slot_def = l->node->slot_def;
  for (; i < l->entries && row + !(l->reps && l->reps[i]) <= skip; i++) {
    row += !(l->reps && l->reps[i]);
    before += !l->defs || l->defs[i] >= slot_def;
  }
  begin = i;
  for (; i < l->entries && row + !(l->reps && l->reps[i]) <= skip + n_rows; i++) {
    row += !(l->reps && l->reps[i]);
    kept += !l->defs || l->defs[i] >= slot_def;
  }
  if (l->defs) l->defs += begin;
  if (l->reps) l->reps += begin;
  l->entries = i - begin;
  *slot = before;
  *slots = kept;
}

static sonde_code read_nested(const reading *r, vec *out) {
  leaf_data *leaves = arena_array(r->scratch, r->piece->n_leaves, sizeof *leaves, r->err);
  if (!leaves) return r->err->code;
  for (uint32_t i = 0; i < r->piece->n_leaves; i++) {
    uint32_t rows, skip, slot, slots;
    SONDE_TRY(read_leaf(r, i, true, &leaves[i], &rows, &skip));
    if (r->more->length) return SONDE_OK;
    trim_levels(&leaves[i], skip, r->n_rows, &slot, &slots);
    vec all = leaves[i].values;
    SONDE_TRY(slice_vec(&all, slot, slots, r->memory, &leaves[i].values, r->err));
  }
  return nested_vec(r->piece->node, leaves, r->n_rows, r->memory, out, r->err);
}

sonde_code pq_read(const pq_piece *piece, const pq_leaf_pages *index, const pq_span *spans, uint32_t n_spans,
                   uint64_t first_row, uint32_t n_rows, arena *memory, arena *scratch, vec *out,
                   pq_range *more, sonde_error *err) {
  reading r = {piece, index, spans, n_spans, first_row, n_rows, memory, scratch, more, err};
  *more = (pq_range){0, 0};
  SONDE_CHECK(first_row <= piece->rows && n_rows <= piece->rows - first_row, err, SONDE_MISUSE, 0,
              "rows beyond the row group are asked for");
  if (n_rows == 0) {
    *out = (vec){.type = piece->node->type, .form = VEC_NULL};
    return SONDE_OK;
  }
  return piece->node->kind == PQ_LEAF && piece->node->max_rep == 0 ? read_flat(&r, out)
                                                                   : read_nested(&r, out);
}
