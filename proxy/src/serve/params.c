/* See params.h. */
#include "params.h"
#include "json_check.h"
#include "target.h"
#include <stdlib.h>
#include <string.h>

static bool is_utf8(sonde_str s) {
  text quoted = {0};
  size_t at;
  text_add_json(&quoted, s);
  bool good = json_check(text_str(&quoted), &at);
  text_free(&quoted);
  return good;
}

bool param_text(sonde_str sent, text *out) {
  char *plain = memory_of(sent.len + 1);
  int len = param_decode(sent, plain, sent.len + 1);
  bool good = len >= 0 && is_utf8((sonde_str){plain, (size_t)len});
  if (good) text_add(out, plain, (size_t)len);
  free(plain);
  return good;
}

bool param_number(sonde_str digits, uint64_t low, uint64_t high, uint64_t *out) {
  uint64_t n = 0;
  if (!digits.len || digits.len > 18) return false;
  for (size_t i = 0; i < digits.len; i++) {
    if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return false;
    n = n * 10 + (uint64_t)(digits.ptr[i] - '0');
  }
  *out = n;
  return n >= low && n <= high;
}

bool param_comes_again(sonde_str rest, sonde_str name) {
  sonde_str other, value;
  while (param_next(&rest, &other, &value))
    if (other.len == name.len && memcmp(other.ptr, name.ptr, name.len) == 0) return true;
  return false;
}

bool param_is_of_signature(sonde_str name) {
  return (name.len == 3 && memcmp(name.ptr, "sig", 3) == 0) ||
         (name.len > 4 && memcmp(name.ptr, "sig_", 4) == 0);
}
