/* The command `sonde`: finds the subcommand and says how it is used. Exit codes: 0 done, 1 failed, 2 not understood. */
#include "command.h"
#include "options.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name, *usage, *purpose;
  int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
    {"head", head_usage, "show the first rows of a table", command_head},
    {"scan", scan_usage, "read a whole table: types, statistics, bad rows", command_scan},
    {"view", view_usage, "print rows, filtered and sorted", command_view},
    {"convert", convert_usage, "write a table as CSV, Parquet or Arrow", command_convert},
    {"query", query_usage, "answer SQL over files", command_query},
    {"serve", serve_usage, "serve a folder of files over HTTP", command_serve},
};
enum { n_commands = sizeof commands / sizeof *commands };

static const char *running = "";

static int complain(int code, const char *format, va_list args) {
  fprintf(stderr, "sonde%s%s: ", *running ? " " : "", running);
  vfprintf(stderr, format, args);
  fputc('\n', stderr);
  return code;
}

int say_error(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int code = complain(EXIT_ERROR, format, args);
  va_end(args);
  return code;
}

int say_usage_error(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int code = complain(EXIT_USAGE, format, args);
  va_end(args);
  fprintf(stderr, "`sonde help%s%s` shows how it is used.\n", *running ? " " : "", running);
  return code;
}

const char *option_value(int argc, char **argv, int *at) {
  if (*at + 1 < argc) return argv[++*at];
  say_usage_error("%s needs a value", argv[*at]);
  return NULL;
}

static const command *find(const char *name) {
  for (int i = 0; i < n_commands; i++)
    if (strcmp(name, commands[i].name) == 0) return &commands[i];
  return NULL;
}

static int print_overview(FILE *out) {
  fputs("sonde explores tables: CSV files of any size, also compressed.\n\n", out);
  for (int i = 0; i < n_commands; i++)
    fprintf(out, "  sonde %-7s  %s\n", commands[i].name, commands[i].purpose);
  fputs("\n`sonde help NAME` says more about one of them; `sonde --version` names the version.\n", out);
  return out == stdout ? EXIT_FINE : EXIT_USAGE;
}

static int print_help(const char *name) {
  const command *c = name ? find(name) : NULL;
  if (!name) return print_overview(stdout);
  if (!c) return say_usage_error("there is no command `%s`", name);
  fputs(c->usage, stdout);
  if (c->run != command_serve && c->run != command_query) fputs(read_options_usage, stdout);
  return EXIT_FINE;
}

static bool asks_for_help(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc < 2) return print_overview(stderr);
  const char *name = argv[1];
  if (strcmp(name, "--version") == 0) return printf("sonde %s\n", SONDE_VERSION) < 0;
  if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
    return print_help(argc > 2 ? argv[2] : NULL);
  const command *c = find(name);
  if (!c) return say_usage_error("there is no command `%s`", name);
  if (asks_for_help(argc - 1, argv + 1)) return print_help(name);
  running = name;
  return c->run(argc - 1, argv + 1);
}
