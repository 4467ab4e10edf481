/* See row_ranges.h. */
#include "exec/view/row_ranges.h"

void ranges_add(row_ranges *to, uint32_t begin, uint32_t end, uint32_t gap) {
  if (begin >= end) return;
  row_range *last = to->n ? &to->at[to->n - 1] : NULL;
  if (last && begin <= last->end + (uint64_t)gap)
    last->end = end > last->end ? end : last->end;
  else
    to->at[to->n++] = (row_range){begin, end};
}

row_ranges ranges_all(uint32_t rows, arena *memory, sonde_error *err) {
  row_ranges out = {0, arena_array(memory, 1, sizeof *out.at, err)};
  if (out.at) ranges_add(&out, 0, rows, 0);
  return out;
}

row_ranges ranges_and(row_ranges a, row_ranges b, arena *memory, sonde_error *err) {
  row_ranges out = {0, arena_array(memory, (size_t)a.n + b.n + 1, sizeof *out.at, err)};
  for (uint32_t i = 0, k = 0; out.at && i < a.n && k < b.n;) {
    row_range x = a.at[i], y = b.at[k];
    uint32_t begin = x.begin > y.begin ? x.begin : y.begin, end = x.end < y.end ? x.end : y.end;
    if (begin < end) out.at[out.n++] = (row_range){begin, end};
    if (x.end < y.end)
      i++;
    else
      k++;
  }
  return out;
}

row_ranges ranges_or(row_ranges a, row_ranges b, arena *memory, sonde_error *err) {
  row_ranges out = {0, arena_array(memory, (size_t)a.n + b.n + 1, sizeof *out.at, err)};
  for (uint32_t i = 0, k = 0; out.at && (i < a.n || k < b.n);) {
    bool from_a = k == b.n || (i < a.n && a.at[i].begin <= b.at[k].begin);
    row_range x = from_a ? a.at[i++] : b.at[k++];
    ranges_add(&out, x.begin, x.end, 0);
  }
  return out;
}

uint64_t ranges_rows(row_ranges r) {
  uint64_t rows = 0;
  for (uint32_t i = 0; i < r.n; i++) rows += r.at[i].end - r.at[i].begin;
  return rows;
}

void ranges_mark(row_ranges r, uint64_t *bits) {
  for (uint32_t i = 0; i < r.n; i++)
    for (uint32_t row = r.at[i].begin, next; row < r.at[i].end; row = next) {
      next = (row | 63) + 1;
      if (next > r.at[i].end) next = r.at[i].end;
      bits[row >> 6] |= ~(uint64_t)0 >> (64 - (next - row)) << (row & 63);
    }
}
