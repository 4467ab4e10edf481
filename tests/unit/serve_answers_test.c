/* Parts of answers: kept results, tokens, what Accept means, whom a scope permits, which tables a text names. */
#include "catalog.h"
#include "check.h"
#include "form.h"
#include "peek.h"
#include "place.h"
#include "results.h"
#include "tag.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

static sonde_str str(const char *s) { return (sonde_str){s, strlen(s)}; }

static void tag_of(const char *what, char out[TAG_SIZE]) {
  text parts = {0};
  tag_add(&parts, str(what));
  tag_make(&parts, out);
  text_free(&parts);
}

static bool is_kept(results *r, const char *what) {
  char tag[TAG_SIZE];
  tag_of(what, tag);
  const result *found = results_find(r, tag);
  bool right = found && str_is(found->body, what) && strcmp(found->fields, "X: y\r\n") == 0;
  if (found) results_release(r, found);
  return right;
}

static void keep_dear(results *r, const char *what, uint64_t ns) {
  char tag[TAG_SIZE];
  tag_of(what, tag);
  results_keep(r, tag, "X: y\r\n", str(what), ns);
}
static void keep(results *r, const char *what) { keep_dear(r, what, 0); }

/* Each takes some 140 bytes; there is room for less than ten. */
static void least_used_results_go_first(void) {
  static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"};
  results *r = results_new(1400);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    keep(r, names[i]);
    CHECK(is_kept(r, names[i]) && is_kept(r, "a"));
  }
  CHECK(!is_kept(r, "b") && is_kept(r, "m"));
  results_free(r);
}

/* Whether what took seven times as long as all others is there when so many of them came after it, and the first of them are not. */
static bool outlives(unsigned others) {
  char name[2] = {1, 0};
  results *r = results_new(1400);
  keep_dear(r, "dear", 7);
  for (; (unsigned)*name <= others; ++*name) keep_dear(r, name, 1);
  *name = 1;
  CHECK(!is_kept(r, name));
  bool kept = is_kept(r, "dear");
  results_free(r);
  return kept;
}

static void what_took_long_is_passed_over_some_times(void) {
  CHECK(outlives(12) && outlives(20) && !outlives(60));
}

static void a_result_lives_as_long_as_it_is_read(void) {
  char tag[TAG_SIZE], other[2] = "0";
  results *r = results_new(1400);
  keep(r, "read");
  tag_of("read", tag);
  const result *read = results_find(r, tag);
  for (; *other <= '9'; ++*other) keep(r, other);
  for (*other = 'A'; *other <= 'Z'; ++*other) keep(r, other);
  CHECK(!results_find(r, tag) && str_is(read->body, "read"));
  results_release(r, read);
  CHECK(!results_has_room(r, 1400) && results_has_room(r, 100));
  results_free(r);
}

/* ---- claims ---- */

typedef struct {
  results *results;
  char tag[TAG_SIZE];
  atomic_uint waits; /* how often it was asked whether to give up */
  bool claimed, gives_up;
} asker;

static bool is_over(void *user) {
  asker *a = user;
  atomic_fetch_add(&a->waits, 1);
  return a->gives_up;
}

static void *claim(void *user) {
  asker *a = user;
  result_claim mine;
  a->claimed = results_claim(a->results, a->tag, &mine, is_over, a);
  if (a->claimed) results_unclaim(a->results, &mine);
  return NULL;
}

static void who_asks_the_same_waits_for_whoever_makes_it(void) {
  asker second = {.results = results_new(1400)}, other = second;
  result_claim mine;
  pthread_t thread;
  tag_of("same", second.tag);
  tag_of("other", other.tag);
  CHECK(results_claim(second.results, second.tag, &mine, is_over, &second) && !second.waits);
  claim(&other);
  CHECK(other.claimed && !other.waits);
  CHECK(pthread_create(&thread, NULL, claim, &second) == 0);
  while (!second.waits) sched_yield();
  keep(second.results, "same");
  results_unclaim(second.results, &mine);
  pthread_join(thread, NULL);
  CHECK(!second.claimed && is_kept(second.results, "same"));
  results_free(second.results);
}

static void who_gives_up_waits_no_longer(void) {
  asker a = {.results = results_new(1400), .gives_up = true};
  result_claim mine;
  tag_of("same", a.tag);
  CHECK(results_claim(a.results, a.tag, &mine, is_over, &a));
  claim(&a);
  CHECK(!a.claimed && a.waits == 1);
  results_unclaim(a.results, &mine);
  claim(&a);
  CHECK(a.claimed);
  results_free(a.results);
}

static void parts_do_not_run_into_each_other(void) {
  text one = {0}, two = {0};
  char tag_one[TAG_SIZE], tag_two[TAG_SIZE];
  tag_add(&one, str("ab")), tag_add(&one, str("c"));
  tag_add(&two, str("a")), tag_add(&two, str("bc"));
  tag_make(&one, tag_one), tag_make(&two, tag_two);
  CHECK(strlen(tag_one) == 34 && tag_one[0] == '"' && tag_one[33] == '"' && strcmp(tag_one, tag_two) != 0);
  text_free(&one), text_free(&two);
}

static void a_place_holds_for_its_order(void) {
  text order = {0}, other = {0}, token = {0};
  uint64_t row = 0;
  tag_add(&order, str("sales by day")), tag_add(&other, str("sales by price"));
  place_put(&token, &order, 123456789012);
  CHECK(place_read(text_str(&token), &order, &row) && row == 123456789012);
  CHECK(!place_read(text_str(&token), &other, &row));
  token.ptr[0] = '2';
  CHECK(!place_read(text_str(&token), &order, &row) && !place_read(str(""), &order, &row));
  text_free(&order), text_free(&other), text_free(&token);
}

static void accept_is_weighed(void) {
  static const struct {
    const char *accept;
    form expected;
  } cases[] = {
      {"", FORM_JSON},
      {"*/*", FORM_JSON},
      {"text/*", FORM_CSV},
      {"text/csv;q=0.8, application/x-ndjson;q=0.9", FORM_NDJSON},
      {"*/*;q=0.1, application/vnd.apache.parquet", FORM_PARQUET},
      {"application/json;q=0, */*;q=0.5", FORM_NDJSON},
      {"application/json;q=0", FORM_NONE},
      {"Application/JSON; charset=utf-8 ; q=1.000", FORM_JSON},
      {"image/png, text/html", FORM_NONE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    CHECK(form_accepted(str(cases[i].accept)) == cases[i].expected);
}

static bool permits_name(const char *scope, const char *name) {
  return catalog_permits(str(scope), &(catalog_table){.name = name});
}

static bool permits_file(const char *scope, const char *name, const char *place) {
  return catalog_permits(str(scope), &(catalog_table){.name = name, .place = place});
}

static void a_named_table_is_permitted_by_exactly_its_name(void) {
  CHECK(permits_name("sales,trips", "trips") && permits_name("*", "any") && permits_name("a,*", "any"));
  CHECK(permits_name("sales/2025", "sales/2025") && permits_name("both years", "both years"));
  static const char *const others[] = {"",       ",",      "sale",   "Sales",  "sales/",        "sales/2025",
                                       "/sales", "sales2", " sales", "sales ", "sales\t,trips", "**"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) CHECK(!permits_name(others[i], "sales"));
  CHECK(!permits_name("sales", "sales/2025") && !permits_name("/sales", "sales/2025"));
}

static void a_file_is_permitted_by_its_place_and_folders_above_it(void) {
  const char *name = "sales/2025", *place = "/sales/2025.csv";
  CHECK(permits_file("/sales", name, place) && permits_file("x,/sales/2025.csv", name, place));
  CHECK(permits_file("*", name, place));
  static const char *const others[] = {
      "",       "/",       "sales",       "sales/2025",     "sales/2025.csv",
      "/sale",  "/sales/", "/sales/2025", "/sales/2025.cs", "/sales/2025.csv/",
      "/Sales", "//sales", " /sales",     "/sales "};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) CHECK(!permits_file(others[i], name, place));
}

static void tables_are_found_where_they_are_named(void) {
  CHECK(catalog_is_named("t", str("select * from T")) && catalog_is_named("t", str("from(t)")));
  CHECK(catalog_is_named("sales/2025", str("from \"sales/2025\" s")) && catalog_is_named("t", str("x.t.a")));
  CHECK(!catalog_is_named("t", str("select tt, t2, _t, t\xc3\xa4 from at")) &&
        !catalog_is_named("t", str("")));
  CHECK(catalog_is_named("a b", str("from xa b, \"a b\"")));
}

static void escaped_characters_are_read(void) {
  text plain = {0};
  peek_add_text(&plain, str("\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\\ud83dx\\n\""));
  CHECK(str_is(text_str(&plain), "A\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbdx\n"));
  text_free(&plain);
}

int main(void) {
  RUN(least_used_results_go_first);
  RUN(what_took_long_is_passed_over_some_times);
  RUN(a_result_lives_as_long_as_it_is_read);
  RUN(who_asks_the_same_waits_for_whoever_makes_it);
  RUN(who_gives_up_waits_no_longer);
  RUN(parts_do_not_run_into_each_other);
  RUN(a_place_holds_for_its_order);
  RUN(accept_is_weighed);
  RUN(a_named_table_is_permitted_by_exactly_its_name);
  RUN(a_file_is_permitted_by_its_place_and_folders_above_it);
  RUN(tables_are_found_where_they_are_named);
  RUN(escaped_characters_are_read);
  return check_report();
}
