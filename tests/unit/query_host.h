/* query_host.h — runs SQL over tables in memory, without engine and files: text in, JSON rows out. The source can be made to
 * answer "not yet" at random, and batches come in blocks of a chosen size. */
#ifndef SONDE_TESTS_QUERY_HOST_H
#define SONDE_TESTS_QUERY_HOST_H
#include <stdlib.h>

#include "check.h"
#include "exec/query/expression/result_json.h"
#include "exec/query/query.h"
#include "exec/query/spool/spool.h"
#include "plan/wire.h"
#include "random.h"
#include "sql/sql.h"

typedef struct {
  const char *name;
  const plan_column *columns;
  uint32_t n_columns, n_rows;
  const vec *vecs; /* of all rows; cut into blocks by the source */
} memory_table;

/* What rows are spilled to; bytes come back late, too. */
typedef struct {
  spool queue;
  uint8_t *bytes;
  random_state *random;
  uint64_t taken, cap;
  uint32_t reads_left; /* before the file is broken; 0: it never is */
} memory_spool;

typedef struct {
  const memory_table *tables;
  uint32_t n_tables, block_rows;
  random_state *random; /* NULL: columns are always there */
  uint32_t open;        /* blocks not released yet */
  mem *mem;
  uint64_t limit;          /* of memory; 0: plenty */
  bool build_left;         /* joins keep their left rows where they can */
  bool spills;             /* rows may leave memory */
  uint64_t spilled, share; /* share: bytes that an operator keeps before it spills; 0: as the limit says */
  uint32_t batch_rows;     /* 0: as many as there may be */
  uint32_t reads_left;     /* of the spool, before it is broken; 0: it never is */
  uint32_t steps_left;     /* before the query is given up; 0: it never is */
  void *(*resize)(void *, void *, size_t, size_t);
  void *memory; /* of resize; NULL: as the C library has it */
} query_host;

static inline void query_build_left(const plan *p) {
  if (p->kind == PLAN_JOIN) ((plan *)(uintptr_t)p)->u.join.build_left = true;
  for (uint32_t i = 0; i < p->n_inputs; i++) query_build_left(p->input[i]);
}

static inline uint32_t query_blocks(void *self, uint32_t t) {
  const query_host *h = self;
  return (h->tables[t].n_rows + h->block_rows - 1) / h->block_rows;
}

static inline uint32_t query_rows(void *self, uint32_t t, uint32_t b) {
  const query_host *h = self;
  uint32_t left = h->tables[t].n_rows - b * h->block_rows;
  return left < h->block_rows ? left : h->block_rows;
}

/* A block of a VEC_F64, VEC_PACKED (8 bytes), VEC_TEXT or VEC_DICT (4 bytes) without validity words in between: blocks begin at
 * multiples of 64. */
static inline vec query_slice(const vec *v, uint32_t first, uint32_t rows) {
  vec out = *v;
  out.rows = rows;
  if (v->validity) out.validity = v->validity + first / 64;
  if (v->form == VEC_TEXT) out.offsets = v->offsets + first;
  if (v->form == VEC_F64 || v->form == VEC_PACKED) out.data = (const char *)v->data + (size_t)first * 8;
  if (v->form == VEC_DICT) out.data = (const char *)v->data + (size_t)first * 4;
  return out;
}

static inline step query_columns(void *self, uint32_t t, uint32_t b, const uint32_t *columns, uint32_t n,
                                 const vec **out, struct part **held, sonde_error *err) {
  query_host *h = self;
  (void)err;
  if (h->random && random_below(h->random, 2) == 0) return STEP_WAIT;
  vec *slices = malloc(n * sizeof *slices);
  if (!slices) abort();
  for (uint32_t i = 0; i < n; i++) {
    slices[i] = query_slice(&h->tables[t].vecs[columns[i]], b * h->block_rows, query_rows(self, t, b));
    out[i] = &slices[i];
  }
  *held = (struct part *)(void *)slices;
  h->open++;
  return STEP_ROWS;
}

static inline void query_release(void *self, const vec *const *vecs, uint32_t n, struct part *held) {
  (void)vecs;
  (void)n;
  ((query_host *)self)->open--;
  free((void *)held);
}

static inline const uint8_t *query_spooled(void *self, uint64_t offset, uint32_t length, sonde_error *err) {
  memory_spool *s = self;
  CHECK(offset + length <= s->taken);
  if (s->reads_left && --s->reads_left == 0) {
    status_set(err, SONDE_BYTES, 0, "the file is broken");
    return NULL;
  }
  return s->random && random_below(s->random, 2) == 0 ? NULL : s->bytes + offset;
}

static inline void query_release_spool(void *self, uint64_t offset, uint32_t length) {
  CHECK(offset + length <= ((memory_spool *)self)->taken);
}

static inline void query_take_spool(memory_spool *s) {
  buf *out = &s->queue.out;
  if (out->len == 0) return;
  if (s->cap < s->taken + out->len) { /* in large steps: under ASan each is a copy */
    s->cap = 2 * (s->taken + out->len);
    s->bytes = realloc(s->bytes, s->cap);
    if (!s->bytes) abort();
  }
  memcpy(s->bytes + s->taken, out->data, out->len);
  s->taken += out->len;
  buf_clear(out);
}

/* Plans run as they come back from bytes. */
static inline sonde_code query_plan_sent(const query_plan *p, buf *bytes, arena *memory, query_plan *out,
                                         sonde_error *err) {
  sonde_code code = plan_put(bytes, p, err);
  rd in = {.data = bytes->data, .len = bytes->len};
  if (code == SONDE_OK) code = plan_get(&in, memory, out, err);
  if (code == SONDE_OK) CHECK_EQ_UINT(in.pos, in.len);
  return code;
}

static inline sonde_code query_run(query_host *h, const query_plan *p, mem *m, buf *out, sonde_error *err) {
  query_tables source = {h, query_blocks, query_rows, query_columns, query_release, NULL};
  query q;
  batch b;
  bool first = true;
  step s;
  memory_spool spilled = {.random = h->random, .reads_left = h->reads_left};
  spilled.queue = (spool){.self = &spilled, .bytes = query_spooled, .release = query_release_spool};
  buf_init(&spilled.queue.out, m, (size_t)1 << 26);
  zones none = {.memory = {.mem = m}};
  query_init(&q, p, &source, &none, m, 1700000000000000, 7);
  if (h->spills) q.run.spool = &spilled.queue;
  if (h->share) q.run.share = h->share, q.run.spills_early = true;
  if (h->batch_rows) q.run.batch_rows = h->batch_rows;
  uint32_t steps_left = h->steps_left;
  while ((s = query_next(&q, &b, err)) == STEP_ROWS || s == STEP_WAIT) {
    if (steps_left && --steps_left == 0) break;
    if (s == STEP_WAIT) query_take_spool(&spilled);
    if (s == STEP_WAIT) continue;
    CHECK(b.n > 0 && b.n <= BATCH_ROWS);
    result_rows(out, &b, first, NULL);
    first = false;
  }
  query_close(&q);
  buf_free(&spilled.queue.out);
  free(spilled.bytes);
  h->spilled = spilled.taken;
  arena_free(&none.memory);
  if (s == STEP_FAIL) return err->code;
  return s == STEP_END ? buf_status(out, err) : SONDE_CANCELLED;
}

/* The rows as JSON, or "error N: message"; to be freed. Everything must have been given back afterwards. */
static inline char *query_text(query_host *h, const char *sql) {
  mem m;
  arena memory;
  buf out;
  sonde_error err = {0};
  sql_table tables[8];
  sql_statement statement;
  mem_init(&m, h->limit ? h->limit : (uint64_t)1 << 30, h->resize, h->memory);
  arena_init(&memory, &m);
  buf_init(&out, &m, (size_t)1 << 28);
  for (uint32_t i = 0; i < h->n_tables; i++)
    tables[i] = (sql_table){.name = {h->tables[i].name, strlen(h->tables[i].name)},
                            .columns = h->tables[i].columns,
                            .n_columns = h->tables[i].n_columns,
                            .rows = h->tables[i].n_rows};
  sql_catalog catalog = {tables, h->n_tables};
  sonde_code code = sql_bind((sonde_str){sql, strlen(sql)}, &catalog, NULL, &memory, &statement, &err);
  buf bytes;
  query_plan sent;
  buf_init(&bytes, &m, (size_t)1 << 28);
  if (code == SONDE_OK && h->build_left) query_build_left(statement.query.root);
  if (code == SONDE_OK) code = query_plan_sent(&statement.query, &bytes, &memory, &sent, &err);
  if (code == SONDE_OK) code = query_run(h, &sent, &m, &out, &err);
  buf_free(&bytes);
  size_t size = out.len + sizeof err.message + 32;
  char *text = calloc(1, size);
  if (!text) abort();
  if (code != SONDE_OK)
    snprintf(text, size, "error %d: %s", (int)code, err.message);
  else if (out.len)
    memcpy(text, out.data, out.len);
  for (char *p = text; *p; p++)
    if (*p == '\n') *p = ' ';
  buf_free(&out);
  arena_free(&memory);
  CHECK_EQ_UINT(m.used, 0);
  CHECK_EQ_UINT(h->open, 0);
  return text;
}

static inline void query_check(query_host *h, const char *sql, const char *expected, const char *file,
                               int line) {
  char *got = query_text(h, sql);
  check_str(got, expected, file, line, sql);
  free(got);
}

/* Rows of a query without tables, or over those of a host. */
#define CHECK_SQL(sql, expected)                                                                             \
  do {                                                                                                       \
    query_host nothing = {.block_rows = 64};                                                                 \
    query_check(&nothing, sql, expected, __FILE__, __LINE__);                                                \
  } while (0)
/* One row for all those of a query: how many there are, and numbers that tell whether they are the same in any order. */
#define QUERY_DIGEST(with, columns, query)                                                                   \
  with "SELECT count(*), sum(hash(" columns ") % 1000003), bit_xor(hash(" columns ")) FROM (" query ") AS q"
#define CHECK_QUERY(host, sql, expected) query_check(host, sql, expected, __FILE__, __LINE__)

#endif
