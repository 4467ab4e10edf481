/* A frame never changes under its entity tag, which is that of the file with the frame's number. */
#include "frames.h"
#include "condition.h"
#include "frame_cache.h"
#include "out.h"
#include "site.h"
#include "target.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

enum { NUMBER_DIGITS = 9 };

/* Cuts "ID/z/N" in two; false when it is none. */
static bool split_path(sonde_str path, sonde_str *id, uint32_t *number) {
  size_t digits = 0;
  *number = 0;
  while (digits < path.len && path.ptr[path.len - digits - 1] >= '0' &&
         path.ptr[path.len - digits - 1] <= '9')
    digits++;
  if (!digits || digits > NUMBER_DIGITS || path.len < digits + 4) return false;
  const char *first = path.ptr + path.len - digits;
  if (memcmp(first - 3, "/z/", 3) != 0 || (digits > 1 && *first == '0')) return false;
  for (size_t i = 0; i < digits; i++) *number = *number * 10 + (uint32_t)(first[i] - '0');
  *id = (sonde_str){path.ptr, path.len - digits - 3};
  return true;
}

bool frames_is_path(sonde_str path) {
  sonde_str id;
  uint32_t number;
  return split_path(path, &id, &number);
}

/* What is asked for. */
typedef struct {
  int fd;
  uint32_t number;
  file_version version;
  char etag[ETAG_SIZE + 16];
  bool pinned; /* the address names the version, so that what it shows never changes */
} frame;

static bool open_file(const site *s, sonde_str id, frame *f) {
  char path[REQUEST_PATH_MAX + 1];
  struct stat file;
  int folder = roots_find(&s->roots, &id);
  if (folder == NO_ROOT || !id.len || !path_is_plain(id)) return false;
  snprintf(path, sizeof path, "%.*s", (int)id.len, id.ptr);
  f->fd = root_open(folder, path);
  if (f->fd < 0) return false;
  if (fstat(f->fd, &file) != 0 || !S_ISREG(file.st_mode)) return false;
  version_of(&file, &f->version);
  size_t len = strlen(f->version.etag) - 1;
  snprintf(f->etag, sizeof f->etag, "%.*s-z%u\"", (int)len, f->version.etag, f->number);
  return (uint64_t)f->number * FRAME_BYTES < f->version.size;
}

/* "?v=TAG" asks for that version of the file, with or without its quotes. */
static bool version_fits(const http_request *q, frame *f) {
  char wanted[ETAG_SIZE];
  sonde_str raw = param_find(q->query, "v");
  if (!raw.ptr) return true;
  int len = param_decode(raw, wanted, sizeof wanted);
  const char *etag = f->version.etag;
  size_t bare = strlen(etag) - 2;
  f->pinned =
      len > 0 && (strcmp(wanted, etag) == 0 || ((size_t)len == bare && memcmp(wanted, etag + 1, bare) == 0));
  return f->pinned;
}

static bool begin(work *w, const frame *f, int status, uint64_t length) {
  char fields[512];
  snprintf(fields, sizeof fields, "ETag: %s\r\nCache-Control: %s\r\n%s", f->etag,
           f->pinned ? "private, max-age=31536000, immutable" : "private, no-cache",
           status == 200 ? "Content-Type: application/zstd\r\n" : "");
  return work_begin(w, status, length, fields);
}

static bool send_cached(work *w, const site *s, const frame *f) {
  seekable_entry entry;
  uint64_t offset;
  int fd = frame_cache_open(s->frames, &f->version, f->number, &offset, &entry);
  if (fd < 0) return false;
  if (begin(w, f, 200, entry.compressed))
    work_send_file(w, fd, offset, entry.compressed);
  else
    close(fd);
  return true;
}

/* All of it or nothing: a file that became shorter is another one. */
static bool read_exactly(int fd, char *to, size_t len, uint64_t offset) {
  for (size_t done = 0; done < len;) {
    ssize_t n = pread(fd, to + done, len - done, (off_t)(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += (size_t)n;
  }
  return true;
}

static bool is_unchanged(const frame *f) {
  struct stat now;
  return fstat(f->fd, &now) == 0 && version_holds(&f->version, &now);
}

static void send_compressed(work *w, const frame *f) {
  uint64_t offset = (uint64_t)f->number * FRAME_BYTES, left = f->version.size - offset;
  size_t len = left < FRAME_BYTES ? (size_t)left : FRAME_BYTES, cap = 0;
  char *plain = malloc(len);
  void *packed = NULL;
  ZSTD_CCtx *context = ZSTD_createCCtx();
  bool read = plain && read_exactly(f->fd, plain, len, offset) && is_unchanged(f);
  size_t size = read && context ? frame_compress(context, plain, len, &packed, &cap) : 0;
  if (!size)
    work_problem(w, 503, "changed", "The file changed while it was being read; try again.", NULL);
  else if (begin(w, f, 200, size))
    work_write(w, packed, size);
  ZSTD_freeCCtx(context);
  free(plain), free(packed);
}

static void answer(work *w, const work_request *q, const site *s, frame *f) {
  if (!version_fits(q->request, f)) {
    work_problem(w, 412, "changed", "The file is no longer in the version that was asked for.", NULL);
    return;
  }
  int conditional = condition_judge(q->request, f->etag, -1);
  if (conditional == 304) {
    begin(w, f, 304, 0);
  } else if (conditional) {
    work_problem(w, 412, "precondition", "The file is not in the state that the request asks for.", NULL);
  } else if (!send_cached(w, s, f)) {
    send_compressed(w, f);
    frame_cache_want(s->frames, &f->version, dup(f->fd));
  }
}

void frames_answer(work *w, const work_request *q, void *context) {
  const site *s = context;
  frame f = {.fd = -1};
  sonde_str path = {q->request->path.ptr + 6, q->request->path.len - 6}, id;
  if (split_path(path, &id, &f.number) && open_file(s, id, &f))
    answer(w, q, s, &f);
  else
    work_problem(w, 404, "not_found", "There is no such file, or it has no such frame.", NULL);
  if (f.fd >= 0) close(f.fd);
}
