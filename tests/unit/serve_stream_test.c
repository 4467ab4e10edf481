/* Answers of workers on the wire: a whole server in this process, with routes of the test's own in place of answers.c. */
#include "check.h"
#include "loop.h"
#include "routes.h"
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LARGE = 3000000, ANSWER_MAX = 4 << 20 };

static atomic_int running, cancelled;

static void answer_stream(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  char piece[777];
  if (!work_begin(w, 200, WORK_UNKNOWN_LENGTH, "Content-Type: text/plain\r\n")) return;
  for (size_t done = 0; done < LARGE; done += sizeof piece) {
    size_t len = LARGE - done < sizeof piece ? LARGE - done : sizeof piece;
    for (size_t i = 0; i < len; i++) piece[i] = (char)('a' + (done + i) % 26);
    if (!work_write(w, piece, len)) return;
  }
}

static void answer_echo(work *w, const work_request *q, void *context) {
  (void)context;
  if (work_begin(w, 200, q->body.len, "Content-Type: text/plain\r\n"))
    work_write(w, q->body.ptr, q->body.len);
}

static void answer_half(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  work_begin(w, 200, WORK_UNKNOWN_LENGTH, "");
  work_write(w, "half", 4);
  work_flush(w);
  usleep(50000);
  work_fail(w);
}

static void answer_problem_only(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  work_problem(w, 422, "sql", "no such \"column\"", "\"position\":7");
}

static void answer_nothing(work *w, const work_request *q, void *context) { (void)w, (void)q, (void)context; }

static void answer_never(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  atomic_fetch_add(&running, 1);
  while (!work_cancelled(w)) usleep(1000);
  atomic_fetch_add(&cancelled, 1);
}

const work_route *answers_routes(unsigned *count) {
  static const work_route routes[] = {{METHOD_GET, "/v1/stream", false, answer_stream},
                                      {METHOD_POST, "/v1/echo", false, answer_echo},
                                      {METHOD_GET, "/v1/half", false, answer_half},
                                      {METHOD_GET, "/v1/problem", true, answer_problem_only},
                                      {METHOD_GET, "/v1/nothing", false, answer_nothing},
                                      {METHOD_GET, "/v1/never", false, answer_never}};
  *count = sizeof routes / sizeof *routes;
  return routes;
}
void *answers_open(const site *s, char why[256]) { return (void)s, (void)why, NULL; }
bool answers_reload(void *context, char why[256]) { return (void)context, (void)why, true; }
void answers_close(void *context) { (void)context; }

static site server;
static struct sockaddr_in address;

static void start(void) {
  static loop *loops[1];
  char why[256];
  listener l;
  socklen_t len = sizeof address;
  signal(SIGPIPE, SIG_IGN);
  config_init(&server.config);
  CHECK(!config_finish(&server.config));
  server.config.work_seconds = 1;
  server.config.body_bytes = 100000;
  server.roots = (roots){.site = NO_ROOT, .root = NO_ROOT, .cache = NO_ROOT};
  server.limits = limits_new(&(limits_config){.connections = 100, .connections_per_address = 100});
  server.work = work_pool_new(&(work_config){.threads = 2, .queue = 4, .context = &server});
  server.cold = cold_new();
  server.loopback = true;
  server.loops = loops;
  server.loop_count = 1;
  loops[0] = loop_new(&server);
  CHECK(listen_open("127.0.0.1:0", false, &l, why) && loop_add_listener(loops[0], &l));
  getsockname(l.fd, (struct sockaddr *)&address, &len);
  CHECK(work_pool_start(server.work) && cold_start(server.cold, 1));
  CHECK_EQ_INT(pthread_create(&loops[0]->thread, NULL, loop_run, loops[0]), 0);
}

static void stop(void) {
  atomic_store(&server.draining, true);
  loop_wake(server.loops[0]);
  pthread_join(server.loops[0]->thread, NULL);
  work_pool_free(server.work);
  cold_free(server.cold);
  loop_free(server.loops[0]);
  limits_free(server.limits);
  config_free(&server.config);
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct timeval patience = {.tv_sec = 10};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  CHECK_EQ_INT(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static void say(int fd, const char *text) {
  CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
}

static char answer[ANSWER_MAX + 1];
static size_t answer_len;

static void hear_all(int fd) {
  ssize_t n;
  answer_len = 0;
  while ((n = recv(fd, answer + answer_len, ANSWER_MAX - answer_len, 0)) > 0) answer_len += (size_t)n;
  answer[answer_len] = '\0';
  close(fd);
}

static void ask(const char *request) {
  int fd = dial();
  say(fd, request);
  hear_all(fd);
}

static const char *body(void) {
  const char *end = strstr(answer, "\r\n\r\n");
  return end ? end + 4 : answer + answer_len;
}

static bool has(const char *text) { return strstr(answer, text) != NULL; }

/* Puts the chunks in `from` together in place; answers their length, or -1 when the last one is missing. */
static long join_chunks(char *from) {
  char *to = from, *at = from;
  for (;;) {
    char *line;
    size_t len = strtoul(at, &line, 16);
    if (line == at || memcmp(line, "\r\n", 2) != 0) return -1;
    if (len == 0) return memcmp(line, "\r\n\r\n", 4) == 0 ? to - from : -1;
    memmove(to, line + 2, len);
    to += len;
    at = line + 2 + len;
    if (memcmp(at, "\r\n", 2) != 0) return -1;
    at += 2;
  }
}

static bool is_the_stream(const char *bytes, size_t len) {
  for (size_t i = 0; i < len; i++)
    if (bytes[i] != (char)('a' + i % 26)) return false;
  return len == LARGE;
}

static void a_stream_comes_in_chunks(void) {
  ask("GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has("HTTP/1.1 200 OK\r\n") && has("Transfer-Encoding: chunked\r\n") && !has("Content-Length"));
  CHECK(has("Server-Timing: make;dur=") && has("Sonde-Query: ") &&
        has("Content-Security-Policy: default-src 'none'; sandbox\r\n"));
  char *begin = strstr(answer, "\r\n\r\n") + 4;
  long len = join_chunks(begin);
  CHECK(len > 0 && is_the_stream(begin, (size_t)len));
}

static void a_client_of_1_0_gets_it_without_chunks(void) {
  ask("GET /v1/stream HTTP/1.0\r\n\r\n");
  CHECK(!has("Transfer-Encoding") && has("Connection: close\r\n"));
  CHECK(is_the_stream(body(), answer_len - (size_t)(body() - answer)));
}

static void a_head_is_asked_without_the_body(void) {
  ask("HEAD /v1/stream HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has("HTTP/1.1 200 OK\r\n") && !*body());
}

static void answers_follow_one_another_on_a_connection(void) {
  ask("GET /v1/problem/1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello"
      "GET /v1/problem HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const char *echo = strstr(answer, "HTTP/1.1 200 OK"), *last = echo ? strstr(echo, "HTTP/1.1 422 ") : NULL;
  CHECK(strncmp(answer, "HTTP/1.1 422 Unprocessable Content\r\n", 36) == 0);
  CHECK(has(
      "{\"type\":\"about:blank\",\"title\":\"Unprocessable Content\",\"status\":422,\"code\":\"sql\",\"detail\":\"no such \\\"column\\\"\",\"position\":7}\n"));
  CHECK(echo && last && memcmp(last - 5, "hello", 5) == 0);
}

static void a_failure_in_the_middle_leaves_no_whole_answer(void) {
  ask("GET /v1/half HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(has("4\r\nhalf") && join_chunks(strstr(answer, "\r\n\r\n") + 4) == -1);
  ask("GET /v1/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has("HTTP/1.1 500 ") && has("\"code\":\"internal\""));
}

static void a_body_may_come_late_and_in_pieces(void) {
  int fd = dial();
  char line[32] = "";
  say(fd,
      "POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
  CHECK(recv(fd, line, 25, MSG_WAITALL) == 25);
  CHECK_STR(line, "HTTP/1.1 100 Continue\r\n\r\n");
  say(fd, "abc");
  usleep(20000);
  say(fd, "def");
  hear_all(fd);
  CHECK_STR(body(), "abcdef");
  ask("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100001\r\n\r\nabc");
  CHECK(has("HTTP/1.1 413 ") && has("Connection: close\r\n"));
  ask("POST /v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  CHECK(has("HTTP/1.1 200 ") && !*body());
}

static void wait_until(atomic_int *number, int value) {
  for (int i = 0; i < 5000 && atomic_load(number) < value; i++) usleep(1000);
  CHECK(atomic_load(number) >= value);
}

static void an_answer_that_takes_too_long_is_given_up(void) {
  ask("GET /v1/never HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has("HTTP/1.1 504 ") && has("\"code\":\"timeout\""));
  wait_until(&cancelled, 1);
}

static void whoever_hangs_up_wants_no_answer(void) {
  int before = atomic_load(&cancelled), fd = dial();
  say(fd, "GET /v1/never HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until(&running, before + 1);
  close(fd);
  wait_until(&cancelled, before + 1);
}

static void too_many_answers_are_refused(void) {
  int fds[5], before = atomic_load(&running);
  for (int i = 0; i < 3; i++) {
    fds[i] = dial();
    say(fds[i], "GET /v1/never HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (i < 2) wait_until(&running, before + i + 1);
  }
  usleep(50000);
  ask("GET /v1/never HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has("HTTP/1.1 503 ") && has("Retry-After: 1\r\n") && has("\"code\":\"busy\""));
  for (int i = 0; i < 3; i++) close(fds[i]);
}

int main(void) {
  start();
  RUN(a_stream_comes_in_chunks);
  RUN(a_client_of_1_0_gets_it_without_chunks);
  RUN(a_head_is_asked_without_the_body);
  RUN(answers_follow_one_another_on_a_connection);
  RUN(a_failure_in_the_middle_leaves_no_whole_answer);
  RUN(a_body_may_come_late_and_in_pieces);
  RUN(an_answer_that_takes_too_long_is_given_up);
  RUN(whoever_hangs_up_wants_no_answer);
  RUN(too_many_answers_are_refused);
  stop();
  return check_report();
}
