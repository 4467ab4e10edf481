/* Split-block bloom filters (BloomFilter.md). */
#include <string.h>

#include "format/parquet/parquet.h"
#include "format/parquet/thrift.h"
#include "format/parquet/xxh64.h"

enum { BLOCK_BYTES = 32 };

/* BloomFilterHeader: numBytes, and the only algorithm, hash and compression there are, each a union of one empty struct. */
static bool read_header(thrift *t, int64_t *bytes) {
  thrift_field f = {0};
  bool known = true;
  *bytes = 0;
  while (thrift_next(t, &f)) {
    if (f.id == 1) {
      *bytes = thrift_int(t, f.type);
    } else if (f.type == THRIFT_STRUCT) {
      thrift_field choice = {0};
      thrift_enter(t);
      while (thrift_next(t, &choice)) {
        known = known && choice.id == 1;
        thrift_skip(t, choice.type);
      }
      thrift_leave(t);
    } else {
      thrift_skip(t, f.type);
    }
  }
  return !t->bad && known && *bytes >= BLOCK_BYTES && *bytes % BLOCK_BYTES == 0 && *bytes <= INT32_MAX;
}

static bool in_block(const uint8_t *block, uint32_t key) {
  static const uint32_t salts[8] = {0x47B6137B, 0x44974D91, 0x8824AD5B, 0xA2B7289D,
                                    0x705495C7, 0x2DF1424B, 0x9EFC4947, 0x5C6BFB31};
  for (uint32_t i = 0; i < 8; i++) {
    uint32_t word;
    memcpy(&word, block + (size_t)i * 4, 4);
    if (!(word >> (key * salts[i] >> 27) & 1)) return false;
  }
  return true;
}

/* The value as PLAIN writes it, without a length; 0: filters are not asked for this type. */
static size_t plain_bytes(const pq_node *leaf, const pq_value *v, uint8_t room[16]) {
  float f = (float)v->f64;
  switch (leaf->conversion) {
  case PQ_AS_INT32:
  case PQ_AS_UINT32: memcpy(room, &v->i64, 4); return 4;
  case PQ_AS_INT64: memcpy(room, &v->i64, 8); return 8;
  case PQ_AS_UINT64: memcpy(room, &v->i128.low, 8); return 8;
  case PQ_AS_FLOAT: memcpy(room, &f, 4); return 4;
  case PQ_AS_DOUBLE: memcpy(room, &v->f64, 8); return 8;
  case PQ_AS_UUID:
    for (unsigned i = 0; i < 8; i++) {
      room[i] = (uint8_t)((uint64_t)v->i128.high >> (56 - 8 * i)) ^ (i == 0 ? 0x80 : 0);
      room[8 + i] = (uint8_t)(v->i128.low >> (56 - 8 * i));
    }
    return 16;
  default: return 0;
  }
}

/* Zero is written in two ways, NaN in many. */
static bool ambiguous(const pq_node *leaf, const pq_value *v) {
  bool is_float = leaf->conversion == PQ_AS_FLOAT || leaf->conversion == PQ_AS_DOUBLE;
  return is_float && (v->f64 == 0 || v->f64 != v->f64);
}

bool pq_bloom_may_contain(const pq_piece *p, uint32_t number, const uint8_t *bytes, size_t n,
                          const pq_value *v, uint64_t *length) {
  const pq_node *leaf = p->leaves[number];
  const pq_chunk *c = &p->chunks[number];
  thrift t = {.p = bytes, .end = bytes + n};
  int64_t size;
  bool known = read_header(&t, &size);
  size_t head = (size_t)(t.p - bytes);
  known = known && (c->bloom_guessed || head + (uint64_t)size == c->bloom.length);
  if (length) *length = known ? head + (uint64_t)size : 0;
  if (!known || (uint64_t)size > n - head || ambiguous(leaf, v)) return true;
  uint8_t room[16];
  const void *key = room;
  size_t key_bytes = plain_bytes(leaf, v, room);
  if (leaf->conversion == PQ_AS_BYTES) {
    key = v->text.ptr;
    key_bytes = v->text.len;
  } else if (key_bytes == 0) {
    return true;
  }
  uint64_t hash = xxh64(key_bytes ? key : "", key_bytes), blocks = (uint64_t)size / BLOCK_BYTES;
  return in_block(t.p + ((hash >> 32) * blocks >> 32) * BLOCK_BYTES, (uint32_t)hash);
}
