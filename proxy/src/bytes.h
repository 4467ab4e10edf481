/* bytes.h — the files behind the engines' sources, and how wanted ranges of them are brought. */
#ifndef BYTES_H
#define BYTES_H
#include <sonde.h>
#include <stdbool.h>
#include <stdint.h>

enum { SOURCE_FILE = 1, SOURCE_SPOOL = 2, SOURCES_MAX = 1000 };

/* files[i] is source i + 1. Written by the thread that owns it while no other thread has work. */
typedef struct {
  struct {
    int fd;
    uint64_t size;
  } files[SOURCES_MAX];
  uint32_t count;
} byte_sources;

/* Tells an engine of the sources behind the first `known`. */
bool bytes_register(sonde_engine *, const byte_sources *, uint32_t known, sonde_error *);
/* Brings what a job wants. A file that cannot be read fails its source; false is for what no job would report. */
bool bytes_bring(sonde_engine *, sonde_job *, const byte_sources *, sonde_error *);

#endif
