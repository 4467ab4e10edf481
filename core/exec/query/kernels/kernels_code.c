/* Texts as digits and back: hexadecimal, binary, base64, digests, URLs. */
#include "base/utf8.h"
#include "column/sketch.h"
#include "exec/query/kernels/digest.h"
#include "exec/query/kernels/kernels.h"
#include "exec/query/kernels/text_out.h"

static void put_hex(buf *b, const uint8_t *p, size_t n, const char *digits) {
  for (size_t i = 0; i < n; i++) {
    buf_u8(b, (uint8_t)digits[p[i] >> 4]);
    buf_u8(b, (uint8_t)digits[p[i] & 15]);
  }
}

/* The bits of a whole number without zeros in front; negative ones as 64 bits. */
static void put_bits(buf *b, i128 w, unsigned each) {
  u128 v = w >= INT64_MIN && w < 0 ? (u128)(uint64_t)(int64_t)w : (u128)w;
  unsigned n = 0;
  while (n < 128 / each && n * each < 128 && (n == 0 || v >> (n * each))) n++;
  while (n--) buf_u8(b, (uint8_t) "0123456789ABCDEF"[(unsigned)(v >> (n * each)) & ((1u << each) - 1)]);
}

static sonde_code hex_row(const kernel_call *c, uint32_t i, buf *b) {
  if (c->args[0].lane == LANE_I128)
    put_bits(b, COL_AT(&c->args[0], i128, i), 4);
  else
    put_hex(b, (const uint8_t *)text_at(c, 0, i).ptr, text_at(c, 0, i).len, "0123456789ABCDEF");
  return SONDE_OK;
}

sonde_code kernel_hex(const kernel_call *c, col *out) { return each_text(c, hex_row, out); }

static sonde_code bin_row(const kernel_call *c, uint32_t i, buf *b) {
  if (c->args[0].lane == LANE_I128) return put_bits(b, COL_AT(&c->args[0], i128, i), 1), SONDE_OK;
  sonde_str s = text_at(c, 0, i);
  for (size_t k = 0; k < s.len * 8; k++)
    buf_u8(b, (uint8_t)('0' + ((unsigned char)s.ptr[k / 8] >> (7 - k % 8) & 1)));
  return SONDE_OK;
}

sonde_code kernel_bin(const kernel_call *c, col *out) { return each_text(c, bin_row, out); }

static int digit_of(char ch) {
  if (ch >= '0' && ch <= '9') return ch - '0';
  ch = lower_ascii(ch);
  return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : 99;
}

/* A missing first digit is 0. */
static sonde_code unhex_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  int base = c->e->function == FN_UNHEX ? 16 : 2, byte = 0;
  size_t each = base == 16 ? 2 : 8;
  for (size_t k = 0; k < s.len; k++) {
    int d = digit_of(s.ptr[k]);
    SONDE_CHECK(d < base, c->err, SONDE_VALUE, c->e->at, "'%c' is no %s digit", s.ptr[k],
                base == 16 ? "hexadecimal" : "binary");
    byte = byte * base + d;
    if ((s.len - k - 1) % each) continue;
    buf_u8(b, (uint8_t)byte);
    byte = 0;
  }
  return SONDE_OK;
}

sonde_code kernel_unhex(const kernel_call *c, col *out) { return each_text(c, unhex_row, out); }

/* ---- base64 (RFC 4648) ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static sonde_code base64_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  for (size_t k = 0; k < s.len; k += 3) {
    size_t n = s.len - k < 3 ? s.len - k : 3;
    uint32_t w = 0;
    for (size_t j = 0; j < 3; j++) w = w << 8 | (j < n ? (unsigned char)s.ptr[k + j] : 0);
    for (size_t j = 0; j < 4; j++) buf_u8(b, (uint8_t)(j <= n ? alphabet[w >> (18 - 6 * j) & 63] : '='));
  }
  return SONDE_OK;
}

sonde_code kernel_base64(const kernel_call *c, col *out) { return each_text(c, base64_row, out); }

static sonde_code from_base64_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  while (s.len && s.ptr[s.len - 1] == '=') s.len--;
  uint32_t w = 0;
  SONDE_CHECK(s.len % 4 != 1, c->err, SONDE_VALUE, c->e->at,
              "the text is no base64: its length does not fit");
  for (size_t k = 0; k < s.len; k++) {
    const char *at = s.ptr[k] ? strchr(alphabet, s.ptr[k]) : NULL;
    SONDE_CHECK(at, c->err, SONDE_VALUE, c->e->at, "the text is no base64: byte %llu", (unsigned long long)k);
    w = w << 6 | (uint32_t)(at - alphabet);
    if (k % 4 == 0) continue;
    buf_u8(b, (uint8_t)(w >> (k % 4 == 1 ? 4 : k % 4 == 2 ? 2 : 0)));
  }
  return SONDE_OK;
}

sonde_code kernel_from_base64(const kernel_call *c, col *out) { return each_text(c, from_base64_row, out); }

/* ---- texts and their bytes ---- */

sonde_code kernel_encode(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    if (!row_valid(out, i)) continue;
    sonde_str s = text_at(c, 0, i);
    bool valid = c->e->function == FN_ENCODE || utf8_valid(s.ptr, s.len);
    SONDE_CHECK(valid, c->err, SONDE_VALUE, c->e->at, "the bytes are no UTF-8 text");
    col_put(out, i, (cell){.s = s});
  }
  return SONDE_OK;
}

static sonde_code digest_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  uint8_t digest[32];
  size_t n = c->e->function == FN_MD5 ? 16 : c->e->function == FN_SHA1 ? 20 : 32;
  if (n == 16)
    digest_md5(s.ptr, s.len, digest);
  else if (n == 20)
    digest_sha1(s.ptr, s.len, digest);
  else
    digest_sha256(s.ptr, s.len, digest);
  put_hex(b, digest, n, "0123456789abcdef");
  return SONDE_OK;
}

sonde_code kernel_digest(const kernel_call *c, col *out) { return each_text(c, digest_row, out); }

/* md5_number and its halves, of the digest as a little-endian number. */
sonde_code kernel_digest_number(const kernel_call *c, col *out) {
  SONDE_TRY(kernel_out(c, out));
  for (uint32_t i = 0; i < c->n; i++) {
    uint8_t digest[16];
    u128 w = 0;
    if (!row_valid(out, i)) continue;
    digest_md5(text_at(c, 0, i).ptr, text_at(c, 0, i).len, digest);
    unsigned from = c->e->function == FN_MD5_LOWER ? 8 : 0, to = c->e->function == FN_MD5_UPPER ? 8 : 16;
    for (unsigned k = to; k-- > from;) w = w << 8 | digest[k];
    col_put(out, i, (cell){.w = (i128)w});
  }
  return SONDE_OK;
}

/* A hash of the text of values: the same however they are held. */
sonde_code kernel_hash(const kernel_call *c, col *out) {
  buf b;
  buf_init(&b, c->run->mem, (size_t)1 << 30);
  sonde_code code = kernel_out(c, out);
  for (uint32_t i = 0; code == SONDE_OK && i < c->n; i++) {
    uint64_t hash = 0;
    for (uint32_t k = 0; code == SONDE_OK && k < c->n_args; k++) {
      buf_clear(&b);
      bool there = col_valid(&c->args[k], i);
      if (there) value_print(&b, c->args[k].type, col_cell(&c->args[k], i));
      code = buf_status(&b, c->err);
      hash = hash_u64(hash * 31 + (there ? hash_bytes(b.data, b.len) : 1));
    }
    col_put(out, i, (cell){.w = hash});
  }
  buf_free(&b);
  return code;
}

/* ---- URLs (RFC 3986): unreserved characters stay ---- */

static bool unreserved(char ch) {
  char l = lower_ascii(ch);
  return (l >= 'a' && l <= 'z') || (ch >= '0' && ch <= '9') || (ch && strchr("-._~", ch));
}

static sonde_code url_row(const kernel_call *c, uint32_t i, buf *b) {
  sonde_str s = text_at(c, 0, i);
  bool encode = c->e->function == FN_URL_ENCODE;
  for (size_t k = 0; k < s.len; k++) {
    char ch = s.ptr[k];
    if (encode && !unreserved(ch)) {
      buf_u8(b, '%');
      put_hex(b, (const uint8_t *)&ch, 1, "0123456789ABCDEF");
    } else if (!encode && ch == '%' && k + 2 < s.len && digit_of(s.ptr[k + 1]) < 16 &&
               digit_of(s.ptr[k + 2]) < 16) {
      buf_u8(b, (uint8_t)(digit_of(s.ptr[k + 1]) << 4 | digit_of(s.ptr[k + 2])));
      k += 2;
    } else {
      buf_u8(b, (uint8_t)ch);
    }
  }
  return SONDE_OK;
}

sonde_code kernel_url(const kernel_call *c, col *out) { return each_text(c, url_row, out); }
