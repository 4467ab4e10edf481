/* request.h — a request as it was understood: what RFC 9110 and 9112 say and nothing that could be understood otherwise.
 *
 * All texts lie in the bytes of the head that was parsed; those of fields that were not sent have a NULL ptr. */
#ifndef SERVE_REQUEST_H
#define SERVE_REQUEST_H
#include <sonde.h>
#include <stdbool.h>

enum { REQUEST_HEAD_MAX = 16384, REQUEST_PATH_MAX = 4096, REQUEST_FIELDS_MAX = 64 };

typedef enum {
  METHOD_GET,
  METHOD_HEAD,
  METHOD_OPTIONS,
  METHOD_POST,
  METHOD_DELETE,
  METHOD_OTHER
} http_method;

/* Fields that mean something here. Each may be sent once; several of the others may be. */
typedef enum {
  FIELD_HOST,
  FIELD_RANGE,
  FIELD_IF_RANGE,
  FIELD_IF_MATCH,
  FIELD_IF_NONE_MATCH,
  FIELD_IF_MODIFIED_SINCE,
  FIELD_IF_UNMODIFIED_SINCE,
  FIELD_ACCEPT,
  FIELD_ACCEPT_ENCODING,
  FIELD_CONTENT_LENGTH,
  FIELD_CONTENT_TYPE,
  FIELD_EXPECT,
  FIELD_ORIGIN,
  FIELD_TRACEPARENT,
  FIELD_SONDE_USER,
  FIELD_SONDE_TABLES,
  FIELD_SONDE_QUERY,
  FIELDS
} http_field;

typedef struct {
  http_method method;
  bool is_1_1, keep_alive;
  bool forwarded;      /* it says that a proxy passed it on */
  sonde_str authority; /* of a target that begins with http://; NULL ptr: it had none */
  sonde_str target;    /* as sent, without the query */
  sonde_str query;     /* as sent, without the question mark; NULL ptr: there was none */
  sonde_str path;      /* decoded, with its first slash; lies in `decoded` */
  uint64_t content_length;
  sonde_str fields[FIELDS];
  char decoded[REQUEST_PATH_MAX + 1];
} http_request;

/* What request_parse answers besides 0 and the status that refuses the request: the head has not come whole yet. */
enum { REQUEST_PARTIAL = -1 };

/* Reads a head from the beginning of `bytes`; `*used` is its length. After a refusal nothing that follows on the
 * connection can be trusted; `out->method` is set as far as it was seen, so that HEAD is refused without a body. */
int request_parse(const char *bytes, size_t len, size_t *used, http_request *out);

/* A request whose texts lie in `to`, a copy of the bytes at `from` that `request` was parsed from. */
void request_move(http_request *request, const char *from, const char *to);

const char *method_name(http_method);

bool str_is(sonde_str, const char *text);      /* byte by byte */
bool str_is_like(sonde_str, const char *text); /* without regard to case */
sonde_str str_trim(sonde_str);                 /* without blanks and tabs at its ends */
/* The next item of a comma-separated list, trimmed; false at its end. */
bool str_next_item(sonde_str *list, sonde_str *item);

#endif
