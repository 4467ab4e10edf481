/* Tables are never sent precompressed: a client that asks for their size means that of the file it will read ranges of. */
#include "media.h"
#include "request.h"
#include <string.h>

static const struct {
  const char *extension;
  media_type type;
} types[] = {
    {"parquet", {"application/vnd.apache.parquet", false, false}},
    {"csv", {"text/csv", false, false}},
    {"tsv", {"text/tab-separated-values", false, false}},
    {"arrow", {"application/vnd.apache.arrow.file", false, false}},
    {"gz", {"application/gzip", false, false}},
    {"zst", {"application/zstd", false, false}},
    {"html", {"text/html; charset=utf-8", true, true}},
    {"js", {"text/javascript; charset=utf-8", true, true}},
    {"mjs", {"text/javascript; charset=utf-8", true, true}},
    {"css", {"text/css; charset=utf-8", true, false}},
    {"wasm", {"application/wasm", true, false}},
    {"svg", {"image/svg+xml", true, false}},
    {"json", {"application/json", true, false}},
    {"map", {"application/json", true, false}},
    {"png", {"image/png", false, false}},
    {"ico", {"image/x-icon", false, false}},
    {"woff2", {"font/woff2", false, false}},
    {"txt", {"text/plain; charset=utf-8", false, false}},
};

media_type media_type_of(sonde_str path) {
  const char *dot = path.len ? memrchr(path.ptr, '.', path.len) : NULL;
  sonde_str extension = {dot ? dot + 1 : NULL, dot ? (size_t)(path.ptr + path.len - dot) - 1 : 0};
  for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
    if (str_is_like(extension, types[i].extension)) return types[i].type;
  return (media_type){"application/octet-stream", false, false};
}

/* A weight of zero, however it is written: ";q=0", "; q=0.000". */
static bool weighs_nothing(sonde_str parameters) {
  const char *q = parameters.len ? memmem(parameters.ptr, parameters.len, "q=0", 3) : NULL;
  if (!q) return false;
  for (q += 3; q < parameters.ptr + parameters.len; q++)
    if (*q != '.' && *q != '0') return *q == ' ' || *q == '\t';
  return true;
}

bool media_accepts(sonde_str list, const char *coding) {
  sonde_str item;
  while (str_next_item(&list, &item)) {
    const char *semicolon = item.len ? memchr(item.ptr, ';', item.len) : NULL;
    size_t len = semicolon ? (size_t)(semicolon - item.ptr) : item.len;
    if (!str_is_like(str_trim((sonde_str){item.ptr, len}), coding)) continue;
    return !weighs_nothing((sonde_str){item.ptr + len, item.len - len});
  }
  return false;
}
