/* `sonde convert`: a table, or rows of it, as a CSV, Parquet or Arrow file. */
#include "command.h"
#include "progress.h"
#include "selection.h"
#include "whole_file.h"
#include <stdlib.h>
#include <string.h>

const char convert_usage[] =
    "sonde convert FILE OUT [--filter JSON] [--search TEXT] [--sort JSON] [--options JSON]\n"
    "\n"
    "Writes the table, or the rows that are left, in that order, to OUT: .csv, .tsv, .parquet, .arrow (or .feather), .arrows (a stream).\n"
    "OUT stays as it was until the whole file is written.\n"
    "\n" SELECTION_USAGE
    "  --options JSON      {\"compression\":\"zstd\"|\"snappy\"|\"none\"}; for CSV {\"header\":false,\"guardFormulas\":true,\n"
    "                      \"nullText\":\"NULL\",\"delimiter\":\";\",\"quote\":\"'\",\"crlf\":true,\"alwaysQuote\":true}\n"
    "  --threads N         default: one for each core\n"
    "  --memory MB         default: 256 for each thread and 256 more\n"
    "\n";

typedef struct {
  options common;
  selection rows;
  const char *out, *more;
} convert_options;

static const char *format_of(const char *path) {
  static const char *const kinds[][2] = {
      {".csv", "\"csv\""},         {".tsv", "\"csv\",\"delimiter\":\"\\t\""},
      {".parquet", "\"parquet\""}, {".arrow", "\"arrow\""},
      {".feather", "\"arrow\""},   {".arrows", "\"arrow stream\""}};
  const char *dot = strrchr(path, '.');
  for (size_t i = 0; dot && i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(dot, kinds[i][0]) == 0) return kinds[i][1];
  return NULL;
}

/* The members of the options, without their braces, behind a comma. */
static int add_options(text *spec, const char *json) {
  if (!json) return EXIT_FINE;
  size_t n = strlen(json);
  while (n && json[n - 1] == ' ') n--;
  if (n < 2 || json[0] != '{' || json[n - 1] != '}') return say_usage_error("--options takes an object: {…}");
  if (n > 2) text_add(spec, ",", 1);
  text_add(spec, json + 1, n - 2);
  return EXIT_FINE;
}

static int write_rows(const dataset *t, const convert_options *o, whole_file *out) {
  text what = {0}, spec = {0};
  uint64_t rows;
  int code = selection_make(t, &o->rows, &what, &rows);
  text_print(&spec, "{\"job\":\"export\",%s,\"format\":%s", what.ptr, format_of(o->out));
  if (!code) code = add_options(&spec, o->more);
  text_add(&spec, "}", 1);
  if (!code) code = dataset_ask(t, &spec, whole_page, out, NULL);
  text_free(&what);
  text_free(&spec);
  return code;
}

static int write_file(const dataset *t, const convert_options *o) {
  whole_file out;
  int code = whole_open(&out, o->out);
  return code ? code : whole_close(&out, write_rows(t, o, &out));
}

static int take_own(int argc, char **argv, int *at, convert_options *o) {
  int code;
  if (selection_take(argc, argv, at, &o->rows, &code)) return code;
  if (strcmp(argv[*at], "--options") != 0) return say_usage_error("%s is not understood", argv[*at]);
  o->more = option_value(argc, argv, at);
  return o->more ? EXIT_FINE : EXIT_USAGE;
}

static int take_out(const char *word, convert_options *o) {
  if (!format_of(word)) return say_usage_error("%s: its ending names no format", word);
  o->out = word;
  return EXIT_FINE;
}

/* The second word that is no option is OUT. */
static int take(int argc, char **argv, int *at, convert_options *o) {
  bool out = argv[*at][0] != '-' && o->common.host.path && !o->out;
  if (out) return take_out(argv[*at], o);
  int code = options_take(argc, argv, at, &o->common);
  return code < 0 ? take_own(argc, argv, at, o) : code;
}

static int read_options(int argc, char **argv, convert_options *o) {
  for (int i = 1; i < argc; i++) {
    int code = take(argc, argv, &i, o);
    if (code) return code;
  }
  int code = options_check(&o->common);
  return code || o->out ? code : say_usage_error("name a file to write");
}

int command_convert(int argc, char **argv) {
  convert_options o = {0};
  options_init(&o.common);
  o.common.host.keep_columns = true;
  int code = read_options(argc, argv, &o);
  if (!code) {
    dataset t;
    code = dataset_load(&o.common, &t);
    if (!code) code = write_file(&t, &o);
    dataset_close(&t);
  }
  options_free(&o.common);
  return code;
}
