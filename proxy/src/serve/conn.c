/* Life of a connection: what comes in, whose turn it is, deadlines. What goes out is send.c's. */
#include "conn.h"
#include "access_log.h"
#include "send.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What one connection may send before the others get their turn. */
enum { TURN_BYTES = 1 << 20, LINGER_SECONDS = 2, SPARE_MAX = 64 };

static exchange *take_exchange(loop *l) {
  exchange *x = l->spare;
  if (x)
    l->spare = x->next, l->spare_count--;
  else
    x = malloc(sizeof *x);
  if (x) exchange_init(x);
  return x;
}

static void give_exchange(loop *l, exchange *x) {
  if (!x) return;
  exchange_clear(x);
  if (l->spare_count >= SPARE_MAX) {
    free(x);
    return;
  }
  x->next = l->spare;
  l->spare = x;
  l->spare_count++;
}

bool conn_open(loop *l, int fd, bool trusted, address_key address) {
  int on = 1;
  conn *c = calloc(1, sizeof *c);
  if (c)
    *c = (conn){.loop = l,
                .fd = fd,
                .trusted = trusted,
                .address = address,
                .writable = true,
                .next = l->connections};
  if (!c || !loop_watch(l, fd, c)) {
    free(c);
    close(fd);
    return false;
  }
  if (c->next) c->next->prev = c;
  l->connections = c;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  loop_set_deadline(l, &c->timer, l->site->config.head_seconds);
  return true;
}

void conn_close(conn *c) {
  loop *l = c->loop;
  if (c->x) access_log(c, true);
  if (c->is_ready) loop_forget_ready(l, c);
  wheel_drop(&c->timer);
  give_exchange(l, c->x);
  close(c->fd);
  limits_leave(l->site->limits, c->address);
  if (c->prev) c->prev->next = c->next;
  if (c->next) c->next->prev = c->prev;
  if (l->connections == c) l->connections = c->next;
  free(c->in);
  free(c);
}

/* A client that has been promised more must not take what it got for all of it: the kernel forgets the rest and resets. */
static void cut(conn *c) {
  struct linger now = {.l_onoff = 1};
  setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  conn_close(c);
}

void conn_refuse(loop *l, int fd) {
  exchange *x = take_exchange(l);
  http_request nothing = {.method = METHOD_GET};
  if (x) {
    answer_refusal(l, &nothing, x, 503);
    (void)!send(fd, x->head.ptr, x->head.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    give_exchange(l, x);
  }
  close(fd);
}

static void free_input(conn *c) {
  free(c->in);
  c->in = NULL;
  c->in_len = 0;
  c->unparsed = false;
}

/* Keeps `len` bytes for later; they may lie in what is kept already. */
static bool keep_input(conn *c, const char *bytes, size_t len, bool unparsed) {
  if (!c->in) c->in = malloc(REQUEST_HEAD_MAX);
  if (!c->in) return false;
  memmove(c->in, bytes, len);
  c->in_len = (uint32_t)len;
  c->unparsed = unparsed;
  return true;
}

/* Something that was not there at the first try must be said by epoll; a full read means that there may be more. */
static ssize_t receive(conn *c, char *to, size_t room) {
  ssize_t n = recv(c->fd, to, room, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) c->readable = errno == EINTR;
  if (n > 0 && (size_t)n < room && !c->hung_up) c->readable = false;
  return n;
}

static void note_request(loop *l, const http_request *q, exchange *x) {
  x->keep_alive = q->keep_alive && !l->draining;
  x->method = q->method;
  x->begun_ns = access_log_clock();
  x->target_len = q->target.len < sizeof x->target ? q->target.len : sizeof x->target;
  if (x->target_len) memcpy(x->target, q->target.ptr, x->target_len);
  sonde_str trace = q->fields[FIELD_TRACEPARENT];
  x->trace_len = trace.len < sizeof x->trace ? trace.len : 0;
  if (x->trace_len) memcpy(x->trace, trace.ptr, x->trace_len);
}

static void refuse_work(loop *l, const http_request *q, exchange *x, work_refusal why) {
  if (why == WORK_NAME_TAKEN) {
    answer_problem(l, q, x, 409, "", "query_exists", "A query of yours with this id is being answered.");
    return;
  }
  metrics_add(&l->metrics, COUNT_REFUSED_BUSY, 1);
  answer_problem(l, q, x, 503, "Retry-After: 1\r\n", "busy",
                 "Too many answers are being made; try again in a second.");
}

/* Hands the request to a worker; `body` becomes the worker's. */
static step submit(conn *c, const http_request *q, sonde_str head, char *body, size_t body_len) {
  exchange *x = c->x;
  loop *l = c->loop;
  work_order order = {.answer = x->handler,
                      .request = q,
                      .head = head,
                      .body = body,
                      .body_len = body_len,
                      .user = x->grant ? x->grant->user : "",
                      .tables = x->grant ? x->grant->tables : "",
                      .box = &l->box,
                      .deliver = send_work_news,
                      .owner = c};
  work_refusal why;
  x->work = work_submit(l->site->work, &order, &why);
  c->state = x->work ? CONN_WAITING : CONN_SENDING;
  if (x->work) {
    x->done = false;
    loop_set_deadline(l, &c->timer, l->site->config.work_seconds);
    return STEP_AGAIN;
  }
  refuse_work(l, q, x, why);
  return STEP_AGAIN;
}

static bool prepare_body(exchange *x, const http_request *q, const char *head, size_t head_len) {
  x->input = malloc(q->content_length);
  x->input_head = malloc(head_len);
  x->request = malloc(sizeof *x->request);
  if (!x->input || !x->input_head || !x->request) return false;
  x->input_cap = q->content_length;
  x->input_head_len = head_len;
  memcpy(x->input_head, head, head_len);
  *x->request = *q;
  request_move(x->request, head, x->input_head);
  return true;
}

/* Whoever asks first whether it may send a body gets no answer from anybody else. */
static void say_continue(conn *c, const http_request *q) {
  static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
  if (q->fields[FIELD_EXPECT].ptr && q->is_1_1)
    (void)!send(c->fd, line, sizeof line - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Takes as much of the body as came with the head; answers how much that was. */
static size_t begin_body(conn *c, const http_request *q, const char *head, size_t head_len, size_t more) {
  exchange *x = c->x;
  if (q->content_length > c->loop->site->config.body_bytes || !prepare_body(x, q, head, head_len)) {
    x->keep_alive = false;
    x->handler = NULL;
    c->state = CONN_SENDING;
    answer_problem(c->loop, q, x, 413, "", "body_too_large",
                   "The body of the request is larger than is allowed here.");
    return more;
  }
  x->input_len = more < x->input_cap ? more : x->input_cap;
  memcpy(x->input, head + head_len, x->input_len);
  c->state = CONN_RECEIVING;
  loop_set_deadline(c->loop, &c->timer, c->loop->site->config.head_seconds);
  if (!more) say_continue(c, q);
  return x->input_len;
}

/* A whole head at `bytes`, `len` bytes of input in all, `used` of them the head. */
static step answer_head(conn *c, const char *bytes, size_t len, size_t used, int refused) {
  loop *l = c->loop;
  http_request *q = &l->request;
  origin from = {c->trusted, c->address};
  c->x = take_exchange(l);
  if (!c->x) return STEP_ENDS;
  note_request(l, q, c->x);
  c->state = CONN_SENDING;
  if (refused) {
    metrics_add(&l->metrics, COUNT_REFUSED_HEAD, 1);
    answer_refusal(l, q, c->x, refused);
    free_input(c);
    return STEP_AGAIN;
  }
  route_request(l, q, &from, c->x);
  if (c->x->handler && q->content_length)
    used += begin_body(c, q, bytes, used, len - used);
  else if (c->x->handler)
    submit(c, q, (sonde_str){bytes, used}, NULL, 0);
  if (used < len) return keep_input(c, bytes + used, len - used, true) ? STEP_AGAIN : STEP_ENDS;
  free_input(c);
  return STEP_AGAIN;
}

/* Empty lines before a request line are skipped (RFC 9112, 2.2). */
static size_t empty_lines(const char *bytes, size_t len) {
  size_t n = 0;
  while (len - n >= 2 && bytes[n] == '\r' && bytes[n + 1] == '\n') n += 2;
  return n;
}

static step take_head(conn *c, const char *bytes, size_t len) {
  size_t skipped = empty_lines(bytes, len), used = 0;
  bytes += skipped, len -= skipped;
  int status = len ? request_parse(bytes, len, &used, &c->loop->request) : REQUEST_PARTIAL;
  if (status == REQUEST_PARTIAL && len == REQUEST_HEAD_MAX) status = 431;
  if (status != REQUEST_PARTIAL) return answer_head(c, bytes, len, used, status);
  if (!c->in || c->unparsed) loop_set_deadline(c->loop, &c->timer, c->loop->site->config.head_seconds);
  return keep_input(c, bytes, len, false) ? STEP_AGAIN : STEP_ENDS;
}

static step read_head(conn *c) {
  char *to = c->in ? c->in : c->loop->in;
  size_t len = c->in_len;
  if (!c->unparsed) {
    if (!c->readable) return STEP_BLOCKED;
    ssize_t n = receive(c, to + len, REQUEST_HEAD_MAX - len);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return STEP_AGAIN;
    if (n <= 0) return STEP_ENDS;
    len += (size_t)n;
  }
  return take_head(c, to, len);
}

static step read_body(conn *c) {
  exchange *x = c->x;
  if (x->input_len == x->input_cap) {
    char *body = x->input;
    x->input = NULL;
    return submit(c, x->request, (sonde_str){x->input_head, x->input_head_len}, body, x->input_cap);
  }
  if (!c->readable) return STEP_BLOCKED;
  ssize_t n = receive(c, x->input + x->input_len, x->input_cap - x->input_len);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return STEP_AGAIN;
  if (n <= 0) return STEP_ENDS;
  x->input_len += (size_t)n;
  return STEP_AGAIN;
}

static step discard_input(conn *c) {
  if (!c->readable) return STEP_BLOCKED;
  ssize_t n = receive(c, c->loop->in, sizeof c->loop->in);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)) ? STEP_AGAIN : STEP_ENDS;
}

static step finish(conn *c) {
  bool goes_on = c->x->keep_alive && !c->loop->draining;
  access_log(c, false);
  give_exchange(c->loop, c->x);
  c->x = NULL;
  c->state = goes_on ? CONN_READING : CONN_LINGERING;
  if (goes_on) {
    loop_set_deadline(c->loop, &c->timer, c->loop->site->config.idle_seconds);
    return STEP_AGAIN;
  }
  loop_set_deadline(c->loop, &c->timer, LINGER_SECONDS);
  return shutdown(c->fd, SHUT_WR) == 0 ? STEP_AGAIN : STEP_ENDS;
}

/* A client that hangs up does not wait for an answer that is still being made. */
static step go_on(conn *c, size_t *turn) {
  switch (c->state) {
  case CONN_READING: return read_head(c);
  case CONN_RECEIVING: return read_body(c);
  case CONN_SENDING: return send_some(c, turn);
  case CONN_WAITING: return c->hung_up ? STEP_ENDS : STEP_BLOCKED;
  case CONN_LINGERING: return discard_input(c);
  }
  return STEP_ENDS;
}

void conn_run(conn *c) {
  size_t turn = 0;
  for (;;) {
    step next = go_on(c, &turn);
    if (next == STEP_FINISHED) next = finish(c);
    if (next == STEP_BLOCKED) return;
    if (next == STEP_CUT) {
      cut(c);
      return;
    }
    if (next == STEP_ENDS) {
      conn_close(c);
      return;
    }
    if (next == STEP_LATER || turn >= TURN_BYTES) {
      loop_make_ready(c->loop, c);
      return;
    }
  }
}

void conn_event(conn *c, uint32_t events) {
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->readable = true;
  if (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) c->writable = true;
  if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->hung_up = true;
  if (!c->is_ready) conn_run(c);
}

/* Too slow a reader is one who took less than the rate times the time; without a rate, one who took nothing. */
static bool reads_too_slowly(const conn *c) {
  const config *settings = &c->loop->site->config;
  uint64_t least = (uint64_t)settings->min_send_rate * settings->send_seconds;
  return c->window_sent < (least ? least : 1);
}

static void late_reader(conn *c) {
  if (reads_too_slowly(c)) {
    metrics_add(&c->loop->metrics, COUNT_LATE_READER, 1);
    cut(c);
    return;
  }
  c->window_sent = 0;
  loop_set_deadline(c->loop, &c->timer, c->loop->site->config.send_seconds);
}

void conn_late(conn *c) {
  switch (c->state) {
  case CONN_READING:
  case CONN_RECEIVING:
    if (c->in_len || c->x) metrics_add(&c->loop->metrics, COUNT_LATE_HEAD, 1);
    conn_close(c);
    return;
  case CONN_SENDING: late_reader(c); return;
  case CONN_WAITING:
    if (send_gives_up(c))
      conn_run(c);
    else
      cut(c);
    return;
  case CONN_LINGERING: conn_close(c); return;
  }
}

void conn_drain(conn *c) {
  if (c->state == CONN_READING && !c->in_len) conn_close(c);
}
