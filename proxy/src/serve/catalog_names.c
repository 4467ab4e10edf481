/* Who may read which table, and which a text names. */
#include "catalog.h"
#include "request.h"
#include "target.h"
#include "text.h"
#include <string.h>
#include <strings.h>

/* Byte by byte: a blank is part of a name. */
static bool next_item(sonde_str *scope, sonde_str *item) {
  if (!scope->len) return false;
  const char *comma = memchr(scope->ptr, ',', scope->len);
  size_t len = comma ? (size_t)(comma - scope->ptr) : scope->len;
  *item = (sonde_str){scope->ptr, len};
  scope->ptr += len + (comma != NULL);
  scope->len -= len + (comma != NULL);
  return true;
}

static bool item_permits(sonde_str item, const catalog_table *t) {
  if (str_is(item, "*")) return true;
  if (!t->place) return str_is(item, t->name);
  return item.len > 1 && path_is_within(str_from(t->place), item);
}

bool catalog_permits(sonde_str scope, const catalog_table *t) {
  sonde_str item;
  while (next_item(&scope, &item))
    if (item_permits(item, t)) return true;
  return false;
}

/* Bytes beyond ASCII are parts of names as well. */
static bool is_of_name(char c) {
  unsigned char u = (unsigned char)c;
  return u >= 0x80 || u == '_' || u == '$' || (u >= '0' && u <= '9') ||
         ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

/* A longer name goes on at the ends where both sides could be of one. */
static bool stands_alone(sonde_str where, size_t at, const char *name, size_t len) {
  bool before = at > 0 && is_of_name(where.ptr[at - 1]) && is_of_name(name[0]);
  bool behind = at + len < where.len && is_of_name(where.ptr[at + len]) && is_of_name(name[len - 1]);
  return !before && !behind;
}

bool catalog_is_named(const char *table, sonde_str where) {
  size_t len = strlen(table);
  for (size_t at = 0; at + len <= where.len; at++)
    if (strncasecmp(where.ptr + at, table, len) == 0 && stands_alone(where, at, table, len)) return true;
  return false;
}
