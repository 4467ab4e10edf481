/* See tag.h. BLAKE2b, of 128 bits; each part has its length before it, so that parts cannot run into each other. */
#include "tag.h"
#include <sodium.h>

enum { TAG_BYTES = 16 };

void tag_add(text *parts, sonde_str part) {
  text_print(parts, "%zu:", part.len);
  text_add(parts, part.ptr, part.len);
}

void tag_make(const text *parts, char out[TAG_SIZE]) {
  unsigned char hash[TAG_BYTES];
  crypto_generichash(hash, sizeof hash, (const unsigned char *)parts->ptr, parts->len, NULL, 0);
  out[0] = '"';
  sodium_bin2hex(out + 1, TAG_SIZE - 1, hash, sizeof hash);
  out[TAG_SIZE - 2] = '"';
  out[TAG_SIZE - 1] = '\0';
}
