/* See source.h. */
#include "source/source.h"

#include <stdlib.h>
#include <string.h>

#define WANT_MAX ((uint64_t)64 << 20) /* joined wants stay below */
#define EXTENTS_KEPT                                                                                         \
  512u /* lists are searched from end to end: with thousands of small extents that took most of the time of a page */

void sources_init(sources *s, mem *m, uint64_t limit) { *s = (sources){.mem = m, .limit = limit}; }

static void free_extent(sources *s, extent *x) {
  s->held -= x->length;
  s->extents--;
  mem_free(s->mem, x->data, x->length);
  mem_free(s->mem, x, sizeof *x);
}

static void free_extents(sources *s, source *src) {
  while (src->extents) {
    extent *x = src->extents;
    src->extents = x->next;
    free_extent(s, x);
  }
}

void sources_free(sources *s) {
  for (uint32_t i = 0; i < s->count; i++) free_extents(s, &s->list[i]);
  mem_free(s->mem, s->list, s->cap * sizeof *s->list);
  sources_init(s, s->mem, s->limit);
}

source *sources_find(sources *s, sonde_source id) {
  for (uint32_t i = 0; i < s->count; i++)
    if (s->list[i].id == id) return &s->list[i];
  return NULL;
}

sonde_code sources_add(sources *s, sonde_source id, uint64_t size, sonde_error *err) {
  SONDE_CHECK(id != 0, err, SONDE_MISUSE, 0, "source 0 means none; number sources from 1");
  source *known = sources_find(s, id);
  if (known) {
    known->size = size;
    return SONDE_OK;
  }
  if (s->count == s->cap) {
    uint32_t cap = s->cap ? s->cap * 2 : 8;
    source *list = mem_resize(s->mem, s->list, s->cap * sizeof *list, cap * sizeof *list, err);
    if (!list) return err->code;
    s->list = list;
    s->cap = cap;
  }
  s->list[s->count++] = (source){.id = id, .size = size};
  return SONDE_OK;
}

void sources_drop(sources *s, sonde_source id) {
  source *src = sources_find(s, id);
  if (!src) return;
  free_extents(s, src);
  *src = s->list[--s->count];
}

const uint8_t *source_bytes(source *src, uint64_t offset, uint32_t length) {
  for (extent **link = &src->extents; *link; link = &(*link)->next) {
    extent *x = *link;
    if (!x->committed || offset < x->offset || offset - x->offset > x->length) continue;
    if (length > x->length - (offset - x->offset)) continue;
    *link = x->next;
    x->next = src->extents;
    src->extents = x;
    x->in_use = src->used = true;
    return x->data + (offset - x->offset);
  }
  return NULL;
}

uint32_t source_pieces(source *src, uint64_t begin, uint64_t end, source_piece *out, uint32_t cap) {
  uint32_t n = 0;
  for (extent *x = src->extents; x && n < cap; x = x->next) {
    if (!x->committed || x->offset >= end || x->offset + x->length <= begin) continue;
    uint32_t at = n++;
    for (; at > 0 && out[at - 1].offset > x->offset; at--) out[at] = out[at - 1];
    out[at] = (source_piece){x->offset, x->length, x->data};
    x->in_use = src->used = true;
  }
  return n;
}

void source_release(sources *s, source *src, uint64_t begin, uint64_t end) {
  for (extent **link = &src->extents; *link;) {
    extent *x = *link;
    if (!x->committed || x->offset < begin || x->offset + x->length > end) {
      link = &x->next;
      continue;
    }
    *link = x->next;
    free_extent(s, x);
  }
}

void sources_rest(sources *s, bool awaits) {
  for (uint32_t i = 0; i < s->count; i++) {
    if (!s->list[i].used) continue;
    s->list[i].used = false;
    for (extent *x = s->list[i].extents; x; x = x->next) {
      if (x->in_use) x->awaited = awaits;
      x->in_use = false;
    }
  }
}

/* The last extent of a source's list is the one used longest ago. */
bool sources_reclaim(sources *s, bool awaited) {
  for (uint32_t i = 0; i < s->count; i++) {
    extent **oldest = NULL;
    for (extent **link = &s->list[i].extents; *link; link = &(*link)->next)
      if ((*link)->committed && !(*link)->in_use && (awaited || !(*link)->awaited)) oldest = link;
    if (!oldest) continue;
    extent *x = *oldest;
    *oldest = x->next;
    s->squeezed += x->awaited;
    free_extent(s, x);
    return true;
  }
  return false;
}

void *sources_reserve(sources *s, sonde_source id, uint64_t offset, uint32_t length, sonde_error *err) {
  source *src = sources_find(s, id);
  if (!src || length == 0 || offset > src->size || length > src->size - offset) {
    status_set(err, SONDE_MISUSE, offset, "bytes %llu+%u are outside of source %u",
               (unsigned long long)offset, length, id);
    return NULL;
  }
  while ((s->held + length > s->limit || s->extents >= EXTENTS_KEPT) && sources_reclaim(s, false)) continue;
  extent *x = mem_alloc(s->mem, sizeof *x, err);
  if (!x) return NULL;
  uint8_t *data = mem_alloc(s->mem, length, err);
  if (!data) {
    mem_free(s->mem, x, sizeof *x);
    return NULL;
  }
  *x = (extent){.next = src->extents, .offset = offset, .length = length, .awaited = true, .data = data};
  src->extents = x;
  s->held += length;
  s->extents++;
  return data;
}

static source *owner_of(sources *s, const void *reserved, extent ***at) {
  for (uint32_t i = 0; i < s->count; i++)
    for (extent **link = &s->list[i].extents; *link; link = &(*link)->next)
      if ((*link)->data == reserved) {
        *at = link;
        return &s->list[i];
      }
  return NULL;
}

void sources_commit(sources *s, void *reserved, uint32_t length) {
  extent **at;
  source *src = owner_of(s, reserved, &at);
  if (!src) return;
  extent *x = *at;
  if (length >= x->length) {
    x->committed = true;
    return;
  }
  char text[120];
  sonde_error e;
  status_set(&e, SONDE_BYTES, x->offset + length,
             "the file ended at byte %llu of %llu: it shrank while it was being read",
             (unsigned long long)(x->offset + length), (unsigned long long)src->size);
  size_t n = strlen(e.message);
  if (n >= sizeof text) n = sizeof text - 1;
  memcpy(text, e.message, n);
  source_fail(src, (sonde_str){text, n});
  *at = x->next;
  free_extent(s, x);
}

void source_fail(source *src, sonde_str reason) {
  size_t n = reason.len < sizeof src->reason - 1 ? reason.len : sizeof src->reason - 1;
  memcpy(src->reason, reason.ptr, n);
  src->reason[n] = 0;
  src->failed = true;
}

void wants_add(wants *w, sonde_source id, uint64_t offset, uint32_t length) {
  for (uint32_t i = 0; i < w->count; i++)
    if (w->list[i].source == id && w->list[i].offset == offset && w->list[i].length >= length) return;
  if (w->count < WANTS_MAX)
    w->list[w->count++] = (sonde_want){.source = id, .offset = offset, .length = length};
}

static int by_place(const void *a, const void *b) {
  const sonde_want *x = a, *y = b;
  if (x->source != y->source) return x->source < y->source ? -1 : 1;
  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

void wants_join(wants *w, uint32_t gap) {
  if (w->count < 2) return;
  qsort(w->list, w->count, sizeof *w->list, by_place);
  uint32_t last = 0;
  for (uint32_t i = 1; i < w->count; i++) {
    sonde_want *x = &w->list[last];
    const sonde_want *next = &w->list[i];
    uint64_t end = x->offset + x->length, next_end = next->offset + next->length;
    bool near = next->source == x->source && next->offset <= end + gap && next_end - x->offset <= WANT_MAX;
    if (!near)
      w->list[++last] = *next;
    else if (next_end > end)
      x->length = (uint32_t)(next_end - x->offset);
  }
  w->count = last + 1;
}
