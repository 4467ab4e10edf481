/* `sonde head`: what the sniffer sees in the first bytes, however large the file. */
#include "command.h"
#include "rows.h"
#include <stdio.h>
#include <string.h>

const char head_usage[] =
    "sonde head FILE [-n ROWS] [--json]\n"
    "\n"
    "Shows the first rows. Names, types and the rest are guessed from the beginning of the file; `sonde scan` reads all.\n"
    "\n"
    "  -n ROWS             how many, at most 200; default: 10\n"
    "  --json              {\"columns\":[{\"name\",\"type\"}],\"rows\":[[…]]}\n"
    "\n";

enum { ROWS_MAX = 200 };

static int read_options(int argc, char **argv, options *o, uint64_t *rows) {
  for (int i = 1; i < argc; i++) {
    int code = options_take(argc, argv, &i, o);
    if (code > 0) return code;
    if (code == 0) continue;
    if (strcmp(argv[i], "-n") != 0) return say_usage_error("%s is not understood", argv[i]);
    const char *value = option_value(argc, argv, &i);
    if (!value) return EXIT_USAGE;
    if (!number_of(value, rows) || *rows > ROWS_MAX)
      return say_usage_error("-n takes a number up to %d; `sonde view FILE --rows A:B` prints any rows",
                             ROWS_MAX);
  }
  return options_check(o);
}

static void print_summary(const dataset *t) {
  text s = {0};
  bool exact = peek_is_true(peek_member(dataset_member(t, "rows"), "exact"));
  size_t columns = peek_count(dataset_member(t, "columns"));
  text_add_bytes(&s, host_file_size(t->host));
  text_print(&s, exact ? ", " : ", about ");
  text_add_count(&s, dataset_rows(t));
  text_print(&s, " %s, %zu %s\n\n", dataset_rows(t) == 1 ? "row" : "rows", columns,
             columns == 1 ? "column" : "columns");
  fputs(s.ptr, stdout);
  text_free(&s);
}

/* Files of which the first bytes are all are read like `sonde scan` does; of others nobody knows yet. */
enum { ALL_SEEN = 256 << 10 };

static int print_bad(dataset *t) {
  if (host_file_size(t->host) > ALL_SEEN || peek_is_true(dataset_member(t, "needs_inflate")))
    return EXIT_FINE;
  int code = dataset_index(t);
  if (!code) code = dataset_import(t, false);
  uint64_t bad = code ? 0 : peek_u64(dataset_member(t, "badRows"));
  if (bad) {
    text s = {0};
    text_print(&s, "\n");
    text_add_count(&s, bad);
    text_print(&s, bad == 1 ? " row does not fit" : " rows do not fit");
    printf("%s; `sonde scan` says where and why.\n", s.ptr);
    text_free(&s);
  }
  return code;
}

int command_head(int argc, char **argv) {
  options o;
  uint64_t wanted = 10;
  options_init(&o);
  int code = read_options(argc, argv, &o, &wanted);
  if (!code) {
    dataset t;
    rows_out rows = rows_begin(o.json, wanted);
    o.host.threads = 1;
    code = dataset_open(&o, rows_page, &rows, &t);
    if (!code && !o.json) print_summary(&t);
    if (!code) code = rows_print(&rows, dataset_member(&t, "columns"), "");
    if (!code && !o.json) code = print_bad(&t);
    rows_free(&rows);
    dataset_close(&t);
  }
  options_free(&o);
  return code;
}
