/* See table_ask.h. */
#include "table_ask.h"
#include <string.h>

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
  if (!a->table)
    work_problem(w, 404, "not_found", "There is no such table.", NULL);
  else if (table_now_open(&a->now, a->table, &err))
    return true;
  else
    reply_fail(&a->reply, &err);
  return false;
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

bool table_ask_confirm(table_ask *a, bool unchanged) {
  static const sonde_error changed = {.code = SONDE_BYTES,
                                      .message = "a file changed while it was being read; ask again"};
  if (!unchanged) reply_fail(&a->reply, &changed);
  return unchanged;
}

bool table_ask_holds(table_ask *a) { return table_ask_confirm(a, seat_is_unchanged(a->seat, &a->opened, 1)); }

void table_ask_end(table_ask *a) {
  if (a->seat) seats_give_back(a->all->seats, a->seat);
  if (a->now.fds) table_now_close(&a->now);
  reply_free(&a->reply);
  catalog_release(a->catalog);
}
