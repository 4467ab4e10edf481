/* What the two ways of exporting share: job_export.c goes block by block, export_merge.c brings rows of many blocks into order. */
#ifndef API_EXPORT_H
#define API_EXPORT_H
#include "api/job.h"
#include "api/pick.h"
#include "format/arrow/read.h"
#include "format/export.h"

/* The result of a fragment. */
typedef struct {
  uint8_t *bytes, *about; /* in the engine's memory */
  size_t len, about_len;
  uint32_t rows;
} part_made;
void part_made_free(mem *, part_made *);

typedef struct {
  view *view; /* NULL: the table */
  column_ref *refs;
  uint32_t n;
  const shape *shapes;
  export_options options;
  exporter file;
  uint32_t *blocks; /* that have rows */
  part_made *parts;
  uint32_t n_parts, next;
  uint64_t rows, bytes;
  /* export_merge.c: */
  pick rows_now;
  uint32_t most; /* rows of a part */
  arrow_table transport;
  export_options as_transport;
} exporting;

enum { EXPORT_HEAD, EXPORT_PARTS, EXPORT_MERGING, EXPORT_ENDED };

sonde_code export_accept(sonde_job *, uint32_t id, rd *, sonde_error *);
void export_info(sonde_job *, buf *);
void export_free(sonde_job *);
sonde_step export_begin(sonde_job *, sonde_error *);
sonde_step export_end(sonde_job *, sonde_error *);
/* The job's page leaves, unless it is empty. */
sonde_step export_give(sonde_job *, sonde_code, sonde_error *);
/* Turns the job into one that merges. */
sonde_code export_merge_start(sonde_job *, sonde_error *);

#endif
