/* {"job":"session"}: the tables and views that CREATE left behind, for completion and lists. */
#include "api/job.h"
#include "api/session.h"

typedef struct {
  sql_table *names;
  table **tables;
  uint32_t n;
} listing;

static sonde_step instant(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static void put_type(buf *b, const sql_type *type, mem *m) {
  buf text;
  buf_init(&text, m, 1 << 16);
  sql_type_print(type, &text);
  json_put_str(b, (sonde_str){(const char *)text.data, text.len});
  buf_free(&text);
}

static void put_columns(buf *b, const sql_table *t, mem *m) {
  for (uint32_t c = 0; c < t->n_columns; c++) {
    buf_printf(b, c ? ",{\"name\":" : "{\"name\":");
    json_put_str(b, t->columns[c].name);
    buf_printf(b, ",\"type\":");
    put_type(b, &t->columns[c].type, m);
    buf_u8(b, '}');
  }
}

static void session_info(sonde_job *j, buf *out) {
  const listing *x = j->self;
  buf_printf(out, "{\"tables\":[");
  for (uint32_t i = 0; i < x->n; i++) {
    buf_printf(out, i ? ",{\"name\":" : "{\"name\":");
    json_put_str(out, x->names[i].name);
    buf_printf(out, ",\"kind\":\"%s\",\"columns\":[", x->tables[i] ? "table" : "view");
    put_columns(out, &x->names[i], &j->engine->mem);
    buf_printf(out, "]}");
  }
  buf_printf(out, "]}");
}

static const job_kind session_kind = {.step = instant, .info = session_info};

sonde_code session_start(sonde_job *j, const json *spec, sonde_error *err) {
  listing *x = arena_zero(&j->memory, sizeof *x, err);
  (void)spec;
  if (!x) return err->code;
  x->n = session_count(j->engine);
  x->names = arena_zero(&j->memory, x->n * sizeof *x->names, err);
  x->tables = arena_zero(&j->memory, x->n * sizeof *x->tables, err);
  if (x->n && (!x->names || !x->tables)) return err->code;
  SONDE_TRY(session_tables(j->engine, &j->memory, x->names, x->tables, err));
  j->self = x;
  j->kind = &session_kind;
  return SONDE_OK;
}
