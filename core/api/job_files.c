/* {"job":"files"}: the files that a statement reads, for a host that opens them before it asks. */
#include "api/job.h"
#include "sql/sql.h"

typedef struct {
  const sql_file *files;
  uint32_t n;
} reading;

static sonde_step instant(sonde_job *j, sonde_error *err) {
  (void)j;
  (void)err;
  return SONDE_DONE;
}

static void put_paths(buf *b, const sql_file *f) {
  for (uint32_t i = 0; i < f->n_paths; i++) {
    if (i) buf_u8(b, ',');
    json_put_str(b, f->paths[i]);
  }
}

static void put_option(buf *b, const sql_file_option *o) {
  json_put_cstr(b, o->name);
  buf_u8(b, ':');
  if (o->kind == FILE_OPTION_TEXT)
    json_put_str(b, o->text);
  else
    buf_put(b, o->text.ptr, o->text.len);
}

static void put_types(buf *b, const sql_file *f) {
  static const char brackets[][2] = {{'{', '}'}, {'[', ']'}, {' ', ' '}};
  buf_printf(b, "\"types\":%c", brackets[f->typed][0]);
  for (uint32_t i = 0; i < f->n_types; i++) {
    if (i) buf_u8(b, ',');
    if (f->typed == FILE_TYPES_BY_NAME) {
      json_put_str(b, f->types[i].column);
      buf_u8(b, ':');
    }
    json_put_cstr(b, f->types[i].type);
  }
  buf_u8(b, (uint8_t)brackets[f->typed][1]);
}

static void put_nulls(buf *b, const sql_file *f) {
  buf_printf(b, "\"nulls\":[");
  for (uint32_t i = 0; i < f->n_nulls; i++) {
    if (i) buf_u8(b, ',');
    json_put_str(b, f->nulls[i]);
  }
  buf_u8(b, ']');
}

static void put_read(buf *b, const sql_file *f) {
  for (uint32_t i = 0; i < f->n_options; i++) {
    if (i) buf_u8(b, ',');
    put_option(b, &f->options[i]);
  }
  if (f->n_options && f->n_nulls) buf_u8(b, ',');
  if (f->n_nulls) put_nulls(b, f);
  if ((f->n_options || f->n_nulls) && f->n_types) buf_u8(b, ',');
  if (f->n_types) put_types(b, f);
}

static void put_file(buf *b, const sql_file *f) {
  static const char *const folders[] = {"null", "true", "false"};
  buf_printf(b, "{\"at\":%llu,\"name\":", (unsigned long long)f->at);
  json_put_str(b, f->name);
  buf_printf(b, ",\"paths\":[");
  put_paths(b, f);
  buf_printf(b, "],\"read\":{");
  put_read(b, f);
  buf_printf(b, "},\"filename\":");
  json_put_str(b, f->filename);
  buf_printf(b, ",\"folders\":%s}", folders[f->folders]);
}

static void files_info(sonde_job *j, buf *out) {
  const reading *r = j->self;
  buf_printf(out, "{\"files\":[");
  for (uint32_t i = 0; i < r->n; i++) {
    if (i) buf_u8(out, ',');
    put_file(out, &r->files[i]);
  }
  buf_printf(out, "]}");
}

static const job_kind files_kind = {.step = instant, .info = files_info};

sonde_code files_start(sonde_job *j, const json *spec, sonde_error *err) {
  reading *r = arena_zero(&j->memory, sizeof *r, err);
  if (!r) return err->code;
  SONDE_TRY(sql_files(json_str(json_get(spec, "sql")), &j->memory, &r->files, &r->n, err));
  j->self = r;
  j->kind = &files_kind;
  return SONDE_OK;
}
