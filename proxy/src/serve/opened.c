/* One place a hash value, the newest file in it: few files are hot at a time. */
#include "opened.h"
#include "roots.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t hash_of(int folder, sonde_str path) {
  uint64_t hash = 14695981039346656037u ^ (uint64_t)folder;
  for (size_t i = 0; i < path.len; i++) hash = (hash ^ (unsigned char)path.ptr[i]) * 1099511628211u;
  return hash ^ hash >> 32;
}

void opened_release(opened *f) {
  if (!f || --f->refs) return;
  close(f->fd);
  free(f);
}

void opened_forget(opened_files *files) {
  for (unsigned i = 0; i < OPENED_KEPT; i++) {
    opened_release(files->kept[i]);
    files->kept[i] = NULL;
  }
}

bool opened_is_unchanged(const opened *f) {
  struct stat now;
  return version_stat(f->fd, &now) == 0 && version_holds(&f->version, &now);
}

static opened *new_opened(int fd, const struct stat *file, sonde_str path) {
  opened *f = malloc(sizeof *f + path.len + 1);
  if (!f) {
    close(fd);
    return NULL;
  }
  *f = (opened){.fd = fd, .refs = 1, .path_len = path.len};
  memcpy(f->path, path.ptr, path.len);
  version_of(file, &f->version);
  return f;
}

opened *opened_adopt(int fd) {
  struct stat file = {0};
  fstat(fd, &file);
  return new_opened(fd, &file, (sonde_str){"", 0});
}

static int status_of_error(void) {
  return errno == EACCES || errno == EPERM                       ? 403
         : errno == EMFILE || errno == ENFILE || errno == ENOMEM ? 503
                                                                 : 404;
}

static opened *open_file(int folder, sonde_str path, int *status) {
  struct stat file;
  int fd = root_open(folder, path.ptr);
  if (fd < 0) {
    *status = status_of_error();
    return NULL;
  }
  bool known = fstat(fd, &file) == 0;
  if (known && S_ISREG(file.st_mode)) {
    opened *f = new_opened(fd, &file, path);
    if (!f) *status = 503;
    return f;
  }
  close(fd);
  *status = known && S_ISDIR(file.st_mode) ? 301 : 404;
  return NULL;
}

/* A file that has lost its last name was deleted, or another one was renamed over it. */
static bool is_current(const opened *f) {
  struct stat now;
  return version_stat(f->fd, &now) == 0 && now.st_nlink > 0 && version_holds(&f->version, &now);
}

static bool is_it(const opened *f, int folder, uint64_t hash, sonde_str path) {
  return f && f->hash == hash && f->folder == folder && f->path_len == path.len &&
         memcmp(f->path, path.ptr, path.len) == 0;
}

opened *opened_get(opened_files *files, int folder, sonde_str path, uint64_t now_ms, int *status) {
  uint64_t hash = hash_of(folder, path);
  opened **place = &files->kept[hash % OPENED_KEPT], *f = *place;
  if (is_it(f, folder, hash, path) && now_ms - f->opened_ms < OPENED_MS && is_current(f)) {
    f->refs++;
    return f;
  }
  f = open_file(folder, path, status);
  if (!f && *status == 503) {
    opened_forget(files);
    f = open_file(folder, path, status);
  }
  if (!f) return NULL;
  f->folder = folder, f->hash = hash, f->opened_ms = now_ms;
  opened_release(*place);
  *place = f;
  f->refs++;
  return f;
}
