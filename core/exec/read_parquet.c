/* Columns of a row group of a Parquet file. Whole columns are asked for as one range each; a few rows begin with the first
 * bytes of the chunk, and the reader says what it needs beyond. */
#include <string.h>

#include "exec/read_parquet.h"

#define FIRST_BYTES                                                                                          \
  ((uint64_t)128 << 10) /* of a chunk, when a few rows are read: dictionary and first page mostly */
#define WALKED_BYTES                                                                                         \
  ((uint64_t)16                                                                                              \
   << 20) /* the pages before a later row have to be walked over: one request for the whole chunk, if it is no longer */
#define GAP_BYTES 65536u /* read over rather than asked around */
#define SPANS_MAX 256u
#define INDEX_MAX ((uint64_t)64 << 20)
#define SMALL_CHUNK ((uint64_t)64 << 10) /* is read whole: asking where its pages are costs as much */

static sonde_code open_piece(task *t, const column_ref *ref, pq_piece *out) {
  rd r = {.data = (const uint8_t *)ref->piece.ptr, .len = ref->piece.len};
  return pq_piece_get(&r, t->scratch, out, t->err);
}

/* Wants [offset, offset + length) but for what is there already. */
static void want_missing(task *t, sonde_source id, source *src, pq_range range) {
  uint64_t at = range.offset, end = range.offset + range.length;
  source_piece pieces[SPANS_MAX];
  uint32_t n = source_pieces(src, at, end, pieces, SPANS_MAX);
  for (uint32_t i = 0; i < n && at < end; i++) {
    if (pieces[i].offset > at) wants_add(t->wants, id, at, (uint32_t)(pieces[i].offset - at));
    if (pieces[i].offset + pieces[i].length > at) at = pieces[i].offset + pieces[i].length;
  }
  if (at < end) wants_add(t->wants, id, at, (uint32_t)(end - at));
}

static uint32_t spans_of(source *src, const pq_piece *piece, pq_span *out) {
  uint32_t n = 0;
  source_piece pieces[SPANS_MAX];
  for (uint32_t leaf = 0; leaf < piece->n_leaves && n < SPANS_MAX; leaf++) {
    pq_range pages = piece->chunks[leaf].pages;
    uint32_t k = source_pieces(src, pages.offset, pages.offset + pages.length, pieces, SPANS_MAX - n);
    for (uint32_t i = 0; i < k; i++)
      out[n++] = (pq_span){{pieces[i].offset, pieces[i].length}, pieces[i].bytes};
  }
  return n;
}

/* The ranges to begin with: exactly those of the pages where an index tells, else the begin of the chunk. */
static sonde_code want_first(task *t, const fragment_head *h, source *src, const pq_piece *piece,
                             const pq_leaf_pages *index, uint32_t first, uint32_t n) {
  pq_range *ranges;
  uint32_t n_ranges;
  SONDE_TRY(pq_ranges(piece, index, first, n, t->scratch, &ranges, &n_ranges, t->err));
  bool exact = index || n == piece->rows;
  uint64_t most = first < PARQUET_EARLY_ROWS ? FIRST_BYTES : WALKED_BYTES;
  for (uint32_t i = 0; i < n_ranges; i++) {
    if (!exact && ranges[i].length > most) ranges[i].length = FIRST_BYTES;
    SONDE_CHECK(ranges[i].length <= UINT32_MAX, t->err, SONDE_LIMIT, ranges[i].offset,
                "a column of a row group has more than 4 GB");
    want_missing(t, h->source, src, ranges[i]);
  }
  return SONDE_OK;
}

uint64_t parquet_first_bytes(const parquet_columns *x) {
  uint64_t bytes = 0;
  for (uint32_t c = 0; c < x->n; c++)
    for (uint32_t leaf = 0; leaf < x->pieces[c].n_leaves; leaf++) {
      uint64_t length = x->pieces[c].chunks[leaf].pages.length;
      bytes += length < FIRST_BYTES ? length : FIRST_BYTES;
    }
  return bytes;
}

/* What the reader lacks, in one piece even where parts of it are here, and a bit more: the next page is wanted soon. */
static void want_more(task *t, const fragment_head *h, source *src, const pq_piece *piece, pq_range more) {
  uint64_t length = more.length;
  for (uint32_t leaf = 0; leaf < piece->n_leaves; leaf++) {
    pq_range pages = piece->chunks[leaf].pages;
    uint64_t end = pages.offset + pages.length;
    if (more.offset < pages.offset || more.offset >= end || length >= FIRST_BYTES) continue;
    length = end - more.offset < FIRST_BYTES ? end - more.offset : FIRST_BYTES;
  }
  if (source_bytes(src, more.offset, (uint32_t)length))
    length = more.length; /* not what it meant: no endless loop */
  wants_add(t->wants, h->source, more.offset, (uint32_t)length);
}

static source *source_at(task *t, const fragment_head *h) {
  source *src = sources_find(t->sources, h->source);
  if (src && !src->failed) return src;
  if (src)
    status_set(t->err, SONDE_BYTES, 0, "%s", src->reason);
  else
    status_set(t->err, SONDE_MISUSE, 0, "source %u is not known to this engine", h->source);
  return NULL;
}

bool parquet_columns_open(task *t, const column_ref *refs, uint32_t n, parquet_columns *out) {
  *out = (parquet_columns){.refs = refs, .n = n, .pages = 1};
  out->pieces = arena_array(t->scratch, n, sizeof *out->pieces, t->err);
  out->indexes = arena_zero(t->scratch, n * sizeof *out->indexes, t->err);
  if (!out->pieces || !out->indexes) return false;
  for (uint32_t c = 0; c < n; c++)
    if (open_piece(t, &refs[c], &out->pieces[c])) return false;
  return true;
}

/* Where the index of the column lies, absent ranges left out; 0: there is none, or its pages are no more than a read. */
static uint32_t index_ranges(task *t, const pq_piece *piece, bool limits, pq_range **out) {
  uint32_t n = 0;
  uint64_t bytes = 0;
  pq_range *all = arena_array(t->scratch, 2 * (size_t)piece->n_leaves, sizeof *all, t->err);
  *out = all;
  if (!all) return 0;
  pq_index_ranges(piece, all);
  for (uint32_t leaf = 0; leaf < piece->n_leaves; leaf++) {
    bytes += piece->chunks[leaf].pages.length;
    for (uint32_t kind = 0; kind < (limits ? 2u : 1u); kind++) {
      pq_range r = all[2 * leaf + kind];
      if (r.length > 0 && r.length <= INDEX_MAX) all[n++] = r;
    }
  }
  return bytes > SMALL_CHUNK ? n : 0;
}

static sonde_code read_index(task *t, source *src, const pq_piece *piece, const pq_range *ranges, uint32_t n,
                             const pq_leaf_pages **out) {
  pq_span *spans = arena_array(t->scratch, n, sizeof *spans, t->err);
  if (!spans) return t->err->code;
  for (uint32_t i = 0; i < n; i++)
    spans[i] = (pq_span){ranges[i], source_bytes(src, ranges[i].offset, (uint32_t)ranges[i].length)};
  return pq_read_page_index(piece, spans, n, t->scratch, out, t->err);
}

bool parquet_columns_index(task *t, const fragment_head *h, parquet_columns *x, bool limits) {
  source *src = source_at(t, h);
  if (!src) return false;
  for (uint32_t c = 0; c < x->n; c++) {
    pq_range *ranges;
    uint32_t n = index_ranges(t, &x->pieces[c], limits, &ranges);
    if (!ranges) return false;
    for (uint32_t i = 0; i < n; i++)
      if (!source_bytes(src, ranges[i].offset, (uint32_t)ranges[i].length))
        wants_add(t->wants, h->source, ranges[i].offset, (uint32_t)ranges[i].length);
    if (t->wants->count || n == 0) continue;
    if (read_index(t, src, &x->pieces[c], ranges, n, &x->indexes[c])) return false;
    if (x->indexes[c][0].n > x->pages) x->pages = x->indexes[c][0].n;
  }
  wants_join(t->wants, GAP_BYTES);
  return t->wants->count == 0;
}

bool parquet_columns_blooms(task *t, const fragment_head *h, const parquet_columns *x, const bool *wanted,
                            pq_span *out) {
  source *src = source_at(t, h);
  if (!src) return false;
  for (uint32_t c = 0; c < x->n; c++) {
    const pq_chunk *of = &x->pieces[c].chunks[0];
    out[c] = (pq_span){of->bloom, NULL};
    bool worth = wanted[c] && of->bloom.length > 0 && of->bloom.length < of->pages.length;
    if (!worth) continue;
    out[c].bytes = source_bytes(src, of->bloom.offset, (uint32_t)of->bloom.length);
    if (!out[c].bytes) wants_add(t->wants, h->source, of->bloom.offset, (uint32_t)of->bloom.length);
  }
  wants_join(t->wants, GAP_BYTES);
  return t->wants->count == 0;
}

static sonde_code read_one(task *t, const fragment_head *h, source *src, const parquet_columns *x, uint32_t c,
                           uint32_t first, uint32_t n, arena *memory, arena *scratch, vec *out) {
  pq_span spans[SPANS_MAX];
  pq_range more = {0, 0};
  uint32_t n_spans = spans_of(src, &x->pieces[c], spans);
  SONDE_TRY(
      pq_read(&x->pieces[c], x->indexes[c], spans, n_spans, first, n, memory, scratch, out, &more, t->err));
  if (more.length) want_more(t, h, src, &x->pieces[c], more);
  return SONDE_OK;
}

bool parquet_read_rows(task *t, const fragment_head *h, const parquet_columns *x, uint32_t first, uint32_t n,
                       arena *memory, vec *out) {
  source *src = source_at(t, h);
  if (!src) return false;
  for (uint32_t c = 0; c < x->n; c++)
    if (want_first(t, h, src, &x->pieces[c], x->indexes[c], first, n)) return false;
  wants_join(t->wants, GAP_BYTES);
  if (t->wants->count) return false;
  arena scratch = {.mem =
                       t->mem}; /* column after column unpacks into the same memory: fresh memory is slow */
  sonde_code code = SONDE_OK;
  for (uint32_t c = 0; c < x->n && code == SONDE_OK;
       c++) { /* all say what they lack before anything is waited for */
    arena_reset(&scratch);
    code = read_one(t, h, src, x, c, first, n, memory, &scratch, &out[c]);
  }
  arena_free(&scratch);
  wants_join(t->wants, GAP_BYTES);
  return code == SONDE_OK && t->wants->count == 0;
}

static const column_ref *ref_of(const column_ref *refs, uint32_t n, uint32_t stored) {
  for (uint32_t i = 0; i < n; i++)
    if (refs[i].stored == stored) return &refs[i];
  return NULL;
}

void parquet_release(task *t, const fragment_head *h, const parquet_columns *x) {
  source *src = sources_find(t->sources, h->source);
  for (uint32_t c = 0; src && c < x->n; c++)
    for (uint32_t leaf = 0; leaf < x->pieces[c].n_leaves; leaf++) {
      pq_range pages = x->pieces[c].chunks[leaf].pages;
      source_release(t->sources, src, pages.offset, pages.offset + pages.length);
    }
}

bool parquet_read_part(task *t, const fragment_head *h, const column_ref *refs, uint32_t n, part *p) {
  column_ref *wanted = arena_array(t->scratch, p->n_columns, sizeof *wanted, t->err);
  vec *vecs = arena_array(&p->chunk.memory, p->n_columns, sizeof *vecs, t->err);
  parquet_columns columns;
  if (!wanted || !vecs) return false;
  for (uint32_t i = 0; i < p->n_columns; i++) wanted[i] = *ref_of(refs, n, p->columns[i]);
  if (!parquet_columns_open(t, wanted, p->n_columns, &columns)) return false;
  if (!parquet_read_rows(t, h, &columns, 0, h->rows, &p->chunk.memory, vecs)) return false;
  p->chunk.vecs = vecs;
  p->chunk.rows = h->rows;
  p->chunk.columns = p->n_columns;
  if (!t->rereads) parquet_release(t, h, &columns);
  return true;
}
