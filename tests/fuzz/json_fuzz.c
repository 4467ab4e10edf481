/* Any bytes: a tree or an error inside the text; a tree written and read again is the same tree. */
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void write_value(buf *b, const json *j) {
  switch (j->kind) {
  case JSON_NULL: buf_put(b, "null", 4); return;
  case JSON_BOOL: json_put_bool(b, j->truth); return;
  case JSON_NUMBER: json_put_double(b, j->number); return;
  case JSON_STRING: json_put_str(b, j->text); return;
  case JSON_ARRAY:
  case JSON_OBJECT: break;
  }
  bool object = j->kind == JSON_OBJECT;
  buf_u8(b, object ? '{' : '[');
  for (const json *item = j->first; item; item = item->next) {
    if (item != j->first) buf_u8(b, ',');
    if (object) {
      json_put_str(b, item->name);
      buf_u8(b, ':');
    }
    write_value(b, item);
  }
  buf_u8(b, object ? '}' : ']');
}

static bool same_str(sonde_str a, sonde_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void require_same(const json *a, const json *b) {
  if (a->kind == JSON_NUMBER && !isfinite(a->number)) return; /* written as null */
  require(a->kind == b->kind && a->truth == b->truth && same_str(a->name, b->name));
  if (a->kind == JSON_NUMBER) require(a->number == b->number);
  if (a->kind == JSON_STRING) require(same_str(a->text, b->text));
  const json *x = a->first, *y = b->first;
  for (; x && y; x = x->next, y = y->next) require_same(x, y);
  require(!x && !y);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  mem m;
  arena nodes;
  sonde_error err = {0};
  const json *tree, *again;
  mem_init(&m, 256 << 20, NULL, NULL);
  arena_init(&nodes, &m);
  if (json_parse((sonde_str){(const char *)data, size}, &nodes, &tree, &err) == SONDE_OK) {
    buf b;
    buf_init(&b, &m, 64 << 20);
    write_value(&b, tree);
    require(buf_status(&b, NULL) == SONDE_OK);
    require(json_parse((sonde_str){(const char *)b.data, b.len}, &nodes, &again, &err) == SONDE_OK);
    require_same(tree, again);
    buf_free(&b);
  } else {
    require(err.code == SONDE_LIMIT || (err.code == SONDE_SYNTAX && err.at <= size && err.message[0]));
  }
  arena_free(&nodes);
  require(m.used == 0);
  return 0;
}
