/* Parts of the server that need no socket: deadlines, rates, the seekable table, settings. */
#include "check.h"
#include "config.h"
#include "limits.h"
#include "seekable.h"
#include "wheel.h"
#include <stdlib.h>

static void timers_fire_at_their_time_in_any_order(void) {
  enum { N = 500 };
  static wheel w;
  static timer timers[N];
  wheel_init(&w, 1000);
  for (uint32_t i = 0; i < N; i++) wheel_set(&w, &timers[i], 1001 + i * 37 % 3000);
  unsigned fired = 0;
  for (uint32_t now = 1000; now < 4100; now++) {
    for (timer *t; (t = wheel_expire(&w, now)); fired++) CHECK_EQ_UINT(t->due, now);
  }
  CHECK_EQ_UINT(fired, N);
}

static void a_deadline_moves_both_ways(void) {
  static wheel w;
  timer t = {0};
  wheel_init(&w, 0);
  wheel_set(&w, &t, 100);
  wheel_set(&w, &t, 700);
  CHECK(!wheel_expire(&w, 699));
  CHECK(wheel_expire(&w, 700) == &t);
  wheel_set(&w, &t, 1300);
  wheel_set(&w, &t, 750);
  CHECK(!wheel_expire(&w, 749));
  CHECK(wheel_expire(&w, 750) == &t);
  wheel_set(&w, &t, 800);
  wheel_drop(&t);
  CHECK(!wheel_expire(&w, 5000));
}

static void ticks_may_wrap_around(void) {
  static wheel w;
  timer t = {0};
  wheel_init(&w, UINT32_MAX - 10);
  wheel_set(&w, &t, 20);
  CHECK(!wheel_expire(&w, 19));
  CHECK(wheel_expire(&w, 20) == &t);
}

static unsigned taken_of(limits *l, unsigned asked, uint64_t now_ms) {
  const address_key nowhere = {{0}};
  unsigned taken = 0;
  for (unsigned i = 0; i < asked; i++) taken += limits_take(l, (sonde_str){"ann", 3}, nowhere, now_ms);
  return taken;
}

static void a_rate_holds_whichever_loop_asks(void) {
  const limits_config means = {.connections = 1, .user_rate = 10, .user_burst = 5};
  limits *l = limits_new(&means);
  CHECK_EQ_UINT(taken_of(l, 9, 1000), 5);
  CHECK_EQ_UINT(taken_of(l, 9, 996), 0); /* a loop that read its clock before */
  CHECK_EQ_UINT(taken_of(l, 9, 1000), 0);
  CHECK_EQ_UINT(taken_of(l, 9, 1200), 2);
  CHECK_EQ_UINT(taken_of(l, 9, 9000), 5);
  limits_free(l);
}

static void a_seek_table_says_where_frames_lie(void) {
  const seekable_entry entries[] = {{100, 1000}, {7, 1000}, {50, 3}};
  uint8_t file[157 + 8 + 24 + 9] = {0};
  uint64_t offset;
  size_t size;
  seekable_entry got;
  CHECK_EQ_UINT(seekable_table_size(3), sizeof file - 157);
  seekable_table_write(entries, 3, file + 157);
  CHECK(seekable_footer_read(file + sizeof file - SEEKABLE_FOOTER, sizeof file, &size) &&
        size == sizeof file - 157);
  const uint64_t offsets[] = {0, 100, 107};
  for (uint32_t n = 0; n < 3; n++) {
    CHECK(seekable_locate(file + 157, size, sizeof file, n, &offset, &got));
    CHECK(offset == offsets[n] && got.compressed == entries[n].compressed && got.plain == entries[n].plain);
  }
  CHECK(!seekable_locate(file + 157, size, sizeof file, 3, &offset, &got));
  CHECK(!seekable_locate(file + 157, size, sizeof file - 1, 2, &offset, &got));
}

static void settings_are_read(void) {
  static const char text[] =
      "# a comment\nlisten = [\n  '127.0.0.1:80', # one\n  \"unix:/run/s\",\n]\nkeys = \"a\\\"b\"\nhead_seconds = 1_0\n"
      "sandbox = \"off\"\ncors = [\"https://a.example:8443\"]\n\n[roots]\nsales = '/srv/x y'\r\n";
  config c;
  char why[192];
  config_init(&c);
  CHECK(config_read(text, sizeof text - 1, &c, why));
  CHECK(c.listen_count == 2 && c.cors_count == 1 && c.root_count == 1 && c.head_seconds == 10 &&
        c.sandbox == SANDBOX_OFF);
  CHECK_STR(c.listen[1], "unix:/run/s");
  CHECK_STR(c.keys, "a\"b");
  CHECK_STR(c.roots[0].path, "/srv/x y");
  config_free(&c);
}

static void mistakes_in_settings_are_named_with_their_line(void) {
  static const char *const cases[][2] = {
      {"root = \"a\"\nthreds = 2\n", "line 2: threds: is not known"},
      {"threads = 65\n", "line 1: threads: is out of bounds"},
      {"threads = \"2\"\n", "line 1: threads: is not known"},
      {"\n\nroot = \"a\"\nroot = \"b\"\n", "line 4: root: the name was given a value before"},
      {"[users]\nann = 1\n", "line 2: ann: stands in a table that is not known"},
      {"cors = [\"example.org\"]\n", "line 1: cors: takes an origin"},
      {"cors = [\"https://a/\"]\n", "line 1: cors: takes an origin"},
      {"root = \"a\n", "line 1: root: the string does not end"},
      {"root = a\n", "line 1: root: a value was expected"},
      {"root = \"\"\n", "line 1: root: must not be empty"},
      {"root \"a\"\n", "line 1: root: = was expected"},
      {"root = \"a\" keys = \"b\"\n", "line 1: root: more than one thing"},
      {"listen = [1]\n", "line 1: listen: an array holds strings"},
      {"connections = 010\n", "line 1: connections: a value was expected"},
      {"connections = true\n", "line 1: connections: is not known"},
      {"[roots]\n\"a b\" = \"x\"\n", "line 2: a name was expected"},
      {"root = \"\\u0041\"\n", "line 1: root: an escape other than"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    config c;
    char why[192] = "";
    config_init(&c);
    CHECK(!config_read(cases[i][0], strlen(cases[i][0]), &c, why));
    bool said = strncmp(why, cases[i][1], strlen(cases[i][1])) == 0;
    if (!CHECK(said)) fprintf(stderr, "    got %s, expected %s\n", why, cases[i][1]);
    config_free(&c);
  }
}

int main(void) {
  RUN(timers_fire_at_their_time_in_any_order);
  RUN(a_deadline_moves_both_ways);
  RUN(ticks_may_wrap_around);
  RUN(a_rate_holds_whichever_loop_asks);
  RUN(a_seek_table_says_where_frames_lie);
  RUN(settings_are_read);
  RUN(mistakes_in_settings_are_named_with_their_line);
  return check_report();
}
