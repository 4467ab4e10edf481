/* Any bytes as a request head: refused, unfinished or understood; what is understood lies in the bytes, and means the
 * same when it comes in pieces or with something behind it. */
#include "request.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static bool lies_in(sonde_str s, const char *bytes, size_t len) {
  return !s.ptr || (s.ptr >= bytes && s.ptr + s.len <= bytes + len);
}

static void require_sane(const http_request *q, const char *bytes, size_t used) {
  require(q->method != METHOD_OTHER && lies_in(q->target, bytes, used) && lies_in(q->query, bytes, used));
  require(q->path.len > 0 && q->path.ptr[0] == '/' && strlen(q->path.ptr) == q->path.len);
  for (int i = 0; i < FIELDS; i++) require(lies_in(q->fields[i], bytes, used));
  require(!q->is_1_1 || q->fields[FIELD_HOST].len > 0);
  require(!q->authority.ptr ||
          (lies_in(q->authority, bytes, used) && q->authority.len == q->fields[FIELD_HOST].len));
  require(q->content_length == 0 || q->method == METHOD_POST);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static http_request q, again;
  const char *bytes = (const char *)data;
  size_t used = 0, used_again = 0;
  if (size > REQUEST_HEAD_MAX) return 0;
  int status = request_parse(bytes, size, &used, &q);
  require(status == REQUEST_PARTIAL || status == 0 || (status >= 400 && status < 600));
  if (status != 0) return 0;
  require_sane(&q, bytes, used);
  require(request_parse(bytes, used, &used_again, &again) == 0 && used_again == used);
  require(memcmp(&q.path.len, &again.path.len, sizeof q.path.len) == 0 &&
          strcmp(q.decoded, again.decoded) == 0);
  require(request_parse(bytes, used - 1, &used_again, &again) == REQUEST_PARTIAL);
  return 0;
}
