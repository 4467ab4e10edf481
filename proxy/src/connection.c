/* A connection is in one of three states: it reads a request head, sends an answer, or, having said its last word,
 * waits for the client to hang up (closing with unread input would make the kernel discard that last word). */
#include "connection.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_SECONDS = 10, IDLE_SECONDS = 60, SEND_SECONDS = 60, LINGER_SECONDS = 2 };
/* What one connection may send before the others get their turn. */
enum { TURN_BYTES = 1 << 20 };

struct connection {
  int fd;
  size_t slot;
  enum { READING, SENDING, LINGERING } state;
  time_t deadline;
  char in[HTTP_HEAD_MAX];
  size_t in_len;
  http_answer answer;
  size_t head_sent;
};

static time_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec;
}

static void allow(connection *c, time_t seconds) { c->deadline = now() + seconds; }

connection *connection_new(int fd, size_t slot) {
  connection *c = malloc(sizeof *c);
  int on = 1;
  if (!c) return NULL;
  c->fd = fd;
  c->slot = slot;
  c->state = READING;
  c->in_len = 0;
  c->answer.file = -1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  allow(c, HEAD_SECONDS);
  return c;
}

void connection_free(connection *c) {
  if (!c) return;
  if (c->answer.file >= 0) close(c->answer.file);
  close(c->fd);
  free(c);
}

int connection_fd(const connection *c) { return c->fd; }
size_t connection_slot(const connection *c) { return c->slot; }
bool connection_is_late(const connection *c) { return now() > c->deadline; }

void connection_refuse(int fd, const http_site *site) {
  http_answer answer;
  http_answer_refusal(site, 503, true, &answer);
  (void)!send(fd, answer.head, answer.head_len, MSG_NOSIGNAL | MSG_DONTWAIT);
  close(fd);
}

static void start_sending(connection *c) {
  c->state = SENDING;
  c->head_sent = 0;
  allow(c, SEND_SECONDS);
}

/* Answers the request whose head is the first `len` bytes of input; what follows is the next request. */
static void answer_head(connection *c, const http_site *site, size_t len) {
  http_request request;
  int refused = http_request_parse(c->in, len, &request);
  if (refused)
    http_answer_refusal(site, refused, request.method != METHOD_HEAD, &c->answer);
  else
    http_answer_request(site, &request, &c->answer);
  c->in_len -= len;
  memmove(c->in, c->in + len, c->in_len);
  start_sending(c);
}

/* An empty line before a request line is skipped (RFC 9112, 2.2). */
static void skip_empty_lines(connection *c) {
  size_t n = 0;
  while (c->in_len - n >= 2 && c->in[n] == '\r' && c->in[n + 1] == '\n') n += 2;
  c->in_len -= n;
  memmove(c->in, c->in + n, c->in_len);
}

/* Whether there is now something to send. */
static bool take_request(connection *c, const http_site *site) {
  skip_empty_lines(c);
  size_t len = http_head_length(c->in, c->in_len);
  if (len) {
    answer_head(c, site, len);
  } else if (c->in_len == sizeof c->in) {
    http_answer_refusal(site, 431, true, &c->answer);
    start_sending(c);
  }
  return c->state == SENDING;
}

static bool would_wait(ssize_t result) { return result < 0 && (errno == EAGAIN || errno == EINTR); }

static connection_next read_more(connection *c, const http_site *site) {
  bool fresh = c->in_len == 0;
  ssize_t n = recv(c->fd, c->in + c->in_len, sizeof c->in - c->in_len, 0);
  if (would_wait(n)) return CONNECTION_READS;
  if (n <= 0) return CONNECTION_ENDS;
  c->in_len += (size_t)n;
  if (fresh) allow(c, HEAD_SECONDS);
  return take_request(c, site) ? CONNECTION_WRITES : CONNECTION_READS;
}

static connection_next finish_answer(connection *c, const http_site *site) {
  if (c->answer.file >= 0) close(c->answer.file);
  c->answer.file = -1;
  if (!c->answer.keep_alive) {
    c->state = LINGERING;
    allow(c, LINGER_SECONDS);
    return shutdown(c->fd, SHUT_WR) == 0 ? CONNECTION_READS : CONNECTION_ENDS;
  }
  c->state = READING;
  if (take_request(c, site)) return CONNECTION_WRITES;
  allow(c, c->in_len ? HEAD_SECONDS : IDLE_SECONDS);
  return CONNECTION_READS;
}

/* One send of the head or of the file. 0: the file became shorter than was promised. */
static ssize_t send_some(connection *c) {
  http_answer *a = &c->answer;
  if (c->head_sent < a->head_len) {
    int more = a->length ? MSG_MORE : 0;
    ssize_t n = send(c->fd, a->head + c->head_sent, a->head_len - c->head_sent, MSG_NOSIGNAL | more);
    if (n > 0) c->head_sent += (size_t)n;
    return n;
  }
  off_t offset = (off_t)a->offset;
  ssize_t n = sendfile(c->fd, a->file, &offset, a->length < TURN_BYTES ? (size_t)a->length : TURN_BYTES);
  if (n <= 0) return n;
  a->offset += (uint64_t)n;
  a->length -= (uint64_t)n;
  return n;
}

static connection_next send_more(connection *c, const http_site *site) {
  size_t turn = 0;
  while (c->head_sent < c->answer.head_len || c->answer.length) {
    if (turn >= TURN_BYTES) return CONNECTION_WRITES;
    ssize_t n = send_some(c);
    if (would_wait(n)) return CONNECTION_WRITES;
    if (n <= 0) return CONNECTION_ENDS;
    turn += (size_t)n;
    allow(c, SEND_SECONDS);
  }
  return finish_answer(c, site);
}

static connection_next discard_input(connection *c) {
  for (;;) {
    ssize_t n = recv(c->fd, c->in, sizeof c->in, 0);
    if (would_wait(n)) return CONNECTION_READS;
    if (n <= 0) return CONNECTION_ENDS;
  }
}

/* After a read that completed a request the socket is nearly always writable, so the answer is tried at once. */
connection_next connection_advance(connection *c, const http_site *site) {
  if (c->state == LINGERING) return discard_input(c);
  if (c->state == READING) {
    connection_next next = read_more(c, site);
    if (next != CONNECTION_WRITES) return next;
  }
  return send_more(c, site);
}
