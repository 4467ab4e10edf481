/* See selection.h. */
#include "selection.h"
#include "command.h"
#include <string.h>

bool selection_take(int argc, char **argv, int *at, selection *s, int *code) {
  const char *name = argv[*at];
  const char **kept = strcmp(name, "--filter") == 0   ? &s->filter
                      : strcmp(name, "--search") == 0 ? &s->search
                      : strcmp(name, "--sort") == 0   ? &s->sort
                                                      : NULL;
  if (!kept) return false;
  *kept = option_value(argc, argv, at);
  *code = *kept ? EXIT_FINE : EXIT_USAGE;
  return true;
}

/* As it was written, in quotes: an error then names the byte in it. */
static void add_part(text *spec, const char *name, const char *written) {
  if (!written) return;
  text_print(spec, ",\"%s\":", name);
  text_add_json(spec, str_from(written));
}

int selection_make(const dataset *t, const selection *s, text *what, uint64_t *rows) {
  text spec = {0}, info = {0};
  *rows = dataset_rows(t);
  text_print(what, "\"table\":%u", t->id);
  if (!s->filter && !s->search && !s->sort) return EXIT_FINE;
  text_print(&spec, "{\"job\":\"view\",\"table\":%u", t->id);
  add_part(&spec, "filter", s->filter);
  add_part(&spec, "sort", s->sort);
  add_part(&spec, "search", s->search);
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
