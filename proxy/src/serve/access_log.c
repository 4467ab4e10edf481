/* A path is logged as it was sent, and never its query: signatures are there. */
#include "access_log.h"
#include "conn.h"
#include <stdio.h>

uint64_t access_log_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void put_time(out *o) {
  struct timespec now;
  struct tm utc;
  char text[32];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  len += (size_t)snprintf(text + len, sizeof text - len, ".%03ldZ", now.tv_nsec / 1000000);
  out_literal(o, "{\"time\":\""), out_put(o, text, len), out_literal(o, "\"");
}

static void put_text(out *o, const char *name, sonde_str value) {
  out_literal(o, ",\""), out_text(o, name), out_literal(o, "\":\""), out_json(o, value), out_literal(o, "\"");
}

static void put_number(out *o, const char *name, uint64_t value) {
  out_literal(o, ",\""), out_text(o, name), out_literal(o, "\":"), out_number(o, value);
}

static void write_line(const conn *c, uint64_t us, bool was_cut) {
  char line[4096];
  out o = {.ptr = line, .cap = sizeof line};
  const exchange *x = c->x;
  put_time(&o);
  put_text(&o, "method", (sonde_str){method_name(x->method), strlen(method_name(x->method))});
  put_text(&o, "path", (sonde_str){x->target, x->target_len});
  put_number(&o, "status", (uint64_t)x->status);
  put_number(&o, "bytes", x->sent);
  put_number(&o, "us", us);
  if (x->grant && *x->grant->user) put_text(&o, "user", (sonde_str){x->grant->user, strlen(x->grant->user)});
  if (x->trace_len) put_text(&o, "traceparent", (sonde_str){x->trace, x->trace_len});
  if (was_cut) out_literal(&o, ",\"cut\":true");
  out_literal(&o, "}\n");
  if (!o.full) log_line(c->loop->site->log, line, o.len);
}

void access_log(const conn *c, bool was_cut) {
  uint64_t us = (access_log_clock() - c->x->begun_ns) / 1000;
  metrics_answered(&c->loop->metrics, c->x->status, us);
  metrics_add(&c->loop->metrics, COUNT_BYTES, c->x->sent);
  if (c->loop->site->log) write_line(c, us, was_cut);
}
