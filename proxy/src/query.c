/* `sonde query`: SQL over files, each under a name. */
#include "command.h"
#include "options.h"
#include "peek.h"
#include "query_print.h"
#include "query_tables.h"
#include "statements.h"
#include "whole_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

const char query_usage[] =
    "usage: sonde query [options] SQL\n"
    "       sonde query [options] --file PATH\n"
    "       sonde query --functions    what SQL can call, as JSON\n\n"
    "Answers SQL over CSV and Parquet files: FROM 'x.csv', read_csv('x*.csv', delim = ';'), read_parquet(['a', 'b']).\n\n"
    "  --table NAME=PATH   the file that NAME stands for in the SQL; can be repeated\n"
    "  --json              {\"columns\":[{\"name\",\"type\"}],\"rows\":[[...]]}, every digit exact\n"
    "  --csv               comma-separated values with a header\n"
    "  --drawn             a table with aligned columns (the default)\n"
    "  --arrow, --parquet  an Arrow stream or a Parquet file, with the answer's types\n"
    "  -o FILE             writes the answer to FILE, which stays as it was until all is written; its ending names the\n"
    "                      form: .json .csv .parquet .arrow .arrows (a stream)\n"
    "  --file PATH         answers the statements of a file (-: standard input) one after the other; each ends\n"
    "                      with a ; at the end of a line. With --json an answer is a line, {\"error\",\"at\"} for a wrong one\n"
    "  --threads N         how many compute; one for each core unless given\n"
    "  --timezone NAME     the zone in which points in time are shown, read and taken apart (Europe/Rome); UTC unless given\n"
    "  --timing            how long each statement took, on standard error\n"
    "  --memory BYTES      how much the engine may hold; 4 GB unless given\n";

enum { DEFAULT_MEMORY_GB = 4, TABLES_MAX = 64 };

typedef enum { AS_TABLE, AS_JSON, AS_CSV, AS_ARROW, AS_ARROW_STREAM, AS_PARQUET } form;

typedef struct {
  form form;
  uint64_t memory;
  unsigned threads;
  bool timing, functions;
  const char *sql, *file; /* one of them is NULL */
  const char *members;    /* further ones of the query job, for tests: how memory and batches are measured */
  const char *out;        /* NULL: standard output */
  const char *zone;       /* NULL: UTC */
  sonde_str names[TABLES_MAX];
  const char *paths[TABLES_MAX];
  unsigned n_tables;
} query_options;

/* ---- the command line ---- */

static int take_table(query_options *o, const char *word) {
  const char *equals = word ? strchr(word, '=') : NULL;
  if (!equals || equals == word) return say_usage_error("--table is NAME=PATH");
  if (o->n_tables == TABLES_MAX) return say_usage_error("more than %d tables", TABLES_MAX);
  o->names[o->n_tables] = (sonde_str){word, (size_t)(equals - word)};
  o->paths[o->n_tables++] = equals + 1;
  return EXIT_FINE;
}

static bool take_form(const char *word, query_options *o) {
  static const struct {
    const char *word;
    form form;
  } forms[] = {{"--json", AS_JSON},
               {"--csv", AS_CSV},
               {"--drawn", AS_TABLE},
               {"--arrow", AS_ARROW_STREAM},
               {"--parquet", AS_PARQUET}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (strcmp(word, forms[i].word) == 0) return o->form = forms[i].form, true;
  return false;
}

static int take_out(query_options *o, const char *path) {
  static const struct {
    const char *ending;
    form form;
  } forms[] = {{".json", AS_JSON},
               {".csv", AS_CSV},
               {".parquet", AS_PARQUET},
               {".arrow", AS_ARROW},
               {".arrows", AS_ARROW_STREAM}};
  if (!path) return EXIT_USAGE;
  const char *dot = strrchr(path, '.');
  o->out = path;
  for (size_t i = 0; dot && i < sizeof forms / sizeof *forms; i++)
    if (strcmp(dot, forms[i].ending) == 0) return o->form = forms[i].form, EXIT_FINE;
  return say_usage_error("%s: its ending names no form", path);
}

static int take_memory(query_options *o, const char *bytes) {
  return bytes && number_of(bytes, &o->memory) ? EXIT_FINE : say_usage_error("--memory is a number of bytes");
}

static int take_word(int argc, char **argv, int *at, query_options *o) {
  const char *word = argv[*at];
  if (take_form(word, o)) return EXIT_FINE;
  if (strcmp(word, "-o") == 0) return take_out(o, option_value(argc, argv, at));
  if (strcmp(word, "--table") == 0) return take_table(o, option_value(argc, argv, at));
  if (strcmp(word, "--timing") == 0) return o->timing = true, EXIT_FINE;
  if (strcmp(word, "--timezone") == 0)
    return (o->zone = option_value(argc, argv, at)) ? EXIT_FINE : say_usage_error("--timezone needs a name");
  if (strcmp(word, "--functions") == 0) return o->functions = true, EXIT_FINE;
  if (strcmp(word, "--file") == 0)
    return (o->file = option_value(argc, argv, at)) ? EXIT_FINE : say_usage_error("--file needs a path");
  if (strcmp(word, "--threads") == 0) return threads_of(option_value(argc, argv, at), &o->threads);
  if (strcmp(word, "--with") == 0)
    return (o->members = option_value(argc, argv, at)) ? EXIT_FINE : say_usage_error("--with needs members");
  if (strcmp(word, "--memory") == 0) return take_memory(o, option_value(argc, argv, at));
  if (o->sql) return say_usage_error("more than one SQL text: %s", word);
  o->sql = word;
  return EXIT_FINE;
}

static bool is_binary(form f) { return f >= AS_ARROW; }

static int check_options(const query_options *o) {
  if (o->functions) return o->sql || o->file ? say_usage_error("--functions stands alone") : EXIT_FINE;
  if (!o->sql == !o->file) return say_usage_error(o->sql ? "either SQL or --file" : "the SQL is missing");
  if (o->file && (o->out || is_binary(o->form)))
    return say_usage_error("-o, --arrow and --parquet take the answer of one statement, not of a --file");
  if (is_binary(o->form) && !o->out && isatty(STDOUT_FILENO))
    return say_usage_error("the answer is no text for a terminal: -o FILE writes it to a file");
  return EXIT_FINE;
}

static int read_options(int argc, char **argv, query_options *o) {
  for (int at = 1; at < argc; at++) {
    int code = take_word(argc, argv, &at, o);
    if (code) return code;
  }
  return check_options(o);
}

/* ---- one statement ---- */

typedef struct {
  const query_options *options;
  host *host;
  query_tables tables;
} session;

/* `more`: further members. */
static void put_query(text *spec, session *s, sonde_str sql, const char *more) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  text_print(spec, "{\"job\":\"query\"%s%s%s,\"now\":%lld,\"seed\":%ld,\"spool\":%u,\"tables\":", more,
             s->options->members, s->options->threads > 1 ? ",\"parallel\":true" : "",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, now.tv_nsec, host_spool(s->host));
  tables_put(&s->tables, spec);
  text_print(spec, ",\"timezone\":");
  text_add_json(spec, str_from(s->options->zone ? s->options->zone : ""));
  text_print(spec, ",\"sql\":");
  text_add_json(spec, sql);
  text_print(spec, "}");
}

static bool gather_page(void *user, sonde_page page) {
  text_add(user, (const char *)page.base, page.size);
  return true;
}

/* The whole answer is gathered first: what fails half-way prints no rows. */
static bool answer_text(session *s, sonde_str sql, FILE *out, sonde_error *err) {
  text spec = {0}, gathered = {0};
  put_query(&spec, s, sql, "");
  bool done = host_run(s->host, text_str(&spec), gather_page, &gathered, NULL, err);
  if (done) switch (s->options->form) {
    case AS_JSON: print_line(text_str(&gathered), out); break;
    case AS_CSV: print_csv(text_str(&gathered), out); break;
    default: print_drawn(text_str(&gathered), out); break;
    }
  text_free(&spec);
  text_free(&gathered);
  return done;
}

/* Arrow as every reader takes it: some do not know compressed batches. */
static const char *export_format(form f) {
  if (f == AS_PARQUET) return "\"parquet\"";
  return f == AS_ARROW ? "\"arrow\",\"compression\":\"none\"" : "\"arrow stream\",\"compression\":\"none\"";
}

/* Kept as a table first, which is then exported. */
static bool answer_binary(session *s, sonde_str sql, whole_file *out, sonde_error *err) {
  text spec = {0}, info = {0};
  put_query(&spec, s, sql, ",\"keep\":true");
  bool done = host_run(s->host, text_str(&spec), NULL, NULL, &info, err);
  text_clear(&spec);
  text_print(&spec, "{\"job\":\"export\",\"table\":%llu,\"format\":%s}",
             (unsigned long long)(done ? peek_u64(peek_member(text_str(&info), "table")) : 0),
             export_format(s->options->form));
  done = done && host_run(s->host, text_str(&spec), whole_page, out, NULL, err);
  text_free(&spec);
  text_free(&info);
  return done || out->error;
}

static void tell_time(struct timespec begin) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
  fprintf(stderr, "%.3f ms\n", ms);
}

static bool answer(session *s, sonde_str sql, whole_file *out, sonde_error *err) {
  struct timespec begin;
  if (!tables_add_files(&s->tables, sql, err)) return false;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  bool done =
      is_binary(s->options->form) ? answer_binary(s, sql, out, err) : answer_text(s, sql, out->file, err);
  if (s->options->timing) tell_time(begin);
  return done;
}

static int say_wrong(const sonde_error *err) {
  return say_error("%s (at byte %llu of the SQL)", err->message, (unsigned long long)err->at);
}

/* ---- a file of statements ---- */

static int tell_wrong(const session *s, const sonde_error *err) {
  text line = {0};
  if (s->options->form != AS_JSON) return say_wrong(err);
  text_print(&line, "{\"error\":");
  text_add_json(&line, str_from(err->message));
  text_print(&line, ",\"at\":%llu}\n", (unsigned long long)err->at);
  fwrite(line.ptr, 1, line.len, stdout);
  text_free(&line);
  return EXIT_ERROR;
}

static int answer_file(session *s, FILE *file) {
  text sql = {0};
  whole_file out;
  int code = whole_open(&out, NULL);
  while (statement_read(file, &sql)) {
    sonde_error err = {0};
    if (!answer(s, text_str(&sql), &out, &err)) code = tell_wrong(s, &err);
    fflush(stdout);
  }
  text_free(&sql);
  return code;
}

static int answer_path(session *s, const char *path) {
  if (strcmp(path, "-") == 0) return answer_file(s, stdin);
  FILE *file = fopen(path, "r");
  if (!file) return say_error("%s cannot be read", path);
  int code = answer_file(s, file);
  fclose(file);
  return code;
}

/* ---- the command ---- */

static int list_functions(host *h) {
  sonde_error err = {0};
  text info = {0};
  bool done = host_run(h, str_from("{\"job\":\"functions\"}"), NULL, NULL, &info, &err);
  if (done) print_line(text_str(&info), stdout);
  text_free(&info);
  return done ? EXIT_FINE : say_error("%s", err.message);
}

static int load_all(session *s) {
  const query_options *o = s->options;
  sonde_error err = {0};
  for (unsigned i = 0; i < o->n_tables; i++)
    if (!tables_add(&s->tables, o->names[i], o->paths[i], &err))
      return say_error("%s: %s", o->paths[i], err.message);
  return EXIT_FINE;
}

static int answer_one(session *s) {
  sonde_error err = {0};
  whole_file out;
  int code = whole_open(&out, s->options->out);
  if (code) return code;
  if (!answer(s, str_from(s->options->sql), &out, &err)) code = say_wrong(&err);
  return whole_close(&out, code);
}

static int run(const query_options *o) {
  sonde_error err = {0};
  uint64_t memory = o->memory ? o->memory : (uint64_t)DEFAULT_MEMORY_GB << 30;
  host_options means = {.threads = o->threads, .memory = memory, .gathers = true, .keep_columns = true};
  session s = {.options = o, .host = host_open(&means, &err)};
  if (!s.host) return say_error("%s", err.message);
  s.tables.host = s.host;
  int code = load_all(&s);
  if (!code)
    code = o->functions ? list_functions(s.host) : o->file ? answer_path(&s, o->file) : answer_one(&s);
  tables_free(&s.tables);
  host_close(s.host);
  return code;
}

/* A query asks for much memory again and again. Giving it back to the system in between costs page faults: a tenth of the time. */
static void keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 512 << 20);
#endif
}

int command_query(int argc, char **argv) {
  query_options o = {.form = AS_TABLE, .members = "", .threads = threads_by_default()};
  int code = read_options(argc, argv, &o);
  if (code) return code;
  keep_memory();
  return run(&o);
}
