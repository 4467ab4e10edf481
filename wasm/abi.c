/* The boundary to JavaScript: numbers in, one fixed record out. 64-bit numbers travel as doubles, exact to 2^53, so that
 * no BigInt is needed; text and bytes that go in are put where `room` says, and the next call takes them from there.
 * README.md of this folder lists the calls; exports.txt is what the build exports. */
#include <sonde.h>
#include <stdlib.h>

#define ABI_VERSION 2u
#define WANTS_MAX 64u

/* What a call answers beyond one number. Offsets are part of the ABI: web/src/engine/core.ts reads them. */
static struct {
  uint32_t version;                                   /*   0 */
  uint32_t room_bytes;                                /*   4 */
  uint8_t *room;                                      /*   8, followed by padding */
  double code, source, at;                            /*  16: the error of a call that failed */
  char message[sizeof((sonde_error *)NULL)->message]; /*  40: terminated */
  double answer[6];                                   /* 272 */
  double wants[WANTS_MAX][3];                         /* 320: source, offset, length */
} record = {.version = ABI_VERSION};

_Static_assert(sizeof record.message == 232, "core.ts reads `answer` at 272");

static void put_error(const sonde_error *err) {
  record.code = (double)err->code;
  record.source = (double)err->source;
  record.at = (double)err->at;
  for (size_t i = 0; i < sizeof record.message; i++) record.message[i] = err->message[i];
}

static const void *answer_bytes(const void *ptr, size_t len) {
  record.answer[0] = (double)len;
  return ptr;
}

void *abi_record(void) { return &record; }

/* Room for `bytes` of input to the next call; NULL when they cannot be had. */
void *room(uint32_t bytes) {
  if (bytes <= record.room_bytes) return record.room;
  free(record.room);
  record.room = malloc(bytes);
  record.room_bytes = record.room ? bytes : 0;
  return record.room;
}

sonde_engine *engine_new(double memory_limit, double keep_limit) {
  sonde_config config = {.struct_size = sizeof config,
                         .memory_limit = (uint64_t)memory_limit,
                         .keep_limit = (uint64_t)keep_limit};
  sonde_error err = {0};
  sonde_engine *engine = sonde_engine_new(&config, &err);
  if (!engine) put_error(&err);
  return engine;
}

void engine_free(sonde_engine *engine) { sonde_engine_free(engine); }

double engine_memory(const sonde_engine *engine) { return (double)sonde_engine_memory(engine); }

int source_add(sonde_engine *engine, sonde_source source, double size) {
  sonde_error err = {0};
  sonde_code code = sonde_source_add(engine, source, (uint64_t)size, &err);
  if (code != SONDE_OK) put_error(&err);
  return (int)code;
}

void source_drop(sonde_engine *engine, sonde_source source) { sonde_source_drop(engine, source); }

void *reserve(sonde_engine *engine, sonde_source source, double offset, uint32_t length) {
  sonde_error err = {0};
  void *bytes = sonde_reserve(engine, source, (uint64_t)offset, length, &err);
  if (!bytes) put_error(&err);
  return bytes;
}

void commit(sonde_engine *engine, void *reserved, uint32_t length) { sonde_commit(engine, reserved, length); }

/* `length` bytes of JSON lie in the room. */
sonde_job *job_start(sonde_engine *engine, uint32_t length) {
  sonde_error err = {0};
  sonde_job *job = sonde_job_start(engine, (sonde_str){(const char *)record.room, length}, &err);
  if (!job) put_error(&err);
  return job;
}

sonde_job *fragment_start(sonde_engine *engine, uint32_t length) {
  sonde_error err = {0};
  sonde_job *job = sonde_fragment_start(engine, record.room, length, &err);
  if (!job) put_error(&err);
  return job;
}

void job_free(sonde_job *job) { sonde_job_free(job); }

int job_step(sonde_job *job, uint32_t budget_us) {
  sonde_error err = {0};
  sonde_step step = sonde_job_step(job, budget_us, &err);
  if (step == SONDE_FAIL) put_error(&err);
  return (int)step;
}

/* How many; they are in record.wants. */
uint32_t job_wants(const sonde_job *job) {
  sonde_want wants[WANTS_MAX];
  size_t n = sonde_job_wants(job, wants, WANTS_MAX);
  if (n > WANTS_MAX) n = WANTS_MAX;
  for (size_t i = 0; i < n; i++) {
    record.wants[i][0] = (double)wants[i].source;
    record.wants[i][1] = (double)wants[i].offset;
    record.wants[i][2] = (double)wants[i].length;
  }
  return (uint32_t)n;
}

/* The bytes; their number is answer[0]. */
const void *job_page(const sonde_job *job) {
  sonde_page page = sonde_job_page(job);
  return answer_bytes(page.base, page.size);
}

const void *job_info(sonde_job *job) {
  sonde_str info = sonde_job_info(job);
  return answer_bytes(info.ptr, info.len);
}

/* answer: done bytes, total bytes, rows. */
void job_progress(const sonde_job *job) {
  sonde_progress progress = sonde_job_progress(job);
  record.answer[0] = (double)progress.done_bytes;
  record.answer[1] = (double)progress.total_bytes;
  record.answer[2] = (double)progress.rows;
}

/* Taken last. */
static sonde_fragment fragment;

/* The fragment's bytes, or NULL when there is none to take; answer: length, id, cost, affinity (high, low 32 bits), shared. */
const void *job_take(sonde_job *job) {
  if (!sonde_job_take(job, &fragment)) return NULL;
  record.answer[1] = (double)fragment.id;
  record.answer[2] = (double)fragment.cost;
  record.answer[3] = (double)(fragment.affinity >> 32);
  record.answer[4] = (double)(fragment.affinity & 0xffffffffu);
  record.answer[5] = (double)fragment.shared;
  return answer_bytes(fragment.bytes, fragment.len);
}

/* What the fragment taken last shares with others, until the next call on its job; its length is answer[0]. */
const void *job_shared(void) { return answer_bytes(fragment.shared_bytes, fragment.shared_len); }

/* `length` bytes lie in the room. */
int share(sonde_engine *engine, uint32_t shared, uint32_t length) {
  sonde_error err = {0};
  sonde_code code = sonde_share(engine, shared, record.room, length, &err);
  if (code != SONDE_OK) put_error(&err);
  return (int)code;
}

void unshare(sonde_engine *engine, uint32_t shared) { sonde_unshare(engine, shared); }

/* `length` bytes of result lie in the room. */
void job_give(sonde_job *job, uint32_t id, uint32_t length) { sonde_job_give(job, id, record.room, length); }

void job_give_back(sonde_job *job, uint32_t id) { sonde_job_give_back(job, id); }
