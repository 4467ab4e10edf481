/* `sonde query`: SQL over files, each under a name. */
#include "bytes.h"
#include "command.h"
#include "host.h"
#include "options.h"
#include "peek.h"
#include "statements.h"
#include "table_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

const char query_usage[] =
    "usage: sonde query [options] SQL\n"
    "       sonde query [options] --file PATH\n\n"
    "Answers SQL over CSV and Parquet files.\n\n"
    "  --table NAME=PATH   the file that NAME stands for in the SQL; can be repeated\n"
    "  --json              {\"columns\":[{\"name\",\"type\"}],\"rows\":[[...]]}, every digit exact\n"
    "  --csv               comma-separated values with a header\n"
    "  --drawn             a table with aligned columns (the default)\n"
    "  --file PATH         answers the statements of a file (-: standard input) one after the other; each ends\n"
    "                      with a ; at the end of a line. With --json an answer is a line, {\"error\",\"at\"} for a wrong one\n"
    "  --timing            how long each statement took, on standard error\n"
    "  --memory BYTES      how much the engine may hold; 4 GB unless given\n";

enum { TABLES_MAX = SOURCES_MAX };
enum { DEFAULT_MEMORY_GB = 4 };

typedef enum { AS_TABLE, AS_JSON, AS_CSV } form;

typedef struct {
  form form;
  uint64_t memory;
  bool timing;
  const char *sql, *file; /* one of them is NULL */
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

static int take_word(int argc, char **argv, int *at, query_options *o) {
  const char *word = argv[*at];
  if (strcmp(word, "--json") == 0) return o->form = AS_JSON, EXIT_FINE;
  if (strcmp(word, "--csv") == 0) return o->form = AS_CSV, EXIT_FINE;
  if (strcmp(word, "--drawn") == 0) return o->form = AS_TABLE, EXIT_FINE;
  if (strcmp(word, "--table") == 0) return take_table(o, option_value(argc, argv, at));
  if (strcmp(word, "--timing") == 0) return o->timing = true, EXIT_FINE;
  if (strcmp(word, "--file") == 0)
    return (o->file = option_value(argc, argv, at)) ? EXIT_FINE : say_usage_error("--file needs a path");
  if (strcmp(word, "--memory") == 0) {
    const char *bytes = option_value(argc, argv, at);
    return bytes && number_of(bytes, &o->memory) ? EXIT_FINE
                                                 : say_usage_error("--memory is a number of bytes");
  }
  if (o->sql) return say_usage_error("more than one SQL text: %s", word);
  o->sql = word;
  return EXIT_FINE;
}

static int read_options(int argc, char **argv, query_options *o) {
  for (int at = 1; at < argc; at++) {
    int code = take_word(argc, argv, &at, o);
    if (code) return code;
  }
  if (!o->sql == !o->file) return say_usage_error(o->sql ? "either SQL or --file" : "the SQL is missing");
  return EXIT_FINE;
}

/* ---- tables ---- */

static const char *name_in(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

static bool ask(host *h, text *spec, text *info, sonde_error *err) {
  bool done = host_run(h, text_str(spec), NULL, NULL, info, err);
  text_clear(spec);
  return done;
}

static bool inflate(host *h, uint32_t source, uint64_t id, text *spec, sonde_error *err) {
  uint32_t spool;
  text_print(spec, "{\"job\":\"inflate\",\"source\":%u,\"table\":%llu}", source, (unsigned long long)id);
  bool done = host_inflate(h, text_str(spec), &spool, err);
  text_clear(spec);
  if (!done) return false;
  text_print(spec, "{\"job\":\"spool\",\"table\":%llu,\"source\":%u}", (unsigned long long)id, spool);
  return ask(h, spec, NULL, err);
}

/* Opens a file and takes it as far as its exact types. */
static bool load(host *h, const char *path, uint64_t *id, sonde_error *err) {
  text spec = {0}, info = {0};
  uint32_t source = host_add(h, path, err);
  text_print(&spec, "{\"job\":\"open\",\"source\":%u,\"name\":", source);
  text_add_json(&spec, str_from(name_in(path)));
  text_print(&spec, ",\"read\":{}}");
  bool done = source && ask(h, &spec, &info, err);
  *id = done ? peek_u64(peek_member(text_str(&info), "table")) : 0;
  if (done && peek_is_true(peek_member(text_str(&info), "needs_inflate")))
    done = inflate(h, source, *id, &spec, err);
  if (done && !peek_is(peek_member(text_str(&info), "state"), "imported")) {
    text_print(&spec, "{\"job\":\"index\",\"table\":%llu}", (unsigned long long)*id);
    done = ask(h, &spec, NULL, err);
    text_print(&spec, "{\"job\":\"import\",\"table\":%llu}", (unsigned long long)*id);
    done = done && ask(h, &spec, NULL, err);
  }
  text_free(&spec);
  text_free(&info);
  return done;
}

/* ---- answers ---- */

static bool gather_page(void *user, sonde_page page) {
  text_add(user, (const char *)page.base, page.size);
  return true;
}

static void print_field(const text *cell) {
  if (!cell->len || !strpbrk(cell->ptr, ",\"\r\n")) {
    fwrite(cell->ptr ? cell->ptr : "", 1, cell->len, stdout);
    return;
  }
  putchar('"');
  for (size_t i = 0; i < cell->len; i++) {
    if (cell->ptr[i] == '"') putchar('"');
    putchar(cell->ptr[i]);
  }
  putchar('"');
}

typedef struct {
  table_text *table; /* NULL: CSV */
  text cell;
  size_t n;
} printer;

static void put_cell(printer *p, sonde_str value) {
  text_clear(&p->cell);
  if (!peek_is_null(value)) peek_add_text(&p->cell, value);
  if (p->table) {
    table_text_cell(p->table, text_str(&p->cell));
    return;
  }
  if (p->n++) putchar(',');
  print_field(&p->cell);
}

static void end_row(printer *p) {
  if (!p->table) putchar('\n');
  p->n = 0;
}

static void print_rows(sonde_str answer, printer *p) {
  sonde_str columns = peek_member(answer, "columns"), rows = peek_member(answer, "rows"), one, cell;
  for (size_t at = 0; peek_next(columns, &at, &one);) put_cell(p, peek_member(one, "name"));
  end_row(p);
  for (size_t at = 0; peek_next(rows, &at, &one); end_row(p))
    for (size_t k = 0; peek_next(one, &k, &cell);) put_cell(p, cell);
}

static void print_answer(sonde_str answer, form f) {
  printer p = {0};
  table_text table = {0};
  if (f == AS_TABLE) {
    table = table_text_new(peek_count(peek_member(answer, "columns")));
    p.table = &table;
  }
  print_rows(answer, &p);
  if (f == AS_TABLE) {
    table_text_print(&table, stdout, 1, terminal_width(stdout));
    table_text_free(&table);
  }
  text_free(&p.cell);
}

/* ---- one statement ---- */

static void put_query(text *spec, const query_options *o, const uint64_t *ids, uint32_t spool,
                      sonde_str sql) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  text_print(spec, "{\"job\":\"query\",\"now\":%lld,\"seed\":%ld,\"spool\":%u,\"tables\":[",
             (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000, now.tv_nsec, spool);
  for (unsigned i = 0; i < o->n_tables; i++) {
    text_print(spec, "%s{\"table\":%llu,\"name\":", i ? "," : "", (unsigned long long)ids[i]);
    text_add_json(spec, o->names[i]);
    text_print(spec, "}");
  }
  text_print(spec, "],\"sql\":");
  text_add_json(spec, sql);
  text_print(spec, "}");
}

typedef struct {
  const query_options *options;
  host *host;
  uint64_t tables[TABLES_MAX];
} session;

static void tell_time(struct timespec begin) {
  struct timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  double ms = (double)(end.tv_sec - begin.tv_sec) * 1e3 + (double)(end.tv_nsec - begin.tv_nsec) / 1e6;
  fprintf(stderr, "%.3f ms\n", ms);
}

/* One line: in JSON, breaks stand between values only. */
static void print_line(sonde_str answer) {
  for (size_t i = 0; i < answer.len; i++)
    if (answer.ptr[i] != '\n') putchar(answer.ptr[i]);
  putchar('\n');
}

/* The whole answer is gathered first: what fails half-way prints no rows. */
static bool answer(session *s, sonde_str sql, sonde_error *err) {
  text spec = {0}, gathered = {0};
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  put_query(&spec, s->options, s->tables, host_spool(s->host), sql);
  bool done = host_run(s->host, text_str(&spec), gather_page, &gathered, NULL, err);
  if (s->options->timing) tell_time(begin);
  if (done && s->options->form == AS_JSON)
    print_line(text_str(&gathered));
  else if (done)
    print_answer(text_str(&gathered), s->options->form);
  text_free(&spec);
  text_free(&gathered);
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
  int code = EXIT_FINE;
  while (statement_read(file, &sql)) {
    sonde_error err = {0};
    if (!answer(s, text_str(&sql), &err)) code = tell_wrong(s, &err);
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

static int load_all(session *s) {
  const query_options *o = s->options;
  sonde_error err = {0};
  for (unsigned i = 0; i < o->n_tables; i++)
    if (!load(s->host, o->paths[i], &s->tables[i], &err))
      return say_error("%s: %s", o->paths[i], err.message);
  return EXIT_FINE;
}

static int answer_all(session *s) {
  sonde_error err = {0};
  if (s->options->file) return answer_path(s, s->options->file);
  return answer(s, str_from(s->options->sql), &err) ? EXIT_FINE : say_wrong(&err);
}

static int run(const query_options *o) {
  sonde_error err = {0};
  uint64_t memory = o->memory ? o->memory : (uint64_t)DEFAULT_MEMORY_GB << 30;
  host_options means = {.threads = 1, .memory = memory, .keep_columns = true};
  session s = {.options = o, .host = host_open(&means, &err)};
  if (!s.host) return say_error("%s", err.message);
  int code = load_all(&s);
  if (!code) code = answer_all(&s);
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
  query_options o = {.form = AS_TABLE};
  int code = read_options(argc, argv, &o);
  if (code) return code;
  keep_memory();
  return run(&o);
}
