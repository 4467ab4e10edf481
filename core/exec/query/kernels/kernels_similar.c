/* How much two texts differ. Bytes are compared, as DuckDB does. */
#include <math.h>

#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

#define EDIT_CELLS_MAX ((size_t)1 << 26)

/* Three rows of the table of edits: before last, last, this. */
static sonde_code edits(const kernel_call *c, sonde_str a, sonde_str b, bool swaps, int64_t *out) {
  size_t n = b.len + 1;
  SONDE_CHECK((a.len + 1) * n <= EDIT_CELLS_MAX, c->err, SONDE_LIMIT, c->e->at,
              "the texts are too long to be compared by edits");
  uint32_t *rows = arena_array(c->a, 3 * n, sizeof *rows, c->err);
  if (!rows) return c->err->code;
  uint32_t *before = rows, *last = rows + n, *now = rows + 2 * n;
  for (size_t j = 0; j < n; j++) last[j] = (uint32_t)j;
  for (size_t i = 1; i <= a.len; i++) {
    now[0] = (uint32_t)i;
    for (size_t j = 1; j < n; j++) {
      uint32_t best = last[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
      if (last[j] + 1 < best) best = last[j] + 1;
      if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
      bool swapped = swaps && i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
      if (swapped && before[j - 2] + 1 < best) best = before[j - 2] + 1;
      now[j] = best;
    }
    uint32_t *spare = before;
    before = last, last = now, now = spare;
  }
  *out = last[n - 1];
  return SONDE_OK;
}

sonde_code kernel_edits(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    int64_t n = 0;
    if (!row_valid(out, i)) continue;
    sonde_str a = text_at(c, 0, i), b = text_at(c, 1, i);
    if (c->e->function != FN_HAMMING) {
      SONDE_TRY(edits(c, a, b, c->e->function == FN_DAMERAU, &n));
    } else {
      SONDE_CHECK(a.len == b.len && a.len, c->err, SONDE_VALUE, c->e->at,
                  "hamming needs two texts of one length");
      for (size_t k = 0; k < a.len; k++) n += a.ptr[k] != b.ptr[k];
    }
    col_put(out, i, (cell){.i = n});
  }
  return SONDE_OK;
}

static double jaccard(sonde_str a, sonde_str b) {
  uint8_t in[256] = {0};
  double both = 0, any = 0;
  for (size_t i = 0; i < a.len; i++) in[(unsigned char)a.ptr[i]] |= 1;
  for (size_t i = 0; i < b.len; i++) in[(unsigned char)b.ptr[i]] |= 2;
  for (unsigned i = 0; i < 256; i++) both += in[i] == 3, any += in[i] != 0;
  return any > 0 ? both / any : 0;
}

/* Characters match when they are equal and not further apart than half the longer text. */
static sonde_code jaro(const kernel_call *c, sonde_str a, sonde_str b, double *out) {
  size_t longer = a.len > b.len ? a.len : b.len, reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
  uint8_t *hit_a = arena_zero(c->a, a.len, c->err), *hit_b = arena_zero(c->a, b.len, c->err);
  if (!hit_a || !hit_b) return c->err->code;
  double m = 0, swapped = 0;
  for (size_t i = 0; i < a.len; i++)
    for (size_t j = i > reach ? i - reach : 0; j < b.len && j <= i + reach; j++) {
      if (hit_b[j] || a.ptr[i] != b.ptr[j]) continue;
      hit_a[i] = hit_b[j] = 1;
      m++;
      break;
    }
  for (size_t i = 0, j = 0; i < a.len; i++) {
    if (!hit_a[i]) continue;
    while (!hit_b[j]) j++;
    swapped += a.ptr[i] != b.ptr[j++];
  }
  *out = a.len + b.len == 0 ? 1
         : m == 0           ? 0
                            : (m / (double)a.len + m / (double)b.len + (m - floor(swapped / 2)) / m) / 3;
  return SONDE_OK;
}

static double winkler(sonde_str a, sonde_str b, double similarity) {
  size_t prefix = 0;
  while (prefix < 4 && prefix < a.len && prefix < b.len && a.ptr[prefix] == b.ptr[prefix]) prefix++;
  return similarity > 0.7 ? similarity + (double)prefix * 0.1 * (1 - similarity) : similarity;
}

sonde_code kernel_similarity(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    double v;
    if (!row_valid(out, i)) continue;
    sonde_str a = text_at(c, 0, i), b = text_at(c, 1, i);
    if (c->e->function == FN_JACCARD) {
      SONDE_CHECK(a.len && b.len, c->err, SONDE_VALUE, c->e->at, "jaccard needs texts that are not empty");
      v = jaccard(a, b);
    } else {
      SONDE_TRY(jaro(c, a, b, &v));
      if (c->e->function == FN_JARO_WINKLER) v = winkler(a, b, v);
    }
    col_put(out, i, (cell){.f = v});
  }
  return SONDE_OK;
}
