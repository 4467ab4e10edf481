/* Message digests in hexadecimal digits: MD5 (RFC 1321), SHA-1 and SHA-256 (FIPS 180-4). */
#ifndef QUERY_DIGEST_H
#define QUERY_DIGEST_H
#include <stddef.h>
#include <stdint.h>

void digest_md5(const void *data, size_t n, uint8_t out[16]);
void digest_sha1(const void *data, size_t n, uint8_t out[20]);
void digest_sha256(const void *data, size_t n, uint8_t out[32]);

#endif
