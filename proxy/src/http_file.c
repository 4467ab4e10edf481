/* Facts about files: how they are opened, their type, their version, and which bytes of them are asked for. */
#include "http.h"
#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* O_NONBLOCK: opening a pipe must not wait for its writer. */
int http_open(int root, const char *path, int flags) {
  struct open_how how = {.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  how.flags = (unsigned)(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
  return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}

/* Tables are never sent precompressed: a client that asks for their size means that of the file it will read ranges of. */
http_type http_type_of(const char *path) {
  static const struct {
    const char *extension;
    http_type type;
  } types[] = {
      {"html", {"text/html; charset=utf-8", true, true}},
      {"js", {"text/javascript; charset=utf-8", true, true}},
      {"mjs", {"text/javascript; charset=utf-8", true, true}},
      {"css", {"text/css; charset=utf-8", true, false}},
      {"wasm", {"application/wasm", true, false}},
      {"svg", {"image/svg+xml", true, false}},
      {"json", {"application/json", true, false}},
      {"map", {"application/json", true, false}},
      {"png", {"image/png", false, false}},
      {"ico", {"image/x-icon", false, false}},
      {"woff2", {"font/woff2", false, false}},
      {"txt", {"text/plain; charset=utf-8", false, false}},
      {"csv", {"text/csv", false, false}},
      {"tsv", {"text/tab-separated-values", false, false}},
      {"gz", {"application/gzip", false, false}},
      {"zst", {"application/zstd", false, false}},
      {"parquet", {"application/vnd.apache.parquet", false, false}},
  };
  const char *dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
    if (strcasecmp(dot + 1, types[i].extension) == 0) return types[i].type;
  return (http_type){"application/octet-stream", false, false};
}

void http_date(time_t t, char out[HTTP_DATE_SIZE]) {
  struct tm utc;
  gmtime_r(&t, &utc);
  strftime(out, HTTP_DATE_SIZE, "%a, %d %b %Y %H:%M:%S GMT", &utc);
}

/* Strong: size and a time stamp of nanoseconds change with the bytes, the inode with a replaced file. */
void http_version_of(const struct stat *file, http_version *out) {
  snprintf(out->etag, sizeof out->etag, "\"%" PRIxMAX "-%" PRIxMAX ".%lx-%" PRIxMAX "\"",
           (uintmax_t)file->st_size, (uintmax_t)file->st_mtim.tv_sec, (unsigned long)file->st_mtim.tv_nsec,
           (uintmax_t)file->st_ino);
  http_date(file->st_mtim.tv_sec, out->modified);
}

/* If-None-Match compares weakly (RFC 9110, 13.1.2): a W/ before a tag makes no difference, so the tag is just looked for. */
bool http_is_unchanged(const http_request *q, const http_version *v) {
  if (!q->if_none_match.ptr) return http_text_is(q->if_modified_since, v->modified);
  if (http_text_is(q->if_none_match, "*")) return true;
  return memmem(q->if_none_match.ptr, q->if_none_match.len, v->etag, strlen(v->etag)) != NULL;
}

bool http_range_applies(const http_request *q, const http_version *v) {
  if (!q->if_range.ptr) return true;
  size_t len = strlen(v->etag);
  if (q->if_range.len == len && memcmp(q->if_range.ptr, v->etag, len) == 0) return true;
  return http_text_is(q->if_range, v->modified);
}

/* Whether a list such as "gzip, br;q=0.5" names the coding without q=0. */
bool http_accepts_coding(sonde_str list, const char *name) {
  const char *at = list.ptr, *end = at ? at + list.len : at;
  size_t len = strlen(name);
  while (at < end) {
    while (at < end && (*at == ' ' || *at == '\t' || *at == ',')) at++;
    const char *item = at;
    while (at < end && *at != ',') at++;
    size_t item_len = (size_t)(at - item);
    if (item_len < len || strncasecmp(item, name, len) != 0) continue;
    if (item_len == len) return true;
    if (item[len] != ';' && item[len] != ' ') continue;
    const char *q = memmem(item, item_len, "q=0", 3);
    return !q || strspn(q + 3, ".0") != strcspn(q + 3, ", \r");
  }
  return false;
}

/* Digits up to `stop`; an excess of them gives UINT64_MAX, which lies behind the end of any file. */
static bool take_number(sonde_str *s, uint64_t *value) {
  size_t digits = 0;
  *value = 0;
  for (; digits < s->len && s->ptr[digits] >= '0' && s->ptr[digits] <= '9'; digits++) {
    uint64_t digit = (uint64_t)(s->ptr[digits] - '0');
    *value = *value > (UINT64_MAX - digit) / 10 ? UINT64_MAX : *value * 10 + digit;
  }
  s->ptr += digits;
  s->len -= digits;
  return digits > 0;
}

static bool take_text(sonde_str *s, const char *text) {
  size_t len = strlen(text);
  if (s->len < len || strncasecmp(s->ptr, text, len) != 0) return false;
  s->ptr += len;
  s->len -= len;
  return true;
}

/* "bytes=a-b", "bytes=a-" or "bytes=-n". Several ranges and what cannot be read are ignored, as RFC 9110, 14.2 allows. */
http_range http_range_read(sonde_str field, uint64_t size) {
  const http_range whole = {RANGE_WHOLE, 0, size}, outside = {RANGE_OUTSIDE, 0, 0};
  uint64_t a, b;
  if (!field.ptr || !take_text(&field, "bytes=")) return whole;
  bool from = take_number(&field, &a);
  if (!take_text(&field, "-")) return whole;
  bool to = take_number(&field, &b);
  if (field.len || (!from && !to) || (from && to && b < a)) return whole;
  if (from ? a >= size : b == 0 || size == 0) return outside;
  if (!from) return (http_range){RANGE_PART, b < size ? size - b : 0, b < size ? b : size};
  return (http_range){RANGE_PART, a, to && b < size ? b - a + 1 : size - a};
}
