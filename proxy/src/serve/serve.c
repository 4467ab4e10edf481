/* `sonde serve`: reads what is to be served, opens it, gives up everything else, and runs until it is told to end. */
#include "../command.h"
#include "loop.h"
#include "routes.h"
#include "sandbox.h"
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

const char serve_usage[] =
    "sonde serve [--config FILE] [--root [NAME=]DIR]… [--listen ADDR:PORT] [--cors ORIGIN] …\n"
    "\n"
    "Serves the files of folders over HTTP, ranges of bytes included. Hidden files and links stay hidden.\n"
    "\n"
    "  --config FILE       settings, in TOML: proxy/src/serve/README.md lists them; options come on top\n"
    "  --root DIR          a folder, at / and at /v1/f/; default: this one\n"
    "  --root NAME=DIR     a folder at /v1/f/NAME/; can be repeated\n"
    "  --site DIR          static pages at /, instead of the root\n"
    "  --listen ADDR:PORT  default 127.0.0.1:8002, which only this machine can reach; port 0 picks a free one;\n"
    "                      unix:PATH is a socket whose users are trusted\n"
    "  --cors ORIGIN       let pages of another site read the files, e.g. https://example.org, or * for all sites\n"
    "  --keys FILE         ask for signed addresses, made with one of these keys\n"
    "  --cache DIR         keep compressed copies and rows that were counted there\n"
    "  --log FILE          one line of JSON for each request; stderr is one\n"
    "\n"
    "Ctrl-C ends it once what is under way has been answered, a second one at once. Keys and catalog are read again\n"
    "when they are replaced, and by SIGHUP.\n";

enum { COLD_THREADS = 4, OVERFLOW_SHARE = 4 };

/* Answers what is wrong with the value of an option; "" when there is no such option. */
static const char *take_option(config *c, const char *name, const char *value) {
  if (strcmp(name, "--root") == 0) return config_add_root(c, value);
  if (strcmp(name, "--cors") == 0) return config_add_origin(c, value);
  if (strcmp(name, "--listen") == 0)
    return listen_is_sane(value) ? config_set_listen(c, value)
                                 : "takes ADDR:PORT with a port of at most 65535";
  return config_set_text(c, name + 2, value);
}

static int load_config(config *c, const char *path) {
  char why[192];
  return config_load(path, c, why) ? EXIT_FINE : say_error("%s: %s", path, why);
}

/* The file comes first, wherever it is named, so that options change what it says. */
static int read_config_file(int argc, char **argv, config *c) {
  for (int i = 1; i + 1 < argc; i++)
    if (strcmp(argv[i], "--config") == 0) return load_config(c, argv[i + 1]);
  return EXIT_FINE;
}

static bool is_option(const char *word) {
  static const char *const names[] = {"--config", "--root", "--site",  "--listen",
                                      "--cors",   "--keys", "--cache", "--log"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(word, names[i]) == 0) return true;
  return false;
}

static int read_options(int argc, char **argv, config *c) {
  int code = read_config_file(argc, argv, c);
  for (int i = 1; i < argc && !code; i++) {
    const char *name = argv[i];
    if (!is_option(name)) return say_usage_error("%s is not understood", name);
    const char *value = option_value(argc, argv, &i);
    if (!value) return EXIT_USAGE;
    const char *wrong = strcmp(name, "--config") == 0 ? NULL : take_option(c, name, value);
    if (wrong) return say_usage_error("%s %s: %s", name, value, wrong);
  }
  const char *wrong = code ? NULL : config_finish(c);
  return wrong ? say_usage_error("%s", wrong) : code;
}

static void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

bool site_load_keys(site *s, char why[128]) {
  keyring ring;
  if (!s->config.keys) return true;
  bool loaded = keyring_load(s->config.keys, &ring, why);
  if (loaded) {
    pthread_mutex_lock(&s->keys_mutex);
    s->keys = ring;
    atomic_fetch_add(&s->keys_generation, 1);
    pthread_mutex_unlock(&s->keys_mutex);
  }
  keyring_wipe(&ring);
  return loaded;
}

static int load_keys(site *s) {
  char why[128];
  return site_load_keys(s, why) ? EXIT_FINE
                                : say_error("cannot take the keys from %s: %s", s->config.keys, why);
}

static int open_roots(site *s) {
  char why[256];
  return roots_open(&s->roots, &s->config, why) ? EXIT_FINE : say_error("%s", why);
}

/* The sockets that connections come from, in the order in which they were configured. */
typedef struct {
  listener all[LISTEN_MAX];
  int count;
} listeners;

static int open_listeners(site *s, listeners *l) {
  char why[256];
  l->count = listen_inherited(l->all, LISTEN_MAX, why);
  if (l->count < 0) return say_error("%s", why);
  for (unsigned i = 0; i < s->config.listen_count && (unsigned)l->count == i; i++) {
    if (!listen_open(s->config.listen[i], s->config.threads > 1, &l->all[i], why))
      return say_error("%s", why);
    l->count++;
  }
  s->loopback = true;
  for (int i = 0; i < l->count; i++) s->loopback = s->loopback && l->all[i].loopback;
  return EXIT_FINE;
}

static bool open_shared(site *s) {
  const config *c = &s->config;
  limits_config most = {c->connections, c->connections_per_address, c->user_rate, c->user_burst};
  work_config workers = {c->workers, c->queue, s, s->roots.cache, c->cache_bytes / OVERFLOW_SHARE};
  s->limits = limits_new(&most);
  s->work = work_pool_new(&workers);
  s->cold = cold_new();
  s->cache = (cache_folder){s->roots.cache, c->cache_bytes};
  cache_sweep(&s->cache);
  s->frames = s->roots.cache != NO_ROOT ? frame_cache_new(s->cache) : NULL;
  return s->limits && s->work && s->cold && (s->roots.cache == NO_ROOT || s->frames);
}

static int open_log(site *s) {
  const char *where = s->config.log;
  if (!where || strcmp(where, "off") == 0) return EXIT_FINE;
  s->log = log_open(where);
  return s->log ? EXIT_FINE : say_error("cannot write the log to %s: %s", where, strerror(errno));
}

static int open_answers(site *s) {
  char why[256] = "";
  s->answers = answers_open(s, why);
  return s->answers ? EXIT_FINE : say_error("%s", why);
}

/* The first loop has the sockets that were opened, the others have their own on the same addresses where they may. */
static bool give_listeners(loop *l, const listeners *from, bool first) {
  for (int i = 0; i < from->count; i++) {
    listener mine = from->all[i];
    if (!first && !mine.shared && !listen_again(&from->all[i], &mine)) return false;
    if (!loop_add_listener(l, &mine)) return false;
  }
  return true;
}

static int open_loops(site *s, const listeners *from) {
  s->loops = calloc(s->config.threads, sizeof *s->loops);
  if (!s->loops) return say_error("out of memory");
  while (s->loop_count < s->config.threads) {
    loop *l = loop_new(s);
    if (!l) return say_error("cannot wait for connections: %s", strerror(errno));
    s->loops[s->loop_count] = l;
    if (!give_listeners(l, from, s->loop_count++ == 0))
      return say_error("cannot listen: %s", strerror(errno));
  }
  return EXIT_FINE;
}

static void announce(const site *s, const listeners *l) {
  const config *c = &s->config;
  const char *what = c->root ? c->root : c->root_count ? c->roots[0].path : c->site;
  char name[256];
  for (int i = 0; i < l->count; i++) {
    listen_name(&l->all[i], name);
    printf("Serving %s at %s (Ctrl-C ends it)\n", what, name);
  }
  fflush(stdout);
  if (!s->loopback && !c->keys)
    fprintf(stderr, "Everyone who can reach this address can read these files.\n");
}

/* Signals are waited for by the main thread, and blocked everywhere. */
static sigset_t block_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a full disk, for the log and for what is kept */
  return set;
}

static int enter_sandbox(const site *s) {
  char why[256];
  const char *missing;
  if (!sandbox_enter(&s->config, &s->roots, why, &missing)) return say_error("%s", why);
  if (missing) fprintf(stderr, "This kernel has no %s; the server runs without.\n", missing);
  return EXIT_FINE;
}

static int start_threads(site *s, unsigned *running) {
  bool started = log_start(s->log) && work_pool_start(s->work) && cold_start(s->cold, COLD_THREADS) &&
                 frame_cache_start(s->frames);
  while (started && *running < s->loop_count) {
    started = pthread_create(&s->loops[*running]->thread, NULL, loop_run, s->loops[*running]) == 0;
    *running += started;
  }
  return started ? EXIT_FINE : say_error("cannot start threads: %s", strerror(errno));
}

static void wake_all(const site *s) {
  for (unsigned i = 0; i < s->loop_count; i++) loop_wake(s->loops[i]);
}

/* What was in force stays so when the new one cannot be used. */
static void reload(site *s) {
  char why[256] = "";
  if (!site_load_keys(s, why)) say_error("the old keys stay: %s: %s", s->config.keys, why);
  if (!answers_reload(s->answers, why)) say_error("the old catalog stays: %s", why);
  wake_all(s);
}

/* Key ring and catalog as they were last read. Whoever replaces them need not have the right to send signals. */
typedef struct {
  file_version keys, catalog;
} watched;

enum { LOOK_SECONDS = 1 };

static bool is_new(const char *path, file_version *known) {
  struct stat now;
  if (!path || stat(path, &now) != 0 || version_holds(known, &now)) return false;
  version_of(&now, known);
  return true;
}

static bool are_new(const site *s, watched *w) {
  bool keys = is_new(s->config.keys, &w->keys), catalog = is_new(s->config.catalog, &w->catalog);
  return keys || catalog;
}

static bool ends_within(const loop *l, long milliseconds) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += milliseconds * 1000000;
  until.tv_sec += until.tv_nsec / 1000000000;
  until.tv_nsec %= 1000000000;
  return pthread_clockjoin_np(l->thread, NULL, CLOCK_MONOTONIC, &until) == 0;
}

/* Who asks a second time does not want to wait. */
static void drain(site *s, unsigned running, const sigset_t *signals) {
  const struct timespec at_once = {0};
  atomic_store(&s->draining, true);
  wake_all(s);
  for (unsigned i = 0; i < running; i++) {
    while (!ends_within(s->loops[i], 50)) {
      if (sigtimedwait(signals, NULL, &at_once) <= 0) continue;
      atomic_store(&s->hurrying, true);
      wake_all(s);
    }
  }
}

static int run(site *s, const sigset_t *signals) {
  const struct timespec look = {.tv_sec = LOOK_SECONDS};
  unsigned running = 0;
  watched files = {0};
  int code = start_threads(s, &running);
  are_new(s, &files);
  while (!code) {
    int signal = sigtimedwait(signals, NULL, &look);
    bool changed = are_new(s, &files);
    if (signal == SIGHUP || (signal < 0 && changed))
      reload(s);
    else if (signal > 0)
      break;
  }
  drain(s, running, signals);
  return code;
}

/* Threads end before what they use. */
static void close_site(site *s) {
  work_pool_free(s->work);
  cold_free(s->cold);
  frame_cache_free(s->frames);
  for (unsigned i = 0; i < s->loop_count; i++) loop_free(s->loops[i]);
  free(s->loops);
  answers_close(s->answers);
  limits_free(s->limits);
  log_close(s->log);
  roots_close(&s->roots);
  keyring_wipe(&s->keys);
  config_free(&s->config);
}

static void close_shared(const listeners *l) {
  for (int i = 0; i < l->count; i++)
    if (l->all[i].shared) close(l->all[i].fd);
}

static int open_all(site *s, listeners *l) {
  int code = open_roots(s);
  if (!code) code = load_keys(s);
  if (!code) code = open_listeners(s, l);
  if (!code) code = open_log(s);
  if (!code && !open_shared(s)) code = say_error("out of memory");
  if (!code) code = open_answers(s);
  return code ? code : open_loops(s, l);
}

/* Reading a page takes and gives back megabytes. Memory that goes to the system and comes back is cleared each time, a page of it after
 * the other, which took a third of the time of a page of rows. */
static void keep_freed_memory(void) {
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

int command_serve(int argc, char **argv) {
  static const roots closed = {NO_ROOT, NO_ROOT, NO_ROOT, {{0}}, 0};
  site *s = calloc(1, sizeof *s);
  listeners from = {.count = 0};
  if (!s || sodium_init() < 0) return say_error("out of memory");
  s->roots = closed;
  pthread_mutex_init(&s->keys_mutex, NULL);
  config_init(&s->config);
  keep_freed_memory();
  int code = read_options(argc, argv, &s->config);
  sigset_t signals = block_signals();
  raise_descriptor_limit();
  if (!code) code = open_all(s, &from);
  if (!code) announce(s, &from);
  if (!code) code = enter_sandbox(s);
  if (!code) code = run(s, &signals);
  close_shared(&from);
  close_site(s);
  free(s);
  return code;
}
