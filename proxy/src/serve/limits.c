/* Counts of connections live in a chained hash table; token buckets in a table of fixed size, in which the bucket that
 * was used longest ago makes room: it is the fullest, so that forgetting it gives nothing away that matters. */
#include "limits.h"
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { CHAINS = 4096, BUCKET_SETS = 1024, BUCKET_WAYS = 4 };

typedef struct peer {
  struct peer *next;
  address_key key;
  unsigned count;
} peer;

typedef struct {
  uint64_t hash, used_ms;
  double tokens;
} bucket;

struct limits {
  limits_config config;
  pthread_mutex_t mutex;
  uint64_t seed;
  unsigned total;
  peer *chains[CHAINS];
  bucket buckets[BUCKET_SETS][BUCKET_WAYS];
};

limits *limits_new(const limits_config *config) {
  limits *l = calloc(1, sizeof *l);
  if (!l) return NULL;
  l->config = *config;
  pthread_mutex_init(&l->mutex, NULL);
  if (getrandom(&l->seed, sizeof l->seed, 0) != sizeof l->seed) l->seed = (uint64_t)(uintptr_t)l;
  return l;
}

void limits_free(limits *l) {
  if (!l) return;
  for (unsigned i = 0; i < CHAINS; i++)
    for (peer *p = l->chains[i], *next; p; p = next) next = p->next, free(p);
  pthread_mutex_destroy(&l->mutex);
  free(l);
}

address_key address_key_of(const struct sockaddr_storage *address) {
  address_key key = {{0}};
  if (address->ss_family == AF_INET) {
    memcpy(key.bytes, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
    key.bytes[15] = 4;
  } else if (address->ss_family == AF_INET6) {
    memcpy(key.bytes, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr, 8);
    key.bytes[15] = 6;
  }
  return key;
}

/* FNV-1a from a random start, so that nobody can choose names that fall together. */
static uint64_t hash_of(const limits *l, const void *bytes, size_t len) {
  uint64_t hash = 14695981039346656037u ^ l->seed;
  for (size_t i = 0; i < len; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 1099511628211u;
  return hash ^ hash >> 29;
}

static peer **place_of(limits *l, address_key key) {
  peer **at = &l->chains[hash_of(l, key.bytes, sizeof key.bytes) % CHAINS];
  while (*at && memcmp(&(*at)->key, &key, sizeof key) != 0) at = &(*at)->next;
  return at;
}

static bool is_counted(address_key key) { return key.bytes[15] != 0; }

static limit_hit enter(limits *l, address_key key) {
  if (l->total >= l->config.connections) return LIMIT_CONNECTIONS;
  if (is_counted(key)) {
    peer **at = place_of(l, key);
    if (*at && (*at)->count >= l->config.connections_per_address) return LIMIT_ADDRESS;
    if (!*at) *at = calloc(1, sizeof **at);
    if (!*at) return LIMIT_CONNECTIONS;
    (*at)->key = key;
    (*at)->count++;
  }
  l->total++;
  return LIMIT_NONE;
}

limit_hit limits_enter(limits *l, address_key key) {
  pthread_mutex_lock(&l->mutex);
  limit_hit hit = enter(l, key);
  pthread_mutex_unlock(&l->mutex);
  return hit;
}

void limits_leave(limits *l, address_key key) {
  pthread_mutex_lock(&l->mutex);
  peer **at = is_counted(key) ? place_of(l, key) : NULL;
  if (at && *at && --(*at)->count == 0) {
    peer *gone = *at;
    *at = gone->next;
    free(gone);
  }
  l->total--;
  pthread_mutex_unlock(&l->mutex);
}

unsigned limits_connections(limits *l) {
  pthread_mutex_lock(&l->mutex);
  unsigned total = l->total;
  pthread_mutex_unlock(&l->mutex);
  return total;
}

static bucket *bucket_of(limits *l, uint64_t hash) {
  bucket *set = l->buckets[hash % BUCKET_SETS], *oldest = set;
  for (unsigned i = 0; i < BUCKET_WAYS; i++) {
    if (set[i].hash == hash) return &set[i];
    if (set[i].used_ms < oldest->used_ms) oldest = &set[i];
  }
  *oldest = (bucket){.hash = hash, .tokens = l->config.user_burst};
  return oldest;
}

/* Each loop has read its clock at another moment: what one calls now may be before what another has noted. */
static void refill(limits *l, bucket *b, uint64_t now_ms) {
  if (now_ms <= b->used_ms) return;
  double gained = b->used_ms ? (double)(now_ms - b->used_ms) * l->config.user_rate / 1000.0 : 0;
  b->tokens = b->tokens + gained > l->config.user_burst ? l->config.user_burst : b->tokens + gained;
  b->used_ms = now_ms;
}

static bool take(limits *l, uint64_t hash, uint64_t now_ms) {
  bucket *b = bucket_of(l, hash);
  refill(l, b, now_ms);
  if (b->tokens < 1) return false;
  b->tokens -= 1;
  return true;
}

bool limits_take(limits *l, sonde_str user, address_key address, uint64_t now_ms) {
  if (!l->config.user_rate) return true;
  uint64_t hash = user.len ? hash_of(l, user.ptr, user.len) : hash_of(l, address.bytes, sizeof address.bytes);
  pthread_mutex_lock(&l->mutex);
  bool taken = take(l, hash, now_ms);
  pthread_mutex_unlock(&l->mutex);
  return taken;
}
