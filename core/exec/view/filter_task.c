/* FRAGMENT_FILTER: which rows of a block satisfy a predicate.
 * body: refs, str predicate; result: u32 matched, words of the bitmap */
#include "exec/refs.h"
#include "exec/view/predicate.h"
#include "exec/view/prune.h"

static bool filter_csv(task *t, const fragment_head *h, const column_ref *refs, uint32_t n,
                       sonde_str predicate, uint64_t *bits) {
  const known_columns known = {.rows = h->rows, .all = refs, .n_all = n};
  row_ranges left;
  rd p = {.data = (const uint8_t *)predicate.ptr, .len = predicate.len};
  if (prune_rows(&known, &p, t->scratch, &left, t->err) != SONDE_OK) return false;
  if (left.n == 0) return true; /* columns that the file does not have say so: nothing is read */
  const vec **vecs = arena_array(t->scratch, n, sizeof *vecs, t->err);
  part *held;
  if (!vecs || !task_columns(t, h, refs, n, vecs, &held)) return false;
  p.pos = 0;
  sonde_code code = predicate_run(&p, refs, vecs, n, h->rows, bits, t->scratch, t->err);
  part_free(held);
  return code == SONDE_OK;
}

sonde_code run_filter(task *t, const fragment_head *h, rd *r, buf *out) {
  const column_ref *refs;
  uint32_t n;
  SONDE_TRY(refs_get(r, h, t->scratch, &refs, &n, t->err));
  sonde_str predicate = rd_str(r);
  SONDE_CHECK(!r->bad, t->err, SONDE_CORRUPT, 0, "a filter fragment is cut short");
  size_t words = ((size_t)h->rows + 63) / 64;
  uint64_t *bits = arena_zero(t->scratch, words * 8, t->err);
  if (!bits) return t->err->code;
  bool run = h->format == FORMAT_PARQUET ? parquet_filter(t, h, refs, n, predicate, bits)
                                         : filter_csv(t, h, refs, n, predicate, bits);
  if (!run) return t->err->code;
  uint32_t matched = 0;
  for (size_t w = 0; w < words; w++) matched += (uint32_t)__builtin_popcountll(bits[w]);
  buf_u32(out, matched);
  buf_put(out, bits, words * 8);
  return SONDE_OK;
}
