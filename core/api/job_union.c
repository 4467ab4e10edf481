/* {"job":"union"}: several imported tables as one, whose blocks are theirs, one table behind the other. They belong to it from then
 * on. Nothing is read: statistics are joined, and where types differ an import of the union reads those columns again. */
#include <string.h>

#include "api/job.h"
#include "api/union.h"
#include "exec/refs.h"

typedef struct {
  table *made; /* until it is listed */
  sonde_str filename;
  folder_keys keys;
  const json *tables;
} uniting;

/* ---- its parts ---- */

static bool is_file(const table *t) { return t && t->imported && t->n_members == 0; }

static sonde_code find_members(sonde_engine *e, const json *list, table *t, sonde_error *err) {
  uint32_t n = 0;
  for (const json *i = list->first; i; i = i->next) n++;
  t->members = arena_zero(&t->memory, n * sizeof *t->members, err);
  if (!t->members) return err->code;
  for (const json *i = list->first; i; i = i->next) {
    member m = {.table = engine_table(e, json_u64(i, 0)), .first_block = t->n_blocks, .first_row = t->rows};
    SONDE_CHECK(is_file(m.table), err, SONDE_MISUSE, 0, "table %llu is not an imported file",
                (unsigned long long)json_u64(i, 0));
    for (uint32_t k = 0; k < t->n_members; k++)
      SONDE_CHECK(t->members[k].table != m.table, err, SONDE_MISUSE, 0, "table %u is named twice",
                  m.table->id);
    SONDE_CHECK(m.table->n_blocks < UINT32_MAX - t->n_blocks, err, SONDE_LIMIT, 0, "the files are too large");
    t->members[t->n_members++] = m;
    t->n_blocks += m.table->n_blocks;
    t->rows += m.table->rows;
    t->size += m.table->size;
    t->n_bad += m.table->n_bad;
  }
  return SONDE_OK;
}

static sonde_code copy_blocks(table *t, sonde_error *err) {
  t->blocks = arena_array(&t->memory, t->n_blocks, sizeof *t->blocks, err);
  if (!t->blocks) return err->code;
  for (uint32_t i = 0; i < t->n_members; i++) {
    const member *m = &t->members[i];
    for (uint32_t b = 0; b < m->table->n_blocks; b++) {
      block *copy = &t->blocks[m->first_block + b];
      *copy = m->table->blocks[b];
      copy->first_row += m->first_row;
    }
  }
  t->n_verified = t->n_blocks;
  return SONDE_OK;
}

/* What the table says of itself is what its first file says. */
static void describe(table *t) {
  const table *first = t->members[0].table;
  t->format = first->format;
  t->source = first->source;
  t->compression = first->compression;
  t->sniffed = first->sniffed;
  t->sniffed.dialect = (csv_dialect){0};
  t->parquet = (pq_file){.created_by = first->parquet.created_by, .n_groups = t->n_blocks};
  t->indexed = t->imported = true;
}

/* ---- statistics ---- */

static sonde_code add_stats(table *t, uint32_t c, const member *m, sonde_error *err) {
  column_stats o = {.nulls = m->table->rows};
  const column_ref *ref = &m->refs[c];
  if (ref->stored == REF_CONSTANT)
    SONDE_TRY(stats_of_constant(&o, ref->form, ref->piece, m->table->rows, &t->memory, err));
  if (ref_is_stored(ref)) {
    o = m->table->stats[ref->stored];
    o.stale = !m->table->profiled;
    bool as_read = m->table->forms[ref->stored].order == ref->form.order;
    if (as_read) o.form.order = t->forms[c].order;
  }
  return stats_join(&t->stats[c], &o, &t->memory, err);
}

static sonde_code join_stats(table *t, sonde_error *err) {
  t->stats = arena_zero(&t->memory, t->columns * sizeof *t->stats, err);
  if (!t->stats) return err->code;
  t->profiled = true;
  for (uint32_t c = 0; c < t->columns; c++) {
    for (uint32_t i = 0; i < t->n_members; i++) SONDE_TRY(add_stats(t, c, &t->members[i], err));
    t->profiled = t->profiled && stats_hold(&t->stats[c], t->forms[c]);
  }
  return SONDE_OK;
}

/* ---- the job ---- */

static sonde_code build(sonde_job *j, sonde_error *err) {
  uniting *x = j->self;
  table *t = x->made;
  union_constants constants;
  SONDE_TRY(find_members(j->engine, x->tables, t, err));
  SONDE_TRY(copy_blocks(t, err));
  SONDE_TRY(union_constants_find(t, x->filename, x->keys, &t->memory, &constants, err));
  SONDE_TRY(union_names(t, &constants, x->filename, &j->scratch, err));
  SONDE_TRY(union_types(t, &constants, err));
  describe(t);
  t->forced = arena_zero(&t->memory, t->columns * sizeof *t->forced, err);
  t->seen = arena_zero(&t->memory, t->columns * sizeof *t->seen, err);
  if (!t->forced || !t->seen) return err->code;
  SONDE_TRY(join_stats(t, err));
  t->id = j->engine->next_id;
  j->table = t;
  return job_answer(j, err);
}

static sonde_step union_step(sonde_job *j, sonde_error *err) {
  uniting *x = j->self;
  if (!x->made) return SONDE_DONE;
  if (build(j, err) != SONDE_OK) return SONDE_FAIL;
  for (uint32_t i = 0; i < x->made->n_members; i++) engine_unlist(j->engine, x->made->members[i].table);
  j->engine->next_id++;
  x->made->next = j->engine->tables;
  j->engine->tables = x->made;
  x->made = NULL;
  return SONDE_DONE;
}

/* Ended before the members were its own. */
static void union_free(sonde_job *j) {
  uniting *x = j->self;
  if (!x->made) return;
  x->made->n_members = 0;
  table_free(j->engine, x->made);
}

static const job_kind union_kind = {.step = union_step, .free = union_free};

static folder_keys keys_wanted(const json *given) {
  if (!json_is(given, JSON_BOOL)) return FOLDER_KEYS_FOUND;
  return json_bool(given, false) ? FOLDER_KEYS_ALWAYS : FOLDER_KEYS_NEVER;
}

sonde_code union_start(sonde_job *j, const json *spec, sonde_error *err) {
  uniting *x = arena_zero(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  x->tables = json_get(spec, "tables");
  x->filename = json_str(json_get(spec, "filename"));
  x->keys = keys_wanted(json_get(spec, "folders"));
  SONDE_CHECK(json_is(x->tables, JSON_ARRAY) && x->tables->first, err, SONDE_MISUSE, 0,
              "'tables' lists the tables to be one");
  table *t = mem_alloc(&j->engine->mem, sizeof *t, err);
  if (!t) return err->code;
  *t = (table){0};
  arena_init(&t->memory, &j->engine->mem);
  x->made = t;
  j->self = x;
  j->kind = &union_kind;
  sonde_str name = json_str(json_get(spec, "name"));
  t->name = (sonde_str){arena_copy(&t->memory, name.ptr, name.len, err), name.len};
  x->filename.ptr = arena_copy(&t->memory, x->filename.ptr, x->filename.len, err);
  return t->name.ptr && x->filename.ptr ? SONDE_OK : err->code;
}
