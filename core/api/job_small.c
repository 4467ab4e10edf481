/* {"job":"bad"}: the listed bad rows; {"job":"drop"}: a table or view goes. Both are instant. */
#include "api/job.h"

typedef struct {
  uint64_t first, count;
} range;

static sonde_step instant(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static void put_message(const table *t, const bad_row *b, buf *message) {
  unsigned expected = t->columns;
  switch (b->reason) {
  case CSV_BAD_FEW:
    buf_printf(message, "%u field%s where %u were expected; the missing ones are empty", b->found,
               b->found == 1 ? "" : "s", expected);
    break;
  case CSV_BAD_MANY:
    buf_printf(message, "%u fields where %u were expected; the first %u are shown", b->found, expected,
               expected);
    break;
  case CSV_BAD_STRAY_QUOTE:
    buf_printf(message, "text follows a closing quote; the field is shown as it is written");
    break;
  case CSV_BAD_UNCLOSED:
    buf_printf(message, "a quote is never closed; the field runs to the end of the file. "
                        "Close it, or read the file with another quote character or none");
    break;
  case CSV_BAD_BYTES:
    buf_printf(message, "bytes that are not valid in the file's encoding are shown as \xEF\xBF\xBD");
    break;
  case CSV_BAD_VALUE: {
    sonde_str name = b->found < expected ? t->names[b->found] : (sonde_str){"", 0};
    buf_printf(message, "the value of '%.*s' does not fit the type chosen for it and is shown as missing",
               (int)(name.len < 80 ? name.len : 80), name.ptr);
    break;
  }
  default: buf_printf(message, "a field is too long and was cut"); break;
  }
}

static uint64_t listed_in(const table *t) {
  uint64_t n = t->n_bad_listed;
  for (uint32_t k = 0; k < t->n_members; k++) n += t->members[k].table->n_bad_listed;
  return n;
}

/* Whose bad row is the i-th, which becomes its number there; NULL: the table's own. */
static const member *member_listing(const table *t, uint64_t *i) {
  for (uint32_t k = 0; k < t->n_members; k++) {
    if (*i < t->members[k].table->n_bad_listed) return &t->members[k];
    *i -= t->members[k].table->n_bad_listed;
  }
  return NULL;
}

static void put_bad(const table *t, uint64_t i, buf *message, buf *out) {
  static const char *const reasons[] = {"too-few-fields", "too-many-fields", "stray-quote",
                                        "unclosed-quote", "invalid-bytes",   "bad-value",
                                        "field-too-long"};
  const member *m = member_listing(t, &i);
  const table *file = m ? m->table : t;
  const bad_row *b = &file->bad[i];
  buf_clear(message);
  put_message(file, b, message);
  buf_printf(out, "{\"row\":%llu,\"offset\":%llu,\"line\":%llu,\"reason\":\"%s\"",
             (unsigned long long)(m ? m->first_row + b->row : b->row), (unsigned long long)b->offset,
             (unsigned long long)b->line,
             reasons[b->reason <= CSV_BAD_FIELD_LONG ? b->reason : CSV_BAD_FIELD_LONG]);
  if (m) {
    buf_printf(out, ",\"file\":");
    json_put_str(out, file->name);
  }
  buf_printf(out, ",\"message\":");
  json_put_str(out, (sonde_str){(const char *)message->data, message->len});
  buf_u8(out, '}');
}

static void bad_info(sonde_job *j, buf *out) {
  const table *t = j->table;
  const range *x = j->self;
  buf message;
  buf_init(&message, &j->engine->mem, 4096);
  buf_printf(out, "{\"bad\":[");
  uint64_t listed = listed_in(t);
  for (uint64_t i = x->first; i < listed && i - x->first < x->count; i++) {
    if (i > x->first) buf_u8(out, ',');
    put_bad(t, i, &message, out);
  }
  if (message.failed) out->failed = message.failed, out->error = message.error;
  buf_printf(out, "],\"listed\":%llu,\"total\":%llu}", (unsigned long long)listed,
             (unsigned long long)t->n_bad);
  buf_free(&message);
}

static const job_kind bad_kind = {.step = instant, .info = bad_info};

sonde_code bad_start(sonde_job *j, const json *spec, sonde_error *err) {
  range *x = arena_alloc(&j->memory, sizeof *x, err);
  if (!x) return err->code;
  SONDE_CHECK(j->table, err, SONDE_NAME, 0, "name a table");
  *x = (range){json_u64(json_get(spec, "first"), 0), json_u64(json_get(spec, "count"), 100)};
  j->self = x;
  j->kind = &bad_kind;
  return SONDE_OK;
}

static const job_kind drop_kind = {.step = instant, .info = no_info};

sonde_code drop_start(sonde_job *j, const json *spec, sonde_error *err) {
  sonde_engine *e = j->engine;
  SONDE_CHECK(!j->table || !j->table->readers, err, SONDE_MISUSE, 0,
              "a query reads the table; end the query first");
  store_drop(&e->store, (uint32_t)json_u64(json_get(spec, "table"), 0));
  engine_drop_view(e, json_u64(json_get(spec, "view"), 0));
  if (j->table) engine_drop_table(e, j->table);
  j->table = NULL;
  j->kind = &drop_kind;
  return SONDE_OK;
}
