/* options.h — the options that head, scan and view share: the file, how it is to be read, and with what means. */
#ifndef OPTIONS_H
#define OPTIONS_H
#include "host.h"

typedef struct {
  host_options host;
  text read;  /* members of ReadOptions as JSON, without braces */
  text types; /* members of its `types` */
  bool json;
} options;

extern const char read_options_usage[];

void options_init(options *);
void options_free(options *);
/* Takes argv[*at] and its value, if it is one of the shared ones. 0: taken; -1: not one of them; else the exit code. */
int options_take(int argc, char **argv, int *at, options *);
/* After all words were taken: exactly one file must have been named. */
int options_check(const options *);
/* The whole of ReadOptions. */
void options_add_read(const options *, text *out);

unsigned threads_by_default(void);
/* The value of --threads; 0, or the exit code after a message. */
int threads_of(const char *word, unsigned *out);
bool number_of(const char *word, uint64_t *out); /* a whole number, and nothing else */

#endif
