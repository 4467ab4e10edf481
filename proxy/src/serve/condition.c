/* Entity tags are compared as opaque texts; a tag may hold commas, so that lists are read tag by tag. */
#include "condition.h"
#include "version.h"
#include <string.h>

typedef struct {
  sonde_str opaque; /* with its quotes */
  bool weak;
} entity_tag;

/* The next tag of a list; false at its end or where it is no list of tags. */
static bool next_tag(sonde_str *list, entity_tag *tag) {
  while (list->len && strchr(" \t,", *list->ptr)) list->ptr++, list->len--;
  tag->weak = list->len > 2 && memcmp(list->ptr, "W/", 2) == 0;
  if (tag->weak) list->ptr += 2, list->len -= 2;
  if (!list->len || *list->ptr != '"') return false;
  const char *end = memchr(list->ptr + 1, '"', list->len - 1);
  if (!end) return false;
  tag->opaque = (sonde_str){list->ptr, (size_t)(end - list->ptr) + 1};
  list->ptr += tag->opaque.len;
  list->len -= tag->opaque.len;
  return true;
}

static bool lists(sonde_str list, const char *etag, bool weakly) {
  entity_tag tag;
  if (str_is(list, "*")) return true;
  while (next_tag(&list, &tag))
    if ((weakly || !tag.weak) && str_is(tag.opaque, etag)) return true;
  return false;
}

/* A date that cannot be read makes its condition one that is not there. */
static bool modified_after(sonde_str field, time_t modified, bool otherwise) {
  time_t date;
  return modified != -1 && http_date_read(field, &date) ? modified > date : otherwise;
}

int condition_judge(const http_request *q, const char *etag, time_t modified) {
  sonde_str match = q->fields[FIELD_IF_MATCH], none = q->fields[FIELD_IF_NONE_MATCH];
  bool reads = q->method == METHOD_GET || q->method == METHOD_HEAD;
  if (match.ptr) {
    if (!lists(match, etag, false)) return 412;
  } else if (modified_after(q->fields[FIELD_IF_UNMODIFIED_SINCE], modified, false)) {
    return 412;
  }
  if (none.ptr) return lists(none, etag, true) ? (reads ? 304 : 412) : 0;
  return reads && !modified_after(q->fields[FIELD_IF_MODIFIED_SINCE], modified, true) ? 304 : 0;
}

/* A date counts as strong only a second after the change: within one second a file may change twice (8.8.2.2). */
bool condition_lets_range(const http_request *q, const char *etag, time_t modified, time_t now) {
  sonde_str field = q->fields[FIELD_IF_RANGE];
  time_t date;
  if (!field.ptr) return true;
  if (str_is(field, etag)) return true;
  return modified != -1 && http_date_read(field, &date) && date == modified && now - modified >= 1;
}
