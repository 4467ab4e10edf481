/* See pick.h. */
#include "api/pick.h"

#include <string.h>

static void ids_of_bits(const view *v, uint64_t first, uint32_t n, uint64_t *ids) {
  const table *t = v->table;
  uint32_t b = 0;
  while (b + 1 < t->n_blocks && v->before[b + 1] <= first) b++;
  uint64_t skip = first - v->before[b];
  for (uint32_t at = 0; at < n && b < t->n_blocks; b++, skip = 0)
    for (size_t w = 0; at < n && v->bits[b] && w < ((size_t)t->blocks[b].rows + 63) / 64; w++) {
      uint64_t word = v->bits[b][w];
      uint32_t count = (uint32_t)__builtin_popcountll(word);
      if (skip >= count) {
        skip -= count;
        continue;
      }
      for (; word && at < n; word &= word - 1) {
        if (skip) {
          skip--;
          continue;
        }
        ids[at++] = t->blocks[b].first_row + w * 64 + (unsigned)__builtin_ctzll(word);
      }
    }
}

static void find_ids(const pick *x, const view *v) {
  for (uint32_t i = 0; i < x->n; i++) {
    if (!v) x->ids[i] = x->first + i;
    if (v && v->kind == VIEW_ORDER) x->ids[i] = v->order[x->first + i];
  }
  if (v && v->kind == VIEW_BITS && x->n) ids_of_bits(v, x->first, x->n, x->ids);
}

/* Page rows ordered by table row: merge sort, for the order of a sorted view. */
static void order_rows(const pick *x) {
  uint32_t *from = x->by_row, *to = x->room;
  for (uint32_t i = 0; i < x->n; i++) from[i] = i;
  for (uint32_t width = 1; width < x->n; width *= 2) {
    for (uint32_t low = 0; low < x->n; low += 2 * width) {
      uint32_t mid = low + width < x->n ? low + width : x->n,
               high = low + 2 * width < x->n ? low + 2 * width : x->n;
      for (uint32_t a = low, b = mid, k = low; k < high; k++)
        to[k] = b >= high || (a < mid && x->ids[from[a]] <= x->ids[from[b]]) ? from[a++] : from[b++];
    }
    uint32_t *swap = from;
    from = to;
    to = swap;
  }
  if (from != x->by_row) memcpy(x->by_row, from, x->n * sizeof *from);
}

static void cut_pieces(const table *t, pick *x) {
  x->n_pieces = 0;
  for (uint32_t i = 0; i < x->n; i++) {
    uint64_t row = x->ids[x->by_row[i]];
    uint32_t b = table_block_of(t, row);
    while (row >= t->blocks[b].first_row + t->blocks[b].rows) b++; /* over empty blocks */
    if (!x->n_pieces || x->pieces[x->n_pieces - 1].block != b)
      x->pieces[x->n_pieces++] = (pick_piece){.block = b, .begin = i};
    x->pieces[x->n_pieces - 1].end = i + 1;
  }
}

sonde_code pick_room(pick *x, uint32_t most, arena *memory, sonde_error *err) {
  x->ids = arena_array(memory, most, sizeof *x->ids, err);
  x->by_row = arena_array(memory, most, sizeof *x->by_row, err);
  x->room = arena_array(memory, most, sizeof *x->room, err);
  x->pieces = arena_array(memory, most, sizeof *x->pieces, err);
  return x->ids && x->by_row && x->room && x->pieces ? SONDE_OK : err->code;
}

void pick_rows(pick *x, const table *t, const view *v, uint64_t first, uint32_t n) {
  x->first = first;
  x->n = n;
  find_ids(x, v);
  order_rows(x);
  cut_pieces(t, x);
}
