/* See table_ask.h. */
#include "table_ask.h"
#include <string.h>
#include <sys/stat.h>

static const catalog_table *find(const catalog *c, const work_request *q, sonde_str name) {
  const catalog_table *t = catalog_find(c, name);
  return t && catalog_permits(q->tables, t) ? t : NULL;
}

bool table_ask_begin(table_ask *a, work *w, const work_request *q, void *context, sonde_str name) {
  sonde_error err = {0};
  *a = (table_ask){.all = answers_of(context)};
  a->reply = (reply){.work = w, .request = q, .results = a->all->results, .limits = reply_unlimited};
  a->reply.limits.memory = a->all->site->config.query_bytes;
  a->catalog = answers_catalog(a->all);
  a->table = find(a->catalog, q, name);
  bool opened = a->table && table_now_open(&a->now, a->table, &err);
  if (!a->table || err.code == SONDE_NAME)
    work_problem(w, 404, "not_found", "There is no such table.", NULL);
  else if (!opened)
    reply_fail(&a->reply, &err);
  return opened;
}

bool table_ask_open(table_ask *a) {
  sonde_error err = {0};
  reply_begin(&a->reply);
  if (reply_known(&a->reply)) return false;
  a->seat = seats_take(a->all->seats, &a->now, 1);
  if (seat_open(a->seat, &a->now, 1, &a->opened, &a->all->site->draining, &err)) {
    reply_bind(&a->reply, seat_host(a->seat));
    return true;
  }
  reply_fail_opening(&a->reply, seat_host(a->seat), &err);
  return false;
}

static bool is_large_csv(const table_ask *a) {
  struct stat st;
  return a->table->file_count == 1 && fstat(a->now.fds[0], &st) == 0 &&
         (uint64_t)st.st_size >= a->all->site->config.paged_bytes;
}

static void leave_pager(table_ask *a) {
  if (a->pager) pager_release(a->all->pagers, a->pager);
  a->pager = NULL;
}

bool table_ask_page(table_ask *a, uint64_t needed, pager_about *out) {
  sonde_error ignored;
  *out = (pager_about){.state = PAGER_UNFIT};
  if (is_large_csv(a)) a->pager = pager_take(a->all->pagers, &a->now, &ignored);
  if (a->pager) pager_tell(a->pager, needed, out);
  if (out->state == PAGER_UNFIT) leave_pager(a);
  return a->pager != NULL;
}

static bool is_unchanged(table_ask *a) {
  return a->pager ? pager_is_unchanged(a->pager) : seat_is_unchanged(a->seat, &a->opened, 1);
}

bool table_ask_holds(table_ask *a) {
  static const sonde_error changed = {.code = SONDE_BYTES,
                                      .message = "a file changed while it was being read; ask again"};
  bool unchanged = is_unchanged(a);
  if (!unchanged) reply_fail(&a->reply, &changed);
  return unchanged;
}

void table_ask_end(table_ask *a) {
  if (a->seat) seats_give_back(a->all->seats, a->seat);
  leave_pager(a);
  if (a->now.fds) table_now_close(&a->now);
  reply_free(&a->reply);
  catalog_release(a->catalog);
}
