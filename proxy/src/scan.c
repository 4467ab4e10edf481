/* `sonde scan`: reads every byte and reports what the table is made of. */
#include "command.h"
#include "progress.h"
#include "rows.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

const char scan_usage[] =
    "sonde scan FILE [--json] [--threads N] [--memory MB] [--columns]\n"
    "\n"
    "Reads the whole file: how it was read and why, types and statistics of its columns, rows that do not fit.\n"
    "\n"
    "  --json              one object: {\"file\",\"bytes\",\"rows\",\"compression\",\"guesses\",\"columns\":[{\"name\",\"type\",\n"
    "                      \"nulls\",\"min\",\"max\",\"mean\",\"distinct\"}],\"bad\",\"bad_rows\",\"seconds\",\"peak_bytes\"}\n"
    "  --threads N         default: one for each core\n"
    "  --memory MB         what it may hold; default: 256 for each thread and 256 more\n"
    "  --columns           also keep the decoded columns as long as there is memory, as the explorer does; nothing here\n"
    "                      comes back to them, so the default is --no-columns\n"
    "\n";

enum { BAD_SHOWN = 20 };

typedef struct {
  dataset data;
  text bad; /* what the job "bad" said */
  double seconds;
} scanned;

static int read_options(int argc, char **argv, options *o) {
  for (int i = 1; i < argc; i++) {
    int code = options_take(argc, argv, &i, o);
    if (code > 0) return code;
    if (code == 0) continue;
    bool columns = strcmp(argv[i], "--columns") == 0;
    if (!columns && strcmp(argv[i], "--no-columns") != 0)
      return say_usage_error("%s is not understood", argv[i]);
    o->host.keep_columns = columns;
  }
  return options_check(o);
}

static int list_bad(scanned *s) {
  text spec = {0};
  text_print(&spec, "{\"job\":\"bad\",\"table\":%u,\"first\":0,\"count\":%d}", s->data.id, BAD_SHOWN);
  int code = dataset_ask(&s->data, &spec, NULL, NULL, &s->bad);
  text_free(&spec);
  return code;
}

static int scan(const options *o, scanned *s) {
  progress_line line = {0};
  double began = seconds_now();
  int code = dataset_open(o, NULL, NULL, &s->data);
  if (code) return code;
  progress_begin(&line, s->data.host);
  line.doing = "counting rows";
  code = dataset_index(&s->data);
  line.doing = "reading columns";
  if (!code) code = dataset_import(&s->data, o->host.keep_columns);
  progress_end(&line);
  s->seconds = seconds_now() - began;
  return code ? code : list_bad(s);
}

static sonde_str bad_member(const scanned *s, const char *name) {
  return peek_member(text_str(&s->bad), name);
}

static uint64_t peak_bytes(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

static void add_raw(text *out, const char *name, sonde_str value) {
  text_print(out, ",\"%s\":", name);
  text_add(out, value.len ? value.ptr : "null", value.len ? value.len : 4);
}

/* The statistics stand beside the name rather than in an object of their own. */
static void add_column_json(text *out, sonde_str column) {
  sonde_str name = peek_member(column, "name"), scale = peek_member(column, "scale");
  sonde_str stats = peek_member(column, "stats");
  text_print(out, "{\"name\":%.*s", (int)name.len, name.ptr);
  add_raw(out, "type", peek_member(column, "type"));
  if (scale.len) add_raw(out, "scale", scale);
  if (stats.len > 2) text_print(out, ",%.*s", (int)stats.len - 2, stats.ptr + 1);
  text_add(out, "}", 1);
}

static void add_columns_json(text *out, sonde_str columns) {
  size_t at = 0, n = 0;
  text_print(out, ",\n\"columns\":[");
  for (sonde_str column; peek_next(columns, &at, &column);) {
    text_print(out, n++ ? ",\n" : "\n");
    add_column_json(out, column);
  }
  text_add(out, "]", 1);
}

static void add_json(text *out, const scanned *s) {
  text_print(out, "{\"file\":");
  text_add_json(out, str_from(host_path(s->data.host)));
  text_print(out, ",\"bytes\":%llu,\"rows\":%llu", (unsigned long long)host_file_size(s->data.host),
             (unsigned long long)dataset_rows(&s->data));
  add_raw(out, "compression", dataset_member(&s->data, "compression"));
  text_add(out, ",\n\"guesses\":", strlen(",\n\"guesses\":"));
  sonde_str guesses = dataset_member(&s->data, "guesses");
  text_add(out, guesses.ptr, guesses.len);
  add_columns_json(out, dataset_member(&s->data, "columns"));
  add_raw(out, "bad", bad_member(s, "bad"));
  add_raw(out, "bad_rows", bad_member(s, "total"));
  text_print(out, ",\n\"seconds\":%.6f,\"peak_bytes\":%llu}\n", s->seconds, (unsigned long long)peak_bytes());
}

static void add_summary(text *out, const scanned *s) {
  uint64_t bytes = host_file_size(s->data.host), rows = dataset_rows(&s->data);
  size_t columns = peek_count(dataset_member(&s->data, "columns"));
  text_print(out, "%s: ", host_path(s->data.host));
  text_add_bytes(out, bytes);
  text_print(out, ", ");
  text_add_count(out, rows);
  text_print(out, " %s, %zu %s; read in %.2f s (", rows == 1 ? "row" : "rows", columns,
             columns == 1 ? "column" : "columns", s->seconds);
  text_add_bytes(out, (uint64_t)((double)bytes / s->seconds));
  text_print(out, "/s)\n");
}

/* Characters that one would not see, by their names. */
static void add_setting(text *out, sonde_str value) {
  if (value.len <= 2)
    text_print(out, "none"); /* two quotation marks */
  else if (peek_is(value, "\\t"))
    text_print(out, "tab");
  else if (peek_is(value, " "))
    text_print(out, "space");
  else
    peek_add_text(out, value);
}

static void add_reason(text *out, sonde_str guess) {
  sonde_str runner_up = peek_member(guess, "runnerUp");
  peek_add_text(out, peek_member(guess, "reason"));
  if (peek_is_null(runner_up)) return;
  text_print(out, "; next best: ");
  add_setting(out, peek_member(runner_up, "value"));
}

static void draw_guess(table_text *t, sonde_str guess) {
  text setting = {0}, value = {0}, reason = {0};
  peek_add_text(&setting, peek_member(guess, "setting"));
  add_setting(&value, peek_member(guess, "value"));
  add_reason(&reason, guess);
  table_text_cell(t, text_str(&setting));
  table_text_cell(t, text_str(&value));
  table_text_sentence(t, text_str(&reason));
  text_free(&setting);
  text_free(&value);
  text_free(&reason);
}

static void print_guesses(const scanned *s) {
  table_text t = table_text_new(3);
  sonde_str guesses = dataset_member(&s->data, "guesses");
  size_t at = 0;
  for (sonde_str guess; peek_next(guesses, &at, &guess);) draw_guess(&t, guess);
  table_text_print(&t, stdout, 0, 0);
  table_text_free(&t);
}

static const char *const column_members[] = {"nulls", "distinct", "mean", "min", "max"};
enum { n_members = sizeof column_members / sizeof *column_members, n_shown = n_members + 2 };

static void add_statistic(text *cell, sonde_str stats, size_t m) {
  sonde_str value = peek_member(stats, column_members[m]);
  if (peek_is_null(value)) return;
  if (m < 2)
    text_add_count(cell, peek_u64(value));
  else if (m == 2)
    text_print(cell, "%.6g", peek_double(value));
  else
    peek_add_text(cell, value);
}

static void draw_column(table_text *t, sonde_str column) {
  text cell = {0};
  for (size_t i = 0; i < n_shown; i++) {
    text_clear(&cell);
    if (i == 0)
      peek_add_text(&cell, peek_member(column, "name"));
    else if (i == 1)
      peek_add_text(&cell, peek_member(column, "type"));
    else
      add_statistic(&cell, peek_member(column, "stats"), i - 2);
    table_text_cell(t, text_str(&cell));
  }
  text_free(&cell);
}

static void print_columns(const scanned *s) {
  static const char *const heads[n_shown] = {"column", "type", "nulls", "distinct", "mean", "min", "max"};
  table_text t = table_text_new(n_shown);
  size_t at = 0;
  for (size_t i = 0; i < n_shown; i++) {
    t.right[i] = i >= 2 && i <= 4;
    table_text_cell_cstr(&t, heads[i]);
  }
  sonde_str columns = dataset_member(&s->data, "columns");
  for (sonde_str column; peek_next(columns, &at, &column);) draw_column(&t, column);
  table_text_print(&t, stdout, 1, terminal_width(stdout));
  table_text_free(&t);
}

static void draw_bad(table_text *t, sonde_str bad) {
  static const char *const members[] = {"line", "row", "offset", "message"};
  text cell = {0};
  for (size_t i = 0; i < 4; i++) {
    text_clear(&cell);
    if (i < 3)
      text_add_count(&cell, peek_u64(peek_member(bad, members[i])));
    else
      peek_add_text(&cell, peek_member(bad, members[i]));
    (i < 3 ? table_text_cell : table_text_sentence)(t, text_str(&cell));
  }
  text_free(&cell);
}

static void print_bad(const scanned *s) {
  static const char *const heads[] = {"line", "row", "byte", "what is wrong"};
  uint64_t total = peek_u64(bad_member(s, "total"));
  if (!total) {
    puts("Every row fits.");
    return;
  }
  text count = {0};
  text_add_count(&count, total);
  printf("%s %s%s\n", count.ptr, total == 1 ? "row does not fit" : "rows do not fit",
         total > BAD_SHOWN ? "; the first of them:" : ":");
  text_free(&count);
  table_text t = table_text_new(4);
  for (size_t i = 0; i < 4; i++) {
    t.right[i] = i < 3;
    table_text_cell_cstr(&t, heads[i]);
  }
  sonde_str list = bad_member(s, "bad");
  size_t at = 0;
  for (sonde_str bad; peek_next(list, &at, &bad);) draw_bad(&t, bad);
  table_text_print(&t, stdout, 1, 0);
  table_text_free(&t);
}

static void print_report(const scanned *s) {
  text summary = {0};
  add_summary(&summary, s);
  fputs(summary.ptr, stdout);
  text_free(&summary);
  putchar('\n');
  print_guesses(s);
  putchar('\n');
  print_columns(s);
  putchar('\n');
  print_bad(s);
}

static int print(const scanned *s, bool json) {
  text out = {0};
  if (json) {
    add_json(&out, s);
    fwrite(out.ptr, 1, out.len, stdout);
    text_free(&out);
  } else {
    print_report(s);
  }
  return ferror(stdout) || fflush(stdout) ? say_error("cannot write to standard output") : EXIT_FINE;
}

int command_scan(int argc, char **argv) {
  options o;
  scanned s = {0};
  options_init(&o);
  int code = read_options(argc, argv, &o);
  if (!code) code = scan(&o, &s);
  if (!code) code = print(&s, o.json);
  dataset_close(&s.data);
  text_free(&s.bad);
  options_free(&o);
  return code;
}
