/* See file_call.h. Options have the names that DuckDB gives them; those that would change nothing here are accepted. */
#include "sql/file_call.h"

#include <string.h>

typedef struct {
  arena *memory;
  sonde_error *err;
  sql_file *file;
  sql_file_option *options;
} file_reader;

/* ---- which ---- */

static bool reads_files(sonde_str function) {
  static const char *const names[] = {"read_csv", "read_csv_auto", "read_parquet", "parquet_scan"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (name_is(function, names[i])) return true;
  return false;
}

bool is_file(const ast_table *t) { return t->text || (t->kind == TABLE_CALL && reads_files(t->call->name)); }

sonde_str file_path(const ast_table *t) {
  if (t->text) return t->path.items[0];
  const ast_exprs *args = &t->call->args;
  bool plain = args->count == 1 && args->items[0]->kind == AST_STRING;
  return plain ? args->items[0]->name : str_of("");
}

sonde_str file_name(const ast_table *t, sonde_str sql) {
  sonde_str path = file_path(t);
  if (path.len || t->text) return path;
  return (sonde_str){sql.ptr + t->call->at, t->call->end - t->call->at};
}

/* ---- values ---- */

static sonde_code wrong(const file_reader *r, const ast_expr *at, sonde_code code, sonde_str name,
                        const char *what) {
  return status_set(r->err, code, at->at, "the option %.*s %s", (int)name.len, name.ptr, what);
}

static sonde_code text_of(const file_reader *r, const ast_expr *e, sonde_str name, sonde_str *out) {
  *out = e->name;
  return e->kind == AST_STRING ? SONDE_OK : wrong(r, e, SONDE_TYPE, name, "is a text");
}

static bool is_word(const ast_expr *e, const char *word) {
  bool text = e->kind == AST_STRING && name_is(e->name, word);
  return text || (e->kind == AST_COLUMN && e->path.count == 1 && name_is(e->path.items[0], word));
}

static sonde_code bool_of(const file_reader *r, const ast_expr *e, sonde_str name, bool *out) {
  *out = e->kind == AST_TRUE || is_word(e, "true") || (e->kind == AST_INTEGER && name_is(e->name, "1"));
  bool off = e->kind == AST_FALSE || is_word(e, "false") || (e->kind == AST_INTEGER && name_is(e->name, "0"));
  return *out || off ? SONDE_OK : wrong(r, e, SONDE_TYPE, name, "is true or false");
}

static sonde_code add_option(file_reader *r, const ast_expr *at, const char *name, sql_file_option_kind kind,
                             sonde_str text) {
  SONDE_CHECK(r->file->n_options < SQL_FILE_OPTIONS_MAX, r->err, SONDE_LIMIT, at->at, "too many options");
  r->options[r->file->n_options++] = (sql_file_option){name, kind, text};
  return SONDE_OK;
}

/* ---- one option ---- */

typedef sonde_code (*option_reader)(file_reader *, const ast_expr *, sonde_str name, const char *member);

static sonde_code read_character(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  sonde_str s;
  SONDE_TRY(text_of(r, e, name, &s));
  if (s.len == 2 && memcmp(s.ptr, "\\t", 2) == 0) s = str_of("\t");
  if (s.len > 1) return wrong(r, e, SONDE_UNSUPPORTED, name, "is one character here");
  return add_option(r, e, member, FILE_OPTION_TEXT, s);
}

static sonde_code read_text(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  sonde_str s;
  SONDE_TRY(text_of(r, e, name, &s));
  return name_is(s, "auto") ? SONDE_OK : add_option(r, e, member, FILE_OPTION_TEXT, s);
}

static sonde_code read_truth(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  bool truth;
  SONDE_TRY(bool_of(r, e, name, &truth));
  return add_option(r, e, member, FILE_OPTION_BOOL, str_of(truth ? "true" : "false"));
}

static sonde_code read_count(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  bool count = e->kind == AST_INTEGER && e->name.len <= 9 && e->name.ptr[e->name.len > 1] != 'x';
  return count ? add_option(r, e, member, FILE_OPTION_NUMBER, e->name)
               : wrong(r, e, SONDE_TYPE, name, "is a count of lines");
}

static sonde_code read_newline(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  static const char *const ends[][2] = {{"\n", "lf"},  {"\r\n", "crlf"},   {"\r", "cr"},
                                        {"\\n", "lf"}, {"\\r\\n", "crlf"}, {"\\r", "cr"}};
  sonde_str s;
  SONDE_TRY(text_of(r, e, name, &s));
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
    if (s.len == strlen(ends[i][0]) && memcmp(s.ptr, ends[i][0], s.len) == 0)
      return add_option(r, e, member, FILE_OPTION_TEXT, str_of(ends[i][1]));
  return wrong(r, e, SONDE_VALUE, name, "is '\\n', '\\r\\n' or '\\r'");
}

/* filename = true, or the column's name. */
static sonde_code read_filename(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  bool wanted = true;
  (void)member;
  bool named = e->kind == AST_STRING && !is_word(e, "true") && !is_word(e, "false");
  if (!named) SONDE_TRY(bool_of(r, e, name, &wanted));
  if (wanted) r->file->filename = named ? e->name : str_of("filename");
  return SONDE_OK;
}

static sonde_code read_hive(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  bool wanted;
  (void)member;
  SONDE_TRY(bool_of(r, e, name, &wanted));
  r->file->folders = wanted ? FILE_FOLDERS_ALWAYS : FILE_FOLDERS_NEVER;
  return SONDE_OK;
}

/* No row is left out for it: what a row has too few of is missing, and so is what does not fit its type. */
static sonde_code read_ignore_errors(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  (void)member;
  return bool_of(r, e, name, &r->file->forgiving);
}

/* Columns of several files are always matched by their names, every value is looked at, and short rows end in nulls. */
static sonde_code read_as_always(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  bool truth;
  (void)member;
  SONDE_TRY(bool_of(r, e, name, &truth));
  return truth ? SONDE_OK : wrong(r, e, SONDE_UNSUPPORTED, name, "can only be true");
}

static sonde_code read_ignored(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  (void)r, (void)e, (void)name, (void)member;
  return SONDE_OK;
}

/* Types that files are read as are read so; others from their text, by a cast that stands above (bind_file.c). */
static const char *type_read(const sql_file *f, sonde_str name) {
  static const uint8_t ids[SQL_TYPE_IDS] = {
      [SQL_BOOL] = TYPE_BOOL,           [SQL_TINYINT] = TYPE_INT64,
      [SQL_SMALLINT] = TYPE_INT64,      [SQL_INTEGER] = TYPE_INT64,
      [SQL_BIGINT] = TYPE_INT64,        [SQL_UTINYINT] = TYPE_INT64,
      [SQL_USMALLINT] = TYPE_INT64,     [SQL_UINTEGER] = TYPE_INT64,
      [SQL_FLOAT] = TYPE_DOUBLE,        [SQL_DOUBLE] = TYPE_DOUBLE,
      [SQL_DATE] = TYPE_DATE,           [SQL_TIME] = TYPE_TIME,
      [SQL_TIMESTAMP] = TYPE_TIMESTAMP, [SQL_TIMESTAMPTZ] = TYPE_TIMESTAMPTZ};
  sql_type t = {.id = SQL_TEXT};
  bool known = sql_type_of_name(name, &t);
  bool formatted =
      (t.id == SQL_DATE && f->date_format.len) || (t.id == SQL_TIMESTAMP && f->timestamp_format.len);
  return type_name(known && !formatted && ids[t.id] ? (type_id)ids[t.id] : TYPE_TEXT);
}

/* types = {'a': 'BIGINT'} or ['BIGINT'], columns = {'a': 'BIGINT'}: of all columns, with the names they shall have. */
static sonde_code read_types(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  sql_file *f = r->file;
  bool list = e->kind == AST_LIST;
  SONDE_CHECK(!f->n_types, r->err, SONDE_SYNTAX, e->at, "types of columns are given twice");
  if (e->kind != AST_STRUCT && (!list || member))
    return wrong(r, e, SONDE_TYPE, name, "names columns: {'a': 'BIGINT'}");
  sql_file_type *types = arena_array(r->memory, e->args.count, sizeof *types, r->err);
  if (!types) return r->err->code;
  for (uint32_t i = 0; i < e->args.count; i++) {
    types[i] = (sql_file_type){.column = list ? str_of("") : e->args.items[i]->alias};
    SONDE_TRY(text_of(r, e->args.items[i], name, &types[i].sql));
  }
  f->types = types;
  f->n_types = e->args.count;
  f->typed = list || member ? FILE_TYPES_IN_ORDER : FILE_TYPES_BY_NAME;
  return SONDE_OK;
}

static sonde_code read_all_text(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  static const sql_file_type text[] = {{{"", 0}, NULL, {"varchar", 7}}};
  bool all;
  (void)member;
  SONDE_TRY(bool_of(r, e, name, &all));
  if (!all || r->file->n_types) return SONDE_OK;
  r->file->types = text;
  r->file->n_types = 1;
  r->file->typed = FILE_TYPES_ALL;
  return SONDE_OK;
}

/* One text, or a list of them. */
static sonde_code read_texts(file_reader *r, const ast_expr *e, sonde_str name, const sonde_str **out,
                             uint32_t *n) {
  *n = e->kind == AST_LIST ? e->args.count : 1;
  sonde_str *texts = arena_array(r->memory, *n, sizeof *texts, r->err);
  if (!texts) return r->err->code;
  for (uint32_t i = 0; i < *n; i++)
    SONDE_TRY(text_of(r, e->kind == AST_LIST ? e->args.items[i] : e, name, &texts[i]));
  *out = texts;
  return SONDE_OK;
}

static sonde_code read_nulls(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  (void)member;
  return read_texts(r, e, name, &r->file->nulls, &r->file->n_nulls);
}

static sonde_code read_names(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  (void)member;
  return read_texts(r, e, name, &r->file->names, &r->file->n_names);
}

static sonde_code read_format(file_reader *r, const ast_expr *e, sonde_str name, const char *member) {
  return text_of(r, e, name, *member == 'd' ? &r->file->date_format : &r->file->timestamp_format);
}

static const struct {
  const char *name;
  option_reader read;
  const char *member; /* of ReadOptions */
} known_options[] = {{"delim", read_character, "delimiter"},
                     {"sep", read_character, "delimiter"},
                     {"quote", read_character, "quote"},
                     {"escape", read_character, "escape"},
                     {"comment", read_character, "comment"},
                     {"decimal_separator", read_character, "decimal"},
                     {"header", read_truth, "header"},
                     {"skip", read_count, "skip"},
                     {"encoding", read_text, "encoding"},
                     {"compression", read_text, "compression"},
                     {"new_line", read_newline, "newline"},
                     {"types", read_types, NULL},
                     {"dtypes", read_types, NULL},
                     {"column_types", read_types, NULL},
                     {"columns", read_types, "columns"},
                     {"all_varchar", read_all_text, NULL},
                     {"nullstr", read_nulls, NULL},
                     {"names", read_names, NULL},
                     {"null_padding", read_as_always, NULL},
                     {"dateformat", read_format, "date"},
                     {"timestampformat", read_format, "timestamp"},
                     {"filename", read_filename, NULL},
                     {"hive_partitioning", read_hive, NULL},
                     {"ignore_errors", read_ignore_errors, NULL},
                     {"union_by_name", read_as_always, NULL},
                     {"auto_detect", read_as_always, NULL},
                     {"sample_size", read_ignored, NULL},
                     {"parallel", read_ignored, NULL},
                     {"buffer_size", read_ignored, NULL},
                     {"max_line_size", read_ignored, NULL}};

static sonde_code read_option(file_reader *r, const ast_expr *e, sonde_str name) {
  nearest_name nearest = {.wanted = name};
  char hint[96];
  for (size_t i = 0; i < sizeof known_options / sizeof *known_options; i++) {
    if (name_is(name, known_options[i].name))
      return known_options[i].read(r, e, name, known_options[i].member);
    nearest_try(&nearest, str_of(known_options[i].name));
  }
  return status_set(r->err, SONDE_NAME, e->at, "files are not read with an option %.*s%s", (int)name.len,
                    name.ptr, nearest_text(&nearest, hint));
}

/* header = true, header := true, header => true */
static sonde_code read_argument(file_reader *r, const ast_expr *e) {
  if (e->alias.len) return read_option(r, e, e->alias);
  bool equals = e->kind == AST_OPERATOR && name_is(e->name, "=") && e->args.count == 2;
  const ast_expr *name = equals ? e->args.items[0] : NULL;
  bool named = name && name->kind == AST_COLUMN && name->path.count == 1;
  SONDE_CHECK(named, r->err, SONDE_SYNTAX, e->at, "behind the file stand options: name = value");
  return read_option(r, e->args.items[1], name->path.items[0]);
}

/* ---- paths ---- */

static sonde_code read_paths(file_reader *r, const ast_expr *e) {
  const ast_expr *const one[] = {e};
  bool list = e->kind == AST_LIST;
  uint32_t n = list ? e->args.count : 1;
  sonde_str *paths = arena_array(r->memory, n, sizeof *paths, r->err);
  if (!paths) return r->err->code;
  SONDE_CHECK(n, r->err, SONDE_VALUE, e->at, "the list of files is empty");
  SONDE_CHECK(n <= SQL_FILE_ENTRIES_MAX, r->err, SONDE_LIMIT, e->at, "more than %d files",
              SQL_FILE_ENTRIES_MAX);
  for (uint32_t i = 0; i < n; i++) {
    const ast_expr *path = list ? e->args.items[i] : one[i];
    SONDE_CHECK(path->kind == AST_STRING && path->name.len, r->err, SONDE_TYPE, path->at,
                "a file is named by a text");
    paths[i] = path->name;
  }
  r->file->paths = paths;
  r->file->n_paths = n;
  return SONDE_OK;
}

/* Once all options are known. */
static sonde_code choose_types(file_reader *r, const ast_expr *call) {
  sql_file *f = r->file;
  bool formats = f->date_format.len || f->timestamp_format.len;
  SONDE_CHECK(!formats || f->n_types, r->err, SONDE_UNSUPPORTED, call->at,
              "dateformat and timestampformat are for columns whose type is given: types = {'day': 'DATE'}");
  SONDE_CHECK(!f->n_names || f->typed != FILE_TYPES_BY_NAME || !f->n_types, r->err, SONDE_UNSUPPORTED,
              call->at, "columns that get other names have their types in order: types = ['BIGINT']");
  if (!f->n_types) return SONDE_OK;
  sql_file_type *types = arena_copy(r->memory, f->types, f->n_types * sizeof *types, r->err);
  if (!types) return r->err->code;
  for (uint32_t i = 0; i < f->n_types; i++) types[i].type = type_read(f, types[i].sql);
  f->types = types;
  return SONDE_OK;
}

static sonde_code read_call(file_reader *r, const ast_expr *call) {
  const ast_exprs *args = &call->args;
  SONDE_CHECK(args->count, r->err, SONDE_SYNTAX, call->at, "%.*s needs the name of a file",
              (int)call->name.len, call->name.ptr);
  SONDE_TRY(read_paths(r, args->items[0]));
  for (uint32_t i = 1; i < args->count; i++) SONDE_TRY(read_argument(r, args->items[i]));
  return choose_types(r, call);
}

sonde_code file_read(const ast_table *t, sonde_str sql, arena *memory, sql_file *out, sonde_error *err) {
  *out = (sql_file){.at = t->at, .name = file_name(t, sql)};
  file_reader r = {memory, err, out, arena_array(memory, SQL_FILE_OPTIONS_MAX, sizeof *r.options, err)};
  if (!r.options) return err->code;
  out->options = r.options;
  if (t->call) return read_call(&r, t->call);
  SONDE_CHECK(out->name.len, err, SONDE_VALUE, t->at, "a file is named by a text");
  out->paths = &t->path.items[0];
  out->n_paths = 1;
  return SONDE_OK;
}
