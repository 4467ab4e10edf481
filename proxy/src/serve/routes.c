/* First who asks, then what for. Everything below /v1/ needs a signature once there is a key ring, unless it came through
 * a unix socket; pages of the site and the state of health are for everybody. */
#include "routes.h"
#include "files.h"
#include "frames.h"
#include "queries.h"
#include "status.h"
#include "target.h"
#include <stdlib.h>
#include <strings.h>

/* A site can make its own name point here (DNS rebinding) and read what is served to this machine alone; its requests
 * give themselves away by the host they ask for. */
static bool is_host(sonde_str host, const char *name) {
  size_t len = strlen(name);
  if (host.len < len || strncasecmp(host.ptr, name, len) != 0) return false;
  return host.len == len || host.ptr[len] == ':';
}

static bool host_is_ours(const site *s, sonde_str host) {
  static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (is_host(host, names[i])) return true;
  for (unsigned i = 0; i < s->config.host_count; i++)
    if (is_host(host, s->config.hosts[i])) return true;
  return false;
}

static bool is_misdirected(const loop *l, const http_request *q, const origin *from) {
  sonde_str host = q->fields[FIELD_HOST];
  bool open = l->site->loopback && !from->trusted && !l->keys_generation;
  return open && host.ptr && !host_is_ours(l->site, host);
}

/* A page of another origin must ask before it may send conditions along with a range, or a query. */
static void answer_options(loop *l, const http_request *q, exchange *x) {
  if (!l->site->config.cors_count) {
    answer_refusal(l, q, x, 405);
    return;
  }
  answer_begin(l, q, x, 204);
  out_literal(
      &x->head,
      "Allow: GET, HEAD, POST, DELETE\r\nAccess-Control-Allow-Methods: GET, HEAD, POST, DELETE\r\n"
      "Access-Control-Max-Age: 86400\r\nAccess-Control-Allow-Headers: Range, If-Range, If-Match, "
      "If-None-Match, If-Modified-Since, If-Unmodified-Since, Content-Type, traceparent, Sonde-Query\r\n\r\n");
}

/* What the front server says about a request that it let through. */
static bool copy_field(sonde_str field, char *to, size_t cap) {
  if (field.len >= cap) return false;
  if (field.len) memcpy(to, field.ptr, field.len);
  to[field.len] = '\0';
  return true;
}

static sign_verdict trust(const http_request *q, sign_grant *grant) {
  bool fits = copy_field(q->fields[FIELD_SONDE_USER], grant->user, sizeof grant->user) &&
              copy_field(q->fields[FIELD_SONDE_TABLES], grant->tables, sizeof grant->tables);
  return fits ? SIGN_GOOD : SIGN_INVALID;
}

static sign_verdict open_to_all(sign_grant *grant) {
  grant->user[0] = '\0';
  strcpy(grant->tables, "*");
  return SIGN_GOOD;
}

static sign_verdict authorize(loop *l, const http_request *q, const origin *from, sign_grant *grant) {
  if (from->trusted) return trust(q, grant);
  if (!l->keys_generation) return open_to_all(grant);
  return sign_verify(&l->keys, q, l->wall, (time_t)l->site->config.signature_seconds, grant);
}

static void keep_grant(exchange *x, const sign_grant *grant) {
  if (!*grant->user && !x->handler) return;
  x->grant = malloc(sizeof *x->grant);
  if (x->grant) *x->grant = *grant;
}

/* True: it may go on. */
static bool admit(loop *l, const http_request *q, const origin *from, exchange *x, sign_grant *grant) {
  sign_verdict verdict = authorize(l, q, from, grant);
  if (verdict != SIGN_GOOD) {
    metrics_add(&l->metrics, COUNT_REFUSED_SIGNATURE, 1);
    answer_problem(l, q, x, 403, "", sign_code(verdict), sign_detail(verdict));
    return false;
  }
  sonde_str user = {grant->user, strlen(grant->user)};
  if (limits_take(l->site->limits, user, from->address, l->now_ms)) return true;
  metrics_add(&l->metrics, COUNT_REFUSED_RATE, 1);
  answer_problem(l, q, x, 429, "Retry-After: 1\r\n", "rate",
                 "Too many requests at once; try again in a second.");
  return false;
}

static bool reads(const http_request *q) { return q->method == METHOD_GET || q->method == METHOD_HEAD; }

static void answer_method(loop *l, const http_request *q, exchange *x) {
  answer_problem(l, q, x, 405, "Allow: GET, HEAD\r\n", "method", "This address does not take this method.");
}

static bool fits_route(const work_route *r, const http_request *q) {
  sonde_str path = {r->path, strlen(r->path)};
  bool method = r->method == q->method || (r->method == METHOD_GET && q->method == METHOD_HEAD);
  bool place = r->below ? path_is_within(q->path, path) : str_is(q->path, r->path);
  return method && place;
}

static work_handler *handler_of(const http_request *q) {
  unsigned count;
  const work_route *routes = answers_routes(&count);
  for (unsigned i = 0; i < count; i++)
    if (fits_route(&routes[i], q)) return routes[i].answer;
  return NULL;
}

/* "/v1/f/ID" is a file, "/v1/f/ID/z/N" a frame of it. */
static void route_file(loop *l, const http_request *q, exchange *x) {
  sonde_str path = {q->path.ptr + 6, q->path.len - 6};
  if (!reads(q)) {
    answer_method(l, q, x);
  } else if (frames_is_path(path)) {
    x->handler = frames_answer;
  } else {
    int folder = roots_find(&l->site->roots, &path);
    files_answer_data(l, q, x, folder, path);
  }
}

static void route_work(loop *l, const http_request *q, exchange *x) {
  sonde_str name = q->fields[FIELD_SONDE_QUERY];
  x->handler = handler_of(q);
  if (!x->handler) {
    answer_problem(l, q, x, 404, "", "not_found", "There is nothing at this address.");
  } else if (name.ptr && !work_name_is_sane(name)) {
    x->handler = NULL;
    answer_problem(l, q, x, 400, "", "query_id",
                   "An id of a query is a letter, then letters, digits, _ and -, 64 at most.");
  }
}

/* A body that no handler takes is not read: the connection ends with the answer. */
static void route_v1(loop *l, const http_request *q, const sign_grant *grant, exchange *x) {
  bool keep_alive = x->keep_alive;
  if (q->content_length) x->keep_alive = false;
  if (path_is_within(q->path, (sonde_str){"/v1/f", 5}) && q->path.len > 6)
    route_file(l, q, x);
  else if (queries_is_path(q))
    queries_answer(l, q, grant->user, x);
  else
    route_work(l, q, x);
  if (x->handler) x->keep_alive = keep_alive;
}

static bool is_signed_path(const http_request *q) { return path_is_within(q->path, (sonde_str){"/v1", 3}); }

/* Without a site of its own the root is shown at "/" too, to whom may see it there. */
static void route_page(loop *l, const http_request *q, exchange *x) {
  const roots *r = &l->site->roots;
  int folder = r->site != NO_ROOT ? r->site : l->keys_generation ? NO_ROOT : r->root;
  if (!reads(q))
    answer_refusal(l, q, x, 405);
  else if (folder == NO_ROOT)
    answer_status(l, q, x, 404);
  else
    files_answer_page(l, q, x, folder);
}

void route_request(loop *l, const http_request *q, const origin *from, exchange *x) {
  sign_grant grant;
  if (is_misdirected(l, q, from)) {
    answer_refusal(l, q, x, 421);
  } else if (q->method == METHOD_OPTIONS) {
    answer_options(l, q, x);
  } else if (is_signed_path(q)) {
    if (!admit(l, q, from, x, &grant)) {
      if (q->content_length) x->keep_alive = false;
      return;
    }
    route_v1(l, q, &grant, x);
    keep_grant(x, &grant);
  } else if (!status_answer(l, q, from->trusted, x)) {
    route_page(l, q, x);
  }
}
