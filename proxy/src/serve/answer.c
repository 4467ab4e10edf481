/* Header fields are put together by copying bytes: a format string for each request would cost more than the rest of it. */
#include "answer.h"
#include "problem.h"
#include <stdlib.h>

bool origin_is_allowed(const config *c, sonde_str origin) {
  for (unsigned i = 0; i < c->cors_count; i++)
    if (strcmp(c->cors[i], "*") == 0 || str_is(origin, c->cors[i])) return true;
  return false;
}

static bool for_every_origin(const config *c) { return c->cors_count == 1 && strcmp(c->cors[0], "*") == 0; }

/* A page of another origin sees only the fields that are named here. */
static void put_cors(const config *c, const http_request *q, out *o) {
  if (!c->cors_count) return;
  if (!for_every_origin(c)) out_literal(o, "Vary: Origin\r\n");
  sonde_str origin = q->fields[FIELD_ORIGIN];
  if (!origin.ptr || !origin_is_allowed(c, origin)) return;
  out_literal(o, "Access-Control-Allow-Origin: ");
  if (for_every_origin(c))
    out_literal(o, "*");
  else
    out_str(o, origin);
  out_literal(
      o,
      "\r\nAccess-Control-Expose-Headers: Content-Range, ETag, Accept-Ranges, Content-Length, "
      "Content-Encoding, Last-Modified, Retry-After, Server-Timing, Sonde-Query, Sonde-Next, Sonde-Total\r\n");
}

static void put_status_line(out *o, int status) {
  out_literal(o, "HTTP/1.1 ");
  out_number(o, (uint64_t)status);
  out_literal(o, " ");
  out_text(o, status_reason(status));
}

void answer_begin(loop *l, const http_request *q, exchange *x, int status) {
  out *o = &x->head;
  o->len = 0;
  o->full = false;
  x->status = status;
  x->only_head = q->method == METHOD_HEAD;
  put_status_line(o, status);
  out_literal(o, "\r\nDate: ");
  out_put(o, l->date, HTTP_DATE_SIZE - 1);
  out_literal(o, "\r\nServer: sonde\r\nX-Content-Type-Options: nosniff\r\n");
  if (!x->keep_alive) out_literal(o, "Connection: close\r\n");
  put_cors(&l->site->config, q, o);
}

void answer_end(exchange *x, const char *body, size_t len) {
  out_literal(&x->head, "Content-Length: ");
  out_number(&x->head, len);
  out_literal(&x->head, "\r\n\r\n");
  if (x->only_head || !len) return;
  if (len <= x->head.cap - x->head.len) {
    out_put(&x->head, body, len);
    return;
  }
  x->body = malloc(len);
  x->body_len = x->body ? len : 0;
  if (x->body) memcpy(x->body, body, len);
  if (!x->body) x->keep_alive = false, x->head.len = 0;
}

void answer_status(loop *l, const http_request *q, exchange *x, int status) {
  char body[64];
  out o = {.ptr = body, .cap = sizeof body};
  out_number(&o, (uint64_t)status), out_literal(&o, " ");
  out_text(&o, status_reason(status)), out_literal(&o, "\n");
  answer_begin(l, q, x, status);
  out_literal(&x->head, "Content-Type: text/plain; charset=utf-8\r\n");
  answer_end(x, body, o.len);
}

void answer_problem(loop *l, const http_request *q, exchange *x, int status, const char *fields,
                    const char *code, const char *detail) {
  char body[1024];
  out o = {.ptr = body, .cap = sizeof body};
  problem_put(&o, status, code, detail, NULL);
  answer_begin(l, q, x, status);
  out_text(&x->head, fields);
  out_literal(&x->head, "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n");
  answer_end(x, body, o.len);
}

static const struct refusal {
  int status;
  const char *code, *detail;
} refusals[] = {
    {405, "method", "This method does nothing at this address."},
    {411, "length_required", "A request with a body needs a Content-Length."},
    {414, "target_too_long", "The address is too long."},
    {417, "expectation", "This expectation cannot be met."},
    {421, "misdirected", "This host name is not served here."},
    {431, "head_too_large", "The head of the request is too large."},
    {503, "connections", "Too many connections are open; try again in a while."},
    {505, "version", "Only HTTP/1.0 and HTTP/1.1 are spoken here."},
    {400, "malformed", "The request is malformed, or could be understood in several ways."},
};

static const struct refusal *refusal_of(int status) {
  const struct refusal *r = refusals, *last = r + sizeof refusals / sizeof *refusals - 1;
  while (r < last && r->status != status) r++;
  return r;
}

void answer_refusal(loop *l, const http_request *q, exchange *x, int status) {
  const struct refusal *r = refusal_of(status);
  x->keep_alive = false;
  answer_problem(l, q, x, status, status == 405 ? "Allow: GET, HEAD\r\n" : "", r->code, r->detail);
}

void answer_put_data_fields(loop *l, const http_request *q, exchange *x) {
  bool shared = q->fields[FIELD_ORIGIN].ptr && origin_is_allowed(&l->site->config, q->fields[FIELD_ORIGIN]);
  out_literal(&x->head,
              "Content-Security-Policy: default-src 'none'; sandbox\r\nCross-Origin-Resource-Policy: ");
  if (shared)
    out_literal(&x->head, "cross-origin\r\n");
  else
    out_literal(&x->head, "same-origin\r\n");
}
