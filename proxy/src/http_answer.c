/* From a request to an answer: which file, which bytes of it, under which header fields. */
#include "http.h"
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static const char content_security_policy[] =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src *; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'";

__attribute__((format(printf, 2, 3))) static void put(http_answer *a, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(a->head + a->head_len, sizeof a->head - a->head_len, format, args);
  va_end(args);
  if (n > 0) a->head_len += (size_t)n;
}

static const char *reason_of(int status) {
  static const struct {
    int status;
    const char *reason;
  } reasons[] = {
      {200, "OK"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {414, "URI Too Long"},
      {416, "Range Not Satisfiable"},
      {421, "Misdirected Request"},
      {431, "Request Header Fields Too Large"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  };
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status) return reasons[i].reason;
  return "";
}

/* Status line and the fields that every answer has. */
static void begin(const http_site *site, int status, bool keep_alive, http_answer *a) {
  char date[HTTP_DATE_SIZE];
  http_date(time(NULL), date);
  a->head_len = 0;
  a->file = -1;
  a->offset = a->length = 0;
  a->keep_alive = keep_alive;
  put(a, "HTTP/1.1 %d %s\r\nDate: %s\r\nServer: sonde\r\nX-Content-Type-Options: nosniff\r\n", status,
      reason_of(status), date);
  if (!keep_alive) put(a, "Connection: close\r\n");
  if (!site->cors) return;
  put(a, "Access-Control-Allow-Origin: %s\r\n", site->cors);
  put(a, "Access-Control-Expose-Headers: Content-Range, ETag, Accept-Ranges, Content-Length\r\n");
}

/* The rest of an answer that is about an error: its name is its body. */
static void end_with_reason(int status, bool with_body, http_answer *a) {
  const char *reason = reason_of(status);
  put(a, "Content-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n\r\n", strlen(reason) + 5);
  if (with_body) put(a, "%d %s\n", status, reason);
}

static void answer_error(const http_site *site, const http_request *q, int status, http_answer *a) {
  begin(site, status, q->keep_alive, a);
  end_with_reason(status, q->method != METHOD_HEAD, a);
}

void http_answer_refusal(const http_site *site, int status, bool with_body, http_answer *a) {
  begin(site, status, false, a);
  if (status == 405) put(a, "Allow: GET, HEAD\r\n");
  end_with_reason(status, with_body, a);
}

/* Another origin's page must ask before it may send conditions along with a range. */
static void answer_options(const http_site *site, const http_request *q, http_answer *a) {
  begin(site, 204, q->keep_alive, a);
  put(a, "Allow: GET, HEAD\r\nAccess-Control-Allow-Methods: GET, HEAD\r\nAccess-Control-Max-Age: 86400\r\n"
         "Access-Control-Allow-Headers: Range, If-Range, If-None-Match, If-Modified-Since\r\n\r\n");
}

static void answer_redirect(const http_site *site, const http_request *q, http_answer *a) {
  begin(site, 301, q->keep_alive, a);
  put(a, "Location: %.*s/\r\nContent-Length: 0\r\n\r\n", (int)q->raw_path.len, q->raw_path.ptr);
}

/* A site can make its own name point here (DNS rebinding) and read what is served to this machine alone; its requests
 * give themselves away by the host they ask for. */
static bool names_loopback(sonde_str host) {
  const char *names[] = {"localhost", "127.0.0.1", "[::1]"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t len = strlen(names[i]);
    if (host.len < len || strncasecmp(host.ptr, names[i], len) != 0) continue;
    if (host.len == len || host.ptr[len] == ':') return true;
  }
  return false;
}

/* No empty, hidden or upward step anywhere in the path; a slash may end it. */
static bool path_is_plain(const char *path) {
  for (const char *step = path; *step; step++) {
    if (*step == '.' || *step == '/') return false;
    step += strcspn(step, "/");
    if (!*step) return true;
  }
  return true;
}

typedef struct {
  int fd;
  struct stat stat;
  http_type type;
  const char *coding; /* of the precompressed file that stands in; NULL: none */
} found_file;

static int error_status(void) {
  return errno == EACCES || errno == EPERM ? 403 : errno == EMFILE || errno == ENFILE ? 503 : 404;
}

/* Answers 0 or the status of the failure; 301 for a directory. */
static int open_regular(const http_site *site, const char *path, found_file *f) {
  f->fd = http_open(site->root, path, 0);
  if (f->fd < 0) return error_status();
  bool known = fstat(f->fd, &f->stat) == 0;
  if (known && S_ISREG(f->stat.st_mode)) return 0;
  close(f->fd);
  return known && S_ISDIR(f->stat.st_mode) ? 301 : 404;
}

/* A range counts bytes of the file itself, so it is never taken from a compressed one. */
static bool open_precompressed(const http_site *site, const http_request *q, const char *path,
                               found_file *f) {
  static const char *const codings[][2] = {{"br", ".br"}, {"gzip", ".gz"}};
  char beside[HTTP_PATH_MAX + 24];
  for (size_t i = 0; i < 2; i++) {
    if (!http_accepts_coding(q->accept_encoding, codings[i][0])) continue;
    snprintf(beside, sizeof beside, "%s%s", path, codings[i][1]);
    f->coding = codings[i][0];
    if (open_regular(site, beside, f) == 0) return true;
  }
  f->coding = NULL;
  return false;
}

/* Answers 0 or the status of the failure; 301 when the path of a directory lacks its slash. */
static int find_file(const http_site *site, const http_request *q, found_file *f) {
  char path[HTTP_PATH_MAX + 16];
  size_t len = strlen(q->path);
  if (!path_is_plain(q->path)) return 404;
  bool folder = len == 0 || q->path[len - 1] == '/';
  snprintf(path, sizeof path, "%s%s", q->path, folder ? "index.html" : "");
  f->type = http_type_of(path);
  f->coding = NULL;
  if (f->type.precompressed && !q->range.ptr && open_precompressed(site, q, path, f)) return 0;
  int status = open_regular(site, path, f);
  return folder && status == 301 ? 404 : status;
}

static void put_file_fields(const http_request *q, const found_file *f, const http_version *v,
                            http_answer *a) {
  bool hashed = strncmp(q->path, "assets/", 7) == 0;
  put(a, "ETag: %s\r\nLast-Modified: %s\r\nAccept-Ranges: bytes\r\n", v->etag, v->modified);
  put(a, "Cache-Control: %s\r\n", hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (f->type.precompressed) put(a, "Vary: Accept-Encoding\r\n");
  if (f->type.policed) put(a, "Content-Security-Policy: %s\r\n", content_security_policy);
}

/* Range is defined for GET alone (RFC 9110, 14.2). */
static http_range range_of(const http_request *q, const found_file *f, const http_version *v) {
  uint64_t size = (uint64_t)f->stat.st_size;
  bool asked = q->method == METHOD_GET && http_range_applies(q, v);
  return asked ? http_range_read(q->range, size) : (http_range){RANGE_WHOLE, 0, size};
}

static void put_content(const found_file *f, const http_range *range, http_answer *a) {
  a->offset = range->first;
  a->length = range->length;
  if (range->kind == RANGE_PART)
    put(a, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n", range->first,
        range->first + range->length - 1, (uint64_t)f->stat.st_size);
  if (f->coding) put(a, "Content-Encoding: %s\r\n", f->coding);
  put(a, "Content-Type: %s\r\nContent-Length: %" PRIu64 "\r\n\r\n", f->type.name, range->length);
}

static void answer_file(const http_site *site, const http_request *q, const found_file *f, http_answer *a) {
  static const int statuses[] = {[RANGE_WHOLE] = 200, [RANGE_PART] = 206, [RANGE_OUTSIDE] = 416};
  http_version version;
  uint64_t size = (uint64_t)f->stat.st_size;
  http_version_of(&f->stat, &version);
  bool unchanged = http_is_unchanged(q, &version);
  http_range range = range_of(q, f, &version);
  begin(site, unchanged ? 304 : statuses[range.kind], q->keep_alive, a);
  if (!unchanged && range.kind == RANGE_OUTSIDE) {
    put(a, "Content-Range: bytes */%" PRIu64 "\r\n", size);
    end_with_reason(416, true, a);
    return;
  }
  put_file_fields(q, f, &version, a);
  if (unchanged)
    put(a, "\r\n");
  else
    put_content(f, &range, a);
}

/* The answer sends the file when it has bytes of it to send; otherwise it is of no more use. */
static void hand_over(const http_request *q, int fd, http_answer *a) {
  if (q->method == METHOD_HEAD) a->length = 0;
  if (a->length)
    a->file = fd;
  else
    close(fd);
}

void http_answer_request(const http_site *site, const http_request *q, http_answer *a) {
  found_file file;
  if (site->loopback && q->host.ptr && !names_loopback(q->host)) {
    http_answer_refusal(site, 421, q->method != METHOD_HEAD, a);
    return;
  }
  if (q->method == METHOD_OPTIONS) {
    if (site->cors)
      answer_options(site, q, a);
    else
      http_answer_refusal(site, 405, true, a);
    return;
  }
  int status = find_file(site, q, &file);
  if (status == 301) {
    answer_redirect(site, q, a);
  } else if (status) {
    answer_error(site, q, status, a);
  } else {
    answer_file(site, q, &file, a);
    hand_over(q, file.fd, a);
  }
}
