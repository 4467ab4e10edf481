/* Names in the file are those of the table below; every one has its bounds, and what is not known is refused. */
#include "config.h"
#include "toml.h"
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONFIG_FILE_MAX = 65536 };

#define FIELD(name) #name, offsetof(config, name)
#define NUMBER(name) FIELD(name), sizeof((config *)NULL)->name

static const struct {
  const char *name;
  size_t at, size;
  int64_t low, high;
} numbers[] = {
    {NUMBER(threads), 0, 64},
    {NUMBER(workers), 0, 64},
    {NUMBER(queue), 1, 100000},
    {NUMBER(connections), 1, 1000000},
    {NUMBER(connections_per_address), 1, 1000000},
    {NUMBER(head_seconds), 1, 120},
    {NUMBER(idle_seconds), 1, 3600},
    {NUMBER(send_seconds), 1, 120},
    {NUMBER(drain_seconds), 0, 3600},
    {NUMBER(work_seconds), 1, 3600},
    {NUMBER(min_send_rate), 0, 1 << 30},
    {NUMBER(user_rate), 0, 1000000},
    {NUMBER(user_burst), 1, 1000000},
    {NUMBER(signature_seconds), 1, 31536000},
    {NUMBER(body_bytes), 1, 1 << 30},
    {NUMBER(cache_bytes), 0, (int64_t)1 << 50},
    {NUMBER(engine_bytes), 64 << 20, (int64_t)1 << 50},
    {NUMBER(query_bytes), 1 << 20, (int64_t)1 << 50},
    {NUMBER(results_bytes), 0, (int64_t)1 << 40},
    {NUMBER(paged_bytes), 0, (int64_t)1 << 62},
};

static const struct {
  const char *name;
  size_t at;
} texts[] = {{FIELD(site)}, {FIELD(root)}, {FIELD(cache)}, {FIELD(keys)}, {FIELD(catalog)}, {FIELD(log)}};

#define COUNT(list) (sizeof(list) / sizeof *(list))

void config_init(config *c) {
  *c = (config){.queue = 256,
                .connections = 8192,
                .connections_per_address = 256,
                .head_seconds = 10,
                .idle_seconds = 60,
                .send_seconds = 20,
                .drain_seconds = 30,
                .work_seconds = 300,
                .min_send_rate = 512,
                .user_burst = 100,
                .signature_seconds = 3600,
                .body_bytes = 1 << 20,
                .cache_bytes = (uint64_t)10 << 30,
                .engine_bytes = (uint64_t)2 << 30,
                .query_bytes = UINT64_MAX,
                .results_bytes = 64 << 20,
                .paged_bytes = 256 << 20};
}

static void free_texts(char **list, unsigned count) {
  for (unsigned i = 0; i < count; i++) free(list[i]);
}

void config_free(config *c) {
  free_texts(c->listen, c->listen_count);
  free_texts(c->cors, c->cors_count);
  free_texts(c->hosts, c->host_count);
  for (size_t i = 0; i < COUNT(texts); i++) free(*(char **)((char *)c + texts[i].at));
  for (unsigned i = 0; i < c->root_count; i++) free(c->roots[i].name), free(c->roots[i].path);
  *c = (config){0};
}

static const char *set_text(char **place, const char *text) {
  char *copy = *text ? strdup(text) : NULL;
  if (!copy) return "must not be empty";
  free(*place);
  *place = copy;
  return NULL;
}

static const char *add_text(char **list, unsigned *count, unsigned max, const char *text) {
  if (*count == max) return "has too many items";
  list[*count] = NULL;
  const char *wrong = set_text(&list[*count], text);
  if (!wrong) ++*count;
  return wrong;
}

/* An origin is compared byte by byte, and goes into header fields as it is. */
static bool is_origin(const char *s) {
  size_t len = strlen(s), scheme = strncmp(s, "http://", 7) == 0 ? 7 : strncmp(s, "https://", 8) == 0 ? 8 : 0;
  if (strcmp(s, "*") == 0) return true;
  if (!scheme || len == scheme || len > 256 || strchr(s + scheme, '/')) return false;
  for (size_t i = 0; i < len; i++)
    if (s[i] <= ' ' || s[i] > '~') return false;
  return true;
}

const char *config_add_origin(config *c, const char *origin) {
  if (!is_origin(origin)) return "takes an origin such as https://example.org, or *";
  return add_text(c->cors, &c->cors_count, ORIGINS_MAX, origin);
}

const char *config_set_listen(config *c, const char *address) {
  free_texts(c->listen, c->listen_count);
  c->listen_count = 0;
  return add_text(c->listen, &c->listen_count, LISTEN_MAX, address);
}

/* A name is the first segment of paths, so it must be one. */
static const char *add_named_root(config *c, const char *name, const char *path) {
  size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
  if (!*name || name[len] || len > 64) return "is no name of a root: letters, digits, _ and -";
  for (unsigned i = 0; i < c->root_count; i++)
    if (strcmp(c->roots[i].name, name) == 0) return "is a root that was named before";
  if (c->root_count == ROOTS_MAX) return "is one root too many: 64 are the most";
  char *name_copy = strdup(name), *path_copy = *path ? strdup(path) : NULL;
  if (!name_copy || !path_copy) {
    free(name_copy), free(path_copy);
    return "must not be empty";
  }
  c->roots[c->root_count].name = name_copy;
  c->roots[c->root_count++].path = path_copy;
  return NULL;
}

const char *config_add_root(config *c, const char *word) {
  char name[128];
  const char *equals = strchr(word, '=');
  if (!equals || strchr(word, '/') < equals) return set_text(&c->root, word);
  snprintf(name, sizeof name, "%.*s", (int)(equals - word), word);
  return add_named_root(c, name, equals + 1);
}

static const char *take_list(config *c, const toml_value *v) {
  bool listen = strcmp(v->key, "listen") == 0, cors = strcmp(v->key, "cors") == 0;
  const char *wrong = NULL;
  if (!listen && !cors && strcmp(v->key, "hosts") != 0) return "is not known, or no list";
  if (listen) free_texts(c->listen, c->listen_count), c->listen_count = 0;
  for (unsigned i = 0; i < v->text_count && !wrong; i++)
    wrong = listen ? add_text(c->listen, &c->listen_count, LISTEN_MAX, v->texts[i])
            : cors ? config_add_origin(c, v->texts[i])
                   : add_text(c->hosts, &c->host_count, HOSTS_MAX, v->texts[i]);
  return wrong;
}

static const char *take_sandbox(config *c, const char *word) {
  static const char *const modes[] = {[SANDBOX_ON] = "on", [SANDBOX_OFF] = "off", [SANDBOX_KILL] = "kill"};
  for (int i = 0; i < 3; i++)
    if (strcmp(word, modes[i]) == 0) return c->sandbox = (sandbox_mode)i, NULL;
  return "is \"on\", \"off\" or \"kill\"";
}

const char *config_set_text(config *c, const char *name, const char *value) {
  if (strcmp(name, "sandbox") == 0) return take_sandbox(c, value);
  for (size_t i = 0; i < COUNT(texts); i++)
    if (strcmp(name, texts[i].name) == 0) return set_text((char **)((char *)c + texts[i].at), value);
  return "is not known, or no text";
}

/* Counts are unsigned, sizes uint64_t. */
static void store(void *field, size_t size, int64_t number) {
  const unsigned count = (unsigned)number;
  const uint64_t bytes = (uint64_t)number;
  memcpy(field, size == sizeof count ? (const void *)&count : &bytes, size);
}

static const char *take_number(config *c, const toml_value *v) {
  for (size_t i = 0; i < COUNT(numbers); i++) {
    if (strcmp(v->key, numbers[i].name) != 0) continue;
    if (v->number < numbers[i].low || v->number > numbers[i].high) return "is out of bounds";
    store((char *)c + numbers[i].at, numbers[i].size, v->number);
    return NULL;
  }
  return "is not known, or no number";
}

static const char *take_value(void *context, const toml_value *v) {
  config *c = context;
  if (strcmp(v->table, "roots") == 0)
    return v->kind == TOML_STRING ? add_named_root(c, v->key, v->text) : "is a folder, in quotes";
  if (*v->table) return "stands in a table that is not known; there is [roots]";
  switch (v->kind) {
  case TOML_STRINGS: return take_list(c, v);
  case TOML_STRING: return config_set_text(c, v->key, v->text);
  case TOML_NUMBER: return take_number(c, v);
  case TOML_BOOL: break;
  }
  return "is not known, or takes no true or false";
}

bool config_read(const char *text, size_t len, config *c, char why[192]) {
  return toml_read(text, len, take_value, c, why);
}

bool config_load(const char *path, config *c, char why[192]) {
  char *text = malloc(CONFIG_FILE_MAX + 1);
  FILE *file = text ? fopen(path, "re") : NULL;
  if (!file) {
    snprintf(why, 192, "%s", strerror(errno));
    free(text);
    return false;
  }
  size_t len = fread(text, 1, CONFIG_FILE_MAX + 1, file);
  bool read = !ferror(file);
  if (!read) snprintf(why, 192, "it cannot be read");
  fclose(file);
  read = read && config_read(text, len, c, why);
  free(text);
  return read;
}

static unsigned cores(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

const char *config_finish(config *c) {
  const char *wrong = NULL;
  if (!c->listen_count) wrong = config_set_listen(c, "127.0.0.1:8002");
  if (!c->root && !c->site && !c->root_count) wrong = set_text(&c->root, ".");
  if (!c->threads) c->threads = cores();
  if (!c->workers) c->workers = cores();
  for (unsigned i = 0; i < c->cors_count && c->cors_count > 1; i++)
    if (strcmp(c->cors[i], "*") == 0) wrong = "cors: * already means every origin; name no other";
  return wrong;
}
