/* Who is next for a worker, by counting: the order in which requests are taken, whatever time they need. */
#include "check.h"
#include "random.h"
#include "work_queue.h"

enum { MANY = 50 };
typedef struct {
  work_item item;
  char user;
} asked;

static void put(work_queue *q, asked *a, char user) {
  char name[2] = {user};
  a->user = user;
  CHECK(work_queue_put(q, &a->item, name));
}

static asked *take(work_queue *q) { return (asked *)(void *)work_queue_take(q); }

/* Whose requests are taken, one after the other, each done at once; "." where nobody's may be. */
static void expect(work_queue *q, const char *order) {
  for (; *order; order++) {
    asked *a = take(q);
    if (!CHECK((a ? a->user : '.') == *order)) fprintf(stderr, "    at %s: %c\n", order, a ? a->user : '.');
    if (a) work_queue_done(q, &a->item);
  }
}

static void nobody_fills_the_queue_alone(void) {
  work_queue q = {.max = 4, .max_each = 2, .max_running = 9};
  asked all[7] = {0};
  for (int i = 0; i < 2; i++) put(&q, &all[i], 'a');
  CHECK(!work_queue_put(&q, &all[2].item, "a"));
  put(&q, &all[3], 'b'), put(&q, &all[4], 'c');
  CHECK(!work_queue_put(&q, &all[5].item, "d"));
  CHECK(work_queue_remove(&q, &all[1].item));
  put(&q, &all[6], 'a');
  expect(&q, "abca.");
  CHECK(!q.ring && !q.count);
}

static void one_of_another_user_is_next(void) {
  work_queue q = {.max = 256, .max_each = 64, .max_running = 2};
  asked of_ann[MANY], of_bob, of_carl[2];
  for (int i = 0; i < MANY; i++) put(&q, &of_ann[i], 'a');
  asked *first = take(&q), *second = take(&q);
  CHECK(first == &of_ann[0] && second == &of_ann[1] && !take(&q));
  put(&q, &of_bob, 'b');
  for (int i = 0; i < 2; i++) put(&q, &of_carl[i], 'c');
  expect(&q, "bcc.");
  work_queue_done(&q, &first->item);
  put(&q, &of_bob, 'b');
  expect(&q, "ba");
  work_queue_done(&q, &second->item);
  for (int i = 3; i < MANY; i++) expect(&q, "a");
  expect(&q, ".");
  CHECK(!q.ring && !q.count);
}

static void who_was_answered_comes_after_who_waited(void) {
  work_queue q = {.max = 256, .max_each = 64, .max_running = 1};
  asked of_ann[2], of_bob;
  put(&q, &of_ann[0], 'a');
  asked *first = take(&q);
  put(&q, &of_ann[1], 'a'), put(&q, &of_bob, 'b');
  work_queue_done(&q, &first->item);
  expect(&q, "ba.");
}

static void users_take_turns(void) {
  work_queue q = {.max = 256, .max_each = 64, .max_running = 1};
  asked all[9];
  for (int i = 0; i < 9; i++) put(&q, &all[i], "aaaabbbcc"[i]);
  CHECK(work_queue_remove(&q, &all[1].item) && !work_queue_remove(&q, &all[1].item));
  CHECK(work_queue_remove(&q, &all[8].item));
  expect(&q, "abcabab.");
  CHECK(!q.ring && !q.count);
}

/* Nobody is passed over while another one, who has as many or more under way, is taken twice. */
static void nobody_waits_beyond_a_turn(void) {
  enum { USERS = 5, TAKES = 2000 };
  work_queue q = {.max = 256, .max_each = 64, .max_running = 3};
  asked pool[64], *under_way[64];
  unsigned n_free = 64, n_way = 0, waiting[USERS] = {0}, running[USERS] = {0};
  random_state random = {42};
  asked *spare[64];
  for (unsigned i = 0; i < 64; i++) spare[i] = &pool[i];
  for (int round = 0; round < TAKES; round++) {
    for (unsigned more = random_below(&random, 4); more && n_free; more--) {
      unsigned user = random_below(&random, 3) ? 0 : random_below(&random, USERS);
      put(&q, spare[--n_free], (char)('a' + user));
      waiting[user]++;
    }
    asked *a = take(&q);
    unsigned least = UINT32_MAX;
    for (unsigned u = 0; u < USERS; u++)
      if (waiting[u] && running[u] < 3 && running[u] < least) least = running[u];
    CHECK((a != NULL) == (least != UINT32_MAX));
    if (a) {
      CHECK_EQ_UINT(running[a->user - 'a'], least);
      waiting[a->user - 'a']--, running[a->user - 'a']++;
      under_way[n_way++] = a;
    }
    if (n_way && random_below(&random, 2)) {
      unsigned i = random_below(&random, n_way);
      running[under_way[i]->user - 'a']--;
      work_queue_done(&q, &under_way[i]->item);
      spare[n_free++] = under_way[i];
      under_way[i] = under_way[--n_way];
    }
  }
  while (n_way) work_queue_done(&q, &under_way[--n_way]->item);
  for (asked *a; (a = take(&q));) work_queue_done(&q, &a->item);
  CHECK(!q.ring && !q.count);
}

int main(void) {
  RUN(nobody_fills_the_queue_alone);
  RUN(one_of_another_user_is_next);
  RUN(who_was_answered_comes_after_who_waited);
  RUN(users_take_turns);
  RUN(nobody_waits_beyond_a_turn);
  return check_report();
}
