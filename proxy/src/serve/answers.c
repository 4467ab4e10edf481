/* Answers over tables: their addresses, and what lives as long as the server. */
#include "answers.h"
#include "routes.h"
#include <stdio.h>
#include <stdlib.h>

static const work_route routes[] = {
    {METHOD_GET, "/v1/sql", false, answer_sql_get},
    {METHOD_POST, "/v1/sql", false, answer_sql_post},
    {METHOD_GET, "/v1/tables", true, answer_tables},
};

const work_route *answers_routes(unsigned *count) {
  *count = sizeof routes / sizeof *routes;
  return routes;
}

answers *answers_of(void *context) { return ((site *)context)->answers; }

catalog *answers_catalog(answers *a) {
  pthread_mutex_lock(&a->mutex);
  catalog *c = catalog_share(a->catalog);
  pthread_mutex_unlock(&a->mutex);
  return c;
}

/* Inflated bytes go to the cache's folder: once the sandbox is closed there is no other to write in. */
static void place_spools(const config *c) {
  if (c->cache) setenv("TMPDIR", c->cache, 1);
}

static catalog *load(const site *s, char why[256]) {
  char reason[256] = "";
  catalog *c = catalog_load(&s->config, &s->roots, reason);
  if (!c) snprintf(why, 256, "%.80s: %.160s", s->config.catalog, reason);
  return c;
}

void *answers_open(const site *s, char why[256]) {
  answers *a = calloc(1, sizeof *a);
  if (!a) return NULL;
  a->site = s;
  pthread_mutex_init(&a->mutex, NULL);
  place_spools(&s->config);
  a->seats = seats_new(s->config.workers + 1, s->config.engine_bytes / 8 * 7);
  a->pagers = pagers_new(s->config.engine_bytes / 8, s->config.workers, s->cache);
  a->results = results_new(s->config.results_bytes);
  a->catalog = load(s, why);
  if (a->seats && a->pagers && a->results && a->catalog) return a;
  answers_close(a);
  return NULL;
}

bool answers_reload(void *context, char why[256]) {
  answers *a = context;
  catalog *newer = load(a->site, why), *older;
  if (!newer) return false;
  pthread_mutex_lock(&a->mutex);
  older = a->catalog;
  a->catalog = newer;
  pthread_mutex_unlock(&a->mutex);
  catalog_release(older);
  return true;
}

void answers_close(void *context) {
  answers *a = context;
  if (!a) return;
  seats_free(a->seats);
  pagers_free(a->pagers);
  results_free(a->results);
  catalog_release(a->catalog);
  pthread_mutex_destroy(&a->mutex);
  free(a);
}
