/* See type.h. */
#include "column/type.h"

#include <string.h>

static const char *const names[] = {"text", "bool",      "int64",       "double", "decimal", "date",
                                    "time", "timestamp", "timestamptz", "text",   "float",   "blob",
                                    "uuid", "interval",  "list",        "struct", "map"};

const char *type_name(type_id id) { return names[id]; }

type_id type_of_name(const char *name, uint32_t len) {
  for (int i = TYPE_BOOL; i <= TYPE_LAST; i++)
    if (strlen(names[i]) == len && memcmp(names[i], name, len) == 0) return (type_id)i;
  return TYPE_NONE;
}
