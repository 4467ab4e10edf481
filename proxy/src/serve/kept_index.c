/* See kept_index.h. All numbers are little-endian. The trailer: u64 bytes of the index, u64 of the info, u64 and u32 seconds and
 * nanoseconds of `changed`, "SIX1", 16 bytes of BLAKE2b over all before them. */
#include "kept_index.h"
#include "json_check.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HASH = 16, HASHED = INDEX_TRAILER - HASH, PIECE = 64 << 10 };
#define KIND "idx"
#define INFO_MAX ((uint64_t)64 << 20)
static const char magic[] = "SIX1";

static void put(uint8_t *to, unsigned bytes, uint64_t n) {
  for (unsigned i = 0; i < bytes; i++) to[i] = (uint8_t)(n >> 8 * i);
}

static uint64_t get(const uint8_t *from, unsigned bytes) {
  uint64_t n = 0;
  for (unsigned i = bytes; i > 0; i--) n = n << 8 | from[i - 1];
  return n;
}

static void put_trailer(const index_trailer *t, uint8_t out[INDEX_TRAILER]) {
  put(out, 8, t->index);
  put(out + 8, 8, t->info);
  put(out + 16, 8, (uint64_t)t->changed.tv_sec);
  put(out + 24, 4, (uint64_t)t->changed.tv_nsec);
  memcpy(out + 28, magic, 4);
}

bool index_trailer_read(const uint8_t bytes[INDEX_TRAILER], uint64_t file_size, index_trailer *out) {
  *out = (index_trailer){.index = get(bytes, 8), .info = get(bytes + 8, 8)};
  out->changed.tv_sec = (time_t)get(bytes + 16, 8);
  out->changed.tv_nsec = (long)get(bytes + 24, 4);
  if (memcmp(bytes + 28, magic, 4) != 0 || file_size < INDEX_TRAILER) return false;
  uint64_t rest = file_size - INDEX_TRAILER;
  return out->info <= INFO_MAX && out->index <= rest && out->info == rest - out->index;
}

/* ---- writing ---- */

typedef struct {
  int fd;
  crypto_generichash_state hash;
  bool good;
} writer;

static void write_part(writer *w, const void *bytes, size_t len) {
  crypto_generichash_update(&w->hash, bytes, len);
  w->good = w->good && cache_write(w->fd, bytes, len);
}

void kept_index_write(const cache_folder *c, const file_version *v, struct timespec changed, sonde_str index,
                      sonde_str info) {
  uint8_t trailer[INDEX_TRAILER];
  writer w = {.fd = cache_begin(c, v, KIND), .good = true};
  if (w.fd < 0) return;
  put_trailer(&(index_trailer){index.len, info.len, changed}, trailer);
  crypto_generichash_init(&w.hash, NULL, 0, HASH);
  write_part(&w, index.ptr, index.len);
  write_part(&w, info.ptr, info.len);
  write_part(&w, trailer, HASHED);
  crypto_generichash_final(&w.hash, trailer + HASHED, HASH);
  w.good = w.good && cache_write(w.fd, trailer + HASHED, HASH);
  cache_end(c, v, KIND, w.fd, w.good);
}

/* ---- reading ---- */

static bool read_at(int fd, void *to, size_t len, uint64_t offset) {
  return pread(fd, to, len, (off_t)offset) == (ssize_t)len;
}

static bool read_trailer(int fd, uint8_t bytes[INDEX_TRAILER], index_trailer *out) {
  struct stat st;
  if (fstat(fd, &st) != 0 || st.st_size < INDEX_TRAILER) return false;
  uint64_t size = (uint64_t)st.st_size;
  return read_at(fd, bytes, INDEX_TRAILER, size - INDEX_TRAILER) && index_trailer_read(bytes, size, out);
}

static bool hash_holds(int fd, const index_trailer *t, const uint8_t trailer[INDEX_TRAILER]) {
  uint8_t *piece = malloc(PIECE), found[HASH];
  uint64_t all = t->index + t->info + HASHED;
  bool read = piece != NULL;
  crypto_generichash_state hash;
  crypto_generichash_init(&hash, NULL, 0, HASH);
  for (uint64_t at = 0; read && at < all;) {
    size_t n = all - at < PIECE ? (size_t)(all - at) : PIECE;
    read = read_at(fd, piece, n, at);
    if (read) crypto_generichash_update(&hash, piece, n);
    at += n;
  }
  free(piece);
  crypto_generichash_final(&hash, found, HASH);
  return read && memcmp(found, trailer + HASHED, HASH) == 0;
}

static bool read_info(int fd, const index_trailer *t, text *info) {
  size_t wrong;
  text_clear(info);
  text_reserve(info, (size_t)t->info + 1);
  if (!read_at(fd, info->ptr, (size_t)t->info, t->index)) return false;
  info->len = (size_t)t->info;
  info->ptr[info->len] = '\0';
  return json_check(text_str(info), &wrong);
}

static bool is_of(const index_trailer *t, struct timespec changed) {
  return t->changed.tv_sec == changed.tv_sec && t->changed.tv_nsec == changed.tv_nsec;
}

int kept_index_open(const cache_folder *c, const file_version *v, struct timespec changed, uint64_t *length,
                    text *info) {
  uint8_t bytes[INDEX_TRAILER];
  index_trailer t;
  int fd = cache_open(c, v, KIND);
  if (fd < 0) return -1;
  bool good = read_trailer(fd, bytes, &t) && is_of(&t, changed) && hash_holds(fd, &t, bytes) &&
              read_info(fd, &t, info);
  *length = good ? t.index : 0;
  if (good) return fd;
  close(fd);
  return -1;
}
