/* Answers made by workers, seen from the loop: streaming, back-pressure, cancelling, failing, a full queue. */
#include "check.h"
#include "work_pool.h"
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20 };

/* A loop of one connection. */
typedef struct {
  mailbox box;
  work_pool *pool;
  unsigned delivered;
} stage;

static atomic_size_t written; /* by the handler under test */
static atomic_int reached;
static atomic_bool understood; /* the handler got what was submitted */

static int overflow_folder = -1;
static uint64_t overflow_most;

static void deliver(void *owner) { ((stage *)owner)->delivered++; }

static void open_stage(stage *s, unsigned threads, unsigned queue) {
  work_config config = {.threads = threads, .queue = queue, .context = s, .overflow = overflow_folder};
  config.overflow_bytes = overflow_most;
  *s = (stage){.pool = work_pool_new(&config)};
  atomic_store(&written, 0);
  atomic_store(&reached, 0);
  CHECK(mailbox_open(&s->box) && work_pool_start(s->pool));
}

static void close_stage(stage *s) {
  work_pool_free(s->pool);
  mailbox_empty(&s->box);
  mailbox_close(&s->box);
}

static work_refusal refusal; /* of what was submitted last */

static work *submit_as(stage *s, work_handler *answer, const char *user, const char *name) {
  static http_request q;
  char bytes[200];
  size_t used;
  snprintf(bytes, sizeof bytes, "GET /v1/x?a=b HTTP/1.1\r\nHost: h\r\n%s%s%s\r\n",
           *name ? "Sonde-Query: " : "", name, *name ? "\r\n" : "");
  CHECK_EQ_INT(request_parse(bytes, strlen(bytes), &used, &q), 0);
  work_order order = {.answer = answer,
                      .request = &q,
                      .head = {bytes, used},
                      .user = user,
                      .tables = "t",
                      .box = &s->box,
                      .deliver = deliver,
                      .owner = s};
  return work_submit(s->pool, &order, &refusal);
}

static work *submit(stage *s, work_handler *answer, const char *user) {
  return submit_as(s, answer, user, "");
}

static void nap(void) {
  struct timespec t = {0, 2000000};
  nanosleep(&t, NULL);
}

static void wait_for_mail(stage *s) {
  struct pollfd fd = {.fd = s->box.fd, .events = POLLIN};
  CHECK_EQ_INT(poll(&fd, 1, 5000), 1);
  mailbox_empty(&s->box);
}

/* Takes an answer to its end; answers its length. */
static size_t take_all(stage *s, work *w, work_news *first, bool *failed) {
  size_t total = 0;
  for (bool ended = false; !ended;) {
    wait_for_mail(s);
    work_news news = work_take(w);
    if (news.begun) *first = news;
    for (size_t i = 0; i < news.len; i++) CHECK(news.bytes[i] == (char)((total + i) % 251));
    total += news.len;
    free(news.bytes);
    ended = news.ended;
    *failed = news.failed;
  }
  return total;
}

static void write_much(work *w, const work_request *q, void *context) {
  (void)context;
  char piece[1000];
  atomic_store(&understood,
               str_is(q->user, "ann") && str_is(q->tables, "t") && str_is(q->request->query, "a=b"));
  work_begin(w, 200, 4 * MIB, "A: b\r\n");
  for (size_t done = 0; done < 4 * MIB;) {
    size_t len = 4 * MIB - done < sizeof piece ? 4 * MIB - done : sizeof piece;
    for (size_t i = 0; i < len; i++) piece[i] = (char)((done + i) % 251);
    if (!work_write(w, piece, len)) break;
    done += len;
    atomic_store(&written, done);
  }
  atomic_store(&reached, work_cancelled(w) ? 2 : 1);
}

static void an_answer_streams_and_waits_for_its_reader(void) {
  stage s;
  work_news first = {0};
  bool failed;
  open_stage(&s, 1, 4);
  work *w = submit(&s, write_much, "ann");
  for (size_t before = 1; before != atomic_load(&written) || !before; nap()) before = atomic_load(&written);
  CHECK(atomic_load(&written) <= 256 << 10);
  CHECK_EQ_UINT(take_all(&s, w, &first, &failed), 4 * MIB);
  CHECK(atomic_load(&understood));
  CHECK(!failed && first.status == 200 && first.length == 4 * MIB);
  work_release(w);
  close_stage(&s);
}

static void write_one(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  if (work_begin(w, 200, 1, "")) work_write(w, "1", 1);
}

/* As a loop does whose connection is always ready for more. */
static size_t take_eagerly(work *w, bool *failed) {
  size_t total = 0;
  for (bool ended = false; !ended;) {
    work_news news = work_take(w);
    for (size_t i = 0; i < news.len; i++) CHECK(news.bytes[i] == (char)((total + i) % 251));
    total += news.len;
    ended = news.ended;
    *failed = news.failed;
    free(news.bytes);
    if (!news.len) nap();
  }
  return total;
}

static void a_slow_reader_holds_no_worker(void) {
  stage s;
  bool failed;
  overflow_folder = open("/tmp", O_RDONLY | O_DIRECTORY);
  overflow_most = 64 * MIB;
  open_stage(&s, 1, 4);
  work *slow = submit(&s, write_much, "ann");
  while (!atomic_load(&written)) nap();
  work *other = submit(&s, write_one, "ann");
  while (!atomic_load(&reached)) nap();
  CHECK_EQ_UINT(atomic_load(&written), 4 * MIB);
  work_release(other);
  CHECK_EQ_UINT(take_eagerly(slow, &failed), 4 * MIB);
  CHECK(!failed);
  work_release(slow);
  overflow_most = MIB; /* less than the answer: the worker waits with the rest */
  close_stage(&s);
  open_stage(&s, 1, 4);
  slow = submit(&s, write_much, "ann");
  for (size_t before = 0; atomic_load(&written) < MIB || before != atomic_load(&written); nap())
    before = atomic_load(&written);
  CHECK(!atomic_load(&reached) && atomic_load(&written) <= MIB + (256 << 10));
  CHECK_EQ_UINT(take_eagerly(slow, &failed), 4 * MIB);
  CHECK(!failed);
  work_release(slow);
  close_stage(&s);
  close(overflow_folder);
  overflow_folder = -1;
}

static void a_client_that_goes_ends_the_work(void) {
  stage s;
  open_stage(&s, 1, 4);
  work *w = submit(&s, write_much, "ann");
  wait_for_mail(&s);
  unsigned before = s.delivered;
  work_release(w);
  while (!atomic_load(&reached)) nap();
  CHECK_EQ_INT(atomic_load(&reached), 2);
  close_stage(&s);
  CHECK_EQ_UINT(s.delivered, before);
}

static void write_less(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  work_begin(w, 200, 10, "");
  work_write(w, "short", 5);
}

static void begin_nothing(work *w, const work_request *q, void *context) { (void)w, (void)q, (void)context; }

static void what_is_not_as_promised_has_failed(void) {
  stage s;
  open_stage(&s, 1, 4);
  work_handler *const handlers[] = {write_less, begin_nothing};
  for (int i = 0; i < 2; i++) {
    work *w = submit(&s, handlers[i], "ann");
    work_news news = {0};
    while (!news.ended) {
      wait_for_mail(&s);
      free(news.bytes);
      news = work_take(w);
    }
    CHECK(news.failed);
    free(news.bytes);
    work_release(w);
  }
  close_stage(&s);
}

static void wait_for_the_end(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  atomic_fetch_add(&reached, 1);
  while (!work_cancelled(w)) nap();
}

static void a_full_queue_takes_nothing_and_one_user_not_all_of_it(void) {
  stage s;
  work *running, *kept[4] = {0};
  open_stage(&s, 1, 8);
  running = submit(&s, wait_for_the_end, "ann");
  while (!atomic_load(&reached)) nap();
  for (int i = 0; i < 2; i++) CHECK((kept[i] = submit(&s, wait_for_the_end, "ann")) != NULL);
  CHECK(!submit(&s, wait_for_the_end, "ann"));
  CHECK_EQ_INT(refusal, WORK_FULL);
  CHECK((kept[2] = submit(&s, wait_for_the_end, "bob")) != NULL);
  for (int i = 0; i < 3; i++) work_release(kept[i]);
  work_release(running);
  close_stage(&s);
}

static bool cancels(stage *s, const char *user, const char *id) {
  return work_cancel_named(s->pool, user, (sonde_str){id, strlen(id)});
}

static work_news wait_for_the_news(stage *s, work *w) {
  work_news news = {0};
  for (; !news.ended; news = work_take(w)) wait_for_mail(s);
  return news;
}

static void only_who_asked_cancels(void) {
  stage s;
  open_stage(&s, 2, 8);
  work *w = submit(&s, wait_for_the_end, "ann");
  while (!atomic_load(&reached)) nap();
  CHECK(!cancels(&s, "bob", "1") && !cancels(&s, "ann", "2") && !cancels(&s, "ann", "01") &&
        !cancels(&s, "ann", ""));
  CHECK(cancels(&s, "ann", "1"));
  work_news news = wait_for_the_news(&s, w);
  CHECK(news.failed && news.ended_by_user);
  CHECK(!cancels(&s, "ann", "1"));
  work_release(w);
  close_stage(&s);
}

static void a_name_is_its_users_own_and_free_again_afterwards(void) {
  stage s;
  open_stage(&s, 1, 8);
  work *of_ann = submit_as(&s, wait_for_the_end, "ann", "q"),
       *of_bob = submit_as(&s, wait_for_the_end, "bob", "q");
  CHECK(of_ann && of_bob);
  CHECK(!submit_as(&s, wait_for_the_end, "ann", "q") && refusal == WORK_NAME_TAKEN);
  CHECK(!cancels(&s, "carl", "q") && !cancels(&s, "ann", "Q") && !cancels(&s, "ann", "1") &&
        cancels(&s, "ann", "q"));
  wait_for_the_news(&s, of_ann);
  work_release(of_ann);
  CHECK((of_ann = submit_as(&s, wait_for_the_end, "ann", "q")) != NULL);
  work_release(of_ann);
  work_release(of_bob);
  close_stage(&s);
}

static void what_waits_is_ended_at_once(void) {
  stage s;
  open_stage(&s, 1, 8);
  work *running = submit(&s, wait_for_the_end, "ann");
  while (!atomic_load(&reached)) nap();
  work *waiting = submit_as(&s, wait_for_the_end, "ann", "w"), *gone = submit(&s, wait_for_the_end, "ann");
  work_release(gone);
  CHECK(waiting && cancels(&s, "ann", "w"));
  work_news news = wait_for_the_news(&s, waiting);
  CHECK(news.failed && news.ended_by_user);
  work_release(waiting);
  uint64_t queued, busy;
  work_pool_gauges(s.pool, &queued, &busy);
  CHECK(queued == 0 && busy == 1 && atomic_load(&reached) == 1);
  work_release(running);
  close_stage(&s);
}

static void names_cannot_be_taken_for_numbers(void) {
  static const char *const good[] = {"a", "Z9", "q-1_x",
                                     "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcd"};
  static const char *const bad[] = {
      "",         "1",   "-a",
      "_a",       "a b", "a/b",
      "\xc3\xa4", "a.b", "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcde"};
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    CHECK(work_name_is_sane((sonde_str){good[i], strlen(good[i])}));
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    CHECK(!work_name_is_sane((sonde_str){bad[i], strlen(bad[i])}));
}

int main(void) {
  RUN(an_answer_streams_and_waits_for_its_reader);
  RUN(a_slow_reader_holds_no_worker);
  RUN(a_client_that_goes_ends_the_work);
  RUN(what_is_not_as_promised_has_failed);
  RUN(a_full_queue_takes_nothing_and_one_user_not_all_of_it);
  RUN(only_who_asked_cancels);
  RUN(a_name_is_its_users_own_and_free_again_afterwards);
  RUN(what_waits_is_ended_at_once);
  RUN(names_cannot_be_taken_for_numbers);
  return check_report();
}
