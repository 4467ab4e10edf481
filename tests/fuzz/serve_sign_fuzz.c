/* Any bytes as a query with a signature: none is good but one that this key made, which the seeds are; and as a key ring. */
#include "sign.h"
#include "target.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

/* The key and the time of the test vectors in SIGNING.md. */
static keyring ring_of_test_vectors(void) {
  keyring ring = {.count = 1, .keys = {{.id = "2026-11"}}};
  for (unsigned i = 0; i < KEY_SIZE; i++) ring.keys[0].bytes[i] = (unsigned char)i;
  return ring;
}

static void check_good(const http_request *q, const sign_grant *grant) {
  char sent[64];
  require(*grant->user && strlen(grant->tables) <= SIGN_TABLES_MAX);
  require(param_decode(param_find(q->query, "sig"), sent, sizeof sent) == 43);
  require(strcmp(sent, "3vSS-SqpbZwwMJl2YEKlML5XUIHYc48ZF4jhRX7hbJw") == 0 ||
          strcmp(sent, "GyAC4ZZv-23QgvekoJk1_RGWcAPnbpvnCemXY0chal8") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static http_request q;
  keyring ring = ring_of_test_vectors(), read;
  sign_grant grant;
  char why[128];
  q.method = METHOD_GET;
  q.query = (sonde_str){(const char *)data, size};
  q.path = (sonde_str){"/v1/f/sales/2025.csv", 20};
  if (sign_verify(&ring, &q, 1794999000, 3600, &grant) == SIGN_GOOD) check_good(&q, &grant);
  require(sign_verify(&ring, &q, 1795000001, 3600, &grant) != SIGN_GOOD);
  if (keyring_read((const char *)data, size, &read, why)) require(read.count >= 1 && read.count <= KEYS_MAX);
  return 0;
}
