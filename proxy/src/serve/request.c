/* Reading a request head, strictly: picohttpparser cuts it up, then everything that two HTTP parsers could understand
 * differently is refused, so that nothing before or behind this server can be made to see another request in the
 * same bytes. */
#include "request.h"
#include "target.h"
#include <picohttpparser.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

bool str_is(sonde_str s, const char *text) {
  return s.ptr && s.len == strlen(text) && memcmp(s.ptr, text, s.len) == 0;
}

bool str_is_like(sonde_str s, const char *text) {
  return s.ptr && s.len == strlen(text) && strncasecmp(s.ptr, text, s.len) == 0;
}

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

sonde_str str_trim(sonde_str s) {
  while (s.len && is_blank(s.ptr[0])) s.ptr++, s.len--;
  while (s.len && is_blank(s.ptr[s.len - 1])) s.len--;
  return s;
}

bool str_next_item(sonde_str *list, sonde_str *item) {
  if (!list->len) return false;
  const char *comma = memchr(list->ptr, ',', list->len);
  size_t len = comma ? (size_t)(comma - list->ptr) : list->len;
  *item = str_trim((sonde_str){list->ptr, len});
  size_t used = comma ? len + 1 : len;
  list->ptr += used;
  list->len -= used;
  return true;
}

static const struct {
  const char *name;
  http_method method;
} methods[] = {{"GET", METHOD_GET},
               {"HEAD", METHOD_HEAD},
               {"OPTIONS", METHOD_OPTIONS},
               {"POST", METHOD_POST},
               {"DELETE", METHOD_DELETE}};
enum { METHODS = sizeof methods / sizeof *methods };

const char *method_name(http_method m) {
  for (size_t i = 0; i < METHODS; i++)
    if (methods[i].method == m) return methods[i].name;
  return "other";
}

static http_method method_of(const char *name, size_t len) {
  for (size_t i = 0; i < METHODS; i++)
    if (str_is((sonde_str){name, len}, methods[i].name)) return methods[i].method;
  return METHOD_OTHER;
}

/* The method of a head that is not understood further, so that HEAD gets no body. */
static http_method method_at(const char *bytes, size_t len) {
  const char *space = memchr(bytes, ' ', len < 16 ? len : 16);
  return space ? method_of(bytes, (size_t)(space - bytes)) : METHOD_OTHER;
}

static bool is_token_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(const char *s, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (!is_token_char(s[i])) return false;
  return len > 0;
}

/* Lines end with CR LF and nothing else does; no NUL, no other control character (RFC 9112, 2.2; RFC 9110, 5.5). */
static bool bytes_are_clean(const char *p, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)p[i];
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\t') continue;
    if (c != '\r' || i + 1 == len || p[i + 1] != '\n') return false;
    i++;
  }
  return true;
}

/* "METHOD target HTTP/1.x" with one blank each: the parser tolerates more of them. */
static bool line_is_exact(const char *head, size_t method_len, const char *target, size_t target_len) {
  const char *version = target + target_len + 1;
  return target == head + method_len + 1 && memcmp(version, "HTTP/1.", 7) == 0 && version[8] == '\r';
}

static bool ends_in_version(const char *line, const char *end) {
  const char *v = end - 9;
  return v >= line && memcmp(v, " HTTP/", 6) == 0 && v[7] == '.';
}

/* Why the parser refused: a version of HTTP that is not spoken here deserves its own answer. */
static int status_of_refused(const char *bytes, size_t len) {
  const char *end = memmem(bytes, len, "\r\n", 2);
  bool versioned = end && ends_in_version(bytes, end);
  return versioned && end[-3] != '1' ? 505 : 400;
}

/* What is known about names of fields: those that are kept, and some that are acted upon. */
enum { KNOWN_CONNECTION = FIELDS, KNOWN_TRANSFER_ENCODING, KNOWN_FORWARDED, KNOWN_X_FORWARDED_FOR, KNOWN };

#define NAME(text)                                                                                           \
  { text, sizeof text - 1 }
static const sonde_str known_names[KNOWN] = {
    [FIELD_HOST] = NAME("host"),
    [FIELD_RANGE] = NAME("range"),
    [FIELD_IF_RANGE] = NAME("if-range"),
    [FIELD_IF_MATCH] = NAME("if-match"),
    [FIELD_IF_NONE_MATCH] = NAME("if-none-match"),
    [FIELD_IF_MODIFIED_SINCE] = NAME("if-modified-since"),
    [FIELD_IF_UNMODIFIED_SINCE] = NAME("if-unmodified-since"),
    [FIELD_ACCEPT] = NAME("accept"),
    [FIELD_ACCEPT_ENCODING] = NAME("accept-encoding"),
    [FIELD_CONTENT_LENGTH] = NAME("content-length"),
    [FIELD_CONTENT_TYPE] = NAME("content-type"),
    [FIELD_EXPECT] = NAME("expect"),
    [FIELD_ORIGIN] = NAME("origin"),
    [FIELD_TRACEPARENT] = NAME("traceparent"),
    [FIELD_SONDE_USER] = NAME("x-sonde-user"),
    [FIELD_SONDE_TABLES] = NAME("x-sonde-tables"),
    [FIELD_SONDE_QUERY] = NAME("sonde-query"),
    [KNOWN_CONNECTION] = NAME("connection"),
    [KNOWN_TRANSFER_ENCODING] = NAME("transfer-encoding"),
    [KNOWN_FORWARDED] = NAME("forwarded"),
    [KNOWN_X_FORWARDED_FOR] = NAME("x-forwarded-for"),
};
#undef NAME

static unsigned known_field(sonde_str name) {
  unsigned i = 0;
  while (i < KNOWN &&
         (known_names[i].len != name.len || strncasecmp(known_names[i].ptr, name.ptr, name.len) != 0))
    i++;
  return i;
}

static void read_connection(http_request *q, sonde_str list) {
  sonde_str item;
  while (str_next_item(&list, &item))
    if (str_is_like(item, "close")) q->keep_alive = false;
}

/* Of the fields that are kept each may come once. The one framing here is Content-Length: whoever else is on the way might
 * believe Transfer-Encoding. */
static int keep_field(http_request *q, sonde_str name, sonde_str value) {
  unsigned field = known_field(name);
  if (field < FIELDS) {
    if (q->fields[field].ptr) return 400;
    q->fields[field] = value;
  } else if (field == KNOWN_CONNECTION) {
    read_connection(q, value);
  } else if (field == KNOWN_FORWARDED || field == KNOWN_X_FORWARDED_FOR) {
    q->forwarded = true;
  }
  return field == KNOWN_TRANSFER_ENCODING ? 400 : 0;
}

/* A folded line has no name of its own; a blank before the colon makes the name no token (RFC 9112, 5.1 and 5.2). */
static int read_fields(http_request *q, const struct phr_header *headers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const struct phr_header *h = &headers[i];
    if (!h->name || !is_token(h->name, h->name_len)) return 400;
    int refused =
        keep_field(q, (sonde_str){h->name, h->name_len}, str_trim((sonde_str){h->value, h->value_len}));
    if (refused) return refused;
  }
  return 0;
}

static bool host_is_sane(sonde_str host) {
  for (size_t i = 0; i < host.len; i++)
    if (!is_token_char(host.ptr[i]) && !strchr(":[]", host.ptr[i])) return false;
  return host.len > 0 && host.len < 256;
}

/* Digits only: "+5", "5, 5" and "0x5" are read differently by different parsers. */
static bool read_length(http_request *q) {
  sonde_str s = q->fields[FIELD_CONTENT_LENGTH];
  if (!s.ptr) return true;
  if (s.len == 0 || s.len > 18) return false;
  for (size_t i = 0; i < s.len; i++) {
    if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
    q->content_length = q->content_length * 10 + (uint64_t)(s.ptr[i] - '0');
  }
  return true;
}

static bool is_same_host(sonde_str a, sonde_str b) {
  return b.ptr && a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* What the fields say together. Where the target names a host as well, it is that of the field, so that nobody reads another one. */
static int judge(http_request *q) {
  sonde_str host = q->fields[FIELD_HOST], expect = q->fields[FIELD_EXPECT];
  if (q->is_1_1 && !host.ptr) return 400;
  if (host.ptr && !host_is_sane(host)) return 400;
  if (q->authority.ptr && !is_same_host(q->authority, host)) return 400;
  if (!read_length(q)) return 400;
  if (q->content_length && q->method != METHOD_POST) return 400;
  if (q->method == METHOD_POST && !q->fields[FIELD_CONTENT_LENGTH].ptr) return 411;
  return expect.ptr && !str_is_like(expect, "100-continue") ? 417 : 0;
}

int request_parse(const char *bytes, size_t len, size_t *used, http_request *q) {
  struct phr_header headers[REQUEST_FIELDS_MAX];
  size_t count = REQUEST_FIELDS_MAX, method_len, target_len;
  const char *method, *target;
  int minor;
  memset(q, 0, offsetof(http_request, decoded));
  int n =
      phr_parse_request(bytes, len, &method, &method_len, &target, &target_len, &minor, headers, &count, 0);
  q->method = method_at(bytes, len);
  if (n == -2) return REQUEST_PARTIAL;
  if (n < 0) return status_of_refused(bytes, len);
  *used = (size_t)n;
  if (!bytes_are_clean(bytes, *used) || !is_token(method, method_len)) return 400;
  if (!line_is_exact(bytes, method_len, target, target_len)) return 400;
  q->is_1_1 = minor > 0;
  q->keep_alive = q->is_1_1;
  if (q->method == METHOD_OTHER) return 405;
  int refused = target_read(q, (sonde_str){target, target_len});
  if (!refused) refused = read_fields(q, headers, count);
  return refused ? refused : judge(q);
}

static void move(sonde_str *s, const char *from, const char *to) {
  if (s->ptr) s->ptr = to + (s->ptr - from);
}

void request_move(http_request *q, const char *from, const char *to) {
  move(&q->target, from, to);
  move(&q->query, from, to);
  for (size_t i = 0; i < FIELDS; i++) move(&q->fields[i], from, to);
  q->path.ptr = q->decoded;
}
