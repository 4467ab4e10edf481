/* openat2 resolves a path beneath an open folder in one call, so that there is no moment between check and use. */
#include "roots.h"
#include "request.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* O_NONBLOCK: opening a pipe must not wait for its writer. */
static int open_beneath(int folder, const char *path, int flags) {
  struct open_how how = {.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
  how.flags = (unsigned)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
  return (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
}

int root_open(int folder, const char *path) { return open_beneath(folder, path, 0); }

/* Also tries whether it may be read, so that a mistake is said at start. */
static bool open_folder(const char *path, int *fd, char why[256]) {
  *fd = NO_ROOT;
  if (!path) return true;
  *fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (*fd < 0) {
    snprintf(why, 256, "cannot open %s: %s", path, strerror(errno));
    return false;
  }
  int probe = open_beneath(*fd, ".", O_DIRECTORY);
  if (probe < 0) snprintf(why, 256, "cannot read %s: %s", path, strerror(errno));
  if (probe >= 0) close(probe);
  return probe >= 0;
}

bool roots_open(roots *r, const config *c, char why[256]) {
  bool opened = open_folder(c->site, &r->site, why);
  opened = open_folder(opened ? c->root : NULL, &r->root, why) && opened;
  opened = open_folder(opened ? c->cache : NULL, &r->cache, why) && opened;
  r->named_count = 0;
  for (unsigned i = 0; i < c->root_count && opened; i++) {
    r->named[i].name = c->roots[i].name;
    opened = open_folder(c->roots[i].path, &r->named[i].fd, why);
    r->named_count++;
  }
  return opened;
}

static void close_folder(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = NO_ROOT;
}

void roots_close(roots *r) {
  close_folder(&r->site);
  close_folder(&r->root);
  close_folder(&r->cache);
  for (unsigned i = 0; i < r->named_count; i++) close_folder(&r->named[i].fd);
}

int roots_find(const roots *r, sonde_str *path) {
  const char *slash = memchr(path->ptr, '/', path->len);
  size_t len = slash ? (size_t)(slash - path->ptr) : path->len;
  for (unsigned i = 0; i < r->named_count && slash; i++) {
    if (!str_is((sonde_str){path->ptr, len}, r->named[i].name)) continue;
    path->ptr += len + 1;
    path->len -= len + 1;
    return r->named[i].fd;
  }
  return r->root;
}
