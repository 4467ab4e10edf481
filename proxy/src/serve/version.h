/* version.h — which state of a file this is: a strong entity tag and a time. */
#ifndef SERVE_VERSION_H
#define SERVE_VERSION_H
#include <sonde.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

enum { HTTP_DATE_SIZE = 30, ETAG_SIZE = 35 };

typedef struct {
  uint64_t size;
  struct timespec modified;
  char etag[ETAG_SIZE]; /* with its quotes */
  char date[HTTP_DATE_SIZE];
} file_version;

/* Strong: size and a time stamp of nanoseconds change with the bytes, device and inode with a replaced file. */
void version_of(const struct stat *, file_version *out);
/* Whether a file is still in the state that `v` was made from; it is the same file. */
bool version_holds(const file_version *v, const struct stat *now);

/* fstat, but without the detour that glibc takes through a path: it is asked for every answer. */
int version_stat(int fd, struct stat *out);

void http_date(time_t, char out[HTTP_DATE_SIZE]);
/* All three forms that RFC 9110, 5.6.7 asks to accept. */
bool http_date_read(sonde_str field, time_t *out);

#endif
