/* Engines, tables and views: their lives. */
#include "api/session.h"

#include <string.h>

#define DEFAULT_LIMIT ((uint64_t)1 << 30)
#define BLOCK_MIN ((uint64_t)1 << 20)
#define BLOCK_MAX ((uint64_t)16 << 20)

/* What is held only for speed, the cheapest to get again first: bytes, tables of joins, columns, and in the end bytes that a waiting task will
 * have to ask for once more. Nothing that the running task looks at is touched. */
static bool reclaim(void *owner) {
  sonde_engine *e = owner;
  return sources_reclaim(&e->sources, false) || shares_reclaim(&e->shares) || store_reclaim(&e->store) ||
         sources_reclaim(&e->sources, true);
}

sonde_engine *sonde_engine_new(const sonde_config *config, sonde_error *err) {
  sonde_config c = {.memory_limit = DEFAULT_LIMIT};
  if (config) memcpy(&c, config, config->struct_size < sizeof c ? config->struct_size : sizeof c);
  if (c.memory_limit == 0) c.memory_limit = DEFAULT_LIMIT;
  if (c.keep_limit == 0 && !config) c.keep_limit = c.memory_limit / 2;
  mem m;
  mem_init(&m, c.memory_limit, c.resize, c.user);
  sonde_engine *e = mem_alloc(&m, sizeof *e, err);
  if (!e) return NULL;
  *e = (sonde_engine){.mem = m, .memory_limit = c.memory_limit, .next_id = 1, .block_bytes = c.block_bytes};
  e->mem.reclaim = reclaim;
  e->mem.owner = e;
  arena_init(&e->zones.memory, &e->mem);
  store_init(&e->store, &e->mem, c.keep_limit);
  sources_init(&e->sources, &e->mem, c.keep_limit);
  shares_init(&e->shares, &e->mem, &e->store);
  return e;
}

void sonde_engine_free(sonde_engine *e) {
  if (!e) return;
  session_free(e);
  while (e->views) {
    view *v = e->views;
    e->views = v->next;
    view_free(v);
  }
  while (e->tables) {
    table *t = e->tables;
    e->tables = t->next;
    table_free(e, t);
  }
  shares_free(&e->shares);
  arena_free(&e->zones.memory);
  store_free(&e->store);
  sources_free(&e->sources);
  mem m = e->mem;
  mem_free(&m, e, sizeof *e);
}

uint64_t sonde_engine_memory(const sonde_engine *e) { return e->mem.used; }

int sonde_engine_allow(sonde_engine *e, uint64_t more) {
  mem *m = &e->mem;
  bool refused = m->refused > 0, limited = m->used < e->memory_limit && more < e->memory_limit - m->used;
  m->base = limited ? m->used : 0;
  m->limit = limited ? m->used + more : e->memory_limit;
  m->refused = 0;
  return refused;
}

sonde_code sonde_source_add(sonde_engine *e, sonde_source id, uint64_t size, sonde_error *err) {
  return sources_add(&e->sources, id, size, err);
}

void sonde_source_drop(sonde_engine *e, sonde_source id) { sources_drop(&e->sources, id); }

void *sonde_reserve(sonde_engine *e, sonde_source id, uint64_t offset, uint32_t length, sonde_error *err) {
  return sources_reserve(&e->sources, id, offset, length, err);
}

void sonde_commit(sonde_engine *e, void *reserved, uint32_t length) {
  sources_commit(&e->sources, reserved, length);
}

void sonde_source_fail(sonde_engine *e, sonde_source id, sonde_str reason) {
  source *s = sources_find(&e->sources, id);
  if (s) source_fail(s, reason);
}

sonde_code sonde_share(sonde_engine *e, uint32_t shared, const uint8_t *bytes, size_t len, sonde_error *err) {
  sonde_error ignored;
  return shares_add(&e->shares, shared, (sonde_str){(const char *)bytes, len}, false, err ? err : &ignored);
}

void sonde_unshare(sonde_engine *e, uint32_t shared) { shares_drop(&e->shares, shared); }

table *engine_table(sonde_engine *e, uint64_t id) {
  for (table *t = e->tables; t; t = t->next)
    if (t->id == id) return t;
  return NULL;
}

view *engine_view(sonde_engine *e, uint64_t id) {
  for (view *v = e->views; v; v = v->next)
    if (v->id == id) return v;
  return NULL;
}

void engine_drop_view(sonde_engine *e, uint64_t id) {
  for (view **link = &e->views; *link; link = &(*link)->next) {
    view *v = *link;
    if (v->id != id) continue;
    *link = v->next;
    view_free(v);
    return;
  }
}

void engine_drop_table(sonde_engine *e, table *t) {
  engine_unlist(e, t);
  table_free(e, t);
}

void table_free(sonde_engine *e, table *t) {
  for (uint32_t i = 0; i < t->n_members; i++) table_free(e, t->members[i].table);
  store_drop(&e->store, t->id);
  sums_free(&t->sums);
  mem_free(&e->mem, t->bad, t->bad_cap * sizeof *t->bad);
  arena_free(&t->memory);
  mem_free(&e->mem, t, sizeof *t);
}

void view_free(view *v) {
  if (!v) return;
  mem *m = v->mem;
  if (v->order) mem_free(m, v->order, (size_t)v->rows * sizeof *v->order);
  for (uint32_t b = 0; v->bits && b < v->table->n_blocks; b++)
    mem_free(m, v->bits[b], ((size_t)v->table->blocks[b].rows + 63) / 64 * 8);
  if (v->bits) mem_free(m, v->bits, v->table->n_blocks * sizeof *v->bits);
  if (v->before) mem_free(m, v->before, ((size_t)v->table->n_blocks + 1) * sizeof *v->before);
  mem_free(m, v, sizeof *v);
}

static void end_views(sonde_engine *e, const table *of) {
  for (view **link = &e->views; *link;) {
    view *v = *link;
    if (v->table != of) {
      link = &v->next;
      continue;
    }
    *link = v->next;
    view_free(v);
  }
}

void engine_unlist(sonde_engine *e, table *t) {
  end_views(e, t);
  for (table **link = &e->tables; *link; link = &(*link)->next) {
    if (*link != t) continue;
    *link = t->next;
    return;
  }
}

/* Enough blocks for every worker to have several; few enough that each is read in one large slice: in a browser just
 * started, 100 MB in slices of 16 MB take half as long as in slices of 4 MB. */
static uint64_t fitting_block(uint64_t length) {
  uint64_t bytes = (length / 16 + 65535) & ~(uint64_t)65535;
  return bytes < BLOCK_MIN ? BLOCK_MIN : bytes > BLOCK_MAX ? BLOCK_MAX : bytes;
}

sonde_code table_cut(const sonde_engine *e, table *t, sonde_error *err) {
  uint64_t begin = t->sniffed.dialect.data_at, length = t->size > begin ? t->size - begin : 0;
  uint64_t block_bytes = e->block_bytes ? e->block_bytes : fitting_block(length);
  uint64_t n = (length + block_bytes - 1) / block_bytes;
  SONDE_CHECK(n < UINT32_MAX, err, SONDE_LIMIT, 0, "the file is too large");
  t->n_blocks = (uint32_t)n;
  t->blocks = arena_zero(&t->memory, (size_t)n * sizeof *t->blocks, err);
  if (!t->blocks) return err->code;
  for (uint32_t b = 0; b < n; b++) {
    t->blocks[b].begin = begin + b * block_bytes;
    t->blocks[b].end = b + 1 == n ? t->size : begin + (b + 1) * block_bytes;
  }
  return SONDE_OK;
}

sonde_code table_columns(const table *t, const json *list, arena *memory, column_ref **out, uint32_t *n,
                         sonde_error *err) {
  const json *c = json_is(list, JSON_ARRAY) ? list->first : NULL;
  *n = t->columns;
  if (json_is(list, JSON_ARRAY)) {
    *n = 0;
    for (const json *i = c; i; i = i->next) ++*n;
  }
  *out = arena_zero(memory, *n * sizeof **out, err);
  if (!*out) return err->code;
  for (uint32_t i = 0; i < *n; i++, c = c ? c->next : NULL) {
    uint64_t column = c ? json_u64(c, UINT64_MAX) : i;
    SONDE_CHECK(column < t->columns, err, SONDE_NAME, 0, "column %llu is not there; the table has %u",
                (unsigned long long)column, t->columns);
    (*out)[i] = (column_ref){.column = (uint32_t)column, .form = t->forms[column]};
  }
  return SONDE_OK;
}

uint32_t table_block_of(const table *t, uint64_t row) {
  uint32_t low = 0, high = t->n_verified;
  while (low + 1 < high) {
    uint32_t mid = low + (high - low) / 2;
    if (t->blocks[mid].first_row <= row)
      low = mid;
    else
      high = mid;
  }
  return low;
}
