/* See shares.h. */
#include "exec/store/shares.h"

#include <string.h>

#include "exec/query/stage/stage.h"

void shares_init(shares *s, mem *m, store *columns) { *s = (shares){.mem = m, .store = columns}; }

void share_rest(shares *s, share *x) {
  for (uint32_t i = 0; i < x->n_columns; i++) store_unpin(s->store, x->columns[i]);
  part_free(x->held);
  x->held = NULL;
  x->n_columns = 0;
  x->runner = NULL;
  arena_reset(&x->memory);
}

void share_close_stage(shares *s, share *x) {
  stage_close(x->stage);
  x->stage = NULL;
  share_rest(s, x);
}

void shares_abandon(shares *s, const void *runner) {
  for (share *x = s->first; x; x = x->next)
    if (x->runner == runner) share_close_stage(s, x);
}

static void free_share(shares *s, share *x) {
  share_close_stage(s, x);
  arena_free(&x->memory);
  if (x->owned) mem_free(s->mem, (void *)(uintptr_t)x->bytes.ptr, x->bytes.len);
  mem_free(s->mem, x, sizeof *x);
}

void shares_free(shares *s) {
  while (s->first) {
    share *x = s->first;
    s->first = x->next;
    free_share(s, x);
  }
}

static bool copy_bytes(shares *s, share *x, sonde_error *err) {
  if (!x->owned || x->bytes.len == 0) return true;
  char *copy = mem_alloc(s->mem, x->bytes.len, err);
  if (!copy) return false;
  memcpy(copy, x->bytes.ptr, x->bytes.len);
  x->bytes.ptr = copy;
  return true;
}

sonde_code shares_add(shares *s, uint32_t id, sonde_str bytes, bool lent, sonde_error *err) {
  shares_drop(s, id);
  share *x = mem_alloc(s->mem, sizeof *x, err);
  if (!x) return err->code;
  *x = (share){.next = s->first, .id = id, .owned = !lent, .bytes = bytes};
  arena_init(&x->memory, s->mem);
  if (!copy_bytes(s, x, err)) {
    mem_free(s->mem, x, sizeof *x);
    return err->code;
  }
  s->first = x;
  return SONDE_OK;
}

void shares_drop(shares *s, uint32_t id) {
  for (share **link = &s->first; *link; link = &(*link)->next) {
    share *x = *link;
    if (x->id != id) continue;
    *link = x->next;
    free_share(s, x);
    return;
  }
}

share *shares_find(shares *s, uint32_t id) {
  for (share *x = s->first; x; x = x->next)
    if (x->id == id) return x;
  return NULL;
}

bool shares_reclaim(shares *s) {
  for (share *x = s->first; x; x = x->next) {
    if (!x->stage || x->in_use || x->runner) continue;
    share_close_stage(s, x);
    return true;
  }
  return false;
}
