/* What every job is made of: a kind with its functions, fragments to give away, wants, a page and an info. */
#ifndef API_JOB_H
#define API_JOB_H
#include "api/engine.h"

typedef enum { FRAGMENT_READY, FRAGMENT_OUT, FRAGMENT_DONE } fragment_state;

typedef struct {
  uint32_t n, n_done, n_out, cursor;
  uint32_t
      base; /* the host knows fragment 0 by this number, so that one of an earlier split is not taken for it */
  const table *table; /* whose blocks the fragments are of */
  uint32_t shared;    /* what all of them need, and the number that it goes by; 0: nothing */
  sonde_str shared_bytes;
  uint32_t allowed;   /* fragments from here on are not given away yet; n: all are */
  uint8_t *state;     /* NULL: the job has no fragments (yet) */
  uint32_t offered;   /* the host was asked to take those before this one */
  bool local;         /* not offered: small reads, and rows that are only here */
  uint32_t inline_id; /* being run here; UINT32_MAX: none */
  buf bytes;          /* of the fragment taken last */
  buf inline_bytes, inline_result;
} split;

typedef struct {
  /* One task's worth of work; may begin a split with split_begin and then answers split_step. */
  sonde_step (*step)(sonde_job *, sonde_error *);
  sonde_code (*encode)(sonde_job *, uint32_t id, buf *, sonde_error *);
  sonde_code (*accept)(sonde_job *, uint32_t id, rd *, sonde_error *);
  /* A fragment failed. False, or no such function: the job fails at once. */
  bool (*refuse)(sonde_job *, uint32_t id, const sonde_error *);
  uint32_t (*block_of)(sonde_job *, uint32_t id);
  void (*info)(sonde_job *, buf *);
  void (*free)(sonde_job *);
} job_kind;

struct sonde_job {
  sonde_engine *engine;
  const job_kind *kind;
  void *self; /* in memory */
  table *table;
  arena memory, scratch;
  wants wants;
  buf page, info;
  buf *spill; /* after SONDE_SPILL: what the host takes instead of the page */
  sonde_progress progress;
  split split;
  uint32_t phase;
  bool cancelled, failed;
  uint64_t squeezed; /* sources.squeezed when last looked at */
  uint32_t squeezes; /* how often in a row bytes were wanted after that had grown */
  sonde_error failure;
};

/* Over the job's table; `table` and `shared` may be set afterwards. */
sonde_code split_begin(sonde_job *, uint32_t n, sonde_error *);
void split_end(sonde_job *);
/* After split_begin: a fragment that need not be run. */
void split_skip(sonde_job *, uint32_t id);
/* DONE when every fragment's result was accepted; else what the host should do next. */
sonde_step split_step(sonde_job *, sonde_error *);
/* Writes job->info; the room it takes is kept, so that what could be written once can be written again. */
sonde_code job_answer(sonde_job *, sonde_error *);
/* Of jobs whose pages say it all: {}. */
void no_info(sonde_job *, buf *);
/* Asks for bytes of the engine's sources: NULL with a want listed or *err set. */
task job_task(sonde_job *, sonde_error *);

/* Phases of {"job":"open"}. */
enum { OPEN_BEGIN, OPEN_SHOWN, OPEN_PARQUET };
/* open_parquet.c. Whether a name says so; the bytes decide. */
bool parquet_by_name(sonde_str name);
/* Opens a Parquet file: the table, and a page of its first rows. *is_parquet is cleared when it is none and there is no
 * reason to say that it should be. */
sonde_step parquet_open(sonde_job *, sonde_source, sonde_str name, bool *is_parquet, sonde_error *);

sonde_code open_start(sonde_job *, const json *spec, sonde_error *);
sonde_code inflate_start(sonde_job *, const json *spec, sonde_error *);
sonde_code spool_start(sonde_job *, const json *spec, sonde_error *);
sonde_code index_start(sonde_job *, const json *spec, sonde_error *);
sonde_code import_start(sonde_job *, const json *spec, sonde_error *);
sonde_code view_start(sonde_job *, const json *spec, sonde_error *);
sonde_code read_start(sonde_job *, const json *spec, sonde_error *);
sonde_code values_start(sonde_job *, const json *spec, sonde_error *);
sonde_code bad_start(sonde_job *, const json *spec, sonde_error *);
sonde_code export_start(sonde_job *, const json *spec, sonde_error *);
sonde_code union_start(sonde_job *, const json *spec, sonde_error *);
sonde_code drop_start(sonde_job *, const json *spec, sonde_error *);
sonde_code query_start(sonde_job *, const json *spec, sonde_error *);
sonde_code files_start(sonde_job *, const json *spec, sonde_error *);
sonde_code session_start(sonde_job *, const json *spec, sonde_error *);
sonde_code functions_start(sonde_job *, const json *spec, sonde_error *);
sonde_code zone_start(sonde_job *, const json *spec, sonde_error *);
sonde_code remember_start(sonde_job *, const json *spec, sonde_error *);
sonde_code recall_start(sonde_job *, const json *spec, sonde_error *);

#endif
