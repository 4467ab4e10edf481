/* toml.h — the part of TOML that settings need: tables one level deep, strings, whole numbers, truth values and arrays of strings.
 *
 * A reader of our own because full TOML (dates, floats, inline tables, dotted keys, multi-line strings) would be ten times
 * the code, and all that is needed on top of it is the opposite: to refuse what is not known, with its line. Every file
 * read here means the same to a full TOML reader. */
#ifndef SERVE_TOML_H
#define SERVE_TOML_H
#include <sonde.h>
#include <stdbool.h>

typedef enum { TOML_STRING, TOML_NUMBER, TOML_BOOL, TOML_STRINGS } toml_kind;

typedef struct {
  const char *table; /* "" before the first header */
  const char *key;
  unsigned line;
  toml_kind kind;
  const char *text;         /* TOML_STRING */
  int64_t number;           /* TOML_NUMBER */
  bool truth;               /* TOML_BOOL */
  const char *const *texts; /* TOML_STRINGS */
  unsigned text_count;
} toml_value;

/* Takes one value; what it points to lives until toml_read returns. Answers what is wrong with it, or NULL. */
typedef const char *toml_take(void *context, const toml_value *);

/* Reads a whole file. False: `why` says in which line and what is wrong. Its first 64 KB must be all of it. */
bool toml_read(const char *text, size_t len, toml_take *take, void *context, char why[192]);

#endif
