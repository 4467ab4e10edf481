/* A file is written under a temporary name and renamed when it is whole, so that there are no half ones. */
#include "cache_folder.h"
#include "roots.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = ETAG_SIZE + 8 };

/* The tag without its quotes; a dot in front while it is not whole. */
static void name_of(const file_version *v, const char *kind, bool whole, char out[NAME_SIZE]) {
  snprintf(out, NAME_SIZE, "%s%.*s.%s", whole ? "" : ".", (int)strlen(v->etag) - 2, v->etag + 1, kind);
}

/* A dot, the tag, and an ending of three letters. */
static int is_begun(const struct dirent *entry) {
  size_t len = strlen(entry->d_name);
  return entry->d_name[0] == '.' && len > 5 && len < NAME_SIZE && entry->d_name[len - 4] == '.';
}

void cache_sweep(const cache_folder *c) {
  struct dirent **names = NULL;
  int n = c->folder == NO_ROOT ? 0 : scandirat(c->folder, ".", &names, is_begun, NULL);
  for (int i = 0; i < n; i++) {
    unlinkat(c->folder, names[i]->d_name, 0);
    free(names[i]);
  }
  free(names);
}

int cache_open(const cache_folder *c, const file_version *v, const char *kind) {
  char name[NAME_SIZE];
  name_of(v, kind, true, name);
  return c->folder == NO_ROOT ? -1 : root_open(c->folder, name);
}

bool cache_holds(const cache_folder *c, const file_version *v, const char *kind) {
  char name[NAME_SIZE];
  name_of(v, kind, true, name);
  return c->folder != NO_ROOT && faccessat(c->folder, name, F_OK, 0) == 0;
}

int cache_begin(const cache_folder *c, const file_version *v, const char *kind) {
  char name[NAME_SIZE];
  name_of(v, kind, false, name);
  if (c->folder == NO_ROOT) return -1;
  return openat(c->folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
}

bool cache_write(int fd, const void *bytes, size_t len) {
  const char *at = bytes;
  while (len) {
    ssize_t n = write(fd, at, len);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    len -= (size_t)n;
  }
  return true;
}

/* How many bytes all files have, and which is the oldest. */
static uint64_t survey(const cache_folder *c, char oldest[256]) {
  uint64_t total = 0;
  time_t when = 0;
  int fd = openat(c->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
  *oldest = '\0';
  for (struct dirent *e; dir && (e = readdir(dir));) {
    struct stat file;
    if (e->d_name[0] == '.' || fstatat(c->folder, e->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0) continue;
    total += (uint64_t)file.st_size;
    if (*oldest && file.st_mtime >= when) continue;
    snprintf(oldest, 256, "%s", e->d_name);
    when = file.st_mtime;
  }
  if (dir)
    closedir(dir);
  else if (fd >= 0)
    close(fd);
  return total;
}

static void make_room(const cache_folder *c) {
  char oldest[256];
  while (survey(c, oldest) > c->max_bytes && *oldest)
    if (unlinkat(c->folder, oldest, 0) != 0) return;
}

void cache_end(const cache_folder *c, const file_version *v, const char *kind, int fd, bool whole) {
  char name[NAME_SIZE], partial[NAME_SIZE];
  name_of(v, kind, true, name);
  name_of(v, kind, false, partial);
  bool made = close(fd) == 0 && whole;
  if (!made || renameat(c->folder, partial, c->folder, name) != 0) unlinkat(c->folder, partial, 0);
  make_room(c);
}
