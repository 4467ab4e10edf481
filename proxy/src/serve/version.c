/* Entity tags and dates of files. */
#include "version.h"
#include "tag.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

void http_date(time_t t, char out[HTTP_DATE_SIZE]) {
  struct tm utc;
  gmtime_r(&t, &utc);
  strftime(out, HTTP_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

bool http_date_read(sonde_str field, time_t *out) {
  static const char *const forms[] = {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT",
                                      "%a %b %e %H:%M:%S %Y"};
  char copy[48];
  if (!field.ptr || field.len >= sizeof copy) return false;
  memcpy(copy, field.ptr, field.len);
  copy[field.len] = '\0';
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    struct tm utc = {0};
    const char *end = strptime(copy, forms[i], &utc);
    if (!end || *end) continue;
    *out = timegm(&utc);
    return true;
  }
  return false;
}

_Static_assert((int)ETAG_SIZE == (int)TAG_SIZE, "they are made alike");

/* A hash, as devices and inodes of this machine are nobody's business. */
static void make_etag(const struct stat *file, char out[ETAG_SIZE]) {
  char bytes[128];
  int len = snprintf(bytes, sizeof bytes, "%" PRIxMAX "-%" PRIxMAX "-%" PRIxMAX "-%" PRIxMAX ".%lx",
                     (uintmax_t)file->st_dev, (uintmax_t)file->st_ino, (uintmax_t)file->st_size,
                     (uintmax_t)file->st_mtim.tv_sec, (unsigned long)file->st_mtim.tv_nsec);
  const text parts = {.ptr = bytes, .len = (size_t)len};
  tag_make(&parts, out);
}

void version_of(const struct stat *file, file_version *out) {
  out->size = (uint64_t)file->st_size;
  out->modified = file->st_mtim;
  make_etag(file, out->etag);
  http_date(file->st_mtim.tv_sec, out->date);
}

bool version_holds(const file_version *v, const struct stat *now) {
  return v->size == (uint64_t)now->st_size && v->modified.tv_sec == now->st_mtim.tv_sec &&
         v->modified.tv_nsec == now->st_mtim.tv_nsec;
}

int version_stat(int fd, struct stat *out) {
#if defined __x86_64__ || defined __aarch64__ /* where the kernel's struct is the C library's */
  return (int)syscall(SYS_fstat, fd, out);
#else
  return fstat(fd, out);
#endif
}
