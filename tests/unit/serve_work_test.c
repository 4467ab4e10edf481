/* Answers made by workers, seen from the loop: streaming, back-pressure, cancelling, failing, a full queue. */
#include "check.h"
#include "work_pool.h"
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

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

static void deliver(void *owner) { ((stage *)owner)->delivered++; }

static void open_stage(stage *s, unsigned threads, unsigned queue) {
  work_config config = {.threads = threads, .queue = queue, .context = s};
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

static work *submit(stage *s, work_handler *answer, const char *user) {
  static const char bytes[] = "GET /v1/x?a=b HTTP/1.1\r\nHost: h\r\n\r\n";
  static http_request q;
  size_t used;
  CHECK_EQ_INT(request_parse(bytes, sizeof bytes - 1, &used, &q), 0);
  work_order order = {.answer = answer,
                      .request = &q,
                      .head = {bytes, used},
                      .user = user,
                      .tables = "t",
                      .box = &s->box,
                      .deliver = deliver,
                      .owner = s};
  return work_submit(s->pool, &order);
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
  CHECK((kept[2] = submit(&s, wait_for_the_end, "bob")) != NULL);
  for (int i = 0; i < 3; i++) work_release(kept[i]);
  work_release(running);
  close_stage(&s);
}

static uint64_t id_to_cancel;
static atomic_int found;
static void cancel_other(work *w, const work_request *q, void *context) {
  (void)q, (void)context;
  atomic_store(&found, work_cancel_id(w, id_to_cancel));
  work_begin(w, 204, 0, "");
}

static int cancel_as(stage *s, const char *user) {
  atomic_store(&found, -1);
  work *w = submit(s, cancel_other, user);
  while (atomic_load(&found) < 0) nap();
  work_release(w);
  return atomic_load(&found);
}

static void only_who_asked_cancels(void) {
  stage s;
  open_stage(&s, 2, 8);
  work *w = submit(&s, wait_for_the_end, "ann");
  id_to_cancel = work_id(w);
  while (!atomic_load(&reached)) nap();
  CHECK_EQ_INT(cancel_as(&s, "bob"), 0);
  CHECK_EQ_INT(cancel_as(&s, "ann"), 1);
  id_to_cancel = 999;
  CHECK_EQ_INT(cancel_as(&s, "ann"), 0);
  work_release(w);
  close_stage(&s);
}

int main(void) {
  RUN(an_answer_streams_and_waits_for_its_reader);
  RUN(a_client_that_goes_ends_the_work);
  RUN(what_is_not_as_promised_has_failed);
  RUN(a_full_queue_takes_nothing_and_one_user_not_all_of_it);
  RUN(only_who_asked_cancels);
  return check_report();
}
