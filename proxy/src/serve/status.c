/* Alive: the loop answers. Ready: it also wants new work, which it does not while it drains. */
#include "status.h"
#include <stdlib.h>

enum { METRICS_MAX = 16384 };

static void answer_text(loop *l, const http_request *q, exchange *x, int status, const char *text) {
  answer_begin(l, q, x, status);
  out_literal(&x->head, "Cache-Control: no-store\r\nContent-Type: text/plain; charset=utf-8\r\n");
  answer_end(x, text, strlen(text));
}

static metrics_gauges gauges(const site *s) {
  metrics_gauges g = {.connections = limits_connections(s->limits), .log_lost = log_lost(s->log)};
  work_pool_gauges(s->work, &g.work_queued, &g.work_running);
  return g;
}

static void answer_metrics(loop *l, const http_request *q, exchange *x) {
  const metrics *sets[64];
  char *page = malloc(METRICS_MAX);
  out o = {.ptr = page, .cap = page ? METRICS_MAX : 0};
  metrics_gauges g = gauges(l->site);
  for (unsigned i = 0; i < l->site->loop_count; i++) sets[i] = &l->site->loops[i]->metrics;
  metrics_write(sets, l->site->loop_count, &g, &o);
  if (o.full) {
    answer_status(l, q, x, 503);
  } else {
    answer_begin(l, q, x, 200);
    out_literal(&x->head,
                "Cache-Control: no-store\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
    answer_end(x, page, o.len);
  }
  free(page);
}

/* Only those who reach the server from this machine, and not for somebody else. */
static bool may_see_metrics(const loop *l, const http_request *q, bool trusted) {
  return (trusted || l->site->loopback) && !q->forwarded;
}

bool status_answer(loop *l, const http_request *q, bool trusted, exchange *x) {
  if (q->method != METHOD_GET && q->method != METHOD_HEAD) return false;
  if (str_is(q->path, "/healthz")) return answer_text(l, q, x, 200, "ok\n"), true;
  if (str_is(q->path, "/readyz")) {
    bool ready = !l->draining;
    return answer_text(l, q, x, ready ? 200 : 503, ready ? "ready\n" : "draining\n"), true;
  }
  if (!str_is(q->path, "/metrics") || !may_see_metrics(l, q, trusted)) return false;
  return answer_metrics(l, q, x), true;
}
