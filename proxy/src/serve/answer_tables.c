/* /v1/tables: the list of those that the asker may read, and one table with its columns and what is known of their values. */
#include "peek.h"
#include "table_ask.h"
#include "tag.h"
#include <string.h>

static void put_named(text *out, const char *name, const char *value) {
  if (!*value) return;
  text_print(out, ",\"%s\":", name);
  text_add_json(out, str_from(value));
}

static void put_head(text *out, const catalog_table *t) {
  text_print(out, "{\"name\":");
  text_add_json(out, str_from(t->name));
  put_named(out, "description", t->description);
  put_named(out, "format", t->format);
  text_print(out, ",\"files\":%u", t->file_count);
}

/* ---- the list ---- */

static void put_list(const catalog *c, sonde_str scope, text *out) {
  const char *before = "";
  text_print(out, "{\"tables\":[");
  for (unsigned i = 0; i < c->count; i++) {
    if (!catalog_permits(scope, &c->tables[i])) continue;
    text_print(out, "%s\n", before);
    put_head(out, &c->tables[i]);
    text_add(out, "}", 1);
    before = ",";
  }
  text_print(out, "]}\n");
}

static void answer_list(work *w, const work_request *q, void *context) {
  answers *all = answers_of(context);
  catalog *c = answers_catalog(all);
  text body = {0};
  reply r = {.work = w, .request = q, .results = all->results, .limits = reply_unlimited};
  put_list(c, q->tables, &body);
  tag_make(&body, r.tag);
  reply_begin(&r);
  if (!reply_known(&r) && reply_write(&r, body.ptr, body.len)) reply_end(&r);
  reply_free(&r);
  text_free(&body);
  catalog_release(c);
}

/* ---- one table ---- */

static void put_member(text *out, sonde_str object, const char *name) {
  sonde_str value = peek_member(object, name);
  if (value.len) text_print(out, ",\"%s\":%.*s", name, (int)value.len, value.ptr);
}

/* What the catalog says of a column is found by its name. */
static void put_description(text *out, const catalog_table *t, sonde_str column) {
  text name = {0};
  peek_add_text(&name, peek_member(column, "name"));
  sonde_str said = t->columns.len && name.ptr ? peek_member(t->columns, name.ptr) : (sonde_str){0};
  if (said.len) text_print(out, ",\"description\":%.*s", (int)said.len, said.ptr);
  text_free(&name);
}

static void put_columns(text *out, const catalog_table *t, sonde_str columns) {
  sonde_str column;
  const char *before = "";
  text_print(out, ",\"columns\":[");
  for (size_t at = 0; peek_next(columns, &at, &column); before = ",") {
    text_print(out, "%s\n", before);
    text_add(out, column.ptr, column.len - 1); /* without its brace */
    put_description(out, t, column);
    text_add(out, "}", 1);
  }
  text_add(out, "]", 1);
}

/* `counted`: how many rows, as JSON. */
static void put_table(text *out, const catalog_table *t, sonde_str info, sonde_str counted) {
  put_head(out, t);
  put_member(out, info, "bytes");
  text_print(out, ",\"count\":%.*s", (int)counted.len, counted.ptr);
  put_member(out, info, "badRows");
  put_columns(out, t, peek_member(info, "columns"));
}

static void send_table(table_ask *a, text *body) {
  text_print(body, "}\n");
  if (table_ask_holds(a) && reply_write(&a->reply, body->ptr, body->len)) reply_end(&a->reply);
  text_free(body);
}

static sonde_str count_of(sonde_str info) { return peek_member(peek_member(info, "rows"), "count"); }

static void make_table(table_ask *a) {
  text body = {0};
  put_table(&body, a->table, a->opened.info, count_of(a->opened.info));
  send_table(a, &body);
}

/* ---- a large CSV file, which is still being read ---- */

static void make_read_so_far(table_ask *a, const pager_about *about) {
  text body = {0};
  sonde_str info = text_str(&about->info);
  if (about->state != PAGER_EXACT) a->reply.tag[0] = '\0'; /* soon it is another answer */
  reply_begin(&a->reply);
  if (reply_known(&a->reply)) return;
  put_table(&body, a->table, info, about->state == PAGER_OPENED ? str_from("null") : count_of(info));
  if (about->state != PAGER_EXACT) {
    text_add(&body, ",", 1);
    pager_about_put(&body, about);
  }
  send_table(a, &body);
}

static void put_tag(table_ask *a) {
  text parts = {0};
  tag_add(&parts, str_from("table"));
  tag_add(&parts, text_str(&a->now.identity));
  tag_add(&parts, str_from(a->table->description));
  tag_add(&parts, a->table->columns);
  tag_make(&parts, a->reply.tag);
  text_free(&parts);
}

static void answer_table(work *w, const work_request *q, void *context, sonde_str name) {
  table_ask a;
  pager_about about = {0};
  if (table_ask_begin(&a, w, q, context, name)) {
    put_tag(&a);
    if (table_ask_page(&a, 0, &about))
      make_read_so_far(&a, &about);
    else if (table_ask_open(&a))
      make_table(&a);
  }
  pager_about_free(&about);
  table_ask_end(&a);
}

/* ---- addresses ---- */

/* A table may be called like another one's rows; then it is the table. */
static bool asks_for(const char *part, const work_request *q, void *context, sonde_str *name) {
  size_t len = strlen(part);
  if (name->len <= len || memcmp(name->ptr + name->len - len, part, len) != 0) return false;
  catalog *c = answers_catalog(answers_of(context));
  const catalog_table *same = catalog_find(c, *name);
  bool table = same && catalog_permits(q->tables, same);
  catalog_release(c);
  if (!table) name->len -= len;
  return !table;
}

void answer_tables(work *w, const work_request *q, void *context) {
  size_t list = sizeof "/v1/tables" - 1;
  sonde_str path = q->request->path;
  if (path.len <= list + 1) {
    answer_list(w, q, context);
    return;
  }
  sonde_str name = {path.ptr + list + 1, path.len - list - 1};
  if (asks_for("/rows", q, context, &name))
    answer_rows(w, q, context, name);
  else if (asks_for("/values", q, context, &name))
    answer_values(w, q, context, name);
  else
    answer_table(w, q, context, name);
}
