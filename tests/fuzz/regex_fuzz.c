/* Pattern, line feed, text: no crash and a bounded program; the answer does not depend on what was searched before, and a
 * text that contains a match of x contains one of "x|y" and of "(?:x)" too. */
#include "base/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* -1: refused. */
static int search(sonde_str pattern, uint32_t flags, sonde_str text, arena *memory) {
  const regex *r;
  regex_search *s;
  sonde_error err = {0};
  sonde_code code = regex_compile(pattern, flags, memory, &r, &err);
  require(code == SONDE_OK || (err.code == code && err.at <= pattern.len && err.message[0]));
  if (code != SONDE_OK || regex_search_new(r, memory, &s, &err) != SONDE_OK) return -1;
  bool found = regex_contains(s, text);
  regex_contains(s, (sonde_str){text.ptr, text.len / 2});
  require(regex_contains(s, text) == found);
  return found;
}

static void check(sonde_str pattern, sonde_str text, arena *memory) {
  int plain = search(pattern, 0, text, memory);
  search(pattern, REGEX_ICASE, text, memory);
  if (plain < 0) return;
  char *group = arena_alloc(memory, pattern.len + 8, NULL);
  if (!group) return;
  memcpy(group, "(?:", 3);
  memcpy(group + 3, pattern.ptr, pattern.len);
  memcpy(group + 3 + pattern.len, ")|\xC2\x80", 4);
  int grouped = search((sonde_str){group, pattern.len + 4}, 0, text, memory);
  require(grouped < 0 || grouped == plain);
  int either = search((sonde_str){group, pattern.len + 7}, 0, text, memory);
  require(either < 0 || either >= plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
  if (!end) return 0;
  size_t n = (size_t)(end - data);
  mem m;
  arena memory;
  mem_init(&m, 64 << 20, NULL, NULL);
  arena_init(&memory, &m);
  check((sonde_str){(const char *)data, n}, (sonde_str){(const char *)end + 1, size - n - 1}, &memory);
  arena_free(&memory);
  require(m.used == 0);
  return 0;
}
