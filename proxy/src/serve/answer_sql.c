/* /v1/sql: which tables the SQL may mean, whether the answer is known already, and else an engine that makes it. */
#include "answers.h"
#include "peek.h"
#include "row_text.h"
#include "sql_ask.h"
#include "tag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TABLES_MAX = 64 };

typedef struct {
  answers *all;
  const work_request *request;
  sql_ask ask;
  reply reply;
  table_now tables[TABLES_MAX];
  seat_table opened[TABLES_MAX];
  unsigned count;
  seat *seat;
} asking;

/* ---- tables ---- */

/* Those that the asker may read and whose name stands somewhere in the SQL: perhaps too many, never too few. */
static bool open_named(asking *x, const catalog *c, sonde_error *err) {
  for (unsigned i = 0; i < c->count; i++) {
    const catalog_table *t = &c->tables[i];
    if (!catalog_is_named(t->name, text_str(&x->ask.sql)) || !catalog_permits(x->request->tables, t))
      continue;
    if (x->count == TABLES_MAX) {
      *err = (sonde_error){.code = SONDE_LIMIT};
      snprintf(err->message, sizeof err->message, "the SQL names more than %d tables", TABLES_MAX);
      return false;
    }
    if (!table_now_open(&x->tables[x->count++], t, err)) return false;
  }
  return true;
}

/* ---- tags ---- */

/* Words without which an answer depends on the tables alone: what tells time, and what is random. */
static bool is_the_same_tomorrow(const char *sql) {
  static const char *const words[] = {"now",    "current", "today",  "local",   "age",
                                      "random", "uuid",    "sample", "shuffle", "transaction_timestamp"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcasestr(sql, words[i])) return false;
  return true;
}

static void put_tag(asking *x) {
  text parts = {0};
  if (!is_the_same_tomorrow(x->ask.sql.ptr)) return;
  tag_add(&parts, str_from(form_name(x->ask.form)));
  tag_add(&parts, text_str(&x->ask.sql));
  tag_add(&parts, text_str(&x->ask.params));
  tag_add(&parts, text_str(&x->ask.zone));
  text_print(&parts, "%llu %llu ", (unsigned long long)x->ask.limits.rows,
             (unsigned long long)x->ask.limits.bytes);
  for (unsigned i = 0; i < x->count; i++) tag_add(&parts, text_str(&x->tables[i].identity));
  tag_make(&parts, x->reply.tag);
  text_free(&parts);
}

/* ---- the engine ---- */

static void put_query(const asking *x, const char *more, text *spec) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  text_print(spec, "{\"job\":\"query\",\"readOnly\":true%s,\"now\":%lld,\"seed\":%ld,\"spool\":%u,\"sql\":%s",
             more, (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, now.tv_nsec,
             host_spool(seat_host(x->seat)), x->ask.sql_json.ptr);
  if (x->ask.params.len) text_print(spec, ",\"params\":%s", x->ask.params.ptr);
  if (x->ask.zone.len) text_print(spec, ",\"timezone\":%s", x->ask.zone.ptr);
  if (x->ask.limits.rows < UINT64_MAX) /* one more shows that there are more */
    text_print(spec, ",\"limit\":%llu", (unsigned long long)x->ask.limits.rows + 1);
  text_print(spec, ",\"tables\":[");
  for (unsigned i = 0; i < x->count; i++) {
    text_print(spec, "%s{\"table\":%u,\"name\":", i ? "," : "", x->opened[i].id);
    text_add_json(spec, str_from(x->tables[i].table->name));
    text_add(spec, "}", 1);
  }
  text_add(spec, "]}", 2);
}

static bool take_page(void *user, sonde_page page) {
  return row_text_page(user, (sonde_str){(const char *)page.base, page.size});
}

static bool run_text(asking *x, sonde_error *err) {
  text spec = {0};
  row_text rows = {.reply = &x->reply};
  put_query(x, "", &spec);
  bool done = host_run(seat_host(x->seat), text_str(&spec), take_page, &rows, NULL, err);
  row_text_free(&rows);
  text_free(&spec);
  return done;
}

static bool take_bytes(void *user, sonde_page page) {
  return reply_write(user, (const char *)page.base, page.size);
}

static const char *export_format(form f) {
  return f == FORM_PARQUET ? "\"parquet\"" : "\"arrow stream\",\"compression\":\"none\"";
}

static bool export(asking *x, sonde_str info, sonde_error *err) {
  text spec = {0};
  unsigned table = (unsigned)peek_u64(peek_member(info, "table"));
  bool few = reply_count_rows(&x->reply, peek_u64(peek_member(peek_member(info, "rows"), "count")));
  sonde_error ignored;
  host *h = seat_host(x->seat);
  text_print(&spec, "{\"job\":\"export\",\"table\":%u,\"format\":%s}", table, export_format(x->ask.form));
  bool done = few && host_run(h, text_str(&spec), take_bytes, &x->reply, NULL, err);
  text_clear(&spec);
  text_print(&spec, "{\"job\":\"drop\",\"table\":%u}", table);
  host_stop_when(h, NULL, NULL);
  host_run(h, text_str(&spec), NULL, NULL, NULL, &ignored);
  text_free(&spec);
  return done;
}

/* The rows are kept as a table, which is then exported and dropped. */
static bool run_export(asking *x, sonde_error *err) {
  text spec = {0}, info = {0};
  put_query(x, ",\"keep\":true", &spec);
  bool done = host_run(seat_host(x->seat), text_str(&spec), NULL, NULL, &info, err) &&
              export(x, text_str(&info), err);
  text_free(&spec);
  text_free(&info);
  return done;
}

static bool files_hold(asking *x, sonde_error *err) {
  if (seat_is_unchanged(x->seat, x->opened, x->count)) return true;
  *err = (sonde_error){.code = SONDE_BYTES, .message = "a file changed while it was being read; ask again"};
  return false;
}

static bool open_tables(asking *x, sonde_error *err) {
  return seat_open(x->seat, x->tables, x->count, x->opened, &x->all->site->draining, err);
}

static bool run(asking *x, sonde_error *err) {
  reply_bind(&x->reply, seat_host(x->seat));
  return (form_is_exported(x->ask.form) ? run_export : run_text)(x, err) && files_hold(x, err);
}

static void run_on_seat(asking *x) {
  sonde_error err = {0};
  x->seat = seats_take(x->all->seats, x->tables, x->count);
  if (!open_tables(x, &err))
    reply_fail_opening(&x->reply, seat_host(x->seat), &err);
  else if (run(x, &err))
    reply_end(&x->reply);
  else
    reply_fail_job(&x->reply, seat_host(x->seat), &err);
  seats_give_back(x->all->seats, x->seat);
}

/* ---- requests ---- */

static void answer_asked(asking *x, work *w) {
  sonde_error err = {0};
  catalog *c = answers_catalog(x->all);
  x->reply = (reply){.work = w,
                     .request = x->request,
                     .results = x->all->results,
                     .form = x->ask.form,
                     .limits = x->ask.limits};
  if (x->reply.limits.memory > x->all->site->config.query_bytes)
    x->reply.limits.memory = x->all->site->config.query_bytes;
  bool found = open_named(x, c, &err);
  if (found) put_tag(x);
  reply_begin(&x->reply);
  if (!found)
    reply_fail(&x->reply, &err);
  else if (!reply_known(&x->reply))
    run_on_seat(x);
  for (unsigned i = 0; i < x->count; i++) table_now_close(&x->tables[i]);
  reply_free(&x->reply);
  catalog_release(c);
}

static int status_of_refusal(const sql_ask *a) {
  if (strcmp(a->code, "not_acceptable") == 0) return 406;
  return strcmp(a->code, "media_type") == 0 ? 415 : 400;
}

static void answer(asking *x, bool understood, work *w) {
  if (understood)
    answer_asked(x, w);
  else
    work_problem(w, status_of_refusal(&x->ask), x->ask.code, x->ask.wrong, NULL);
  sql_ask_free(&x->ask);
  free(x);
}

static asking *new_asking(const work_request *q, void *context) {
  asking *x = memory_of(sizeof *x);
  memset(x, 0, sizeof *x);
  x->all = answers_of(context);
  x->request = q;
  return x;
}

void answer_sql_get(work *w, const work_request *q, void *context) {
  asking *x = new_asking(q, context);
  answer(x, sql_ask_query(&x->ask, q->request), w);
}

void answer_sql_post(work *w, const work_request *q, void *context) {
  asking *x = new_asking(q, context);
  answer(x, sql_ask_body(&x->ask, q->request, q->body), w);
}
