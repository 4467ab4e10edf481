/* Small pieces of files are read into the loop's memory and leave in one call with the head; large ones go from the
 * page cache by sendfile. Neither waits for a disk. */
#include "send.h"
#include "access_log.h"
#include "files.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { SMALL = 16 << 10, PIECE = 512 << 10 };

/* The reader's time begins when it first does not keep up. */
static step blocked(conn *c) {
  if (!c->x->timed) {
    c->x->timed = true;
    c->window_sent = 0;
    loop_set_deadline(c->loop, &c->timer, c->loop->site->config.send_seconds);
  }
  return STEP_BLOCKED;
}

static step would_block(conn *c) {
  c->writable = false;
  c->x->stepped = true;
  return blocked(c);
}

static step failed_send(conn *c) {
  if (errno == EINTR) return STEP_AGAIN;
  return errno == EAGAIN ? would_block(c) : STEP_ENDS;
}

static void count(conn *c, size_t n, size_t *turn) {
  c->x->sent += n;
  c->window_sent += n;
  c->loop->round_sent += n;
  *turn += n;
}

static size_t advance(size_t *at, size_t end, size_t *n) {
  size_t part = end - *at < *n ? end - *at : *n;
  *at += part;
  *n -= part;
  return part;
}

/* The bytes of the file when they are few and in memory; 0 otherwise. */
static size_t read_small(conn *c) {
  exchange *x = c->x;
  if (!x->length || x->length > SMALL || x->body_len) return 0;
  ssize_t n = cold_read_warm(x->file->fd, c->loop->scratch, (size_t)x->length, x->offset);
  return n == (ssize_t)x->length ? (size_t)n : 0;
}

static step cut_changed(conn *c) {
  metrics_add(&c->loop->metrics, COUNT_CUT_CHANGED, 1);
  return STEP_CUT;
}

static step send_text(conn *c, size_t *turn) {
  exchange *x = c->x;
  size_t small = read_small(c);
  if (small && x->stepped && !opened_is_unchanged(x->file)) return cut_changed(c);
  struct iovec parts[3] = {{x->head.ptr + x->head_sent, x->head.len - x->head_sent},
                           {x->body ? x->body + x->body_sent : NULL, x->body_len - x->body_sent},
                           {c->loop->scratch, small}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
  bool more = x->length > small || (!x->done && !x->work);
  ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  if (sent < 0) return failed_send(c);
  size_t left = (size_t)sent;
  count(c, left, turn);
  advance(&x->head_sent, x->head.len, &left);
  advance(&x->body_sent, x->body_len, &left);
  x->offset += left;
  x->length -= left;
  return STEP_AGAIN;
}

static void warmed(void *owner) {
  conn *c = owner;
  c->x->cold = NULL;
  c->state = CONN_SENDING;
  conn_run(c);
}

/* Meanwhile the reader is not to blame. */
static step wait(conn *c) {
  c->state = CONN_WAITING;
  c->x->timed = false;
  loop_set_deadline(c->loop, &c->timer, c->loop->site->config.work_seconds);
  return STEP_AGAIN;
}

static void release_file(void *file) { opened_release(file); }

static step read_cold(conn *c, uint64_t length) {
  exchange *x = c->x;
  cold_order order = {.fd = x->file->fd,
                      .offset = x->offset,
                      .length = length,
                      .box = &c->loop->box,
                      .deliver = warmed,
                      .owner = c,
                      .done = release_file,
                      .resource = x->file};
  x->cold = cold_submit(c->loop->site->cold, &order);
  if (!x->cold) return STEP_CUT;
  x->file->refs++;
  x->warm_until = x->offset + length;
  x->stepped = true;
  metrics_add(&c->loop->metrics, COUNT_COLD, 1);
  return wait(c);
}

/* An answer that leaves in one go is of one moment; before each further piece the file is asked whether it is still the
 * one that the head spoke of. */
static step send_file(conn *c, size_t *turn) {
  exchange *x = c->x;
  uint64_t piece = x->length < PIECE ? x->length : PIECE;
  if (c->loop->round_sent >= ROUND_BYTES) return STEP_LATER;
  if (x->stepped && !opened_is_unchanged(x->file)) return cut_changed(c);
  if (x->offset + piece > x->warm_until && !cold_is_warm(x->file->fd, x->offset, piece))
    return read_cold(c, piece);
  off_t offset = (off_t)x->offset;
  ssize_t n = sendfile(c->fd, x->file->fd, &offset, (size_t)piece);
  if (n < 0) return failed_send(c);
  if (n == 0) return cut_changed(c);
  count(c, (size_t)n, turn);
  x->offset += (uint64_t)n;
  x->length -= (uint64_t)n;
  x->stepped = true;
  return STEP_AGAIN;
}

static void drop_body(exchange *x) {
  free(x->body);
  x->body = NULL;
  x->body_len = x->body_sent = 0;
}

/* The fields that say how long a worker's answer is, and the end of the head. */
static void end_work_head(exchange *x, const http_request *q, const work_news *news) {
  out *o = &x->head;
  bool bodiless = news->status == 304 || news->status == 204;
  x->chunked = news->length == WORK_UNKNOWN_LENGTH && q->is_1_1 && !bodiless;
  if (news->length == WORK_UNKNOWN_LENGTH && !q->is_1_1) x->keep_alive = false;
  if (x->chunked) {
    out_literal(o, "Transfer-Encoding: chunked\r\n");
  } else if (news->length != WORK_UNKNOWN_LENGTH && !bodiless) {
    out_literal(o, "Content-Length: "), out_number(o, news->length), out_literal(o, "\r\n");
  }
  out_literal(o, "\r\n");
  if (x->only_head) x->chunked = false;
}

static void put_timing(out *o, const exchange *x) {
  uint64_t us = (access_log_clock() - x->begun_ns) / 1000;
  out_literal(o, "Server-Timing: make;dur="), out_number(o, us / 1000), out_literal(o, ".");
  for (uint64_t digit = 100; digit; digit /= 10) out_number(o, us / digit % 10);
  out_literal(o, "\r\n");
}

static void begin_work_answer(conn *c, const work_news *news) {
  exchange *x = c->x;
  const http_request *q = work_request_of(x->work);
  if (c->loop->draining) x->keep_alive = false;
  answer_begin(c->loop, q, x, news->status);
  out_text(&x->head, news->fields);
  answer_put_data_fields(c->loop, q, x);
  put_timing(&x->head, x);
  out_literal(&x->head, "Sonde-Query: "), out_str(&x->head, work_id(x->work)), out_literal(&x->head, "\r\n");
  end_work_head(x, q, news);
}

static void put_hex(out *o, size_t n) {
  char digits[16];
  size_t at = sizeof digits;
  do digits[--at] = "0123456789abcdef"[n & 15];
  while (n >>= 4);
  out_put(o, digits + at, sizeof digits - at);
}

/* Each chunk ends where the next one begins: the line break after it is written with what follows. */
static void put_chunk_line(exchange *x, size_t len) {
  if (x->chunk_open) out_literal(&x->head, "\r\n");
  x->chunk_open = true;
  put_hex(&x->head, len), out_literal(&x->head, "\r\n");
  if (!len) out_literal(&x->head, "\r\n");
}

static void put_work_bytes(exchange *x, const work_news *news) {
  if (x->only_head) {
    free(news->bytes);
    return;
  }
  x->body = news->bytes;
  x->body_len = news->len;
  if (news->len && x->chunked) put_chunk_line(x, news->len);
}

static step put_work_file(exchange *x, const work_news *news) {
  if (news->fd < 0) return STEP_AGAIN;
  x->file = opened_adopt(news->fd);
  if (!x->file) return STEP_CUT;
  x->offset = news->offset;
  x->length = x->only_head ? 0 : news->file_length;
  return STEP_AGAIN;
}

static step end_work(exchange *x) {
  x->head.len = x->head_sent = 0;
  drop_body(x);
  if (x->chunked) put_chunk_line(x, 0);
  x->done = true;
  return STEP_AGAIN;
}

/* Nothing has been sent yet, so the client can be told. */
static step say_problem(conn *c, int status, const char *code, const char *detail) {
  exchange *x = c->x;
  http_request q = *work_request_of(x->work);
  drop_body(x);
  x->chunked = false;
  x->keep_alive = x->keep_alive && q.is_1_1;
  x->done = true;
  answer_problem(c->loop, &q, x, status, "", code, detail);
  work_release(x->work);
  x->work = NULL;
  return STEP_AGAIN;
}

static step fail_work(conn *c, bool ended_by_user) {
  bool begun = c->x->sent || c->x->head.len;
  if (ended_by_user && !begun)
    return say_problem(c, 409, "cancelled", "The query was ended before its answer began.");
  metrics_add(&c->loop->metrics, COUNT_CUT_FAILED, 1);
  if (begun) return STEP_CUT;
  return say_problem(c, 500, "internal", "Making the answer failed.");
}

/* Everything that was taken before is sent. Bytes of an answer that failed later are not worth sending. */
static step take_work(conn *c) {
  exchange *x = c->x;
  if (x->work_ended) return end_work(x);
  work_news news = work_take(x->work);
  if (news.failed) {
    free(news.bytes);
    if (news.fd >= 0) close(news.fd);
    return fail_work(c, news.ended_by_user);
  }
  x->head.len = x->head_sent = 0;
  drop_body(x);
  if (news.begun) begin_work_answer(c, &news);
  put_work_bytes(x, &news);
  step next = put_work_file(x, &news);
  x->work_ended = news.ended;
  if (x->head.full) return STEP_CUT;
  return next == STEP_AGAIN && exchange_is_sent(x) && !news.ended ? wait(c) : next;
}

void send_work_news(void *owner) {
  conn *c = owner;
  if (c->state != CONN_WAITING || c->x->cold) return;
  c->state = CONN_SENDING;
  conn_run(c);
}

bool send_gives_up(conn *c) {
  if (!c->x->work || c->x->sent || c->x->cold) return false;
  c->state = CONN_SENDING;
  say_problem(c, 504, "timeout", "Making the answer took longer than is allowed here.");
  return true;
}

static step refill(conn *c) {
  if (c->x->parts) {
    files_next_part(c->x);
    return STEP_AGAIN;
  }
  return c->x->work ? take_work(c) : STEP_FINISHED;
}

step send_some(conn *c, size_t *turn) {
  exchange *x = c->x;
  if (x->head_sent < x->head.len || x->body_sent < x->body_len)
    return c->writable ? send_text(c, turn) : blocked(c);
  if (x->length) return c->writable ? send_file(c, turn) : blocked(c);
  return x->done ? STEP_FINISHED : refill(c);
}
