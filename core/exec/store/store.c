/* See store.h. */
#include "exec/store/store.h"

#include "column/page.h"

void store_init(store *s, mem *m, uint64_t limit) {
  *s = (store){.mem = m, .limit = limit, .keep_limit = limit};
}

part *part_new(mem *m, uint32_t table, uint32_t block, sonde_error *err) {
  part *p = mem_alloc(m, sizeof *p, err);
  if (!p) return NULL;
  *p = (part){.table = table, .block = block};
  arena_init(&p->chunk.memory, m);
  return p;
}

void part_free(part *p) {
  if (!p) return;
  mem *m = p->chunk.memory.mem;
  arena_free(&p->chunk.memory);
  mem_free(m, p, sizeof *p);
}

void store_free(store *s) {
  while (s->parts) {
    part *p = s->parts;
    s->parts = p->next;
    part_free(p);
  }
  s->held = 0;
}

uint64_t part_size(const part *p) { return arena_held(&p->chunk.memory) + sizeof *p; }

bool store_keep(store *s, part *p) {
  uint64_t size = part_size(p);
  if (s->held + size > s->limit) return false;
  s->held += size;
  p->next = s->parts;
  p->in_use = true;
  s->parts = p;
  return true;
}

void store_own(store *s, part *p) {
  p->only = true;
  p->next = s->parts;
  s->parts = p;
}

bool store_has_room(const store *s, uint64_t packed_bytes) { return s->held + packed_bytes * 4 < s->limit; }

static void remove_part(store *s, part **link) {
  part *p = *link;
  *link = p->next;
  if (!p->only) s->held -= part_size(p);
  part_free(p);
}

void store_drop(store *s, uint32_t table) {
  for (part **link = &s->parts; *link;) {
    if ((*link)->table == table)
      remove_part(s, link);
    else
      link = &(*link)->next;
  }
  s->limit = s->keep_limit;
}

void store_rest(store *s) {
  for (part *p = s->parts; p; p = p->next) p->in_use = false;
}

static part *part_of(store *s, const vec *v) {
  for (part *p = s->parts; p; p = p->next)
    if (v >= p->chunk.vecs && v < p->chunk.vecs + p->n_columns) return p;
  return NULL;
}

void store_pin(store *s, const vec *v) {
  part *p = part_of(s, v);
  if (p) p->pins++;
}

void store_unpin(store *s, const vec *v) {
  part *p = part_of(s, v);
  if (p) p->pins--;
}

static part **oldest_at_rest(store *s) {
  part **oldest = NULL;
  for (part **link = &s->parts; *link; link = &(*link)->next)
    if (!(*link)->in_use && !(*link)->pins && !(*link)->only) oldest = link;
  return oldest;
}

void store_make_room(store *s, uint64_t size) {
  for (part **oldest; s->held + size > s->limit && (oldest = oldest_at_rest(s));) remove_part(s, oldest);
}

bool store_reclaim(store *s) {
  part **oldest = oldest_at_rest(s);
  if (!oldest) return false;
  remove_part(s, oldest);
  s->limit = s->held;
  return true;
}

bool form_serves(const vec *v, csv_form have, csv_form want) {
  if (!vec_readable_as(v, want.type)) return false;
  bool dated =
      want.type.id == TYPE_DATE || want.type.id == TYPE_TIMESTAMP || want.type.id == TYPE_TIMESTAMPTZ;
  return !dated || v->form == VEC_NULL || have.order == want.order;
}

static const vec *part_column(const part *p, uint32_t column, csv_form form) {
  uint32_t low = 0, high = p->n_columns;
  while (low < high) {
    uint32_t mid = (low + high) / 2;
    if (p->columns[mid] < column)
      low = mid + 1;
    else
      high = mid;
  }
  if (low == p->n_columns || p->columns[low] != column) return NULL;
  return form_serves(&p->chunk.vecs[low], p->forms[low], form) ? &p->chunk.vecs[low] : NULL;
}

const vec *store_column(store *s, uint32_t table, uint32_t block, uint32_t column, csv_form form) {
  for (part *p = s->parts; p; p = p->next) {
    if (p->table != table || p->block != block) continue;
    const vec *v = part_column(p, column, form);
    if (!v) continue;
    p->in_use = true;
    return v;
  }
  return NULL;
}
