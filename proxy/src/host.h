/* host.h — what the engine asks of its host, natively: bytes by pread, threads for fragments, a spool file. */
#ifndef HOST_H
#define HOST_H
#include "text.h"
#include <stdbool.h>

typedef struct host host;

typedef struct {
  const char *path;
  unsigned threads;
  uint64_t memory;      /* bytes all engines together may hold; 0: 256 MB each */
  bool gathers;         /* `memory` is given, and half of it is for the engine that runs the jobs */
  bool keep_columns;    /* whether they keep decoded columns between jobs */
  uint32_t block_bytes; /* of a source in one fragment; 0: by its size */
  int niceness;         /* of its threads; 0: that of the process */
} host_options;

host *host_open(const host_options *,
                sonde_error *); /* opens the file, if there is one, as source SOURCE_FILE */
/* Opens a further file; its number as a source, or 0. */
uint32_t host_add(host *, const char *path, sonde_error *);
/* The same with a file that is open, and the host's to close from now on, whatever the answer is. */
uint32_t host_add_open(host *, int fd, sonde_error *);
uint32_t
host_sources(const host *); /* how many were added, spools included; there are never more than SOURCES_MAX */
void host_close(host *);
const char *host_path(const host *);
uint64_t host_file_size(const host *);
/* Whether the file is still the one that was opened. */
bool host_file_unchanged(const host *, sonde_error *);

typedef bool (*host_page_fn)(void *user, sonde_page); /* false: enough, the job ends as failed */
typedef void (*host_progress_fn)(void *user, sonde_progress);

/* Asked between steps: true ends the job as SONDE_CANCELLED. NULL: it is not asked. */
typedef bool (*host_stop_fn)(void *user);
void host_stop_when(host *, host_stop_fn, void *user);

/* Told before the host waits for its threads, and when it goes on. Meanwhile another thread may use host_run_beside. */
typedef void (*host_rest_fn)(void *user, bool rests);
void host_rest_with(host *, host_rest_fn, void *user);

/* From now on a job may make the engine that runs it hold so many bytes more than before; UINT64_MAX: as many as fit at all. */
void host_limit_jobs(host *, uint64_t memory);
/* Whether the last job that failed did so since it may not hold more. */
bool host_ran_short(const host *);
/* Whether the last one that failed did so since its bytes could not be kept in a file. The error says where; not everybody should know. */
bool host_has_no_room(const host *);

/* Runs a job to its end. `on_page` may be NULL when the job has no pages; `info`, if not NULL, is overwritten. */
bool host_run(host *, sonde_str spec, host_page_fn on_page, void *user, text *info, sonde_error *);
/* The same without threads, for a small job while another one is under way, which has to rest. */
bool host_run_beside(host *, sonde_str spec, host_page_fn on_page, void *user, sonde_error *);
/* Ends its threads, until a job needs them again. */
void host_end_threads(host *);
/* Called now and then while jobs run. */
void host_watch(host *, host_progress_fn, void *user);

/* Runs an inflate job and keeps its bytes as a new source (SOURCE_SPOOL after a single file), in a file that has no name and
 * vanishes by itself. */
bool host_inflate(host *, sonde_str spec, uint32_t *spool, sonde_error *);

/* A source that queries may spill to ({"spool":…}), emptied after each job: its number, or 0 where no file can be made. */
uint32_t host_spool(host *);

#endif
