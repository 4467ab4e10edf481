/* work.h — answers that take time: made by a handler on a pool of threads apart from the event loops.
 *
 * A handler is written as if it stood alone: it looks at its request, begins its answer, writes, and returns. Behind
 * it stand a bounded queue that is fair between users (503 with Retry-After when it is full), back-pressure (a write
 * waits while the client has not taken what was written before), and cancelling (writes answer false, work_cancelled
 * answers true once the client is gone, has said so by DELETE /v1/queries/{id}, or the server ends).
 *
 *   static void answer_tables(work *w, const work_request *q, void *context) {
 *     if (!work_begin(w, 200, WORK_UNKNOWN_LENGTH, "Content-Type: application/json\r\n")) return;
 *     work_write(w, "[]", 2);
 *   }
 *   static const work_route routes[] = {{METHOD_GET, "/v1/tables", false, answer_tables}, …};   // in answers.c
 */
#ifndef SERVE_WORK_H
#define SERVE_WORK_H
#include "request.h"
#include <stddef.h>
#include <stdint.h>

typedef struct work work;

/* Everything is the handler's to read until it returns. Conditions and Range of the request are its own business;
 * condition.h judges them once it knows a version. */
typedef struct {
  const http_request *request;
  sonde_str body;   /* of a POST, at most the configured body_bytes */
  sonde_str user;   /* who asks, from the signature; empty when nobody was named */
  sonde_str tables; /* tables that may be read, as catalog_permits understands them; empty for none */
} work_request;

/* `context` is the site (site.h), whose `answers` is what answers_open made. Both outlive all work. */
typedef void work_handler(work *, const work_request *, void *context);

typedef struct {
  http_method
      method; /* a handler for METHOD_GET is also asked for HEAD: what it writes is then counted, not sent */
  const char *path; /* "/v1/tables" */
  bool below;       /* also everything below the path: "/v1/tables/{t}/rows" */
  work_handler *answer;
} work_route;

#define WORK_UNKNOWN_LENGTH UINT64_MAX

/* Sends status line and fields; `fields` are complete lines, each with its CRLF, without those that every answer has
 * (Date, Server, Connection, Content-Length or Transfer-Encoding, CORS, nosniff, …). A known length is kept to: the
 * connection is cut when less or more is written. False: nobody listens any more, return. */
bool work_begin(work *, int status, uint64_t length, const char *fields);
/* Waits while too much of what was written before has not been taken. False: nobody listens any more, return. */
bool work_write(work *, const void *bytes, size_t len);
/* Lets what was written leave now rather than when there is more of it. */
bool work_flush(work *);
/* In place of writes, after a work_begin with this length: bytes of an open file, which is now the server's to close. */
void work_send_file(work *, int fd, uint64_t offset, uint64_t length);
/* The answer so far is not to be taken for a whole one: before work_begin a 500 is sent, after it the connection is cut. */
void work_fail(work *);
/* A whole answer as RFC 9457 has it. `code` is for programs, `detail` for people; `members` is more of the JSON object
 * ("\"position\":12,\"hint\":\"…\"", already escaped) or NULL. Only before work_begin. */
void work_problem(work *, int status, const char *code, const char *detail, const char *members);
/* The same as 503: asked again in a second it may be there. */
void work_busy(work *, unsigned seconds, const char *code, const char *detail, const char *members);

/* Nobody waits for the answer any more: the client is gone, its time is over, or the server ends. Cheap; ask often. */
bool work_cancelled(const work *);
#endif
