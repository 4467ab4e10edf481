/* `sonde view`: any rows of a table, filtered, searched and sorted. The tests ask the engine through it. */
#include "command.h"
#include "rows.h"
#include <stdlib.h>
#include <string.h>

const char view_usage[] =
    "sonde view FILE [--filter JSON] [--search TEXT] [--sort JSON] [--rows A:B] [--json]\n"
    "\n"
    "Reads the whole file and prints rows of it.\n"
    "\n"
    "  --filter JSON       e.g. {\"column\":0,\"op\":\">\",\"value\":\"10\"}; columns are counted from 0\n"
    "  --search TEXT       rows with a cell that contains it\n"
    "  --sort JSON         e.g. [{\"column\":2,\"descending\":true}]\n"
    "  --rows A:B          rows A up to but without B, counted from 0; default 0:100\n"
    "  --json              {\"view_rows\":N,\"columns\":[{\"name\",\"type\"}],\"rows\":[[…]]}\n"
    "  --threads N         default: one for each core\n"
    "  --memory MB         default: 256 for each thread and 256 more\n"
    "\n";

typedef struct {
  options common;
  const char *filter, *search, *sort;
  uint64_t first, end;
} view_options;

/* A page is held whole in memory. */
enum { PAGE_CELLS = 1 << 18 };

static int read_rows(const char *word, view_options *o) {
  char *colon, *end;
  o->first = strtoull(word, &colon, 10);
  o->end = *colon == ':' ? strtoull(colon + 1, &end, 10) : 0;
  bool good = *word >= '0' && *word <= '9' && *colon == ':' && end > colon + 1 && !*end && o->end >= o->first;
  return good ? EXIT_FINE : say_usage_error("--rows takes A:B, two row numbers, not %s", word);
}

static int take_own(int argc, char **argv, int *at, view_options *o) {
  const char *name = argv[*at];
  bool rows = strcmp(name, "--rows") == 0;
  const char **kept = strcmp(name, "--filter") == 0   ? &o->filter
                      : strcmp(name, "--search") == 0 ? &o->search
                      : strcmp(name, "--sort") == 0   ? &o->sort
                                                      : NULL;
  if (!kept && !rows) return say_usage_error("%s is not understood", name);
  const char *value = option_value(argc, argv, at);
  if (!value) return EXIT_USAGE;
  if (rows) return read_rows(value, o);
  *kept = value;
  return EXIT_FINE;
}

static int read_options(int argc, char **argv, view_options *o) {
  for (int i = 1; i < argc; i++) {
    int code = options_take(argc, argv, &i, &o->common);
    if (code < 0) code = take_own(argc, argv, &i, o);
    if (code) return code;
  }
  return options_check(&o->common);
}

/* As it was written, in quotes: an error then names the byte in it. */
static void add_part(text *spec, const char *name, const char *written) {
  if (!written) return;
  text_print(spec, ",\"%s\":", name);
  text_add_json(spec, str_from(written));
}

/* `what` becomes the member that reads: "table":1 or "view":1. */
static int make_view(const dataset *t, const view_options *o, text *what, uint64_t *rows) {
  text spec = {0}, info = {0};
  *rows = dataset_rows(t);
  text_print(what, "\"table\":%u", t->id);
  if (!o->filter && !o->search && !o->sort) return EXIT_FINE;
  text_print(&spec, "{\"job\":\"view\",\"table\":%u", t->id);
  add_part(&spec, "filter", o->filter);
  add_part(&spec, "sort", o->sort);
  add_part(&spec, "search", o->search);
  text_add(&spec, "}", 1);
  int code = dataset_ask(t, &spec, NULL, NULL, &info);
  if (!code) {
    *rows = peek_u64(peek_member(text_str(&info), "rows"));
    text_clear(what);
    text_print(what, "\"view\":%u", (unsigned)peek_u64(peek_member(text_str(&info), "view")));
  }
  text_free(&spec);
  text_free(&info);
  return code;
}

static int read_pages(const dataset *t, const char *what, uint64_t first, uint64_t end, rows_out *rows) {
  size_t columns = peek_count(dataset_member(t, "columns"));
  uint64_t step = columns < PAGE_CELLS ? PAGE_CELLS / (columns + 1) : 1;
  text spec = {0};
  int code = EXIT_FINE;
  while (first < end && !code) {
    uint64_t n = end - first < step ? end - first : step;
    text_clear(&spec);
    text_print(&spec, "{\"job\":\"read\",%s,\"row\":%llu,\"rows\":%llu}", what, (unsigned long long)first,
               (unsigned long long)n);
    code = dataset_ask(t, &spec, rows_page, rows, NULL);
    first += n;
  }
  text_free(&spec);
  return code;
}

static int print_rows(const dataset *t, const view_options *o) {
  text what = {0}, members = {0};
  uint64_t n;
  int code = make_view(t, o, &what, &n);
  if (!code) {
    rows_out rows = rows_begin(o->common.json, UINT64_MAX);
    code = read_pages(t, what.ptr, o->first, o->end < n ? o->end : n, &rows);
    text_print(&members, "\"view_rows\":%llu,", (unsigned long long)n);
    if (!code) code = rows_print(&rows, dataset_member(t, "columns"), members.ptr);
    rows_free(&rows);
  }
  text_free(&what);
  text_free(&members);
  return code;
}

int command_view(int argc, char **argv) {
  view_options o = {.end = 100};
  options_init(&o.common);
  o.common.host.keep_columns = true;
  int code = read_options(argc, argv, &o);
  if (!code) {
    dataset t;
    code = dataset_open(&o.common, NULL, NULL, &t);
    if (!code) code = dataset_index(&t);
    if (!code) code = dataset_import(&t, true);
    if (!code) code = print_rows(&t, &o);
    dataset_close(&t);
  }
  options_free(&o.common);
  return code;
}
