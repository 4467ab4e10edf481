/* Three lines, a scope, the name of a table and a place: what the scope permits is what a plainer reading of it says, in which the scope is
 * looked through for ",NAME," and for the place and the folders above it. */
#include "catalog.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static bool has_item(const char *scope, const char *item, size_t len) {
  text all = {0}, one = {0};
  text_print(&all, ",%s,", scope);
  text_print(&one, ",%.*s,", (int)len, item);
  bool has = strstr(all.ptr, one.ptr) != NULL;
  text_free(&all), text_free(&one);
  return has;
}

static bool has_folder_of(const char *scope, const char *place) {
  for (size_t len = strlen(place); len > 1; len--)
    if ((place[len] == '/' || !place[len]) && has_item(scope, place, len)) return true;
  return false;
}

static void check(const char *scope, const char *name, const char *place) {
  catalog_table named = {.name = name}, found = {.name = name, .place = place};
  bool all = has_item(scope, "*", 1);
  if (*name && !strchr(name, ','))
    require(catalog_permits(str_from(scope), &named) == (all || has_item(scope, name, strlen(name))));
  if (*place == '/' && !strchr(place, ','))
    require(catalog_permits(str_from(scope), &found) == (all || has_folder_of(scope, place)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *copy = malloc(size + 1);
  memcpy(copy, data, size);
  copy[size] = '\0';
  char *name = strchr(copy, '\n'), *place = name ? strchr(name + 1, '\n') : NULL;
  if (place) {
    *name++ = '\0', *place++ = '\0';
    check(copy, name, place);
  }
  free(copy);
  return 0;
}
