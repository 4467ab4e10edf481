/* Any bytes as a query and as a path: parameters are cut without a gap, decoding makes nothing longer, and a prefix that
 * holds is really one. */
#include "target.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_decoded(sonde_str raw) {
  char out[256], small[4];
  int len = param_decode(raw, out, sizeof out);
  require(len >= PARAM_TOO_LONG && len <= (int)raw.len);
  if (len >= 0) require(strlen(out) == (size_t)len);
  int cut = param_decode(raw, small, sizeof small);
  if (len >= 0) require(len < (int)sizeof small ? cut == len : cut == PARAM_TOO_LONG);
}

static void check_path(sonde_str path) {
  size_t slash = 0;
  while (slash < path.len && path.ptr[slash] != '/') slash++;
  require(path_is_within(path, (sonde_str){path.ptr, slash}));
  if (slash > 1 && slash < path.len) require(!path_is_within(path, (sonde_str){path.ptr, slash - 1}));
  if (path_is_plain(path))
    require(!(path.len >= 3 && memmem(path.ptr, path.len, "/..", 3)) && (!path.len || *path.ptr != '.'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sonde_str query = {(const char *)data, size}, name, value;
  size_t total = 0;
  check_path(query);
  while (param_next(&query, &name, &value)) {
    require(name.ptr >= (const char *)data && value.ptr + value.len <= (const char *)data + size);
    total += name.len + value.len;
    check_decoded(name);
    check_decoded(value);
  }
  require(total <= size && query.len == 0);
  return 0;
}
