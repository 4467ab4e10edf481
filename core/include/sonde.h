/* sonde.h — the whole public surface of the engine.
 *
 * Life of a call:  new engine → name its sources → start a job → step it until DONE → free the job.
 * The engine performs no I/O and starts no thread; its host does both. A step that lacks bytes answers NEED,
 * the host brings the wanted ranges into memory that the engine reserved, and steps again.
 *
 * Ownership, in four rules:
 *   1. What sonde_*_new / sonde_*_start returns belongs to the caller, who frees it with the matching _free (NULL is fine).
 *   2. What a getter returns is borrowed until the next step or free of the job it came from.
 *   3. What goes in is copied before the call returns, except bytes brought through sonde_reserve/sonde_commit,
 *      which lie in the engine's memory from the start.
 *   4. Free jobs before their engine.
 * An engine is used by one thread at a time. Engines share nothing; parallel work travels between them as fragments. */
#ifndef SONDE_H
#define SONDE_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sonde_engine sonde_engine;
typedef struct sonde_job
    sonde_job;                 /* anything that takes time: open a table, scan it, filter it, read a page */
typedef uint32_t sonde_source; /* a byte source known to the host; 0 is none */
typedef struct {
  const char *ptr;
  size_t len;
} sonde_str; /* UTF-8, not terminated */

typedef enum {
  SONDE_OK,
  SONDE_NOMEM,       /* the host's allocator refused */
  SONDE_LIMIT,       /* a configured limit was reached; the message names it */
  SONDE_BYTES,       /* the host could not bring bytes: unreadable, shrunk or changed source */
  SONDE_CORRUPT,     /* the file contradicts its format */
  SONDE_UNSUPPORTED, /* valid, but not handled */
  SONDE_SYNTAX,      /* text given by the caller does not parse */
  SONDE_NAME,        /* no such table, column, view, option */
  SONDE_TYPE,        /* operation does not fit the type */
  SONDE_VALUE,       /* a value does not fit */
  SONDE_CANCELLED,
  SONDE_MISUSE, /* the caller broke this header's rules */
  SONDE_DECODER, /* inside the engine only: the host is to load a decoder; the step answers SONDE_NEED, see sonde_want */
  SONDE_ZONE /* inside the engine only: the same of time zones */
} sonde_code;

typedef struct {
  sonde_code code;
  sonde_source source; /* where it was found, if in a file; else 0 */
  uint64_t at;         /* byte offset there, or in the caller's text */
  char message[232];   /* for people, terminated; the code is for programs */
} sonde_error;

typedef struct {
  size_t struct_size;    /* sizeof(sonde_config): lets the struct grow */
  uint64_t memory_limit; /* bytes the engine may hold; reaching it is SONDE_LIMIT, never an abort */
  uint64_t
      keep_limit; /* of these, bytes it may keep decoded between jobs (columns of blocks, bytes of sources) */
  /* Like realloc, with sizes: (ptr, old, 0) frees, (NULL, 0, new) allocates. NULL: realloc and free. */
  void *(*resize)(void *user, void *ptr, size_t old_size, size_t new_size);
  void *user;
  uint32_t block_bytes; /* of the source in one fragment; 0: by the size of the source, 1 to 16 MiB */
} sonde_config;

/* `config` may be NULL: 1 GiB, of which half may be kept. */
sonde_engine *sonde_engine_new(const sonde_config *config, sonde_error *err);
void sonde_engine_free(sonde_engine *);
uint64_t sonde_engine_memory(const sonde_engine *); /* bytes held now */
/* From now on the engine may hold at most `more` bytes beyond what it holds now, and never more than it was made for; UINT64_MAX: as many
 * as that. Answers 1 when memory was refused since the last call, which is then why a job failed as SONDE_LIMIT; else 0. */
int sonde_engine_allow(sonde_engine *, uint64_t more);

/* Sources: the engine learns a number that the host chose (the same in every engine that shall run fragments over
 * it) and a size in bytes; never a file name or a socket. Adding a known number again changes its size: a spool
 * that inflated bytes are written to may grow. */
sonde_code sonde_source_add(sonde_engine *, sonde_source, uint64_t size, sonde_error *);
void sonde_source_drop(sonde_engine *, sonde_source);

/* Starts a job. `spec` is UTF-8 JSON, so that a new option needs no new function. `core/api/README.md` lists every
 * job with its members and its info. In short:
 *   {"job":"open","source":1,"read":{…}}            sniff; info: table, columns, guesses; a page of the first rows
 *   {"job":"inflate","source":1,"compression":"gzip"}  pages of raw bytes, to be written to a spool source
 *   {"job":"index","table":1}                       exact row count and row index (fragments)
 *   {"job":"import","table":1}                      exact types, statistics, columns kept (fragments)
 *   {"job":"view","table":1,"filter":…,"search":…,"sort":[…]}   an ordered set of rows (fragments); info: view, rows
 *   {"job":"read","table":1 or "view":1,"row":0,"rows":100,"columns":[…]}   one page (fragments)
 *   {"job":"values","table":1 or "view":1,"column":3,"limit":1000}   distinct values with counts (fragments)
 *   {"job":"query","sql":"SELECT …","tables":[{"table":1,"name":"t"}],"params":[…]}   rows as JSON text
 *   {"job":"query","spool":2,…}               what memory does not hold goes to that source, empty at first (SONDE_SPILL)
 *   {"job":"query","share":65536,"batch":100,…}   for tests: bytes that an operator keeps before it spills, rows of a batch at most
 *   {"job":"query","keep":true,…}             its rows become a table: first rows; info: TableInfo
 *   {"job":"zone","name":"Europe/Rome","offsets":[…]}   tells the engine a time zone that it wanted
 *   {"job":"files","sql":"SELECT …"}          files that it reads, for a host that opens them first
 *   {"job":"session"}                         tables and views that CREATE made
 *   {"job":"functions"}                       what SQL can call
 *   {"job":"bad","table":1,"first":0,"count":100}   bad rows
 *   {"job":"union","tables":[1,2],"filename":"file"}   imported tables as one, which has them from then on
 *   {"job":"drop","table":1} / {"job":"drop","view":1} */
sonde_job *sonde_job_start(sonde_engine *, sonde_str spec, sonde_error *);
void sonde_job_cancel(sonde_job *); /* the next step answers SONDE_FAIL with SONDE_CANCELLED */
void sonde_job_free(sonde_job *);

typedef enum {
  SONDE_YIELD, /* budget used up; step again when convenient */
  SONDE_NEED,  /* sonde_job_wants lists byte ranges; bring at least one and step again */
  SONDE_PAGE,  /* sonde_job_page is there; take it and step again */
  SONDE_SPLIT, /* sonde_job_take has fragments; or all are out and the job waits for sonde_job_give */
  SONDE_DONE,  /* sonde_job_info is complete */
  SONDE_FAIL,  /* the error says why; the job can only be freed */
  /* The host appends sonde_job_page to the spool that the query named, tells its new size by sonde_source_add and steps again. Only
   * of queries with "spool". */
  SONDE_SPILL
} sonde_step;

/* Runs for about `budget_us` microseconds of work between checks (0: one task). The clock is the host's: the engine
 * counts work, not time, so the budget is approximate. */
sonde_step sonde_job_step(sonde_job *, uint32_t budget_us, sonde_error *);

/* SONDE_NEED: what the job waits for, most urgent first. Ranges lie inside the source's size. Source 0, alone, is no range of
 * bytes. Length 0: the brotli decoder, in builds whose host lends it (SONDE_BROTLI_LENT, which the wasm module is); load it and
 * step again. Length 1: time zones, whose names are the info's {"zones":["Europe/Rome"]}; tell each by a job "zone" and step
 * again. */
typedef struct {
  sonde_source source;
  uint32_t length;
  uint64_t offset;
} sonde_want;
size_t sonde_job_wants(const sonde_job *, sonde_want *out, size_t cap);

/* Room for bytes of a source; fill it and commit exactly once (a commit of fewer bytes than reserved means that the
 * source ended early and is reported as SONDE_BYTES by the jobs that wanted them). */
void *sonde_reserve(sonde_engine *, sonde_source, uint64_t offset, uint32_t length, sonde_error *);
void sonde_commit(sonde_engine *, void *reserved, uint32_t length);
/* The host could not read; every job that wants bytes of the source fails with SONDE_BYTES and this reason. */
void sonde_source_fail(sonde_engine *, sonde_source, sonde_str reason);

/* SONDE_PAGE: one relocatable block; offsets inside count from base. Layout: core/column/README.md ("page block"),
 * buffers as in the Arrow columnar format 1.4. For an inflate job: the raw bytes. */
typedef struct {
  const uint8_t *base;
  size_t size;
} sonde_page;
sonde_page sonde_job_page(const sonde_job *);
sonde_str sonde_job_info(sonde_job *); /* JSON; complete when DONE, a snapshot before */

typedef struct {
  uint64_t done_bytes, total_bytes; /* of the source, or of the blocks to visit */
  uint64_t rows;                    /* counted (in the bytes that are done) or matched so far */
} sonde_progress;
sonde_progress sonde_job_progress(const sonde_job *);

/* SONDE_SPLIT: fragments are pure functions of their bytes and the sources they name. A host takes as many as it can
 * run (on other engines, in any order), and gives each result. A host that never takes loses nothing but time: a step
 * that finds fragments nobody took runs one itself. `affinity` names the block of data: an engine that ran a fragment
 * of it keeps its decoded columns, so later ones should go there. Many fragments of a query need the same bytes, perhaps tens of
 * megabytes: these go by a number (0: none) that the engine which runs them has to be told once, before, by sonde_share. A job has
 * one such number at a time: when a fragment comes with another one, or the job ends, the former can be unshared. */
typedef struct {
  uint32_t id;
  uint32_t cost; /* bytes of source it covers, for balancing */
  uint64_t affinity;
  const uint8_t *bytes; /* borrowed until the next call on this job */
  size_t len;
  uint32_t shared;
  const uint8_t *shared_bytes; /* borrowed as well */
  size_t shared_len;
} sonde_fragment;
int sonde_job_take(sonde_job *, sonde_fragment *out); /* 1: one was taken; 0: none left for now */
void sonde_job_give(sonde_job *, uint32_t id, const uint8_t *result, size_t len);
void sonde_job_give_back(sonde_job *, uint32_t id); /* not run after all (worker died, cancelled) */
void sonde_job_give_error(sonde_job *, uint32_t id, const sonde_error *); /* it failed there: the job fails */
/* What fragments that name `shared` need; numbers are unique per engine that gave the fragments away. */
sonde_code sonde_share(sonde_engine *, uint32_t shared, const uint8_t *bytes, size_t len, sonde_error *);
void sonde_unshare(sonde_engine *, uint32_t shared);
/* Runs a fragment; its result is sonde_job_page when DONE. */
sonde_job *sonde_fragment_start(sonde_engine *, const uint8_t *bytes, size_t len, sonde_error *);

#ifdef __cplusplus
}
#endif
#endif
