/* Who asks for little does not wait for those who take much: rounds of the loop are counted, which this test runs itself. */
#include "check.h"
#include "loop.h"
#include "routes.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TAKERS = 8, LARGE = 16 << 20, ROUNDS_MOST = 100, SOCKET_MOST = 4 << 20 };

static atomic_bool made;

static void answer_small(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  if (work_begin(w, 200, 5, "Content-Type: text/plain\r\n")) work_write(w, "small", 5);
  atomic_store(&made, true);
}

const work_route *answers_routes(unsigned *count) {
  static const work_route routes[] = {{METHOD_GET, "/v1/small", false, answer_small}};
  *count = 1;
  return routes;
}
void *answers_open(const site *s, char why[256]) { return (void)s, (void)why, NULL; }
bool answers_reload(void *context, char why[256]) { return (void)context, (void)why, true; }
void answers_close(void *context) { (void)context; }

static site server;
static loop *one;
static struct sockaddr_in address;
static char folder[] = "/tmp/sonde-turns-XXXXXX";
static int takers[TAKERS];
static uint64_t taken, taken_by[TAKERS];

static void write_file(const char *name, size_t size) {
  char path[64];
  static const char zeros[1 << 16];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  for (size_t done = 0; done < size; done += sizeof zeros)
    REQUIRE(write(fd, zeros, size - done < sizeof zeros ? size - done : sizeof zeros) > 0);
  close(fd);
}

static void start(void) {
  static loop *loops[1];
  char why[256];
  listener l;
  socklen_t len = sizeof address;
  signal(SIGPIPE, SIG_IGN);
  REQUIRE(mkdtemp(folder));
  write_file("large", LARGE);
  write_file("little", 1000);
  config_init(&server.config);
  server.config.root = strdup(folder);
  CHECK(!config_finish(&server.config));
  REQUIRE(roots_open(&server.roots, &server.config, why));
  server.limits = limits_new(&(limits_config){.connections = 100, .connections_per_address = 100});
  server.work = work_pool_new(&(work_config){.threads = 1, .queue = 4, .context = &server});
  server.cold = cold_new();
  server.loopback = true;
  server.loops = loops;
  server.loop_count = 1;
  one = loops[0] = loop_new(&server);
  REQUIRE(listen_open("127.0.0.1:0", false, &l, why) && loop_add_listener(one, &l));
  getsockname(l.fd, (struct sockaddr *)&address, &len);
  REQUIRE(work_pool_start(server.work) && cold_start(server.cold, 1));
}

static void stop(void) {
  work_pool_free(server.work);
  cold_free(server.cold);
  loop_free(one);
  limits_free(server.limits);
  roots_close(&server.roots);
  config_free(&server.config);
  char command[64];
  snprintf(command, sizeof command, "rm -r %s", folder);
  CHECK_EQ_INT(system(command), 0);
}

static int dial_and_ask(const char *path) {
  char request[200];
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0);
  int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path);
  CHECK(send(fd, request, (size_t)n, MSG_NOSIGNAL) == n);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

/* Takers are never the reason why the loop has nothing to send. */
static void take_all(void) {
  static char bytes[1 << 20];
  ssize_t n;
  for (int i = 0; i < TAKERS; i++)
    while ((n = recv(takers[i], bytes, sizeof bytes, 0)) > 0) {
      taken += (uint64_t)n;
      taken_by[i] += (uint64_t)n;
    }
}

static void round_and_take(void) {
  loop_round(one);
  take_all();
}

/* All of them have begun, and none has half of what it takes. */
static void begin_transfers(void) {
  for (int i = 0; i < TAKERS; i++) takers[i] = dial_and_ask("/v1/f/large");
  for (int i = 0; i < 2 * TAKERS; i++) round_and_take();
  CHECK(taken > TAKERS * 1000 && taken < (uint64_t)TAKERS * LARGE / 2);
}

static bool has_come(int fd) {
  char head[16];
  return recv(fd, head, sizeof head, MSG_PEEK) >= 12 && memcmp(head, "HTTP/1.1 200", 12) == 0;
}

/* Rounds until the answer is there, and what others were given meanwhile. */
static int rounds_until(int fd, uint64_t *others) {
  int rounds = 0;
  uint64_t before = taken;
  while (!has_come(fd) && rounds < ROUNDS_MOST) {
    round_and_take();
    rounds++;
  }
  *others = taken - before;
  return rounds;
}

/* What fitted the sockets before may be taken now, beside what the rounds have sent. */
static void check_soon(int fd, int most) {
  uint64_t others;
  int rounds = rounds_until(fd, &others);
  CHECK(one->ready != NULL); /* the transfers go on */
  CHECK(rounds <= most);
  CHECK(others <= (uint64_t)most * 2 * ROUND_BYTES);
  close(fd);
}

static void answers_of_workers_leave_in_the_next_round(void) {
  int fd = dial_and_ask("/v1/small");
  while (!atomic_load(&made)) round_and_take();
  poll(&(struct pollfd){.fd = one->box.fd, .events = POLLIN}, 1, 10000); /* the loop has been told */
  check_soon(fd, 1);
}

static void small_files_leave_after_few_rounds(void) { check_soon(dial_and_ask("/v1/f/little"), 2); }

static void answers_of_the_loop_leave_after_few_rounds(void) { check_soon(dial_and_ask("/healthz"), 2); }

/* Several that share a loop are given the same, but for a turn that one has had and the others still wait for. */
static void transfers_are_given_the_same(void) {
  uint64_t least = UINT64_MAX, most = 0;
  for (int round = 0; round < 2 * TAKERS; round++) round_and_take();
  for (int i = 0; i < TAKERS; i++) {
    if (taken_by[i] < least) least = taken_by[i];
    if (taken_by[i] > most) most = taken_by[i];
  }
  CHECK(one->ready != NULL);
  CHECK(most - least <= SOCKET_MOST + 2 * ROUND_BYTES);
}

int main(void) {
  start();
  begin_transfers();
  RUN(answers_of_workers_leave_in_the_next_round);
  RUN(small_files_leave_after_few_rounds);
  RUN(answers_of_the_loop_leave_after_few_rounds);
  RUN(transfers_are_given_the_same);
  for (int i = 0; i < TAKERS; i++) close(takers[i]);
  stop();
  return check_report();
}
