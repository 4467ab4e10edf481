/* Jobs: starting, stepping, fragments. See job.h and sonde.h. */
#include "api/job.h"

#include <string.h>

#define PAGE_MAX ((size_t)1 << 30)
#define NO_FRAGMENT UINT32_MAX
enum { WANT_DECODER, WANT_ZONES }; /* lengths of wants of source 0 */
#define SQUEEZES_MAX 64u
#define INFO_ROOM                                                                                            \
  256u /* most answers: had from the start, a job that has done its work cannot fail for them */

static const struct {
  const char *name;
  sonde_code (*start)(sonde_job *, const json *, sonde_error *);
} kinds[] = {{"open", open_start},
             {"inflate", inflate_start},
             {"spool", spool_start},
             {"index", index_start},
             {"import", import_start},
             {"view", view_start},
             {"read", read_start},
             {"values", values_start},
             {"bad", bad_start},
             {"export", export_start},
             {"union", union_start},
             {"query", query_start},
             {"files", files_start},
             {"session", session_start},
             {"drop", drop_start},
             {"zone", zone_start},
#ifndef SONDE_NO_HELP
             {"functions", functions_start},
             {"remember", remember_start},
             {"recall", recall_start}
#endif
};

static sonde_job *job_new(sonde_engine *e, sonde_error *err) {
  sonde_job *j = mem_alloc(&e->mem, sizeof *j, err);
  if (!j) return NULL;
  *j = (sonde_job){.engine = e, .split = {.inline_id = NO_FRAGMENT}, .squeezed = e->sources.squeezed};
  arena_init(&j->memory, &e->mem);
  arena_init(&j->scratch, &e->mem);
  buf_init(&j->page, &e->mem, PAGE_MAX);
  buf_init(&j->info, &e->mem, PAGE_MAX);
  buf_init(&j->split.bytes, &e->mem, PAGE_MAX);
  buf_init(&j->split.inline_bytes, &e->mem, PAGE_MAX);
  buf_init(&j->split.inline_result, &e->mem, PAGE_MAX);
  buf_extend(&j->info, INFO_ROOM);
  if (buf_status(&j->info, err) == SONDE_OK) return j;
  sonde_job_free(j);
  return NULL;
}

static sonde_code start(sonde_job *j, sonde_str text, sonde_error *err) {
  const json *spec;
  SONDE_TRY(json_parse(text, &j->memory, &spec, err));
  const json *name = json_get(spec, "job");
  uint64_t id = json_u64(json_get(spec, "table"), 0);
  j->table = engine_table(j->engine, id);
  bool known = j->table || !json_get(spec, "table");
  bool drops = json_text_is(name, "drop"); /* also where only fragments of the table ran */
  SONDE_CHECK(known || drops, err, SONDE_NAME, 0, "table %llu is not open", (unsigned long long)id);
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (json_text_is(name, kinds[i].name)) return kinds[i].start(j, spec, err);
  return status_set(err, SONDE_NAME, 0, "there is no job '%.*s'", (int)json_str(name).len,
                    json_str(name).ptr ? json_str(name).ptr : "");
}

sonde_job *sonde_job_start(sonde_engine *e, sonde_str spec, sonde_error *err) {
  sonde_error ignored;
  if (!err) err = &ignored;
  sonde_job *j = job_new(e, err);
  if (j && start(j, spec, err) != SONDE_OK) {
    sonde_job_free(j);
    return NULL;
  }
  return j;
}

void sonde_job_cancel(sonde_job *j) { j->cancelled = true; }

void sonde_job_free(sonde_job *j) {
  if (!j) return;
  if (j->kind && j->kind->free) j->kind->free(j);
  shares_abandon(&j->engine->shares, j);
  buf_free(&j->page);
  buf_free(&j->info);
  buf_free(&j->split.bytes);
  buf_free(&j->split.inline_bytes);
  buf_free(&j->split.inline_result);
  arena_free(&j->memory);
  arena_free(&j->scratch);
  mem_free(&j->engine->mem, j, sizeof *j);
}

/* Bytes that jobs wait for push each other out again and again when the budget does not hold them together. */
static sonde_step check_squeeze(sonde_job *j, sonde_step s, sonde_error *err) {
  const sonde_engine *e = j->engine;
  if (s != SONDE_NEED) j->squeezes = 0;
  if (s != SONDE_NEED || j->squeezed == e->sources.squeezed) return s;
  j->squeezed = e->sources.squeezed;
  if (++j->squeezes <= SQUEEZES_MAX) return s;
  j->engine->mem.refused++;
  status_set(
      err, SONDE_LIMIT, 0,
      "the memory budget of %llu MB does not hold the bytes that are needed at once; raise it or close tables",
      (unsigned long long)(e->mem.limit >> 20));
  return SONDE_FAIL;
}

static bool wants_zones(const sonde_job *j) {
  return j->wants.count == 1 && j->wants.list[0].source == 0 && j->wants.list[0].length == WANT_ZONES;
}

static void put_wanted_zones(sonde_job *j) {
  buf_put(&j->info, "{\"zones\":", 9);
  zones_wanted(&j->engine->zones, &j->info);
  buf_u8(&j->info, '}');
}

void no_info(sonde_job *j, buf *out) {
  (void)j;
  buf_put(out, "{}", 2);
}

sonde_code job_answer(sonde_job *j, sonde_error *err) {
  buf_clear(&j->info);
  if (wants_zones(j))
    put_wanted_zones(j);
  else if (j->kind->info)
    j->kind->info(j, &j->info);
  else if (j->table)
    table_info(j->table, &j->info);
  return buf_status(&j->info, err);
}

/* That a decoder or a time zone is lacking is told by an error from the depth of a task, which is run again like one without
 * bytes. */
static sonde_step want_other(sonde_job *j, sonde_step s, sonde_error *err) {
  if (s != SONDE_FAIL || (err->code != SONDE_DECODER && err->code != SONDE_ZONE)) return s;
  j->wants.list[0] = (sonde_want){.length = err->code == SONDE_ZONE ? WANT_ZONES : WANT_DECODER};
  *err = (sonde_error){0};
  j->wants.count = 1;
  return SONDE_NEED;
}

/* One task. What it looked at may be given up from here on. */
static sonde_step run_task(sonde_job *j, sonde_error *err) {
  j->wants.count = 0;
  arena_reset(&j->scratch);
  sonde_step s = want_other(j, j->kind->step(j, err), err);
  s = check_squeeze(j, s, err);
  sources_rest(&j->engine->sources, s == SONDE_NEED);
  store_rest(&j->engine->store);
  return s;
}

sonde_step sonde_job_step(sonde_job *j, uint32_t budget_us, sonde_error *err) {
  (void)budget_us; /* a step is one task; hosts that want longer steps call again */
  sonde_error ignored;
  if (!err) err = &ignored;
  *err = (sonde_error){0};
  if (j->cancelled) {
    status_set(err, SONDE_CANCELLED, 0, "cancelled");
    return SONDE_FAIL;
  }
  if (j->failed) {
    *err = j->failure;
    return SONDE_FAIL;
  }
  sonde_step s = run_task(j, err);
  if (s == SONDE_DONE && job_answer(j, err) != SONDE_OK) s = SONDE_FAIL;
  if (s == SONDE_FAIL) {
    j->failed = true;
    j->failure = *err;
  }
  return s;
}

size_t sonde_job_wants(const sonde_job *j, sonde_want *out, size_t cap) {
  size_t n = j->wants.count < cap ? j->wants.count : cap;
  memcpy(out, j->wants.list, n * sizeof *out);
  return n;
}

sonde_page sonde_job_page(const sonde_job *j) {
  const buf *b = j->spill ? j->spill : &j->page;
  return (sonde_page){b->data, b->len};
}

sonde_str sonde_job_info(sonde_job *j) {
  bool whole = job_answer(j, NULL) == SONDE_OK;
  return whole ? (sonde_str){(const char *)j->info.data, j->info.len} : (sonde_str){"{}", 2};
}

sonde_progress sonde_job_progress(const sonde_job *j) { return j->progress; }

/* ---- fragments ---- */

sonde_code split_begin(sonde_job *j, uint32_t n, sonde_error *err) {
  split *s = &j->split;
  s->base += s->n;
  s->table = j->table;
  s->shared = 0;
  s->n = s->allowed = n;
  s->n_done = s->n_out = s->cursor = s->offered = 0;
  s->local = j->table && j->table->format == FORMAT_MEMORY; /* its columns are here only */
  s->inline_id = NO_FRAGMENT;
  s->state = arena_zero(&j->memory, n + 1, err);
  return s->state ? SONDE_OK : err->code;
}

void split_skip(sonde_job *j, uint32_t id) {
  j->split.state[id] = FRAGMENT_DONE;
  j->split.n_done++;
}

void split_end(sonde_job *j) { j->split.state = NULL; }

/* The first fragment that is ready, or NO_FRAGMENT. */
static uint32_t next_ready(split *s) {
  if (!s->state) return NO_FRAGMENT;
  while (s->cursor < s->n && s->state[s->cursor] != FRAGMENT_READY) s->cursor++;
  return s->cursor < s->allowed ? s->cursor : NO_FRAGMENT;
}

static void fail(sonde_job *j, const sonde_error *err) {
  if (j->failed) return;
  j->failed = true;
  j->failure = *err;
}

/* What a fragment costs and who keeps its columns; of one that is over no table's block, nobody. */
static void place_fragment(sonde_job *j, uint32_t id, sonde_fragment *out) {
  const split *s = &j->split;
  uint32_t b = j->kind->block_of(j, id);
  out->cost = (uint32_t)out->len;
  out->affinity = (uint64_t)s->shared << 32 | b;
  if (!s->table) return;
  out->cost = (uint32_t)(s->table->blocks[b].end - s->table->blocks[b].begin);
  const table *file = table_at(s->table, &b);
  out->affinity = (uint64_t)file->id << 32 | b;
}

int sonde_job_take(sonde_job *j, sonde_fragment *out) {
  split *s = &j->split;
  uint32_t id = s->local || j->failed || j->cancelled ? NO_FRAGMENT : next_ready(s);
  if (id == NO_FRAGMENT) return 0;
  sonde_error err = {0};
  buf_clear(&s->bytes);
  if (j->kind->encode(j, id, &s->bytes, &err) != SONDE_OK || buf_status(&s->bytes, &err) != SONDE_OK) {
    fail(j, &err);
    return 0;
  }
  s->state[id] = FRAGMENT_OUT;
  s->n_out++;
  *out = (sonde_fragment){.id = s->base + id,
                          .bytes = s->bytes.data,
                          .len = s->bytes.len,
                          .shared = s->shared,
                          .shared_bytes = (const uint8_t *)s->shared_bytes.ptr,
                          .shared_len = s->shared_bytes.len};
  place_fragment(j, id, out);
  return 1;
}

static void accept(sonde_job *j, uint32_t id, const uint8_t *result, size_t len) {
  sonde_error err = {0};
  rd r = {.data = result, .len = len};
  j->split.state[id] = FRAGMENT_DONE;
  j->split.n_done++;
  sonde_code code = j->kind->accept(j, id, &r, &err);
  if (code == SONDE_OK && r.bad)
    code = status_set(&err, SONDE_CORRUPT, 0, "the result of a fragment is cut short");
  if (code != SONDE_OK) fail(j, &err);
}

/* The fragment that a host knows by a number comes back; NO_FRAGMENT: nobody waits for it. */
static uint32_t come_back(sonde_job *j, uint32_t number) {
  split *s = &j->split;
  uint32_t id = number - s->base;
  bool is_out = s->state && id < s->n && s->state[id] == FRAGMENT_OUT && s->inline_id != id;
  if (!is_out) return NO_FRAGMENT;
  s->n_out--;
  return id;
}

void sonde_job_give(sonde_job *j, uint32_t number, const uint8_t *result, size_t len) {
  uint32_t id = come_back(j, number);
  if (id != NO_FRAGMENT) accept(j, id, result, len);
}

void sonde_job_give_back(sonde_job *j, uint32_t number) {
  uint32_t id = come_back(j, number);
  if (id == NO_FRAGMENT) return;
  j->split.state[id] = FRAGMENT_READY;
  if (id < j->split.cursor) j->split.cursor = id;
}

static void refuse(sonde_job *j, uint32_t id, const sonde_error *err) {
  j->split.state[id] = FRAGMENT_DONE;
  j->split.n_done++;
  if (!j->kind->refuse || !j->kind->refuse(j, id, err)) fail(j, err);
}

void sonde_job_give_error(sonde_job *j, uint32_t number, const sonde_error *err) {
  uint32_t id = come_back(j, number);
  if (id != NO_FRAGMENT) refuse(j, id, err);
}

task job_task(sonde_job *j, sonde_error *err) {
  sonde_engine *e = j->engine;
  return (task){.mem = &e->mem,
                .sources = &e->sources,
                .store = &e->store,
                .shares = &e->shares,
                .zones = &e->zones,
                .runner = j,
                .wants = &j->wants,
                .scratch = &j->scratch,
                .err = err};
}

/* Runs one fragment here. */
static sonde_step run_inline(sonde_job *j, uint32_t id, sonde_error *err) {
  split *s = &j->split;
  if (s->inline_id != id) {
    buf_clear(&s->inline_bytes);
    s->inline_id = id;
    if (j->kind->encode(j, id, &s->inline_bytes, err) != SONDE_OK) return SONDE_FAIL;
    if (buf_status(&s->inline_bytes, err) != SONDE_OK) return SONDE_FAIL;
  }
  task t = job_task(j, err);
  buf_clear(&s->inline_result);
  if (fragment_run(&t, s->inline_bytes.data, s->inline_bytes.len, &s->inline_result) != SONDE_OK)
    return SONDE_FAIL;
  if (j->wants.count) return SONDE_NEED;
  if (t.again) return SONDE_YIELD;
  s->inline_id = NO_FRAGMENT;
  accept(j, id, s->inline_result.data, s->inline_result.len);
  return SONDE_YIELD;
}

sonde_step split_step(sonde_job *j, sonde_error *err) {
  split *s = &j->split;
  if (s->n_done == s->n) return SONDE_DONE;
  if (s->inline_id != NO_FRAGMENT) return run_inline(j, s->inline_id, err);
  uint32_t id = next_ready(s);
  if (!s->local && s->offered < s->allowed) {
    s->offered = s->allowed;
    return SONDE_SPLIT;
  }
  if (s->n_out > 0 || id == NO_FRAGMENT) return SONDE_SPLIT;
  s->state[id] = FRAGMENT_OUT; /* nobody took it: it runs here */
  s->cursor = id + 1;
  return run_inline(j, id, err);
}

/* ---- the other side: a fragment as a job ---- */

typedef struct {
  const uint8_t *bytes;
  size_t len;
} visiting;

static sonde_step visiting_step(sonde_job *j, sonde_error *err) {
  visiting *v = j->self;
  task t = job_task(j, err);
  buf_clear(&j->page);
  if (fragment_run(&t, v->bytes, v->len, &j->page) != SONDE_OK) return SONDE_FAIL;
  if (j->wants.count) return SONDE_NEED;
  return t.again ? SONDE_YIELD : SONDE_DONE;
}

static const job_kind visiting_kind = {.step = visiting_step};

sonde_job *sonde_fragment_start(sonde_engine *e, const uint8_t *bytes, size_t len, sonde_error *err) {
  sonde_job *j = job_new(e, err);
  if (!j) return NULL;
  visiting *v = arena_alloc(&j->memory, sizeof *v, err);
  uint8_t *copy = arena_copy(&j->memory, bytes, len, err);
  if (!v || !copy) {
    sonde_job_free(j);
    return NULL;
  }
  *v = (visiting){copy, len};
  j->self = v;
  j->kind = &visiting_kind;
  return j;
}
