/* /v1/tables/{t}/rows: a page of rows in an order, and the token for the next one. /v1/tables/{t}/values: the values of one column of
 * such rows, with how often each is there. */
#include "cells.h"
#include "peek.h"
#include "place.h"
#include "row_ask.h"
#include "row_text.h"
#include "table_ask.h"
#include "tag.h"
#include <stdlib.h>
#include <string.h>

#define UNCOUNTED UINT64_MAX

typedef struct {
  bool values; /* instead of rows */
  row_ask ask;
  table_ask table;
  pager_about about;     /* where a pager reads the rows */
  text order;            /* which rows of which version, in which order */
  uint64_t first, total; /* total: or UNCOUNTED */
  text view, columns;    /* as row_ask_resolve makes them */
  text rows;             /* the page, as JSON */
} paging;

static void put_order(paging *p) {
  tag_add(&p->order, str_from(p->values ? "values" : "rows"));
  tag_add(&p->order, text_str(&p->table.now.identity));
  row_ask_put_order(&p->ask, &p->order);
}

static void put_tag(paging *p) {
  text parts = {0};
  tag_add(&parts, text_str(&p->order));
  tag_add(&parts, text_str(&p->ask.columns));
  tag_add(&parts, text_str(&p->ask.after));
  text_print(&parts, "%d %d %llu %llu", p->ask.all_columns, p->ask.form, (unsigned long long)p->ask.limit,
             (unsigned long long)p->ask.first);
  tag_make(&parts, p->table.reply.tag);
  text_free(&parts);
}

static bool find_first(paging *p) {
  p->first = p->ask.first;
  if (!p->ask.after.len || place_read(text_str(&p->ask.after), &p->order, &p->first)) return true;
  work_problem(p->table.reply.work, 410, "gone",
               "The table has changed, or this token is of another order; begin again without after.", NULL);
  return false;
}

/* ---- the page ---- */

/* `picked`: n of the page's columns; NULL: all. */
static void put_row(paging *p, const cells *page, uint32_t row, const uint32_t *picked, uint32_t n) {
  text_add(&p->rows, p->rows.len ? ",\n[" : "[", p->rows.len ? 3 : 1);
  for (uint32_t c = 0; c < n; c++) {
    if (c) text_add(&p->rows, ",", 1);
    cells_add_json(page, picked ? picked[c] : c, row, &p->rows);
  }
  text_add(&p->rows, "]", 1);
}

static bool take_page(void *user, sonde_page block) {
  paging *p = user;
  cells page;
  if (!cells_open(block, &page)) return false;
  text_reserve(&p->rows, 2 * block.size); /* about what its values take as text */
  for (uint32_t row = 0; row < page.n_rows; row++) put_row(p, &page, row, NULL, page.n_columns);
  return true;
}

static bool find_view(paging *p, text *spec, sonde_error *err) {
  const seat_table *t = &p->table.opened;
  seat_view view;
  p->total = t->rows;
  if (!p->view.len) return text_print(spec, "\"table\":%u", t->id), true;
  if (!seat_see(p->table.seat, t, text_str(&p->view), &view, err)) return false;
  p->total = view.rows;
  text_print(spec, "\"view\":%u", view.id);
  return true;
}

static bool read_page(paging *p, sonde_error *err) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"read\",");
  bool done = find_view(p, &spec, err);
  text_print(&spec, ",\"row\":%llu,\"rows\":%llu,\"columns\":%s}", (unsigned long long)p->first,
             (unsigned long long)p->ask.limit, p->columns.ptr);
  if (done && p->first < p->total)
    done = host_run(seat_host(p->table.seat), text_str(&spec), take_page, p, NULL, err);
  text_free(&spec);
  return done;
}

/* Their column is the only one of the page; how many there are is said beside, since no more than `limit` are. */
static bool read_values(paging *p, sonde_error *err) {
  text spec = {0}, info = {0};
  text_print(&spec, "{\"job\":\"values\",");
  bool done = find_view(p, &spec, err);
  text_print(&spec, ",\"column\":%.*s,\"limit\":%llu}", (int)(p->columns.len - 2), p->columns.ptr + 1,
             (unsigned long long)p->ask.limit);
  done = done && host_run(seat_host(p->table.seat), text_str(&spec), take_page, p, &info, err);
  if (done) p->total = peek_u64(peek_member(text_str(&info), "distinct"));
  text_free(&spec);
  text_free(&info);
  return done;
}

/* ---- its text ---- */

static sonde_str nth(sonde_str list, uint64_t n) {
  sonde_str item = {0};
  size_t at = 0;
  for (uint64_t i = 0; i <= n && peek_next(list, &at, &item); i++) continue;
  return item;
}

static sonde_str columns_of(const paging *p) {
  return p->table.pager ? text_str(&p->about.columns) : p->table.opened.columns;
}

static void put_columns(const paging *p, text *out) {
  sonde_str all = columns_of(p), number;
  const char *before = "";
  if (p->ask.all_columns) {
    text_add(out, all.ptr, all.len);
    return;
  }
  text_add(out, "[", 1);
  for (size_t at = 0; peek_next(text_str(&p->columns), &at, &number); before = ",") {
    sonde_str column = nth(all, peek_u64(number));
    text_print(out, "%s%.*s", before, (int)column.len, column.ptr);
  }
  if (p->values) text_print(out, ",{\"name\":\"times\",\"type\":\"int64\"}");
  text_add(out, "]", 1);
}

/* What comes behind the rows is also said in fields, for forms that have no room for it. */
static void put_total(paging *p, text *body) {
  if (p->total == UNCOUNTED) {
    text_print(body, "null");
    return;
  }
  text_print(body, "%llu", (unsigned long long)p->total);
  text_print(&p->table.reply.more_fields, "Sonde-Total: %llu\r\n", (unsigned long long)p->total);
}

static void put_next(paging *p, text *body) {
  text token = {0};
  place_put(&token, &p->order, p->first + p->ask.limit);
  text_print(body, "\"%s\"", token.ptr);
  text_print(&p->table.reply.more_fields, "Sonde-Next: %s\r\n", token.ptr);
  text_free(&token);
}

static void put_body(paging *p, text *body) {
  text_print(body, "{\"columns\":");
  put_columns(p, body);
  text_print(body, ",\"rows\":[");
  text_add(body, p->rows.ptr ? p->rows.ptr : "", p->rows.len);
  text_print(body, "],\"total\":");
  put_total(p, body);
  text_print(body, ",\"next\":");
  if (!p->values && p->first + p->ask.limit < p->total)
    put_next(p, body);
  else
    text_print(body, "null");
  text_print(body, "}\n");
}

static void send_page(paging *p) {
  text body = {0};
  row_text shown = {.reply = &p->table.reply};
  put_body(p, &body);
  if (table_ask_holds(&p->table) && row_text_page(&shown, text_str(&body))) reply_end(&p->table.reply);
  row_text_free(&shown);
  text_free(&body);
}

/* ---- the request ---- */

static void refuse(work *w, const row_ask *a) {
  work_problem(w, strcmp(a->code, "not_acceptable") == 0 ? 406 : 400, a->code, a->wrong, NULL);
}

static void answer_opened(paging *p) {
  sonde_error err = {0};
  if (!row_ask_resolve(&p->ask, p->table.opened.columns, &p->view, &p->columns))
    refuse(p->table.reply.work, &p->ask);
  else if (p->values ? read_values(p, &err) : read_page(p, &err))
    send_page(p);
  else
    reply_fail_job(&p->table.reply, seat_host(p->table.seat), &err);
}

/* ---- pages of large CSV files, see pager.h ---- */

/* Whether all that is asked for is a stretch of the table as it is. */
static bool is_plain(const paging *p) { return !p->ask.filter_count && !p->ask.sort.len && !p->ask.view.len; }

static bool is_in_head(const paging *p, cells *head) {
  return p->about.state != PAGER_EXACT && cells_open(pager_head(p->table.pager), head) &&
         p->first + p->ask.limit <= head->n_rows;
}

static void take_head(paging *p, const cells *head) {
  sonde_str number;
  uint32_t *picked = memory_of(peek_count(text_str(&p->columns)) * sizeof *picked), n = 0;
  for (size_t at = 0; peek_next(text_str(&p->columns), &at, &number);)
    picked[n++] = (uint32_t)peek_u64(number);
  for (uint64_t i = 0; i < p->ask.limit; i++) put_row(p, head, (uint32_t)(p->first + i), picked, n);
  free(picked);
}

static bool read_paged(paging *p, sonde_error *err) {
  cells head;
  p->total = p->about.state == PAGER_OPENED ? UNCOUNTED : p->about.rows;
  if (is_in_head(p, &head)) return take_head(p, &head), true;
  if (p->first >= p->total) return true;
  return pager_read(p->table.pager, p->first, p->ask.limit, text_str(&p->columns), take_page, p, err);
}

/* Types may still change: nobody is to keep such a page, or to take another for the same. */
static void doubt(paging *p) {
  if (p->about.state != PAGER_EXACT) p->table.reply.tag[0] = '\0';
}

static void ask_for_patience(const paging *p) {
  text reading = {0};
  pager_about_put(&reading, &p->about);
  work_busy(p->table.reply.work, p->about.seconds, "counting",
            "The rows of this table are being counted; the first ones can be read already.", reading.ptr);
  text_free(&reading);
}

static void answer_paged(paging *p) {
  sonde_error err = {0};
  reply *r = &p->table.reply;
  doubt(p);
  reply_begin(r);
  if (reply_known(r)) return;
  if (!row_ask_resolve(&p->ask, columns_of(p), &p->view, &p->columns))
    refuse(r->work, &p->ask);
  else if (p->about.seconds)
    ask_for_patience(p);
  else if (read_paged(p, &err))
    send_page(p);
  else
    reply_fail(r, &err);
}

static void answer_found(paging *p) {
  if (!p->values && is_plain(p) && table_ask_page(&p->table, p->first + p->ask.limit, &p->about))
    answer_paged(p);
  else if (table_ask_open(&p->table))
    answer_opened(p);
}

static void answer_asked(paging *p, work *w, const work_request *q, void *context, sonde_str name) {
  if (table_ask_begin(&p->table, w, q, context, name)) {
    p->table.reply.form = p->ask.form;
    put_order(p);
    put_tag(p);
    if (find_first(p)) answer_found(p);
  }
  table_ask_end(&p->table);
}

static void free_paging(paging *p) {
  row_ask_free(&p->ask);
  pager_about_free(&p->about);
  text_free(&p->order);
  text_free(&p->view);
  text_free(&p->columns);
  text_free(&p->rows);
  free(p);
}

static bool names_its_column(work *w, const row_ask *a) {
  if (a->all_columns) work_problem(w, 400, "columns", "Values are those of one column: columns=NAME.", NULL);
  return !a->all_columns;
}

static void answer_page(work *w, const work_request *q, void *context, sonde_str name, bool values) {
  paging *p = memory_of(sizeof *p);
  memset(p, 0, sizeof *p);
  p->values = values;
  if (!row_ask_query(&p->ask, q->request->query, q->request->fields[FIELD_ACCEPT]))
    refuse(w, &p->ask);
  else if (!values || names_its_column(w, &p->ask)) {
    p->ask.one_column = values;
    answer_asked(p, w, q, context, name);
  }
  free_paging(p);
}

void answer_rows(work *w, const work_request *q, void *context, sonde_str name) {
  answer_page(w, q, context, name, false);
}

void answer_values(work *w, const work_request *q, void *context, sonde_str name) {
  answer_page(w, q, context, name, true);
}
