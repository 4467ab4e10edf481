/* Reading a request head, strictly: what is ambiguous between HTTP parsers is refused, so that nothing before or
 * behind this server can be made to see another request in the same bytes. */
#include "http.h"
#include <string.h>
#include <strings.h>

typedef struct {
  const char *at, *end;
} reader;

bool http_text_is(sonde_str s, const char *text) {
  return s.ptr && s.len == strlen(text) && strncasecmp(s.ptr, text, s.len) == 0;
}

size_t http_head_length(const char *bytes, size_t len) {
  const char *end = memmem(bytes, len, "\r\n\r\n", 4);
  return end ? (size_t)(end - bytes) + 4 : 0;
}

static bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Everything up to `stop`, which is consumed; a NULL ptr when it does not come. */
static sonde_str take_until(reader *r, char stop) {
  const char *begin = r->at, *end = memchr(begin, stop, (size_t)(r->end - begin));
  if (!end) return (sonde_str){0};
  r->at = end + 1;
  return (sonde_str){begin, (size_t)(end - begin)};
}

/* A line without its CRLF. A bare CR or LF, NUL and other control characters are refused (RFC 9112, 2.2). */
static bool take_line(reader *r, sonde_str *line) {
  *line = take_until(r, '\n');
  if (!line->ptr || line->len == 0 || line->ptr[line->len - 1] != '\r') return false;
  line->len--;
  for (size_t i = 0; i < line->len; i++) {
    unsigned char c = (unsigned char)line->ptr[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f) return false;
  }
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The next byte of a path, %XX decoded; -1 when it is malformed or stands for a byte that no name holds. */
static int decode_byte(const char *p, size_t left, size_t *used) {
  *used = 1;
  if (*p != '%') return (unsigned char)*p;
  if (left < 3 || hex_digit(p[1]) < 0 || hex_digit(p[2]) < 0) return -1;
  *used = 3;
  int byte = hex_digit(p[1]) * 16 + hex_digit(p[2]);
  return byte == 0 || byte == '/' ? -1 : byte;
}

static int decode_path(http_request *q) {
  if (q->raw_path.len > HTTP_PATH_MAX) return 414;
  size_t n = 0, used;
  for (size_t i = 1; i < q->raw_path.len; i += used) {
    int byte = decode_byte(q->raw_path.ptr + i, q->raw_path.len - i, &used);
    if (byte < 0) return 400;
    q->path[n++] = (char)byte;
  }
  q->path[n] = '\0';
  return 0;
}

static http_method method_of(sonde_str name) {
  if (name.len == 3 && memcmp(name.ptr, "GET", 3) == 0) return METHOD_GET;
  if (name.len == 4 && memcmp(name.ptr, "HEAD", 4) == 0) return METHOD_HEAD;
  if (name.len == 7 && memcmp(name.ptr, "OPTIONS", 7) == 0) return METHOD_OPTIONS;
  return METHOD_OTHER;
}

static int read_version(const reader *line, bool *is_1_1) {
  size_t len = (size_t)(line->end - line->at);
  if (len != 8 || memcmp(line->at, "HTTP/", 5) != 0) return 400;
  if (memcmp(line->at, "HTTP/1.", 7) != 0) return 505;
  *is_1_1 = line->at[7] != '0';
  return 0;
}

static int read_request_line(sonde_str text, http_request *q, bool *is_1_1) {
  reader line = {text.ptr, text.ptr + text.len};
  sonde_str name = take_until(&line, ' ');
  sonde_str target = take_until(&line, ' ');
  if (!name.ptr || name.len == 0 || !target.ptr) return 400;
  q->method = method_of(name);
  int refused = read_version(&line, is_1_1);
  if (refused) return refused;
  if (target.len == 0 || target.ptr[0] != '/') return q->method == METHOD_OTHER ? 405 : 400;
  const char *query = memchr(target.ptr, '?', target.len);
  q->raw_path = (sonde_str){target.ptr, query ? (size_t)(query - target.ptr) : target.len};
  return decode_path(q);
}

static sonde_str trimmed(const char *begin, const char *end) {
  while (begin < end && (*begin == ' ' || *begin == '\t')) begin++;
  while (end > begin && (end[-1] == ' ' || end[-1] == '\t')) end--;
  return (sonde_str){begin, (size_t)(end - begin)};
}

/* "name: value". A name with a blank before its colon, or a folded line, is no token and so refused. */
static bool split_field(sonde_str line, sonde_str *name, sonde_str *value) {
  reader r = {line.ptr, line.ptr + line.len};
  *name = take_until(&r, ':');
  if (!name->ptr || name->len == 0) return false;
  for (size_t i = 0; i < name->len; i++)
    if (!is_token_char(name->ptr[i])) return false;
  *value = trimmed(r.at, r.end);
  return true;
}

/* A body would have to be read before the next request; nothing here takes one. */
static bool announces_body(sonde_str name, sonde_str value) {
  if (http_text_is(name, "transfer-encoding")) return true;
  return http_text_is(name, "content-length") && !http_text_is(value, "0");
}

static bool list_has(sonde_str list, const char *word) {
  reader r = {list.ptr, list.ptr + list.len};
  while (r.at < r.end) {
    const char *comma = memchr(r.at, ',', (size_t)(r.end - r.at)), *end = comma ? comma : r.end;
    if (http_text_is(trimmed(r.at, end), word)) return true;
    r.at = comma ? comma + 1 : r.end;
  }
  return false;
}

static int keep_field(http_request *q, sonde_str name, sonde_str value) {
  const struct {
    const char *name;
    sonde_str *kept;
  } fields[] = {{"host", &q->host},
                {"range", &q->range},
                {"if-range", &q->if_range},
                {"if-none-match", &q->if_none_match},
                {"if-modified-since", &q->if_modified_since},
                {"accept-encoding", &q->accept_encoding}};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if (!http_text_is(name, fields[i].name)) continue;
    if (fields[i].kept->ptr) return 400;
    *fields[i].kept = value;
  }
  if (http_text_is(name, "connection") && list_has(value, "close")) q->keep_alive = false;
  return announces_body(name, value) ? 400 : 0;
}

static int read_fields(reader *r, http_request *q) {
  for (;;) {
    sonde_str line, name, value;
    if (!take_line(r, &line)) return 400;
    if (line.len == 0) return 0;
    if (!split_field(line, &name, &value)) return 400;
    int refused = keep_field(q, name, value);
    if (refused) return q->method == METHOD_OTHER ? 405 : refused;
  }
}

int http_request_parse(const char *head, size_t len, http_request *q) {
  reader r = {head, head + len};
  sonde_str line;
  bool is_1_1 = false;
  memset(q, 0, sizeof *q);
  if (!take_line(&r, &line)) return 400;
  int refused = read_request_line(line, q, &is_1_1);
  if (refused) return refused;
  q->keep_alive = is_1_1;
  refused = read_fields(&r, q);
  if (refused) return refused;
  if (q->method == METHOD_OTHER) return 405;
  return is_1_1 && !q->host.ptr ? 400 : 0;
}
