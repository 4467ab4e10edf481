/* See session.h. Names are compared in any case of ASCII letters. */
#include "api/session.h"

#include "api/memory_table.h"
#include "api/sql_types.h"

/* CREATE VIEW: a name for a query. */
struct session_view {
  session_view *next;
  sonde_str name, text;
  const plan_column *columns; /* of which only the names count */
  uint32_t n_columns;
  arena memory;
};

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

static bool same_name(sonde_str a, sonde_str b) {
  bool same = a.len == b.len;
  for (size_t i = 0; same && i < a.len; i++) same = lower(a.ptr[i]) == lower(b.ptr[i]);
  return same;
}

static table *find_table(const sonde_engine *e, sonde_str name) {
  for (table *t = e->tables; t; t = t->next)
    if (t->session_name.len && same_name(t->session_name, name)) return t;
  return NULL;
}

static session_view **find_view(sonde_engine *e, sonde_str name) {
  session_view **link = &e->session_views;
  while (*link && !same_name((*link)->name, name)) link = &(*link)->next;
  return link;
}

static void view_forget(session_view **link) {
  session_view *v = *link;
  mem *m = v->memory.mem;
  *link = v->next;
  arena_free(&v->memory);
  mem_free(m, v, sizeof *v);
}

void session_free(sonde_engine *e) {
  while (e->session_views) view_forget(&e->session_views);
}

/* ---- the catalogue ---- */

uint32_t session_count(const sonde_engine *e) {
  uint32_t n = 0;
  for (const table *t = e->tables; t; t = t->next) n += t->session_name.len > 0;
  for (const session_view *v = e->session_views; v; v = v->next) n++;
  return n;
}

static sonde_code text_copy(sonde_str s, arena *a, sonde_str *out, sonde_error *err) {
  *out = (sonde_str){arena_copy(a, s.ptr, s.len, err), s.len};
  return out->ptr ? SONDE_OK : err->code;
}

static sonde_code list_view(const session_view *v, arena *a, sql_table *out, sonde_error *err) {
  plan_column *columns;
  *out = (sql_table){.n_columns = v->n_columns};
  SONDE_TRY(columns_copy(v->columns, v->n_columns, a, &columns, err));
  out->columns = columns;
  SONDE_TRY(text_copy(v->name, a, &out->name, err));
  return text_copy(v->text, a, &out->view, err);
}

sonde_code session_tables(const sonde_engine *e, arena *a, sql_table *out, table **tables, sonde_error *err) {
  for (table *t = e->tables; t; t = t->next) {
    if (!t->session_name.len) continue;
    SONDE_TRY(table_in_sql(t, t->session_name, a, out++, err));
    *tables++ = t;
  }
  for (const session_view *v = e->session_views; v; v = v->next) {
    SONDE_TRY(list_view(v, a, out++, err));
    *tables++ = NULL;
  }
  return SONDE_OK;
}

/* ---- making ---- */

static bool in_catalog(const sql_catalog *c, sonde_str name) {
  for (uint32_t i = 0; i < c->n_tables; i++)
    if (same_name(c->tables[i].name, name)) return true;
  return false;
}

sonde_code session_may_create(sonde_engine *e, const sql_statement *s, const sql_catalog *catalog,
                              bool *there, sonde_error *err) {
  bool known = in_catalog(catalog, s->name);
  bool replaceable =
      s->kind == SQL_CREATE_VIEW ? *find_view(e, s->name) != NULL : find_table(e, s->name) != NULL;
  *there = known && s->if_exists;
  SONDE_CHECK(!known || s->if_exists || (s->replace && replaceable), err, SONDE_NAME, 0,
              "\"%.*s\" is there already; drop it first or choose another name", (int)s->name.len,
              s->name.ptr);
  return SONDE_OK;
}

static sonde_code fill_view(session_view *v, const sql_statement *s, sonde_error *err) {
  plan_column *columns;
  SONDE_TRY(text_copy(s->name, &v->memory, &v->name, err));
  SONDE_TRY(text_copy(s->text, &v->memory, &v->text, err));
  v->n_columns = s->query.root->n_columns;
  SONDE_TRY(columns_copy(s->query.root->columns, v->n_columns, &v->memory, &columns, err));
  v->columns = columns;
  return SONDE_OK;
}

sonde_code session_add_view(sonde_engine *e, const sql_statement *s, const sql_catalog *catalog,
                            sonde_error *err) {
  bool there;
  SONDE_TRY(session_may_create(e, s, catalog, &there, err));
  if (there) return SONDE_OK;
  session_view *v = mem_alloc(&e->mem, sizeof *v, err);
  if (!v) return err->code;
  *v = (session_view){.next = NULL};
  arena_init(&v->memory, &e->mem);
  if (fill_view(v, s, err) != SONDE_OK) return view_forget(&v), err->code;
  session_view **old = find_view(e, s->name);
  if (*old) view_forget(old);
  v->next = e->session_views;
  e->session_views = v;
  return SONDE_OK;
}

static sonde_code drop_table(sonde_engine *e, table *t, sonde_error *err) {
  SONDE_CHECK(t->readers == 0, err, SONDE_MISUSE, 0, "\"%.*s\" is being read by another query",
              (int)t->session_name.len, t->session_name.ptr);
  engine_drop_table(e, t);
  return SONDE_OK;
}

sonde_code session_add_table(sonde_engine *e, const sql_statement *s, table *t, sonde_error *err) {
  table *old = find_table(e, s->name);
  SONDE_TRY(text_copy(s->name, &t->memory, &t->session_name, err));
  if (old) SONDE_TRY(drop_table(e, old, err));
  memory_table_publish(e, t);
  return SONDE_OK;
}

sonde_code session_drop(sonde_engine *e, const sql_statement *s, sonde_error *err) {
  bool is_view = s->kind == SQL_DROP_VIEW;
  session_view **v = find_view(e, s->name);
  table *t = find_table(e, s->name);
  if (is_view && *v) return view_forget(v), SONDE_OK;
  if (!is_view && t) return drop_table(e, t, err);
  return s->if_exists ? SONDE_OK
                      : status_set(err, SONDE_NAME, 0, "there is no %s \"%.*s\" that was created here",
                                   is_view ? "view" : "table", (int)s->name.len, s->name.ptr);
}
