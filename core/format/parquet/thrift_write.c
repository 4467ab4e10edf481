/* See thrift_write.h. */
#include "format/parquet/thrift_write.h"

#include "format/parquet/write_bits.h"

static void put_zigzag(buf *b, int64_t v) { put_varint(b, zigzag(v)); }

static void put_head(thrift_out *t, int16_t id, uint8_t type) {
  int step = id - t->last[t->depth];
  t->last[t->depth] = id;
  buf_u8(t->out, (uint8_t)((step > 0 && step < 16 ? step << 4 : 0) | type));
  if (step <= 0 || step >= 16) put_zigzag(t->out, id);
}

void thrift_put_int(thrift_out *t, int16_t id, thrift_type type, int64_t v) {
  put_head(t, id, (uint8_t)type);
  if (type == THRIFT_I8)
    buf_u8(t->out, (uint8_t)v);
  else
    put_zigzag(t->out, v);
}

void thrift_put_bool(thrift_out *t, int16_t id, bool v) { put_head(t, id, v ? THRIFT_TRUE : THRIFT_FALSE); }

void thrift_put_str(thrift_out *t, int16_t id, sonde_str s) {
  put_head(t, id, THRIFT_BINARY);
  thrift_item_str(t, s);
}

void thrift_put_list(thrift_out *t, int16_t id, thrift_type element, uint32_t n) {
  put_head(t, id, THRIFT_LIST);
  buf_u8(t->out, (uint8_t)((n < 15 ? n : 15) << 4 | (uint32_t)element));
  if (n >= 15) put_varint(t->out, n);
}

void thrift_item_int(thrift_out *t, int64_t v) { put_zigzag(t->out, v); }

void thrift_item_bool(thrift_out *t, bool v) { buf_u8(t->out, v ? THRIFT_TRUE : THRIFT_FALSE); }

void thrift_item_str(thrift_out *t, sonde_str s) {
  put_varint(t->out, s.len);
  buf_put(t->out, s.ptr, s.len);
}

void thrift_begin(thrift_out *t, int16_t id) {
  put_head(t, id, THRIFT_STRUCT);
  thrift_begin_item(t);
}

void thrift_begin_item(thrift_out *t) { t->last[++t->depth] = 0; }

void thrift_end(thrift_out *t) {
  buf_u8(t->out, THRIFT_STOP);
  if (t->depth > 0) t->depth--;
}

void thrift_put_empty(thrift_out *t, int16_t id) {
  thrift_begin(t, id);
  thrift_end(t);
}
