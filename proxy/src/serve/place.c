/* See place.h. ROW.CHECK, the row in decimal. Nothing is hidden in it, so its check needs no key. */
#include "place.h"
#include "params.h"
#include "tag.h"
#include <string.h>

enum { CHECK_DIGITS = 16 };

void place_put(text *out, const text *order, uint64_t row) {
  text parts = {0};
  char made[TAG_SIZE];
  tag_add(&parts, text_str(order));
  text_print(&parts, "%llu", (unsigned long long)row);
  tag_make(&parts, made);
  text_print(out, "%llu.%.*s", (unsigned long long)row, CHECK_DIGITS, made + 1);
  text_free(&parts);
}

bool place_read(sonde_str token, const text *order, uint64_t *row) {
  text again = {0};
  const char *point = token.len ? memchr(token.ptr, '.', token.len) : NULL;
  if (!point || !param_number((sonde_str){token.ptr, (size_t)(point - token.ptr)}, 0, UINT64_MAX, row))
    return false;
  place_put(&again, order, *row);
  bool same = again.len == token.len && memcmp(again.ptr, token.ptr, token.len) == 0;
  text_free(&again);
  return same;
}
