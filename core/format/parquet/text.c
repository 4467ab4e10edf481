/* See text.h. */
#include "format/parquet/text.h"

#include <stdbool.h>
#include <string.h>

#include "format/parquet/delta.h"

enum { SLACK = 32 }; /* copied at once, whatever a short text's length */

sonde_code texts_reserve(texts *t, size_t n, sonde_error *err) {
  SONDE_CHECK(n <= UINT32_MAX && t->len <= UINT32_MAX - n, err, SONDE_LIMIT, 0,
              "the texts of one column of a row group have more than 4 GB");
  if (t->cap - t->len >= n + SLACK && t->cap > 0) return SONDE_OK;
  size_t cap = t->len + n + SLACK;
  if (t->cap && cap < t->cap + t->cap / 2) cap = t->cap + t->cap / 2;
  char *bytes = arena_alloc(t->memory, cap, err);
  if (!bytes) return err->code;
  if (t->len) memcpy(bytes, t->bytes, t->len);
  t->bytes = bytes;
  t->cap = cap;
  return SONDE_OK;
}

static sonde_code damaged(sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, 0, "the page's byte arrays are damaged");
}

static sonde_code plain_fixed(texts *t, const uint8_t *p, const uint8_t *end, uint32_t fixed, uint32_t *ends,
                              uint32_t n, sonde_error *err) {
  uint64_t bytes = (uint64_t)n * fixed;
  if (bytes > (uint64_t)(end - p)) return damaged(err);
  SONDE_TRY(texts_reserve(t, (size_t)bytes, err));
  if (bytes) memcpy(t->bytes + t->len, p, (size_t)bytes);
  for (uint32_t i = 0; i < n; i++) ends[i] = (uint32_t)t->len + (i + 1) * fixed;
  t->len += (size_t)bytes;
  return SONDE_OK;
}

sonde_code texts_plain(texts *t, const uint8_t *p, const uint8_t *end, uint32_t fixed, uint32_t *ends,
                       uint32_t n, sonde_error *err) {
  if (fixed) return plain_fixed(t, p, end, fixed, ends, n, err);
  uint64_t heads = (uint64_t)n * 4;
  if (heads > (uint64_t)(end - p)) return damaged(err);
  SONDE_TRY(texts_reserve(t, (size_t)(end - p) - (size_t)heads, err));
  char *out = t->bytes + t->len;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t length;
    if (end - p < 4) return damaged(err);
    memcpy(&length, p, 4);
    p += 4;
    if (length > (size_t)(end - p)) return damaged(err);
    if (length <= SLACK && end - p >= SLACK)
      memcpy(out, p, SLACK);
    else
      memcpy(out, p, length);
    p += length;
    out += length;
    ends[i] = (uint32_t)(out - t->bytes);
  }
  t->len = (size_t)(out - t->bytes);
  return SONDE_OK;
}

/* Lengths that are not negative and whose sum is not absurd. */
static bool sum_lengths(const uint64_t *lengths, uint32_t n, uint64_t *sum) {
  *sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (lengths[i] > INT32_MAX) return false;
    *sum += lengths[i];
  }
  return true;
}

sonde_code texts_delta_length(texts *t, const uint8_t *p, const uint8_t *end, uint32_t *ends, uint32_t n,
                              arena *scratch, sonde_error *err) {
  uint64_t *lengths = arena_array(scratch, n, sizeof *lengths, err), sum;
  if (!lengths) return err->code;
  if (!delta_read(&p, end, lengths, n) || !sum_lengths(lengths, n, &sum)) return damaged(err);
  if (sum > (uint64_t)(end - p)) return damaged(err);
  SONDE_TRY(texts_reserve(t, (size_t)sum, err));
  if (sum) memcpy(t->bytes + t->len, p, (size_t)sum);
  for (uint32_t i = 0; i < n; i++) ends[i] = (uint32_t)(t->len += (size_t)lengths[i]);
  return SONDE_OK;
}

/* Each text begins as the one before it. */
static bool join(texts *t, const uint64_t *prefixes, const uint64_t *suffixes, const uint8_t *p,
                 uint32_t fixed, uint32_t *ends, uint32_t n) {
  size_t before = 0;
  const char *last = "";
  for (uint32_t i = 0; i < n; i++) {
    size_t prefix = (size_t)prefixes[i], suffix = (size_t)suffixes[i];
    if (prefix > before || (fixed && prefix + suffix != fixed)) return false;
    char *out = t->bytes + t->len;
    if (prefix) memcpy(out, last, prefix);
    if (suffix) memcpy(out + prefix, p, suffix);
    p += suffix;
    before = prefix + suffix;
    last = out;
    ends[i] = (uint32_t)(t->len += before);
  }
  return true;
}

sonde_code texts_delta(texts *t, const uint8_t *p, const uint8_t *end, uint32_t fixed, uint32_t *ends,
                       uint32_t n, arena *scratch, sonde_error *err) {
  uint64_t *prefixes = arena_array(scratch, n, sizeof *prefixes, err), prefix_sum;
  uint64_t *suffixes = arena_array(scratch, n, sizeof *suffixes, err), suffix_sum;
  if (!prefixes || !suffixes) return err->code;
  if (!delta_read(&p, end, prefixes, n) || !sum_lengths(prefixes, n, &prefix_sum)) return damaged(err);
  if (!delta_read(&p, end, suffixes, n) || !sum_lengths(suffixes, n, &suffix_sum)) return damaged(err);
  if (suffix_sum > (uint64_t)(end - p)) return damaged(err);
  SONDE_CHECK(prefix_sum + suffix_sum <= UINT32_MAX, err, SONDE_LIMIT, 0,
              "the texts of one page have more than 4 GB");
  SONDE_TRY(texts_reserve(t, (size_t)(prefix_sum + suffix_sum), err));
  return join(t, prefixes, suffixes, p, fixed, ends, n) ? SONDE_OK : damaged(err);
}
