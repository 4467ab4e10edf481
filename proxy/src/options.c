/* Words of the command line into what the engine understands. */
#include "options.h"
#include "command.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char read_options_usage[] =
    "How to read the file; what is not given is found out:\n"
    "  --delimiter C       the character between fields; \\t or tab for a tab\n"
    "  --quote C           the character around quoted fields; \"\" for none\n"
    "  --escape C          the character before a quote inside quotes; \"\" when quotes are doubled\n"
    "  --header, --no-header  whether the first row names the columns\n"
    "  --skip N            lines before the table\n"
    "  --compression NAME  none, gzip or zstd\n"
    "  --encoding NAME     utf-8, utf-16le, utf-16be or windows-1252\n"
    "  --decimal C         the mark in decimal numbers: . or ,\n"
    "  --comment C         the character that begins a line to be left out\n"
    "  --newline NAME      lf, crlf, cr or mixed\n"
    "  --type NAME=TYPE    the type of a column: bool, int64, double, decimal, date, time, timestamp, timestamptz,\n"
    "                      text; can be repeated\n";

enum { NOT_ONE_OF_THEM = -1 };

unsigned threads_by_default(void) {
  long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > 64 ? 64 : (unsigned)n;
}

void options_init(options *o) { *o = (options){.host.threads = threads_by_default()}; }

void options_free(options *o) {
  text_free(&o->read);
  text_free(&o->types);
}

bool number_of(const char *word, uint64_t *out) {
  char *end;
  errno = 0;
  *out = strtoull(word, &end, 10);
  return *word >= '0' && *word <= '9' && !*end && errno == 0;
}

static void add_member(text *members, const char *name, size_t name_len) {
  if (members->len) text_add(members, ",", 1);
  text_add_json(members, (sonde_str){name, name_len});
  text_add(members, ":", 1);
}

static void add_string(text *members, const char *name, const char *value) {
  add_member(members, name, strlen(name));
  text_add_json(members, str_from(value));
}

/* Options whose value is passed on as a string, under the same name. */
static bool is_string_option(const char *word) {
  static const char *const names[] = {"--delimiter", "--quote",   "--escape",  "--encoding",
                                      "--decimal",   "--comment", "--newline", "--compression"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(word, names[i]) == 0) return true;
  return false;
}

static int take_type(options *o, const char *word) {
  const char *equals = strrchr(word, '=');
  if (!equals || equals == word) return say_usage_error("--type takes NAME=TYPE, not %s", word);
  add_member(&o->types, word, (size_t)(equals - word));
  text_add_json(&o->types, str_from(equals + 1));
  return EXIT_FINE;
}

/* What takes a number: within its bounds, or a message. */
static int take_number(const char *name, const char *word, uint64_t low, uint64_t high, uint64_t *out) {
  if (number_of(word, out) && *out >= low && *out <= high) return EXIT_FINE;
  return say_usage_error("%s takes a number from %llu to %llu, not %s", name, (unsigned long long)low,
                         (unsigned long long)high, word);
}

static int take_skip(options *o, const char *word) {
  uint64_t lines;
  int code = take_number("--skip", word, 0, 1000000, &lines);
  add_member(&o->read, "skip", 4);
  text_print(&o->read, "%llu", (unsigned long long)lines);
  return code;
}

int threads_of(const char *word, unsigned *out) {
  uint64_t n;
  int code = word ? take_number("--threads", word, 1, 64, &n) : EXIT_USAGE;
  if (!code) *out = (unsigned)n;
  return code;
}

static int take_memory(options *o, const char *word) {
  uint64_t megabytes;
  int code = take_number("--memory", word, 16, 1 << 20, &megabytes);
  o->host.memory = megabytes << 20;
  return code;
}

/* Options that take one character; most may be empty, which means that there is none. */
static int check_character(const char *name, const char *value) {
  static const char *const names[] = {"--delimiter", "--quote", "--escape", "--comment", "--decimal"};
  size_t i = 0;
  while (i < 5 && strcmp(name, names[i]) != 0) i++;
  bool may_be_empty = i > 0 && i < 4;
  if (i == 5 || strlen(value) == 1 || (may_be_empty && !*value)) return EXIT_FINE;
  return say_usage_error("%s takes one character, not %s", name, *value ? value : "none");
}

static int take_value(const char *name, const char *value, options *o) {
  if (strcmp(name, "--skip") == 0) return take_skip(o, value);
  if (strcmp(name, "--type") == 0) return take_type(o, value);
  if (strcmp(name, "--threads") == 0) return threads_of(value, &o->host.threads);
  if (strcmp(name, "--memory") == 0) return take_memory(o, value);
  bool tab = strcmp(name, "--delimiter") == 0 && (strcmp(value, "\\t") == 0 || strcmp(value, "tab") == 0);
  if (tab) value = "\t";
  add_string(&o->read, name + 2, value);
  return check_character(name, value);
}

static bool takes_value(const char *word) {
  return is_string_option(word) || strcmp(word, "--skip") == 0 || strcmp(word, "--type") == 0 ||
         strcmp(word, "--threads") == 0 || strcmp(word, "--memory") == 0;
}

static int take_file(options *o, const char *word) {
  if (o->host.path) return say_usage_error("one file at a time: %s or %s?", o->host.path, word);
  o->host.path = word;
  return EXIT_FINE;
}

int options_take(int argc, char **argv, int *at, options *o) {
  const char *word = argv[*at];
  if (word[0] != '-') return take_file(o, word);
  bool header = strcmp(word, "--header") == 0;
  if (header || strcmp(word, "--no-header") == 0) {
    add_member(&o->read, "header", 6);
    text_print(&o->read, header ? "true" : "false");
  } else if (strcmp(word, "--json") == 0) {
    o->json = true;
  } else if (takes_value(word)) {
    const char *value = option_value(argc, argv, at);
    return value ? take_value(word, value, o) : EXIT_USAGE;
  } else {
    return NOT_ONE_OF_THEM;
  }
  return EXIT_FINE;
}

int options_check(const options *o) { return o->host.path ? EXIT_FINE : say_usage_error("which file?"); }

void options_add_read(const options *o, text *out) {
  text_print(out, "{%s", o->read.len ? o->read.ptr : "");
  if (o->types.len) text_print(out, "%s\"types\":{%s}", o->read.len ? "," : "", o->types.ptr);
  text_add(out, "}", 1);
}
