/* See thrift.h. */
#include "format/parquet/thrift.h"

static void fail(thrift *t, bool ended) {
  t->bad = true;
  t->at_end = t->at_end || ended;
  t->p = t->end;
}

static uint8_t take_byte(thrift *t) {
  if (t->p < t->end) return *t->p++;
  fail(t, true);
  return 0;
}

static uint64_t take_varint(thrift *t) {
  uint64_t v = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t b = take_byte(t);
    v |= (uint64_t)(b & 0x7F) << shift;
    if (b < 0x80) return v;
  }
  fail(t, false);
  return 0;
}

static int64_t take_zigzag(thrift *t) {
  uint64_t v = take_varint(t);
  return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

static const uint8_t *take_bytes(thrift *t, uint64_t n) {
  if (t->bad || n > (uint64_t)(t->end - t->p)) {
    fail(t, true);
    return NULL;
  }
  const uint8_t *p = t->p;
  t->p += n;
  return p;
}

bool thrift_next(thrift *t, thrift_field *f) {
  if (t->bad) return false;
  uint8_t head = take_byte(t);
  if (head == 0 || t->bad) return false;
  f->type = head & 15;
  int64_t id = head >> 4 ? f->id + (head >> 4) : take_zigzag(t);
  if (id < INT16_MIN || id > INT16_MAX || f->type == 0 || f->type > THRIFT_STRUCT) fail(t, false);
  f->id = (int16_t)id;
  return !t->bad;
}

void thrift_enter(thrift *t) {
  if (++t->depth > THRIFT_DEPTH) fail(t, false);
}

void thrift_leave(thrift *t) { t->depth--; }

static void skip_list(thrift *t, uint8_t element, uint64_t n) {
  if (element == THRIFT_TRUE || element == THRIFT_FALSE) element = THRIFT_I8;
  for (; n > 0 && !t->bad; n--) thrift_skip(t, element);
}

static uint64_t list_head(thrift *t, uint8_t *element) {
  uint8_t head = take_byte(t);
  *element = head & 15;
  uint64_t n = head >> 4 == 15 ? take_varint(t) : head >> 4;
  if (n > (uint64_t)(t->end - t->p)) fail(t, true); /* an element takes at least a byte */
  return t->bad ? 0 : n;
}

static void skip_map(thrift *t) {
  uint64_t n = take_varint(t);
  uint8_t types = n ? take_byte(t) : 0;
  for (; n > 0 && !t->bad; n--) {
    skip_list(t, types >> 4, 1);
    skip_list(t, types & 15, 1);
  }
}

static void skip_struct(thrift *t) {
  thrift_field f = {0};
  while (thrift_next(t, &f)) thrift_skip(t, f.type);
}

static void skip_nested(thrift *t, uint8_t type) {
  thrift_enter(t);
  uint8_t element;
  if (type == THRIFT_STRUCT) {
    skip_struct(t);
  } else if (type == THRIFT_MAP) {
    skip_map(t);
  } else {
    uint64_t n = list_head(t, &element);
    skip_list(t, element, n);
  }
  thrift_leave(t);
}

void thrift_skip(thrift *t, uint8_t type) {
  switch (type) {
  case THRIFT_TRUE:
  case THRIFT_FALSE: break;
  case THRIFT_I8: take_byte(t); break;
  case THRIFT_I16:
  case THRIFT_I32:
  case THRIFT_I64: take_varint(t); break;
  case THRIFT_DOUBLE: take_bytes(t, 8); break;
  case THRIFT_BINARY: take_bytes(t, take_varint(t)); break;
  case THRIFT_LIST:
  case THRIFT_SET:
  case THRIFT_MAP:
  case THRIFT_STRUCT: skip_nested(t, type); break;
  default: fail(t, false); break;
  }
}

int64_t thrift_int(thrift *t, uint8_t type) {
  if (type == THRIFT_I8) return (int8_t)take_byte(t);
  if (type >= THRIFT_I16 && type <= THRIFT_I64) return take_zigzag(t);
  thrift_skip(t, type);
  return 0;
}

bool thrift_bool(thrift *t, uint8_t type) {
  thrift_skip(t, type);
  return type == THRIFT_TRUE;
}

sonde_str thrift_str(thrift *t, uint8_t type) {
  if (type != THRIFT_BINARY) {
    thrift_skip(t, type);
    return (sonde_str){NULL, 0};
  }
  uint64_t n = take_varint(t);
  const uint8_t *p = take_bytes(t, n);
  return (sonde_str){(const char *)p, p ? (size_t)n : 0};
}

uint32_t thrift_list(thrift *t, uint8_t type, uint8_t element) {
  if (type != THRIFT_LIST) {
    thrift_skip(t, type);
    return 0;
  }
  uint8_t found;
  uint64_t n = list_head(t, &found);
  bool both_bool = element == THRIFT_TRUE && found == THRIFT_FALSE;
  if (n > UINT32_MAX) fail(t, false);
  if (n == 0 || t->bad) return 0;
  if (found == element || both_bool) return (uint32_t)n;
  skip_list(t, found, n);
  return 0;
}
