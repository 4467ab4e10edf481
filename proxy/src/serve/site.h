/* site.h — what all loops share while the server runs. */
#ifndef SERVE_SITE_H
#define SERVE_SITE_H
#include "cold.h"
#include "config.h"
#include "frame_cache.h"
#include "keys.h"
#include "limits.h"
#include "log.h"
#include "roots.h"
#include "work_pool.h"
#include <pthread.h>
#include <stdatomic.h>

typedef struct loop loop;

typedef struct site {
  config config;
  roots roots;
  cache_folder cache;
  bool loopback; /* every TCP listener is on loopback: only this machine reaches it */
  limits *limits;
  request_log *log;
  work_pool *work;
  cold_reader *cold;
  frame_cache *frames; /* NULL: no cache folder */
  void *answers;       /* what answers_open made; work handlers get the site as their context */

  pthread_mutex_t keys_mutex;
  keyring keys;                /* the newest; loops copy it when the generation has moved on */
  atomic_uint keys_generation; /* 0: no key ring, nothing needs a signature */

  atomic_bool draining; /* no new connections; the loops end when the last answer is sent */
  atomic_bool hurrying; /* or now */
  loop **loops;
  unsigned loop_count;
} site;

/* Reads the key ring anew. False, with the old one in force: `why` says what is wrong with the file. */
bool site_load_keys(site *, char why[128]);

#endif
