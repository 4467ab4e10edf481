/* See frequent.h. */
#include "column/frequent.h"

#include <math.h>

#include "column/sketch.h"

#define SAMPLE_ROWS 1024u

static void vote(frequent_slot *s, uint32_t hash, float rows, float ahead) {
  s->rows += rows;
  if (s->hash == hash) {
    s->ahead += ahead;
    return;
  }
  if (ahead > s->ahead) s->hash = hash;
  s->ahead = fabsf(s->ahead - ahead);
}

static uint32_t slot_of(uint64_t hash) { return (uint32_t)hash % FREQUENT_SLOTS; }

void frequent_add(frequent_values *f, uint64_t hash, float rows) {
  vote(&f->slots[slot_of(hash)], (uint32_t)(hash >> 32), rows, rows);
}

static uint64_t hash_at(const vec *v, uint32_t row) {
  switch (v->form) {
  case VEC_DICT:
  case VEC_TEXT: {
    sonde_str s = vec_str(v, row);
    return hash_bytes(s.ptr, s.len);
  }
  case VEC_BITS:
  case VEC_PACKED: return hash_u64((uint64_t)vec_i64(v, row));
  default: return hash_double(vec_f64(v, row));
  }
}

static bool is_sampled(const vec *v) {
  bool shown = v->type.id == TYPE_UUID || v->type.id == TYPE_INTERVAL || v->type.id >= TYPE_LIST;
  return v->form != VEC_NULL && !shown;
}

/* The step is odd: what alternates is not met on one side only. */
void frequent_sample(frequent_values *f, const vec *v) {
  uint32_t step = v->rows / SAMPLE_ROWS | 1;
  if (!is_sampled(v)) return;
  for (uint32_t row = 0; row < v->rows; row += step)
    if (vec_valid(v, row)) frequent_add(f, hash_at(v, row), (float)step);
}

void frequent_merge(frequent_values *into, const frequent_values *from) {
  for (uint32_t i = 0; i < FREQUENT_SLOTS; i++) {
    const frequent_slot *s = &from->slots[i];
    vote(&into->slots[i], s->hash, s->rows, s->ahead);
  }
}

/* The winner's rows: exact where it never lost the slot to another. 0: none is sure to have won. */
static float rows_of_winner(const frequent_slot *s) {
  return s->ahead * 4 > s->rows ? (s->rows + s->ahead) / 2 : 0;
}

double frequent_share(const frequent_values *f, uint64_t hash, double distinct) {
  double rows = 0, won = 0, winners = 0;
  for (uint32_t i = 0; i < FREQUENT_SLOTS; i++) {
    float of_winner = rows_of_winner(&f->slots[i]);
    rows += f->slots[i].rows;
    won += of_winner;
    winners += of_winner > 0;
  }
  if (!(rows > 0)) return 0;
  const frequent_slot *s = &f->slots[slot_of(hash)];
  float own = s->hash == (uint32_t)(hash >> 32) ? rows_of_winner(s) : 0;
  return own > 0 ? own / rows : fmax(1, rows - won) / rows / fmax(1, distinct - winners);
}
