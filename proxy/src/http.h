/* http.h — between the parts of the file server: a request as parsed, an answer ready to be sent. RFC 9110 and 9112. */
#ifndef HTTP_H
#define HTTP_H
#include <sonde.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#define HTTP_HEAD_MAX 16384u
#define HTTP_PATH_MAX 4096u
#define HTTP_ANSWER_MAX 8192u

typedef enum { METHOD_GET, METHOD_HEAD, METHOD_OPTIONS, METHOD_OTHER } http_method;

/* The texts lie in the request head that was parsed; those of fields that were not sent have a NULL ptr. */
typedef struct {
  http_method method;
  bool keep_alive;
  sonde_str raw_path;       /* as sent, without the query */
  char path[HTTP_PATH_MAX]; /* decoded, without the first slash: what to open beneath the root */
  sonde_str host, range, if_range, if_none_match, if_modified_since, accept_encoding;
} http_request;

/* What is served, and to whom. */
typedef struct {
  int root;         /* the directory, open */
  const char *cors; /* the origin that may read answers from its pages; NULL: none */
  bool loopback;    /* listening on loopback only: requests must name a loopback host */
} http_site;

/* `head` holds status line, fields and, for errors, the short body; then follow `length` bytes of `file`. */
typedef struct {
  char head[HTTP_ANSWER_MAX];
  size_t head_len;
  bool keep_alive;
  int file; /* -1: none */
  uint64_t offset, length;
} http_answer;

/* Bytes of the request head including its empty line; 0 while that has not come. */
size_t http_head_length(const char *bytes, size_t len);
/* Reads a whole head. Answers 0, or the status that refuses it; `out->method` is set in either case. */
int http_request_parse(const char *head, size_t len, http_request *out);

/* The whole answer to a parsed request; the file in it belongs to the caller. */
void http_answer_request(const http_site *, const http_request *, http_answer *out);
/* A refusal, after which the connection is closed. */
void http_answer_refusal(const http_site *, int status, bool with_body, http_answer *out);

/* Opens a path beneath the root for reading, links that lead out of it refused; -1 with errno. */
int http_open(int root, const char *path, int flags);

typedef struct {
  const char *name;   /* for Content-Type */
  bool precompressed; /* a .br or .gz beside the file may be sent in its place */
  bool policed;       /* gets the Content-Security-Policy: documents and scripts */
} http_type;
http_type http_type_of(const char *path);

/* Which bytes of a file of `size` bytes a Range field asks for. RANGE_WHOLE also when the field is to be ignored. */
typedef struct {
  enum { RANGE_WHOLE, RANGE_PART, RANGE_OUTSIDE } kind;
  uint64_t first, length;
} http_range;
http_range http_range_read(sonde_str field, uint64_t size);

#define HTTP_DATE_SIZE 32
void http_date(time_t, char out[HTTP_DATE_SIZE]);

/* Validators of a file and the conditions on them. */
typedef struct {
  char etag[64];
  char modified[HTTP_DATE_SIZE];
} http_version;
void http_version_of(const struct stat *, http_version *out);
bool http_is_unchanged(const http_request *, const http_version *);  /* 304 is the answer */
bool http_range_applies(const http_request *, const http_version *); /* If-Range holds, or is not there */
bool http_accepts_coding(sonde_str accept_encoding, const char *name);

bool http_text_is(sonde_str, const char *text); /* without regard to case */

#endif
