/* config.h — everything that is decided at start, from the command line or from the file that --config names. */
#ifndef SERVE_CONFIG_H
#define SERVE_CONFIG_H
#include <sonde.h>
#include <stdbool.h>

enum { LISTEN_MAX = 8, ROOTS_MAX = 64, ORIGINS_MAX = 64, HOSTS_MAX = 64 };

typedef enum { SANDBOX_ON, SANDBOX_OFF, SANDBOX_KILL } sandbox_mode;

/* Texts are owned; NULL: not given. Numbers have their defaults after config_init. */
typedef struct {
  char *listen[LISTEN_MAX];
  unsigned listen_count;
  char *site;  /* static pages at /, for everybody */
  char *root;  /* files at / (unless there is a site) and at /v1/f/… */
  char *cache; /* folder for compressed copies, and what was found out about large CSV files */
  char *keys, *catalog, *log;
  struct {
    char *name, *path;
  } roots[ROOTS_MAX]; /* files at /v1/f/NAME/… */
  unsigned root_count;
  char *cors[ORIGINS_MAX];
  unsigned cors_count;
  char *hosts[HOSTS_MAX];
  unsigned host_count;
  unsigned threads; /* event loops; 0: one a core */
  unsigned workers; /* threads that make answers for one user, beside one more for others; 0: one a core */
  unsigned queue;   /* answers that may wait for a worker, in all; a user may have a quarter of them */
  unsigned connections, connections_per_address;
  unsigned head_seconds, idle_seconds, send_seconds, drain_seconds, work_seconds;
  unsigned min_send_rate;         /* bytes/s over send_seconds, below which a reader is cut off */
  unsigned user_rate, user_burst; /* requests a second and at once, of one user; 0: no limit */
  unsigned signature_seconds;     /* how far ahead a signature may end */
  uint64_t body_bytes, cache_bytes;
  uint64_t
      engine_bytes;     /* what the engines of all workers may hold together: tables, and queries under way */
  uint64_t query_bytes; /* of these, what one answer may take beside what its engine keeps */
  uint64_t paged_bytes; /* from which on a CSV file's pages are read from it */
  uint64_t results_bytes; /* of answers that are kept for the next who asks the same */
  sandbox_mode sandbox;
} config;

void config_init(config *);
void config_free(config *);

/* Reads a settings file over what is there. False: `why` says in which line and what is wrong. */
bool config_read(const char *text, size_t len, config *, char why[192]);
bool config_load(const char *path, config *, char why[192]);
/* Options of the command line; these answer what is wrong with the value, or NULL. A root is "DIR" or "NAME=DIR". */
const char *config_add_root(config *, const char *word);
const char *config_add_origin(config *, const char *origin);
const char *config_set_listen(config *, const char *address);
/* A setting that is a text, by its name in the file. */
const char *config_set_text(config *, const char *name, const char *value);
/* What the settings say together; fills what was left open. Answers what is wrong, or NULL. */
const char *config_finish(config *);

#endif
