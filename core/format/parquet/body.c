/* See body.h. */
#include "format/parquet/body.h"

#include <string.h>

#include "format/parquet/bits.h"
#include "format/parquet/convert.h"
#include "format/parquet/values.h"

#define SHARE_SLACK 512u /* a few values may be larger than all others */

static sonde_code damaged(const page_head *h, const char *why, sonde_error *err) {
  return status_set(err, SONDE_CORRUPT, h->at, "the page at byte %llu is damaged: %s",
                    (unsigned long long)h->at, why);
}

static sonde_code check_sum(const page_head *h, sonde_error *err) {
  if (!h->has_crc || h->here < h->packed || codec_crc32(h->body, h->packed) == h->crc) return SONDE_OK;
  return damaged(h, "its checksum does not match its bytes", err);
}

static sonde_code make_room(unpacker *u, size_t n, sonde_error *err) {
  if (u->room && u->cap >= n) return SONDE_OK;
  u->room = arena_alloc(u->codecs.memory, n, err);
  u->cap = u->room ? n : 0;
  return u->room ? SONDE_OK : err->code;
}

/* Bytes that hold the values wanted, mostly: as many as the width of their encoding says, or as their share of the page and a bit
 * more, where that is less. Texts of any length, and nulls that take no room, are spread evenly enough. */
static size_t bytes_wanted(const page_head *h, const pq_node *leaf, uint64_t levels) {
  uint32_t width = is_dictionary_encoding(h->encoding) ? 4 : physical_bytes(leaf);
  uint64_t share = (uint64_t)h->plain * h->wanted / h->values, most = (uint64_t)h->wanted * width;
  uint64_t values = share + share / 8 + SHARE_SLACK;
  return (size_t)(levels + (width && most < values ? most : values) + 64);
}

/* [in, in + here) of `packed` bytes unpacked, at least the first `least` bytes of it, or as it lies there. */
static sonde_code unpack(unpacker *u, codec_block_kind kind, const page_head *h, const uint8_t *in,
                         size_t packed, size_t here, size_t plain, size_t least, page_body *b,
                         sonde_error *err) {
  b->p = in;
  b->end = in + here;
  b->cut = here < packed;
  if (kind == BLOCK_PLAIN || (packed == 0 && plain == 0)) return SONDE_OK;
  if (least > plain) least = plain;
  bool less = codec_block_begins(kind) && plain - least > codec_begin_room(kind);
  b->cut = b->cut || less;
  size_t room = less ? least + codec_begin_room(kind) : plain;
  SONDE_TRY(make_room(u, room, err));
  sonde_code code = b->cut ? codec_block_begin(&u->codecs, kind, in, here, u->room, room, least, err)
                           : codec_block(&u->codecs, kind, in, packed, u->room, plain, err);
  if (code == SONDE_CORRUPT) {
    sonde_error why = *err;
    return damaged(h, why.message, err);
  }
  b->p = u->room;
  b->end = u->room + (b->cut ? least : plain);
  return code;
}

/* Levels in data pages v1: a length and the hybrid, or BIT_PACKED without one. */
static bool take_levels(page_body *b, uint8_t max, uint8_t encoding, uint32_t n, level_bytes *l) {
  *l = (level_bytes){b->p, b->p, max, encoding == ENCODING_BIT_PACKED};
  if (max == 0) return true;
  uint64_t left = (uint64_t)(b->end - b->p), length = bits_bytes(n, levels_width(max));
  if (!l->msb) {
    uint32_t written;
    if (left < 4) return false;
    memcpy(&written, b->p, 4);
    b->p += 4;
    left -= 4;
    length = written;
  }
  if (length > left) return false;
  l->p = b->p;
  l->end = b->p += length;
  return true;
}

static sonde_code open_v1(unpacker *u, codec_block_kind kind, const page_head *h, const pq_node *leaf,
                          bool whole, page_body *b, sonde_error *err) {
  uint64_t levels = 8 + bits_bytes(h->values, levels_width(leaf->max_def)) +
                    bits_bytes(h->values, levels_width(leaf->max_rep));
  size_t least = whole ? h->plain : bytes_wanted(h, leaf, levels);
  SONDE_TRY(unpack(u, kind, h, h->body, h->packed, h->here, h->plain, least, b, err));
  if (h->values == 0) {
    b->reps = b->defs = (level_bytes){b->p, b->p, 0, false};
    return SONDE_OK;
  }
  bool fine = take_levels(b, leaf->max_rep, h->rep_encoding, h->values, &b->reps) &&
              take_levels(b, leaf->max_def, h->def_encoding, h->values, &b->defs);
  return fine ? SONDE_OK : damaged(h, "its levels leave it", err);
}

static sonde_code open_v2(unpacker *u, codec_block_kind kind, const page_head *h, const pq_node *leaf,
                          bool whole, page_body *b, sonde_error *err) {
  uint32_t levels = h->rep_bytes + h->def_bytes;
  const uint8_t *reps = h->body, *defs = reps + h->rep_bytes;
  b->reps = (level_bytes){reps, defs, leaf->max_rep, false};
  b->defs = (level_bytes){defs, reps + levels, leaf->max_def, false};
  size_t plain = h->plain - levels, least = whole ? plain : bytes_wanted(h, leaf, 0);
  b->cut = h->here < h->packed;
  if (h->here < levels) return damaged(h, "its levels leave it", err);
  return unpack(u, h->compressed ? kind : BLOCK_PLAIN, h, reps + levels, h->packed - levels, h->here - levels,
                plain, least, b, err);
}

sonde_code body_open(unpacker *u, codec_block_kind kind, const page_head *h, const pq_node *leaf, bool whole,
                     page_body *b, sonde_error *err) {
  *b = (page_body){0};
  SONDE_TRY(check_sum(h, err));
  whole = whole || h->wanted == h->values;
  if (h->type == PAGE_DATA) return open_v1(u, kind, h, leaf, whole, b, err);
  if (h->type == PAGE_DATA_V2) return open_v2(u, kind, h, leaf, whole, b, err);
  return unpack(u, kind, h, h->body, h->packed, h->here, h->plain, h->plain, b, err);
}
