/* Who may read which table, and which a text names. */
#include "catalog.h"
#include "request.h"
#include <string.h>
#include <strings.h>

static bool begins_with(const char *table, sonde_str item) {
  bool same = strncmp(table, item.ptr, item.len) == 0 && strlen(table) >= item.len;
  return same && (table[item.len] == '\0' || table[item.len] == '/');
}

bool catalog_permits(sonde_str scope, const char *table) {
  sonde_str item;
  while (str_next_item(&scope, &item))
    if (str_is(item, "*") || (item.len && begins_with(table, item))) return true;
  return false;
}

/* Bytes beyond ASCII are parts of names as well. */
static bool is_of_name(char c) {
  unsigned char u = (unsigned char)c;
  return u >= 0x80 || u == '_' || u == '$' || (u >= '0' && u <= '9') ||
         ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

/* A longer name goes on at the ends where both sides could be of one. */
static bool stands_alone(sonde_str text, size_t at, const char *name, size_t len) {
  bool before = at > 0 && is_of_name(text.ptr[at - 1]) && is_of_name(name[0]);
  bool behind = at + len < text.len && is_of_name(text.ptr[at + len]) && is_of_name(name[len - 1]);
  return !before && !behind;
}

bool catalog_is_named(const char *table, sonde_str text) {
  size_t len = strlen(table);
  for (size_t at = 0; at + len <= text.len; at++)
    if (strncasecmp(text.ptr + at, table, len) == 0 && stands_alone(text, at, table, len)) return true;
  return false;
}
