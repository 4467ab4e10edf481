/* gzip and zlib members by inflate, whose state is kept between blocks. */
#include <stdbool.h>
#include <string.h>

#include <zlib.h>

#include "codec/block.h"

typedef struct {
  z_stream z;
  arena *memory;
  sonde_error refused;
} inflater;

static voidpf inflate_alloc(voidpf state, uInt items, uInt size) {
  inflater *f = state;
  return arena_array(f->memory, items, size, &f->refused);
}

static void inflate_release(voidpf state, voidpf p) { (void)state, (void)p; } /* the arena keeps it */

static sonde_code open_inflater(codec_blocks *b, sonde_error *err) {
  inflater *f = arena_zero(b->memory, sizeof *f, err);
  if (!f) return err->code;
  f->memory = b->memory;
  f->z.zalloc = inflate_alloc;
  f->z.zfree = inflate_release;
  f->z.opaque = f;
  if (inflateInit2(&f->z, 32 + MAX_WBITS) != Z_OK) { /* + 32: gzip or zlib, by the first bytes */
    if (f->refused.code) *err = f->refused;
    return f->refused.code ? f->refused.code : status_set(err, SONDE_NOMEM, 0, "inflate got no memory");
  }
  b->inflate = f;
  return SONDE_OK;
}

/* Member after member until [out, out + out_len) is full. `whole`: a member has to end there. */
static sonde_code inflate_members(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out,
                                  size_t out_len, bool whole, sonde_error *err) {
  if (!b->inflate) SONDE_TRY(open_inflater(b, err));
  if (in_len > UINT32_MAX || out_len > UINT32_MAX) return block_damaged("gzip", "it is too large", err);
  inflater *f = b->inflate;
  f->z.next_in = (z_const Bytef *)(uintptr_t)in;
  f->z.avail_in = (uInt)in_len;
  f->z.next_out = out;
  f->z.avail_out = (uInt)out_len;
  do {
    inflateReset(&f->z);
    int result = inflate(&f->z, Z_FINISH);
    if (result == Z_MEM_ERROR) {
      if (f->refused.code) *err = f->refused;
      return f->refused.code ? f->refused.code : status_set(err, SONDE_NOMEM, 0, "inflate got no memory");
    }
    if (!whole && f->z.avail_out == 0) return SONDE_OK;
    if (result != Z_STREAM_END) return block_damaged("gzip", f->z.msg ? f->z.msg : "it ends early", err);
  } while (f->z.avail_in > 0 && f->z.avail_out > 0);
  return f->z.avail_out == 0 ? SONDE_OK : block_damaged("gzip", "it is shorter than the page", err);
}

sonde_code gzip_block(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_len,
                      sonde_error *err) {
  return inflate_members(b, in, in_len, out, out_len, true, err);
}

sonde_code gzip_begin(codec_blocks *b, const uint8_t *in, size_t in_len, uint8_t *out, size_t least,
                      sonde_error *err) {
  return inflate_members(b, in, in_len, out, least, false, err);
}
