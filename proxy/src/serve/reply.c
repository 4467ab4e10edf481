/* See reply.h. */
#include "reply.h"
#include "condition.h"
#include "host.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

/* What is gathered before the first byte leaves: an answer up to this size has a length, and fails as a problem. */
enum { GATHERED_MAX = 512 << 10 };

const reply_limits reply_unlimited = {UINT64_MAX, UINT64_MAX, UINT64_MAX, 0};

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

void reply_begin(reply *r) {
  r->state = REPLY_GOING;
  r->keeping = r->tag[0] != '\0';
  r->begun_ns = now_ns();
  if (r->limits.seconds) r->deadline_ns = r->begun_ns + r->limits.seconds * UINT64_C(1000000000);
}

/* What is not kept is made by everybody for himself. */
static void unclaim(reply *r) {
  if (r->claimed) results_unclaim(r->results, &r->claim);
  r->claimed = false;
}

void reply_free(reply *r) {
  unclaim(r);
  text_free(&r->gathered);
  text_free(&r->more_fields);
}

static bool over(reply *r, reply_state why) {
  if (r->state == REPLY_GOING) r->state = why;
  return false;
}

static bool should_stop(void *user) {
  reply *r = user;
  if (work_cancelled(r->work)) over(r, REPLY_GONE);
  if (r->deadline_ns && now_ns() > r->deadline_ns) over(r, REPLY_TOO_SLOW);
  return r->state != REPLY_GOING;
}

/* ---- heads ---- */

/* Who may read an answer depends on the signature, so that no cache shared by several people may have it. */
static void put_fields(const reply *r, text *out) {
  bool tagged = r->tag[0] && r->request->request->method != METHOD_POST;
  text_print(out, "Content-Type: %s\r\nVary: Accept\r\n", form_media_type(r->form));
  if (tagged) text_print(out, "ETag: %s\r\n", r->tag);
  text_print(out, "Cache-Control: %s\r\n", tagged ? "private, no-cache" : "no-store");
  if (r->more_fields.len) text_add(out, r->more_fields.ptr, r->more_fields.len);
}

static bool send_head(reply *r, uint64_t length) {
  text fields = {0};
  put_fields(r, &fields);
  r->begun = true;
  bool heard = work_begin(r->work, 200, length, fields.ptr);
  text_free(&fields);
  return heard || over(r, REPLY_GONE);
}

static bool send_same(reply *r) {
  const http_request *q = r->request->request;
  int status = q->method == METHOD_POST ? 0 : condition_judge(q, r->tag, -1);
  text fields = {0};
  if (!status) return false;
  text_print(&fields, "ETag: %s\r\nCache-Control: private, no-cache\r\nVary: Accept\r\n", r->tag);
  work_begin(r->work, status, 0, fields.ptr);
  text_free(&fields);
  return true;
}

static bool send_kept(reply *r) {
  const result *kept = results_find(r->results, r->tag);
  if (!kept) return false;
  text_add(&r->more_fields, kept->fields, strlen(kept->fields));
  if (send_head(r, kept->body.len)) work_write(r->work, kept->body.ptr, kept->body.len);
  results_release(r->results, kept);
  return true;
}

bool reply_known(reply *r) {
  if (!r->tag[0]) return false;
  if (send_same(r)) return true;
  while (!send_kept(r)) {
    r->claimed = results_claim(r->results, r->tag, &r->claim, should_stop, r);
    if (r->claimed || r->state != REPLY_GOING) return false;
  }
  return true;
}

/* ---- bytes ---- */

static bool send_gathered(reply *r) {
  size_t len = r->gathered.len - r->left_at;
  if (len && !work_write(r->work, r->gathered.ptr + r->left_at, len)) return over(r, REPLY_GONE);
  r->left_at = r->gathered.len;
  if (r->keeping) return true;
  text_clear(&r->gathered);
  r->left_at = 0;
  return true;
}

static bool leave(reply *r) { return (r->begun || send_head(r, WORK_UNKNOWN_LENGTH)) && send_gathered(r); }

/* What is large is not copied once more before it leaves. */
bool reply_write(reply *r, const char *bytes, size_t len) {
  if (r->state != REPLY_GOING) return false;
  r->bytes += len;
  if (r->bytes > r->limits.bytes) return over(r, REPLY_TOO_MANY_BYTES);
  r->keeping = r->keeping && results_has_room(r->results, r->gathered.len + len);
  if (!r->keeping) unclaim(r);
  if (!r->keeping && len > GATHERED_MAX)
    return leave(r) && (work_write(r->work, bytes, len) || over(r, REPLY_GONE));
  text_add(&r->gathered, bytes, len);
  return r->gathered.len - r->left_at <= GATHERED_MAX || leave(r);
}

bool reply_count_rows(reply *r, uint64_t more) {
  r->rows += more;
  return r->rows <= r->limits.rows || over(r, REPLY_TOO_MANY_ROWS);
}

void reply_end(reply *r) {
  if (r->state != REPLY_GOING) return;
  uint64_t ns = now_ns() - r->begun_ns;
  if (!r->begun && !send_head(r, r->gathered.len)) return;
  if (!send_gathered(r) || !r->keeping) return;
  const char *more = r->more_fields.len ? r->more_fields.ptr : "";
  results_keep(r->results, r->tag, more, text_str(&r->gathered), ns);
}

/* ---- failing ---- */

void reply_bind(reply *r, host *h) {
  host_stop_when(h, should_stop, r);
  host_limit_jobs(h, r->limits.memory);
}

void reply_refuse(work *w, const char *code, const char *detail, const char *members) {
  work_problem(w, 400, code, detail, members);
}

static const char *code_of(sonde_code code) {
  switch (code) {
  case SONDE_SYNTAX: return "syntax";
  case SONDE_NAME: return "name";
  case SONDE_TYPE: return "type";
  case SONDE_VALUE: return "value";
  case SONDE_UNSUPPORTED: return "unsupported";
  case SONDE_LIMIT:
  case SONDE_NOMEM: return "limit";
  case SONDE_BYTES: return "file";
  case SONDE_CORRUPT: return "corrupt";
  default: return "engine";
  }
}

/* Not understood: 400. Understood, but it does not work out: 422. The files' fault, or ours: 500. */
static int status_of(const sonde_error *err) {
  switch (err->code) {
  case SONDE_SYNTAX:
  case SONDE_NAME:
  case SONDE_TYPE:
  case SONDE_UNSUPPORTED: return 400;
  case SONDE_VALUE:
  case SONDE_LIMIT: return 422;
  case SONDE_NOMEM: return 503;
  default: return 500;
  }
}

/* The engine ends a message with its advice. */
static size_t advice_in(const char *message) {
  const char *advice = strstr(message, "; did you mean ");
  return advice ? (size_t)(advice - message) : strlen(message);
}

static void tell_error(reply *r, const sonde_error *err) {
  text members = {0};
  char detail[sizeof err->message];
  size_t advice = advice_in(err->message);
  bool in_sql = !err->source && status_of(err) < 500 && err->code != SONDE_LIMIT;
  if (in_sql) text_print(&members, "\"position\":%llu", (unsigned long long)err->at);
  if (err->message[advice]) {
    text_print(&members, "%s\"hint\":", members.len ? "," : "");
    text_add_json(&members, str_from(err->message + advice + 2));
  }
  snprintf(detail, sizeof detail, "%.*s", (int)advice, err->message);
  work_problem(r->work, status_of(err), code_of(err->code), detail, members.ptr);
  text_free(&members);
}

static void tell_limit(reply *r) {
  static const struct {
    int status;
    const char *code, *detail, *hint;
  } told[] = {
      [REPLY_TOO_MANY_ROWS] = {422, "limit_rows", "The answer has more rows than the limit that was set.",
                               "\"hint\":\"add a LIMIT, or raise limits.rows\""},
      [REPLY_TOO_MANY_BYTES] = {422, "limit_bytes", "The answer has more bytes than the limit that was set.",
                                "\"hint\":\"choose fewer columns or rows, or raise limits.bytes\""},
      [REPLY_TOO_MUCH_MEMORY] =
          {422, "limit_memory", "The answer takes more memory than it may have.",
           "\"hint\":\"filter first, choose fewer columns or groups, or raise limits.memory\""},
      [REPLY_NO_ROOM] = {507, "storage", "The server has no room for what has to be kept on disk meanwhile.",
                         NULL},
      [REPLY_TOO_SLOW] = {422, "limit_seconds", "The answer was not ready within the time that was set.",
                          "\"hint\":\"filter first, or raise limits.seconds\""},
  };
  work_problem(r->work, told[r->state].status, told[r->state].code, told[r->state].detail,
               told[r->state].hint);
}

void reply_fail(reply *r, const sonde_error *err) {
  if (r->begun || r->state == REPLY_GONE)
    work_fail(r->work);
  else if (r->state != REPLY_GOING)
    tell_limit(r);
  else
    tell_error(r, err);
}

void reply_fail_opening(reply *r, const host *h, const sonde_error *err) {
  if (h && host_has_no_room(h)) over(r, REPLY_NO_ROOM);
  reply_fail(r, err);
}

void reply_fail_job(reply *r, const host *h, const sonde_error *err) {
  if (host_ran_short(h)) over(r, REPLY_TOO_MUCH_MEMORY);
  reply_fail_opening(r, h, err);
}
