/* Reading FlatBuffers, no number of theirs trusted. See flatbuf.h. */
#include <string.h>

#include "format/arrow/flatbuf.h"

static bool inside(fb_bytes *of, size_t at, size_t n) {
  if (at > of->len || n > of->len - at) of->bad = true;
  return !of->bad;
}

static uint64_t load(fb_bytes *of, size_t at, size_t size) {
  uint64_t v = 0;
  if (inside(of, at, size)) memcpy(&v, of->data + at, size);
  return v;
}

/* Where a reference points: behind itself, so that following them always ends. */
static size_t follow(fb_bytes *of, size_t at) {
  size_t distance = (size_t)load(of, at, 4);
  if (distance < 4 || distance > of->len - at) of->bad = true;
  return of->bad ? 0 : at + distance;
}

static fb_view view_at(fb_bytes *of, size_t at) {
  int64_t vtable = (int64_t)at - (int32_t)(uint32_t)load(of, at, 4);
  if (of->bad || vtable < 0 || !inside(of, (size_t)vtable, 4)) {
    of->bad = true;
    return (fb_view){NULL, 0, 0, 0};
  }
  size_t size = (size_t)load(of, (size_t)vtable, 2);
  if (size < 4 || !inside(of, (size_t)vtable, size)) {
    of->bad = true;
    return (fb_view){NULL, 0, 0, 0};
  }
  return (fb_view){of, at, (size_t)vtable, (uint32_t)(size - 4) / 2};
}

/* The position of a field; 0, where no field can be, when it is absent. */
static size_t field_at(fb_view t, uint32_t id) {
  if (!t.of || t.of->bad || id >= t.slots) return 0;
  size_t offset = (size_t)load(t.of, t.vtable + 4 + (size_t)id * 2, 2);
  return offset ? t.at + offset : 0;
}

fb_view fb_root(fb_bytes *of) {
  size_t at = follow(of, 0);
  return of->bad ? (fb_view){NULL, 0, 0, 0} : view_at(of, at);
}

uint64_t fb_uint(fb_view t, uint32_t id, uint32_t size, uint64_t absent) {
  size_t at = field_at(t, id);
  return at ? load(t.of, at, size) : absent;
}

int64_t fb_int(fb_view t, uint32_t id, uint32_t size, int64_t absent) {
  uint64_t v = fb_uint(t, id, size, (uint64_t)absent);
  return size == 1 ? (int8_t)v : size == 2 ? (int16_t)v : size == 4 ? (int32_t)(uint32_t)v : (int64_t)v;
}

fb_view fb_child(fb_view t, uint32_t id) {
  size_t at = field_at(t, id), child = at ? follow(t.of, at) : 0;
  return child ? view_at(t.of, child) : (fb_view){NULL, 0, 0, 0};
}

fb_list fb_elements(fb_view t, uint32_t id, size_t each) {
  fb_list none = {t.of, 0, 0};
  size_t at = field_at(t, id), vector = at ? follow(t.of, at) : 0;
  if (!vector) return none;
  uint64_t n = load(t.of, vector, 4);
  if (t.of->bad || n > (t.of->len - vector - 4) / each) {
    t.of->bad = true;
    return none;
  }
  return (fb_list){t.of, vector + 4, (uint32_t)n};
}

sonde_str fb_text(fb_view t, uint32_t id) {
  fb_list bytes = fb_elements(t, id, 1);
  return bytes.at ? (sonde_str){(const char *)t.of->data + bytes.at, bytes.n} : (sonde_str){NULL, 0};
}

fb_view fb_element(fb_list list, uint32_t i) {
  if (!list.of || list.of->bad || i >= list.n) return (fb_view){NULL, 0, 0, 0};
  size_t at = follow(list.of, list.at + (size_t)i * 4);
  return list.of->bad ? (fb_view){NULL, 0, 0, 0} : view_at(list.of, at);
}

uint64_t fb_element_u64(fb_list list, uint32_t i, size_t each, size_t at) {
  return i < list.n ? load(list.of, list.at + (size_t)i * each + at, 8) : 0;
}
